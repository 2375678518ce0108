"""What response definitions read from a course: assessments, conclusions, leukaemia in blood, residual disease.

Shared by every response set, so that each file of the folder holds thresholds and order of rules only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.logic import Truth, compare, known
from trimer.criteria.threshold import describe, quantity_text

BASELINE_CONTEXTS = ("presentation", "diagnosis", "baseline")
RESPONSE_CONTEXTS = (*BASELINE_CONTEXTS, "response assessment", "response", "relapse work-up", "relapse")
MARROW_EVIDENCE = ("marrow_blast_percent", "b_lineage_blast_percent", "mrd_marrow")
BLOOD_EVIDENCE = ("blood_blast_percent", "blasts_blood", "wbc", "anc", "platelets")

POSITIVE = ("positive", "detected", "present")
NEGATIVE = ("negative", "not detected", "absent", "none")

# Subsets of cells: a percentage of them says nothing about the share of all nucleated cells (ambiguity A5).
_SUBSETS = re.compile(r"\bb[- ]?(lymphoid |lineage )?(cells?|lymph)|cd19|lymphocytes?|\bblasts?\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(no|not|without|never)(\W+\w+){0,2}\W+$", re.IGNORECASE)
_CONCLUSIONS = {
    "remission": re.compile(r"\b(complete remission|complete response|remission|CR)\b", re.IGNORECASE),
    "relapse": re.compile(r"\brelaps(e|ed)\b", re.IGNORECASE),
    "refractory": re.compile(r"\b(refractory|no response|progressive disease|progression)\b", re.IGNORECASE),
    "residual disease": re.compile(r"\bresidual disease\b", re.IGNORECASE),
}

MOST_WHITE_CELLS = 1000.0
"""1e9/L; no leukaemia has more (assumed; it bounds a share whose white cell count is not recorded)."""

# Two courses of one treatment closer than this are one treatment (assumed; a blinatumomab cycle is 42 days).
_SAME_TREATMENT_GAP = 56.0


def sources(visit: Visit) -> frozenset[str]:
    """Return the event ids a visit was made from."""
    return frozenset({visit.id, *(r.source for r in visit.readings.values())} - {"", "simulated"})


def conclusions(course: Course, visit: Visit) -> frozenset[str]:
    """Return what the record itself concluded at a visit.

    Returns
    -------
    frozenset of {"remission", "relapse", "refractory", "residual disease"}
        From episodes of kind ``conclusion`` that come from the same event, or stand on the same day.
    """
    here = sources(visit)
    found: set[str] = set()
    for episode in course.episodes:
        if episode.kind == "conclusion" and (episode.source in here or abs(episode.start - visit.day) < 0.5):
            found |= {word for word, pattern in _CONCLUSIONS.items() if _claims(episode.name, pattern)}
    return frozenset(found)


def _claims(text: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a text claims something, rather than denying it ("no relapse")."""
    return any(not _NEGATED.search(text[: match.start()]) for match in pattern.finditer(text))


def assessments(course: Course) -> tuple[Visit, ...]:
    """Return the visits at which response is judged, in time order.

    Where a course marks assessments by their context, those are judged if they hold marrow or blood evidence; where it
    marks none, every visit with marrow evidence is. A visit with a conclusion about response is always one, a visit for
    toxicity never. So a simulation that keeps the record's contexts is judged at the record's assessments, and a
    relapse it shows between them is found at the next one.
    """
    marked = any(visit.context in RESPONSE_CONTEXTS for visit in course.visits)
    chosen = []
    for visit in course.visits:
        wanted = (*MARROW_EVIDENCE, *BLOOD_EVIDENCE) if marked else MARROW_EVIDENCE
        eligible = visit.context in RESPONSE_CONTEXTS if marked else visit.context != "toxicity"
        held = eligible and any(name in visit.readings for name in wanted)
        if held or (visit.context != "toxicity" and conclusions(course, visit)):
            chosen.append(visit)
    return tuple(sorted(chosen, key=lambda v: v.day))


def treatments(course: Course) -> tuple[Episode, ...]:
    """Return the starts of treatment (regimens and drugs, not steps, restarts or rescue), in time order."""
    return tuple(sorted((e for e in course.episodes if e.kind in ("regimen", "drug")), key=lambda e: e.start))


def before_treatment(course: Course, visit: Visit, earlier: Sequence[Visit]) -> Visit | None:
    """Return the last earlier assessment made before the current treatment began.

    The current treatment is the last one begun before ``visit``, with the courses of the same name that precede it
    without a long gap. Without any such assessment it is the one just before.
    """
    if not earlier:
        return None
    begun = [e for e in treatments(course) if e.start < visit.day]
    if not begun:
        return earlier[-1]
    current = begun.pop()
    while begun and begun[-1].name == current.name and current.start - begun[-1].end <= _SAME_TREATMENT_GAP:
        current = begun.pop()
    before = [v for v in earlier if v.day <= current.start]
    return before[-1] if before else earlier[-1]


def of_all_cells(reading: Reading | None) -> Reading | None:
    """Return a percentage of all nucleated cells unchanged; one of a subset as text that compares with nothing.

    1.8 % of B cells is neither 1.8 % of marrow cells nor an MRD level of 1.8e-2.
    """
    if reading is None or not known(reading) or not _SUBSETS.search(reading.denominator):
        return reading
    note = f"{describe(reading)} of {reading.denominator}, not of nucleated cells"
    return replace(reading, low=math.nan, high=math.nan, text=note)


def in_words(reading: Reading | None) -> Truth:
    """Return what a qualitative result says about presence: True, False, or None when it says nothing."""
    if reading is None or reading.absence is not None or not reading.text:
        return None
    word = reading.text.strip().lower()
    return True if word in POSITIVE else False if word in NEGATIVE else None


def circulating(visit: Visit) -> Reading | None:
    """Return circulating blasts (1e9/L) as an interval.

    As measured; else white cells times the share of blasts; else between zero and the white cell count.
    """
    measured, white, share = visit.get("blasts_blood"), visit.get("wbc"), visit.get("blood_blast_percent")
    if known(measured):
        return measured
    if white is None or not known(white):
        return None
    least, most = 0.0, 1.0
    if share is not None and known(share):
        least, most = max(share.low, 0.0) / 100.0, min(share.high, 100.0) / 100.0
    low, high = max(white.low, 0.0) * least, white.high * most
    return Reading("blasts_blood", low=low, high=high, unit="1e9/L", source=white.source)


def share_of_white_cells(visit: Visit) -> Reading | None:
    """Return blasts of white cells (%) as their count gives it, or None without a count.

    Without a white cell count it lies within what any patient could have (:data:`MOST_WHITE_CELLS`).
    """
    count, white = visit.get("blasts_blood"), visit.get("wbc")
    if count is None or not known(count):
        return None
    least, most = (white.low, white.high) if white is not None and known(white) else (0.0, MOST_WHITE_CELLS)
    low = 100.0 * max(count.low, 0.0) / most if most > 0.0 else 0.0
    high = 100.0 * count.high / least if least > 0.0 else math.inf
    return Reading("blood_blast_percent", low=min(low, 100.0), high=min(high, 100.0), unit="%", source=count.source)


@dataclass(frozen=True)
class Residual:
    """Hold what is known about residual disease at a visit: detected or not, in the words of a qualifier, and why."""

    detected: Truth
    qualifier: str
    why: str


def residual(visit: Visit, concluded: frozenset[str], sensitivity: float) -> Residual:
    """Return residual disease below morphology as a qualifier of a remission.

    Parameters
    ----------
    visit : Visit
    concluded : frozenset of str
        From :func:`conclusions`.
    sensitivity : float, fraction of nucleated cells
        Assumed for a simulated fraction, which is always positive, and for a measured one whose assay states none.

    Returns
    -------
    Residual
        "Negative" without the assay's sensitivity stays so; a share of B cells shows presence, never a level.
    """
    detectable = Residual(True, "with detectable residual disease", "")
    mrd = visit.get("mrd_marrow")
    fraction = of_all_cells(mrd)
    if fraction is not None and known(fraction):
        limit = fraction.sensitivity or sensitivity
        assumed = "" if fraction.sensitivity else " (sensitivity assumed)"
        at = quantity_text(limit, "")
        above = compare(fraction, ">=", limit)
        if above:
            return replace(detectable, why=f"MRD {describe(fraction)} is at or above {at}{assumed}")
        if above is False:
            return Residual(False, f"MRD negative at {at}", f"MRD {describe(fraction)} is below {at}{assumed}")
        return Residual(None, "MRD not settled", f"MRD {describe(fraction)} against {at}{assumed}")
    for reading in (mrd, visit.get("b_lineage_blast_percent")):
        seen = _seen(reading)
        if seen and reading is not None:
            whole = f" of {reading.denominator}" if reading.denominator else ""
            why = f"immature B cells {describe(reading)}{whole} by flow, a presence, not an MRD level"
            return replace(detectable, why=why)
        if seen is False and reading is not None:
            return _negative(reading)
    if "residual disease" in concluded:
        return replace(detectable, why="residual disease is the record's own conclusion")
    return Residual(None, "MRD not stated", "")


def _seen(reading: Reading | None) -> Truth:
    """Return whether a laboratory reported abnormal cells; a simulated share is always positive and says nothing."""
    if reading is None or reading.absence is not None:
        return None
    if not known(reading):
        return in_words(reading)
    if reading.source == "simulated":
        return None
    above = compare(reading, ">", 0.0)
    if above is None and reading.sensitivity is not None and compare(reading, "<=", 100.0 * reading.sensitivity):
        return False  # "below the assay's limit", written as an interval from zero, in per cent
    return above


def _negative(reading: Reading) -> Residual:
    """Return a negative result with its sensitivity, or with the remark that it is unknown."""
    if reading.sensitivity is None:
        return Residual(
            False, "MRD negative, sensitivity unknown", "no immature B cells by flow, sensitivity not stated"
        )
    at = quantity_text(reading.sensitivity, "")
    return Residual(False, f"MRD negative at {at}", f"no immature B cells by flow, sensitivity {at}")
