"""Facts of one episode of CRS as the older scales read them: each one of a few classes, from mild to severe.

What a course leaves open is every class it does not exclude (``Finding.allowed``). Records rarely write down what did
not happen, so a second, narrower reading goes by named conventions (``Finding.usual``): organ toxicity, oxygen, a
judgement of life-threatening, refractory hypotension, interruption, treatment, hospital care for it and coagulopathy
that are not reported are taken as none, and an oxygen fraction that is not reported is told by the device (low-flow
below 40 %, high-flow 40 % or more). Hypotension, dose and duration of vasopressors, the kind of positive pressure and
how long the episode lasted have no convention. Of several recorded values the worst counts, over all they may be.

Words claim; what they deny is not recorded as absent, because a denial may be of something else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trimer.course import Course, Episode, Reading
from trimer.criteria.crs.episodes import Found, Search
from trimer.criteria.crs.signs import CARRY, SCALES, VASOPRESSOR, VENTILATED, Sample, absence, charted, highest, near
from trimer.criteria.grading import Classes, Fact, classes
from trimer.criteria.logic import Relation, Truth, known
from trimer.criteria.threshold import describe
from trimer.criteria.words import told

YES, NO = "yes", "no"
NONE = ", taken as none"
UNPRINTED = "not printed"
UNSAID = ("not recorded", "not stated", "not done", UNPRINTED)
JUDGED = "judged_fact"  # the observable of what no quantity measures


@dataclass(frozen=True)
class Sign:
    """Hold a fact with the measurable quantity behind it.

    Attributes
    ----------
    fact : Fact
    levels : tuple of (observable, value, unit)
        From which value on each class holds, from class 1 upwards. What no quantity measures is a judged fact.
    """

    fact: Fact
    levels: tuple[tuple[str, float, str], ...]


def _sign(name: str, label: str, words: Sequence[str], *levels: tuple[str, float, str]) -> Sign:
    return Sign(Fact(name, label, tuple(words)), levels)


def _grades(name: str, label: str, observable: str) -> Sign:
    words = ("none", *(f"grade {g}" for g in range(1, 5)))
    return _sign(name, label, words, *((observable, float(g), "grade") for g in range(1, 5)))


def _judged(name: str, label: str, words: Sequence[str] = (NO, YES)) -> Sign:
    return _sign(name, label, words, (JUDGED, 1.0, "grade"))


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
        ("hypoxia", 1.0, "grade"), ("oxygen_fraction", 40.0, "%"), ("hypoxia", 3.0, "grade"), (JUDGED, 1.0, "grade"),
    ),
    _grades("organ", "organ toxicity", "organ_toxicity"),
    _grades("transaminases", "raised transaminases", "transaminase_toxicity"),
    _judged("counted", "whether transaminases of grade 3 count as organ toxicity of grade 3"),
    _judged("threatening", "a judgement of life-threatening"),
    _judged("refractory", "hypotension refractory to high-dose vasopressors"),
    _judged("interrupted", "interruption of the infusion"),
    _judged("treated", "symptomatic treatment"),
    _judged("prolonged", "duration of symptoms", ("24 h or less", "longer")),
    _judged("recurrent", "recurrence after improvement"),
    _judged("hospital", "hospital care for it"),
    _judged("coagulopathy", "coagulopathy that needs blood products"),
    _judged("death", "death from it"),
)  # fmt: skip

SIGNS: dict[str, Sign] = {sign.fact.name: sign for sign in _ALL}
"""Every fact by name."""

_WORDS = {
    "threatening": re.compile(r"life.?threatening", re.I),
    "hospital": re.compile(r"intensive care|\bICU\b|hospital|readmi|\badmi(tted|ssion)", re.I),
    "coagulopathy": re.compile(r"coagulopathy|\bDIC\b|cryoprecipitate|fresh.frozen|fibrinogen", re.I),
}
_REFRACTORY = re.compile(
    r"(?<!fluid.)(?<!volume.)(?<!relapsed.)(?<!relapsed or )refractory(?!\s+(to\s+)?(fluid|volume|ALL\b))", re.I
)
_PRESSURE = re.compile(r"hypotens|shock|vasopress", re.I)
_TOLD = ("toxicity", "procedure", "rescue")
_VENTILATOR = re.compile(r"(?<!non-invasive )(?<!noninvasive )(mechanical ventilat|ventilator|intubat)", re.I)
_MASK = re.compile(r"\bCPAP\b|\bBiPAP\b|non-?invasive", re.I)
_A_DAY: tuple[tuple[Relation, float], ...] = ((">=", 1.0),)
_PROMPT = 1.0  # day within which a response is prompt; printed for prophylactic drugs, used for the whole response
_NONE_UNSAID = ("organ", "transaminases")  # by convention
# Of these a value outside of what surely belongs to an episode may not be its own.
_SPARSE = ("dose", "organ", "transaminases")
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
    whole = _facts(course, here, found)
    if found.settled:
        return whole
    core = whole
    if found.core:
        core = _facts(course, here, replace(found, samples=found.core, resolved=None))
    own = found.core and not found.parted
    beside = {name: core[name] if own else _measured(name, ()) for name in _SPARSE}
    joined = {name: _from_core(core[name], finding, max(finding.allowed)) for name, finding in whole.items()}
    joined |= {name: _from_core(beside[name], whole[name], max(SIGNS[name].fact.all)) for name in _SPARSE}
    return joined | {"fever": _plain(frozenset((int(found.certain), 1)), describe(found.hottest))}


def _facts(course: Course, here: Search, found: Found) -> dict[str, Finding]:
    """Return what a course says about every fact within the moments of an episode."""
    start, end = found.samples[0].day - CARRY, found.finish + CARRY
    events = near(course, start, end, _TOLD)
    sparse = ("vasopressor_dose", "vasopressor_days", "oxygen_fraction", "organ_toxicity", "transaminase_toxicity")
    rows: dict[str, list[Reading]] = {name: [] for name in sparse}
    outside = {s.day for s in here.samples} - {s.day for s in found.samples}
    for reading in charted(course, sparse):
        # A fraction of oxygen goes with the vital signs of its moment, which may not belong to the episode.
        elsewhere = reading.observable == "oxygen_fraction" and round(reading.day, 6) in outside
        if start <= reading.day <= end and not elsewhere:
            rows[reading.observable].append(reading)
    return {
        "fever": _plain(frozenset((1,)), describe(found.hottest)),
        "hypotension": _hypotension(course, found, events),
        "dose": _measured("dose", rows["vasopressor_dose"]),
        "duration": _duration(course, here, found, rows["vasopressor_days"]),
        "oxygen": _oxygen(course, found, rows["oxygen_fraction"], events),
        "organ": _measured("organ", rows["organ_toxicity"]),
        "transaminases": _measured("transaminases", rows["transaminase_toxicity"]),
        "counted": _plain(frozenset((0, 1)), UNPRINTED),
        "interrupted": _event("interrupted", _held(course, here.exposure.drug, start, end)),
        "treated": _event("treated", any(e.kind == "rescue" and e.start >= start for e in events)),
        "prolonged": _prolonged(found),
        "recurrent": _recurrent(found.recurrent),
        "refractory": _event("refractory", any(_is_refractory(e) for e in events)),
        "death": _plain(frozenset((int(found.fatal),)), "recorded" if found.fatal else "not recorded"),
    } | {name: _event(name, _said(words, events)) for name, words in _WORDS.items()}


def _from_core(core: Finding, whole: Finding, most: int) -> Finding:
    """Return a fact of an episode with open ends: at least that of what surely belongs to it, at most ``most``."""
    allowed = frozenset(c for c in core.allowed | whole.allowed if c <= most)
    usual = (core.usual | whole.usual) & allowed
    return Finding(allowed, usual, whole.value, "" if usual == allowed else whole.convention or core.convention)


def _plain(allowed: Classes, value: str) -> Finding:
    return Finding(allowed, allowed, value)


def _measured(name: str, readings: Sequence[Reading]) -> Finding:
    """Return a fact that is a number, the worst of those recorded; one that is not stated may be any."""
    sign = SIGNS[name]
    cuts: tuple[tuple[Relation, float], ...] = tuple((">=", value) for _, value, _ in sign.levels)
    allowed = _worst([classes(r, cuts) for r in readings] or [sign.fact.all])
    stated = [classes(r, cuts) for r in readings if known(r)]
    value = _words(sign.fact, _worst(stated)) if stated else describe(highest(readings))
    usual = (_worst(stated) if stated else frozenset((0,))) if name in _NONE_UNSAID else allowed
    if usual == allowed:
        return _plain(allowed, value)
    how = f"{sign.fact.label} {value}{NONE}" if not stated else f"{sign.fact.label} no worse where not stated"
    return Finding(allowed, usual, value, how)


def _worst(moments: Sequence[Classes]) -> Classes:
    """Return what the worst of several moments may be: what any of them may be, from the highest that one surely is."""
    least = max(min(allowed) for allowed in moments)
    return frozenset(c for allowed in moments for c in allowed if c >= least)


def _event(name: str, happened: bool) -> Finding:
    """Return a fact that is reported, or not mentioned: silence and denials leave it open."""
    if not happened:
        convention = f"{SIGNS[name].fact.label} not recorded{NONE}"
        return Finding(frozenset((0, 1)), frozenset((0,)), UNSAID[0], convention)
    return _plain(frozenset((1,)), YES)


def _recurrent(again: Truth) -> Finding:
    """Return whether an episode came before, in the same exposure."""
    if again is None:
        return _plain(frozenset((0, 1)), UNSAID[0])
    return _plain(frozenset((int(again),)), YES if again else UNSAID[0])


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


def _hypotension(course: Course, found: Found, events: Sequence[Episode]) -> Finding:
    allowed = _range(found.samples, "hypotension")
    if not found.simulated and _said(VASOPRESSOR, events):
        allowed = allowed & {2, 3} or frozenset((2, 3))  # whoever was given one needed one, charted or not
    unknown = len(allowed) == 4
    value = absence(course, found.onset, "hypotension") if unknown else _words(SIGNS["hypotension"].fact, allowed)
    return _plain(allowed, value)


def _oxygen(course: Course, found: Found, fractions: Sequence[Reading], events: Sequence[Episode]) -> Finding:
    """Return the oxygen given: moment by moment by its fraction where that is recorded, else by device."""
    by_day = _by_fraction(fractions)
    moments = _breaths(found, by_day)
    first, last = found.samples[0].day, found.samples[-1].day
    beside = [by for day, by in by_day.items() if by is not None and not first <= day <= last]
    allowed = _worst([_with_fraction(_levels(hypoxia), by, _DEVICE) for hypoxia, by in moments] + beside)
    if not found.simulated:
        allowed = _ventilated(allowed, events)
    charted_as = [_usual_breath(hypoxia, by) for hypoxia, by in moments if hypoxia is not None or by is not None]
    charted_as += beside
    usual = _worst(charted_as or [frozenset((0,))])
    usual = usual & allowed or allowed
    value = _words(SIGNS["oxygen"].fact, usual if charted_as else allowed)
    if not charted_as and len(allowed) == 5:
        value = absence(course, found.onset, "hypoxia")
    if usual == allowed:
        return _plain(allowed, value)
    how = f"oxygen {value}{NONE}"
    if value not in UNSAID:
        how = "oxygen that is not charted taken as none, its fraction told by the device"
    return Finding(allowed, usual, value, how)


def _ventilated(allowed: Classes, events: Sequence[Episode]) -> Classes:
    """Return the oxygen of an episode of which words may tell positive pressure: whoever was given it needed it."""
    if _said(_VENTILATOR, events):
        return frozenset((4,))
    if _said(_MASK, events) and allowed != {4}:
        return frozenset((3,))
    return allowed & {3, 4} or frozenset((3, 4)) if _said(VENTILATED, events) else allowed


def _by_fraction(fractions: Sequence[Reading]) -> dict[float, Classes | None]:
    """Return the classes of oxygen by its fraction, day by day; None where it is expressly not stated."""
    by_day: dict[float, list[Classes]] = {}
    for reading in fractions:
        rows = by_day.setdefault(reading.day, [])
        if known(reading):
            rows.append(classes(reading, ((">", 21.0), (">=", 40.0))))
    return {day: _worst(rows) if rows else None for day, rows in by_day.items()}


def _breaths(
    found: Found, by_day: Mapping[float, Classes | None]
) -> list[tuple[tuple[int, int] | None, Classes | None]]:
    """Return the category of hypoxia and the classes by fraction of every moment; None where not charted."""
    moments: list[tuple[tuple[int, int] | None, Classes | None]] = []
    fractions = sorted(by_day)
    for sample, following in itertools.zip_longest(found.samples, found.samples[1:]):
        until = following.day if following else sample.day + 1e-9
        earlier = [day for day in fractions if 0.0 <= sample.day - day <= CARRY]
        days = [*earlier[-1:], *(day for day in fractions if sample.day < day < until)]
        moments += [(sample.scales["hypoxia"], by_day[day]) for day in days] or [(sample.scales["hypoxia"], None)]
    return moments


def _levels(hypoxia: tuple[int, int] | None) -> Classes:
    low, high = hypoxia or (0, 3)
    return frozenset(range(low, high + 1))


def _usual_breath(hypoxia: tuple[int, int] | None, by: Classes | None) -> Classes:
    """Return the oxygen of one moment by convention: its fraction told by the device, and nothing more than charted."""
    if hypoxia is None:
        return by or frozenset((0,))
    return _with_fraction(_levels(hypoxia), by, _DEVICE if by is not None else _DEVICE_USUAL)


def _with_fraction(hypoxia: Classes, by_fraction: Classes | None, table: Sequence[Classes]) -> Classes:
    """Return the classes of oxygen that device and fraction allow together; either, where they exclude each other."""
    by_device = frozenset[int]().union(*(table[k] for k in hypoxia))
    if by_fraction is None:
        return by_device
    return by_device & (by_fraction | {3, 4}) or by_device | by_fraction


def _duration(course: Course, here: Search, found: Found, readings: Sequence[Reading]) -> Finding:
    """Return time on vasopressors: as recorded, else as charted, else as long as one named as a rescue was given."""
    if any(known(r) for r in readings):
        return _measured("duration", readings)
    low, high = _time_on_vasopressors(here, found)
    allowed = classes(Reading("vasopressor_days", low, high, unit="day"), _A_DAY)
    if len(allowed) > 1 and not found.simulated:
        rescues = near(course, found.samples[0].day - CARRY, found.finish + CARRY, ("rescue",))
        given = [e.end - e.start for e in rescues if e.end > e.start and told(e.name, e.detail, VASOPRESSOR)]
        if given:
            allowed = classes(Reading("vasopressor_days", max(given), max(given), unit="day"), _A_DAY)
    settled = len(allowed) == 1
    return _plain(allowed, _words(SIGNS["duration"].fact, allowed) if settled else describe(highest(readings)))


def _time_on_vasopressors(here: Search, found: Found) -> tuple[float, float]:
    """Return the longest stretch on vasopressors in days: that shown for sure, and the longest possible."""
    shown = longest = 0.0
    first: float | None = None
    latest = found.samples[0].day
    # Last day surely without, before the possible stretch; None before anything is known.
    free = next(
        (s.day for s in reversed(here.samples) if s.day < latest and (s.scales["hypotension"] or (0, 3))[1] < 2), None
    )
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
    """Return whether symptoms lasted beyond 24 h.

    The moments that show them are a lower bound, the first normal chart after them an upper one: between the two the
    duration is open. An end that the record states is taken at its word.
    """
    sick = max((s.day for s in found.samples if s.sick), default=found.onset) - found.onset
    if sick > _PROMPT:
        return _plain(frozenset((1,)), f"{_days(sick)} or more")
    if found.resolved is None:
        return _plain(frozenset((0, 1)), UNSAID[0])
    lasted = found.resolved - (found.onset if found.end_stated else found.samples[0].day)
    if lasted <= _PROMPT + 1e-9:
        return _plain(frozenset((0,)), f"{_days(lasted)} or less")
    if found.end_stated:
        return _plain(frozenset((1,)), _days(lasted))
    return _plain(frozenset((0, 1)), f"{sick:.3g} to {_days(lasted)}")


def _days(span: float) -> str:
    return f"{span:.3g} day{'' if f'{span:.3g}' == '1' else 's'}"


def _held(course: Course, drug: str, start: float, end: float) -> bool:
    """Return whether the infusion was held or stopped near an episode."""
    events = (e for e in near(course, start, end, ("hold", "stop")) if e.start >= start)
    texts = (f"{e.name} {e.detail}".lower() for e in events)
    return any(drug in text or "infusion" in text for text in texts)


def _said(pattern: re.Pattern[str], events: Sequence[Episode]) -> bool:
    """Return whether an event claims something."""
    return any(told(e.name, e.detail, pattern) for e in events)


def _is_refractory(event: Episode) -> bool:
    """Return whether an event claims low blood pressure that is refractory, and not merely to fluids."""
    return bool(_PRESSURE.search(f"{event.name} {event.detail}")) and told(event.name, event.detail, _REFRACTORY)
