"""Text with units becomes floats; whatever is not a quantity of the kind asked for is a UnitError."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trimer import units
from trimer.errors import UnitError
from trimer.observables import OBSERVABLES


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("164 10*9/L", "1e9/L", 164.0),
        ("164e9/L", "1e9/L", 164.0),
        ("164 1e9/L", "1e9/L", 164.0),
        ("164 10^9/L", "1e9/L", 164.0),
        ("16400 /uL", "1e9/L", 16.4),
        ("16.4 K/uL", "1e9/L", 16.4),
        ("16.4 10*3/uL", "1e9/L", 16.4),
        ("52.8 cells/uL", "1e9/L", 0.0528),
        ("102.7 [degF]", "Cel", (102.7 - 32) * 5 / 9),
        ("39 Cel", "Cel", 39.0),
        ("9 mcg/day", "ug/day", 9.0),
        ("9 ug/d", "ug/day", 9.0),
        ("9 \u00b5g/day", "ug/day", 9.0),  # the micro sign
        ("9\u03bcg/day", "ug/day", 9.0),  # the Greek letter
        ("16400 /\u00b5L", "1e9/L", 16.4),
        ("16.4 K/\u03bcL", "1e9/L", 16.4),
        ("39\u00b0C", "Cel", 39.0),
        ("5 ug/m2/day", "ug/m2/day", 5.0),
        ("8 mg/kg", "ug/kg", 8000.0),
        ("1 g/m2", "ug/m2", 1e6),
        ("2500 [IU]/m2", "IU/m2", 2500.0),
        ("1.8 %", "fraction", 0.018),
        ("1.8e-4 1", "%", 0.018),
        ("10.4 gm/dL", "g/dL", 10.4),
        ("104 g/L", "g/dL", 10.4),
        ("2 ng/L", "pg/mL", 2.0),
        ("10 week", "day", 70.0),
        ("12 h", "day", 0.5),
        ("32 year", "day", 32 * 365.25),
        ("163 cm", "m", 1.63),
        ("5 1e9", "1e9", 5.0),
        ("3 1/day", "1/h", 0.125),
        ("2 L/1e9/day", "L/cell/day", 2e-9),
        ("3 grade", "grade", 3.0),
        ("0 mg", "ug", 0.0),
        ("-2 week", "day", -14.0),
    ],
)
def test_text_becomes_the_canonical_number(text: str, unit: str, expected: float) -> None:
    assert units.parse(text, unit, "field") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("0", "ug"),
        ("9", "ug/day"),
        (0, "ug"),
        (9.5, "ug"),
        (None, "ug"),
        ("", "ug"),
        ("nine ug", "ug"),
        ("8 mg/kgg", "mg/kg"),
        ("164 x 109/L", "1e9/L"),
        ("109/L", "1e9/L/"),
        ("3,750 IU", "IU"),
        ("1e400 mg", "ug"),
        ("nan mg", "ug"),
        ("5 mg**99", "ug"),
        ("5 10*99/L/L/L", "1e9/L"),
        ("5 __import__", "day"),
        ("5 " + "mg" * 100, "ug"),
        ("5 mg/kg.day", "mg/kg/day"),
        ("5 \u00b5", "ug"),
        ("5 \u00b0", "Cel"),
    ],
)
def test_no_unit_or_no_such_unit_is_an_error(text: object, unit: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse(text, unit, "case.yaml: weight")
    assert caught.value.where == "case.yaml: weight"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 mg", "ug/kg"),
        ("5 mg/kg", "%"),
        ("5 %", "1e9"),
        ("5 L", "1e9/L"),
        ("5 grade", "fraction"),
        ("5 IU", "ug"),
        ("5 Cel", "ug"),
        ("5 1/day", "1e9/day"),
        ("5 m", "m2"),
    ],
)
def test_a_unit_of_another_kind_is_an_error_that_offers_one_that_fits(text: str, unit: str) -> None:
    with pytest.raises(UnitError, match="expected a unit that converts to"):
        units.parse(text, unit, "field")


@pytest.mark.parametrize(("printed", "spelled"), [("\u00b5", "u"), ("\u03bc", "u"), ("\u00b0C", "Cel")])
@pytest.mark.parametrize("unit", ["ug", "ug/m2/day", "10*3/uL", "/uL", "ug/uL", "uM", "Cel"])
def test_signs_of_print_mean_their_spelling(printed: str, spelled: str, unit: str) -> None:
    other = unit.replace(spelled, printed)
    assert units.convert(1.25, other, unit, "field") == 1.25
    assert units.convert(1.25, unit, other, "field") == 1.25
    assert units.root(other, "field") == units.root(unit, "field")


def test_every_canonical_unit_of_the_vocabulary_converts_to_itself() -> None:
    for observable in OBSERVABLES.values():
        assert units.convert(1.25, observable.unit, observable.unit, observable.name) == 1.25


def test_parse_any_tells_which_kind_of_dose_it_is() -> None:
    assert units.parse_any("50 mg/m2", ("ug", "ug/m2", "ug/kg"), "dose") == (50_000.0, "ug/m2")
    assert units.parse_any("2 mg", ("ug", "ug/m2", "ug/kg"), "dose") == (2000.0, "ug")
    with pytest.raises(UnitError, match="ug or ug/m2"):
        units.parse_any("2 day", ("ug", "ug/m2"), "dose")


def test_the_message_names_near_misses() -> None:
    with pytest.raises(UnitError, match="Nearest: mg/kg"):
        units.parse("8 mg/kgg", "mg/kg", "dose")


def test_pint_is_not_loaded_with_the_module() -> None:
    code = "import sys, trimer.units; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_threads_that_ask_first_at_once_get_one_registry() -> None:
    code = """
import threading
from trimer import units
together, found = threading.Barrier(4), []
def ask(k):
    together.wait()
    found.append(units.convert(1.0, f"10*{k + 3}/L", "1e9/L", "here"))
    found.append(id(units._registry()))
threads = [threading.Thread(target=ask, args=(k,)) for k in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
assert len({x for x in found if isinstance(x, int)}) == 1 and len(found) == 8, found
"""
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
