"""A drug: how it moves through the body, what it does there, and how both scale with the patient."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from trimer.parameters import Parameter
from trimer.therapy.administration import Route
from trimer.therapy.amount import AmountUnit, Measure
from trimer.therapy.size import Size
from trimer.therapy.usual import Precedent, UsualDose

Structure = Literal["one_compartment", "two_compartment", "cells", "none"]


@dataclass(frozen=True)
class Scaled:
    """Hold a parameter and how it grows with the patient: ``value * (measure / reference) ** exponent``.

    Attributes
    ----------
    parameter : Parameter
        Value at the reference, in the canonical unit.
    measure : {"", "bsa", "weight"}
        Empty when the value is the same in every patient.
    reference : float, m2 or kg
        One for a value stated per m2 or per kg.
    exponent : float
    """

    parameter: Parameter
    measure: Measure = ""
    reference: float = 1.0
    exponent: float = 1.0

    def at(self, size: Size) -> Parameter:
        """Return the parameter of a patient of this size."""
        if not self.measure:
            return self.parameter
        factor = (size.measure(self.measure) / self.reference) ** self.exponent
        spread = self.parameter.spread * (factor if self.parameter.distribution == "normal" else 1.0)
        return replace(self.parameter, value=self.parameter.value * factor, spread=spread)


@dataclass(frozen=True)
class Drug:
    """Hold one drug of the library.

    Attributes
    ----------
    name, label : str
        Library name, and what a person reads.
    drug_class : str
    routes : tuple of {"iv", "civ", "po", "sc", "im", "it"}
        The first is the one assumed when an order names none.
    amount_unit : {"ug", "IU", "1e9"}
        Concentrations are ng/mL (equal to ug/L), or IU/L; cells are counted in 1e9.
    structure : {"one_compartment", "two_compartment", "cells", "none"}
        ``cells`` for a product of CAR T cells, ``none`` for a drug that is recorded and not simulated.
    pk : mapping of str to Scaled
        ``CL, Q`` L/day; ``V, V2`` L; ``ka, ke0`` 1/day; ``F_po`` and its like, fraction; ``Vmax`` ug/day, ``Km`` ng/mL.
    effects : mapping of str to mapping of str to Scaled
        By mechanism, e.g. ``"s_phase_kill"``: ``EC50``, ``k_blasts`` and so on. Names do not repeat within a drug.
    half_life_range : tuple of float or None, day
        Plausible terminal half-life by the source in ``half_life_source``.
    cap : str
        Largest single dose when it is given by size, as text; empty when there is none.
    simulated : bool
        False for drugs that are recorded and have no equation; ``note`` says why.
    usual : tuple of UsualDose
        Doses that protocols print, against which a record is compared; never used to correct one.
    precedents : tuple of Precedent
        Unusual doses that were really given.
    """

    name: str
    label: str
    drug_class: str
    routes: tuple[Route, ...]
    amount_unit: AmountUnit = "ug"
    structure: Structure = "none"
    pk: Mapping[str, Scaled] = field(default_factory=dict)
    effects: Mapping[str, Mapping[str, Scaled]] = field(default_factory=dict)
    molecular_weight: Parameter | None = None
    half_life_range: tuple[float, float] | None = None
    half_life_source: str = ""
    atc: str = ""
    cap: str = ""
    simulated: bool = True
    note: str = ""
    usual: tuple[UsualDose, ...] = ()
    precedents: tuple[Precedent, ...] = ()

    def entries(self) -> Iterator[tuple[str, Scaled]]:
        """Yield every kinetic and effect parameter with its short name."""
        yield from self.pk.items()
        for mechanism in self.effects.values():
            yield from mechanism.items()

    def parameters(self, size: Size) -> dict[str, Parameter]:
        """Return all parameters of a patient of this size, named ``<drug>_<parameter>``, in canonical units."""
        return {
            f"{self.name}_{key}": replace(scaled.at(size), name=f"{self.name}_{key}") for key, scaled in self.entries()
        }

    def half_life(self, size: Size) -> float:
        """Return the terminal half-life of the linear disposition (of cells: that of the memory cells), day.

        Raises
        ------
        KeyError
            When the drug has no kinetics.

        Notes
        -----
        One compartment: ln 2 * V / CL. Two: ln 2 / beta, where beta is the smaller root of
        x**2 - (k10 + k12 + k21) x + k10 k21 = 0. Saturable elimination (Vmax) is left out.
        """
        value = {key: self.pk[key].at(size).value for key in self.pk}
        if self.structure == "cells":
            return math.log(2.0) / value["k_memory_loss"]
        k10 = value["CL"] / value["V"]
        if self.structure == "one_compartment":
            return math.log(2.0) / k10
        k12, k21 = value["Q"] / value["V"], value["Q"] / value["V2"]
        total = k10 + k12 + k21
        # The small root as product over large root: no cancellation when the phases are far apart.
        return math.log(2.0) * (total + math.sqrt(total**2 - 4.0 * k10 * k21)) / (2.0 * k10 * k21)

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys of every number used, sorted."""
        keys = {scaled.parameter.source for _, scaled in self.entries()}
        if self.molecular_weight is not None:
            keys.add(self.molecular_weight.source)
        keys |= {u.source for u in self.usual} | {p.source for p in self.precedents}
        return tuple(sorted((keys | {self.half_life_source}) - {""}))
