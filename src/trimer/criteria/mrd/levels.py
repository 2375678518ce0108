"""What a visit says about minimal residual disease (MRD), and how a scheme turns it into a category.

A report may print a level, a bound, a word ("negative", "positive") with or without the assay's sensitivity, or a share
of some subset of cells. All become one :class:`Level`: an interval of nucleated cells, whether disease was detected,
whether it was quantified, and how far the assay could see. "Negative", or a printed zero, bounds nothing without a
sensitivity; "positive" is above zero and no more, as there is one below the quantifiable range. A share of B cells is a
presence but no level; it is compared with no threshold until ``trimer.criteria.denominators`` has converted it by a
stated share of B cells.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.denominators import converted, of_b_cells
from trimer.criteria.logic import Truth, all_of, compare, first_of, known, same
from trimer.criteria.response.evidence import in_words, of_all_cells
from trimer.criteria.threshold import Threshold, describe, level_text
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Support, Verdict

SUBJECT: Subject = "mrd"
SENSITIVITY_UNKNOWN = "MRD negative, sensitivity unknown"

_LEVEL, _OF_B_CELLS, _SHARE = "mrd_marrow", "b_lineage_blast_percent", "b_cells_marrow_percent"
_NOT_QUANTIFIABLE = re.compile(r"\b(not|non)[- ]quantifiable\b", re.IGNORECASE)


@dataclass(frozen=True)
class Level:
    """Hold what one visit says about MRD.

    Attributes
    ----------
    reading : Reading, fraction of nucleated cells
        Every level the visit allows; 0 to 1 where it says nothing.
    detected : bool or None
        Whether disease was found; None when the visit does not say, or contradicts itself.
    quantified : bool or None
        Whether what was found was also measured (in any population); never True without ``detected``.
    assay : Reading or None, fraction
        Sensitivity of the assay: as stated, or shown by a bound it reported, or assumed for a simulated level.
    value : str
        As recorded, for comparisons.
    why : str
        The same as part of a sentence.
    refused : str
        What a share of a subset of cells lacks to be an MRD level; empty when the visit gives none.
    simulated : bool
    """

    reading: Reading
    detected: Truth
    quantified: Truth
    assay: Reading | None
    value: str
    why: str
    refused: str = ""
    simulated: bool = False

    @property
    def unstated(self) -> bool:
        """Whether MRD is negative by an assay whose sensitivity is not known."""
        return self.detected is False and self.assay is None


Rules = tuple[tuple[str, Truth], ...]


@dataclass(frozen=True)
class Scheme:
    """Hold one published scheme.

    Attributes
    ----------
    name : str
        Its file.
    order : tuple of str
        Categories, best first.
    thresholds : mapping of str to Threshold
        A row named ``sensitivity`` limits the assay, one named ``floor`` a simulated level only, and one told in words
        is met where MRD is quantified; every other row limits the level.
    rules : callable
        Takes a :class:`Level`; returns categories with whether they hold, in the order in which they are asked.
    limit : float, fraction
        Sensitivity assumed for a simulated level, which is never zero.
    unstated : str
        Category to which the scheme counts a negative result of unknown sensitivity; empty when it has none.
    note : str
        Added to every reason.
    """

    name: str
    order: tuple[str, ...]
    thresholds: Mapping[str, Threshold]
    rules: Callable[[Level], Rules]
    limit: float
    unstated: str = ""
    note: str = ""

    def judge(self, course: Course) -> tuple[Verdict, ...]:
        """Judge MRD at every visit that says anything about it, in time order; see :func:`judged`."""
        return judged(course, self)


def level(visit: Visit, limit: float) -> Level | None:
    """Return what a visit says about MRD, or None when it says nothing.

    Parameters
    ----------
    visit : Visit
        Reads ``mrd_marrow`` and ``b_lineage_blast_percent``; a simulated share of B cells says nothing, being always
        positive.
    limit : float, fraction
        Sensitivity assumed for a simulated level that carries none. A level that a laboratory prints above zero was
        detected, whatever the sensitivity.
    """
    recorded, share = visit.get(_LEVEL), visit.get(_OF_B_CELLS)
    number = of_all_cells(recorded)
    if recorded is not None and known(recorded) and not known(number):
        recorded, number, share = None, None, recorded  # a share of a subset, recorded as if it were a level
    if number is not None and not known(number):
        number = None
    if share is not None and share.source == "simulated":
        share = None
    unquantifiable = recorded is not None and bool(_NOT_QUANTIFIABLE.search(recorded.text))
    said = True if unquantifiable else in_words(recorded)
    shown = _detected(share, None)
    measured = _detected(number, limit)
    if number is None and said is None and shown is None:
        return None
    spoken = {truth for truth in (measured, said, shown) if truth is not None}
    contradicted = len(spoken) == 2 and not (number is not None and measured)
    detected = None if contradicted or not spoken else True in spoken
    quantified = _quantified(detected, number, share if shown else None, unquantifiable)
    simulated = number is not None and number.source == "simulated"
    stated = [r.sensitivity for r in (recorded, share) if r is not None and r.sensitivity]
    finest = min(stated, default=limit if simulated else None)
    assay, finer = _assay(finest, number)
    refused = (_SHARE if share is not None and of_b_cells(share) else _LEVEL) if number is None and shown else ""
    empty = number is not None and number.high == 0.0 and not simulated  # a printed zero is a negative, no level
    reading = number if number is not None and not empty else _from_words(detected, finest)
    value, why = _in_words(number, recorded, share, detected, finest)
    if contradicted:
        why = f"{why}; one result is negative, another positive"
    if finer:
        why = f"{why}; the bound is finer than the stated sensitivity, {level_text(finest or 0.0)}"
    return Level(reading, detected, quantified, assay, value, why, refused, simulated)


def _detected(reading: Reading | None, limit: float | None) -> Truth:
    """Return whether a number, or the words in its place, show disease."""
    if reading is None or not known(reading):
        return in_words(reading)
    if reading.source == "simulated" and limit is not None:
        return compare(reading, ">=", reading.sensitivity or limit)
    above = compare(reading, ">", 0.0)
    if above is not None or reading.sensitivity is None:
        return above
    at = reading.sensitivity * (1.0 if reading.observable == _LEVEL else 100.0)
    if _bound(reading) and reading.high < at and not same(reading.high, at):
        return None  # a bound finer than the sensitivity that is stated: one of the two is wrong
    return False if compare(reading, "<", at) else None  # what lies at the very limit could be seen


def _quantified(detected: Truth, number: Reading | None, share: Reading | None, unquantifiable: bool) -> Truth:
    """Return whether what was detected was measured: a number above zero, of whatever population."""
    if detected is False or unquantifiable:
        return False
    if detected and any(known(r) and compare(r, ">", 0.0) for r in (number, share)):
        return True
    return None


def _from_words(detected: Truth, sensitivity: float | None) -> Reading:
    """Return the levels that a finding without a level allows: a positive one may lie below what can be quantified."""
    whole = Reading(_LEVEL, 0.0, 1.0, unit="fraction", source="")
    if detected is False and sensitivity is not None:
        return replace(whole, high=sensitivity, high_open=True)
    return replace(whole, low_open=True) if detected else whole


def _bound(number: Reading | None) -> bool:
    """Return whether a laboratory printed a bound ("< 1e-4")."""
    return number is not None and number.low == -math.inf and 0.0 < number.high < math.inf


def _assay(sensitivity: float | None, number: Reading | None) -> tuple[Reading | None, bool]:
    """Return the sensitivity, and whether a printed bound contradicts it.

    As stated; else a bound that a laboratory prints shows how far it sees. A bound finer than the stated sensitivity
    leaves open which of the two holds.
    """
    bound = number.high if number is not None and _bound(number) and number.high < 1.0 else None
    if sensitivity is not None:
        finer = bound is not None and bound < sensitivity and not same(bound, sensitivity)
        return Reading(_LEVEL, -math.inf if finer else sensitivity, sensitivity, unit="fraction", source=""), finer
    return (None if bound is None else Reading(_LEVEL, -math.inf, bound, unit="fraction", source="")), False


def _in_words(
    number: Reading | None, recorded: Reading | None, share: Reading | None, detected: Truth, sensitivity: float | None
) -> tuple[str, str]:
    """Return the finding as recorded, and as part of a sentence."""
    if number is not None:
        value = describe(number)
        method = f" ({number.method})" if number.method.startswith("converted") else ""
        return value, f"MRD {value} of {number.denominator or 'nucleated cells'}{method}"
    if detected is None:
        return "contradictory", "MRD contradictory"
    if detected is False:
        at = "sensitivity not stated" if sensitivity is None else f"sensitivity {level_text(sensitivity)}"
        return "negative", f"MRD negative, {at}"
    if share is not None and known(share):
        value = f"{describe(share)} of {share.denominator or 'B cells'}"
        return value, f"{value} is a presence and no MRD level, as their share of nucleated cells is not recorded"
    text = recorded.text if recorded is not None and recorded.text else "positive"
    at = f", sensitivity {level_text(sensitivity)}" if sensitivity is not None else ""
    return text, f"MRD {text}{at}, no level stated"


def judged(course: Course, scheme: Scheme) -> tuple[Verdict, ...]:
    """Judge every visit that says anything about MRD, in time order.

    Parameters
    ----------
    course : Course
    scheme : Scheme

    Returns
    -------
    tuple of Verdict
        Empty when nothing about MRD is recorded.
    """
    visits = sorted(converted(course).visits, key=lambda v: v.day)
    found = ((visit, level(visit, scheme.limit)) for visit in visits)
    return tuple(verdict(scheme, visit, what) for visit, what in found if what is not None)


def verdict(scheme: Scheme, visit: Visit, what: Level) -> Verdict:
    """Return the verdict of a scheme on what one visit says.

    Parameters
    ----------
    scheme : Scheme
    visit : Visit
    what : Level

    Returns
    -------
    Verdict
        With more than one category possible it is undetermined, unless the scheme itself counts a negative result of
        unknown sensitivity somewhere; ``possible`` keeps them all.
    """
    left = first_of(scheme.rules(what))
    possible = tuple(name for name in scheme.order if name in left)
    category = possible[0] if len(possible) == 1 else UNDETERMINED
    if category == UNDETERMINED and what.unstated and scheme.unstated in possible:
        category = scheme.unstated
    counted = category != UNDETERMINED and len(possible) > 1
    open_ = f"left open: {', '.join(possible)}" if category == UNDETERMINED else ""
    begin = f"{category[0].upper()}{category[1:]}"
    support: Support = "" if category == UNDETERMINED else "measured"
    return Verdict(
        scheme.name, SUBJECT, visit.id, visit.label, visit.day, category,
        f"{begin}: {'; '.join(text for text in (what.why, open_, scheme.note) if text)}.",
        qualifier=_qualifier(what, category), possible=possible, supported_by=support,
        decided_by=_decisions(scheme.thresholds, what), missing=_missing(what, possible),
        conventions=("a sensitivity that is not stated is taken as insufficient",) if counted else (),
    )  # fmt: skip


def _qualifier(what: Level, category: str) -> str:
    """Return what is known beside the category."""
    if what.unstated:
        return SENSITIVITY_UNKNOWN if category == UNDETERMINED else "sensitivity unknown"
    if category == UNDETERMINED and what.detected:
        return "with residual disease, level not settled"
    return ""


def _decisions(rows: Mapping[str, Threshold], what: Level) -> tuple[Decision, ...]:
    """Return the comparisons: of the level with its limits, and of the assay's sensitivity where nothing was found."""
    made: list[Decision] = []
    for name, row in rows.items():
        if name == "sensitivity":
            if what.detected is not True:
                at = describe(what.assay) if what.assay is not None else "not stated"
                made.append(replace(row.decide(what.assay), value=f"{at} (assumed)" if what.simulated else at))
        elif name != "floor" or what.simulated:
            met = what.quantified if row.wording else row.test(what.reading)
            made.append(replace(row.decide(what.reading), value=what.value, met=met))
    return tuple(made)


def _missing(what: Level, possible: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fact that would narrow what is possible."""
    if len(possible) <= 1:
        return ()
    if what.detected is None:
        return ("whether MRD was detected",)
    if what.detected:
        return (what.refused or _LEVEL,)
    return ("sensitivity of the assay",) if what.assay is None or not what.assay.exact else ("a more sensitive assay",)


def failing(what: Level, row: Threshold) -> Truth:
    """Return whether MRD was measured beyond a limit of failure; a positive that cannot be quantified never is."""
    return all_of(row.test(what.reading), what.quantified)
