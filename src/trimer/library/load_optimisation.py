"""An optimisation file read into an Optimisation: its variables as all the values they can take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.files import find, read_toml, validate
from trimer.library.load_protocol import extended
from trimer.therapy.amount import Measure, parse_amount
from trimer.therapy.optimisation import Constraint, Objective, Optimisation, Value, Variable
from trimer.therapy.schedule import CONTINUOUS, Supply, pattern_days

DOSES, TIMES = ("first_dose", "second_dose"), ("days_before_step", "infusion_days", "interval")
MOST = 1000  # values of one variable
NEAR = 1e-9


def optimisation(name: str | Path) -> Optimisation:
    """Return an optimisation by library name, or from the user's own file.

    Raises
    ------
    LibraryError
        When there is none (the nearest names are given), or the file breaks the schema or contradicts itself.
    UnitError
        When a value has no unit or one of the wrong kind.
    """
    path = find("optimisations", name)
    document = read_toml(path)
    where = path.name
    validate(document, "optimisation", where)
    if path.stem != document["name"]:
        raise LibraryError(f"{where}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    variables, measure = _variables(document["variables"], f"{where}: variables")
    found = Optimisation(
        name=document["name"],
        label=document["label"],
        protocol=_named("protocol", document["protocol"], path.parent, f"{where}: protocol"),
        base=_base(document["protocol"], path.parent, f"{where}: protocol"),
        population=_named("population", document["population"], path.parent, f"{where}: population"),
        days=_days(document["days"], f"{where}: days"),
        measure=measure,
        variables=variables,
        objectives=tuple(Objective(**entry) for entry in document["objectives"]),
        constraints=tuple(Constraint(**entry) for entry in document.get("constraints", ())),
        supply=_supply(document["supply"], f"{where}: supply"),
        source=document["source"],
        note=document.get("note", ""),
    )
    _check(found, where)
    return found


def _named(kind: str, name: str, folder: Path, where: str) -> str:
    """Return the library name of an entry, or the path of a file that stands in the folder."""
    own = name.endswith(".toml")
    try:
        path = find(f"{kind}s", folder / name if own else name)
    except LibraryError as fault:
        raise LibraryError(where, f'"{name}"', f"a {kind} of the library, or a file", fault.hint) from None
    return str(path) if own else name


def _base(name: str, folder: Path, where: str) -> dict[str, Any]:
    """Return the whole document of the protocol."""
    path = find("protocols", _named("protocol", name, folder, where))
    return extended(read_toml(path), path.name)


def _variables(entries: Mapping[str, Any], where: str) -> tuple[tuple[Variable, ...], Measure]:
    """Return the variables, and what their doses are multiplied by."""
    measures: dict[str, Measure] = {}
    found = []
    for name, entry in entries.items():
        here = f"{where}.{name}"
        values: tuple[Value, ...]
        if name in DOSES:
            amounts = {key: parse_amount(entry[key], "ug", f"{here}.{key}") for key in ("low", "high", "step")}
            for key, amount in amounts.items():
                if not amount.rate:
                    raise LibraryError(f"{here}.{key}", f'"{entry[key]}"', "an amount per day")
                measures.setdefault(amount.measure, amount.measure)
            values = _steps(amounts["low"].value, amounts["high"].value, amounts["step"].value, here)
        elif name in TIMES:
            days = {key: _days(entry[key], f"{here}.{key}") for key in ("low", "high", "step")}
            values = _steps(days["low"], days["high"], days["step"], here)
        elif name == "cycles":
            values = tuple(int(n) for n in _steps(entry["low"], entry["high"], 1, here))
        else:
            values = tuple(_choice(name, text, f"{here}.choices[{i}]") for i, text in enumerate(entry["choices"]))
        if values[0] == 0 and name in (*DOSES, "infusion_days", "days_before_step"):
            raise LibraryError(f"{here}.low", "nothing", "more than nothing")
        found.append(Variable(name, values, ordered=name not in ("pattern", "maintenance")))
    if len(measures) > 1:
        raise LibraryError(where, "doses per day and doses by size", "all of one kind")
    return tuple(found), next(iter(measures.values()), "")


def _steps(low: float, high: float, step: float, where: str) -> tuple[float, ...]:
    """Return the values from low to high."""
    if not low <= high:
        raise LibraryError(where, f"{low:g} to {high:g}", "the lower bound first")
    if not step > 0.0:
        raise LibraryError(f"{where}.step", f"{step:g}", "more than nothing")
    count = round((high - low) / step)
    if abs(low + count * step - high) > NEAR * max(high, 1.0):
        raise LibraryError(f"{where}.step", f"{step:g}", f"a step that leads from {low:g} to {high:g}")
    if count >= MOST:
        raise LibraryError(f"{where}.step", f"{count + 1:,} values", f"at most {MOST:,}")
    return tuple(round(low + k * step, 9) for k in range(count + 1))


def _choice(name: str, text: Any, where: str) -> Value:
    """Return one choice of a variable."""
    from trimer.units import parse

    if name == "maintenance":
        return bool(text)
    if name == "dexamethasone":
        return 0.0 if text == "none" else parse(text, "mg", where)
    try:
        if text != CONTINUOUS:
            pattern_days(text)
    except ValueError:
        raise LibraryError(where, f'"{text}"', 'continuous, or days such as "7 on 7 off"') from None
    return str(text)


def _supply(entry: Mapping[str, Any], where: str) -> Supply:
    from trimer.units import parse

    vial, bag = parse(entry["vial"], "ug", f"{where}.vial"), _days(entry["bag"], f"{where}.bag")
    overfill = parse(entry.get("overfill", "1 fraction"), "fraction", f"{where}.overfill")
    for key, value, least in (("vial", vial, 0.0), ("bag", bag, 0.0), ("overfill", overfill, 1.0 - NEAR)):
        if not value > least:
            raise LibraryError(f"{where}.{key}", f'"{entry[key]}"', f"more than {round(least):g}")
    return Supply(vial, bag, overfill)


def _days(text: str, where: str) -> float:
    from trimer.units import parse

    found = parse(text, "day", where)
    if found < 0.0:
        raise LibraryError(where, f'"{text}"', "a time that is not negative")
    return found


def _check(found: Optimisation, where: str) -> None:
    """Raise when a part does not go with the rest."""
    if not found.days > 0.0:
        raise LibraryError(f"{where}: days", f"{found.days:g} day", "a time of more than nothing")
    for variable in found.variables:
        if len(set(variable.values)) < len(variable.values):
            raise LibraryError(f"{where}: variables.{variable.name}", "the same value twice", "each once")
    for field, names in (
        ("objectives", [o.outcome for o in found.objectives]),
        ("constraints", [c.name for c in found.constraints]),
    ):
        for i, name in enumerate(names):
            if name in names[:i]:
                raise LibraryError(f"{where}: {field}[{i}]", f'a second "{name}"', "each once")
