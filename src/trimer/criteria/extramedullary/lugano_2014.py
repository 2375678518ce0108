"""Response of extramedullary disease by the Lugano classification of 2014: by PET where there is one, else by CT.

Three conventions fill what records leave out, and each is named in the verdict: a *new lesion* is absent where nothing
is recorded about it, *no uptake* without a score is Deauville 1, and *CT decides* where no PET is recorded;
``possible`` uses none. A fall counts from the size before treatment, growth from the smallest size so far; recorded
changes of area are all against the former, so their growth is worked out from two of them. Of CT, the largest node and
the summed product of diameters are read; a spleen or an extranodal site counts through the word for a new lesion only.
A course that records no imaging gets no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import Truth, all_of, any_of, difference, first_of, known, negate, relative_change
from trimer.criteria.response.evidence import in_words, says, untreated
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Verdict

LABEL = "Lugano 2014"
SUBJECT: Subject = "extramedullary"
CITATION = (
    "Cheson BD et al. J Clin Oncol 2014;32:3059-3068 (Lugano classification; volume and pages recalled), as tabulated "
    "in J Nucl Med and AJNR"
)

_SEEN = "Lugano classification 2014, response tables as reprinted in J Nucl Med and AJNR"

THRESHOLDS: dict[str, Threshold] = {
    "pet_cr": Threshold("deauville", "<=", 3.0, "number", "CR by PET", "seen", _SEEN, "Deauville 1 to 3"),
    "ct_cr": Threshold("node_diameter", "<=", 1.5, "cm", "CR by CT", "seen", _SEEN, "longest diameter of every node"),
    "ct_pr": Threshold(
        "lesion_area_change", "<=", -50.0, "%", "PR by CT", "seen", _SEEN,
        "printed: a fall of at least 50 % in the summed product of diameters of up to six lesions",
    ),
    "ct_pd": Threshold(
        "lesion_area_change", ">=", 50.0, "%", "PD by CT", "seen", _SEEN,
        "printed for the product of one lesion; the sum stands in for it where only the sum is recorded",
        "growth of the summed product of diameters since its smallest",
    ),
    "ct_small": Threshold("node_diameter", "<=", 2.0, "cm", "PD by CT: which growth is asked for", "seen", _SEEN,
        "the size before growth is meant",
    ),
    "ct_growth_small": Threshold(
        "node_diameter", ">=", 0.5, "cm", "PD by CT, node of up to 2 cm", "seen", _SEEN,
        "against the smallest earlier diameter", "growth of the largest node",
    ),
    "ct_growth_large": Threshold(
        "node_diameter", ">=", 1.0, "cm", "PD by CT, node above 2 cm", "seen", _SEEN,
        "against the smallest earlier diameter", "growth of the largest node",
    ),
}  # fmt: skip

ORDER = ("CR", "PR", "SD", "PD")
_PET, _CT = ("deauville", "lesion_uptake"), ("node_diameter", "lesion_area_change")


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge extramedullary response at every visit with imaging, in time order.

    Parameters
    ----------
    course : Course
        Reads ``deauville``, ``lesion_uptake``, ``new_lesion``, ``node_diameter`` and ``lesion_area_change``.

    Returns
    -------
    tuple of Verdict
        Empty when no imaging is recorded: disease that nobody looked for is not absent.
    """
    found: list[Verdict] = []
    earlier: list[Visit] = []
    for visit in sorted(course.visits, key=lambda v: v.day):
        if not any(says(visit.get(name)) for name in (*_PET, *_CT, "new_lesion")):
            continue
        if untreated(course, visit):
            found.append(
                _verdict(visit, "baseline", ("baseline",), ["before treatment, the reference for what follows"])
            )
        else:
            found.append(_judge(visit, earlier))
        earlier.append(visit)
    return tuple(found)


def _judge(visit: Visit, earlier: Sequence[Visit]) -> Verdict:
    """Judge one visit after treatment began."""
    new = in_words(visit.get("new_lesion"))
    by_pet = any(says(visit.get(name)) for name in _PET)
    rules, decided, missing = _pet(visit) if by_pet else _ct(visit, earlier)
    unscored = by_pet and not new and _word(visit) == "none" and not known(visit.get("deauville"))
    usual = ("CR",) if unscored else _left(rules, bool(new))
    # Without PET nothing but a new lesion is certain, since PET would overrule CT.
    possible = _left(rules, new) if by_pet else ("PD",) if new else ORDER
    if new:
        decided, missing = (), ()
    category = usual[0] if len(usual) == 1 else UNDETERMINED
    facts = [d.phrase for d in decided if d.met is not None or d.value != "not recorded"]
    facts += [f"uptake {_word(visit)}"] if by_pet and _word(visit) else []
    facts += ["a new lesion"] if new else []
    facts = facts or ["neither a score nor a word for uptake is recorded" if by_pet else "no measurement is recorded"]
    conventions: tuple[str, ...] = () if new is not None else ("new lesion not recorded, taken as none",)
    conventions += () if by_pet or new else ("no PET recorded, CT decides",)
    conventions += ("no score recorded, no uptake read as Deauville 1",) if unscored else ()
    facts += conventions
    wanted = (*missing, *(("new_lesion",) if new is None else ()), *(() if by_pet else ("deauville",)))
    verdict = _verdict(visit, category, possible, facts)
    return replace(
        verdict, decided_by=decided, missing=wanted if len(possible) > 1 else (), conventions=conventions
    )  # fmt: skip


def _verdict(visit: Visit, category: str, possible: tuple[str, ...], facts: Sequence[str]) -> Verdict:
    """Return a verdict with its sentence."""
    begin = f"{category[0].upper()}{category[1:]}"
    return Verdict(
        "lugano_2014", SUBJECT, visit.id, visit.label, visit.day, category, f"{begin}: {'; '.join(facts)}.",
        possible=possible, supported_by="" if category == UNDETERMINED else "measured",
    )  # fmt: skip


Rules = tuple[tuple[str, Truth], ...]


def _left(rules: Rules, new: Truth) -> tuple[str, ...]:
    """Return the categories left open, best first; a new lesion goes before every rule."""
    found = first_of((("PD", new), *rules))
    return tuple(name for name in ORDER if name in found)


def _pet(visit: Visit) -> tuple[Rules, tuple[Decision, ...], tuple[str, ...]]:
    """Return the rules of PET, the comparison made, and what is missing."""
    word = _word(visit)
    decision = THRESHOLDS["pet_cr"].decide(visit.get("deauville"))
    contradicted = word == "none" and decision.met is False
    rules: Rules = (
        ("CR", None if contradicted else decision.met),
        ("PD", None if not word else word == "increased"),
        ("PR", None if not word else word in ("none", "reduced")),
        ("SD", True),
    )
    missing = (*(("deauville",) if decision.met is None else ()), *(() if word or decision.met else ("lesion_uptake",)))
    missing += ("whether the lesions still take up tracer",) if contradicted else ()
    return rules, (decision,), missing


def _ct(visit: Visit, earlier: Sequence[Visit]) -> tuple[Rules, tuple[Decision, ...], tuple[str, ...]]:
    """Return the rules of CT, the comparisons made, and what is missing."""
    rows = THRESHOLDS
    diameter, area = visit.readings.get("node_diameter"), visit.readings.get("lesion_area_change")
    small = _smallest(earlier)
    growth = difference(diameter, small)
    was_small = rows["ct_small"].test(small)
    step = rows["ct_growth_small" if was_small else "ct_growth_large"].decide(growth)
    grew = any_of(all_of(was_small, rows["ct_growth_small"].test(growth)), rows["ct_growth_large"].test(growth))
    normal, fall = rows["ct_cr"].decide(diameter), rows["ct_pr"].decide(area)
    rise = rows["ct_pd"].decide(_since_smallest(area, earlier))
    rules: Rules = (
        ("CR", normal.met),
        ("PD", all_of(negate(normal.met), rise.met, grew)),
        ("PR", fall.met),
        ("SD", True),
    )
    grown = (rise, step) if rise.met is not False else ()
    decided = (normal,) if normal.met else (normal, *((fall,) if fall.met is not False else ()), *grown)
    gaps = [name for name in _CT if not known(visit.get(name))]
    if rise.met and small is None:
        gaps.append("node_diameter at an earlier visit")
    return rules, decided, tuple(gaps)


def _smallest(earlier: Sequence[Visit]) -> Reading | None:
    """Return the smallest earlier diameter of the largest node."""
    sizes = [r for r in (v.get("node_diameter") for v in earlier) if r is not None and known(r)]
    return min(sizes, key=lambda r: (r.high, r.low), default=None)


def _since_smallest(area: Reading | None, earlier: Sequence[Visit]) -> Reading | None:
    """Return the growth (%) of the summed product since its smallest, from changes (%) against before treatment."""
    if area is None or not known(area):
        return area
    before = [r for r in (v.get("lesion_area_change") for v in earlier) if r is not None and known(r)]
    whole = Reading("lesion_area_change", 0.0, 0.0, unit="%", source="")
    sizes = [replace(r, low=100.0 + r.low, high=100.0 + r.high) for r in (area, whole, *before)]
    return relative_change(sizes[0], min(sizes[1:], key=lambda r: (r.high, r.low)))


def _word(visit: Visit) -> str:
    """Return the word for uptake, if it is one that the rules know."""
    reading = visit.get("lesion_uptake")
    word = reading.text.strip().lower() if reading is not None else ""
    return word if word in ("none", "reduced", "unchanged", "increased") else ""
