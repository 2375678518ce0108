"""``trimer import nonmem``: an event table as case files, one a subject."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from trimer.cli.door import json_option
from trimer.cli.import_group import import_group
from trimer.cli.printing import paragraph, print_json
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.record.nonmem.records import Ignore


@import_group.command(
    "nonmem",
    example="trimer import nonmem data.csv -o case.yaml\n"
    "trimer import nonmem data.csv --dictionary data.json -o cases/",
    python='trimer.study.export.nonmem_case.read_cases("data.csv", "data.json")',
)
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--dictionary", type=click.Path(path_type=Path), help="[the table's name, .json]")
@click.option(
    "--ignore", type=click.Choice(["@", "#", "C"]), default="@", show_default=True, help="NONMEM's IGNORE character."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Case file; of several subjects, a folder.")
@json_option
def nonmem_command(data: Path, dictionary: Path | None, ignore: str, output: Path | None, as_json: bool) -> None:
    """Read DATA, an event table with its dictionary (JSON), as one case a subject.

    The dictionary says what CMT and DVID mean; `trimer export nonmem` writes one.
    """
    from trimer.record.case import Case
    from trimer.record.timing import make_schedule
    from trimer.record.tree import Origin
    from trimer.record.write_yaml import dump_case
    from trimer.study.export.nonmem_case import read_cases

    documents, table = read_cases(data, dictionary, cast("Ignore", ignore))
    cases = [Case(one, make_schedule(one, Origin(one.id))) for one in documents]
    files = [] if output is None else _write([(case.id, dump_case(case)) for case in cases], output)
    if as_json:
        shown = {"schema": "trimer/import-nonmem/1", "cases": [case.to_dict() for case in cases], "files": files}
        print_json(shown | {"lines ignored": table.ignored, "columns not read": table.unread})
        return
    click.secho(f"{len(cases)} subjects, {table.ignored} lines ignored", bold=True)
    for case in cases:
        seen = sum(len(event.observations) for event in case.events)
        doses = len(case.document.realisation.orders)
        click.echo(f"  {case.id}: {len(case.events)} events, {seen} observations, {doses} doses")
    if table.unread:
        paragraph(f"Columns that nothing is read from: {', '.join(table.unread)}.")
    for file in files:
        click.echo(f"Written: {file}")


def _write(cases: list[tuple[str, str]], output: Path) -> list[str]:
    from trimer.storage import keep

    several = len(cases) > 1 or output.is_dir()
    if several and len({name for name, _ in cases}) < len(cases):
        raise InputError("-o", "two subjects with the same case", "a case of its own for every subject")
    found = []
    for name, text in cases:
        folder, file = (output, f"{name}.yaml") if several else (output.parent, output.name)
        if not ((several or folder.is_dir()) and keep(folder, file, text.encode("utf-8"), private=False)):
            raise InputError("-o", str(folder / file), "a file that can be written")
        found.append(str(folder / file))
    return found
