"""``trimer cohort query``: how many courses, their response and survival."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimer.cli.cohort import cohort_group
from trimer.cli.door import json_option
from trimer.cli.printing import console, heading, paragraph, print_json

if TYPE_CHECKING:
    from trimer.library.load_published import Published
    from trimer.study.cohorts.answers import Outcome


@cohort_group.command(
    "query",
    example='trimer cohort query cohort.db --ph negative --salvage ">= 2" --marrow ">= 50 %"\n'
    "trimer cohort query cohort.db --refractory blinatumomab --antigen dim --csv",
    python='trimer.study.cohorts.CohortStore("cohort.db").query(ph="negative", salvage=">= 2", marrow=">= 50 %")',
)
@click.argument("store", metavar="DB", type=click.Path(path_type=Path))
@click.option("--origin", metavar="recorded|virtual", help="Courses of one origin. [both, answered for separately]")
@click.option("--ph", metavar="positive|negative", help="Philadelphia chromosome.")
@click.option("--sex", metavar="female|male")
@click.option("--age", metavar="RANGE", help='At entry, such as ">= 60 year" or "18 to 35 year".')
@click.option("--salvage", metavar="RANGE", help='Salvage lines before entry, such as ">= 2".')
@click.option("--marrow", metavar="RANGE", help='Blasts at entry, such as ">= 50 %".')
@click.option("--mrd", metavar="RANGE", help='Leukaemic share of the marrow at entry, such as "< 1e-3 fraction".')
@click.option("--prior-hsct", metavar="yes|no", help="Transplanted before entry.")
@click.option(
    "--refractory",
    metavar="last|NAME",
    help="To the last treatment before entry, or to one by name at any time.",
)
@click.option("--antigen", metavar="positive|dim|heterogeneous|negative", help="CD19 at entry.")
@click.option("--antigen-at-failure", metavar="positive|dim|...", help="CD19 at relapse or primary failure.")
@click.option("--treatment", metavar="NAME", help="A drug or treatment given at any time.")
@click.option("--response", metavar="CATEGORY", help="Best response after entry, such as CR.")
@click.option("--source", metavar="NAME", help="Courses of one source, by its name in `cohort list`.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a number a row.")
@json_option
def query_command(store: Path, as_csv: bool, as_json: bool, **asked: str | None) -> None:
    """Tell of how many courses the filters hold, what their response was, and their survival.

    Filters are plain words and ranges with units; all of them must hold. A course that does not say is not counted, and
    told. Recorded and virtual courses are never added up. Published results stand beside for comparison.
    """
    from trimer.study.cohorts import CohortStore, Filters

    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json.")
    found = CohortStore(store).query(Filters(**asked))
    if as_json:
        print_json(found.to_dict())
    elif as_csv:
        _print_csv(found.table())
    else:
        words = ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in found.filters.asked().items())
        click.secho(f"{store}: {words or 'all courses'}", bold=True)
        show_outcomes(found.outcomes)
        for origin, open_ in found.unknown.items():
            told = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in open_.items())
            if told:
                paragraph(f"{origin} courses that do not say: {told}.", "\n  ")
        show_published(found.comparators)
        click.echo()
        paragraph(found.notice, "")


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print what came of courses, a column an origin."""
    from rich.markup import escape
    from rich.table import Table

    from trimer.study.cohorts.answers import outcome_rows

    columns = [{(row["what"], row["group"]): row for row in outcome_rows(found)} for found in outcomes]
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("")
    for found in outcomes:
        table.add_column(f"{found.origin} ({found.courses:,})", justify="right")
        table.add_column("95 %", justify="right")
    keys = dict.fromkeys(key for rows in columns for key in rows if key[0] != "courses")
    for key in sorted(keys, key=lambda key: next((i for i, time in enumerate(("os", "rfs"), 1) if time in key[0]), 0)):
        cells = [cell for rows in columns for cell in _cells(rows.get(key))]
        table.add_row(escape(": ".join(filter(None, key))), *cells)
    click.echo()
    console().print(table)
    for found in outcomes:
        undated = {name: held.undated for name, held in found.survival.items() if held and held.undated}
        if undated:
            told = ", ".join(f"{name} {number:,}" for name, number in undated.items())
            words = "events without a last possible date, which by the latest dates have not happened"
            paragraph(f"{found.origin}, {words}: {told}.", "\n  ")


def show_published(found: Sequence[Published]) -> None:
    """Print published results, each with its denominator, interval and provenance."""
    from trimer.study.cohorts.answers import published_row

    heading("Published, for comparison (not in the store)")
    for item in found:
        row = published_row(item)
        of = "" if item.n is None else f" of {item.n}" if item.unit == "month" else f", n = {item.n}"
        paragraph(
            f"{item.key.replace('_', ' ')}, {item.group}: {_value(row)}{_limits(row)}{of} ({row['note']})",
            f"  {item.trial}, {item.arm}  ",
        )


def _cells(row: Mapping[str, Any] | None) -> tuple[str, str]:
    if row is None or not row["n"]:
        return "not known", ""
    share = (
        f"{row['events']:,} of {row['n']:,}" if row["unit"] == "%" and "exact" in row["note"] else f"n = {row['n']:,}"
    )
    return f"{_value(row)} ({share})", _limits(row).strip()


def _value(row: Mapping[str, Any]) -> str:
    share = row["unit"] == "%"
    if row["value"] != row["value"]:
        return "beyond follow-up" if share else "not reached"
    return f"{row['value']:.1f} {'%' if share else 'months'}"


def _limits(row: Mapping[str, Any]) -> str:
    low, high = (
        None if x is None or x != x or abs(x) == float("inf") else f"{x:.1f}" for x in (row["low"], row["high"])
    )
    return f" {low or '?'} to {high or 'not reached'}" if low or high else ""


def _print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: "" if x is None or x != x else _plain(x) for name, x in row.items()})


def _plain(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
