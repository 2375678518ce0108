"""Usual doses: compared as they are written where possible, else as a patient's whole dose; read from a drug's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from trimer.errors import LibraryError
from trimer.library import drug
from trimer.library.files import HERE
from trimer.therapy.amount import Amount
from trimer.therapy.size import Size
from trimer.therapy.usual import Precedent, UsualDose, comparable, within

SIZE = Size(80.0, 1.8, 2.0)
PER_M2 = UsualDose(Amount(6.0, "bsa"), Amount(12.0, "bsa"), "6 to 12", ("iv",))
FLAT = UsualDose(Amount(20.0), Amount(20.0), "20", ("iv",))
RATE = UsualDose(Amount(9.0, rate=True), Amount(9.0, rate=True), "9 a day", ("civ",))


@pytest.mark.parametrize(
    ("dose", "side"),
    [
        (Amount(6.0, "bsa"), ""), (Amount(12.0, "bsa"), ""), (Amount(5.99, "bsa"), "below"),
        (Amount(12.01, "bsa"), "above"), (Amount(24.0), ""), (Amount(24.1), "above"), (Amount(11.9), "below"),
        (Amount(0.3, "weight"), ""), (Amount(0.31, "weight"), "above"),
    ],
)  # fmt: skip
def test_sides_of_a_range(dose: Amount, side: str) -> None:
    assert PER_M2.side(dose, SIZE) == side


def test_a_dose_is_compared_with_its_like_first() -> None:
    usual = (PER_M2, FLAT, RATE)
    assert comparable(Amount(8.0, "bsa"), "iv", usual) == (PER_M2,)
    assert comparable(Amount(8.0), "iv", usual) == (FLAT,)
    assert comparable(Amount(8.0, "weight"), "", usual) == (PER_M2, FLAT)
    assert comparable(Amount(8.0), "it", usual) == ()
    assert comparable(Amount(9.0, rate=True), "civ", usual) == (RATE,)
    assert within(Amount(24.0), "iv", usual, SIZE) == ()
    assert within(Amount(24.0), "iv", (PER_M2,), SIZE) == (PER_M2,)


def test_a_precedent_covers_doses_up_to_its_own_by_its_route() -> None:
    precedent = Precedent(Amount(80.0, "bsa"), "80", "once", ("iv",))
    assert precedent.covers(Amount(60.0, "bsa"), "iv", SIZE)
    assert precedent.covers(Amount(80.0, "bsa"), "", SIZE)
    assert precedent.covers(Amount(160.0), "iv", SIZE)
    assert not precedent.covers(Amount(81.0, "bsa"), "iv", SIZE)
    assert not precedent.covers(Amount(60.0, "bsa"), "it", SIZE)
    assert not precedent.covers(Amount(60.0, "bsa", rate=True), "iv", SIZE)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ('range = ["12 mg/m2", "6 mg/m2"]\nprovenance = "recalled"\nsource = "trimer"', "smaller first"),
        ('range = ["6 mg", "12 mg/m2"]\nprovenance = "recalled"\nsource = "trimer"', "of one kind"),
        ('dose = "6 mg"\nprovenance = "recalled"', "no source"),
        ('dose = "6 mg"\nprovenance = "assumed"', "no note"),
        ('dose = "6 mg"\nsource = "trimer"', "provenance"),
        ('provenance = "seen"\nsource = "trimer"', "usual"),
        ('dose = "6 mg"\nrange = ["1 mg", "2 mg"]\nprovenance = "seen"\nsource = "trimer"', "usual"),
    ],
)
def test_a_fault_in_a_usual_dose_names_its_field(tmp_path: Path, entry: str, word: str) -> None:
    text = (HERE / "drugs" / "mesna.toml").read_text(encoding="utf-8").replace('"mesna"', '"mine"', 1)
    path = tmp_path / "mine.toml"
    path.write_text(f"{text}\n[[usual]]\n{entry}\n", encoding="utf-8")
    with pytest.raises(LibraryError) as caught:
        drug(path)
    assert word in str(caught.value)
    assert "mine.toml" in str(caught.value)
