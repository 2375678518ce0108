"""``trimer draft``: a case file proposed from a written report, for a person to review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import Family, cli, json_option
from trimer.cli.printing import heading, paragraph, print_json
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.record.draft import Draft


class _Drafts(Family):
    """``trimer draft REPORT`` is short for ``trimer draft propose REPORT``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command's name in front of a report."""
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["propose", *args]
        return super().parse_args(ctx, args)


@cli.group("draft", cls=_Drafts)
def draft_group() -> None:
    """Propose a case file from a written case report, and make a case of it once it is reviewed.

    `trimer draft REPORT.txt` is short for `trimer draft propose REPORT.txt`.
    """


@draft_group.command(
    "propose",
    example="trimer draft propose report.txt -o draft.yaml --html review.html\ntrimer draft report.txt -o draft.yaml",
    python='trimer.record.draft.propose_file("report.txt")',
)
@click.argument("report", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Draft file. [print a summary]")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Page with the marked text, to review by."
)
@json_option
def propose_command(report: Path, output: Path | None, html: Path | None, as_json: bool) -> None:
    """Propose a case from REPORT (text, UTF-8) by rules, each value with the words it came from.

    What comes out is a draft and no case: a person gives every item a status, and `trimer draft accept` makes the
    case. What the text leaves open stays empty, with the candidates listed. Needs the extra trimer[draft]; no network.
    """
    from trimer.record.draft import dump_draft, propose_file, review_html
    from trimer.record.draft.file import to_dict
    from trimer.storage import write_file

    if any(path is not None and path.exists() and path.samefile(report) for path in (output, html) if report.exists()):
        raise InputError("-o, --html", str(report)[:200], "another file than the report itself")
    draft = propose_file(report)
    if html is not None:
        from trimer.record.draft.text import read_report

        write_file(html, review_html(draft, read_report(report)[0]), "--html")
    if output is not None:
        write_file(output, dump_draft(draft), "-o")
    if as_json:
        print_json(to_dict(draft))
        return
    _show(draft)
    for path in (output, html):
        if path is not None:
            click.echo(f"Written: {path}")


@draft_group.command(
    "accept",
    example="trimer draft accept draft.yaml -o case.yaml",
    python='trimer.record.draft.accept(trimer.record.draft.load_draft("draft.yaml"))',
)
@click.argument("draft", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Case file. [print it]")
@json_option
def accept_command(draft: Path, output: Path | None, as_json: bool) -> None:
    """Make a case file of a reviewed DRAFT: its accepted and edited items, checked as every case is."""
    from trimer.library import list_entries
    from trimer.record.draft import accept, load_draft
    from trimer.record.write_yaml import dump_case
    from trimer.storage import write_file

    case = accept(load_draft(draft), draft.name, list_entries("drugs"), list_entries("regimens"))
    if output is not None:
        write_file(output, dump_case(case), "-o")
    if as_json:
        print_json(case.to_dict())
    elif output is not None:
        click.echo(f"Written: {output}")
    else:
        click.echo(dump_case(case).encode("utf-8"), nl=False)


def _show(draft: Draft) -> None:
    """Print the events with how many values each has and what is left open."""
    values = sum(len(e.observations) + len(e.given) + len(e.episodes) for e in draft.events)
    click.secho(f"{draft.report.name}: {len(draft.events)} events, {values} values proposed, none reviewed", bold=True)
    if draft.events:
        heading("Proposed")
    for event in draft.events:
        count = len(event.observations) + len(event.given) + len(event.episodes)
        opened = len(event.doubts) + sum(len(i.doubts) for i in (*event.observations, *event.given))
        left = f", {opened} open" if opened else ""
        paragraph(f"{event.label} ({count} values{left})", lead=f"  {event.id:5}{event.kind:13}")
    click.echo()
    paragraph("A draft is no case: give every item a status, then: trimer draft accept DRAFT.yaml -o case.yaml", "")
