"""What figures for posters and papers have in common: how they are found, sized, captioned and written.

A figure is one module of this folder, and nothing else has to know it::

    PLOT = Plot("km", "Kaplan-Meier curves", "trial", "What share of patients is free of the event, by arm.")

    def draw(found: TrialResult, width: float = PAGE, *, endpoint: str = "os") -> Figure: ...
    def data(found: TrialResult, *, endpoint: str = "os") -> dict[str, Any]: ...
    def remarks(found: TrialResult, *, endpoint: str = "os") -> Sequence[str]: ...  # may be left out

``draw`` returns a figure (best made by :func:`sheet`) without caption: :func:`draw` here adds the remarks, which say
what has to be known to read it, and the notice. What comes after ``*`` are the figure's options.
"""

from __future__ import annotations

import importlib
import inspect
import math
import os
import pkgutil
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, get_args

from trimer.errors import InputError
from trimer.report import style, svg
from trimer.study.research import NOTICE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Source = Literal["case", "trial", "optimise", "sensitivity"]

SCHEMA = "trimer/plot/1"
COLUMN, PAGE = 3.5, 7.2  # inches: a column of a journal, and its whole page
NARROWEST, WIDEST = 2.5, 48.0
SUFFIXES = (".svg", ".png", ".pdf")
DPI = 200
SMALLEST = 6.2  # points, of any text at column width
LETTER = 0.535  # mean width of a letter of DejaVu Sans, in its size
LINE = 1.35  # height of a line of a caption, in its size


@dataclass(frozen=True)
class Plot:
    """Say what a figure is.

    Attributes
    ----------
    name : str
        Its module's.
    label : str
    source : {"case", "trial", "optimise", "sensitivity"}
        Of what it is drawn.
    note : str
        One sentence: what it shows.
    takes : tuple of type
        Classes of objects it is drawn of; empty: not checked.
    """

    name: str
    label: str
    source: Source
    note: str
    takes: tuple[type, ...] = ()

    def __post_init__(self) -> None:
        if self.source not in get_args(Source):
            raise ValueError(f"source of plot {self.name!r}: {self.source!r} is none of {', '.join(get_args(Source))}")


@cache
def _modules() -> dict[str, ModuleType]:
    """Return the modules of this folder that have a ``PLOT``, by its name."""
    folder = str(Path(__file__).parent)
    names = [info.name for info in pkgutil.iter_modules([folder])]
    found = [importlib.import_module(f"{__package__}.{name}") for name in names]
    return {module.PLOT.name: module for module in found if hasattr(module, "PLOT")}


def list_plots(source: str | None = None) -> tuple[Plot, ...]:
    """Return every figure, or those drawn of one kind of source, in the order of sources and names."""
    order = get_args(Source)
    plots: Iterable[Plot] = (module.PLOT for module in _modules().values())
    chosen = [plot for plot in plots if source in (None, plot.source)]
    return tuple(sorted(chosen, key=lambda plot: (order.index(plot.source), plot.name)))


def find(kind: str) -> Plot:
    """Return a figure by name.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if kind not in _modules():
        raise InputError("plot", repr(kind), f"one of {', '.join(plot.name for plot in list_plots())}")
    plot: Plot = _modules()[kind].PLOT
    return plot


def options(kind: str) -> dict[str, Any]:
    """Return the options of a figure with their defaults, as its ``draw`` has them after ``*``."""
    find(kind)
    parameters = inspect.signature(_modules()[kind].draw).parameters.values()
    return {one.name: one.default for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY}


def draw(kind: str, source: Any, width: float = PAGE, **chosen: Any) -> Figure:
    """Return a figure with its caption.

    Parameters
    ----------
    kind : str
        Name of a figure; see :func:`list_plots`.
    source : object
        Of what it is drawn, for example a :class:`trimer.study.trial.run.TrialResult`.
    width : float
        Inches: :data:`COLUMN`, :data:`PAGE` or any other; the height follows from what is drawn.
    **chosen
        Options of the figure; see :func:`options`.

    Raises
    ------
    InputError
        When there is no such figure or option, the source or width is not one it can be drawn of, or there is nothing
        to draw.
    """
    import matplotlib

    module = _checked(kind, source, chosen)
    check_width(width)
    with matplotlib.rc_context(settings(width)):
        figure: Figure = module.draw(source, width, **chosen)
        _caption(figure, width, (*_remarks(module, source, chosen), NOTICE))
    return figure


def data(kind: str, source: Any, **chosen: Any) -> dict[str, Any]:
    """Return the numbers a figure shows, as plain values; parameters and errors as :func:`draw`."""
    module = _checked(kind, source, chosen)
    plot: Plot = module.PLOT
    head = {"schema": SCHEMA, "notice": NOTICE, "plot": plot.name, "label": plot.label, "shows": plot.note}
    told = {"remarks": list(_remarks(module, source, chosen))}
    return head | told | dict(module.data(source, **chosen))


def render_svg(kind: str, source: Any, width: float = PAGE, **chosen: Any) -> str:
    """Return a figure as one ``<svg>`` element with title and description; parameters and errors as :func:`draw`."""
    import matplotlib

    module = _checked(kind, source, chosen)
    figure = draw(kind, source, width, **chosen)
    plot: Plot = module.PLOT
    described = " ".join((plot.note, *_remarks(module, source, chosen), NOTICE))
    with matplotlib.rc_context(settings(width)):
        return svg.render(figure, f"plot-{kind}", plot.label, described, {})


def save(
    kind: str, source: Any, path: str | os.PathLike[str], width: float = PAGE, dpi: float = DPI, **chosen: Any
) -> Path:
    """Write a figure as the file's ending says, in one step, and return where; parameters as :func:`draw`.

    Parameters
    ----------
    path : str or path-like
        Ends with .svg, .png or .pdf.
    dpi : float
        Dots an inch of a PNG.

    Raises
    ------
    InputError
        As :func:`draw` and :func:`check`, or when the file cannot be written.
    """
    import matplotlib

    place = check(path)
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        if place.suffix.lower() == ".svg":
            draft.write_text(render_svg(kind, source, width, **chosen), encoding="utf-8")
        else:
            ending = place.suffix[1:].lower()
            undated = {"CreationDate": None} if ending == "pdf" else None  # the same figure is the same file
            figure = draw(kind, source, width, **chosen)
            with matplotlib.rc_context(settings(width)):
                figure.savefig(draft, format=ending, dpi=dpi, facecolor=style.PAPER, metadata=undated)
        os.replace(draft, place)
    except OSError as fault:
        raise InputError("--out", str(place), "a file that can be written", fault.strerror or "") from fault
    finally:
        draft.unlink(missing_ok=True)
    return place


def check(path: str | os.PathLike[str]) -> Path:
    """Return where a figure is to be written, before anything is simulated for it.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or there is no such folder.
    """
    place = Path(path)
    if place.suffix.lower() not in SUFFIXES:
        raise InputError("--out", str(place), f"a file that ends with {', '.join(SUFFIXES)}")
    if not place.parent.is_dir():
        raise InputError("--out", str(place), "a file in a folder that exists")
    return place


def check_width(width: float, where: str = "width") -> float:
    """Return a width in inches, or raise :class:`trimer.errors.InputError` when no figure has that width."""
    if not NARROWEST <= width <= WIDEST:
        raise InputError(where, f"{width:g}", f"column, page, or inches from {NARROWEST:g} to {WIDEST:g}")
    return width


def read_width(said: str, where: str = "width") -> float:
    """Return the inches that a text says: ``column``, ``page`` or a number.

    Parameters
    ----------
    said : str
    where : str
        What an error calls it.

    Raises
    ------
    InputError
        When it says none, or no figure has that width.
    """
    try:
        width = {"column": COLUMN, "page": PAGE}.get(said) or float(said)
    except ValueError:
        raise InputError(where, repr(said[:40]), "column, page, or a number of inches") from None
    return check_width(width, where)


def check_options(kind: str, chosen: Mapping[str, Any], where: str = "") -> None:
    """Raise :class:`trimer.errors.InputError` when a figure has not one of these options, or a number is not finite."""
    known = options(kind)
    for name, value in chosen.items():
        if name not in known:
            raise InputError(f"plot {kind}", f"option {name[:40]!r}", ", ".join(known) or "no option")
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{where}{name}", f"{value:g}", "a finite number")


def read_options(kind: str, said: Mapping[str, str], where: str = "") -> dict[str, Any]:
    """Return options of a figure that were said as text, each of the type of its default.

    Parameters
    ----------
    kind : str
    said : mapping of str to str
    where : str
        What an error writes before an option's name.

    Raises
    ------
    InputError
        When there is no such figure or option, or a number is none.
    """
    check_options(kind, said)
    found: dict[str, Any] = {}
    for name, default in options(kind).items():
        if name in said:
            wanted = type(default) if isinstance(default, int | float) else str
            try:
                found[name] = wanted(said[name])
            except ValueError:
                expected = "a whole number" if wanted is int else "a number"
                raise InputError(f"{where}{name}", repr(said[name][:40]), expected) from None
    check_options(kind, found, where)
    return found


def _checked(kind: str, source: Any, chosen: dict[str, Any]) -> ModuleType:
    """Return the module of a figure, when it takes this source and these options."""
    plot = find(kind)
    check_options(kind, chosen)
    if plot.takes and not isinstance(source, plot.takes):
        expected = " or ".join(f"{one.__module__}.{one.__qualname__}" for one in plot.takes)
        raise InputError(f"source of plot {kind}", type(source).__name__, expected)
    return _modules()[kind]


def _remarks(module: ModuleType, source: Any, chosen: dict[str, Any]) -> tuple[str, ...]:
    return tuple(module.remarks(source, **chosen)) if hasattr(module, "remarks") else ()


# ---- the sheet


def sizes(width: float) -> tuple[float, float, float]:
    """Return the sizes of small text, text and titles at a width in inches, in points; small is of ticks and keys."""
    beyond = max(width - COLUMN, 0.0)
    return SMALLEST + 0.27 * beyond, SMALLEST + 0.5 + 0.3 * beyond, 8.2 + 0.58 * beyond


def settings(width: float) -> Any:
    """Return matplotlib's settings for a figure of a width in inches: the house's, with sizes to fit."""
    small, text, title = sizes(width)
    return {
        **style.SETTINGS,
        "font.size": text,
        "axes.titlesize": text + 0.6,
        "axes.labelsize": text,
        "xtick.labelsize": small,
        "ytick.labelsize": small,
        "legend.fontsize": small,
        "legend.frameon": False,
        "figure.titlesize": title,
        "text.hinting": "no_hinting",  # or letters would be wider on a coarse grid, and lines break out of the page
        "lines.linewidth": 1.3 if width < 5.0 else 1.6,
    }


def sheet(width: float, height: float, title: str, under: str = "") -> Figure:
    """Return an empty figure with a title and a line under it, wrapped; axes are laid out around them.

    Parameters
    ----------
    width, height : float
        Inches; the caption that :func:`draw` adds makes the figure higher by what it needs.
    title, under : str
        What it shows, and of whom.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.transforms import ScaledTranslation

    small, _, big = sizes(width)
    heads = textwrap.wrap(title, _letters(width, big, bold=True))
    lines = textwrap.wrap(under, _letters(width, small))
    edge = 0.06 + 0.004 * width  # inches
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=edge, h_pad=edge, hspace=0.03))
    # A title keeps room for the lines under it: blank lines of its own size, as many as they are high.
    blank = math.ceil(len(lines) * LINE * small / (1.2 * big)) if lines else 0
    figure.suptitle("\n".join(heads + [" "] * blank), x=edge / width, ha="left", weight="bold", color=style.INK)
    down = 2.0 * edge + 1.2 * big * len(heads) / 72.0  # inches, so that it stays where it is when the figure grows
    place = figure.transFigure + ScaledTranslation(edge, -down, figure.dpi_scale_trans)
    figure.text(
        0.0, 1.0, "\n".join(lines), transform=place, ha="left", va="top", fontsize=small, color=style.SOFT,
        linespacing=LINE / 1.16,
    )  # fmt: skip
    return figure


def _letters(width: float, size: float, bold: bool = False) -> int:
    """Return how many letters of a size in points go on a line of a figure so many inches wide."""
    return int((width - 0.2) * 72.0 / (size * LETTER * (1.15 if bold else 1.0)))


def _caption(figure: Figure, width: float, remarks: Iterable[str]) -> None:
    """Write remarks and notice under a figure, which becomes higher by as much."""
    small, _, _ = sizes(width)
    size = max(6.0, small - 0.6)
    lines = [line for remark in remarks for line in textwrap.wrap(remark, _letters(width, size))]
    figure.set_figheight(figure.get_figheight() + (len(lines) * size * LINE + 6.0) / 72.0)
    figure.supxlabel(
        "\n".join(lines), x=0.08 / width, ha="left", fontsize=size, color=style.SOFT, linespacing=LINE / 1.16
    )
