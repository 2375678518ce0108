"""A twin and a forecast in the terminal: whether the walkers agree, what the record taught, what is foretold of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trimer.observables import OBSERVABLES
from trimer.report import text
from trimer.report.terminal import table_of
from trimer.study.research import NOTICE
from trimer.study.twin.forecast import Forecast, Row
from trimer.study.twin.posterior import ESS, RHAT, Mixing
from trimer.study.twin.run import Twin
from trimer.study.twin.view import NARROWED, SHIFTED, Learned, worst

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PARAMETERS, QUANTITIES = 16, 8  # most rows of a table
RIGHT: dict[str, Any] = {"justify": "right", "no_wrap": True}


def render(twin: Twin, taught: Sequence[Learned], seen: Forecast, console: Console) -> None:
    """Print a twin.

    Parameters
    ----------
    twin : Twin
    taught : sequence of Learned
        Of :func:`trimer.study.twin.view.learned`.
    seen : Forecast
        Of :func:`trimer.study.twin.forecast.scored`.
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    _verdict(twin, console)
    console.print(Text(f"Twin of {twin.case.id}: {twin.case.title}", style="bold"))
    console.print(Text(data_used(twin)))
    console.print()
    console.print(_taught(taught))
    console.print(Text(unmoved(taught), style="dim"))
    if twin.reported:
        console.print()
        console.print(_mixed(twin))
    console.print()
    console.print(_rows(seen, "fitted", "Observations", "would be measured (5 to 95 %)"))
    console.print()
    for remark in remarks(twin):
        console.print(Text(remark, style="dim"))


def render_forecast(found: Forecast, console: Console) -> None:
    """Print a forecast.

    Parameters
    ----------
    found : Forecast
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    _verdict(found.twin, console)
    console.print(Text(f"Forecast of {found.twin.case.id} from {found.until}: {found.twin.case.title}", style="bold"))
    console.print(Text(data_used(found.twin)))
    console.print(Text(scores(found)))
    console.print()
    console.print(_rows(found, "foretold", "Foretold", "foretold (5 to 95 %)"))
    if any(s.role == "foretold" for s in found.statements):
        console.print()
        console.print(_statements(found))
    console.print()
    for remark in (FORECAST, *remarks(found.twin)[1:]):
        console.print(Text(remark, style="dim"))


def as_plain(twin: Twin, taught: Sequence[Learned], seen: Forecast) -> dict[str, Any]:
    """Return a twin with what its record taught and what would be measured, as plain values, ready for JSON."""
    found = twin.to_dict()
    for item in taught:
        found["parameters"][item.name] |= {"shift": item.shift, "shrinkage": item.shrinkage, "moved": item.moved}
    hit, of = seen.coverage("fitted")
    rows = [row for row in seen.to_dict()["rows"] if row["role"] == "fitted"]
    return {**found, "covered": hit, "fitted": of, "rows": rows}


FORECAST = (
    "Treatment after the date is given as it was recorded; that it was given, and why, is not foretold. One patient's "
    "forecast that holds, or fails, says little about the next one's."
)


def remarks(twin: Twin) -> tuple[str, ...]:
    """Return what has to be known to read the tables."""
    how = twin.provenance
    scale = how.get("error_scale")
    wide = f", {scale:g} times those of measurement" if scale else ""
    sampled = f"{how.get('walkers')} walkers, {how.get('warm_up')} steps to warm up, {how.get('steps')} kept"
    return (
        "Shift and shrinkage: of the posterior's mean in standard deviations of the prior, and how much smaller the "
        "posterior's own is; on the scale on which the prior is normal. Parameters are known together far better than "
        "one by one.",
        f"Would be measured, foretold: median and 90 % of values with errors{wide}. ✓: reaches into what was recorded.",
        f"Prior: {how.get('population', twin.segment.prior.population)}. Sampled: {sampled}; seed {how.get('seed')}.",
        NOTICE,
    )


def data_used(twin: Twin) -> str:
    """Return what the twin was fitted to, in a sentence or two."""
    segment, date = twin.segment, twin.segment.setting.record.date
    known, later = segment.known, segment.later
    concluded = sum(d.origin != "measured" for d in known)
    words = f", {concluded} of them read from words and stated conclusions" if concluded else ""
    days = f"{date(known[0].day).isoformat()} to {date(known[-1].day).isoformat()}"
    told = f"Fitted to {len(known)} data of {days}{words}."
    return f"{told} {len(later)} data after {date(segment.until).isoformat()} were not used." if later else told


def unmoved(taught: Sequence[Learned]) -> str:
    """Return how many parameters the record moved, and how many it did not."""
    moved = sum(item.moved for item in taught)
    rest = f"{len(taught) - moved} of {len(taught)} parameters it did not move"
    more = f"{moved - PARAMETERS} more it moved less than these; " if moved > PARAMETERS else ""
    return f"{more}{rest}: shift below {SHIFTED:g} and shrinkage below {100.0 * NARROWED:.0f} %."


def covered(found: Forecast, role: str) -> str:
    """Return how many recorded things the 90 % intervals reach."""
    hit, of = found.coverage(role)
    return f"{hit} of {of} within their 90 % interval"


def scores(found: Forecast) -> str:
    """Return what the forecast was worth, in one line."""
    parts = [covered(found, "foretold")]
    if found.crps is not None:
        values = sum(r.crps is not None for r in found.rows if r.role == "foretold")
        plural = "" if values == 1 else "s"
        parts.append(f"mean CRPS of {values} value{plural} {found.crps:.1f} standard deviations of measurement")
    if found.brier is not None:
        asked = sum(s.role == "foretold" and s.happened is not None for s in found.statements)
        parts.append(f"Brier score {found.brier:.2f} of {asked} stated probabilities (0.25 for always one half)")
    return "; ".join(parts) + "."


def _verdict(twin: Twin, console: Console) -> None:
    """Print first whether the walkers agree."""
    from rich.text import Text

    if twin.converged:
        console.print(Text(agreed(twin), style="bold green"))
    for remark in twin.remarks:
        console.print(Text(remark, style="bold red"))


def agreed(twin: Twin) -> str:
    """Return that the walkers agree, with the figures of the worst."""
    rhat = max(m.rhat for m in twin.reported.values())
    few = min(m.ess for m in twin.reported.values())
    return (
        f"Converged: all {len(twin.reported)} reported quantities have R-hat below {RHAT:g} (worst {rhat:.3f}) and an "
        f"effective size above {ESS:g} (fewest {few:.0f})."
    )


def _taught(taught: Sequence[Learned]) -> Table:
    from rich.text import Text

    heads = ("prior: median (5 to 95 %)", "posterior", "shift", "shrinkage", "R-hat", "ESS")
    table = table_of("What the record taught", ("", {"ratio": 1}), *((h, RIGHT) for h in heads))
    for item in [item for item in taught if item.moved][:PARAMETERS]:
        unit = text.unit(item.unit)
        cells = (
            f"{item.name}, {unit}" if unit else item.name,
            triple(item.prior, item.unit),
            triple(item.posterior, item.unit),
            signed(item.shift),
            f"{signed(100.0 * item.shrinkage, 0).lstrip('+')} %",
            *mixed(item.mixing),
        )
        table.add_row(*(Text(x) for x in cells), style="" if item.mixing.good else "yellow")
    return table


def triple(values: tuple[float, float, float], unit: str = "") -> str:
    """Return ``median (low to high)``; one number where all are the same, as of a probability."""
    low, middle, high = (text.number(float(f"{x:.3g}")) for x in values)
    return f"{middle} ({low} to {high})" if low != high else middle


def signed(value: float, digits: int = 1) -> str:
    """Return a number with its sign, to so many digits after the point; none for zero."""
    shown = round(value, digits)
    return f"{shown:+.{digits}f}".replace("-", "−") if shown else f"{0.0:.{digits}f}"


def mixed(mixing: Mixing) -> tuple[str, str]:
    """Return R-hat and effective size as printed; marked where they miss what is asked."""
    rhat = f"{mixing.rhat:.3f}" + ("" if mixing.rhat < RHAT else " !")
    return rhat, f"{mixing.ess:.0f}" + ("" if mixing.ess > ESS else " !")


def quantity(name: str) -> str:
    """Return a reported quantity as a person reads it: ``platelets on 2015-03-20`` as ``Platelets on 2015-03-20``."""
    observable, _, date = name.partition(" on ")
    known = OBSERVABLES.get(observable)
    return f"{text.head(known.label)} on {date}" if known else name


def _mixed(twin: Twin) -> Table:
    from rich.text import Text

    shown = worst(twin, QUANTITIES)
    title = f"Reported quantities: the {len(shown)} of {len(twin.reported)} on which the walkers agree least"
    table = table_of(title, ("", {"ratio": 1}), ("R-hat", RIGHT), ("ESS", RIGHT))
    for name, mixing in shown.items():
        cells = (quantity(name), *mixed(mixing))
        table.add_row(*(Text(x) for x in cells), style="" if mixing.good else "yellow")
    return table


def _rows(found: Forecast, role: str, title: str, said: str) -> Table:
    from rich.text import Text

    heads = (("date", {"no_wrap": True}), ("", {"ratio": 1}), ("recorded", RIGHT), (said, RIGHT))
    table = table_of(f"{title}: {covered(found, role)}", *heads, ("", {"no_wrap": True}))
    for row in (row for row in found.rows if row.role == role):
        unit = text.unit(row.unit)
        label = text.head(row.label)
        cells = (
            row.date,
            f"{label}, {unit}" if unit and unit != "grade" else label,
            recorded(row),
            foretold(row),
            text.mark(row.covered),
        )
        table.add_row(*(Text(x) for x in cells), style="" if row.covered else "bold red")
    return table


def recorded(row: Row) -> str:
    """Return what was recorded as printed, an interval as the bound it means."""
    low, high = row.low, row.high
    if row.unit == "%" and low < high and high >= 100.0:
        high = math.inf
    return text.span(low, high)


def foretold(row: Row) -> str:
    """Return what would be measured as printed; what a routine method would not find is shown as below its floor."""
    low, middle, high = (_measured(row, x) for x in row.quantiles)
    return f"{middle} ({low} to {high})" if low != high else middle


def _measured(row: Row, value: float) -> str:
    floor = text.floor(row.observable)
    if row.unit == "grade":
        return text.number(max(round(value, 1), 0.0))  # errors of a severity that is none go below none
    if 0.0 <= value < floor:
        return f"< {text.number(floor)}"
    return f"{value:.1f}" if row.unit in ("Cel", "g/dL") else text.number(value, 2)


def _statements(found: Forecast) -> Table:
    from rich.text import Text

    wide: tuple[str, dict[str, Any]] = ("", {"ratio": 1})
    table = table_of("Stated probabilities", wide, ("probability (90 % Monte Carlo)", RIGHT), ("happened", RIGHT))
    for s in (s for s in found.statements if s.role == "foretold"):
        shown = f"{100.0 * s.probability:.0f} % ({100.0 * s.low:.0f} to {100.0 * s.high:.0f})"
        happened = {True: "yes", False: "no", None: "not known"}[s.happened]
        table.add_row(Text(s.name[:1].upper() + s.name[1:]), Text(shown), Text(happened))
    return table
