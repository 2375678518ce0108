"""A treatment and virtual patients put together as a problem for the engine: what simulate, export and others share."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from numpy.typing import ArrayLike

import trimer.library as library
from trimer.engine.problem import Problem
from trimer.engine.rules import Rules
from trimer.errors import InputError, LibraryError
from trimer.library.files import find, read_toml
from trimer.model.car_t import OUTPUT as CAR_T
from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.study.assemble import Assembly, assemble
from trimer.study.draws import draw
from trimer.study.protocol_rules import protocol_rules
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug
from trimer.therapy.order import Order
from trimer.therapy.protocol import Protocol
from trimer.therapy.realise import realise
from trimer.therapy.regimen import Regimen
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
        Name of the regimen or protocol.
    label : str
    assembly : Assembly
    administrations : tuple of Administration
        What is given, in time order; day 0 is the start of the treatment.
    drugs : dict of str to Drug
    changes : dict of str to float
        Parameter values that are the same in every patient, canonical units.
    seed : int
    rules : Rules, optional
        Of a protocol; then nothing is given but by them.
    cycles : int
        Of a regimen.
    length : float, day
        Of a regimen's cycle with its rest.
    """

    treatment: str
    label: str
    assembly: Assembly
    administrations: tuple[Administration, ...]
    drugs: dict[str, Drug]
    changes: dict[str, float]
    seed: int
    rules: Rules | None = None
    cycles: int = 0
    length: float = 0.0

    @property
    def engagers(self) -> tuple[str, ...]:
        """The engagers among its drugs: those with the effect ``t_cell_engagement``."""
        return tuple(name for name, drug in self.drugs.items() if ENGAGEMENT in drug.effects)

    @property
    def cells(self) -> tuple[str, ...]:
        """The CAR-T cells among its drugs: those whose structure is ``cells``."""
        return tuple(name for name, drug in self.drugs.items() if drug.structure == "cells")

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
        problem = self.assembly.problem(list(patients), times, outputs, rtol)
        return replace(problem, rules=self.rules)


def scenario(
    treatment: str | Path | Protocol | Regimen,
    *,
    cycles: int | None = None,
    size: Size = SIZE,
    run_in: float = RUN_IN,
    changes: Mapping[str, float] | None = None,
    seed: int = SEED,
    keep: Collection[tuple[str, str]] = (),
) -> Scenario:
    """Return a treatment for virtual patients.

    Parameters
    ----------
    treatment : str, Path, Protocol or Regimen
        A protocol or a regimen: library name, the user's own file, or one made in memory.
    cycles : int, optional
        Of a regimen; default: all that it foresees.
    size : Size
    run_in : float, day
        Time before day 0 in which the disease grows.
    changes : mapping of str to float, optional
        Parameter values in canonical units, the same in every patient.
    seed : int
    keep : collection of (drug, route)
        Drugs that patients still have in their body, whose terms the model must have besides.

    Raises
    ------
    LibraryError, ProtocolError, UnitError
        When the treatment is at fault.
    InputError
        When a parameter is unknown, or the run-in is not a time.
    """
    if not (math.isfinite(run_in) and run_in >= 0.0):
        raise InputError("run-in", f"{run_in:g} day", "a time that is not negative")
    found = resolve(treatment)
    if isinstance(found, Protocol):
        return _by_protocol(found, cycles, size, run_in, changes or {}, seed, keep)
    return _by_regimen(found, cycles, size, run_in, changes or {}, seed, keep)


def levels(outputs: Iterable[str]) -> tuple[str, ...]:
    """Return, of some outputs, the plasma levels of engagers."""
    return tuple(name for name in outputs if name.endswith("_plasma"))


def exposures(outputs: Collection[str]) -> tuple[str, ...]:
    """Return, of some outputs, those above zero while an engager (in plasma) or CAR-T cells (in blood) are there."""
    return (*levels(outputs), *({CAR_T} & {*outputs}))


def resolve(treatment: str | Path | Protocol | Regimen) -> Protocol | Regimen:
    """Return the protocol or regimen of a name or file; one made in memory as it is.

    Raises
    ------
    LibraryError, UnitError
        When there is none, or its file is at fault.
    """
    if isinstance(treatment, Protocol | Regimen):
        return treatment
    return library.protocol(treatment) if is_protocol(treatment) else library.regimen(treatment)


def is_protocol(treatment: str | Path) -> bool:
    """Return whether a name or file is that of a protocol rather than of a regimen.

    Raises
    ------
    LibraryError
        When it is neither (the nearest names of both are given), or a file that cannot be read.
    """
    protocols, regimens = library.list_entries("protocols"), library.list_entries("regimens")
    if treatment in protocols or treatment in regimens:
        return treatment in protocols
    if isinstance(treatment, str) and not treatment.endswith(".toml") and "/" not in treatment:
        near = difflib.get_close_matches(treatment, (*protocols, *regimens), n=3)
        hint = (
            f"Nearest: {', '.join(near)}." if near else "`trimer list regimens` and `trimer list protocols` show all."
        )
        raise LibraryError("treatment", f'"{treatment}"', "the name of a regimen or protocol, or a file", hint)
    document = read_toml(find("protocols", treatment))
    return "rates" in document or "extends" in document


def _by_regimen(
    regimen: Regimen,
    cycles: int | None,
    size: Size,
    run_in: float,
    changes: Mapping[str, float],
    seed: int,
    keep: Collection[tuple[str, str]],
) -> Scenario:
    if cycles is not None and not 1 <= cycles <= regimen.cycles:
        raise InputError("cycles", str(cycles), f"1 to {regimen.cycles} for {regimen.name}")
    order = Order(event="treatment", start=0.0, regimen=regimen.name, repeat=cycles or regimen.cycles)
    drugs = _drugs(*regimen.drugs, *(drug for drug, _ in keep))
    given = realise([order], size, {regimen.name: regimen}, drugs)
    first = min((a.start for a in given), default=0.0)
    assembly = assemble(given, drugs, size, min(first, -run_in), keep)
    return Scenario(
        regimen.name,
        regimen.label,
        assembly,
        given,
        drugs,
        known_changes(changes, assembly),
        seed,
        cycles=cycles or regimen.cycles,
        length=regimen.length + regimen.rest,
    )


def _by_protocol(
    protocol: Protocol,
    cycles: int | None,
    size: Size,
    run_in: float,
    changes: Mapping[str, float],
    seed: int,
    keep: Collection[tuple[str, str]],
) -> Scenario:
    if cycles is not None:
        raise InputError("cycles", str(cycles), "none, as a protocol says how many there are")
    drugs = _drugs(protocol.drug, *(g.drug for g in protocol.gives), *(drug for drug, _ in keep))
    routes = [(protocol.drug, protocol.route), *((g.drug, g.route) for g in protocol.gives), *keep]
    lead = protocol.premedication.before if protocol.premedication else 0.0
    assembly = assemble((), drugs, size, min(-lead, -run_in), routes)
    known = {n: p.value for name in drugs for n, p in library.drug_parameters(name, size).items()}
    rules = protocol_rules(protocol, assembly.system, drugs, size, known)
    changed = known_changes(changes, assembly)
    return Scenario(protocol.name, protocol.label, assembly, (), drugs, changed, seed, rules)


def _drugs(*names: str) -> dict[str, Drug]:
    return {name: library.drug(name) for name in dict.fromkeys(names)}


def known_changes(changes: Mapping[str, float], assembly: Assembly) -> dict[str, float]:
    """Return the changes, or raise when one names no parameter of the model."""
    for name, value in changes.items():
        if not (isinstance(value, int | float) and math.isfinite(value)):
            raise InputError(f"parameter {name}", repr(value), "a finite number")
        if name not in assembly.parameters:
            near = ", ".join(difflib.get_close_matches(name, list(assembly.parameters), n=3))
            hint = f"Nearest: {near}." if near else ""
            raise InputError("parameter", repr(name), "a parameter of the model with these drugs", hint)
    return dict(changes)
