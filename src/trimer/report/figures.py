"""The replay's figures as SVG text: the whole course, the first engager cycle, recorded against fitted.

Matplotlib is loaded when a figure is drawn, not before.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trimer.report import style

if TYPE_CHECKING:
    from trimer.report.panels import Drawn
    from trimer.study.result import ReplayResult
    from trimer.study.vpc import CaseCheck

TELEPHONE = 3.2  # inches; text of 6.2 points is then 10 pixels high on a screen 390 wide
Name = Literal["course", "brief", "close_up", "agreement"]
TITLES: dict[str, tuple[str, str]] = {
    "course": (
        "The course of {case}, recorded and simulated",
        "Therapy and judged response over time, above marrow blasts, white cells, neutrophils, platelets, lymphocytes, "
        "interleukin 6, temperature and clones. Lines are the fitted simulation, shaded bands the simulations before "
        "fitting, rings the recorded values. The tables on this page hold the same numbers.",
    ),
    "brief": (
        "The course of {case} at a glance, recorded and simulated",
        "Judged response and therapy above marrow blasts, white cells, platelets, lymphocytes, interleukin 6, "
        "temperature and the clones' shares. Lines are the fitted simulation, bands the simulations before fitting, "
        "rings the record.",
    ),
    "close_up": (
        "The first engager cycle of {case}",
        "Infusion rate with hold and rescue, interleukin 6, temperature, circulation, oxygen, lymphocytes, blasts and "
        "blood counts by day of the cycle. The tables on this page hold the same numbers.",
    ),
    "agreement": (
        "Recorded against fitted values of {case}",
        "One row per recorded value: recorded, fitted, and the range before fitting. The observations table holds the "
        "same numbers.",
    ),
}


def course(result: ReplayResult) -> str:
    """Return the figure of the whole course as an SVG element."""
    return _svg("course", result)


def close_up(result: ReplayResult) -> str:
    """Return the figure of the first engager cycle as an SVG element."""
    return _svg("close_up", result)


def agreement(result: ReplayResult) -> str:
    """Return the figure of recorded against fitted values as an SVG element."""
    return _svg("agreement", result)


def page(kind: str, source: ReplayResult | CaseCheck) -> str:
    """Return a figure of :mod:`trimer.report.plots` as an SVG element, as wide as a page."""
    from trimer.report.plots import base

    with _settings():
        return base.render_svg(kind, source)


def narrow(kind: str, source: ReplayResult | CaseCheck) -> str:
    """Return such a figure as wide as a telephone's screen, with ids of its own: both can stand on one page."""
    from trimer.report.plots import base

    with _settings():
        return base.render_svg(kind, source, TELEPHONE).replace(f"plot-{kind}", f"narrow-{kind}")


def save(result: ReplayResult, name: Name, path: str | os.PathLike[str], dpi: int = 150) -> None:
    """Write one figure to a file, atomically; the suffix (``.svg``, ``.png``, ``.pdf``) decides the format.

    Parameters
    ----------
    result : ReplayResult
    name : {"course", "brief", "close_up", "agreement"}
        ``brief`` is the course with its main panels only, for a column of text.
    path : path
    dpi : int
        Pixels per inch of a raster file.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.suffix == ".svg":
            draft.write_text(_svg(name, result), encoding="utf-8")
        else:
            with _settings():
                _drawer(name)(result).figure.savefig(draft, format=target.suffix[1:], dpi=dpi)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _svg(name: str, result: ReplayResult) -> str:
    from trimer.report import svg

    title, description = TITLES[name]
    with _settings():
        drawn = _drawer(name)(result)
        return svg.render(drawn.figure, name.replace("_", "-"), title.format(case=result.case), description, drawn.tips)


@contextmanager
def _settings() -> Iterator[None]:
    """Apply our matplotlib settings for one drawing; letters its font lacks are no news, the reader's font has them."""
    import matplotlib

    with matplotlib.rc_context(style.SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _drawer(name: str) -> Callable[[ReplayResult], Drawn]:
    from trimer.report import agreement_figure, close_up_figure, course_figure

    return {
        "course": course_figure.draw,
        "brief": lambda result: course_figure.draw(result, course_figure.BRIEF),
        "close_up": close_up_figure.draw,
        "agreement": agreement_figure.draw,
    }[name]
