"""What decides an endpoint: Morris screening of all factors, then Sobol indices of the strongest.

Elementary effects as Morris (Technometrics 1991;33:161) in the form of Campolongo et al. (Environ Model Softw
2007;22:1509: the mean of absolute effects, mu*); first-order and total indices as Saltelli et al. (Comput Phys Commun
2010;181:259), both by SALib. Parameters move in the unit cube, each on a scale of its own, so that an elementary effect
is the change of an endpoint when a parameter crosses its whole range. The papers are recalled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.errors import InputError
from trimer.study.research import NOTICE
from trimer.study.scenario import SEED

Array = NDArray[np.float64]
Forward = Callable[[Array], Array]
Progress = Callable[[str, float], None]
Scale = Literal["linear", "log", "logit", "switch"]

SCHEMA = "trimer/sensitivity/1"
RESAMPLES = 200  # of the bootstrap that gives the 95 % half-widths
STRONGEST, TRAJECTORIES, LEVELS, BASE = 8, 20, 4, 256


@dataclass(frozen=True)
class Factor:
    """Hold one parameter that is varied.

    Attributes
    ----------
    name : str
    low, high : float
        Ends of its range, in ``unit``.
    scale : {"linear", "log", "logit", "switch"}
        On which it is uniform; a switch is ``high`` in half of the runs and ``low`` in the other half.
    unit : str
    """

    name: str
    low: float
    high: float
    scale: Scale = "linear"
    unit: str = "1"

    def __post_init__(self) -> None:
        where, found = f"range of {self.name}", f"{self.low:g} to {self.high:g}"
        if self.scale not in get_args(Scale):
            raise InputError(f"scale of {self.name}", repr(self.scale), ", ".join(get_args(Scale)))
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise InputError(where, found, "two finite numbers, the lower first")
        if (self.scale == "log" and self.low <= 0.0) or (self.scale == "logit" and not 0.0 < self.low < self.high < 1):
            raise InputError(where, found, "numbers above zero" + (" and below one" if self.scale == "logit" else ""))

    def at(self, share: ArrayLike) -> Array:
        """Return the value at a share (0 to 1) of the range, measured on the factor's scale; any shape."""
        u = np.asarray(share, dtype=float)
        low, high = np.float64(self.low), np.float64(self.high)
        if self.scale == "switch":
            return np.where(u > 0.5, high, low)
        if self.scale == "log":
            found: Array = low ** (1.0 - u) * high**u
        elif self.scale == "logit":
            odds = (low / (1.0 - low)) ** (1.0 - u) * (high / (1.0 - high)) ** u
            found = odds / (1.0 + odds)
        else:
            found = low * (1.0 - u) + high * u
        return found

    @property
    def middle(self) -> float:
        """Value halfway on the factor's scale; ``low`` of a switch."""
        return float(self.at(0.5))


@dataclass(frozen=True)
class Output:
    """Name an endpoint; ``log`` when its number is a decimal logarithm of a quantity in ``unit``."""

    name: str
    label: str = ""
    unit: str = "1"
    log: bool = False


@dataclass(frozen=True)
class Morris:
    """Hold a screening; arrays of shape (n_factors, n_outputs) in units of the output.

    Attributes
    ----------
    factors : tuple of Factor
    outputs : tuple of Output
    mu, mu_star, sigma : array
        Mean of the elementary effects, of their sizes, and their standard deviation; NaN where fewer than two
        trajectories are left.
    confidence : array
        Half-width of the 95 % interval of ``mu_star``.
    trajectories, levels, seed : int
    runs, failed : int
        Evaluations of the model, and those without at least one of the outputs.
    used : array of int, shape (n_outputs,)
        Complete trajectories.
    """

    factors: tuple[Factor, ...]
    outputs: tuple[Output, ...]
    mu: Array
    mu_star: Array
    sigma: Array
    confidence: Array
    trajectories: int
    levels: int
    seed: int
    runs: int
    failed: int
    used: NDArray[np.int64]

    @property
    def normalised(self) -> Array:
        """``mu_star`` over the largest of each output, shape (n_factors, n_outputs); 0 where nothing changes it."""
        known = np.nan_to_num(self.mu_star)
        largest = known.max(axis=0)
        return known / np.where(largest > 0.0, largest, 1.0)

    def ranking(self) -> tuple[int, ...]:
        """Return the factors' numbers, the strongest first.

        By the mean over outputs of a factor's part in the sum of squared effects, which stands for a part of variance.
        So the sole master of one output counts as much as it masters it, and an output on which all factors work alike
        (or that only scatters) raises none. Effects count by the lower end of their 95 % interval: a share of few
        patients that jumped once, by chance, takes no place. Equals go by their mean normalised effect.
        """
        sure = np.maximum(np.nan_to_num(self.mu_star - self.confidence), 0.0) ** 2
        whole = sure.sum(axis=0)
        part = (sure / np.where(whole > 0.0, whole, 1.0)).mean(axis=1)
        keys = zip(-part, -self.normalised.mean(axis=1), range(len(part)), strict=True)
        return tuple(k for _, _, k in sorted(keys))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        arrays = {"mu": self.mu, "mu_star": self.mu_star, "sigma": self.sigma, "mu_star_confidence": self.confidence}
        return _told(self, arrays) | {"trajectories": self.trajectories, "levels": self.levels}


@dataclass(frozen=True)
class Sobol:
    """Hold variance-based indices; arrays of shape (n_factors, n_outputs), shares of the output's variance.

    Attributes
    ----------
    factors : tuple of Factor
    outputs : tuple of Output
    s1, st : array
        First-order and total indices; NaN where the output does not vary or fewer than two base samples are left.
    s1_confidence, st_confidence : array
        Half-widths of the 95 % intervals.
    s2, s2_confidence : array, shape (n_factors, n_factors, n_outputs), optional
        Of pairs, above the diagonal.
    base, seed : int
    runs, failed : int
        Evaluations of the model, and those without at least one of the outputs.
    used : array of int, shape (n_outputs,)
        Complete base samples.
    fixed : dict of str to float
        What was held at its middle.
    """

    factors: tuple[Factor, ...]
    outputs: tuple[Output, ...]
    s1: Array
    s1_confidence: Array
    st: Array
    st_confidence: Array
    base: int
    seed: int
    runs: int
    failed: int
    used: NDArray[np.int64]
    s2: Array | None = None
    s2_confidence: Array | None = None
    fixed: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        arrays = {"S1": self.s1, "S1_confidence": self.s1_confidence}
        arrays |= {"ST": self.st, "ST_confidence": self.st_confidence}
        told = _told(self, arrays) | {"base": self.base, "fixed": self.fixed}
        if self.s2 is not None and self.s2_confidence is not None:
            told["S2"] = [
                {"output": o.name, "factors": [one.name, other.name],
                 "S2": float(self.s2[i, k, j]), "confidence": float(self.s2_confidence[i, k, j])}
                for j, o in enumerate(self.outputs)
                for i, one in enumerate(self.factors)
                for k, other in enumerate(self.factors) if i < k
            ]  # fmt: skip
        return told


def _told(found: Morris | Sobol, arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return what both kinds of result have in common, indices by output and factor."""
    return {
        "factors": [
            {"name": f.name, "low": f.low, "high": f.high, "scale": f.scale, "unit": f.unit} for f in found.factors
        ],
        "outputs": [{"name": o.name, "label": o.label, "unit": o.unit, "log10": o.log} for o in found.outputs],
        "runs": found.runs,
        "failed": found.failed,
        "seed": found.seed,
        "used": {o.name: int(n) for o, n in zip(found.outputs, found.used, strict=True)},
        "indices": {
            o.name: {f.name: {n: float(a[i, j]) for n, a in arrays.items()} for i, f in enumerate(found.factors)}
            for j, o in enumerate(found.outputs)
        },
    }


@dataclass(frozen=True)
class Sensitivity:
    """Hold a screening and the indices of the strongest; ``label`` says of what, ``note`` how it is to be read."""

    label: str
    note: str
    morris: Morris
    sobol: Sobol

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        head = {"schema": SCHEMA, "notice": NOTICE, "label": self.label, "note": self.note}
        return head | {"morris": self.morris.to_dict(), "sobol": self.sobol.to_dict()}


def _salib(module: str) -> Any:
    """Return a module of SALib."""
    try:
        return import_module(f"SALib.{module}")
    except ImportError as error:
        hint = "Install it with: pip install 'trimer[sensitivity]'"
        raise InputError("sensitivity", "no SALib", "the Python package SALib", hint) from error


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    return {"num_vars": len(factors), "names": [f.name for f in factors], "bounds": [[0.0, 1.0]] * len(factors)}


def _checked(
    factors: Sequence[Factor], outputs: Sequence[Output | str], seed: int
) -> tuple[tuple[Factor, ...], tuple[Output, ...]]:
    """Return factors and outputs, or raise when they or the seed cannot be used."""
    named = tuple(Output(o, o) if isinstance(o, str) else o for o in outputs)
    for where, names in (("factors", [f.name for f in factors]), ("outputs", [o.name for o in named])):
        if not names or len(set(names)) < len(names):
            raise InputError(where, ", ".join(names) or "none", "at least one, each once")
    if seed < 0:
        raise InputError("seed", str(seed), "a whole number, at least 0")
    return tuple(factors), named


def _evaluate(
    forward: Forward, factors: Sequence[Factor], shares: Array, outputs: Sequence[Output]
) -> tuple[Array, int]:
    """Return the outputs at points of the unit cube, shape (M, D), and how many points lack at least one."""
    values = np.column_stack([f.at(shares[:, j]) for j, f in enumerate(factors)])
    found = np.asarray(forward(values), dtype=float)
    if found.shape != (len(shares), len(outputs)):
        raise InputError("forward", f"shape {found.shape}", f"{(len(shares), len(outputs))}, runs by outputs")
    return found, int((~np.isfinite(found).all(axis=1)).sum())


def _whole(found: Array, block: int) -> NDArray[np.bool_]:
    """Return which trajectories or base samples, of ``block`` runs each, are complete, shape (n_blocks, D)."""
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(found.reshape(-1, block, found.shape[1])).all(axis=1))
    return whole


def morris(
    forward: Forward,
    factors: Sequence[Factor],
    outputs: Sequence[Output | str],
    *,
    trajectories: int = TRAJECTORIES,
    levels: int = LEVELS,
    seed: int = SEED,
) -> Morris:
    """Screen factors by their elementary effects, at ``trajectories * (n_factors + 1)`` evaluations.

    Parameters
    ----------
    forward : callable
        From values of the factors, shape (M, n_factors), to outputs, shape (M, n_outputs); NaN where a run failed.
        A trajectory is dropped as a whole, from the outputs that one of its runs lacks.
    factors, outputs : sequence
    trajectories, levels : int
        At least 2; an even number of levels.
    seed : int

    Raises
    ------
    InputError
        When an argument is at fault, or SALib is not installed.
    """
    chosen, named = _checked(factors, outputs, seed)
    if trajectories < 2:
        raise InputError("trajectories", str(trajectories), "at least 2")
    if levels < 2 or levels % 2:
        raise InputError("levels", str(levels), "an even number, at least 2")
    sample, analyse = _salib("sample.morris").sample, _salib("analyze.morris").analyze
    problem, block = _problem(chosen), len(chosen) + 1
    shares: Array = sample(problem, trajectories, num_levels=levels, seed=seed)
    found, failed = _evaluate(forward, chosen, shares, named)
    whole = _whole(found, block)
    result = np.full((4, len(chosen), len(named)), np.nan)
    for j in np.flatnonzero(whole.sum(axis=0) >= 2):
        rows = np.repeat(whole[:, j], block)
        index = analyse(
            problem, shares[rows], found[rows, j], num_levels=levels, num_resamples=RESAMPLES, seed=seed
        )  # fmt: skip
        result[:, :, j] = [np.ma.filled(index[name], np.nan) for name in ("mu", "mu_star", "sigma", "mu_star_conf")]
    used = whole.sum(axis=0)
    mu, mu_star, sigma, confidence = result
    return Morris(
        chosen, named, mu, mu_star, sigma, confidence, trajectories, levels, seed, len(shares), failed, used
    )  # fmt: skip


def sobol(
    forward: Forward,
    factors: Sequence[Factor],
    outputs: Sequence[Output | str],
    *,
    base: int = BASE,
    seed: int = SEED,
    second_order: bool = False,
) -> Sobol:
    """Return variance-based indices, at ``base * (n_factors + 2)`` evaluations; twice as many factors with pairs.

    Parameters
    ----------
    forward, factors, outputs, seed
        As for :func:`morris`. A base sample is dropped as a whole, from the outputs that one of its runs lacks.
    base : int
        A power of two, at least 2.
    second_order : bool
        Whether pairs are wanted as well.

    Raises
    ------
    InputError
        When an argument is at fault, or SALib is not installed.
    """
    chosen, named = _checked(factors, outputs, seed)
    _check_base(base)
    sample, analyse = _salib("sample.sobol").sample, _salib("analyze.sobol").analyze
    problem, count = _problem(chosen), len(chosen)
    block = (2 * count if second_order else count) + 2
    shares: Array = sample(problem, base, calc_second_order=second_order, seed=seed)
    found, failed = _evaluate(forward, chosen, shares, named)
    whole = _whole(found, block)
    result = np.full((4, count, len(named)), np.nan)
    pairs = np.full((2, count, count, len(named)), np.nan)
    for j in np.flatnonzero(whole.sum(axis=0) >= 2):
        y = found[:, j].reshape(base, block)[whole[:, j]]
        if not _varies(y[:, [0, -1]]):  # its variance is estimated from the first and last run of each base sample
            continue
        index = analyse(
            problem, y.ravel(), calc_second_order=second_order, num_resamples=RESAMPLES,
            seed=seed + 1,  # SALib takes the seed 0 for none
        )  # fmt: skip
        result[:, :, j] = [index[name] for name in ("S1", "S1_conf", "ST", "ST_conf")]
        if second_order:
            pairs[:, :, :, j] = [index["S2"], index["S2_conf"]]
    s2, s2_confidence = pairs if second_order else (None, None)
    s1, s1_confidence, st, st_confidence = result
    return Sobol(
        chosen, named, s1, s1_confidence, st, st_confidence, base, seed, len(shares), failed, whole.sum(axis=0), s2,
        s2_confidence,
    )  # fmt: skip


def _check_base(base: int) -> None:
    """Refuse a base sample with which the Sobol sequence is not balanced."""
    if base < 2 or base & (base - 1):
        raise InputError("base", str(base), "a power of two, at least 2")


def _varies(y: Array) -> bool:
    """Return whether numbers differ by more than rounding."""
    return bool(np.ptp(y) > 1e-12 * np.abs(y).max())


def screen_then_sobol(
    forward: Forward,
    factors: Sequence[Factor],
    outputs: Sequence[Output | str],
    strongest: int = STRONGEST,
    *,
    trajectories: int = TRAJECTORIES,
    levels: int = LEVELS,
    base: int = BASE,
    seed: int = SEED,
    second_order: bool = False,
    label: str = "",
    note: str = "",
    progress: Progress | None = None,
) -> Sensitivity:
    """Screen all factors, then give the indices of the ``strongest`` of them with the others at their middle.

    How strong a factor is says :meth:`Morris.ranking`.

    Parameters
    ----------
    forward, factors, outputs, trajectories, levels, base, seed, second_order
        As for :func:`morris` and :func:`sobol`.
    strongest : int
    label, note : str
        Of what, and how factors and outputs are to be read, as figures and tables say it.
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    InputError
        When an argument is at fault, or SALib is not installed.
    """
    if strongest < 1:
        raise InputError("strongest", str(strongest), "at least 1")
    _check_base(base)
    say = progress or (lambda _text, _share: None)
    say("screening", 0.0)
    screened = morris(forward, factors, outputs, trajectories=trajectories, levels=levels, seed=seed)
    best = list(screened.ranking()[:strongest])
    middle = np.array([f.middle for f in factors])

    def at_best(values: Array) -> Array:
        full = np.tile(middle, (len(values), 1))
        full[:, best] = values
        return forward(full)

    later = base * (len(best) * (2 if second_order else 1) + 2)
    say("indices", screened.runs / (screened.runs + later))
    chosen = [factors[k] for k in best]
    found = sobol(at_best, chosen, outputs, base=base, seed=seed, second_order=second_order)
    say("indices", 1.0)
    fixed = {f.name: f.middle for f in factors if f not in chosen}
    return Sensitivity(label, note, screened, replace(found, fixed=fixed))
