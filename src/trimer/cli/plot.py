"""``trimer plot``: one figure for a poster or a paper, of a case, a trial, an optimisation or a treatment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import heading, paragraph, print_json, progress
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.report.plots.base import Plot

SOURCES = {  # what is drawn of each, and what SOURCE is then
    "case": "a case: its name or file",
    "trial": "a virtual trial: its name, file or folder (trimer trial --keep)",
    "optimise": "an optimisation: its name, file, or result (trimer optimise --json)",
    "sensitivity": "a treatment: a regimen or protocol, by name or file",
}
_OF = {"patients": ("trial",), "seed": ("trial", "optimise"), "cycles": ("sensitivity",)}


@cli.command(
    "plot",
    example="trimer plot\n"
    "trimer plot km mt103_211 -n 400 --out km.svg\n"
    "trimer plot km tower --with endpoint=rfs --width column --out rfs.pdf\n"
    "trimer plot swimmer run1 --out swimmer.png\n"
    "trimer plot course linder2016 --out course.pdf\n"
    "trimer plot tornado blinatumomab_rr --cycles 1 --with endpoint=il6_peak --out tornado.svg\n"
    "trimer plot pareto result.json --json",
    python='trimer.report.plots.base.save("km", trimer.study.trial.run.trial("mt103_211", patients=400), "km.svg")',
)
@click.argument("kind", required=False)
@click.argument("source", required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File: .svg, .png or .pdf.")
@click.option("--width", default="page", show_default=True, metavar="column|page|INCHES", help="Of the figure.")
@click.option("--dpi", type=click.IntRange(36, 1200), default=200, show_default=True, help="Dots an inch of a PNG.")
@click.option("--with", "chosen", multiple=True, metavar="NAME=VALUE", help="An option of the figure. Repeatable.")
@click.option("-n", "--patients", type=int, help="Of a trial: virtual patients in every arm. [400]")
@click.option("--seed", type=int, help="Of a trial or an optimisation: seed of the patients. [20161123]")
@click.option("--cycles", type=click.IntRange(min=1), help="Of a regimen: cycles. [all]")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def plot_command(
    kind: str | None,
    source: str | None,
    out: Path | None,
    width: str,
    dpi: int,
    chosen: tuple[str, ...],
    quiet: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Draw one figure, for a poster, a paper or a page.

    KIND is a figure; trimer plot alone lists them, and trimer plot KIND says what one takes. SOURCE is what it is drawn
    of: a case, a virtual trial (which is run, or read from the folder that --keep made), an optimisation or a
    treatment. --width column is 3.5 inches, page 7.2. --json prints the numbers drawn.
    """
    if kind is None:
        _list(as_json)
        return
    from trimer.report.plots import base

    plot = base.find(kind)
    if source is None:
        _describe(plot, as_json)
        return
    settings = {name: value for name, value in given.items() if value is not None}
    _check(plot, settings)
    inches, options = base.read_width(width, "--width"), _options(kind, chosen)
    if out is None and not as_json:
        raise click.UsageError("Give --out FILE for the figure, or --json for its numbers.")
    if out is not None:
        base.check(out)
    with progress(quiet) as shown:
        drawn = _LOAD[plot.source](plot, source, settings, shown)
    if out is not None:
        base.save(kind, drawn, out, inches, dpi, **options)
    if as_json:
        print_json(base.data(kind, drawn, **options))
    elif out is not None:
        click.echo(f"{plot.label}: {out}")


def _list(as_json: bool) -> None:
    """Print every figure with what it is drawn of."""
    from trimer.report.plots import base

    plots = base.list_plots()
    if as_json:
        print_json([_told(plot) for plot in plots])
        return
    wide = max(len(plot.name) for plot in plots)
    for source, words in SOURCES.items():
        heading(f"Of {words}")
        for plot in plots:
            if plot.source == source:
                paragraph(plot.note, f"  {plot.name:<{wide}}  ")
    click.echo("\nSuch as: trimer plot km mt103_211 --out km.svg")


def _describe(plot: Plot, as_json: bool) -> None:
    """Print what one figure shows, of what, and its options."""
    told = _told(plot)
    if as_json:
        print_json(told)
        return
    heading(plot.label)
    paragraph(plot.note)
    paragraph(f"Drawn of {SOURCES[plot.source]}.")
    for name, value in told["options"].items():
        click.echo(f"  --with {name}={value}")


def _told(plot: Plot) -> dict[str, Any]:
    from trimer.report.plots import base

    head = {"name": plot.name, "label": plot.label, "source": plot.source, "shows": plot.note}
    return {**head, "options": base.options(plot.name)}


def _check(plot: Plot, settings: dict[str, Any]) -> None:
    """Refuse an option that belongs to figures of another source."""
    for name in settings:
        if plot.source not in _OF.get(name, SOURCES):
            belongs = " or ".join(_OF[name])
            raise InputError(f"--{name}", f"beside {plot.name}", f"it beside a figure of: {belongs}")


def _options(kind: str, chosen: tuple[str, ...]) -> dict[str, Any]:
    """Return the options of a figure that were written as NAME=VALUE."""
    from trimer.report.plots import base

    said = {}
    for text in chosen:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError("--with", repr(text), "NAME=VALUE")
        said[name] = value
    return base.read_options(kind, said, "--with ")


# ---- what a figure is drawn of


def _case(plot: Plot, source: str, settings: dict[str, Any], shown: Any) -> Any:
    from trimer.report.plots.sources import of_case

    return of_case(plot.name, source, progress=shown, **settings)


def _trial(_: Plot, source: str, settings: dict[str, Any], shown: Any) -> Any:
    """Run a trial, or read a finished one from its folder."""
    if Path(source).is_dir():
        from trimer.study.trial.kept import kept

        if refused := [name for name in ("patients", "seed") if name in settings]:
            raise InputError(f"--{refused[0]}", f"beside the folder {source}", "a trial by name, which is run")
        return kept(source)
    from trimer.study.trial.run import trial

    return trial(source, progress=shown, **{"patients": 400, **settings})


def _optimise(_: Plot, source: str, settings: dict[str, Any], shown: Any) -> Any:
    """Read the result of an optimisation, or carry one out."""
    if Path(source).suffix.lower() != ".json":
        from trimer.study.optimise.run import optimise

        return optimise(source, progress=shown, **settings)
    import json

    try:
        document = json.loads(Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError(source, "no readable JSON", "what `trimer optimise --json` prints") from fault
    if not isinstance(document, dict):
        raise InputError(source, type(document).__name__, "what `trimer optimise --json` prints")
    return document


def _sensitivity(_: Plot, source: str, settings: dict[str, Any], __: Any) -> Any:
    from trimer.study.tornado import tornado

    return tornado(source, **settings)


_LOAD: dict[str, Callable[[Plot, str, dict[str, Any], Any], Any]] = {
    "case": _case,
    "trial": _trial,
    "optimise": _optimise,
    "sensitivity": _sensitivity,
}
