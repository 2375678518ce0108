"""A share of B cells becomes an MRD level only by a stated share of B cells, and then as an interval."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.course import Course, Reading, Visit
from trimer.criteria.denominators import converted, mrd_from_b_cells, of_b_cells
from trimer.criteria.logic import compare, known
from trimer.criteria.response.evidence import of_all_cells
from trimer.errors import InputError


def share(low: float = 1.8, high: float | None = None, denominator: str = "total B cells", **more: object) -> Reading:
    top = low if high is None else high
    fields = {"unit": "%", "denominator": denominator, "source": "e10"} | more
    return Reading("b_lineage_blast_percent", low, top, **fields)  # type: ignore[arg-type]


def course(*readings: Reading) -> Course:
    visit = Visit("v", "visit", 38.0, {r.observable: r for r in readings})
    return Course("test", "record", dt.date(2014, 1, 13), (visit,))


def level(*readings: Reading, assumed: tuple[float, float] | None = None) -> Reading | None:
    return converted(course(*readings), assumed).visits[0].get("mrd_marrow")


OWN = Reading("b_cells_marrow_percent", 2.0, 3.0, unit="%", source="e10")


def test_the_share_of_the_reference_case_in_one_to_five_per_cent_of_b_cells() -> None:
    found = level(share(), assumed=(1.0, 5.0))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(1.8e-4), pytest.approx(9e-4))
    assert (found.unit, found.denominator, found.inferred) == ("fraction", "nucleated cells", True)
    assert "1 to 5 %" in found.method
    assert compare(found, ">", 1e-4) is True
    assert compare(found, "<", 1e-2) is True


def test_without_any_share_of_b_cells_it_is_refused() -> None:
    before = course(share())
    assert converted(before) == before


def test_the_visits_own_share_goes_before_the_assumed_one() -> None:
    found = level(share(), OWN, assumed=(50.0, 60.0))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(3.6e-4), pytest.approx(5.4e-4))
    assert "recorded" in found.method


def test_a_recorded_level_of_nucleated_cells_is_kept() -> None:
    own = Reading("mrd_marrow", 5e-5, 5e-5, unit="fraction", denominator="nucleated cells", source="e10")
    assert level(share(), own, assumed=(1.0, 5.0)) == own


def test_a_share_of_b_cells_recorded_as_if_it_were_a_level_is_converted_too() -> None:
    wrong = Reading("mrd_marrow", 0.018, 0.018, unit="fraction", denominator="B cells", source="e10")
    found = level(wrong, assumed=(1.0, 5.0))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(1.8e-4), pytest.approx(9e-4))


@pytest.mark.parametrize(
    "left",
    [
        share(denominator="lymphocytes"),
        share(source="simulated"),
        Reading("b_lineage_blast_percent", text="negative", source="e10"),
        Reading("b_lineage_blast_percent", absence="not stated", source="e10"),
    ],
    ids=["lymphocytes", "simulated", "words", "absent"],
)
def test_what_is_no_measured_share_of_b_cells_stays_as_it_is(left: Reading) -> None:
    assert level(left, assumed=(1.0, 5.0)) is None


def test_a_share_of_nucleated_cells_is_a_level_already() -> None:
    found = level(share(denominator="nucleated cells"), assumed=(1.0, 5.0))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(0.018), pytest.approx(0.018))


def test_a_share_says_whether_it_is_of_b_cells() -> None:
    assert [of_b_cells(share(denominator=d)) for d in ("", "CD19+ cells", "lymphocytes")] == [True, True, False]
    assert of_b_cells(Reading("mrd_marrow", 0.1, 0.1, unit="fraction")) is False


@pytest.mark.parametrize("bad", [(5.0, 1.0), (-1.0, 5.0), (1.0, 101.0), (math.nan, 5.0)])
def test_a_share_that_is_none_is_one_clear_error(bad: tuple[float, float]) -> None:
    with pytest.raises(InputError, match=r"share of B cells: found .*an interval between 0 and 100 %"):
        converted(course(share()), bad)


def test_an_open_bound_stays_open_and_an_unbounded_one_ends_at_all_cells() -> None:
    below = mrd_from_b_cells(share(-math.inf, 2.0, high_open=True), (1.0, 5.0), "test")
    assert (below.low, below.high, below.low_open, below.high_open) == (0.0, pytest.approx(1e-3), False, True)
    above = mrd_from_b_cells(share(1.8, math.inf, low_open=True, high_open=True), (1.0, 5.0), "test")
    assert (above.low, above.high) == (pytest.approx(1.8e-4), pytest.approx(0.05))
    assert (above.low_open, above.high_open) == (True, False)
    assert mrd_from_b_cells(share(1.8, low_open=True), (0.0, 5.0), "test").low_open is False


PERCENT = st.floats(0.0, 100.0)


@given(
    st.tuples(PERCENT, PERCENT).map(sorted), st.tuples(PERCENT, PERCENT).map(sorted), st.floats(0, 1), st.floats(0, 1)
)
def test_the_interval_holds_every_product(percent: list[float], b: list[float], at: float, where: float) -> None:
    found = mrd_from_b_cells(share(*percent), (b[0], b[1]), "test")
    immature = percent[0] + at * (percent[1] - percent[0])
    whole = b[0] + where * (b[1] - b[0])
    assert found.low - 1e-12 <= immature * whole / 1e4 <= found.high + 1e-12
    assert 0.0 <= found.low <= found.high <= 1.0


@pytest.mark.parametrize(
    "subset", ["lymphoid cells", "gated lymphoid cells", "T cells", "CD34+ cells", "CD45dim cells", "CD19+CD34+ cells",
               "immature B cells", "non-erythroid cells", "blasts"],
)  # fmt: skip
def test_a_share_of_a_subset_is_refused(subset: str) -> None:
    assert level(share(denominator=subset), assumed=(1.0, 5.0)) is None
    as_level = Reading("mrd_marrow", 0.018, 0.018, unit="fraction", denominator=subset, source="e10")
    assert not known(of_all_cells(as_level))


@pytest.mark.parametrize(
    "whole",
    ["nucleated cells", "all nucleated cells", "total cells", "all cells", "marrow cells", "white cells",
     "white blood cells", "leukocytes", "leucocytes", "bone marrow mononuclear cells", "nucleated marrow cells", "WBC"],
)  # fmt: skip
def test_a_share_of_all_cells_is_a_level_and_says_of_which(whole: str) -> None:
    found = level(share(denominator=whole))
    assert found is not None
    assert (found.high, found.denominator) == (pytest.approx(0.018), whole)
    assert whole in found.method


def test_where_nothing_is_stated_the_usual_cells_are_meant() -> None:
    assert known(of_all_cells(Reading("marrow_blast_percent", 1.8, 1.8, unit="%")))
    assert level(share(denominator="")) is None  # immature B cells are usually told of B cells
