"""Status of the central nervous system: CNS1 without blasts in CSF, CNS2 with few white cells, CNS3 with five or more.

Conventions fill what records leave out, and each is named in the verdict: clinical *signs* are absent, and the tap was
*not traumatic*, where nothing is recorded about them. The rule for a traumatic tap is taken as its source prints it,
with white cells of CSF against twice those of blood. The algorithm it goes back to divides each by its red cells, which
a record seldom holds for blood; as printed it is nearly always met, so ``possible`` keeps CNS3 beside CNS2c.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import Truth, all_of, first_of, known, negate
from trimer.criteria.response.evidence import in_words, says
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Verdict

LABEL = "CNS status (CNS1 to CNS3)"
SUBJECT: Subject = "cns"
CITATION = (
    "CNS1 to CNS3 as tabulated in BMJ Best Practice, acute lymphocytic leukaemia, criteria (seen 2026); traumatic tap "
    "after the Steinherz-Bleyer algorithm (recalled)"
)

_SEEN = "BMJ Best Practice, acute lymphocytic leukaemia, criteria of CNS involvement"

THRESHOLDS: dict[str, Threshold] = {
    "pleocytosis": Threshold("csf_wbc", ">=", 5.0, "1e6/L", "CNS3 rather than CNS2, with blasts", "seen", _SEEN),
    "bloody": Threshold(
        "csf_rbc", ">=", 10.0, "1e6/L", "CNS2c: traumatic tap", "recalled",
        "Children's Oncology Group, definitions of CNS2a, CNS2b and CNS2c, not seen", "high confidence",
    ),
    "dilution": Threshold(
        "csf_wbc", "<", 2.0, "fraction", "CNS2c rather than CNS3 in a traumatic tap", "seen", _SEEN,
        "as printed; the algorithm it goes back to compares white over red cells in each",
        "white cells of CSF over white cells of blood",
    ),
    "cytology": Threshold(
        "csf_blasts", ">", 0.0, "1e6/L", "CNS2 and CNS3 rather than CNS1", "seen", _SEEN,
        quantity="Cytology of CSF", wording="blasts seen",
    ),
    "counted": Threshold(
        "csf_blasts", ">=", 0.01, "1e6/L", "blasts in CSF, where they are counted and not looked for by cytology",
        "assumed", "10 cells in a millilitre, of which a cytospin recovers one or two; a simulated count is never zero",
    ),
}  # fmt: skip

ORDER = ("CNS1", "CNS2", "CNS2c", "CNS3")
_READ = ("csf_cytology", "csf_wbc", "csf_blasts", "cns_signs")


@dataclass(frozen=True)
class Facts:
    """Hold the comparisons of one visit, each True, False or open."""

    signs: Truth
    blasts: Decision
    white: Decision
    bloody: Decision
    dilution: Decision

    def left(self, signs: Truth, bloody: Truth) -> frozenset[str]:
        """Return the categories left open when signs and blood in CSF are taken as given."""
        rules = (
            ("CNS3", signs),
            ("CNS1", negate(self.blasts.met)),
            ("CNS2", negate(self.white.met)),
            ("CNS2c", all_of(bloody, self.dilution.met)),
            ("CNS3", True),
        )
        return frozenset(first_of(rules))


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge CNS status at every visit that says anything about CSF or signs, in time order.

    Parameters
    ----------
    course : Course
        Reads ``csf_cytology``, ``csf_wbc``, ``csf_rbc``, ``csf_blasts``, ``cns_signs`` and ``wbc``.

    Returns
    -------
    tuple of Verdict
        Empty when nothing of it is recorded.
    """
    said = (v for v in course.visits if any(says(v.get(name)) for name in _READ))
    return tuple(_judge(visit) for visit in sorted(said, key=lambda v: v.day))


def _judge(visit: Visit) -> Verdict:
    """Judge one visit."""
    facts = _facts(visit)
    possible = facts.left(facts.signs, facts.bloody.met)
    if "CNS2c" in possible:
        possible |= {"CNS3"}
    usual = [name for name in ORDER if name in facts.left(bool(facts.signs), bool(facts.bloody.met))]
    category = usual[0] if len(usual) == 1 else UNDETERMINED
    decided = _decisive(facts)
    plain = [d.met is None or d.observable == "csf_cytology" for d in decided]
    texts = [f"{d.name} {d.value}" if said else d.phrase for d, said in zip(decided, plain, strict=True)]
    conventions = _conventions(facts, category)
    texts += conventions
    texts += ["clinical signs of CNS leukaemia are present"] if facts.signs else []
    ordered = tuple(name for name in ORDER if name in possible)
    return Verdict(
        "cns_status", SUBJECT, visit.id, visit.label, visit.day, category,
        f"{category[0].upper()}{category[1:]}: {'; '.join(texts)}.", possible=ordered,
        supported_by="" if category == UNDETERMINED else "measured", decided_by=decided,
        missing=_missing(facts) if len(ordered) > 1 else (), conventions=conventions,
    )  # fmt: skip


def _facts(visit: Visit) -> Facts:
    """Compare everything one visit holds with the thresholds."""
    rows, white = THRESHOLDS, _white(visit)
    return Facts(
        signs=in_words(visit.get("cns_signs")),
        blasts=_blasts(visit),
        white=rows["pleocytosis"].decide(white),
        bloody=rows["bloody"].decide(visit.readings.get("csf_rbc")),
        dilution=rows["dilution"].decide(_ratio(white, visit.get("wbc"))),
    )


def _blasts(visit: Visit) -> Decision:
    """Return whether CSF holds blasts: by cytology, else by count; open where one found what the other did not."""
    cytology, count = visit.readings.get("csf_cytology"), visit.get("csf_blasts")
    seen, counted = in_words(cytology), THRESHOLDS["counted"].decide(count)
    if seen is None and known(count):
        return counted
    found = replace(THRESHOLDS["cytology"].decide(cytology), observable="csf_cytology", met=seen)
    if seen is False and counted.met:
        return replace(found, value=f"{found.value}, but blasts counted ({counted.value})", met=None)
    return found


def _white(visit: Visit) -> Reading | None:
    """Return white cells of CSF; where they are not counted, at least the blasts that are."""
    white, blasts = visit.readings.get("csf_wbc"), visit.get("csf_blasts")
    if known(white) or blasts is None or not known(blasts) or blasts.low <= 0.0:
        return white
    return replace(blasts, observable="csf_wbc", high=float("inf"), inferred=True)


def _ratio(csf: Reading | None, blood: Reading | None) -> Reading | None:
    """Return white cells of CSF (1e6/L) over those of blood (1e9/L) as an interval, None when one is not known."""
    if csf is None or blood is None or not (known(csf) and known(blood)):
        return None
    low, high = 1e3 * max(blood.low, 0.0), 1e3 * max(blood.high, 0.0)
    least = max(csf.low, 0.0) / high if high > 0.0 else float("inf")
    most = csf.high / low if low > 0.0 else float("inf")
    return Reading(
        "csf_wbc", least, most, low_open=csf.low_open or blood.high_open, high_open=csf.high_open or blood.low_open,
        unit="fraction", source=csf.source,
    )  # fmt: skip


def _decisive(facts: Facts) -> tuple[Decision, ...]:
    """Return the comparisons as far as the rules ask for them."""
    if facts.signs:
        return ()
    if facts.blasts.met is False:
        return (facts.blasts,)
    if facts.white.met is False:
        return (facts.blasts, facts.white)
    if not facts.bloody.met:
        return (facts.blasts, facts.white, facts.bloody)
    return (facts.blasts, facts.white, facts.bloody, facts.dilution)


def _conventions(facts: Facts, category: str) -> tuple[str, ...]:
    """Return what was taken for granted to name the category."""
    used: list[str] = []
    if facts.signs is None:
        used.append("clinical signs not recorded, taken as absent")
    if facts.bloody.met is None and category == "CNS3" and not facts.signs:
        used.append("red cells in CSF not recorded, tap taken as not traumatic")
    if category == "CNS2c":
        used.append("white cells compared as printed, without their ratio to red cells")
    return tuple(used)


def _missing(facts: Facts) -> tuple[str, ...]:
    """Return the facts that would narrow what is possible."""
    asked: list[str] = [] if facts.signs is not None else ["cns_signs"]
    if facts.blasts.met is None:
        contradicted = "but blasts counted" in facts.blasts.value
        asked.append("whether CSF holds blasts" if contradicted else "csf_cytology")
    if facts.blasts.met is not False and facts.white.met is None:
        asked.append("csf_wbc")
    if facts.blasts.met is not False and facts.white.met is not False:
        asked += ["csf_rbc"] if facts.bloody.met is None else []
        asked += ["wbc"] if facts.bloody.met is not False and facts.dilution.met is None else []
        asked += ["red cells in blood"] if facts.bloody.met is not False and facts.dilution.met is not False else []
    return tuple(asked)
