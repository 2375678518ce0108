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
from trimer.criteria.logic import Truth, all_of, any_of, compare, difference, first_of, known, negate, relative_change
from trimer.criteria.mrd.levels import level
from trimer.criteria.response import evidence, rows
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Decision

Met = Mapping[str, Truth]

_WORDED = ("blood_blast_percent", "extramedullary_blasts")
_ANY = 1e-6  # sensitivity for simulated levels; it tells detected from not, and a limit reads the level itself
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
    deniable : bool
        Whether a record can show that it does not hold, rather than make it doubtful.
    """

    missing: str
    holds: Callable[[Scene], Truth]
    recorded: Callable[[Scene], bool]
    convention: str = ""
    taken: bool = True
    deniable: bool = True


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
    deniable=False,
)


@dataclass(frozen=True)
class Convention:
    """Hold something taken for granted where the record is silent: the sentence that names it, and what it supplies."""

    remark: str
    taken: Met


@dataclass(frozen=True)
class Facts:
    """Hold everything one visit says, compared.

    Attributes
    ----------
    compared : mapping of str to Decision
        By row of the thresholds; with ``blood`` (no blasts in blood, by differential or else by count) and, seen from
        the side of disease, ``circulating`` and ``outside``, and ``new_blood`` and ``new_outside`` (present now, absent
        at the last assessment).
    met : mapping of str to bool or None
        The outcomes as far as the record proves them, the conditions in words, and ``mrd_shown`` (MRD shown to be below
        the set's limit).
    open_words : mapping of str to str
        Conditions in words that are open, with what to name as missing.
    conventions : tuple of Convention
        What may be taken where nothing is proven.
    """

    compared: Mapping[str, Decision]
    met: Met
    open_words: Mapping[str, str] = field(default_factory=dict)
    conventions: tuple[Convention, ...] = ()

    def usual(self, without: Convention | None = None) -> Facts:
        """Return the facts with what conventions (but one) take as given."""
        taken = {key: truth for c in self.conventions if c is not without for key, truth in c.taken.items()}
        return replace(self, met={**self.met, **taken})

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
    conventions: list[Convention] = []
    if "blood_percent" in table:
        compared |= _disease(table, scene, compared["extramedullary"])
    met |= {key: decision.met for key, decision in compared.items()}
    if "blood_percent" in table:
        conventions += _taken_of_disease(table, scene, compared, met)
    if "mrd_limit" in table:
        met["mrd_shown"] = met["mrd_limit"]
        what = level(scene.visit, _ANY)
        if met["mrd_limit"] is None and (what is None or (what.reading.low, what.reading.high) == (0.0, 1.0)):
            remark = "MRD negative, sensitivity not stated, taken as below the limit"
            if what is None or not what.unstated:
                remark = "no MRD level of nucleated cells, so none is asked for"
            conventions.append(Convention(remark, {"mrd_limit": True, "mrd_shown": False, "mrd_relapse": False}))
    for key, condition in conditions.items():
        met[key] = condition.holds(scene)
        if condition.convention and not condition.recorded(scene):
            conventions.append(Convention(condition.convention, {key: condition.taken}))
    waiting = {key: condition.missing for key, condition in conditions.items() if met[key] is None}
    return Facts(compared, met, waiting, tuple(conventions))


def _disease(table: Mapping[str, Threshold], scene: Scene, outside: Decision) -> dict[str, Decision]:
    """Return disease in blood and outside: absent, present, and new since the last assessment."""
    blood, last = _blood(table, scene.visit), scene.last
    found = {"blood": blood, "circulating": _shown(blood), "outside": _shown(outside)}
    none_before: tuple[Truth, Truth] = (None, None)
    if last is not None:
        then = _decide("extramedullary", table["extramedullary"], replace(scene, visit=last))
        none_before = (_blood_free(table, last), then.met)
    now = (negate(_blood_free(table, scene.visit)), found["outside"].met)
    for name, key, present, before in zip(("new_blood", "new_outside"), ("circulating", "outside"), now, none_before,
                                          strict=True):  # fmt: skip
        label = f"{found[key].label.split(' (')[0]} new since the last assessment"
        found[name] = replace(found[key], label=label, met=all_of(present, before))
    return found


def _taken_of_disease(
    table: Mapping[str, Threshold], scene: Scene, compared: Mapping[str, Decision], met: dict[str, Truth]
) -> list[Convention]:
    """Return the conventions on blood and on disease outside; ``met`` is set to what is proven of the blood."""
    found: list[Convention] = []
    met["blood"] = _blood_free(table, scene.visit)
    met["circulating"] = negate(met["blood"])
    if met["blood"] is None and compared["blood"].met is not None:
        told = f"{compared['blood'].name} {compared['blood'].value}"
        remark = "no differential, so that blood blasts are judged by their count"
        if compared["blood"].met and _traces(scene.visit):
            remark = f"{told} measured, fewer than one cell in a differential of 100, taken as none"
        found.append(Convention(remark, {"blood": compared["blood"].met, "circulating": compared["circulating"].met}))
    if scene.visit.get("extramedullary_blasts") is None:
        remark = "extramedullary disease not recorded, taken as none"
        found.append(Convention(remark, {"extramedullary": True, "outside": False}))
    return found


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
    if row.observable == "mrd_marrow" and key != "mrd":
        return _decide_mrd(row, scene.visit)
    reading = evidence.of_all_cells(scene.visit.readings.get(row.observable))
    said = evidence.in_words(reading) if row.observable in _WORDED else None
    below = row.relation in ("<", "<=")
    if said is False:
        return row.decide(reading, below)
    return row.decide(reading, not below if said and key in _DETECTION else None)


def compare_mrd(row: Threshold, reading: Reading) -> Truth:
    """Return whether every MRD level that one result allows satisfies a threshold; open where it allows any."""
    what = level(Visit("", "", reading.day, {"mrd_marrow": reading}), _ANY)
    return None if what is None else row.test(what.reading)


def _decide_mrd(row: Threshold, visit: Visit) -> Decision:
    """Compare every MRD level that a visit allows; a word without a sensitivity allows any."""
    reading = evidence.of_all_cells(visit.readings.get("mrd_marrow"))
    decision, what = row.decide(reading), level(visit, _ANY)
    if what is None or (what.refused and not evidence.says(visit.get("mrd_marrow"))):
        return decision
    return replace(decision, value=decision.value if known(reading) else what.value, met=row.test(what.reading))


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
    """Return the same as far as it is proven.

    A count without white cells leaves the share open within wide limits, and blasts that were measured, however few,
    are no absence: the limit stands for it in simulated values, which are never zero, and in bounds.
    """
    percent = evidence.of_all_cells(visit.readings.get("blood_blast_percent"))
    share = evidence.share_of_white_cells(visit)
    plain = _blood(table, visit).met if known(percent) or share is None else table["blood_percent"].test(share)
    return None if plain and _traces(visit) else plain


def _traces(visit: Visit) -> bool:
    """Return whether blasts were measured in blood, however few."""
    percent = evidence.of_all_cells(visit.readings.get("blood_blast_percent"))
    reading = percent if known(percent) else visit.get("blasts_blood")
    return reading is not None and reading.source != "simulated" and compare(reading, ">", 0.0) is True


def _shown(absent: Decision) -> Decision:
    """Return a condition on the absence of disease turned into one on its presence."""
    return replace(absent, threshold=absent.threshold.replace("<", ">="), met=negate(absent.met))
