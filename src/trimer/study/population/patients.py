"""Draw the patients of a population: covariates, parameters, and the calibrated draw of population parameters they use.

Every number is a function of (seed, name, patient) alone, so patient *i* is the same patient whatever the batch, the
order, the arm or the backend; narrowing to a stratum or to eligibility moves patients within the distribution and keeps
their ranks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trimer.errors import LibraryError
from trimer.parameters import Parameter
from trimer.population import EVERYWHERE, Bounds, Population
from trimer.study.draws import uniforms

Array = NDArray[np.float64]
SEED = 20161123  # not that of the calibration, whose own patients answer better than the next ones
SPREAD = " spread"  # suffix of a calibrated spread: "k_kill spread"


@dataclass(frozen=True)
class Patients:
    """Hold drawn patients.

    Attributes
    ----------
    first : int
        Number of the first.
    draw : array of int, shape (n_patients,)
        Number of the calibrated draw each uses; zero without calibration.
    covariates : dict of str to array, shape (n_patients,)
        At entry, in the units of :data:`trimer.library.load_population.UNITS`; ``bsa`` (m2) with them.
    columns : dict of str to array, shape (n_patients,)
        Parameter values, canonical units.
    """

    first: int
    draw: NDArray[np.int64]
    covariates: dict[str, Array]
    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(self.draw)


def sample(
    population: Population,
    known: Mapping[str, Parameter],
    seed: int,
    first: int,
    count: int,
    *,
    within: Mapping[str, Bounds] | None = None,
    calibrated: Mapping[str, Array] | None = None,
    per_draw: int = 1,
    settled: Collection[str] = (),
) -> Patients:
    """Return patients ``first`` to ``first + count - 1`` of a population.

    Parameters
    ----------
    population : Population
    known : mapping of str to Parameter
        What is drawn: the parameters of the model and of what follows it. The population's own replace them.
    seed, first, count : int
    within : mapping of str to (low, high), optional
        Bounds of covariates, of eligibility or of a stratum.
    calibrated : mapping of str to array, shape (n_draws,), optional
        Calibrated typical values by parameter, and spreads by ``"<parameter> spread"``; they win over the population's.
    per_draw : int
        How many patients in a row use the same calibrated draw: one for a mixture, the trial's size for replicates.
    settled : collection of str, optional
        Parameters whose value stands whatever the calibration says: those a trial states itself.

    Raises
    ------
    InputError
        When nobody is within the bounds.
    LibraryError
        When the population names a parameter that is not known, or its correlations contradict one another.
    """
    if unknown := sorted(set(within or {}) - set(population.covariates)):
        raise LibraryError(population.name, f"no covariate {unknown[0]}", f"one of {', '.join(population.covariates)}")
    items = {**known, **{n: p for n, p in population.parameters.items() if n in known}}
    calibrated = {n: x for n, x in (calibrated or {}).items() if n.removesuffix(SPREAD) not in settled}
    draws = len(next(iter(calibrated.values()))) if calibrated else 1
    draw = (np.arange(first, first + count) // per_draw) % draws
    covariates = _covariates(population, seed, first, count, within or {})
    normal = _normals(population, items, seed, first, count)
    columns: dict[str, Array] = {}
    for name, item in items.items():
        centre = np.full(count, item.value)
        spread = np.full(count, item.spread)
        if name in calibrated:
            centre = np.asarray(calibrated[name])[draw]
        if name + SPREAD in calibrated:
            spread = np.asarray(calibrated[name + SPREAD])[draw]
        columns[name] = values_of(item, centre, spread, normal.get(name))
    for effect in population.effects:
        if effect.parameter not in known:
            continue
        columns[effect.parameter] = columns[effect.parameter] * effect.factor(covariates[effect.covariate])
    return Patients(first, draw, covariates, columns)


def _covariates(
    population: Population, seed: int, first: int, count: int, within: Mapping[str, Bounds]
) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name, covariate in population.covariates.items():
        u = uniforms(f"covariate {name}", seed, first, count)
        found[name] = covariate.quantile(u, found.get(covariate.by), within.get(name, EVERYWHERE))
    if "weight" in found and "height" in found:  # Mosteller 1987
        found["bsa"] = np.sqrt(100.0 * found["height"] * found["weight"] / 3600.0)
    return found


def _normals(
    population: Population, items: Mapping[str, Parameter], seed: int, first: int, count: int
) -> dict[str, Array]:
    """Return a standard normal number for each patient and parameter that varies; correlated as the population says."""
    from scipy.special import ndtri

    pairs = [c for c in population.correlations if c.first in items and c.second in items]
    names = list(dict.fromkeys(n for c in pairs for n in (c.first, c.second)))
    varies = [n for n, item in items.items() if item.distribution != "fixed" or n in names]
    normal: dict[str, Array] = {n: ndtri(uniforms(n, seed, first, count)) for n in varies}
    if names:
        matrix = np.eye(len(names))
        for c in pairs:
            i, j = names.index(c.first), names.index(c.second)
            matrix[i, j] = matrix[j, i] = c.r
        factor, own = latent_factor(matrix, population.name), [normal[n] for n in names]
        # Summed one by one: a matrix product rounds by the size of the batch.
        for i, name in enumerate(names):
            normal[name] = sum((factor[i, j] * own[j] for j in range(i)), factor[i, i] * own[i])
    return normal


def latent_factor(matrix: Array, where: str) -> Array:
    """Return the lower triangle that gives independent normal numbers these correlations.

    Raises
    ------
    LibraryError
        When the correlations contradict one another.
    """
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=float)
    except np.linalg.LinAlgError as fault:
        raise LibraryError(
            f"{where}: correlations", "correlations that no patients can have together", "a positive definite matrix"
        ) from fault


def values_of(item: Parameter, centre: Array, spread: Array, z: Array | None) -> Array:
    """Return what :func:`trimer.study.draws.value_at` does for one patient, for all of them; shape (n_patients,)."""
    if z is None:
        return centre
    if item.distribution == "bernoulli":
        from scipy.special import ndtr

        return np.asarray(ndtr(z) < centre, dtype=float)
    if item.distribution == "lognormal":
        return np.asarray(centre * np.exp(spread * z))
    if item.distribution == "logitnormal":
        odds = centre / (1.0 - centre) * np.exp(spread * z)
        return np.asarray(odds / (1.0 + odds))
    if item.distribution == "normal":
        return centre + spread * z
    return centre


def strata(population: Population, covariate: str, edges: Sequence[float]) -> list[dict[str, Bounds]]:
    """Return the bounds of each stratum between neighbouring edges of one covariate.

    Raises
    ------
    LibraryError
        When the population has no such covariate.
    """
    if covariate not in population.covariates:
        raise LibraryError(population.name, f'covariate "{covariate}"', f"one of {', '.join(population.covariates)}")
    return [{covariate: (low, high)} for low, high in pairwise(edges)]
