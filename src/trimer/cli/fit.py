"""``trimer fit``: a patient's twin, the posterior of one patient's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import Progress, console, print_json, progress

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS = (
    click.option("--population", metavar="NAME|FILE|model", help="The prior. [adult_rr_ball]"),
    click.option("--walkers", type=int, help="Walkers of the sampler, an even number. [64]"),
    click.option("--warm-up", type=int, help="Steps of each walker before anything is kept, in blocks of 50. [600]"),
    click.option("--steps", type=int, help="Steps of each walker that are kept, in blocks of 50. [2000]"),
    click.option("--seed", type=int, help="Seed of the sampler. [20160216]"),
    click.option("--error-scale", type=float, help="How much wider errors are than those of measurement. [1.5]"),
    click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for the walkers."),
    click.option("--resume", is_flag=True, help="Go on with what the folder holds."),
    click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]"),
)


def fit_options(command: F) -> F:
    """Add the options of a fit to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@cli.command(
    "fit",
    example="trimer fit linder2016 --keep twin --figure twin.png\n"
    "trimer fit linder2016 --keep twin --resume\n"
    "trimer fit my_case.yaml --until 2015-02-09 --json\n"
    "trimer fit linder2016 --until e28 --walkers 32 --warm-up 200 --steps 300",
    python='trimer.study.twin.run.fit("linder2016")',
)
@click.argument("case")
@click.option(
    "--until", metavar="DATE|EVENT",
    help="Use the record up to then only: to the end of a date, or to the last dose or stop of an event. [all of it]",
)  # fmt: skip
@fit_options
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="Two pages, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def fit_command(case: str, figure: Path | None, quiet: bool, as_json: bool, **options: Any) -> None:
    """Fit the twin of CASE: what its record says of the patient's parameters, with the population as prior.

    Every set of parameters that agrees with the record counts, as often as it deserves; questions about the patient
    (trimer forecast, trimer whatif) are asked of all of them. The first line says whether the walkers of the sampler
    agree. With --keep, finished blocks of 50 steps are kept, and --resume goes on after an interruption, to the same
    answer. CASE is a case of the library or a file; the fit begins before its first engager.
    """
    from trimer.study.twin.forecast import scored
    from trimer.study.twin.run import fit
    from trimer.study.twin.view import learned

    settings = settings_of(options, figure)
    with interruptible(quiet, settings.get("keep")) as told:
        twin = fit(case, progress=told, **settings)
        taught, seen = learned(twin), scored(twin)
    written: list[Path] = []
    if figure:
        from trimer.report.twin_figure import save

        written = save(twin, figure)
    if as_json:
        from trimer.report.twin import as_plain

        print_json(as_plain(twin, taught, seen))
        return
    from trimer.report.twin import render

    render(twin, taught, seen, console())
    say_written(settings.get("keep"), written)


def settings_of(options: dict[str, Any], figure: Path | None) -> dict[str, Any]:
    """Return the settings that were given, once it is sure that nothing asked for is in vain."""
    from trimer.errors import InputError

    settings = {name: value for name, value in options.items() if value is not None and value is not False}
    if "resume" in settings and "keep" not in settings:
        raise InputError("--resume", "no folder to go on with", "the folder given to --keep before")
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    return settings


@contextmanager
def interruptible(quiet: bool, keep: Path | None) -> Iterator[Progress]:
    """Yield what tells progress; an interrupt says what is kept, and how to go on."""
    try:
        with progress(quiet) as told:
            yield told
    except KeyboardInterrupt:
        hint = "nothing was kept; --keep DIR keeps finished blocks"
        kept = f"finished blocks are kept in {keep}; the same command with --resume goes on" if keep else hint
        raise KeyboardInterrupt(f"interrupted; {kept}.") from None


def say_written(keep: Path | None, written: list[Path]) -> None:
    """Tell where walkers and figures are."""
    if keep:
        click.echo(f"Walkers: {keep}")
    for path in written:
        click.echo(f"Figure: {path}")
