"""Tumour lysis syndrome by Cairo and Bishop, 2004.

Two of four analytes beyond a limit, or changed by 25 % from baseline, at any time from 3 days before to 7 days after
the start of treatment. What is shared with Howard 2011 is in :mod:`trimer.criteria.tls.definition`.
"""

from __future__ import annotations

from trimer.course import Course, Reading
from trimer.criteria.logic import Truth, any_of, known, relative_change
from trimer.criteria.threshold import Threshold
from trimer.criteria.tls.definition import (
    ANALYTES,
    BASELINE,
    CLINICAL,
    LABORATORY,
    Laboratory,
    Window,
    beyond,
    label,
    limit,
)
from trimer.criteria.tls.definition import judge as judge_tls
from trimer.criteria.verdict import Decision, Subject, Verdict

LABEL = "TLS, Cairo-Bishop 2004"
SUBJECT: Subject = "tls"
CITATION = "Cairo MS, Bishop M. Br J Haematol 2004;127:3-11 (citation recalled)"

_PRINTED = "TLS criteria of Cairo and Bishop 2004 as tabulated by bloodref.com"
_NOTE = "A rise for uric acid, potassium and phosphate, a fall for calcium; 25 % itself counts (our reading)."

THRESHOLDS: dict[str, Threshold] = {
    **LABORATORY,
    **{
        f"{name}_change": Threshold(
            name, "<=" if name == "calcium" else ">=", -25.0 if name == "calcium" else 25.0, "%", "laboratory TLS",
            "seen", _PRINTED, note=_NOTE, quantity=f"Change of {label(name)} from baseline",
        )
        for name in ANALYTES
    },
    **CLINICAL,
}  # fmt: skip


def judge(course: Course) -> tuple[Verdict, ...]:
    """Tell for each start of treatment whether there was laboratory or clinical TLS.

    Parameters
    ----------
    course : Course
        Reads ``urate``, ``potassium``, ``phosphate``, ``calcium`` (corrected), ``creatinine_ratio``, ``arrhythmia``,
        ``seizure``, and the age.

    Returns
    -------
    tuple of Verdict
        One per start of a regimen or drug.
    """
    return judge_tls(course, "tls_cairo_bishop", ANALYTES, _laboratory)


def _laboratory(window: Window) -> Laboratory:
    truths: dict[str, Truth] = {}
    decisions: list[Decision] = []
    missing: list[str] = []
    days: list[float] = []
    for name in ANALYTES:
        found = [(r, *_abnormal(name, r, window)) for r in window.readings[name]]
        truths[name] = any_of(*(any_of(high, change) for _, high, change in found)) if found else None
        if truths[name] is False and not any(window.after(r) for r, *_ in found):
            truths[name] = None
        decisions += _decisions(name, found, window)
        days += [next((r.day for r, *tests in found if True in tests), float("inf"))]
        if truths[name] is None:
            missing += _missing(name, found, window)
    certain = sum(t is True for t in truths.values())
    possible = sum(t is not False for t in truths.values())
    truth = True if certain >= 2 else None if possible >= 2 else False
    compared = any(window.baseline[name] and any(map(window.after, window.readings[name])) for name in ANALYTES)
    return Laboratory(
        truth,
        tuple(decisions),
        tuple(dict.fromkeys(missing)),
        tuple(name for name, t in truths.items() if t),
        sorted(days)[1] if certain >= 2 else None,
        (BASELINE,) if compared and truth is not None else (),
    )


def _abnormal(name: str, reading: Reading, window: Window) -> tuple[Truth, Truth]:
    """Return whether a reading is beyond its limit, and whether it has changed by 25 % from baseline."""
    return beyond(name, reading, window.age), _changed(name, reading, window)


def _changed(name: str, reading: Reading, window: Window) -> Truth:
    if reading.day <= window.start.start:
        return False  # the baseline itself, or what came before it
    row, before = THRESHOLDS[f"{name}_change"], window.baseline[name]
    return any_of(*(row.test(relative_change(reading, b)) for b in before)) if before else None


def _missing(name: str, found: list[tuple[Reading, Truth, Truth]], window: Window) -> list[str]:
    """Return what leaves an analyte open."""
    if not any(known(r) for r, *_ in found):
        return [label(name)]
    if not any(window.after(r) for r, *_ in found):
        return [f"{label(name)} after the start"]
    facts = [f"{label(name)} before the start"] if any(change is None for *_, change in found) else []
    facts += ["age"] if name == "phosphate" and window.age is None and any(h is None for _, h, _ in found) else []
    return facts or [label(name)]


def _decisions(name: str, found: list[tuple[Reading, Truth, Truth]], window: Window) -> list[Decision]:
    """Return the comparison of the most telling reading with the limit, and its change where that counts."""
    row = limit(name, window.age)
    if not found:
        return [row.decide(None)]
    rank = {True: 2, None: 1, False: 0}
    reading, high, _ = max(found, key=lambda f: (rank[f[1]], known(f[0]), -f[0].day))
    decided = [Decision(name, row.label, row.decide(reading).value, row.text, high, row.provenance, row.source)]
    changed, _, change = max(found, key=lambda f: (rank[f[2]], known(f[0]), -f[0].day))
    if change is True:
        decided.append(THRESHOLDS[f"{name}_change"].decide(relative_change(changed, window.baseline[name][0])))
    return decided
