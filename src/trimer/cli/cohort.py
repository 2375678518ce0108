"""``trimer cohort``: a table of patients, read through a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import Family, cli, json_option
from trimer.cli.printing import heading, paragraph, print_json

if TYPE_CHECKING:
    from trimer.study.cohort import CohortResult

_SHOWN = 60  # problems printed; all of them are in problems.csv and in the JSON


@cli.group("cohort", cls=Family)
def cohort_group() -> None:
    """Read tables of patients: courses, derived outcomes, and every problem by row and column."""


@cohort_group.command(
    "import",
    example="trimer cohort import table.csv --mapping ritz_all -o cohort",
    python='trimer.import_cohort("table.csv", "ritz_all")',
)
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, help="A bundled mapping (ritz_all) or a TOML file.")
@click.option("-o", "--output", "folder", help="Folder for the tables. [none]")
@click.option(
    "--relapse-at-last-seen",
    is_flag=True,
    help="Assume that a relapsed patient was last seen on the day of relapse.",
)
@json_option
def import_command(table: Path, mapping: str, folder: str | None, relapse_at_last_seen: bool, as_json: bool) -> None:
    """Import TABLE, a CSV file with one patient a row.

    Prints the counts and every problem by row and column. With -o, writes patients.csv (ready for survival analysis),
    problems.csv, traces.csv (the cells and the rule behind every derived value) and manifest.json, or none of them.
    """
    from trimer.study.cohort import import_cohort
    from trimer.study.research import RESEARCH

    found = import_cohort(table, mapping, relapse_at_last_seen or None)
    written = found.write(folder) if folder is not None else ()
    if as_json:
        print_json(found.to_dict())
        return
    _show(found)
    for path in written:
        click.echo(f"Written: {path}")
    click.echo()
    paragraph(RESEARCH, "")


def _show(found: CohortResult) -> None:
    cohort = found.cohort
    click.secho(f"{cohort.table} read by {cohort.mapping}", bold=True)
    click.echo(
        f"{len(cohort.patients)} patients in {cohort.rows} rows, {len(cohort.courses)} with a course, "
        f"{len(cohort.problems)} problems."
    )
    heading("Counts")
    for field, counts in found.counts.items():
        click.echo(f"  {field:12}{', '.join(f'{n} {word}' for word, n in counts.items())}")
    reasons: dict[tuple[str, str], int] = {}
    for _, field, why in found.not_derived:
        reasons[field, why] = reasons.get((field, why), 0) + 1
    heading("What could not be derived, and why")
    for (field, why), number in sorted(reasons.items()):
        paragraph(why, f"  {field:20}{number:4}  ")
    heading(f"Problems ({len(cohort.problems)})")
    for problem in cohort.problems[:_SHOWN]:
        lead = f"  row {problem.row:<5}{problem.column}: "
        paragraph(f"{problem.kind}: {problem.found}; expected {problem.expected}; {problem.follows}.", lead)
    if len(cohort.problems) > _SHOWN:
        click.echo(f"  ... and {len(cohort.problems) - _SHOWN} more (-o FOLDER writes all of them).")
    if cohort.unread:
        paragraph(f"Columns that the mapping does not read: {', '.join(cohort.unread)}.", "\n  ")
