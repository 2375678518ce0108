"""The sampler: known posteriors are found, every move leaves them as they are, and a run goes on to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import emcee
import numpy as np
import pytest
from numpy.typing import NDArray
from twin_sample import Banana, Linear, line

from trimer.errors import InputError
from trimer.study.twin import moves
from trimer.study.twin.moves import JUMP, OFTEN, AroundMove, DifferenceMove, PriorMove, Strides
from trimer.study.twin.posterior import Posterior, mixing
from trimer.study.twin.sampler import BLOCK, FILE, MANIFEST, THIN, Sampling, sample
from trimer.study.twin.subspace import subspace_of
from trimer.study.twin.temper import temper

Array = NDArray[np.float64]
SHORT = Sampling(walkers=16, warm_up=100, steps=150, seed=11)


@cache
def gaussian() -> tuple[Linear, Posterior]:
    known = line()
    return known, sample(known.target, Sampling(walkers=48, warm_up=600, steps=1500, seed=5))


# ---- posteriors that are known


def test_a_normal_posterior_is_found_within_monte_carlo_error() -> None:
    """40 dimensions, 5 of them informed: means, standard deviations, and the correlations between."""
    known, found = gaussian()
    assert found.paths.shape == (48, 1500 // THIN, 40)
    for k, name in enumerate(found.names):
        agreed, draws = mixing(found.paths[:, :, k]), found.z[:, k]
        sd = known.covariance[k, k] ** 0.5
        assert agreed.rhat < 1.02, name
        assert abs(draws.mean() - known.mean[k]) < 4.0 * sd / agreed.ess**0.5, name
        assert draws.std() == pytest.approx(sd, rel=4.0 / (2.0 * agreed.ess) ** 0.5), name
    inside = found.z @ known.matrix.T / np.linalg.norm(known.matrix, axis=1)
    wanted = 1.0 / (1.0 + np.linalg.norm(known.matrix, axis=1) ** 2)
    assert np.var(inside, axis=0) == pytest.approx(wanted, rel=0.15), "what the data say most about, to 1/145"


def test_log_densities_are_those_of_the_draws() -> None:
    known, found = gaussian()
    assert known.log_density(found.z) == pytest.approx(found.log_density.ravel(), rel=1e-12)


@pytest.mark.slow
def test_a_bent_posterior_is_found() -> None:
    known = Banana(8)
    found = sample(known.target, Sampling(walkers=48, warm_up=300, steps=2000, seed=5))
    wanted = known.moments()
    for k in range(2):
        agreed, draws = mixing(found.paths[:, :, k]), found.z[:, k]
        assert agreed.rhat < 1.02
        assert abs(draws.mean() - wanted.mean[k]) < 4.0 * wanted.sd[k] / agreed.ess**0.5
        assert draws.std() == pytest.approx(wanted.sd[k], rel=0.06)
    assert (found.z[:, 0] > 0).mean() == pytest.approx(0.5, abs=0.08), "both arms of the bend"
    assert np.std(found.z[:, 2:], axis=0) == pytest.approx(np.ones(6), rel=0.08)


def test_nothing_observed_leaves_the_prior() -> None:
    found = sample(Linear(np.zeros((1, 6)), np.zeros(1)).target, Sampling(32, 100, 1000, 3))
    assert found.z.mean(axis=0) == pytest.approx(np.zeros(6), abs=0.1)
    assert found.z.std(axis=0) == pytest.approx(np.ones(6), rel=0.06)


# ---- moves


@cache
def strides() -> tuple[Linear, Strides]:
    """Return a posterior, and strides whose cloud is not its own: that may not matter."""
    known = line(6, 3, seed=1)
    random = np.random.default_rng(0)
    cloud = random.multivariate_normal(known.mean + 0.1, 1.7 * known.covariance, 400)
    split = subspace_of(known.residuals, cloud[:8])
    # One informed direction is counted as hardly informed, so that the prior's steps meet a likelihood.
    shares = split.shares.copy()
    split = replace(split, informed=split.informed[:, :2], rest=np.hstack([split.informed[:, 2:], split.rest]))
    assert shares[2] > 0.4
    return known, Strides(split, cloud, 0.8, 0.5, 0.6)


def exact(known: Linear, count: int) -> Array:
    return np.random.default_rng(2).multivariate_normal(known.mean, known.covariance, count)


def walked(known: Linear, made: Callable[[Strides], Any], steps: int = 60, count: int = 2000) -> Array:
    """Return where walkers that start as the posterior are after some steps, in its own standard deviations."""
    _, tuned = strides()
    sampler = emcee.EnsembleSampler(count, 6, known.log_density, moves=[made(tuned)], vectorize=True)
    sampler.random_state = np.random.RandomState(7).get_state()
    *_, last = sampler.sample(exact(known, count), iterations=steps, skip_initial_state_check=True)
    assert 0.05 < sampler.acceptance_fraction.mean() < 0.95
    return np.asarray(np.linalg.solve(np.linalg.cholesky(known.covariance), (last.coords - known.mean).T).T)


def off(walkers: Array) -> float:
    """Return the largest error of a mean, variance or correlation, in Monte Carlo standard deviations."""
    n = len(walkers)
    centre = np.abs(walkers.mean(axis=0)) * n**0.5
    found = np.cov(walkers.T) - np.eye(walkers.shape[1])
    spread = np.abs(found) * (n / np.where(np.eye(len(found)) > 0, 2.0, 1.0)) ** 0.5
    return float(max(centre.max(), spread.max()))


def flipped(kind: type[Any]) -> type[Any]:
    """Return a move whose log ratio of proposal densities has the wrong sign."""

    def wrong(self: Any, *args: Any) -> tuple[Array, Array]:
        proposed, ratio = kind._proposal(self, *args)
        return proposed, -ratio

    return type("Flipped", (kind,), {"_proposal": wrong})


@pytest.mark.parametrize("kind", [DifferenceMove, AroundMove, PriorMove])
def test_a_move_leaves_the_posterior_as_it_is(kind: type[Any]) -> None:
    known, _ = strides()
    assert off(walked(known, kind)) < 4.5


@pytest.mark.parametrize("kind", [AroundMove, PriorMove])
def test_with_the_other_sign_of_its_ratio_a_move_would_not(kind: type[Any]) -> None:
    known, _ = strides()
    assert off(walked(known, flipped(kind))) > 9.0


def test_difference_steps_are_symmetric_and_take_few_directions() -> None:
    known, tuned = strides()
    s, others = exact(known, 400), exact(known, 60) + 0.3
    proposed, ratio = DifferenceMove(tuned).get_proposal(s, [others], np.random.RandomState(1))
    assert (ratio == 0.0).all()
    step = proposed - s
    assert step @ tuned.subspace.rest == pytest.approx(np.zeros((400, 4)), abs=1e-12)
    taken = (np.abs(step @ tuned.subspace.informed) > 1e-9).sum(axis=1)
    assert taken.min() == 1
    assert taken.max() == 2
    assert (taken == 1).mean() == pytest.approx(OFTEN[0] * (1.0 - JUMP), abs=0.08)


@pytest.mark.parametrize("kind", [AroundMove, PriorMove])
def test_a_ratio_is_that_of_the_proposal_densities(kind: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    known, tuned = strides()
    monkeypatch.setattr(moves, "UNEVEN", 0.0)
    x = exact(known, 50)
    move = kind(tuned)
    new, ratio = move._proposal(x, np.random.RandomState(1))
    split = tuned.subspace
    wide = np.minimum(tuned.prior / np.sqrt(np.maximum(split.shares[2:], moves.LEAST)), 1.0)
    assert wide.min() < 1.0

    def log_density(to: Array, of: Array) -> Array:
        beside, earlier = to @ split.rest, of @ split.rest
        found = -0.5 * np.sum(((beside - np.sqrt(1.0 - wide**2) * earlier) / wide) ** 2, axis=1)
        if kind is AroundMove:
            cloud = tuned.cloud @ split.informed
            factor = np.linalg.cholesky(np.cov(cloud.T) + 1e-8 * np.eye(2))
            inside, before = (np.linalg.solve(factor, (y @ split.informed - cloud.mean(axis=0)).T).T for y in (to, of))
            step = inside - (1.0 - tuned.around**2) ** 0.5 * before
            found = found - 0.5 * np.sum((step / tuned.around) ** 2, axis=1)
        return np.asarray(found)

    assert ratio == pytest.approx(log_density(x, new) - log_density(new, x), rel=1e-8, abs=1e-8)
    if kind is PriorMove:
        assert (new - x) @ split.informed == pytest.approx(np.zeros((50, 2)), abs=1e-12)


def test_strides_follow_what_is_accepted() -> None:
    _, tuned = strides()
    rates = {"difference": [0.9], "around": [0.0], "prior": [0.1, 0.1]}
    own = Strides(tuned.subspace, tuned.cloud, 0.8, 0.5, 0.6, rates)
    own.tune()
    assert own.difference > 0.8
    assert own.around < 0.5
    assert own.prior < 0.6
    assert not own.accepted


# ---- from prior to posterior


def test_tempering_goes_all_the_way_and_arrives_near_the_posterior() -> None:
    known, powers = line(12, 3), []
    found = temper(known.log_likelihood, 12, 400, np.random.default_rng(1), powers.append)
    assert found.shape == (400, 12)
    assert powers[-1] == 1.0
    assert len(powers) > 2
    assert all(a < b for a, b in pairwise(powers))
    along = known.matrix / np.linalg.norm(known.matrix, axis=1)[:, None]
    sd = np.sqrt(np.einsum("ij,jk,ik->i", along, known.covariance, along))
    assert (np.abs((found - known.mean) @ along.T).mean(axis=0) < 2.0 * sd).all(), "prior draws are 3 sd off and more"


def test_tempering_takes_one_step_when_the_data_say_little() -> None:
    powers: list[float] = []
    temper(lambda z: -0.01 * z[:, 0] ** 2, 4, 32, np.random.default_rng(1), powers.append)
    assert powers == [1.0]


# ---- kept, and gone on with


class Cut:
    """Progress that interrupts at a sentence."""

    def __init__(self, at: str) -> None:
        self.at = at

    def __call__(self, text: str, _share: float) -> None:
        if self.at in text:
            raise KeyboardInterrupt


@cache
def whole() -> Posterior:
    return sample(line(10, 3).target, SHORT)


@pytest.mark.parametrize("at", ["from prior", "step 50 ", "step 100 ", "step 150 ", "step 250 "])
def test_a_run_cut_off_and_gone_on_with_is_the_same_to_the_bit(at: str, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sample(line(10, 3).target, SHORT, folder=tmp_path, progress=Cut(at))
    found = sample(line(10, 3).target, SHORT, folder=tmp_path, resume=True)
    assert found.names == whole().names
    assert np.array_equal(found.paths, whole().paths)
    assert np.array_equal(found.log_density, whole().log_density)


def test_a_finished_run_is_read_and_nothing_is_simulated(kept: Path) -> None:
    known, said = line(10, 3), []
    found = sample(known.target, SHORT, folder=kept, resume=True, progress=lambda text, share: said.append(text))
    assert np.array_equal(found.paths, whole().paths)
    assert known.asked == 0


def test_other_seeds_walk_other_paths_and_the_same_seed_the_same() -> None:
    assert np.array_equal(sample(line(10, 3).target, SHORT).paths, whole().paths)
    other = sample(line(10, 3).target, Sampling(16, 100, 150, 12))
    assert not np.array_equal(other.paths, whole().paths)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    sample(line(10, 3).target, SHORT, folder=tmp_path)
    return tmp_path


def again(folder: Path, **changes: Any) -> Posterior:
    return sample(line(10, 3).target, SHORT, folder=folder, **{"resume": True, **changes})


def test_a_folder_of_another_fit_is_refused(kept: Path) -> None:
    with pytest.raises(InputError, match="another fit: other case"):
        again(kept, identity={"case": "other"})
    with pytest.raises(InputError, match="another fit: other sampling"):
        sample(line(10, 3).target, replace(SHORT, seed=SHORT.seed + 1), folder=kept, resume=True)


def test_a_fit_goes_on_for_more_steps_to_the_same_draws(kept: Path) -> None:
    longer = replace(SHORT, steps=SHORT.steps + 100)
    more = sample(line(10, 3).target, longer, folder=kept, resume=True)
    assert np.array_equal(more.paths, sample(line(10, 3).target, longer).paths)


def test_a_folder_with_this_fit_is_gone_on_with_only_when_asked(kept: Path) -> None:
    with pytest.raises(InputError, match="--resume"):
        again(kept, resume=False)


def test_an_empty_folder_is_begun_in_whether_or_not_one_asks_to_go_on(tmp_path: Path) -> None:
    assert np.array_equal(again(tmp_path / "new").paths, whole().paths)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [MANIFEST, FILE]


def _without(place: Path) -> None:
    with np.load(place) as held:
        rest = {name: held[name] for name in held.files if name != "strides"}
    np.savez(place, **rest)


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        (FILE, lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2])),
        (FILE, lambda p: p.write_bytes(b"no walkers")),
        (FILE, lambda p: p.unlink()),
        (FILE, _without),
        (MANIFEST, lambda p: p.write_text("{")),
        (MANIFEST, lambda p: p.write_text("[1]")),
    ],
)  # fmt: skip
def test_a_damaged_fit_is_refused_in_one_sentence(kept: Path, file: str, damage: Callable[[Path], Any]) -> None:
    damage(kept / file)
    with pytest.raises(InputError, match="damaged fit"):
        again(kept)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        sample(line(10, 3).target, SHORT, folder=place / "below")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"walkers": 6}, "walkers"),
        ({"walkers": 9}, "even number"),
        ({"walkers": True}, "walkers"),
        ({"warm_up": 120}, f"blocks of {BLOCK}"),
        ({"steps": 50}, "steps"),
        ({"steps": 1e3}, "steps"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
    ],
)
def test_numbers_that_make_no_run_are_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Sampling(**asked)
