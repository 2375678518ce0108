"""Ten endpoints of a typical patient under a treatment, as a function of the parameters that differ in patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trimer.engine.chunks import solve_chunks, spans_of
from trimer.engine.problem import Problem
from trimer.engine.solution import Solution
from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.parameters import Parameter
from trimer.study.draws import value_at
from trimer.study.scenario import SEED, Scenario, levels, scenario
from trimer.study.sensitivity import (
    BASE,
    LEVELS,
    STRONGEST,
    TRAJECTORIES,
    Factor,
    Output,
    Progress,
    Scale,
    Sensitivity,
    screen_then_sobol,
)

Array = NDArray[np.float64]

RTOL = 1e-4
EVERY = 0.125  # day between outputs: a cytokine peak lasts hours
CLEAR, SAFE_ANC = 5.0, 1.0  # marrow blasts, %; neutrophils, 1e9/L
EARLY, LATE = 14.0, 28.0  # days of single readings
AFTER = 28.0  # days past the last dose that are simulated
Z_RANGE = 1.6448536269514722  # parameters range from the 5th to the 95th percentile of patients
SCALES: dict[str, Scale] = {"lognormal": "log", "logitnormal": "logit", "normal": "linear", "bernoulli": "switch"}
READ = (
    "marrow_blast_percent",
    "mrd_marrow",
    "cd8_blood",
    "il6",
    "temperature",
    "anc",
    "blinatumomab_plasma",
    "t_cells_marrow",
    "t_exhausted_marrow",
)
ENDPOINTS = (
    Output("blast_clearance_day", "Marrow blasts < 5 %", "day"),
    Output("mrd_day_28", "MRD, day 28", log=True),
    Output("cd8_peak_ratio", "CD8 peak over day 0", log=True),
    Output("il6_peak", "IL-6 peak", "pg/mL", log=True),
    Output("temperature_rise", "Peak temperature rise", "Cel"),
    Output("anc_nadir", "ANC nadir", "1e9/L", log=True),
    Output("anc_recovery_day", "ANC > 1 again", "day"),
    Output("css", "Engager plateau, plasma", "ng/mL"),
    Output("t_cells_marrow_day_14", "Marrow T cells, day 14", "1e9", log=True),
    Output("exhausted_day_28", "Exhausted T cells, day 28", "%"),
)


@dataclass(frozen=True)
class PatientEndpoints:
    """Give the endpoints of patients who differ from the typical one by their parameters only.

    Attributes
    ----------
    setting : Scenario
    days : float
        Simulated from day 0. What has not happened by then is said to happen then.
    factors : tuple of Factor
        Every parameter that differs between patients, from its 5th to its 95th percentile.
    backend : str
    threads : int, optional
    """

    setting: Scenario
    days: float
    factors: tuple[Factor, ...]
    backend: str = "cpu"
    threads: int | None = None

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The endpoints, in order of columns."""
        return ENDPOINTS

    @property
    def note(self) -> str:
        """How factors and endpoints are to be read."""
        return (
            "Each parameter ranges from the 5th to the 95th percentile of patients. What has not happened by day "
            f"{self.days:g} is taken to happen then; what an assay would not find counts as its floor."
        )

    def __call__(self, values: Array) -> Array:
        """Return the endpoints, shape (M, 10), of parameter values, shape (M, n_factors); NaN where unsolved."""
        times = np.unique(np.append(np.arange(0.0, self.days, EVERY), [EARLY, LATE, self.days]))
        names = [f.name for f in self.factors]
        rows = values.tolist()
        typical = self.setting.typical()

        read = tuple(dict.fromkeys((*READ, *levels(self.setting.assembly.system.outputs))))

        def problem_of(first: int, count: int) -> Problem:
            people = [typical | dict(zip(names, row, strict=True)) for row in rows[first : first + count]]
            return self.setting.problem(people, times, read, RTOL)

        spans = spans_of(0, len(rows))
        return np.concatenate(
            [endpoints_of(c.solution) for c in solve_chunks(problem_of, spans, self.backend, self.threads)]
        )


def endpoints_of(solution: Solution) -> Array:
    """Return the endpoints of a solution that holds the outputs ``READ``, shape (n_patients, 10); NaN where it failed.

    The plateau is that of whichever engager of the solution has the highest. Output times before day 0 are the run-in
    and are not looked at.
    """
    at = solution.times > -1e-9
    times = solution.times[at]
    course = {name: solution[name][:, at] for name in READ}
    early, late = (int(np.searchsorted(times, day - 1e-9)) for day in (EARLY, LATE))
    blasts, anc, t_cells = course["marrow_blast_percent"], course["anc"], course["t_cells_marrow"]
    after_nadir = np.arange(len(times)) >= np.nanargmin(np.nan_to_num(anc, nan=np.inf), axis=1)[:, None]
    recovery = _first(times, after_nadir & (anc > SAFE_ANC))
    columns = (
        _first(times, blasts < CLEAR),
        _log(course["mrd_marrow"][:, late], "mrd_marrow"),
        _log(course["cd8_blood"].max(axis=1) / course["cd8_blood"][:, 0]),
        _log(course["il6"].max(axis=1), "il6"),
        course["temperature"].max(axis=1) - course["temperature"][:, 0],
        _log(anc.min(axis=1), "anc"),
        np.where((anc > SAFE_ANC).all(axis=1), 0.0, recovery),
        np.max([solution[name][:, at].max(axis=1) for name in levels(solution.outputs)], axis=0),
        _log(t_cells[:, early], "t_cells_marrow"),
        100.0 * course["t_exhausted_marrow"][:, late] / t_cells[:, late],
    )
    return np.where(solution.ok[:, None], np.column_stack(columns), np.nan)


def _first(times: Array, reached: NDArray[np.bool_]) -> Array:
    """Return the time at which each row is first true; the last time where it never is."""
    found: Array = np.where(reached.any(axis=1), times[reached.argmax(axis=1)], times[-1])
    return found


def _log(values: Array, observable: str = "") -> Array:
    """Return decimal logarithms; what an assay would not find counts as its floor."""
    floor = OBSERVABLES[observable].floor if observable else 0.0
    found: Array = np.log10(np.maximum(values, floor))
    return found


def factor_of(parameter: Parameter) -> Factor:
    """Return a parameter that differs between patients as a factor, from its 5th to its 95th percentile."""
    scale = SCALES[parameter.distribution]
    low, high = (0.0, 1.0) if scale == "switch" else (value_at(parameter, z) for z in (-Z_RANGE, Z_RANGE))
    return Factor(parameter.name, low, high, scale, parameter.unit)


def typical_endpoints(
    treatment: str | Path,
    days: float | None = None,
    *,
    cycles: int | None = None,
    changes: Mapping[str, float] | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> PatientEndpoints:
    """Return the endpoints of a typical patient under a treatment as a function of the parameters.

    Parameters
    ----------
    treatment, cycles, changes
        As for :func:`trimer.study.scenario.scenario`; a parameter that is changed is no factor.
    days : float, optional
        To what day; by default 28 past the last dose of a regimen, 56 of a protocol.
    backend : str
    threads : int, optional

    Raises
    ------
    TrimerError
        When something given is at fault.
    """
    setting = scenario(treatment, cycles=cycles, changes=changes)
    last = days if days is not None else max((a.end for a in setting.administrations), default=LATE) + AFTER
    if not LATE <= last <= 3650.0:
        raise InputError("days", f"{last:g}", f"{LATE:g} to 3650")
    varied = [
        p for n, p in setting.assembly.parameters.items() if p.distribution != "fixed" and n not in setting.changes
    ]
    return PatientEndpoints(setting, last, tuple(map(factor_of, varied)), backend, threads)


def sensitivity(
    treatment: str | Path,
    days: float | None = None,
    *,
    cycles: int | None = None,
    changes: Mapping[str, float] | None = None,
    strongest: int = STRONGEST,
    trajectories: int = TRAJECTORIES,
    levels: int = LEVELS,
    base: int = BASE,
    seed: int = SEED,
    backend: str = "cpu",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Return what decides the endpoints of a typical patient under a treatment.

    Parameters
    ----------
    treatment, days, cycles, changes, backend, threads
        As for :func:`typical_endpoints`.
    strongest, trajectories, levels, base, seed, progress
        As for :func:`trimer.study.sensitivity.screen_then_sobol`.

    Raises
    ------
    TrimerError
        When something given is at fault, or SALib is not installed.
    """
    patient = typical_endpoints(treatment, days, cycles=cycles, changes=changes, backend=backend, threads=threads)
    label = f"{patient.setting.label} · typical patient, day 0 to {patient.days:g}"
    return screen_then_sobol(
        patient, patient.factors, patient.outputs, strongest, trajectories=trajectories, levels=levels, base=base,
        seed=seed, label=label, note=patient.note, progress=progress,
    )  # fmt: skip
