"""The record's own conclusions: what they claim and deny, and what they may settle; every convention is named."""

from __future__ import annotations

import pytest
from response_sample import CLEAR, SOUND, before, course, judged, remission, visit

from trimer.course import Episode
from trimer.criteria.response import amg, cibmtr, eln_2024, nci_2010
from trimer.criteria.response.evidence import complete, conclusions


def said(text: str, day: float = 30.0) -> Episode:
    return Episode("conclusion", text, day, day)


def concluded(text: str) -> frozenset[str]:
    return conclusions(course(episodes=(said(text),)), visit(30.0))


@pytest.mark.parametrize(
    "text",
    [
        "partial remission", "failed to achieve complete remission", "remission not achieved", "loss of remission",
        "complete remission lost", "CR ruled out", "no remission", "not in CR", "molecular remission",
        "complete cytogenetic remission", "complete molecular response", "partial haematologic remission",
        "possible CR", "complete remission was not reached", "CR?", "probable remission", "remission status unknown",
        "incomplete remission", "short of CR", "out of remission",
    ],
)  # fmt: skip
def test_what_is_no_complete_remission_is_not_read_as_one(text: str) -> None:
    assert "remission" not in concluded(text)
    verdict = judged(amg, before(), visit(30.0, anc=2.0, platelets=200.0, **CLEAR), episodes=(said(text),))["d30"]
    assert verdict.category == "undetermined"


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("absence of relapse", set()),
        ("relapse-free", set()),
        ("no relapse", set()),
        ("relapse ruled out", set()),
        ("suspected relapse", set()),
        ("relapse suspected", set()),
        ("MRD relapse", set()),
        ("complete remission, relapse suspected", {"remission"}),
        ("CR2", {"remission"}),
        ("second complete remission after first relapse", {"remission"}),
        ("relapse after complete remission", {"relapse"}),
        ("relapsed precursor B-ALL", {"relapse"}),
        ("complete remission, documented by pathology", {"remission"}),
        ("CR with molecular response", {"remission"}),
        ("CRi", {"remission"}),
        ("complete remission after cycle 1", {"remission"}),
        ("after cycle 1 complete remission", {"remission"}),
        ("minimal residual disease negative", set()),
        ("undetectable minimal residual disease", set()),
        ("minimal residual disease", {"residual disease"}),
        ("no response to CLAG", {"refractory"}),
    ],
)
def test_what_a_conclusion_claims(text: str, claims: set[str]) -> None:
    assert concluded(text) == claims


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("complete remission", True), ("still in CR", True), ("complete response by standard definition", True),
        ("remission", False), ("CRi", False), ("complete remission with incomplete recovery", False),
        ("complete remission lost", False),
    ],
)  # fmt: skip
def test_whether_it_says_complete(text: str, whole: bool) -> None:
    assert complete(course(episodes=(said(text),)), visit(30.0)) is whole


def test_remission_without_counts_is_undetermined_among_remissions_unless_it_is_called_complete() -> None:
    marrow = visit(30.0, marrow_blast_percent=1.0, **CLEAR)
    plain = judged(amg, before(), marrow, episodes=(said("remission"),))["d30"]
    assert (plain.category, plain.supported_by) == ("undetermined", "")
    assert "concludes remission, which leaves CR, CRh, CRi" in plain.reason
    whole = judged(amg, before(), marrow, episodes=(said("complete remission"),))["d30"]
    assert (whole.category, whole.supported_by) == ("CR", "stated conclusion")
    low = visit(30.0, marrow_blast_percent=1.0, anc=0.8, **CLEAR)
    assert judged(amg, before(), low, episodes=(said("complete remission"),))["d30"].category == "undetermined"


def test_a_remission_of_unknown_kind_is_still_a_remission_for_what_follows() -> None:
    marrow, back = visit(30.0, **SOUND, wbc=3.0), visit(90.0, marrow_blast_percent=60.0, **SOUND)
    found = judged(cibmtr, before(), marrow, back, episodes=(said("remission"),))
    assert (found["d30"].category, found["d90"].category) == ("undetermined", "relapse")


def test_conclusions_that_do_not_go_together_settle_nothing() -> None:
    both = (said("complete remission", 60.0), said("relapse", 60.0))
    empty = visit(60.0, anc=2.0, platelets=200.0)
    found = judged(amg, before(), remission(30.0), empty, episodes=both)
    assert found["d60"].category == "undetermined"
    assert "do not go together" in found["d60"].reason


def test_conventions_are_named_in_the_verdict_and_in_its_reason() -> None:
    silent = visit(30.0, marrow_blast_percent=1.0, anc=2.0, platelets=200.0, blood_blast_percent=0.0)
    found = {m: judged(m, before(), silent, remission(90.0))["d30"] for m in (amg, eln_2024, cibmtr, nci_2010)}
    outside = "extramedullary disease not recorded, taken as none"
    mrd = "no MRD level of nucleated cells, so none is asked for"
    red, platelets = (f"{name} transfusions not recorded, taken as none" for name in ("red-cell", "platelet"))
    lines = "trilineage haematopoiesis not recorded, taken as present"
    maturation = "normal maturation beyond trilineage haematopoiesis not judged"
    cellular = "marrow cellularity not recorded, taken as adequate"
    assert {m: set(v.conventions) for m, v in found.items()} == {
        amg: {outside},
        eln_2024: {outside, mrd, red},
        cibmtr: {outside, red, platelets, lines, maturation},
        nci_2010: {outside, lines, cellular},
    }
    for verdict in found.values():
        assert verdict.category == "CR"
        assert all(sentence in verdict.reason for sentence in verdict.conventions)


def test_with_everything_recorded_nothing_is_taken_for_granted() -> None:
    for module in (amg, nci_2010):
        assert judged(module, before(), remission(30.0, mrd_marrow=1e-5), remission(90.0))["d30"].conventions == ()


def test_no_response_beside_an_open_progression_says_that_none_was_shown() -> None:
    later = visit(30.0, marrow_blast_percent=43.0, blood_blast_percent=5.0, extramedullary_blasts=0.0)
    first = visit(0.0, "presentation", marrow_blast_percent=60.0)
    verdict = judged(amg, first, later)["d30"]
    assert (verdict.category, verdict.possible) == ("no response", ("no response", "PD"))
    assert verdict.conventions == ("PD not shown, taken as none",)


def test_a_conclusion_beside_a_convention_keeps_both() -> None:
    thin = visit(30.0, marrow_blast_percent=1.0, anc=2.0, platelets=200.0)
    verdict = judged(cibmtr, before(), thin, episodes=(said("complete remission"),))["d30"]
    assert (verdict.category, verdict.supported_by) == ("CR", "stated conclusion")
    assert "red-cell transfusions not recorded, taken as none" in verdict.conventions
    assert "the record itself concludes remission" in verdict.reason


def test_what_no_record_holds_is_said_to_be_unjudged() -> None:
    back = visit(90.0, marrow_blast_percent=60.0, **SOUND)
    found = judged(nci_2010, before(), remission(30.0), remission(60.0), back)
    assert found["d90"].conventions == ("confirmation of relapse by a second method not judged, taken as given",)


def test_cibmtr_without_three_cell_lines_is_no_cr() -> None:
    lacking = remission(30.0, trilineage_haematopoiesis="absent")
    assert judged(cibmtr, before(), lacking, remission(90.0))["d30"].category == "CRi"
