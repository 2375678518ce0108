"""What definitions of tumour lysis syndrome (TLS) share: four analytes, the days around a start, the clinical grade.

Laboratory TLS is two of four abnormal analytes from 3 days before to 7 days after the start of treatment; clinical TLS
is laboratory TLS with a creatinine rise, arrhythmia, seizure or sudden death. The creatinine grades are printed; those
of arrhythmia and seizure are recalled, and where a record only says that there was one, its grade is an interval.

Assumed, because the definitions do not say: the baseline of a change is the last value at or before the start, not
older than 30 days. Lysis is looked for after treatment: what was charted at or after the start and never abnormal is
normal, what was charted before it only is open, and so is what was never charted. A sudden death is an event: one that
was not recorded did not happen. The verdict names what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trimer.course import Course, Reading
from trimer.criteria.grading import Classes, Fact, Graded, Scale, classes
from trimer.criteria.logic import Truth, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import ALIVE, BETWEEN, NONE_RECORDED, sentence, with_silence
from trimer.criteria.toxicity.chart import Series, chart, events, extent, lived, presence, settled, worst
from trimer.criteria.toxicity.treatment import Treatment, starts
from trimer.criteria.verdict import UNDETERMINED, Decision, Verdict

BEFORE, AFTER = 3.0, 7.0  # days around the start of treatment (printed)
BASELINE_AGE = 30.0  # days: an older value is no baseline (assumed)
ADULT = 18.0  # years from which the phosphate limit of adults holds (assumed)
CATEGORIES = ("no TLS", "laboratory TLS", "clinical TLS")
ANALYTES = ("urate", "potassium", "phosphate", "calcium")

BASELINE = "the last value of the 30 days before is the baseline"

_LABELS = {
    "urate": "uric acid", "potassium": "potassium", "phosphate": "phosphate", "calcium": "calcium (corrected)",
    "ionised_calcium": "ionised calcium",
}  # fmt: skip
_PRINTED = "TLS criteria of Cairo and Bishop 2004 and Howard 2011 as tabulated by bloodref.com"
_GRADES = "TLS grading table of Cairo and Bishop as printed in a review (journalmc.org)"
_RECALLED = "Cairo MS, Bishop M. Br J Haematol 2004;127:3-11"

LABORATORY: dict[str, Threshold] = {
    "urate": Threshold(
        "urate", ">=", 475.87, "umol/L", "laboratory TLS", "seen", _PRINTED, wording=">= 476 \u00b5mol/L (8 mg/dL)",
        note="8 mg/dL is 475.88 \u00b5mol/L; compared with 475.87, so that a value printed in either unit counts.",
    ),
    "potassium": Threshold("potassium", ">=", 6.0, "mmol/L", "laboratory TLS", "seen", _PRINTED),
    "phosphate": Threshold(
        "phosphate", ">=", 1.45, "mmol/L", "laboratory TLS, adults", "seen", _PRINTED,
        wording=">= 1.45 mmol/L (4.5 mg/dL)",
    ),
    "phosphate_child": Threshold(
        "phosphate", ">=", 2.098, "mmol/L", "laboratory TLS, children", "recalled", _RECALLED,
        wording=">= 2.1 mmol/L (6.5 mg/dL)",
        note="6.5 mg/dL is 2.0985 mmol/L; compared with 2.098, so that a value printed in either unit counts.",
    ),
    "calcium": Threshold(
        "calcium", "<=", 1.75, "mmol/L", "laboratory TLS", "seen", _PRINTED, wording="<= 1.75 mmol/L (7.0 mg/dL)"
    ),
}  # fmt: skip
"""Limits that both definitions use."""

CLINICAL: dict[str, Threshold] = {
    "creatinine_1": Threshold("creatinine_ratio", ">=", 1.5, "fraction", "clinical TLS, grade 1", "seen", _GRADES),
    "creatinine_2": Threshold("creatinine_ratio", ">", 1.5, "fraction", "clinical TLS, grade 2", "seen", _GRADES),
    "creatinine_3": Threshold("creatinine_ratio", ">", 3.0, "fraction", "clinical TLS, grade 3", "seen", _GRADES),
    "creatinine_4": Threshold("creatinine_ratio", ">", 6.0, "fraction", "clinical TLS, grade 4", "seen", _GRADES),
    "seizure": Threshold(
        "seizure", ">=", 1.0, "grade", "clinical TLS, grade 2 to 3", "recalled", _RECALLED,
        wording="seizure: grade 2 to 3, or 4 where prolonged",
    ),
    "seizure_4": Threshold(
        "seizure", ">=", 2.0, "grade", "clinical TLS, grade 4", "recalled", _RECALLED,
        wording="prolonged or repeated seizure: grade 4",
    ),
}  # fmt: skip
"""Limits of clinical TLS and its grades I to IV."""

_CREATININE = tuple((row.relation, row.value) for key, row in CLINICAL.items() if key.startswith("creatinine"))
_SEIZURE_GRADE = (0, 2, 3, 4)
_SUDDEN = r"\bsudden(ly)?\b.*\b(death|died)\b|\b(death|died)\b.*\bsudden(ly)?\b"


def _clinical(laboratory: int, creatinine: int, arrhythmia: int, seizure: int, death: int) -> int:
    """Return the grade of complete facts; 0 where TLS is none or in the laboratory only."""
    if not laboratory:
        return 0
    return 5 if death else max(creatinine, arrhythmia, _SEIZURE_GRADE[seizure])


_ROMAN = ("none", "I", "II", "III", "IV")
SCALE = Scale(
    (
        Fact("laboratory", "laboratory TLS", ("no", "yes")),
        Fact("creatinine", "creatinine over its upper limit", _ROMAN),
        Fact("arrhythmia", "arrhythmia and its grade", _ROMAN),
        Fact("seizure", "seizure and its grade", ("none", "II", "III", "IV")),
        Fact("death", "sudden death", ("no", "yes")),
    ),
    _clinical,
)


@dataclass(frozen=True)
class Window:
    """Hold the readings around one start of treatment.

    Attributes
    ----------
    start : Treatment
    readings : mapping of str to tuple of Reading
        From 3 days before to 7 days after the start, by observable.
    baseline : mapping of str to tuple of Reading
        Those of the last moment at or before the start.
    age : Reading or None, years
    """

    start: Treatment
    readings: Mapping[str, tuple[Reading, ...]]
    baseline: Mapping[str, tuple[Reading, ...]]
    age: Reading | None

    def after(self, reading: Reading) -> bool:
        """Return whether a reading was taken at or after the start, and says something."""
        return reading.day >= self.start.start and reading.absence is None


@dataclass(frozen=True)
class Laboratory:
    """Hold whether there is laboratory TLS, what decided it, what is missing, and what was taken for granted."""

    truth: Truth
    decisions: tuple[Decision, ...]
    missing: tuple[str, ...]
    abnormal: tuple[str, ...]
    onset: float | None = None
    conventions: tuple[str, ...] = ()


Rule = Callable[[Window], Laboratory]


def label(observable: str) -> str:
    """Return an analyte in words."""
    return _LABELS[observable]


def phosphate(reading: Reading, age: Reading | None) -> Truth:
    """Return whether phosphate is high for the age; open between the two limits where the age is not known."""
    adult, child = LABORATORY["phosphate"].test(reading), LABORATORY["phosphate_child"].test(reading)
    if not known(age) or age is None:
        return adult if adult is child else None
    if age.low >= ADULT:
        return adult
    if age.high < ADULT:
        return child
    return adult if adult is child else None


def limit(observable: str, age: Reading | None) -> Threshold:
    """Return the limit of an analyte to show: that of children where the age says so."""
    child = observable == "phosphate" and age is not None and known(age) and age.high < ADULT
    return LABORATORY["phosphate_child" if child else observable]


def beyond(observable: str, reading: Reading, age: Reading | None) -> Truth:
    """Return whether a reading is beyond its limit."""
    return phosphate(reading, age) if observable == "phosphate" else LABORATORY[observable].test(reading)


def judge(course: Course, criterion: str, observables: tuple[str, ...], rule: Rule) -> tuple[Verdict, ...]:
    """Tell for each start of a regimen or drug whether there was TLS.

    Parameters
    ----------
    course : Course
    criterion : str
        Its name.
    observables : tuple of str
        Analytes the laboratory rule reads.
    rule : callable
        From a :class:`Window` to a :class:`Laboratory`.

    Returns
    -------
    tuple of Verdict
        In time order, with the grade of clinical TLS; undetermined where the facts leave more than one category, and
        ``"none recorded"`` where nothing is charted around a start.
    """
    return with_silence(course, lambda known: _judge(known, criterion, observables, rule))


def _judge(course: Course, criterion: str, observables: tuple[str, ...], rule: Rule) -> tuple[Verdict, ...]:
    names = (*observables, "creatinine_ratio", "arrhythmia", "seizure")
    charts = {name: chart(course, name) for name in names}
    return tuple(_verdict(course, criterion, rule(window), window) for window in _windows(course, charts))


def _windows(course: Course, charts: Mapping[str, Series]) -> list[Window]:
    age = course.patient.get("age")
    return [
        Window(
            start,
            {name: series.between(start.start - BEFORE, start.start + AFTER) for name, series in charts.items()},
            {name: series.last(start.start, BASELINE_AGE) for name, series in charts.items()},
            None if age is not None and age.absence else age,
        )
        for start in starts(course)
    ]


def _facts(course: Course, window: Window) -> dict[str, Classes]:
    """Return the clinical facts."""
    ratios, fits, rhythms = (window.readings[name] for name in ("creatinine_ratio", "seizure", "arrhythmia"))
    creatinine = [classes(r, _CREATININE) for r in ratios]
    seizure = [_seizure(r) for r in fits]
    rhythm = {True: frozenset((1, 2, 3, 4)), False: frozenset((0,)), None: frozenset(range(5))}
    irregular = presence(rhythms)
    sudden = events(course, _SUDDEN, window.start.start - BEFORE, window.start.start + AFTER, ("status", "toxicity"))
    return {
        "creatinine": _since(worst(creatinine, frozenset(range(5))), 5, ratios, window),
        "arrhythmia": rhythm[None if irregular is False and not any(map(window.after, rhythms)) else irregular],
        "seizure": _since(worst(seizure, frozenset(range(4))), 4, fits, window),
        "death": frozenset((int(bool(sudden)),)),
    }


def _since(found: Classes, count: int, readings: Sequence[Reading], window: Window) -> Classes:
    """Return the classes that the worst may be; what was charted before the start only may have become worse."""
    return found if any(map(window.after, readings)) else frozenset(range(min(found), count))


def _seizure(reading: Reading) -> Classes:
    """Return the grades a recorded seizure may be: one that resolves rapidly is II or III, a prolonged one is IV."""
    found = classes(reading, ((">=", 1.0), (">=", 2.0)))
    grades: tuple[tuple[int, ...], ...] = ((0,), (1, 2), (3,))
    return frozenset(g for k in found for g in grades[k])


def _verdict(course: Course, criterion: str, laboratory: Laboratory, window: Window) -> Verdict:
    facts = _facts(course, window)
    lab: dict[Truth, Classes] = {True: frozenset((1,)), False: frozenset((0,)), None: frozenset((0, 1))}
    graded = SCALE.grade({"laboratory": lab[laboratory.truth], **facts})
    shown = SCALE.grade({"laboratory": frozenset((1,)), **facts})
    possible = [CATEGORIES[0]] if laboratory.truth is not True else []
    if laboratory.truth is not False:
        possible += [CATEGORIES[1]] if shown.low == 0 else []
        possible += [CATEGORIES[2]] if shown.high > 0 else []
    charted = any(r.absence is None for found in window.readings.values() for r in found)
    category = possible[0] if len(possible) == 1 else UNDETERMINED if charted else NONE_RECORDED
    taken = laboratory.conventions + _taken(course, category, graded, laboratory.truth, window)
    missing = tuple(
        m for name in graded.narrowing for m in (laboratory.missing if name == "laboratory TLS" else (name,))
    )
    if laboratory.truth is None and not missing:
        missing = laboratory.missing
    given = window.start
    clinical = category == CATEGORIES[2]
    return Verdict(
        set=criterion,
        subject="tls",
        visit=f"tls-{given.number}",
        label=given.words,
        day=given.start,
        category=category,
        reason=_reason(category, laboratory, window, taken),
        qualifier=graded.text if clinical else "",
        possible=tuple(possible),
        supported_by="measured" if len(possible) == 1 else "",
        decided_by=(*laboratory.decisions, *_decisions(window, graded)),
        missing=missing if len(possible) > 1 or graded.low < graded.high else (),
        grade=(graded.low, graded.high),
        onset=laboratory.onset if laboratory.truth else None,
        treatment_day=given.day(laboratory.onset) if laboratory.truth and laboratory.onset is not None else None,
        conventions=taken,
    )


def _taken(course: Course, category: str, graded: Graded, laboratory: Truth, window: Window) -> tuple[str, ...]:
    """Return what the answer takes for granted: what was charted is the worst, and who died suddenly is recorded."""
    settled_below = category in CATEGORIES and (laboratory is False or graded.high < 4)
    fatal = laboratory is not False and graded.high < 5 and category != NONE_RECORDED
    alive = lived(course, window.start.start + AFTER)
    return ((BETWEEN,) if settled_below else ()) + ((ALIVE,) if fatal and not alive else ())


def _reason(category: str, laboratory: Laboratory, window: Window, taken: tuple[str, ...]) -> str:
    rows = [r for name in (*ANALYTES, "ionised_calcium") for r in window.readings.get(name, ())]
    if not settled(rows):
        facts = "no uric acid, potassium, phosphate or calcium is recorded"
    elif laboratory.abnormal:
        facts = f"abnormal {', '.join(label(name) for name in laboratory.abnormal)}"
    else:
        facts = "no abnormal value" if any(map(window.after, rows)) else "no abnormal value before, none charted after"
    around = f"around the start of {window.start.words} (3 days before to 7 days after)"
    first = window.start.start - BEFORE
    return sentence(f"{category} {around}: {facts}", extent(rows, first, window.start.start + AFTER), taken)


def _decisions(window: Window, graded: Graded) -> tuple[Decision, ...]:
    """Return the comparisons of clinical TLS, where there may be any."""
    if graded.high == 0:
        return ()
    ratios = window.readings["creatinine_ratio"]
    highest = max((r for r in ratios if known(r)), key=lambda r: (r.high, r.low), default=None)
    fits = max((r for r in window.readings["seizure"] if known(r)), key=lambda r: (r.high, r.low), default=None)
    rows = [CLINICAL[f"creatinine_{k}"].decide(highest) for k in range(1, 5)]
    reached = [d for d in rows if d.met][-1:] + [d for d in rows if d.met is None][:1]
    return (*(reached or rows[:1]), CLINICAL["seizure"].decide(fits))
