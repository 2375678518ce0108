"""The model as a whole: what it is made of, where it starts, what its outputs mean."""

from __future__ import annotations

import numpy as np
import pytest
from model_sample import SIZE, panel, parameters, states

import trimer.library as library
from trimer.engine.names import Named
from trimer.engine.trace import trace
from trimer.model import leukaemia
from trimer.model.pharmacokinetics import DrugTerm
from trimer.study.assemble import assemble, drug_term
from trimer.therapy.administration import Administration


def outputs(y: Named, p: Named) -> dict[str, float]:
    system = panel().system
    return dict(system.observables(0.0, y, p, Named("input", dict.fromkeys(system.inputs, 0.0))))


def test_without_other_drugs_it_has_the_engager_alone() -> None:
    bare = leukaemia.build(())
    assert bare.inputs == ("blinatumomab",)
    assert bare.states == leukaemia.CORE
    assert len(set(bare.states)) == len(bare.states)
    assert len(trace(bare).derivatives) == len(leukaemia.CORE)


def test_a_drug_adds_its_states_its_input_and_its_parameters() -> None:
    bare, more = leukaemia.build(()), leukaemia.build((DrugTerm("x", effect_site=True, mechanisms=("dna_damage",)),))
    assert set(more.states) - set(bare.states) == {"x_central", "x_effect"}
    assert set(more.parameters) - set(bare.parameters) == {
        "x_CL", "x_V", "x_ke0", "x_EC50", "x_k_blasts", "x_k_marrow", "x_k_lymphocytes",
    }  # fmt: skip
    assert more.inputs == ("blinatumomab", "x")
    assert leukaemia.build((DrugTerm("blinatumomab"),)).states == bare.states


@pytest.mark.parametrize("name", [n for n in library.list_entries("drugs") if library.drug(n).simulated])
def test_every_simulated_drug_of_the_library_can_be_part_of_it(name: str) -> None:
    drug = library.drug(name)
    doses = [Administration(name, 0.0, 0.0, 1.0, route) for route in drug.routes if route != "civ"]
    doses = doses or [Administration(name, 0.0, 1.0, 1.0, "civ")]
    assembly = assemble(doses, {name: drug}, SIZE, -1.0)
    assert set(assembly.parameters) == set(assembly.system.parameters)
    assert len(trace(assembly.system).derivatives) == len(assembly.system.states)
    assert len(assembly.rows) >= len(doses)
    assert drug_term(drug, drug.routes).mechanisms == tuple(sorted(drug.effects))


def test_the_seed_is_shared_out_among_the_clones() -> None:
    p = parameters(blasts_initial=50.0, resistant_fraction=0.1, persister_fraction=0.02, dim_presence=1.0)
    p["dim_fraction"] = 0.01
    y = states(p)
    assert sum(y[f"blasts_marrow_{c}"] for c in ("sensitive", "resistant", "dim", "persister")) == pytest.approx(50.0)
    assert (y.blasts_marrow_resistant, y.blasts_marrow_persister, y.blasts_marrow_dim) == (5.0, 1.0, 0.5)
    assert states(parameters(dim_fraction=0.01)).blasts_marrow_dim == 0.0
    assert states(parameters(resistant_fraction=0.9, persister_fraction=0.9)).blasts_marrow_sensitive == 0.0


def test_outputs_mean_what_the_vocabulary_says() -> None:
    p = parameters()
    y = states(
        p, blasts_marrow_sensitive=200.0, blasts_marrow_dim=50.0, blasts_blood_dim=10.0, blasts_cns_sensitive=3e-6,
        t_activated_blood=0.5, neutrophils=2.0, vasodilation=1.0, temperature_rise=1.7, blinatumomab_central=3.0,
    )  # fmt: skip
    found = outputs(y, p)
    assert set(found) == set(panel().system.outputs) >= set(leukaemia.OUTPUTS)
    normal = p.marrow_cells_0 + p.t_marrow_0 + p.b_precursors_0
    marrow = 250.0 + y.blasts_marrow_resistant + y.blasts_marrow_persister
    assert found["marrow_blast_percent"] == pytest.approx(100 * marrow / (marrow + normal))
    assert found["mrd_marrow"] == pytest.approx(found["marrow_blast_percent"] / 100)
    assert found["b_lineage_blast_percent"] == pytest.approx(100 * marrow / (marrow + 1.3 * p.b_precursors_0))
    assert found["cd19_dim_percent"] == pytest.approx(100 * 50.0 / marrow)
    assert found["blasts_blood"] == pytest.approx(10.0 / 5.0)
    white = 1.15 * 2.0 + (p.t_blood_0 + 0.5 + y.b_mature_blood) / 5.0 + 2.0
    assert found["wbc"] == pytest.approx(white)
    assert found["blood_blast_percent"] == pytest.approx(100 * 2.0 / white)
    assert found["csf_blasts"] == pytest.approx(3e-6 * 1e9 / 0.15 / 1e6)  # cells a litre, in millions
    assert found["temperature"] == pytest.approx(p.temperature_0 + 1.7)
    assert found["hypotension"] == 2.0
    assert found["hypoxia"] == 0.0
    assert found["anc"] == 2.0
    assert found["t_cells_blood"] == pytest.approx((p.t_blood_0 + 0.5) / 5.0)
    assert found["cd8_blood"] == pytest.approx(p.cd8_share * found["t_cells_blood"])
    assert found["t_cells_marrow"] == p.t_marrow_0
    assert found["b_cells_blood"] == pytest.approx(0.02, rel=1e-3)
    assert found["extramedullary_blasts"] == 0.0
    assert found["blinatumomab_in_marrow"] == 0.0
    assert found["blinatumomab_plasma"] == pytest.approx(3.0 / p.blinatumomab_V)
    assert found["marrow_cellularity"] == pytest.approx(100 * (marrow + normal) / p.marrow_cells_0)


def test_shares_are_shares_whatever_the_state() -> None:
    p, chance = parameters(), np.random.default_rng(5)
    for _ in range(200):
        y = states(p)
        y.update({name: float(10 ** chance.uniform(-12, 3)) for name in y})
        found = outputs(y, p)
        for name in ("marrow_blast_percent", "blood_blast_percent", "b_lineage_blast_percent", "cd19_dim_percent"):
            assert 0.0 <= found[name] <= 100.0
        assert 0.0 <= found["hypotension"] <= 4.0 >= found["hypoxia"] >= 0.0


def test_scales_are_set_by_what_a_state_holds() -> None:
    scale = dict(zip(panel().system.states, panel().system.scale, strict=True))
    assert scale["blasts_cns_dim"] == 1e-4
    assert scale["t_resting_blood"] == scale["b_mature_blood"] == 0.1
    assert scale["il6"] == 1.0
    assert scale["dexamethasone_depot"] > scale["dexamethasone_effect"] > scale["blinatumomab_central"]
