"""ELN 2024: order of overlapping rows, MRD before morphology, and what is not recorded."""

from __future__ import annotations

import pytest
from response_sample import SOUND, before, judged, remission, visit

from trimer.course import Reading
from trimer.criteria.response import eln_2024
from trimer.criteria.verdict import Verdict


def after(**changed: object) -> Verdict:
    return judged(eln_2024, before(), remission(30.0, **changed))["d30"]


@pytest.mark.parametrize(
    ("changed", "category"),
    [
        ({}, "CR"),
        ({"red_cell_transfusion": "present"}, "MLFS"),
        ({"red_cell_transfusion": "present", "anc": 0.2}, "MLFS"),
        ({"red_cell_transfusion": "present", "anc": 1.0}, "MLFS"),
        ({"platelet_transfusion": "present"}, "CR"),
        ({"anc": 0.99, "platelets": 100.0}, "CRi"),
        ({"anc": 1.0, "platelets": 99.9}, "CRi"),
        ({"anc": 1.0, "platelets": 500.0}, "boundary"),
        ({"extramedullary_blasts": "present"}, "failure"),
        ({"blood_blast_percent": "present", "blasts_blood": "not stated"}, "failure"),
        ({"mrd_marrow": 0.0099}, "CR"),
        ({"mrd_marrow": 0.01}, "failure"),
        ({"mrd_marrow": "negative"}, "CR"),
        ({"marrow_blast_percent": 12.0, "mrd_marrow": 0.01}, "failure"),
        ({"marrow_blast_percent": 12.0, "mrd_marrow": "negative"}, "PR"),  # no sensitivity: it bounds nothing
        ({"marrow_blast_percent": 12.0, "anc": 1.0, "mrd_marrow": 0.001}, "failure"),
        ({"marrow_blast_percent": 25.1, "mrd_marrow": 0.001}, "failure"),
    ],
)
def test_the_rows_in_their_order(changed: dict[str, object], category: str) -> None:
    verdict = after(**changed)
    assert (verdict.category, verdict.supported_by) == (category, "measured")


def test_with_everything_recorded_nothing_is_left_open() -> None:
    verdict = after(mrd_marrow=1e-5)
    assert (verdict.possible, verdict.missing) == (("CR",), ())


def test_a_gap_is_named_as_one() -> None:
    assert "which CR (>) and CRi (<) both leave out" in after(anc=1.0).reason


def test_mrd_over_morphology_is_said() -> None:
    verdict = after(marrow_blast_percent=12.0, mrd_marrow=0.005)
    assert verdict.category == "CR"
    assert "PR by morphology, CR because MRD is below 1 %" in verdict.reason


def test_mrd_not_recorded_is_not_asked_for_but_leaves_failure_possible() -> None:
    verdict = after()
    assert "none is asked for" in verdict.reason
    assert verdict.possible == ("CR", "failure")
    assert verdict.missing == ("mrd_marrow",)


def test_mrd_across_the_limit_is_undetermined() -> None:
    verdict = after(mrd_marrow=(0.005, 0.02))
    assert (verdict.category, verdict.possible) == ("undetermined", ("CR", "failure"))


def test_transfusions_not_recorded_are_taken_as_none_and_leave_mlfs_possible() -> None:
    verdict = after(red_cell_transfusion="not stated", mrd_marrow=1e-5)
    assert (verdict.category, verdict.possible) == ("CR", ("CR", "MLFS"))
    assert "red-cell transfusions not recorded, taken as none" in verdict.reason
    assert verdict.missing == ("red_cell_transfusion",)


def test_mrd_of_b_cells_is_refused_as_a_level() -> None:
    share = Reading("mrd_marrow", 0.018, 0.018, unit="fraction", denominator="B cells")
    assert after(mrd_marrow=share).category == "CR"


def test_a_share_of_b_cells_below_one_per_cent_is_not_called_a_naive_failure() -> None:
    share = Reading("b_lineage_blast_percent", 0.5, 0.5, unit="%", denominator="total B cells", source="e1")
    reason = after(b_lineage_blast_percent=share).reason
    assert "never compared with 1 %" in reason
    assert "naively" not in reason


@pytest.mark.parametrize(
    "changed",
    [{"marrow_blast_percent": 5.0}, {"mrd_marrow": 0.01}, {"blood_blast_percent": 1.0}, {"extramedullary_blasts": 1.0}],
)
def test_disease_after_a_remission_is_relapse(changed: dict[str, object]) -> None:
    verdict = judged(eln_2024, before(), remission(30.0), remission(90.0, **changed))["d90"]
    assert verdict.category == "relapse"
    assert len(verdict.decided_by) == 1


def test_without_history_disease_may_be_failure_or_relapse() -> None:
    verdict = judged(eln_2024, visit(30.0, marrow_blast_percent=40.0, **SOUND))["d30"]
    assert (verdict.category, verdict.possible) == ("undetermined", ("failure", "relapse"))
    assert "whether a remission came before" in verdict.missing


def test_the_override_by_mrd_goes_before_relapse() -> None:
    twelve = {"marrow_blast_percent": 12.0, "mrd_marrow": 0.005}
    found = judged(eln_2024, before(), remission(30.0, **twelve), remission(60.0, **twelve))
    assert [v.category for v in found.values()] == ["baseline", "CR", "CR"]
    six = remission(90.0, marrow_blast_percent=6.0, mrd_marrow=1e-5)
    assert judged(eln_2024, before(), remission(30.0), six)["d90"].category == "CR"
    for worse in ({"mrd_marrow": 0.01}, {"mrd_marrow": "not stated"}, {"marrow_blast_percent": 25.1}, {"anc": 1.0},
                  {"blood_blast_percent": 3.0}, {"extramedullary_blasts": 5.0}):  # fmt: skip
        back = remission(90.0, **({"marrow_blast_percent": 6.0, "mrd_marrow": 1e-5} | worse))
        assert judged(eln_2024, before(), remission(30.0), back)["d90"].category == "relapse"


def test_negative_without_a_sensitivity_bounds_nothing() -> None:
    verdict = after(marrow_blast_percent=12.0, mrd_marrow="negative")
    assert (verdict.category, verdict.possible) == ("PR", ("CR", "PR", "failure"))
    assert verdict.conventions == ("MRD negative, sensitivity not stated, taken as below the limit",)
    fine = Reading("mrd_marrow", text="negative", sensitivity=1e-4, source="e1")
    assert after(marrow_blast_percent=12.0, mrd_marrow=fine).possible == ("CR",)
    coarse = Reading("mrd_marrow", text="negative", sensitivity=0.05, source="e1")
    assert after(marrow_blast_percent=12.0, mrd_marrow=coarse).category == "undetermined"
    zero = Reading("mrd_marrow", 0.0, 0.0, unit="fraction", source="e1")
    assert after(marrow_blast_percent=12.0, mrd_marrow=zero).category == "PR"


def test_the_share_of_b_cells_is_told_once() -> None:
    share = Reading("b_lineage_blast_percent", 1.8, 1.8, unit="%", denominator="total B cells", source="e1")
    reason = after(b_lineage_blast_percent=share).reason
    assert reason.count("1.8 %") == 1
    assert "such a share is never compared with 1 %; read naively it would be failure" in reason


def test_limits_of_mrd_are_told_in_per_cent() -> None:
    limit = next(d for d in after(mrd_marrow=0.02).decided_by if d.observable == "mrd_marrow")
    assert (limit.value, limit.threshold) == ("2 %", "< 1 %")
