"""``trimer calibrate``: the population's parameters as a distribution, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import Progress, console, print_json, progress

SOON = 0.005  # share of a stage after which its time left is worth telling


@cli.command(
    "calibrate",
    example="trimer calibrate calibration --figure calibration.png\n"
    "trimer calibrate quick --stage lymphocytes --stage il6 --members 32 --steps 2 --patients 24\n"
    "trimer calibrate calibration --ship my_population --into .",
    python='trimer.study.calibrate.run.calibrate("calibration")',
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--members", type=int, default=128, show_default=True, help="Of the ensemble: draws that come out.")
@click.option("--steps", type=int, default=4, show_default=True, help="Updates of each stage.")
@click.option("--seed", type=int, default=20261123, show_default=True, help="Seed of members and errors.")
@click.option("--patients", type=click.IntRange(min=1), help="Virtual patients a member. [each stage's own number]")
@click.option("--stage", "names", multiple=True, metavar="NAME", help="A stage to run. Repeatable. [all, in order]")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="Pages, as .svg, .png or .pdf.")
@click.option("--ship", "shipped", metavar="NAME", help="Write NAME.csv and NAME.toml, as a population reads them.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder for --ship. [this one]")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def calibrate_command(
    folder: Path,
    members: int,
    steps: int,
    seed: int,
    patients: int | None,
    names: tuple[str, ...],
    figure: Path | None,
    shipped: str | None,
    into: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Calibrate the population's parameters against published results.

    Every step is kept in FOLDER as soon as it is done: interrupt it when you like, the same command goes on where it
    stopped, and shows the result again when there is nothing left to do. Only results set aside for calibration are
    read; those of validation are not.
    """
    from trimer.errors import InputError
    from trimer.study.calibrate.run import calibrate
    from trimer.study.calibrate.ship import checked_name, document, ship
    from trimer.study.calibrate.stages import STAGES

    known = [stage.name for stage in STAGES]
    for name in names:
        if name not in known:
            raise InputError("--stage", repr(name), f"one of {', '.join(known)}")
    if into and not shipped:
        raise InputError("--into", f"{into} without --ship", "the name to ship under", "Give --ship as well.")
    if shipped:
        checked_name(shipped)
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    chosen = [stage for stage in STAGES if stage.name in names or not names]
    with progress(quiet) as told:
        found = calibrate(
            folder, stages=chosen, members=members, steps=steps, seed=seed, patients=patients,
            progress=with_time_left(told, len(chosen)),
        )  # fmt: skip
    said = document(found, shipped or "")
    written = list(ship(found, shipped, into or Path())) if shipped else []
    if figure:
        from trimer.report.calibration_figure import save

        written += save(said, found.columns, figure)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.calibration import render

    render(said, console())
    for path in written:
        click.echo(f"Written: {path}")


def with_time_left(told: Progress, stages: int, clock: Callable[[], float] | None = None) -> Progress:
    """Return a teller of progress that adds how long the stage will go on: its steps take equal time, stages do not.

    Parameters
    ----------
    told : callable
        Takes a sentence and the share done of all stages, which count alike.
    stages : int
    clock : callable, optional
        Returns seconds.
    """
    import time

    seconds = clock or time.monotonic
    begun: dict[int, tuple[float, float]] = {}  # by stage: when it was first heard of, and how far it was then

    def tell(text: str, share: float) -> None:
        now, (stage, done) = seconds(), divmod(share * stages, 1.0)
        start, before = begun.setdefault(int(stage), (now, done))
        if share < 1.0 and done - before > SOON:
            left = (now - start) / (done - before) * (1.0 - done)
            text = f"{text}, {duration(left)} left in this stage"
        told(text, share)

    return tell


def duration(seconds: float) -> str:
    """Return a time in the unit a person would use."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
