"""Who and what is exported: a treatment or a recorded case, one patient, and what is to be said of every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import trimer.library as library
from trimer.errors import InputError
from trimer.model.units import input_unit, output_unit, state_unit
from trimer.observables import described
from trimer.parameters import Parameter, ParameterSet
from trimer.study.draws import typical
from trimer.study.export.given import given
from trimer.study.export.record import Recorded, record
from trimer.study.export.sheet import Quantity, Sheet
from trimer.study.replay import prepare
from trimer.study.result import NOTICE
from trimer.study.scenario import Scenario, known_changes, scenario
from trimer.therapy.size import Size

Patient = int | Literal["typical"]

_LAYERS = {
    "population": "Drawn for this patient.",
    "case": "Known of this patient from the record.",
    "override": "Chosen for this export; kind and source are those of the typical value.",
}
START_ONLY = "It only shaped the start values, which stand here as numbers: changing it here changes nothing."


@dataclass(frozen=True)
class Whom:
    """Hold whom an export is about.

    Attributes
    ----------
    size : Size
    note : str
        What more there is to say of the patient; may be empty.
    asked : dict of str to str
        What the user chose of the treatment, as provenance: run-in in days, cycles.
    """

    size: Size
    note: str = ""
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def like(self) -> str:
        """Size and note in words."""
        return f"of {self.size.weight:g} kg, {100 * self.size.height:g} cm, {self.size.bsa:.2f} m2{self.note}"

    @property
    def facts(self) -> dict[str, str]:
        """The same as provenance: kg, m and m2, and what the user chose."""
        size = self.size
        return {"weight": f"{size.weight!r}", "height": f"{size.height!r}", "bsa": f"{size.bsa!r}", **self.asked}


def of_treatment(
    treatment: str | Path, cycles: int | None, size: Size, run_in: float, changes: Mapping[str, float], seed: int
) -> tuple[Scenario, Whom]:
    """Return a treatment for virtual patients, and whom they are like."""
    made = scenario(treatment, cycles=cycles, size=size, run_in=run_in, changes=changes, seed=seed)
    asked = {"run_in": f"{float(run_in)!r}"} | ({} if cycles is None else {"cycles": str(cycles)})
    return made, Whom(size, asked=asked)


def of_case(case: str | Path, changes: Mapping[str, float], seed: int) -> tuple[Scenario, Whom]:
    """Return a recorded case's doses for virtual patients of its patient's size, and whom they are like."""
    found = prepare(case)
    size = found.case.size
    known = found.known | known_changes(changes, found.assembly)
    made = Scenario(found.case.id, found.case.title, found.assembly, found.administrations, found.drugs, known, seed)
    return made, Whom(size, ", who is not fitted to the record")


def sheet(chosen: Scenario, whom: Whom, patient: Patient, user: Mapping[str, float], until: float | None) -> Sheet:
    """Return what an export says.

    Parameters
    ----------
    chosen : Scenario
    whom : Whom
        What the patient is like.
    patient : int or "typical"
    user : mapping of str to float
        Those of the scenario's changes that the user asked for.
    until : float or None, day
        Leave out what would change after this day.

    Raises
    ------
    InputError
        When there is no such patient, or nothing is left up to ``until``.
    SolveError
        When a protocol cannot be followed for this patient.
    """
    assembly = chosen.assembly
    drawn = _drawn(chosen, patient)
    known = {name: value for name, value in chosen.changes.items() if name not in user}
    values = _values(assembly.parameters, drawn, known, user)
    numbers = values.values_by_name()
    problem = assembly.problem([numbers], [assembly.start + 1.0], ())
    what = given(chosen, numbers, until)
    equations = record(assembly.system)
    read = equations.read()
    who = f"The typical patient {whom.like}." if patient == "typical" else f"Virtual patient {patient} {whom.like}."
    amounts = {
        name: chosen.drugs[name].amount_unit if name in chosen.drugs else "ug" for name in assembly.system.inputs
    }
    return Sheet(
        id=f"trimer_{_identifier(chosen.treatment)}",
        title=chosen.label,
        notes=_paragraphs(chosen, who, equations, (_changed(assembly.parameters, user), what.note)),
        provenance=_provenance(chosen, patient, equations, until) | whom.facts | _settings(user),
        equations=equations,
        parameters={n: _parameter(p, assembly.parameters[n], n in read) for n, p in values.items()},
        inputs={
            n: Quantity(float(u), input_unit(n, amounts), f"infusion rate of {n}")
            for n, u in zip(assembly.system.inputs, problem.inputs[0], strict=True)
        },
        states={
            n: Quantity(float(y), state_unit(n, amounts), _label(n))
            for n, y in zip(assembly.system.states, problem.y0[0], strict=True)
        },
        outputs={n: Quantity(0.0, output_unit(n), _label(n)) for n in assembly.system.outputs},
        rows=what.rows,
        doses=what.words,
        start=assembly.start,
    )


def _drawn(chosen: Scenario, patient: Patient) -> dict[str, float]:
    """Return what is drawn for a patient; of a typical one, what is absent."""
    if patient == "typical":
        return {}
    if patient < 0:
        raise InputError("patient", str(patient), "a number from 0 on, or 'typical'")
    return replace(chosen, changes={}).patients(patient, 1)[0]


def _values(
    population: ParameterSet, drawn: Mapping[str, float], known: Mapping[str, float], user: Mapping[str, float]
) -> ParameterSet:
    """Return the patient's parameters, each with the layer that set it."""
    absent = {n: v for n, v in typical(population).items() if v != population[n].value}
    patient = population.updated(absent, "model").updated(drawn, "population")
    return patient.updated(known, "case").updated(user, "override")


def _parameter(own: Parameter, population: Parameter, read: bool) -> Quantity:
    """Return a parameter with how its value is known."""
    reference = library.references().get(own.source)
    where = f", {own.where}" if own.where else ""
    notes = [f"{own.kind.capitalize()}{where}. Source {own.source}: {reference or 'a file of the user'}."]
    if own.note:
        notes.append(own.note)
    if population.distribution == "bernoulli":
        notes.append(f"Present with probability {population.value:g} in the population, absent in a typical patient.")
    elif population.distribution != "fixed":
        spread = f"{population.distribution} between patients, spread {population.spread:g}"
        notes.append(f"Typical value {population.value:g} {population.unit}, {spread}.")
    elif own.value != population.value:
        notes.append(f"Typical value {population.value:g} {population.unit}.")
    if own.layer in _LAYERS:
        notes.append(_LAYERS[own.layer])
    if not read:
        notes.append(START_ONLY)
    return Quantity(own.value, own.unit, _label(own.name), tuple(notes))


def _paragraphs(chosen: Scenario, who: str, equations: Recorded, more: tuple[str, ...]) -> tuple[str, ...]:
    found = (
        f"Trimer {version('trimer')}: {chosen.label}. {NOTICE}",
        f"{who} Parameters carry their kind, source and spread as notes.",
        f"Time 0 is day {chosen.assembly.start:g}, the start of a run-in in which the disease grows; the parameter "
        "'day' counts the days of the treatment. Doses are events, one for each time at which something changes.",
        *more,
        "The equations are those that Trimer solves, recorded as they ran: saturation_2 is the second expression worth "
        "a name that a function 'saturation' of the model wrote, and its label says for whom. Their SHA-256 is "
        f"{equations.fingerprint}.",
        "Cells are counted in items, temperatures in kelvins above 273.15 K, enzymes in micromoles they turn over a "
        "minute.",
    )
    return tuple(text for text in found if text)


def _provenance(chosen: Scenario, patient: Patient, equations: Recorded, until: float | None) -> dict[str, str]:
    found = {
        "version": version("trimer"),
        "treatment": chosen.treatment,
        "patient": str(patient),
        "start": f"{chosen.assembly.start!r}",
        "equations": equations.fingerprint,
    }
    found |= {} if patient == "typical" else {"seed": str(chosen.seed)}
    return found | ({} if until is None else {"until": f"{until!r}"})


def _changed(population: ParameterSet, user: Mapping[str, float]) -> str:
    """Return in words what the user chose; empty when it is nothing."""
    texts = [
        f"{n} is {value:.12g} {population[n].unit} instead of {population[n].value:.12g}"
        for n, value in sorted(user.items())
    ]
    return f"Chosen for this export: {'; '.join(texts)}." if texts else ""


def _settings(user: Mapping[str, float]) -> dict[str, str]:
    """Return what the user chose as provenance: NAME=VALUE, separated by blanks, in the parameters' units."""
    return {"changes": " ".join(f"{n}={float(value)!r}" for n, value in sorted(user.items()))} if user else {}


def _label(name: str) -> str:
    known = described(name)
    return known.label if known else name.replace("_", " ")


def _identifier(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in text)
