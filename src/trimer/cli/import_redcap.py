"""``trimer import redcap``: REDCap records as case files, a case a record."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import json_option
from trimer.cli.import_group import import_group
from trimer.cli.printing import print_json
from trimer.cli.redcap import show_problems
from trimer.errors import InputError


@import_group.command(
    "redcap",
    example="trimer import redcap cases.csv -o cases",
    python='trimer.record.redcap_case_read.read_cases("cases.csv")',
)
@click.argument("records", type=click.Path(path_type=Path))
@click.option("--dictionary", type=click.Path(path_type=Path), help="The project's dictionary. [Trimer's own]")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), help="Folder for the case files. [none]")
@json_option
def redcap_command(records: Path, dictionary: Path | None, folder: Path | None, as_json: bool) -> None:
    """Read RECORDS (CSV, raw codes, of whole cases) as case files, a case a record.

    A record passes every check of a case file or gives none; each problem is told by row and field.
    """
    import trimer.library as library
    from trimer.record.redcap_case_read import read_cases

    found = read_cases(records, dictionary, library.list_entries("drugs"), library.regimen_parts())
    files = {}
    if folder is not None:
        from trimer.record.write_yaml import dump_case

        files = {folder / f"{case.id}.yaml": dump_case(case).encode("utf-8") for case in found.cases}
        _write(folder, files)
    if as_json:
        cases = [case.to_dict() for case in found.cases]
        written = {"files": [str(path) for path in files]} if files else {}
        print_json({"schema": "trimer/redcap/1", "cases": cases, "problems": found.problems, **written})
        return
    click.secho(f"{len(found.cases)} cases, {len(found.problems)} problems", bold=True)
    for case in found.cases:
        seen = sum(len(event.observations) for event in case.events)
        click.echo(f"  {case.id}: {len(case.events)} events, {seen} observations, {len(case.remarks)} notes")
    for path in files:
        click.echo(f"Written: {path}")
    show_problems(found.problems)


def _write(folder: Path, files: dict[Path, bytes]) -> None:
    """Write each file whole or not at all, and none where one can be told to fail before."""
    from trimer.record.tree import SIZE_LIMIT
    from trimer.storage import keep

    for path, payload in files.items():
        if len(payload) > SIZE_LIMIT:
            raise InputError(path.name, f"{len(payload):,} bytes", f"a case file, of at most {SIZE_LIMIT:,}")
        if path.is_dir():
            raise InputError(str(path), "a folder", "a place for a file of that name")
    for path, payload in files.items():
        if not keep(folder, path.name, payload, private=False):
            raise InputError("-o", str(path), "a file that can be written")
