"""A scale of CRS as the table it is printed as: every cell a grade, the facts it asks for, and where it stands.

An episode has the highest grade of which one cell is met. A cell is met when each of its facts is at least of a class,
so that a worse fact never lowers the grade. Two rules hold for every scale: without fever there is no CRS (fever of
38.0 \u00b0C opens an episode, as ``episodes`` says), and death from CRS is grade 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trimer.course import Course
from trimer.criteria.crs.episodes import SUBJECT, Found, Search, grade_text, grades, search, without_fever
from trimer.criteria.crs.facts import NO, NONE, SIGNS, UNSAID, YES, Finding, observe
from trimer.criteria.crs.signs import CARRY
from trimer.criteria.grading import Graded, Scale
from trimer.criteria.logic import Truth, compare
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Decision, Provenance, Verdict

FATAL = 5
OPENS = "fever of 38.0 \u00b0C opens an episode on every scale, as ASTCT 2019 defines it; this scale prints no limit"
ORGAN = "printed as organ toxicity of grade 2, without an exception for transaminases; they are graded apart here"
LIVER = (
    "grade 3 prints organ toxicity of grade 3 or transaminases of grade 4: whether those of grade 3 are an organ "
    "toxicity of grade 3, or spared until grade 4, is not printed and stays open"
)


@dataclass(frozen=True)
class Cell:
    """Hold one cell of a printed table.

    Attributes
    ----------
    name : str
        Name of its threshold.
    grade : int
    needs : tuple of (fact, class)
        Facts that must be at least of a class, all of them.
    threshold : Threshold
        The same as a row with provenance; of several facts it limits the first.
    """

    name: str
    grade: int
    needs: tuple[tuple[str, int], ...]
    threshold: Threshold

    def met(self, found: Mapping[str, Finding]) -> Truth:
        """Return whether every completion of the facts meets the cell (None: some do)."""
        if any(max(found[name].allowed) < least for name, least in self.needs):
            return False
        return True if all(min(found[name].allowed) >= least for name, least in self.needs) else None


def cell(name: str, grade: int, words: str, provenance: Provenance, source: str, note: str = "", **needs: int) -> Cell:
    """Return a cell from the classes its facts need at least, e.g. ``hypotension=2, dose=1``.

    Parameters
    ----------
    name : str
    grade : int
    words : str
        The condition in words.
    provenance : {"seen", "recalled", "assumed"}
    source, note : str
    **needs : int
        Class of each fact (:data:`trimer.criteria.crs.facts.SIGNS`).
    """
    first = SIGNS[next(iter(needs))]
    observable, value, unit = first.levels[needs[first.fact.name] - 1]
    threshold = Threshold(
        observable, ">=", value, unit, f"grade {grade}", provenance, source, note,
        quantity=first.fact.label, wording=f"{words}: grade {grade}",
    )  # fmt: skip
    return Cell(name, grade, tuple(needs.items()), threshold)


@dataclass(frozen=True, eq=False)
class Table:
    """Hold a scale.

    Attributes
    ----------
    name : str
        Name of the criterion (its file).
    cells : tuple of Cell
        The first is fever, grade 1; grade 5 needs no cell.
    """

    name: str
    cells: tuple[Cell, ...]
    scale: Scale

    @property
    def thresholds(self) -> dict[str, Threshold]:
        """Every cell's threshold by name."""
        return {c.name: c.threshold for c in self.cells}

    def grade(self, findings: Mapping[str, Finding]) -> tuple[Graded, Graded]:
        """Return the grade without any convention, and by convention."""
        mine = {fact.name: findings[fact.name] for fact in self.scale.facts}
        strict = self.scale.grade({name: found.allowed for name, found in mine.items()})
        return strict, self.scale.grade({name: found.usual for name, found in mine.items()})

    def judge(self, course: Course) -> tuple[Verdict, ...]:
        """Find and grade CRS in a recorded or simulated course.

        Returns
        -------
        tuple of Verdict
            One per episode, in time order, and one per exposure without any: ``"no CRS"`` where temperatures were
            charted, ``"none recorded"`` where they were not. ``grade`` and ``category`` go by the conventions named
            in ``conventions``; ``possible`` and ``missing`` go without.
        """
        verdicts: list[Verdict] = []
        for here in search(course):
            found = here.found or _named(here)
            verdicts += [self._verdict(course, here, k, episode) for k, episode in enumerate(found, start=1)]
            if not found:
                verdicts.append(without_fever(self.name, here, self.cells[0].threshold))
        return tuple(verdicts)

    def _verdict(self, course: Course, here: Search, k: int, found: Found) -> Verdict:
        """Return the verdict on one episode."""
        findings = observe(course, here, found)
        if not here.found:
            said = "fever not recorded, implied by the CRS that the record names"
            findings["fever"] = Finding(frozenset((0, 1)), frozenset((1,)), UNSAID[0], said)
        strict, usual = self.grade(findings)
        names = [f.name for f in self.scale.facts if f.label in strict.narrowing]
        taken = tuple(findings[name].convention for name in names if findings[name].convention)
        conventions = (*taken, *found.conventions)
        category, day = grade_text(usual.low, usual.high), here.day(found)
        facts = [f"temperature {findings['fever'].value}", *self._words(findings, strict)]
        start = f"{category[0].upper()}{category[1:]} from day {day} of {here.exposure.drug}"
        return Verdict(
            set=self.name,
            subject=SUBJECT,
            visit=f"crs-{here.number}.{k}",
            label=f"CRS on day {day} of {here.exposure.drug}",
            day=found.onset,
            category=category,
            reason=f"{start}: {'; '.join((', '.join(facts), *_taken(conventions)))}.",
            possible=grades(strict.low, strict.high),
            supported_by="" if usual.low == 0 else "measured" if here.found else "stated conclusion",
            decided_by=self._decisions(findings, strict),
            missing=_asked(findings, strict),
            grade=(usual.low, usual.high),
            onset=found.onset,
            resolved=found.resolved,
            treatment_day=day,
            conventions=conventions,
        )

    def _words(self, findings: Mapping[str, Finding], strict: Graded) -> list[str]:
        """Return in words what was found of the other facts, and what is open without a convention."""
        said = []
        pressors = max(findings["hypotension"].allowed) >= 2
        unasked = set(strict.narrowing) - set(_asked(findings, strict))
        for fact in self.scale.facts:
            value, label = findings[fact.name].value, fact.label.split(" (")[0]
            silent = value in UNSAID and (fact.label not in strict.narrowing or findings[fact.name].convention)
            if (
                fact.name == "fever"
                or silent
                or fact.label in unasked
                or (fact.name in ("dose", "duration") and not pressors)
            ):
                continue
            short = {YES: label, NO: f"no {label}"}.get(value, f"{label} {value}")
            said.append(value if fact.name == "hypotension" and value not in UNSAID else short)
        return said

    def _decisions(self, findings: Mapping[str, Finding], strict: Graded) -> tuple[Decision, ...]:
        """Return fever, the cells that make the lowest grade, and those that are open above it."""
        shown = []
        for row in self.cells:
            met = row.met(findings)
            deciding = met and row.grade == min(strict.low, FATAL - 1)
            if row is not self.cells[0] and not deciding and not (met is None and row.grade > strict.low):
                continue
            value = ", ".join(dict.fromkeys(findings[name].value for name, _ in row.needs))
            t = row.threshold
            shown.append(Decision(t.observable, t.label, value, t.text, met, t.provenance, t.source))
        return tuple(shown)


def table(name: str, *cells: Cell) -> Table:
    """Return a scale from its cells; it reads the facts they need, and death.

    Parameters
    ----------
    name : str
        Name of the criterion.
    *cells : Cell
        The first must be fever, grade 1.
    """
    needed = {fact for row in cells for fact, _ in row.needs}
    facts = tuple(sign.fact for sign in SIGNS.values() if sign.fact.name in needed or sign.fact.name == "death")

    def rule(**classes: Any) -> int:
        if classes["death"]:
            return FATAL
        if not classes["fever"]:
            return 0
        return max(row.grade for row in cells if all(classes[fact] >= least for fact, least in row.needs))

    return Table(name, cells, Scale(facts, rule))


def _asked(findings: Mapping[str, Finding], strict: Graded) -> tuple[str, ...]:
    """Return what would narrow a grade; how a scale means a class only once that class is known."""
    unprinted = SIGNS["counted"].fact.label if len(findings["transaminases"].allowed) > 1 else ""
    return tuple(label for label in strict.narrowing if label != unprinted)


def _taken(conventions: Sequence[str]) -> list[str]:
    """Return conventions as parts of a sentence, what was taken as none together."""
    none = [c.removesuffix(NONE) for c in conventions if c.endswith(NONE)]
    others = [c for c in conventions if not c.endswith(NONE)]
    return [*others, *([f"taken as none: {', '.join(none)}"] if none else [])]


def _named(here: Search) -> tuple[Found, ...]:
    """Return the CRS a record names where no temperature was charted but pressure or oxygen was."""
    if here.stated is None:
        return ()
    start, end = here.stated.start - CARRY, max(here.stated.start, here.stated.end) + CARRY
    near = tuple(s for s in here.samples if start <= s.day <= end)
    told = any(scale is not None for s in near for scale in s.scales.values())
    if not told or any(s.temperature is not None and compare(s.temperature, "<", 38.0) for s in near):
        return ()
    resolved = here.stated.end if here.stated.end > here.stated.start else None
    first = replace(near[0], day=here.stated.start)
    signs = (first, *(s for s in near[1:] if s.day >= first.day))
    return (Found(signs, signs, resolved, end_stated=resolved is not None),)
