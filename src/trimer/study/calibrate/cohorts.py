"""The virtual cohorts of the calibration's stages: for every member of the ensemble, the summaries it predicts.

All members share their virtual patients, so that members differ by their parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.study.assemble import Assembly, assemble
from trimer.study.calibrate.targets import REMISSION_KEYS
from trimer.study.calibrate.targets import il6 as il6_targets
from trimer.study.calibrate.targets import lymphocytes as lymphocyte_targets
from trimer.study.population.patients import sample
from trimer.study.scenario import SEED, SIZE
from trimer.study.simulation import Table
from trimer.study.trial.summary import MONTH, values
from trimer.study.trial.task import TrialTask, population_of
from trimer.therapy.administration import Administration
from trimer.therapy.trial import Trial

Array = NDArray[np.float64]
Columns = Mapping[str, Array]
Tell = Callable[[float], None]

HOUR = 1.0 / 24.0
ENGAGER = "blinatumomab"
FLOOR_B = 1e-3  # 1e9/L: one B cell a microlitre, the floor of the assay
FLOOR_IL6 = 10.0  # pg/mL
SURFACE = SIZE.bsa
LONG_ENOUGH = 460.0  # day: medians of survival in relapsed disease lie well before
SHORT = 90.0  # day: responses to chemotherapy are in
#: Lymphoma rather than leukaemia, as in the trial whose IL-6 was digitised: B cells in nodes instead of blasts.
LYMPHOMA = {"b_lymphoid_0": (100.0, 0.8)}
WINDOWS: dict[str, tuple[tuple[float, ...], ...]] = {
    # Days at which samples of each window were drawn, as digitised; those of whole days that stand at a step are taken
    # as drawn in the hours after it (assumed: they are three times as high as those of the flat regimen on that day).
    "flat": ((0.2, 0.3, 0.4, 0.6), (1.0, 1.3), (2.0,)),
    "step": ((0.1, 0.2, 0.3, 0.5), (1.0,), (1.9, 2.0), (7.1, 7.25), (14.1, 14.25)),
}


def infusion(rate: float, start: float, days: float) -> Administration:
    """Return a continuous infusion of blinatumomab, ``rate`` in ug/day."""
    return Administration(ENGAGER, start, days, rate * days, "civ")


@lru_cache(maxsize=8)
def course(doses: tuple[Administration, ...]) -> Assembly:
    """Return the model under a calendar of infusions, without premedication."""
    return assemble(doses, {ENGAGER: library.drug(ENGAGER)}, SIZE, -0.5)


def many(
    assembly: Assembly,
    calibrated: Columns,
    patients: int,
    fixed: Mapping[str, float],
    times: Sequence[float],
    outputs: Sequence[str],
    spread: Mapping[str, tuple[float, float]] | None = None,
) -> list[Solution]:
    """Return the same patients of the population solved for each member, the members in groups that fit in memory."""
    population = library.population("adult_mrd_ball")
    known = dict(assembly.parameters)
    for name, (value, sd) in (spread or {}).items():
        known[name] = replace(known[name], value=value, spread=sd, distribution="lognormal")
    found = []
    for member in range(len(next(iter(calibrated.values())))):
        own = {name: column[[member]] for name, column in calibrated.items()}
        drawn = sample(population, known, SEED, 0, patients, calibrated=own)
        columns = drawn.columns | {name: np.full(patients, value) for name, value in fixed.items()}
        found.append(solve(assembly.batch(columns, times, outputs)))
    return found


def lymphocytes(calibrated: Columns, patients: int, tell: Tell) -> Array:
    """Return medians over patients with residual disease under 15 ug/m2/day; one row a member."""
    days = [float(t.name.split("day ")[1]) for t in lymphocyte_targets(patients) if "over baseline" in t.name]
    times = sorted({0.0, 1.0, 2.0, *days})
    assembly = course((infusion(15.0 * SURFACE, 0.0, 28.0),))
    rows = []
    for solved in many(assembly, calibrated, patients, {"blasts_initial": 1.0}, times, ("cd8_blood", "b_cells_blood")):
        at = {day: int(np.searchsorted(solved.times, day - 1e-9)) for day in times}
        cd8, b = solved["cd8_blood"][solved.ok], solved["b_cells_blood"][solved.ok]
        row = []
        for target in lymphocyte_targets(patients):
            if "over baseline" in target.name:
                row.append(float(np.median(cd8[:, at[float(target.name.split("day ")[1])]] / cd8[:, at[0.0]])))
            elif "baseline" in target.name:
                row.append(1000.0 * float(np.median(cd8[:, at[0.0]])))
            else:
                hours = float(target.name.split(", ")[1].split()[0])
                row.append(float(np.mean(b[:, at[hours * HOUR]] <= FLOOR_B)))
        rows.append(row)
        tell(len(rows) / len(next(iter(calibrated.values()))))
    return np.array(rows)


def il6(calibrated: Columns, patients: int, tell: Tell) -> Array:
    """Return medians of detectable IL-6 in each scored window; one row a member."""
    doses = {
        "flat": (infusion(60.0 * SURFACE, 0.0, 28.0),),
        "step": (
            infusion(5.0 * SURFACE, 0.0, 7.0), infusion(15.0 * SURFACE, 7.0, 7.0), infusion(60.0 * SURFACE, 14.0, 14.0),
        ),
    }  # fmt: skip
    wanted = [t.name.split(",")[0].removeprefix("IL-6 ") for t in il6_targets(patients)]
    solved = {}
    for arm, given in doses.items():
        times = sorted({day for window in WINDOWS[arm] for day in window})
        solved[arm] = many(course(given), calibrated, patients, {"blasts_initial": 0.0}, times, ("il6",), LYMPHOMA)
        tell(0.5 * len(solved))
    rows = []
    for member in range(len(next(iter(calibrated.values())))):
        row = []
        for arm in dict.fromkeys(wanted):
            one = solved[arm][member]
            for window in WINDOWS[arm]:
                at = [int(np.searchsorted(one.times, day - 1e-9)) for day in window]
                samples = one["il6"][one.ok][:, at]
                detected = samples[samples >= FLOOR_IL6]
                row.append(float(np.median(detected)) if len(detected) else FLOOR_IL6)
        rows.append(row)
    return np.array(rows)


def remission(calibrated: Columns, patients: int, tell: Tell) -> Array:
    """Return the summaries of MT103-211 that are compared; one row a member."""
    trial = replace(library.trial("mt103_211"), follow_up=LONG_ENOUGH)
    rows = []
    for table in _tables(trial, calibrated, patients, tell):
        found = values(table, trial.arms[0].name)
        solved = table["status"] == 0
        answered = np.isin(table["response"], ("CR", "CRh")) & solved
        failed = ~answered & solved
        both = answered.any() and failed.any()
        treg = np.median(table["treg"][failed]) / np.median(table["treg"][answered]) if both else np.nan
        keys = (*REMISSION_KEYS, "cd19_negative_at_failure", "rfs_median", "os_median", "or_css", "or_blasts_below_50")
        row = [found.get(key, np.nan) for key in keys]
        for k, key in enumerate(keys):  # a median that is not reached is late, not missing
            if key.endswith("median") and key in found and not np.isfinite(row[k]):
                row[k] = LONG_ENOUGH / MONTH
        onset = table["crs_day"][(table["status"] == 0) & np.isfinite(table["crs_day"])]
        first = float(np.median(onset)) if len(onset) else np.nan
        rows.append([*row, treg, found.get("crs_any", np.nan), first])
    return np.array(rows)


def chemotherapy(calibrated: Columns, patients: int, tell: Tell) -> Array:
    """Return the remissions of two series under salvage chemotherapy; one row a member."""
    columns = []
    for k, (name, key) in enumerate((("inovate_soc", "cr_crh_cri"), ("flag_ida_bari", "cr_crh_cri"))):
        trial = replace(library.trial(name), follow_up=SHORT)

        def part(share: float, k: int = k) -> None:
            tell((k + share) / 2.0)

        columns.append([
            values(table, trial.arms[0].name).get(key, np.nan) for table in _tables(trial, calibrated, patients, part)
        ])  # fmt: skip
    return np.array(columns).T


def _tables(trial: Trial, calibrated: Columns, patients: int, tell: Tell) -> Sequence[Table]:
    population = population_of(trial)
    members = len(next(iter(calibrated.values())))
    found = []
    for member in range(members):
        own = {name: column[[member]] for name, column in calibrated.items()}
        found.append(TrialTask(trial, population, own, SEED, patients)(0, patients))
        tell((member + 1) / members)
    return found
