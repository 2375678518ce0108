"""``trimer whatif``: plans of treatment compared in the same posterior draws of a patient, or the same patients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json, progress


@cli.command(
    "whatif",
    example="trimer whatif linder2016 --protocol blinatumomab_label_astct_2019\n"
    "trimer whatif linder2016 --protocol none --protocol my_schedule.toml --at e36 --figure whatif.png\n"
    "trimer whatif linder2016 --protocol blinatumomab_label_astct_2019 --until 2015-02-09 --json\n"
    "trimer whatif --population adult_rr_ball --patients 300 --protocol blinatumomab_label_astct_2019 "
    "--protocol blinatumomab_sc_250_500",
    python='trimer.study.whatif.whatif("linder2016", ["blinatumomab_label_astct_2019"])',
)
@click.argument("case", metavar="[CASE]", required=False)
@click.option(
    "--protocol", "protocols", multiple=True, metavar="NAME|FILE",
    help="A protocol or regimen; or recorded, or none. Repeatable.",
)  # fmt: skip
@click.option(
    "--against", metavar="recorded|none|NAME|FILE",
    help="What they are compared with. [recorded; of a population, the first protocol]",
)  # fmt: skip
@click.option("--at", metavar="DATE|EVENT", help="The decision, just before its treatment. [before the first engager]")
@click.option("--days", type=float, default=365.0, show_default=True, help="Horizon, from the decision.")
@click.option("--draws", type=int, help="Posterior draws of the patient. [200]")
@click.option(
    "--until", metavar="DATE|EVENT",
    help="Fit the patient to the record up to then only, an event to its last dose or stop. [all of it]",
)  # fmt: skip
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder of a fit of your own to use.")
@click.option("--population", metavar="NAME|FILE", help="Virtual patients of this population instead of a case.")
@click.option("--patients", type=int, help="How many virtual patients. [300]")
@click.option("--within", multiple=True, metavar="CONDITION", help="Such as: marrow_blast_percent >= 50 %. Repeatable.")
@click.option("--seed", type=int, help="Seed of the virtual patients. [20161123]")
@click.option("--outcomes", help="Outcomes to show, separated by commas. [sixteen]")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def whatif_command(
    case: str | None,
    outcomes: str | None,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Ask what would have become of CASE under other treatment.

    All plans begin at the same decision, in the same draws of what is not known of the patient, or in the same virtual
    patients, so that their differences are those of the plans alone. Every figure stands with its 90 % interval. Where
    the question leaves what the model was calibrated on is said first.
    """
    from trimer.study.whatif import whatif

    _belongs(case, options)
    settings = {name: value for name, value in options.items() if value not in (None, ())}
    if outcomes:
        settings["shown"] = tuple(name.strip() for name in outcomes.split(",") if name.strip())
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    with progress(quiet) as shown:
        found = whatif(case, progress=shown, **settings)
    if figure:
        from trimer.report.whatif_figure import save

        save(found, figure)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.whatif import render

    render(found, console())
    if figure:
        click.echo(f"Figure: {figure}")


def _belongs(case: str | None, options: dict[str, Any]) -> None:
    """Raise when an option belongs to the other kind of question."""
    from trimer.errors import InputError

    other = ("population", "patients", "within", "seed") if case else ("at", "draws", "until", "keep")
    for name in other:
        if options[name] not in (None, ()):
            mine, its = ("a case", "a population") if case else ("a population", "a case")
            raise InputError(f"--{name}", f"a question about {mine}", f"one about {its}, which this option is for")
