"""Which missing fact would narrow what is possible: each open fact is tried, by every outcome that it may have.

A fact is named when at least one thing it could turn out to be leaves fewer categories than there are now. Where none
does by itself, those are named of which two together do; where not even two do, all that are open.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import replace

from trimer.course import Reading
from trimer.criteria.logic import compare, known
from trimer.criteria.response import evidence
from trimer.criteria.response.definition import Definition
from trimer.criteria.response.facts import Facts, Met, Scene, compare_all
from trimer.criteria.threshold import Threshold

_HISTORY = "whether a remission came before"
_TRACES = "whether the few blasts in blood are leukaemic"
_MOST = {"%": 100.0, "fraction": 1.0}
_BESIDE = 1e-6  # how near to a threshold a trial value lies, relative to it
_CHANGING = ("marrow_blast_percent", "blood_blast_percent", "extramedullary_blasts")  # of which a change counts too
_SAME = {"blasts_blood": "blood_blast_percent"}
_NEW = {"pd_blood": "new_blood", "pd_outside": "new_outside"}


def missing(
    definition: Definition, facts: Facts, scene: Scene, states: frozenset[str], denied: tuple[bool, ...]
) -> tuple[str, ...]:
    """Return the facts that would narrow what is possible, by name or in words.

    Parameters
    ----------
    definition : Definition
    facts : Facts
        Without conventions.
    scene : Scene
    states : frozenset of str
        History, as the facts leave it.
    denied : tuple of bool
        Whether the remission is known not to have lasted; both where that is open.

    Returns
    -------
    tuple of str
        Empty when one category is left, and where nothing but whether the remission lasts would narrow them.
    """

    def left(met: Met, history: frozenset[str] = states) -> set[str]:
        return {name for short in denied for name in definition.left(met, history, short)}

    now = left(facts.met)
    if len(now) <= 1:
        return ()
    trials: dict[str, list[Met]] = {}
    for name, outcome in (*_values(definition, facts, scene), *_changes(definition, facts), *_words(definition, facts)):
        if outcome not in trials.setdefault(name, []):
            trials[name].append(outcome)

    def narrows(*outcomes: Met) -> bool:
        met = {key: truth for outcome in (facts.met, *outcomes) for key, truth in outcome.items()}
        return left(met) < now

    names = [name for name, outcomes in trials.items() if any(map(narrows, outcomes))]
    if not names:
        pairs = [pair for pair in itertools.combinations(trials, 2)
                 if any(narrows(*both) for both in itertools.product(*(trials[name] for name in pair)))]  # fmt: skip
        names = [name for name in trials if any(name in pair for pair in pairs)]
    # A change is not known as long as the quantity itself is not: to know that is enough.
    same = {
        row.label: _SAME.get(row.observable, row.observable) for row in definition.thresholds.values() if row.quantity
    }
    names = [name for name in names if same.get(name) not in names]
    if any(left(facts.met, frozenset({s})) < now for s in states):
        names.append(_HISTORY)
    if names or len(denied) > 1:
        return tuple(names)
    return tuple(trials) or (_HISTORY,)


def _values(definition: Definition, facts: Facts, scene: Scene) -> Iterator[tuple[str, Met]]:
    """Return the outcomes of every value that an open quantity may have, as far as they differ."""
    table = definition.thresholds
    plain = {key: row for key, row in table.items() if not row.quantity}
    order = dict.fromkeys(plain[key].observable for key in (*(k for k in definition.free if k in plain), *plain))
    if "blood" in facts.met and facts.met["blood"] is None and facts.compared["blood"].met is not None:
        name = "blood_blast_percent" if scene.visit.get("blood_blast_percent") is None else _TRACES
        yield from ((name, {"blood": free, "circulating": not free}) for free in (True, False))
        order.pop("blood_blast_percent", None)
    for observable in order:
        rows = {key: row for key, row in plain.items() if row.observable == observable}
        if observable == "blasts_blood" or all(facts.met[key] is not None for key in rows):
            continue
        reading = evidence.of_all_cells(scene.visit.readings.get(observable))
        for value in _points(rows.values(), scene):
            if not _allows(reading, value):
                continue
            exact = Reading(observable, value, value, unit=next(iter(rows.values())).unit)
            if observable in _CHANGING:
                completed = replace(scene.visit, readings={**scene.visit.readings, observable: exact})
                yield observable, compare_all(table, definition.conditions, replace(scene, visit=completed)).met
            else:
                met = {key: row.test(exact) for key, row in rows.items()}
                yield observable, met | ({"mrd_shown": met["mrd_limit"]} if "mrd_limit" in met else {})


def _points(rows: Collection[Threshold], scene: Scene) -> list[float]:
    """Return values at and beside every limit, none, most, and what is more or less than at earlier visits."""
    first = next(iter(rows))
    limits = [row.value for row in rows]
    beside = [v * k for v in limits for k in (1.0 - _BESIDE, 1.0, 1.0 + _BESIDE)]
    earlier = [v.get(first.observable) for v in (scene.last, scene.before) if v is not None]
    ends = [r.low for r in earlier if r is not None and known(r) and r.exact]
    most = _MOST.get(first.unit, 10.0 * max((*limits, *ends)))
    moved = [v * k for v in ends for k in (0.4, 1.5) if v * k < most]
    return sorted({0.0, most, *beside, *moved})


def _allows(reading: Reading | None, value: float) -> bool:
    """Return whether a reading may turn out to be a value."""
    if not known(reading):
        return True
    return compare(reading, "<", value) is not True and compare(reading, ">", value) is not True


def _changes(definition: Definition, facts: Facts) -> Iterator[tuple[str, Met]]:
    """Return what an open change may be; what is new has risen."""
    for key, row in definition.thresholds.items():
        if row.quantity and facts.met[key] is None:
            new = {_NEW[key]: False} if key in _NEW and _NEW[key] in facts.met else {}
            yield from ((row.label, {key: True}), (row.label, {key: False, **new}))


def _words(definition: Definition, facts: Facts) -> Iterator[tuple[str, Met]]:
    """Return what the conditions told in words may be; several of one name are tried together."""
    for name in dict.fromkeys(facts.open_words.values()):
        keys = [key for key, said in facts.open_words.items() if said == name]
        outcomes = [(True, False) if definition.conditions[key].deniable else (True,) for key in keys]
        for truths in itertools.product(*outcomes):
            yield name, dict(zip(keys, truths, strict=True))
