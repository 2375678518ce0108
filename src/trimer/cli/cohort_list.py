"""``trimer cohort list``: what a cohort store holds."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.cohort import cohort_group
from trimer.cli.door import json_option
from trimer.cli.printing import heading, paragraph, print_json


@cohort_group.command(
    "list",
    example="trimer cohort list cohort.db\ntrimer cohort list cohort.db --parquet tables",
    python='trimer.study.cohorts.CohortStore("cohort.db").list()',
)
@click.argument("store", metavar="DB", type=click.Path(path_type=Path))
@click.option("--parquet", metavar="FOLDER", help="Write all tables as Parquet.")
@json_option
def list_command(store: Path, parquet: str | None, as_json: bool) -> None:
    """List the sources of the store DB with their hashes, and how many courses and rows it holds."""
    from trimer.study.cohorts import CohortStore

    held = CohortStore(store)
    found = held.list()
    written = held.write_parquet(parquet) if parquet else ()
    if as_json:
        print_json({**found.to_dict(), "parquet": [str(path) for path in written]})
        return
    click.secho(f"{store}: {', '.join(f'{n:,} {origin}' for origin, n in found.courses.items())} courses", bold=True)
    heading("Sources")
    for source in found.sources:
        paragraph(
            f"{source['name']}: {source['courses']:,} courses, sha256 {source['sha256'][:12]}, added {source['added']}",
            f"  {source['kind']:8}",
        )
    heading("Rows")
    for table, number in found.rows.items():
        click.echo(f"  {table:12}{number:>12,}")
    for path in written:
        click.echo(f"Written: {path}")
    click.echo()
    paragraph(found.notice, "")
