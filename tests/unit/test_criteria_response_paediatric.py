"""The paediatric consensus: the fewer the blasts, the more tests or marrows must agree; only after a remission."""

from __future__ import annotations

from dataclasses import replace

import pytest
from response_sample import before, course, judged, remission, visit

from trimer.course import Reading
from trimer.criteria.response import paediatric_2022
from trimer.criteria.verdict import Verdict


def later(blasts: float, mrd: float | None = None, second: float | None = None, after: float = 30.0) -> Verdict:
    other = {} if mrd is None else {"mrd_marrow": mrd}
    visits = [before(), remission(30.0), visit(90.0, marrow_blast_percent=blasts, **other)]
    if second is not None:
        visits.append(visit(90.0 + after, marrow_blast_percent=second, mrd_marrow=second / 100.0))
    return judged(paediatric_2022, *visits)["d90"]


@pytest.mark.parametrize(
    ("blasts", "mrd", "second", "category"),
    [
        (25.0, 0.0, None, "relapse"),
        (24.9, 0.01, None, "relapse"),
        (24.9, 0.0099, 0.9, "no relapse"),
        (24.9, 0.0099, 3.0, "relapse"),  # both tests of the second marrow agree, which is enough even for 1 %
        (24.9, 0.0099, 5.0, "relapse"),
        (5.0, 0.01, None, "relapse"),
        (5.0, None, 12.0, "relapse"),
        (4.9, 0.05, 0.5, "no relapse"),
        (4.9, 0.05, 1.0, "relapse"),
        (1.0, None, 1.0, "relapse"),
        (0.9, 0.02, 30.0, "no relapse"),
    ],
)
def test_every_class_of_blasts(blasts: float, mrd: float | None, second: float | None, category: str) -> None:
    verdict = later(blasts, mrd, second)
    assert (verdict.category, verdict.possible) == (category, (category,))
    assert verdict.pending == ""


def test_without_a_second_marrow_the_verdict_waits_for_one() -> None:
    verdict = later(12.0, 0.0)
    assert (verdict.category, verdict.possible) == ("no relapse", ("no relapse", "relapse"))
    assert verdict.pending == "a second marrow may confirm a relapse"
    assert "a second marrow" in verdict.missing


def test_a_marrow_months_later_is_no_second_marrow() -> None:
    assert later(12.0, 0.0, second=60.0, after=56.0).category == "relapse"
    assert later(12.0, 0.0, second=60.0, after=57.0).category == "no relapse"


def test_two_methods_of_one_day_are_two_other_tests() -> None:
    flow = Reading("mrd_marrow", 0.02, 0.02, unit="fraction", day=90.0, method="flow cytometry")
    pcr = Reading("mrd_marrow", 0.03, 0.03, unit="fraction", day=90.0, method="PCR")
    facts = course(before(), remission(30.0), visit(90.0, marrow_blast_percent=3.0, mrd_marrow=flow))
    assert paediatric_2022.judge(replace(facts, readings=(flow,)))[-1].category == "no relapse"
    assert paediatric_2022.judge(replace(facts, readings=(flow, pcr)))[-1].category == "relapse"


def test_relapse_only_after_a_remission() -> None:
    found = judged(paediatric_2022, before(), visit(30.0, marrow_blast_percent=60.0))
    assert found["d30"].category == "not in remission"
    found = judged(paediatric_2022, before(), remission(30.0), visit(90.0, marrow_blast_percent=60.0),
                   visit(150.0, marrow_blast_percent=70.0))  # fmt: skip
    assert [v.category for v in found.values()] == ["baseline", "no relapse", "relapse", "not in remission"]


def test_a_share_of_b_cells_is_no_other_test() -> None:
    share = Reading("mrd_marrow", 0.5, 0.5, unit="fraction", denominator="B cells")
    found = judged(paediatric_2022, before(), remission(30.0), visit(90.0, marrow_blast_percent=12.0, mrd_marrow=share))
    assert found["d90"].category != "relapse"


def test_a_negative_test_without_a_sensitivity_agrees_with_nothing_and_denies_nothing() -> None:
    def suspect(**more: object) -> Verdict:
        word = Reading("mrd_marrow", text="negative", source="e1", **more)  # type: ignore[arg-type]
        visits = (before(), remission(30.0), visit(90.0, marrow_blast_percent=12.0, mrd_marrow=word))
        return judged(paediatric_2022, *visits)["d90"]

    assert suspect().missing == ("mrd_marrow", "a second marrow")
    assert [d.met for d in suspect().decided_by if d.observable == "mrd_marrow"] in ([], [None])
    assert suspect(sensitivity=1e-4).missing == ("a second marrow",)
    assert suspect(sensitivity=0.05).missing == ("mrd_marrow", "a second marrow")


def test_a_value_is_told_once() -> None:
    verdict = judged(paediatric_2022, before(), visit(30.0, marrow_blast_percent=0.5))["d30"]
    assert verdict.reason.count("marrow blasts 0.5 %") == 1
