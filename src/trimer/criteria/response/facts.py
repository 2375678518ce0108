"""The facts of one assessment, each held against a threshold or told by a word: True, False, or open.

Which number a row limits follows from the row itself: its observable, or, for a change, its ``quantity``. So a
definition only states rows. What a record does not mention may be settled by a *convention* of the set that uses it;
facts exist with and without conventions, because only the former may settle a category and only the latter may narrow
what is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import Truth, all_of, any_of, difference, first_of, known, negate, relative_change
from trimer.criteria.response import evidence, rows
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Decision

Met = Mapping[str, Truth]

_WORDED = ("blood_blast_percent", "extramedullary_blasts", "mrd_marrow")
_DETECTION = ("blood_percent", "extramedullary")  # limits that stand for presence: the word "present" settles them


@dataclass(frozen=True)
class Scene:
    """Hold one assessment among the others.

    Attributes
    ----------
    course : Course
    visit : Visit
    last, before : Visit or None
        The assessment before it; the last one made before the current treatment.
    later : tuple of Visit
        Assessments after it, in time order.
    """

    course: Course
    visit: Visit
    last: Visit | None = None
    before: Visit | None = None
    later: tuple[Visit, ...] = ()


@dataclass(frozen=True)
class Condition:
    """Hold something a definition asks for that is told in words, not limited by a number.

    Attributes
    ----------
    missing : str
        What to name when it is open.
    holds : callable
        Truth at a scene.
    recorded : callable
        Whether the record mentions it, so that no convention is needed.
    convention : str
        Remark when it is not mentioned and taken as said; empty when nothing is taken.
    taken : bool
        What it is then taken as.
    """

    missing: str
    holds: Callable[[Scene], Truth]
    recorded: Callable[[Scene], bool]
    convention: str = ""
    taken: bool = True


def told(observable: str, wanted: bool, convention: str) -> Condition:
    """Return the condition that a word of presence is (``wanted``) or is not recorded at the visit."""

    def holds(scene: Scene) -> Truth:
        said = evidence.in_words(scene.visit.get(observable))
        return said if wanted else negate(said)

    return Condition(observable, holds, lambda scene: scene.visit.get(observable) is not None, convention)


def _cellular(scene: Scene) -> Truth:
    reading = scene.visit.get("marrow_cellularity_text")
    return True if reading and reading.text in ("normocellular", "hypercellular") else None


RED_CELLS = told("red_cell_transfusion", False, "red-cell transfusions not recorded, taken as none")
PLATELETS = told("platelet_transfusion", False, "platelet transfusions not recorded, taken as none")
TRILINEAGE = told("trilineage_haematopoiesis", True, "trilineage haematopoiesis not recorded, taken as present")
CELLULAR = Condition(  # "hypocellular" makes it doubtful, no more: definitions give no limit
    "marrow_cellularity_text",
    _cellular,
    lambda scene: scene.visit.get("marrow_cellularity_text") is not None,
    "marrow cellularity not recorded, taken as adequate",
)


@dataclass(frozen=True)
class Facts:
    """Hold everything one visit says, compared.

    Attributes
    ----------
    compared : mapping of str to Decision
        By row of the thresholds; with ``blood`` (no blasts in blood, by differential or else by count) and, seen from
        the side of disease, ``circulating`` and ``outside``.
    met : mapping of str to bool or None
        The outcomes, the conditions in words, and ``new_blood``, ``new_outside`` (present now, absent at the last
        assessment) and ``mrd_shown`` (MRD shown to be below the set's limit).
    open_words : mapping of str to str
        Conditions in words that are open, with what to name as missing.
    taken : mapping of str to bool
        Outcomes that conventions supply.
    remarks : tuple of str
        The conventions in words.
    """

    compared: Mapping[str, Decision]
    met: Met
    open_words: Mapping[str, str] = field(default_factory=dict)
    taken: Met = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def usual(self) -> Facts:
        """Return the facts with what conventions take as given."""
        return replace(self, met={**self.met, **self.taken})

    def free(self, keys: tuple[str, ...]) -> Truth:
        """Return whether all named comparisons hold."""
        return all_of(*(self.met[key] for key in keys))


def compare_all(table: Mapping[str, Threshold], conditions: Mapping[str, Condition], scene: Scene) -> Facts:
    """Hold one visit against every row of a definition.

    Parameters
    ----------
    table : mapping of str to Threshold
    conditions : mapping of str to Condition
    scene : Scene

    Returns
    -------
    Facts
    """
    compared = {key: _decide(key, row, scene) for key, row in table.items()}
    met: dict[str, Truth] = {}
    taken: dict[str, Truth] = {}
    remarks: list[str] = []
    if "blood_percent" in table:
        compared["blood"] = _blood(table, scene.visit)
        compared["circulating"], compared["outside"] = _shown(compared["blood"]), _shown(compared["extramedullary"])
        met |= _new(table, scene, compared)
        taken |= {"blood": compared["blood"].met, "circulating": compared["circulating"].met}
        if scene.visit.get("extramedullary_blasts") is None:
            taken["extramedullary"], taken["outside"] = True, False
            remarks.append("extramedullary disease not recorded, taken as none")
    met |= {key: decision.met for key, decision in compared.items()}
    if "blood_percent" in table and (proven := _blood_free(table, scene.visit)) is not met["blood"]:
        met["blood"], met["circulating"] = proven, negate(proven)
        remarks.append("no differential, so that blood blasts are judged by their count")
    if "mrd_limit" in table:
        met["mrd_shown"] = met["mrd_limit"]
        if met["mrd_limit"] is None and not known(evidence.of_all_cells(scene.visit.get("mrd_marrow"))):
            taken["mrd_limit"], taken["mrd_shown"], taken["mrd_relapse"] = True, False, False
            remarks.append("no MRD level of nucleated cells, so none is asked for")
    for key, condition in conditions.items():
        met[key] = condition.holds(scene)
        if condition.convention and not condition.recorded(scene):
            taken[key] = condition.taken
            remarks.append(condition.convention)
    waiting = {key: condition.missing for key, condition in conditions.items() if met[key] is None}
    return Facts(compared, met, waiting, taken, tuple(dict.fromkeys(remarks)))


def branch(
    free: Truth, healthy: tuple[tuple[str, Truth], ...], diseased: tuple[tuple[str, Truth], ...]
) -> tuple[str, ...]:
    """Return the categories left open by one list of rules without disease and another with it."""
    # Where disease is open, each list is read on its own: a rule that holds without disease ends its own list only.
    found = first_of(healthy) if free is not False else ()
    return found + (first_of(diseased) if free is not True else ())


def progressed(met: Met) -> Truth:
    """Return whether disease that is there has risen by a quarter, or has appeared where there was none."""
    return any_of(
        all_of(negate(met["blasts"]), met["pd_marrow"]),
        all_of(met["circulating"], any_of(met["pd_blood"], met["new_blood"])),
        all_of(met["outside"], any_of(met["pd_outside"], met["new_outside"])),
    )


def marrow(visit: Visit | None) -> Reading | None:
    """Return a visit's marrow blasts when they are a share of all nucleated cells, otherwise as text."""
    return evidence.of_all_cells(visit.readings.get("marrow_blast_percent")) if visit else None


def _circulating(visit: Visit | None) -> Reading | None:
    return evidence.circulating(visit) if visit else None


def _outside(visit: Visit | None) -> Reading | None:
    return visit.readings.get("extramedullary_blasts") if visit else None


_DERIVED: dict[str, Callable[[Scene], Reading | None]] = {
    rows.MARROW_SINCE_LAST: lambda s: relative_change(marrow(s.visit), marrow(s.last)),
    rows.MARROW_SINCE_TREATMENT: lambda s: relative_change(marrow(s.visit), marrow(s.before)),
    rows.BLOOD_SINCE_LAST: lambda s: difference(_circulating(s.visit), _circulating(s.last)),
    rows.BLOOD_SHARE_SINCE_LAST: lambda s: relative_change(_circulating(s.visit), _circulating(s.last)),
    rows.BLOOD_SHARE_SINCE_TREATMENT: lambda s: relative_change(_circulating(s.visit), _circulating(s.before)),
    rows.OUTSIDE_SINCE_LAST: lambda s: relative_change(_outside(s.visit), _outside(s.last)),
    rows.OUTSIDE_SINCE_TREATMENT: lambda s: relative_change(_outside(s.visit), _outside(s.before)),
}


def _decide(key: str, row: Threshold, scene: Scene) -> Decision:
    """Compare what a row limits; a word settles it where a word can."""
    if row.quantity:
        return row.decide(_DERIVED[row.quantity](scene))
    reading = evidence.of_all_cells(scene.visit.readings.get(row.observable))
    said = evidence.in_words(reading) if row.observable in _WORDED else None
    below = row.relation in ("<", "<=")
    if said is False:
        return row.decide(reading, below)
    return row.decide(reading, not below if said and key in _DETECTION else None)


def _blood(table: Mapping[str, Threshold], visit: Visit) -> Decision:
    """Return whether the blood is free of blasts: by differential, else by count, else by words."""
    percent = evidence.of_all_cells(visit.readings.get("blood_blast_percent"))
    if not known(percent):
        share, count = evidence.share_of_white_cells(visit), visit.get("blasts_blood")
        if share is not None and known(visit.get("wbc")):
            return table["blood_percent"].decide(share)
        if known(count):
            return table["blood_count"].decide(count)
    return table["blood_percent"].decide(percent, negate(evidence.in_words(percent)))


def _blood_free(table: Mapping[str, Threshold], visit: Visit) -> Truth:
    """Return the same as far as it is proven: a count without white cells leaves the share open within wide limits."""
    percent = evidence.of_all_cells(visit.readings.get("blood_blast_percent"))
    share = evidence.share_of_white_cells(visit)
    if known(percent) or share is None:
        return _blood(table, visit).met
    return table["blood_percent"].test(share)


def _shown(absent: Decision) -> Decision:
    """Return a condition on the absence of disease turned into one on its presence."""
    return replace(absent, threshold=absent.threshold.replace("<", ">="), met=negate(absent.met))


def _new(table: Mapping[str, Threshold], scene: Scene, compared: Mapping[str, Decision]) -> dict[str, Truth]:
    """Return whether disease in blood or outside stands where the last assessment had none."""
    if scene.last is None:
        return {"new_blood": None, "new_outside": None}
    outside = _decide("extramedullary", table["extramedullary"], replace(scene, visit=scene.last))
    return {
        "new_blood": all_of(negate(_blood_free(table, scene.visit)), _blood_free(table, scene.last)),
        "new_outside": all_of(compared["outside"].met, outside.met),
    }
