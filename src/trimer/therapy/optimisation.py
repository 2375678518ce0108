"""An optimisation of a schedule as a file describes it: what may vary, what is wanted, what is forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trimer.therapy.amount import Measure
from trimer.therapy.schedule import Supply

Value = float | int | str | bool


@dataclass(frozen=True)
class Variable:
    """Hold what may vary.

    Attributes
    ----------
    name : str
        A field of :class:`~trimer.therapy.schedule.Schedule`.
    values : tuple
        All that it can be.
    ordered : bool
        Whether neighbours are alike, as steps of a dose are and choices are not.
    """

    name: str
    values: tuple[Value, ...]
    ordered: bool = True


@dataclass(frozen=True)
class Objective:
    """Hold one thing that is wanted.

    Attributes
    ----------
    outcome : str
    margin : str
        The loss, with its unit, that counts as none.
    better : str
        ``"lower"`` or ``"higher"``; empty for what the outcome itself says.
    """

    outcome: str
    margin: str
    better: str = ""


@dataclass(frozen=True)
class Constraint:
    """Hold a limit (with its unit, as text) of an outcome's mean or of a planned quantity.

    Attributes
    ----------
    name : str
        By which it can be lifted.
    of : str
        An outcome, or a field of :class:`~trimer.therapy.schedule.Planned`.
    most, least : str
        One of them; the other is empty.
    source, note : str
    """

    name: str
    of: str
    most: str = ""
    least: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Optimisation:
    """Hold one search for better schedules.

    Attributes
    ----------
    name, label : str
    protocol : str
        That is varied and compared with: its name in the library, or a file.
    base : mapping
        The whole document of that protocol, what it extends included.
    population : str
        Of virtual patients: its name in the library, or a file.
    days : float, day
        Horizon of the outcomes.
    measure : {"", "bsa", "weight"}
        What the variables' doses are multiplied by.
    variables : tuple of Variable
    objectives : tuple of Objective
    constraints : tuple of Constraint
    supply : Supply
    source, note : str
    """

    name: str
    label: str
    protocol: str
    base: Mapping[str, Any]
    population: str
    days: float
    measure: Measure
    variables: tuple[Variable, ...]
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...]
    supply: Supply
    source: str = ""
    note: str = ""

    @property
    def combinations(self) -> int:
        """Number of schedules that could be made."""
        count = 1
        for variable in self.variables:
            count *= len(variable.values)
        return count
