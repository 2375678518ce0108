"""``trimer check``: what a record leaves open and what looks odd in it, before anything is judged or simulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import columns, heading, paragraph, print_json

if TYPE_CHECKING:
    from trimer.study.check import CheckResult
    from trimer.study.quality import Finding


@cli.command(
    "check",
    example="trimer check linder2016\ntrimer check my_patient.yaml --json\ntrimer check my_patient.yaml --strict",
    python='trimer.check("linder2016").findings',
)
@click.argument("case")
@json_option
@click.option("--strict", is_flag=True, help="Leave with 2 when there are warnings, for pipelines.")
def check_command(case: str, as_json: bool, strict: bool) -> None:
    """Check a record: resolve its dates, list what it leaves open and what looks odd.

    CASE is a library name or a file. Warnings are questions to the record, not errors: nothing is corrected, and the
    exit code stays 0 unless --strict is given.
    """
    from trimer.study.check import check

    found = check(case)
    if as_json:
        print_json(found.to_dict())
    else:
        _show_check(found)
    if strict and found.warnings:
        raise click.ClickException(f"{found.case}: {len(found.warnings)} warnings, and --strict allows none.")


def _show_check(found: CheckResult) -> None:
    import textwrap

    click.secho(textwrap.fill(f"{found.case}: {found.title}", columns()), bold=True)
    click.echo(
        f"{len(found.events)} events, {found.readings} readings, {found.absent} noted as absent. No contradiction."
    )
    heading("When: the day used, and the window that all statements of the record leave")
    for item in found.events:
        window = f"{item.earliest or 'open'} to {item.latest or 'open'}" if item.earliest != item.latest else "exact"
        paragraph(item.label, lead=f"  {item.event}  {item.used}  {window:24}  {item.precision:8}  ")
    heading(f"What can be read in more than one way ({len(found.ambiguities)})")
    for remark in sorted(found.ambiguities, key=lambda r: int(r.id[1:])):
        paragraph(remark.text, lead=f"  {remark.id:4}{remark.event or 'text':6}")
    heading("What a replay takes for granted because the record does not say it")
    for line in found.assumed or ("nothing",):
        paragraph(line)
    _show_findings(found)
    click.echo()
    paragraph(found.note, "")


def _show_findings(found: CheckResult) -> None:
    """Print the findings by severity; what all findings of one rule share stands once, under its title."""
    notes = len(found.findings) - len(found.warnings)
    heading(f"Warnings and what a reader should know ({len(found.warnings)} and {notes})")
    if not found.findings:
        click.echo("  nothing")
    for severity, title in (("warning", "Warnings"), ("information", "Information")):
        groups: dict[str, list[Finding]] = {}
        for finding in found.findings:
            if finding.severity == severity:
                groups.setdefault(finding.rule, []).append(finding)
        if groups:
            click.echo(f"\n  {title}")
        for findings in groups.values():
            first = findings[0]
            click.secho(f"\n  {first.title}", bold=True)
            for finding in findings:
                paragraph(finding.found, lead=f"    {_places(finding.events):12} ")
            paragraph(f"Why: {first.why}", lead="      ")
            paragraph(f"Held: {first.held}", lead="      ")


def _places(events: Sequence[str]) -> str:
    """Return event ids in at most twelve letters: two, or one and how many more."""
    if not events:
        return "patient"
    return ", ".join(events) if len(events) < 3 else f"{events[0]} + {len(events) - 1} more"
