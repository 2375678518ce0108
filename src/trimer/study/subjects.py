"""Everybody a question is asked about, standing at a decision (day 0), whatever they come from.

Posterior draws of one patient and virtual patients of a population are the same thing to a plan of treatment: values of
parameters, the model's states on day 0, and a running number that keys whatever is not known of them yet, so that every
plan meets the same patient (common random numbers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

import trimer.library as library
from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.model.leukaemia import CORE
from trimer.parameters import Parameter
from trimer.population import Population
from trimer.study.assemble import ABSORBED
from trimer.study.draws import uniforms
from trimer.study.population.burden import RTOL
from trimer.study.population.draw import Progress, Within, draw_population, untreated
from trimer.study.population.patients import SEED, values_of
from trimer.study.scenario import SIZE
from trimer.therapy.administration import Route
from trimer.therapy.drug import Drug
from trimer.therapy.size import Size

Array = NDArray[np.float64]
Origin = Literal["posterior", "population"]

NEGLIGIBLE = 1e-3
"""Of the concentration at which a drug has half its effect: less of it has at most a thousandth of its full effect."""
TRACE = 1e-3
"""ug (or IU), or ng/mL at an effect site: less than this is nothing, whatever the drug (the solver's own tolerance)."""
HALF_EFFECT = ("EC50", "IC50", "Kd", "KD")  # how drug files name the concentration of half an effect
CELLS = 1e-6
"""1e9 cells: fewer CAR-T cells than a thousand are none (assumed)."""


@dataclass(frozen=True)
class Subjects:
    """Hold everybody a question is asked about, on day 0.

    Attributes
    ----------
    label : str
        E.g. ``"linder2016 at 2015-02-11, 200 posterior draws"``.
    origin : {"posterior", "population"}
        What the spread between them is: what is not known of one patient, or how patients differ.
    columns : dict of str to array, shape (n,)
        Parameter values, canonical units.
    states : dict of str to array, shape (n,)
        The model's states on day 0, by name; NaN for who could not be solved until then.
    size : Size
        By which drugs are dosed and cleared.
    seed : int
    first : int
        Running number of the first; with the seed it keys random draws of what is not in ``columns``.
    rows : array of int, shape (n,), optional
        Running numbers less ``first``, where they do not follow one another; see :meth:`take`.

    Raises
    ------
    InputError
        When columns and states are not of the same subjects, or of none.
    """

    label: str
    origin: Origin
    columns: dict[str, Array]
    states: dict[str, Array]
    size: Size
    seed: int
    first: int = 0
    rows: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        sizes = sorted({len(x) for x in (*self.columns.values(), *self.states.values())})
        if not self.states or len(sizes) != 1 or not sizes[0]:
            found = f"columns and states of {' and '.join(map(str, sizes)) or 'no'} subjects"
            raise InputError("subjects", found, "states and columns of the same subjects, at least one")

    def __len__(self) -> int:
        return len(next(iter(self.states.values())))

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Running numbers, shape (n,)."""
        return self.first + (np.arange(len(self)) if self.rows is None else self.rows)

    def take(self, rows: ArrayLike) -> Subjects:
        """Return some of them, each as he was: ``rows`` are indices, or a mask.

        Raises
        ------
        InputError
            When it is nobody.
        """
        at = np.asarray(rows)
        at = at if at.dtype == bool else at.astype(np.int64)
        numbers = self.numbers[at]
        first = int(numbers.min(initial=np.iinfo(np.int64).max))
        return replace(
            self,
            columns={name: x[at] for name, x in self.columns.items()},
            states={name: x[at] for name, x in self.states.items()},
            first=first,
            rows=numbers - first,
        )

    def parameters(self, known: Mapping[str, Parameter]) -> dict[str, Array]:
        """Return a value of every parameter: the subject's own, else drawn from the parameter's spread.

        Parameters
        ----------
        known : mapping of str to Parameter
            Such as those of a plan's model.

        Returns
        -------
        dict of str to array, shape (n,)
            Draws are a function of (seed, name, running number), as those of
            :func:`trimer.study.population.patients.sample` are: the same in every plan, and in a trial of the same
            seed.
        """
        from scipy.special import ndtri

        numbers = self.numbers
        first, count = int(numbers.min()), int(np.ptp(numbers)) + 1
        found: dict[str, Array] = {}
        for name, item in known.items():
            if name in self.columns:
                found[name] = self.columns[name]
                continue
            z = None
            if item.distribution != "fixed":
                z = ndtri(uniforms(name, self.seed, first, count)[numbers - first])
            found[name] = values_of(item, np.full(len(self), item.value), np.full(len(self), item.spread), z)
        return found

    def remaining(self) -> dict[str, tuple[Route, ...]]:
        """Return the drugs still in somebody's body, each with routes that bring all its states into a model.

        A drug counts when all that is in the body, were it in plasma, would reach :data:`NEGLIGIBLE` of the lowest
        concentration of half an effect in the drug's file; what is in the CSF is judged there. Where the file gives
        none, more than :data:`TRACE` counts (of cells, :data:`CELLS`). Blinatumomab is left aside, as every model has
        its states.
        """
        return dict(self._remaining)

    @cached_property
    def _remaining(self) -> dict[str, tuple[Route, ...]]:
        found: dict[str, tuple[Route, ...]] = {}
        for name, states in _by_drug(self.states).items():
            drug = library.drug(name)
            if self._matters(drug, states):
                found[name] = _routes(drug, {state.removeprefix(f"{name}_") for state in states})
        return found

    def _matters(self, drug: Drug, states: Sequence[str]) -> bool:
        """Return whether anybody has more than a negligible amount of a drug."""
        values = {name: item.value for name, item in drug.parameters(self.size).items()}
        halves = [x for name, x in values.items() if any(f"_{h}" in name for h in HALF_EFFECT)]
        volume = values.get(f"{drug.name}_V", 1.0)
        nothing = CELLS if drug.structure == "cells" else TRACE
        volumes = {"csf": untreated().parameters["csf_volume"].value, "effect": 1.0}
        for state in states:
            amount = float(np.nan_to_num(np.abs(self.states[state])).max())
            place = volumes.get(state.removeprefix(f"{drug.name}_"), volume)
            if amount > (NEGLIGIBLE * min(halves) * place if halves else nothing):
                return True
        return False


def _by_drug(states: Mapping[str, Array]) -> dict[str, list[str]]:
    """Return states of drugs by the drug they belong to; the model's own are left out."""
    drugs = sorted(library.list_entries("drugs"), key=len, reverse=True)  # the longest name that fits is the drug's
    found: dict[str, list[str]] = {}
    for state in states:
        drug = next((d for d in drugs if state.startswith(f"{d}_")), "")
        if drug and state not in CORE:
            found.setdefault(drug, []).append(state)
    return found


def _routes(drug: Drug, places: set[str]) -> tuple[Route, ...]:
    """Return routes by which a drug reaches these places."""
    routes: list[Route] = ["iv"]
    if "depot" in places:
        routes += [r for r in drug.routes if r in ABSORBED][:1]
    if "csf" in places:
        routes.append("it")
    return tuple(routes)


def from_population(
    population: str | Path | Population = "adult_rr_ball",
    patients: int = 200,
    *,
    seed: int = SEED,
    first: int = 0,
    within: Within | None = None,
    calibration: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Subjects:
    """Return virtual patients of a population, each grown untreated to the burden he has on day 0.

    Patient *i* is patient *i* of :func:`trimer.study.population.draw.draw_population`, and of a virtual trial of the
    same population, seed, calibration and bounds, whatever the batch.

    Parameters
    ----------
    population : str, Path or Population
    patients, seed, first, within, calibration, threads, progress
        See :func:`trimer.study.population.draw.draw_population`.

    Raises
    ------
    InputError, LibraryError
        As there.
    """
    drawn = draw_population(
        population, patients, seed=seed, first=first, within=within or (), calibration=calibration, grow=True,
        threads=threads, progress=progress,
    )  # fmt: skip
    assembly = untreated()
    names = assembly.system.states
    solution = solve(assembly.batch(drawn.parameters, [0.0], names, RTOL), "cpu", threads)
    states = {name: solution[name][:, -1].copy() for name in names}
    label = f"{drawn.population.label}, {patients} virtual patients"
    return Subjects(label, "population", dict(drawn.parameters), states, SIZE, seed, first)
