"""Grades of CRS inside the engine: a criterion asked once about every combination of vital signs, as a table."""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
from functools import cache

from trimer.course import Course, Episode, Reading
from trimer.criteria import judge, list_criteria
from trimer.engine.rules import Lookup
from trimer.errors import ProtocolError
from trimer.observables import OBSERVABLES
from trimer.therapy.protocol import Certainty

SIGNS = ("temperature", "hypotension", "hypoxia")
#: Where the classes of each sign begin; a scale reads none more finely.
EDGES = ((38.0,), (1.0, 2.0, 3.0), (1.0, 2.0, 3.0))
_ORIGIN = dt.date(2000, 1, 1)  # no criterion of CRS reads the calendar
_WITHIN = ((36.8, 39.0), (0.0, 1.0, 2.0, 3.0), (0.0, 1.0, 2.0, 3.0))


@cache
def crs_lookup(name: str, scale: str, certainty: Certainty) -> Lookup:
    """Return the grade of CRS by a criterion as a table of temperature, hypotension and hypoxia.

    The criterion itself judges a course for every combination, so that nothing of it is written down twice.

    Parameters
    ----------
    name : str
        Of the signal.
    scale : str
        Criterion.
    certainty : {"lowest", "highest"}
        Which grade counts where the scale leaves several open.

    Raises
    ------
    ProtocolError
        When there is no such criterion, or it grades no CRS; the nearest that does is given.
    """
    scales = [found.name for found in list_criteria() if found.subject == "crs"]
    if scale not in scales:
        near = difflib.get_close_matches(scale, scales, n=1, cutoff=0.3)
        hint = f"Nearest: {near[0]}." if near else f"There are: {', '.join(scales)}."
        raise ProtocolError("scale", f'"{scale[:80]}"', "a criterion of CRS", hint)
    table = tuple(_grade(scale, certainty, signs) for signs in itertools.product(*_WITHIN))
    return Lookup(name, SIGNS, EDGES, table)


def _grade(scale: str, certainty: Certainty, signs: tuple[float, ...]) -> float:
    """Return the grade of one moment under an engager."""
    day = 1.0
    readings = tuple(
        Reading(n, low=x, high=x, unit=OBSERVABLES[n].unit, day=day, earliest=day, latest=day, source="simulated")
        for n, x in zip(SIGNS, signs, strict=True)
    )
    exposure = Episode("drug", "blinatumomab", 0.0, 28.0)
    course = Course(id="moment", kind="simulation", origin=_ORIGIN, readings=readings, episodes=(exposure,))
    found = [v for v in judge(course, (scale,)) if v.subject == "crs"]
    if not found:
        raise ProtocolError("scale", f'"{scale}"', "a criterion that grades CRS")
    worst = found[0].grade or (0, 0)
    return float(worst[0] if certainty == "lowest" else worst[1])
