"""``trimer validate``: every published endpoint beside virtual trials of the same size."""

from __future__ import annotations

import os
from pathlib import Path

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json, progress
from trimer.errors import InputError


@cli.command(
    "validate",
    example="trimer validate --html validation.html --figure validation.png\n"
    "trimer validate --trials tower,blast --replicates 50\n"
    "trimer validate --keep runs/validation --resume --json > validation.json\n"
    "trimer validate --stored validation.json --acceptance",
    python="trimer.study.validate.validate(200)",
)
@click.option("--trials", help="Trials, lymphocytes, il6, separated by commas. [all]")
@click.option("--replicates", type=int, default=200, show_default=True, help="Virtual repetitions of each trial.")
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of the virtual patients.")
@click.option("--calibration", help="Calibrated draws: a name, a .csv file, or '' for none. [the populations' own]")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for the rows of every trial.")
@click.option("--resume", is_flag=True, help="Go on with what the folder holds.")
@click.option("--stored", type=click.Path(dir_okay=False, path_type=Path), help="Show this result; simulate nothing.")
@click.option("--acceptance", is_flag=True, help="Show the aims the model was built to, and what came of them.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="One self-contained page.")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def validate_command(
    trials: str | None,
    replicates: int,
    seed: int,
    calibration: str | None,
    threads: int | None,
    keep: Path | None,
    resume: bool,
    stored: Path | None,
    acceptance: bool,
    page: Path | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Put every published endpoint beside virtual trials of the same size.

    Each endpoint is marked as calibrated (the calibration used it) or predicted (it was kept from it), with the
    observed value and its interval, the 95 % predictive interval at the trial's own size, and a verdict.
    """
    from trimer.study.validate import stored as read
    from trimer.study.validate import validate

    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    if page and not (page.absolute().parent.is_dir() and os.access(page.absolute().parent, os.W_OK)):
        raise InputError("--html", str(page), "a file in a folder that can be written")
    if stored:
        found = read(stored)
    else:
        wanted = [name.strip() for name in trials.split(",") if name.strip()] if trials is not None else None
        with progress(quiet) as shown:
            found = validate(
                replicates, seed=seed, trials=wanted, calibration=calibration, threads=threads, keep=keep,
                resume=resume, progress=shown,
            )  # fmt: skip
    if figure:
        from trimer.report.validation_figure import save

        save(found, figure)
    if page:
        from trimer.report.validation_page import write

        write(found, page)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.validation import render, render_acceptance

    (render_acceptance if acceptance else render)(found, console())
    for label, path in (("Page", page), ("Figure", figure)):
        if path:
            click.echo(f"{label}: {path}")
