"""``trimer sensitivity``: what decides the endpoints of a treatment or of a virtual trial, and what is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimer.cli.door import cli, json_option, setting
from trimer.cli.printing import console, print_json, progress
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.study.sensitivity import Sensitivity

_SAMPLES = {"strongest", "trajectories", "levels", "base", "seed", "threads"}
_FORMS = {  # what each takes beside --figure, --quiet and --json
    "TREATMENT": _SAMPLES | {"cycles", "days", "set", "backend"},
    "--trial": _SAMPLES | {"patients", "posterior", "calibration", "keep"},
    "--identifiability": {"calibration"},
}


@cli.command(
    "sensitivity",
    example="trimer sensitivity blinatumomab_rr --cycles 1 --figure sensitivity.png\n"
    "trimer sensitivity blinatumomab_rr --cycles 1 --strongest 12 --base 2048 --json\n"
    "trimer sensitivity blinatumomab_label_astct_2019 --days 90 --set k_growth=0.15\n"
    "trimer sensitivity --trial mt103_211 --keep trials --figure trial.png\n"
    "trimer sensitivity --trial mt103_211 --posterior --patients 256\n"
    "trimer sensitivity --identifiability --figure known.png",
    python='trimer.study.patient_endpoints.sensitivity("blinatumomab_rr", cycles=1)\n'
    "trimer.study.trial_endpoints.trial_sensitivity(trimer.study.trial_endpoints.trial_endpoints())\n"
    "trimer.study.identifiability.of_calibration()",
)
@click.argument("treatment", required=False)
@click.option("--trial", help="A virtual trial instead, by library name or file.")
@click.option("--identifiability", is_flag=True, help="What a calibration has learned instead; nothing is simulated.")
@click.option("--cycles", type=click.IntRange(min=1), help="Of TREATMENT: cycles of a regimen. [all]")
@click.option("--days", type=float, help="Of TREATMENT: to what day. [28 past the last dose; 56 of a protocol]")
@click.option(
    "--set",
    multiple=True,
    metavar="NAME=VALUE",
    help="Of TREATMENT: a parameter, in its canonical unit, that is then not varied. Repeatable.",
)
@click.option("--backend", help="Of TREATMENT: what solves, cpu, reference or gpu. [cpu]")
@click.option("--patients", type=int, help="Of --trial: virtual patients in each run. [128]")
@click.option("--posterior", is_flag=True, help="Of --trial: ranges of the calibrated draws instead of the prior's.")
@click.option("--calibration", help="Whose draws: a name in the library, or a CSV file. [the population's]")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Of --trial: folder for finished runs.")
@click.option("--strongest", type=int, help="Parameters that get Sobol indices. [8]")
@click.option("--trajectories", type=int, help="Of the screening. [20; 8 of a trial]")
@click.option("--levels", type=int, help="Of the screening's grid, even. [4]")
@click.option("--base", type=int, help="Sobol base sample, a power of two. [1024; 64 of a trial]")
@click.option("--seed", type=int, help="Seed of both samples. [20160216]")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--figure", type=click.Path(dir_okay=False, path_type=Path), help="One page, as .svg, .png or .pdf.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def sensitivity_command(
    treatment: str | None,
    trial: str | None,
    identifiability: bool,
    figure: Path | None,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Say which parameters decide ten endpoints, of a typical patient or of a virtual trial.

    TREATMENT is a regimen or a protocol, by library name or file: every parameter that differs between patients is
    screened from its 5th to its 95th percentile (Morris); the strongest get Sobol indices. With --trial the population
    parameters that the calibration leaves free are, each run being a trial of the same virtual patients; with --keep
    a run that was interrupted goes on when the same command is given again. With --identifiability nothing is run: it
    says how far a calibration has narrowed its prior. Needs the extra trimer[sensitivity].
    """
    given = {name: value for name, value in options.items() if value not in (None, (), False)}
    _check(treatment, trial, identifiability, given)
    if figure:
        from trimer.report.simulation_figure import check

        check(figure)
    if identifiability:
        _identifiability(figure, as_json, **given)
        return
    found = _treatment(treatment, quiet, **given) if treatment else _trial(str(trial), quiet, **given)
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


def _check(treatment: str | None, trial: str | None, identifiability: bool, given: dict[str, Any]) -> None:
    """Refuse none or several of the three forms, and an option that belongs to another."""
    chosen = {"TREATMENT": treatment, "--trial": trial, "--identifiability": identifiability}
    forms = [name for name, value in chosen.items() if value]
    if len(forms) != 1:
        raise InputError("sensitivity", " and ".join(forms) or "neither", f"one of {', '.join(_FORMS)}")
    for name in sorted(given.keys() - _FORMS[forms[0]]):
        belongs = " or ".join(form for form, taken in _FORMS.items() if name in taken)
        raise InputError(f"--{name}", f"beside {forms[0]}", f"it beside {belongs}")


def _treatment(treatment: str, quiet: bool, **given: Any) -> Sensitivity:
    """Return the analysis of a typical patient."""
    from trimer.study.patient_endpoints import sensitivity

    changes = dict(map(setting, given.pop("set", ())))
    with progress(quiet) as shown:
        return sensitivity(treatment, changes=changes, progress=shown, **{"base": 1024, **given})


def _trial(trial: str, quiet: bool, **given: Any) -> Sensitivity:
    """Say what the analysis of a virtual trial costs; return it."""
    from trimer.study import trial_endpoints as study

    of_trial = {"patients", "posterior", "calibration", "keep", "threads"}
    forward = study.trial_endpoints(trial, **{n: x for n, x in given.items() if n in of_trial})
    samples = {n: x for n, x in given.items() if n not in of_trial}
    if not quiet:
        sizes = {n: x for n, x in samples.items() if n in ("strongest", "trajectories", "base")}
        count, each = study.runs(len(forward.factors), **sizes), forward.seconds()
        cost = f"{count:,} virtual trials of {forward.patients:,} patients, {each:.2f} s each"
        click.echo(f"trimer: {cost}, about {study.told(count * each)} less what is kept", err=True)
    try:
        with progress(quiet) as shown:
            return study.trial_sensitivity(forward, progress=shown, **samples)
    except KeyboardInterrupt:
        kept = "nothing was kept; --keep FOLDER would have"
        if forward.keep:
            kept = f"finished trials are kept in {forward.keep}; the same command goes on"
        raise KeyboardInterrupt(f"interrupted; {kept}.") from None


def _identifiability(figure: Path | None, as_json: bool, calibration: str | None = None) -> None:
    """Print how far a calibration has narrowed its prior."""
    from trimer.study.identifiability import calibration_of, of_calibration

    found, label = of_calibration(calibration), f"Calibration {Path(calibration_of(calibration)).stem}"
    if figure:
        from trimer.report.sensitivity_figure import save

        save(found, figure, label=label)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.identifiability import render

    render(found, console(), label)
    if figure:
        click.echo(f"Figure: {figure}")
