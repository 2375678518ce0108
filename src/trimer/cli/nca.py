"""``trimer nca``: non-compartmental summaries of an event table, or of simulated patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import paragraph, print_json

if TYPE_CHECKING:
    from trimer.study.nca_table import Summary


@cli.command(
    "nca",
    example="trimer nca data.csv\ntrimer nca blinatumomab_rr --cycles 2\n"
    "trimer nca blinatumomab_rr --patients 20 --json",
    python='trimer.study.nca_table.nca_table("data.csv")\n'
    "trimer.study.nca.nca(times, concentrations, [Given(0.0, 28.0)])",
)
@click.argument("what", metavar="DATA|TREATMENT")
@click.option("--dictionary", type=click.Path(path_type=Path), help="Of DATA. [the table's name, .json]")
@click.option("--patients", type=int, help="Of a treatment: how many virtual patients. [the typical patient alone]")
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of the virtual patients.")
@click.option("--cycles", type=click.IntRange(min=1), help="Cycles of a regimen. [all]")
@click.option("--days", type=float, help="To what day. [28 past the last dose; 365 of a protocol]")
@click.option("--every", type=float, default=1 / 24, show_default="1 h", help="Days between simulated samples.")
@json_option
def nca_command(
    what: str,
    dictionary: Path | None,
    patients: int | None,
    seed: int,
    cycles: int | None,
    days: float | None,
    every: float,
    as_json: bool,
) -> None:
    """Summarise concentrations without a model: exposure, terminal slope, clearance, steady state.

    DATA is an event table (.csv) with its dictionary, TREATMENT a regimen or protocol, simulated. One row for each
    subject, drug and exposure; infusions that follow one another are one exposure.
    """
    from trimer.study.nca_table import SCHEMA, nca_table, nca_treatment

    if what.endswith((".csv", ".dat", ".txt")):
        found = nca_table(what, dictionary)
    else:
        found = nca_treatment(what, patients=patients, days=days, every=every, cycles=cycles, seed=seed)
    if as_json:
        print_json({"schema": SCHEMA, "summaries": [one.to_dict() for one in found]})
        return
    _show(found)


def _show(found: tuple[Summary, ...]) -> None:
    unit = found[0].unit
    click.secho("Non-compartmental summary", bold=True)
    names = ("start", "Cmax", "Tmax", "AUClast", "AUCinf", "extrap.", "t1/2", "points", "adj. R2", "CL", "Vz", "Css")
    units = ("day", unit, "day", f"{unit} day", "", "%", "h", "", "", "L/h", "L", unit)
    for heads in (names, units):
        click.echo(f"{'ID' if heads is names else '':>5} {'drug' if heads is names else '':<16}", nl=False)
        click.echo("".join(f"{head:>11}" for head in heads))
    for one in found:
        r = one.result
        numbers = (r.start, r.cmax, r.tmax, r.auc_last, r.auc_inf, r.extrapolated, 24 * r.half_life, r.lambda_z_points)
        cells = [f"{n:.4g}" if n == n else "-" for n in (*numbers, r.lambda_z_r2, r.cl / 24, r.vz, r.css)]
        click.echo(f"{one.subject:>5} {one.drug[:16]:<16}" + "".join(f"{cell:>11}" for cell in cells))
    click.echo()
    if any(one.extravascular for one in found):
        paragraph("CL and Vz of doses that were absorbed are CL/F and Vz/F.", "")
    paragraph("Linear-up log-down areas; slope of the best adjusted R2 from three points on; research software.", "")
