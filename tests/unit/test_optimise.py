"""A whole optimisation, small: reproducible, resumable, judged on others; its files, figure and command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import trimer.library as library
from trimer.cli import cli, run
from trimer.cli.printing import plain
from trimer.errors import InputError
from trimer.library import list_entries
from trimer.report.optimise_figure import draw, save
from trimer.study.optimise import run as running
from trimer.study.optimise.result import Optimised
from trimer.study.optimise.run import optimise
from trimer.study.optimise.write import write_protocols
from trimer.study.subjects import Subjects, from_population

SMALL: dict[str, Any] = {"patients": 6, "fresh": 8, "generations": 3, "population": 4, "front": 3}
TEXT = """
name = "small"
label = "A small search"
source = "trimer"
protocol = "blinatumomab_label_astct_2019"
population = "adult_rr_ball"
days = "40 day"

[variables]
first_dose = { low = "5 ug/day", high = "28 ug/day", step = "1 ug/day" }
second_dose = { low = "15 ug/day", high = "60 ug/day", step = "5 ug/day" }
pattern = { choices = ["continuous", "7 on 7 off"] }

[[objectives]]
outcome = "marrow_blasts_day_29"
margin = "2 %"

[[objectives]]
outcome = "drug_amount"
better = "lower"
margin = "50 ug"

[[constraints]]
name = "dose"
of = "daily_dose"
most = "40 ug/day"

[supply]
vial = "35 ug"
bag = "48 h"
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "small.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(file: Path) -> Optimised:
    return optimise(file, **SMALL)


def numbers(found: Optimised) -> Any:
    return plain(found.to_dict())


def test_the_same_seed_finds_the_same_to_the_bit(file: Path, found: Optimised) -> None:
    assert numbers(optimise(file, **SMALL)) == numbers(found)
    other = optimise(file, **SMALL, seed=3)
    assert other.provenance["subjects"] != found.provenance["subjects"]
    assert [c.schedule for c in other.candidates] != [c.schedule for c in found.candidates]


def test_the_base_is_among_the_candidates_and_limits_are_kept(found: Optimised) -> None:
    first = found.candidates[0]
    assert (first.schedule.first_dose, first.schedule.second_dose) == (9.0, 30.0)  # next to 28 in steps of 5
    assert found.reference.schedule.second_dose == 28.0
    assert found.treated >= len(found.front) > 0
    assert all(one.plan["daily_dose"] <= 40.0 for one in found.front)
    assert found.goals[0].sign == found.goals[1].sign == 1.0


def test_no_schedule_of_the_front_dominates_another(found: Optimised) -> None:
    points = [tuple(one.searched.values()) for one in found.front]
    for one in points:
        for other in points:
            assert one == other or any(a < b for a, b in zip(one, other, strict=True))


def test_nobody_is_both_searched_on_and_compared_in(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    met: list[tuple[int, ...]] = []
    real: Callable[..., Any] = running.outcomes

    def outcomes(subjects: Subjects, *others: Any, **more: Any) -> Any:
        met.append(tuple(subjects.numbers.tolist()))
        return real(subjects, *others, **more)

    monkeypatch.setattr(running, "outcomes", outcomes)
    optimise(file, **{**SMALL, "generations": 1})
    assert set(met) == {tuple(range(6)), tuple(range(6, 14))}
    assert met == sorted(met)  # fresh subjects judge when the search is over


def test_fresh_means_and_differences_are_those_of_the_same_patients(file: Path, found: Optimised) -> None:
    others = from_population("adult_rr_ball", 8, first=6)
    one = found.front[0]
    values = {
        name: running.outcomes(others, treatment, 40.0).values["drug_amount"]
        for name, treatment in (
            ("base", library.protocol("blinatumomab_label_astct_2019")),
            ("one", running.Space.of(found.optimisation).protocol(one.schedule)),
        )
    }
    difference = one.differences["drug_amount"]
    assert difference.value == pytest.approx(float((values["one"] - values["base"]).mean()))
    assert difference.n == 8
    assert one.fresh["drug_amount"].value == pytest.approx(float(values["one"].mean()))
    assert difference.low <= difference.value <= difference.high


def test_an_interrupted_search_resumes_to_the_same_front(
    file: Path, found: Optimised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = running.outcomes
    calls: list[int] = []

    def interrupted(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) > 6:  # in the second generation
            raise KeyboardInterrupt
        return real(*args, **more)

    monkeypatch.setattr(running, "outcomes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        optimise(file, **SMALL, keep=tmp_path)
    monkeypatch.setattr(running, "outcomes", real)
    kept = json.loads((tmp_path / "candidates.json").read_text(encoding="utf-8"))["candidates"]
    assert 0 < len(kept) < len(found.candidates)
    with pytest.raises(InputError, match="--resume"):
        optimise(file, **SMALL, keep=tmp_path)
    assert numbers(optimise(file, **SMALL, keep=tmp_path, resume=True)) == numbers(found)
    with pytest.raises(InputError, match="another search"):
        optimise(file, **{**SMALL, "patients": 5}, keep=tmp_path, resume=True)


def test_kept_candidates_are_not_treated_with_again(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    optimise(file, **SMALL, keep=tmp_path)
    met: list[int] = []
    real: Callable[..., Any] = running.outcomes

    def outcomes(subjects: Subjects, *others: Any, **more: Any) -> Any:
        met.append(len(subjects))
        return real(subjects, *others, **more)

    monkeypatch.setattr(running, "outcomes", outcomes)
    again = optimise(file, **SMALL, keep=tmp_path, resume=True)
    assert met.count(6) == 1  # the base, to see that its outcomes are known
    assert met.count(8) == 1 + len(again.front)


def test_subjects_of_ones_own_are_halved(file: Path) -> None:
    everybody = from_population("adult_rr_ball", 9)
    posterior = replace(everybody, label="somebody, 9 posterior draws", origin="posterior")
    found = optimise(file, **{**SMALL, "generations": 1}, subjects=posterior)
    assert found.subjects == "somebody, 9 posterior draws (5 searched on)"
    assert found.fresh_subjects == "somebody, 9 posterior draws (4 compared in)"
    with pytest.raises(InputError, match="at least 4"):
        optimise(file, subjects=everybody.take([0, 1, 2]))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"patients": 1}, "patients"),
        ({"generations": 0}, "generations"),
        ({"population": 2}, "population"),
        ({"seed": -1}, "seed"),
        ({"resume": True}, "Give --keep"),
        ({"lift": ["doses"]}, "one of dose"),
    ],
)
def test_bad_settings_are_one_error(file: Path, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        optimise(file, **{**SMALL, **settings})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('outcome = "drug_amount"\nbetter = "lower"', 'outcome = "drug_amount"', r"objectives\[1\].better"),
        ('outcome = "marrow_blasts_day_29"', 'outcome = "blasts"', r"objectives\[0\].outcome"),
        ('margin = "2 %"', 'margin = "2 day"', r"objectives\[0\].margin"),
        ('margin = "2 %"', 'margin = "-2 %"', "not negative"),
        ('of = "daily_dose"', 'of = "doses"', r"constraints\[0\].of"),
        ('most = "40 ug/day"', 'most = "40 ug"', r"constraints\[0\].most"),
    ],
)
def test_what_is_no_outcome_or_limit_is_one_error(file: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    own = tmp_path / "small.toml"
    own.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        optimise(own, **SMALL)


def test_an_objective_that_only_some_have_is_refused(file: Path, tmp_path: Path) -> None:
    own = tmp_path / "small.toml"
    own.write_text(TEXT.replace('"marrow_blasts_day_29"\nmargin = "2 %"', '"remission_day"\nmargin = "2 day"'))
    with pytest.raises(InputError, match="one that everybody has"):
        optimise(own, **SMALL)


# ---- what it leaves behind


def test_written_protocols_are_those_compared_and_can_be_given(found: Optimised, tmp_path: Path) -> None:
    paths = write_protocols(found, tmp_path / "front")
    assert {p.stem for p in paths} == {one.name for one in found.front}
    space = running.Space.of(found.optimisation)
    others = from_population("adult_rr_ball", 3)
    for path, one in zip(sorted(paths), found.front, strict=True):
        written, made = library.protocol(path), space.protocol(one.schedule, one.name)
        assert replace(written, note="") == made
        assert "nobody's treatment" in written.note
        by_file, in_memory = (running.outcomes(others, treatment, 40.0) for treatment in (path, made))
        np.testing.assert_array_equal(by_file.values["drug_amount"], in_memory.values["drug_amount"])
    assert run(["simulate", str(paths[0]), "--patients", "2", "--days", "20", "--quiet", "--json"]) == 0


def test_the_verdict_says_what_was_claimed(found: Optimised) -> None:
    front = tuple(replace(one, beats=()) for one in found.front)
    assert "could not beat blinatumomab_label_astct_2019" in replace(found, front=front).verdict()
    front = (replace(found.front[0], beats=("drug_amount",)), *front[1:])
    said = replace(found, front=front).verdict()
    assert f"beaten by {found.front[0].name} on engager given" in said
    assert "2 % in marrow blasts, day 29, 50 ug in engager given" in said
    broken = (replace(front[0], broken=("dose",)), *front[1:])
    assert replace(found, front=broken).winners == ()


def test_the_figure_marks_the_reference_and_names_its_axes(found: Optimised, tmp_path: Path) -> None:
    figure = draw(found)
    texts = [t.get_text() for axes in figure.findobj(lambda a: hasattr(a, "get_xlabel")) for t in axes.texts]
    assert "reference" in texts
    labels = [axes.get_xlabel() for axes in figure.findobj(lambda a: hasattr(a, "get_xlabel"))]
    assert any("[µg]" in label and "less is better" in label for label in labels)
    for kind in ("svg", "png", "pdf"):
        save(found, tmp_path / f"front.{kind}", dpi=40)
        assert (tmp_path / f"front.{kind}").stat().st_size > 5000
    with pytest.raises(InputError, match="svg"):
        save(found, tmp_path / "front.gif")


def test_an_optimisation_of_which_nothing_is_left_still_draws(found: Optimised) -> None:
    assert draw(replace(found, front=()))


ARGUMENTS = ["--patients", "6", "--fresh", "8", "--generations", "2", "--population", "4", "--front", "2", "--quiet"]


def test_the_command_prints_the_front_and_writes_its_files(file: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        cli,
        ["optimise", str(file), *ARGUMENTS, "--write", str(tmp_path / "w"), "--figure", str(tmp_path / "f.svg")],
        catch_exceptions=False,
    )
    assert answer.exit_code == 0
    assert "The front: 2 of" in answer.output
    assert "Research software" in answer.output
    assert "trimer simulate" in answer.output
    assert len(list((tmp_path / "w").glob("front_*.toml"))) == 2


def test_the_command_as_json(file: Path) -> None:
    answer = CliRunner().invoke(cli, ["optimise", str(file), *ARGUMENTS, "--json"], catch_exceptions=False)
    document = json.loads(answer.output)
    assert document["schema"] == "trimer/optimisation/1"
    assert document["notice"].startswith("Research software")
    assert set(document["front"][0]["differences"]) == {"marrow_blasts_day_29", "drug_amount"}


def test_the_bundled_file_stands_in_the_library() -> None:
    assert list_entries("optimisations") == ("label_schedule",)
