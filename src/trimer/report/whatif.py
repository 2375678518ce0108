"""Plans compared in the terminal: what is wrong with the question first, then outcomes beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trimer.report.terminal import table_of
from trimer.study.outcomes_table import OUTCOMES
from trimer.study.paired import Estimated
from trimer.study.research import NOTICE
from trimer.study.whatif import Compared, WhatIf

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

OUTSIDE = "Outside the calibrated range, so that the model extrapolates:"
INSIDE = "The question is within the calibrated range."
LABEL, COLUMN = 22, 30  # columns that outcomes have at least, and that a plan needs
WORDS = {"higher": "higher", "lower": "lower", "not shown to differ": "no difference shown"}


def render(found: WhatIf, console: Console) -> None:
    """Print plans compared.

    Parameters
    ----------
    found : WhatIf
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(title(found), style="bold"))
    console.print(Text(who(found)))
    for warning in found.warnings:
        console.print(Text(warning, style="bold red"))
    outside = found.outside()
    console.print(Text(OUTSIDE if outside else INSIDE, style="bold yellow" if outside else ""))
    for sentence in outside:
        console.print(Padding(Text(f"- {sentence}", style="yellow"), (0, 0, 0, 2)))
    console.print()
    together = LABEL + COLUMN * (len(found.every) + (len(found.plans) == 1)) <= console.width
    for shown in (found.every,) if together else tuple((plan,) for plan in found.every):
        console.print(_table(found, shown))
        console.print()
    for plan in found.every:
        console.print(Text(f"{plan.name}: {plan.label}", style="dim"))
    for note in (*found.notes, NOTICE):
        console.print(Text(note, style="dim"))


def title(found: WhatIf) -> str:
    """Return the question in words."""
    if found.case:
        plans = ", or ".join(plan.name for plan in found.plans)
        return f"What if {found.case} had been given {plans}, from {found.at}?"
    return " beside ".join(plan.name for plan in (*found.plans, found.reference))


def who(found: WhatIf) -> str:
    """Return who was asked, for how long, and beside what."""
    used = f" · record to {found.until}" if found.until else ""
    return f"{found.subjects.label}{used} · day 0 to {found.days:g} · compared with {found.reference.name}"


def verdict(difference: Estimated, better: str) -> tuple[str, str]:
    """Return what a difference shows, in a word, and its colour."""
    shown = difference.shown
    if not difference.known:
        return "", ""
    if shown == "not shown to differ" or not better:
        return WORDS[shown], ""
    return WORDS[shown], "green" if shown == better else "red"


def of_some(estimated: Estimated, found: WhatIf) -> str:
    """Return of how many subjects an outcome is known, where it is not of all."""
    return f", of {estimated.n}" if 0 < estimated.n < len(found.subjects) else ""


def _table(found: WhatIf, shown: Sequence[Compared]) -> Table:
    """Return estimates and differences of plans: of one beside the reference in columns, else under one another."""
    from rich.text import Text

    right: dict[str, Any] = {"justify": "right", "overflow": "fold"}
    heads = [(_folded(plan.name), right) for plan in shown]
    beside = len(shown) == 2 and len(found.plans) == 1
    heads += [("difference", right)] if beside else []
    table = table_of("Outcomes with their 90 % intervals", ("", {"min_width": LABEL}), *heads)
    for key in found.shown:
        cells = [Text(f"{plan.estimates[key]}{of_some(plan.estimates[key], found)}") for plan in shown]
        if beside:
            cells.append(_difference(found, found.plans[0], key))
        else:
            for plan, cell in zip(shown, cells, strict=True):
                if plan.differences:
                    cell.append("\n").append(_difference(found, plan, key))
        table.add_row(Text(OUTCOMES[key].label), *cells)
    return table


def _folded(name: str, width: int = 22) -> str:
    """Return a plan's name on lines that are cut after an underscore, as names have no blanks."""
    lines = [""]
    for part in name.replace("_", "_ ").split():
        if lines[-1] and len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _difference(found: WhatIf, plan: Compared, key: str) -> Text:
    """Return a difference from the reference and, under it, what it shows."""
    from rich.text import Text

    own = plan.differences[key]
    word, colour = verdict(own, OUTCOMES[key].better)
    return Text(f"{own}{of_some(own, found)}\n{word}".strip(), style=colour or "dim")
