"""A question file read into a Question, its treatments made: bundled ones by name, variants from tables in the file."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.files import find, read_toml, validate
from trimer.library.question_treatment import treatment_from
from trimer.therapy.question import Before, Change, Evidence, Option, Question, Scan, Who

ANSWER = 3  # sentences
TIMES = "x "  # begins the text of a change that multiplies


def question(name: str | Path) -> Question:
    """Return a question by library name, or from the user's own file.

    Raises
    ------
    LibraryError
        When there is none (the nearest names are given), or the file breaks the schema or contradicts itself.
    ProtocolError, UnitError
        When a treatment or a value in it is at fault.
    """
    path = find("questions", name)
    document = read_toml(path)
    where = path.name
    validate(document, "question", where)
    if path.stem != document["name"]:
        raise LibraryError(f"{where}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    options = tuple(_option(e, path.parent, f"{where}: options[{i}]") for i, e in enumerate(document["options"]))
    found = Question(
        name=document["name"],
        title=document["title"],
        question=document["question"],
        who=_who(document["subjects"], path.parent, f"{where}: subjects"),
        days=_days(document["days"], f"{where}: days"),
        options=options,
        reference=document["reference"],
        outcomes=tuple(document["outcomes"]),
        trade_off=tuple(document.get("trade_off", ())),
        answer=tuple(document["answer"]),
        do_not_conclude=document["do_not_conclude"],
        limits=tuple(document["limits"]),
        evidence=tuple(Evidence(**entry) for entry in document["evidence"]),
        scans=tuple(
            _scan(e, document["reference"], options, f"{where}: scan[{i}]")
            for i, e in enumerate(document.get("scan", ()))
        ),
        scale=document.get("scale", "astct_2019_crs"),
        response=document.get("response", "amg"),
    )
    _check(found, where)
    return found


def _who(entry: Mapping[str, Any], folder: Path, where: str) -> Who:
    """Return whom the question is asked about."""
    having = (entry["having"]["option"], entry["having"]["outcome"]) if "having" in entry else ()
    if entry["kind"] == "twin":
        find("cases", entry["case"])
        return Who(
            "twin", entry["draws"], case=entry["case"], at=entry["at"], until=entry.get("until", ""), having=having
        )
    name = entry["population"]
    path = folder / name if name.endswith(".toml") else name
    find("populations", path)
    return Who("population", entry["patients"], population=path, within=tuple(entry.get("within", ())), having=having)


def _option(entry: Mapping[str, Any], folder: Path, where: str) -> Option:
    return Option(
        name=entry["name"],
        label=entry["label"],
        treatment=treatment_from(entry, folder, where),
        before=_before(entry, folder, f"{where}.before") if "before" in entry else None,
        parameters={k: _change(k, v, f"{where}.parameters.{k}") for k, v in entry.get("parameters", {}).items()},
    )


def _before(entry: Mapping[str, Any], folder: Path, where: str) -> Before:
    before = entry["before"]
    named = {"name": f"{entry['name']}_before", "label": entry["label"], "treatment": before["treatment"]}
    return Before(treatment_from(named, folder, where), _days(before["days"], f"{where}.days"))


def _scan(entry: Mapping[str, Any], reference: str, options: tuple[Option, ...], where: str) -> Scan:
    parameter = entry["parameter"]
    others = [o.name for o in options if o.name != reference]
    for name in entry.get("options", ()):
        if name not in others:
            raise LibraryError(f"{where}.options", f'"{name}"', f"some of {', '.join(others)}")
    return Scan(
        name=entry["name"],
        parameter=parameter,
        values=tuple(_change(parameter, v, f"{where}.values[{i}]") for i, v in enumerate(entry["values"])),
        outcome=entry["outcome"],
        options=tuple(entry.get("options", others)),
        everywhere=entry.get("everywhere", True),
        note=entry.get("note", ""),
    )


def _change(parameter: str, text: str, where: str) -> Change:
    """Return a change of a parameter: a value with its unit, or ``"x 2"`` for twice each subject's own."""
    from trimer.library.load_population import known_parameter
    from trimer.units import parse

    unit = known_parameter(parameter, where).unit
    if not text.startswith(TIMES):
        return Change(parse(text, unit, where), text=text)
    try:
        factor = float(text.removeprefix(TIMES))
    except ValueError:
        factor = math.nan
    if not 0.0 <= factor < math.inf:
        raise LibraryError(where, f'"{text}"', 'a factor that is not negative, such as "x 2"')
    return Change(factor, factor=True, text=text)


def _days(text: str, where: str) -> float:
    from trimer.units import parse

    found = parse(text, "day", where)
    if not found > 0.0:
        raise LibraryError(where, f'"{text}"', "a time of more than nothing")
    return found


def _check(found: Question, where: str) -> None:
    """Raise when a part does not go with the rest."""
    from trimer.library import references

    names = [o.name for o in found.options]
    for field, listed in (("options", names), ("scan", [s.name for s in found.scans]), ("outcomes", found.outcomes)):
        for i, name in enumerate(listed):
            if name in listed[:i]:
                raise LibraryError(f"{where}: {field}[{i}]", f'a second "{name}"', "each once")
    if found.reference not in names:
        raise LibraryError(f"{where}: reference", f'"{found.reference}"', f"one of {', '.join(names)}")
    if found.who.having and found.who.having[0] not in names:
        raise LibraryError(f"{where}: subjects.having", f'"{found.who.having[0]}"', f"one of {', '.join(names)}")
    if len(found.answer) != ANSWER:
        raise LibraryError(f"{where}: answer", f"{len(found.answer)} sentences", "exactly three")
    for i, item in enumerate(found.evidence):
        if item.source not in references():
            near = difflib.get_close_matches(item.source, references(), n=3)
            hint = f"Nearest: {', '.join(near)}." if near else "`trimer list references` shows all."
            raise LibraryError(f"{where}: evidence[{i}].source", f'"{item.source}"', "a reference of the library", hint)
