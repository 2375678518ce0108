"""What response definitions read from a course: assessments, conclusions, treatments, leukaemia in blood.

Shared by every response set, so that each file of the folder holds thresholds and order of rules only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.conclusions import Conclusion, read
from trimer.criteria.logic import Truth, known
from trimer.criteria.threshold import describe

BASELINE_CONTEXTS = ("presentation", "diagnosis", "baseline")
RESPONSE_CONTEXTS = (*BASELINE_CONTEXTS, "response assessment", "response", "relapse work-up", "relapse")
MARROW_EVIDENCE = ("marrow_blast_percent", "b_lineage_blast_percent", "mrd_marrow")
BLOOD_EVIDENCE = ("blood_blast_percent", "blasts_blood", "wbc", "anc", "platelets")

POSITIVE = ("positive", "detected", "present")
NEGATIVE = ("negative", "not detected", "absent", "none")

# Populations that a share of all cells is told of; any other is a subset, and its share none of all nucleated cells
# (ambiguity A5). Mononuclear cells lack granulocytes and late red cells; MRD is reported of them too, and said so.
_ALL_CELLS = re.compile(
    r"(?:(?:all|total|the|of|in|viable|nucleated|mononuclear|leu[ck]ocytes?|white|wbcs?|bone|marrow|blood|peripheral|"
    r"cells?|counts?|differential|\d+|mncs?|tncs?)[-/ ]?)*",
    re.IGNORECASE,
)

MOST_WHITE_CELLS = 1000.0
"""1e9/L; no leukaemia has more (assumed; it bounds a share whose white cell count is not recorded)."""

# Parts and courses of one treatment closer than this are one treatment (assumed; a blinatumomab cycle is 42 days).
_SAME_TREATMENT_GAP = 56.0
_PART = re.compile(r"[_ ](?:part[_ ]?|cycle[_ ]?|course[_ ]?|block[_ ]?)?(?:[a-d]|\d+)$", re.IGNORECASE)


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
    return frozenset().union(*(conclusion.claimed for conclusion in _concluded(course, visit)))


def complete(course: Course, visit: Visit) -> bool:
    """Return whether the record itself concluded a *complete* remission at a visit."""
    return any(conclusion.complete for conclusion in _concluded(course, visit))


def _concluded(course: Course, visit: Visit) -> list[Conclusion]:
    """Return the conclusions that belong to a visit, as read."""
    here, said = sources(visit), (e for e in course.episodes if e.kind == "conclusion")
    return [read(e.name) for e in said if e.source in here or abs(e.start - visit.day) < 0.5]


def untreated(course: Course, visit: Visit) -> bool:
    """Return whether a visit belongs to the baseline: marked so, or not after the start of the first treatment."""
    begun = treatments(course)
    return visit.context in BASELINE_CONTEXTS or (bool(begun) and visit.day <= begun[0].start)


def says(reading: Reading | None) -> bool:
    """Return whether a reading holds anything: a number or a word."""
    return reading is not None and (known(reading) or (reading.absence is None and bool(reading.text)))


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
    """Return the last earlier assessment made before the current treatment began: the reference of a response.

    The current treatment is the last one begun before ``visit``, with what belongs to it: whatever still ran when it
    began (a drug inside a regimen), and earlier courses or parts (A, B) of the same regimen no more than 56 days before
    it. A treatment of another name begun when nothing ran, and one begun after the record concluded refractoriness or
    relapse, has a reference of its own. Without any such assessment it is the one just before.
    """
    if not earlier:
        return None
    begun = [e for e in treatments(course) if e.start < visit.day]
    if not begun:
        return earlier[-1]
    lost = {v.day: conclusions(course, v) & {"refractory", "relapse"} for v in earlier}
    block, others = [begun.pop()], begun
    while found := [e for e in others if any(_one_treatment(e, later, lost) for later in block)]:
        block += found
        others = [e for e in others if e not in found]
    start = min(e.start for e in block)
    before = [v for v in earlier if v.day <= start]
    return before[-1] if before else earlier[-1]


def _one_treatment(first: Episode, then: Episode, lost: Mapping[float, frozenset[str]]) -> bool:
    """Return whether a treatment and one begun later are one; ``lost`` holds what was concluded of failure, by day."""
    between = {word for day, words in lost.items() if first.start < day <= then.start for word in words}
    same_name = _PART.sub("", first.name) == _PART.sub("", then.name)
    if same_name and "relapse" not in between:
        return then.start - first.end <= _SAME_TREATMENT_GAP
    return not between and first.end >= then.start


def of_all_cells(reading: Reading | None) -> Reading | None:
    """Return a percentage of all nucleated cells unchanged; one of a subset as text that compares with nothing.

    1.8 % of B cells is neither 1.8 % of marrow cells nor an MRD level of 1.8e-2. All cells are nucleated or mononuclear
    cells, leucocytes, cells of marrow or blood; where the record names none, the usual ones are meant. Cells named in
    any other way (T cells, CD34+ cells, a gate) are a subset.
    """
    if reading is None or not known(reading) or _ALL_CELLS.fullmatch(reading.denominator.strip()):
        return reading
    note = f"{describe(reading)} of {reading.denominator}, not of all nucleated cells"
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
    measured, white = visit.get("blasts_blood"), visit.get("wbc")
    share = of_all_cells(visit.get("blood_blast_percent"))
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
