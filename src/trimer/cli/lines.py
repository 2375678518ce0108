"""``trimer lines``: lines of therapy, salvage numbers, remissions and refractoriness, each by a named rule."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import columns, paragraph, print_json

if TYPE_CHECKING:
    from trimer.criteria.lines import Line, LinesOfTherapy, Statement
    from trimer.study.lines import LinesResult


@cli.command(
    "lines",
    example='trimer lines linder2016\ntrimer lines linder2016 --rule "remission_therapy=new line" --json',
    python='trimer.lines("linder2016")',
)
@click.argument("case")
@click.option("--response", help="Criterion that says what state the disease is in. [amg]")
@click.option("--rule", "switches", multiple=True, metavar="NAME=VALUE", help="Set a rule; may be repeated.")
@json_option
def lines_command(case: str, response: str | None, switches: tuple[str, ...], as_json: bool) -> None:
    """Count lines of therapy by explicit rules, and say which rule said what.

    CASE is a library name or a file. An unknown --rule lists the names there are.
    """
    from trimer.criteria.lines import parse
    from trimer.study.lines import lines

    found = lines(case, parse(switches), response)
    if as_json:
        print_json(found.to_dict())
    else:
        _show(found)


def _show(result: LinesResult) -> None:
    from trimer.criteria.lines import RULES

    found = result.found
    _bold(f"{result.case}: {result.title}".rstrip(": "))
    switched = ", ".join(f"{k}={_text(v)}" for k, v in found.rules.switched().items())
    paragraph(
        f"{len(found.lines)} lines, {found.salvage_number.text} of them salvage, by rules L1 to L6 with "
        f"{found.rules.response_set}{f'; switched: {switched}' if switched else ''}.", ""
    )  # fmt: skip
    _heading("Lines: what was given, why each began and ended")
    for line in found.lines:
        _show_line(result, line)
    _heading("At each start: prior therapy and trial classes")
    _show_starts(result)
    _heading("Remissions and relapses")
    _show_disease(result)
    _heading("Regimens (L4)")
    paragraph(", ".join(found.regimens()) or "none")
    if found.left_out:
        _heading("Given, but no line (L1)")
        for item in found.left_out:
            paragraph(f"{item.name} ({item.source}): {item.reason}")
    if found.open:
        _heading("Left open")
        for question in found.open:
            paragraph(f"{result.date(question.day)} {question.treatment}: {question.reason}")
    _heading("Outcome")
    paragraph(f"{found.status.value or 'not recorded'}{_last_seen(result, found)}")
    _heading("Rules")
    for name, text in RULES.items():
        paragraph(text, f"  {name}  ")
    click.echo()
    click.secho(textwrap.fill(result.notice, columns()), fg="yellow")


def _bold(text: str, indent: str = "") -> None:
    click.secho(textwrap.fill(text, columns(), initial_indent=indent, subsequent_indent=f"{indent}  "), bold=True)


def _heading(text: str) -> None:
    click.echo()
    _bold(text)


def _show_line(result: LinesResult, line: Line) -> None:
    end = result.date(line.end) if line.end is not None else "open"
    _bold(f"{line.number}. {line.kind}, {result.date(line.start)} to {end}", "  ")
    for item in line.treatments:
        parts = f" ({', '.join(item.parts)})" if item.parts != (item.name,) else ""
        paragraph(
            f"{item.name}{parts}: {item.role} from {result.date(item.start)} [{', '.join(item.sources)}]", "     "
        )
    paragraph(f"began: {_why(line.began)}", "     ")
    paragraph(f"ended: {_why(line.ended)}", "     ")
    paragraph(f"best response: {line.best.value or 'not settled'} [{', '.join(line.best.sources)}]", "     ")
    paragraph(f"refractory: {_said(line.refractory)}", "     ")


def _show_starts(result: LinesResult) -> None:
    for start in result.found.starts:
        number = f", salvage {start.salvage}" if start.salvage is not None else ""
        _bold(f"{result.date(start.day)} {start.treatment} (line {start.line}{number})", "  ")
        paragraph(f"prior {result.found.rules.prior}: {start.prior.text} (class {start.prior.group}); "
                  f"regimens before: {start.regimens}; disease: {start.state.value or 'open'}", "     ")  # fmt: skip
        paragraph(f"TOWER: {_said(start.tower)}", "     ")
        holds = [name for name, said in start.terms if said.value]
        unsettled = [f"{name} (open)" for name, said in start.terms if said.value is None]
        paragraph(f"NCT04521231: {', '.join((*holds, *unsettled)) or 'none of its terms'}", "     ")


def _show_disease(result: LinesResult) -> None:
    from trimer.criteria.lines import months_text

    found = result.found
    for item in found.remissions:
        end = result.date(item.ended.day) if item.ended else "lasting"
        paragraph(f"CR{item.number}: {item.category}, {result.date(item.began.day)} to {end}, "
                  f"{months_text(item.duration)} [{item.visit}]")  # fmt: skip
    for relapse in found.relapses:
        paragraph(f"relapse {relapse.number}: {result.date(relapse.when.day)} [{relapse.visit}]")
        paragraph(f"early by TOWER: {_said(relapse.early_tower)}", "     ")
        paragraph(f"early by GMALL: {_said(relapse.early_gmall)}", "     ")
    if not (found.remissions or found.relapses):
        click.echo("  none")


def _why(said: Statement) -> str:
    """Return the reason of a statement with its rule and sources."""
    return f"{said.reason} ({said.rule}) [{', '.join(said.sources)}]"


def _said(said: Statement) -> str:
    """Return a statement as one phrase: what it says, and why."""
    word = {True: "yes", False: "no", None: "open"}.get(said.value) if not isinstance(said.value, str) else said.value
    return f"{word}, {_why(said)}"


def _last_seen(result: LinesResult, found: LinesOfTherapy) -> str:
    if found.last_seen is None:
        return ""
    seen = found.last_seen
    return f", last seen {result.date(seen.day)} (between {result.date(seen.earliest)} and {result.date(seen.latest)})"


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
