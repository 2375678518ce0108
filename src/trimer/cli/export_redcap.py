"""``trimer export redcap``: whole cases as REDCap records."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import json_option
from trimer.cli.export import export_group
from trimer.cli.redcap import put_records, whole_cases


@export_group.command(
    "redcap",
    example="trimer export redcap linder2016 -o cases.csv",
    python='trimer.record.redcap_case_write.cases_csv([trimer.load_case("linder2016").document])',
)
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File. [print it]")
@json_option
def redcap_command(cases: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    """Write all that case files say as REDCap records (raw codes), a record a case.

    CASE is a library name or a file. The project needs the dictionary of `trimer redcap dictionary --whole`;
    `trimer import redcap` reads the records back as the same cases.
    """
    put_records(whole_cases(cases), output, as_json)
