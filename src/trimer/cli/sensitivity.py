"""``trimer sensitivity``: which parameters decide a treatment's endpoints."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import cli, json_option, setting
from trimer.cli.printing import console, print_json, progress


@cli.command(
    "sensitivity",
    example="trimer sensitivity blinatumomab_rr --cycles 1 --figure sensitivity.png\n"
    "trimer sensitivity blinatumomab_rr --cycles 1 --keep 12 --base 2048 --json\n"
    "trimer sensitivity blinatumomab_label_astct_2019 --days 90 --set k_growth=0.15",
    python='trimer.study.patient_endpoints.sensitivity("blinatumomab_rr", cycles=1)',
)
@click.argument("treatment")
@click.option("--cycles", type=click.IntRange(min=1), help="Cycles of a regimen. [all]")
@click.option("--days", type=float, help="To what day. [28 past the last dose; 56 of a protocol]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter, in its canonical unit, that is then not varied. Repeatable.",
)
@click.option("--keep", type=int, default=8, show_default=True, help="Parameters that get Sobol indices.")
@click.option("--trajectories", type=int, default=20, show_default=True, help="Of the screening.")
@click.option("--levels", type=int, default=4, show_default=True, help="Of the screening's grid, even.")
@click.option("--base", type=int, default=1024, show_default=True, help="Sobol base sample, a power of two.")
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of both samples.")
@click.option("--backend", default="cpu", show_default=True, help="What solves: cpu, reference, gpu.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def sensitivity_command(
    treatment: str,
    cycles: int | None,
    days: float | None,
    settings: tuple[str, ...],
    keep: int,
    trajectories: int,
    levels: int,
    base: int,
    seed: int,
    backend: str,
    threads: int | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say which parameters decide ten endpoints of a typical patient under a treatment.

    TREATMENT is a regimen or a protocol, by library name or file. Every parameter that differs between patients is
    screened from its 5th to its 95th percentile (Morris); the strongest get Sobol indices. Needs the extra
    trimer[sensitivity].
    """
    from trimer.study.patient_endpoints import sensitivity

    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    with progress(quiet) as shown:
        found = sensitivity(
            treatment, days, cycles=cycles, changes=dict(map(setting, settings)), keep=keep, trajectories=trajectories,
            levels=levels, base=base, seed=seed, backend=backend, threads=threads, progress=shown,
        )  # fmt: skip
    if figure:
        from trimer.report.sensitivity_figure import save

        save(found, figure)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.sensitivity import render

    render(found, console())
    if figure:
        click.echo(f"Figure: {figure}")
