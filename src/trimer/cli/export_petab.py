"""``trimer export petab``: a patient's twin as a PEtab problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import json_option, setting
from trimer.cli.export import export_group
from trimer.cli.printing import paragraph, print_json

if TYPE_CHECKING:
    from trimer.study.export.petab_problem import PetabExport


@export_group.command(
    "petab",
    example="trimer export petab linder2016 -o twin\n"
    "trimer export petab my_case.yaml --until 2015-03 --parameters k_growth,k_kill -o twin",
    python='trimer.study.export.petab_problem.petab("linder2016").write("twin")',
)
@click.argument("case")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder, new or empty, for the six files."
)
@click.option("--until", metavar="DATE|EVENT", help="Use the record up to then only. [all of it]")
@click.option("--population", default="adult_rr_ball", show_default=True, metavar="NAME|FILE|model", help="The prior.")
@click.option("--parameters", metavar="NAME,...", help="Estimate these only. [all that vary between patients]")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A parameter, in its unit. Repeatable.")
@click.option(
    "--error-scale",
    type=float,
    default=1.5,
    show_default=True,
    help="How much wider errors are than in measuring.",
)
@json_option
def petab_command(
    case: str,
    output: Path,
    until: str | None,
    population: str,
    parameters: str | None,
    settings: tuple[str, ...],
    error_scale: float,
    as_json: bool,
) -> None:
    """Write the twin of CASE as a PEtab problem (version 1): what `trimer fit` estimates, for other tools.

    CASE is a library name or a file. The folder holds the model with the doses (SBML), and tables of the condition,
    observables with their noise, measurements, and parameters with bounds and priors. The likelihood is that of `trimer
    fit` but for a constant, which is printed; no bound or interval of the record is left out. Needs the extra
    trimer[sbml].
    """
    from trimer.study.export.petab_problem import petab

    names = None if parameters is None else [name.strip() for name in parameters.split(",") if name.strip()]
    made = petab(
        case, until=until, population=population, parameters=names, changes=dict(map(setting, settings)),
        error_scale=error_scale,
    )  # fmt: skip
    problem = made.write(output)
    if as_json:
        print_json({"schema": "trimer/export-petab/1", **made.to_dict(), "file": str(problem)})
        return
    _say(made)
    click.echo(f"Written: {problem}")


def _say(made: PetabExport) -> None:
    held = f", {len(made.held)} held" if made.held else ""
    facts = f"{made.exact} exact values and {made.bounds} bounds; {len(made.estimated)} parameters to estimate{held}"
    paragraph(f"{made.title}: {facts}; time 0 is day {made.start:g} of the record.", "")
    paragraph(f"Its log likelihood is that of `trimer fit` and {made.constant:.6f}.", "")
    for datum in made.silent:
        paragraph(f"Not in it: {datum} (nothing lies beyond its bounds)", "")
    for what, why in made.lost:
        paragraph(f"Not in it: {what} ({why})", "")
