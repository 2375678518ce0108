"""A regimen file read into a Regimen, and a Regimen written back as a document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.files import read_toml, validate
from trimer.library.regimen_overlap import check_overlap
from trimer.therapy.regimen import Dose, Regimen, Total

_RANGE = re.compile(r"(\d+)-(\d+)")
_TIMES = ("duration", "at", "interval")
_TEXTS = ("amount", "rate", "cap", "role", "kind", "source", "where", "note")


def regimen_from(path: Path) -> Regimen:
    """Return the regimen that a file describes.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema or contradicts itself.
    UnitError
        When a duration has no unit or one of the wrong kind.
    """
    document = read_toml(path)
    if path.stem != document.get("name", path.stem):
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    return regimen_from_document(document, path.name)


def regimen_from_document(document: Mapping[str, Any], where: str) -> Regimen:
    """Return the regimen that a document (the content of a file) describes; raises as :func:`regimen_from`."""
    validate(document, "regimen", where)
    regimen = Regimen(
        name=document["name"],
        label=document["label"],
        doses=tuple(_dose(entry, f"{where}: doses[{i}]") for i, entry in enumerate(document["doses"])),
        length=_days(document["length"], f"{where}: length"),
        rest=_days(document.get("rest", "0 day"), f"{where}: rest"),
        cycles=document.get("cycles", 1),
        totals=tuple(Total(**entry) for entry in document.get("totals", ())),
        source=document["source"],
        where=document.get("where", ""),
        note=document.get("note", ""),
    )
    _check(regimen, where)
    check_overlap(regimen, where)
    return regimen


def regimen_document(regimen: Regimen) -> dict[str, Any]:
    """Return a regimen as a plain document that :func:`regimen_from_document` reads back to the same value."""
    document: dict[str, Any] = {
        "name": regimen.name,
        "label": regimen.label,
        "source": regimen.source,
        "length": f"{regimen.length!r} day",
        "rest": f"{regimen.rest!r} day",
        "cycles": regimen.cycles,
        "doses": [_dose_document(dose) for dose in regimen.doses],
        "totals": [{k: v for k, v in vars(total).items() if v != ""} for total in regimen.totals],
    }
    return document | {k: getattr(regimen, k) for k in ("where", "note") if getattr(regimen, k)}


def _dose(entry: Mapping[str, Any], where: str) -> Dose:
    """Return one line of a regimen."""
    stated: dict[str, Any] = {key: entry[key] for key in _TEXTS if key in entry}
    stated |= {key: _days(entry[key], f"{where}.{key}") for key in _TIMES if key in entry}
    return Dose(
        drug=entry["drug"],
        route=entry["route"],
        days=_numbers(entry["days"], f"{where}.days"),
        times=entry.get("times", 1),
        cycles=_numbers(entry.get("cycles", ()), f"{where}.cycles"),
        **stated,
    )


def _dose_document(dose: Dose) -> dict[str, Any]:
    document: dict[str, Any] = {"drug": dose.drug, "route": dose.route, "days": list(dose.days), "times": dose.times}
    document |= {key: f"{getattr(dose, key)!r} day" for key in _TIMES}
    document |= {key: getattr(dose, key) for key in _TEXTS if getattr(dose, key)}
    return document | ({"cycles": list(dose.cycles)} if dose.cycles else {})


def _numbers(items: Sequence[int | str], where: str) -> tuple[int, ...]:
    """Return days or cycles, with ranges such as ``"5-28"`` written out, in order and without repeats."""
    found: list[int] = []
    for item in items:
        if isinstance(item, int):
            found.append(item)
            continue
        match = _RANGE.fullmatch(item)
        first, last = (int(match[1]), int(match[2])) if match else (1, 0)
        if first > last or last > 1000:
            raise LibraryError(where, f'"{item}"', 'a day such as 8, or a range such as "5-28"')
        found.extend(range(first, last + 1))
    if found != sorted(set(found)):
        raise LibraryError(where, str(list(items)), "increasing days, none twice")
    return tuple(found)


def _days(text: str, where: str) -> float:
    from trimer.units import parse

    return parse(text, "day", where)


def _check(regimen: Regimen, where: str) -> None:
    """Raise when a line cannot be carried out as it stands."""
    for index, dose in enumerate(regimen.doses):
        here = f"{where}: doses[{index}]"
        if bool(dose.amount) == bool(dose.rate):
            raise LibraryError(here, "both or neither", f"amount or rate for {dose.drug}")
        if dose.route == "civ" and dose.duration <= 0.0:
            raise LibraryError(f"{here}.duration", "none", "how long a continuous infusion runs")
        if dose.duration < 0.0 or dose.interval < 0.0:
            raise LibraryError(here, "a negative duration or interval", "time that is not negative")
        if dose.times > 1 and dose.interval == 0.0:
            raise LibraryError(f"{here}.interval", "none", f"the time between the {dose.times} doses")
        if dose.cycles and dose.cycles[-1] > regimen.cycles:
            raise LibraryError(f"{here}.cycles", f"cycle {dose.cycles[-1]}", f"at most {regimen.cycles}")
        if dose.days[-1] > regimen.length + 1e-9:
            raise LibraryError(f"{here}.days", f"day {dose.days[-1]}", f"a day of the {regimen.length:g}")
        if dose.kind == "assumed" and not dose.note:
            raise LibraryError(f"{here}.note", "nothing", "the reason for an assumed dose")
