"""The treatment as recorded as a plan from a decision on, so that other plans can be compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.errors import InputError
from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.study.assemble import assemble
from trimer.study.replay import Setting
from trimer.study.scenario import SEED, Scenario
from trimer.study.trial.treat import Treated
from trimer.study.twin.segment import Source, day_of, first_engager, setting_of
from trimer.therapy.administration import Administration

Array = NDArray[np.float64]
RECORDED = "recorded"
TOUCH = 1e-9  # day


def decision(setting: Setting, at: str | None = None, begin: float | None = None) -> float:
    """Return the day of a decision from the record's origin, just before what is given on it.

    Parameters
    ----------
    setting : Setting
    at : str, optional
        A date, or an event of the record. Default: before the first engager.
    begin : float, day, optional
        Before which there is no answer, as the twin begins then. Default: the first day of the record.

    Raises
    ------
    InputError
        When it is neither, or outside the record.
    CaseError
        When it is left open and the record has no engager.
    """
    day = first_engager(setting) if at is None else day_of(setting, at)
    seen = min([v.day for v in setting.record.visits] + [a.start for a in setting.administrations], default=0.0)
    first = seen if begin is None else begin + 1.0
    if not first <= day <= setting.end:
        start, end = (setting.record.date(x).isoformat() for x in (first, setting.end))
        raise InputError(
            "date of the decision", setting.record.date(day).isoformat(), f"a date of the record, {start} to {end}"
        )
    return day


def recorded_plan(
    case: Source, at: str | float | None = None, keep: Mapping[str, Iterable[str]] | None = None
) -> Scenario:
    """Return the treatment as recorded after a decision, as a plan whose day 0 is the decision.

    Doses are those of the replay, on their recorded days; an infusion that runs on day 0 goes on with what is left of
    it. A recorded hold is part of the record and is kept, whether or not the simulated patient would need it. After
    the end of the record nothing is given.

    Parameters
    ----------
    case : str, Path, Case or Setting
    at : str or float, optional
        See :func:`decision`; or a day from the record's origin.
    keep : mapping of str to iterable of str, optional
        See :func:`trimer.study.plan.plan_of`.

    Raises
    ------
    InputError, CaseError
        See :func:`decision`; or when the case is at fault.
    """
    setting = setting_of(case)
    day = float(at) if isinstance(at, int | float) else decision(setting, at)
    given = tuple(_shifted(a, day) for a in setting.administrations if a.end > day or a.start >= day - TOUCH)
    kept = tuple(sorted((drug, route) for drug, routes in (keep or {}).items() for route in routes))
    names = dict.fromkeys((*(a.drug for a in given), *(drug for drug, _ in kept)))
    drugs = {name: setting.drugs[name] if name in setting.drugs else library.drug(name) for name in names}
    assembly = assemble(given, drugs, setting.case.size, 0.0, kept)
    label = f"As recorded in {setting.case.id} from {setting.record.date(day).isoformat()}"
    return Scenario(RECORDED, label, assembly, given, drugs, {}, SEED)


def _shifted(dose: Administration, day: float) -> Administration:
    """Return a dose on its day after the decision; what had been infused before is cut off."""
    start = max(dose.start, day)
    left = dose.end - start
    part = left / dose.duration if dose.duration > 0.0 else 1.0
    return replace(dose, start=max(start - day, 0.0), duration=left, amount=dose.amount * part)


def as_recorded(treated: Treated, setting: Setting, day: float) -> Treated:
    """Return a course with the cycles and holds of the engager that the record tells of, which no rule decided.

    Parameters
    ----------
    treated : Treated
        Under :func:`recorded_plan`.
    setting : Setting
    day : float
        Of the decision, from the record's origin.
    """
    engagers = {name for name, drug in setting.drugs.items() if ENGAGEMENT in drug.effects}
    end = float(treated.times[-1])

    def days(kind: str) -> Array:
        own = [e.start - day for e in setting.record.episodes if e.kind == kind and e.name in engagers]
        return np.array(sorted(x for x in own if -TOUCH <= x <= end), dtype=float)

    cycles, holds, count = days("drug"), days("hold"), len(treated.status)
    return replace(treated, cycles=[cycles] * count, holds=[holds] * count)
