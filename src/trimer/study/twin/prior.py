"""The prior of one patient: a population, seen from a patient whose place in it is not yet known.

Every parameter that varies between patients is a standard normal number ``z`` mapped to its value; correlations and the
population's effects of covariates that the record states come on top. What the calibration left open of the population
itself (its draws) widens each distribution: between patients and between draws are one spread to somebody who is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.errors import InputError
from trimer.library.load_calibration import calibrated as calibrated_draws
from trimer.model.leukaemia import core_parameters
from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.parameters import Parameter
from trimer.study.population.patients import SPREAD, latent_factor, values_of
from trimer.therapy.drug import Drug

Array = NDArray[np.float64]
POPULATION = "adult_rr_ball"
MODEL = "model"  # the name of "no population": typical values and spreads of the model and drug files


@dataclass(frozen=True)
class Prior:
    """Hold the distribution a patient is drawn from.

    Attributes
    ----------
    population : str
        Name, or ``"model"``.
    items : dict of str to Parameter
        Of the model and its drugs, with centre and spread as the population has them.
    names : tuple of str
        Those that vary, in the order of ``z``.
    fixed : dict of str to float
        The others, and what the record settles.
    factor : array, shape (n, n)
        Lower triangle that correlates ``z``.
    """

    population: str
    items: dict[str, Parameter]
    names: tuple[str, ...]
    fixed: dict[str, float]
    factor: Array

    def columns(self, z: Array) -> dict[str, Array]:
        """Return parameter values by name, shape (n_points,), at points of shape (n_points, n_names)."""
        normal = z @ self.factor.T
        found = {n: np.full(len(z), x) for n, x in self.fixed.items()}
        for k, name in enumerate(self.names):
            item = self.items[name]
            count = np.ones(len(z))
            found[name] = values_of(item, item.value * count, item.spread * count, normal[:, k])
        return found


def prior_of(
    known: Mapping[str, Parameter],
    settled: Mapping[str, float],
    population: str = POPULATION,
    covariates: Mapping[str, float] | None = None,
) -> Prior:
    """Return the prior of a patient of a population.

    Parameters
    ----------
    known : mapping of str to Parameter
        Of the model with the drugs of the course.
    settled : mapping of str to float
        Values the record settles; they do not vary.
    population : str
        A population of the library or a file; ``"model"`` for the spreads of the model and drug files alone.
    covariates : mapping of str to float, optional
        What is known of the patient, e.g. ``bsa``; effects of covariates that are not known are left out.

    Raises
    ------
    LibraryError
        When there is no such population.
    InputError
        When nothing varies.
    """
    items = dict(known)
    pairs: list[tuple[str, str, float]] = []
    if population != MODEL:
        found = library.population(population)
        items |= {n: p for n, p in found.parameters.items() if n in known}
        items = {n: _widened(p, calibrated_draws(found.calibration)) for n, p in items.items()}
        for effect in found.effects:
            if effect.parameter in items and effect.covariate in (covariates or {}):
                item, x = items[effect.parameter], np.array([(covariates or {})[effect.covariate]])
                items[effect.parameter] = replace(item, value=item.value * float(effect.factor(x)[0]))
        pairs = [(c.first, c.second, c.r) for c in found.correlations]
    names = tuple(n for n, p in items.items() if p.distribution != "fixed" and n not in settled)
    if not names:
        raise InputError(f"population {population}", "no parameter that varies", "a spread to learn from the record")
    fixed = {n: p.value for n, p in items.items() if n not in names} | dict(settled)
    matrix = np.eye(len(names))
    for first, second, r in pairs:
        if first in names and second in names:
            i, j = names.index(first), names.index(second)
            matrix[i, j] = matrix[j, i] = r
    return Prior(population, items, names, fixed, latent_factor(matrix, population))


def own_parameters(names: Iterable[str], drugs: Mapping[str, Drug]) -> frozenset[str]:
    """Return those that are a twin's own: the parameters of the model and of engagers, whatever else is given."""
    core = set(core_parameters())
    engagers = tuple(f"{name}_" for name, drug in drugs.items() if ENGAGEMENT in drug.effects)
    return frozenset(name for name in names if name in core or name.startswith(engagers))


def others_settled(known: Mapping[str, Parameter], drugs: Mapping[str, Drug]) -> dict[str, float]:
    """Return the parameters that would vary and are no twin's own, at their typical values: other drugs'.

    No concentration is recorded, and how strong a drug is in this patient cannot be told from how sensitive the blasts
    are, which is estimated.
    """
    own = own_parameters(known, drugs)
    return {n: item.value for n, item in known.items() if n not in own and item.distribution != "fixed"}


def _widened(item: Parameter, draws: Mapping[str, Array]) -> Parameter:
    """Return a parameter with the calibration's centre, and its draws' uncertainty added to the spread."""
    centre, spread = draws.get(item.name), draws.get(item.name + SPREAD)
    if centre is None and spread is None:
        return item
    within = float(np.mean(spread**2)) if spread is not None else item.spread**2
    if centre is None:
        return replace(item, spread=within**0.5)
    if item.distribution in ("lognormal", "fixed"):
        logs = np.log(centre)
        value, between = float(np.exp(np.mean(logs))), float(np.var(logs))
    elif item.distribution == "logitnormal":
        logits = np.log(centre / (1.0 - centre))
        value, between = float(1.0 / (1.0 + np.exp(-np.mean(logits)))), float(np.var(logits))
    else:
        value, between = float(np.mean(centre)), float(np.var(centre))
    if item.distribution in ("fixed", "bernoulli"):  # the same in every patient: the middle of the draws stands
        return replace(item, value=value)
    return replace(item, value=value, spread=(within + between) ** 0.5)
