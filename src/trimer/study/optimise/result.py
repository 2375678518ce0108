"""What an optimisation found: the schedules that nothing tried dominates, beside the reference on fresh subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from trimer.study.optimise.compare import LEVEL, Difference, Interval
from trimer.study.optimise.evaluate import Candidate, Goal
from trimer.study.optimise.space import Document, told
from trimer.study.research import NOTICE
from trimer.therapy.optimisation import Optimisation
from trimer.therapy.schedule import Schedule

SCHEMA = "trimer/optimisation/1"


@dataclass(frozen=True)
class Judged:
    """Hold one schedule of the front, or the reference.

    Attributes
    ----------
    name : str
        Of its protocol.
    schedule : Schedule
    document : dict
        Its protocol, as a file has it.
    plan : dict of str to float
        Planned quantities of a patient who is never held.
    searched : dict of str to float
        Mean objectives in the subjects of the search.
    fresh : dict of str to Interval
        Mean outcomes in the fresh subjects.
    differences : dict of str to Difference
        By objective, from the reference; empty of the reference itself.
    beats : tuple of str
        Objectives on which it beats the reference without loss on the others.
    broken : tuple of str
        Constraints that it does not keep in the fresh subjects.
    """

    name: str
    schedule: Schedule
    document: Document
    plan: dict[str, float]
    searched: dict[str, float]
    fresh: dict[str, Interval]
    differences: dict[str, Difference] = field(default_factory=dict)
    beats: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The schedule in words."""
        return told(self.schedule, self.document["rates"][0].split(maxsplit=1)[1])


@dataclass(frozen=True)
class Optimised:
    """Hold an optimisation that was carried out.

    Attributes
    ----------
    optimisation : Optimisation
    goals : tuple of Goal
    subjects, fresh_subjects : str
        Who was searched on and who was compared in.
    reference : Judged
        The base protocol.
    front : tuple of Judged
        Best first by the first objective, in the subjects of the search.
    candidates : tuple of Candidate
        All different treatments that were met, in the order in which they were.
    front_size : int
        Schedules that nothing tried dominates; ``front`` holds some of them, see
        :func:`trimer.study.optimise.run.chosen`.
    provenance : dict
    """

    optimisation: Optimisation
    goals: tuple[Goal, ...]
    subjects: str
    fresh_subjects: str
    reference: Judged
    front: tuple[Judged, ...]
    candidates: tuple[Candidate, ...]
    front_size: int
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def winners(self) -> tuple[Judged, ...]:
        """Schedules that beat the reference on something without loss on the rest, and keep every constraint."""
        return tuple(one for one in self.front if one.beats and not one.broken)

    @property
    def treated(self) -> int:
        """Number of candidates that subjects were treated with."""
        return sum(bool(c.means) for c in self.candidates)

    def refusals(self) -> dict[str, int]:
        """Return how many candidates were not treated with, or broke a limit, by reason."""
        found: dict[str, int] = {}
        for one in self.candidates:
            broken = [name for name, x in one.excess.items() if x > 0.0]
            reason = (
                one.refused.split(": found")[0].removeprefix("candidate: ") if one.refused else " and ".join(broken)
            )
            if reason:
                found[reason] = found.get(reason, 0) + 1
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def verdict(self) -> str:
        """Return in one sentence whether anything beats the reference."""
        name = self.optimisation.protocol
        margins = ", ".join(f"{_margin(g)} in {in_sentence(g.label)}" for g in self.goals)
        level = f"{100 * LEVEL:.0f} % intervals that hold for the whole front; what counts as no loss: {margins}"
        if not self.winners:
            return f"The search could not beat {name} on any objective without loss on the others ({level})."
        labels = {g.outcome: in_sentence(g.label) for g in self.goals}
        by: dict[tuple[str, ...], list[str]] = {}
        for one in self.winners:
            by.setdefault(one.beats, []).append(one.name)
        parts = [f"{', '.join(names)} on {_listed([labels[b] for b in beats])}" for beats, names in by.items()]
        return f"Without loss on the other objectives, {name} is beaten by {'; '.join(parts)} ({level})."

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "optimisation": self.optimisation.name,
            "label": self.optimisation.label,
            "note": self.optimisation.note,
            "protocol": self.optimisation.protocol,
            "days": self.optimisation.days,
            "objectives": [asdict(goal) for goal in self.goals],
            "subjects": self.subjects,
            "fresh_subjects": self.fresh_subjects,
            "verdict": self.verdict(),
            "winners": [one.name for one in self.winners],
            "reference": _told(self.reference),
            "front": [_told(one) for one in self.front],
            "front_size": self.front_size,
            "candidates": [one.to_dict() for one in self.candidates],
            "refused": self.refusals(),
            "provenance": self.provenance,
        }


def _told(one: Judged) -> dict[str, Any]:
    return {**asdict(one), "words": one.words}


def _margin(goal: Goal) -> str:
    if goal.unit == "fraction":
        points = 100 * goal.margin
        return f"{points:g} percentage point{'s' * (points != 1.0)}"
    return f"{goal.margin:g} {goal.unit}".removesuffix(" number")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


def in_sentence(label: str) -> str:
    """Return a label as it stands in a sentence."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
