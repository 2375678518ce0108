"""Amgen-trial response: boundary vectors, history, and the reference case as its table of events states it."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.response.amg import HYPOPLASTIC, judge
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES
from trimer.record.read_yaml import load_case

UNITS = {name: item.unit for name, item in OBSERVABLES.items()}
CLEAR = {"blood_blast_percent": 0.0, "extramedullary_blasts": 0.0}


def reading(name: str, value: float | Reading | str | tuple[float, float], source: str = "simulated") -> Reading:
    if isinstance(value, Reading):
        return value
    if isinstance(value, str):
        if value in ("not stated", "not done"):
            return Reading(name, absence=value, source=source)  # type: ignore[arg-type]
        return Reading(name, text=value, source=source)
    low, high = value if isinstance(value, tuple) else (value, value)
    return Reading(name, low, high, unit=UNITS[name], source=source)


def visit(day: float, context: str = "response assessment", source: str = "simulated", **values: object) -> Visit:
    readings = {name: reading(name, value, source) for name, value in values.items()}  # type: ignore[arg-type]
    return Visit(f"d{day:g}" if source == "simulated" else source, f"day {day:g}", day, readings, context=context)


def course(*visits: Visit, episodes: tuple[Episode, ...] = (), kind: str = "simulation") -> Course:
    return Course("test", kind, dt.date(2014, 1, 13), visits, (), episodes)  # type: ignore[arg-type]


def last(*visits: Visit, episodes: tuple[Episode, ...] = ()) -> Verdict:
    return judge(course(*visits, episodes=episodes))[-1]


PRESENTATION = visit(0.0, "presentation", marrow_blast_percent=60.0, blood_blast_percent=80.0, blasts_blood=40.0)
REMISSION = visit(20.0, marrow_blast_percent=1.0, anc=2.0, platelets=200.0, **CLEAR)


@pytest.mark.parametrize(
    ("blasts", "anc", "platelets", "category"),
    [
        (5.0, 1.01, 101.0, "CR"),
        (4.9, 1.0, 100.0, "CRh"),
        (4.9, 0.9, 150.0, "CRh"),
        (4.9, 0.5, 150.0, "CRi"),
        (4.9, 0.3, 30.0, HYPOPLASTIC),
        (3.0, 2.0, 200.0, "CR"),
        (12.0, 2.0, 200.0, "PR"),
        (4.9, 1.2, 50.0, "CRi"),
        (4.9, 0.51, 50.1, "CRh"),
        (4.9, 0.5, 100.0, HYPOPLASTIC),
        (4.9, 1.0, 50.0, HYPOPLASTIC),
        (5.01, 2.0, 200.0, "PR"),
        (25.0, 2.0, 200.0, "PR"),
        (25.1, 2.0, 200.0, "no response"),
        (74.9, 2.0, 200.0, "no response"),
        (75.0, 2.0, 200.0, "PD"),
    ],
)
def test_boundary_vectors(blasts: float, anc: float, platelets: float, category: str) -> None:
    before = visit(0.0, "presentation", marrow_blast_percent=60.0, blasts_blood=0.0)
    after = visit(30.0, marrow_blast_percent=blasts, anc=anc, platelets=platelets, blasts_blood=0.0, **CLEAR)
    verdict = last(before, after)
    assert verdict.category == category
    assert verdict.possible == (category,)
    assert verdict.supported_by == "measured"
    assert verdict.missing == ()


def test_mrd_of_two_per_cent_leaves_cr_a_cr_with_residual_disease() -> None:
    verdict = last(visit(30.0, marrow_blast_percent=3.0, anc=2.0, platelets=200.0, mrd_marrow=0.02, **CLEAR))
    assert verdict.category == "CR"
    assert verdict.headline == "CR with detectable residual disease"


def test_only_recalled_thresholds_make_a_verdict_unverified() -> None:
    facts = {"marrow_blast_percent": 4.9, **CLEAR}
    assert last(visit(30.0, anc=1.5, platelets=150.0, **facts)).unverified is False
    assert last(visit(30.0, anc=0.9, platelets=150.0, **facts)).unverified is False
    assert last(visit(30.0, anc=0.4, platelets=150.0, **facts)).unverified is True


@pytest.mark.parametrize(
    "disease",
    [
        {"marrow_blast_percent": 5.1},
        {"blood_blast_percent": 1.0},
        {"extramedullary_blasts": 1.0},
        {"blood_blast_percent": "positive"},
        {"extramedullary_blasts": "present"},
    ],
)
def test_disease_anywhere_after_remission_is_relapse(disease: dict[str, object]) -> None:
    facts: dict[str, object] = {"marrow_blast_percent": 1.0, "anc": 2.0, "platelets": 200.0, **CLEAR}
    verdict = last(PRESENTATION, REMISSION, visit(90.0, **(facts | disease)))
    assert verdict.category == "relapse"
    assert all(d.met for d in verdict.decided_by)
    assert len(verdict.decided_by) == 1


def test_the_same_blasts_without_a_remission_are_no_response() -> None:
    assert last(PRESENTATION, visit(30.0, marrow_blast_percent=40.0, **CLEAR)).category == "no response"


def test_without_any_history_active_disease_stays_open() -> None:
    verdict = last(visit(30.0, marrow_blast_percent=40.0, **CLEAR))
    assert verdict.category == "undetermined"
    assert set(verdict.possible) == {"PD", "no response", "relapse"}
    assert "whether a remission came before" in verdict.missing


def test_a_hypoplastic_marrow_keeps_the_remission_before_it() -> None:
    empty = visit(40.0, marrow_blast_percent=1.0, anc=0.1, platelets=10.0, **CLEAR)
    back = visit(80.0, marrow_blast_percent=30.0, **CLEAR)
    assert [v.category for v in judge(course(PRESENTATION, REMISSION, empty, back))][-2:] == [HYPOPLASTIC, "relapse"]
    assert [v.category for v in judge(course(PRESENTATION, empty, back))][-2:] == [HYPOPLASTIC, "PD"]


def test_partial_response_is_measured_from_before_the_treatment_not_from_the_visit_before() -> None:
    midway = visit(15.0, marrow_blast_percent=20.0, blasts_blood=0.0, **CLEAR)
    late = visit(29.0, marrow_blast_percent=18.0, blasts_blood=0.0, **CLEAR)
    cycles = (Episode("drug", "blinatumomab", 1.0, 15.0), Episode("drug", "blinatumomab", 16.0, 40.0))
    assert [v.category for v in judge(course(PRESENTATION, midway, late, episodes=cycles))] == ["baseline", "PR", "PR"]
    new = (cycles[0], Episode("regimen", "clag", 16.0, 21.0))
    assert judge(course(PRESENTATION, midway, late, episodes=new))[-1].category == "no response"


def test_extramedullary_disease_not_recorded_is_taken_as_none_and_said() -> None:
    verdict = last(visit(30.0, marrow_blast_percent=1.0, anc=2.0, platelets=200.0, blood_blast_percent=0.0))
    assert (verdict.category, verdict.supported_by) == ("CR", "measured")
    assert verdict.possible[0] == "CR"
    assert "relapse" in verdict.possible
    assert "extramedullary_blasts" in verdict.missing
    assert "taken as none" in verdict.reason


def test_blood_not_stated_leaves_cr_open() -> None:
    verdict = last(visit(30.0, marrow_blast_percent=1.0, anc=2.0, platelets=200.0, extramedullary_blasts=0.0))
    assert verdict.category == "undetermined"
    assert "blood_blast_percent" in verdict.missing


def test_a_share_of_b_cells_is_never_held_against_five_per_cent() -> None:
    share = Reading("marrow_blast_percent", 1.8, 1.8, unit="%", denominator="total B cells", source="e10")
    verdict = last(PRESENTATION, visit(38.0, marrow_blast_percent=share, anc=2.0, platelets=200.0, **CLEAR))
    assert verdict.category == "undetermined"
    assert {"CR", "no response"} <= set(verdict.possible)
    assert "marrow_blast_percent" in verdict.missing


def test_measurement_overrules_the_records_conclusion_and_says_so() -> None:
    said = (Episode("conclusion", "complete remission", 30.0, 30.0, "", "e9"),)
    verdict = last(PRESENTATION, visit(30.0, marrow_blast_percent=43.0, **CLEAR), episodes=said)
    assert verdict.category == "no response"
    assert "which the measurements exclude" in verdict.reason


def test_a_toxicity_visit_is_no_assessment() -> None:
    assert judge(course(visit(3.0, "toxicity", temperature=39.3, wbc=1.0))) == ()


def test_the_first_visit_before_any_treatment_is_the_baseline() -> None:
    first = visit(0.0, "", marrow_blast_percent=60.0)
    episodes = (Episode("regimen", "modified_linker", 1.0, 62.0),)
    assert judge(course(first, episodes=episodes))[0].category == "baseline"


def test_only_marked_assessments_are_judged_where_a_course_marks_any() -> None:
    between = visit(80.0, "follow-up", marrow_blast_percent=60.0, **CLEAR)
    later = visit(90.0, marrow_blast_percent=79.0, **CLEAR)
    found = judge(course(PRESENTATION, REMISSION, between, later))
    assert [(v.visit, v.category) for v in found] == [("d0", "baseline"), ("d20", "CR"), ("d90", "relapse")]
    unmarked = (visit(20.0, "", marrow_blast_percent=1.0), visit(80.0, "follow-up", marrow_blast_percent=60.0))
    assert [v.visit for v in judge(course(*unmarked))] == ["d20", "d80"]


def test_progression_left_open_beside_a_proved_partial_response_is_partial_response() -> None:
    after = visit(30.0, marrow_blast_percent=12.0, **CLEAR)
    verdict = last(PRESENTATION, after)
    assert verdict.category == "PR"
    assert verdict.possible == ("PR", "PD")
    assert verdict.missing == ("change of circulating blasts since the last assessment",)


# The reference case: what its table of events states, with days that fit its dates.
MISSING = "not stated"
ABOVE_ONE = Reading("anc", 1.0, math.inf, low_open=True, unit="1e9/L", source="e28")
SHARE = Reading("b_lineage_blast_percent", 1.8, 1.8, unit="%", denominator="total B cells", method="flow", source="e10")
CASE_VISITS = (
    visit(0.0, "presentation", "e3", wbc=164.0, blood_blast_percent=94.4, platelets=27.0, haemoglobin=10.4),
    visit(
        38.0,
        source="e9",
        marrow_blast_percent=MISSING,
        b_lineage_blast_percent=SHARE,
        platelets=140.0,
        anc=reading("anc", 1.43, "e11"),
    ),
    visit(305.0, source="e17", marrow_blast_percent=79.0),
    visit(365.0, source="e19", marrow_blast_percent=43.0),
    visit(393.0, source="e21", marrow_blast_percent=68.0),
    visit(402.0, "toxicity", "e23", temperature=39.28, hypotension=(2.0, 3.0), hypoxia=MISSING),
    visit(
        430.0,
        source="e27",
        marrow_blast_percent=MISSING,
        b_lineage_blast_percent="not detected",
        platelets=247.0,
        anc=ABOVE_ONE,
    ),
    visit(580.0, source="e32", marrow_blast_percent=MISSING),
    visit(760.0, source="e35", marrow_blast_percent=MISSING, wbc=16.4, platelets=75.0, cd19_intensity="dim"),
    visit(774.0, source="e37", wbc=74.4, platelets=19.0, blood_blast_percent=71.0),
)
CASE_EPISODES = (
    Episode("regimen", "modified_linker", 1.0, 62.0, "", "e7"),
    Episode("regimen", "hypercvad_b", 77.0, 98.0, "", "e13"),
    Episode("regimen", "cytarabine_mitoxantrone", 310.0, 315.0, "", "e18"),
    Episode("regimen", "clag", 366.0, 371.0, "", "e20"),
    Episode("drug", "blinatumomab", 400.0, 428.0, "9 ug/day", "e22"),
    Episode("drug", "blinatumomab", 600.0, 614.0, "", "e33"),
    Episode("drug", "blinatumomab", 761.0, 774.0, "", "e36"),
    Episode("conclusion", "residual disease of precursor B-ALL", 38.0, 38.0, "", "e9"),
    Episode("conclusion", "complete remission by standard definition", 38.0, 38.0, "", "e11"),
    Episode("conclusion", "relapse", 305.0, 305.0, "", "e17"),
    Episode("conclusion", "refractory", 365.0, 365.0, "", "e19"),
    Episode("conclusion", "refractory", 393.0, 393.0, "", "e21"),
    Episode("conclusion", "complete remission", 430.0, 430.0, "", "e27"),
    Episode("conclusion", "still in complete remission", 580.0, 580.0, "", "e32"),
    Episode("conclusion", "second relapse", 760.0, 760.0, "", "e35"),
    Episode("conclusion", "refractory to re-treatment", 774.0, 774.0, "", "e37"),
)


@pytest.fixture(scope="module")
def case() -> dict[str, Verdict]:
    return {v.visit: v for v in judge(course(*CASE_VISITS, episodes=CASE_EPISODES, kind="record"))}


def test_the_reference_case_as_classified_in_the_evidence(case: dict[str, Verdict]) -> None:
    assert {name: (v.category, v.qualifier, v.supported_by) for name, v in case.items()} == {
        "e3": ("baseline", "", "measured"),
        "e9": ("CR", "with detectable residual disease", "stated conclusion"),
        "e17": ("relapse", "", "measured"),
        "e19": ("no response", "", "measured"),
        "e21": ("PD", "", "measured"),
        "e27": ("CR", "MRD negative, sensitivity unknown", "stated conclusion"),
        "e32": ("CR", "MRD not stated", "stated conclusion"),
        "e35": ("relapse", "", "stated conclusion"),
        "e37": ("PD", "", "measured"),
    }


def test_day_38_names_the_missing_blasts_and_the_conclusion_that_stands_in(case: dict[str, Verdict]) -> None:
    verdict = case["e9"]
    assert "marrow_blast_percent" in verdict.missing
    assert {"CR", "no response", "PD", "PR"} == set(verdict.possible)
    assert "marrow blasts not stated" in verdict.reason
    assert "the record itself concludes remission" in verdict.reason
    assert "1.8 % of total B cells" in verdict.reason
    assert [d.met for d in verdict.decided_by if d.observable in ("anc", "platelets")] == [True, True]


def test_the_second_relapse_is_not_provable_from_its_numbers(case: dict[str, Verdict]) -> None:
    assert "relapse" in case["e35"].possible
    assert "CR" not in case["e35"].possible  # platelets 75
    assert all(d.met is None for d in case["e35"].decided_by)


def test_progression_on_retreatment_is_proved_although_the_earlier_blasts_were_not_stated(
    case: dict[str, Verdict],
) -> None:
    rise = next(d for d in case["e37"].decided_by if d.observable == "blasts_blood")
    assert rise.met is True
    assert rise.value == "36.42 to 52.82 x10^9/L"


def test_the_same_states_follow_from_simulated_numbers_alone() -> None:
    def numbers(day: float, blasts: float, anc: float, platelets: float, blood: float, mrd: float) -> Visit:
        return visit(
            day,
            marrow_blast_percent=blasts,
            anc=anc,
            platelets=platelets,
            blood_blast_percent=blood,
            blasts_blood=blood / 10.0,
            mrd_marrow=mrd,
            b_lineage_blast_percent=mrd * 500.0,
            extramedullary_blasts=1e-6,
        )

    simulated = course(
        visit(0.0, "presentation", marrow_blast_percent=90.0, blood_blast_percent=94.0, blasts_blood=150.0),
        numbers(38.0, 0.4, 1.5, 140.0, 1e-3, 4e-3),
        numbers(305.0, 78.0, 0.6, 40.0, 20.0, 0.78),
        numbers(365.0, 44.0, 0.8, 40.0, 10.0, 0.44),
        numbers(393.0, 67.0, 0.5, 30.0, 30.0, 0.67),
        numbers(430.0, 0.001, 2.0, 240.0, 1e-6, 1e-5),
        numbers(580.0, 0.01, 3.0, 220.0, 1e-6, 1.1e-4),
        numbers(760.0, 60.0, 1.2, 75.0, 40.0, 0.6),
        numbers(774.0, 88.0, 0.4, 20.0, 500.0, 0.9),
        episodes=CASE_EPISODES[:7],
    )
    found = judge(simulated)
    assert [v.headline for v in found] == [
        "baseline",
        "CR with detectable residual disease",
        "relapse",
        "no response",
        "PD",
        "CR, MRD negative at 0.01 %",
        "CR with detectable residual disease",
        "relapse",
        "PD",
    ]
    assert all(v.supported_by == "measured" and len(v.possible) == 1 for v in found)


def test_the_bundled_case_is_judged_as_the_hand_built_one(case: dict[str, Verdict]) -> None:
    bundled = judge(load_case("linder2016").course())
    assert [v.headline for v in bundled] == [v.headline for v in case.values()]


def test_a_rise_within_a_free_marrow_is_no_progression_whatever_is_elsewhere() -> None:
    first = visit(30.0, marrow_blast_percent=1.0, blood_blast_percent=3.0, blasts_blood=0.1, extramedullary_blasts=0.0)
    second = visit(60.0, marrow_blast_percent=2.0, blood_blast_percent=3.0, blasts_blood=0.1, extramedullary_blasts=0.0)
    assert last(PRESENTATION, first, second).category == "no response"
    six = visit(60.0, marrow_blast_percent=6.0, blood_blast_percent=3.0, blasts_blood=0.1, extramedullary_blasts=0.0)
    assert last(PRESENTATION, first, six).category == "PD"


@pytest.mark.parametrize("level", [5e-5, 0.0])
def test_a_sensitivity_that_nobody_stated_is_not_invented(level: float) -> None:
    mrd = Reading("mrd_marrow", level, level, unit="fraction", source="e5")
    verdict = last(visit(30.0, marrow_blast_percent=1.0, anc=2.0, platelets=200.0, mrd_marrow=mrd, **CLEAR))
    assert verdict.qualifier == ("with detectable residual disease" if level else "MRD negative, sensitivity unknown")


@pytest.mark.parametrize("whole", ["lymphoid cells", "gated lymphoid cells", "T cells", "CD34+ cells", "CD45dim cells"])
def test_a_share_of_any_subset_is_no_marrow_count(whole: str) -> None:
    share = Reading("marrow_blast_percent", 1.8, 1.8, unit="%", denominator=whole, source="e10")
    verdict = last(PRESENTATION, visit(38.0, marrow_blast_percent=share, anc=2.0, platelets=200.0, **CLEAR))
    assert verdict.category == "undetermined"
    assert f"1.8 % of {whole}, not of all nucleated cells" in verdict.reason
