"""Questions asked: what options and changes do, how sentences are filled, what the terminal says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ask_sample import untold_twin

from trimer.cli import run
from trimer.errors import InputError, LibraryError, ProtocolError
from trimer.library import list_entries
from trimer.library.load_question import question
from trimer.report.ask import markdown, notes, provenance
from trimer.report.ask_figure import draw
from trimer.study.ask import run as running
from trimer.study.ask.answer import Answer
from trimer.study.ask.group import changed, treated_before
from trimer.study.ask.run import ask
from trimer.study.plan import plan_of
from trimer.study.subjects import from_population
from trimer.therapy.protocol import Protocol
from trimer.therapy.question import Before, Change, Question

FILE = """
name = "sample"
title = "A sample"
question = "Does twice the days help?"
days = "60 day"
reference = "one"
outcomes = ["marrow_blasts_end", "severe_crs", "drug_amount"]
answer = [
  "Blasts: {one.marrow_blasts_end} and {two.marrow_blasts_end}, {two-one.marrow_blasts_end:word}.",
  "Drug: {two-one.drug_amount:more|less|the same} ({two-one.drug_amount}).",
  "Over the values: {scan:killing.two}; best: {best:marrow_blasts_end}; {n} subjects, {days} days.",
]
do_not_conclude = "Do not conclude anything."
limits = ["It is a sample."]
evidence = [{ source = "Linder2016", says = "One patient." }]

[subjects]
kind = "population"
population = "adult_rr_ball"
patients = 12

[[options]]
name = "one"
label = "two weeks"
treatment = { extends = "blinatumomab_label_astct_2019", cycles = [
  { count = 1, first = "9 ug/day", infusion = "14 day", rest = "14 day" },
] }

[[options]]
name = "two"
label = "four weeks"
treatment = { extends = "blinatumomab_label_astct_2019", cycles = [
  { count = 1, first = "9 ug/day", infusion = "28 day", rest = "14 day" },
] }

[[scan]]
name = "killing"
parameter = "k_kill"
values = ["x 0.001", "x 1"]
outcome = "marrow_blasts_end"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "sample.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def answer(place: Path) -> Answer:
    return ask(place)


def changed_file(place: Path, old: str, new: str) -> Path:
    path = place.with_name("changed") / "sample.toml"
    path.parent.mkdir(exist_ok=True)
    assert old in FILE
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    return path


def test_an_answer_is_three_sentences_with_every_number_beside_its_interval(answer: Answer) -> None:
    assert len(answer.sentences) == 3
    assert "{" not in "".join(answer.sentences)
    first = answer.estimate("one", "marrow_blasts_end")
    assert f"{first}" in answer.sentences[0]
    assert answer.sentences[2].endswith("12 subjects, 60 days.")


def test_a_direction_word_follows_the_interval(answer: Answer) -> None:
    drug = answer.difference("two", "one", "drug_amount")
    assert drug.low > 0.0
    assert answer.sentences[1].startswith("Drug: more (+")
    other = replace(answer, question=replace(answer.question, answer=("{one-two.drug_amount:more|less|same}",) * 3))
    assert other.sentences[0] == "less"
    same = replace(answer, question=replace(answer.question, answer=("{one-one.drug_amount:word}",) * 3))
    assert same.sentences[0] == "not shown to differ"


def test_better_follows_what_the_outcome_calls_better(answer: Answer) -> None:
    def said(place: str) -> str:
        return replace(answer, question=replace(answer.question, answer=(place,) * 3)).sentences[0]

    word = said("{two-one.marrow_blasts_end:word}")
    better = said("{two-one.marrow_blasts_end:better}")
    assert (word, better) in {("lower", "better"), ("higher", "worse"), ("not shown to differ", "not shown to differ")}
    assert said("{two-one.drug_amount:better}") == "higher"  # neither way is better


def test_the_answer_is_the_same_again_and_other_with_another_seed(place: Path, answer: Answer) -> None:
    again = ask(place, scans=False)
    assert again.to_dict()["options"] == answer.to_dict()["options"]
    other = ask(place, seed=5, scans=False)
    assert other.to_dict()["options"] != answer.to_dict()["options"]
    assert "not known" in again.sentences[2]


def test_another_horizon_is_told_and_the_file_is_read_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def counted(name: str | Path) -> Question:
        read.append(name)
        return question(name)

    monkeypatch.setattr(running, "read_question", counted)
    found = ask(place, days=20.0, patients=4, scans=False)
    assert read == [place]
    assert found.group.remarks[-1].startswith("Asked over 20 days, not the 60 of its file")
    assert (found.days, found.count) == (20.0, 4)
    same = ask(counted(place), days=60.0, patients=4, scans=False)
    assert len(read) == 2
    assert not same.group.remarks


def test_a_scan_sets_the_parameter_in_both_options(answer: Answer) -> None:
    weak, own = answer.along("killing", "two")
    assert (weak[0], own[0]) == ("× 0.001", "× 1")
    assert own[1] == answer.difference("two", "one", "marrow_blasts_end")
    assert abs(weak[1].value) < abs(own[1].value)  # without killing a longer infusion does next to nothing


def test_an_option_may_have_parameters_of_its_own(place: Path) -> None:
    path = changed_file(place, 'label = "four weeks"\n', 'label = "four weeks"\nparameters = { k_kill = "x 0" }\n')
    found = ask(path, scans=False)
    assert found.estimate("two", "marrow_blasts_end").value > 80.0
    unknown = changed_file(place, 'label = "four weeks"\n', 'label = "f"\nparameters = { venetoclax_CL = "x 2" }\n')
    with pytest.raises(InputError, match="a parameter of the model with the drugs of the option"):
        ask(unknown, scans=False)


def test_only_those_who_have_an_outcome_may_be_asked_about(place: Path) -> None:
    having = 'patients = 60\nhaving = { option = "two", outcome = "crs" }'
    found = ask(changed_file(place, "patients = 12", having), scans=False)
    assert found.estimate("two", "crs").value == 1.0
    assert 2 <= found.count < 60
    assert f"of whom {found.count}" in found.subjects.label
    with pytest.raises(InputError, match="Ask about more patients"):
        ask(changed_file(place, "patients = 12", having), patients=2, scans=False)


def test_changes_set_or_multiply_each_subjects_own() -> None:
    subjects = from_population(patients=5)
    known = plan_of("blinatumomab_label_astct_2019", subjects.size).assembly.parameters
    own = subjects.columns["k_kill"]
    twice = changed(subjects, {"k_kill": Change(2.0, factor=True)}, known)
    np.testing.assert_array_equal(twice.columns["k_kill"], 2.0 * own)
    one = changed(subjects, {"k_kill": Change(1.5)}, known)
    assert set(one.columns["k_kill"]) == {1.5}
    np.testing.assert_array_equal(subjects.columns["k_kill"], own)
    clearance = changed(subjects, {"blinatumomab_CL": Change(1.0, factor=True)}, known)  # drawn, in no column
    np.testing.assert_array_equal(clearance.columns["blinatumomab_CL"], subjects.parameters(known)["blinatumomab_CL"])


def test_what_is_given_before_leaves_its_drug_and_its_effect() -> None:
    subjects = from_population(patients=4)
    later = treated_before(subjects, Before(None, 6.0))
    after = treated_before(subjects, question("prephase").option("gmall").before)
    marrow = [name for name in subjects.states if name.startswith("blasts_marrow")]
    left, grown = (np.sum([s.states[name] for name in marrow], axis=0) for s in (after, later))
    assert (left < grown).all()
    assert any(name.startswith("cyclophosphamide") for name in after.states)
    assert treated_before(subjects, None) is subjects


def test_a_table_says_only_what_differs_from_a_protocol() -> None:
    options = {o.name: o.treatment for o in question("first_dose_and_step").options}
    five, dry = options["five"], options["dry"]
    assert isinstance(five, Protocol)
    assert isinstance(dry, Protocol)
    assert five.rates == ("5 ug/day", "28 ug/day")
    assert five.blocks[0].first == "5 ug/day"
    assert {rule.resume for rule in five.rules if rule.do == "hold"} == {"5 ug/day"}
    assert dry.premedication is None
    assert five.premedication is not None
    shorter = {o.name: o.treatment for o in question("duration_and_cycles").options}
    one, ten = shorter["one"], shorter["short_ten"]
    assert isinstance(one, Protocol)
    assert isinstance(ten, Protocol)
    assert all(rule.at != "cycle end" for rule in one.rules)
    assert [rule.cycles for rule in ten.rules if rule.at == "cycle end"] == [(4, 10)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('reference = "one"', 'reference = "three"', "one of one, two"),
        ("{one.marrow_blasts_end}", "{one.marrow_blast_end}", "Nearest: marrow_blasts_end"),
        ("{one.marrow_blasts_end}", "{on.marrow_blasts_end}", "Nearest: one"),
        ("{one.marrow_blasts_end}", "{one.marrow_blasts_end", "brace"),
        ("{n}", "{count}", "option.outcome"),
        ("{best:marrow_blasts_end}", "{best:infusion_days}", "neither more nor less is better"),
        (":word}", ":higher|lower}", "a form"),
        ("{scan:killing.two}", "{scan:killing.one}", "an option that the scan compares"),
        ('["marrow_blasts_end", "severe_crs"', '["blasts", "severe_crs"', "an outcome"),
        ('source = "Linder2016"', 'source = "Linder2061"', "Nearest: Linder2016"),
        ('parameter = "k_kill"', 'parameter = "k_kil"', "Nearest: k_kill"),
        ('"x 0.001"', '"x -1"', "a factor that is not negative"),
        ('"x 0.001"', '"5"', "without a unit"),
        ('name = "two"', 'name = "one"', "each once"),
        ('days = "60 day"', 'days = "0 day"', "more than nothing"),
        ('infusion = "14 day"', 'infusion = "14"', "infusion"),
        ('population = "adult_rr_ball"', 'population = "adults_rr_ball"', "Nearest: adult_rr_ball"),
        ('extends = "blinatumomab_label_astct_2019", cycles', 'rule_cycles = { x = [1, 2] }, extends = '
         '"blinatumomab_label_astct_2019", cycles', "a rule: "),
        ('  "Drug: {two-one.drug_amount:more|less|the same} ({two-one.drug_amount}).",\n', "", "exactly three"),
    ],
)  # fmt: skip
def test_faults_of_a_file_are_one_sentence(place: Path, old: str, new: str, said: str) -> None:
    with pytest.raises((LibraryError, ProtocolError, InputError)) as fault:
        ask(changed_file(place, old, new))
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_recorded_is_for_twins(place: Path) -> None:
    text = FILE.replace(FILE[FILE.index("treatment = { extends") : FILE.index('[[options]]\nname = "two"')],
                        'treatment = "recorded"\n\n')  # fmt: skip
    path = place.with_name("recorded") / "sample.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="virtual patients have no record"):
        ask(path)


def test_a_twin_is_asked_with_the_treatment_as_recorded() -> None:
    found = ask("ctcae_stop_day_3", patients=8, days=40, twin=untold_twin())
    assert found.subjects.origin == "posterior"
    assert found.estimate("recorded", "infusion_days").value == pytest.approx(28.0, abs=2.5)
    assert found.estimate("day_3", "infusion_days").value == pytest.approx(2.0, abs=0.3)
    document = found.to_dict()
    assert document["remarks"]  # a prior has not converged
    assert "posterior draws" in document["meaning"][0]


def test_a_stored_answer_is_shown_as_a_fresh_one(answer: Answer) -> None:
    document = answer.to_dict()
    stored = json.loads(json.dumps(document, allow_nan=False))
    assert markdown(stored) == markdown(document)
    page = markdown(stored)
    assert all(sentence in page for sentence in answer.sentences)
    assert document["do_not_conclude"] in page
    assert document["note"] in page
    assert "seed" in provenance(stored)
    assert set(notes(stored)) >= {"How to read it", "What the model cannot say", "Published"}
    figure = draw(stored)
    words = " ".join(t.get_text() for part in figure.findobj() if hasattr(part, "get_text") for t in [part])
    assert "two weeks" in words
    assert "k_kill" in words


def test_without_a_name_the_terminal_lists_questions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(list_entries("questions"))


def test_an_unknown_name_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    for near, name in (("first_dose", "first_dose_and_step"), ("car_t", "car_t_comparator"), ("pd1", "pd1_at_relapse")):
        assert run(["ask", near]) == 2
        assert f"Nearest: {name}" in capsys.readouterr().err
    assert run(["ask", "./none.toml"]) == 2
    assert "no such file, expected a question file" in capsys.readouterr().err


def test_the_terminal_answers(place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figure = tmp_path / "answer.svg"
    assert run(["ask", str(place), "--no-scans", "--quiet", "--figure", str(figure)]) == 0
    shown = capsys.readouterr().out
    assert "Do not conclude anything." in shown
    assert "never advice for a patient" in " ".join(shown.split())
    assert figure.read_text(encoding="utf-8").startswith("<?xml")
    assert run(["ask", str(place), "--no-scans", "--quiet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "trimer/answer/1"
    assert run(["ask", str(place), "--patients", "1", "--quiet"]) == 2
