"""Normal blood: the healthy start rests, blasts crowd, drugs and growth factor act, transfusion only below."""

from __future__ import annotations

import pytest
from model_sample import parameters, states

from trimer.engine.names import Named
from trimer.model import haematopoiesis as blood


def rates(y: Named, p: Named, blasts: float = 0.0, chemo: float = 0.0, gcsf: float = 0.0) -> dict[str, float]:
    found: dict[str, float] = blood.haematopoiesis_rates(y, p, blasts, chemo, gcsf)
    return found


def test_healthy_blood_rests_without_inflammation_and_transfusion() -> None:
    p = parameters(k_transfusion=0.0, inflammation_brake=0.0)
    found = rates(states(p), p)
    assert set(found) == set(blood.STATES)
    assert {name: rate for name, rate in found.items() if abs(rate) > 1e-12} == {}


def test_crowding_halves_production_at_its_half() -> None:
    p = parameters()
    assert blood.crowding(0.0, p) == 1.0
    assert blood.crowding(p.crowding_half, p) == 0.5
    assert blood.crowding(1400.0, p) < 0.05
    assert rates(states(p), p, blasts=1000.0)["progenitors"] < 0.0


@pytest.mark.parametrize("strength", [0.5, 1.0, 1.5])
def test_feedback_is_one_at_baseline_and_bounded_at_zero(strength: float) -> None:
    assert blood.feedback(4.0, 4.0, strength) == 1.0
    assert blood.feedback(0.0, 4.0, strength) == 1.0 + strength
    assert blood.feedback(400.0, 4.0, strength) < 0.05


def test_chemotherapy_spares_stem_cells_in_part_and_mature_cells_altogether() -> None:
    p = parameters()
    y = states(p)
    base, hit = rates(y, p), rates(y, p, chemo=1.0)
    assert base["stem_cells"] - hit["stem_cells"] == pytest.approx(p.stem_sensitivity)
    assert base["progenitors"] - hit["progenitors"] == pytest.approx(1.0)
    for name in ("neutrophils", "platelets", "haemoglobin", "megakaryocytes"):
        assert hit[name] == base[name]


def test_stem_cells_regrow_to_normal_and_no_further() -> None:
    p = parameters()
    assert rates(states(p, stem_cells=0.1), p)["stem_cells"] == pytest.approx(p.k_stem * 0.1 * 0.9)
    assert rates(states(p, stem_cells=1.0), p)["stem_cells"] == 0.0


def test_growth_factor_raises_granulocytes_only() -> None:
    p = parameters()
    y = states(p)
    base, driven = rates(y, p), rates(y, p, gcsf=2.0)
    assert {n for n in base if driven[n] != base[n]} == {"neutrophil_precursors"}
    assert driven["neutrophil_precursors"] > base["neutrophil_precursors"]


def test_transfusion_holds_counts_at_their_thresholds_and_is_negligible_above() -> None:
    p = parameters()
    assert blood.transfusion(0.0, 10.0, p) == pytest.approx(10.0 * p.k_transfusion, rel=1e-3)
    assert blood.transfusion(100.0, 10.0, p) < 1e-3 * 10.0
    given = rates(states(p, platelets=2.0), p)["platelets"]
    withheld = rates(states(p, platelets=2.0), parameters(k_transfusion=0.0))["platelets"]
    assert given - withheld == pytest.approx(8.0, rel=0.01)


def test_cytokine_release_consumes_platelets() -> None:
    p = parameters()
    base, ill = rates(states(p), p)["platelets"], rates(states(p, vasodilation=1.0), p)["platelets"]
    assert base - ill == pytest.approx(p.k_platelet_loss * p.platelets_0 * p.platelet_consumption / 2)


def test_normal_marrow_holds_its_cells_when_healthy_and_its_stroma_when_empty() -> None:
    p = parameters()
    y = states(p)
    lymphoid = p.t_marrow_0 + p.b_precursors_0
    assert blood.normal_marrow(y, p) == pytest.approx(p.marrow_cells_0 + lymphoid)
    empty = states(p, **dict.fromkeys(blood.STATES, 0.0))
    assert blood.normal_marrow(empty, p) == pytest.approx(p.marrow_cells_0 * p.marrow_stroma + lymphoid)
