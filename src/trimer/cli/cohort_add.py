"""``trimer cohort add``: records and virtual trials into a cohort store."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.cohort import cohort_group
from trimer.cli.door import json_option
from trimer.cli.printing import paragraph, print_json


@cohort_group.command(
    "add",
    example="trimer cohort add cohort.db linder2016\n"
    "trimer cohort add cohort.db table.csv --mapping ritz_all\n"
    "trimer trial mt103_211 -n 10000 --keep run1 && trimer cohort add cohort.db run1",
    python='trimer.study.cohorts.CohortStore("cohort.db").add("linder2016", "run1")',
)
@click.argument("store", metavar="DB", type=click.Path(path_type=Path))
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--mapping", help="How CSV tables are read: a bundled mapping (ritz_all) or a TOML file. [REDCap records]"
)
@click.option("--relapse-at-last-seen", is_flag=True, help="Assume that a relapsed patient was last seen on that day.")
@click.option("--dictionary", help="Data dictionary of REDCap records. [Trimer's own]")
@click.option("--replace", is_flag=True, help="Put a source in the place of one of the same name and other content.")
@click.option("--parquet", metavar="FOLDER", help="Write all tables as Parquet as well.")
@json_option
def add_command(
    store: Path,
    sources: tuple[str, ...],
    mapping: str | None,
    relapse_at_last_seen: bool,
    dictionary: str | None,
    replace: bool,
    parquet: str | None,
    as_json: bool,
) -> None:
    """Add recorded and virtual courses, judged, to the store DB, which is made when it is not there.

    SOURCE is a case (a library name or file), a CSV file (a table with --mapping, else REDCap records), or the folder
    of a finished `trimer trial --keep`. All sources are added, or none; what is there already is not added again. Needs
    the extra trimer[cohort].
    """
    from trimer.study.cohorts import CohortStore
    from trimer.study.cohorts.store import ADD_SCHEMA
    from trimer.study.research import NOTICE

    held = CohortStore(store)
    added = held.add(
        *sources,
        mapping=mapping,
        relapse_at_last_seen=relapse_at_last_seen or None,
        dictionary=dictionary,
        replace=replace,
    )
    written = held.write_parquet(parquet) if parquet else ()
    if as_json:
        print_json({"schema": ADD_SCHEMA, "added": added, "parquet": [str(p) for p in written], "notice": NOTICE})
        return
    for item in added:
        if item.known:
            click.echo(f"{item.name}: there already")
            continue
        also = {"there already": item.present, "left out": item.left_out, "problems of the file": item.problems}
        more = "".join(f", {number:,} {words}" for words, number in also.items() if number)
        click.echo(f"{item.name}: {item.courses:,} courses added{more}{'; replaced' if item.replaced else ''}")
    for path in written:
        click.echo(f"Written: {path}")
    click.echo()
    paragraph(NOTICE, "")
