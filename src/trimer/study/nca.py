"""Non-compartmental analysis: what a concentration course says of exposure and clearance without any model.

Conventions are those of the field's tools, so that figures compare: areas by the linear trapezoidal rule while
concentrations rise and the logarithmic one while they fall; the terminal slope from the last three or more points after
the peak and not before the end of an infusion, as many as give the best adjusted R2 (more points within 1e-4 of it);
extrapolation from the last observed concentration. Tested against the results of WinNonlin and NonCompart on R's data
sets Theoph and Indometh.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.errors import InputError

Array = NDArray[np.float64]
Route = Literal["bolus", "infusion", "extravascular"]
SLOPE_POINTS = 3
NEARLY = 1e-4  # of adjusted R2 within which more points are preferred
CARRY_OVER = 0.05  # share of Cmax above which what is left of an earlier dose forbids CL and Vz
SETTLED = 5.0  # half-lives after which an infusion is taken to be at its steady state


@dataclass(frozen=True)
class Nca:
    """Hold the summary of one exposure; NaN where it cannot be told. Units are those of the data.

    Attributes
    ----------
    start, end : float
        Of the exposure: its first dose, and the next exposure's (or the last observation).
    dose : float
        Amount given in it.
    points : int
        Observations used.
    cmax, tmax : float
        ``tmax`` counts from ``start``.
    clast, tlast : float
        Last concentration above zero.
    auc_last, auc_inf, extrapolated : float
        The last is the share of ``auc_inf`` beyond ``tlast``, %.
    lambda_z, lambda_z_points, lambda_z_r2, half_life : float or int
        Terminal slope, how many points it rests on, their adjusted R2, ln 2 over the slope.
    cl, vz : float
        Dose over ``auc_inf``, and that over the slope; of doses not given by vein they are CL/F and Vz/F.
    css, css_points : float, int
        Mean concentration of the last stretch of an infusion at one rate, from five half-lives after its start.
    carry_over : float
        Concentration before the first dose, as a share of ``cmax``.
    """

    start: float
    end: float
    dose: float
    points: int
    cmax: float
    tmax: float
    clast: float
    tlast: float
    auc_last: float
    auc_inf: float
    extrapolated: float
    lambda_z: float
    lambda_z_points: int
    lambda_z_r2: float
    half_life: float
    cl: float
    vz: float
    css: float
    css_points: int
    carry_over: float


@dataclass(frozen=True)
class Given:
    """Hold one dose: ``rate`` 0 at once, ``extravascular`` when it has to be absorbed."""

    time: float
    amount: float
    rate: float = 0.0
    extravascular: bool = False

    @property
    def end(self) -> float:
        """When it has been given."""
        return self.time + (self.amount / self.rate if self.rate > 0.0 else 0.0)


def nca(times: ArrayLike, concentrations: ArrayLike, doses: Sequence[Given]) -> Nca:
    """Return the summary of one exposure.

    Parameters
    ----------
    times : array, shape (n,)
        Increasing; those before the first dose tell what is left of earlier ones.
    concentrations : array, shape (n,)
        Zero where below the limit of quantification before the peak.
    doses : sequence of Given
        At least one; together they are the exposure (an infusion in steps, a loading dose with what follows).

    Raises
    ------
    InputError
        When times do not increase, a number is not finite, a concentration is negative, or nothing was given.
    """
    t, c = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    _check(t, c, doses)
    start, amount = min(d.time for d in doses), sum(d.amount for d in doses)
    kind: Route = _kind(doses)
    before = c[t < start] if kind == "bolus" else c[t <= start]  # at its time a bolus is in
    left = float(before[-1]) if len(before) else 0.0
    t, c = _from_start(t, c, start, kind)
    told = np.flatnonzero(c > 0.0)
    if not len(told):
        raise InputError("nca", "no concentration above zero after the dose", "at least one")
    last, peak = int(told[-1]), int(np.argmax(c))
    area = auc(t[: last + 1], c[: last + 1])
    ended = int(np.searchsorted(t, max(d.end for d in doses) - 1e-9))
    first = peak if kind == "bolus" else max(peak + 1, ended)
    slope, used, fit = terminal_slope(t[: last + 1], c[: last + 1], first)
    whole = area + float(c[last]) / slope
    share = left / float(c[peak])
    alone = share <= CARRY_OVER
    cl = amount / whole if alone else math.nan
    half_life = math.log(2.0) / slope
    css, count = _steady(t, c, doses, half_life)
    return Nca(
        start=start, end=float(t[-1]), dose=amount, points=len(t), cmax=float(c[peak]), tmax=float(t[peak]) - start,
        clast=float(c[last]), tlast=float(t[last]) - start, auc_last=area, auc_inf=whole,
        extrapolated=100.0 * (1.0 - area / whole), lambda_z=slope, lambda_z_points=used, lambda_z_r2=fit,
        half_life=half_life, cl=cl, vz=cl / slope, css=css, css_points=count, carry_over=share,
    )  # fmt: skip


def auc(times: Array, concentrations: Array) -> float:
    """Return the area under a curve: linear while it rises or ends at zero, logarithmic while it falls.

    Parameters
    ----------
    times, concentrations : array, shape (n,)
    """
    step, a, b = np.diff(times), concentrations[:-1], concentrations[1:]
    falls = (b < a) & (b > 0.0)
    ratio = np.log(np.where(falls, a / np.where(b > 0.0, b, 1.0), math.e))
    return float(np.sum(np.where(falls, (a - b) / ratio, (a + b) / 2.0) * step))


def terminal_slope(times: Array, concentrations: Array, first: int) -> tuple[float, int, float]:
    """Return the terminal rate constant, how many points it rests on, and their adjusted R2; NaN where there is none.

    Parameters
    ----------
    times, concentrations : array, shape (n,)
        Up to the last concentration above zero.
    first : int
        Index of the first point that may be used.
    """
    keep = np.flatnonzero(concentrations > 0.0)
    keep = keep[keep >= first]
    t, y = times[keep], np.log(concentrations[keep])
    found: list[tuple[float, int, float]] = []
    for count in range(SLOPE_POINTS, len(t) + 1):
        x, z = t[-count:], y[-count:]
        dx, dz = x - x.mean(), z - z.mean()
        spread, total = float(dx @ dx), float(dz @ dz)
        slope = float(dx @ dz) / spread
        if slope < 0.0 and total > 0.0:
            r2 = slope**2 * spread / total
            found.append((-slope, count, 1.0 - (1.0 - r2) * (count - 1) / (count - 2)))
    if not found:
        return math.nan, 0, math.nan
    best = max(fit for _, _, fit in found)
    return max((one for one in found if one[2] >= best - NEARLY), key=lambda one: one[1])


def exposures(doses: Sequence[Given], gap: float = 0.0) -> list[list[Given]]:
    """Return doses by exposure: an infusion that starts when another ends (or up to ``gap`` later) continues it."""
    found: list[list[Given]] = []
    end = -math.inf
    for dose in sorted(doses, key=lambda d: d.time):
        if found and dose.rate > 0.0 and dose.time <= end + gap + 1e-9:
            found[-1].append(dose)
        else:
            found.append([dose])
        end = max(end, dose.end) if dose.rate > 0.0 else -math.inf
    return found


def summaries(times: ArrayLike, concentrations: ArrayLike, doses: Sequence[Given], gap: float = 0.0) -> list[Nca]:
    """Return one summary for every exposure that has concentrations: each reaches to the next one's first dose.

    Parameters
    ----------
    times, concentrations : array, shape (n,)
    doses : sequence of Given
    gap : float
        Between infusions that count as one; a change of bags, say.

    Raises
    ------
    InputError
        As :func:`nca`, but an exposure without a concentration above zero is left out.
    """
    t, c = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    parts = exposures(doses, gap)
    found = []
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        end = math.inf if after is None else after[0].time
        bolus_next = after is not None and _kind(after) == "bolus"
        inside = (t < end) if bolus_next else (t <= end)
        known = np.flatnonzero(inside & (t >= part[0].time))
        from_ = max(int(known[0]) - 1, 0) if len(known) else 0  # the point before tells what was left
        if len(known) and float(np.max(c[known])) > 0.0:
            found.append(nca(t[from_ : known[-1] + 1], c[from_ : known[-1] + 1], part))
    return found


def _kind(doses: Sequence[Given]) -> Route:
    first = min(doses, key=lambda d: d.time)
    return "extravascular" if first.extravascular else "infusion" if first.rate > 0.0 else "bolus"


def _check(t: Array, c: Array, doses: Sequence[Given]) -> None:
    if t.shape != c.shape or t.ndim != 1 or not len(t):
        raise InputError("nca", f"{t.size} times and {c.size} concentrations", "as many of the one as of the other")
    if not (np.isfinite(t).all() and np.isfinite(c).all() and (np.diff(t) > 0.0).all() and (c >= 0.0).all()):
        raise InputError("nca", "times that do not increase, or negative or missing values", "a concentration course")
    if not doses or min(d.amount for d in doses) <= 0.0:
        raise InputError("nca", "no dose", "at least one, with an amount")


def _from_start(t: Array, c: Array, start: float, kind: Route) -> tuple[Array, Array]:
    """Return the course from the first dose on, with a value at its time.

    Without one, it is what was seen before (nothing, for a first dose); after a bolus it is the line through the first
    two logarithms, drawn back.
    """
    later = t >= start
    own_t, own_c = t[later], c[later]
    if not len(own_t):
        raise InputError("nca", "no concentration after the dose", "at least one")
    if own_t[0] == start:
        return own_t, own_c
    begin = float(c[~later][-1]) if (~later).any() else 0.0
    if kind == "bolus":
        begin = float(own_c[0])
        if len(own_c) > 1 and own_c[0] > own_c[1] > 0.0:
            slope = math.log(own_c[1] / own_c[0]) / (own_t[1] - own_t[0])
            begin = float(own_c[0] * math.exp(-slope * (own_t[0] - start)))
    return np.concatenate([[start], own_t]), np.concatenate([[begin], own_c])


def _steady(t: Array, c: Array, doses: Sequence[Given], half_life: float) -> tuple[float, int]:
    last = max(doses, key=lambda d: d.time)
    if last.rate <= 0.0 or not math.isfinite(half_life):
        return math.nan, 0
    inside = (t >= last.time + SETTLED * half_life) & (t <= last.end + 1e-9)
    return (float(np.mean(c[inside])), int(np.sum(inside))) if inside.any() else (math.nan, 0)
