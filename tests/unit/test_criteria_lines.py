"""Lines of therapy: every rule as a switch that changes the answer, what stays open, and laws that always hold."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace

import pytest
from hypothesis import given as sampled
from hypothesis import settings
from hypothesis import strategies as st

from trimer.cli import BAD_INPUT, run
from trimer.course import Course, Dose, Episode, Reading, Visit
from trimer.criteria.lines import LineRules, LinesOfTherapy, Start, count, list_rules, parse
from trimer.errors import InputError, LibraryError
from trimer.study.lines import lines

ORIGIN = dt.date(2020, 1, 1)
STATES = {
    "CR": {"marrow_blast_percent": 1.0, "anc": 2.0, "platelets": 200.0},
    "CRi": {"marrow_blast_percent": 1.0, "anc": 0.4, "platelets": 200.0},
    "blast-free": {"marrow_blast_percent": 1.0, "anc": 0.1, "platelets": 10.0},
    "no response": {"marrow_blast_percent": 60.0, "anc": 0.1, "platelets": 10.0},
    "PD": {"marrow_blast_percent": 95.0, "anc": 0.1, "platelets": 10.0},
}


def seen(day: float, state: str, context: str = "response assessment", spread: float = 0.0) -> Visit:
    facts = {"blood_blast_percent": 0.0, "extramedullary_blasts": 0.0, **STATES[state]}
    readings = {name: Reading(name, value, value, day=day) for name, value in facts.items()}
    return Visit(f"v{day:g}", f"day {day:g}", day, readings, day - spread, day + spread, context)


def gave(name: str, start: float, end: float, kind: str = "regimen", detail: str = "") -> Episode:
    return Episode(kind, name, start, end, detail, f"e{start:g}")


def course(*items: Visit | Episode, **more: object) -> Course:
    visits = (seen(0, "no response", "presentation"), *(i for i in items if isinstance(i, Visit)))
    episodes = tuple(i for i in items if isinstance(i, Episode))
    return Course("test", "simulation", ORIGIN, visits, (), episodes, **more)  # type: ignore[arg-type]


def shape(found: LinesOfTherapy) -> list[tuple[str, ...]]:
    return [(line.kind, *(t.name for t in line.treatments)) for line in found.lines]


def last_start(found: LinesOfTherapy) -> Start:
    return found.starts[-1]


INDUCTION = gave("linker", 1, 20)
SALVAGED = (INDUCTION, seen(30, "CR"), seen(100, "no response"), gave("clag", 110, 115))


# --- L1: where a line ends -------------------------------------------------------------------------------------


def test_relapse_ends_a_line() -> None:
    found = count(course(*SALVAGED))
    assert shape(found) == [("frontline", "linker"), ("salvage 1", "clag")]
    assert found.lines[0].ended.value == "relapse"


def test_a_switch_for_toxicity_is_no_new_line_unless_the_rules_say_so() -> None:
    switched = course(INDUCTION, Episode("toxicity", "pancreatitis", 22, 25, source="t"), gave("hypercvad_a", 30, 50))
    found = count(switched)
    assert shape(found) == [("frontline", "linker", "hypercvad")]
    assert found.open == ()
    split = count(switched, LineRules(switch_without_failure="new line"))
    assert shape(split) == [("frontline", "linker"), ("line 2", "hypercvad")]
    assert (split.salvage_number.low, split.salvage_number.high) == (0, 1)  # nothing says whether disease was active
    counted = count(switched, LineRules(switch_without_failure="new line", salvage="any later line"))
    assert counted.salvage_number.text == "1"


def test_a_switch_that_nothing_explains_stays_open() -> None:
    found = count(course(INDUCTION, gave("clag", 40, 45), seen(80, "CR")))
    assert shape(found) == [("frontline", "linker", "clag")]
    assert [question.treatment for question in found.open] == ["clag"]
    assert found.salvage_number.text == "0 to 1"
    assert found.prior_salvages(40).text == "0"
    assert last_start(found).state.value == "active"  # of the presentation, the last that is known
    assert found.treatments[1].role == "open"


def test_what_overlaps_is_given_together() -> None:
    found = count(course(INDUCTION, gave("blinatumomab", 10, 38, "drug"), seen(60, "CR")))
    assert shape(found) == [("frontline", "linker", "blinatumomab")]
    assert found.open == ()


def test_the_same_treatment_goes_on_after_a_short_pause() -> None:
    def cycles(pause: float) -> LinesOfTherapy:
        return count(
            course(
                gave("blinatumomab", 1, 29, "drug"), seen(30, "no response"),
                gave("blinatumomab", 29 + pause, 60 + pause, "drug"), seen(130, "CR"),
            )
        )  # fmt: skip

    assert shape(cycles(56)) == [("frontline", "blinatumomab")]
    assert cycles(56).lines[0].treatments[0].courses == 2
    assert shape(cycles(57)) == [("frontline", "blinatumomab"), ("salvage 1", "blinatumomab")]
    assert cycles(57).lines[1].treatments[0].role == "re-treatment"


def test_supportive_drugs_make_no_line_unless_named_otherwise() -> None:
    prephase = course(gave("dexamethasone", 1, 5, "drug"), gave("linker", 6, 20))
    assert shape(count(prephase)) == [("frontline", "linker")]
    assert [item.name for item in count(prephase).left_out] == ["dexamethasone"]
    assert count(prephase, LineRules(supportive=())).lines[0].treatments[0].name == "dexamethasone"


@pytest.mark.parametrize(
    ("detail", "route", "left"),
    [
        ("it, twice per cycle; no dose printed", "", True),
        ("12 mg it day 2", "", True),
        ("given because it was tolerated", "", False),
        ("", "it", True),
        ("it, by its detail", "iv", False),
    ],
)
def test_intrathecal_treatment_makes_no_line(detail: str, route: str, left: bool) -> None:
    episode = gave("methotrexate", 30, 31, "drug", detail)
    doses = (Dose("methotrexate", 30, 30, route=route, source=episode.source),) if route else ()
    found = count(course(INDUCTION, episode, doses=doses))
    assert [item.name for item in found.left_out] == (["methotrexate"] if left else [])


# --- L2, L3: salvage numbers -----------------------------------------------------------------------------------


def test_prior_salvages_at_a_start_do_not_count_the_start_itself() -> None:
    found = count(course(*SALVAGED, seen(150, "no response"), gave("flag", 160, 165)))
    assert [start.prior.text for start in found.starts] == ["0", "0", "1"]
    assert found.prior_salvages(ORIGIN + dt.timedelta(days=161)).text == "2"


def test_patients_who_enter_late_bring_their_lines_with_them() -> None:
    def entering(**prior: int) -> LinesOfTherapy:
        return count(course(gave("blinatumomab", 1, 29, "drug"), seen(30, "CR")), LineRules(**prior))  # type: ignore[arg-type]

    late = entering(prior_lines=3, prior_remissions=1, prior_relapses=1)
    assert shape(late) == [("salvage 3", "blinatumomab")]
    assert (late.lines[0].number, late.starts[0].prior.text) == (4, "2")
    assert late.starts[0].tower.value == "refractory to salvage therapy"
    assert late.remissions[0].number == 2
    assert entering(prior_lines=1).starts[0].tower.value == "refractory to primary therapy"
    assert entering(prior_lines=1, prior_remissions=1, prior_relapses=1).starts[0].tower.value is None
    twice = entering(prior_lines=2, prior_remissions=2, prior_relapses=2)
    assert twice.starts[0].tower.value == "untreated second or later relapse"


# --- L4: regimens ----------------------------------------------------------------------------------------------


def test_parts_single_drugs_and_lines_as_regimens() -> None:
    given = (
        gave("hypercvad_a", 1, 20),
        gave("hypercvad_b", 21, 40),
        seen(50, "CR"),
        gave("nelarabine", 60, 65, "drug"),
    )
    plain = course(*given)
    assert count(plain).regimens() == ("hypercvad", "nelarabine")
    assert count(plain, LineRules(single_drugs="not counted")).regimens() == ("hypercvad",)
    assert count(plain, LineRules(regimens="parts")).regimens() == ("hypercvad_a", "hypercvad_b", "nelarabine")
    assert count(plain, LineRules(regimens="one per line")).regimens() == ("hypercvad + nelarabine",)
    assert count(plain, LineRules(suffixes=())).regimens() == ("hypercvad_a", "hypercvad_b", "nelarabine")


# --- L5: refractory --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "value"), [(21.5, None), (22.0, True)])
def test_a_marrow_is_adequate_from_day_21_after_the_start(day: float, value: bool | None) -> None:
    found = count(course(INDUCTION, seen(day, "no response")))
    assert found.lines[0].refractory.value is value
    assert count(course(INDUCTION, seen(day, "no response")), LineRules(adequate_from=7)).lines[0].refractory.value


def test_progression_needs_no_adequate_marrow() -> None:
    assert count(course(INDUCTION, seen(10, "PD"))).lines[0].refractory.value is True


def test_a_blast_free_marrow_waits_for_the_next() -> None:
    waiting = course(INDUCTION, seen(30, "blast-free"))
    assert count(waiting).lines[0].refractory.value is None
    assert count(course(INDUCTION, seen(30, "blast-free"), seen(45, "CR"))).lines[0].refractory.value is False


def test_best_response_overrides_the_first_marrow() -> None:
    late = course(INDUCTION, seen(30, "no response"), seen(50, "CR"))
    assert count(late).treatments[0].refractory.value is True
    assert count(late, LineRules(refractory_at="best response")).treatments[0].refractory.value is False


def test_what_counts_as_remission_is_a_rule() -> None:
    partly = course(INDUCTION, seen(30, "CRi"), seen(100, "no response"), gave("clag", 110, 115))
    assert count(partly).lines[0].ended.value == "relapse"
    strict = count(partly, LineRules(remissions=("CR",)))
    assert strict.remissions == ()
    assert strict.lines[0].ended.value != "relapse"


def test_primary_refractory_is_not_refractory_to_salvage() -> None:
    found = count(course(INDUCTION, seen(30, "no response"), gave("clag", 40, 45)))
    said = {name: item.value for name, item in last_start(found).terms}
    assert said == {
        "first relapse": False,
        "second or later relapse": False,
        "primary refractory": True,
        "refractory to salvage": False,
        "refractory relapse": False,
    }
    assert last_start(found).tower.value == "refractory to primary therapy"


def test_a_start_within_a_line_does_not_know_how_the_line_will_end() -> None:
    later = (gave("venetoclax", 112, 130, "drug"), seen(150, "no response"))
    found = count(course(*SALVAGED, *later))
    assert found.lines[1].refractory.value is True
    assert dict(last_start(found).terms)["refractory to salvage"].value is None


# --- L6, remissions, relapses ----------------------------------------------------------------------------------


def test_consolidation_until_maintenance_begins() -> None:
    upkeep = (gave("hypercvad_a", 40, 60), gave("pomp", 70, 100), gave("rituximab", 120, 121, "drug"))
    kept = course(INDUCTION, seen(30, "CR"), *upkeep)
    assert [t.role for t in count(kept).treatments] == ["induction", "consolidation", "maintenance", "maintenance"]
    roles = [t.role for t in count(kept, LineRules(maintenance=())).treatments]
    assert roles == ["induction", "consolidation", "consolidation", "consolidation"]
    assert len(count(kept, LineRules(remission_therapy="new line")).lines) == 4


def test_durations_are_what_the_windows_allow() -> None:
    found = count(course(INDUCTION, seen(30, "CR", spread=5), seen(100, "no response", spread=10)))
    assert (found.remissions[0].duration.low, found.remissions[0].duration.high) == (55, 85)
    lasting = count(course(INDUCTION, seen(30, "CR"), seen(60, "CR"))).remissions[0]
    assert (lasting.ended, lasting.duration.low, lasting.duration.high) == (None, 30, None)


@pytest.mark.parametrize(("day", "early"), [(548, False), (547, True)])
def test_gmall_counts_eighteen_months_from_diagnosis(day: float, early: bool) -> None:
    found = count(course(INDUCTION, seen(30, "CR"), seen(day, "no response")))
    assert found.relapses[0].early_gmall.value is early  # 18 months are 547.9 days
    assert found.relapses[0].early_tower.value is False
    moved = count(course(INDUCTION, seen(30, "CR"), seen(day, "no response")), LineRules(early_from_diagnosis=24))
    assert moved.relapses[0].early_gmall.value is True


def test_a_relapse_after_transplantation_has_its_own_class() -> None:
    cells = Episode("procedure", "allogeneic stem cell transplantation", 60, 60, source="e60")
    own = replace(cells, name="autologous stem cell transplantation")
    assert last_start(count(course(*SALVAGED, cells))).tower.value == "relapse after allogeneic transplantation"
    assert last_start(count(course(*SALVAGED, own))).tower.value == "early first relapse"
    assert last_start(count(course(*SALVAGED, replace(cells, start=105, end=105)))).tower.value == "early first relapse"


@pytest.mark.parametrize(
    "name",
    [
        "alloSCT", "allo-SCT", "allo SCT", "alloHSCT", "allo-HSCT", "allogeneic HCT", "BMT",
        "bone marrow transplantation", "MUD transplant", "haploidentical transplantation", "haplo-HSCT",
        "cord blood transplant", "PBSCT from unrelated donor",
        "allo HSCT from sibling, no complications", "second alloHSCT, previous autologous",
    ],
)  # fmt: skip
def test_names_of_an_allogeneic_transplantation(name: str) -> None:
    done = Episode("procedure", name, 60, 60, source="e60")
    assert last_start(count(course(*SALVAGED, done))).tower.value == "relapse after allogeneic transplantation"


@pytest.mark.parametrize(
    "name",
    [
        "autologous HSCT", "auto-SCT", "autologous BMT", "no alloSCT", "ineligible for alloSCT", "planned alloHSCT",
        "autologous HSCT, then alloHSCT planned", "transplant-associated microangiopathy",
        "day 100 after transplantation", "evaluated for transplant", "kidney transplant", "Caesarean section",
    ],
)  # fmt: skip
def test_names_of_no_allogeneic_transplantation(name: str) -> None:
    done = Episode("procedure", name, 60, 60, source="e60")
    assert last_start(count(course(*SALVAGED, done))).tower.value == "early first relapse"


@pytest.mark.parametrize("name", ["HSCT", "stem cell transplantation", "transplant"])
def test_a_transplantation_of_unknown_kind_leaves_the_class_open(name: str) -> None:
    done = Episode("procedure", name, 60, 60, source="e60")
    tower = last_start(count(course(*SALVAGED, done))).tower
    assert tower.value is None
    assert name in tower.reason
    both = (done, Episode("procedure", "alloSCT", 70, 70, source="e70"))
    assert last_start(count(course(*SALVAGED, *both))).tower.value == "relapse after allogeneic transplantation"


def test_a_treatment_begun_later_shows_that_the_patient_lived_then() -> None:
    found = count(course(INDUCTION, seen(30, "CR"), gave("pomp", 70, 100)))
    assert found.last_seen is not None
    assert found.last_seen.day == 70  # not the assessment of day 30, and not the planned end


def test_the_research_note_stands_in_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert "research use only" in lines(course(INDUCTION)).to_dict()["notice"]
    assert run(["lines", "linder2016"]) == 0
    assert "research use only" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("width", [60, 80, 110])
def test_no_line_is_wider_than_columns(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert run(["lines", "linder2016"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= width


# --- rules -----------------------------------------------------------------------------------------------------


def test_every_rule_is_documented_and_says_where_its_default_comes_from() -> None:
    rules = list_rules()
    assert [rule.name for rule in rules] == [f.name for f in fields(LineRules)]
    for rule in rules:
        assert rule.name in (LineRules.__doc__ or "")
        assert rule.meaning
        assert len(rule.source) > 20
        assert rule.provenance in ("seen", "recalled", "assumed")


def test_rules_from_text() -> None:
    rules = parse(["remission_therapy=new line", "adequate_from=14", "remissions=CR, CRi", "prior_lines=2"])
    assert rules == LineRules(remission_therapy="new line", adequate_from=14.0, remissions=("CR", "CRi"), prior_lines=2)
    assert rules.switched().keys() == {"remission_therapy", "adequate_from", "remissions", "prior_lines"}


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("nonsense=1", "remission_therapy"),
        ("remission_therapy", "NAME=VALUE"),
        ("remission_therapy=maybe", "'new line'"),
        ("adequate_from=soon", "a number, in days"),
        ("adequate_from=-1", "from zero up"),
        ("adequate_from=nan", "from zero up"),
        ("prior_lines=1.5", "a whole number"),
        ("prior_relapses=1", "prior_remissions"),
        ("remissions=CR, PR", "found PR"),
    ],
)
def test_a_bad_rule_says_what_there_is(text: str, listed: str) -> None:
    with pytest.raises(InputError, match=listed):
        parse([text])


def test_the_response_set_is_a_rule() -> None:
    with pytest.raises(LibraryError, match="amgen"):
        count(course(INDUCTION), LineRules(response_set="amgen"))
    with pytest.raises(InputError, match="judges response"):
        count(course(INDUCTION), LineRules(response_set="astct_2019_crs"))


def test_an_empty_course_has_no_lines() -> None:
    found = count(Course("none", "record", ORIGIN))
    assert (found.lines, found.starts, found.salvage_number.text, found.status.value) == ((), (), "0", None)
    assert lines(Course("none", "record", ORIGIN)).to_dict()["lines"] == []


# --- laws ------------------------------------------------------------------------------------------------------

NAMES = ("linker", "hypercvad_a", "hypercvad_b", "clag", "blinatumomab", "pomp", "dexamethasone")


@st.composite
def courses(draw: st.DrawFn) -> Course:
    days = st.integers(1, 900)
    treated = draw(st.lists(st.tuples(st.sampled_from(NAMES), days, st.integers(0, 60)), max_size=8))
    judged = draw(st.dictionaries(days, st.sampled_from(sorted(STATES)), max_size=8))
    episodes = [
        Episode("drug" if name in ("blinatumomab", "dexamethasone") else "regimen", name, start, start + length,
                source=f"e{n}")
        for n, (name, start, length) in enumerate(treated)
    ]  # fmt: skip
    return course(*(seen(day, state) for day, state in judged.items()), *episodes)


def numbers(found: LinesOfTherapy) -> object:
    """Return all that does not name a day."""
    return (
        shape(found), [line.ended.value for line in found.lines], [line.refractory.value for line in found.lines],
        [(t.role, t.refractory.value) for t in found.treatments], found.regimens(), len(found.relapses),
        [(s.prior, s.state.value, s.tower.value, [i.value for _, i in s.terms]) for s in found.starts],
        [(r.number, r.duration) for r in found.remissions], len(found.open),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@sampled(courses())
def test_numbers_rise_by_one_and_every_treatment_is_in_one_line(sample: Course) -> None:
    for rules in (LineRules(), LineRules(remission_therapy="new line", switch_without_failure="new line")):
        found = count(sample, rules)
        assert [line.number for line in found.lines] == list(range(1, len(found.lines) + 1))
        salvage = [line.salvage for line in found.lines if line.salvage is not None]
        assert salvage == list(range(1, len(salvage) + 1))
        assert len(salvage) <= max(len(found.lines) - 1, 0)
        assert found.salvage_number.low == len(salvage) <= found.salvage_number.high
        inside = [source for line in found.lines for t in line.treatments for source in t.sources]
        outside = [item.source for item in found.left_out]
        assert sorted(inside + outside) == sorted(e.source for e in sample.episodes)
        assert [n.low for n in map(found.prior_salvages, range(0, 900, 50))] == sorted(
            n.low for n in map(found.prior_salvages, range(0, 900, 50))
        )


@settings(max_examples=40, deadline=None)
@sampled(courses(), st.randoms(use_true_random=False))
def test_the_order_of_episodes_changes_nothing(sample: Course, random: object) -> None:
    episodes = list(sample.episodes)
    random.shuffle(episodes)  # type: ignore[attr-defined]
    assert count(replace(sample, episodes=tuple(episodes))) == count(sample)


@settings(max_examples=40, deadline=None)
@sampled(courses(), st.integers(-500, 500))
def test_shifting_all_dates_changes_nothing(sample: Course, by: int) -> None:
    moved = replace(
        sample,
        visits=tuple(replace(v, day=v.day + by, earliest=v.earliest + by, latest=v.latest + by) for v in sample.visits),
        episodes=tuple(replace(e, start=e.start + by, end=e.end + by) for e in sample.episodes),
    )
    assert numbers(count(moved)) == numbers(count(sample))


# --- the terminal ----------------------------------------------------------------------------------------------


def test_the_command_prints_lines_with_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lines", "linder2016"]) == 0
    text = capsys.readouterr().out
    for part in ("5 lines, 4 of them salvage", "4. salvage 3, 2015-02-10", "(L5) [e19]", "CR1: CR", "class 2"):
        assert part in text


def test_json_has_dates_rules_and_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lines", "linder2016", "--json", "--rule", "regimens=one per line"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["schema"] == "trimer/lines/1"
    assert plain["switched"] == {"regimens": "one per line"}
    assert plain["lines"][3]["start_date"] == "2015-02-10"
    assert plain["starts"][4]["terms"]["refractory to salvage"]["sources"] == ["e21"]
    assert plain["remissions"][0]["began"]["earliest_date"] < plain["remissions"][0]["began"]["day_date"]
    assert plain == lines("linder2016", LineRules(regimens="one per line")).to_dict()


@pytest.mark.parametrize("bad", [["--rule", "nonsense=1"], ["--response", "amgen"], ["--rule", "prior=all"]])
def test_the_command_refuses_what_it_does_not_know(bad: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lines", "linder2016", *bad]) == BAD_INPUT
    assert "expected one of" in capsys.readouterr().err
