"""Non-compartmental analysis against closed forms and published results.

Theoph and Indometh are data sets of R (Boeckmann, Sheiner and Beal 1994; Kwan et al. 1976). Their published results are
WinNonlin's, equal to NonCompart's, in Han S, "Validation of Noncompartmental Analysis Performed by NonCompart R
package" (2018), appendix A, tests 1, 2 (oral, 320 mg) and 6 (25 mg over 0.25 h), linear-up log-down.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from trimer.errors import InputError
from trimer.record.nonmem.table import Dose, Observation, Subject
from trimer.study.nca import Given, auc, nca, summaries
from trimer.study.nca_table import nca_subjects, nca_treatment

NAME = "blinatumomab_plasma"

THEOPH = {
    1: ((0, 0.25, 0.57, 1.12, 2.02, 3.82, 5.1, 7.03, 9.05, 12.12, 24.37),
        (0.74, 2.84, 6.57, 10.5, 9.66, 8.58, 8.36, 7.47, 6.89, 5.94, 3.28)),
    2: ((0, 0.27, 0.52, 1, 1.92, 3.5, 5.02, 7.03, 9, 12, 24.3),
        (0, 1.72, 7.91, 8.31, 8.33, 6.85, 6.08, 5.4, 4.55, 3.01, 0.9)),
    6: ((0, 0.27, 0.58, 1.15, 2.03, 3.57, 5, 7, 9.22, 12.1, 23.85),
        (0, 1.29, 3.08, 6.44, 6.32, 5.53, 4.94, 4.02, 3.46, 2.78, 0.92)),
    8: ((0, 0.25, 0.52, 0.98, 2.02, 3.53, 5.05, 7.15, 9.07, 12.1, 24.12),
        (0, 3.05, 3.05, 7.31, 7.56, 6.59, 5.88, 4.73, 4.57, 3, 1.25)),
    12: ((0, 0.25, 0.5, 1, 2, 3.52, 5.07, 7.07, 9.03, 12.05, 24.15),
         (0, 1.25, 3.96, 7.82, 9.72, 9.75, 8.57, 6.59, 6.11, 4.57, 1.17)),
}  # fmt: skip
# AUClast, AUCINF_obs, % extrapolated, Vz/F, CL/F, lambda_z, points, adjusted R2
THEOPH_RESULTS = {
    1: (147.2347485, 214.9236316, 31.4943883, 30.7262325, 1.4889010, 0.0484570, 3, 0.9999995),
    2: (88.7312755, 97.3779346, 8.8794850, 31.5715024, 3.2861654, 0.1040864, 4, 0.9957931),
    6: (71.6970150, 82.1758833, 12.7517562, 44.3539348, 3.8940865, 0.0877957, 7, 0.9978896),
    8: (86.8065635, 102.1533003, 15.0232413, 38.4594978, 3.1325469, 0.0814505, 6, 0.9887655),
    12: (115.2202082, 125.8315397, 8.4329665, 23.0645237, 2.5430826, 0.1102595, 3, 0.9987936),
}
INDOMETH_TIMES = (0.25, 0.5, 0.75, 1, 1.25, 2, 3, 4, 5, 6, 8)
INDOMETH = {
    1: (1.5, 0.94, 0.78, 0.48, 0.37, 0.19, 0.12, 0.11, 0.08, 0.07, 0.05),
    2: (2.03, 1.63, 0.71, 0.7, 0.64, 0.36, 0.32, 0.2, 0.25, 0.12, 0.08),
    3: (2.72, 1.49, 1.16, 0.8, 0.8, 0.39, 0.22, 0.12, 0.11, 0.08, 0.08),
    4: (1.85, 1.39, 1.02, 0.89, 0.59, 0.4, 0.16, 0.11, 0.1, 0.07, 0.07),
    5: (2.05, 1.04, 0.81, 0.39, 0.3, 0.23, 0.13, 0.11, 0.08, 0.1, 0.06),
    6: (2.31, 1.44, 1.03, 0.84, 0.64, 0.42, 0.24, 0.17, 0.13, 0.1, 0.09),
}
# AUClast, AUCINF_obs, % extrapolated, Vz, CL
INDOMETH_RESULTS = {
    1: (1.7193653, 2.0351804, 15.5177942, 77.5889712, 12.2839234),
    2: (2.8891436, 3.1537989, 8.3916343, 26.2238573, 7.9269481),
    3: (2.8817113, 3.0713330, 6.1739217, 19.2935053, 8.1397881),
    4: (2.4442459, 2.6073871, 6.2568848, 22.3460171, 9.5881430),
    5: (1.9211984, 2.1585892, 10.9974979, 45.8229078, 11.5816384),
    6: (2.8413138, 3.0958959, 8.2232127, 22.8422576, 8.0752068),
}
PRINTED = 1e-6  # relative; the tables have eight or more digits, slopes fewer


@pytest.mark.parametrize("subject", sorted(THEOPH))
def test_theophylline_by_mouth_as_published(subject: int) -> None:
    times, values = THEOPH[subject]
    found = nca(times, values, [Given(0.0, 320.0, extravascular=True)])
    told = (found.auc_last, found.auc_inf, found.extrapolated, found.lambda_z_points, found.lambda_z_r2)
    area, whole, share, vz, cl, slope, points, fit = THEOPH_RESULTS[subject]
    assert told == pytest.approx((area, whole, share, points, fit), rel=PRINTED)
    assert found.lambda_z == pytest.approx(slope, rel=2e-6)
    if found.carry_over <= 0.05:
        assert (found.vz, found.cl) == pytest.approx((vz, cl), rel=PRINTED)
    else:  # subject 1 had 0.74 mg/L before the dose: 7 % of the peak
        assert subject == 1
        assert math.isnan(found.cl)


@pytest.mark.parametrize("subject", sorted(INDOMETH))
def test_indometacin_infusion_as_published(subject: int) -> None:
    found = nca(INDOMETH_TIMES, INDOMETH[subject], [Given(0.0, 25.0, 25.0 / 0.25)])
    told = (found.auc_last, found.auc_inf, found.extrapolated, found.vz, found.cl)
    assert told == pytest.approx(INDOMETH_RESULTS[subject], rel=PRINTED)


def test_a_bolus_of_one_compartment_is_exact() -> None:
    """Log-down trapezoids are exact for an exponential, whatever the times."""
    dose, volume, rate = 100.0, 5.0, 0.3
    times = np.array([0.1, 0.7, 2.0, 5.0, 11.0])
    found = nca(times, dose / volume * np.exp(-rate * times), [Given(0.0, dose)])
    assert found.lambda_z == pytest.approx(rate, rel=1e-12)
    assert found.auc_inf == pytest.approx(dose / (volume * rate), rel=1e-12)  # begins at the value drawn back to 0
    assert (found.cl, found.vz) == pytest.approx((rate * volume, volume), rel=1e-12)
    assert found.half_life == pytest.approx(math.log(2.0) / rate, rel=1e-12)


def infusion(t: np.ndarray, rate: float, length: float, cl: float, volume: float) -> np.ndarray:
    k = cl / volume
    rising = rate / cl * (1.0 - np.exp(-k * np.clip(t, 0.0, length)))
    return rising * np.exp(-k * np.clip(t - length, 0.0, None))


def test_an_infusion_to_steady_state() -> None:
    rate, length, cl, volume = 28.0, 2.0, 55.2, 5.98  # a day's engager, its label's clearance and volume
    times = np.unique(np.concatenate([np.arange(0.0, 3.0, 1 / 48), [length]]))
    found = nca(times, infusion(times, rate, length, cl, volume), [Given(0.0, rate * length, rate)])
    assert found.css == pytest.approx(rate / cl, rel=1e-2)
    assert found.tmax == length
    assert found.cl == pytest.approx(cl, rel=1e-3)
    assert found.vz == pytest.approx(volume, rel=1e-3)


def test_cycles_are_told_apart_and_what_is_left_forbids_clearance() -> None:
    rate, length, cl, volume = 28.0, 1.0, 10.0, 10.0
    times = np.arange(0.0, 20.0, 0.05)
    far = infusion(times, rate, length, cl, volume) + infusion(times - 10.0, rate, length, cl, volume)
    doses = [Given(0.0, rate * length, rate), Given(10.0, rate * length, rate)]
    one, two = summaries(times, far, doses)
    assert (one.start, two.start) == (0.0, 10.0)
    assert (one.cl, two.cl) == pytest.approx((cl, cl), rel=2e-3)
    near = infusion(times, rate, length, cl, volume) + infusion(times - 2.0, rate, length, cl, volume)
    one, two = summaries(times, near, [doses[0], Given(2.0, rate * length, rate)])
    assert two.carry_over > 0.05
    assert math.isnan(two.cl)
    assert two.lambda_z == pytest.approx(cl / volume, rel=1e-6)


def test_steps_of_one_infusion_are_one_exposure() -> None:
    times = np.arange(0.0, 6.0, 0.05)
    values = infusion(times, 9.0, 1.0, 10.0, 2.0) + infusion(times - 1.0, 28.0, 2.0, 10.0, 2.0)
    (only,) = summaries(times, values, [Given(0.0, 9.0, 9.0), Given(1.0, 56.0, 28.0)])
    assert only.dose == 65.0
    assert only.cl == pytest.approx(10.0, rel=2e-3)
    assert only.css == pytest.approx(2.8, rel=2e-2)


def test_a_course_while_the_infusion_runs_is_no_terminal_phase() -> None:
    """The peak is early, as receptors fill; the levels fall along while the infusion still runs."""
    times = np.array([0.0, 0.2, 1.0, 2.0, 3.0, 4.0, 4.1, 4.2, 4.3])
    running = [0.0, 10.0, 9.0, 8.1, 7.29, 6.561]
    values = np.array([*running, *(6.561 * np.exp(-5.0 * (times[6:] - 4.0)))])
    found = nca(times, values, [Given(0.0, 40.0, 10.0)])
    assert found.lambda_z == pytest.approx(5.0)
    assert found.lambda_z_points == 4
    cut = nca(times[:6], values[:6], [Given(0.0, 40.0, 10.0)])
    assert math.isnan(cut.lambda_z)
    assert math.isnan(cut.cl)


def test_a_bolus_on_top_of_another_has_no_clearance() -> None:
    times = np.arange(0.0, 3.0, 0.25)
    values = np.exp(-times) + np.where(times >= 1.0, np.exp(-(times - 1.0)), 0.0)
    first, second = summaries(times, values, [Given(0.0, 5.0), Given(1.0, 5.0)])
    assert first.cl == pytest.approx(5.0)
    assert second.carry_over > 0.05
    assert math.isnan(second.cl)


def test_exposures_keep_their_number_and_their_route() -> None:
    doses = (
        Dose(0.0, "blinatumomab", "sc", 9.0),
        Dose(5.0, "blinatumomab", "sc", 9.0),
        Dose(10.0, "blinatumomab", "iv", 9.0),
    )
    seen = [(t, math.exp(-(t % 5))) for t in (0.5, 1.0, 2.0, 10.5, 11.0, 12.0)]
    subject = Subject("1", doses=doses, observations=tuple(Observation(t, NAME, c, "ng/mL") for t, c in seen))
    assert [(one.exposure, one.extravascular) for one in nca_subjects([subject])] == [(1, True), (3, False)]


def test_areas_rise_straight_and_fall_on_the_logarithm() -> None:
    assert auc(np.array([0.0, 1.0]), np.array([0.0, 4.0])) == 2.0
    assert auc(np.array([0.0, 1.0]), np.array([4.0, 0.0])) == 2.0
    assert auc(np.array([0.0, 2.0]), np.array([math.e, 1.0])) == pytest.approx(2.0 * (math.e - 1.0), rel=1e-15)


@pytest.mark.parametrize(
    ("times", "values", "doses"),
    [
        ((0, 0), (1, 1), [Given(0, 1)]),
        ((0, 1), (1, -1), [Given(0, 1)]),
        ((0, 1), (1, math.nan), [Given(0, 1)]),
        ((0, 1), (1,), [Given(0, 1)]),
        ((0, 1), (1, 1), []),
        ((0, 1), (0, 0), [Given(0, 1)]),
        ((0, 1), (1, 1), [Given(5, 1)]),
    ],
)
def test_what_is_no_course_is_refused(times: tuple[float, ...], values: tuple[float, ...], doses: list[Given]) -> None:
    with pytest.raises(InputError):
        nca(times, values, doses)


def test_of_a_simulated_treatment_it_finds_the_clearance_of_the_model() -> None:
    found = nca_treatment("blinatumomab_rr", cycles=1, days=35.0)
    assert [one.drug for one in found] == ["blinatumomab"]
    assert found[0].result.css == pytest.approx(28.0 / found[0].result.cl, rel=0.02)
