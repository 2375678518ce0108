"""Plans compared in the same subjects: the record as a plan, what is said first, no figure without its interval."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.text import Text
from rich.console import Console

from trimer.cli import cli, run
from trimer.cli.printing import plain
from trimer.errors import InputError
from trimer.report.whatif import INSIDE, OUTSIDE, render
from trimer.report.whatif_figure import draw, save
from trimer.study import whatif as module
from trimer.study.ask.group import group_of
from trimer.study.outcomes import OUTCOMES, course
from trimer.study.paired import Estimated
from trimer.study.recorded_plan import decision, recorded_plan
from trimer.study.replay import prepare
from trimer.study.research import NOTICE
from trimer.study.twin import bundled, predict
from trimer.study.twin import segment as segments
from trimer.study.twin.posterior import Mixing, Posterior
from trimer.study.twin.run import Twin
from trimer.study.twin.segment import Segment, segment_of
from trimer.study.whatif import WhatIf, whatif
from trimer.therapy.question import Who

LABEL, CASE, PEOPLE = "blinatumomab_label_astct_2019", "linder2016", "adult_rr_ball"
DRAWS = 16
FIRST = 393.0  # day of e22, the first infusion of the engager


@pytest.fixture(scope="module")
def segment() -> Segment:
    return segment_of(CASE, None, PEOPLE)


@pytest.fixture(scope="module")
def twin(segment: Segment) -> Twin:
    """A twin whose posterior is a narrow cloud around the population's middle; its walkers agree."""
    paths = 0.3 * np.random.default_rng(1).normal(size=(DRAWS, 1, len(segment.prior.names)))
    reported = {"marrow_blast_percent": Mixing(1.0, 900.0)}
    return Twin(segment, Posterior(segment.prior.names, paths, np.zeros((DRAWS, 1))), reported)


@pytest.fixture(scope="module")
def found(twin: Twin) -> WhatIf:
    return whatif(CASE, [LABEL, "none"], twin=twin, draws=DRAWS, days=120.0)


@pytest.fixture(scope="module")
def people() -> WhatIf:
    return whatif(population=PEOPLE, patients=24, protocols=[LABEL, "blinatumomab_sc_250_500"], days=60.0)


def printed(found: WhatIf, width: int = 120) -> str:
    out = io.StringIO()
    render(found, Console(width=width, file=out))
    return out.getvalue()


def everything(found: WhatIf) -> Iterator[Estimated]:
    for plan in found.every:
        yield from (*plan.estimates.values(), *plan.differences.values())


# The record as a plan


def test_the_recorded_plan_begins_at_the_decision_and_keeps_the_hold(segment: Segment) -> None:
    plan = recorded_plan(CASE)
    assert decision(segment.setting) == FIRST == decision(segment.setting, "e22")
    assert decision(segment.setting, "2015-02-10") == FIRST
    own = [a for a in plan.administrations if a.drug == "blinatumomab" and a.start < 30.0]
    assert [(a.start, a.duration, a.amount / a.duration) for a in own] == [
        (0.0, 2.0, 9.0), (4.0, 7.0, 9.0), (11.0, 17.0, 28.0),
    ]  # fmt: skip
    assert {"tocilizumab", "methylprednisolone", "pegaspargase"} <= set(plan.drugs)
    assert "cladribine" not in plan.drugs  # it was given before
    everywhere = [a for a in segment.setting.administrations if a.start >= FIRST]
    assert sum(a.amount for a in plan.administrations) == pytest.approx(sum(a.amount for a in everywhere))


def test_an_infusion_that_runs_goes_on_with_what_is_left(segment: Segment) -> None:
    plan = recorded_plan(segment.setting, FIRST + 15.0)
    first = min((a for a in plan.administrations if a.drug == "blinatumomab"), key=lambda a: a.start)
    assert (first.start, first.duration, first.amount) == pytest.approx((0.0, 13.0, 13.0 * 28.0))


def test_after_the_last_dose_nothing_is_recorded_and_nothing_is_given(segment: Segment) -> None:
    plan = recorded_plan(segment.setting, segment.setting.end)
    assert plan.administrations == ()


@pytest.mark.parametrize("after", [0.0, 15.5, 60.0])
def test_the_recorded_plan_goes_on_as_the_twin_would_have(twin: Twin, after: float) -> None:
    """From states at the decision, against one course through it."""
    day = FIRST + after
    subjects = twin.subjects(day, DRAWS)
    treated = course(subjects, recorded_plan(twin.segment.setting, day, subjects.remaining()), 40.0)
    at = np.arange(1.0, 41.0, 3.0)
    whole = predict.courses(twin.segment, twin.posterior.draws(DRAWS), day + at, ("marrow_blast_percent", "il6"))
    assert (treated.status == 0).all()
    for name, tolerance in (("marrow_blast_percent", 0.05), ("il6", 0.5)):
        expected = np.array([whole.at(name, day + x) for x in at]).T
        assert treated.at(name, at) == pytest.approx(expected, abs=tolerance, rel=0.02)


def test_cycles_and_holds_of_the_record_are_counted(found: WhatIf) -> None:
    reference = found.reference
    assert reference.name == "recorded"
    assert (reference.outcomes.values["holds"] == 1.0).all()
    assert [x.tolist() for x in reference.outcomes.treated.cycles][:1] == [[0.0]]
    assert reference.outcomes.values["drug_amount"] == pytest.approx(np.full(DRAWS, 9 * 9 + 17 * 28))
    assert any("hold of the record is kept" in note for note in found.notes)


# Comparisons


def test_the_same_plan_twice_differs_by_exactly_nothing(twin: Twin) -> None:
    for plan, own in ((LABEL, LABEL), ("recorded", None)):
        same = whatif(CASE, [plan], against=own, twin=twin, draws=6, days=40.0)
        for difference in same.plans[0].differences.values():
            assert not difference.known or (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)
        assert same.plans[0].differences["marrow_blasts_day_29"].known


def test_differences_are_those_of_the_outcomes_draw_by_draw(found: WhatIf) -> None:
    for plan in found.plans:
        own, base = (x.outcomes.values["marrow_blasts_day_29"] for x in (plan, found.reference))
        difference = plan.differences["marrow_blasts_day_29"]
        low, middle, high = np.quantile(own - base, [0.05, 0.5, 0.95])
        assert (difference.low, difference.value, difference.high) == pytest.approx((low, middle, high))
    assert found.plans[1].differences["marrow_blasts_day_29"].shown == "higher"  # nothing given


def test_the_effective_size_of_the_posterior_widens_shares(twin: Twin) -> None:
    few = replace(twin, reported={"x": Mixing(1.2, 4.0)})
    narrow, wide = (whatif(CASE, ["none"], twin=t, draws=DRAWS, days=40.0) for t in (twin, few))
    assert wide.plans[0].estimates["remission"].high > narrow.plans[0].estimates["remission"].high


def test_a_population_is_asked_in_the_same_way(people: WhatIf) -> None:
    assert people.reference.name == LABEL
    assert [plan.name for plan in people.plans] == ["blinatumomab_sc_250_500"]
    assert people.reference.outcomes.values["injections"].max() == 0.0
    assert people.plans[0].differences["injections"].shown == "higher"


def test_a_table_of_whom_not_all_were_solved_says_so(found: WhatIf, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*args: Any, **kwargs: Any) -> Any:
        treated = course(*args, **kwargs)
        treated.status[:3] = 1
        return treated

    monkeypatch.setattr(module, "course", lost)
    broken = whatif(population=PEOPLE, patients=8, protocols=["none"], days=20.0)
    assert broken.warnings == ("3 of 8 subjects could not be solved under nothing.",)
    assert broken.reference.estimates["crs_grade"].n == 5


# What is said, and in which order


def test_no_estimate_is_printed_without_its_interval(found: WhatIf) -> None:
    """Every estimate becomes a number found nowhere else: wherever it is printed, its interval follows."""

    def marked(estimates: dict[str, Estimated], first: float) -> dict[str, Estimated]:
        made = {}
        for k, (key, own) in enumerate(estimates.items()):
            value = (first + k) / (100.0 if own.kind == "share" else 1.0)
            made[key] = replace(own, value=value, low=0.9 * value, high=1.1 * value, n=DRAWS)
        return made

    plans = [
        replace(p, estimates=marked(p.estimates, 7100.0 + k), differences=marked(p.differences, 8100.0 + k))
        for k, p in zip((0.0, 200.0, 400.0), found.every, strict=True)
    ]
    asked = replace(found, reference=plans[0], plans=tuple(plans[1:]), shown=tuple(OUTCOMES))
    alone = replace(asked, plans=asked.plans[:1])
    for one, width in ((asked, 140), (asked, 80), (alone, 120)):
        text = printed(one, width)
        numbers = list(re.finditer(r"(?<![\d,.])[78],[1-9]\d\d(?:\.\d+)?(?! to|\))", text))
        values = [m for m in numbers if not text[: m.start()].rstrip(" +−").endswith(("(", "to"))]
        assert len(values) >= len(OUTCOMES)
        for match in values:
            assert re.match(r"\s+\([+−]?[\d,.]+\s+to\s+[+−]?[\d,.]+\)", text[match.end() :]), match
    texts = [t.get_text() for t in draw(asked).findobj(Text) if isinstance(t, Text)]
    drawn = [t for t in texts if re.match(r"[+−][78],\d\d\d", t)]
    assert drawn
    assert all(re.fullmatch(r"\S+ \(\S+ to \S+\)", t) for t in drawn)


def test_json_gives_every_estimate_its_interval(found: WhatIf) -> None:
    document = json.loads(json.dumps(plain(found.to_dict()), allow_nan=False))
    assert (document["schema"], document["notice"]) == ("trimer/whatif/1", NOTICE)
    assert (document["case"], document["at"], document["reference"]) == (CASE, "2015-02-10", "recorded")
    for plan in document["plans"]:
        assert set(plan["outcomes"]) == set(OUTCOMES)
        for estimate in (*plan["outcomes"].values(), *plan["differences"].values()):
            if estimate["value"] is not None:
                assert estimate["low"] <= estimate["value"] <= estimate["high"]
                assert estimate["level"] == 0.9
        assert {len(x) for x in plan["curves"]["temperature"].values()} == {len(plan["curves"]["days"])}
    assert document["plans"][0]["differences"] == {}


def test_what_is_wrong_with_the_question_comes_before_its_numbers(found: WhatIf, twin: Twin) -> None:
    assert found.outside()
    text = " ".join(printed(found).split())
    assert text.index(OUTSIDE) < text.index("Pegaspargase") < text.index("Remission (CR")
    assert "NOT CONVERGED" not in text
    bad = whatif(CASE, ["none"], twin=replace(twin, reported={"x": Mixing(1.3, 50.0)}), draws=6, days=30.0)
    text = printed(bad)
    assert text.index("NOT CONVERGED") < text.index(OUTSIDE) < text.index("Remission (CR")
    assert "NOT CONVERGED" in bad.to_dict()["warnings"][0]


def test_a_question_within_the_range_says_so() -> None:
    inside = whatif(population=PEOPLE, patients=12, protocols=["blinatumomab_five_cycles", "none"], days=30.0)
    assert inside.outside() == ()
    assert INSIDE in printed(inside)


def test_every_estimate_is_ordered(found: WhatIf, people: WhatIf) -> None:
    for own in (*everything(found), *everything(people)):
        assert not own.known or own.low <= own.value <= own.high


def test_the_figure_is_drawn(found: WhatIf, people: WhatIf, tmp_path: Path) -> None:
    for one, name in ((found, "a.png"), (people, "b.svg")):
        save(one, tmp_path / name)
        assert (tmp_path / name).stat().st_size > 10_000
    svg = (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert str(f"{people.plans[0].differences['remission']:bare}") in svg
    assert OUTSIDE in svg


# The door


def test_the_twin_is_the_shipped_one_unless_the_question_needs_another(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def twin_of(_case: object, *, progress: object, **settings: Any) -> Twin:
        asked.append(settings)
        return twin

    monkeypatch.setattr(bundled, "twin_of", twin_of)
    for until, keep in ((None, None), ("2015-03-20", None), (None, "folder")):
        whatif(CASE, ["none"], against="none", draws=4, days=20.0, until=until, keep=keep)
    assert asked == [{}, {"until": "2015-03-20"}, {"keep": "folder", "resume": True}]


def test_a_record_is_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counted(case: Any) -> Any:
        made.append(case)
        return prepare(case)

    monkeypatch.setattr(segments, "prepare", counted)
    assert whatif(CASE, ["none"], draws=4, days=20.0).subjects.origin == "posterior"
    assert made == [CASE]


def test_a_twin_of_another_case_or_date_is_refused(twin: Twin) -> None:
    case = replace(twin.case, document=twin.case.document.model_copy(update={"id": "another"}))
    other = replace(twin, segment=replace(twin.segment, setting=replace(twin.segment.setting, case=case)))
    with pytest.raises(
        InputError, match="a twin of another that knows all of the record, expected a twin of linder2016"
    ):
        whatif(CASE, ["none"], twin=other)
    expected = "expected a twin of linder2016 that knows the record until 2015-03-20"
    with pytest.raises(InputError, match=f"twin: found a twin of linder2016 that knows all of the record, {expected}"):
        whatif(CASE, ["none"], twin=twin, until="e28")
    with pytest.raises(InputError, match=r"a twin of another .* expected a twin of linder2016"):
        group_of(Who("twin", 4, case=CASE, at="e22"), 1, twin=other)


def test_from_the_terminal(tmp_path: Path) -> None:
    figure = tmp_path / "w.png"
    args = ["whatif", "--population", PEOPLE, "--patients", "10", "--protocol", LABEL, "--protocol", "none",
            "--days", "30", "--quiet"]  # fmt: skip
    answer = CliRunner().invoke(cli, [*args, "--figure", str(figure), "--outcomes", "remission,il6_max"])
    assert answer.exit_code == 0
    assert "Highest interleukin 6" in answer.output
    assert "CRS of grade 3" not in answer.output
    assert NOTICE in " ".join(answer.output.split())
    assert figure.stat().st_size > 10_000
    answer = CliRunner().invoke(cli, [*args, "--json"])
    assert json.loads(answer.output)["n"] == 10


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([CASE], "at least one protocol"),
        ([CASE, "--protocol", "blinatumomab_r"], "Nearest"),
        ([CASE, "--protocol", "none", "--against", "nosuch"], "treatment"),
        ([CASE, "--protocol", "none", "--at", "2030-01-01"], "2014-12-09 to 2016-03-15"),
        ([CASE, "--protocol", "none", "--at", "2014-02-01"], "2014-12-09 to 2016-03-15"),
        ([CASE, "--protocol", "none", "--at", "e99"], "event of the record"),
        ([CASE, "--protocol", "none", "--days", "-3"], "days"),
        ([CASE, "--protocol", "none", "--draws", "1"], "at least 2"),
        ([CASE, "--protocol", "none", "--outcomes", "remision"], "outcome"),
        ([CASE, "--protocol", "none", "--figure", "w.gif"], "--figure"),
        ([CASE, "--protocol", "none", "--patients", "7"], "--patients"),
        ([CASE, "--protocol", "none", "--population", PEOPLE], "--population"),
        (["nocase", "--protocol", "none"], "nocase"),
        (["--protocol", "none"], "neither"),
        (["--population", PEOPLE, "--protocol", "recorded"], "no record"),
        (["--population", PEOPLE, "--protocol", "none", "--at", "e22"], "--at"),
        (
            ["--population", PEOPLE, "--protocol", "none", "--within", "age > 200 year"],
            "bounds that some patient meets",
        ),
    ],
)
def test_bad_questions_are_one_clear_line(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whatif", *args, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


def test_a_case_and_a_population_are_two_questions() -> None:
    with pytest.raises(InputError, match="both of a case and a population"):
        whatif(CASE, [LABEL], population=PEOPLE)
    with pytest.raises(InputError, match="patients: found a question about a case"):
        whatif(CASE, [LABEL], patients=3)
    with pytest.raises(InputError, match="at: found a question about a population"):
        whatif(population=PEOPLE, protocols=["none"], at="e22")
