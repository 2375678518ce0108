"""``trimer export fhir``: a case as an HL7 FHIR R4 Bundle shaped by mCODE."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import json_option
from trimer.cli.export import export_group
from trimer.cli.printing import paragraph, print_json


@export_group.command(
    "fhir",
    example="trimer export fhir linder2016 --judged -o bundle.json",
    python='trimer.study.export.fhir.fhir("linder2016", judged=True).write("bundle.json")',
)
@click.argument("case")
@click.option("--judged", is_flag=True, help="Add judgements and lines of therapy, tagged as derived.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File. [print it]")
@json_option
def fhir_command(case: str, judged: bool, output: Path | None, as_json: bool) -> None:
    """Write CASE as a FHIR R4 collection Bundle, shaped by mCODE STU4 and validated.

    CASE is a library name or a file. What the standard has no element for travels in documented extensions, so that
    `trimer import fhir` gives the same case back. Needs the extra trimer[clinical].
    """
    from trimer.study.export.fhir import fhir

    made = fhir(case, judged)
    if output is not None:
        made.write(output)
    if as_json:
        import json

        more = {"bundle": json.loads(made.text)} if output is None else {"file": str(output)}
        print_json({"schema": "trimer/export-fhir/1", **made.to_dict(), **more})
    elif output is None:
        click.echo(made.text.encode("utf-8"), nl=False)
    else:
        kinds = ", ".join(f"{count} {kind}" for kind, count in made.resources.items())
        paragraph(f"{made.title}: {kinds}.", "")
        click.echo(f"Written: {output}")
