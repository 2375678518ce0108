"""A simulation in the terminal: the typical patient's course, or the endpoints of a population, and what rules did."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.engine.rules import LOGGED
from trimer.observables import described
from trimer.report.terminal import table_of
from trimer.report.text import unit
from trimer.study.simulation import NOTICE, Simulation

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHOWN_DAYS = 9
RIGHT: dict[str, Any] = {"justify": "right"}


def render(found: Simulation, console: Console) -> None:
    """Print a simulation.

    Parameters
    ----------
    found : Simulation
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    alone = found.typical or found.patients == 1
    who = f"{found.patients:,} virtual patients"
    if alone:
        who = "typical patient" if found.typical else f"virtual patient {found.endpoints['patient'][0]}"
    console.print(Text(found.label, style="bold"))
    console.print(Text(f"{found.treatment} · {who} · day 0 to {found.times[-1]:g}"))
    unsolved = {text: n for text, n in found.statuses.items() if text != "solved"}
    for text, n in unsolved.items():
        console.print(Text(f"{n:,} of {found.patients:,} patients: {text}", style="yellow"))
    cut = int((found.endpoints["decisions"] > LOGGED).sum())
    if cut:
        text = f"{cut:,} of {found.patients:,} patients: only the first {LOGGED} decisions are listed"
        console.print(Text(text, style="yellow"))
    console.print()
    console.print(_course(found) if found.typical else _endpoints(found))
    if found.decisions:
        console.print()
        console.print(_log(found) if alone else _rules(found))
    console.print()
    for remark in _remarks(found):
        console.print(Text(remark, style="dim"))
    console.print(Text(f"{_exactness(found)} Solved by the {found.provenance.get('backend', 'unknown')} backend."))
    console.print(Text(NOTICE, style="dim"))


def _remarks(found: Simulation) -> list[str]:
    """Return what has to be known to read the tables."""
    remarks = [] if found.typical else ["Peaks between outputs are missed; a smaller --every finds them."]
    if {"hypotension", "hypoxia"} & set(found.outputs):
        remarks.append("Hypotension and hypoxia run continuously; their whole part is the class.")
    return remarks


def _name(output: str) -> str:
    known = described(output)
    return ", ".join(part for part in (known.label, unit(known.unit)) if part) if known else output


def number(x: float, output: str = "") -> str:
    """Return a number as a table shows it: three figures, no exponent where it can be read without, no noise."""
    known = described(output)
    if not math.isfinite(x):
        return "–"
    if known and known.log and x < known.floor:
        return f"< {known.floor:g}"
    if known and not known.log and abs(x) < 1e-6:
        return "0"
    if x == 0.0 or 1e-3 <= abs(x) < 1e5:
        return f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"
    return f"{x:.1e}"


def _course(found: Simulation) -> Table:
    """Return the values of the typical patient on a few days."""
    at = np.unique(np.linspace(0, len(found.times) - 1, SHOWN_DAYS).round().astype(int))
    columns = [("", {}), *((f"day {found.times[k]:g}", RIGHT) for k in at)]
    table = table_of("Course", *columns)
    for j, output in enumerate(found.outputs):
        table.add_row(_name(output), *(number(float(found.curves[1, k, j]), output) for k in at))
    return table


def _endpoints(found: Simulation) -> Table:
    """Return the endpoints of one patient, or of many the median with the 5th and 95th per cent."""
    step = found.times[1] - found.times[0]
    often = "every day" if step == 1.0 else f"every {step:g} day"
    spread = ": median (5 to 95 % of patients)" if found.patients > 1 else ""
    columns = [("", {}), *((text, RIGHT) for text in ("lowest", "on day", "highest", "on day", "last"))]
    table = table_of(f"Endpoints at outputs {often}{spread}", *columns)
    for output in found.outputs:
        cells = []
        for measure in ("lowest", "day_lowest", "highest", "day_highest", "last"):
            own = "" if measure.startswith("day") else output
            low, middle, high = (number(x, own) for x in found.quantiles(f"{output}_{measure}"))
            cells.append(f"{middle} ({low} to {high})" if own and low != high else middle)
        table.add_row(_name(output), *cells)
    return table


def _rules(found: Simulation) -> Table:
    """Return in how many patients each rule acted."""
    table = table_of("What the rules did", ("", {}), ("patients", RIGHT), ("share", RIGHT), ("times", RIGHT))
    times: dict[str, int] = {}
    for _, _, rule in found.decisions:
        times[rule] = times.get(rule, 0) + 1
    for rule, patients in found.patients_by_rule().items():
        table.add_row(rule, f"{patients:,}", f"{100.0 * patients / found.patients:.1f} %", f"{times[rule]:,}")
    return table


def _log(found: Simulation) -> Table:
    table = table_of("What the rules did", ("day", RIGHT), ("", {}))
    for _, day, rule in found.decisions:
        table.add_row(f"{day:.2f}", rule)
    return table


def _exactness(found: Simulation) -> str:
    """Return the achieved error in words."""
    error = found.error
    if not error["compared"]:
        return "Achieved error: not known, as no patient could be compared."
    patients = "" if found.patients == 1 else f" over {error['compared']:.0f} patients solved again, 100 times tighter"
    text = f"Achieved relative error: median {error['median']:.1e}, largest {error['largest']:.1e}{patients}."
    if error["decided otherwise"]:
        text += (
            f" In {error['decided otherwise']:.0f} more of them a rule then decided otherwise, being near its limit."
        )
    return text
