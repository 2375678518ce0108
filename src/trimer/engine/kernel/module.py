"""One model's kernel in any language: the functions the driver calls and the ones they share.

Every function takes the workspace (see ``layout``). The driver calls ``prepare`` (after an event has changed an input),
``slope`` (derivatives at y, for a first step size), ``step`` (one trial step with its error), ``bend`` (prepare to read
inside the step), ``interpolate`` and ``observe`` (an output inside or at the start of the step), ``advance`` (take the
step in the lanes that accept it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trimer.engine.differentiate import jacobian
from trimer.engine.elimination import Elimination, plan
from trimer.engine.graph import Op
from trimer.engine.kernel import llvm_source
from trimer.engine.kernel.emitter import Begin, Emitter
from trimer.engine.kernel.layout import Layout, layout
from trimer.engine.kernel.statements import hoisted, print_statements
from trimer.engine.kernel.tableau import DENSE, GAMMA, STAGES, A, C
from trimer.engine.trace import Trace

ENTRIES = ("prepare", "slope", "step", "bend", "interpolate", "observe", "advance")


@dataclass(frozen=True)
class Module:
    """Hold a kernel's source and how its workspace is laid out."""

    text: str
    layout: Layout


class _Printer:
    """Print the functions of one model; holds what they share."""

    def __init__(self, trace: Trace, begin: Begin) -> None:
        self.trace, self.graph, self.begin, self.n = trace, trace.graph, begin, trace.n_states
        self.jacobian = jacobian(self.graph, trace.derivatives)
        self.plan: Elimination = plan(self.n, self.jacobian)
        self.entries = sorted(self.jacobian)  # positions in the block "jacobian"
        targets = (*trace.derivatives, *trace.observables, *(self.jacobian[k] for k in self.entries))
        self.slots = hoisted(self.graph, targets)
        self.at = layout(
            {
                "states": self.n,
                "parameters": trace.n_parameters,
                "inputs": trace.n_inputs,
                "q": len(self.slots),
                "jacobian": len(self.entries),
                "factors": len(self.plan.slot),
                "outputs": len(trace.observables),
            }
        )

    def function(self, name: str, *arguments: str, internal: bool = False) -> Emitter:
        return self.begin(name, ("w", *arguments), internal)

    def _loaders(self, states: str, first: int) -> dict[Op, Callable[[Emitter, int], str]]:
        return {
            Op.STATE: lambda e, i: e.load(states, first + i),
            Op.PARAMETER: lambda e, i: e.load(e.work, self.at["parameters"] + i),
            Op.INPUT: lambda e, i: e.load(e.work, self.at["inputs"] + i),
        }

    def _known(self, e: Emitter) -> dict[int, Callable[[], str]]:
        def loader(slot: int) -> Callable[[], str]:
            return lambda: e.load(e.work, self.at["q"] + slot)

        return {a: loader(slot) for a, slot in self.slots.items()}

    def prepare(self) -> str:
        e = self.function("prepare")
        values = print_statements(e, self.graph, self.slots, self._loaders(e.work, self.at["y"]), {})
        for a, slot in self.slots.items():
            e.store(values[a], e.work, self.at["q"] + slot)
        return e.text()

    def slope(self) -> str:
        """Print the derivatives of the states plus ``history``, and a function that puts them at ``y`` into ``f``."""
        e = self.function("derivatives", "y", "f", internal=True)
        values = self._values(e, self.trace.derivatives, e.arguments[1], 0)
        for i, target in enumerate(self.trace.derivatives):
            e.store(e.add(values[target], e.load(e.work, self.at["history"] + i)), e.arguments[2], i)
        caller = self.function("slope")
        none = caller.address(caller.work, self.at["history"])
        with caller.loop(self.n) as row:
            caller.store(caller.constant(0.0), none, row)
        y, f = (caller.address(caller.work, self.at[block]) for block in ("y", "f"))
        caller.call("derivatives", caller.work, y, f)
        return e.text() + caller.text()

    def _values(self, e: Emitter, targets: tuple[int, ...], states: str, first: int) -> dict[int, str]:
        return print_statements(e, self.graph, targets, self._loaders(states, first), self._known(e))

    def _store_each(self, e: Emitter, targets: tuple[int, ...], states: str, first: int, base: str, row: int) -> None:
        values = self._values(e, targets, states, first)
        for i, target in enumerate(targets):
            e.store(values[target], base, row + i)

    def linearise(self) -> str:
        """Print derivatives and Jacobian at ``y`` together, since they share most statements."""
        e = self.function("linearise", internal=True)
        nodes = tuple(self.jacobian[k] for k in self.entries)
        targets = (*self.trace.derivatives, *nodes)
        known = self._known(e)
        values = print_statements(e, self.graph, targets, self._loaders(e.work, self.at["y"]), known)
        for i, target in enumerate(self.trace.derivatives):
            e.store(values[target], e.work, self.at["f"] + i)
        for i, target in enumerate(nodes):
            e.store(values[target], e.work, self.at["jacobian"] + i)
        return e.text()

    def factorise(self) -> str:
        """Print ``I/(GAMMA h) - J = L U``, row by row, so that only one row is held in registers."""
        e = self.function("factorise", internal=True)
        jac, factors, pivots = self.at["jacobian"], self.at["factors"], self.at["pivots"]
        shift = e.div(e.constant(1.0 / GAMMA), e.load(e.work, self.at["h"]))
        place = {key: row for row, key in enumerate(self.entries)}
        slot = self.plan.slot
        for i in self.plan.order:
            e.breathe()
            row: dict[int, str] = {}

            def value(i: int, j: int, row: dict[int, str] = row) -> str | None:
                if j not in row and (i, j) in place:
                    entry = e.load(e.work, jac + place[i, j])
                    row[j] = e.sub(shift, entry) if i == j else e.neg(entry)
                elif j not in row and i == j:
                    row[j] = shift
                return row.get(j)

            for k in self.plan.lower[i]:
                e.breathe()
                left = value(i, k)
                assert left is not None  # the plan has no entry that is neither given nor filled in
                factor = e.mul(left, e.load(e.work, pivots + k))
                e.store(factor, e.work, factors + slot[i, k])
                for j in self.plan.upper[k]:
                    term = e.mul(factor, e.load(e.work, factors + slot[k, j]))
                    old = value(i, j)
                    row[j] = e.neg(term) if old is None else e.sub(old, term)
            for j in self.plan.upper[i]:
                entry = value(i, j)
                assert entry is not None
                e.store(entry, e.work, factors + slot[i, j])
            pivot = value(i, i)
            assert pivot is not None
            e.store(e.div(e.constant(1.0), pivot), e.work, pivots + i)
        return e.text()

    def substitute(self) -> str:
        """Print the solution of ``L U x = b`` in place."""
        e = self.function("substitute", "b", internal=True)
        _, b = e.arguments
        factors, slot = self.at["factors"], self.plan.slot
        x: dict[int, str] = {}
        for i in self.plan.order:
            e.breathe()
            x[i] = e.load(b, i)
            for k in self.plan.lower[i]:
                x[i] = e.sub(x[i], e.mul(x[k], e.load(e.work, factors + slot[i, k])))
        for i in reversed(self.plan.order):
            e.breathe()
            for j in self.plan.upper[i]:
                x[i] = e.sub(x[i], e.mul(x[j], e.load(e.work, factors + slot[i, j])))
            x[i] = e.mul(x[i], e.load(e.work, self.at["pivots"] + i))
            e.store(x[i], b, i)
        return e.text()

    def check(self) -> str:
        """Print by how much the first stage misses its equations, as an error of each state.

        Factors without pivoting can be poor; the step's error includes this, so that a step with poor factors fails.
        """
        e = self.function("check", internal=True)
        at = self.at
        shift = e.div(e.constant(1.0 / GAMMA), e.load(e.work, at["h"]))
        place = {key: row for row, key in enumerate(self.entries)}
        for i in range(self.n):
            e.breathe()
            diagonal = shift
            missing = e.neg(e.load(e.work, at["f"] + i))
            for j in sorted({*self.plan.lower[i], i, *self.plan.upper[i]}):
                stage = e.load(e.work, at["k"] + j)
                if (i, j) in place:
                    entry = e.load(e.work, at["jacobian"] + place[i, j])
                    missing = e.sub(missing, e.mul(entry, stage))
                    diagonal = e.sub(shift, entry) if i == j else diagonal
                if i == j:
                    missing = e.add(missing, e.mul(shift, stage))
            e.store(e.div(missing, diagonal), e.work, at["residual"] + i)
        return e.text()

    def step(self) -> str:
        e = self.function("step")
        n, at = self.n, self.at
        blocks = ("y", "f", "stage", "history", "residual", "y1", "tolerance")
        base = {block: e.address(e.work, at[block]) for block in blocks}
        stages = [e.address(e.work, at["k"] + s * n) for s in range(STAGES)]
        e.call("linearise", e.work)
        e.call("factorise", e.work)
        with e.loop(n) as i:
            e.store(e.load(base["f"], i), stages[0], i)
        e.call("substitute", e.work, stages[0])
        e.call("check", e.work)
        rate = e.div(e.constant(1.0), e.load(e.work, at["h"]))
        for s in range(1, STAGES):
            with e.loop(n) as i:
                before = [e.load(stage, i) for stage in stages[:s]]
                if s < len(A):
                    argument = self._combine(e, e.load(base["y"], i), A[s], before)
                else:
                    argument = e.add(e.load(base["stage"], i), before[-1])
                e.store(argument, base["stage"], i)
                e.store(e.mul(rate, self._combine(e, "", C[s], before)), base["history"], i)
            e.call("derivatives", e.work, base["stage"], stages[s])
            e.call("substitute", e.work, stages[s])
        with e.loop(n) as i:
            e.store(e.add(e.load(base["stage"], i), e.load(stages[-1], i)), base["y1"], i)
        e.store(self._error(e, base, stages[-1]), e.work, at["error"])
        return e.text()

    @staticmethod
    def _combine(e: Emitter, total: str, weights: tuple[float, ...], stages: list[str]) -> str:
        """Print a weighted sum of values, added to ``total`` if there is one."""
        for weight, stage in zip(weights, stages, strict=False):
            term = e.mul(e.constant(weight), stage)
            total = e.add(total, term) if total else term
        return total

    def _error(self, e: Emitter, base: dict[str, str], last: str) -> str:
        rtol = e.load(e.work, self.at["rtol"])

        def term(i: str) -> str:
            before, after = e.absolute(e.load(base["y"], i)), e.absolute(e.load(base["y1"], i))
            larger = e.select(e.compare("ogt", before, after), before, after)
            scale = e.add(e.load(base["tolerance"], i), e.mul(rtol, larger))
            inverse = e.div(e.constant(1.0), scale)
            step, linear = (e.mul(e.load(part, i), inverse) for part in (last, base["residual"]))
            return e.add(e.mul(step, step), e.mul(linear, linear))

        return e.sqrt(e.mul(e.sum_over(self.n, term), e.constant(1.0 / self.n)))

    def bend(self) -> str:
        """Print the coefficients of the interpolation, the same for every time inside a step."""
        e = self.function("bend")
        n, at = self.n, self.at
        stages = [e.address(e.work, at["k"] + s * n) for s in range(STAGES)]
        bends = [e.address(e.work, at["bends"] + d * n) for d in range(len(DENSE))]
        with e.loop(n) as i:
            values = [e.load(stage, i) for stage in stages]
            for weights, place in zip(DENSE, bends, strict=True):
                e.store(self._combine(e, "", weights, values), place, i)
        return e.text()

    def interpolate(self) -> str:
        """Print states at ``theta`` into ``at``; exactly ``y`` where theta is 0, whatever the bends hold."""
        e = self.function("interpolate")
        n, at = self.n, self.at
        theta = e.load(e.work, at["theta"])
        rest = e.sub(e.constant(1.0), theta)
        start = e.compare("oeq", theta, e.constant(0.0))
        bends = [e.address(e.work, at["bends"] + d * n) for d in range(len(DENSE))]
        y, y1, target = (e.address(e.work, at[block]) for block in ("y", "y1", "at"))
        with e.loop(n) as i:
            d1, d2, d3 = (e.load(place, i) for place in bends)
            before = e.load(y, i)
            bend = e.mul(rest, e.add(d1, e.mul(theta, e.add(d2, e.mul(theta, d3)))))
            value = e.add(e.mul(rest, before), e.mul(theta, e.add(e.load(y1, i), bend)))
            e.store(e.select(start, before, value), target, i)
        return e.text()

    def observe(self) -> str:
        e = self.function("observe")
        self._store_each(e, self.trace.observables, e.work, self.at["at"], e.work, self.at["outputs"])
        return e.text()

    def advance(self) -> str:
        e = self.function("advance")
        taken = e.compare("one", e.load(e.work, self.at["accepted"]), e.constant(0.0))
        y, y1 = e.address(e.work, self.at["y"]), e.address(e.work, self.at["y1"])
        with e.loop(self.n) as i:
            e.store(e.select(taken, e.load(y1, i), e.load(y, i)), y, i)
        return e.text()


def functions(trace: Trace, begin: Begin) -> tuple[list[str], Layout]:
    """Return the functions of a traced system in the language of ``begin``, those called by others first."""
    p = _Printer(trace, begin)
    parts = [p.prepare(), p.slope(), p.linearise(), p.factorise(), p.substitute(), p.check(), p.step()]
    return [*parts, p.bend(), p.interpolate(), p.observe(), p.advance()], p.at


def module(trace: Trace, lanes: int) -> Module:
    """Return the kernel of a traced system for vectors of ``lanes`` patients, as LLVM assembly."""
    parts, arrangement = functions(trace, llvm_source.begin(lanes))
    return Module("\n".join([*llvm_source.declarations(lanes), *parts]), arrangement)
