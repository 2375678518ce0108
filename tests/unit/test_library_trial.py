"""Trial files: the bundled ones, the reader's errors, extending, own files, writing back; the protocol made for BLAST."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from protocol_sample import GRADE_3, Treated, sick

from trimer import library
from trimer.criteria import list_criteria
from trimer.errors import LibraryError, TrimerError
from trimer.library.files import find, read_toml, schema
from trimer.library.load_trial import trial_document, trial_from, trial_from_document
from trimer.study.scenario import scenario
from trimer.therapy.trial import Assessment, Criterion, Trial

TRIALS = library.list_entries("trials")
MRD = "blinatumomab_mrd_four_cycles"
SMALL: dict[str, Any] = {
    "name": "small",
    "label": "A small trial",
    "source": "trimer",
    "population": {"name": "adult_rr_ball"},
    "eligibility": {"age": ">= 18 year", "ph_positive": "is 0"},
    "arms": [
        {"name": "engager", "label": "Engager", "n": 20, "protocol": "blinatumomab_label_astct_2019"},
        {"name": "control", "label": "Control", "n": 10, "reference": True, "regimens": [{"name": "clag"}]},
    ],
    "assessment": {
        "response": "amg", "days": "cycle end", "window": 2, "cycle_length": "42 day", "mrd_limit": "1e-4 fraction"
    },
    "crs": {"scale": "astct_2019_crs", "reported_from": 2},
    "follow_up": "1 year",
    "endpoints": ["cr"],
}  # fmt: skip
OWN = """
extends = "tower"
name = "mine"
label = "My trial"
follow_up = "52 week"
"""


def small(**changes: Any) -> Trial:
    return trial_from_document(copy.deepcopy(SMALL) | changes, "small.toml")


def arm(which: int = 0, **changes: Any) -> dict[str, Any]:
    """Return the arms of the small trial, one of them with fields replaced (None: left out)."""
    arms = copy.deepcopy(SMALL["arms"])
    arms[which] = {k: v for k, v in (arms[which] | changes).items() if v is not None}
    return {"arms": arms}


def mix(*regimens: dict[str, Any]) -> dict[str, Any]:
    return arm(1, regimens=list(regimens))


def looked(**changes: Any) -> dict[str, Any]:
    return {"assessment": {k: v for k, v in (SMALL["assessment"] | changes).items() if v is not None}}


def own(folder: Path, text: str = OWN, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(**changes: Any) -> str:
    with pytest.raises(TrimerError) as found:
        small(**changes)
    assert str(found.value).startswith("small.toml: ")
    assert "\n" not in str(found.value)
    return str(found.value).removeprefix("small.toml: ")


# ---- the bundled ones


@pytest.fixture(scope="module", params=TRIALS)
def bundled(request: pytest.FixtureRequest) -> Trial:
    return trial_from(find("trials", request.param))


def test_the_trials_asked_for_are_there() -> None:
    assert {"mt103_211", "mt103_206", "tower", "alcantara", "blast", "mt103_202"} <= set(TRIALS)
    assert {"inovate_soc", "historical_chemotherapy", "flag_ida_bari"} <= set(TRIALS)
    labels = [trial_from(find("trials", name)).label for name in TRIALS]
    assert len(set(labels)) == len(labels)


def test_a_bundled_file_obeys_the_published_schema(bundled: Trial) -> None:
    import jsonschema  # type: ignore[import-untyped]

    jsonschema.Draft202012Validator.check_schema(schema("trial"))
    jsonschema.validate(read_toml(find("trials", bundled.name)), schema("trial"))


def test_a_bundled_trial_comes_back_from_json(bundled: Trial) -> None:
    document = json.loads(json.dumps(trial_document(bundled)))
    assert trial_from_document(document, "written.toml") == bundled


def test_every_fact_of_a_bundled_trial_has_its_source(bundled: Trial) -> None:
    known = library.references()
    assert set(bundled.sources()) <= set(known)
    for item in (bundled, *bundled.arms, bundled.assessment, bundled.crs, *bundled.after.values()):
        assert item.source in known, item
        assert item.where or item.source == "trimer", item
        assert item.source != "trimer" or "assumed" in item.note, "our own choice is an assumption"
    for entry in bundled.shift.values():
        assert entry["source"] in known
        assert entry["where"]


def test_a_bundled_trial_is_judged_by_criteria_that_exist(bundled: Trial) -> None:
    subjects = {item.name: item.subject for item in list_criteria()}
    assert subjects[bundled.assessment.response] == "response"
    assert subjects[bundled.crs.scale] == "crs"


def test_patients_of_a_bundled_trial_exist(bundled: Trial) -> None:
    """Its shift is one that the population takes, and eligibility lets the median patient in, and nobody from outside."""
    population = library.population(bundled.population, bundled.shift)
    for name, bounds in bundled.bounds().items():
        values = population.covariates[name].quantile(np.array([0.001, 0.5, 0.999]), within=bounds)
        assert np.all((values >= bounds[0]) & (values <= bounds[1]))
    assert set(bundled.bounds()) >= {"age"}


def test_shares_of_a_bundled_trial_add_to_one(bundled: Trial) -> None:
    assert math.fsum(arm.share for arm in bundled.arms) == pytest.approx(1.0, abs=1e-12)
    for item in bundled.arms:
        assert not item.regimens or math.fsum(r.share for r in item.regimens) == pytest.approx(1.0, abs=1e-12)


def test_patients_as_published() -> None:
    expected = {"mt103_211": 189, "mt103_206": 36, "alcantara": 45, "blast": 116, "mt103_202": 21, "tower": 405}
    expected |= {"inovate_soc": 162, "historical_chemotherapy": 694, "flag_ida_bari": 23}
    assert {name: trial_from(find("trials", name)).n for name in expected} == expected


def test_tower_as_published() -> None:
    tower = trial_from(find("trials", "tower"))
    engager, control = tower.arms
    assert (engager.n, engager.treated, control.n, control.treated) == (271, 267, 134, 109)
    assert tower.reference is control
    counts = {r.name: 109 * r.share for r in control.regimens}  # FLAG 49 and clofarabine 19; methotrexate 22; 19
    assert counts == pytest.approx({"flag_ida": 68, "hypercvad_b": 22, "hidac": 19}, abs=0.1)
    assert tower.assessment.efs == "day 1"
    assert tower.assessment.window_end == 84.0  # 12 weeks
    salvages = library.population(tower.population, tower.shift).covariates["salvages"].classes
    assert [c.share for c in salvages] == pytest.approx([0.421, 0.336, 0.166, 0.078])


# ---- the protocol made for residual disease


def test_residual_disease_is_treated_at_one_rate_for_four_cycles() -> None:
    treated = Treated(library.protocol(MRD))
    assert treated.total() == pytest.approx(4 * 28 * 28.0)
    assert {rate for _, rate in treated.starts()} == {0.0, 28.0}
    assert [amount for _, amount in treated.doses("dexamethasone")] == pytest.approx([16.0] * 4)
    assert treated.mode == "done"


def test_cytokine_release_in_residual_disease_is_held_and_restarted_low() -> None:
    treated = Treated(library.protocol(MRD), sick((1.0, 3.0), signs=GRADE_3), end=42.0)
    assert [rate for _, rate in treated.starts()] == [28.0, 0.0, 9.0, 28.0, 0.0]
    (low,) = (t for t, rate in treated.starts() if rate == 9.0)
    (high,) = (t for t, rate in treated.starts() if rate == 28.0 and t > low)
    assert high - low == pytest.approx(7.0, abs=0.3)


def test_relapse_ends_the_treatment_of_residual_disease() -> None:
    treated = Treated(library.protocol(MRD), lambda day: {"marrow_blast_percent": 5.0 if day > 20.0 else 0.5})
    assert treated.days("stop: haematologic relapse") == pytest.approx([28.1], abs=0.3)
    assert treated.total() == pytest.approx(28 * 28.0)


def test_the_protocol_for_residual_disease_compiles() -> None:
    found = scenario(MRD)
    assert found.rules is not None
    assert found.label == library.protocol(MRD).label


# ---- what a trial says of itself


@pytest.mark.parametrize(
    ("op", "inside", "outside"),
    [
        (">=", (5.0, 6.0), (4.999,)),
        (">", (5.000001,), (5.0, 4.0)),
        ("<=", (5.0, 4.0), (5.001,)),
        ("<", (4.999999,), (5.0, 6.0)),
        ("==", (5.0,), (4.0, 6.0)),
    ],
)
def test_bounds_of_a_criterion(op: Any, inside: tuple[float, ...], outside: tuple[float, ...]) -> None:
    low, high = Criterion("marrow_blast_percent", op, 5.0).bounds
    assert all(low <= x <= high for x in inside)
    assert not any(low <= x <= high for x in outside)


def test_eligibility_is_read_into_comparisons() -> None:
    found = small(eligibility={"age": ">= 18 year and < 70 year", "salvages": "<= 1"})
    assert found.eligibility == (
        Criterion("age", ">=", 18.0, ">= 18 year"),
        Criterion("age", "<", 70.0, "< 70 year"),
        Criterion("salvages", "<=", 1.0, "<= 1"),
    )
    assert found.bounds()["age"] == (18.0, math.nextafter(70.0, 0.0))
    assert found.bounds()["salvages"] == (-math.inf, 1.0)


def test_values_take_their_canonical_unit() -> None:
    found = small(eligibility={"marrow_blast_percent": "< 0.75 fraction", "mrd_marrow": ">= 0.1 %"}, follow_up="1 year")
    assert [c.value for c in found.eligibility] == pytest.approx([75.0, 1e-3])
    assert found.follow_up == 365.25


def test_days_after_the_window() -> None:
    assessment = Assessment("amg", 2, 42.0, 1e-4, follow_up_days=((200.0, 42.0), (math.inf, 91.0)))
    assert assessment.later(400.0) == (126.0, 168.0, 259.0, 350.0)
    assert assessment.later(168.0) == (126.0, 168.0)
    assert Assessment("amg", 2, 42.0, 1e-4).later(400.0) == ()


def test_arms_share_patients_by_size_unless_they_say() -> None:
    assert [a.share for a in small().arms] == pytest.approx([2 / 3, 1 / 3])
    arms = [entry | {"share": "50 %"} for entry in SMALL["arms"]]
    assert [a.share for a in small(arms=arms).arms] == [0.5, 0.5]
    assert [a.treated for a in small(**arm(treated=18)).arms] == [18, 10]


def test_rounded_shares_are_scaled_to_the_whole() -> None:
    thirds = [{"name": name, "share": "33.3 %"} for name in ("clag", "hypercvad_a", "hypercvad_b")]
    assert [r.share for r in small(**mix(*thirds)).arms[1].regimens] == pytest.approx([1 / 3] * 3, abs=1e-12)


def test_a_regimen_is_given_for_all_its_cycles_unless_fewer_are_said() -> None:
    assert small(**mix({"name": "hypercvad_b"})).arms[1].regimens[0].cycles == library.regimen("hypercvad_b").cycles
    assert small(**mix({"name": "hypercvad_b", "cycles": 2})).arms[1].regimens[0].cycles == 2


def test_what_follows_is_in_the_units_of_the_library() -> None:
    found = small(after={"hsct_wait": {"value": "6 week", "kind": "assumed"}, "hsct_share": SHARE})
    assert (found.after["hsct_wait"].value, found.after["hsct_wait"].unit) == (42.0, "day")
    assert found.after["hsct_share"].value == pytest.approx(0.4)


SHARE = {"value": "40 %", "kind": "assumed"}


@pytest.mark.parametrize(
    ("name", "value"), [("active_survivl", "91 day"), ("hsct_share", "140 %"), ("hsct_share", "4 month")]
)
def test_what_follows_is_refused_when_unknown_or_impossible(name: str, value: str) -> None:
    with pytest.raises(TrimerError, match=name):
        small(after={name: {"value": value, "kind": "assumed"}})


SPREADS = [
    {"value": "30 day", "spread": "40 %"},
    {"value": "0.4 fraction", "spread": "sd 0.5 logit"},
    {"value": "30 day", "spread": "sd 5 day"},
    {"value": "0.4 fraction", "distribution": "bernoulli"},
]


@pytest.mark.parametrize("stated", SPREADS)
def test_a_trial_comes_back_from_json_whatever_it_has(stated: dict[str, str]) -> None:
    name = "hsct_wait" if "day" in stated["value"] else "hsct_share"
    later = [{"every": "6 week", "until": "300 day"}, {"every": "91 day"}]
    found = small(
        **looked(days=["28 day", "42 day"], mrd_assessed="90 %", follow_up_days=later, efs="day 1", note="why"),
        registry="NCT00000000",
        eligibility={"age": ">= 18 year and < 70 year", "female": "is 1"},
        population={"name": "adult_rr_ball", "shift": {"age": {"distribution": "normal", "centre": "50 year"}}},
        after={name: stated | {"kind": "assumed", "note": "why"}},
    )
    again = trial_from_document(json.loads(json.dumps(trial_document(found))), "again.toml")
    assert again.after[name].spread == pytest.approx(found.after[name].spread, rel=1e-12)
    assert again == found


# ---- faults

# ruff: noqa: E501 (one case a line)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (arm(protocol="blinatumomab_label"), 'arms[0].protocol: found "blinatumomab_label", expected a protocol of the library, or a file. Nearest: blinatumomab_label'),
        (arm(protocol="none_beside.toml"), 'arms[0].protocol: found "none_beside.toml", expected a protocol of the library, or a file.'),
        (arm(protocol="clag"), 'arms[0].protocol: found "clag", expected a protocol'),
        (arm(protocol=None), "arms[0]: found fields 'label', 'n', 'name', expected a table with name, label, n, and a protocol or regimens."),
        (arm(regimens=[{"name": "clag"}]), "arms[0]: found fields 'label', 'n', 'name', 'protocol', 'regimens', expected"),
        (arm(n=-20), "arms[0].n: found -20, expected a number of patients, at least 1"),
        (arm(n="20"), "arms[0].n: found '20', expected a number of patients."),
        (arm(treated=21), "arms[0].treated: found 21, expected at most n, 20."),
        (arm(name="control"), 'arms[1].name: found a second "control", expected a name of its own.'),
        (arm(reference=True), "arms: found 2 arms of reference, expected one arm with reference = true."),
        (arm(1, reference=False), "arms: found no arm of reference, expected one arm with reference = true."),
        ({"arms": [SMALL["arms"][1]]}, "arms: found 1 arm of reference, expected none, as there is nothing to compare."),
        (arm(share="60 %"), "arms[1].share: found nothing, expected its share, as the others say theirs."),
        (arm(1, share=0.4), "arms[1].share: found 0.4, expected a share with its unit"),
        (mix({"name": "clagg"}), 'arms[1].regimens[0].name: found "clagg", expected a regimen of the library, or a file. Nearest: clag.'),
        (mix({"name": "clag", "share": "60 %"}, {"name": "hypercvad_a", "share": "30 %"}), "arms[1].regimens: found shares that add to 90 %, expected shares that add to 100 %."),
        (mix({"name": "clag", "share": "60 %"}, {"name": "hypercvad_a"}), "arms[1].regimens[1].share: found nothing"),
        (mix({"name": "clag"}, {"name": "hypercvad_a"}), "arms[1].regimens[0].share: found nothing, expected the share of patients who get it."),
        (mix({"name": "clag", "share": "0 %"}), 'arms[1].regimens[0].share: found "0 %", expected a share of more than 0'),
        (mix({"name": "clag", "share": "60"}), "arms[1].regimens[0].share: found '60' without a unit"),
        (mix({"name": "clag", "cycles": 9}), "arms[1].regimens[0].cycles: found 9, expected 1 to "),
        ({"population": {"name": "adult_rr"}}, 'population.name: found "adult_rr", expected a population of the library, or a file. Nearest: adult_rr_ball'),
        ({"population": {"name": "adult_rr_ball", "shift": {"age": "50 year"}}}, "population.shift.age: found '50 year', expected a table, as a population file has it."),
        ({"population": {"name": "adult_rr_ball", "shift": []}}, "population.shift: found [], expected tables of covariates"),
        ({"eligibility": {"ages": ">= 18 year"}}, "eligibility.ages: found an unknown covariate, expected one of age, female"),
        ({"eligibility": {"age": "at least 18 year"}}, 'eligibility.age: found "at least 18 year", expected a comparison by >=, >, <=, < or is, such as ">= 18 year".'),
        ({"eligibility": {"age": ">= 18"}}, "eligibility.age: found '18' without a unit"),
        ({"eligibility": {"age": ">= 18 %"}}, "eligibility.age: found unit '%'"),
        ({"eligibility": {"age": "is 18 year"}}, 'eligibility.age: found "is 18 year", expected a bound by'),
        ({"eligibility": {"age": 18}}, "eligibility.age: found 18, expected a comparison such as >= 18 year"),
        ({"eligibility": {"age": ">= 70 year and < 60 year"}}, 'eligibility.age: found ">= 70 year and < 60 year", expected bounds that somebody meets.'),
        ({"eligibility": {"female": ">= 1"}}, 'eligibility.female: found ">= 1", expected "is 0" or "is 1".'),
        ({"eligibility": {"female": "is 2"}}, 'eligibility.female: found "is 2", expected "is 0" or "is 1".'),
        ({"eligibility": {"salvages": "<= 1.5"}}, 'eligibility.salvages: found "<= 1.5", expected a whole number, such as "<= 1".'),
        (looked(response=None), "assessment: found no field 'response', expected a table with response"),
        (looked(response="AMG!"), "assessment.response: found 'AMG!', expected a criterion"),
        (looked(days="sometimes"), "assessment.days: found 'sometimes', expected \"cycle end\", or a list of days"),
        (looked(days=["42 day", "28 day"]), "assessment.days[1]: found 28 day, expected one after day 42."),
        (looked(days=["28 day", "85 day"]), "assessment.days[1]: found 85 day, expected one in the window, 84 day."),
        (looked(window=0), "assessment.window: found 0, expected a number of cycles, at least 1"),
        (looked(cycle_length="42"), "assessment.cycle_length: found '42' without a unit"),
        (looked(mrd_limit="0 fraction"), 'assessment.mrd_limit: found "0 fraction", expected a share of more than 0'),
        (looked(mrd_assessed="120 %"), 'assessment.mrd_assessed: found "120 %", expected a share of more than 0 and at most 100 %.'),
        (looked(efs="never"), "assessment.efs: found 'never', expected day 1 or window end"),
        (looked(follow_up_days=[{"every": "0 day"}]), 'assessment.follow_up_days[0].every: found "0 day", expected a time of more than nothing.'),
        (looked(follow_up_days=[{"every": "7 day", "until": "80 day"}]), "assessment.follow_up_days[0].until: found 80 day, expected later than day 84."),
        (looked(follow_up_days=[{"every": "7 day"}, {"every": "9 day"}]), "assessment.follow_up_days[0].until: found nothing, expected a day, for all but the last."),
        ({"crs": {"scale": "astct_2019_crs", "reported_from": 6}}, "crs.reported_from: found 6, expected a grade, at least 1 and at most 5."),
        ({"crs": {}}, "crs: found {}, expected a table with scale and reported_from."),
        ({"follow_up": "80 day"}, "follow_up: found 80 day, expected at least the window of response, 84 day."),
        ({"follow_up": "2 mg"}, "follow_up: found unit 'mg', expected a unit that converts to 'day'."),
        ({"endpoints": ["cr", "cr"]}, "endpoints: found ['cr', 'cr'], expected a list of endpoints, each once."),
        ({"endpoints": []}, "endpoints: found [], expected a list of endpoints."),
        ({"after": {"hsct_share": {"value": "40 %", "kind": "measured"}}}, "after.hsct_share: found no source"),
        ({"after": {"hsct_share": {"value": "40", "kind": "assumed"}}}, "after.hsct_share.value: found '40' without a unit"),
        ({"after": {"hsct_share": 0.4}}, "after.hsct_share: found 0.4, expected a table with value, kind and source."),
        ({"name": "My Trial"}, "name: found 'My Trial', expected library name in lower case"),
        ({"n": 30}, "file: found unknown field 'n'"),
    ],
)  # fmt: skip
def test_one_fault_in_a_trial_is_one_clear_error(changes: dict[str, Any], says: str) -> None:
    assert fault(**changes).startswith(says)


# ---- files of one's own


def test_a_file_may_extend_one_of_the_library(tmp_path: Path) -> None:
    tower, mine = trial_from(find("trials", "tower")), trial_from(own(tmp_path))
    assert (mine.name, mine.label, mine.follow_up) == ("mine", "My trial", 364.0)
    assert (mine.arms, mine.assessment, mine.shift, mine.registry) == (
        tower.arms,
        tower.assessment,
        tower.shift,
        tower.registry,
    )


def test_a_trial_takes_a_protocol_and_a_regimen_that_stand_beside_it(tmp_path: Path) -> None:
    protocol = find("protocols", "blinatumomab_label_astct_2019").read_text(encoding="utf-8")
    regimen = find("regimens", "clag").read_text(encoding="utf-8")
    own(tmp_path, protocol.replace('name = "blinatumomab_label_astct_2019"', 'name = "quick"'), "quick")
    own(tmp_path, regimen.replace('name = "clag"', 'name = "stronger"'), "stronger")
    arms = """
[[arms]]
name = "engager"
label = "Engager"
n = 20
protocol = "quick.toml"

[[arms]]
name = "control"
label = "Control"
n = 10
reference = true
regimens = [{ name = "stronger.toml" }]
"""
    found = trial_from(own(tmp_path, OWN + arms))
    assert found.arms[0].protocol == str(tmp_path / "quick.toml")
    assert library.protocol(found.arms[0].protocol).name == "quick"
    assert library.regimen(found.arms[1].regimens[0].name).name == "stronger"
    assert trial_from_document(trial_document(found), "again.toml") == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OWN.replace('"tower"', '"towers"'), "No trial 'towers'. Nearest: tower"),
        (OWN.replace('"tower"', "3"), "mine.toml: extends: found 3, expected the name of a trial"),
        (OWN.replace('"mine"', '"yours"'), 'mine.toml: name: found "yours", expected "mine", as the file is called.'),
        (OWN.replace("52 week", "10 week"), "mine.toml: follow_up: found 70 day, expected at least the window"),
        ('name = "mine"\nlabel = "Mine"\n', "mine.toml: file: found no field 'source', expected source, population"),
        (OWN + "[[arms]\n", "mine.toml: found a fault in its syntax"),
        ("", "mine.toml: file: found an empty file, expected a trial"),
    ],
)
def test_one_fault_in_a_file_of_one_s_own_is_one_clear_error(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LibraryError) as found:
        trial_from(own(tmp_path, text))
    assert says in str(found.value)


def test_a_fault_in_a_protocol_that_stands_beside_is_that_files_error(tmp_path: Path) -> None:
    own(tmp_path, 'extends = "blinatumomab_five_cycles"\nname = "quick"\nlabel = "Quick"\n', "quick")
    control = '[[arms]]\nname = "engager"\nlabel = "Engager"\nn = 20\nprotocol = "quick.toml"\n'
    with pytest.raises(
        LibraryError, match=r'quick\.toml: extends: found "blinatumomab_five_cycles", which extends another'
    ):
        trial_from(own(tmp_path, OWN + control))


def test_a_trial_that_extends_another_cannot_be_extended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    base = own(tmp_path)
    monkeypatch.setattr("trimer.library.files.find", lambda _kind, _name: base)
    with pytest.raises(LibraryError, match='extends: found "mine", which extends another, expected a trial'):
        trial_from(own(tmp_path, OWN.replace('"tower"', '"mine"').replace('name = "mine"', 'name = "yours"'), "yours"))
