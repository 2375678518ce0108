"""From orders to a problem: which drugs the model needs, what its parameters are, when its inputs change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

import trimer.library as library
from trimer.engine.problem import Events, Problem, System
from trimer.model import leukaemia
from trimer.model.car_t import CellTerm
from trimer.model.pharmacokinetics import ENGAGER, DrugTerm
from trimer.parameters import ParameterSet
from trimer.study.draws import typical as typical_values
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug
from trimer.therapy.size import Size

Row = tuple[float, int, float]
ABSORBED = ("po", "sc", "im")


@dataclass(frozen=True)
class Assembly:
    """Hold a model put together for one course of treatment.

    Attributes
    ----------
    system : System
    terms : tuple of DrugTerm
    parameters : ParameterSet
        Population-typical values for the patient's size, each with its spread and source.
    rows : tuple of (day, target, value)
        Dosing as the engine's events.
    start : float, day
        Start of the run-in.
    """

    system: System
    terms: tuple[DrugTerm, ...]
    parameters: ParameterSet
    rows: tuple[Row, ...]
    start: float

    def problem(
        self, values: Sequence[Mapping[str, float]], times: ArrayLike, outputs: Iterable[str], rtol: float = 1e-6
    ) -> Problem:
        """Return the batch of one patient per mapping of parameter values.

        Names not given keep the typical value; a typical patient has no escape clone.

        Raises
        ------
        SolveError
            When an output is unknown.
        """
        typical = typical_values(self.parameters)
        full = [{**typical, **v} for v in values]
        y0 = np.array([[s[name] for name in self.system.states] for s in map(self._initial, full)])
        p = np.array([[v[name] for name in self.system.parameters] for v in full])
        u = np.zeros((len(full), len(self.system.inputs)))
        grid: NDArray[np.float64] = np.unique(np.concatenate([[self.start], np.asarray(times, dtype=float)]))
        return Problem(
            self.system, y0, p, u, Events.shared(len(full), self.rows), grid, tuple(outputs), rtol=rtol, atol=1e-8
        )

    def _initial(self, values: Mapping[str, float]) -> dict[str, float]:
        return leukaemia.initial(values, self.terms)

    def batch(
        self, columns: Mapping[str, NDArray[np.float64]], times: ArrayLike, outputs: Iterable[str], rtol: float = 1e-4
    ) -> Problem:
        """Return the batch of many patients from parameter values by column.

        Parameters
        ----------
        columns : mapping of str to array, shape (n_patients,)
            At least one; names not given keep the typical value, names the model does not have are left aside.
        times, outputs, rtol
            As in :meth:`problem`.

        Raises
        ------
        SolveError
            When an output is unknown.
        """
        count = len(next(iter(columns.values())))
        typical = typical_values(self.parameters)
        full = {n: columns[n] if n in columns else np.full(count, x) for n, x in typical.items()}
        begin = leukaemia.initial(full, self.terms)
        y0 = np.array([np.broadcast_to(begin[name], (count,)) for name in self.system.states]).T.copy()
        p = np.array([full[name] for name in self.system.parameters]).T.copy()
        u = np.zeros((count, len(self.system.inputs)))
        grid: NDArray[np.float64] = np.unique(np.concatenate([[self.start], np.asarray(times, dtype=float)]))
        return Problem(
            self.system, y0, p, u, Events.shared(count, self.rows), grid, tuple(outputs), rtol=rtol, atol=1e-8
        )


def drug_term(drug: Drug, routes: Iterable[str]) -> DrugTerm:
    """Return the terms of a drug when it is given by these routes."""
    used = set(routes)
    if drug.structure == "cells":
        return CellTerm(drug.name, mechanisms=tuple(sorted(drug.effects)))
    return DrugTerm(
        name=drug.name,
        two_compartment=drug.structure == "two_compartment",
        absorbed=bool(used & set(ABSORBED)) and "ka" in drug.pk,
        effect_site="ke0" in drug.pk,
        saturable="Vmax" in drug.pk,
        mechanisms=tuple(sorted(drug.effects)),
        intrathecal="it" in used,
    )


def assemble(
    administrations: Sequence[Administration],
    drugs: Mapping[str, Drug],
    size: Size,
    start: float,
    also: Iterable[tuple[str, str]] = (),
) -> Assembly:
    """Return the flagship model with the drugs of a course, its parameters for a patient's size, and its dosing.

    Parameters
    ----------
    administrations : sequence of Administration
        What was given; drugs without simulated effect are left out.
    drugs : mapping of str to Drug
    size : Size
    start : float, day
        Start of the run-in, before the first dose.
    also : iterable of (drug, route)
        What treatment rules may give.
    """
    routes: dict[str, set[str]] = defaultdict(set)
    for dose in administrations:
        if drugs[dose.drug].simulated:
            routes[dose.drug].add(dose.route)
    for name, route in also:
        if drugs[name].simulated:
            routes[name].add(route)
    terms = tuple(drug_term(drugs[name], routes[name]) for name in sorted(routes) if name != ENGAGER)
    system = leukaemia.build(terms)
    known = library.parameter_file(Path(str(files("trimer.model").joinpath("leukaemia.toml"))))
    for name in (ENGAGER, *(t.name for t in terms)):
        known |= library.drug_parameters(name, size)
    parameters = ParameterSet({name: known[name] for name in system.parameters})
    bioavailability = {name: item.value for name, item in known.items()}
    rows = tuple(_rows([d for d in administrations if drugs[d.drug].simulated], system, bioavailability))
    return Assembly(system, terms, parameters, rows, start)


def _rows(doses: Sequence[Administration], system: System, known: Mapping[str, float]) -> list[Row]:
    """Return the dosing as events: boluses add to a state, infusions set the summed rate of a drug's input."""
    state = {name: i for i, name in enumerate(system.states)}
    inlet = {name: len(system.states) + i for i, name in enumerate(system.inputs)}
    rows: list[Row] = []
    running: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for dose in doses:
        if dose.route in ABSORBED and f"{dose.drug}_depot" in state:
            share = known.get(f"{dose.drug}_F_{dose.route}", 1.0)
            rows.append((dose.start, state[f"{dose.drug}_depot"], share * dose.amount))
        elif dose.route == "it":
            rows.append((dose.start, state[f"{dose.drug}_csf"], dose.amount))
        elif dose.duration == 0.0:
            rows.append((dose.start, state[f"{dose.drug}_central"], dose.amount))
        else:
            running[dose.drug].append((dose.start, dose.end, dose.amount / dose.duration))
    for drug, infusions in running.items():
        for edge in sorted({t for a, b, _ in infusions for t in (a, b)}):
            rate = sum(r for a, b, r in infusions if a <= edge < b)
            rows.append((edge, inlet[drug], rate))
    return sorted(rows)
