"""A trial file read into a Trial, and a Trial written back as a document.

A file may extend one of the library and say only what differs; what differs replaces the whole field.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.entries import parameter_from
from trimer.library.files import extended_by, find, read_toml, validate
from trimer.library.load_population import UNITS, known_parameter
from trimer.parameters import Parameter
from trimer.therapy.trial import Arm, Assessment, Criterion, CrsReporting, Operator, Share, Trial

FLAGS = ("female", "prior_hsct", "ph_positive", "refractory")
ROUNDING = 0.005  # printed percentages are rounded; shares within this of the whole are scaled to it
AND = " and "
_COMPARISON = re.compile(r"(>=|<=|>|<|is)\s*([^=\s].*)")
_OPERATORS: dict[str, Operator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "is": "=="}
_REMARKS = ("source", "where", "note")


def trial_from(path: Path) -> Trial:
    """Return the trial that a file describes.

    A protocol, regimen or population of one's own is named by a file (``"mine.toml"``), found beside the trial's.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema, contradicts itself, or names what the library does not have.
    UnitError
        When a value has no unit or one of the wrong kind.
    """
    document = read_toml(path)
    if path.stem != document.get("name", path.stem):
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    return trial_from_document(extended(document, path.name), path.name, path.parent)


def extended(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a document laid over the one of the library that it extends, if it does.

    Raises
    ------
    LibraryError
        When the library has no such trial, or that one extends another.
    """
    below = extended_by(document, "trial", where)
    return {**below, **{k: v for k, v in document.items() if k != "extends"}}


def trial_from_document(document: Mapping[str, Any], where: str, folder: Path | None = None) -> Trial:
    """Return the trial that a whole document describes; raises as :func:`trial_from`.

    Parameters
    ----------
    document : mapping
    where : str
        What errors call it.
    folder : Path, optional
        Where files that it names are looked for; default: where we are.
    """
    validate(document, "trial", where)
    here = folder or Path()
    people = document["population"]
    trial = Trial(
        name=document["name"],
        label=document["label"],
        registry=document.get("registry", ""),
        population=_named("population", people["name"], here, f"{where}: population.name"),
        shift=people.get("shift", {}),
        eligibility=tuple(_criteria(document.get("eligibility", {}), f"{where}: eligibility")),
        arms=_arms(document["arms"], here, f"{where}: arms"),
        assessment=_assessment(document["assessment"], f"{where}: assessment"),
        crs=CrsReporting(**document["crs"]),
        follow_up=_time(document["follow_up"], f"{where}: follow_up"),
        after=_after(document.get("after", {}), f"{where}: after"),
        endpoints=tuple(document["endpoints"]),
        **{field: document.get(field, "") for field in _REMARKS},
    )
    _check(trial, where)
    return trial


def trial_document(trial: Trial) -> dict[str, Any]:
    """Return a trial as a plain document that :func:`trial_from_document` reads back to the same value."""
    eligibility: dict[str, str] = {}
    for item in trial.eligibility:
        eligibility[item.covariate] = AND.join(x for x in (eligibility.get(item.covariate, ""), item.text) if x)
    document = {
        "name": trial.name,
        "label": trial.label,
        **_said(trial, ("registry", *_REMARKS)),
        "population": {"name": trial.population, "shift": {k: dict(v) for k, v in trial.shift.items()}},
        "eligibility": eligibility,
        "arms": [_arm_document(arm) for arm in trial.arms],
        "assessment": _assessment_document(trial.assessment),
        "crs": {k: v for k, v in vars(trial.crs).items() if v != ""},
        "follow_up": f"{trial.follow_up!r} day",
        "after": {name: _parameter_document(item) for name, item in trial.after.items()},
        "endpoints": list(trial.endpoints),
    }
    return document


def _criteria(entry: Mapping[str, str], where: str) -> Iterator[Criterion]:
    for covariate, text in entry.items():
        if covariate not in UNITS:
            near = difflib.get_close_matches(covariate, UNITS, n=1)
            hint = f"Nearest: {near[0]}." if near else ""
            raise LibraryError(f"{where}.{covariate}", "an unknown covariate", f"one of {', '.join(UNITS)}", hint)
        for part in text.split(AND):
            yield _criterion(covariate, part.strip(), f"{where}.{covariate}")


def _criterion(covariate: str, text: str, where: str) -> Criterion:
    """Return one comparison such as ``">= 18 year"``, ``"< 75 %"``, ``"<= 1"`` or ``"is 0"``."""
    from trimer.units import parse

    unit = UNITS[covariate]
    example = '"is 0"' if covariate in FLAGS else '"<= 1"' if unit == "number" else f'">= 18 {unit}"'
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise LibraryError(where, f'"{text}"', f"a comparison by >=, >, <=, < or is, such as {example}")
    word, stated = match.groups()
    if unit != "number":
        if word == "is":
            raise LibraryError(where, f'"{text}"', f"a bound by >=, >, <= or <, such as {example}")
        return Criterion(covariate, _OPERATORS[word], parse(stated, unit, where), text)
    flag = covariate in FLAGS
    if not stated.isdecimal() or (flag and (word != "is" or stated not in "01")):
        raise LibraryError(where, f'"{text}"', '"is 0" or "is 1"' if flag else f"a whole number, such as {example}")
    return Criterion(covariate, _OPERATORS[word], float(stated), text)


def _arms(entries: Sequence[Mapping[str, Any]], folder: Path, where: str) -> tuple[Arm, ...]:
    from trimer.library import protocol

    patients = [entry["n"] for entry in entries]
    by_size = [n / sum(patients) for n in patients]
    shares = _shares(entries, where) or by_size
    found = []
    for i, (entry, share) in enumerate(zip(entries, shares, strict=True)):
        here = f"{where}[{i}]"
        stated: dict[str, Any] = {k: entry[k] for k in ("reference", *_REMARKS) if k in entry}
        if "protocol" in entry:
            stated["protocol"] = _named("protocol", entry["protocol"], folder, f"{here}.protocol")
            protocol(stated["protocol"])  # a fault in one's own shows now rather than at the start of a long run
        else:
            stated["regimens"] = _mix(entry["regimens"], folder, f"{here}.regimens")
        treated = entry.get("treated", entry["n"])
        found.append(Arm(entry["name"], entry["label"], entry["n"], treated, share, **stated))
    return tuple(found)


def _mix(entries: Sequence[Mapping[str, Any]], folder: Path, where: str) -> tuple[Share, ...]:
    from trimer.library import regimen

    shares = _shares(entries, where) or [1.0]
    if len(shares) != len(entries):
        raise LibraryError(f"{where}[0].share", "nothing", "the share of patients who get it")
    found = []
    for i, (entry, share) in enumerate(zip(entries, shares, strict=True)):
        name = _named("regimen", entry["name"], folder, f"{where}[{i}].name")
        most = regimen(name).cycles
        cycles = entry.get("cycles", most)
        if cycles > most:
            raise LibraryError(f"{where}[{i}].cycles", str(cycles), f"1 to {most} for {entry['name']}")
        found.append(Share(name, share, cycles))
    return tuple(found)


def _shares(entries: Sequence[Mapping[str, Any]], where: str) -> list[float]:
    """Return the shares that entries state, scaled to add to 1; none when none is stated."""
    from trimer.units import parse

    if not any("share" in entry for entry in entries):
        return []
    found = []
    for i, entry in enumerate(entries):
        if "share" not in entry:
            raise LibraryError(f"{where}[{i}].share", "nothing", "its share, as the others say theirs")
        found.append(parse(entry["share"], "fraction", f"{where}[{i}].share"))
        if not 0.0 < found[i] <= 1.0:
            raise LibraryError(f"{where}[{i}].share", f'"{entry["share"]}"', "a share of more than 0 and at most 100 %")
    total = math.fsum(found)
    if abs(total - 1.0) > ROUNDING:
        raise LibraryError(where, f"shares that add to {100.0 * total:g} %", "shares that add to 100 %")
    return found if math.isclose(total, 1.0, rel_tol=1e-12) else [share / total for share in found]


def _assessment(entry: Mapping[str, Any], where: str) -> Assessment:
    from trimer.units import parse

    stated: dict[str, Any] = {k: entry[k] for k in ("efs", *_REMARKS) if k in entry}
    for field in ("mrd_limit", "mrd_assessed"):
        if field in entry:
            stated[field] = parse(entry[field], "fraction", f"{where}.{field}")
            if not 0.0 < stated[field] <= 1.0:
                raise LibraryError(f"{where}.{field}", f'"{entry[field]}"', "a share of more than 0 and at most 100 %")
    days = entry["days"]
    if days != "cycle end":
        stated["days"] = tuple(_time(day, f"{where}.days[{i}]") for i, day in enumerate(days))
    later = [
        (_time(item["until"], f"{where}.follow_up_days[{i}].until") if "until" in item else math.inf,
         _time(item["every"], f"{where}.follow_up_days[{i}].every"))
        for i, item in enumerate(entry.get("follow_up_days", ()))
    ]  # fmt: skip
    return Assessment(
        response=entry["response"],
        window=entry["window"],
        cycle_length=_time(entry["cycle_length"], f"{where}.cycle_length"),
        follow_up_days=tuple(later),
        **stated,
    )


def _after(entries: Mapping[str, Any], where: str) -> dict[str, Parameter]:
    """Return what a trial says of what follows it: entries of ``outcome.toml``, in their units."""
    found = {}
    for name, entry in entries.items():
        here = f"{where}.{name}"
        unit = known_parameter(name, here).unit
        own = {field: text for field, text in entry.items() if field != "unit"}
        found[name] = parameter_from(name, own, unit, here, "population")
        if unit == "fraction" and not 0.0 <= found[name].value <= 1.0:
            raise LibraryError(f"{here}.value", str(entry["value"]), "a share between 0 and 1")
    return found


def _named(kind: str, name: str, folder: Path, where: str) -> str:
    """Return the library name of an entry, or the path of a file that stands in the folder."""
    own = name.endswith(".toml")
    try:
        path = find(f"{kind}s", folder / name if own else name)
    except LibraryError as fault:
        raise LibraryError(where, f'"{name}"', f"a {kind} of the library, or a file", fault.hint) from None
    return str(path) if own else name


def _time(text: str, where: str) -> float:
    from trimer.units import parse

    found = parse(text, "day", where)
    if not found > 0.0:
        raise LibraryError(where, f'"{text}"', "a time of more than nothing")
    return found


def _check(trial: Trial, where: str) -> None:
    """Raise when a part does not go with the rest."""
    names = [arm.name for arm in trial.arms]
    for i, arm in enumerate(trial.arms):
        if arm.name in names[:i]:
            raise LibraryError(f"{where}: arms[{i}].name", f'a second "{arm.name}"', "a name of its own")
        if arm.treated > arm.n:
            raise LibraryError(f"{where}: arms[{i}].treated", str(arm.treated), f"at most n, {arm.n}")
    marked = sum(arm.reference for arm in trial.arms)
    if marked != (len(trial.arms) > 1):
        expected = "one arm with reference = true" if len(trial.arms) > 1 else "none, as there is nothing to compare"
        raise LibraryError(f"{where}: arms", f"{marked or 'no'} arm{'s' * (marked > 1)} of reference", expected)
    for covariate, (low, high) in trial.bounds().items():
        if low > high:
            text = AND.join(c.text for c in trial.eligibility if c.covariate == covariate)
            raise LibraryError(f"{where}: eligibility.{covariate}", f'"{text}"', "bounds that somebody meets")
    _check_times(trial, f"{where}: assessment")
    if trial.assessment.window_end > trial.follow_up:
        window = f"the window of response, {trial.assessment.window_end:g} day"
        raise LibraryError(f"{where}: follow_up", f"{trial.follow_up:g} day", f"at least {window}")


def _check_times(trial: Trial, where: str) -> None:
    looked = trial.assessment
    for i, day in enumerate(looked.days):
        if i and day <= looked.days[i - 1]:
            raise LibraryError(f"{where}.days[{i}]", f"{day:g} day", f"one after day {looked.days[i - 1]:g}")
        if day > looked.window_end:
            raise LibraryError(f"{where}.days[{i}]", f"{day:g} day", f"one in the window, {looked.window_end:g} day")
    before = looked.window_end
    for i, (until, _) in enumerate(looked.follow_up_days):
        if until <= before:
            raise LibraryError(f"{where}.follow_up_days[{i}].until", f"{until:g} day", f"later than day {before:g}")
        before = until
        if math.isinf(until) and i + 1 < len(looked.follow_up_days):
            raise LibraryError(f"{where}.follow_up_days[{i}].until", "nothing", "a day, for all but the last")


def _said(item: object, fields: Sequence[str]) -> dict[str, Any]:
    return {field: value for field in fields if (value := getattr(item, field))}


def _arm_document(arm: Arm) -> dict[str, Any]:
    mix = [{"name": r.name, "share": f"{r.share!r} fraction", "cycles": r.cycles} for r in arm.regimens]
    document = {"name": arm.name, "label": arm.label, "n": arm.n, "treated": arm.treated}
    document |= {"share": f"{arm.share!r} fraction", **({"regimens": mix} if mix else {"protocol": arm.protocol})}
    return document | _said(arm, ("reference", *_REMARKS))


def _assessment_document(looked: Assessment) -> dict[str, Any]:
    later = [
        {"every": f"{every!r} day", **({} if math.isinf(until) else {"until": f"{until!r} day"})}
        for until, every in looked.follow_up_days
    ]
    return {
        "response": looked.response,
        "days": [f"{day!r} day" for day in looked.days] or "cycle end",
        "window": looked.window,
        "cycle_length": f"{looked.cycle_length!r} day",
        "mrd_limit": f"{looked.mrd_limit!r} fraction",
        "mrd_assessed": f"{looked.mrd_assessed!r} fraction",
        "follow_up_days": later,
        "efs": looked.efs,
    } | _said(looked, _REMARKS)


def _parameter_document(item: Parameter) -> dict[str, str]:
    document = {"value": f"{item.value!r} {item.unit}", "unit": item.unit, "distribution": item.distribution}
    if item.spread:
        scale = {"normal": item.unit, "logitnormal": "logit"}.get(item.distribution, "log")
        document["spread"] = f"sd {item.spread!r} {scale}"
    return document | {"kind": item.kind, **_said(item, _REMARKS)}
