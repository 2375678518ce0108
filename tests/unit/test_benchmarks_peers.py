"""What the benchmarks hand to other engines is our own system: every printed text gives the derivatives of ``rhs``."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from trimer.engine.names import Named
from trimer.engine.problem import Problem

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
SBML = "{http://www.sbml.org/sbml/level3/version1/core}"
CLOSE = 1e-11  # of the largest term's size: the texts reorder sums


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, Any]]:
    """Return the benchmarks' modules; their folder is on the path only while they are loaded."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import courses
        import models
        import peers
        import print_diffsl
        import print_sbml
        import printed
        import summary

        yield {m.__name__: m for m in (courses, models, peers, print_diffsl, print_sbml, printed, summary)}
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(BENCHMARKS)):
                del sys.modules[name]


@pytest.fixture(scope="module", params=["flagship", "engager_25"])
def problem(request: pytest.FixtureRequest, bench: dict[str, Any]) -> Problem:
    found: Problem = bench["models"].MODELS[request.param](2)
    return found


class Point:
    """One patient's state somewhere, inputs on, with what ``rhs`` says and what the printed texts are given."""

    def __init__(self, problem: Problem, bench: dict[str, Any], slopes: bool = False) -> None:
        system, draws = problem.system, np.random.default_rng(7)
        self.scale = np.asarray(system.scale)
        self.y = problem.y0[1] + self.scale * draws.uniform(0.1, 2.0, len(system.states))
        self.p, self.u = problem.parameters[1], draws.uniform(1.0, 5.0, len(system.inputs))
        self.z = self.y / self.scale
        self.system = system
        self.text = bench["printed"].Text(bench["printed"].scaled(problem).system, slopes)
        self.functions = self.text.functions()
        self.c = np.full(len(self.text.slots), np.nan)
        self.functions["prepare"](self.p, self.u, self.c)
        self.wanted = self.rates(self.y) / self.scale

    def rates(self, y: np.ndarray) -> np.ndarray:
        found = self.system.rhs(0.0, *self._named(y))
        return np.array([found[name] for name in self.system.states])

    def _named(self, y: np.ndarray) -> tuple[Named, Named, Named]:
        s = self.system
        return (
            Named("state", dict(zip(s.states, y, strict=True))),
            Named("parameter", dict(zip(s.parameters, self.p, strict=True))),
            Named("input", dict(zip(s.inputs, self.u, strict=True))),
        )

    def agree(self, found: Any) -> None:
        found = np.asarray(found, dtype=float)
        assert found.shape == self.wanted.shape
        np.testing.assert_allclose(found, self.wanted, rtol=1e-9, atol=CLOSE * np.abs(self.wanted).max())


@pytest.fixture
def point(problem: Problem, bench: dict[str, Any]) -> Point:
    return Point(problem, bench)


def test_python_text_gives_the_derivatives(point: Point) -> None:
    found = np.full(len(point.z), np.nan)
    point.functions["derivatives"](point.z, point.c, found)
    assert np.all(np.isfinite(point.c))
    point.agree(found)


def test_python_text_gives_the_jacobian(problem: Problem, bench: dict[str, Any]) -> None:
    point = Point(problem, bench, slopes=True)
    n = len(point.z)
    slopes = np.zeros((n, n))
    point.functions["slopes"](point.z, point.c, slopes)
    for j in range(n):  # a step along the imaginary axis: a derivative without cancellation
        y = point.y.astype(complex)
        y[j] += 1e-30j * point.scale[j]
        wanted = point.rates(y).imag / 1e-30 / point.scale
        np.testing.assert_allclose(slopes[:, j], wanted, rtol=1e-8, atol=CLOSE * np.abs(wanted).max())


def test_python_text_gives_the_observables(point: Point) -> None:
    found = np.full(len(point.system.outputs), np.nan)
    point.functions["observe"](point.z, point.p, point.u, found)
    wanted = point.system.observables(0.0, *point._named(point.y))
    np.testing.assert_allclose(found, [wanted[name] for name in point.system.outputs], rtol=1e-10, atol=1e-300)


def test_diffsl_text_gives_the_derivatives(point: Point, bench: dict[str, Any]) -> None:
    text = bench["print_diffsl"].diffsl(point.text)
    assert text.count("{") == text.count("}")
    space: dict[str, Any] = {f"c{k}": v for k, v in enumerate(point.c)} | {f"y{i}": v for i, v in enumerate(point.z)}
    functions = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt, "max": max}
    for name, expression in re.findall(r"^(v\d+) \{ (.*) \}$", text, flags=re.M):
        assert name not in space
        space[name] = eval(expression, functions, space)
    body = re.search(r"^F_i \{\n(.*?)^\}", text, flags=re.M | re.S)
    assert body is not None
    lines = [line.strip().removesuffix(",") for line in body.group(1).splitlines()]
    point.agree([eval(line, functions, space) for line in lines])


def test_sbml_text_gives_the_derivatives(point: Point, bench: dict[str, Any]) -> None:
    model = ElementTree.fromstring(bench["print_sbml"].sbml(point.text))[0]
    space: dict[str, float] = {f"c{k}": v for k, v in enumerate(point.c)} | {f"y{i}": v for i, v in enumerate(point.z)}
    declared = {p.attrib["id"] for p in model.iter(f"{SBML}parameter")}
    for rule in model.iter(f"{SBML}assignmentRule"):
        assert rule.attrib["variable"] in declared
        space[rule.attrib["variable"]] = _value(rule[0][0], space)
    rates = {rule.attrib["variable"]: _value(rule[0][0], space) for rule in model.iter(f"{SBML}rateRule")}
    point.agree([rates[f"y{i}"] for i in range(len(point.z))])
    assert set(space) == declared


def test_sbml_events_carry_the_dosing(problem: Problem, bench: dict[str, Any]) -> None:
    course = bench["courses"].Course(problem)
    model = ElementTree.fromstring(bench["print_sbml"].sbml(course.text, course))[0]
    events = list(model.iter(f"{SBML}event"))
    assert len(events) == len(course.segments) - 1
    for event, segment in zip(events, course.segments[1:], strict=True):
        trigger = event.find(f"{SBML}trigger")
        assert trigger is not None
        assert _value(trigger[0][0][2], {}) == segment.start
        set_by_it = {a.attrib["variable"] for a in event.iter(f"{SBML}eventAssignment")}
        boluses = {f"y{i}" for i in np.flatnonzero(segment.added)}
        assert set_by_it == boluses | {f"c{k}" for k in course.text.from_inputs()}


def _value(element: ElementTree.Element, space: dict[str, float]) -> float:
    """Return the value of a MathML element."""
    kind = element.tag.removeprefix(MATHML)
    if kind == "ci":
        return space[(element.text or "").strip()]
    if kind == "cn" and len(element):
        return float(f"{element.text}e{element[0].tail}")
    if kind == "cn":
        return float(element.text or "nan")
    assert kind == "apply"
    what = element[0].tag.removeprefix(MATHML)
    x = [_value(e, space) for e in element[1:]]
    one = {"exp": math.exp, "ln": math.log, "root": math.sqrt, "abs": abs}
    if what in one:
        return one[what](*x)
    if what == "minus" and len(x) == 1:
        return -x[0]
    a, b = x
    return {"plus": a + b, "minus": a - b, "times": a * b, "divide": a / b if b else math.nan}[what]


def test_segments_hold_every_output_time_once(problem: Problem, bench: dict[str, Any]) -> None:
    course = bench["courses"].Course(problem)
    found = [s.grid[s.leading :][: s.count] for s in course.segments]
    np.testing.assert_array_equal(np.concatenate(found), problem.times)
    places = [k for s in course.segments for k in range(s.first, s.first + s.count)]
    assert places == list(range(len(problem.times)))
    for before, after in zip(course.segments, course.segments[1:], strict=False):
        assert before.end == after.start == before.grid[-1]


def test_every_peer_says_what_it_is(bench: dict[str, Any]) -> None:
    peers = bench["peers"]
    assert {"trimer_cpu", "numbalsoda", "diffsol", "roadrunner", "copasi", "diffrax"} <= set(peers.names())
    for name in peers.names():  # nothing needs to be installed for this
        file = peers.load(name)
        assert file.LABEL
        assert file.PACKAGES
        assert file.PATIENTS > 0
        assert callable(file.build)


def test_factors_pair_the_rounds_and_scale_to_patients(bench: dict[str, Any]) -> None:
    engines = {
        "trimer_cpu": {"patients": 10, "race": {"seconds": [1.0, 2.0, 1.0]}},
        "other": {"patients": 5, "race": {"seconds": [5.0, 5.0, 6.0]}},
        "absent": {"failed": "not installed"},
    }
    assert bench["summary"].factors(engines, "other") == pytest.approx((10.0, 5.0, 12.0))
    assert bench["summary"].factors(engines, "absent") is None
