"""``trimer redcap``: courses, or whole cases, to and from a REDCap project."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import Family, cli, json_option
from trimer.cli.printing import heading, paragraph, print_json

if TYPE_CHECKING:
    from trimer.record.cohort import Problem

_whole = click.option("--whole", is_flag=True, help="Of whole cases instead of courses.")
_output = click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File. [print it]")


@cli.group("redcap", cls=Family)
def redcap_group() -> None:
    """Courses to and from REDCap: the data dictionary, records out, records in."""


@redcap_group.command(
    "dictionary",
    example="trimer redcap dictionary -o dictionary.csv",
    python="trimer.record.redcap_dictionary.dictionary_csv()",
)
@_whole
@_output
@json_option
def dictionary_command(whole: bool, output: Path | None, as_json: bool) -> None:
    """Write the data dictionary of Trimer's project, made from its own vocabulary.

    After the upload, set the forms assessment, reading, treatment, event and note to repeat; of whole cases, every form
    but the first.
    """
    from trimer.record.redcap_case_forms import case_dictionary
    from trimer.record.redcap_dictionary import dictionary, dictionary_csv

    fields = case_dictionary() if whole else dictionary()
    put(as_document({"fields": [field.row() for field in fields]}) if as_json else dictionary_csv(fields), output)


@redcap_group.command(
    "export",
    example="trimer redcap export linder2016 -o records.csv\ntrimer redcap export --whole linder2016 -o cases.csv",
    python='trimer.record.redcap_write.records_csv([trimer.load_case("linder2016").course()])',
)
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@_whole
@_output
@json_option
def export_command(cases: tuple[str, ...], whole: bool, output: Path | None, as_json: bool) -> None:
    """Write the courses of cases as REDCap records (raw codes).

    CASE is a library name or a file. With --whole, write all that the case files say; `trimer import redcap` reads it.
    """
    from trimer.record.read_yaml import load_case
    from trimer.record.redcap_write import records_csv

    text = whole_cases(cases) if whole else records_csv(load_case(case).course() for case in cases)
    put_records(text, output, as_json)


@redcap_group.command(
    "import",
    example="trimer redcap import records.csv",
    python='trimer.record.redcap_read.read_records("records.csv")',
)
@click.argument("records", type=click.Path(path_type=Path))
@click.option("--dictionary", type=click.Path(path_type=Path), help="The project's dictionary. [Trimer's own]")
@json_option
def import_command(records: Path, dictionary: Path | None, as_json: bool) -> None:
    """Read RECORDS (CSV, raw codes) as courses, with every problem by row and field.

    `trimer judge RECORDS` judges what is read.
    """
    from trimer.library import list_entries
    from trimer.record.redcap_read import read_records

    found = read_records(records, dictionary, list_entries("drugs"))
    if as_json:
        print_json({"schema": "trimer/redcap/1", "courses": found.courses, "problems": found.problems})
        return
    click.secho(f"{len(found.courses)} courses, {len(found.problems)} problems", bold=True)
    for course in found.courses:
        click.echo(
            f"  {course.id}: {len(course.visits)} assessments, {len(course.readings)} readings, "
            f"{len(course.doses)} doses, {len(course.episodes)} events"
        )
    show_problems(found.problems)


def whole_cases(cases: tuple[str, ...]) -> str:
    """Return case files, by name or path, as the CSV text of records of whole cases."""
    from trimer.record.read_yaml import load_case
    from trimer.record.redcap_case_write import cases_csv

    return cases_csv(load_case(case).document for case in cases)


def put_records(text: str, output: Path | None, as_json: bool) -> None:
    """Print or write the CSV text of records, as it is or as JSON."""
    put(as_document({"records": list(csv.DictReader(io.StringIO(text, newline="")))}) if as_json else text, output)


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems by row and field."""
    for number, problem in enumerate(problems):
        if number == 0:
            heading("Problems")
        text = f"{problem.found}; expected {problem.expected}; {problem.follows}."
        paragraph(text, f"  row {problem.row:<5}{problem.column}: ")


def as_document(document: dict[str, object]) -> str:
    """Return a document as the JSON that other commands print."""
    import json

    return json.dumps({"schema": "trimer/redcap/1", **document}, ensure_ascii=False, indent=2) + "\n"


def put(text: str, output: Path | None) -> None:
    """Print a text, or write it as a file, whole or not at all."""
    if output is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    from trimer.storage import write_file

    click.echo(f"Written: {write_file(output, text, '-o')}")
