"""``trimer label``: a course held against the label of its day."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import columns, paragraph, print_json

if TYPE_CHECKING:
    from trimer.criteria.labels.check import LabelReport
    from trimer.study.label import LabelResult

_MARKS = {"on label": "+", "off label": "-", "undocumented": "?", "open": "?", "not applicable": "."}
_TABLE = 104  # columns of the table of readings
_COLOURS = {"on label": "green", "off label": "red", "undocumented": "yellow", "open": "yellow"}


@cli.command(
    "label",
    example="trimer label linder2016\ntrimer label linder2016 --scale astct_2019_crs\n"
    "trimer label linder2016 --setting rr\ntrimer label --list",
    python='trimer.label("linder2016")',
)
@click.argument("case", required=False)
@click.option("--version", help="Version of the label. [the US one in force on the first day of each cycle]")
@click.option("--scale", help="Scale of CRS whose grades count. [ctcae_v4_crs]")
@click.option("--setting", help="rr, mrd or consolidation. [told from the state of the disease, MRD and Ph status]")
@click.option("--list", "listing", is_flag=True, help="List the versions with their dates.")
@json_option
def label_command(
    case: str | None, version: str | None, scale: str | None, setting: str | None, listing: bool, as_json: bool
) -> None:
    """Hold a record against the label of its day: on label, off label, undocumented or open.

    CASE is a library name or a file. Missing is never read as not given.
    """
    if listing:
        _show_versions(as_json)
        return
    if case is None:
        raise click.UsageError("Missing argument 'CASE'.")
    from trimer.study.label import label

    found = label(case, version, scale, setting)
    if as_json:
        print_json(found.to_dict())
    else:
        _show(found)


def _show_versions(as_json: bool) -> None:
    from trimer.criteria.labels import list_labels

    if as_json:
        print_json(list_labels())
        return
    for item in list_labels():
        span = f"{item.valid_from} to {item.valid_to or 'now'}"
        paragraph(f"{item.title} (dates {item.dated.provenance})", f"{item.name:9}{span:26}")


def _show(found: LabelResult) -> None:
    report = found.report
    _bold(f"{found.case}: {found.title}")
    about = [f for f in report.findings if f.exposure == 0]
    for item in about:
        _line(item.rule, item.status, item.text)
    for cycle, date, version, setting in zip(report.cycles, found.dates, report.versions, report.settings, strict=True):
        _heading(f"Cycle {cycle.number} of its course, from {date} ({version}, setting {setting})")
        for item in report.of_cycle(cycle.exposure):
            _line(item.rule, item.status, item.text)
    if report.requirements:
        _show_scales(report)
    if found.dosing:
        _show_dosing(found)
    if report.doubts:
        _heading("Doubts about the versions used")
        for doubt in report.doubts:
            paragraph(doubt)
    click.echo()
    click.secho(textwrap.fill(report.notice, columns()), fg="yellow")


def _bold(text: str) -> None:
    click.secho(textwrap.fill(text, columns()), bold=True)


def _heading(text: str) -> None:
    click.echo()
    _bold(text)


def _line(rule: str, status: str, text: str) -> None:
    """Print a row: mark, rule, status, text; with the text below where there is no room beside."""
    lead = f"  {_MARKS[status]} {rule:24} {status:15}"
    mark = click.style(lead, fg=_COLOURS.get(status))
    width = columns()
    if width - len(lead) < 40:
        click.secho(lead.rstrip(), fg=_COLOURS.get(status))
        click.echo(textwrap.fill(text, width, initial_indent=" " * 6, subsequent_indent=" " * 6))
        return
    lines = textwrap.wrap(text, width - len(lead)) or [""]
    click.echo(mark + lines[0])
    for line in lines[1:]:
        click.echo(f"{'':{len(lead)}}{line}")


def _show_scales(report: LabelReport) -> None:
    for cycle in report.cycles:
        found = [item for item in report.requirements if item.exposure == cycle.exposure]
        if not found:
            continue
        _heading(f"What each scale would have required after CRS in cycle {cycle.number} of its course")
        for item in found:
            chosen = " *" if item.scale == report.scale else ""
            _line(f"{item.scale}{chosen}", item.status, f"{item.graded}. {item.basis}".strip().removesuffix("."))
        paths = {(path.grade, path.action.text, path.words) for item in found for path in item.paths}
        for grade, action, words in sorted(paths):
            lead = f"  Grade {grade}: "
            paragraph(f"{action}. {words}".strip(), lead)
    paragraph("* the scale that the finding on CRS goes by")


def _show_dosing(found: LabelResult) -> None:
    _heading("Readings of the dosing text")
    head = ("days low", "held", "days full", "infusion", "last day", "total ug", "step", "length")
    if columns() < _TABLE:
        for row in found.dosing:
            told = (row.days_low, row.hold, row.days_full, row.infusion_days, row.last_day)
            words = [
                *(f"{d:.4g}" for d in told),
                "-" if row.total is None else f"{row.total:.0f}",
                row.step,
                row.length,
            ]
            chosen = " (the findings above go by it)" if row.reading and row.reading == found.chosen else ""
            paragraph(
                f"{'; '.join(f'{name} {word}' for name, word in zip(head, words, strict=True))}. {row.label}{chosen}",
                f"  {row.reading or 'label':7}",
            )
        return
    click.echo(f"  {'':7}" + "".join(f"{name:>11}" for name in head[:6]) + f"   {head[6]:13}{head[7]}")
    for row in found.dosing:
        days = (row.days_low, row.hold, row.days_full, row.infusion_days, row.last_day)
        total = "-" if row.total is None else f"{row.total:.0f}"
        name = (row.reading or "label") + (" *" if row.reading and row.reading == found.chosen else "")
        click.echo(f"  {name:7}" + "".join(f"{d:11.4g}" for d in days) + f"{total:>11}   {row.step:13}{row.length}")
    for row in found.dosing:
        if row.reading:
            paragraph(row.label, f"  {row.reading:7}")
    paragraph("* the reading that the findings above go by")
