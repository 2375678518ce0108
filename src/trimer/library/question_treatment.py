"""A treatment in a question file: a name, a file, or a table that says what differs from a protocol of the library."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.files import find, list_entries, read_toml
from trimer.library.load_protocol import extended, protocol_from_document
from trimer.library.load_regimen import regimen_from_document
from trimer.therapy.question import RECORDED, Treatment

Document = dict[str, Any]
NOTHING = "nothing"


def treatment_from(entry: Mapping[str, Any], folder: Path, where: str) -> Treatment:
    """Return the treatment of an option (or of what comes before it).

    Parameters
    ----------
    entry : mapping
        With ``treatment``: ``"nothing"``, ``"recorded"``, a protocol or regimen by name or file, or a table.
    folder : Path
        In which files stand.
    where : str
        For the error.

    Notes
    -----
    A table has the fields of a protocol or regimen file; name, label and source may be left out. One that extends a
    protocol and says other ``rates`` or ``cycles`` need not say all rules again: the lowest and the highest rate that
    rules and cycles name become the new ones, and rules that are asked in cycles there are no longer are cut.
    ``rule_cycles`` says for which cycles a rule counts now, by the rule's name, and ``premedication = false`` takes
    premedication away.

    Raises
    ------
    LibraryError, ProtocolError, UnitError
        When there is no such treatment, or it is at fault.
    """
    given = entry["treatment"]
    if given == NOTHING:
        return None
    if given == RECORDED:
        return RECORDED
    if isinstance(given, str):
        return _named(given, folder, f"{where}.treatment")
    document = {"name": entry["name"], "label": entry["label"], **given}
    here = f"{where}.treatment"
    if "doses" in document:
        return regimen_from_document({"source": "trimer", **document}, here)
    return protocol_from_document(whole(document, here), here)


def _named(name: str, folder: Path, where: str) -> str | Path:
    if name.endswith(".toml"):
        return find("protocols", folder / name)
    if name not in (*list_entries("protocols"), *list_entries("regimens")):
        import difflib

        near = difflib.get_close_matches(name, (*list_entries("protocols"), *list_entries("regimens")), n=3)
        hint = f"Nearest: {', '.join(near)}." if near else ""
        raise LibraryError(where, f'"{name}"', "a protocol or regimen of the library, a file, or a table", hint)
    return name


def whole(document: Mapping[str, Any], where: str) -> Document:
    """Return the whole document of a protocol that a table describes, as a file would have it; it is not checked.

    Raises
    ------
    LibraryError
        When it extends none of the library, or a rule that it names is not there.
    """
    own = {k: v for k, v in document.items() if k not in ("premedication", "rule_cycles")}
    own |= {"premedication": document["premedication"]} if document.get("premedication") else {}
    if "extends" not in own:
        return {"source": "trimer", **own}
    below = read_toml(find("protocols", own["extends"]))
    base = extended(below, own["extends"]) if "extends" in below else below
    found = copy.deepcopy({**base, **{k: v for k, v in own.items() if k != "extends"}})
    if document.get("premedication") is False:
        found.pop("premedication", None)
    _rename(found, base)
    if "rules" in found:
        found["rules"] = _kept(found, document.get("rule_cycles", {}), where)
    return found


def _rename(found: Document, base: Document) -> None:
    """Name the new rates wherever the old ones stand."""
    old, new = base["rates"], found["rates"]
    if old == new:
        return
    renamed = {_text(old[-1]): _text(new[-1]), _text(old[0]): _text(new[0])}
    known = [_text(rate) for rate in new]
    for place, keys in ((found["cycles"], ("first",)), (found.get("rules", ()), ("rate", "resume"))):
        for item in place:
            item |= {k: renamed.get(item[k], item[k]) for k in keys if k in item and item[k] not in known}


def _text(rate: Any) -> str:
    return rate if isinstance(rate, str) else str(rate["dose"])


def _kept(found: Document, cycles: Mapping[str, list[int]], where: str) -> list[Document]:
    """Return the rules with the cycles in which they count; those that count in none are left out."""
    rules, total = found["rules"], sum(block["count"] for block in found["cycles"])
    names = [rule["name"] for rule in rules]
    for name in cycles:
        if name not in names:
            raise LibraryError(f"{where}.rule_cycles", f'"{name}"', f"a rule: {', '.join(names)}")
    kept = []
    for rule in rules:
        if rule["name"] in cycles:
            rule["cycles"] = cycles[rule["name"]]
        elif "cycles" in rule:
            low, high = rule["cycles"]
            if low > total:
                continue
            rule["cycles"] = [low, min(high, total)]
        kept.append(rule)
    return kept
