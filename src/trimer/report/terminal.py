"""The replay in the terminal: the same content as the page, readable at 100 columns, in a pipe and without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trimer.report import text
from trimer.report.html import decided, headline, listed
from trimer.study.result import ReplayResult, VerdictItem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_COLOURS = {"good": "green", "bad": "red", "warn": "yellow", "neutral": "default"}
_FIT_KEYS = 8


def render(result: ReplayResult, console: Console) -> None:
    """Print a replay.

    Parameters
    ----------
    result : ReplayResult
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    console.print(Text(result.title, style="bold"))
    console.print(Text(f"{result.case} · {result.patient}"))
    console.print(Text(result.citation, style="dim"))
    for table in (_states(result), _verdicts(result), _observations(result)):
        console.print()
        console.print(table)
    console.print()
    _close(result, console)


def _table(title: str, *columns: tuple[str, dict[str, Any]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 2, 0, 0) if len(columns) < 6 else (0, 1, 0, 0),
        expand=True,
        header_style="bold",
    )
    for name, options in columns:
        table.add_column(name, **options)
    return table


def _sign(agree: bool | None, words: str) -> Text:
    from rich.text import Text

    colour = {True: "green", False: "bold red", None: "dim"}[agree]
    return Text(f"{text.mark(agree)} {words}", style=colour)


def _states(result: ReplayResult) -> Table:
    agree = sum(s.agree for s in result.states)
    table = _table(
        f"States: {agree} of {len(result.states)} agree",
        ("state", {"ratio": 3}),
        ("record", {"ratio": 3}),
        ("simulation", {"ratio": 3}),
        ("", {"no_wrap": True}),
    )
    for state in result.states:
        table.add_row(
            _words(state.name),
            _words(state.record),
            _words(state.simulation),
            _sign(state.agree, "agree" if state.agree else "differ"),
        )
    return table


def _verdicts(result: ReplayResult) -> Table:
    table = _table(
        "Verdicts",
        ("assessment", {"ratio": 5}),
        ("criteria", {"ratio": 3}),
        ("record", {"ratio": 3}),
        ("simulation", {"ratio": 3}),
        ("decided by: record | simulation", {"ratio": 6}),
        ("", {"no_wrap": True}),
    )
    before = ""
    for group in _alike(result.verdicts):
        first = group[0]
        table.add_row(
            _words(first.label if first.label != before else ""),
            _words(", ".join(text.criteria(v.set) for v in group)),
            _category(first.record),
            _category(first.simulation),
            _words(_decided(first)),
            _sign(first.agree, {True: "agree", False: "differ", None: ""}[first.agree]),
        )
        before = first.label
    return table


def _alike(verdicts: Sequence[VerdictItem]) -> list[list[VerdictItem]]:
    """Return verdicts in time order, criteria with the same answers for one assessment together."""
    groups: dict[tuple[object, ...], list[VerdictItem]] = {}
    for v in sorted(verdicts, key=lambda v: v.day):
        key = (
            v.day,
            v.assessment,
            v.subject,
            text.plain(v.record.get("category")),
            text.plain(v.simulation.get("category")),
            _decided(v),
        )
        groups.setdefault(key, []).append(v)
    return list(groups.values())


def _category(side: Mapping[str, Any]) -> Text:
    from rich.text import Text

    return Text(headline(side), style=_COLOURS[text.tone(text.plain(side.get("category")))])


def _decided(verdict: VerdictItem) -> str:
    """Return the deciding values of both sides, or the reasons where no value decided."""
    sides = []
    for side in (verdict.record, verdict.simulation):
        parts = [f"{p['name']} {p['value']}".strip() for p in decided(side)]
        missing = [f"no {w[0].lower() + w[1:]}" for w in listed(side.get("missing"))]
        sides.append("; ".join(parts + missing) or text.tidy(text.plain(side.get("reason"))))
    return " | ".join(sides) if sides[0] != sides[1] else sides[0]


def _observations(result: ReplayResult) -> Table:
    judged = [o for o in result.observations if o.hit is not None]
    misses = sum(o.hit is False for o in judged)
    table = _table(
        f"Observations: {misses} of {len(judged)} missed",
        ("about", {"no_wrap": True}),
        ("observable", {"ratio": 5}),
        ("unit", {"no_wrap": True}),
        ("recorded", {"justify": "right", "ratio": 5}),
        ("fitted", {"justify": "right", "no_wrap": True}),
        ("prior 5-95 %", {"justify": "right", "no_wrap": True}),
        ("agreement", {"ratio": 7}),
    )
    for item in sorted(result.observations, key=lambda o: o.day):
        date = text.calendar(result.origin, item.day)
        role = "" if item.role == "fitted" else f" ({item.role})"
        table.add_row(
            _words(f"{date:%b %Y}" if date else item.date),
            _words(text.head(item.label)),
            _words(text.unit(item.unit)),
            _words(text.tidy(item.recorded)),
            _words(text.number(item.fitted)),
            _words(text.band(item.band)),
            _sign(item.hit, text.tidy(item.agreement) + role),
        )
    return table


def _close(result: ReplayResult, console: Console) -> None:
    """Print how the fit ended, how parameters are known, warnings and the notice."""
    from rich.text import Text

    kinds: dict[str, int] = {}
    for parameter in result.parameters:
        kinds[parameter.kind] = kinds.get(parameter.kind, 0) + 1
    ended = [
        f"{text.words(k)} {text.plain(v)}" for k, v in result.fit.items() if not isinstance(v, Mapping | list | tuple)
    ]
    lines = [
        ("Fit", "; ".join(ended[:_FIT_KEYS])),
        ("Parameters", ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items(), key=lambda k: -k[1]))),
    ]
    for name, words in lines:
        if words:
            console.print(Text.assemble((f"{name}: ", "bold"), words))
    for warning in result.warnings:
        console.print(Text(f"! {warning}", style="yellow"))
    console.print(Text(result.notice, style="bold yellow"))


def _words(words: str) -> Text:
    """Return plain text, so that brackets in a record are never read as markup."""
    from rich.text import Text

    return Text(words)
