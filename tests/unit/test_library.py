"""The library's door: names, near misses, faults in files, bibliography, cheap import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trimer import library
from trimer.errors import LibraryError, TrimerError, UnitError
from trimer.library.bibliography import parse_bibliography
from trimer.library.files import HERE, LARGEST, read_toml, schema, validate
from trimer.therapy.order import Order
from trimer.therapy.size import Size

SIZE = Size(70.0, 1.75, 1.8)
GOOD = (HERE / "drugs" / "blinatumomab.toml").read_text(encoding="utf-8")
REGIMEN = (HERE / "regimens" / "blinatumomab_rr.toml").read_text(encoding="utf-8")


def test_near_miss_says_the_nearest() -> None:
    with pytest.raises(LibraryError) as fault:
        library.drug("blinatumoma")
    assert str(fault.value) == "No drug 'blinatumoma'. Nearest: blinatumomab. `trimer list drugs` shows all."
    with pytest.raises(LibraryError, match=r"No regimen 'hypercvad'\. Nearest: hypercvad_"):
        library.regimen("hypercvad")
    with pytest.raises(LibraryError, match="`trimer list cases`"):
        library.case_path("zzzz")


def test_lists() -> None:
    assert library.list_entries("drug") == library.list_entries("drugs")
    assert {"blinatumomab", "cytarabine", "mesna"} <= set(library.list_entries("drugs"))
    with pytest.raises(LibraryError, match="one of drugs"):
        library.list_entries("poisons")


def test_own_file_by_path_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "mydrug.toml"
    own = GOOD.replace('name = "blinatumomab"', 'name = "mydrug"')
    for symbol in ("potency", "tissue"):  # what an engager other than blinatumomab needs
        own += f"""
[effects.t_cell_engagement.{symbol}]
value = "1 1"
kind = "assumed"
source = "trimer"
note = "as blinatumomab"
"""
    file.write_text(own, encoding="utf-8")
    assert library.drug(file).name == library.drug(str(file)).name == "mydrug"
    file.write_text(file.read_text(encoding="utf-8").replace("2.22 L/h", "4.44 L/h"), encoding="utf-8")
    assert library.drug(file).pk["CL"].parameter.value == pytest.approx(4.44 * 24)
    with pytest.raises(LibraryError, match="no such file"):
        library.drug(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('value = "2.22 L/h"', 'value = "2.22"', "without a unit"),
        ('value = "2.22 L/h"', "value = 2.22", "a number with its unit, as text"),
        ('value = "2.22 L/h"', 'value = "2.22 mg"', "L/day"),
        ('value = "2.22 L/h"', 'value = "2.22 L/h/m2"', "one way of scaling"),
        ('1.876 m2"\nkind = "measured"', '1.876 m2"\nkind = "guess"', "measured, fitted or assumed"),
        ("[pk.V]", "[pk.Volume]", "canonical unit"),
        ('structure = "one_compartment"', 'structure = "two_compartment"', "no Q"),
        ('bsa_exponent = 0.62\n', "", "bsa_reference"),
        ('routes = ["civ", "sc"]', 'routes = ["civ", "nose"]', "one of iv"),
        ('routes = ["civ", "sc"]', 'routes = ["civ", "po"]', "no F_po"),
        ('name = "blinatumomab"', 'name = "other"', "as the file is called"),
        ('class = "CD19xCD3', 'klass = "x"\nclass = "CD19xCD3', "unknown field 'klass'"),
        ("half_life = [\"1.5 h\", \"2.5 h\"]", "half_life = [\"2.5 h\", \"1.5 h\"]", "smaller first"),
        ('spread = "sd 0.476 log"', 'spread = "wide"', "spread"),
        ("[pk]", "[pk", "syntax"),
    ],
)  # fmt: skip
def test_one_fault_in_a_drug_file_is_one_clear_error(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    file = tmp_path / "blinatumomab.toml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((LibraryError, UnitError)) as fault:
        library.drug(file)
    assert says in str(fault.value)
    assert "blinatumomab.toml" in str(fault.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('rate = "9 ug/day"\n', "", "amount or rate"),
        ('rate = "9 ug/day"', 'rate = "9 ug/day"\namount = "1 mg"', "amount or rate"),
        ('duration = "7 day"\n', "", "how long"),
        ('duration = "7 day"', 'duration = "7"', "without a unit"),
        ("days = [8]", 'days = ["8-5"]', "a day such as 8"),
        ("days = [8]", "days = [9, 8]", "increasing"),
        ("days = [8]", "days = [29]", "a day of the 28"),
        ('cycles = ["2-5"]', 'cycles = ["2-6"]', "at most 5"),
        ('route = "civ"', 'route = "oral"', "one of iv"),
        ('length = "28 day"', 'length = "28 mg"', "day"),
        ("[[doses]]", "[[dosis]]", "unknown field 'dosis'"),
        ('source = "BlincytoLabel2014"', 'origin = "x"', "origin"),
    ],
)
def test_one_fault_in_a_regimen_file_is_one_clear_error(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in REGIMEN
    file = tmp_path / "blinatumomab_rr.toml"
    file.write_text(REGIMEN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises((LibraryError, UnitError)) as fault:
        library.regimen(file)
    assert says in str(fault.value)
    assert "blinatumomab_rr.toml" in str(fault.value)


def test_nonsense_is_refused_quickly(tmp_path: Path) -> None:
    file = tmp_path / "junk.toml"
    file.write_bytes(b"\xff\xfe\x00" * 100)
    with pytest.raises(LibraryError, match="UTF-8"):
        read_toml(file)
    file.write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(LibraryError, match="at most"):
        read_toml(file)
    file.write_text("a = " + "[" * 5000, encoding="utf-8")
    with pytest.raises(LibraryError, match=r"junk\.toml"):
        read_toml(file)
    with pytest.raises(LibraryError, match="readable"):
        read_toml(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("protocol", {"rates": [9]}, 'rates[0]: found 9, expected text in quotes, such as "9 ug/day".'),
        ("protocol", {"rates": [""]}, "rates[0]: found '', expected text that is not empty."),
        ("protocol", {"rates": "9 ug/day"}, "rates: found '9 ug/day', expected a list of rates such as"),
        ("protocol", {"rates": ["9 ug/day"] * 2}, "rising, each once."),
        ("protocol", {"source": True}, "source: found true, expected text in quotes."),
        ("protocol", {"step_after": 7}, "such as 6 h or 14 day, as text in quotes."),
        ("regimen", {"cycles": 0}, "cycles: found 0, expected a number of cycles, at least 1 and at most 100."),
        ("regimen", {"cycles": 101}, "cycles: found 101, expected a number of cycles, at least 1 and at most 100."),
        ("regimen", {"cycles": "5"}, "cycles: found '5', expected a number of cycles."),
        ("regimen", {"label": ""}, "label: found '', expected what a person reads, not empty."),
        ("regimen", {"doses": [{"drug": "x", "route": "iv", "days": [0], "source": "x", "amount": "1 mg"}]},
         "days[0]: found 0, expected a whole number, at least 1 and at most 1000 or text in quotes, of the form "),
    ],
)  # fmt: skip
def test_a_fault_of_the_schema_is_said_in_words(kind: str, fields: dict[str, object], says: str) -> None:
    whole = {
        "protocol": {"name": "x", "label": "x", "source": "x", "drug": "x", "rates": ["9 ug/day"],
                     "cycles": [{"count": 1, "first": "9 ug/day", "infusion": "28 day", "rest": "14 day"}],
                     "new_cycle_after": "14 day"},
        "regimen": {"name": "x", "label": "x", "source": "x", "cycles": 1, "length": "28 day",
                    "doses": [{"drug": "x", "route": "iv", "days": [1], "source": "x", "amount": "1 mg"}]},
    }  # fmt: skip
    validate(whole[kind], kind, "own.toml")
    with pytest.raises(LibraryError) as fault:
        validate(whole[kind] | fields, kind, "own.toml")
    assert str(fault.value).startswith("own.toml: ")
    assert says in str(fault.value)
    assert not str(fault.value).endswith("..")


@pytest.mark.parametrize("kind", ["drug", "mapping", "protocol", "regimen"])
def test_an_empty_file_is_called_empty(kind: str) -> None:
    with pytest.raises(LibraryError, match=r"^own\.toml: file: found an empty file, expected [a-z][^A-Z]*[^.]\.$"):
        validate({}, kind, "own.toml")


def test_any_single_missing_line_is_an_error_of_ours_or_harmless(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    file = tmp_path / "blinatumomab.toml"
    refused = 0
    for index in range(len(lines)):
        file.write_text("\n".join(lines[:index] + lines[index + 1 :]), encoding="utf-8")
        try:
            library.drug(file)
        except TrimerError:
            refused += 1
    assert refused > 20


def test_needed_loads_what_orders_name() -> None:
    regimens, drugs = library.needed(
        [Order("a", 0.0, regimen="clag"), Order("b", 9.0, drug="tocilizumab", amount="8 mg/kg")]
    )
    assert set(regimens) == {"clag"}
    assert set(drugs) == {"cladribine", "cytarabine", "filgrastim", "tocilizumab"}
    with pytest.raises(LibraryError, match="Nearest: tocilizumab"):
        library.needed([Order("b", 9.0, drug="tocilizumabe", amount="8 mg/kg")])


def test_drug_parameters_are_scaled_and_canonical() -> None:
    found = library.drug_parameters("blinatumomab", SIZE)
    assert found["blinatumomab_CL"].value == pytest.approx(53.28 * (1.8 / 1.876) ** 0.62)
    assert found["blinatumomab_CL"].unit == "L/day"
    assert found["blinatumomab_CL"].spread == 0.476
    assert found["blinatumomab_CL"].layer == "drug"
    vincristine = library.drug_parameters("vincristine", SIZE)
    assert vincristine["vincristine_V"].value == pytest.approx(20.8 * 1.8)
    mitoxantrone = library.drug_parameters(library.drug("mitoxantrone"), SIZE)
    assert mitoxantrone["mitoxantrone_CL"].value == pytest.approx(39.1 * 24 * (70 / 27.5) ** 0.75)
    assert library.drug_parameters("tocilizumab", SIZE)["tocilizumab_Kd"].value == pytest.approx(400.0)
    assert library.drug_parameters("mesna", SIZE) == {}


def test_schemas_are_published_and_say_which_draft() -> None:
    for name in ("drug", "regimen"):
        assert schema(name)["$schema"].startswith("https://json-schema.org/")
        json.dumps(schema(name))


def test_bibliography() -> None:
    text = "@article{one, title = {A {B} study},\n year = {2020}}\n@misc{two, note = {n}}"
    found = parse_bibliography(text, "x.bib")
    assert found["one"].fields == {"title": "A B study", "year": "2020"}
    assert str(found["one"]) == "A B study. 2020"
    with pytest.raises(LibraryError, match="twice"):
        parse_bibliography(text + "@misc{two, note = {n}}", "x.bib")
    with pytest.raises(LibraryError, match="open brace"):
        parse_bibliography("@misc{two, note = {n}", "x.bib")
    assert library.references()["Clements2020"].fields["doi"] == "10.1007/s40262-019-00823-8"
    assert all({"title", "note"} & set(r.fields) for r in library.references().values())


def test_import_is_cheap() -> None:
    heavy = ("pint", "jsonschema", "pydantic", "numpy", "scipy")
    code = f"import sys, trimer.library; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
