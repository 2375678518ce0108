"""``trimer simulate``: a treatment for the typical patient, or for any number of virtual patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimer.cli.door import cli, json_option, setting
from trimer.cli.printing import console, print_json, progress

if TYPE_CHECKING:
    from trimer.study.simulate import Settings
    from trimer.study.simulation import Simulation
    from trimer.therapy.size import Size


@cli.command(
    "simulate",
    example="trimer simulate blinatumomab_rr --cycles 1 --days 90\n"
    "trimer simulate blinatumomab_label_astct_2019 --patients 1000 --days 730 --figure trial.png\n"
    "trimer simulate blinatumomab_label_lee_2014 --patients 100000 --days 730 --keep run1\n"
    "trimer simulate blinatumomab_rr --set crs_frailty=2 --outputs temperature,il6 --json\n"
    "trimer simulate doses.csv --subject 2 --patients 100",
    python='trimer.simulate("blinatumomab_label_astct_2019", patients=1000, days=730)',
)
@click.argument("treatment")
@click.option("--patients", type=int, help="How many virtual patients. [the typical patient alone]")
@click.option("--first", type=int, default=0, show_default=True, help="Number of the first virtual patient.")
@click.option("--days", type=float, help="To what day. [28 past the last dose; 365 of a protocol]")
@click.option("--every", type=float, default=1.0, show_default=True, help="Days between outputs.")
@click.option("--outputs", help="Observables or states, separated by commas. [the usual twelve]")
@click.option("--cycles", type=click.IntRange(min=1), help="Cycles of a regimen. [all]")
@click.option("--subject", help="Of an event table: its ID. [the first]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter, in its canonical unit; the same in every patient. Repeatable.",
)
@click.option("--weight", type=float, help="Of the patient, kg. [70]")
@click.option("--height", type=float, help="Of the patient, cm. [175]")
@click.option("--run-in", type=float, default=60.0, show_default=True, help="Days in which the disease grows before.")
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of the virtual patients.")
@click.option("--rtol", type=float, help="Relative tolerance. [1e-6 for one patient, 1e-4 for many]")
@click.option("--backend", default="cpu", show_default=True, help="What solves: cpu, reference, gpu.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for endpoints and decisions.")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="Curves, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def simulate_command(
    treatment: str,
    patients: int | None,
    first: int,
    days: float | None,
    every: float,
    outputs: str | None,
    cycles: int | None,
    subject: str | None,
    settings: tuple[str, ...],
    weight: float | None,
    height: float | None,
    run_in: float,
    seed: int,
    rtol: float | None,
    backend: str,
    threads: int | None,
    keep: Path | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Simulate a treatment: the typical patient, or virtual patients drawn from the population.

    TREATMENT is a regimen (a calendar) or a protocol (rules that hold, give, resume, step and stop), by library name
    or file; or a NONMEM event table (.csv, its dictionary beside it), of which one subject's doses are given. Patient
    number i of a seed is the same patient in every run. With --keep, finished patients are kept: a run that was
    interrupted goes on where it stopped when the same command is given again.
    """
    table = treatment.lower().endswith(".csv")
    _belongs(table, cycles, weight, height, subject)
    wanted = tuple(dict.fromkeys(name.strip() for name in (outputs or "").split(",") if name.strip()))
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    from trimer.study.simulate import Settings

    chosen = Settings(patients, first, days, every, wanted, rtol, threads, backend)
    given = {"run_in": run_in, "changes": dict(map(setting, settings)), "seed": seed, "keep": keep}
    own = {"subject": subject} if table else {"cycles": cycles, "size": _size(weight, height)}
    try:
        with progress(quiet) as shown:
            found = _simulated(treatment, table, chosen, {**given, **own, "progress": shown})
    except KeyboardInterrupt:
        kept = f"finished patients are kept in {keep}; the same command goes on" if keep else "nothing was kept"
        raise KeyboardInterrupt(f"interrupted; {kept}.") from None
    if figure:
        from trimer.report.simulation_figure import save

        save(found, figure)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.simulation import render

    render(found, console())
    for label, path in (("Endpoints and decisions", keep), ("Figure", figure)):
        if path:
            click.echo(f"{label}: {path}")


def _simulated(treatment: str, table: bool, chosen: Settings, given: dict[str, Any]) -> Simulation:
    """Return the simulation of a treatment, or of a table's subject."""
    if table:
        from trimer.study.export.nonmem_simulated import simulate_table

        return simulate_table(treatment, settings=chosen, **given)
    from dataclasses import asdict

    from trimer.study.simulate import simulate

    named = {name: value for name, value in asdict(chosen).items() if name != "chunk"}
    return simulate(treatment, **named, **given)


def _belongs(table: bool, cycles: int | None, weight: float | None, height: float | None, subject: str | None) -> None:
    """Refuse options that belong to the other kind of treatment."""
    given = {"--cycles": cycles, "--weight": weight, "--height": height} if table else {"--subject": subject}
    for name, value in given.items():
        if value is not None:
            belongs = "a regimen or protocol; a table says its own" if table else "an event table (.csv)"
            raise click.UsageError(f"{name} belongs to {belongs}.")


def _size(weight: float | None, height: float | None) -> Size:
    """Return the size asked for; the usual one when nothing is."""
    from trimer.study.scenario import SIZE
    from trimer.therapy.size import Size

    if weight is None and height is None:
        return SIZE
    return Size.of(SIZE.weight if weight is None else weight, SIZE.height if height is None else height / 100.0)
