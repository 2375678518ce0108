"""``trimer label``: a course held against the label of its day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import heading, paragraph, print_json

if TYPE_CHECKING:
    from trimer.criteria.labels.check import LabelReport
    from trimer.study.label import LabelResult

_MARKS = {"on label": "+", "off label": "-", "undocumented": "?", "open": "?", "not applicable": "."}
_COLOURS = {"on label": "green", "off label": "red", "undocumented": "yellow", "open": "yellow"}


@cli.command(
    "label",
    example="trimer label linder2016\ntrimer label linder2016 --scale astct_2019_crs\ntrimer label --list",
    python='trimer.label("linder2016")',
)
@click.argument("case", required=False)
@click.option("--version", help="Version of the label. [the US one in force on the first day of each cycle]")
@click.option("--scale", help="Scale of CRS whose grades count. [ctcae_v4_crs]")
@click.option("--list", "listing", is_flag=True, help="List the versions with their dates.")
@json_option
def label_command(case: str | None, version: str | None, scale: str | None, listing: bool, as_json: bool) -> None:
    """Hold a record against the label of its day: on label, off label, undocumented or open.

    CASE is a library name or a file. Missing is never read as not given.
    """
    if listing:
        _show_versions(as_json)
        return
    if case is None:
        raise click.UsageError("Missing argument 'CASE'.")
    from trimer.study.label import label

    found = label(case, version, scale)
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
        click.echo(f"{item.name:9}{span:26}{item.title} (dates {item.dated.provenance})")


def _show(found: LabelResult) -> None:
    report = found.report
    click.secho(f"{found.case}: {found.title}", bold=True)
    about = [f for f in report.findings if f.exposure == 0]
    for item in about:
        _line(item.rule, item.status, item.text)
    for cycle, date, version in zip(report.cycles, found.dates, report.versions, strict=True):
        heading(f"Cycle {cycle.number} of its course, from {date} ({version})")
        for item in report.of_cycle(cycle.exposure):
            _line(item.rule, item.status, item.text)
    if report.requirements:
        _show_scales(report)
    if found.dosing:
        _show_dosing(found)
    if report.doubts:
        heading("Doubts about the versions used")
        for doubt in report.doubts:
            paragraph(doubt)
    click.echo()
    click.secho(report.notice, fg="yellow")


def _line(rule: str, status: str, text: str) -> None:
    import textwrap

    mark = click.style(f"  {_MARKS[status]} {rule:24}{status:15}", fg=_COLOURS.get(status))
    lines = textwrap.wrap(text, 90) or [""]
    click.echo(mark + lines[0])
    for line in lines[1:]:
        click.echo(f"{'':43}{line}")


def _show_scales(report: LabelReport) -> None:
    for cycle in report.cycles:
        found = [item for item in report.requirements if item.exposure == cycle.exposure]
        if not found:
            continue
        heading(f"What each scale would have required after CRS in cycle {cycle.number} of its course")
        for item in found:
            chosen = " *" if item.scale == report.scale else ""
            _line(f"{item.scale}{chosen}", item.status, item.graded)
        paths = {(path.grade, path.action.text, path.words) for item in found for path in item.paths}
        for grade, action, words in sorted(paths):
            lead = f"  Grade {grade}: "
            paragraph(f"{action}. {words}".strip(), lead)
    click.echo("  * the scale that the finding on CRS goes by")


def _show_dosing(found: LabelResult) -> None:
    heading("Readings of the dosing text")
    head = ("days low", "held", "days full", "infusion", "last day", "total ug", "step", "length")
    click.echo(f"  {'':7}" + "".join(f"{name:>11}" for name in head[:6]) + f"   {head[6]:13}{head[7]}")
    for row in found.dosing:
        days = (row.days_low, row.hold, row.days_full, row.infusion_days, row.last_day)
        total = "-" if row.total is None else f"{row.total:.0f}"
        name = (row.reading or "label") + (" *" if row.reading and row.reading == found.chosen else "")
        click.echo(f"  {name:7}" + "".join(f"{d:11.4g}" for d in days) + f"{total:>11}   {row.step:13}{row.length}")
    for row in found.dosing:
        if row.reading:
            paragraph(row.label, f"  {row.reading:7}")
    click.echo("  * the reading that the findings above go by")
