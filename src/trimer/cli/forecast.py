"""``trimer forecast``: the rest of a record foretold from its beginning, and scored against what then happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trimer.cli.door import cli, json_option
from trimer.cli.fit import fit_options, interruptible, say_written, settings_of
from trimer.cli.printing import console, print_json


@cli.command(
    "forecast",
    example="trimer forecast linder2016 --until e28 --keep early --figure forecast.png\n"
    "trimer forecast linder2016 --until 2015-02 --json\n"
    "trimer forecast my_case.yaml --until 2015-02-09 --walkers 32 --warm-up 200 --steps 300",
    python='trimer.study.twin.forecast.forecast("linder2016", "e28")',
)
@click.argument("case")
@click.option(
    "--until", metavar="DATE|EVENT", required=True,
    help="The last that is known: a day or a month, to its end, or an event, to its last dose or stop.",
)  # fmt: skip
@fit_options
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def forecast_command(case: str, until: str, figure: Path | None, quiet: bool, as_json: bool, **options: Any) -> None:
    """Fit CASE up to a date, foretell the rest of its record, and score it against what then happened.

    Treatment after the date is given as it was recorded. The first line says whether the walkers agree; then how much
    of what was recorded lies within its 90 % interval, how far values were off (CRPS) and what probabilities that were
    stated are worth (Brier score).
    """
    from trimer.study.twin.forecast import forecast

    settings = settings_of(options, figure)
    with interruptible(quiet, settings.get("keep")) as told:
        found = forecast(case, until, progress=told, **settings)
    if figure:
        from trimer.report.forecast_figure import save

        save(found, figure)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.twin import render_forecast

    render_forecast(found, console())
    say_written(settings.get("keep"), [figure] if figure else [])
