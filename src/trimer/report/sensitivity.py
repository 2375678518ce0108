"""A sensitivity analysis in the terminal: the screening by parameter, the indices by endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.report import text
from trimer.report.sensitivity_figure import heading, span
from trimer.report.terminal import table_of
from trimer.study.research import NOTICE
from trimer.study.sensitivity import Morris, Sensitivity, Sobol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHOWN = 16  # parameters of the screening
LEADING = 3  # parameters of an endpoint
RIGHT: dict[str, Any] = {"justify": "right"}


def render(found: Sensitivity, console: Console) -> None:
    """Print a sensitivity analysis.

    Parameters
    ----------
    found : Sensitivity
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    screened, indices = found.morris, found.sobol
    console.print(Text("What decides each endpoint", style="bold"))
    if found.label:
        console.print(Text(found.label))
    for result, word in ((screened, "screening"), (indices, "indices")):
        if result.failed:
            said = f"{result.failed:,} of {result.runs:,} runs of the {word} failed and were left out"
            console.print(Text(said, style="yellow"))
    for table in (_screening(screened, len(indices.factors)), _indices(indices)):
        console.print()
        console.print(table)
    console.print()
    for remark in _remarks(found):
        console.print(Text(remark, style="dim"))


def _screening(found: Morris, kept: int) -> Table:
    """Return the strongest parameters, with the endpoint that each moves most."""
    from rich.text import Text

    title = f"Screening: {len(found.factors)} parameters, {found.trajectories} trajectories, {found.runs:,} runs"
    columns = [("", {}), ("range", RIGHT), ("moves most", {}), ("by μ*", RIGHT), ("σ/μ*", RIGHT)]
    table = table_of(title, *columns, ("of endpoints", RIGHT))
    share = found.normalised
    for place, k in enumerate(found.ranking()[: max(SHOWN, kept)]):
        j = int(share[k].argmax())
        size, spread = float(found.mu_star[k, j]), float(found.sigma[k, j])
        table.add_row(
            Text(found.factors[k].name, style="bold" if place < kept else ""),
            Text(span(found.factors[k])),
            Text(heading(found.outputs[j])),
            f"{text.number(size, 2)} ({share[k, j]:.2f})",
            f"{spread / size:.2f}" if size > 0.0 else text.DASH,
            f"{int((share[k] >= 0.5).sum())} of {len(found.outputs)}",
        )
    return table


def _indices(found: Sobol) -> Table:
    """Return the leading parameters of each endpoint by their total index."""
    from rich.text import Text

    title = f"Sobol indices: {len(found.factors)} parameters, base sample {found.base:,}, {found.runs:,} runs"
    table = table_of(title, ("", {}), ("ST (S1) of the leading parameters", {"ratio": 1}), ("Σ S1", RIGHT))
    for j, output in enumerate(found.outputs):
        total = found.st[:, j]
        if np.isnan(total).all():
            table.add_row(Text(heading(output)), "does not vary", text.DASH)
            continue
        parts = []
        for k in np.argsort(-total, kind="stable")[:LEADING]:
            half, name = found.st_confidence[k, j], found.factors[k].name
            parts.append(f"{name} {total[k]:.2f} ± {half:.2f} ({_signed(found.s1[k, j])})".replace(" ", "\u00a0"))
        table.add_row(Text(heading(output)), Text("; ".join(parts)), _signed(found.s1[:, j].sum()))
    return table


def _signed(x: float) -> str:
    """Return an index with two decimals; an estimate may be a little below zero."""
    return f"{x:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _remarks(found: Sensitivity) -> list[str]:
    """Return what has to be known to read the tables."""
    indices = found.sobol
    return [
        "μ*: mean size of the change when the parameter crosses its range, and as a share of the largest of that "
        "endpoint; σ/μ* above 1: the effect changes with the other parameters or along the range; of endpoints: "
        "those of which it has at least half the largest effect.",
        f"Bold: the {len(indices.factors)} strongest, of which there are indices, with 95 % intervals by bootstrap; "
        "the others are held at their middle. ST − S1 is what a parameter does together with others.",
        *([found.note] if found.note else []),
        NOTICE,
    ]
