"""Where things stand in the workspace that the kernel and its driver share: rows of W doubles."""

from __future__ import annotations

from dataclasses import dataclass

from trimer.engine.kernel.tableau import DENSE, STAGES

BLOCKS = (
    "y",  # states at the start of the step
    "parameters",
    "inputs",
    "q",  # what stays constant between events
    "tolerance",  # absolute tolerance of each state
    "rtol",
    "h",  # step size
    "theta",  # where in the step an output is wanted, 0 to 1
    "accepted",  # 1 where the step is taken, else 0
    "error",  # weighted error of the step
    "f",  # derivatives at y
    "y1",  # states at the end of the step
    "k",  # stages
    "stage",  # argument of a stage
    "history",  # what earlier stages add to its right-hand side
    "bends",  # coefficients of the interpolation
    "residual",  # of the first linear solve
    "jacobian",
    "factors",
    "pivots",  # reciprocals
    "at",  # states at theta
    "outputs",  # observables at theta
)


@dataclass(frozen=True)
class Layout:
    """Hold the first row of each block, in the order of ``BLOCKS``, and the number of rows of all."""

    starts: tuple[int, ...]
    rows: int

    def __getitem__(self, block: str) -> int:
        return self.starts[BLOCKS.index(block)]


def layout(sizes: dict[str, int]) -> Layout:
    """Return the layout for a model of these sizes: states, parameters, inputs, q, jacobian, factors, outputs."""
    n = sizes["states"]
    rows = {
        "parameters": sizes["parameters"],
        "inputs": sizes["inputs"],
        "q": sizes["q"],
        "rtol": 1,
        "h": 1,
        "theta": 1,
        "accepted": 1,
        "error": 1,
        "k": STAGES * n,
        "bends": len(DENSE) * n,
        "jacobian": sizes["jacobian"],
        "factors": sizes["factors"],
        "outputs": sizes["outputs"],
    }
    starts, at = [], 0
    for block in BLOCKS:
        starts.append(at)
        at += rows.get(block, n)
    return Layout(tuple(starts), at)
