"""A sheet as an SBML Level 3 Version 2 document, written by libSBML: parameters, rules and events; no species.

Every state is a parameter with a rate rule. Most of our states are no amount of substance in a compartment (tolerance,
adaptation, counts relative to normal), and a rate rule needs neither compartments nor stoichiometry to mean the same in
every simulator; their units are declared and checked like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from trimer.errors import InputError, ModelError
from trimer.study.export.dimension import unit_of
from trimer.study.export.formulas import Formulas, formulas
from trimer.study.export.sbml_units import UnitNames
from trimer.study.export.sheet import Change, Quantity, Sheet, changes

NAMESPACE = "urn:trimer:sbml:1"
TIME, OFFSET = "day", "first_day"  # what the document adds: the day of the treatment, and the day at time zero
_XHTML = "http://www.w3.org/1999/xhtml"


def libsbml() -> Any:
    """Return libSBML.

    Raises
    ------
    InputError
        When it is not installed.
    """
    try:
        return import_module("libsbml")
    except ImportError as error:
        wanted = "the Python package python-libsbml"
        raise InputError("export sbml", "no libSBML", wanted, "Install it with: pip install 'trimer[sbml]'") from error


@dataclass(frozen=True)
class Written:
    """Hold a document's text, and how many rules and events it has."""

    text: str
    rules: int
    events: int


def document(sheet: Sheet) -> Written:
    """Return a sheet as SBML; the same sheet gives the same bytes.

    Raises
    ------
    InputError
        When libSBML is not installed.
    ModelError
        When the equations' units do not close, two things have one name, or libSBML refuses a part.
    """
    library, units = libsbml(), UnitNames()
    listed = [TIME, OFFSET, *sheet.parameters, *sheet.inputs, *sheet.states, *sheet.outputs]
    twice = [name for name, count in Counter(listed).items() if count > 1]
    if twice:
        raise ModelError(f"{sheet.id}: {twice[0]!r} would be the name of two things.")
    known = {**sheet.parameters, **sheet.inputs, **sheet.states, **sheet.outputs}
    names = {name: units.of_text(quantity.unit) for name, quantity in known.items()}
    day = units.of_text("day")
    declared = {name: unit_of(quantity.unit) for name, quantity in known.items()}
    written = formulas(sheet.equations, declared, unit_of("day"), units.of, frozenset({TIME, OFFSET}))
    return _Document(library, sheet, units, names).write(written, day)


class _Document:
    """Put a sheet into a document, part by part."""

    def __init__(self, library: Any, sheet: Sheet, units: UnitNames, names: dict[str, str]) -> None:
        self.sbml, self.sheet, self.units, self.names = library, sheet, units, names
        self.document = library.SBMLDocument(3, 2)
        self.model = self.document.createModel()

    def write(self, written: Formulas, day: str) -> Written:
        """Return the document."""
        sheet, model = self.sheet, self.model
        self._set(model, id=sheet.id, name=sheet.title, timeUnits=day)
        self._notes(model, sheet.notes)
        facts = " ".join(f"{name}={quoteattr(value)}" for name, value in sheet.provenance.items())
        self._done(model.setAnnotation(f'<trimer:provenance xmlns:trimer="{NAMESPACE}" {facts}/>'), "the provenance")
        own = {formula.name: self.units.of(formula.unit) for formula in written.values}
        self._unit_definitions()
        later = [change for change in changes(sheet) if change.day > sheet.start]
        states, inputs = self._at_start()
        for name, quantity in sheet.parameters.items():
            self._parameter(name, quantity.label, self.names[name], quantity.value, True, quantity.notes)
        for known, values in ((sheet.inputs, inputs), (sheet.states, states)):
            for name, quantity in known.items():
                self._parameter(name, quantity.label, self.names[name], values[name], False, quantity.notes)
        for formula in written.values:
            found = sheet.outputs.get(formula.name, Quantity(0.0, "", formula.origin))
            unit = self.names.get(formula.name, own[formula.name])
            self._parameter(formula.name, found.label, unit, None, False, found.notes)
        self._parameter(OFFSET, "day of the treatment at time 0", day, sheet.start, True)
        self._parameter(TIME, "day of the treatment", day, None, False)
        for formula in written.values:
            self._rule(model.createAssignmentRule(), formula.name, formula.text)
        self._rule(model.createAssignmentRule(), TIME, f"time + {OFFSET}")
        for formula in written.rates:
            self._rule(model.createRateRule(), formula.name, formula.text)
        for number, change in enumerate(later, 1):
            self._event(number, change, day)
        return Written(self.sbml.writeSBMLToString(self.document), model.getNumRules(), len(later))

    def _at_start(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return states and inputs at time 0: what is given at or before the start has been given."""
        states = {name: quantity.value for name, quantity in self.sheet.states.items()}
        inputs = {name: quantity.value for name, quantity in self.sheet.inputs.items()}
        for change in changes(self.sheet):
            if change.day <= self.sheet.start:
                inputs |= change.set
                for name, amount in change.added.items():
                    states[name] += amount
        return states, inputs

    def _unit_definitions(self) -> None:
        for name, (label, parts) in self.units.definitions.items():
            made = self.model.createUnitDefinition()
            self._set(made, id=name, name=label)
            for part in parts:
                kind = self.sbml.UnitKind_forName(part.kind)
                self._set(
                    made.createUnit(), kind=kind, **{k: getattr(part, k) for k in ("exponent", "scale", "multiplier")}
                )

    def _parameter(
        self, name: str, label: str, unit: str, value: float | None, constant: bool, notes: Iterable[str] = ()
    ) -> None:
        made = self.model.createParameter()
        self._set(made, id=name, units=unit, constant=constant)
        if label:
            self._set(made, name=label)
        if value is not None:
            self._set(made, value=value)
        self._notes(made, notes)

    def _rule(self, rule: Any, name: str, text: str) -> None:
        self._set(rule, variable=name)
        self._done(rule.setMath(self._math(text)), name)

    def _event(self, number: int, change: Change, day: str) -> None:
        """Add one event; times count from the start, and no event needs a priority, since each time has one."""
        event = self.model.createEvent()
        given = [f"{name} {value:g} {self._unit_text(name)}" for name, value in change.set.items()]
        given += [f"{name} + {value:g} {self._unit_text(name)}" for name, value in change.added.items()]
        self._set(event, id=f"dosing_{number}", name=f"day {change.day:.10g}: {', '.join(given)}")
        self._set(event, useValuesFromTriggerTime=True)
        self._notes(event, self.sheet.doses.get(change.day, ()))
        trigger = event.createTrigger()
        self._set(trigger, initialValue=False, persistent=True)
        self._done(trigger.setMath(self._math(f"time >= {change.day - self.sheet.start!r} {day}")), "a trigger")
        terms = {name: f"{value!r} {self.names[name]}" for name, value in change.set.items()}
        terms |= {name: f"{name} + {value!r} {self.names[name]}" for name, value in change.added.items()}
        for name, text in terms.items():
            self._rule(event.createEventAssignment(), name, text)

    def _unit_text(self, name: str) -> str:
        return {**self.sheet.inputs, **self.sheet.states}[name].unit

    def _math(self, text: str) -> Any:
        parsed = self.sbml.parseL3FormulaWithModel(text, self.model)
        if parsed is None:
            raise ModelError(f"libSBML cannot read {text!r}: {' '.join(self.sbml.getLastParseL3Error().split())}")
        return parsed

    def _notes(self, element: Any, notes: Iterable[str]) -> None:
        text = "".join(f'<p xmlns="{_XHTML}">{escape(note)}</p>' for note in notes)
        if text:
            self._done(element.setNotes(text), "a note")

    def _set(self, element: Any, **values: Any) -> None:
        for name, value in values.items():
            self._done(getattr(element, f"set{name[0].upper()}{name[1:]}")(value), f"{name} {value!r}")

    def _done(self, code: int, what: str) -> None:
        if code != self.sbml.LIBSBML_OPERATION_SUCCESS:
            reason = self.sbml.OperationReturnValue_toString(code)
            raise ModelError(f"libSBML refuses {what} of {self.sheet.id}: {reason}.")
