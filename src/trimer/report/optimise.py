"""An optimisation in the terminal: the front beside the reference, difference by difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.report import text
from trimer.report.terminal import table_of
from trimer.study.optimise.compare import LEVEL, Difference, Interval
from trimer.study.optimise.evaluate import Goal
from trimer.study.optimise.result import Judged, Optimised
from trimer.study.research import NOTICE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

STYLES = {"better": "green", "no difference shown": "", "worse": "red"}
WORDS = {"better": "better", "no difference shown": "no difference", "worse": "worse"}


def render(found: Optimised, console: Console) -> None:
    """Print an optimisation.

    Parameters
    ----------
    found : Optimised
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    console.print(Text(found.optimisation.label, style="bold"))
    for line in who(found):
        console.print(Text(line))
    console.print()
    console.print(_table(found))
    console.print()
    console.print(Text(found.verdict(), style="bold"))
    console.print()
    for remark in remarks(found):
        console.print(Text(remark, style="dim"))


def who(found: Optimised) -> list[str]:
    """Return what was searched, on whom, and who judged."""
    searched = (
        f"{len(found.candidates):,} different schedules of {found.optimisation.combinations:,} possible, "
        f"{found.treated:,} of them treated with; none tried dominates {found.front_size}"
    )
    left = ", ".join(f"{text.words(reason)} {count}" for reason, count in found.refusals().items())
    lines = [searched, f"Searched on: {found.subjects}", f"Judged on:   {found.fresh_subjects}"]
    return [*lines, *([f"Not allowed or not possible: {left}"] if left else [])]


def remarks(found: Optimised) -> list[str]:
    """Return what has to be known to read the table."""
    return [
        f"Means in the fresh subjects and differences from {found.optimisation.protocol} in the same subjects, with "
        f"{100 * LEVEL:.0f} % intervals by paired bootstrap, each by itself; the verdict above uses intervals that "
        "hold for all together. The best first by the first objective, in the subjects of the search; there the "
        "numbers are flattered, as they chose.",
        *([found.optimisation.note] if found.optimisation.note else []),
        NOTICE,
    ]


def _table(found: Optimised) -> Table:
    from rich.text import Text

    right: dict[str, Any] = {"justify": "right", "no_wrap": True}
    heads = [(heading(goal), right) for goal in found.goals]
    title = f"The front: {len(found.front)} of {found.front_size} schedules"
    table = table_of(title, ("", {"no_wrap": True}), ("schedule", {"ratio": 1}), *heads)
    base = found.reference
    table.add_row(Text("reference", style="bold"), Text(words(base)), *(_cell(base, goal) for goal in found.goals))
    for one in found.front:
        won = one in found.winners
        name = Text(one.name + (" ✓" if won else ""), style="bold" if won else "")
        told = Text(words(one))
        if one.broken:
            told.append(f"\nbreaks in fresh subjects: {', '.join(map(text.words, one.broken))}", style="red")
        table.add_row(name, told, *(_cell(one, goal) for goal in found.goals))
    return table


def _cell(one: Judged, goal: Goal) -> Text:
    """Return a mean and, under it, the difference from the reference."""
    from rich.text import Text

    cell = Text(mean(one.fresh[goal.outcome], goal))
    difference = one.differences.get(goal.outcome)
    if difference is not None:
        verdict = difference.verdict
        cell.append(f"\n{change(difference, goal)}\n{WORDS[verdict]}", style=STYLES[verdict])
    return cell


def words(one: Judged) -> str:
    """Return a schedule in words, with units as printed."""
    return one.words.replace("ug/", "µg/")


def heading(goal: Goal) -> str:
    """Return an objective's label with its unit."""
    return f"{goal.label}, {unit(goal)}".removesuffix(", ")


def unit(goal: Goal) -> str:
    """Return the unit in which an objective is printed: shares in per cent."""
    return "%" if goal.unit == "fraction" else "" if goal.unit == "number" else text.unit(goal.unit)


def scale(goal: Goal) -> float:
    """Return what an objective's values are multiplied by when they are printed."""
    return 100.0 if goal.unit == "fraction" else 1.0


def mean(interval: Interval, goal: Goal) -> str:
    """Return a mean with its interval."""
    value, low, high = (_short(scale(goal) * x) for x in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def change(difference: Difference, goal: Goal) -> str:
    """Return a difference with its interval and signs."""
    value, low, high = (_signed(scale(goal) * x) for x in (difference.value, difference.low, difference.high))
    return f"{value} ({low} to {high})"


def _short(x: float) -> str:
    return f"{x:,.0f}" if abs(x) >= 100.0 else f"{x:.1f}"


def _signed(x: float) -> str:
    shown = _short(abs(x))
    return shown if float(shown.replace(",", "")) == 0.0 else f"{'+' if x > 0.0 else '−'}{shown}"
