"""Salvage chemotherapy of comparator arms: fludarabine, idarubicin, FLAG-IDA and high-dose cytarabine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.engine.solve import solve
from trimer.library import drug, needed, regimen
from trimer.study.assemble import assemble
from trimer.study.draws import typical
from trimer.study.scenario import scenario
from trimer.therapy.administration import Administration
from trimer.therapy.order import Order
from trimer.therapy.realise import realise
from trimer.therapy.size import Size

SIZE = Size.of(weight=70.0, height=1.70)
HOUR = 1.0 / 24.0
DAYS = np.arange(0.0, 43.0, 0.5)
PATIENTS = 100
Array = NDArray[np.float64]


def daily(name: str, per_m2: float, count: int, hours: float) -> list[Administration]:
    """Return a dose a day from day 0, mg/m2."""
    return [Administration(name, float(day), hours * HOUR, 1e3 * per_m2 * SIZE.bsa, "iv") for day in range(count)]


def simulated(doses: Sequence[Administration], days: Array, *outputs: str) -> dict[str, Array]:
    """Return outputs of the typical patient without leukaemia, shape (n_days,)."""
    used = {d.drug: drug(d.drug) for d in doses}
    course = assemble(doses, used, SIZE, 0.0)
    healthy = typical(course.parameters) | {"blasts_initial": 0.0}
    found = solve(course.problem([healthy], days, outputs))
    at = np.searchsorted(found.times, days - 1e-9)
    return {name: found[name][0, at] for name in outputs}


def log_kills(**courses: tuple[float, int, float]) -> dict[str, dict[str, float]]:
    """Return the log10 of each kind of cell that a course of each drug kills by its own rates."""
    days = np.arange(0.0, 60.0, 0.05)
    sites = simulated(
        [d for name, c in courses.items() for d in daily(name, *c)], days, *(f"{n}_effect" for n in courses)
    )
    found: dict[str, dict[str, float]] = {}
    for name in courses:
        p = {key.removeprefix(f"{name}_"): item.value for key, item in drug(name).parameters(SIZE).items()}
        site = sites[f"{name}_effect"]
        held = float(np.trapezoid(site / (site + p["EC50"]), days)) / np.log(10.0)
        found[name] = {cells: p[f"k_{cells}"] * held for cells in ("blasts", "marrow", "lymphocytes")}
    return found


@cache
def treated(name: str) -> dict[str, Array]:
    """Return virtual patients given one cycle, most of whose marrow is blasts on day 0; shape (n_patients, n_days)."""
    setting = scenario(name, cycles=1, changes={"blasts_initial": 12.0})
    outputs = ("marrow_blast_percent", "anc", "platelets", "t_cells_blood")
    found = solve(setting.problem(setting.patients(0, PATIENTS), DAYS, outputs, 1e-4))
    assert found.ok.all()
    at = np.searchsorted(found.times, DAYS - 1e-9)
    return {output: found[output][:, at] for output in outputs}


def remission(name: str) -> NDArray[np.bool_]:
    """Return who has at most 5 % of marrow blasts at some time from day 28 to 42."""
    return np.asarray((treated(name)["marrow_blast_percent"][:, DAYS >= 28.0] <= 5.0).any(axis=1))


def recovery(count: Array, above: float) -> float:
    """Return the median day after the nadir on which a count is above a threshold, of those that fell below it."""
    after = np.arange(count.shape[1]) > count.argmin(axis=1)[:, None]
    back = after & (count > above)
    fell = count.min(axis=1) < above
    day = np.where(back.any(axis=1), DAYS[back.argmax(axis=1)], np.inf)
    return float(np.median(day[fell]))


# ---- drugs


def test_a_course_kills_what_the_files_say_and_as_much_as_its_neighbour() -> None:
    found = log_kills(
        fludarabine=(30.0, 5, 0.5), cladribine=(5.0, 5, 2.0), idarubicin=(12.0, 3, 0.25), daunorubicin=(50.0, 3, 0.25)
    )
    purine = {"blasts": 0.7, "marrow": 1.3, "lymphocytes": 1.3}
    anthracycline = {"blasts": 1.5, "marrow": 1.1, "lymphocytes": 0.3}
    assert found["fludarabine"] == pytest.approx(purine, rel=0.01)
    assert found["cladribine"] == pytest.approx(purine, rel=0.01)
    assert found["idarubicin"] == pytest.approx(anthracycline, rel=0.01)
    assert found["daunorubicin"] == pytest.approx(anthracycline, rel=0.01)


def test_fludarabine_in_plasma_is_as_measured_elsewhere() -> None:
    # Long-Boyle 2011, 87 adults at 30 to 40 mg/m2: 5.0 (2.0 to 11.0) ug h/mL, 55 (17 to 166) ng/mL a day after a dose.
    days = np.arange(0.0, 8.0, 0.005)
    volume = drug("fludarabine").parameters(SIZE)["fludarabine_V"].value
    areas, troughs = [], []
    for per_m2 in (30.0, 40.0):
        amount = simulated(daily("fludarabine", per_m2, 1, 0.5), days, "fludarabine_central")["fludarabine_central"]
        areas.append(float(np.trapezoid(amount / volume, days)) * 24.0 / 1000.0)
        troughs.append(float(np.interp(1.0, days, amount / volume)))
    assert 2.0 < areas[0] < areas[1] < 11.0
    assert troughs[0] < 55.0 < troughs[1]


def test_fludarabine_is_measured_by_weight_and_idarubicin_by_surface() -> None:
    small, large = Size.of(weight=50.0, height=1.58), Size.of(weight=100.0, height=1.90)
    flu, ida = ([drug(name).parameters(size) for size in (small, large)] for name in ("fludarabine", "idarubicin"))
    assert flu[1]["fludarabine_CL"].value / flu[0]["fludarabine_CL"].value == pytest.approx(2.0**0.75)
    assert ida[1]["idarubicin_CL"].value / ida[0]["idarubicin_CL"].value == pytest.approx(large.bsa / small.bsa)
    assert drug("idarubicin").half_life(small) == pytest.approx(drug("idarubicin").half_life(large))


def test_t_cells_after_three_courses_of_fludarabine() -> None:
    # Keating 1998: CD4 and CD8 cells of 0.15 to 0.2e9/L each after three courses, 0.3 to 0.4 together. A patient with
    # relapsed ALL begins with about half of a healthy number, so accepted: from half of that to all of it.
    courses = [
        Administration("fludarabine", start + d.start, d.duration, d.amount, "iv")
        for start in (0.0, 28.0, 56.0)
        for d in daily("fludarabine", 25.0, 5, 0.5)
    ]
    t_cells = simulated(courses, np.array([0.0, 84.0]), "t_cells_blood")["t_cells_blood"]
    assert 0.15 < t_cells[1] < 0.4
    assert t_cells[1] < 0.5 * t_cells[0]


# ---- regimens


def given(name: str) -> dict[str, list[Administration]]:
    order = [Order("event", 0.0, regimen=name)]
    doses = realise(order, SIZE, *needed(order))
    return {key: [d for d in doses if d.drug == key] for key in regimen(name).drugs}


def test_flag_ida_is_given_as_printed() -> None:
    doses = given("flag_ida")
    start = {name: [d.start for d in found] for name, found in doses.items()}
    assert start["fludarabine"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert start["idarubicin"] == [0.0, 1.0, 2.0]
    assert np.subtract(start["cytarabine"], start["fludarabine"]) == pytest.approx(4.0 * HOUR)
    assert start["filgrastim"] == [float(day) for day in range(-1, 24)]
    assert [d.kind for d in doses["filgrastim"]] == ["stated"] * 6 + ["assumed"] * 19
    assert {d.amount for d in doses["filgrastim"]} == {350.0}


def test_high_dose_cytarabine_is_twelve_doses_half_a_day_apart() -> None:
    doses = given("hidac")["cytarabine"]
    assert [d.start for d in doses] == pytest.approx(np.arange(12) / 2.0)
    assert sum(d.amount for d in doses) == pytest.approx(36e6 * SIZE.bsa)


# ---- virtual patients


def test_blood_recovers_from_flag_ida_as_published() -> None:
    """Specchia 2005, nine adults in remission: medians within the printed ranges.

    The model's marrow was fitted to these figures before there was an entry for FLAG-IDA; the rates of fludarabine and
    idarubicin were taken from their neighbours and left as they were.
    """
    answer = remission("flag_ida")
    anc, platelets = treated("flag_ida")["anc"][answer], treated("flag_ida")["platelets"][answer]
    assert 16.0 <= recovery(anc, 0.5) <= 25.0
    assert 20.0 <= recovery(anc, 1.0) <= 28.0
    assert 28.0 <= recovery(platelets, 100.0) <= 39.0
    assert recovery(anc, 0.5) < recovery(anc, 1.0) < recovery(platelets, 100.0)


def test_idarubicin_adds_to_what_a_purine_analogue_with_cytarabine_does() -> None:
    with_ida, without = treated("flag_ida"), treated("clag")
    deeper = with_ida["marrow_blast_percent"].min(axis=1) < without["marrow_blast_percent"].min(axis=1)
    assert deeper.mean() > 0.9
    assert remission("flag_ida").sum() > remission("clag").sum()
    assert recovery(with_ida["anc"], 0.5) > recovery(without["anc"], 0.5)


def test_purine_analogues_spare_fewer_t_cells_than_cytarabine_alone() -> None:
    lowest = {name: np.median(treated(name)["t_cells_blood"].min(axis=1)) for name in ("flag_ida", "clag", "hidac")}
    assert lowest["flag_ida"] < 0.5 * lowest["hidac"]
    assert lowest["flag_ida"] == pytest.approx(lowest["clag"], rel=0.5)


@pytest.mark.parametrize("name", ["flag_ida", "hidac"])
def test_some_are_in_remission_and_some_are_refractory(name: str) -> None:
    before = treated(name)["marrow_blast_percent"][:, 0]
    assert 60.0 < np.median(before) < 85.0
    assert 10 <= remission(name).sum() <= 90
    assert np.median(treated(name)["anc"].min(axis=1)) < 0.2
