"""The model of a PEtab problem: the SBML export of a twin's segment, its start and its bounds as formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trimer.errors import ModelError
from trimer.parameters import ParameterSet
from trimer.study.export import subject
from trimer.study.export.document import document, libsbml
from trimer.study.export.petab_likelihood import Observed, functions, surprise
from trimer.study.export.petab_prior import Free
from trimer.study.export.petab_start import start_formulas
from trimer.study.export.sheet import Quantity, Sheet
from trimer.study.scenario import SEED, Scenario
from trimer.study.twin.segment import Segment

_ESTIMABLE = "The parameter table of the problem has its prior; the start of the model follows it."
_OWN = "What {name} does not share with the parameters it is correlated with: {name} itself while those are typical."
_LOGIT = "Logit of {name}."


def sheet_of(segment: Segment, values: Mapping[str, float], facts: Mapping[str, str]) -> Sheet:
    """Return what the export says of a twin's segment.

    Parameters
    ----------
    segment : Segment
    values : mapping of str to float
        Parameters that are not at their typical value, by choice of the user.
    facts : mapping of str to str
        Further provenance.
    """
    prior, case = segment.prior, segment.case
    user = dict(values)
    assembly = replace(segment.assembly, parameters=ParameterSet(prior.items))
    settled = {n: x for n, x in prior.fixed.items() if x != prior.items[n].value}
    chosen = Scenario(
        case.id, case.title, assembly, segment.administrations, segment.setting.drugs, settled | user, SEED
    )
    whom = subject.Whom(case.size, ", in whom the parameters of the parameter table are to be estimated")
    found = subject.sheet(chosen, whom, "typical", user, None)
    return replace(
        found,
        parameters={name: _of_problem(quantity) for name, quantity in found.parameters.items()},
        provenance={**found.provenance, **facts},
    )


def _of_problem(quantity: Quantity) -> Quantity:
    """Return a parameter without the remark that the start does not follow it: here it does."""
    notes = tuple(note for note in quantity.notes if note != subject.START_ONLY)
    return replace(quantity, notes=notes)


def model_text(
    segment: Segment, sheet: Sheet, free: Sequence[Free], nominal: Mapping[str, float], observables: Iterable[Observed]
) -> str:
    """Return the SBML document of a problem.

    Parameters
    ----------
    segment : Segment
    sheet : Sheet
    free : sequence of Free
    nominal : mapping of str to float
        Value by parameter of the problem.
    observables : iterable of Observed

    Raises
    ------
    InputError
        When libSBML is not installed.
    ModelError
        When a part cannot be written.
    """
    found = _Model(document(sheet).text)
    for name, text in functions().items():
        found.function(name, text)
    for parameter in free:
        if parameter.derived:
            said = _LOGIT if parameter.unit != parameter.item.unit or parameter.id.startswith("logit_") else _OWN
            found.constant(parameter, nominal[parameter.id], said.format(name=parameter.item.name))
    units = {p.id: found.unit(p.id) for p in free}
    for parameter in free:
        if parameter.derived:
            found.follows(parameter.item.name, parameter.formula(units))
    known = {name: found.unit(name) for name in sheet.parameters}
    for state, formula in start_formulas(sheet.parameters, known, segment.assembly.terms).items():
        found.start(state, formula)
    for observed in observables:
        if observed.bounds is not None:
            found.value(observed.formula, observed.name, surprise(observed, found.unit(observed.output)))
    return found.text()


class _Model:
    """Add to a document; libSBML's refusals are errors."""

    def __init__(self, text: str) -> None:
        self.sbml = libsbml()
        self.document = self.sbml.readSBMLFromString(text)
        self.model = self.document.getModel()

    def unit(self, name: str) -> str:
        """Return the identifier of a parameter's unit."""
        return str(self.model.getParameter(name).getUnits())

    def function(self, name: str, text: str) -> None:
        """Add a function."""
        made = self.model.createFunctionDefinition()
        self._done(made.setId(name), name)
        self._done(made.setMath(self._math(text)), name)

    def constant(self, parameter: Free, value: float, label: str) -> None:
        """Add a parameter of the problem from which one of the model follows."""
        dimension = "dimensionless" if parameter.unit == "1" else self.unit(parameter.item.name)
        made = self._parameter(parameter.id, label, dimension, True)
        self._done(made.setValue(value), parameter.id)

    def follows(self, name: str, formula: str) -> None:
        """Let a constant be a formula of others: a rule, as libRoadRunner assigns a constant's start only once."""
        held = self.model.getParameter(name)
        for code in (held.setConstant(False), held.unsetValue()):
            self._done(code, name)
        self._rule(name, formula)

    def start(self, name: str, formula: str) -> None:
        """Let a state start at a formula of parameters."""
        made = self.model.createInitialAssignment()
        self._done(made.setSymbol(name), name)
        self._done(made.setMath(self._math(formula)), name)

    def value(self, name: str, label: str, formula: str) -> None:
        """Add a pure number that is a formula at every time."""
        self._parameter(name, label, "dimensionless", False)
        self._rule(name, formula)

    def text(self) -> str:
        """Return the document."""
        return str(self.sbml.writeSBMLToString(self.document))

    def _rule(self, name: str, formula: str) -> None:
        made = self.model.createAssignmentRule()
        self._done(made.setVariable(name), name)
        self._done(made.setMath(self._math(formula)), name)

    def _parameter(self, name: str, label: str, unit: str, constant: bool) -> Any:
        made = self.model.createParameter()
        for code in (made.setId(name), made.setName(label), made.setUnits(unit), made.setConstant(constant)):
            self._done(code, name)
        return made

    def _math(self, text: str) -> Any:
        parsed = self.sbml.parseL3FormulaWithModel(text, self.model)
        if parsed is None:
            raise ModelError(f"libSBML cannot read {text!r}: {' '.join(self.sbml.getLastParseL3Error().split())}")
        return parsed

    def _done(self, code: int, what: str) -> None:
        if code != self.sbml.LIBSBML_OPERATION_SUCCESS:
            raise ModelError(f"libSBML refuses {what}: {self.sbml.OperationReturnValue_toString(code)}.")
