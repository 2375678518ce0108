"""The SBML export: valid without a remark, the equations and doses that Trimer solves, provenance, clear refusals."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import libsbml
import pytest

from trimer.cli import run
from trimer.engine.problem import System
from trimer.engine.rules import Action, Do, Rules, Transition
from trimer.engine.trace import trace
from trimer.errors import InputError, ModelError
from trimer.library import list_entries
from trimer.model import minimal
from trimer.model.processes import exp, power
from trimer.study.export import sbml
from trimer.study.export.dimension import PURE, Unit, unit_of
from trimer.study.export.document import document
from trimer.study.export.formulas import Formulas, formulas
from trimer.study.export.given import rows_of
from trimer.study.export.record import record
from trimer.study.export.sbml_units import UnitNames
from trimer.study.export.sheet import Quantity, Sheet
from trimer.study.scenario import scenario
from trimer.therapy.size import Size

CATEGORIES = [getattr(libsbml, name) for name in dir(libsbml) if name.startswith("LIBSBML_CAT_")]


def remarks(text: str) -> list[str]:
    """Return everything that libSBML has to say of a document, with all checks on and units strict."""
    read = libsbml.readSBMLFromString(text)
    for category in CATEGORIES:
        read.setConsistencyChecks(category, True)
    counts = [read.checkConsistency(), read.checkInternalConsistency(), read.checkConsistencyWithStrictUnits()]
    found = [read.getError(i) for i in range(read.getNumErrors())]
    assert len(found) >= max(counts)
    return [f"{e.getSeverityAsString()} {e.getErrorId()}: {e.getMessage()}" for e in found]


def model_of(text: str) -> Any:
    read = libsbml.readSBMLFromString(text)
    assert read.getNumErrors() == 0
    return read.getModel().clone()


# --- valid ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list_entries("regimens"))
def test_every_regimen_is_valid_without_a_remark(name: str) -> None:
    exported = sbml(name)
    assert remarks(exported.text) == []
    model = model_of(exported.text)
    assert (model.getNumEvents(), model.getNumRules()) == (exported.events, exported.rules)
    assert {model.getEvent(i).getNumEventAssignments() for i in range(exported.events)} <= set(range(1, 12))


def test_a_protocol_and_a_case_are_valid_without_a_remark() -> None:
    assert remarks(sbml("blinatumomab_label_cartox", patient=1, until=60.0).text) == []
    assert remarks(sbml(case="linder2016").text) == []


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ('units="per_day_per_Gcell"', 'units="per_day"'),
        ('<parameter id="k_growth"', '<parameter id="k_grow"'),
        ('kind="item" exponent="1"', 'kind="gram" exponent="1"'),
    ],
)
def test_the_check_would_see_a_fault(text: str, instead: str) -> None:
    exported = sbml("blinatumomab_rr", cycles=1).text
    assert text in exported
    assert remarks(exported.replace(text, instead)) != []


def test_round_trip_and_same_bytes() -> None:
    exported = sbml("blinatumomab_rr", cycles=1, patient=4)
    assert libsbml.writeSBMLToString(libsbml.readSBMLFromString(exported.text)) == exported.text
    code = (
        "import hashlib; from trimer.study.export import sbml; "
        "print(hashlib.sha256(sbml('blinatumomab_rr', cycles=1, patient=4).text.encode()).hexdigest())"
    )
    other = {**os.environ, "PYTHONHASHSEED": "17"}  # sets in another order
    shown = subprocess.run([sys.executable, "-c", code], env=other, check=True, capture_output=True, text=True).stdout
    assert shown.strip() == hashlib.sha256(exported.text.encode()).hexdigest()


# --- what is in it ----------------------------------------------------------------------------------------------------


def test_numbers_are_those_of_the_problem() -> None:
    made = scenario("modified_linker", changes={"k_growth": 0.2})
    values = made.patients(5, 1)
    problem = made.problem(values, [0.0], ())
    model = model_of(sbml("modified_linker", patient=5, changes={"k_growth": 0.2}).text)

    def value(name: str) -> float:
        return float(model.getParameter(name).getValue())

    system = problem.system
    parameters = dict(zip(system.parameters, problem.parameters[0], strict=True))
    assert {n: value(n) for n in parameters} == pytest.approx(parameters, rel=1e-14)
    assert {n: value(n) for n in system.states} == pytest.approx(dict(zip(system.states, problem.y0[0], strict=True)))
    assert value("k_growth") == 0.2
    assert value("first_day") == problem.times[0] == -60.0


def test_every_dose_is_an_event_at_its_time() -> None:
    made = scenario("mtx_vcr_peg_dex", cycles=1)
    names = (*made.assembly.system.states, *made.assembly.system.inputs)
    model = model_of(sbml("mtx_vcr_peg_dex", cycles=1).text)
    found: dict[tuple[float, str], str] = {}
    for i in range(model.getNumEvents()):
        event = model.getEvent(i)
        assert not event.getTrigger().getInitialValue()
        time = event.getTrigger().getMath().getChild(1).getValue()
        for k in range(event.getNumEventAssignments()):
            change = event.getEventAssignment(k)
            found[round(time - 60.0, 9), change.getVariable()] = libsbml.formulaToL3String(change.getMath())
    assert {(round(day, 9), names[target]) for day, target, _ in made.assembly.rows} == set(found)
    for (_, name), text in found.items():
        assert text.startswith(f"{name} + ") == (name in made.assembly.system.states)


def test_events_of_one_time_are_one_and_the_start_has_been_given() -> None:
    rows = ((-1.0, 0, 5.0), (0.0, 3, 2.0), (1.0, 0, 5.0), (1.0, 0, 7.0), (1.0, 3, 4.0), (1.0, 3, 0.0))
    exported = document(minimal_sheet(rows))
    model = model_of(exported.text)
    assert (exported.events, model.getNumEvents()) == (1, 1)
    assert model.getParameter("drug").getValue() == 6.0, "1 at the start and a bolus before it"
    assert model.getParameter("infusion").getValue() == 2.0
    event = model.getEvent(0)
    changes = {
        event.getEventAssignment(k).getVariable(): libsbml.formulaToL3String(event.getEventAssignment(k).getMath())
        for k in range(event.getNumEventAssignments())
    }
    assert changes == {"drug": "drug + 12 ug", "infusion": "0 ug_per_day"}
    assert remarks(exported.text) == []


def test_until_leaves_out_what_comes_later() -> None:
    exported = sbml("blinatumomab_rr", until=20.0)
    assert exported.end == 7.0
    assert "after day 20 was left out" in exported.text
    assert sbml("blinatumomab_rr", cycles=1).events < sbml("blinatumomab_rr").events


def test_a_protocol_becomes_the_doses_its_rules_came_to() -> None:
    named = [("-0.04166666667", "dexamethasone_central + 20000"), ("0", "blinatumomab 9"), ("7", "blinatumomab 28")]
    text = sbml("blinatumomab_label_cartox", until=30.0).text
    for day, what in named:
        assert re.search(rf'name="day {re.escape(day)}: {re.escape(what)} ', text), day
    assert "Decided by the protocol: step to 28 ug/day." in text
    assert "until day 30" in text


def test_what_rules_did_becomes_events() -> None:
    begin = Transition(
        "begin", actions=(Action(Do.ADD, "drug", 3.0), Action(Do.SET, "infusion", 2.0, delay=0.5),
                          Action(Do.CHANGE, "infusion", 1.0, delay=1.0), Action(Do.SET, "infusion", 9.0, delay=4.0)),
    )  # fmt: skip
    stop = Transition("stop", actions=(Action(Do.CANCEL, "infusion"), Action(Do.CHANGE, "infusion", -3.0)))
    rules = Rules((begin, stop), ("on",), {}, {})
    found = rows_of(rules, minimal.SYSTEM, [(1.0, 0), (3.0, 1)])
    assert found == [(1.0, 0, 3.0), (1.5, 3, 2.0), (2.0, 3, 3.0), (3.0, 3, 0.0)]


def test_it_says_what_it_is() -> None:
    made = scenario("blinatumomab_rr")
    text = sbml("blinatumomab_rr", patient=2, seed=7, changes={"k_growth": 0.1}).text
    fingerprint = trace(made.assembly.system).fingerprint()
    provenance = re.search(r"<trimer:provenance [^>]*/>", text)
    assert provenance is not None
    for fact in (f'equations="{fingerprint}"', 'patient="2"', 'seed="7"', 'treatment="blinatumomab_rr"', 'version="'):
        assert fact in provenance.group()
    assert "never advice for a patient" in text
    model = model_of(text)

    def notes(name: str) -> str:
        return str(model.getParameter(name).getNotesString())

    assert "Chosen for this export;" in notes("k_growth")
    assert "Drawn for this patient." in notes("blinatumomab_CL")
    assert "Clements" in notes("blinatumomab_CL")
    assert "changing it here changes nothing" in notes("blasts_initial")
    for name, parameter in made.assembly.parameters.items():
        assert parameter.kind.capitalize() in notes(name)
        assert f"Source {parameter.source}" in notes(name)


def test_it_says_what_was_changed_and_of_whom() -> None:
    plain = sbml("blinatumomab_rr", cycles=1)
    assert "changes" not in plain.provenance
    assert "Chosen for this export" not in plain.text
    made = sbml(
        "blinatumomab_rr",
        cycles=1,
        changes={"k_growth": 0.25, "crs_frailty": 2.0},
        size=Size.of(20.0, 1.1),
        run_in=30.0,
    )
    facts = {
        "weight": "20.0",
        "height": "1.1",
        "run_in": "30.0",
        "cycles": "1",
        "changes": "crs_frailty=2.0 k_growth=0.25",
    }
    assert facts.items() <= made.provenance.items()
    assert plain.provenance["run_in"] == "60.0"
    assert (plain.provenance["weight"], plain.provenance["bsa"]) == ("70.0", "1.876")
    written = re.search(r"<trimer:provenance [^>]*/>", made.text)
    assert written is not None
    assert all(f'{name}="{value}"' in written.group() for name, value in facts.items())
    typical = scenario("blinatumomab_rr").assembly.parameters["k_growth"]
    assert f"k_growth is 0.25 {typical.unit} instead of {typical.value:.12g}." in made.text
    assert remarks(made.text) == []
    case = sbml(case="linder2016")
    assert "run_in" not in case.provenance
    assert float(case.provenance["weight"]) > 0


def test_a_written_file_has_the_usual_permissions_and_no_folder_is_made(tmp_path: Path) -> None:
    exported = sbml("blinatumomab_rr", cycles=1)
    with pytest.raises(InputError, match="a file in a folder that exists"):
        exported.write(tmp_path / "absent" / "made.xml")
    assert list(tmp_path.iterdir()) == []
    usual = tmp_path / "usual"
    usual.write_text("")
    assert exported.write(tmp_path / "made.xml").stat().st_mode == usual.stat().st_mode


def test_units_are_the_declared_ones() -> None:
    model = model_of(sbml("mtx_vcr_peg_dex", cycles=1).text)
    named = {d.getId(): d.getName() for d in map(model.getUnitDefinition, range(model.getNumUnitDefinitions()))}
    shown = {n: model.getParameter(n).getUnits() for n in ("il6", "csf_blasts", "mrd_marrow", "anc", "temperature")}
    assert {n: named.get(u, u) for n, u in shown.items()} == {
        "il6": "pg/mL", "csf_blasts": "1e6/L", "mrd_marrow": "dimensionless", "anc": "1e9/L",
        "temperature": "degree Celsius: kelvins above 273.15 K",
    }  # fmt: skip
    picogram = model.getUnitDefinition("pg_per_mL")
    assert [(u.getKind(), u.getScale()) for u in map(picogram.getUnit, range(2))] == [
        (libsbml.UNIT_KIND_GRAM, -9),
        (libsbml.UNIT_KIND_LITRE, 0),
    ]


# --- formulas and units -----------------------------------------------------------------------------------------------


def system_of(rhs: Any, output: Any = lambda t, y, p, u: {"z": y.x / p.h}) -> System:
    return System("small", ("x",), ("k", "h"), ("dose",), ("z",), rhs, output, (1.0,))


UNITS = {"x": "ug", "k": "1/day", "h": "ug", "dose": "ug/day", "z": "fraction"}


def written(system: System, units: Mapping[str, str] = UNITS) -> Formulas:
    declared = {name: unit_of(text) for name, text in units.items()}
    return formulas(record(system), declared, unit_of("day"), UnitNames().of, frozenset())


def test_the_floor_of_powers_is_written_out() -> None:
    found = written(system_of(lambda t, y, p, u: {"x": u.dose - p.k * power(y.x / p.h, 0.7) * y.x}))
    (rate,) = found.rates
    assert rate.text == "dose - x * k * exp(0.7 dimensionless * ln(max(z, 1e-200 dimensionless)))"
    assert [(f.name, f.text) for f in found.values] == [("z", "x / h")], "an output is read under its own name"


def test_signs_quotients_and_numbers_are_kept() -> None:
    found = written(
        system_of(lambda t, y, p, u: {"x": -(2 - y.x / p.h) * p.k * y.x - (y.x - 0.5 * p.h) / (p.h / p.k / y.x)})
    )
    text = found.rates[0].text
    values = {"x": 0.7, "k": 1.3, "h": 2.1, "z": 0.7 / 2.1}
    parsed = libsbml.parseL3Formula(text)
    assert evaluate(parsed, values) == pytest.approx(
        -(2 - 0.7 / 2.1) * 1.3 * 0.7 - (0.7 - 0.5 * 2.1) / (2.1 / 1.3 / 0.7)
    )


def evaluate(node: Any, values: Mapping[str, float]) -> float:
    """Return the value of a sum, product or quotient as libSBML read it."""
    inner = [evaluate(node.getChild(i), values) for i in range(node.getNumChildren())]
    kind = node.getType()
    if kind == libsbml.AST_PLUS:
        return sum(inner)
    if kind == libsbml.AST_MINUS:
        return inner[0] - inner[1] if len(inner) == 2 else -inner[0]
    if kind == libsbml.AST_TIMES:
        product = 1.0
        for factor in inner:
            product *= factor
        return product
    if kind == libsbml.AST_DIVIDE:
        return inner[0] / inner[1]
    return values[node.getName()] if node.isName() else float(node.getValue())


def test_a_conversion_is_a_number_with_a_unit() -> None:
    system = system_of(lambda t, y, p, u: {"x": u.dose}, lambda t, y, p, u: {"z": 100 * y.x / p.h})
    assert written(system, {**UNITS, "z": "%"}).values[0].text == "100 em2 * x / h"


@pytest.mark.parametrize(
    ("rate", "output", "units", "match"),
    [
        (lambda t, y, p, u: {"x": u.dose + y.x}, None, {}, "are added"),
        (lambda t, y, p, u: {"x": y.x}, None, {}, "derivative of x is declared"),
        (lambda t, y, p, u: {"x": p.k * y.x * exp(y.x)}, None, {}, "exp is taken of ug"),
        (lambda t, y, p, u: {"x": u.dose}, None, {"z": "%"}, "z is declared in"),  # a hidden factor of a hundred
        (lambda t, y, p, u: {"x": u.dose}, None, {"x": "mg", "h": "mg"}, "derivative of x is declared"),
    ],
)
def test_units_that_do_not_close_are_refused(rate: Any, output: Any, units: dict[str, str], match: str) -> None:
    system = system_of(rate) if output is None else system_of(rate, output)
    with pytest.raises(ModelError, match=match):
        written(system, {**UNITS, **units})


def test_units_multiply_exactly() -> None:
    assert unit_of("ng/mL") == unit_of("ug/L")
    assert unit_of("nM") == unit_of("nmol/L")
    assert unit_of("1e9/L") * unit_of("L") == unit_of("1e9")
    assert unit_of("pg/mL") / unit_of("ng/mL") == Unit(Fraction(1, 1000))
    assert (unit_of("1e9/L") ** Fraction(2)) ** Fraction(1, 2) == unit_of("1e9/L")
    assert unit_of("%") == Unit(Fraction(1, 100))
    assert unit_of("grade") == unit_of("fraction") == PURE
    assert unit_of("Cel") == unit_of("K")


def minimal_sheet(rows: tuple[tuple[float, int, float], ...]) -> Sheet:
    """Return the minimal model, whose units stand beside it nowhere else."""
    units = {
        "drug": "ug", "marker": "1", "blasts": "1", "CL": "L/day", "V": "L", "k_out": "1/day", "baseline": "1",
        "slope": "L/ug", "k_growth": "1/day", "k_kill": "L/ug/day", "infusion": "ug/day", "concentration": "ng/mL",
        "log10_blasts": "1",
    }  # fmt: skip
    system = minimal.SYSTEM

    def quantities(names: tuple[str, ...], values: Mapping[str, float]) -> dict[str, Quantity]:
        return {name: Quantity(values.get(name, 1.0), units[name], name) for name in names}

    return Sheet(
        id="minimal", title="minimal <&> quoted", notes=("a < b & c",), provenance={"treatment": '"'},
        equations=record(system), parameters=quantities(system.parameters, minimal.TYPICAL),
        inputs=quantities(system.inputs, {"infusion": 0.0}), states=quantities(system.states, {}),
        outputs=quantities(system.outputs, {}), rows=rows, doses={1.0: ("a dose < 1",)}, start=0.0,
    )  # fmt: skip


# --- refusals and the terminal ----------------------------------------------------------------------------------------


def test_without_libsbml_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(InputError, match=r"pip install 'trimer\[sbml\]'"):
        sbml("blinatumomab_rr")


def test_names_that_sbml_cannot_have_are_refused() -> None:
    twice = replace(minimal_sheet(()), states={"V": Quantity(1.0, "ug", "the volume's name")})
    with pytest.raises(ModelError, match="'V' would be the name of two things"):
        document(twice)
    with pytest.raises(ModelError, match="libSBML refuses id 'not a name'"):
        document(replace(minimal_sheet(()), id="not a name"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["blinatumomb_rr"], "Nearest: blinatumomab_rr"),
        (["blinatumomab_rr", "--set", "k_grow=1"], "Nearest: k_growth"),
        (["blinatumomab_rr", "--set", "k_growth=x"], "NAME=VALUE"),
        (["blinatumomab_rr", "--set", "k_growth=inf"], "NAME=VALUE"),
        (["blinatumomab_rr", "--patient", "-3"], "--patient"),
        (["blinatumomab_rr", "--until", "nan"], "--until"),
        (
            ["blinatumomab_rr", "--until", "-5000"],
            "until: found day -5000, expected a day by which something is given.",
        ),
        (["blinatumomab_label_cartox", "--until", "-5"], "until: found day -5, expected a day by which"),
        (["blinatumomab_rr", "-o", "no_such_folder/made.xml"], "expected a file in a folder that exists."),
        (["--case", "linder2017"], "Nearest: linder2016"),
        (["--case", "linder2016", "--cycles", "2"], "--cycles"),
        (["blinatumomab_rr", "--case", "linder2016"], "either"),
        ([], "either"),
        (["blinatumomab_label_cartox", "--cycles", "2"], "cycles"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "sbml", *arguments]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_the_terminal_writes_what_python_returns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "made.xml"
    arguments = ["export", "sbml", "blinatumomab_rr", "--cycles", "1", "--patient", "9", "--set", "k_growth=0.1"]
    assert run([*arguments, "-o", str(path), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    expected = sbml("blinatumomab_rr", cycles=1, patient=9, changes={"k_growth": 0.1})
    assert path.read_text(encoding="utf-8") == expected.text
    assert summary == {"schema": "trimer/export-sbml/1", **expected.to_dict(), "file": str(path)}
    assert run(arguments) == 0
    assert capsys.readouterr().out == expected.text
    assert run([*arguments, "-o", str(tmp_path)]) == 2, "a folder"
    assert run([*arguments, "-o", str(path / "below.xml")]) == 2, "below a file"
    assert [p.name for p in tmp_path.iterdir()] == ["made.xml"]
