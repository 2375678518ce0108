"""MRD schemes: every row of the evidence, the boundary at 1e-4, words and shares that are no levels, the case."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.denominators import converted
from trimer.criteria.mrd import (
    alcantara_mrd,
    blast_mrd,
    e1910_mrd,
    eln_2024_mrd1,
    eln_2024_mrd2,
    european_mrd,
    label_mrd,
    levels,
)
from trimer.criteria.verdict import UNDETERMINED, Verdict
from trimer.record.read_yaml import load_case

Judge = Callable[[Course], tuple[Verdict, ...]]
SCHEMES = (alcantara_mrd, blast_mrd, e1910_mrd, eln_2024_mrd1, eln_2024_mrd2, european_mrd, label_mrd)
REMISSION = {"marrow_blast_percent": 1.0, "anc": 2.0, "platelets": 200.0, "blood_blast_percent": 0.0}
UNITS = {"anc": "1e9/L", "platelets": "1e9/L", "extramedullary_blasts": "1e9"}
PH = Visit("ph", "FISH", 0.0, {"bcr_abl": Reading("bcr_abl", text="positive", method="FISH", source="e1")})


def mrd(low: float = math.nan, high: float | None = None, source: str = "e5", **more: object) -> Reading:
    return Reading("mrd_marrow", low, low if high is None else high, unit="fraction", source=source, **more)  # type: ignore[arg-type]


def words(text: str, sensitivity: float | None = None) -> Reading:
    return mrd(text=text, sensitivity=sensitivity)


def share(value: float = 1.8, source: str = "e5") -> Reading:
    return Reading("b_lineage_blast_percent", value, value, unit="%", denominator="total B cells", source=source)


NOT_FOUND = Reading("b_lineage_blast_percent", text="not detected", source="e5")


def course(*found: Reading, day: float = 40.0, remission: bool = True, ph: bool = True, **more: object) -> Course:
    facts = {
        name: Reading(name, value, value, unit=UNITS.get(name, "%"), source="e5")
        for name, value in ({**REMISSION, "extramedullary_blasts": 0.0} if remission else {}).items()
    }
    visit = Visit("v", "visit", day, facts | {r.observable: r for r in found}, context="response assessment")
    return Course("test", "record", dt.date(2014, 1, 13), (PH, visit) if ph else (visit,), **more)  # type: ignore[arg-type]


def one(judge: Judge, *found: Reading, **more: object) -> Verdict:
    verdicts = judge(course(*found, **more))  # type: ignore[arg-type]
    assert len(verdicts) == 1
    return verdicts[0]


def test_files_say_what_they_are() -> None:
    for scheme in SCHEMES:
        assert scheme.SUBJECT == "mrd"
        assert len(set(scheme.ORDER)) == len(scheme.ORDER) >= 2
        assert scheme.__name__.rpartition(".")[2] == one(scheme.judge, mrd(0.02)).set


PCR = "RQ-PCR for BCR-ABL1"
ROWS: list[tuple[Judge, Reading, str]] = [
    (eln_2024_mrd1.judge, words("negative", 1e-4), "complete MRD response"),
    (eln_2024_mrd1.judge, words("not detected", 1e-5), "complete MRD response"),
    (eln_2024_mrd1.judge, mrd(0.0, sensitivity=1e-4), "complete MRD response"),
    (eln_2024_mrd1.judge, mrd(-math.inf, 1e-4, high_open=True, sensitivity=1e-4), "complete MRD response"),
    (eln_2024_mrd1.judge, mrd(1.01e-4), "MRD failure"),
    (eln_2024_mrd1.judge, words("negative", 1e-3), "MRD other: negative"),
    (eln_2024_mrd1.judge, mrd(5e-5), "MRD other: positive/intermediate"),
    (eln_2024_mrd1.judge, mrd(0.0, 1e-4, text="positive, not quantifiable"), "MRD other: positive/intermediate"),
    (eln_2024_mrd1.judge, words("positive, not quantifiable"), "MRD other: positive/intermediate"),
    (eln_2024_mrd2.judge, words("negative", 1e-4), "MRD complete response"),
    (eln_2024_mrd2.judge, mrd(5e-5), "MRD persistence"),
    (eln_2024_mrd2.judge, mrd(0.02), "MRD persistence"),
    (eln_2024_mrd2.judge, words("positive, non-quantifiable"), "positive, not quantifiable"),
    (european_mrd.judge, words("negative", 1e-4), "MRD complete response"),
    (european_mrd.judge, mrd(2e-4), "MRD failure"),
    (european_mrd.judge, mrd(5e-5), "MRD intermediate"),
    (european_mrd.judge, words("negative", 1e-3), "MRD intermediate"),
    (european_mrd.judge, words("positive, not quantifiable"), "MRD intermediate"),
    (blast_mrd.judge, mrd(1e-3), "MRD at least 0.1 %"),
    (blast_mrd.judge, mrd(9.9e-4), "MRD below 0.1 %"),
    (blast_mrd.judge, words("negative", 1e-4), "complete MRD response"),
    (e1910_mrd.judge, mrd(9.9e-5), "MRD negative"),
    (e1910_mrd.judge, words("negative", 1e-4), "MRD negative"),
    (e1910_mrd.judge, mrd(1e-4), "MRD positive"),
    (label_mrd.judge, mrd(1e-3), "MRD at least 0.1 %"),
    (label_mrd.judge, mrd(9.9e-4), "MRD below 0.1 %"),
    (alcantara_mrd.judge, replace(words("negative", 1e-5), method=PCR), "complete MRD response"),
    (alcantara_mrd.judge, replace(words("negative", 1e-4), method=PCR), "no complete MRD response"),
    (alcantara_mrd.judge, replace(mrd(1e-6), method=PCR), "no complete MRD response"),
]


@pytest.mark.parametrize(("judge", "reading", "category"), ROWS)
def test_every_row_of_the_evidence(judge: Judge, reading: Reading, category: str) -> None:
    verdict = one(judge, reading)
    assert (verdict.category, verdict.possible, verdict.missing) == (category, (category,), ())
    assert verdict.supported_by == "measured"


@pytest.mark.parametrize(
    ("judge", "category"),
    [
        (eln_2024_mrd1.judge, "MRD other: positive/intermediate"),
        (european_mrd.judge, "MRD failure"),
        (e1910_mrd.judge, "MRD positive"),
    ],
)
def test_exactly_one_in_ten_thousand_differs_between_sets(judge: Judge, category: str) -> None:
    assert one(judge, mrd(1e-4)).category == category
    assert one(judge, mrd(1e-4, source="simulated")).category == category


def test_negative_without_sensitivity_is_never_below_one_in_ten_thousand() -> None:
    eln = one(eln_2024_mrd1.judge, words("negative"))
    assert eln.headline == "MRD other: negative, sensitivity unknown"
    assert eln.possible == ("complete MRD response", "MRD other: negative")
    assert eln.missing == ("sensitivity of the assay",)
    for scheme in (european_mrd, blast_mrd, e1910_mrd, label_mrd):
        verdict = one(scheme.judge, words("negative"))
        assert verdict.category == UNDETERMINED
        assert verdict.qualifier.startswith("MRD negative, sensitivity unknown")
        assert "sensitivity of the assay" in verdict.missing
        assert all(d.met is None for d in verdict.decided_by)
    assert one(eln_2024_mrd1.judge, NOT_FOUND).category == "MRD other: negative"


def test_a_bound_shows_how_far_its_assay_sees_but_not_that_nothing_was_found() -> None:
    bound = mrd(-math.inf, 1e-4, high_open=True)
    verdict = one(eln_2024_mrd1.judge, bound)
    assert verdict.possible == ("complete MRD response", "MRD other: positive/intermediate")
    assert verdict.missing == ("whether MRD was detected",)
    assert one(e1910_mrd.judge, bound).category == "MRD negative"


def test_a_share_of_b_cells_is_compared_with_nothing() -> None:
    verdict = one(eln_2024_mrd1.judge, share())
    assert verdict.category == UNDETERMINED
    assert verdict.possible == ("MRD other: positive/intermediate", "MRD failure")
    assert verdict.missing == ("b_cells_marrow_percent",)
    assert "1.8 % of total B cells is a presence and no MRD level" in verdict.reason
    assert [d.met for d in verdict.decided_by] == [None]
    as_level = mrd(0.018, denominator="B cells")
    assert one(eln_2024_mrd1.judge, as_level).possible == verdict.possible
    assert one(eln_2024_mrd1.judge, share(0.001)).possible == verdict.possible


def test_a_share_of_lymphocytes_asks_for_a_level_and_not_for_b_cells() -> None:
    verdict = one(eln_2024_mrd1.judge, replace(share(), denominator="lymphocytes"))
    assert verdict.missing == ("mrd_marrow",)


def test_a_share_of_b_cells_recorded_at_the_same_visit_gives_the_level() -> None:
    own = Reading("b_cells_marrow_percent", 1.0, 5.0, unit="%", source="e5")
    verdict = one(eln_2024_mrd1.judge, share(), own)
    assert verdict.category == "MRD failure"
    assert "recorded at the same visit" in verdict.reason


def test_variant_two_asks_for_no_level() -> None:
    assert one(eln_2024_mrd2.judge, share()).category == "MRD persistence"


def test_results_that_contradict_each_other_settle_nothing() -> None:
    verdict = one(eln_2024_mrd1.judge, words("negative", 1e-4), share())
    assert verdict.category == UNDETERMINED
    assert {"complete MRD response", "MRD failure"} <= set(verdict.possible)
    assert "one result is negative, another positive" in verdict.reason


def test_a_visit_that_says_nothing_about_mrd_gets_no_verdict() -> None:
    for scheme in SCHEMES:
        assert scheme.judge(course()) == ()
        assert scheme.judge(course(mrd(absence="not stated"))) == ()
        assert scheme.judge(course(share(source="simulated"))) == ()


def test_the_european_consensus_evaluates_in_remission_only() -> None:
    relapse = Reading("marrow_blast_percent", 60.0, 60.0, unit="%", source="e5")
    verdict = one(european_mrd.judge, mrd(0.6), relapse)
    assert verdict.category == "not evaluated outside haematologic CR"
    assert verdict.possible == (verdict.category,)
    assert verdict.missing == ()
    unknown = one(european_mrd.judge, mrd(2e-4), remission=False)
    assert unknown.category == UNDETERMINED
    assert unknown.possible == ("MRD failure", "not evaluated outside haematologic CR")
    assert "marrow_blast_percent" in unknown.missing


def test_blast_says_where_in_treatment_a_visit_stands() -> None:
    def drug(start: float, end: float) -> Episode:
        return Episode("drug", "blinatumomab", start, end)

    def where(day: float, *episodes: Episode) -> str:
        return one(blast_mrd.judge, words("negative", 1e-4), day=day, episodes=episodes).qualifier

    first = (drug(50.0, 60.0), drug(62.0, 80.0))  # a break of two days, one cycle
    assert where(40.0, *first) == "before blinatumomab"
    assert where(61.0, *first) == "in cycle 1"
    assert where(80.0, *first) == "after cycle 1"
    assert where(125.0, *first, drug(92.0, 120.0)) == "after cycle 2"
    assert where(75.0, drug(50.0, 60.0), drug(67.0, 80.0)) == "in cycle 1"
    assert where(75.0, drug(50.0, 60.0), drug(67.1, 80.0)) == "in cycle 2"
    verdict = one(blast_mrd.judge, words("negative", 1e-4), day=85.0, episodes=first)
    assert verdict.headline == "complete MRD response, after cycle 1"
    assert "the trial's endpoint." in verdict.reason


def test_alcantara_asks_for_pcr_and_for_philadelphia_positive_leukaemia() -> None:
    by_flow = one(alcantara_mrd.judge, replace(words("negative", 1e-5), method="flow cytometry"))
    assert (by_flow.category, by_flow.missing) == (UNDETERMINED, ("BCR-ABL1 by PCR",))
    transcript = Reading("bcr_abl", text="negative", method="RT-PCR", sensitivity=1e-5, source="e5")
    assert one(alcantara_mrd.judge, transcript).category == "complete MRD response"
    unknown = one(alcantara_mrd.judge, transcript, ph=False)
    assert unknown.possible == ("complete MRD response", "not applicable")
    assert unknown.missing == ("philadelphia_chromosome",)
    negative = replace(PH, readings={"bcr_abl": replace(PH.readings["bcr_abl"], text="negative")}, context="diagnosis")
    other = replace(course(mrd(0.02), ph=False), visits=(negative, *course(mrd(0.02), ph=False).visits))
    assert [v.category for v in alcantara_mrd.judge(other)] == ["not applicable"]


def test_alcantara_bcr_abl_by_fish_is_no_mrd() -> None:
    by_fish = Reading("bcr_abl", text="negative", method="FISH", source="e5")
    assert alcantara_mrd.judge(course(by_fish)) == ()


def test_a_simulated_level_is_negative_below_what_an_assay_would_see() -> None:
    low = mrd(5e-5, source="simulated")
    verdict = one(eln_2024_mrd1.judge, low)
    assert verdict.category == "complete MRD response"
    assert any("assumed" in d.value for d in verdict.decided_by)
    assert one(eln_2024_mrd1.judge, replace(low, sensitivity=1e-5)).category == "MRD other: positive/intermediate"
    assert one(alcantara_mrd.judge, low).category == "no complete MRD response"


# Laws: a higher level is never judged better, less known never narrower, a completion never outside the interval.

EXPONENT = st.floats(-7.0, 0.0)
RESULTS = st.one_of(
    EXPONENT.map(lambda e: mrd(10.0**e)),
    EXPONENT.map(lambda e: mrd(10.0**e, source="simulated")),
    st.tuples(EXPONENT, EXPONENT).map(lambda p: mrd(10.0 ** min(p), 10.0 ** max(p))),
    st.sampled_from([1e-5, 1e-4, 1e-3]).map(lambda s: mrd(-math.inf, s, high_open=True)),
    st.sampled_from(["negative", "positive", "not detected", "positive, not quantifiable"]).map(words),
)


@given(EXPONENT, EXPONENT, st.sampled_from(["e5", "simulated"]), st.sampled_from([None, 1e-6, 1e-5, 1e-3]))
def test_a_higher_level_is_never_better(a: float, b: float, source: str, sensitivity: float | None) -> None:
    for scheme in SCHEMES:
        low, high = (
            one(scheme.judge, mrd(10.0**e, source=source, sensitivity=sensitivity, method=PCR)) for e in sorted((a, b))
        )
        better, worse = ([scheme.ORDER.index(name) for name in v.possible] for v in (low, high))
        assert min(better) <= min(worse), (scheme, low, high)
        assert max(better) <= max(worse), (scheme, low, high)


@given(RESULTS, st.sampled_from([1e-5, 1e-4, 1e-3]), st.sampled_from([None, share(), NOT_FOUND]))
def test_less_known_is_never_narrower(result: Reading, sensitivity: float, extra: Reading | None) -> None:
    more = () if extra is None else (extra,)
    whole = one(eln_2024_mrd1.judge, replace(result, sensitivity=sensitivity), *more)
    # Facts that contradict each other widen, as they should: two results, or a bound and a coarser sensitivity.
    assume("another positive" not in whole.reason)
    assume("finer than the stated sensitivity" not in whole.reason)
    for scheme in SCHEMES:
        full = one(scheme.judge, replace(result, sensitivity=sensitivity, method=PCR), *more)
        assert full.category in full.possible or full.category == UNDETERMINED
        assert bool(full.missing) == (len(full.possible) > 1)
        for other in (
            one(scheme.judge, replace(result, method=PCR), *more),
            one(scheme.judge, replace(result, sensitivity=sensitivity, method=PCR), *more, remission=False),
            one(scheme.judge, replace(result, sensitivity=sensitivity, method=PCR), *more, ph=False),
        ):
            if result.source != "simulated":
                assert set(other.possible) >= set(full.possible), (scheme, full, other)


@given(st.tuples(EXPONENT, EXPONENT).map(sorted), st.floats(0.0, 1.0))
def test_an_interval_allows_what_every_level_in_it_gives(bounds: list[float], at: float) -> None:
    low, high = (10.0**e for e in bounds)
    value = min(max(low + at * (high - low), low), high)
    for scheme in SCHEMES:
        wide = one(scheme.judge, mrd(low, high, method=PCR))
        assert one(scheme.judge, mrd(value, method=PCR)).category in wide.possible


# The reference case.


@pytest.fixture(scope="module")
def case() -> Course:
    return load_case("linder2016").course()


def categories(judge: Judge, case: Course) -> dict[str, str]:
    return {v.visit: v.category for v in judge(case)}


def test_the_case_on_day_38_is_residual_disease_without_a_level(case: Course) -> None:
    verdict = next(v for v in eln_2024_mrd1.judge(case) if v.visit == "e09")
    assert verdict.category == UNDETERMINED
    assert verdict.missing == ("b_cells_marrow_percent",)
    assert categories(eln_2024_mrd2.judge, case)["e09"] == "MRD persistence"


def test_the_case_on_day_38_with_one_to_five_per_cent_of_b_cells_is_a_failure(case: Course) -> None:
    shown = converted(case, (1.0, 5.0))
    verdict = next(v for v in eln_2024_mrd1.judge(shown) if v.visit == "e09")
    assert (verdict.category, verdict.possible) == ("MRD failure", ("MRD failure",))
    assert verdict.decided_by[0].value == "0.018 to 0.09 %"
    assert categories(european_mrd.judge, shown)["e09"] == "MRD failure"
    assert categories(label_mrd.judge, shown)["e09"] == "MRD below 0.1 %"
    assert categories(e1910_mrd.judge, shown)["e09"] == "MRD positive"


def test_the_case_after_blinatumomab_is_negative_of_unknown_sensitivity(case: Course) -> None:
    verdict = next(v for v in eln_2024_mrd1.judge(case) if v.visit == "e27")
    assert verdict.headline == "MRD other: negative, sensitivity unknown"
    assert categories(e1910_mrd.judge, case)["e27"] == UNDETERMINED
    blast = next(v for v in blast_mrd.judge(case) if v.visit == "e27")
    assert blast.headline == "undetermined, MRD negative, sensitivity unknown, after cycle 1"


def test_the_case_is_philadelphia_negative(case: Course) -> None:
    assert alcantara_mrd.philadelphia(case) is False
    assert set(categories(alcantara_mrd.judge, case).values()) == {"not applicable"}


def test_the_case_names_only_visits_with_evidence(case: Course) -> None:
    assert list(categories(eln_2024_mrd1.judge, case)) == ["e09", "e27", "e35"]
    assert levels.level(next(v for v in case.visits if v.id == "e32"), 1e-4) is None


def test_a_bound_finer_than_the_stated_sensitivity_is_a_contradiction_and_open() -> None:
    verdict = one(eln_2024_mrd1.judge, mrd(-math.inf, 1e-5, high_open=True, sensitivity=1e-3))
    assert verdict.category == UNDETERMINED
    assert verdict.possible == ("complete MRD response", "MRD other: negative", "MRD other: positive/intermediate")
    assert "the bound is finer than the stated sensitivity, 0.1 %" in verdict.reason


def test_positive_by_a_coarse_assay_may_lie_below_what_it_quantifies() -> None:
    verdict = one(label_mrd.judge, words("positive", 1e-3))
    assert verdict.possible == ("MRD below 0.1 %", "MRD at least 0.1 %")
    verdict = one(eln_2024_mrd1.judge, words("positive", 1e-3))
    assert verdict.possible == ("MRD other: positive/intermediate", "MRD failure")


def test_a_printed_zero_without_a_sensitivity_is_a_negative_and_no_level() -> None:
    assert one(eln_2024_mrd1.judge, mrd(0.0)).headline == "MRD other: negative, sensitivity unknown"
    assert one(e1910_mrd.judge, mrd(0.0)).category == UNDETERMINED
    assert one(e1910_mrd.judge, mrd(0.0, sensitivity=1e-4)).category == "MRD negative"


def test_a_level_of_mononuclear_cells_says_so() -> None:
    assert (
        "MRD 0.02 % of mononuclear cells" in one(eln_2024_mrd1.judge, mrd(2e-4, denominator="mononuclear cells")).reason
    )


def test_the_consensus_names_the_conventions_of_the_response_it_rests_on() -> None:
    facts = {n: Reading(n, v, v, unit=UNITS.get(n, "%"), source="e5") for n, v in REMISSION.items()}
    verdict = one(european_mrd.judge, mrd(2e-4), *facts.values(), remission=False)
    assert verdict.category == "MRD failure"
    assert verdict.conventions == ("extramedullary disease not recorded, taken as none",)
