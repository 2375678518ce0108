"""``trimer export phenopacket``: a recorded case as a GA4GH Phenopacket."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import json_option
from trimer.cli.export import export_group
from trimer.cli.printing import print_json


@export_group.command(
    "phenopacket",
    example="trimer export phenopacket linder2016 -o packet.json",
    python='trimer.study.export.phenopacket.write_phenopacket("linder2016", "packet.json")',
)
@click.argument("case")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File. [print it]")
@json_option
def phenopacket_command(case: str, output: Path | None, as_json: bool) -> None:
    """Write CASE as a Phenopacket (schema version 2, JSON).

    CASE is a library name or a file. A date that is not known to the day is an interval. Readings of ambiguous doses
    and what a replay gives are not in it.
    """
    from trimer.study.cases import case_of
    from trimer.study.export.phenopacket import LOST, phenopacket, phenopacket_text, write_phenopacket

    found = case_of(case)
    if output is None and not as_json:
        click.echo(phenopacket_text(found).encode("utf-8"), nl=False)
        return
    lost = [{"what": what, "why": why} for what, why in LOST]
    if output is None:
        print_json({"schema": "trimer/export-phenopacket/1", "phenopacket": phenopacket(found), "lost": lost})
        return
    write_phenopacket(found, output)
    if as_json:
        print_json({"schema": "trimer/export-phenopacket/1", "file": str(output), "lost": lost})
        return
    click.echo(f"Written: {output}")
    for item in lost:
        click.echo(f"Not in it: {item['what']} ({item['why']})")
