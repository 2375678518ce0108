"""Calibration as a distribution: an ensemble of parameter values moves, in a few steps, to where its summaries agree.

The method is the ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013, Comput Geosci 55:3): each
step regresses the parameters on the predictions across the ensemble and moves every member towards the data perturbed
by ``sqrt(alpha)`` times their error, with ``sum(1 / alpha) = 1`` over the steps. For a linear model and a normal prior
it draws from the exact posterior; otherwise it is an approximation whose coverage the recovery tests measure.

A regression across a hundred members finds correlations of about ``1 / sqrt(members)`` where there are none, and would
narrow what the data say nothing about. So parameters and predictions are each made uncorrelated within themselves, and
every correlation ``r`` between the two is shrunk by ``r^2 / (r^2 + noise)``, which errs least on average (Furrer &
Bengtsson 2007, J Multivar Anal 98:227; "pseudo-optimal" in Emerick 2016, J Pet Sci Eng 139:219; both recalled); the
noise is first taken off the ``r^2`` found. Without making parameters uncorrelated, a product that is known while its
factors are not would hardly be moved any more: each factor alone has little correlation with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.errors import FitError, InputError
from trimer.study.calibrate.prior import Array, Free, distinct, from_normal, known_scale, normals, sample, to_scale

SPURIOUS = 1.0  # standard errors of a correlation that are taken as noise
TINY = 1e-30  # squared correlation that stands for none
RANK = 1e-8  # principal directions smaller than this part of the largest, or of one error, are rounding
MOST_FAILED = 0.5  # of the members: beyond it the survivors say little about the prior
QUARTILES = 2.0 * 0.6744897501960817  # interquartile range of a normal, in standard deviations
MEDIAN = math.sqrt(math.pi / 2.0)  # standard error of a normal sample's median over that of its mean

Forward = Callable[[Array, int], Array]


@dataclass(frozen=True)
class Target:
    """Hold one observed summary and how far it may lie from a prediction.

    Attributes
    ----------
    name : str
    value : float
        As observed, natural units.
    sd : float
        Standard error on ``scale``.
    scale : str
        Where value and prediction are compared: ``"linear"``, ``"log"`` or ``"logit"``.
    noise : float
        Standard deviation, on ``scale``, that a prediction has from the finite number of virtual patients behind it.
        It is added to the error as one that all members share, which it is when they share their virtual patients.
    lowest, highest : float
        Predictions beyond are taken as these: no smaller proportion can be told from none, no later time is seen.

    Raises
    ------
    InputError
        When the scale is unknown, value or limits do not lie on it, or the error is not positive.
    """

    name: str
    value: float
    sd: float
    scale: str = "linear"
    noise: float = 0.0
    lowest: float = -math.inf
    highest: float = math.inf

    def __post_init__(self) -> None:
        where = f"target {self.name}"
        known_scale(where, self.scale)
        if not (math.isfinite(to_scale(self.scale, self.value)) and self.lowest <= self.value <= self.highest):
            found = f"value {self.value:g}, limits {self.lowest:g} to {self.highest:g}"
            hint = "from_proportion takes 0 of n and n of n." if self.scale == "logit" else ""
            raise InputError(where, found, f"a value on {self.scale} scale within its limits", hint)
        if not (self.sd > 0.0 and self.noise >= 0.0 and math.isfinite(self.sd + self.noise)):
            found = f"sd {self.sd:g}, noise {self.noise:g}"
            raise InputError(where, found, "a positive standard error and no negative noise")

    @property
    def error(self) -> float:
        """Return the standard deviation of prediction minus observation on the scale: error and noise together."""
        return math.hypot(self.sd, self.noise)

    def compared(self, predictions: ArrayLike) -> Array:
        """Return predictions on the scale, held within the limits; NaN where there is none."""
        return to_scale(self.scale, np.clip(np.asarray(predictions, dtype=float), self.lowest, self.highest))


def from_proportion(name: str, events: float, n: float, noise: float = 0.0) -> Target:
    """Return the target of a proportion, on logit scale.

    Half an event is added to either side, as in Jeffreys' prior, so that none and all have a place; the standard error
    is that of the empirical logit (Cox & Snell, Analysis of Binary Data, 1989; recalled).

    Parameters
    ----------
    events, n : float
        How many, of how many.
    name, noise
        As in :class:`Target`.

    Raises
    ------
    InputError
        When there are more events than patients, or none could have one.
    """
    if not (n > 0 and 0 <= events <= n):
        raise InputError(f"target {name}", f"{events:g} of {n:g}", "0 to n events of n > 0")
    yes, no = events + 0.5, n - events + 0.5
    least = 0.5 / (n + 1.0)
    return Target(name, yes / (n + 1.0), math.sqrt(1 / yes + 1 / no), "logit", noise, least, 1.0 - least)


def from_interval(
    name: str, value: float, low: float, high: float, level: float = 0.95, scale: str = "log", noise: float = 0.0
) -> Target:
    """Return the target of an estimate with a confidence interval, its width read on ``scale``.

    Parameters
    ----------
    value, low, high, level : float
        The interval and its level.
    name, scale, noise
        As in :class:`Target`.

    Raises
    ------
    InputError
        When the ends are not in order or do not lie on the scale.
    """
    from scipy.special import ndtri  # takes longer to load than the package

    known_scale(f"target {name}", scale)
    width = float(to_scale(scale, high) - to_scale(scale, low))
    if not (width > 0.0 and 0.0 < level < 1.0):
        found = f"{low:g} to {high:g} at level {level:g}"
        raise InputError(f"target {name}", found, f"low < high on {scale} scale, level between 0 and 1")
    return Target(name, value, width / (2.0 * float(ndtri(0.5 + 0.5 * level))), scale, noise)


def from_quartiles(
    name: str, median: float, lower: float, upper: float, n: float, scale: str = "log", noise: float = 0.0
) -> Target:
    """Return the target of a median over patients whose quartiles are known.

    On ``scale`` the patients are taken as normal: their standard deviation is the interquartile range over 1.349, the
    standard error of their median 1.253 standard deviations over ``sqrt(n)``. Quartiles of few patients are uncertain
    themselves, and a target that looks exact by chance weighs most: below some thirty, prefer :func:`simulated_errors`.

    Parameters
    ----------
    median, lower, upper, n : float
        Quartiles, and of how many patients.
    name, scale, noise
        As in :class:`Target`.

    Raises
    ------
    InputError
        When the quartiles are not in order or do not lie on the scale, or there is no patient.
    """
    known_scale(f"target {name}", scale)
    width = float(to_scale(scale, upper) - to_scale(scale, lower))
    if not (width > 0.0 and n > 0):
        found = f"{lower:g} to {upper:g} of {n:g} patients"
        raise InputError(f"target {name}", found, f"lower < upper on {scale} scale, at least one patient")
    return Target(name, median, MEDIAN * width / QUARTILES / math.sqrt(n), scale, noise)


def _compared(targets: Sequence[Target], predictions: Array) -> Array:
    return np.stack([t.compared(c) for t, c in zip(targets, predictions.T, strict=True)], axis=1)


def simulated_errors(targets: Sequence[Target], replicates: Array) -> tuple[tuple[Target, ...], Array]:
    """Return the targets with errors as simulated replicates of the trial scatter, and the errors' correlation.

    Errors estimated from few patients, and their correlation above all, make a calibration too sure; those of a virtual
    trial of the same size, near the calibrated values, do not. The correlation is shrunk towards none by the share of
    targets among targets and replicates. A target's noise keeps its ratio to the error.

    Parameters
    ----------
    targets : sequence of Target
    replicates : array, shape (n_replicates, n_targets)
        A row for each virtual trial, natural units; rows with a missing value are left out.

    Raises
    ------
    InputError
        When there are not more replicates than targets.
    """
    on_scale = _compared(targets, replicates)
    on_scale = on_scale[np.isfinite(on_scale).all(axis=1)]
    if len(on_scale) <= len(targets):
        raise InputError("replicates", f"{len(on_scale)} complete", f"more than the {len(targets)} targets")
    sds = on_scale.std(axis=0, ddof=1)
    shrink = len(targets) / (len(targets) + len(on_scale))
    correlation = (1.0 - shrink) * np.atleast_2d(np.corrcoef(on_scale.T)) + shrink * np.eye(len(targets))
    made = (replace(t, sd=float(sd), noise=t.noise * float(sd) / t.sd) for t, sd in zip(targets, sds, strict=True))
    return tuple(made), correlation


@dataclass(frozen=True)
class Step:
    """Hold where the ensemble stood, and what it predicted there.

    Attributes
    ----------
    members : array, shape (n_members, n_parameters), normal space
    predictions : array, shape (n_members, n_targets), natural units; NaN where there is none
    """

    members: Array
    predictions: Array

    @cached_property
    def sound(self) -> NDArray[np.bool_]:
        """Return which members have all predictions, shape (n_members,)."""
        return np.asarray(~np.isnan(self.predictions).any(axis=1))


@dataclass(frozen=True)
class Diagnostics:
    """Say how a calibration went.

    Attributes
    ----------
    misfit : array, shape (n_steps + 1,)
        Median over members of the mean squared distance to the targets in units of their error: near 1 or below, the
        targets are met; far above, the model cannot meet them together.
    spread : array, shape (n_steps + 1, n_parameters)
        Standard deviation over that of the prior members: near 1, the targets say nothing about the parameter.
    failed : array of int, shape (n_steps + 1,)
        Members without a prediction.
    correlation : array, shape (n_parameters, n_parameters)
        Of the parameters in the calibrated ensemble, in normal space.
    gap : array, shape (n_targets,)
        Mean prediction minus target at the end, on the target's scale, in units of its error.
    """

    misfit: Array
    spread: Array
    failed: NDArray[np.int64]
    correlation: Array
    gap: Array

    @property
    def identified(self) -> Array:
        """Return the share of each parameter's prior variance that the targets took away, shape (n_parameters,)."""
        return np.asarray(1.0 - self.spread[-1] ** 2)


@dataclass(frozen=True)
class Comparison:
    """Hold the targets together, and turn predictions into distances whose errors are independent and of size one.

    Attributes
    ----------
    targets : tuple of Target
    correlation : array, shape (n_targets, n_targets), optional
        Of the targets' errors; independent when left out. Summaries of the same patients are correlated, and taking
        them as independent makes the ensemble too sure.

    Raises
    ------
    InputError
        When there is no target or one stands twice, or the correlation is not one.
    """

    targets: tuple[Target, ...]
    correlation: Array | None = None
    _half: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = len(self.targets)
        if not count:
            raise InputError("targets", "none", "at least one")
        distinct("targets", [t.name for t in self.targets])
        given = np.eye(count) if self.correlation is None else np.asarray(self.correlation, dtype=float)
        shaped = given.shape == (count, count) and np.allclose(given, given.T) and np.allclose(np.diag(given), 1.0)
        if not (shaped and np.linalg.eigvalsh(given)[0] > 0.0):
            found = f"shape {given.shape}" + (", not positive definite" if shaped else "")
            expected = f"a correlation matrix of {count} targets: symmetric, ones on the diagonal, positive definite"
            raise InputError("correlation of the targets' errors", found, expected, "Shrink it towards the identity.")
        error = np.array([t.error for t in self.targets])
        object.__setattr__(self, "_half", np.linalg.cholesky(given * np.outer(error, error)))

    def distances(self, predictions: Array) -> Array:
        """Return prediction minus target in units of independent errors, shape (n_members, n_targets)."""
        return np.asarray(np.linalg.solve(self._half, self._differences(predictions).T).T)

    def gap(self, predictions: Array) -> Array:
        """Return mean prediction minus target in units of each target's own error, shape (n_targets,)."""
        error = np.array([t.error for t in self.targets])
        return np.asarray(self._differences(predictions).mean(axis=0) / error)

    def step(self, members: Array, predictions: Array) -> Step:
        """Return a step, its predictions missing where a target's scale has no place for them.

        Raises
        ------
        FitError
            When there is not one prediction for each member and target, or half the members have none.
        """
        predictions = np.asarray(predictions, dtype=float)
        shape = (len(members), len(self.targets))
        if predictions.shape != shape:
            raise FitError(f"the predictions have shape {predictions.shape}, not (members, targets) = {shape}.")
        missing = ~np.isfinite(_compared(self.targets, predictions))
        step = Step(members, np.where(missing, np.nan, predictions))
        if not step.sound.mean() > MOST_FAILED:
            often = self.targets[int(missing.sum(axis=0).argmax())].name
            failed = f"{np.count_nonzero(~step.sound)} of {len(members)} members have no prediction"
            raise FitError(f"{failed}, most often of {often}; narrow the prior, or leave the target out.")
        return step

    def _differences(self, predictions: Array) -> Array:
        observed = np.array([t.compared(t.value) for t in self.targets])
        return np.asarray(_compared(self.targets, predictions) - observed)


@dataclass(frozen=True)
class Ensemble:
    """Hold a calibration: the prior, the targets, and every step from the prior's members to the calibrated ones.

    Attributes
    ----------
    prior : tuple of Free
    comparison : Comparison
    steps : tuple of Step
        The first is the prior, the last the calibrated ensemble.
    """

    prior: tuple[Free, ...]
    comparison: Comparison
    steps: tuple[Step, ...]

    @property
    def members(self) -> Array:
        """Return the calibrated members that have predictions, in normal space, shape (n_sound, n_parameters)."""
        last = self.steps[-1]
        return np.asarray(last.members[last.sound])

    @property
    def values(self) -> Array:
        """Return the same in each parameter's unit."""
        return from_normal(self.prior, self.members)

    @property
    def predictions(self) -> Array:
        """Return what they predict, natural units, shape (n_sound, n_targets)."""
        last = self.steps[-1]
        return np.asarray(last.predictions[last.sound])

    def interval(self, level: float = 0.9) -> Array:
        """Return each parameter's central interval, in its unit, shape (n_parameters, 2).

        Quantile *p* of *n* members is taken at rank ``p (n + 1)``: a value drawn as the members were then lies in the
        interval with the probability it names, however few the members.
        """
        ends = [0.5 - 0.5 * level, 0.5 + 0.5 * level]
        return np.asarray(np.quantile(self.values, ends, axis=0, method="weibull").T)

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Return how the calibration went."""
        begun = self.steps[0].members.std(axis=0, ddof=1)
        away = [np.median(np.mean(self.comparison.distances(s.predictions[s.sound]) ** 2, axis=1)) for s in self.steps]
        return Diagnostics(
            misfit=np.array(away),
            spread=np.array([s.members[s.sound].std(axis=0, ddof=1) / begun for s in self.steps]),
            failed=np.array([np.count_nonzero(~s.sound) for s in self.steps], dtype=np.int64),
            correlation=np.atleast_2d(np.corrcoef(self.members.T)),
            gap=self.comparison.gap(self.predictions),
        )


def smooth(
    prior: Sequence[Free],
    forward: Forward,
    targets: Sequence[Target],
    *,
    seed: int,
    members: int = 128,
    steps: int = 4,
    inflation: Sequence[float] | None = None,
    correlation: Array | None = None,
    spurious: float = SPURIOUS,
    on_step: Callable[[int, Step], None] | None = None,
    done: Sequence[Step] = (),
) -> Ensemble:
    """Return the ensemble of parameter values that the targets leave of the prior.

    Parameters
    ----------
    prior : sequence of Free
    forward : callable
        From values, shape (members, n_parameters), each in its unit, and the step's number to predictions, shape
        (members, n_targets), natural units, NaN where there is none. Called ``steps + 1`` times, at last with the
        calibrated ensemble. Members should share their virtual patients.
    targets : sequence of Target
    seed, members, steps : int
        The seed draws the prior's members and perturbs the targets; ``steps`` counts updates.
    inflation : sequence of float, optional
        Factor of the errors' variance in each update, instead of ``steps`` equal ones; the inverses sum to one.
    correlation : array, shape (n_targets, n_targets), optional
        Of the targets' errors.
    spurious : float
        How many standard errors of a correlation are taken as noise; 0 follows every correlation as found.
    on_step : callable, optional
        Told each step's number and :class:`Step` once predicted, to keep it.
    done : sequence of Step
        What an earlier run with the same arguments kept; the result is as if it had not been interrupted.

    Raises
    ------
    InputError
        When prior, targets, factors or what was kept do not fit together.
    FitError
        When predictions have the wrong shape, or half the members have none.
    """
    alphas, comparison = _weights(steps, inflation), Comparison(tuple(targets), correlation)
    past = _kept(done, (members, len(prior)), (members, len(targets)), len(alphas) + 1)
    for number in range(len(past), len(alphas) + 1):
        if number:
            now = _updated(past[-1], comparison, alphas[number - 1], spurious, seed, number)
        else:
            now = sample(prior, members, seed)
        past.append(comparison.step(now, forward(from_normal(prior, now), number)))
        if on_step is not None:
            on_step(number, past[-1])
    return Ensemble(tuple(prior), comparison, tuple(past))


def _weights(steps: int, inflation: Sequence[float] | None) -> list[float]:
    """Return the factor of the errors' variance in each update."""
    alphas = [float(steps)] * steps if inflation is None else [float(a) for a in inflation]
    if not alphas or min(alphas) <= 0.0 or not math.isclose(sum(1.0 / a for a in alphas), 1.0, rel_tol=1e-6):
        raise InputError("inflation", str(alphas), "positive factors whose inverses sum to 1", "Or give steps alone.")
    return alphas


def _kept(done: Sequence[Step], members: tuple[int, int], predictions: tuple[int, int], most: int) -> list[Step]:
    """Return the steps of an earlier run, refusing those of another set-up."""
    if len(done) > most or any((s.members.shape, s.predictions.shape) != (members, predictions) for s in done):
        found = "; ".join(f"{s.members.shape} and {s.predictions.shape}" for s in done)
        raise InputError("steps kept", found, f"at most {most} of {members} and {predictions}", "Begin anew.")
    return list(done)


def _updated(last: Step, comparison: Comparison, alpha: float, spurious: float, seed: int, number: int) -> Array:
    """Return the members after one update; those that failed are drawn anew from the survivors' normal distribution."""
    sound = last.sound
    distances = comparison.distances(last.predictions[sound])
    streams = [normals(f"error {number} of {t.name}", seed, len(sound)) for t in comparison.targets]
    errors = np.stack(streams, axis=1)[sound]
    errors -= errors.mean(axis=0)  # else the mean would move by chance
    survivors = last.members[sound]
    survivors = survivors + moves(survivors, distances, errors, alpha, spurious)
    mean = survivors.mean(axis=0)
    about = (survivors - mean) / math.sqrt(len(survivors) - 1)
    members = np.empty_like(last.members)
    members[sound] = survivors
    for i in np.flatnonzero(~sound):
        members[i] = mean + normals(f"instead {number} of {i}", seed, len(survivors)) @ about
    return members


def moves(members: Array, distances: Array, errors: Array, alpha: float, spurious: float) -> Array:
    """Return how far one update moves each member.

    Deviations over ``sqrt(n - 1)`` are ``B T`` for members, ``T`` the symmetric root of their covariance, and ``USV'``
    for distances. The usual ``C_md (C_dd + alpha I)^-1`` is then ``T R S (S^2 + alpha)^-1 V'`` with correlations ``R``,
    which is ``B'U``; each, ``r``, is taken ``max(0, 1 - spurious^2 (1 - r^2)^2 / (n r^2))`` times.

    Parameters
    ----------
    members : array, shape (n, n_parameters)
    distances, errors : array, shape (n, n_targets)
        Prediction minus target, in units of independent errors; standard normal perturbations.
    alpha, spurious : float

    Returns
    -------
    array, shape (n, n_parameters)
    """
    n = len(members)
    left, size, right = np.linalg.svd((members - members.mean(axis=0)) / math.sqrt(n - 1), full_matrices=False)
    u, s, vt = np.linalg.svd((distances - distances.mean(axis=0)) / math.sqrt(n - 1), full_matrices=False)
    real = s > RANK * max(1.0, s[0])
    u, s, vt = u[:, real], s[real], vt[real]
    correlation = (left @ right).T @ u
    squared = np.clip(correlation**2, TINY, 1.0)
    taper = np.maximum(0.0, 1.0 - spurious**2 * (1.0 - squared) ** 2 / (n * squared))
    gain = (right.T * size) @ right @ (taper * correlation * (s / (s**2 + alpha)))
    return np.asarray((math.sqrt(alpha) * errors - distances) @ vt.T @ gain.T)
