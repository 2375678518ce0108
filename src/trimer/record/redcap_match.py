"""Where the file or the dictionary of a REDCap project differs from ours, by field."""

from __future__ import annotations

from collections.abc import Sequence

from trimer.record.cohort import Problem
from trimer.record.redcap_dictionary import Field


def compare(own: Sequence[Field], foreign: Sequence[Field], codes: dict[str, dict[str, str]]) -> list[Problem]:
    """Report where a foreign dictionary differs, and replace our codes by its own, matched through their labels.

    Parameters
    ----------
    own, foreign : sequence of Field
    codes : dict
        By field, their code to ours; changed in place.
    """
    ours_by_name, theirs = {f.name: f for f in own}, {f.name: f for f in foreign}
    found = []
    for name, ours in ours_by_name.items():
        other = theirs.get(name)
        if other is None:
            found.append(_difference(name, "no such field", f"a field of type {ours.type}", "nothing is read from it"))
        elif ours.choices:
            meanings = {text.casefold(): code for code, text in ours.choices}
            codes[name] = {c: meanings[t.casefold()] for c, t in other.choices if t.casefold() in meanings}
            for code, text in other.choices:
                if code not in codes[name]:
                    expected = "a label of Trimer's dictionary"
                    found.append(_difference(name, f"choice {code}, {text}", expected, "this choice is not understood"))
        elif (other.type, other.validation) != (ours.type, ours.validation) and ours.type != "notes":
            kinds = [" ".join(filter(None, (f.type, f.validation))) for f in (other, ours)]
            found.append(_difference(name, kinds[0], kinds[1], "its cells are read as far as they fit"))
    for name in [name for name in theirs if name not in ours_by_name]:
        found.append(
            _difference(name, "a field Trimer does not know", "a field of Trimer's dictionary", "it is not read")
        )
    return found


def unread(header: Sequence[str], own: Sequence[Field]) -> list[Problem]:
    """Report the columns of a file of records that are no fields of ours, but for what REDCap adds itself."""
    known = {f.name for f in own}
    strange = [n for n in header if n not in known and not n.startswith("redcap_") and not n.endswith("_complete")]
    follows = "the column is not read"
    return [Problem("unknown field", 1, n, "", repr(n), "a field of Trimer's dictionary", follows) for n in strange]


def _difference(name: str, found: str, expected: str, follows: str) -> Problem:
    return Problem("dictionary", 0, name, "", found, expected, follows)
