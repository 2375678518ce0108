"""Sensitivity: closed forms of Ishigami and of Sobol's G, exact elementary effects, failures, and one real patient."""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.cli import run as command_line
from trimer.engine.solution import Solution, Status
from trimer.errors import InputError, SolveError
from trimer.parameters import Parameter
from trimer.study import patient_endpoints as module
from trimer.study.identifiability import identifiability
from trimer.study.patient_endpoints import READ, endpoints_of, factor_of, sensitivity, typical_endpoints
from trimer.study.sensitivity import Factor, Output, morris, screen_then_sobol, sobol
from trimer.study.simulate import simulate

Array = NDArray[np.float64]
A, B = 7.0, 0.1
ISHIGAMI = [Factor(name, -math.pi, math.pi) for name in ("x1", "x2", "x3")]
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
CUBE = [Factor(f"x{k}", 0.0, 1.0) for k in range(len(WEIGHTS))]


def ishigami(x: Array) -> Array:
    y = np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    return y[:, None]


def ishigami_indices() -> tuple[Array, Array, float]:
    """Return first-order and total indices, and that of the one pair that interacts (x1, x3)."""
    v1, v2 = 0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8
    v13 = 8 * B**2 * math.pi**8 / 225
    v = v1 + v2 + v13
    return np.array([v1, v2, 0.0]) / v, np.array([v1 + v13, v2, v13]) / v, v13 / v


def g(x: Array) -> Array:
    found: Array = np.prod((np.abs(4 * x - 2) + WEIGHTS) / (1 + WEIGHTS), axis=1, keepdims=True)
    return found


def g_indices(weights: Array) -> tuple[Array, Array]:
    own = 1 / (3 * (1 + weights) ** 2)
    whole = np.prod(1 + own)
    return own / (whole - 1), own / (1 + own) * whole / (whole - 1)


@pytest.mark.parametrize(
    ("forward", "factors", "truth"), [(ishigami, ISHIGAMI, ishigami_indices()[:2]), (g, CUBE, g_indices(WEIGHTS))]
)
def test_indices_of_functions_with_closed_forms(
    forward: Callable[[Array], Array], factors: list[Factor], truth: tuple[Array, Array]
) -> None:
    found = sobol(forward, factors, ["y"], base=4096, seed=1)
    assert found.runs == 4096 * (len(factors) + 2)
    for index, half, exact in zip((found.s1, found.st), (found.s1_confidence, found.st_confidence), truth, strict=True):
        np.testing.assert_array_less(np.abs(index[:, 0] - exact), half[:, 0] + 1e-6)
        np.testing.assert_allclose(index[:, 0], exact, atol=0.005)  # measured: 0.001 at most


def test_intervals_cover_the_truth() -> None:
    """95 % intervals hold the exact index in at least 90 % of 30 seeds at the smallest sample anyone would use."""
    s1, st, _ = ishigami_indices()
    inside = []
    for seed in range(30):
        found = sobol(ishigami, ISHIGAMI, ["y"], base=128, seed=seed)
        inside += (np.abs(found.s1[:, 0] - s1) <= found.s1_confidence[:, 0]).tolist()
        inside += (np.abs(found.st[:, 0] - st) <= found.st_confidence[:, 0]).tolist()
    assert np.mean(inside) >= 0.9


def test_pairs() -> None:
    found = sobol(ishigami, ISHIGAMI, ["y"], base=4096, seed=1, second_order=True)
    assert found.runs == 4096 * 8
    assert found.s2 is not None
    assert found.s2[0, 2, 0] == pytest.approx(ishigami_indices()[2], abs=0.005)
    assert found.s2[[0, 1], [1, 2], 0] == pytest.approx([0.0, 0.0], abs=0.005)
    pairs = found.to_dict()["S2"]
    assert [p["factors"] for p in pairs] == [["x1", "x2"], ["x1", "x3"], ["x2", "x3"]]


def test_the_ratio_scale_moves_a_logarithm_evenly() -> None:
    factors = [Factor("a", 0.1, 10.0, "log"), Factor("b", 0.2, 0.8, "logit"), Factor("c", 0.0, 1.0, "switch")]

    def forward(x: Array) -> Array:
        return np.column_stack([np.log10(x[:, 0]), np.log(x[:, 1] / (1 - x[:, 1])), x[:, 2]])

    found = morris(forward, factors, ["a", "b", "c"], trajectories=10)
    assert found.mu_star[0, 0] == pytest.approx(2.0)
    assert found.mu_star[1, 1] == pytest.approx(2 * math.log(4.0))
    assert found.mu_star[2, 2] == pytest.approx(1.5)  # every step of two thirds of the range throws the switch
    assert [f.middle for f in factors] == pytest.approx([1.0, 0.5, 0.0])


def test_screening_a_linear_function_is_exact() -> None:
    slopes = np.array([[3.0, -2.0, 0.0], [0.0, 1.0, 5.0]])
    factors = [Factor("a", -1.0, 1.0), Factor("b", 0.0, 10.0), Factor("c", 5.0, 6.0)]
    found = morris(lambda x: x @ slopes.T + 7.0, factors, ["y", "z"], trajectories=7)
    effects = slopes.T * np.array([2.0, 10.0, 1.0])[:, None]
    np.testing.assert_allclose(found.mu, effects, atol=1e-12)
    np.testing.assert_allclose(found.mu_star, np.abs(effects), atol=1e-12)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.confidence, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.normalised, [[0.3, 0.0], [1.0, 1.0], [0.0, 0.5]], atol=1e-12)
    assert found.ranking() == (1, 2, 0)
    assert found.runs == 28


def test_elementary_effects_are_those_of_the_trajectories_themselves() -> None:
    seen: list[Array] = []

    def forward(x: Array) -> Array:
        seen.append(x.copy())
        return ishigami(x)

    found = morris(forward, ISHIGAMI, ["y"], trajectories=12, levels=6, seed=3)
    effects: list[list[float]] = [[], [], []]
    for path in seen[0].reshape(12, 4, 3):
        for before, after in itertools.pairwise(path):
            (moved,) = np.flatnonzero(before != after)
            step = (after - before)[moved] / (2 * math.pi)
            assert abs(step) == pytest.approx(6 / (2 * 5))
            effects[moved].append(float((ishigami(after[None]) - ishigami(before[None]))[0, 0] / step))
    np.testing.assert_allclose(found.mu_star[:, 0], np.abs(effects).mean(axis=1))
    np.testing.assert_allclose(found.sigma[:, 0], np.std(effects, axis=1, ddof=1))


def test_a_failed_run_takes_its_trajectory_with_it() -> None:
    def forward(x: Array) -> Array:
        y = np.repeat(x @ np.array([[1.0], [2.0]]), 3, axis=1)
        y[[0, 1, 10], 1] = np.nan  # two runs of the first trajectory, one of the fourth
        y[:-3, 2] = np.inf
        return y

    factors = [Factor("a", 0.0, 1.0), Factor("b", 0.0, 1.0)]
    found = morris(forward, factors, ["whole", "part", "none"], trajectories=8)
    assert found.used.tolist() == [8, 6, 1]
    assert found.failed == 21
    np.testing.assert_allclose(found.mu_star[:, :2], [[1.0, 1.0], [2.0, 2.0]])
    assert np.isnan(found.mu_star[:, 2]).all(), "one trajectory has no spread"
    assert found.normalised[:, 2].tolist() == [0.0, 0.0]


def test_a_failed_run_takes_its_base_sample_with_it() -> None:
    def forward(x: Array) -> Array:
        y = np.repeat(ishigami(x), 2, axis=1)
        y[::100, 1] = np.nan
        return y

    found = sobol(forward, ISHIGAMI, ["whole", "part"], base=4096)
    lost = len(set(np.arange(0, 4096 * 5, 100) // 5))
    assert found.failed == 205
    assert found.used.tolist() == [4096, 4096 - lost]
    np.testing.assert_allclose(found.st[:, 1], ishigami_indices()[1], atol=0.03)
    assert not np.array_equal(found.st[:, 0], found.st[:, 1])


def test_what_does_not_vary_has_no_indices() -> None:
    found = sobol(lambda x: np.column_stack([x[:, 0], 0 * x[:, 0] + 0.1]), CUBE[:2], ["y", "constant"], base=16)
    assert np.isnan(found.st[:, 1]).all()
    assert np.isfinite(found.st[:, 0]).all()
    nothing = sobol(lambda x: np.full((len(x), 1), np.nan), CUBE[:2], ["y"], base=16)
    assert (nothing.failed, nothing.used.tolist()) == (64, [0])
    assert np.isnan(nothing.s1).all()


@pytest.mark.parametrize("seed", [0, 5])
def test_the_seed_decides(seed: int) -> None:
    def both(seed: int) -> dict[str, Any]:
        return screen_then_sobol(g, CUBE, ["y"], 2, trajectories=4, base=32, seed=seed).to_dict()

    assert both(seed) == both(seed)
    assert both(seed)["sobol"]["indices"] != both(seed + 1)["sobol"]["indices"]


def test_the_strongest_are_followed_up_with_the_others_at_their_middle() -> None:
    seen: list[Array] = []
    factors = [*CUBE, Factor("idle", 1.0, 100.0, "log")]

    def forward(x: Array) -> Array:
        seen.append(x.copy())
        return g(x[:, :-1])

    said: list[tuple[str, float]] = []
    found = screen_then_sobol(
        forward, factors, ["y"], 2, base=4096, trajectories=30, progress=lambda text, share: said.append((text, share))
    )
    assert [f.name for f in found.sobol.factors] == ["x0", "x1"]
    assert found.sobol.fixed == pytest.approx({"x2": 0.5, "x3": 0.5, "x4": 0.5, "idle": 10.0})
    assert (seen[1][:, 2:] == [0.5, 0.5, 0.5, pytest.approx(10.0)]).all()
    s1, st = g_indices(WEIGHTS[:2])  # the others are a constant factor
    np.testing.assert_allclose(found.sobol.s1[:, 0], s1, atol=0.02)
    np.testing.assert_allclose(found.sobol.st[:, 0], st, atol=0.02)
    assert said[0] == ("screening", 0.0)
    assert said[-1] == ("indices", 1.0)
    assert json.loads(json.dumps(found.to_dict()))["sobol"]["used"] == {"y": 4096}


def test_equal_shares_are_ranked_by_their_sum() -> None:
    """Two endpoints with a leader each; the second leader moves the first endpoint too."""
    slopes = np.array([[1.0, 0.0], [0.5, 1.0]])
    found = morris(lambda x: x @ slopes, CUBE[:2], ["y", "z"], trajectories=4)
    np.testing.assert_allclose(found.normalised, [[1.0, 0.0], [0.5, 1.0]])
    assert found.ranking() == (1, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"trajectories": 1}, "trajectories: found 1"),
        ({"levels": 3}, "an even number"),
        ({"base": 100}, "a power of two"),
        ({"seed": -1}, "seed: found -1"),
        ({"strongest": 0}, "strongest: found 0"),
        ({"factors": []}, "factors: found none"),
        ({"outputs": ["y", "y"]}, "each once"),
        ({"forward": lambda x: x}, r"forward: found shape \(12, 5\), expected \(12, 1\)"),
    ],
)
def test_what_cannot_be_used_is_refused(wrong: dict[str, Any], words: str) -> None:
    given = {"forward": g, "factors": CUBE, "outputs": ["y"], "trajectories": 2, "base": 4} | wrong
    with pytest.raises(InputError, match=words):
        screen_then_sobol(**given)


@pytest.mark.parametrize(
    "given",
    [("a", 2.0, 1.0), ("a", 0.0, math.inf), ("a", 0.0, 1.0, "log"), ("a", 0.5, 1.0, "logit"), ("a", 0.0, 1.0, "power")],
)
def test_a_range_that_cannot_be_is_refused(given: tuple[Any, ...]) -> None:
    with pytest.raises(InputError, match="of a: found"):
        Factor(*given)


def test_without_salib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(InputError, match=r"trimer\[sensitivity\]"):
        morris(g, CUBE, ["y"])


# --- one patient ------------------------------------------------------------------------------------------------------


def solution(**courses: list[float]) -> Solution:
    """Return one patient at days -60, 0, 14, 28 and 56, with what is not given at one."""
    times = np.array([-60.0, 0.0, 14.0, 28.0, 56.0])
    values = np.stack([np.array(courses.get(name, [1.0] * 5)) for name in READ], axis=1)[None]
    zero = np.zeros(1, dtype=np.int64)
    return Solution(times, READ, values, zero + Status.OK, zero, "none")


def endpoint(name: str, **courses: list[float]) -> float:
    at = [o.name for o in module.ENDPOINTS].index(name)
    return float(endpoints_of(solution(**courses))[0, at])


def test_endpoints_are_read_from_day_zero_on() -> None:
    blasts = {"marrow_blast_percent": [1.0, 80.0, 6.0, 4.9, 2.0]}
    assert endpoint("blast_clearance_day", **blasts) == 28.0
    assert endpoint("blast_clearance_day", marrow_blast_percent=[1.0, 80.0, 60.0, 5.0, 9.0]) == 56.0
    assert endpoint("mrd_day_28", mrd_marrow=[1.0, 1.0, 1.0, 1e-3, 1.0]) == pytest.approx(-3.0)
    assert endpoint("mrd_day_28", mrd_marrow=[1.0, 1.0, 1.0, 1e-12, 1.0]) == pytest.approx(-6.0)
    assert endpoint("cd8_peak_ratio", cd8_blood=[99.0, 0.2, 2.0, 1.0, 1.0]) == pytest.approx(1.0)
    assert endpoint("il6_peak", il6=[1e9, 1.0, 1e3, 2.0, 1.0]) == pytest.approx(3.0)
    assert endpoint("temperature_rise", temperature=[45.0, 37.0, 39.5, 37.0, 36.0]) == pytest.approx(2.5)
    assert endpoint("css", blinatumomab_plasma=[9.0, 0.0, 0.6, 0.6, 0.0]) == 0.6
    assert endpoint("t_cells_marrow_day_14", t_cells_marrow=[1.0, 1.0, 100.0, 1.0, 1.0]) == pytest.approx(2.0)
    assert endpoint("exhausted_day_28", t_exhausted_marrow=[1.0, 1.0, 1.0, 0.25, 1.0]) == pytest.approx(25.0)


def test_neutrophils_recover_after_their_lowest() -> None:
    assert endpoint("anc_nadir", anc=[0.0, 2.0, 0.1, 0.5, 2.0]) == pytest.approx(-1.0)
    assert endpoint("anc_recovery_day", anc=[0.0, 2.0, 0.1, 1.5, 2.0]) == 28.0
    assert endpoint("anc_recovery_day", anc=[0.0, 0.5, 0.1, 0.2, 0.9]) == 56.0, "never: the last day"
    assert endpoint("anc_recovery_day", anc=[0.0, 2.0, 1.1, 1.5, 2.0]) == 0.0, "never low"


def test_a_patient_who_failed_has_no_endpoints() -> None:
    one = solution(anc=[1.0, 1.0, math.nan, math.nan, math.nan])
    one.status[0] = Status.MAX_STEPS
    assert np.isnan(endpoints_of(one)).all()


def test_a_parameter_ranges_over_nine_tenths_of_patients() -> None:
    found = factor_of(Parameter("k", 2.0, "1/day", 0.5, "lognormal"))
    assert (found.scale, found.unit) == ("log", "1/day")
    assert (found.low, found.high) == pytest.approx((2 * math.exp(-0.8224), 2 * math.exp(0.8224)), rel=1e-4)
    assert found.middle == pytest.approx(2.0)
    share = factor_of(Parameter("s", 0.3, "1", 0.5, "logitnormal"))
    assert share.middle == pytest.approx(0.3)
    clone = factor_of(Parameter("c", 0.12, "1", 0.0, "bernoulli"))
    assert (clone.scale, clone.low, clone.high, clone.middle) == ("switch", 0.0, 1.0, 0.0)


def test_the_endpoints_of_a_real_patient_are_those_of_the_simulation() -> None:
    patient = typical_endpoints("blinatumomab_rr", cycles=1)
    names = [f.name for f in patient.factors]
    assert patient.days == 56.0
    values = np.array([[f.middle for f in patient.factors]] * 2)
    values[1, names.index("k_growth")] = 0.08
    found = patient(values)
    for row, changes in zip(found, ({}, {"k_growth": 0.08}), strict=True):
        truth = simulate("blinatumomab_rr", cycles=1, changes=changes, every=0.125, outputs=READ)
        course = {name: truth.curves[1, :, j] for j, name in enumerate(READ)}
        late = int(np.searchsorted(truth.times, 28.0))
        clear = truth.times[course["marrow_blast_percent"] < 5.0]
        assert row[0] == pytest.approx(clear[0] if len(clear) else 56.0, abs=0.126)
        assert row[1] == pytest.approx(math.log10(course["mrd_marrow"][late]), abs=1e-3)
        assert row[3] == pytest.approx(math.log10(course["il6"].max()), abs=1e-3)
        assert row[7] == pytest.approx(course["blinatumomab_plasma"].max(), rel=1e-3)
    assert found[1, 1] < found[0, 1], "slower growth leaves less disease"


def test_the_plateau_is_that_of_the_engager_that_is_given() -> None:
    patient = typical_endpoints("hle_engager_weekly")
    (found,) = patient(np.array([[f.middle for f in patient.factors]]))
    truth = simulate("hle_engager_weekly", days=patient.days, every=0.125)
    assert found[7] == pytest.approx(truth.curves[1, :, truth.outputs.index("hle_cd19_engager_plasma")].max(), rel=1e-3)
    assert found[7] > 0.1


def test_a_changed_parameter_is_no_factor() -> None:
    patient = typical_endpoints("blinatumomab_rr", 30.0, cycles=1, changes={"k_growth": 0.15})
    assert "k_growth" not in [f.name for f in patient.factors]
    assert {f.name for f in typical_endpoints("blinatumomab_rr", cycles=1).factors} >= {"k_growth", "dim_presence"}
    with pytest.raises(InputError, match="days: found 27"):
        typical_endpoints("blinatumomab_rr", 27.0)


def test_an_endpoint_follows_from_the_parameter_that_makes_it() -> None:
    found = sensitivity("blinatumomab_rr", 28.0, cycles=1, strongest=3, trajectories=2, base=8)
    names = [f.name for f in found.morris.factors]
    outputs = [o.name for o in found.morris.outputs]
    leaders = {o: names[int(found.morris.normalised[:, j].argmax())] for j, o in enumerate(outputs)}
    assert leaders["css"] == "blinatumomab_CL"
    assert leaders["il6_peak"] == "il6_release"
    assert found.morris.failed == found.sobol.failed == 0
    assert found.morris.runs == 2 * (len(names) + 1)
    assert found.sobol.runs == 8 * 5


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    place = tmp_path / "figure.svg"
    small = ["--cycles", "1", "--days", "28", "--strongest", "2", "--trajectories", "2", "--base", "4", "--quiet"]
    assert command_line(["sensitivity", "blinatumomab_rr", *small, "--json", "--figure", str(place)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "trimer/sensitivity/1"
    assert len(told["sobol"]["factors"]) == 2
    assert place.stat().st_size > 10_000
    assert command_line(["sensitivity", "blinatumomab_rr", *small, "--figure", "figure.txt"]) == 2
    assert ".svg" in capsys.readouterr().err


# --- identifiability --------------------------------------------------------------------------------------------------


def ensemble(covariance: Array, mean: Array, count: int = 40) -> Array:
    """Return members whose sample mean and covariance are exactly these."""
    z = np.random.default_rng(1).normal(size=(count, len(mean)))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z, rowvar=False))).T
    found: Array = mean + z @ np.linalg.cholesky(covariance).T
    return found


def test_a_known_posterior() -> None:
    """Two parameters known by their sum alone, to a tenth; the third not at all."""
    across = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, math.sqrt(2)]]) / math.sqrt(2)
    scaled = across.T @ np.diag([0.01, 1.0, 0.8]) @ across
    sd, mean = np.array([0.5, 2.0, 1.0]), np.array([1.0, -1.0, 0.0])
    members = ensemble(scaled * np.outer(sd, sd), mean + sd)
    members = np.vstack([members, [math.nan, 0.0, 0.0]])
    found = identifiability(sd, members, ["a", "b", "c"], mean)
    assert (found.members, found.failed) == (40, 1)
    np.testing.assert_allclose(found.eigenvalues, [0.01, 0.8, 1.0], atol=1e-12)
    np.testing.assert_allclose(found.share_left, np.sqrt([0.505, 0.505, 0.8]))
    assert found.correlation[0, 1] == pytest.approx(-0.495 / 0.505)
    (one, first), (other, second), _ = found.leading(0)
    assert {one, other} == {"a", "b"}
    assert (first, second) == pytest.approx((math.sqrt(0.5), math.sqrt(0.5)))
    np.testing.assert_allclose(np.abs(found.directions[2]), [0.0, 1.0, 0.0], atol=1e-8)
    told = json.loads(json.dumps(found.to_dict()))
    assert told["parameters"]["b"]["share_left"] == pytest.approx(math.sqrt(0.505))
    assert told["directions"][0]["variance_left"] == pytest.approx(0.01)


def test_a_parameter_known_exactly_correlates_with_nothing() -> None:
    members = ensemble(np.eye(2), np.zeros(2))
    found = identifiability([1.0, 1.0, 1.0], np.column_stack([members, np.zeros(40)]), ["a", "b", "c"])
    np.testing.assert_allclose(found.correlation, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(found.share_left, [1.0, 1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize(
    ("sd", "rows", "words"),
    [
        ([1.0, 0.0], 9, "prior_sd of b: found 0"),
        ([1.0, 1.0], 2, "more members than parameters"),
        ([1.0, 1.0, 1.0], 9, "members: found 2 columns"),
        ([[1.0, 1.0]], 9, r"prior_sd: found shape \(1, 2\)"),
    ],
)
def test_an_ensemble_that_cannot_be_judged_is_refused(sd: list[Any], rows: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        identifiability(sd, np.random.default_rng(0).normal(size=(rows, 2)), ["a", "b", "c"][: np.size(sd)])


def test_an_output_keeps_its_label() -> None:
    found = morris(g, CUBE, [Output("y", "Product", "ng/mL", log=True)], trajectories=2)
    assert found.to_dict()["outputs"] == [{"name": "y", "label": "Product", "unit": "ng/mL", "log10": True}]


def test_an_unknown_backend_is_an_error_of_the_engine() -> None:
    with pytest.raises(SolveError, match="no backend"):
        sensitivity("blinatumomab_rr", cycles=1, backend="abacus")
