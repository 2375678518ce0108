"""``trimer export adam``: a recorded case or a virtual trial as analysis tables."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import json_option
from trimer.cli.export import export_group
from trimer.cli.printing import print_json


@export_group.command(
    "adam",
    example="trimer export adam linder2016 -o tables\ntrimer export adam run1 -o tables --dataset-json",
    python='trimer.study.export.adam.adam("linder2016").write("tables")',
)
@click.argument("source")
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder, new or empty."
)
@click.option("--dataset-json", is_flag=True, help="Dataset-JSON 1.1 of CDISC as well.")
@click.option("--criteria", help="Sets that judge the disease of a case, separated by commas, or all.")
@click.option("--scale", help="Scales that grade its toxicity, separated by commas, or all.")
@json_option
def adam_command(
    source: str, output: Path, dataset_json: bool, criteria: str | None, scale: str | None, as_json: bool
) -> None:
    """Write SOURCE as tables shaped by ADaM: ADSL, ADEX, ADLB, ADRS, ADTTE, ADAE as CSV, with define.json.

    SOURCE is a case (library name or file) or the folder of a finished trial (trimer trial --keep), whose tables are
    marked VIRTUAL. A date that is not known to the day is left empty; nothing is imputed.
    """
    from trimer.study.export.adam import adam
    from trimer.study.export.adam.write import define

    tables = adam(source, _names(criteria), _names(scale))
    files = tables.write(output, dataset_json)
    if as_json:
        counts = {dataset.name: dataset.records for dataset in tables.datasets}
        print_json(
            {
                "schema": "trimer/export-adam/1",
                "study": tables.study,
                "simulated": tables.simulated,
                "records": counts,
                "files": [str(path) for path in files],
                "lost": define(tables)["not_in_the_tables"],
            }
        )
        return
    click.secho(tables.title, bold=True)
    for dataset in tables.datasets:
        click.echo(f"  {dataset.name:<6}{dataset.records:>8} records  {dataset.label}")
    click.echo(f"Written: {output}")


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
