"""A treatment and virtual patients put together as a problem for the engine: what simulate, export and others share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike

import trimer.library as library
from trimer.engine.problem import Problem
from trimer.errors import InputError
from trimer.study.assemble import Assembly, assemble
from trimer.study.draws import draw
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug
from trimer.therapy.order import Order
from trimer.therapy.realise import realise
from trimer.therapy.size import Size

SEED = 20160216
SIZE = Size(weight=70.0, height=1.75, bsa=1.876)  # the surface at which clearance was published (Clements 2020)
RUN_IN = 60.0  # days before the first dose in which the disease grows to its presentation


@dataclass(frozen=True)
class Scenario:
    """Hold a treatment made ready for virtual patients.

    Attributes
    ----------
    treatment : str
        Name of the regimen.
    label : str
    assembly : Assembly
    administrations : tuple of Administration
        What is given, in time order; day 0 is the start of the treatment.
    drugs : dict of str to Drug
    changes : dict of str to float
        Parameter values that are the same in every patient, canonical units.
    seed : int
    """

    treatment: str
    label: str
    assembly: Assembly
    administrations: tuple[Administration, ...]
    drugs: dict[str, Drug]
    changes: dict[str, float]
    seed: int

    def typical(self) -> dict[str, float]:
        """Return the values of the typical patient that differ from the population's typical ones."""
        return dict(self.changes)

    def patients(self, first: int, count: int) -> list[dict[str, float]]:
        """Return virtual patients ``first`` to ``first + count - 1``: the same whatever the batch."""
        return [drawn | self.changes for drawn in draw(self.assembly.parameters, self.seed, first, count)]

    def problem(
        self, patients: Iterable[Mapping[str, float]], times: ArrayLike, outputs: Iterable[str], rtol: float = 1e-6
    ) -> Problem:
        """Return the batch of these patients; the start of the run-in is added to ``times``.

        Raises
        ------
        SolveError
            When an output is unknown.
        """
        return self.assembly.problem(list(patients), times, outputs, rtol)


def scenario(
    treatment: str,
    *,
    cycles: int | None = None,
    size: Size = SIZE,
    run_in: float = RUN_IN,
    changes: Mapping[str, float] | None = None,
    seed: int = SEED,
) -> Scenario:
    """Return a treatment for virtual patients.

    Parameters
    ----------
    treatment : str
        A regimen: library name, or the user's own file.
    cycles : int, optional
        Default: all that the regimen foresees.
    size : Size
    run_in : float, day
        Time before day 0 in which the disease grows.
    changes : mapping of str to float, optional
        Parameter values in canonical units, the same in every patient.
    seed : int

    Raises
    ------
    LibraryError, ProtocolError
        When the treatment is at fault.
    InputError
        When a parameter is unknown.
    """
    regimen = library.regimen(treatment)
    order = Order(event="treatment", start=0.0, regimen=regimen.name, repeat=cycles or regimen.cycles)
    drugs = {name: library.drug(name) for name in regimen.drugs}
    given = realise([order], size, {regimen.name: regimen}, drugs)
    first = min((a.start for a in given), default=0.0)
    assembly = assemble(given, drugs, size, min(first, -run_in))
    known = _known(changes or {}, assembly)
    return Scenario(regimen.name, regimen.label, assembly, given, drugs, known, seed)


def _known(changes: Mapping[str, float], assembly: Assembly) -> dict[str, float]:
    """Return the changes, or raise when one names no parameter of the model."""
    for name in changes:
        if name not in assembly.parameters:
            near = ", ".join(difflib.get_close_matches(name, list(assembly.parameters), n=3))
            hint = f"Nearest: {near}." if near else ""
            raise InputError("parameter", repr(name), "a parameter of the model with these drugs", hint)
    return dict(changes)
