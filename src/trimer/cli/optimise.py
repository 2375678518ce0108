"""``trimer optimise``: search for schedules that beat a protocol, and test them on fresh patients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json, progress


@cli.command(
    "optimise",
    example="trimer optimise --figure front.png\n"
    "trimer optimise label_schedule --keep search --write schedules\n"
    "trimer optimise label_schedule --keep search --resume --generations 40\n"
    "trimer optimise my_search.toml --lift label_dose --json",
    python='trimer.study.optimise.run.optimise("label_schedule", generations=20)',
)
@click.argument("search", metavar="[NAME|FILE]", default="label_schedule")
@click.option("--patients", type=int, help="Virtual patients of the search. [400]")
@click.option("--fresh", type=int, help="Other virtual patients, in whom what is left is compared. [1200]")
@click.option("--generations", type=int, help="Generations of the search. [20]")
@click.option("--population", type=int, help="Schedules in each generation. [24]")
@click.option("--front", type=int, help="Most schedules that are compared. [12]")
@click.option("--of", metavar="NAME|FILE", help="Population of the virtual patients. [as the file says]")
@click.option("--lift", multiple=True, metavar="NAME", help="Leave a constraint of the file out. Repeatable.")
@click.option("--seed", type=int, help="Seed of patients, search and bootstrap. [20161123]")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for evaluated schedules.")
@click.option("--resume", is_flag=True, help="Go on with what the folder holds.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--write", type=click.Path(file_okay=False, path_type=Path), help="Folder for protocols of the front.")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def optimise_command(
    search: str,
    write: Path | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Search for schedules that a protocol does not dominate, and compare them with it on fresh patients.

    The file says which protocol, what of it may vary, what is wanted and what is forbidden. All candidates treat the
    same virtual patients (NSGA-II); what nothing tried dominates is compared with the protocol on other patients,
    difference by difference. With --write the compared schedules become protocol files for trimer simulate and trimer
    trial. With --keep an interrupted search goes on when --resume is added. Needs the extra trimer[optimise].
    """
    from trimer.study.optimise.run import optimise

    settings = {name: value for name, value in options.items() if value is not None and value not in ((), "")}
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    try:
        with progress(quiet) as shown:
            found = optimise(search, progress=shown, **settings)
    except KeyboardInterrupt:
        keep = options["keep"]
        kept = f"finished generations are kept in {keep}; add --resume to go on" if keep else "nothing was kept"
        raise KeyboardInterrupt(f"interrupted; {kept}.") from None
    if figure:
        from trimer.report.optimise_figure import save

        save(found, figure)
    written = []
    if write:
        from trimer.study.optimise.write import write_protocols

        written = write_protocols(found, write)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.optimise import render

    render(found, console())
    if figure:
        click.echo(f"Figure: {figure}")
    if written:
        click.echo(f"Protocols: {len(written)} in {write}; such as: trimer simulate {written[0]}")
