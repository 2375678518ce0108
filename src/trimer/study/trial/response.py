"""Response of thousands of simulated patients, judged by the criterion itself: asked once about every kind of visit.

What a definition of response makes of a visit depends on a few facts only: on which side of each of its limits every
value lies, and every change since the assessment before and since treatment began; whether a remission came before; and
whether this one is known not to have lasted. Visits that agree in all of these are one *kind*. The criterion judges one
visit of each kind as a :class:`~trimer.course.Course`, when it is first met; all others are looked up, so that nothing
of a definition is written down twice.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria import criterion
from trimer.criteria.logic import Relation
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, REMISSION, Definition
from trimer.errors import InputError, LibraryError
from trimer.observables import OBSERVABLES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

TRACE = 0.5
"""% of white cells: fewer blasts count as none, as a differential of 200 cells cannot show them (assumed). A simulated
blood is never free of blasts, and a rise of a quarter from one in a million to the next is no progression."""

_CIRCULATING = ("blood_blast_percent", "blasts_blood")
_OPTIONAL = ("mrd_marrow",)  # no definition asks for a level where none is available
_QUALIFIERS = (*rows.RESIDUAL, "blood_count")  # rows that make no category: residual disease, a missing differential
_BEYOND: dict[Relation, Relation] = {"<": ">=", ">=": ">=", "<=": ">", ">": ">"}
_PRESENCE = ("blood_percent", "extramedullary")  # absent at the last assessment and present now, it is new
_ORIGIN = dt.date(2000, 1, 1)  # no definition of response reads the calendar

Change = Callable[[Floats, Floats, Floats], Floats]
"""Takes values now, at the assessment before, and before treatment."""


def against(values: ArrayLike, limit: float) -> NDArray[np.int8]:
    """Return on which side of a limit values lie: -1 below, 0 at it, 1 above; NaN counts as below.

    As :func:`trimer.criteria.logic.same` has it, what differs by less than the rounding of a unit conversion is equal.
    """
    x = np.asarray(values, dtype=float)
    with np.errstate(invalid="ignore"):
        near = np.abs(x - limit) <= np.maximum(1e-9 * np.maximum(np.abs(x), abs(limit)), 1e-15)
    at = near & np.isfinite(x)
    return np.where(at, 0, np.where(x > limit, 1, -1)).astype(np.int8)


def meets(values: ArrayLike, relation: Relation, limit: float) -> Truths:
    """Return where exact values meet a condition, as :func:`trimer.criteria.logic.compare` has it; NaN meets none."""
    found = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[relation]
    x = np.asarray(values, dtype=float)
    met: Truths = found(against(x, limit), 0) & ~np.isnan(x)
    return met


def detectable(blasts: ArrayLike, percent: ArrayLike) -> Floats:
    """Return circulating blasts as a differential shows them: zero where their share is below :data:`TRACE`.

    Parameters
    ----------
    blasts : array, 1e9/L or % of white cells
    percent : array, % of white cells
    """
    return np.where(np.asarray(percent, dtype=float) < TRACE, 0.0, np.asarray(blasts, dtype=float))


def _relative(now: Floats, then: Floats) -> Floats:
    """Return the change (%) as :func:`trimer.criteria.logic.relative_change` does for exact values."""
    later, earlier = np.maximum(now, 0.0), np.maximum(then, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((earlier == 0.0) & (later == 0.0), 0.0, 100.0 * (later / earlier - 1.0))


_CHANGES: dict[str, Change] = {
    "": lambda now, last, before: now,
    "last": lambda now, last, before: last,
    rows.MARROW_SINCE_LAST: lambda now, last, before: _relative(now, last),
    rows.MARROW_SINCE_TREATMENT: lambda now, last, before: _relative(now, before),
    rows.BLOOD_SINCE_LAST: lambda now, last, before: now - last,
    rows.BLOOD_SHARE_SINCE_LAST: lambda now, last, before: _relative(now, last),
    rows.BLOOD_SHARE_SINCE_TREATMENT: lambda now, last, before: _relative(now, before),
    rows.OUTSIDE_SINCE_LAST: lambda now, last, before: _relative(now, last),
    rows.OUTSIDE_SINCE_TREATMENT: lambda now, last, before: _relative(now, before),
}
"""What the derived quantities of definitions are, for arrays; the empty name is the value itself."""


@dataclass(frozen=True)
class Responses:
    """Hold the responses of many patients.

    Attributes
    ----------
    categories : array of int, shape (n_patients, n_visits)
        Numbers into ``names``; -1 where there was no assessment.
    names : tuple of str
        Categories as the definition names them, best first, and ``"baseline"`` at the end.
    in_remission : array of bool, shape (n_patients, n_visits)
        Whether, after the visit, the patient has a remission to lose.
    """

    categories: NDArray[np.int8]
    names: tuple[str, ...]
    in_remission: Truths

    @property
    def text(self) -> NDArray[np.str_]:
        """Return the categories as words, shape (n_patients, n_visits); empty where there was no assessment."""
        return np.array((*self.names, ""))[self.categories]

    def among(self, *names: str) -> Truths:
        """Return where the category is one of some, shape (n_patients, n_visits).

        Raises
        ------
        InputError
            When the definition has no such category.
        """
        for name in names:
            if name not in self.names:
                raise InputError("category of response", repr(name), f"one of {', '.join(self.names)}")
        return np.array([*(name in names for name in self.names), False])[self.categories]

    def best(self, within: ArrayLike = True) -> NDArray[np.int8]:
        """Return the best category after baseline, shape (n_patients,); -1 where there was no assessment.

        Parameters
        ----------
        within : array of bool, shape (n_patients, n_visits) or (n_visits,), optional
            Visits that count.
        """
        last = len(self.names) - 1  # "baseline"
        counted = np.asarray(within) & (self.categories >= 0) & (self.categories < last)
        best = np.where(counted, self.categories, last).min(axis=1, initial=last)
        return np.where(best < last, best, -1).astype(np.int8)


@dataclass(frozen=True)
class _Fact:
    """Hold one thing a definition reads, and the conditions (relation, limit) it holds it against."""

    observable: str
    change: Change
    conditions: tuple[tuple[Relation, float], ...]

    @property
    def classes(self) -> int:
        """Return how many there are: between limits, and beyond them."""
        return len(self.conditions) + 1

    def classify(self, now: Floats, last: Floats, before: Floats) -> Integers:
        """Return the class of each visit, from 0."""
        values = self.change(now, last, before)
        found = np.zeros(len(values), dtype=np.int64)
        for relation, limit in self.conditions:
            found += meets(values, relation, limit)
        return found


@dataclass(frozen=True)
class _Visits:
    """Hold the visits of a batch by kind.

    ``kind`` (n_patients, n_visits) is -1 at the baseline and where there is no assessment; ``keys`` (n_kinds,) say what
    a kind is, also to later batches; ``example`` gives the first visit of a kind after those it is held against: before
    treatment, and the last one where that is another; ``answers`` (n_kinds, n_states, 2) are categories, -1 where not
    asked.
    """

    assessed: Truths
    kind: Integers
    keys: Integers
    example: Callable[[int], tuple[Mapping[str, float], ...]]
    answers: NDArray[np.int8]


class ResponseTable:
    """Judge response at the visits of many patients by one definition.

    Treatment is one: it begins after the first visit, which is the baseline and the reference of a partial response.
    What a simulation does not hold is taken by the criterion's own conventions, as in a record: no transfusions,
    trilineage haematopoiesis, adequate cellularity. Transplants, which would waive how long a remission must last
    (``cibmtr``), are not told to it.

    Parameters
    ----------
    definition : Definition

    Attributes
    ----------
    definition : Definition
    names : tuple of str
        See :class:`Responses`.
    observables : tuple of str
        What a visit must hold; ``mrd_marrow`` may be left out.
    asked : int
        Kinds of visit that the criterion was asked about so far.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.names = (*definition.order, BASELINE)
        self._states = tuple(sorted(definition.states()))
        conditions: dict[tuple[str, str], set[tuple[Relation, float]]] = {}
        for key, row in definition.thresholds.items():
            # Of "<" and ">=" one is enough, and of "<=" and ">": where a value stands tells both.
            condition = (_BEYOND[row.relation], row.value)
            if key not in _QUALIFIERS:
                conditions.setdefault((row.observable, row.quantity), set()).add(condition)
            if key in _PRESENCE:
                conditions.setdefault((row.observable, "last"), set()).add(condition)
        self._facts = tuple(_Fact(n, _CHANGES[q], tuple(sorted(found))) for (n, q), found in conditions.items())
        self.observables = tuple(dict.fromkeys(fact.observable for fact in self._facts))
        self._known: dict[tuple[int, int, bool], int] = {}
        self._start = self._left(definition.states(), BASELINE)
        self._after = np.array([[self._left(frozenset({s}), name) for s in self._states] for name in self.names])

    @property
    def asked(self) -> int:
        """Return how many kinds of visit the criterion was asked about."""
        return len(self._known)

    def judge(self, days: ArrayLike, readings: Mapping[str, ArrayLike]) -> Responses:
        """Return the category of every visit.

        Parameters
        ----------
        days : array, shape (n_visits,) or (n_patients, n_visits), day
            Increasing; read by definitions that ask a remission to last.
        readings : mapping of str to array, shape (n_patients, n_visits), canonical units
            By observable. A visit with a NaN was not made: it is left out, and the last assessment is the one before.
            Circulating blasts are read as :func:`detectable` shows them.

        Returns
        -------
        Responses

        Raises
        ------
        InputError
            When an observable or a baseline is missing, shapes do not agree, or days do not increase.
        LibraryError
            When the definition leaves a complete assessment undetermined.
        """
        values, when, assessed = self._checked(days, readings)
        visits = self._by_kind(values, assessed)
        denied = np.zeros(assessed.shape, dtype=bool)
        categories, states = self._walk(visits, denied)
        while (short := self._short_lived(categories, when) & ~denied).any():
            denied |= short
            categories, states = self._walk(visits, denied)
        remission = np.array([state == REMISSION for state in self._states])
        return Responses(categories, self.names, remission[states])

    def _checked(self, days: ArrayLike, readings: Mapping[str, ArrayLike]) -> tuple[dict[str, Floats], Floats, Truths]:
        """Return values by observable, days, and which visits were made."""
        for name in self.observables:
            if name not in readings and name not in _OPTIONAL:
                expected = f"all of {', '.join(n for n in self.observables if n not in _OPTIONAL)}"
                raise InputError("readings of visits", f"no {name}", expected)
        values = {name: np.asarray(readings[name], dtype=float) for name in self.observables if name in readings}
        shapes = {x.shape for x in values.values()}
        shape = next(iter(shapes))
        if len(shapes) > 1 or len(shape) != 2 or not shape[1]:
            raise InputError("readings of visits", f"shapes {sorted(shapes)}", "one shape (n_patients, n_visits >= 1)")
        if "blood_blast_percent" in values:
            share = values["blood_blast_percent"]
            values |= {name: detectable(values[name], share) for name in _CIRCULATING if name in values}
        given = np.asarray(days, dtype=float)
        if given.shape not in (shape, shape[1:]):
            raise InputError("days of visits", f"shape {given.shape}", f"{shape[1:]} or {shape}, as the readings have")
        when = np.broadcast_to(given, shape)
        if (np.diff(when, axis=1) <= 0.0).any():
            raise InputError("days of visits", "days that do not increase", "visits in time order, one a day")
        assessed = np.isfinite(when) & np.logical_and.reduce([np.isfinite(x) for x in values.values()])
        if (assessed[:, 1:].any(axis=1) & ~assessed[:, 0]).any():
            raise InputError("readings of visits", "NaN at the first visit", "a baseline before treatment")
        return values, when, assessed

    def _by_kind(self, values: Mapping[str, Floats], assessed: Truths) -> _Visits:
        """Return the visits by kind."""
        n, m = assessed.shape
        latest = np.maximum.accumulate(np.where(assessed, np.arange(m), 0), axis=1)
        patient, visit = np.nonzero(assessed[:, 1:])
        last, now = latest[patient, visit], visit + 1
        key = np.zeros(len(patient), dtype=np.int64)
        for fact in self._facts:
            x = values.get(fact.observable)
            if x is not None:
                key = key * fact.classes + fact.classify(x[patient, now], x[patient, last], x[patient, 0])
        # A level of MRD that was not measured makes other kinds than one that was.
        key = key * 2 + all(name in values for name in _OPTIONAL)
        keys, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        kind = np.full((n, m), -1, dtype=np.int64)
        kind[patient, now] = inverse

        def example(k: int) -> tuple[Mapping[str, float], ...]:
            p, at = patient[first[k]], dict.fromkeys((0, int(last[first[k]]), int(now[first[k]])))
            return tuple({name: float(x[p, j]) for name, x in values.items()} for j in at)

        answers = np.full((len(keys), len(self._states), 2), -1, dtype=np.int8)
        return _Visits(assessed, kind, keys, example, answers)

    def _walk(self, visits: _Visits, denied: Truths) -> tuple[NDArray[np.int8], Integers]:
        """Return category and state after every visit; ``denied`` are remissions known not to have lasted."""
        n, m = visits.assessed.shape
        categories = np.full((n, m), -1, dtype=np.int8)
        categories[visits.assessed[:, 0], 0] = self.names.index(BASELINE)
        states = np.full((n, m), self._start, dtype=np.int64)
        for k in range(1, m):
            states[:, k] = states[:, k - 1]
            here = np.flatnonzero(visits.assessed[:, k])
            asked = (visits.kind[here, k], states[here, k], denied[here, k].astype(np.int64))
            unknown = np.transpose(asked)[visits.answers[asked] < 0]
            for kind, state, short in np.unique(unknown, axis=0).tolist():
                visits.answers[kind, state, short] = self._answer(visits, kind, state, bool(short))
            categories[here, k] = visits.answers[asked]
            states[here, k] = self._after[categories[here, k], states[here, k]]
        return categories, states

    def _left(self, states: frozenset[str], category: str) -> int:
        """Return the number of the state that a category leaves."""
        (state,) = self.definition.leaves(states, (category,))
        return self._states.index(state)

    def _answer(self, visits: _Visits, kind: int, state: int, denied: bool) -> int:
        """Return the category of one kind of visit, from what is known or else from the criterion."""
        question = (int(visits.keys[kind]), state, denied)
        if question not in self._known:
            category = _ask(self.definition, visits.example(kind), self._states[state], denied)
            if category not in self.names:
                raise LibraryError(self.definition.name, category, "a category for every complete assessment")
            self._known[question] = self.names.index(category)
        return self._known[question]

    def _short_lived(self, categories: NDArray[np.int8], when: Floats) -> Truths:
        """Return the visits of remissions that were found to be lost before the time they must last."""
        n, m = categories.shape
        short = np.zeros((n, m), dtype=bool)
        if self.definition.lasting == 0.0:
            return short
        patients, columns = np.arange(n), np.arange(m)
        remission = np.array([*(name in self.definition.remissions for name in self.names), False])[categories]
        over = np.array([*(self.definition.ends(name) for name in self.names), False])[categories]
        begun = np.full(n, -1)
        for k in columns:
            lost = over[:, k] & (begun >= 0)
            early = lost & (when[:, k] - when[patients, begun] < self.definition.lasting)
            short[early] |= remission[early] & (columns >= begun[early, None]) & (columns < k)
            begun[lost] = -1
            begun[remission[:, k] & (begun < 0)] = k
        return short


def _ask(definition: Definition, visits: tuple[Mapping[str, float], ...], state: str, denied: bool) -> str:
    """Return the category that a definition gives the last of some visits, after a history.

    All but the last stand for what was before it: as a baseline that leaves the state, so that none is judged.
    """
    rules = definition.rules
    posed = replace(
        definition,
        after={**definition.after, BASELINE: state},
        rules=(lambda met, free, before: rules(met, False, before)) if denied else rules,
        lasting=0.0,
    )
    contexts = (*("baseline" for _ in visits[1:]), "response assessment")
    found = tuple(
        Visit(f"visit {k}", "", 2.0 * k, {n: _reading(n, x, 2.0 * k) for n, x in facts.items()}, context=context)
        for k, (facts, context) in enumerate(zip(visits, contexts, strict=True))
    )
    treatment = Episode("regimen", "treatment", 1.0, 2.0 * len(visits))
    course = Course("visit", "simulation", _ORIGIN, visits=found, episodes=(treatment,))
    return assess(posed, course)[-1].category


def _reading(name: str, value: float, day: float) -> Reading:
    return Reading(name, value, value, unit=OBSERVABLES[name].unit, day=day)


@cache
def response_judge(name: str) -> ResponseTable:
    """Return the table of a criterion of response; it remembers what it has asked.

    Parameters
    ----------
    name : str
        E.g. ``"amg"``.

    Raises
    ------
    LibraryError
        When there is no such criterion, or it does not judge response by one definition.
    """
    found = criterion(name)
    module = importlib.import_module(found.module)
    definitions = [x for x in vars(module).values() if isinstance(x, Definition)]
    if found.subject != "response" or len(definitions) != 1:
        raise LibraryError("criteria", repr(name), "a criterion of response", "For example: amg.")
    return ResponseTable(definitions[0])
