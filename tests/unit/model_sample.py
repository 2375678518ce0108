"""Patients and courses for tests of the model: one panel of every simulated drug, so that one kernel serves all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

import trimer.library as library
from trimer.engine.names import Named
from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.model import leukaemia
from trimer.study import draws
from trimer.study.assemble import Assembly, assemble
from trimer.therapy.administration import Administration, Route
from trimer.therapy.drug import Drug
from trimer.therapy.size import Size

SIZE = Size(weight=70.0, height=1.75, bsa=1.876)  # the surface at which clearance was published (Clements 2020)
SEED = 20160216
HOUR = 1.0 / 24.0
START = -0.5


def examples(usual: int) -> int:
    """Return how many cases a law is tried on: as usual, or as many times more as ``TRIMER_GENERATED`` exceeds 400."""
    return usual * max(1, int(os.environ.get("TRIMER_GENERATED", "400")) // 400)


@cache
def drugs() -> dict[str, Drug]:
    """Return every drug of the library that the model simulates."""
    found = {name: library.drug(name) for name in library.list_entries("drugs")}
    return {name: drug for name, drug in found.items() if drug.simulated}


def _silent() -> list[Administration]:
    """Return a dose of nothing by every route of every drug: it brings the drug's terms, and does nothing."""
    return [Administration(name, -1e4, 0.0, 0.0, route) for name, drug in drugs().items() for route in drug.routes]


@cache
def panel() -> Assembly:
    """Return the model with all drugs and no dose."""
    return assemble(_silent(), drugs(), SIZE, START)


def course(*doses: Administration, start: float = START) -> Assembly:
    """Return the panel with these doses."""
    rows = assemble([*_silent(), *doses], drugs(), SIZE, start).rows
    return replace(panel(), rows=rows, start=start)


def infusion(rate: float, start: float = 0.0, days: float = 28.0, drug: str = "blinatumomab") -> Administration:
    """Return a continuous infusion; ``rate`` in ug/day."""
    return Administration(drug, start, days, rate * days, "civ")


def dose(drug: str, amount: float, start: float = 0.0, hours: float = 0.0, route: Route = "iv") -> Administration:
    """Return one dose, ug (IU for enzymes); a bolus unless it takes hours."""
    return Administration(drug, start, hours * HOUR, amount, route)


def premedication(day: float = 0.0, milligrams: float = 16.0) -> Administration:
    """Return dexamethasone an hour before a day."""
    return dose("dexamethasone", 1e3 * milligrams, day - HOUR, hours=0.5)


def patient(**changes: float) -> dict[str, float]:
    """Return the typical patient with some parameters changed."""
    return draws.typical(panel().parameters) | changes


def without_leukaemia(**changes: float) -> dict[str, float]:
    """Return the typical patient without a single blast."""
    return patient(**({"blasts_initial": 0.0} | changes))


def minimal_residual_disease(**changes: float) -> dict[str, float]:
    """Return the typical patient with 1e9 slowly growing blasts, the setting of the digitised lymphocyte data."""
    return patient(**({"blasts_initial": 1.0, "k_growth": 0.05} | changes))


def relapsed(**changes: float) -> dict[str, float]:
    """Return the typical patient with about half of the marrow leukaemic."""
    return patient(**({"blasts_initial": 500.0} | changes))


def population(count: int, first: int = 0, **changes: float) -> list[dict[str, float]]:
    """Return drawn patients with some parameters the same in all."""
    return [drawn | changes for drawn in draws.draw(panel().parameters, SEED, first, count)]


def simulate(
    assembly: Assembly,
    patients: Sequence[Mapping[str, float]],
    times: ArrayLike,
    outputs: Sequence[str],
    rtol: float = 1e-6,
) -> Solution:
    """Solve, and refuse a patient who could not be solved."""
    solution = solve(assembly.problem(patients, times, outputs, rtol))
    assert solution.ok.all(), f"{int((~solution.ok).sum())} of {len(solution.ok)} patients failed"
    return solution


def at(solution: Solution, output: str, times: ArrayLike) -> NDArray[np.float64]:
    """Return an output at some of the solved times, shape (n_patients, n_times)."""
    index = np.searchsorted(solution.times, np.atleast_1d(np.asarray(times, dtype=float)) - 1e-9)
    found: NDArray[np.float64] = solution[output][:, index]
    return found


def parameters(**changes: float) -> Named:
    """Return the typical patient's parameters as the equations read them."""
    return Named("parameter", patient(**changes))


def states(p: Mapping[str, float], **changes: float) -> Named:
    """Return the states at the start of the run-in, some of them changed, as the equations read them."""
    start = leukaemia.initial(p, panel().terms)
    assert set(changes) <= set(start)
    return Named("state", start | changes)
