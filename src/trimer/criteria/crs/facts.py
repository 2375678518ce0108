"""Facts of one episode of CRS as the older scales read them: each one of a few classes, from mild to severe.

What a course leaves open is every class it does not exclude (``Finding.allowed``). Records rarely write down what did
not happen, so a second, narrower reading goes by named conventions (``Finding.usual``): organ toxicity, oxygen, a
judgement of life-threatening, refractory hypotension, interruption, treatment, hospital care for it and coagulopathy
that are not reported are taken as none, and an oxygen fraction that is not reported is told by the device (low-flow
below 40 %, high-flow 40 % or more). Hypotension, dose and duration of vasopressors, the kind of positive pressure and
how long the episode lasted have no convention. Of several recorded values the worst counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trimer.course import Course, Reading
from trimer.criteria.crs.episodes import CARRY, SCALES, VASOPRESSOR, Found, Sample, Search, absence, charted, highest
from trimer.criteria.grading import Classes, Fact, classes
from trimer.criteria.logic import Relation, known
from trimer.criteria.threshold import describe

YES, NO = "yes", "no"
NONE = ", taken as none"
UNSAID = ("not recorded", "not stated", "not done")


@dataclass(frozen=True)
class Sign:
    """Hold a fact with the measurable quantity behind it.

    Attributes
    ----------
    fact : Fact
    levels : tuple of (observable, value, unit)
        From which value on each class holds, from class 1 upwards.
        What no quantity measures stands under the nearest one; the label tells what is meant.
    """

    fact: Fact
    levels: tuple[tuple[str, float, str], ...]


def _sign(name: str, label: str, words: Sequence[str], *levels: tuple[str, float, str]) -> Sign:
    return Sign(Fact(name, label, tuple(words)), levels)


def _grades(name: str, label: str, observable: str) -> Sign:
    words = ("none", *(f"grade {g}" for g in range(1, 5)))
    return _sign(name, label, words, *((observable, float(g), "grade") for g in range(1, 5)))


def _judged(name: str, label: str, nearest: str, unit: str = "grade") -> Sign:
    return Sign(Fact(name, label, (NO, YES)), ((nearest, 1.0, unit),))


_ALL = (
    _sign("fever", "temperature", ("below 38.0 \u00b0C", "38.0 \u00b0C or more"), ("temperature", 38.0, "Cel")),
    _sign(
        "hypotension", "hypotension (number of vasopressors)", SCALES["hypotension"],
        *(("hypotension", float(k), "grade") for k in (1, 2, 3)),
    ),
    _sign("dose", "dose of vasopressors", ("low dose", "high dose"), ("vasopressor_dose", 2.0, "grade")),
    _sign("duration", "days on vasopressors", ("less than 24 h", "24 h or more"), ("vasopressor_days", 1.0, "day")),
    _sign(
        "oxygen", "oxygen (fraction and device)",
        ("none", "below 40 %", "40 % or more", "positive pressure without a ventilator", "ventilator"),
        ("hypoxia", 1.0, "grade"), ("oxygen_fraction", 40.0, "%"), ("hypoxia", 3.0, "grade"), ("hypoxia", 3.0, "grade"),
    ),
    _grades("organ", "organ toxicity", "organ_toxicity"),
    _grades("transaminases", "raised transaminases", "transaminase_toxicity"),
    _judged("threatening", "a judgement of life-threatening", "organ_toxicity"),
    _judged("refractory", "hypotension refractory to high-dose vasopressors", "hypotension"),
    _judged("interrupted", "interruption of the infusion", "temperature", "Cel"),
    _judged("treated", "symptomatic treatment", "temperature", "Cel"),
    _sign("prolonged", "duration of symptoms", ("24 h or less", "longer, or again"), ("temperature", 38.0, "Cel")),
    _judged("hospital", "hospital care for it", "organ_toxicity"),
    _judged("coagulopathy", "coagulopathy that needs blood products", "organ_toxicity"),
    _judged("death", "death from it", "organ_toxicity"),
)  # fmt: skip

SIGNS: dict[str, Sign] = {sign.fact.name: sign for sign in _ALL}
"""Every fact by name."""

_WORDS = {
    "threatening": re.compile(r"life.?threatening", re.I),
    "refractory": re.compile(r"(hypotens|shock|vasopress).*refractory|refractory.*(hypotens|shock|vasopress)", re.I),
    "hospital": re.compile(r"intensive care|\bICU\b|hospital|readmi|\badmi(tted|ssion)", re.I),
    "coagulopathy": re.compile(r"coagulopathy|\bDIC\b|cryoprecipitate|fresh.frozen|fibrinogen", re.I),
}
_NEGATED = re.compile(r"\b(not|no|without)\b[^,;.]*$", re.I)
_TOLD = ("toxicity", "procedure", "rescue")
_VENTILATOR = re.compile(r"(?<!non-invasive )(?<!noninvasive )(mechanical ventilat|ventilator|intubat)", re.I)
_MASK = re.compile(r"\bCPAP\b|\bBiPAP\b|non-?invasive", re.I)
_A_DAY: tuple[tuple[Relation, float], ...] = ((">=", 1.0),)
_PROMPT = 1.0  # day within which a response is prompt; printed for prophylactic drugs, used for the whole response
_DEVICE: tuple[Classes, ...] = tuple(map(frozenset, ((0,), (1, 2), (1, 2), (3, 4))))  # oxygen by category of hypoxia
_DEVICE_USUAL: tuple[Classes, ...] = tuple(map(frozenset, ((0,), (1,), (2,), (3, 4))))


@dataclass(frozen=True)
class Finding:
    """Hold what a course says about one fact.

    Attributes
    ----------
    allowed : frozenset of int
        Classes the course leaves open, without any convention.
    usual : frozenset of int
        Those that remain by convention; never any that is not allowed.
    value : str
        What was found, in words; ``"not recorded"`` where nothing was.
    convention : str
        The convention in words, where it makes a difference.
    """

    allowed: Classes
    usual: Classes
    value: str
    convention: str = ""


def observe(course: Course, here: Search, found: Found) -> dict[str, Finding]:
    """Return what a course says about every fact of :data:`SIGNS` in one episode.

    Parameters
    ----------
    course : Course
    here : Search
        The exposure.
    found : Found
        The episode.
    """
    start, end = found.onset - CARRY, found.finish + CARRY
    told = [
        f"{e.name}: {e.detail}"
        for e in course.episodes
        if e.kind in _TOLD and e.start <= end and max(e.start, e.end) >= start
    ]
    sparse = ("vasopressor_dose", "vasopressor_days", "oxygen_fraction", "organ_toxicity", "transaminase_toxicity")
    worst = _worst(course, sparse, start, end)
    fever = frozenset((1,)) if found.certain and any(s.fever for s in found.samples) else frozenset((0, 1))
    findings = {
        "fever": _plain(fever, describe(found.hottest)),
        "hypotension": _hypotension(course, found, told),
        "dose": _measured("dose", worst["vasopressor_dose"]),
        "duration": _duration(course, found, worst["vasopressor_days"]),
        "oxygen": _oxygen(course, found, worst["oxygen_fraction"], told),
        "organ": _measured("organ", worst["organ_toxicity"], none_by_convention=True),
        "transaminases": _measured("transaminases", worst["transaminase_toxicity"], none_by_convention=True),
        "interrupted": _event("interrupted", _held(course, here.exposure.drug, start, end)),
        "treated": _event("treated", _rescued(course, start, end)),
        "prolonged": _prolonged(found),
        "death": _plain(frozenset((int(found.fatal),)), "recorded" if found.fatal else "not recorded"),
    }
    return findings | {name: _event(name, _said(words, told)) for name, words in _WORDS.items()}


def _worst(course: Course, names: Sequence[str], start: float, end: float) -> dict[str, Reading | None]:
    """Return the highest value of some observables between two days; one without value where it says so."""
    found: dict[str, list[Reading]] = {name: [] for name in names}
    for reading in charted(course, names):
        if start <= reading.day <= end:
            found[reading.observable].append(reading)
    return {name: highest(readings) for name, readings in found.items()}


def _plain(allowed: Classes, value: str) -> Finding:
    return Finding(allowed, allowed, value)


def _measured(name: str, reading: Reading | None, none_by_convention: bool = False) -> Finding:
    """Return a fact that is one number."""
    sign = SIGNS[name]
    allowed = classes(reading, tuple((">=", value) for _, value, _ in sign.levels))
    value = _words(sign.fact, allowed) if known(reading) else describe(reading)
    if none_by_convention and not known(reading):
        return Finding(allowed, frozenset((0,)), value, f"{sign.fact.label} {value}{NONE}")
    return _plain(allowed, value)


def _event(name: str, happened: bool | None) -> Finding:
    """Return a fact that is reported (True), denied (False) or not mentioned (None)."""
    if happened is None:
        convention = f"{SIGNS[name].fact.label} not recorded{NONE}"
        return Finding(frozenset((0, 1)), frozenset((0,)), UNSAID[0], convention)
    return _plain(frozenset((int(happened),)), YES if happened else NO)


def _words(fact: Fact, allowed: Classes) -> str:
    """Return classes in words: the class, or the mildest and the severest."""
    low, high = fact.classes[min(allowed)], fact.classes[max(allowed)]
    if low == high:
        return low
    return f"{low} or more" if max(allowed) == len(fact.classes) - 1 else f"{low} to {high}"


def _range(samples: Sequence[Sample], name: str) -> Classes:
    """Return the worst category of an ordinal scale over the samples, as the classes it may be."""
    rows = [s.scales[name] or (0, 3) for s in samples]
    return frozenset(range(max(r[0] for r in rows), max(r[1] for r in rows) + 1))


def _hypotension(course: Course, found: Found, told: Sequence[str]) -> Finding:
    allowed = _range(found.samples, "hypotension")
    if not _simulated(found) and _said(VASOPRESSOR, told):
        allowed = allowed & {2, 3} or frozenset((2, 3))  # whoever was given one needed one, charted or not
    unknown = len(allowed) == 4
    value = absence(course, found.onset, "hypotension") if unknown else _words(SIGNS["hypotension"].fact, allowed)
    return _plain(allowed, value)


def _oxygen(course: Course, found: Found, fraction: Reading | None, told: Sequence[str]) -> Finding:
    """Return the oxygen given: by fraction where that is recorded, else by device."""
    recorded = [s for s in found.samples if s.scales["hypoxia"] is not None]
    by_fraction = classes(fraction, ((">", 21.0), (">=", 40.0)))
    allowed = _with_fraction(_range(found.samples, "hypoxia"), by_fraction, _DEVICE)
    if any(_VENTILATOR.search(text) for text in told) and 4 in allowed:
        allowed = frozenset((4,))
    elif any(_MASK.search(text) for text in told) and 3 in allowed:
        allowed -= {4}
    table = _DEVICE if known(fraction) else _DEVICE_USUAL
    if recorded:
        usual = _with_fraction(_range(recorded, "hypoxia"), by_fraction, table)
    else:
        usual = by_fraction if known(fraction) else frozenset((0,))
    usual = usual & allowed or allowed
    value = _words(SIGNS["oxygen"].fact, usual if recorded or known(fraction) else allowed)
    if not recorded and not known(fraction) and len(allowed) == 5:
        value = absence(course, found.onset, "hypoxia")
    if usual == allowed:
        return _plain(allowed, value)
    how = f"oxygen {value}{NONE}"
    if value not in UNSAID:
        how = "oxygen that is not charted taken as none, its fraction told by the device"
    return Finding(allowed, usual, value, how)


def _with_fraction(hypoxia: Classes, by_fraction: Classes, table: Sequence[Classes]) -> Classes:
    """Return the classes of oxygen that device and fraction allow together; either, where they exclude each other."""
    by_device = frozenset[int]().union(*(table[k] for k in hypoxia))
    return by_device & (by_fraction | {3, 4}) or by_device | by_fraction


def _simulated(found: Found) -> bool:
    """Return whether the vital signs are a simulation's, which is not judged by what the record's patient was given."""
    return any(s.temperature is not None and s.temperature.source == "simulated" for s in found.samples)


def _duration(course: Course, found: Found, reading: Reading | None) -> Finding:
    """Return time on vasopressors: as recorded, else as charted, else as long as one named as a rescue was given."""
    if known(reading):
        return _measured("duration", reading)
    low, high = _time_on_vasopressors(found)
    allowed = classes(Reading("vasopressor_days", low, high, unit="day"), _A_DAY)
    if len(allowed) > 1 and not _simulated(found):
        given = [
            e.end - e.start
            for e in course.episodes
            if e.kind == "rescue" and e.end > e.start and VASOPRESSOR.search(f"{e.name} {e.detail}")
            and e.start <= found.finish + CARRY and e.end >= found.onset - CARRY
        ]  # fmt: skip
        if given:
            allowed = classes(Reading("vasopressor_days", max(given), max(given), unit="day"), _A_DAY)
    settled = len(allowed) == 1
    return _plain(allowed, _words(SIGNS["duration"].fact, allowed) if settled else describe(reading))


def _time_on_vasopressors(found: Found) -> tuple[float, float]:
    """Return the longest stretch on vasopressors in days: that shown for sure, and the longest possible."""
    shown = longest = 0.0
    first: float | None = None
    latest = found.samples[0].day
    free: float | None = None  # last day surely without, before the possible stretch; None before anything is known
    open_since = False
    for s in found.samples:
        low, high = s.scales["hypotension"] or (0, 3)
        first = s.day if low >= 2 and (first is None or s.day - latest > CARRY) else first if low >= 2 else None
        shown = max(shown, s.day - first) if first is not None else shown
        if high < 2:
            if open_since:
                longest = max(longest, s.day - free) if free is not None else float("inf")
            free, open_since = s.day, False
        else:
            open_since = True
        latest = s.day
    if open_since:
        longest = (
            max(longest, found.resolved - free) if found.resolved is not None and free is not None else float("inf")
        )
    return shown, max(longest, shown)


def _prolonged(found: Found) -> Finding:
    """Return whether symptoms lasted beyond 24 h or came back; open while the end is not known."""
    if found.recurrent:
        return _plain(frozenset((1,)), "again after an earlier episode")
    shown = (s.day for s in found.samples if s.fever or any(scale and scale[0] for scale in s.scales.values()))
    sick = max(shown, default=found.onset) - found.onset
    if sick > _PROMPT:
        return _plain(frozenset((1,)), f"{sick:.3g} days or more")
    if found.resolved is None:
        return _plain(frozenset((0, 1)), UNSAID[0])
    lasted = found.resolved - found.onset
    return _plain(frozenset((int(lasted > _PROMPT + 1e-9),)), f"{lasted:.3g} days")


def _rescued(course: Course, start: float, end: float) -> bool | None:
    """Return whether any rescue was given; None where none is recorded."""
    return any(e.kind == "rescue" and start <= e.start <= end for e in course.episodes) or None


def _held(course: Course, drug: str, start: float, end: float) -> bool | None:
    """Return whether the infusion was held or stopped near an episode; None where nothing says so."""
    near = (e for e in course.episodes if e.kind in ("hold", "stop") and start <= e.start <= end)
    texts = (f"{e.name} {e.detail}".lower() for e in near)
    return any(drug in text or "infusion" in text for text in texts) or None


def _said(pattern: re.Pattern[str], told: Sequence[str]) -> bool | None:
    """Return whether the record says something, denies it, or is silent."""
    found = [(text, match) for text in told for match in pattern.finditer(text)]
    if not found:
        return None
    return any(not _NEGATED.search(text[: match.start()]) for text, match in found)
