"""Record a system's equations as the engine does, but in the form they are written in, and remember who wrote what.

The engine's recorder gathers constant factors to save time between events. A reader wants the product as it stands in
the model, and the name of the function it stands in.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import FrameType

from trimer.engine.graph import Expr, Graph, Op
from trimer.engine.names import Named
from trimer.engine.problem import System
from trimer.engine.trace import trace

_RECORDERS = ("trimer.engine.", __name__)  # functions of these modules pass operations on, they write none
_OUTERMOST = ("rhs", "observables")


class _AsWritten(Graph):
    """A graph that leaves products alone and remembers which functions of the model wrote each node."""

    def __init__(self) -> None:
        self.origins: list[tuple[str, ...]] = []
        super().__init__()

    def _node(self, op: Op, a: float, b: int = -1) -> int:
        node = super()._node(op, a, b)
        if node == len(self.origins):
            self.origins.append(_writers(inspect.currentframe()))
        return node

    def _split(self, a: int) -> tuple[int, int]:
        return self.one, a


@dataclass(frozen=True)
class Recorded:
    """Hold a system's equations as nodes.

    Attributes
    ----------
    graph : Graph
    rates, outputs : dict of str to int
        Node by name of the state or output.
    origins : list of tuple of str
        By node: the functions that wrote it, e.g. ``("t_cells.t_cell_rates", "binding.saturation")``.
    leaves : dict of int to str
        Name by node of a state, parameter or input.
    fingerprint : str
        The engine's hash of the equations.
    """

    graph: Graph
    rates: dict[str, int]
    outputs: dict[str, int]
    origins: list[tuple[str, ...]]
    leaves: dict[int, str]
    fingerprint: str

    def read(self) -> set[str]:
        """Return the names of the states, parameters and inputs that the equations read."""
        needed = self.graph.needed((*self.rates.values(), *self.outputs.values()))
        return {self.leaves[node] for node in needed if node in self.leaves}


def record(system: System) -> Recorded:
    """Call the equations of ``system`` with expressions that are remembered.

    Raises
    ------
    ModelError
        When the engine could not record them either.
    """
    fingerprint = trace(system).fingerprint()  # refuses whatever is wrong with the equations
    graph = _AsWritten()
    kinds = {Op.STATE: system.states, Op.PARAMETER: system.parameters, Op.INPUT: system.inputs}
    leaves = {graph.leaf(op, i): name for op, names in kinds.items() for i, name in enumerate(names)}
    named = [
        Named(op.name.lower(), {n: Expr(graph, graph.leaf(op, i)) for i, n in enumerate(kinds[op])}) for op in kinds
    ]
    time, zero = Expr(graph, graph.leaf(Op.TIME, 0)), Expr(graph, graph.zero)
    rates, outputs = (
        {name: (zero + found[name]).index for name in names}
        for found, names in (
            (system.rhs(time, *named), system.states),
            (system.observables(time, *named), system.outputs),
        )
    )
    return Recorded(graph, rates, outputs, graph.origins, leaves, fingerprint)


def _writers(frame: FrameType | None) -> tuple[str, ...]:
    """Return the functions of the model that led to an operation, outermost first: those inside the system's two."""
    found: list[str] = []
    while frame is not None and frame.f_code is not record.__code__:
        module, function = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if function.isidentifier() and not module.startswith(_RECORDERS):
            found.insert(0, f"{module.rpartition('.')[2]}.{function}")
        frame = frame.f_back
    inner = [name for name in found if name.rpartition(".")[2] not in _OUTERMOST]
    return tuple(inner or found or ["equation"])
