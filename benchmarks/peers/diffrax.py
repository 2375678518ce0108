"""diffrax (JAX): Kvaerno's method of order 5 on our own ``rhs``, called with JAX's arrays, patients in one batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from courses import Course

from peers import Engine, Floats
from trimer.engine.graph import POWER_FLOOR
from trimer.engine.names import Named
from trimer.engine.problem import Problem, System
from trimer.model import processes

LABEL = "diffrax (Kvaerno5, compiled by XLA, vmap over patients)"
PACKAGES = ("diffrax", "jax")
PATIENTS = 8
RTOLS = (1e-4, 1e-5, 1e-6)
BATCHED = True  # each number of patients is compiled
MAX_STEPS = 100_000
CONTROL = {"pcoeff": 0.3, "icoeff": 0.4}  # the proportional-integral controller its documentation suggests


def teach() -> None:
    """Teach the rate laws JAX's arrays."""
    import jax
    import jax.numpy as jnp

    for kind in (jax.Array, jax.core.Tracer):
        processes.exp.register(kind, jnp.exp)
        processes.log.register(kind, jnp.log)
        processes.sqrt.register(kind, jnp.sqrt)
        processes.power.register(kind, lambda x, exponent: jnp.maximum(x, POWER_FLOOR) ** exponent)


def field(system: System) -> Any:
    """Return the derivatives as a function of arrays: ``f(t, y, (p, u))``."""
    import jax.numpy as jnp

    def derivatives(t: Any, y: Any, arguments: tuple[Any, Any]) -> Any:
        p, u = arguments
        named = [
            Named(kind, {name: values[i] for i, name in enumerate(names)})
            for kind, names, values in (
                ("state", system.states, y),
                ("parameter", system.parameters, p),
                ("input", system.inputs, u),
            )
        ]
        found = system.rhs(t, *named)
        return jnp.stack([jnp.asarray(found[name], dtype=float) for name in system.states])

    return derivatives


def build(problem: Problem) -> Engine:
    """Return diffrax on this problem; each number of patients is compiled once."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    teach()
    course = Course(problem)
    term, method = diffrax.ODETerm(field(course.problem.system)), diffrax.Kvaerno5()
    longest = max(s.count for s in course.segments)
    grids = np.array(
        [np.pad(s.grid[s.leading :][: s.count], (0, longest - s.count), constant_values=s.end) for s in course.segments]
    )
    cuts = tuple(jnp.array([getattr(s, x) for s in course.segments]) for x in ("start", "end", "added", "inputs"))

    def one(y0: Any, p: Any, rtol: Any) -> Any:
        control = diffrax.PIDController(rtol=rtol, atol=1e-3 * rtol, **CONTROL)

        def segment(y: Any, cut: Any) -> Any:
            start, end, added, inputs, grid = cut
            saved = {"grid": diffrax.SubSaveAt(ts=grid), "end": diffrax.SubSaveAt(t1=True)}
            found = diffrax.diffeqsolve(
                term,
                method,
                start,
                end,
                None,
                y + added,
                (p, inputs),
                saveat=diffrax.SaveAt(subs=saved),
                stepsize_controller=control,
                max_steps=MAX_STEPS,
            )
            return found.ys["end"][0], found.ys["grid"]

        return jax.lax.scan(segment, y0, (*cuts, jnp.array(grids)))[1]

    batch = jax.jit(jax.vmap(one, in_axes=(0, 0, None)))

    def solve(rtol: float, patients: int) -> Floats:
        found = np.asarray(batch(course.y0[:patients], course.problem.parameters[:patients], rtol))
        out = course.empty(patients)
        for k, s in enumerate(course.segments):
            out[:, s.first : s.first + s.count] = found[:, k, : s.count]
        return out

    return Engine(solve, course.values)
