"""Replay a recorded case: simulate it with the therapy as given, fit the patient, judge record and simulation alike."""

from __future__ import annotations

import datetime as dt
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

import trimer.library as library
from trimer.course import Course
from trimer.criteria import DEFAULT, judge
from trimer.criteria.crs.episodes import ENGAGERS
from trimer.engine.solution import Solution
from trimer.engine.solve import AchievedError, achieved_error, solve
from trimer.errors import CaseError, SolveError
from trimer.model.blasts import CLONES
from trimer.model.leukaemia import CORE, OUTPUTS
from trimer.model.pharmacokinetics import ENGAGER
from trimer.observables import OBSERVABLES
from trimer.parameters import ParameterSet
from trimer.record.case import Case
from trimer.study import cache, items, simulated, states
from trimer.study.assemble import Assembly, assemble
from trimer.study.cases import case_of
from trimer.study.draws import draw, typical, uniforms
from trimer.study.fit import Fit, Objective, fit_map
from trimer.study.likelihood import Datum, data
from trimer.study.result import ReplayResult
from trimer.study.scenario import RUN_IN
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug
from trimer.therapy.realise import realise

Progress = Callable[[str, float], None]

#: Patient-level parameters a replay estimates; everything else stays at the population's typical value.
ESTIMATED = (
    "blasts_initial",
    "k_growth",
    "spill",
    "k_egress",
    "resistant_fraction",
    "dim_fraction",
    "chemosensitivity",
    "s_phase_sensitivity",
    "dna_damage_sensitivity",
    "chemosensitivity_resistant",
    "chemosensitivity_dim",
    "cd19_dim",
    "fitness_dim",
    "k_niche_entry",
    "marrow_chemosensitivity",
    "crowding_half",
    "platelets_0",
    "haemoglobin_0",
    "k_kill",
    "k_t_proliferation",
    "marrow_partition",
    "k_sink",
    "k_exhaustion",
    "exhaustion_load",
    "crs_frailty",
    "il6_release",
    "k_tolerance",
    "k_inflammation",
    "k_vasodilation",
    "pd1_inhibition",
    "k_stem",
)
#: Everything the model has a standard name for: its outputs, and the states that bear such a name.
SHOWN = tuple(n for n in OBSERVABLES if n in OUTPUTS or n in CORE)
SCOUTS, STARTS = 160, 3  # prior draws looked at, and descents begun from the best of them beside the typical patient
FIT_RTOL, COURSE_RTOL, BAND_RTOL = 1e-4, 1e-6, 1e-4
CLOSE_UP = (-2.0, 45.0)  # days around the first engager cycle drawn at a fine grid


@dataclass(frozen=True)
class Setting:
    """Hold what a replay works on: the record, its dosing, the model put together for it, the data of the fit."""

    case: Case
    record: Course
    administrations: tuple[Administration, ...]
    drugs: dict[str, Drug]
    assembly: Assembly
    data: tuple[Datum, ...]
    known: dict[str, float]
    end: float


def prepare(case: str | Path | Case) -> Setting:
    """Return a case made ready for simulation.

    Raises
    ------
    CaseError, LibraryError, ProtocolError, UnitError
        When the case, or something it names, is at fault.
    """
    found = case_of(case)
    record = found.course()
    orders = found.orders()
    regimens, drugs = library.needed(orders)
    given = realise(orders, found.size, regimens, drugs)
    looked = [v.day for v in record.visits] + [r.day for r in record.readings]
    first = min([a.start for a in given] + [v.day for v in record.visits if v.context], default=0.0)
    assembly = assemble(given, drugs, found.size, min(first, 0.0) - RUN_IN)
    end = max(looked + [a.end for a in given], default=0.0)
    # A dim relapse that was recorded is a measurement: the escape clone was there.
    dim = any(r.observable == "cd19_intensity" and r.text == "dim" for r in record.readings)
    known = {"dim_presence": 1.0 if dim else 0.0}
    usable = tuple(d for d in data(record, judge(record)) if d.day > assembly.start)
    if not usable:
        raise CaseError(
            found.id, "no observation that the model could be fitted to", "at least one blood count or marrow"
        )
    return Setting(found, record, given, drugs, assembly, usable, known, end)


def estimate(setting: Setting, seed: int, progress: Progress | None = None) -> Fit:
    """Return the patient's parameters at the posterior's mode, from the best of many starting points."""
    names = tuple(n for n in ESTIMATED if n in setting.assembly.parameters)
    objective = Objective(setting.assembly, names, setting.data, setting.known, FIT_RTOL)
    scouts = 0.7 * np.array([ndtri(uniforms(f"scout:{n}", seed, 0, SCOUTS)) for n in names]).T
    costs = np.sum(objective.residuals(scouts) ** 2, axis=1)
    best = scouts[np.argsort(costs, kind="stable")[:STARTS]]
    return fit_map(objective, np.vstack([np.zeros((1, len(names))), best]), progress)


def replay(
    case: str | Path,
    *,
    draws: int = 200,
    seed: int = 20160216,
    use_cache: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> ReplayResult:
    """Replay a recorded case.

    Parameters
    ----------
    case : str or Path
        Name of a bundled case, or a case file.
    draws : int
        Patients drawn from the population for the prior band.
    seed : int
        Of the draws and of the fit's starting points.
    use_cache : bool
        Whether to use and keep the fit on disk.
    threads : int, optional
        Default: as many as are useful.
    progress : callable, optional
        Called with a sentence and a fraction done.

    Returns
    -------
    ReplayResult

    Raises
    ------
    TrimerError
        When the case is at fault, or cannot be fitted.
    """
    say = progress or (lambda _text, _share: None)
    began = time.perf_counter()
    setting = prepare(case)
    say("case read", 0.0)
    fit, cached = _fit(setting, seed, use_cache, lambda text, share: say(text, 0.05 + 0.65 * share))
    say("simulating the fitted course", 0.72)
    watch = simulated.watch_times(setting.record, *ENGAGERS)
    watch = watch[watch <= setting.end]  # a record may end soon after its last engager
    times, close = _grids(setting, watch)
    outputs = (*dict.fromkeys((*SHOWN, *(f"blasts_marrow_{c}" for c in CLONES))),)
    patient = {**typical(setting.assembly.parameters), **setting.known, **fit.values}
    problem = setting.assembly.problem([patient], times, outputs, COURSE_RTOL)
    fitted = solve(problem, threads=threads)
    if not fitted.ok[0]:
        raise SolveError(f"{setting.case.id}: the fitted course could not be simulated.")
    say(f"drawing {draws} patients from the population", 0.8)
    band = setting.assembly.problem(draw(setting.assembly.parameters, seed, 0, draws), times, SHOWN, BAND_RTOL)
    prior = solve(band, threads=threads)
    say("judging", 0.95)
    provenance = _provenance(setting, seed, fitted, prior, achieved_error(problem, fitted))
    provenance |= {"fit from cache": cached, "seconds": round(time.perf_counter() - began, 1)}
    result = _result(setting, fit, fitted, prior, watch, close, provenance)
    say("done", 1.0)
    return result


def _provenance(setting: Setting, seed: int, fitted: Solution, prior: Solution, error: AchievedError) -> dict[str, Any]:
    """Return what another person needs to obtain the same answer, and how exact it is."""
    return {
        "trimer": version("trimer"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "seed": seed,
        "draws": len(prior.ok),
        "draws solved": int(prior.ok.sum()),
        "backend": fitted.backend,
        "states": len(setting.assembly.system.states),
        "parameters": len(setting.assembly.parameters),
        "relative error achieved (median)": error.median,
        "relative error achieved (largest)": error.maximum,
        "date": dt.date.today().isoformat(),
    }


def _grids(setting: Setting, watch: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return all output times, and those of the close-up."""
    first = min((e.start for e in setting.record.episodes if e.name == ENGAGER and e.kind == "drug"), default=0.0)
    close = np.arange(first + CLOSE_UP[0], min(first + CLOSE_UP[1], setting.end) + 1e-9, simulated.INTERVAL)
    looked = {float(r.day) for r in setting.record.readings} | {float(d.day) for d in setting.data}
    looked |= set(simulated.visit_days(setting.record))
    inside = [day for day in sorted(looked) if setting.assembly.start < day]
    days = np.concatenate([_daily(setting), close, watch, inside])
    return np.unique(days[days <= setting.end]), close


def _daily(setting: Setting) -> NDArray[np.float64]:
    return np.arange(setting.assembly.start + RUN_IN - 30.0, setting.end + 1e-9)


def _result(
    setting: Setting,
    fit: Fit,
    fitted: Solution,
    prior: Solution,
    watch: NDArray[np.float64],
    close: NDArray[np.float64],
    provenance: dict[str, Any],
) -> ReplayResult:
    record, case = setting.record, setting.case
    course = simulated.course_of(record, fitted, 0, watch)
    judged, found = judge(record, DEFAULT), judge(course, DEFAULT)
    population = setting.assembly.parameters
    measured = population.updated({n: v for n, v in setting.known.items() if v > 0.0}, "case", "measured")
    patient = measured.updated(
        {n: fit.values[n] for n in fit.names}, "fit", "fitted", f"record of {case.id}, maximum a posteriori"
    )
    shown = tuple(n for n in OBSERVABLES if n in SHOWN)
    days = _daily(setting)
    at = np.searchsorted(fitted.times, days - 1e-9)
    sequence = [
        *states.response_states(judged, found),
        *states.crs_states(judged, found, (record, course)),
        *states.held_states(record, judged, days, fitted["marrow_blast_percent"][0, at]),
        *states.dim_state(record, course),
    ]
    rows = items.observations(record, setting.data, fitted, prior, shown)
    return ReplayResult(
        case=case.id,
        title=case.title,
        citation=case.citation,
        origin=record.origin.isoformat(),
        patient=_patient(case),
        timeline=items.timeline(case),
        doses=items.doses(setting.administrations, setting.drugs),
        observations=rows,
        verdicts=items.verdicts(record, judged, found),
        states=tuple(sequence),
        parameters=items.parameters(population, patient, fit),
        curves=items.curves(fitted, prior, days, shown),
        close_up=items.curves(fitted, prior, close, shown),
        clones={c: tuple(float(x) for x in fitted[f"blasts_marrow_{c}"][0, at]) for c in CLONES},
        fit=_fit_summary(fit),
        provenance=provenance,
        warnings=_warnings(fit, fitted, prior, patient),
    )


def _patient(case: Case) -> str:
    size, person = case.size, case.patient
    return (
        f"{person.sex}, {person.age.replace(' year', ' years')}; {size.weight:g} kg, {100 * size.height:g} cm, "
        f"{size.bsa:.2f} m2 ({case.size_kind})"
    )


def _fit_summary(fit: Fit) -> dict[str, Any]:
    return {
        "method": "maximum a posteriori (Levenberg-Marquardt in standard deviations of the prior)",
        "parameters estimated": len(fit.names),
        "data used": len(fit.data),
        "deviance of the data": fit.deviance,
        "deviance of the prior": fit.prior,
        "iterations": fit.iterations,
        "converged": fit.converged,
        "expected gain of a further step": fit.expected_gain,
        "posterior sd over prior sd": {n: float(s) for n, s in zip(fit.names, fit.sd, strict=True)},
        "residuals": [
            {"event": d.event, "observable": d.observable, "origin": d.origin, "residual_sd": float(r)}
            for d, r in zip(fit.data, fit.residuals, strict=True)
        ],
    }


def _warnings(fit: Fit, fitted: Solution, prior: Solution, patient: ParameterSet) -> tuple[str, ...]:
    concluded = sum(d.origin != "measured" for d in fit.data)
    found = [
        f"The fit used {len(fit.data)} data of this record, {concluded} of them intervals read from its words and "
        "stated conclusions: agreement of states and values shows that the model can follow the course, not that it "
        "would have predicted it."
    ]
    if not fit.converged:
        found.append("The fit stopped before it converged; its values are the best found.")
    far = [f"{n} ({z:+.1f} sd)" for n, z in zip(fit.names, fit.z, strict=True) if abs(z) > 2.5]
    if far:
        found.append("Estimates far from the population: " + ", ".join(far) + ".")
    failed = int((~prior.ok).sum())
    if failed:
        found.append(f"{failed} of {len(prior.ok)} prior draws could not be simulated and are left out of the band.")
    if fitted.backend != "cpu":
        found.append("The fast engine could not be built; the slow reference answered.")
    return tuple(found)


def _fit(setting: Setting, seed: int, use_cache: bool, progress: Progress) -> tuple[Fit, bool]:
    """Return the fit, from disk when everything it depends on is unchanged."""
    document = setting.case.to_dict()
    spread = [(n, p.value, p.spread, p.distribution) for n, p in setting.assembly.parameters.items()]
    basis = (setting.data, sorted(setting.known.items()), setting.assembly.start, setting.assembly.rows)
    key = cache.key_of(document, spread, basis, ESTIMATED, seed, SCOUTS, STARTS, FIT_RTOL)
    stored = cache.read(key) if use_cache else None
    if stored is not None:
        try:
            return _restore(stored), True
        except (KeyError, TypeError, ValueError):
            pass  # a damaged entry is replaced
    fit = estimate(setting, seed, progress)
    if use_cache:
        cache.write(key, _store(fit))
    return fit, False


def _store(fit: Fit) -> dict[str, Any]:
    plain = asdict(fit)
    return plain | {k: plain[k].tolist() for k in ("z", "sd", "residuals")}


def _restore(stored: dict[str, Any]) -> Fit:
    arrays = {k: np.array(stored[k], dtype=float) for k in ("z", "sd", "residuals")}
    found = tuple(Datum(**d) for d in stored["data"])
    return Fit(**{**stored, **arrays, "names": tuple(stored["names"]), "data": found})
