"""``trimer ask``: a question of the library, or of one's own file, answered with intervals."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import columns, console, print_json, progress

SHORTEST = 20  # letters of a question on its line


@cli.command(
    "ask",
    example="trimer ask\ntrimer ask first_dose_and_step\ntrimer ask prephase --patients 400 --figure prephase.png",
    python='trimer.study.ask.run.ask("first_dose_and_step").sentences',
)
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option("--patients", type=int, help="Virtual patients, or posterior draws. [as the file says]")
@click.option("--days", type=float, help="Horizon. [as the file says]")
@click.option("--seed", type=int, help="Seed of virtual patients and intervals. [20161123]")
@click.option(
    "--scans/--no-scans", default=True,
    help="Compare again over the values of a parameter, where the file says so, or leave that out: sentences then read "
    '"not known" in its place. [--scans]',
)  # fmt: skip
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def ask_command(
    name: str | None,
    patients: int | None,
    days: float | None,
    seed: int | None,
    scans: bool,
    threads: int | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Answer a question in three sentences; without a name, list the questions there are.

    The options of a question treat the same subjects. What they did is told with 90 % intervals, differences subject by
    subject, and a difference whose interval holds zero is said to be not shown. Each answer ends with what not to
    conclude from it. A question file of your own is asked in the same way.
    """
    if name is None:
        _list(as_json)
        return
    from trimer.study.ask.run import ask
    from trimer.study.population.patients import SEED

    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    with progress(quiet) as shown:
        answer = ask(
            name, patients=patients, days=days, seed=SEED if seed is None else seed, scans=scans, threads=threads,
            progress=shown,
        )  # fmt: skip
        found = answer.to_dict()
    if figure:
        from trimer.report.ask_figure import save

        save(found, figure)
    if as_json:
        print_json(found)
        return
    from trimer.report.ask import render

    render(found, console())
    if figure:
        click.echo(f"Figure: {figure}")


def _list(as_json: bool) -> None:
    """Print every question of the library on a line."""
    from trimer.library.files import find, list_entries, read_toml

    rows = [{"name": n, "question": read_toml(find("questions", n))["question"]} for n in list_entries("questions")]
    if as_json:
        print_json(rows)
        return
    wide = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        line = shorten(row["question"], max(columns() - wide - 2, SHORTEST), placeholder=" …")
        click.echo(f"{row['name']:{wide}}  {line}")
