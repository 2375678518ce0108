"""Candidates on the same subjects: means of outcomes with standard errors, planned quantities, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError, TrimerError
from trimer.study.optimise.space import Decision, Space, mark
from trimer.therapy import protocol as therapy
from trimer.therapy.optimisation import Constraint, Objective, Optimisation
from trimer.therapy.schedule import Planned, Schedule, planned
from trimer.therapy.size import Size
from trimer.units import parse

Array = NDArray[np.float64]
Values = Mapping[str, Array]
#: From a protocol to outcomes of the subjects, by name, shape (n_subjects,); NaN for who could not be solved.
Treat = Callable[[therapy.Protocol], Values]

PLANNED = {  # quantities of a plan and their units
    "daily_dose": "ug/day", "amount": "ug", "infusion_days": "day", "bags": "number", "vials": "number",
    "waste": "fraction",
}  # fmt: skip
FAILED = 0.05  # a candidate under which more of the subjects could not be solved is refused
REFUSED = 10.0  # violation of a candidate that makes no protocol; those of limits are relative, and rarely so large


class Known(Protocol):
    """What is known of an outcome; as :data:`trimer.study.outcomes.OUTCOMES` has it."""

    @property
    def label(self) -> str:
        """What a person reads."""

    @property
    def unit(self) -> str:
        """Unit of its values."""

    @property
    def kind(self) -> str:
        """``"share"``, ``"number"`` or ``"day"``."""

    @property
    def better(self) -> str:
        """Which is better: ``"higher"``, ``"lower"`` or neither."""


@dataclass(frozen=True)
class Goal:
    """Hold an objective ready to use: ``sign`` is 1 where less is better; ``margin`` is in the outcome's unit."""

    outcome: str
    label: str
    unit: str
    sign: float
    margin: float


@dataclass(frozen=True)
class Limit:
    """Hold a constraint ready to use: ``sign`` is 1 for an upper limit; of a plan, or of an outcome's mean."""

    name: str
    of: str
    limit: float
    sign: float
    of_plan: bool

    def excess(self, values: Mapping[str, float]) -> float:
        """Return by how much a limit is exceeded, as a part of it; negative when it is kept."""
        return self.sign * (values[self.of] - self.limit) / max(abs(self.limit), 1e-3)


@dataclass(frozen=True)
class Candidate:
    """Hold a schedule with what it did.

    Attributes
    ----------
    schedule : Schedule
    mark : str
        Of its protocol; the same for the same treatment.
    refused : str
        Why it makes no protocol, or none that could be solved; empty otherwise.
    plan : dict of str to float
        Planned quantities; empty when refused.
    means, errors : dict of str to float
        Of outcomes, with standard errors; empty when refused, or when a limit of the plan was exceeded.
    excess : dict of str to float
        By limit, as a part of it; positive where it is exceeded.
    """

    schedule: Schedule
    mark: str = ""
    refused: str = ""
    plan: dict[str, float] = field(default_factory=dict)
    means: dict[str, float] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    excess: dict[str, float] = field(default_factory=dict)

    @property
    def feasible(self) -> bool:
        """Whether it was treated with and keeps every limit."""
        return not self.refused and bool(self.means) and all(x <= 0.0 for x in self.excess.values())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Candidate:
        """Return what :meth:`to_dict` gave."""
        return cls(**{**document, "schedule": Schedule(**document["schedule"])})


class Evaluator:
    """Evaluate candidates, each treatment once.

    Parameters
    ----------
    space : Space
    goals, limits : sequence
    treat : callable
    size : Size
        By which doses are planned.
    """

    def __init__(self, space: Space, goals: Sequence[Goal], limits: Sequence[Limit], treat: Treat, size: Size) -> None:
        self.space, self.goals, self.limits, self.treat, self.size = space, goals, limits, treat, size
        self.known: dict[str, Candidate] = {}
        self.treated = 0

    def __call__(self, decision: Decision) -> Candidate:
        """Return what a decision comes to."""
        schedule = self.space.schedule(decision)
        try:
            document = self.space.document(schedule)
        except TrimerError as fault:
            return self._kept(Candidate(schedule, f"refused {schedule}", str(fault)))
        found = self.known.get(mark(document))
        return found if found is not None else self._kept(self._evaluated(schedule, mark(document)))

    def allowed(self, decision: Decision) -> bool:
        """Return whether a decision makes a protocol whose plan keeps the limits; nobody is treated."""
        try:
            protocol = self.space.protocol(self.space.schedule(decision))
        except TrimerError:
            return False
        plan = plan_values(planned(protocol, self.size, self.space.optimisation.supply))
        return all(limit.excess(plan) <= 0.0 for limit in self.limits if limit.of_plan)

    def _kept(self, candidate: Candidate) -> Candidate:
        return self.known.setdefault(candidate.mark, candidate)

    def _evaluated(self, schedule: Schedule, name: str) -> Candidate:
        plan: dict[str, float] = {}
        try:
            protocol = self.space.protocol(schedule)
            plan = plan_values(planned(protocol, self.size, self.space.optimisation.supply))
            excess = {limit.name: limit.excess(plan) for limit in self.limits if limit.of_plan}
            if any(x > 0.0 for x in excess.values()):  # what the plan forbids need not be tried
                return Candidate(schedule, name, plan=plan, excess=excess)
            values = self.treat(protocol)
        except TrimerError as fault:
            return Candidate(schedule, name, str(fault), plan=plan)
        self.treated += 1
        means, errors, lost = summary(values)
        if lost > FAILED:
            return Candidate(schedule, name, f"{lost:.0%} of the subjects could not be solved", plan=plan)
        excess |= {limit.name: limit.excess(means) for limit in self.limits if not limit.of_plan}
        return Candidate(schedule, name, plan=plan, means=means, errors=errors, excess=excess)

    def score(self, candidate: Candidate) -> tuple[list[float], list[float]]:
        """Return what a search minimises, and by how much limits are exceeded; see :func:`.evolve.evolve`.

        What was not treated with counts as bad as can be, so that only its violations rank it.
        """
        if candidate.refused:
            return [math.inf] * len(self.goals), [REFUSED, *[0.0] * len(self.limits)]
        goals = [g.sign * candidate.means[g.outcome] if candidate.means else math.inf for g in self.goals]
        return goals, [-1.0, *(candidate.excess.get(limit.name, 0.0) for limit in self.limits)]


def summary(values: Values) -> tuple[dict[str, float], dict[str, float], float]:
    """Return means, standard errors of the mean, and the share of subjects of whom an outcome is not known."""
    means, errors, lost = {}, {}, 0.0
    for name, x in values.items():
        known = x[np.isfinite(x)]
        lost = max(lost, 1.0 - len(known) / max(len(x), 1))
        means[name] = float(known.mean()) if len(known) else math.nan
        errors[name] = float(known.std(ddof=1) / math.sqrt(len(known))) if len(known) > 1 else math.nan
    return means, errors, lost


def plan_values(plan: Planned) -> dict[str, float]:
    """Return planned quantities by name."""
    return {name: float(value) for name, value in asdict(plan).items()}


def goals_of(optimisation: Optimisation, known: Mapping[str, Known]) -> tuple[Goal, ...]:
    """Return the objectives ready to use.

    Raises
    ------
    InputError
        When one is no outcome, or none that is better or worse.
    """
    return tuple(
        _goal(objective, known, f"{optimisation.name}: objectives[{i}]")
        for i, objective in enumerate(optimisation.objectives)
    )


def _goal(objective: Objective, known: Mapping[str, Known], where: str) -> Goal:
    if objective.outcome not in known:
        raise InputError(f"{where}.outcome", f'"{objective.outcome}"', f"one of {', '.join(known)}")
    item = known[objective.outcome]
    better = objective.better or item.better
    if not better:
        raise InputError(f"{where}.better", f"nothing, for {objective.outcome}", "lower or higher")
    margin = parse(objective.margin, _unit(item), f"{where}.margin")
    if margin < 0.0:
        raise InputError(f"{where}.margin", f'"{objective.margin}"', "a loss that is not negative")
    return Goal(objective.outcome, item.label, _unit(item), 1.0 if better == "lower" else -1.0, margin)


def limits_of(optimisation: Optimisation, known: Mapping[str, Known], lift: Sequence[str] = ()) -> tuple[Limit, ...]:
    """Return the constraints ready to use, without those lifted.

    Raises
    ------
    InputError
        When one is of nothing known, or one that is lifted is none.
    """
    names = [c.name for c in optimisation.constraints]
    for name in lift:
        if name not in names:
            raise InputError("lift", f'"{name}"', f"one of {', '.join(names) or 'none, as there are none'}")
    return tuple(
        _limit(constraint, known, f"{optimisation.name}: constraints[{i}]")
        for i, constraint in enumerate(optimisation.constraints)
        if constraint.name not in lift
    )


def _limit(constraint: Constraint, known: Mapping[str, Known], where: str) -> Limit:
    units = {**{name: _unit(item) for name, item in known.items()}, **PLANNED}  # planned ones first: they cost nothing
    if constraint.of not in units:
        raise InputError(f"{where}.of", f'"{constraint.of}"', f"one of {', '.join(units)}")
    side = "most" if constraint.most else "least"
    limit = parse(getattr(constraint, side), units[constraint.of], f"{where}.{side}")
    return Limit(constraint.name, constraint.of, limit, 1.0 if side == "most" else -1.0, constraint.of in PLANNED)


def _unit(item: Known) -> str:
    """Return the unit in which a value of an outcome is written."""
    return "fraction" if item.kind == "share" else item.unit or "number"


def check_known(values: Values, names: Sequence[str]) -> None:
    """Raise when an outcome is not known of everybody who was solved: means would compare different people.

    Raises
    ------
    InputError
    """
    solved = np.any([np.isfinite(x) for x in values.values()], axis=0)
    for name in names:
        if (missing := int((solved & ~np.isfinite(values[name])).sum())) > 0:
            found = f"an outcome not known of {missing} of {int(solved.sum())} subjects"
            raise InputError(f"outcome {name}", found, "one that everybody has", "Such as days_in_remission.")
