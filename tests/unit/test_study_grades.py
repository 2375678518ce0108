"""The scale that a protocol names is a criterion of CRS, or the error says which field is at fault."""

from __future__ import annotations

import pytest

from trimer.errors import ProtocolError
from trimer.study.grades import crs_lookup


@pytest.mark.parametrize(
    ("scale", "says"),
    [
        ("astct", 'scale: found "astct", expected a criterion of CRS. Nearest: astct_2019_crs.'),
        ("amg", 'scale: found "amg", expected a criterion of CRS.'),
        ("astct_2019_icans", "expected a criterion of CRS. Nearest: astct_2019_crs."),
        ("", 'scale: found "", expected a criterion of CRS. There are: '),
    ],
)
def test_a_scale_that_grades_no_crs_is_refused(scale: str, says: str) -> None:
    with pytest.raises(ProtocolError) as fault:
        crs_lookup("crs_grade", scale, "lowest")
    assert says in str(fault.value)


def test_a_scale_grades() -> None:
    found = crs_lookup("crs_grade", "astct_2019_crs", "highest")
    assert set(found.table) == {0.0, 1.0, 2.0, 3.0, 4.0}
