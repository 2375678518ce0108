"""``trimer trial``: a virtual trial, replicates of it as it was, and the power of trials like it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json, progress
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.report.trial_words import Curves
    from trimer.study.trial.run import TrialResult
    from trimer.therapy.trial import Trial

SIZES = "50,100,200,400"


@cli.command(
    "trial",
    example="trimer trial mt103_211 -n 2000 --html trial.html\n"
    "trimer trial tower -n 10000 --keep run1 --figure trial.png\n"
    "trimer trial tower -n 10000 --keep run1 --resume --power os_median --per-arm 100,200,400\n"
    "trimer trial mt103_211 --power cr_crh --null 0.2 --per-arm 25,50,100\n"
    "trimer trial mt103_211 --replicates 200 --json",
    python='trimer.study.trial.run.trial("mt103_211", patients=2000)',
)
@click.argument("name", metavar="TRIAL")
@click.option("-n", "--patients", type=int, help="How many virtual patients, in every arm. [2000]")
@click.option("--first", type=click.IntRange(min=0), help="Number of the first virtual patient. [0]")
@click.option("--seed", type=int, default=20161123, show_default=True, help="Seed of the virtual patients.")
@click.option(
    "--calibration",
    metavar="NAME|FILE|none",
    help="Calibrated population parameters, or none for typical values. [the population's own]",
)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for patients and summary.")
@click.option("--resume", is_flag=True, help="Go on with what the folder holds.")
@click.option("--dask", metavar="ADDRESS", help="Dask scheduler on whose workers patients are run.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--chunk", type=click.IntRange(min=1), help="Patients solved and kept at a time. [1024]")
@click.option("--replicates", type=click.IntRange(min=1), help="Run so many replicates of the trial as it was instead.")
@click.option("--power", "endpoint", metavar="ENDPOINT", help="Power of trials drawn from the run, for this endpoint.")
@click.option("--per-arm", metavar="N1,N2,...", help=f"Patients an arm of these trials. [{SIZES}]")
@click.option("--null", type=float, metavar="RATE", help="Each arm alone, against this rate, such as 0.2.")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="The report, as one .html file.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def trial_command(
    name: str,
    endpoint: str | None,
    per_arm: str | None,
    null: float | None,
    replicates: int | None,
    figure: Path | None,
    html: Path | None,
    quiet: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Run a virtual trial: virtual patients in every arm, with every endpoint and its interval.

    TRIAL is a trial of the library or a file of your own. Patient number i of a seed is the same patient in every arm
    and run. With --keep, finished patients are kept, and --resume goes on where a run was interrupted. --replicates
    tells what trials of the published size would have shown; --power draws trials of other sizes from the patients of
    the run.
    """
    import trimer.library as library

    calibration = settings["calibration"]
    settings["calibration"] = "" if calibration == "none" else calibration
    settings = {key: value for key, value in settings.items() if value is not None}
    found = library.trial(name)
    if replicates:
        _refuse_with_replicates(settings, endpoint=endpoint, per_arm=per_arm, null=null, figure=figure, html=html)
        _run_replicates(found, replicates, quiet, as_json, settings)
        return
    if endpoint is None and (per_arm or null is not None):
        raise click.UsageError("--per-arm and --null are of --power.")
    sizes = _sizes(per_arm or SIZES)
    if endpoint:
        _check_power(found, endpoint, null)
    _check_files(figure, html)
    result = _run(found, quiet, settings)
    curves = _curves(result, endpoint, sizes, null) if endpoint else {}
    _show(result, name, endpoint, null, curves, figure, html, as_json)
    if not as_json:
        for label, path in (("Patients and summary", settings.get("keep")), ("Figure", figure), ("Report", html)):
            if path:
                click.echo(f"{label}: {path}")


def _run(found: Trial, quiet: bool, settings: dict[str, Any]) -> TrialResult:
    from trimer.study.trial.run import trial

    keep = settings.get("keep")
    try:
        with progress(quiet) as shown:
            return trial(found, **settings, progress=shown)
    except KeyboardInterrupt:
        kept = f"finished patients are kept in {keep}; add --resume to go on" if keep else "nothing was kept"
        raise KeyboardInterrupt(f"interrupted; {kept}.") from None


def _show(
    result: TrialResult,
    given: str,
    endpoint: str | None,
    null: float | None,
    curves: Curves,
    figure: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Write what files were asked for and print the rest."""
    from trimer.report import trial, trial_words

    reference = result.trial.reference
    title = trial_words.power_title(endpoint, null, reference.name if reference else "") if endpoint else ""
    if figure:
        from trimer.report.trial_figure import save

        save(result, figure)
    if html:
        from trimer.report.trial_page import write

        write(result, html, (title, curves) if endpoint else None)
    if as_json:
        power = {"power": {"endpoint": endpoint, "title": title, "null": null, "arms": _plain(curves)}}
        print_json({**result.to_dict(), **(power if endpoint else {})})
        return
    shown = console()
    trial.render(result, shown)
    if endpoint:
        trial.render_power(title, curves, shown)
    else:
        trial.render_next(result.trial, given, shown)


# ---- power


def _sizes(per_arm: str) -> list[int]:
    """Return the sizes asked for."""
    parts = [part.strip() for part in per_arm.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise InputError("--per-arm", repr(per_arm), "numbers of patients, such as 50,100,200")
    return sorted({int(part) for part in parts})


def _check_power(found: Trial, endpoint: str, null: float | None) -> None:
    """Refuse, before anybody is simulated, what power cannot be had of."""
    from trimer.study.trial.summary import definition

    measure = definition(endpoint).measure.name
    if null is None:
        if found.reference is None:
            wanted = "a trial with an arm of reference, or a rate to exceed"
            raise InputError("--power", f"{found.name}, which compares nothing", wanted, "Give --null 0.2, say.")
        if measure not in ("share", "time", "ratio"):
            raise InputError("--power", repr(endpoint), "a share, a time or a hazard ratio, which have a test")
    elif measure != "share":
        raise InputError("--power", repr(endpoint), "a share of patients, which a rate can be compared with")
    elif not 0.0 <= null < 1.0:
        raise InputError("--null", f"{null:g}", "a rate of at least 0 and below 1, such as 0.2")


def _curves(result: TrialResult, endpoint: str, sizes: list[int], null: float | None) -> Curves:
    """Return power by arm and size."""
    from trimer.study.trial.power import power, single_arm_power

    table, reference = result.table, result.trial.reference
    if null is not None:
        return {
            arm.name: {n: single_arm_power(table, arm.name, endpoint, n, null) for n in sizes}
            for arm in result.trial.arms
        }
    return {
        arm.name: {n: power(table, arm.name, reference.name, endpoint, n) for n in sizes}
        for arm in result.trial.arms
        if reference and not arm.reference
    }


def _plain(curves: Curves) -> dict[str, list[dict[str, float]]]:
    return {
        arm: [{"per_arm": n, "power": e.value, "low": e.low, "high": e.high, "trials": e.n} for n, e in curve.items()]
        for arm, curve in curves.items()
    }


# ---- replicates


def _refuse_with_replicates(settings: dict[str, Any], **others: Any) -> None:
    """Refuse options of a run of shared patients."""
    for option in ("patients", "first", "keep", "resume", "dask", "chunk"):
        others[option] = settings.pop(option, None) or None
    named = {"endpoint": "power", "per_arm": "per-arm"}
    given = [f"--{named.get(option, option)}" for option, value in others.items() if value is not None]
    if given:
        raise click.UsageError(f"--replicates cannot be given with {', '.join(given)}.")


def _run_replicates(found: Trial, count: int, quiet: bool, as_json: bool, settings: dict[str, Any]) -> None:
    from trimer.report.trial import render_replicates, replicates_dict
    from trimer.report.trial_words import predicted
    from trimer.study.trial.run import replicates
    from trimer.study.trial.summary import failed

    try:
        with progress(quiet) as shown:
            _, table = replicates(found, count, **settings, progress=shown)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted; nothing was kept.") from None
    told, unsolved = predicted(found, table), failed(table)
    if as_json:
        print_json(replicates_dict(found, count, told, unsolved))
    else:
        render_replicates(found, told, unsolved, console())


def _check_files(figure: Path | None, html: Path | None) -> None:
    """Refuse files that cannot be written before the work starts, so that a bad path costs no waiting."""
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    if html:
        from trimer.report.trial_page import check as check_page

        check_page(html)
