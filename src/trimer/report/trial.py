"""A virtual trial in the terminal: endpoints of each arm, replicates of the trial as it was, power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trimer.report import trial_words as words
from trimer.report.terminal import table_of
from trimer.study.research import NOTICE
from trimer.study.trial.estimates import Estimate
from trimer.study.trial.run import TrialResult
from trimer.therapy.trial import Trial

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SCHEMA = "trimer/trial-replicates/1"
RIGHT: dict[str, Any] = {"justify": "right", "no_wrap": True}
WIDE: dict[str, Any] = {"ratio": 1}


def render(found: TrialResult, console: Console) -> None:
    """Print a virtual trial.

    Parameters
    ----------
    found : TrialResult
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    console.print(Text(found.trial.label, style="bold"))
    console.print(Text(words.who(found)))
    for said in words.unsolved(found):
        console.print(Text(said, style="yellow"))
    for arm in found.trial.arms:
        console.print()
        console.print(_arm(words.caption(arm), found.trial, found.estimates[arm.name]))
    console.print()
    for remark in words.remarks(found):
        console.print(Text(remark, style="dim"))
    console.print(Text(NOTICE, style="dim"))


def render_replicates(trial: Trial, predicted: words.Predicted, failed: Mapping[str, int], console: Console) -> None:
    """Print what replicates of a trial would have shown.

    Parameters
    ----------
    trial : Trial
    predicted : mapping of str to mapping of str to Estimate
        See :func:`trimer.report.trial_words.predicted`.
    failed : mapping of str to int
        Patients of each arm, over all replicates, that could not be solved.
    console : rich.console.Console
    """
    from rich.text import Text

    count = max((e.n for found in predicted.values() for e in found.values()), default=0)
    sizes = ", ".join(f"{arm.n:,} in {arm.name}" for arm in trial.arms)
    console.print(Text(trial.label, style="bold"))
    console.print(Text(f"{count:,} replicates of the trial, each with its own patients: {sizes}"))
    for name, n in failed.items():
        if n:
            console.print(Text(f"{name}: {n:,} patients could not be solved and are left out", style="yellow"))
    for arm in trial.arms:
        console.print()
        console.print(_arm(words.caption(arm), trial, predicted[arm.name], replicates=count))
    console.print()
    for remark in (words.REPLICATES, *([words.FEW] if count < words.ENOUGH else []), words.OUTCOME):
        console.print(Text(remark, style="dim"))
    console.print(Text(NOTICE, style="dim"))


def replicates_dict(trial: Trial, count: int, predicted: words.Predicted, failed: Mapping[str, int]) -> dict[str, Any]:
    """Return what :func:`render_replicates` prints as plain values."""
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "trial": trial.name,
        "label": trial.label,
        "replicates": count,
        "failed": dict(failed),
        "arms": {
            arm.name: {
                "patients": arm.n,
                "endpoints": {
                    key: {
                        "label": e.label, "group": e.group, "kind": e.kind, "unit": e.unit, "median": e.value,
                        "low": e.low, "high": e.high, "replicates": e.events,
                    }
                    for key, e in predicted[arm.name].items()
                },
            }
            for arm in trial.arms
        },
    }  # fmt: skip


def render_next(trial: Trial, given: str, console: Console) -> None:
    """Print what could be asked next; ``given`` is what the trial was called by."""
    from rich.text import Text

    power = "os_median" if trial.reference else "cr_crh --null 0.2"
    for lead, options, answers in (
        ("Next:", "--replicates 200", "what trials of its published size would show"),
        ("", f"--power {power}", "how large a trial would have to be"),
        ("", f"--html {trial.name}.html", "figure, tables and provenance in one file"),
    ):
        console.print(Text(f"{lead:5} trimer trial {given} {options}  ({answers})"))


def render_power(title: str, curves: words.Curves, console: Console) -> None:
    """Print power by the size of an arm.

    Parameters
    ----------
    title : str
        See :func:`trimer.report.trial_words.power_title`.
    curves : mapping of str to mapping of int to Estimate
        By arm and patients an arm.
    console : rich.console.Console
    """
    from rich.text import Text

    for arm, curve in curves.items():
        table = table_of(
            "",
            ("patients an arm", RIGHT), ("power", RIGHT), ("95 %", RIGHT), ("trials drawn", RIGHT),
        )  # fmt: skip
        table.expand, table.title = False, None
        for n, estimate in curve.items():
            table.add_row(f"{n:,}", words.value(estimate), words.interval(estimate), f"{estimate.n:,}")
        console.print()
        console.print(Text(f"{title}: {arm}" if len(curves) > 1 else title, style="bold"))
        console.print(table)
    console.print(Text(words.POWER, style="dim"))


def _arm(title: str, trial: Trial, found: Mapping[str, Estimate], replicates: int = 0) -> Table:
    """Return the endpoints of one arm; of ``replicates``, if any, medians and predictive intervals."""
    from rich.text import Text

    middle, last = ("median", "in replicates") if replicates else ("", "patients")
    span = "95 % predictive" if replicates else "95 %"
    table = table_of("", ("", WIDE), (middle, RIGHT), (span, RIGHT), (last, RIGHT))
    table.title = Text(title, style="bold")
    for heading, keys in words.sections(trial, found):
        table.add_section()
        table.add_row(Text(heading, style="bold"))
        for key in keys:
            one = found[key]
            counted = f"{one.events:,} of {one.n:,}" if replicates else words.counted(one)
            table.add_row(Text(f"  {words.name(one)}"), words.value(one), words.interval(one), counted)
    return table
