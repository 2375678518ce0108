"""The reference case end to end: the states the record tells, its numbers, and nothing that moves unseen.

The fit uses this very record, so agreement shows that the model can follow the course, not that it would have predicted
it. ``replay_linder2016.json`` keeps the key numbers with their tolerances; after a change that is meant to move them,
run ``TRIMER_UPDATE_GOLDEN=1 pytest tests/golden/test_replay_linder2016.py`` and say so in the changelog.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

from trimer.cli import run
from trimer.study.replay import replay
from trimer.study.result import DoseItem, ObservationItem, ReplayResult, VerdictItem

GOLDEN = Path(__file__).parent / "replay_linder2016.json"
COUNTS = ("wbc", "anc", "platelets", "haemoglobin")


@pytest.fixture(scope="session")
def result() -> ReplayResult:
    """Return the replay, its fit made anew and left in the cache that all tests of this run share."""
    found = replay("linder2016")
    if os.environ.get("TRIMER_UPDATE_GOLDEN"):
        GOLDEN.write_text(readable(key_numbers(found)), encoding="utf-8")
    return found


def observation(result: ReplayResult, event: str, observable: str) -> ObservationItem:
    (found,) = [o for o in result.observations if (o.event, o.observable) == (event, observable)]
    return found


def fitted(result: ReplayResult, event: str, observable: str) -> float:
    value = observation(result, event, observable).fitted
    assert value is not None
    return value


def verdict(result: ReplayResult, assessment: str) -> VerdictItem:
    (found,) = [v for v in result.verdicts if v.assessment == assessment]
    return found


def doses(result: ReplayResult, drug: str) -> list[DoseItem]:
    return sorted((d for d in result.doses if d.drug == drug), key=lambda d: d.start)


def test_every_judged_state_agrees(result: ReplayResult) -> None:
    assert [s for s in result.states if not s.agree] == []
    response = [s.simulation for s in result.states][:9]
    kinds = ["baseline", "CR", "relapse", "no response", "PD", "CR", "CR", "relapse", "PD"]
    active = ("no response", "PR", "PD")
    for said, kind in zip(response, kinds, strict=True):
        assert said.startswith(active if kind in active else kind)
    assert len(result.states) >= 13


def test_remissions_and_relapses_stand_where_the_record_has_them(result: ReplayResult) -> None:
    said = {v.assessment: v.simulation["category"] for v in result.verdicts if v.subject != "crs"}
    assert {event: said[event] for event in ("e09", "e17", "e27", "e32", "e35")} == {
        "e09": "CR", "e17": "relapse", "e27": "CR", "e32": "CR", "e35": "relapse",
    }  # fmt: skip
    assert "residual disease" in verdict(result, "e09").simulation["qualifier"]
    assert {said["e19"], said["e21"], said["e37"]} <= {"no response", "PR", "PD"}
    dates = {v.assessment: v.date for v in result.verdicts}
    assert dates["e17"].startswith("2014-11")
    assert dates["e32"].startswith("2015-08")
    assert dates["e35"].startswith("2016-02")


@pytest.mark.parametrize(("event", "percent"), [("e17", 79.0), ("e19", 43.0), ("e21", 68.0)])
def test_marrow_blasts_within_ten_points(result: ReplayResult, event: str, percent: float) -> None:
    assert observation(result, event, "marrow_blast_percent").low == percent
    assert fitted(result, event, "marrow_blast_percent") == pytest.approx(percent, abs=10.0)


def test_cycle_1_ends_in_remission_with_counts(result: ReplayResult) -> None:
    assert fitted(result, "e27", "marrow_blast_percent") < 5.0
    assert fitted(result, "e28", "platelets") > 100.0
    assert fitted(result, "e28", "anc") > 1.0


def test_every_count_within_a_factor_of_two_or_inside_its_interval(result: ReplayResult) -> None:
    counts = [o for o in result.observations if o.observable in COUNTS]
    assert len(counts) >= 14
    assert {(o.event, o.observable): o.agreement for o in counts if not o.hit} == {}
    for o in counts:
        assert o.fitted is not None
        if o.low == o.high:
            assert 0.5 <= o.fitted / o.low <= 2.0


def test_second_relapse_is_cd19_dim(result: ReplayResult) -> None:
    assert fitted(result, "e35", "cd19_dim_percent") > 50.0
    assert fitted(result, "e17", "cd19_dim_percent") < 50.0


def test_severe_release_between_day_2_and_day_4_and_never_after_restart_or_step(result: ReplayResult) -> None:
    infusions = doses(result, "blinatumomab")
    begun = infusions[0].start
    assert infusions[0].amount / (infusions[0].end - begun) == pytest.approx(9.0)
    days, curves = result.close_up.days, result.close_up.fitted
    severe = [
        d for d, pressor, oxygen in zip(days, curves["hypotension"], curves["hypoxia"], strict=True)
        if pressor >= 2.0 or oxygen >= 2.0
    ]  # fmt: skip
    assert severe, "no severe release at all"
    treatment_days = sorted({math.floor(d - begun) + 1 for d in severe})
    assert 2 <= treatment_days[0] <= 4
    resumed = next(d.start for d in infusions if d.start > severe[0])
    assert max(severe) < resumed
    assert days[-1] > resumed + 21.0  # the step is inside what was looked at
    later = [v for v in result.verdicts if v.subject == "crs" and v.assessment != "crs-1.1"]
    assert all((v.simulation.get("grade") or (0, 0))[1] < 3 for v in later)


def test_severe_release_resolves_after_rescue(result: ReplayResult) -> None:
    episode = verdict(result, "crs-1.1")
    assert episode.record["grade"][0] >= 3
    assert episode.simulation["grade"][0] >= 3
    rescue = doses(result, "tocilizumab")[0].start
    assert 1.0 <= episode.simulation["resolved"] - rescue <= 4.0


def test_each_observation_has_record_fit_and_band(result: ReplayResult) -> None:
    assert len(result.observations) >= 30
    assert result.provenance["draws"] >= 200
    assert result.provenance["draws solved"] == result.provenance["draws"]
    for o in result.observations:
        assert o.recorded
        assert o.fitted is not None
        assert math.isfinite(o.fitted)
        assert o.band is not None
        assert o.band[0] <= o.band[1] <= o.band[2]
        assert o.role in ("fitted", "not used")
        assert o.hit == (not o.agreement.startswith("miss"))


def test_the_prior_band_is_a_band(result: ReplayResult) -> None:
    # Not shrunk to the fit, nor so wide that it says nothing about counts at presentation.
    wide = [o.band[2] / max(o.band[0], 1e-9) for o in result.observations if o.band and o.observable in COUNTS]
    assert min(wide) > 1.3
    presentation = observation(result, "e03", "haemoglobin").band
    assert presentation is not None
    assert presentation[2] / presentation[0] < 3.0


def test_each_assessment_has_criterion_category_and_reason_for_both(result: ReplayResult) -> None:
    assert {v.set for v in result.verdicts} >= {"amg", "astct_2019_crs"}
    for v in result.verdicts:
        for side in (v.record, v.simulation):
            assert side["category"], v.assessment
            assert side["reason"] or side["category"] in ("none", "not recorded"), v.assessment
    response = [v for v in result.verdicts if v.subject != "crs"]
    assert len(response) == 9
    assert all(v.simulation["decided_by"] for v in response if v.simulation["category"] != "baseline")


def test_the_fit_converged_and_says_what_it_moved(result: ReplayResult) -> None:
    assert result.fit["converged"]
    moved = [p for p in result.parameters if p.shift is not None]
    assert len(moved) == result.fit["parameters estimated"] > 20
    assert all(p.kind == "fitted" and p.layer == "fit" for p in moved)
    assert all(abs(p.shift or 0.0) < 4.0 for p in moved), "at the bound of the search"
    assert {p.kind for p in result.parameters} == {"measured", "fitted", "assumed"}
    assert all(p.source for p in result.parameters)
    assert len(result.fit["residuals"]) == result.fit["data used"]


def test_the_numerical_error_is_small(result: ReplayResult) -> None:
    assert result.provenance["backend"] == "cpu"
    assert result.provenance["relative error achieved (largest)"] < 1e-4


def test_json_of_the_command_line_is_the_same_content(result: ReplayResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", "linder2016", "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["provenance"]["fit from cache"] is True
    for volatile in ("seconds", "fit from cache", "date"):
        told["provenance"].pop(volatile)
    same = json.loads(json.dumps(result.to_dict(), default=list))
    for part in ("timeline", "doses", "states", "clones", "notice", "schema", "patient"):
        assert told[part] == same[part]
    for here, there in zip(told["observations"], same["observations"], strict=True):
        assert (here["event"], here["recorded"]) == (there["event"], there["recorded"])
        assert here["fitted"] == pytest.approx(there["fitted"])
        assert here["band"] == pytest.approx(there["band"])
    for here, there in zip(told["verdicts"], same["verdicts"], strict=True):
        assert here["record"]["reason"] == there["record"]["reason"]
        assert here["simulation"]["category"] == there["simulation"]["category"]


def key_numbers(result: ReplayResult) -> dict[str, Any]:
    """Return what the golden file keeps: fitted values with tolerances, states, misses, size of the deviance."""
    numbers = []
    for o in result.observations:
        share = o.unit in ("%", "fraction")
        kind, size = ("points", 5.0) if o.unit == "%" else ("factor", 1.5)
        if o.observable in ("temperature", "hypotension"):
            kind, size = "points", 0.5
        if o.fitted is not None and (o.fitted > 0.05 or share) and o.observable != "mrd_marrow":
            value = float(f"{o.fitted:.4g}")
            numbers.append([o.event, o.observable, value, kind, size])
    return {
        "about": "event, observable, fitted value, and how far it may move: so many units, or such a factor",
        "values": numbers,
        "states": [[s.name, s.record, s.agree] for s in result.states],
        "misses": [[o.event, o.observable] for o in result.observations if not o.hit],
        "deviance": {"data": round(float(result.fit["deviance of the data"]), 1), "tolerance": 5.0},
        "prior": {"parameters": round(float(result.fit["deviance of the prior"]), 1), "tolerance": 10.0},
    }


def readable(document: dict[str, Any]) -> str:
    """Return JSON with one number, state or miss a line."""
    parts = []
    for key, value in document.items():
        rows = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in value) if isinstance(value, list) else ""
        told = f"[\n    {rows}\n  ]" if rows else json.dumps(value)
        parts.append(f"  {json.dumps(key)}: {told}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def test_no_key_number_moved(result: ReplayResult) -> None:
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    moved = []
    for event, observable, value, kind, size in kept["values"]:
        now = fitted(result, event, observable)
        near = abs(now - value) <= size if kind == "points" else value / size <= now <= value * size
        if not near:
            moved.append(f"{event} {observable}: {value} became {now:.4g}")
    assert moved == []
    assert [[s.name, s.record, s.agree] for s in result.states] == kept["states"]
    assert result.fit["deviance of the data"] == pytest.approx(
        kept["deviance"]["data"], abs=kept["deviance"]["tolerance"]
    )
    assert result.fit["deviance of the prior"] == pytest.approx(
        kept["prior"]["parameters"], abs=kept["prior"]["tolerance"]
    )


def test_no_new_miss(result: ReplayResult) -> None:
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert [[o.event, o.observable] for o in result.observations if not o.hit] == kept["misses"]
