"""A case file proposed from a written report: rules that show the words each value came from, and no guess.

What comes out is a *draft* (``trimer/draft/1``), never a case: every item waits for a person who accepts, edits or
rejects it, and only then :func:`accept` makes a case of them. Nothing here reads the network or learns.
"""

from __future__ import annotations

from trimer.record.draft.accept import accept
from trimer.record.draft.file import dump_draft, load_draft, read_draft
from trimer.record.draft.propose import propose, propose_file
from trimer.record.draft.review import review_html
from trimer.record.draft.schema import Draft

__all__ = [
    "Draft",
    "accept",
    "dump_draft",
    "load_draft",
    "propose",
    "propose_file",
    "read_draft",
    "review_html",
]
