"""Every drug file: schema, sources, honesty of each number, units, and a half-life that the literature would know."""

from __future__ import annotations

import math

import pytest

from trimer.criteria.crs.episodes import ENGAGERS
from trimer.library import drug, list_entries, references
from trimer.library.files import HERE, read_toml, validate
from trimer.parameters import Parameter
from trimer.therapy.size import Size
from trimer.units import same_dimension

DRUGS = list_entries("drugs")
SIZE = Size.of(weight=70.0, height=1.70)
SMALL, LARGE = Size.of(weight=50.0, height=1.58), Size.of(weight=100.0, height=1.90)
CYTOTOXIC = {
    "s_phase_kill", "mitotic_kill", "dna_damage", "antifolate_kill", "steroid_lysis", "asparagine_depletion",
    "bcl2_inhibition",
}  # fmt: skip
OTHER = {
    "btk_inhibition": {"EC50", "k_blasts", "dependence"},
    "pd1_blockade": {"Kd", "blockable"},
    "t_cell_engagement": {"potency", "tissue"},  # of an engager other than blinatumomab
    "car_t_killing": {"k_kill", "cd19_half", "niche_reach", "release", "severity"},
}
DEXAMETHASONE_IC50 = 12.0  # ng/mL
EQUIVALENT = {"dexamethasone": 0.75, "methylprednisolone": 4.0, "prednisone": 5.0}  # mg that do the same


def entries(name: str) -> dict[str, Parameter]:
    return drug(name).parameters(SIZE)


@pytest.mark.parametrize("name", DRUGS)
def test_file_obeys_the_schema_and_its_sources_exist(name: str) -> None:
    document = read_toml(HERE / "drugs" / f"{name}.toml")
    validate(document, "drug", name)
    used = {table["source"] for table in _tables(document) if "source" in table}
    assert used <= set(references())
    assert set(drug(name).sources()) <= used


@pytest.mark.parametrize("name", DRUGS)
def test_every_number_is_honest(name: str) -> None:
    for table in _tables(read_toml(HERE / "drugs" / f"{name}.toml")):
        if table.get("kind") == "assumed":
            assert table.get("note"), f"{name}: {table['value']} is assumed without a reason"
        if table.get("source") == "trimer":
            assert table["kind"] in ("assumed", "fitted"), f"{name}: {table['value']} cannot be measured by us"
        if "recalled" in references().get(table.get("source", ""), references()["trimer"]).fields["note"].lower():
            assert "kind" not in table or table["source"] == "trimer" or "recalled" in _notes(table)


@pytest.mark.parametrize("name", [n for n in DRUGS if drug(n).simulated])
def test_half_life_is_in_the_stated_range(name: str) -> None:
    found = drug(name)
    assert found.half_life_range is not None
    low, high = found.half_life_range
    assert high / low <= 4.0, "a range this wide could not fail"
    for size in (SMALL, SIZE, LARGE):
        assert low <= found.half_life(size) <= high


@pytest.mark.parametrize("name", DRUGS)
def test_units_are_canonical_and_values_possible(name: str) -> None:
    concentration = "IU/L" if drug(name).amount_unit == "IU" else "ng/mL"
    expected = {"CL": "L/day", "Q": "L/day", "V": "L", "V2": "L", "ka": "1/day", "ke0": "1/day", "EC50": concentration}
    expected |= {"IC50": concentration, "Kd": concentration, "Km": concentration, "Vmax": "ug/day"}
    for key, parameter in entries(name).items():
        short = key.removeprefix(f"{name}_")
        if short in expected:
            assert parameter.unit == expected[short]
        if short.startswith("k_"):
            assert parameter.unit == "1/day"
        if short.startswith("F_"):
            assert same_dimension(parameter.unit, "fraction")
            assert 0.0 < parameter.value <= 1.0
        assert math.isfinite(parameter.value)
        assert parameter.value > 0.0 or short == "k_marrow"


@pytest.mark.parametrize("name", DRUGS)
def test_mechanisms_carry_what_the_equations_need(name: str) -> None:
    found = drug(name)
    cytotoxic = CYTOTOXIC & set(found.effects)
    assert len(cytotoxic) <= 1, "one cytotoxic mechanism a drug: parameter names do not repeat"
    for mechanism in cytotoxic:
        assert set(found.effects[mechanism]) == {"EC50", "k_blasts", "k_marrow", "k_lymphocytes"}
    for mechanism in set(OTHER) & set(found.effects):
        assert name == "blinatumomab" or set(found.effects[mechanism]) == OTHER[mechanism]
    assert found.simulated == bool(found.effects), "a simulated drug does something; the others say why not"


def test_criteria_put_crs_down_to_every_drug_that_sets_t_cells_on_targets() -> None:
    """Criteria do not know the library, so they have names of their own."""
    assert set(ENGAGERS) == {n for n in DRUGS if {"t_cell_engagement", "car_t_killing"} & set(drug(n).effects)}


@pytest.mark.parametrize("name", sorted(EQUIVALENT))
def test_steroids_are_equivalent_at_equivalent_doses(name: str) -> None:
    own, reference = entries(name), entries("dexamethasone")
    exposure = EQUIVALENT[name] / own[f"{name}_CL"].value / own[f"{name}_IC50"].value
    standard = 0.75 / reference["dexamethasone_CL"].value / DEXAMETHASONE_IC50
    assert exposure == pytest.approx(standard, rel=0.01)
    assert own[f"{name}_k_marrow"].value == 0.0


def test_blinatumomab_steady_state() -> None:
    # Clements 2020: typical CL 2.22 L/h at 1.876 m2, so 28 ug/day gives 526 pg/mL; arithmetic, not a fit.
    found = drug("blinatumomab").parameters(Size(80.0, 1.75, 1.876))
    assert 1000.0 * 28.0 / found["blinatumomab_CL"].value == pytest.approx(526.0, abs=1.0)


def test_high_dose_cytarabine_steady_state() -> None:
    # Cancer 1982;50:1248: 32-97 umol/L at the end of 2 h infusions of 1.8-3 g/m2.
    molar = 3.0e6 * SIZE.bsa / (2.0 / 24.0) / entries("cytarabine")["cytarabine_CL"].value / 243.22
    assert 32.0 < molar < 97.0


def _tables(document: object) -> list[dict[str, str]]:
    """Return every table of a document, at any depth."""
    if isinstance(document, list):
        return [table for item in document for table in _tables(item)]
    if not isinstance(document, dict):
        return []
    return [document, *(table for value in document.values() for table in _tables(value))]


def _notes(table: dict[str, str]) -> str:
    return f"{table.get('note', '')} {table.get('where', '')} {references()[table['source']].fields['note']}"
