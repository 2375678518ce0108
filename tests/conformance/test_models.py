"""Every model's equations, called with quantities: the dimensions close, and no unit conversion hides in a number.

The leukaemia model's units of states stand in ``trimer.model.units``, the minimal one's here. A model that is called
with quantities in any unit must answer as it does with plain numbers in canonical units: so each derivative is compared
with the plain one, in the state's unit per day, which proves dimension and factor at once.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import model_sample
import numpy as np
import pint
import pytest

from trimer import model, units
from trimer.engine.names import Named
from trimer.engine.problem import System
from trimer.engine.trace import trace
from trimer.model import leukaemia, minimal
from trimer.model.units import OTHER_OUTPUTS, input_unit, output_unit, state_unit
from trimer.observables import OBSERVABLES

# Outputs whose equation itself converts: 1e9 cells/L into 1e6 cells/L.
CONVERTS = {"csf_blasts": 1e3}
MINIMAL = {  # blasts are a pure number here, because their logarithm is an output
    "drug": "ug", "marker": "1", "blasts": "1", "CL": "L/day", "V": "L", "k_out": "1/day", "baseline": "1",
    "slope": "L/ug", "k_growth": "1/day", "k_kill": "L/ug/day", "infusion": "ug/day", "concentration": "ng/mL",
    "log10_blasts": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """One model with the unit and a plausible value of everything it reads."""

    system: System
    units: Mapping[str, str]  # of states, parameters, inputs, outputs
    values: Mapping[str, float]  # of parameters
    start: Callable[[Any], Mapping[str, Any]] | None = None


def of_minimal() -> Subject:
    return Subject(minimal.SYSTEM, MINIMAL, minimal.TYPICAL)


def of_leukaemia() -> Subject:
    assembly = model_sample.panel()
    known = {name: item.unit for name, item in assembly.parameters.items()}
    amounts = {name: drug.amount_unit for name, drug in model_sample.drugs().items()}
    states = {name: state_unit(name, amounts) for name in assembly.system.states}
    inputs = {name: input_unit(name, amounts) for name in assembly.system.inputs}
    outputs = {name: output_unit(name) for name in assembly.system.outputs}
    return Subject(
        system=assembly.system,
        units={**known, **states, **inputs, **outputs},
        values=assembly.parameters.values_by_name(),
        start=lambda p: leukaemia.initial(p, assembly.terms),
    )


SUBJECTS = {"minimal": of_minimal, "leukaemia": of_leukaemia}


@pytest.fixture(scope="module", params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    found: Subject = SUBJECTS[request.param]()
    return found


def is_pure(unit: Any) -> bool:
    """Return whether a unit is of a share or a grade, which the equations use as pure numbers."""
    registry = units._registry()
    return unit.dimensionality in (registry.fraction.dimensionality, registry.grade.dimensionality)


def quantity(value: float, text: str) -> Any:
    """Return a value as a quantity; temperatures count from absolute zero."""
    unit, registry = units._definition(text, "test of the models"), units._registry()
    found = registry.Quantity(value, registry.dimensionless if is_pure(unit) else unit)
    return found.to_root_units() if text == "Cel" else found


def states_of(system: System) -> dict[str, float]:
    """Return states away from zero and from each other, the same in every run."""
    size = np.random.default_rng(7).uniform(0.2, 2.0, len(system.states))
    return {name: float(x) for name, x in zip(system.states, size, strict=True)}


def evaluate(subject: Subject, wrap: Callable[[str, float], Any]) -> dict[str, Any]:
    """Return derivatives (``d <state>``), outputs and the start (``start <state>``), of numbers or of quantities."""
    system = subject.system

    def named(kind: str, values: Mapping[str, float]) -> Named:
        return Named(kind, {name: wrap(name, value) for name, value in values.items()})

    inputs = dict.fromkeys(system.inputs, 3.0)
    p = named("parameter", {name: subject.values[name] for name in system.parameters})
    arguments = (0.0, named("state", states_of(system)), p, named("input", inputs))
    found = {f"d {name}": value for name, value in system.rhs(*arguments).items()}
    found |= system.observables(*arguments)
    if subject.start is not None:
        found |= {f"start {name}": value for name, value in subject.start(p).items()}
    return found


def prove(subject: Subject) -> None:
    """Compare quantities with plain numbers.

    Raises
    ------
    pint.DimensionalityError
        Where an equation adds what cannot be added, or ends in another dimension.
    AssertionError
        Where the dimension is right and the factor is not.
    """
    plain = evaluate(subject, lambda _, value: value)
    checked = evaluate(subject, lambda name, value: quantity(value, subject.units[name]))
    registry, day = units._registry(), units._registry().day
    for name, value in checked.items():
        kind, _, state = name.rpartition(" ")
        if kind == "start" and isinstance(value, float) and value in (0.0, 1.0):
            continue  # an empty compartment, or one relative to its own normal
        unit = units._definition(subject.units[state], "test of the models")
        unit = registry.dimensionless if is_pure(unit) else unit
        found = registry.Quantity(value).to(unit / day if kind == "d" else unit).magnitude
        assert found / CONVERTS.get(name, 1.0) == pytest.approx(plain[name], rel=1e-9), f"{name}: a factor is hidden"


def test_every_model_of_the_folder_is_here() -> None:
    modules = [importlib.import_module(f"trimer.model.{m.name}") for m in pkgutil.iter_modules(model.__path__)]
    systems = {m.__name__.rpartition(".")[2] for m in modules if hasattr(m, "build") or hasattr(m, "SYSTEM")}
    assert systems == set(SUBJECTS)


def test_dimensions_close_and_no_factor_is_hidden(subject: Subject) -> None:
    prove(subject)


def test_pure_shares_are_stored_as_such(subject: Subject) -> None:
    # Percent would be a hidden factor of a hundred: quantity() takes the number as it stands.
    assert {n: subject.units[n] for n in subject.system.parameters if subject.units[n] == "%"} == {}


def faulty(subject: Subject, name: str, unit: str) -> Subject:
    return replace(subject, units={**subject.units, name: unit})


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("k_growth", "1/h"),
        ("blinatumomab_CL", "mL/day"),
        ("cd19_contact", "pM"),
        ("kill_EC50", "nmol/L"),
        ("k_sink", "1/day"),
        ("il6_release", "ng/mL/day"),
        ("il6_release", "pg/mL"),
        ("t_blood_0", "1e9/L"),
        ("marrow_interstitium", "mL"),
        ("pegaspargase_EC50", "ng/mL"),
        ("tocilizumab_Km", "ug/mL"),
        ("haemoglobin", "g/L"),
        ("blasts_marrow_dim", "1e6"),
        ("il6", "ng/mL"),
        ("temperature_rise", "1"),
        ("blinatumomab", "ug/h"),
        ("wbc", "1e6/L"),
    ],
)
def test_a_wrong_unit_is_caught(name: str, unit: str) -> None:
    subject = of_leukaemia()
    assert name in subject.units
    with pytest.raises((pint.DimensionalityError, AssertionError), match=r"Cannot convert|hidden"):
        prove(faulty(subject, name, unit))


@pytest.mark.slow
def test_a_wrong_unit_of_any_parameter_is_caught(subject: Subject) -> None:
    # It also shows that every parameter of the file is used: an unused one could have any unit.
    missed = []
    for name in subject.system.parameters:
        try:
            prove(faulty(subject, name, "mmHg" if name != "temperature_0" else "kg"))
        except (pint.DimensionalityError, AssertionError):
            continue
        except ValueError as fault:  # as pint calls it where a share is compared with its largest value
            if "Cannot compare PlainQuantity" in str(fault):
                continue
            raise
        missed.append(name)
    assert missed == []


def test_a_wrong_equation_is_caught() -> None:
    def rhs(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
        return dict(minimal.rhs(t, y, p, u)) | {"drug": u.infusion - p.CL * y.drug}

    wrong = replace(of_minimal(), system=replace(minimal.SYSTEM, rhs=rhs))
    with pytest.raises(pint.DimensionalityError, match="Cannot convert"):
        prove(wrong)


def test_equations_name_every_state_once_and_every_output(subject: Subject) -> None:
    found = trace(subject.system)
    assert len(found.derivatives) == len(subject.system.states)
    assert set(subject.units) >= {*subject.system.states, *subject.system.parameters, *subject.system.outputs}


def test_outputs_carry_the_vocabulary_s_names() -> None:
    assert set(leukaemia.OUTPUTS) - set(OBSERVABLES) == set(OTHER_OUTPUTS)
