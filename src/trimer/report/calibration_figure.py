"""A calibration on one page: what became of each parameter, how far its targets are met, the ridge; for the printer."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.report import style, text
from trimer.report.calibration import Document, heading, in_errors, in_spreads, shown, summary, triple
from trimer.report.sensitivity_figure import SHADES, identifiability_figure, write
from trimer.study.calibrate.prior import from_scale, to_scale
from trimer.study.identifiability import Identifiability, identifiability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Columns = Mapping[str, Array]

RIDGE = ("k_sink", "exhaustion_load", "marrow_partition")  # response rates alone cannot tell them apart
# inches
WIDE, ROW, LEAST = 22.0, 0.238, 10.5  # page, row of a panel, least height of panels
TOP, BOTTOM = 1.45, 1.75  # titles above the panels; scales and caption below
INTERVALS = 2.8  # width of a panel of intervals
PARAMETERS, TARGETS, RIGHTMOST = 2.35, 12.35, 18.55  # where panels begin
MISFIT, GAP, BAR = 1.8, 0.66, 0.86  # misfit's height; between panels on the right; colour bar and its words

NINETY = 1.6448536269514722  # 5 to 95 % of a normal, in standard deviations
REACH = 5.2  # errors shown on either side
POSTERIOR, PREDICTED = style.BLASTS, style.T_CELLS  # told apart by shape as well
HEAD, BODY, SMALL = 11.5, 8.8, 8.2
LONG = 54  # letters of a target's name that have room
FITS = 13  # parameters on the page of one stage


def draw(document: Document, draws: Columns) -> Figure:
    """Return the figure of a calibration.

    Parameters
    ----------
    document : mapping
        As :func:`trimer.study.calibrate.ship.document` makes it.
    draws : dict of str to array, shape (n_draws,)
        Of population parameters.
    """
    import matplotlib
    from matplotlib.figure import Figure

    stages = document["stages"].values()
    rows = len(stages) + max(sum(len(stage[part]) for stage in stages) for part in ("parameters", "targets"))
    tall = max(rows * ROW, LEAST)
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 9.0}):
        figure = Figure(figsize=(WIDE, TOP + tall + BOTTOM))
        _words_at(figure, 0.25, "What calibration has taught", fontsize=17, weight="bold", color=style.INK)
        _words_at(figure, 0.62, summary(document), fontsize=11.5)
        _words_at(figure, TOP + tall + 0.62, caption(document, draws), fontsize=9.0, linespacing=1.5)
        _parameters(_panel(figure, PARAMETERS, TOP, INTERVALS, rows * ROW), document, rows)
        _targets(_panel(figure, TARGETS, TOP, INTERVALS, rows * ROW), document, rows)
        _beside(figure, document, draws, tall)
    return figure


def _panel(figure: Figure, left: float, top: float, wide: float, tall: float) -> Axes:
    """Return a panel placed in inches from the page's upper left corner."""
    high = figure.get_figheight()
    return figure.add_axes((left / WIDE, 1.0 - (top + tall) / high, wide / WIDE, tall / high))


def _words_at(figure: Figure, top: float, words: str, **options: Any) -> None:
    """Write from the page's left edge, so many inches from the top."""
    settings = {"ha": "left", "va": "top", "color": style.SOFT, **options}
    figure.text(0.2 / WIDE, 1.0 - top / figure.get_figheight(), words, **settings)


def caption(document: Document, draws: Columns, width: int = 318) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    coloured = " Colour: CR or CRh in MT103-211 as each draw predicts it." if document.get("response") else ""
    lines = (
        "Left: grey the prior, vermilion the posterior, 5 to 95 % with the median, from the prior's middle in its "
        'standard deviations; in each stage the best known first. "<name> spread" is the standard deviation of a '
        "parameter's logarithm between patients. Spread left: of the prior's standard deviation.",
        "Middle: from the observation in errors, that of the observation and that of a finite number of virtual "
        "patients together; grey two of them, blue what the draws predict, 5 to 95 % with the median; an open arrow "
        "points to what lies outside. Calibration saw all of these figures: that they are met is no validation.",
        f"Right: draws of {', '.join(_ridge(document, draws))} in pairs, dashed 90 % of the prior.{coloured} Misfit: "
        "median over members of the mean squared distance to the targets in errors; 1 or less when they are met.",
        document["note"],
    )
    return "\n".join(part for line in lines for part in textwrap.wrap(line, width))


def learned(stage: Document, draws: Columns) -> Identifiability:
    """Return how far the best known parameters of a stage are known, in standard deviations of the prior's members.

    Parameters
    ----------
    stage : mapping
        Of a document.
    draws : dict of str to array, shape (n_draws,)

    Raises
    ------
    InputError
        When there are not more draws than parameters.
    """
    shown = sorted(stage["parameters"], key=lambda entry: entry["spread_left"])[:FITS]
    members = np.column_stack([in_spreads(entry, draws[entry["name"]]) for entry in shown])
    left = members.std(axis=0, ddof=1)
    prior = np.where(left > 1e-9, left / [entry["spread_left"] for entry in shown], 1.0)  # none is left at a bound
    return identifiability(prior, members, [entry["name"] for entry in shown])


def stage_figure(stage: Document, draws: Columns) -> Figure:
    """Return the figure of one stage's draws: intervals, correlations and directions; see :func:`learned`."""
    found, count = learned(stage, draws), len(stage["parameters"])
    more = f"; the {len(found.names)} best known of {count} parameters" if len(found.names) < count else ""
    figure = identifiability_figure(found, stage["label"] + more)
    _plain(figure.axes[2], "x")
    return figure


def save(document: Document, draws: Columns, path: str | os.PathLike[str], dpi: int = 160) -> list[Path]:
    """Write the figure as the file's ending says, and beside it one of each stage with the correlations of its draws.

    Parameters
    ----------
    document, draws
        As of :func:`draw`.
    path : path
        Of the figure; that of a stage has ``-<stage>`` before the ending. A stage that has not more draws than
        parameters shown has none.
    dpi : int
        Pixels per inch of a raster file.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or a file cannot be written.
    """
    place = Path(path)
    write(draw(document, draws), place, dpi)
    written = [place]
    for name, stage in document["stages"].items():
        if document["draws"] > min(FITS, len(stage["parameters"])):
            written.append(place.with_name(f"{place.stem}-{name}{place.suffix}"))
            write(stage_figure(stage, draws), written[-1], dpi)
    return written


def _rows(document: Document, part: str) -> Iterator[tuple[int, str, list[Document]]]:
    """Yield each stage's first row, name and entries, the parameters known best first."""
    row = 0
    for name, stage in document["stages"].items():
        yield row, name, sorted(stage[part], key=lambda entry: entry.get("spread_left", 0.0))
        row += 1 + len(stage[part])


def _intervals(axes: Axes, rows: int, reach: float, title: str, label: str) -> None:
    """Prepare a panel of intervals: so many rows, and a scale to ``reach`` on either side."""
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(-reach, reach)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_xlabel(label, color=style.SOFT, fontsize=BODY)
    axes.set_title(title, loc="left", fontsize=HEAD, color=style.INK, pad=9)


def _words(axes: Axes, inches: float, row: float, words: str, **options: Any) -> None:
    """Write beside a row, so many inches from the left edge of a panel of intervals."""
    settings: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": BODY, "color": style.INK, **options}
    axes.text(inches / INTERVALS, row, words, transform=axes.get_yaxis_transform(), **settings)


def _parameters(axes: Axes, document: Document, rows: int) -> None:
    """Draw prior and posterior of each parameter, in the prior's standard deviations."""
    entries = [p for stage in document["stages"].values() for p in stage["parameters"]]
    most = max(float(np.abs(in_spreads(p, p["posterior"])).max()) for p in entries)
    _intervals(axes, rows, max(2.2, most + 0.2), "Parameters: prior and posterior", "standard deviations of the prior")
    beside, end = INTERVALS + 0.15, INTERVALS + 3.35
    _words(axes, beside, -0.85, "posterior: median (5 to 95 %)", fontsize=SMALL, color=style.SOFT)
    _words(axes, end, -0.85, "spread left", fontsize=SMALL, color=style.SOFT, ha="right")
    for first, name, found in _rows(document, "parameters"):
        label = f"{name}: {document['stages'][name]['label']}"
        _words(axes, 0.2 - PARAMETERS, first, label, weight="bold", fontsize=9.4)
        for row, entry in enumerate(found, first + 1):
            low, middle, high = in_spreads(entry, entry["posterior"])
            axes.barh(row, 2 * NINETY, left=-NINETY, height=0.6, color=style.RULE, alpha=0.75, linewidth=0)
            axes.hlines(row, low, high, color=POSTERIOR, linewidth=3.0)
            axes.plot(
                middle, row, "o", color=POSTERIOR, markerfacecolor=style.PAPER, markersize=5.0, markeredgewidth=1.4
            )
            said = triple([text.number(x) for x in entry["posterior"]])
            _words(axes, -0.08, row, entry["name"], ha="right")
            _words(axes, beside, row, f"{said} {text.unit(entry.get('unit', ''))}".rstrip(), fontsize=SMALL)
            _words(axes, end, row, f"{100.0 * entry['spread_left']:.0f} %", ha="right", fontsize=SMALL)


def _targets(axes: Axes, document: Document, rows: int) -> None:
    """Draw what is predicted about what was observed, in errors."""
    _intervals(axes, rows, REACH, "Targets: observed and predicted", "errors from the observation")
    seen, beside = INTERVALS + 0.15, INTERVALS + 0.78
    for x, words in ((seen, "observed"), (beside, "predicted: median (5 to 95 %)")):
        _words(axes, x, -0.85, words, fontsize=SMALL, color=style.SOFT)
    for first, name, found in _rows(document, "targets"):
        _words(axes, -0.08, first, name, weight="bold", fontsize=9.4, ha="right")
        for row, entry in enumerate(found, first + 1):
            low, middle, high = in_errors(entry, entry["predicted"])
            axes.barh(row, 4.0, left=-2.0, height=0.6, color=style.RULE, alpha=0.75, linewidth=0)
            axes.plot(0.0, row, "|", color=style.PAPER, markersize=9.0, markeredgewidth=1.4)
            axes.hlines(row, *np.clip([low, high], -REACH, REACH), color=PREDICTED, linewidth=2.6)
            for end, sign, mark in ((low, -1.0, "<"), (high, 1.0, ">")):
                if sign * end > REACH:
                    axes.plot(sign * REACH, row, mark, color=PREDICTED, markerfacecolor=style.PAPER, clip_on=False)
            if abs(middle) <= REACH:
                axes.plot(middle, row, "D", color=PREDICTED, markersize=4.6)
            told = heading(entry["name"])
            _words(axes, -0.08, row, told, ha="right", fontsize=SMALL if len(told) <= LONG else 7.0)
            _words(axes, seen, row, shown(entry, entry["observed"]), fontsize=SMALL)
            _words(axes, beside, row, triple([shown(entry, x) for x in entry["predicted"]]), fontsize=SMALL)


def _ridge(document: Document, draws: Columns) -> tuple[str, ...]:
    """Return the parameters shown in pairs: the known ridge, or the most correlated pair with the one closest to it."""
    if set(RIDGE) <= set(draws):
        return RIDGE
    names = [p["name"] for stage in document["stages"].values() for p in stage["parameters"]]
    known = _known(document)
    found = np.abs(_correlation([known[name] for name in names], draws))
    np.fill_diagonal(found, 0.0)
    one, other = np.unravel_index(int(found.argmax()), found.shape)
    near = found[one] + found[other]
    near[[one, other]] = -1.0
    return tuple(names[k] for k in dict.fromkeys((int(one), int(other), int(near.argmax()))))


def _correlation(entries: Sequence[Document], draws: Columns) -> Array:
    """Return the correlation of parameters on their scales; 0 with one whose draws all stand at a bound."""
    with np.errstate(invalid="ignore"):
        found = np.corrcoef([in_spreads(entry, draws[entry["name"]]) for entry in entries])
    return np.asarray(np.nan_to_num(np.atleast_2d(found)))


def _known(document: Document) -> dict[str, Document]:
    return {p["name"]: p for stage in document["stages"].values() for p in stage["parameters"]}


def _beside(figure: Figure, document: Document, draws: Columns, tall: float) -> None:
    """Draw the pairs one below another, and the misfit under them."""
    names = _ridge(document, draws)
    pairs = [(one, other) for k, one in enumerate(names) for other in names[k + 1 :]]
    response = np.asarray(document.get("response", ()), dtype=float)
    wide = WIDE - RIGHTMOST - 0.25
    square = min(wide, (tall - BAR - MISFIT - GAP * len(pairs)) / max(len(pairs), 1))
    top = TOP + BAR
    for k, pair in enumerate(pairs):
        axes = _panel(figure, RIGHTMOST, top, wide, square)
        marks = _pair(axes, [_known(document)[name] for name in pair], draws, response)
        top += square + GAP
        if k == 0:
            title = "The ridge: sink, exhaustion, penetration" if names == RIDGE else "The most correlated draws"
            axes.set_title(title, loc="left", fontsize=HEAD, color=style.INK, pad=9.0 + 72.0 * BAR)
            if len(response):
                place = _panel(figure, RIGHTMOST, TOP + 0.3, wide, 0.13)
                figure.colorbar(marks, place, orientation="horizontal").outline.set_visible(False)
                place.set_title("CR or CRh in MT103-211, %", loc="left", fontsize=SMALL, color=style.SOFT, pad=4)
    _misfit(_panel(figure, RIGHTMOST, TOP + tall - MISFIT, wide, MISFIT), document)


def _pair(axes: Axes, pair: Sequence[Document], draws: Columns, response: Array) -> Any:
    """Draw two parameters against each other, in their units; return the points."""
    from matplotlib.colors import LinearSegmentedColormap

    x, y = (draws[entry["name"]] for entry in pair)
    for axis, entry in zip("xy", pair, strict=True):
        if entry["scale"] == "log":
            _logarithmic(axes, axis)
        words = (entry["name"], text.unit(entry.get("unit", "")))
        getattr(axes, f"set_{axis}label")(", ".join(filter(None, words)), fontsize=BODY, color=style.INK)
    colours: dict[str, Any] = {"color": POSTERIOR}
    if len(response):
        shades = LinearSegmentedColormap.from_list("response", SHADES[1:])
        colours = {"c": 100.0 * response, "cmap": shades, "plotnonfinite": True}
    marks = axes.scatter(x, y, s=30.0, edgecolors=style.INK, linewidths=0.45, zorder=3, **colours)
    _prior(axes, pair)
    r = float(_correlation(pair, draws)[0, 1])
    said = f"r = {r:+.2f}".replace("-", "−")
    axes.text(0.98, 0.97, said, transform=axes.transAxes, ha="right", va="top", fontsize=SMALL, color=style.SOFT)
    axes.grid(color=style.GRID, linewidth=0.7)
    return marks


def _logarithmic(axes: Axes, axis: str) -> None:
    """Make an axis logarithmic, with numbers at 1, 2 and 5 of each decade."""
    from matplotlib.ticker import LogLocator

    getattr(axes, f"set_{axis}scale")("log")
    getattr(axes, f"{axis}axis").set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    _plain(axes, axis)


def _plain(axes: Axes, axis: str) -> None:
    """Write numbers as in all text: matplotlib's powers of ten need its own mathematics, which house text has off."""
    getattr(axes, f"{axis}axis").set_major_formatter(lambda x, _: text.number(float(f"{x:.3g}")))
    getattr(axes, f"{axis}axis").set_minor_formatter(lambda _x, _: "")


def _prior(axes: Axes, pair: Sequence[Document]) -> None:
    """Draw where 90 % of the prior lie, an ellipse on the parameters' scales."""
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    radius = float(np.sqrt(-2.0 * np.log(0.1)))  # of two independent normals
    ends = [
        from_scale(e["scale"], to_scale(e["scale"], e["middle"]) + e["sd"] * radius * part)
        for e, part in zip(pair, (np.cos(angle), np.sin(angle)), strict=True)
    ]
    axes.plot(*ends, color=style.SOFT, linewidth=1.1, linestyle=(0, (4, 3)))


def _misfit(axes: Axes, document: Document) -> None:
    """Draw the misfit of each stage by step."""
    tones = (style.T_CELLS, style.IL6, style.BLASTS, style.NEUTROPHILS)
    for k, (name, stage) in enumerate(document["stages"].items()):
        steps = np.arange(len(stage["misfit"]))
        shape = "osD^v"[k % 5]
        axes.plot(steps, stage["misfit"], marker=shape, color=tones[k % len(tones)], markersize=5.0, label=name)
    axes.axhline(1.0, color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
    _logarithmic(axes, "y")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.45)  # room for the names
    axes.set_xticks(range(document["steps"] + 1), ["prior", *(str(k + 1) for k in range(document["steps"]))])
    axes.set_xlabel("update", color=style.SOFT, fontsize=BODY)
    axes.set_title("Misfit by step", loc="left", fontsize=HEAD, color=style.INK)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper right", ncols=2, labelcolor=style.INK)
    axes.grid(axis="y", color=style.GRID, linewidth=0.7)
