"""``trimer import fhir``: an HL7 FHIR R4 Bundle as a case file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import json_option
from trimer.cli.import_group import import_group
from trimer.cli.printing import heading, paragraph, print_json
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.record.fhir.unread import Unread

MOST = 40
"""Lines of what was not read that are printed; ``--json`` has all."""


@import_group.command(
    "fhir",
    example='trimer import fhir bundle.json --weight "13.5 kg" --height "93 cm" -o case.yaml',
    python='trimer.record.fhir.read.load_bundle("bundle.json").case',
)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--weight", help='Where the Bundle has none, e.g. "70 kg"; kept as assumed.')
@click.option("--height", help='Where the Bundle has none, e.g. "170 cm"; kept as assumed.')
@click.option("--age", help='Where the Bundle does not give it, e.g. "32 year".')
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Case file. [print it]")
@json_option
def fhir_command(
    bundle: Path, weight: str | None, height: str | None, age: str | None, output: Path | None, as_json: bool
) -> None:
    """Read BUNDLE (FHIR R4, JSON, one patient) as a case file, and list what of it was not read.

    A Bundle that Trimer wrote comes back as the same case. Of another's, mCODE or not, dated results, doses,
    procedures, diagnoses and adverse events are read where their codes are known; nothing is guessed.
    """
    from trimer.record.fhir.foreign import Known
    from trimer.record.fhir.read import load_bundle
    from trimer.record.tree import SIZE_LIMIT
    from trimer.record.write_yaml import dump_case
    from trimer.storage import write_file

    found = load_bundle(bundle, Known(weight, height, age))
    text = dump_case(found.case)
    if len(text.encode("utf-8")) > SIZE_LIMIT:
        size = f"a case of {len(text) // 1000} kB"
        raise InputError(bundle.name, size, f"at most {SIZE_LIMIT // 1000} kB", "Make a Bundle of a shorter time.")
    if output is not None:
        write_file(output, text, "-o")
    if as_json:
        file = None if output is None else str(output)
        print_json({"schema": "trimer/import-fhir/1", **found.to_dict(), "file": file})
        return
    if output is None:
        click.echo(text.encode("utf-8"), nl=False)
    else:
        click.echo(f"Written: {output} ({len(found.document.events)} events)")
    _tell(found.unread, to_stderr=output is None)


def _tell(unread: tuple[Unread, ...], to_stderr: bool) -> None:
    """Print what was not read; beside a case on standard output only how much that is."""
    if to_stderr:
        click.echo(f"{len(unread)} values or resources not read; -o or --json lists them", err=True)
        return
    heading(f"Not read: {len(unread)}")
    for item in unread[:MOST]:
        place = f"{item.resource} {item.path}".rstrip()
        paragraph(f"{item.found}; {item.why}", f"  {place}: ")
    if len(unread) > MOST:
        click.echo(f"  and {len(unread) - MOST} more; --json lists all")
