"""``trimer check``: what a record leaves open, before anything is judged or simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import print_json

if TYPE_CHECKING:
    from trimer.study.check import CheckResult


@cli.command(
    "check", example="trimer check linder2016\ntrimer check my_patient.yaml --json", python='trimer.check("linder2016")'
)
@click.argument("case")
@json_option
def check_command(case: str, as_json: bool) -> None:
    """Check a record: resolve its dates, list what it leaves open.

    CASE is a library name or a file.
    """
    from trimer.study.check import check

    found = check(case)
    if as_json:
        print_json(found.to_dict())
    else:
        _show_check(found)


def _show_check(found: CheckResult) -> None:
    import textwrap

    def heading(text: str) -> None:
        click.secho(f"\n{text}", bold=True)

    click.secho(f"{found.case}: {found.title}", bold=True)
    click.echo(
        f"{len(found.events)} events, {found.readings} readings, {found.absent} noted as absent. No contradiction."
    )
    heading("When: the day used, and the window that all statements of the record leave")
    for item in found.events:
        window = f"{item.earliest} to {item.latest or 'open'}" if item.earliest != item.latest else "exact"
        click.echo(f"  {item.event}  {item.used}  {window:24}  {item.precision:8}  {item.label}")
    heading(f"What can be read in more than one way ({len(found.ambiguities)})")
    for remark in sorted(found.ambiguities, key=lambda r: int(r.id[1:])):
        lead = f"  {remark.id:4}{remark.event or 'text':6}"
        click.echo(textwrap.fill(remark.text, 110, initial_indent=lead, subsequent_indent=" " * len(lead)))
    heading("What a replay takes for granted because the record does not say it")
    for line in found.assumed or ("nothing",):
        click.echo(textwrap.fill(line, 110, initial_indent="  ", subsequent_indent="    "))
