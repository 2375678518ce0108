"""Equations to statements: call a system's functions once with recorded expressions and name what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from trimer.engine.graph import Expr, Graph, Op
from trimer.engine.names import Named
from trimer.engine.problem import Equations, System
from trimer.errors import ModelError
from trimer.model import processes

processes.exp.register(Expr, lambda x: x.unary(Op.EXP))
processes.log.register(Expr, lambda x: x.unary(Op.LOG))
processes.sqrt.register(Expr, lambda x: x.unary(Op.SQRT))
processes.power.register(Expr, lambda x, exponent: x**exponent)


@dataclass(frozen=True)
class Trace:
    """Hold one system's equations as nodes of a graph.

    Attributes
    ----------
    graph : Graph
    derivatives : tuple of int
        Node of each state's derivative, in the order of ``System.states``.
    observables : tuple of int
        Node of each output, in the order of ``System.outputs``.
    n_states, n_parameters, n_inputs : int
    """

    graph: Graph
    derivatives: tuple[int, ...]
    observables: tuple[int, ...]
    n_states: int
    n_parameters: int
    n_inputs: int

    def fingerprint(self) -> str:
        """Return a hash that is the same only for the same statements."""
        nodes = [(int(op), float(a).hex(), b) for op, a, b in self.graph.nodes]
        text = repr((nodes, self.derivatives, self.observables, self.n_states, self.n_parameters, self.n_inputs))
        return hashlib.sha256(text.encode()).hexdigest()


def trace(system: System) -> Trace:
    """Record the equations of ``system``.

    Raises
    ------
    ModelError
        When an equation reads or leaves out a name, uses ``t``, or does something that cannot be recorded.
    """
    graph = Graph()
    time = Expr(graph, graph.leaf(Op.TIME, 0))

    def leaves(kind: str, op: Op, names: tuple[str, ...]) -> Named:
        if len(set(names)) != len(names):
            raise ModelError(f"{system.name}: two {kind}s have the same name.")
        hidden = [name for name in names if hasattr(Named, name)]
        if hidden:  # y.values would be the mapping's method
            raise ModelError(f"{system.name}: the {kind} {hidden[0]!r} has the name of a mapping's method; rename it.")
        return Named(kind, {name: Expr(graph, graph.leaf(op, i)) for i, name in enumerate(names)})

    arguments = (
        leaves("state", Op.STATE, system.states),
        leaves("parameter", Op.PARAMETER, system.parameters),
        leaves("input", Op.INPUT, system.inputs),
    )
    if len(system.scale) != len(system.states):
        raise ModelError(f"{system.name}: {len(system.scale)} scales for {len(system.states)} states.")
    derivatives = _record(system, graph, "rhs", system.rhs, (time, *arguments), system.states)
    observables = _record(system, graph, "observables", system.observables, (time, *arguments), system.outputs)
    if time.index in graph.needed(derivatives + observables):
        raise ModelError(f"{system.name}: the equations use t; give time dependence through an input and events.")
    sizes = len(system.states), len(system.parameters), len(system.inputs)
    return Trace(graph, derivatives, observables, *sizes)


def _record(
    system: System, graph: Graph, what: str, function: Equations, arguments: tuple[object, ...], names: tuple[str, ...]
) -> tuple[int, ...]:
    try:
        found = function(*arguments)
        check_names(system, what, found, names)
        zero = Expr(graph, graph.zero)
        return tuple((zero + found[name]).index for name in names)
    except ModelError as error:
        prefix = f"{system.name}: "
        raise ModelError(str(error) if str(error).startswith(prefix) else f"{prefix}{what}: {error}") from error
    except (TypeError, AttributeError, KeyError, ZeroDivisionError) as error:
        raise ModelError(f"{system.name}: {what} cannot be recorded: {type(error).__name__}: {error}.") from error


def check_names(system: System, what: str, found: Mapping[str, object], names: tuple[str, ...]) -> None:
    """Compare what a system's function returned with what the system declares.

    Raises
    ------
    ModelError
        Naming the first missing or unknown name.
    """
    noun = "derivative" if what == "rhs" else "output"
    for name in names:
        if name not in found:
            raise ModelError(f"{system.name}: {what} does not return the {noun} of {name!r}.")
    for name in found:
        if name not in names:
            raise ModelError(f"{system.name}: {what} returns an unknown {noun} {name!r}.")
