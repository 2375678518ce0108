"""What other drugs do: each named mechanism, and nothing without a concentration."""

from __future__ import annotations

import pytest
from model_sample import drugs, panel, parameters, states

from trimer.model import chemotherapy
from trimer.model.pharmacokinetics import DrugTerm

TERMS = {term.name: term for term in panel().terms}


def flat(_: str) -> float:
    return 1.0


def driving(term: DrugTerm, p: object, times: float = 1.0) -> dict[str, float]:
    """Return the state that puts a drug at a multiple of its EC50 where it acts."""
    ec50 = times * p[f"{term.name}_EC50"]  # type: ignore[index]
    name = f"{term.name}_effect" if term.effect_site else f"{term.name}_central"
    return {name: ec50 if term.effect_site else ec50 * p[f"{term.name}_V"]}  # type: ignore[index]


CYTOTOXIC = sorted(n for n, term in TERMS.items() if set(term.mechanisms) & set(chemotherapy.CYTOTOXIC))


def test_most_drugs_are_cytotoxic() -> None:
    assert len(CYTOTOXIC) > 8


@pytest.mark.parametrize("name", CYTOTOXIC)
@pytest.mark.parametrize("target", ["blasts", "marrow", "lymphocytes"])
def test_half_of_the_maximal_rate_at_the_ec50(name: str, target: str) -> None:
    p = parameters()
    y = states(p, **driving(TERMS[name], p))
    assert chemotherapy.kill_rate(panel().terms, target, states(p), p, flat) == 0.0
    found = chemotherapy.kill_rate(panel().terms, target, y, p, flat)
    assert found == pytest.approx(p[f"{name}_k_{target}"] / 2)


def test_drugs_add_and_the_scale_knows_the_mechanism() -> None:
    p = parameters()
    both = states(p, **driving(TERMS["cytarabine"], p), **driving(TERMS["vincristine"], p))
    asked = []

    def scale(mechanism: str) -> float:
        asked.append(mechanism)
        return {"s_phase_kill": 2.0, "mitotic_kill": 3.0}.get(mechanism, 0.0)

    found = chemotherapy.kill_rate(panel().terms, "blasts", both, p, scale)
    assert found == pytest.approx(p.cytarabine_k_blasts + 1.5 * p.vincristine_k_blasts)
    assert set(asked) <= set(chemotherapy.CYTOTOXIC)


def test_no_steroid_kills_marrow_and_each_suppresses_by_half_at_its_ic50() -> None:
    p = parameters()
    steroids = [name for name, drug in drugs().items() if "steroid_suppression" in drug.effects]
    assert sorted(steroids) == ["dexamethasone", "methylprednisolone", "prednisone"]
    for name in steroids:
        y = states(p, **{f"{name}_central": p[f"{name}_IC50"] * p[f"{name}_V"]})
        assert chemotherapy.steroid_effect(panel().terms, y, p) == pytest.approx(0.5)
        assert p[f"{name}_k_marrow"] == 0.0
    assert chemotherapy.steroid_effect(panel().terms, states(p), p) == 0.0


def test_tocilizumab_blocks_half_at_its_affinity_and_nearly_all_at_its_dose() -> None:
    p = parameters()
    blockade = chemotherapy.il6_blockade
    assert blockade(panel().terms, states(p), p) == 0.0
    at_kd = states(p, tocilizumab_central=p.tocilizumab_Kd * p.tocilizumab_V)
    assert blockade(panel().terms, at_kd, p) == pytest.approx(0.5)
    assert blockade(panel().terms, states(p, tocilizumab_central=560e3), p) > 0.99  # 8 mg/kg


def test_growth_factor_is_half_its_largest_effect_at_the_ec50() -> None:
    p = parameters()
    y = states(p, **driving(TERMS["filgrastim"], p))
    assert chemotherapy.growth_factor(panel().terms, y, p) == pytest.approx(p.filgrastim_E_max / 2)


def test_intrathecal_drug_kills_in_csf_without_systemic_drug() -> None:
    p = parameters()
    y = states(p, methotrexate_csf=12e3)
    local = chemotherapy.csf_kill_rate(panel().terms, 0.0, y, p)
    assert local == pytest.approx(p.intrathecal_potency * p.methotrexate_k_blasts, rel=0.05)
    assert chemotherapy.csf_kill_rate(panel().terms, 0.4, states(p), p) == pytest.approx(0.4 * p.csf_penetration)
