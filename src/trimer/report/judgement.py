"""Verdicts in the terminal: definitions side by side, then each assessment with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, get_args

from trimer.criteria import criterion
from trimer.criteria.verdict import TOXICITY, UNDETERMINED, Subject, Verdict
from trimer.record.cohort import Problem
from trimer.report import judged, text
from trimer.study.judge import JudgedRecords, JudgeResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NONE_RECORDED = "none recorded"
_UNSAID = ("not recorded", "not stated", "not done")
_WIDE = 5  # more columns than this do not fit 120 columns, so the table is turned


def render(result: JudgeResult, console: Console) -> None:
    """Print a judgement.

    Parameters
    ----------
    result : JudgeResult
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    console.print(Text(f"{result.case}: {result.title}", style="bold"))
    for line in result.assumed:
        console.print(Text(f"Assumed on your word: {line}.", style="yellow"))
    _problems("What in this record could not be read:", result.problems, console)
    by_subject: dict[str, list[Verdict]] = {subject: [] for subject in get_args(Subject)}
    for verdict in result.verdicts:
        by_subject[verdict.subject].append(verdict)
    for subject, verdicts in by_subject.items():
        if not verdicts:
            continue
        console.print()
        console.print(
            Text(subject[:1].upper() + subject[1:] if subject not in _SHORT else subject.upper(), "bold cyan")
        )
        told = {_place(v) for v in verdicts if not _blank(v)}
        if told and len({v.set for v in verdicts}) > 1:
            console.print(_side_by_side(result, [v for v in verdicts if _place(v) in told]))
        for _, group in groupby(sorted((v for v in verdicts if not _blank(v)), key=_place), key=_place):
            _assessment(result, list(group), console)
        _blanks(result, [v for v in verdicts if _blank(v)], console)
    silent = [name for name in result.sets if name not in {v.set for v in result.verdicts}]
    if silent:
        console.print()
        console.print(Text(f"Nothing to judge by {', '.join(silent)}.", style="dim"))
    _close(result, console)


def render_records(found: JudgedRecords, console: Console) -> None:
    """Print the judgements of a REDCap file one after the other, then what no judgement holds.

    Parameters
    ----------
    found : JudgedRecords
    console : rich.console.Console
        Decides width, colour and destination.
    """
    for number, result in enumerate(found.results):
        if number:
            console.print()
        render(result, console)
    if found.problems:
        console.print()
        _problems("Not read, and part of no judgement above:", found.problems, console)


def _problems(title: str, problems: Sequence[Problem], console: Console) -> None:
    from rich.padding import Padding
    from rich.text import Text

    if problems:
        console.print(Text(title, style="yellow"))
    for problem in problems:
        place = f"row {problem.row}, {problem.column}" if problem.row else problem.column
        line = f"{place}: {problem.found}; expected {problem.expected}; {problem.follows}."
        console.print(Padding(Text(line), (0, 0, 0, 2)))


_SHORT = ("crs", "mrd", "cns", "tls")


def _place(verdict: Verdict) -> tuple[float, str]:
    """Return where a verdict belongs: sets name episodes each in its own way, so day and words tell them together."""
    return verdict.day, verdict.label


def _date(result: JudgeResult, day: float) -> str:
    date = text.calendar(result.origin, day)
    return date.isoformat() if date else ""


def _cell(verdict: Verdict) -> str:
    if _blank(verdict):
        return NONE_RECORDED
    if verdict.category == UNDETERMINED and verdict.possible:
        return f"? {', '.join(verdict.possible)}"
    return f"{verdict.headline} (pending)" if verdict.pending else verdict.headline


def _side_by_side(result: JudgeResult, verdicts: Sequence[Verdict]) -> Table:
    """Return one row an assessment and one column a set, or the other way round where there are many sets."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    sets = [name for name in result.sets if any(v.set == name for v in verdicts)]
    places = sorted({_place(v): v for v in verdicts}.items())
    cells = {(v.set, _place(v)): _cell(v) for v in verdicts}
    if len(sets) <= _WIDE:
        for head in ("date", "assessment", *sets):
            width = 34 if head == "assessment" else None
            table.add_column(head, no_wrap=head == "date", max_width=width, overflow="fold")
        for place, verdict in places:
            row = [cells.get((name, place), "") for name in sets]
            table.add_row(_date(result, place[0]), verdict.label, *row)
        return table
    table.add_column("date", no_wrap=True)
    table.add_column("assessment", max_width=34, overflow="fold")
    table.add_column("set", overflow="fold")
    table.add_column("verdict", overflow="fold")
    for place, verdict in places:
        alike: dict[str, list[str]] = {}
        for name in sets:
            if (name, place) in cells:
                alike.setdefault(cells[name, place], []).append(name)
        lead = (_date(result, place[0]), verdict.label)
        for cell, names in alike.items():
            table.add_row(*lead, ", ".join(names), cell)
            lead = ("", "")
        table.add_section()
    return table


def _assessment(result: JudgeResult, verdicts: Sequence[Verdict], console: Console) -> None:
    """Print one assessment: every set's category and reason, what is missing, what only the future can settle."""
    from rich.padding import Padding
    from rich.text import Text

    console.print()
    lead = Text(f"{_date(result, verdicts[0].day)}  {verdicts[0].label}", style="bold")
    console.print(lead)
    alike: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in verdicts:
        alike.setdefault((_cell(verdict), _why(verdict), *_remarks(verdict).values()), []).append(verdict)
    for group in alike.values():
        line = Text(f"{', '.join(v.set for v in group)}: ", style="cyan")
        line.append(text.tidy(_cell(group[0])), style="bold default")
        console.print(Padding(line, (0, 0, 0, 2)))
        console.print(Padding(Text(_why(group[0])), (0, 0, 0, 6)))
        for what, said in _remarks(group[0]).items():
            if said:
                console.print(Padding(Text(f"{what}: {said}", style="dim"), (0, 0, 0, 6)))


def _blank(verdict: Verdict) -> bool:
    """Return whether nothing was recorded that a verdict could rest on; its possible grades are then all there are."""
    nothing = verdict.category == UNDETERMINED and all(d.value in _UNSAID for d in verdict.decided_by)
    return verdict.subject in TOXICITY and (verdict.category == NONE_RECORDED or nothing)


def _blanks(result: JudgeResult, verdicts: Sequence[Verdict], console: Console) -> None:
    """Print in one paragraph where nothing was recorded, and what would have been needed."""
    from rich.padding import Padding
    from rich.text import Text

    places: dict[str, list[str]] = {}
    needed: dict[str, list[str]] = {}
    for verdict in sorted(verdicts, key=_place):
        places.setdefault(verdict.set, []).append(f"{verdict.label} ({_date(result, verdict.day)})")
        needed.setdefault(verdict.set, judged.listed(verdict.missing))
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name, there in places.items():
        alike.setdefault((tuple(dict.fromkeys(there)), tuple(needed[name])), []).append(name)
    if alike:
        console.print()
        console.print(Text("Nothing recorded, so nothing graded", style="bold"))
    for (where, missing), names in alike.items():
        line = Text(f"{', '.join(names)}: ", style="cyan")
        line.append("; ".join(where), style="default")
        line.append(f". It would take {', '.join(missing)}.", style="dim")
        console.print(Padding(line, (0, 0, 0, 2)))


def _remarks(verdict: Verdict) -> dict[str, str]:
    """Return what stands under a verdict, by its heading."""
    return {
        "possible": ", ".join(verdict.possible) if _unsaid(verdict) else "",
        "taken for granted": "; ".join(verdict.conventions),
        "would narrow it": ", ".join(judged.listed(verdict.missing)),
        "pending": verdict.pending,
        "thresholds not seen in their source": ", ".join(dict.fromkeys(_recalled(verdict))),
    }


def _unsaid(verdict: Verdict) -> bool:
    """Return whether more is possible than the line above already says."""
    return len(verdict.possible) > 1 and verdict.category != UNDETERMINED


def _why(verdict: Verdict) -> str:
    """Return the reason without the category it begins with, which stands above it."""
    reason = verdict.reason
    if reason.lower().startswith(f"{verdict.category.lower()}: "):
        reason = reason[len(verdict.category) + 2 :]
    return text.tidy(reason[:1].upper() + reason[1:])


def _recalled(verdict: Verdict) -> list[str]:
    return [
        text.tidy(f"{d.name} {d.threshold}")
        for d in verdict.decided_by
        if d.provenance == "recalled" and d.met is not None
    ]


def _close(result: JudgeResult, console: Console) -> None:
    from rich.text import Text

    console.print()
    for name in result.sets:
        found = criterion(name)
        console.print(Text(f"{name}: {found.label}. {found.citation}", style="dim"))
    console.print(Text(result.note, style="dim"))
