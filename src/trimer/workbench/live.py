"""The live course: what becomes of 200 subjects under a plan, as bands that a page can redraw while it is dragged."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.criteria import criterion
from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.study.calibrated_range import plan_outside
from trimer.study.outcome_values import ENGAGER_PLASMA, SEVERE, exposed, given_until
from trimer.study.outcomes import course as solved
from trimer.study.research import NOTICE
from trimer.study.trial.toxicity import crs_grades, worst
from trimer.study.trial.treat import Treated
from trimer.workbench.asked import Asked

Array = NDArray[np.float64]
SCALE = "astct_2019_crs"
BAND = (0.05, 0.5, 0.95)
RTOL = 1e-2
"""Of what is looked at: bands are off by less than a line's width (tested). Verdicts are solved closer."""
SIGNS = ("temperature", "hypotension", "hypoxia")
PANELS: dict[str, str] = {
    "marrow_blast_percent": "log",
    "t_cells_blood": "log",
    "il6": "log",
    "temperature": "linear",
    "anc": "log",
    "platelets": "log",
    "mrd_marrow": "log",
    "cd19_dim_percent": "linear",
}
"""What is drawn beside the engager's concentration, and on which kind of axis."""
DIGITS = 4  # significant, of what is sent


def course(question: Asked, scale: str = SCALE) -> dict[str, Any]:
    """Return the bands of a course.

    Parameters
    ----------
    question : Asked
    scale : str
        Criterion by which CRS is graded for the eye; the plan's rules have their own.

    Returns
    -------
    dict
        ``times`` (day), ``panels`` (each with ``name``, ``label``, ``unit``, ``scale`` and the 5, 50 and 95 % of
        subjects at every time: ``low``, ``mid``, ``high``), ``rate`` (what flows in, ug/day), ``crs`` (share of
        subjects by highest grade so far, and with any or severe CRS at each time), shares held and stopped, drug
        amount and days of infusion, sentences on where the question leaves what was calibrated, and times taken.

    Raises
    ------
    InputError
        When the scale grades no CRS, or nobody could be solved.
    """
    start = time.perf_counter()
    subjects, plan = question.subjects, question.plan
    engagers = tuple(f"{name}_plasma" for name in plan.engagers) or (ENGAGER_PLASMA,)
    wanted = dict.fromkeys((*PANELS, *SIGNS, *engagers, ENGAGER_PLASMA))
    treated = solved(subjects, plan, question.days, outputs=wanted, rtol=RTOL)
    kept = treated.status == 0
    if not kept.any():
        expected, hint = "a course", "The doses may be beyond what can be solved."
        raise InputError("plan", "nobody who could be solved", expected, hint)
    known = kept & [not np.isnan(doses).any() for doses in treated.doses]  # of a log that was too long, they are not
    doses = _Doses.of([found for found, ok in zip(treated.doses, known, strict=True) if ok])
    panels = [_panel(name, treated.values[name][kept], PANELS.get(name, "log")) for name in (*PANELS, *engagers)]
    return {
        "notice": NOTICE,
        "treatment": plan.treatment,
        "label": plan.label,
        "who": subjects.label,
        "draws": len(subjects),
        "days": question.days,
        "times": treated.times.tolist(),
        "panels": panels,
        "rate": {"unit": "ug/day", **_rates(doses, treated.times)},
        "crs": _crs(treated, kept, scale),
        **_amounts(doses, question.days, plan.rules is None),
        **_decided(treated, kept, question.days),
        "failed": int((~kept).sum()),
        "outside": [*plan_outside(plan, question.days, treated), *question.about],
        "key": question.key,
        "ms": round(1e3 * (time.perf_counter() - start), 1),
    }


def _band(values: Array) -> Array:
    """Return the 5, 50 and 95 % of subjects, shape (3, n_times): order statistics, so that each is somebody's value."""
    ordered = np.sort(values, axis=0)
    last = len(ordered) - 1
    found: Array = ordered[[round(q * last) for q in BAND]]
    return found


def _panel(name: str, values: Array, scale: str) -> dict[str, Any]:
    observable = OBSERVABLES.get(name)
    label = observable.label if observable else f"{name.removesuffix('_plasma').replace('_', ' ')}, plasma"
    unit = observable.unit if observable else "ng/mL"
    floor = observable.floor if observable else 1e-3
    low, mid, high = (shortened(row) for row in _band(values))
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "scale": scale,
        "floor": floor,
        "low": low,
        "mid": mid,
        "high": high,
    }


def shortened(values: Array) -> list[float]:
    """Return numbers with as many digits as can be seen, so that little is sent."""
    with np.errstate(divide="ignore"):
        places = DIGITS - 1 - np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.clip(np.where(values == 0.0, 0.0, places), 0.0, 300.0)
    return list((np.round(values * scale) / scale).tolist())  # of whole numbers, a quotient is the nearest there is


@dataclass(frozen=True)
class _Doses:
    """Hold the doses of all subjects: how many subjects, whose, when they began and ended (day), how much (ug)."""

    count: int
    who: NDArray[np.int64]
    start: Array
    end: Array
    amount: Array

    @classmethod
    def of(cls, doses: Sequence[Array]) -> _Doses:
        start, end, amount = np.concatenate([np.empty((0, 3)), *doses]).T
        return cls(len(doses), np.repeat(np.arange(len(doses)), [len(x) for x in doses]), start, end, amount)

    def total(self, values: Array) -> Array:
        """Return sums by subject."""
        return np.bincount(self.who, values, self.count).astype(float)


def _rates(doses: _Doses, times: Array) -> dict[str, list[float]]:
    """Return what flows in at each time, ug/day: 5, 50 and 95 % of subjects."""
    rate = np.zeros((doses.count, len(times) + 1))
    runs = doses.end > doses.start
    who, each = doses.who[runs], doses.amount[runs] / (doses.end - doses.start)[runs]
    np.add.at(rate, (who, np.searchsorted(times, doses.start[runs] - 1e-6)), each)
    np.add.at(rate, (who, np.searchsorted(times, doses.end[runs] - 1e-6)), -each)
    flowing = np.abs(np.cumsum(rate, axis=1)[:, :-1])
    low, mid, high = (shortened(row) for row in np.round(_band(flowing), 6))
    return {"low": low, "mid": mid, "high": high}


def _crs(treated: Treated, kept: NDArray[np.bool_], scale: str) -> dict[str, Any]:
    """Return shares of subjects with CRS, by the scale's grades under treatment."""
    temperature, hypotension, hypoxia = (treated.values[name][kept] for name in SIGNS)
    graded = crs_grades(scale, temperature, hypotension, hypoxia, "highest")
    graded = np.where(exposed(treated)[kept], graded, 0)
    highest = worst(graded)
    count = len(graded)
    return {
        "scale": scale,
        "label": criterion(scale).label,
        "grades": [{"grade": g, "share": round(float((highest == g).sum()) / count, 4)} for g in range(5)],
        "any": [round(float(x), 4) for x in (graded >= 1).mean(axis=0)],
        "severe": [round(float(x), 4) for x in (graded >= SEVERE).mean(axis=0)],
    }


def _amounts(doses: _Doses, days: float, by_calendar: bool) -> dict[str, Any]:
    """Return what was given of engagers until the last day; infusions overlap by a calendar only."""
    if by_calendar:
        first = doses.who == 0
        ug, span, _ = given_until(np.column_stack([doses.start, doses.end, doses.amount])[first], days)
        return {"drug_ug": _three(np.full(1, ug)), "infusion_days": _three(np.full(1, span))}
    length = doses.end - doses.start
    shot = length <= 0.0
    part = np.where(shot, doses.start <= days, np.clip((days - doses.start) / np.where(shot, 1.0, length), 0.0, 1.0))
    infused = np.clip(np.minimum(doses.end, days) - doses.start, 0.0, None)
    return {
        "drug_ug": _three(doses.total(doses.amount * part)),
        "infusion_days": _three(doses.total(infused)),
    }


def _decided(treated: Treated, kept: NDArray[np.bool_], days: float) -> dict[str, float]:
    """Return the shares of subjects in whom rules held or stopped treatment."""
    held = [bool((holds <= days).any()) for holds, ok in zip(treated.holds, kept, strict=True) if ok]
    return {"held": float(np.mean(held)), "stopped": float((treated.stops[kept] <= days).mean())}


def _three(values: Array) -> dict[str, float]:
    low, mid, high = (float(x) for x in _band(values[:, None])[:, 0])
    return {"low": round(low, 3), "mid": round(mid, 3), "high": round(high, 3)}


def table(document: Mapping[str, Any]) -> str:
    """Return the bands of a course as CSV text: a line a time, with units in the head."""
    panels = document["panels"]
    names = [f"{p['name']}_{q} [{p['unit']}]" for p in panels for q in ("p05", "p50", "p95")]
    rate = [f"infusion_rate_{q} [ug/day]" for q in ("p05", "p50", "p95")]
    head = ["time [day]", *names, *rate, "crs_any_share", "crs_severe_share"]
    columns = [document["times"]]
    columns += [p[key] for p in (*panels, document["rate"]) for key in ("low", "mid", "high")]
    columns += [document["crs"]["any"], document["crs"]["severe"]]
    lines = [",".join(f"{x:g}" for x in row) for row in zip(*columns, strict=True)]
    said = f"# {document['treatment']}; {document['who']}; {document['notice']}"
    return "\n".join([said, ",".join(head), *lines]) + "\n"
