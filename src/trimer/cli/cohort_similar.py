"""``trimer cohort similar``: the courses nearest to a case, and what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.cohort import cohort_group
from trimer.cli.cohort_query import show_outcomes, show_published
from trimer.cli.door import json_option
from trimer.cli.printing import heading, paragraph, print_json

if TYPE_CHECKING:
    from trimer.study.cohorts.features import Features
    from trimer.study.cohorts.neighbours import Neighbour


@cohort_group.command(
    "similar",
    example="trimer cohort similar cohort.db linder2016 --at e22 -k 50 --figure similar.svg",
    python='trimer.study.cohorts.CohortStore("cohort.db").similar("linder2016", k=50, at="e22")',
)
@click.argument("store", metavar="DB", type=click.Path(path_type=Path))
@click.argument("case")
@click.option("-k", "--nearest", type=int, default=50, show_default=True, help="Courses of each origin.")
@click.option("--at", metavar="EVENT", help="Compare the case as it stood at this event. [where it is entered]")
@click.option("--show", type=click.IntRange(0), default=5, show_default=True, help="Neighbours printed one by one.")
@click.option(
    "--figure", type=click.Path(dir_okay=False, path_type=Path), help="Response and survival, as .svg or .png."
)
@json_option
def similar_command(
    store: Path, case: str, nearest: int, at: str | None, show: int, figure: Path | None, as_json: bool
) -> None:
    """Rank courses by their distance from CASE at entry; tell what came of the nearest.

    The distance adds up what each feature contributes, by weights and scales that are assumed and printed. It says who
    looks alike at entry, not who will fare alike. Recorded and virtual courses are ranked and answered for separately.
    """
    from trimer.study.cohorts import CohortStore
    from trimer.study.cohorts.features import features

    found = CohortStore(store).similar(case, nearest, at)
    if figure:
        from trimer.report.cohort_figure import save

        save(found, figure)
    if as_json:
        print_json(found.to_dict())
        return
    known = features()
    click.secho(f"Courses similar to {found.case} at {found.at}", bold=True)
    heading("What is compared: value, weight, and the gap that counts as far as can be")
    for feature in known.features:
        scale = f", gap of {feature.scale:g} {_unit(feature.kind, feature.unit)}".rstrip() if feature.numeric else ""
        value = feature.words(found.values[feature.name])
        counted = f"weight {feature.weight:g}{scale}" if found.values[feature.name] is not None else "counts for nobody"
        paragraph(f"{value} ({counted})", f"  {feature.label}: ")
    paragraph(f"Not known of a course: {known.missing:g} of the weight. All weights and scales are assumed.", "\n  ")
    for origin, near in found.neighbours.items():
        _show(origin, near[:show], known)
    heading(f"What came of the {found.wanted} nearest of each origin")
    show_outcomes(tuple(found.outcomes.values()))
    if found.left_out:
        paragraph("The case itself is in the store and is not among its neighbours.", "\n  ")
    show_published(found.comparators)
    if figure:
        click.echo(f"\nFigure: {figure}")
    click.echo()
    paragraph(found.notice, "")


def _unit(kind: str, unit: str) -> str:
    if kind == "logarithm":
        return "powers of ten"
    return "" if unit == "number" else unit


def _show(origin: str, near: tuple[Neighbour, ...], known: Features) -> None:
    """Print neighbours one by one, the contributions largest first."""
    if not near:
        return
    heading(f"The nearest {origin} courses, and what sets them apart")
    for item in near:
        shares = sorted(item.contributions.items(), key=lambda pair: -pair[1])
        labels = {f.name: f for f in known.features}
        apart = [f"{labels[n].label} {labels[n].words(item.values[n])} (+{x:.3f})" for n, x in shares if x >= 0.0005]
        who = ", ".join(filter(None, (item.source, item.subject, item.arm)))
        lived = (
            "" if item.os_months is None else f", {'died at' if item.died else 'alive at'} {item.os_months:.1f} months"
        )
        paragraph(
            f"{who}: {item.response or 'response not known'}{lived}. {'; '.join(apart) or 'alike'}",
            f"  {item.distance:.3f}  ",
        )
