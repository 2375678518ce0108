"""The parts of a replay's answer, made from a case, its dosing, its data and the solved patients."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trimer.course import Course, Reading
from trimer.criteria.threshold import describe
from trimer.criteria.verdict import Verdict
from trimer.engine.solution import Solution
from trimer.observables import OBSERVABLES
from trimer.parameters import ParameterSet
from trimer.record.case import Case
from trimer.study.fit import Fit
from trimer.study.likelihood import ERRORS, Datum
from trimer.study.result import Curves, DoseItem, ObservationItem, ParameterItem, TimelineItem, VerdictItem
from trimer.study.simulated import ORDINAL
from trimer.study.states import state_of
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug

FACTOR = ("wbc", "anc", "platelets", "haemoglobin")
POINTS = 10.0
BAND = (0.05, 0.5, 0.95)


def timeline(case: Case) -> tuple[TimelineItem, ...]:
    """Return the recorded events with their windows and remarks."""
    plan = case.schedule
    items = []
    for event in case.events:
        window = plan.windows[event.id]
        end = plan.windows.get(f"{event.id}.end")
        items.append(
            TimelineItem(
                event=event.id,
                number=event.number,
                kind=event.kind,
                label=event.label,
                start=float(window.day),
                end=float(end.day) if end else float(window.day),
                earliest=float(window.earliest),
                latest=float(window.latest),
                precision=window.precision,
                date=plan.date(event.id).isoformat(),
                notes=tuple(f"{n.id}: {n.text}" if n.id else n.text for n in event.notes),
            )
        )
    return tuple(items)


def doses(administrations: Sequence[Administration], drugs: Mapping[str, Drug]) -> tuple[DoseItem, ...]:
    """Return the administrations as simulated."""
    return tuple(
        DoseItem(
            drug=a.drug,
            label=a.note or drugs[a.drug].label,
            start=float(a.start),
            end=float(a.end),
            amount=float(a.amount),
            unit=drugs[a.drug].amount_unit,
            route=a.route,
            kind=a.kind,
            event=a.event,
        )
        for a in administrations
    )


def observations(
    record: Course, data: Sequence[Datum], fitted: Solution, prior: Solution, outputs: Sequence[str]
) -> tuple[ObservationItem, ...]:
    """Return every recorded value the model has a word for, and the stated conclusions used as intervals."""
    used = {(d.event, d.observable) for d in data}
    rows: list[tuple[Reading, str]] = []
    for reading in record.readings:
        if reading.observable in outputs and reading.absence is None and not math.isnan(reading.low):
            rows.append((reading, "read out of words" if reading.inferred else ""))
    shown = {(r.source, r.observable) for r, _ in rows}
    for d in data:
        if d.origin == "stated conclusion" and (d.event, d.observable) not in shown:
            unit = OBSERVABLES[d.observable].unit
            reading = Reading(d.observable, d.low, d.high, unit=unit, day=d.day, source=d.event)
            rows.append((reading, "interval read from a stated conclusion"))
    rows.sort(key=lambda r: (r[0].day, r[0].source, r[0].observable))
    return tuple(_observation(r, remark, (r.source, r.observable) in used, record, fitted, prior) for r, remark in rows)


def _observation(
    reading: Reading, remark: str, used: bool, record: Course, fitted: Solution, prior: Solution
) -> ObservationItem:
    at = int(np.searchsorted(fitted.times, reading.day - 1e-9))
    value = float(fitted[reading.observable][0, at])
    low, median, high = np.nanquantile(prior[reading.observable][prior.ok][:, at], BAND)
    agreement, hit = agree(reading, value)
    method = f"{reading.method}, " if reading.method else ""
    share = f"of {reading.denominator}" if reading.denominator else ""
    return ObservationItem(
        event=reading.source,
        observable=reading.observable,
        label=OBSERVABLES[reading.observable].label,
        unit=OBSERVABLES[reading.observable].unit,
        day=float(reading.day),
        date=record.date(reading.day).isoformat(),
        recorded=describe(reading),
        low=float(reading.low),
        high=float(reading.high),
        fitted=value,
        band=(float(low), float(median), float(high)),
        role="fitted" if used else "not used",
        remark="; ".join(x for x in (remark, f"{method}{share}".strip(", ")) if x),
        agreement=agreement,
        hit=hit,
    )


def agree(reading: Reading, value: float) -> tuple[str, bool]:
    """Return how a simulated value stands to a recorded one, in words, and whether it counts as a hit.

    An ordinal category is the whole part of the severity; marrow blasts within 10 points; counts within a factor of
    two; an interval when it is inside; anything else within two of the likelihood's standard deviations.
    """
    name = reading.observable
    if name in ORDINAL or not reading.exact:
        seen = math.floor(value) if name in ORDINAL else value
        above = seen > reading.low if reading.low_open else seen >= reading.low
        below = seen < reading.high if reading.high_open else seen <= reading.high
        inside = above and below
        return ("inside the interval", True) if inside else ("miss: outside the interval", False)
    target = reading.low
    if name == "marrow_blast_percent":
        gap = abs(value - target)
        return (f"within {gap:.1f} points", True) if gap <= POINTS else (f"miss: {gap:.0f} points off", False)
    error = ERRORS.get(name)
    if name in FACTOR or error is None or error.scale == "log":
        factor = math.exp(abs(math.log(max(value, 1e-12) / max(target, 1e-12))))
        return (
            (f"within a factor of {factor:.2f}", True) if factor <= 2.0 else (f"miss: a factor of {factor:.1f}", False)
        )
    gap = abs(value - target)
    unit = {"Cel": "°C", "%": "points"}.get(OBSERVABLES[name].unit, OBSERVABLES[name].unit)
    near = gap <= 2.0 * error.sd
    return (f"within {gap:.1f} {unit}", True) if near else (f"miss: {gap:.1f} {unit} off", False)


def verdicts(record: Course, judged: Sequence[Verdict], simulated: Sequence[Verdict]) -> tuple[VerdictItem, ...]:
    """Return the judgements of record and simulation side by side; agreement where both settle a category."""
    others = {(v.set, v.visit): v for v in simulated}
    keys = {(v.set, v.visit) for v in judged}
    items = []
    for v in judged:
        other = others.get((v.set, v.visit))
        items.append(_verdict(record, v, v, other))
    items += [_verdict(record, v, None, v) for v in simulated if (v.set, v.visit) not in keys]
    return tuple(sorted(items, key=lambda i: (i.day, i.set)))


def _verdict(course: Course, either: Verdict, judged: Verdict | None, other: Verdict | None) -> VerdictItem:
    same: bool | None = None
    if judged is not None and other is not None:
        if judged.subject == "crs":
            known = judged.possible or (judged.category,)
            same = other.category in known if judged.supported_by else None
        else:
            same = state_of(other.category) == state_of(judged.category) if judged.supported_by else None
    nothing = {"category": "not recorded", "headline": "not recorded", "reason": "", "decided_by": [], "missing": []}
    return VerdictItem(
        assessment=either.visit,
        label=either.label,
        day=float(either.day),
        date=course.date(either.day).isoformat(),
        set=either.set,
        subject=either.subject,
        record=judged.to_dict() if judged else dict(nothing),
        simulation=other.to_dict() if other else {**nothing, "category": "none", "headline": "none"},
        agree=same,
    )


def parameters(population: ParameterSet, patient: ParameterSet, fit: Fit) -> tuple[ParameterItem, ...]:
    """Return every parameter with its prior, its value and its story; the estimated ones with their shift."""
    shift = dict(zip(fit.names, fit.z, strict=True))
    return tuple(
        ParameterItem(
            name=name,
            unit=item.unit,
            prior=population[name].value,
            spread=item.spread,
            value=item.value,
            kind=item.kind,
            layer=item.layer,
            source=item.source,
            where=item.where,
            note=item.note,
            shift=float(shift[name]) if name in shift else None,
        )
        for name, item in patient.items()
    )


def curves(fitted: Solution, prior: Solution, days: NDArray[np.float64], names: Sequence[str]) -> Curves:
    """Return the fitted course and the prior band on some of the solved times."""
    at = np.searchsorted(fitted.times, days - 1e-9)
    band = {n: np.nanquantile(prior[n][prior.ok][:, at], BAND, axis=0) for n in names}

    def rows(k: int) -> dict[str, tuple[float, ...]]:
        return {n: tuple(float(x) for x in band[n][k]) for n in names}

    return Curves(
        days=tuple(float(d) for d in days),
        fitted={n: tuple(float(x) for x in fitted[n][0, at]) for n in names},
        low=rows(0),
        median=rows(1),
        high=rows(2),
        units={n: OBSERVABLES[n].unit for n in names},
        labels={n: OBSERVABLES[n].label for n in names},
    )
