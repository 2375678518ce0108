"""The simulated-patient study: whether twins of patients whose truth is known cover it.

Every patient is drawn from the prior, treated by one calendar, recorded as sparsely as the reference case
(:mod:`trimer.study.twin.virtual_record`) and given a twin. Patients are kept one by one, so that a run can go on.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.solve import solve
from trimer.engine.trace import trace
from trimer.errors import InputError
from trimer.storage import cache_folder, keep
from trimer.study.likelihood import scaled
from trimer.study.research import NOTICE
from trimer.study.twin.coverage import LEVELS, coverage, forecast, place
from trimer.study.twin.posterior import ESS, QUANTILES, RHAT, mixing
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.sampler import Sampling, sample
from trimer.study.twin.target import RTOL, Target
from trimer.study.twin.virtual_record import ACTIVE, GLANCES, KNOWN, Virtual, Ward, meet_all, ward

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
SCHEMA = "trimer/recovery/1"
SEED = 20260301
MONTH = 30.0
NEXT = KNOWN + MONTH  # day of the response that is forecast
DAYS = np.array([0.0, 15.0, 29.0, 43.0, 60.0, NEXT, 90.0, 120.0])
OUTPUTS = ("marrow_blast_percent", "platelets", "t_cells_blood")
IDENTIFIABLE = ("marrow_blast_percent",)
LINES = "recovery.jsonl"
FLOOR = 0.01  # % of marrow blasts: what residual disease measured by flow resolves; less counts as that for contraction
LEAST = 1e-6  # of a count, in its unit
PRIOR = 512  # draws of the prior beside which a posterior is narrow or not


def recovery(
    patients: int = 100,
    *,
    folder: str | Path,
    population: str = POPULATION,
    sampling: Sampling | None = None,
    seed: int = SEED,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return how well twins of virtual patients cover the truth.

    Parameters
    ----------
    patients : int
    folder : str or Path
        Where patients are kept, one line each; what it holds of the same study is not done again.
    population : str
        See :func:`trimer.study.twin.prior.prior_of`.
    sampling : Sampling, optional
        Its seed is replaced by one of each patient's own.
    seed : int
    threads, progress : optional

    Raises
    ------
    InputError
        When the folder holds another study or cannot be written, or the population has no such patients.
    """
    say = progress or (lambda _text, _share: None)
    how = sampling or Sampling(walkers=32, warm_up=300, steps=700, seed=seed)
    place_of = ward(population)
    mark = _mark(place_of, how, seed)
    lines = _read(Path(folder), mark)
    met, candidates = meet_all(place_of, seed, patients, DAYS, OUTPUTS)
    for number, patient in enumerate(met):
        if number < len(lines):
            continue
        lines.append({"patient": number} | twin_line(place_of, patient, replace(how, seed=seed + number), threads))
        _write(Path(folder), mark, lines)
        say(f"recovery: patient {number + 1} of {patients}", (number + 1) / patients)
    return summarise(lines[:patients], mark | {"candidates": candidates})


def publish(
    into: str | Path, patients: int = 100, *, folder: str | Path | None = None, progress: Progress | None = None
) -> None:
    """Run the study, or go on with it, and write what came of it as JSON.

    Parameters
    ----------
    into : str or Path
        File to write.
    patients : int
    folder : str or Path, optional
        Where patients are kept; default: the user's cache.
    progress : callable, optional

    Raises
    ------
    InputError
        As :func:`recovery`; also when the file cannot be written.
    """
    found = recovery(patients, folder=folder or cache_folder("recovery"), progress=progress)
    text = json.dumps(found, indent=1, allow_nan=False) + "\n"
    if not keep(Path(into).parent, Path(into).name, text.encode(), private=False):
        raise InputError(str(into), "a file that cannot be written", "one that can")


def twin_line(ward: Ward, patient: Virtual, sampling: Sampling, threads: int | None = None) -> dict[str, Any]:
    """Return what a patient's twin says beside what is true, as plain values."""
    began = time.perf_counter(), time.process_time()
    assembly = ward.plan.assembly
    posterior = sample(Target(assembly, ward.prior, patient.data, 1.0, threads), sampling)
    seconds = time.perf_counter() - began[0], time.process_time() - began[1]

    def curves(z: Array) -> dict[str, Array]:
        found = solve(assembly.batch(ward.prior.columns(z), DAYS, OUTPUTS, RTOL), "cpu", threads)
        at = np.searchsorted(found.times, DAYS - 1e-9)
        solved = np.where(found.status == 0, 1.0, np.nan)[:, None]
        return {name: found[name][:, at] * solved for name in OUTPUTS}

    wide = curves(np.random.default_rng([sampling.seed, 1]).standard_normal((PRIOR, len(ward.prior.names))))
    drawn = curves(posterior.z)
    paths = {name: x.reshape(*posterior.paths.shape[:2], len(DAYS)) for name, x in drawn.items()}
    return {
        "candidate": patient.number,
        "quantities": {
            name: [
                {"day": float(day)}
                | quantity(name, float(patient.truth[name][k]), paths[name][:, :, k], wide[name][:, k])
                for k, day in enumerate(DAYS)
            ]
            for name in OUTPUTS
        },
        "response": response(patient, paths["marrow_blast_percent"][:, :, int(np.searchsorted(DAYS, NEXT))]),
        "worst R-hat of parameters": max(m.rhat for m in posterior.mixing().values()),
        "data": [[d.observable, d.day, _plain(d.low), _plain(d.high)] for d in patient.data],
        "unsolved draws": int(np.isnan(drawn["platelets"][:, 0]).sum()),
        "seconds": round(seconds[0], 2),
        "processor seconds": round(seconds[1], 2),
    }


def quantity(name: str, truth: float, paths: Array, wide: Array) -> dict[str, float]:
    """Return one quantity's interval, where the truth lies in it, how well walkers agree, and what the record added.

    ``contraction`` is one less the posterior's variance over the prior's under the same treatment (on the logit scale
    of a share, the log scale else): 0 where the record says nothing of the quantity, 1 where it says all.

    Parameters
    ----------
    name : str
    truth : float
    paths : array, shape (n_walkers, n_kept)
    wide : array, shape (n_draws,)
        Of the prior.
    """
    draws = paths[np.isfinite(paths)]
    agree = mixing(paths)
    low, median, high = np.quantile(draws, QUANTILES).tolist()
    after, before = np.var(_endless(name, draws)), np.var(_endless(name, wide[np.isfinite(wide)]))
    return {
        "truth": truth,
        "q05": low,
        "q50": median,
        "q95": high,
        "place": place(draws, truth),
        "contraction": float(1.0 - after / before),
        "rhat": agree.rhat,
        "ess": agree.ess,
    }


def response(patient: Virtual, paths: Array) -> dict[str, Any]:
    """Return the forecast of a remission's marrow a month after the last datum, and what came true."""
    known = next(d for d in patient.data if d.observable == "marrow_blast_percent" and d.day == KNOWN)
    marrow = float(patient.truth["marrow_blast_percent"][int(np.searchsorted(DAYS, NEXT))])
    agree = mixing((paths <= ACTIVE).astype(float))
    return {
        "probability": float(np.mean(paths[np.isfinite(paths)] <= ACTIVE)),
        "happened": marrow <= ACTIVE,
        "before": known.high <= ACTIVE,
        "rhat": agree.rhat,
        "ess": agree.ess,
    }


def converged(line: Mapping[str, Any], outputs: Sequence[str] = OUTPUTS) -> bool:
    """Return whether all that is reported of a patient reached the R-hat asked for."""
    found = [x["rhat"] for name in outputs for x in line["quantities"][name]] + [line["response"]["rhat"]]
    return all(rhat < RHAT for rhat in found)  # NaN is not


def summarise(lines: Sequence[Mapping[str, Any]], mark: Mapping[str, Any]) -> dict[str, Any]:
    """Return coverage, forecasts and run times over patients: of all, and of those whose walkers agree."""
    good = [line for line in lines if converged(line)]
    fewest = [min(x["ess"] for name in OUTPUTS for x in line["quantities"][name]) for line in lines]
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "patients": len(lines),
        "converged": {
            "R-hat below": RHAT,
            "patients": len(good),
            "in marrow and response": sum(converged(line, IDENTIFIABLE) for line in lines),
            "effective draws above": ESS,
            "patients with as many": sum(e > ESS for e in fewest),
            "fewest effective draws, median over patients": float(np.median(fewest)),
        },
        "all": _scores(lines),
        "of the converged": _scores(good) if good else None,
        "unsolved draws": sum(line["unsolved draws"] for line in lines),
        "seconds": _spread([line["seconds"] for line in lines]),
        "processor seconds": _spread([line["processor seconds"] for line in lines]),
        "record": [{"observable": name, "day": day} for name, day in GLANCES],
        "study": dict(mark),
    }


def _scores(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in OUTPUTS:
        table = [line["quantities"][name] for line in lines]
        places, shrunk = ([[x[key] for x in row] for row in table] for key in ("place", "contraction"))
        truth = np.array([[x["truth"] for x in row] for row in table])
        marrow = name == "marrow_blast_percent"
        found[name] = {
            "identifiable": name in IDENTIFIABLE,
            "days together": {f"{level:g}": coverage(np.array(places), level) for level in LEVELS},
            "days": [
                {"day": float(day), **coverage(np.array(places)[:, [k]])}
                | {"contraction, median": float(np.median(np.array(shrunk)[:, k]))}
                | ({"truth below 5 %": int((truth[:, k] < ACTIVE).sum())} if marrow else {})
                | ({"truth below what flow resolves": int((truth[:, k] < FLOOR).sum())} if marrow else {})
                for k, day in enumerate(DAYS)
            ],
        }
    replies = [line["response"] for line in lines]
    columns = ([r[key] for r in replies] for key in ("probability", "happened", "before"))
    return {"quantities": found, "next month's response": forecast(*columns)}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": float(np.median(values)), "most": float(np.max(values))}


def _endless(name: str, values: Array) -> Array:
    """Return values on a scale without ends; blasts below what flow cytometry resolves count as what it does."""
    if name.endswith("_percent"):
        return scaled(np.minimum(values, 100.0 - FLOOR), "logit", FLOOR)
    return scaled(values, "log", LEAST)


def _plain(bound: float) -> float | None:
    """Return a bound as JSON has it: none where it is infinite."""
    return bound if math.isfinite(bound) else None


def _mark(ward: Ward, sampling: Sampling, seed: int) -> dict[str, Any]:
    """Return what a study depends on."""
    prior = ward.prior
    items = [(n, prior.items[n].value, prior.items[n].spread) for n in prior.names]
    text = repr((items, sorted(prior.fixed.items()), prior.factor.tolist(), GLANCES))
    return {
        "trimer": version("trimer"),
        "equations": trace(ward.plan.assembly.system).fingerprint(),
        "population": prior.population,
        "prior": hashlib.sha256(text.encode()).hexdigest()[:16],
        "treatment": ward.plan.treatment,
        "seed": seed,
        "sampling": {"walkers": sampling.walkers, "warm_up": sampling.warm_up, "steps": sampling.steps},
        "error scale": 1.0,
        "rtol": RTOL,
    }


def _read(folder: Path, mark: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the patients a folder holds of this study.

    Raises
    ------
    InputError
        When it holds another study.
    """
    if not (folder / LINES).exists():
        return []
    first, *rest = (json.loads(line) for line in (folder / LINES).read_text(encoding="utf-8").splitlines())
    if first != mark:
        parts = sorted(k for k in {*first, *mark} if first.get(k) != mark.get(k))
        found = f"another study: other {', '.join(parts)}"
        raise InputError(str(folder / LINES), found, "this one", "Give another folder.")
    return rest


def _write(folder: Path, mark: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in (mark, *lines))
    if not keep(folder, LINES, text.encode(), private=False):
        raise InputError(str(folder), "a folder that cannot be written", "one that can")
