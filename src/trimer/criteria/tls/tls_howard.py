"""Tumour lysis syndrome by Howard, Jones and Pui, 2011.

Two of four abnormal analytes within the same 24 hours, from 3 days before to 7 days after the start of treatment; a
change from baseline no longer counts. Calcium is low when either the corrected or the ionised one is. What is shared
with Cairo-Bishop 2004 is in :mod:`trimer.criteria.tls.definition`.

An analyte that was abnormal at some other time but not charted within 24 h of an abnormal one is unknown at that time:
the two may have been abnormal together, so the answer stays open.
"""

from __future__ import annotations

from trimer.course import Course, Reading
from trimer.criteria.logic import Truth, any_of, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.tls.definition import ANALYTES, CLINICAL, LABORATORY, Laboratory, Window, beyond, label, limit
from trimer.criteria.tls.definition import judge as judge_tls
from trimer.criteria.verdict import Decision, Subject, Verdict

LABEL = "TLS, Howard 2011"
SUBJECT: Subject = "tls"
CITATION = "Howard SC, Jones DP, Pui CH. N Engl J Med 2011;364:1844-1854 (citation recalled)"

TOGETHER = 1.0  # day within which two analytes must be abnormal (24 h, as printed)

THRESHOLDS: dict[str, Threshold] = {
    **LABORATORY,
    "ionised_calcium": Threshold(
        "ionised_calcium", "<=", 0.3, "mmol/L", "laboratory TLS", "seen",
        "TLS criteria of Howard 2011 as tabulated by bloodref.com",
        note=(
            "0.3 mmol/L goes with 1.12 mg/dL. Some tables swap the units: a normal ionised calcium is about 1.12 to "
            "1.32 mmol/L, so 1.12 mmol/L is not low."
        ),
        wording="<= 0.3 mmol/L (1.12 mg/dL)",
    ),
    **CLINICAL,
}  # fmt: skip

_MEASURES = {name: (name,) for name in ANALYTES} | {"calcium": ("calcium", "ionised_calcium")}
_OBSERVABLES = (*ANALYTES, "ionised_calcium")


def judge(course: Course) -> tuple[Verdict, ...]:
    """Tell for each start of treatment whether there was laboratory or clinical TLS.

    Parameters
    ----------
    course : Course
        Reads ``urate``, ``potassium``, ``phosphate``, ``calcium`` (corrected), ``ionised_calcium``,
        ``creatinine_ratio``, ``arrhythmia``, ``seizure``, and the age.

    Returns
    -------
    tuple of Verdict
        One per start of a regimen or drug.
    """
    return judge_tls(course, "tls_howard", _OBSERVABLES, _laboratory)


def _laboratory(window: Window) -> Laboratory:
    tested = {name: [(r, _abnormal(name, r, window)) for r in window.readings[name]] for name in _OBSERVABLES}
    truth, onset = _together(tested, window)
    overall = {name: _charted(tested, name, None, window) for name in ANALYTES}
    missing = [m for name in ANALYTES if overall[name] is None for m in _missing(name, tested, window)]
    if truth is None:
        missing += _apart(tested, overall, window)
    return Laboratory(
        truth,
        tuple(_decide(name, tested[name], window) for name in _OBSERVABLES if name in LABORATORY or tested[name]),
        tuple(dict.fromkeys(missing)),
        tuple(name for name in ANALYTES if overall[name]),
        onset,
    )


def _abnormal(name: str, reading: Reading, window: Window) -> Truth:
    if name == "ionised_calcium":
        return THRESHOLDS[name].test(reading)
    return beyond(name, reading, window.age)


Tested = dict[str, list[tuple[Reading, Truth]]]


def _charted(tested: Tested, name: str, day: float | None, window: Window) -> Truth:
    """Return whether an analyte was abnormal, ever or within 24 h of a day.

    None where a measure of it is lacking, or was charted before the start only.
    """
    truths: list[Truth] = []
    for measure in _MEASURES[name]:
        ever = any_of(*(t for _, t in tested[measure])) if tested[measure] else None
        if ever is False and not any(window.after(r) for r, _ in tested[measure]):
            ever = None
        near = [] if day is None else [t for r, t in tested[measure] if abs(r.day - day) <= TOGETHER + 1e-9]
        truths.append(any_of(*near) if near else ever if day is None or ever is False else None)
    return any_of(*truths)


def _together(tested: Tested, window: Window) -> tuple[Truth, float | None]:
    """Return whether two analytes were abnormal within the same 24 h, and when that was first complete."""
    late = {name for name in ANALYTES if any(window.after(r) for m in _MEASURES[name] for r, _ in tested[m])}
    never = [name for name in ANALYTES if name not in late or _charted(tested, name, None, window) is None]
    # Two analytes of which nothing is known, or nothing after the start, may have been abnormal together.
    answer: Truth = None if len(never) >= 2 else False
    days: list[float] = []
    for name in ANALYTES:
        found = [(r, t) for measure in _MEASURES[name] for r, t in tested[measure] if t is not False]
        for reading, truth in found:
            others = any_of(*(_charted(tested, other, reading.day, window) for other in ANALYTES if other != name))
            if truth and others:
                days.append(reading.day)
            elif others is not False:
                answer = None
    return (True, sorted(days)[0]) if days else (answer, None)


def _apart(tested: Tested, overall: dict[str, Truth], window: Window) -> list[str]:
    """Return the analytes that were abnormal at some time, but not charted when another one may have been."""
    return [
        f"{label(other)} within 24 h"
        for name in ANALYTES
        for reading, truth in (pair for measure in _MEASURES[name] for pair in tested[measure])
        for other in ANALYTES
        if other != name
        and truth is not False
        and overall[other]
        and _charted(tested, other, reading.day, window) is None
    ]


def _missing(name: str, tested: Tested, window: Window) -> list[str]:
    """Return what leaves an analyte open."""
    lacking = [label(m) for m in _MEASURES[name] if not any(known(r) for r, _ in tested[m])]
    if name == "phosphate" and window.age is None and not lacking:
        return ["age"]
    before = [f"{label(m)} after the start" for m in _MEASURES[name] if not any(window.after(r) for r, _ in tested[m])]
    return lacking or before or [label(name)]


def _decide(name: str, found: list[tuple[Reading, Truth]], window: Window) -> Decision:
    """Return the comparison of the most telling reading with the limit."""
    row = THRESHOLDS[name] if name == "ionised_calcium" else limit(name, window.age)
    if not found:
        return row.decide(None)
    rank = {True: 2, None: 1, False: 0}
    reading, truth = max(found, key=lambda f: (rank[f[1]], known(f[0]), -f[0].day))
    return Decision(name, row.label, row.decide(reading).value, row.text, truth, row.provenance, row.source)
