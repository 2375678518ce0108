"""Population files: what is read, units, extending, a trial's shift, and every fault as one error naming its field."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from population_sample import SMALL, covariate, document, small

from trimer import library
from trimer.errors import LibraryError, TrimerError, UnitError
from trimer.library.load_population import known_parameter, population_from, population_from_document
from trimer.population import Class, Covariate, Effect

OWN = """
extends = "adult_rr_ball"
name = "mine"
label = "My population"

[covariates.age]
distribution = "normal"
centre = "65 year"
spread = "5 year"
low = "60 year"
high = "80 year"
kind = "assumed"
note = "An example."
"""


def own(folder: Path, text: str = OWN, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(kind: type[TrimerError] = LibraryError, **changes: Any) -> str:
    with pytest.raises(kind) as found:
        small(**changes)
    assert str(found.value).startswith("small.toml: ")
    assert "\n" not in str(found.value)
    return str(found.value).removeprefix("small.toml: ")


def classes(*entries: dict[str, str], **changes: Any) -> dict[str, Any]:
    return covariate("marrow_blast_percent", classes=list(entries), **changes)


# ---- what is read


def test_a_file_is_read_in_canonical_units() -> None:
    found = small()
    assert list(found.covariates) == list(SMALL["covariates"])
    assert found.covariates["height"].centre == (1.8, pytest.approx(1.65))
    assert found.covariates["height"].spread == (pytest.approx(0.07),) * 2, "one spread serves both centres"
    assert found.covariates["weight"].spread == (0.2,)
    assert found.covariates["marrow_blast_percent"].classes == (Class(10, 50, 0.3), Class(50, 90, pytest.approx(0.7)))
    assert found.effects[0] == Effect(
        "blinatumomab_CL", "bsa", 0.6, 1.9, power=True, kind="measured", source="Clements2020"
    )
    assert [(c.first, c.second, c.r) for c in found.correlations] == [
        ("t_blood_0", "t_marrow_0", 0.6), ("t_blood_0", "anc_0", -0.3)
    ]  # fmt: skip
    assert found.sources() == ("Clements2020", "Topp2015")
    assert found.calibration == ""


def test_a_parameter_is_converted_to_the_unit_the_model_counts_in() -> None:
    item = small().parameters["anc_0"]
    assert (item.value, item.unit, item.layer) == (pytest.approx(2.5), "1e9/L", "population")
    assert item.distribution == "lognormal"
    told = {"value": "10 week", "kind": "assumed"}
    assert small(parameters={"active_survival": told}).parameters["active_survival"].value == 70.0
    assert known_parameter("fludarabine_CL", "here").unit == "L/day"


def test_an_extension_says_only_what_differs(tmp_path: Path) -> None:
    base, found = library.population("adult_rr_ball"), library.population(own(tmp_path))
    assert found.covariates["age"].low == 60.0
    assert {n: c for n, c in found.covariates.items() if n != "age"} == {
        n: c for n, c in base.covariates.items() if n != "age"
    }
    assert list(found.covariates) == list(base.covariates), "an entry keeps its place"
    assert (found.parameters, found.effects, found.correlations) == (base.parameters, base.effects, base.correlations)
    assert (found.label, found.calibration) == ("My population", base.calibration)


def test_where_the_burden_is_another_the_old_one_goes() -> None:
    base, found = library.population("adult_rr_ball"), library.population("adult_mrd_ball")
    assert base.burden in base.covariates
    assert base.burden not in found.covariates
    assert found.burden == "mrd_marrow"


def test_a_shift_replaces_whole_entries() -> None:
    shift = {
        "age": {"distribution": "categories", "classes": [{"value": "70 year", "share": "100 %"}], "kind": "assumed"},
        "k_growth": {"value": "0.2 1/day", "kind": "assumed"},
    }
    found, plain = library.population("adult_rr_ball", shift), library.population("adult_rr_ball")
    assert found.covariates["age"].classes == (Class(70.0, 70.0, 1.0),)
    assert found.parameters["k_growth"].value == 0.2
    assert plain.covariates["age"].shape == "normal", "the library's own is as it was"
    with pytest.raises(LibraryError, match=r"adult_rr_ball.toml: parameters.agee: found \"agee\""):
        library.population("adult_rr_ball", {"agee": {"value": "3 1", "kind": "assumed"}})


# ---- faults


def test_an_extension_of_an_extension_is_refused(tmp_path: Path) -> None:
    text = OWN.replace("adult_rr_ball", "adult_mrd_ball")
    with pytest.raises(LibraryError, match=r'mine.toml: extends: found "adult_mrd_ball", which extends another'):
        population_from(own(tmp_path, text))
    with pytest.raises(LibraryError, match="Nearest: adult_rr_ball"):
        population_from(own(tmp_path, OWN.replace("adult_rr_ball", "adult_rr_bal")))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ('extends = "adult_rr_ball"\nname = "other"\nlabel = "x"', "mine.toml: name"),
        ('extends = 3\nname = "mine"\nlabel = "x"', "mine.toml: extends"),
        ('extends = "adult_rr_ball"\nname = "mine"\nlabel = "x"\ncovariates = 3', "mine.toml: covariates"),
        ('name = "mine"\nlabel = "x"', "burden and covariates, or the population it extends"),
        ('name = "mine', "a fault in its syntax"),
    ],
)
def test_a_broken_file_is_one_error(tmp_path: Path, wrong: str, named: str) -> None:
    for shift in (None, {"age": SMALL["covariates"]["weight"]}):
        with pytest.raises(LibraryError) as found:
            population_from(own(tmp_path, wrong), shift)
        assert named in str(found.value)
        assert "\n" not in str(found.value)


def test_a_missing_unit() -> None:
    assert fault(UnitError, **covariate("weight", centre="75")).startswith("covariates.weight.centre: found '75'")
    assert fault(UnitError, **covariate("weight", low="45 year")).startswith("covariates.weight.low")
    assert fault(UnitError, parameters={"anc_0": {"value": "2.5", "kind": "assumed"}}).startswith("parameters.anc_0")
    told = {"value": "2.5 day", "kind": "assumed"}
    assert fault(UnitError, parameters={"anc_0": told}).startswith("parameters.anc_0.value")
    number = covariate("weight", centre=75)
    assert fault(**number).startswith("covariates.weight.centre: found 75, expected a number with its unit")


def test_shares_that_do_not_add() -> None:
    low, high = SMALL["covariates"]["marrow_blast_percent"]["classes"]
    assert fault(**classes(low)).startswith("covariates.marrow_blast_percent.classes: found shares that add to 30 %")
    small(**classes(low, high | {"share": "69.6 %"}))  # as printed percentages may
    assert "add to 99 %" in fault(**classes(low, high | {"share": "69 %"}))
    assert fault(**classes(low, high | {"share": "-70 %"})).startswith("covariates.marrow_blast_percent.classes[1]")


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([("50 %", "90 %"), ("10 %", "50 %")], "classes[1]: found 10 after 90, expected classes in rising order"),
        ([("10 %", "60 %"), ("50 %", "90 %")], "classes[1]: found 50 after 60"),
        ([("10 %", "50 %"), ("90 %", "60 %")], "classes[1]: found 90 to 60"),
        ([("50 %", "90 %"), ("90 %", "120 %")], "classes: found 50 to 120, expected values from 0 to 100"),
    ],
)
def test_classes_out_of_order(entries: list[tuple[str, str]], named: str) -> None:
    told = [{"low": low, "high": high, "share": "50 %"} for low, high in entries]
    assert fault(**classes(*told)).startswith(f"covariates.marrow_blast_percent.{named}")


def test_classes_are_spans_and_categories_are_values() -> None:
    point, span = {"value": "60 %", "share": "100 %"}, {"low": "10 %", "high": "50 %", "share": "100 %"}
    assert "expected low and high that differ, as these are classes" in fault(**classes(point))
    assert "expected a value, as these are categories" in fault(**classes(span, distribution="categories"))
    assert "expected either value, or low and high" in fault(**classes(point | span))
    assert "expected either value, or low and high" in fault(**classes({"low": "10 %", "share": "100 %"}))
    zero = {"low": "0 %", "high": "50 %", "share": "100 %"}
    assert "expected classes above 0, as they are logarithmic" in fault(**classes(zero, logarithmic=True))


def test_a_covariate_that_another_is_by() -> None:
    assert fault(**covariate("height", by="sex")).startswith('covariates.height.by: found "sex"')
    assert fault(**covariate("height", by="weight")).startswith('covariates.height.by: found "weight"')
    later = copy.deepcopy(SMALL["covariates"])
    later["female"] = later.pop("female")
    assert fault(covariates=later).startswith('covariates.height.by: found "female"'), "it must stand before"
    assert "exactly when there are two centres" in fault(**covariate("height", by=None))
    assert "exactly when there are two centres" in fault(**covariate("weight", by="female"))


def test_a_covariate_that_cannot_be() -> None:
    weight = SMALL["covariates"]["weight"]
    unknown = covariate("weigth", **weight)
    assert fault(**unknown).startswith("covariates.weigth: found an unknown covariate, expected one of age, female")
    assert fault(**unknown).endswith("Nearest: weight.")
    for field in ("centre", "spread", "low", "high"):
        assert fault(**covariate("weight", **{field: None})).startswith(f"covariates.weight: found no {field}")
    assert fault(**covariate("weight", distribution="classes")).startswith("covariates.weight: found no classes")
    assert fault(**covariate("weight", low="160 kg")).startswith("covariates.weight.low: found 160 to 160")
    assert fault(**covariate("weight", low="-1 kg")).startswith("covariates.weight.low")
    assert fault(**covariate("weight", centre="5000 kg", spread="1 %")).startswith(
        "covariates.weight.low: found 45 to 160"
    )
    assert fault(**covariate("weight", centre="0 kg")).startswith("covariates.weight.centre")
    assert fault(**covariate("weight", spread="0 %")).startswith("covariates.weight.spread")
    assert fault(**covariate("weight", spread=["1 %", "2 %"])).startswith("covariates.weight.spread")
    assert fault(**covariate("weight", distribution="uniform")).startswith("covariates.weight.distribution")
    assert fault(burden="mrd_marrow").startswith("covariates: found no mrd_marrow")
    two = [{"value": "0 number", "share": "50 %"}, {"value": "2 number", "share": "50 %"}]
    assert fault(**covariate("female", classes=two)).startswith("covariates.female.classes: found 0 to 2")


def test_parameters_effects_and_correlations_that_cannot_be() -> None:
    effect, pair = SMALL["effects"][0], SMALL["correlations"][0]
    assert fault(parameters={"anc": {"value": "2 1", "kind": "assumed"}}).startswith('parameters.anc: found "anc"')
    assert fault(effects=[effect | {"parameter": "k_groth"}]).startswith('effects[0].parameter: found "k_groth"')
    assert fault(effects=[effect | {"parameter": "k_groth"}]).split("Nearest: ")[1].startswith("k_growth")
    assert fault(effects=[effect | {"covariate": "age"}]).startswith('effects[0].covariate: found "age"')
    assert fault(UnitError, effects=[effect | {"reference": "1.9"}]).startswith("effects[0].reference")
    assert fault(effects=[effect | {"reference": "0 m2"}]).startswith("effects[0].reference")
    assert fault(effects=[effect | {"parameter": "dim_presence"}]).startswith("effects[0].parameter")
    without = {k: v for k, v in SMALL["covariates"].items() if k != "weight"}
    assert fault(covariates=without).startswith('effects[0].covariate: found "bsa"'), "there is no surface then"

    def between(*names: str) -> str:
        return fault(correlations=[pair, pair | {"between": list(names)}])

    assert between("t_blood_0", "t_bone_0").startswith('correlations[1].between: found "t_bone_0"')
    assert between("t_blood_0", "blood_volume").startswith('correlations[1].between: found "blood_volume", the same in')
    assert "each pair once" in between("t_marrow_0", "t_blood_0")
    assert "each pair once" in between("t_blood_0", "t_blood_0")
    assert fault(correlations=[pair | {"r": 1.0}]).startswith("correlations[0].r")


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(LibraryError, match=r"small.toml: covariates.weight: found unknown field 'median'"):
        population_from_document(document(**covariate("weight", median="3 kg")), "small.toml")


# ---- the distribution of a covariate


def test_shares_of_classes_follow_bounds() -> None:
    item = small().covariates["marrow_blast_percent"]
    assert item.class_shares() == pytest.approx((0.3, 0.7))
    assert item.class_shares((30.0, 60.0)) == pytest.approx((0.15 / 0.325, 0.175 / 0.325))
    assert float(item.share((30.0, 60.0))) == pytest.approx(0.325)
    assert float(item.share((95.0, 99.0))) == 0.0
    flag = small().covariates["female"]
    assert flag.class_shares((1.0, 1.0)) == (0.0, 1.0)
    assert float(flag.share((1.0, 1.0))) == pytest.approx(0.4)


def test_a_class_of_nobody_is_never_drawn() -> None:
    item = Covariate("x", "%", "categories", classes=(Class(0.0, 0.0, 0.0), Class(1.0, 1.0, 1.0), Class(2.0, 2.0, 0.0)))
    assert set(item.quantile(np.array([1e-300, 0.5, 1.0 - 1e-16])).tolist()) == {1.0}


def test_the_part_within_bounds_depends_on_the_group() -> None:
    item = small().covariates["height"]
    both = item.share((1.65, 2.1), np.array([0.0, 1.0]))
    assert both[1] == pytest.approx(0.5, abs=1e-3)
    assert both[0] == pytest.approx(0.984, abs=1e-3)
    values = item.quantile(np.full(2, 0.5), np.array([0.0, 1.0]))
    assert values == pytest.approx([1.8, 1.65], abs=1e-3)
