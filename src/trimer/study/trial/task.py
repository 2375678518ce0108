"""One chunk of a virtual trial: patients drawn, grown to entry, treated in every arm, and followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.solution import Status
from trimer.engine.solve import solve
from trimer.parameters import Parameter
from trimer.population import Population
from trimer.study.population.burden import seeds
from trimer.study.population.patients import Patients, sample
from trimer.study.simulation import Table
from trimer.study.trial.follow import follow, visits
from trimer.study.trial.treat import OUTPUTS, RTOL, plans, reading_times, treat
from trimer.therapy.trial import Arm, Trial

Array = NDArray[np.float64]
Allocation = Literal["shared", "parallel"]


@dataclass(frozen=True)
class TrialTask:
    """Hold what is needed to run any chunk of a virtual trial; calling it with (first, count) does.

    Attributes
    ----------
    trial : Trial
    population : Population
        With the trial's shift.
    calibrated : dict of str to array, shape (n_draws,)
        Calibrated population parameters; empty for the typical values of the library.
    seed : int
    per_draw : int
        Patients in a row that use the same calibrated draw.
    allocation : {"shared", "parallel"}
        Whether every patient is treated in every arm, or each in one, as in a trial: then ``per_draw`` patients are a
        replicate, the first of them in the first arm.
    threads : int or None
    calibration : str
        Name of the calibrated parameters, for the record.
    """

    trial: Trial
    population: Population
    calibrated: Mapping[str, Array] = field(default_factory=dict)
    seed: int = 0
    per_draw: int = 1
    allocation: Allocation = "shared"
    threads: int | None = None
    calibration: str = ""

    @cached_property
    def known(self) -> dict[str, Parameter]:
        """Parameters of every treatment's model and of what follows it, the trial's own last."""
        found: dict[str, Parameter] = {}
        for arm in self.trial.arms:
            for plan, _ in plans(arm):
                found |= plan.assembly.parameters
        return {**found, **library.outcome_parameters(), **self.trial.after}

    @cached_property
    def times(self) -> Array:
        """Days at which outputs are read."""
        return reading_times(visits(self.trial)[0], self.trial.follow_up)

    def patients(self, first: int, count: int) -> Patients:
        """Return patients with their parameters, the disease's start among them."""
        own = replace(self.population, parameters={**self.population.parameters, **self.trial.after})
        drawn = sample(
            own, self.known, self.seed, first, count, within=self.trial.bounds(), calibrated=self.calibrated,
            per_draw=self.per_draw, settled={*self.population.settles, *self.trial.after, *self.trial.shift},
        )  # fmt: skip
        burden = drawn.covariates[self.population.burden]
        share = burden / 100.0 if self.population.burden == "marrow_blast_percent" else burden
        assembly = plans(self.trial.arms[0])[0][0].assembly
        drawn.columns["blasts_initial"] = seeds(assembly, drawn.columns, share, threads=self.threads)
        return drawn

    def entry(self, everybody: Patients) -> dict[str, Array]:
        """Return what patients present with, before anything is given: the same in every arm; shape (n_patients,)."""
        assembly = replace(plans(self.trial.arms[0])[0][0].assembly, rows=())
        found = solve(assembly.batch(everybody.columns, [0.0], OUTPUTS, RTOL), "cpu", self.threads)
        return {name: found[name][:, -1] for name in OUTPUTS}

    def __call__(self, first: int, count: int) -> Table:
        """Return the rows of patients ``first`` and following in every arm, arms one below the other."""
        everybody = self.patients(first, count)
        entry = self.entry(everybody)
        tables = []
        for arm in self.trial.arms:
            rows = np.flatnonzero(self._in(arm, np.arange(first, first + count)))
            runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
            tables += [self._arm(arm, everybody, entry, int(run[0]), int(run[-1]) + 1) for run in runs]
        return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}

    def _arm(self, arm: Arm, everybody: Patients, entry: Mapping[str, Array], low: int, high: int) -> Table:
        """Return the rows of patients who stand side by side, as draws are by running number."""
        part = Patients(
            everybody.first + low,
            everybody.draw[low:high],
            {n: x[low:high] for n, x in everybody.covariates.items()},
            {n: x[low:high] for n, x in everybody.columns.items()},
        )
        treated = treat(arm, part.columns, self.times, self.seed, part.first, self.threads)
        lost = np.isnan(entry["mrd_marrow"][low:high]) & (treated.status == 0)
        treated.status[lost] = int(Status.NOT_FINITE)
        for name, values in treated.values.items():  # premedication and the first doses come before what is read there
            before = entry[name][low:high] if name in entry else 0.0  # nobody enters with a drug
            values[:, 0] = np.where(treated.status == 0, before, np.nan)
        found = follow(self.trial, arm.name, part, treated, self.seed, self.in_remission)
        shared = self.allocation == "shared"
        found["replicate"] = np.zeros_like(found["patient"]) if shared else found["patient"] // self.per_draw
        return found

    @property
    def in_remission(self) -> bool:
        """Whether patients enter in remission."""
        return self.population.burden == "mrd_marrow"

    def _in(self, arm: Arm, patients: NDArray[np.int64]) -> NDArray[np.bool_]:
        if self.allocation == "shared":
            return np.ones(len(patients), dtype=bool)
        before = 0
        for other in self.trial.arms:
            if other.name == arm.name:
                break
            before += other.n
        place = patients % self.per_draw
        return (place >= before) & (place < before + arm.n)


def population_of(trial: Trial) -> Population:
    """Return the population of a trial with its shift.

    Raises
    ------
    LibraryError
        When there is none, or the shift is at fault.
    """
    return library.population(trial.population, trial.shift)
