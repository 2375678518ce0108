"""Published pharmacology of blinatumomab from the population: concentrations, T cells and B cells in blood.

Concentrations are predictions: clearance and volume come from one analysis (Clements 2020), the figures here from
others. The lymphocyte parameters of ``leukaemia.toml`` are ``fitted`` to the very data compared here, so those tests
guard a calibration and validate nothing.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from model_sample import (
    HOUR,
    at,
    course,
    infusion,
    minimal_residual_disease,
    panel,
    patient,
    population,
    premedication,
    simulate,
)
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data" / "lymphocytes_blinatumomab.csv"
MRD = {"blasts_initial": 1.0, "k_growth": 0.05}
FLOOR = 1e-3  # 1e9/L, one cell per uL


def published() -> dict[str, NDArray[np.float64]]:
    lines = [line for line in DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


PUBLISHED = published()


def blood(patients: list[dict[str, float]], days: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return CD8 over baseline and B cells (1e9/L) under 28 ug/day from day 0, as in the digitised cohort."""
    found = simulate(course(premedication(), infusion(28.0)), patients, days, ("cd8_blood", "b_cells_blood"))
    cd8 = at(found, "cd8_blood", days)
    return cd8 / found["cd8_blood"][:, :1], at(found, "b_cells_blood", days)


def test_mean_steady_state_at_28_ug_a_day() -> None:
    # Zhu 2018: 621 (SD 502) pg/mL in 189 patients; Swiss label 616 (537). The typical patient lies below the mean,
    # because clearance is log-normal. Prediction.
    found = simulate(course(infusion(28.0)), population(400), [3.0, 27.0], ("blinatumomab_plasma",))
    levels = at(found, "blinatumomab_plasma", [3.0, 27.0])
    assert 0.53 < levels[:, 1].mean() < 0.70
    assert 0.20 < levels[:, 1].std() < 0.502
    # "Stable over time": what antigen in marrow takes is a tenth of clearance at most, in no patient more.
    np.testing.assert_allclose(levels[:, 0], levels[:, 1], rtol=0.1)
    np.testing.assert_allclose(levels[:, 0].mean(), levels[:, 1].mean(), rtol=0.02)


def test_mean_steady_state_at_9_ug_a_day_is_proportional() -> None:
    # Swiss label: 228 (356) pg/mL at 9 ug/day, dose-proportional over 5 to 90 ug/m2/day. Prediction.
    low, high = (
        at(simulate(course(infusion(r)), population(200), [5.0], ("blinatumomab_plasma",)), "blinatumomab_plasma", 5.0)
        for r in (9.0, 28.0)
    )
    assert 0.15 < low.mean() < 0.25
    # What antigen in marrow takes is a tenth of clearance at most, and less once it is gone.
    np.testing.assert_allclose(high / low, 28.0 / 9.0, rtol=0.1)


def test_plasma_follows_the_one_compartment_curve() -> None:
    known, p = panel().parameters, patient()
    CL, V = p["blinatumomab_CL"], p["blinatumomab_V"]
    assert known["blinatumomab_CL"].unit == "L/day"
    k, css = CL / V, 28.0 / CL
    assert css == pytest.approx(0.526, abs=0.001)
    assert math.log(2.0) / k / HOUR == pytest.approx(1.87, abs=0.01)
    # Without antigen the marrow only borrows drug: its 0.1 L of plasma equivalents hardly bend the curve.
    times = np.array([1.0, 2.0, 4.0, 6.2, 12.0, 24.0, 48.0]) * HOUR
    empty = patient(blasts_initial=0.0, b_precursors_0=1e-9, marrow_partition=1e-6)
    found = at(
        simulate(course(infusion(28.0, days=1.0)), [empty], times, ("blinatumomab_plasma",), rtol=1e-9),
        "blinatumomab_plasma", times,
    )[0]  # fmt: skip
    rise = css * (1.0 - np.exp(-k * np.minimum(times, 1.0)))
    np.testing.assert_allclose(found, rise * np.exp(-k * np.maximum(times - 1.0, 0.0)), rtol=1e-4, atol=1e-8)
    assert rise[3] / css == pytest.approx(0.90, abs=0.005)  # 90 % of steady state after 6.2 h


def test_cd8_nadir_within_a_day_and_return_above_baseline() -> None:
    """Calibration, not validation: redistribution and expansion are fitted to these patients."""
    times = np.concatenate([np.linspace(0.0, 2.0, 97), np.linspace(2.25, 28.0, 104)])
    ratio = blood([minimal_residual_disease()], times)[0][0]
    assert times[ratio.argmin()] <= 1.0
    assert 0.03 < ratio.min() < 0.15
    above = times[(times > 2.0) & (ratio > 1.0)]
    assert above.min() <= 14.0
    assert np.all(ratio[(times >= 7.0) & (times <= 14.0)] > 1.0)


def test_cd8_course_follows_the_digitised_medians() -> None:
    """Calibration: factors between the population's median and the published one, 1 h to 35 days."""
    days = PUBLISHED["day"][1:]
    ratio = np.median(blood(population(400, **MRD), days)[0], axis=0)
    factors = np.exp(np.abs(np.log(ratio / PUBLISHED["cd8_ratio_median"][1:])))
    told = ", ".join(f"day {d:g}: {f:.2f}" for d, f in zip(days, factors, strict=True))
    assert math.exp(np.log(factors).mean()) < 1.3, told
    assert factors.max() < 1.9, told
    inside = (ratio >= PUBLISHED["cd8_ratio_q25"][1:]) & (ratio <= PUBLISHED["cd8_ratio_q75"][1:])
    assert inside.sum() >= 10, told


def test_patients_differ_less_than_in_the_data_but_in_the_same_direction() -> None:
    """Calibration: the published spread of nadirs (0.01 to 0.50) holds the model's."""
    times = np.linspace(0.0, 2.0, 49)
    nadir = blood(population(400, **MRD), times)[0].min(axis=1)
    assert 0.01 < nadir.min() < nadir.max() < 0.5
    assert np.median(nadir) == pytest.approx(0.068, rel=0.35)


@pytest.mark.parametrize("setting", [MRD, {}, {"blasts_initial": 0.0}], ids=["residual disease", "20e9", "none"])
def test_blood_b_cells_are_at_the_assay_s_floor_within_48_hours(setting: dict[str, float]) -> None:
    """Calibration for residual disease: killing in blood is fitted to the first day."""
    days = np.array([1.0, 2.0])
    _, typical = blood([patient(**setting)], days)
    assert typical[0, 1] <= FLOOR
    _, drawn = blood(population(400, **setting), days)
    assert np.all(np.median(drawn, axis=0) <= FLOOR)
    assert np.mean(drawn[:, 1] <= FLOOR) >= 0.9


def test_blood_b_cells_stay_at_the_floor_while_drug_runs_and_return_after() -> None:
    days = np.array([0.0, 7.0, 14.0, 28.0, 180.0])
    _, b = blood([minimal_residual_disease()], days)
    assert np.all(b[0, 1:4] <= FLOOR)
    assert b[0, 4] > 0.3 * b[0, 0]  # within months (Zugmaier 2014, recalled)


def test_b_cells_fall_sooner_with_more_drug() -> None:
    # NHL: depletion within 48 h at 5 ug/m2/day and more, dependent on exposure (Hijazi 2018).
    setting, times = [patient(blasts_initial=0.0)], [0.5, 1.0, 2.0]
    falls = [
        at(simulate(course(infusion(r)), setting, times, ("b_cells_blood",)), "b_cells_blood", times)[0]
        for r in (1.0, 5.0, 9.4, 28.0, 113.0)
    ]
    assert np.all(np.diff(falls, axis=0) < 0)
    assert falls[2][2] <= FLOOR
