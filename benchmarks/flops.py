"""How fast a solution could be: operations counted from the statements, against what this machine can do at most."""

from __future__ import annotations

import time
from collections.abc import Iterable
from ctypes import CFUNCTYPE, c_double, c_int64

import llvmlite.binding as llvm

from trimer.engine.differentiate import jacobian
from trimer.engine.elimination import plan
from trimer.engine.graph import LEAVES, Graph, Op
from trimer.engine.kernel.build import lanes
from trimer.engine.kernel.elementary import EXP_DEGREE, LOG_TERMS
from trimer.engine.kernel.tableau import DENSE, STAGES, A, C
from trimer.engine.problem import System
from trimer.engine.trace import trace

COST = {Op.EXP: 2 * (EXP_DEGREE - 2) + 14, Op.LOG: 2 * (LOG_TERMS - 1) + 15}  # series and reduction; any other is 1
CHAINS, TURNS = 12, 4_000_000  # independent sums, enough to hide the latency of a fused multiply-add


def per_step(system: System) -> dict[str, int]:
    """Return the floating-point operations of one step and one patient, by part.

    What stays constant between events is not counted, nor writing outputs. A division or a square root counts as one
    operation although it takes many times as long as an addition.
    """
    traced = trace(system)
    graph, n = traced.graph, traced.n_states
    slopes = jacobian(graph, traced.derivatives)
    order = plan(n, slopes)
    right = _operations(graph, traced.derivatives)
    both = _operations(graph, (*traced.derivatives, *slopes.values()))
    lower = [(i, k) for i in order.order for k in order.lower[i]]
    return {
        "right-hand side, 8 times": STAGES * right,
        "Jacobian": both - right,
        "factors": n + sum(1 + 2 * len(order.upper[k]) for _, k in lower) + len(slopes),
        "8 substitutions": STAGES * (2 * (len(order.slot) - n) + n),
        "stage sums": n * sum(2 * len(row) for table in (A, C) for row in table) + 3 * n * STAGES,
        "error and residual": 2 * len(slopes) + 17 * n,
    }


def per_output(system: System) -> int:
    """Return the operations of one output time and one patient: interpolated states and all observables.

    Coefficients of the interpolation are worked out once a step that has outputs; they are counted once an output, the
    most there can be.
    """
    traced = trace(system)
    coefficients = 2 * STAGES * len(DENSE) * traced.n_states
    return coefficients + traced.n_states * 10 + _operations(traced.graph, traced.observables)


def _operations(graph: Graph, targets: Iterable[int]) -> int:
    """Return the operations that depend on a state."""
    nodes = [a for a in graph.needed(targets) if graph.varies[a] and graph.nodes[a][0] not in LEAVES]
    return sum(COST.get(graph.nodes[a][0], 1) for a in nodes)


def peak() -> float:
    """Return the most operations a second that one core does here, measured on independent fused multiply-adds."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2, jit=True
    )
    parsed = llvm.parse_assembly(_fused(lanes()))
    parsed.verify()
    engine = llvm.create_mcjit_compiler(parsed, target)
    engine.finalize_object()
    run = CFUNCTYPE(c_double, c_int64, c_double)(engine.get_function_address("run"))
    rates = []
    for _ in range(7):
        start = time.process_time()
        run(TURNS, 0.5)
        rates.append(2.0 * CHAINS * lanes() * TURNS / (time.process_time() - start))
    return max(rates)


def _fused(width: int) -> str:
    """Return a loop of ``CHAINS`` independent fused multiply-adds over vectors, as LLVM assembly."""
    v = f"<{width} x double>"
    zeros = f"<{', '.join(['double 0.0'] * width)}>"
    lines = [
        f"declare {v} @llvm.fma.v{width}f64({v}, {v}, {v})",
        "define double @run(i64 %turns, double %x) {",
        "entry:",
    ]
    lines += [f"  %one = insertelement {v} zeroinitializer, double %x, i32 0"]
    lines += [
        f"  %f = shufflevector {v} %one, {v} {zeros}, <{width} x i32> zeroinitializer",
        "  br label %loop",
        "loop:",
    ]
    lines += ["  %i = phi i64 [ 0, %entry ], [ %j, %loop ]"]
    lines += [f"  %a{k} = phi {v} [ {zeros}, %entry ], [ %b{k}, %loop ]" for k in range(CHAINS)]
    lines += [f"  %b{k} = call {v} @llvm.fma.v{width}f64({v} %a{k}, {v} %f, {v} %f)" for k in range(CHAINS)]
    lines += [
        "  %j = add i64 %i, 1",
        "  %more = icmp slt i64 %j, %turns",
        "  br i1 %more, label %loop, label %end",
        "end:",
    ]
    lines += [f"  %s0 = fadd {v} %b0, %b1"]
    lines += [f"  %s{k - 1} = fadd {v} %s{k - 2}, %b{k}" for k in range(2, CHAINS)]
    lines += [f"  %r = extractelement {v} %s{CHAINS - 2}, i32 0", "  ret double %r", "}"]
    return "\n".join(lines) + "\n"
