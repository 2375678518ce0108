"""Simulated patients as event tables, and event tables as the dosing of a simulation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.chunks import spans_of
from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.errors import InputError, SolveError
from trimer.observables import described
from trimer.record.nonmem.dictionary import Dictionary
from trimer.record.nonmem.read import read_table
from trimer.record.nonmem.records import ROW_LIMIT
from trimer.record.nonmem.table import DIGITS, Dose, Observation, Subject, in_order
from trimer.record.nonmem.write import write_table
from trimer.study.assemble import ABSORBED, assemble
from trimer.study.export.given import rows_of
from trimer.study.export.nonmem_case import compartments_of
from trimer.study.scenario import RUN_IN, SEED, SIZE, Scenario, known_changes, scenario
from trimer.study.simulate import AFTER, LONGEST, PROTOCOL_DAYS, Progress, Settings, run, usual_outputs
from trimer.study.simulation import Simulation
from trimer.therapy.order import Order
from trimer.therapy.realise import realise
from trimer.therapy.size import Size

_AT_ONCE = {"depot": "sc", "csf": "it", "central": "iv"}


@dataclass(frozen=True)
class Simulated:
    """Hold simulated patients as subjects of a table, and who could not be simulated (numbers as text)."""

    scenario: Scenario
    settings: Settings
    subjects: tuple[Subject, ...]
    failed: tuple[str, ...]


def simulate_subjects(
    treatment: str | Path,
    settings: Settings,
    *,
    cycles: int | None = None,
    size: Size = SIZE,
    run_in: float = RUN_IN,
    changes: Mapping[str, float] | None = None,
    seed: int = SEED,
) -> Simulated:
    """Return a treatment, given to the typical patient or to virtual ones, as subjects of an event table.

    Parameters
    ----------
    treatment, cycles, size, run_in, changes, seed
        See :func:`trimer.study.scenario.scenario`.
    settings : Settings
        Patients, days, how often, outputs, tolerance.

    Raises
    ------
    TrimerError
        When something given is at fault, nobody could be simulated, or the table would be too large.
    """
    made = scenario(treatment, cycles=cycles, size=size, run_in=run_in, changes=changes, seed=seed)
    chosen = replace(settings, outputs=settings.outputs or usual_outputs(made))
    times = _times(made, chosen)
    subjects: list[Subject] = []
    failed = []
    for start, count in spans_of(chosen.first, chosen.patients or 1, chosen.chunk):
        people = [made.typical()] if chosen.patients is None else made.patients(start, count)
        solution = solve(made.problem(people, times, chosen.outputs, chosen.tolerance), chosen.backend, chosen.threads)
        for row in range(len(people)):
            if solution.ok[row] and (made.rules is None or _kept(solution, row)):
                name = str(1 + row + start - chosen.first)
                subjects.append(_subject(made, solution, row, name, times, size))
            else:
                failed.append(str(start + row))
    if not subjects:
        raise SolveError(f"{made.treatment}: no patient could be simulated.")
    return Simulated(made, chosen, tuple(subjects), tuple(failed))


def write_simulated(made: Simulated) -> tuple[str, Dictionary]:
    """Return simulated patients as an event table and its dictionary.

    DV are the model's values without residual error, a value at the time of a dose the one just after it. Doses are
    those of the regimen's calendar, or those that a protocol's rules came to in each patient. Times are days.
    """
    known, left_out = compartments_of(made.scenario.drugs), _left_out(made.scenario, made.failed)
    provenance = _provenance(made.scenario, made.settings)
    return write_table(made.subjects, made.scenario.label, known, left_out, provenance, after_doses=True)


def _times(made: Scenario, chosen: Settings) -> NDArray[np.float64]:
    end = chosen.days
    if end is None:
        end = max((a.end for a in made.administrations), default=PROTOCOL_DAYS - AFTER) + AFTER
    if not 0.0 < end <= LONGEST:
        raise InputError("days", f"{end:g}", f"a time above zero, at most {LONGEST:g} days")
    count = (end / chosen.every + 1.0) * len(chosen.outputs) * (chosen.patients or 1)
    if count > ROW_LIMIT:
        expected = f"at most {ROW_LIMIT:,}: fewer patients, times or outputs"
        raise InputError("event table", f"{count:,.0f} observations", expected)
    times: NDArray[np.float64] = np.arange(int(end / chosen.every + 1e-9) + 1, dtype=np.float64) * chosen.every
    return times


def _left_out(made: Scenario, failed: Sequence[str]) -> list[str]:
    silent = sorted({a.drug for a in made.administrations if not made.drugs[a.drug].simulated})
    found = [f"{name}: given, but without equations in the model." for name in silent]
    found += [f"Patients that could not be simulated: {', '.join(failed)}."] if failed else []
    found += ["Residual error: DV are the model's values."]
    return [*found, f"The run-in of {-made.assembly.start:g} days before day 0, in which the disease grows."]


def _provenance(made: Scenario, chosen: Settings) -> dict[str, str]:
    found = {"version": version("trimer"), "treatment": made.treatment, "rtol": f"{chosen.tolerance:g}"}
    found["patients"] = "typical" if chosen.patients is None else f"{chosen.first} and following"
    return found | {"seed": str(made.seed), **{f"changes.{n}": repr(float(v)) for n, v in made.changes.items()}}


def _kept(solution: Solution, row: int) -> bool:
    return bool(solution.decisions.count[row] <= solution.decisions.time.shape[1])


def _subject(
    made: Scenario, solution: Solution, row: int, name: str, times: NDArray[np.float64], size: Size
) -> Subject:
    doses = _calendar(made) if made.rules is None else _decided(made, solution, row)
    doses = [dose for dose in doses if dose.time <= times[-1]]
    zero = min([float(np.floor(d.time)) for d in doses] + [0.0])
    at = np.searchsorted(solution.times, times - 1e-9)
    seen = [
        Observation(round(float(t) - zero, DIGITS), output, float(solution[output][row, k]), _unit(output))
        for t, k in zip(times, at, strict=True)
        for output in solution.outputs
    ]
    return Subject(
        id=name,
        day=zero,
        covariates={"WT": size.weight, "HT": 100.0 * size.height, "BSA": size.bsa},
        doses=in_order([replace(dose, time=round(dose.time - zero, DIGITS)) for dose in doses]),
        observations=tuple(seen),
    )


def _unit(output: str) -> str:
    known = described(output)
    return known.unit if known else ""


def _calendar(made: Scenario) -> list[Dose]:
    """Return the doses of a regimen that the model simulates."""
    found = []
    for a in made.administrations:
        if made.drugs[a.drug].simulated and a.amount > 0.0:
            # The model takes what is not given by vein at once, whatever its length.
            length = a.duration if a.route in ("iv", "civ") else 0.0
            rate = a.amount / length if length > 0.0 else 0.0
            unit = made.drugs[a.drug].amount_unit
            found.append(Dose(a.start, a.drug, a.route, a.amount, rate, unit, a.kind == "assumed"))
    return found


def _decided(made: Scenario, solution: Solution, row: int) -> list[Dose]:
    """Return the doses that the rules of a protocol came to: the engine's events, infusions from rate to rate."""
    assert made.rules is not None
    decisions, system, last = solution.decisions, made.assembly.system, float(solution.times[-1])
    count = int(decisions.count[row])
    fired = [(float(t), int(k)) for t, k in zip(decisions.time[row, :count], decisions.rule[row, :count], strict=True)]
    names = (*system.states, *system.inputs)
    found: list[Dose] = []
    rates: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for day, target, value in rows_of(made.rules, system, fired):
        if target >= len(system.states):
            rates[names[target]].append((day, value))
        elif day <= last:
            drug, _, place = names[target].rpartition("_")
            share = _share(made, drug) if place == "depot" else 1.0
            route = next((r for r in made.drugs[drug].routes if r in ABSORBED), _AT_ONCE[place])
            route = route if place == "depot" else _AT_ONCE[place]
            found.append(Dose(day, drug, route, value / share, 0.0, made.drugs[drug].amount_unit))
    for drug, steps in rates.items():
        for (day, rate), (until, _) in zip(steps, [*steps[1:], (last, 0.0)], strict=True):
            length = round(min(until, last) - day, DIGITS)
            if rate > 0.0 and length > 0.0:
                found.append(Dose(day, drug, "civ", rate * length, rate, made.drugs[drug].amount_unit))
    return found


def _share(made: Scenario, drug: str) -> float:
    pk = made.drugs[drug].pk
    return next((pk[f"F_{r}"].parameter.value for r in ABSORBED if f"F_{r}" in pk), 1.0)


# -- an event table as dosing


def orders_of(subject: Subject) -> tuple[Order, ...]:
    """Return the doses of a subject as orders, from day 0 at the table's time zero."""
    return tuple(
        Order(
            event="",
            start=dose.time,
            drug=dose.drug,
            amount=f"{dose.amount!r} {dose.unit}",
            route=dose.route,
            duration=dose.duration,
            kind="assumed" if dose.assumed else "stated",
        )
        for dose in subject.doses
    )


def scenario_of(
    subject: Subject, *, run_in: float = RUN_IN, changes: Mapping[str, float] | None = None, seed: int = SEED
) -> Scenario:
    """Return the doses of a table's subject for virtual patients of that subject's size (70 kg, 175 cm without one).

    Raises
    ------
    InputError
        When the subject was given nothing that the model simulates, or a parameter is unknown.
    LibraryError, ProtocolError
        When a drug is not in the library, or doses contradict each other.
    """
    known = subject.covariates
    own = Size.of(known["WT"], known["HT"] / 100.0) if {"WT", "HT"} <= set(known) else SIZE
    size = replace(own, bsa=known.get("BSA", own.bsa))
    orders = orders_of(subject)
    regimens, drugs = library.needed(orders)
    given = realise(orders, size, regimens, drugs)
    if not any(drugs[a.drug].simulated for a in given):
        raise InputError(f"subject {subject.id}", "no dose of a drug with equations", "doses to simulate")
    assembly = assemble(given, drugs, size, min(0.0, given[0].start) - run_in)
    label = subject.title or f"Subject {subject.id}"
    return Scenario(
        f"subject_{subject.id}", label, assembly, given, drugs, known_changes(changes or {}, assembly), seed
    )


def simulate_table(
    data: str | Path,
    dictionary: str | Path | None = None,
    *,
    subject: str | None = None,
    settings: Settings | None = None,
    run_in: float = RUN_IN,
    changes: Mapping[str, float] | None = None,
    seed: int = SEED,
    keep: str | Path | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Simulate what a subject of an event table was given, in the typical patient or in virtual ones of that size.

    Parameters
    ----------
    data, dictionary
        As :func:`trimer.record.nonmem.read.read_table` takes them.
    subject : str
        Its number; default: the table's first.
    settings : Settings, optional
        Patients, days, outputs, tolerance.
    run_in, changes, seed
        See :func:`scenario_of`.
    keep, progress
        See :func:`trimer.study.simulate.run`.

    Raises
    ------
    TrimerError
        When the table is at fault, has no such subject, or its doses cannot be given.
    """
    subjects = {one.id: one for one in read_table(data, dictionary).subjects}
    if subject is not None and subject not in subjects:
        raise InputError("subject", repr(subject)[:80], f"one of {', '.join(list(subjects)[:20])}")
    found = subjects[subject] if subject is not None else next(iter(subjects.values()))
    chosen = scenario_of(found, run_in=run_in, changes=changes, seed=seed)
    return run(chosen, settings or Settings(), keep, progress)
