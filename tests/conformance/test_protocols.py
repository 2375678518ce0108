"""Every protocol file through one body: schema, sources, doses that can be given, grades, and the label itself."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import jsonschema  # type: ignore[import-untyped]
import pytest

from trimer.course import Course, Episode, Reading
from trimer.criteria import judge, list_criteria
from trimer.criteria.labels import label, required
from trimer.criteria.labels.quantity import Tiered
from trimer.engine.rules import Do, tabulate
from trimer.library import drug, drug_parameters, list_entries, protocol, references
from trimer.library.files import find, read_toml, schema
from trimer.model import leukaemia
from trimer.study.assemble import drug_term
from trimer.study.grades import EDGES, SIGNS, crs_lookup
from trimer.study.protocol_rules import protocol_rules
from trimer.study.scenario import scenario
from trimer.therapy.protocol import Protocol
from trimer.therapy.size import Size

PROTOCOLS = list_entries("protocols")
LABEL = [name for name in PROTOCOLS if name.startswith("blinatumomab_label_")]
SIZES = {"50 kg": Size.of(weight=50.0, height=1.58), "100 kg": Size.of(weight=100.0, height=1.90)}
HOURS = 24.0


def test_there_is_one_for_every_scale_of_cytokine_release() -> None:
    scales = {item.name for item in list_criteria() if item.subject == "crs"}
    assert {protocol(name).scale for name in LABEL} == scales
    assert {f"blinatumomab_label_{scale.removesuffix('_crs')}" for scale in scales} == set(LABEL)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_file_as_it_stands_obeys_the_published_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("protocol"))
    jsonschema.validate(read_toml(find("protocols", name)), schema("protocol"))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_it_says_where_it_comes_from(name: str) -> None:
    found = protocol(name)
    assert set(found.sources()) <= set(references())
    assert found.source
    assert found.where
    for rule in found.rules:
        assert rule.source
        assert rule.note if rule.source == "trimer" else rule.where, f"{rule.name}: why, or where"
        assert rule.source != "trimer" or "assumed" in rule.note, f"{rule.name}: our own choice is an assumption"


def test_labels_differ() -> None:
    labels = [protocol(name).label for name in PROTOCOLS]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_drugs_and_routes_exist_and_are_simulated(name: str) -> None:
    found = protocol(name)
    assert drug(found.drug).simulated
    for give in found.gives:
        assert give.route in drug(give.drug).routes
        assert drug(give.drug).simulated, f"{give.drug} would be given to no effect"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", PROTOCOLS)
def test_it_can_be_given_to_anyone(name: str, size: Size) -> None:
    found = protocol(name)
    drugs = {key: drug(key) for key in (found.drug, *(g.drug for g in found.gives))}
    routes = {g.drug: {h.route for h in found.gives if h.drug == g.drug} for g in found.gives}
    routes |= {found.drug: {found.route}}
    system = leukaemia.build([drug_term(drugs[key], used) for key, used in sorted(routes.items())])
    shares = {k: p.value for key in drugs for k, p in drug_parameters(key, size).items()}
    rules = protocol_rules(found, system, drugs, size, shares)
    tabulate(rules, system.states, system.inputs)
    names = [t.name for t in rules.transitions]
    assert all(rule.name in " ".join(names) for rule in found.rules)
    doses = [a for t in rules.transitions for a in t.actions if a.do in (Do.ADD, Do.CHANGE)]
    assert doses
    assert all(a.value != 0.0 and a.delay >= 0.0 for a in doses)
    rates = {a.value for t in rules.transitions for a in t.actions if a.do == Do.SET and a.target == found.drug}
    dosed = {a.value for t in rules.transitions if t.name.startswith("dose of") for a in t.actions if a.do == Do.ADD}
    if found.dosing == "infusion":
        assert (len(rates), dosed) == (len(found.rates) + 1, set()), "every rate, and none"
    else:
        assert (rates, len(dosed)) == (set(), len(found.rates)), "every dose, and nothing that runs"


@pytest.mark.parametrize("name", PROTOCOLS)
def test_it_runs_as_a_scenario(name: str) -> None:
    found = scenario(name)
    problem = found.problem([found.typical()], [0.0, 1.0], ("temperature",))
    assert problem.rules is found.rules
    assert found.label == protocol(name).label


def judged(scale: str, temperature: float, hypotension: float, hypoxia: float) -> tuple[int, int]:
    """Return the grades a criterion leaves for signs charted on the third day of an engager."""
    values = {"temperature": (temperature, "Cel"), "hypotension": (hypotension, "grade"), "hypoxia": (hypoxia, "grade")}
    readings = tuple(
        Reading(name, value, value, unit=unit, day=2.5, earliest=2.5, latest=2.5, source="simulated")
        for name, (value, unit) in values.items()
    )
    given = (Episode("drug", "blinatumomab", 0.0, 28.0),)
    course = Course("c", "simulation", dt.date(2020, 1, 1), readings=readings, episodes=given)
    (verdict,) = judge(course, [scale])
    return verdict.grade or (0, 0)


@pytest.mark.parametrize("certainty", ["lowest", "highest"])
@pytest.mark.parametrize("scale", sorted({protocol(name).scale for name in PROTOCOLS}))
def test_the_grades_are_the_criterion_s(scale: str, certainty: str) -> None:
    """What the table says of a moment at an edge, or just below the next, is what the criterion judges of it."""
    lookup = crs_lookup("crs_grade", scale, certainty)  # type: ignore[arg-type]
    shape = [len(edges) + 1 for edges in EDGES]
    cells = list(itertools.product(*(range(n) for n in shape)))
    grades = dict(zip(cells, lookup.table, strict=True))
    assert (lookup.signals, lookup.edges) == (SIGNS, EDGES)
    for cell, grade in grades.items():
        for inside in (0.0, 0.99):
            temperature = (37.0, 38.0)[cell[0]] + inside
            found = judged(scale, temperature, math.floor(cell[1] + inside), math.floor(cell[2] + inside))
            assert found[0 if certainty == "lowest" else 1] == grade, (cell, inside)
    assert grades[(1, 0, 0)] == 1.0
    for cell, grade in grades.items():
        assert grade == 0.0 if cell[0] == 0 else grade >= 1.0
        for k in range(len(shape)):
            worse = tuple(c + (i == k) for i, c in enumerate(cell))
            assert grades.get(worse, grade) >= grade
    other = crs_lookup("crs_grade", scale, "highest" if certainty == "lowest" else "lowest")
    assert all((a <= b) == (certainty == "lowest") or a == b for a, b in zip(lookup.table, other.table, strict=True))


@pytest.mark.parametrize(
    ("scale", "fever", "pressure", "oxygen", "grade"),
    [
        ("astct_2019_crs", 38.0, 0, 0, (1, 1)),
        ("astct_2019_crs", 39.0, 1, 0, (2, 2)),
        ("astct_2019_crs", 39.0, 2, 0, (3, 3)),
        ("astct_2019_crs", 39.0, 0, 2, (3, 3)),
        ("astct_2019_crs", 39.0, 3, 0, (4, 4)),
        ("astct_2019_crs", 39.0, 0, 3, (4, 4)),
        ("ctcae_v4_crs", 39.0, 1, 0, (2, 3)),  # whether the response was prompt
        ("ctcae_v4_crs", 39.0, 2, 0, (4, 4)),  # any vasopressor
        ("ctcae_v5_crs", 39.0, 2, 0, (3, 3)),
        ("lee_2014_crs", 39.0, 2, 0, (2, 3)),  # low or high dose
        ("penn_crs", 39.0, 1, 0, (3, 3)),  # fluids
        ("penn_crs", 39.0, 2, 0, (3, 4)),
        ("mskcc_crs", 39.0, 2, 0, (2, 3)),  # a day or less
        ("cartox_crs", 39.0, 0, 3, (3, 4)),
    ],
)
def test_grades_as_the_tables_print_them(
    scale: str, fever: float, pressure: int, oxygen: int, grade: tuple[int, int]
) -> None:
    index = (int(fever >= 38.0) * 4 + pressure) * 4 + oxygen
    found = [crs_lookup("crs_grade", scale, which).table[index] for which in ("lowest", "highest")]  # type: ignore[arg-type]
    assert tuple(found) == grade


# ---- the bundled protocol against the label as the checker has it


@pytest.fixture(scope="module", params=LABEL)
def bundled(request: pytest.FixtureRequest) -> Protocol:
    return protocol(request.param)


VERSION = label("us_2025")
SETTING = next(s for s in VERSION.settings if s.name == "rr")


def _text(dose: Tiered) -> str:
    return dose.at(70.0, VERSION.weight_limit).text


def test_the_plan_is_the_label_s(bundled: Protocol) -> None:
    numbered = [(block, k) for block in bundled.blocks for k in range(block.count)]
    wanted = [(block, n) for block in SETTING.blocks for n in range(block.first, block.last + 1)]
    assert bundled.cycles == len(wanted) == 9
    for (mine, _), (theirs, number) in zip(numbered, wanted, strict=True):
        assert mine.first == _text(theirs.steps[0].rate), f"cycle {number}"
        assert mine.infusion == theirs.steps[-1].last
        assert mine.rest == theirs.rest
    first = SETTING.blocks[0].steps
    assert bundled.step_after == first[1].first - 1
    assert bundled.rates == tuple(_text(step.rate) for step in first)


def test_premedication_is_the_label_s(bundled: Protocol) -> None:
    wanted = next(p for p in SETTING.premedication if p.who == "adult")
    found = bundled.premedication
    assert found is not None
    assert (found.give.drug, found.give.amount) == (wanted.options[0].drug, wanted.options[0].dose.text)
    assert found.before * HOURS == pytest.approx(wanted.before)
    assert [{"cycle": "start of a cycle"}.get(m, m) for m in found.moments] == list(wanted.moments)
    assert VERSION.breaks is not None
    assert found.after_break * HOURS == pytest.approx(VERSION.breaks.premedicate)


def test_breaks_are_the_label_s(bundled: Protocol) -> None:
    assert VERSION.breaks is not None
    assert bundled.new_cycle_after == VERSION.breaks.same_cycle
    assert {block.infusion for block in bundled.blocks} == {float(VERSION.breaks.total)}


def test_cytokine_release_is_treated_as_the_label_says(bundled: Protocol) -> None:
    rules = {rule.name: rule for rule in bundled.rules}
    held, stopped = rules["CRS of grade 3"], rules["CRS of grade 4"]
    three, four = required(VERSION, "CRS", 3, 70.0), required(VERSION, "CRS", 4, 70.0)
    assert (held.do, stopped.do) == (three.kind, four.kind)
    assert three.restart is not None
    assert held.resume == three.restart.text
    assert bundled.step_after == three.escalate_after
    assert (held.least, held.longest) == (three.wait, three.longest or 0.0)
    assert three.steroid is not None
    assert three.steroid_dose is not None
    course, *taper = held.give
    assert (course.drug, course.amount, course.every * HOURS) == (
        three.steroid.drug, three.steroid_dose.text, pytest.approx(three.steroid.interval),
    )  # fmt: skip
    assert course.times * course.every == pytest.approx(three.steroid.days)
    days = [give.after for give in taper]
    assert days == [three.steroid.days + k for k in range(three.steroid.taper)]
    amounts = [float(give.amount.split()[0]) for give in taper]
    assert amounts == sorted(set(amounts), reverse=True), "a taper falls"
    assert amounts[0] < 24.0 / course.every / HOURS * float(course.amount.split()[0])
    assert all(give.note for give in taper), "the label prints no doses of the taper"
    assert stopped.give == held.give


def test_no_rule_is_about_what_the_model_does_not_have(bundled: Protocol) -> None:
    signals = {c.signal for rule in bundled.rules for c in (*rule.when, *rule.until)}
    assert signals <= {"crs_grade", "temperature", "hypotension", "hypoxia", "marrow_blast_percent"}
    assert "neurologic" in bundled.note
    assert "45 kg" in bundled.note


def test_only_the_scale_differs() -> None:
    base = protocol("blinatumomab_label_astct_2019")
    for name in LABEL:
        found = protocol(name)
        assert (found.blocks, found.premedication, found.rates) == (base.blocks, base.premedication, base.rates)
        if name != "blinatumomab_label_ctcae_v4":  # which grades by how long it takes
            assert found.rules == base.rules
