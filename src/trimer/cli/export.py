"""``trimer export``: model, patient and dosing for other simulators."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from trimer.cli.door import Family, cli, json_option, setting
from trimer.cli.printing import paragraph, print_json
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.study.export import SbmlExport


@cli.group("export", cls=Family)
def export_group() -> None:
    """Write model, patient and dosing in formats that other simulators read."""


@export_group.command(
    "sbml",
    example="trimer export sbml blinatumomab_rr -o blinatumomab.xml\ntrimer export sbml --case linder2016 > case.xml",
    python='trimer.study.export.sbml("blinatumomab_rr").write("blinatumomab.xml")',
)
@click.argument("treatment", required=False)
@click.option("--case", help="A recorded case instead of a treatment: its doses, its patient's size.")
@click.option("--cycles", type=click.IntRange(min=1), help="Cycles of a regimen. [all]")
@click.option(
    "--patient", default="typical", show_default=True, metavar="typical|N", help="Or a virtual patient's number."
)
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of the virtual patients.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A parameter, in its unit. Repeatable.")
@click.option("--until", type=float, metavar="DAY", help="Leave out what would change later. [365 of a protocol]")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File. [print it]")
@json_option
def sbml_command(
    treatment: str | None,
    case: str | None,
    cycles: int | None,
    patient: str,
    seed: int,
    settings: tuple[str, ...],
    until: float | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Write TREATMENT and a patient as SBML (Level 3 Version 2), the doses as events.

    TREATMENT is a regimen (a calendar) or a protocol (followed for this patient; the doses it comes to are written), by
    library name or file. The document holds equations, parameters with units and sources, start values and doses; time
    0 is the start of the run-in. Needs the extra trimer[sbml].
    """
    if case is not None and cycles is not None:
        raise click.UsageError("--cycles belongs to a treatment, not to a case.")
    if (treatment is None) == (case is None):
        raise click.UsageError("Give either a TREATMENT or --case.")
    if until is not None and not math.isfinite(until):
        raise InputError("--until", str(until), "a finite day")
    from trimer.study.export import sbml

    who, changes = _patient(patient), dict(map(setting, settings))
    _put(
        sbml(treatment, case=case, cycles=cycles, patient=who, seed=seed, changes=changes, until=until), output, as_json
    )


def _patient(text: str) -> int | Literal["typical"]:
    if text == "typical":
        return "typical"
    if text.isascii() and text.isdigit():
        return int(text)
    raise InputError("--patient", repr(text), "'typical', or the number of a virtual patient (0 or more)")


def _put(made: SbmlExport, output: Path | None, as_json: bool) -> None:
    """Write the document, or print it; as JSON what is in it, with the text when there is no file for it."""
    if output is not None:
        made.write(output)
    if as_json:
        summary = {"schema": "trimer/export-sbml/1", **made.to_dict()}
        print_json(summary | ({"sbml": made.text} if output is None else {"file": str(output)}))
    elif output is None:
        click.echo(made.text.encode("utf-8"), nl=False)
    else:
        facts = f"{made.states} states, {made.parameters} parameters, {made.rules} rules, {made.events} dosing events"
        paragraph(f"{made.title}: {facts}; time 0 is day {made.start:g}, the last event is on day {made.end:g}.", "")
        click.echo(f"Written: {output}")
