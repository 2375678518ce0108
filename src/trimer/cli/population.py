"""``trimer population``: patients drawn from a population, beside what was published of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json, progress
from trimer.errors import InputError


@cli.command(
    "population",
    example="trimer population adult_rr_ball -n 1000\n"
    'trimer population adult_rr_ball --where "marrow_blast_percent >= 50 %" --grow --out patients.parquet\n'
    "trimer population adult_rr_ball --strata marrow_blast_percent:5,50,95 --each 500 --json\n"
    "trimer population adult_mrd_ball --figure patients.png",
    python='trimer.study.population.draw.draw_population("adult_rr_ball", patients=1000)',
)
@click.argument("name")
@click.option("-n", "--patients", type=int, help="How many virtual patients. [1000]")
@click.option("--first", type=int, default=0, show_default=True, help="Number of the first virtual patient.")
@click.option("--seed", type=int, default=20161123, show_default=True, help="Seed of the virtual patients.")
@click.option("--where", "conditions", multiple=True, metavar="TEXT", help='Such as "age >= 60 year". Repeatable.')
@click.option("--strata", metavar="COVARIATE:EDGES", help="Strata between edges, such as marrow_blast_percent:5,50,95.")
@click.option("--each", type=int, help="Virtual patients of each stratum. [500]")
@click.option("--calibration", help="Calibrated parameters, a name or file; '' for typical. [the population's]")
@click.option("--grow", is_flag=True, help="Grow each patient's disease to entry, and show the state there.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Patients, as .csv or .parquet.")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def population_command(
    name: str,
    patients: int | None,
    first: int,
    seed: int,
    conditions: tuple[str, ...],
    strata: str | None,
    each: int | None,
    calibration: str | None,
    grow: bool,
    threads: int | None,
    out: Path | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Draw virtual patients of a population and show who they are.

    NAME is a population of the library, or a file. Covariates stand beside what was published, with the parameters
    that vary most. Patient number i of a seed is the same patient in every command and trial of this population.
    """
    _together(patients, strata, each, figure)
    settings: dict[str, Any] = {
        "first": first, "seed": seed, "within": conditions, "calibration": calibration, "grow": grow, "threads": threads
    }  # fmt: skip
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    if out:
        from trimer.study.population.draw import check_table

        check_table(out)
    if strata:
        _strata(name, strata, 500 if each is None else each, settings, out, quiet, as_json)
        return
    from trimer.study.population.draw import PATIENTS, draw_population, write_table

    with progress(quiet) as shown:
        found = draw_population(name, PATIENTS if patients is None else patients, progress=shown, **settings)
    if out:
        write_table([found], out)
    if figure:
        from trimer.report.population_figure import save

        save(found, figure)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.population import render

    render(found, console())
    for label, path in (("Patients", out), ("Figure", figure)):
        if path:
            click.echo(f"{label}: {path}")


def _together(patients: int | None, strata: str | None, each: int | None, figure: Path | None) -> None:
    """Raise when options do not go together."""
    if strata and patients is not None:
        raise InputError("-n", str(patients), "--each with --strata")
    if strata and figure:
        raise InputError("--figure", str(figure), "a figure of one population", "Draw a stratum with --where.")
    if each is not None and not strata:
        raise InputError("--each", str(each), "--strata with it")


def _strata(
    name: str, text: str, each: int, settings: dict[str, Any], out: Path | None, quiet: bool, as_json: bool
) -> None:
    """Draw strata and print them."""
    from trimer.study.population.draw import STRATA, draw_strata, write_table

    covariate, _, stated = text.partition(":")
    try:
        edges = [float(edge) for edge in stated.split(",")]
    except ValueError:
        example = "a covariate and edges in its unit, such as marrow_blast_percent:5,50,95"
        raise InputError("--strata", f'"{text}"', example) from None
    with progress(quiet) as shown:
        found = draw_strata(name, covariate.strip(), edges, each, progress=shown, **settings)
    if out:
        write_table(found, out)
    if as_json:
        print_json({"schema": STRATA, "strata": [one.to_dict() for one in found]})
        return
    from trimer.report.population import render_strata

    render_strata(found, console())
    if out:
        click.echo(f"Patients: {out}")
