"""The replay in the terminal: the same content as the page, readable at 100 columns, in a pipe and without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trimer.report import judged, text
from trimer.study.result import ObservationItem, ReplayResult, StateItem, VerdictItem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_COLOURS = {"good": "green", "bad": "red", "warn": "yellow", "neutral": "default"}
_FIT_KEYS = 8
Line = tuple[str, str]  # words and style


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
        if table.row_count:
            console.print()
            console.print(table)
    console.print()
    _close(result, console)


def table_of(title: str, *columns: tuple[str, dict[str, Any]]) -> Table:
    """Return an empty table in the house's style, with these columns and their options."""
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
    table = _judgement(f"States: {agree} of {len(result.states)} agree", "state")
    for state in result.states:
        sides: list[list[Line]] = [[(state.record, "default")], [(state.simulation, "default")]]
        label: list[Line] = [(state.name, "default")]
        for group in _alike([v for v in result.verdicts if _settles(v, state)]):
            label.append((_sets(group), "dim"))
            for lines, side in zip(sides, (group[0].record, group[0].simulation), strict=True):
                lines += _grounds(side, group[0].subject)
        table.add_row(
            _stack(*label), *(_stack(*s) for s in sides), _sign(state.agree, "agree" if state.agree else "differ")
        )
    return table


def _verdicts(result: ReplayResult) -> Table:
    """Return the verdicts that are no state of the table above."""
    rest = [v for v in result.verdicts if not any(_settles(v, s) for s in result.states)]
    table = _judgement("Also judged", "assessment")
    for group in _alike(rest):
        first = group[0]
        sides = [
            [(judged.headline(s), _COLOURS[text.tone(text.plain(s.get("category")))]), *_grounds(s, first.subject)]
            for s in (first.record, first.simulation)
        ]
        table.add_row(
            _stack((first.label, "default"), (_sets(group), "dim")),
            *(_stack(*s) for s in sides),
            _sign(first.agree, {True: "agree", False: "differ", None: ""}[first.agree]),
        )
    table.caption = "What decided is the value that says most; all of them are on the page and in --json."
    table.caption_justify, table.caption_style = "left", "dim"
    return table


def _judgement(title: str, first: str) -> Table:
    wide = ("record", {"ratio": 6}), ("simulation", {"ratio": 6})
    return table_of(title, (first, {"ratio": 5}), *wide, ("", {"no_wrap": True}))


def _settles(verdict: VerdictItem, state: StateItem) -> bool:
    """Return whether a state is this verdict, put side by side."""
    return verdict.label == state.name and judged.headline(verdict.record) == text.tidy(state.record)


def _sets(group: Sequence[VerdictItem]) -> str:
    return ", ".join(dict.fromkeys(text.criteria(v.set) for v in group))


def _alike(verdicts: Sequence[VerdictItem]) -> list[list[VerdictItem]]:
    """Return verdicts in time order, criteria with the same answers for one assessment together."""
    groups: dict[tuple[object, ...], list[VerdictItem]] = {}
    for v in sorted(verdicts, key=lambda v: v.day):
        sides = (v.record, v.simulation)
        answers = tuple((judged.headline(s), str(judged.deciding(s, v.subject))) for s in sides)
        groups.setdefault((v.day, v.assessment, v.subject, *answers), []).append(v)
    return list(groups.values())


def _grounds(side: Mapping[str, Any], subject: str) -> list[Line]:
    """Return what a verdict stands on: the value that says most with its threshold, a conclusion, what is missing."""
    lines = []
    best = judged.deciding(side, subject)
    if best is not None:
        name, value, limit = best["name"].replace(" since the last assessment", ""), best["value"], best["threshold"]
        met = "" if best["mark"] == text.mark(True) else "not "
        words = "" if limit in ("", text.DASH) or subject == "crs" else f" ({met}{limit})"
        lines.append(value + words if value.startswith(name.lower()) else f"{name} {value}".strip() + words)
    if judged.concluded(side):
        lines.append(judged.OWN_CONCLUSION)
    missing = [_lower(m) for m in judged.listed(side.get("missing"))]
    if missing:
        more = f" and {len(missing) - 2} more" if len(missing) > 2 else ""
        lines.append(f"missing: {', '.join(missing[:2])}{more}")
    return [(line, "dim") for line in lines]


def _lower(words: str) -> str:
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _stack(*lines: Line) -> Text:
    """Return lines of text, each in its style, one under another."""
    from rich.text import Text

    return Text("\n").join(Text(text.tidy(words), style=style) for words, style in lines if words)


def _observations(result: ReplayResult) -> Table:
    judged = [o for o in result.observations if o.hit is not None]
    misses = sum(o.hit is False for o in judged)
    table = table_of(
        f"Observations: {misses} of {len(judged)} missed",
        ("about", {"no_wrap": True}),
        ("observable", {"ratio": 7}),
        ("unit", {"no_wrap": True}),
        ("recorded", {"justify": "right", "ratio": 4}),
        ("fitted", {"justify": "right", "no_wrap": True}),
        ("prior 5-95 %", {"justify": "right", "no_wrap": True}),
        ("agreement", {"ratio": 6}),
    )
    for item in sorted(result.observations, key=lambda o: o.day):
        table.add_row(*_observation(item, result.origin))
    if any(text.concluded(o.remark) for o in result.observations):
        table.caption = (
            "* interval read from words of the record, such as remission or normal counts; no number is stated"
        )
        table.caption_justify, table.caption_style = "left", "dim"
    return table


def _observation(item: ObservationItem, origin: str) -> tuple[Text, ...]:
    date = text.calendar(origin, item.day)
    role = "" if item.role == "fitted" else f" ({item.role})"
    read = text.reading(item.recorded, item.low, item.high, item.unit, item.remark)
    read = read.removesuffix(text.unit(item.unit)).rstrip() + " *" * text.concluded(item.remark)
    return (
        _words(f"{date:%b %Y}" if date else item.date),
        _words(text.head(item.label)),
        _words(text.unit(item.unit)),
        _words(read),
        _words(text.number(item.fitted)),
        _words(text.band(item.band, text.floor(item.observable))),
        _sign(item.hit, text.brief(item.agreement) + role),
    )


def _close(result: ReplayResult, console: Console) -> None:
    """Print how the fit ended, how parameters are known, warnings and the notice."""
    from rich.text import Text

    kinds: dict[str, int] = {}
    for parameter in result.parameters:
        kinds[parameter.kind] = kinds.get(parameter.kind, 0) + 1
    ended = [
        f"{text.words(k)} {text.plain(v)}"
        for k, v in result.fit.items()
        if k != "method" and not isinstance(v, Mapping | list | tuple)
    ]
    lines = [
        ("Fit", "; ".join(ended[:_FIT_KEYS])),
        ("Parameters", ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items(), key=lambda k: -k[1]))),
    ]
    for name, words in lines:
        if words:
            console.print(Text.assemble((f"{name}: ", "bold"), words))
    for verdict in judged.unrecorded(result):
        words = f"CRS {judged.headline(verdict.simulation)} in {verdict.label}, where the record says nothing"
        console.print(Text(f"! Simulated: {words}.", style="yellow"))
    for warning in result.warnings:
        console.print(Text(f"! {warning}", style="yellow"))
    console.print(Text(result.notice, style="bold yellow"))


def _words(words: str) -> Text:
    """Return plain text, so that brackets in a record are never read as markup."""
    from rich.text import Text

    return Text(words)
