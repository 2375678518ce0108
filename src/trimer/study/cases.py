"""A case for a study: by name, from a file, or already read; its names compared with the library's."""

from __future__ import annotations

from pathlib import Path

from trimer.library import list_entries, regimen_parts
from trimer.record.case import Case
from trimer.record.read_yaml import load_case


def case_of(case: str | Path | Case) -> Case:
    """Return a case; one that was read already is returned as it is.

    Raises
    ------
    CaseError
        At the first fault of the file: a field, a unit, a date that contradicts another, a name the library does not
        have (drugs, regimens, and the parts of a regimen that an order omits or changes).
    """
    return case if isinstance(case, Case) else load_case(case, list_entries("drugs"), regimen_parts())
