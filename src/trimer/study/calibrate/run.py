"""Run the calibration stage by stage, keep every step, go on where it stopped, and write what came of it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.library.load_calibration import table_text
from trimer.storage import keep
from trimer.study.calibrate.ensemble import Ensemble, Step, Target, smooth
from trimer.study.calibrate.prior import from_normal
from trimer.study.calibrate.stages import STAGES, Stage
from trimer.study.research import NOTICE

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
SCHEMA = "trimer/calibration/1"
MEMBERS, STEPS, SEED = 128, 4, 20261123
FEWEST = 8


@dataclass(frozen=True)
class Calibrated:
    """Hold a stage's answer.

    Attributes
    ----------
    stage : Stage
    ensemble : Ensemble
    targets : tuple of Target
    """

    stage: Stage
    ensemble: Ensemble
    targets: tuple[Target, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return priors, posteriors, targets and what is predicted of them, as plain values."""
        last = self.ensemble.steps[-1]
        found = self.ensemble.diagnostics
        values = from_normal(self.stage.prior, last.members)
        return {
            "label": self.stage.label,
            "virtual patients a member": self.stage.patients,
            "misfit by step": [float(x) for x in found.misfit],
            "failed members by step": [int(x) for x in found.failed],
            "parameters": [
                {
                    "name": free.name,
                    "prior": _triple(free, self.ensemble.steps[0].members[:, k], k, self.stage),
                    "posterior": [float(q) for q in np.quantile(values[:, k], (0.05, 0.5, 0.95))],
                    "spread left": float(found.spread[-1][k]),
                }
                for k, free in enumerate(self.stage.prior)
            ],
            "targets": [
                {
                    "name": target.name,
                    "observed": target.value,
                    "error": target.sd,
                    "scale": target.scale,
                    "predicted": [float(q) for q in np.nanquantile(last.predictions[:, k], (0.05, 0.5, 0.95))],
                    "gap": float(found.gap[k]),
                }
                for k, target in enumerate(self.targets)
            ],
        }


@dataclass(frozen=True)
class Calibration:
    """Hold a finished calibration.

    Attributes
    ----------
    stages : tuple of Calibrated
    columns : dict of str to array, shape (n_members,)
        The draws of population parameters, of all stages together.
    provenance : dict
    """

    stages: tuple[Calibrated, ...]
    columns: dict[str, Array]
    provenance: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the draws as plain values."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "draws": len(next(iter(self.columns.values()))),
            "provenance": self.provenance,
            "stages": {found.stage.name: found.to_dict() for found in self.stages},
        }


def calibrate(
    folder: str | Path,
    *,
    stages: Sequence[Stage] = STAGES,
    members: int = MEMBERS,
    steps: int = STEPS,
    seed: int = SEED,
    patients: int | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate the population's parameters, stage by stage.

    Parameters
    ----------
    folder : str or Path
        Every step of every stage is kept there as soon as it is done, so that the same call goes on where one was
        stopped; ``draws.csv`` and ``calibration.json`` are written at the end.
    stages : sequence of Stage
    members : int
    steps : int
        Updates of each stage.
    seed : int
    patients : int, optional
        Virtual patients a member, instead of each stage's own number.
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    InputError
        When the folder holds another calibration or cannot be written, or a number is out of range.
    FitError
        When half of the members cannot be simulated.

    Notes
    -----
    Each stage is an ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013), see
    :mod:`trimer.study.calibrate.ensemble`; member *j* keeps its values of earlier stages.
    """
    if members < FEWEST or steps < 1:
        raise InputError("members, steps", f"{members}, {steps}", f"at least {FEWEST} members and 1 step")
    place = Path(folder)
    description = _description(stages, members, steps, seed, patients)
    _claim(place, description)
    say = progress or (lambda _text, _share: None)
    columns: dict[str, Array] = {}
    found: list[Calibrated] = []
    for number, stage in enumerate(stages):
        base = number / len(stages)
        answer = _stage(place, stage, columns, members, steps, seed, patients or stage.patients, say, base, len(stages))
        values = from_normal(stage.prior, answer.ensemble.steps[-1].members)
        columns |= {free.name: values[:, k] for k, free in enumerate(stage.prior)}
        found.append(answer)
    sound = np.logical_and.reduce([a.ensemble.steps[-1].sound for a in found])
    columns = {name: column[sound] for name, column in columns.items()}
    result = Calibration(tuple(found), columns, description)
    _write(place, "draws.csv", table_text(columns).encode())
    _write(place, "calibration.json", json.dumps(result.to_dict(), indent=1, sort_keys=True).encode())
    say("calibrated", 1.0)
    return result


def _stage(
    place: Path,
    stage: Stage,
    before: Mapping[str, Array],
    members: int,
    steps: int,
    seed: int,
    patients: int,
    say: Progress,
    base: float,
    count: int,
) -> Calibrated:
    targets = tuple(stage.targets(patients))
    done = _done(place, stage.name, steps)

    def forward(values: Array, step: int) -> Array:
        own = {free.name: values[:, k] for k, free in enumerate(stage.prior)}

        def tell(share: float) -> None:
            say(f"{stage.name}, step {step} of {steps}", base + (step + share) / ((steps + 1) * count))

        return stage.simulate({**before, **own}, patients, tell)

    def on_step(number: int, step: Step) -> None:
        out = io.BytesIO()
        np.savez(out, members=step.members, predictions=step.predictions)
        _write(place, f"{stage.name}-{number}.npz", out.getvalue())

    ensemble = smooth(
        stage.prior, forward, targets, seed=seed, members=members, steps=steps, on_step=on_step, done=done
    )
    return Calibrated(stage, ensemble, targets)


def _done(place: Path, name: str, steps: int) -> list[Step]:
    """Return the steps of a stage that an earlier run kept."""
    found = []
    for number in range(steps + 1):
        path = place / f"{name}-{number}.npz"
        if not path.is_file():
            break
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
                found.append(Step(kept["members"], kept["predictions"]))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as fault:
            hint = "Delete it, and the step is run again."
            raise InputError(str(path), "a damaged file", "a step as it was written", hint) from fault
    return found


def _claim(place: Path, description: Mapping[str, Any]) -> None:
    text = json.dumps(description, sort_keys=True, indent=1)
    path = place / "manifest.json"
    if path.is_file():
        if path.read_bytes() != text.encode():
            raise InputError(str(place), "another calibration", "a folder of its own for each", "Name another folder.")
        return
    _write(place, "manifest.json", text.encode())


def _write(place: Path, name: str, payload: bytes) -> None:
    if not keep(place, name, payload, private=False):
        raise InputError(str(place / name), "a file that cannot be written", "a folder that can be written")


def _description(stages: Sequence[Stage], members: int, steps: int, seed: int, patients: int | None) -> dict[str, Any]:
    """Return what a calibration is, so that steps of another are not taken for its own."""
    priors = repr([(s.name, s.prior, s.patients, [t for t in s.targets(s.patients)]) for s in stages])
    return {
        "trimer": version("trimer"),
        "stages": [stage.name for stage in stages],
        "priors and targets": hashlib.sha256(priors.encode()).hexdigest(),
        "equations": equations(),
        "library": _library(),
        "members": members,
        "steps": steps,
        "seed": seed,
        "patients": patients,
    }


def _library() -> str:
    """Return a mark of everything in the library that a stage's patients or trials can come from."""
    import trimer.library as library

    folder = Path(library.__file__).parent
    kinds = ("populations", "trials", "drugs", "regimens", "protocols")
    files = sorted(path for kind in kinds for path in (folder / kind).glob("*.toml"))
    mark = hashlib.sha256()
    for path in (*files, folder / "outcome.toml"):
        mark.update(path.read_bytes())
    return mark.hexdigest()


def equations() -> str:
    """Return a mark of the equations and of the model's own numbers."""
    from importlib.resources import files

    from trimer.engine.trace import trace
    from trimer.study.calibrate.cohorts import course, infusion

    numbers = files("trimer.model").joinpath("leukaemia.toml").read_bytes()
    mark = trace(course((infusion(1.0, 0.0, 1.0),)).system).fingerprint()
    return hashlib.sha256(mark.encode() + numbers).hexdigest()


def _triple(free: Any, normal: Array, k: int, stage: Stage) -> list[float]:
    ends = np.zeros((3, len(stage.prior)))
    ends[:, k] = np.quantile(normal, (0.05, 0.5, 0.95))
    return [float(x) for x in from_normal(stage.prior, ends)[:, k]]
