"""Sample a posterior: walkers of emcee, all simulated as one batch; kept on disk after every block, so it can go on.

Warm-up: tempered from the prior, then blocks after which the strides, and now and then the informed directions, are
learnt anew. Then everything stands still, and what follows is kept. The random numbers are the seed's, block by block,
so that a run that was cut off and goes on is the same, to the bit, as one that was not.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.storage import keep
from trimer.study.twin.posterior import Posterior
from trimer.study.twin.subspace import Subspace, subspace_of
from trimer.study.twin.target import Target
from trimer.study.twin.temper import temper

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
BLOCK = 50  # steps between two looks
THIN = 10
LOOKED = 24  # walkers at which the informed directions are looked for
FILE, MANIFEST = "walkers.npz", "fit.json"


@dataclass(frozen=True)
class Sampling:
    """Say how a posterior is sampled.

    Attributes
    ----------
    walkers : int
    warm_up, steps : int
        Steps of every walker before anything is kept, and after; whole blocks of 50.
    seed : int
    """

    walkers: int = 64
    warm_up: int = 600
    steps: int = 2000
    seed: int = 20160216

    def __post_init__(self) -> None:
        asked = (("walkers", self.walkers, 8), ("warm_up", self.warm_up, 100), ("steps", self.steps, 100))
        for name, value, least in asked:
            if isinstance(value, bool) or not isinstance(value, int) or value < least or value > 10**6:
                raise InputError(name, repr(value), f"a whole number, {least} or more")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**32:
            raise InputError("seed", repr(self.seed), "a whole number from 0 to 4294967295")
        if self.walkers % 2 or self.warm_up % BLOCK or self.steps % BLOCK:
            found = f"{self.walkers} walkers, {self.warm_up} and {self.steps} steps"
            raise InputError("sampling", found, f"an even number of walkers, and steps in blocks of {BLOCK}")


@dataclass
class _State:
    """Hold everything that the next block needs."""

    at: int  # steps made since the walkers were tempered
    coords: Array
    log_density: Array
    subspace: Subspace
    strides: tuple[float, float, float]
    cloud: Array
    paths: list[Array] = field(default_factory=list)  # (n_kept, n_walkers, n_names) a block
    densities: list[Array] = field(default_factory=list)


def sample(
    target: Target,
    sampling: Sampling,
    *,
    folder: Path | None = None,
    identity: dict[str, Any] | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Posterior:
    """Return a posterior sampled.

    Parameters
    ----------
    target : Target
    sampling : Sampling
    folder : Path, optional
        Where the walkers are kept after each block.
    identity : dict, optional
        What the fit is of; a folder of another one is refused.
    resume : bool
        Whether to go on with what the folder holds.
    progress : callable, optional

    Raises
    ------
    InputError
        When the folder holds another fit, or cannot be written.
    KeyboardInterrupt
        On an interrupt; finished blocks stay in the folder.
    """
    say = progress or (lambda _text, _share: None)
    settings = {name: value for name, value in asdict(sampling).items() if name != "steps"}  # more may follow later
    mark = json.loads(json.dumps({**(identity or {}), "sampling": settings}))
    state = _open(folder, mark, resume) if folder else None
    whole = sampling.warm_up + sampling.steps
    if state is None:
        state = _begin(target, sampling, lambda share: say("fit: from prior to posterior", 0.1 * share))
    while state.at < whole:
        _block(target, sampling, state)
        if folder:
            _write(folder, mark, state)
        warm = state.at <= sampling.warm_up
        say(f"fit: {'warming up' if warm else 'sampling'}, step {state.at} of {whole}", 0.1 + 0.9 * state.at / whole)
    paths = np.concatenate(state.paths)
    return Posterior(target.prior.names, np.moveaxis(paths, 0, 1).copy(), np.concatenate(state.densities).T.copy())


def _begin(target: Target, sampling: Sampling, say: Callable[[float], None]) -> _State:
    random = np.random.default_rng([sampling.seed, 0])
    coords = temper(target.log_likelihood, len(target.prior.names), sampling.walkers, random, say)
    subspace = subspace_of(target.residuals, _some(coords))
    return _State(0, coords, target.log_density(coords), subspace, (1.0, 0.5, 0.05), coords)


def _some(coords: Array) -> Array:
    return coords[:: max(1, len(coords) // LOOKED)]


def _block(target: Target, sampling: Sampling, state: _State) -> None:
    """Make one block of steps."""
    import emcee

    from trimer.study.twin.moves import AroundMove, DifferenceMove, PriorMove, Strides

    strides = Strides(state.subspace, state.cloud, *state.strides)
    moves = [(DifferenceMove(strides), 0.4), (AroundMove(strides), 0.4), (PriorMove(strides), 0.2)]
    count, size = state.coords.shape
    walk = emcee.EnsembleSampler(count, size, target.log_density, moves=moves, vectorize=True)
    walk.random_state = np.random.RandomState([sampling.seed, 1 + state.at]).get_state()
    start = emcee.State(state.coords, log_prob=state.log_density)
    *_, last = walk.sample(start, iterations=BLOCK, skip_initial_state_check=True)
    state.coords, state.log_density, state.at = last.coords.copy(), last.log_prob.copy(), state.at + BLOCK
    chain = walk.get_chain()[THIN - 1 :: THIN]
    if state.at > sampling.warm_up:
        state.paths.append(chain.copy())
        state.densities.append(walk.get_log_prob()[THIN - 1 :: THIN].copy())
    else:
        if state.at in (sampling.warm_up // 3 // BLOCK * BLOCK, 2 * sampling.warm_up // 3 // BLOCK * BLOCK):
            state.subspace = subspace_of(target.residuals, _some(state.coords))
        state.cloud = chain.reshape(-1, size)
        strides.tune()
    state.strides = (strides.difference, strides.around, strides.prior)


def _open(folder: Path, mark: dict[str, Any], resume: bool) -> _State | None:
    """Return the walkers a folder holds, or None when it holds none.

    Raises
    ------
    InputError
        When it holds another fit, or a damaged one; or one at all, without ``resume``.
    """
    place, manifest = folder / FILE, folder / MANIFEST
    if not manifest.exists():
        return None
    try:
        known = dict(json.loads(manifest.read_text(encoding="utf-8")))
        state = _restored(place.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as fault:
        raise InputError(
            str(folder), f"a damaged fit ({fault})", "a fit that can be read", "Give another folder."
        ) from None
    if known != mark:
        parts = sorted(k for k in {*known, *mark} if known.get(k) != mark.get(k))
        raise InputError(str(folder), f"another fit: other {', '.join(parts)}", "this one", "Give another folder.")
    if not resume:
        hint = "Go on with it by --resume, or give another folder."
        raise InputError(str(folder), "this fit, begun before", "an empty folder", hint)
    return state


def _restored(payload: bytes) -> _State:
    """Return what :func:`_write` stored."""
    with np.load(io.BytesIO(payload), allow_pickle=False) as stored:
        held = {name: stored[name] for name in stored.files}
    split = Subspace(held["informed"], held["rest"], held["shares"])
    strides = (float(held["strides"][0]), float(held["strides"][1]), float(held["strides"][2]))
    paths = [held["paths"]] if len(held["paths"]) else []
    densities = [held["densities"]] if len(held["densities"]) else []
    return _State(int(held["at"]), held["coords"], held["log_density"], split, strides, held["cloud"], paths, densities)


def _write(folder: Path, mark: dict[str, Any], state: _State) -> None:
    size = state.coords.shape
    split = state.subspace
    out = io.BytesIO()
    np.savez(
        out,
        at=np.array(state.at),
        coords=state.coords,
        log_density=state.log_density,
        strides=np.array(state.strides),
        paths=np.concatenate(state.paths) if state.paths else np.empty((0, *size)),
        densities=np.concatenate(state.densities) if state.densities else np.empty((0, size[0])),
        informed=split.informed,
        rest=split.rest,
        shares=split.shares,
        cloud=state.cloud,
    )
    done = keep(folder, FILE, out.getvalue(), private=False)
    done = done and keep(folder, MANIFEST, json.dumps(mark, indent=1, sort_keys=True).encode(), private=False)
    if not done:
        raise InputError(str(folder), "a folder that cannot be written", "one that can")
