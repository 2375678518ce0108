"""A drawn population in the terminal: who the patients are beside what was published, what varies, how they enter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.library.load_trial import FLAGS
from trimer.observables import OBSERVABLES
from trimer.population import Class, Covariate
from trimer.report import text
from trimer.report.terminal import table_of
from trimer.study.population.draw import PopulationSample, summary
from trimer.study.research import NOTICE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHOWN = 16  # parameters that vary most
RIGHT: dict[str, Any] = {"justify": "right"}
WIDE: dict[str, Any] = {"justify": "right", "no_wrap": True}
NUMBERS = ("mean", "sd", "q05", "q50", "q95")


def render(found: PopulationSample, console: Console) -> None:
    """Print a drawn population.

    Parameters
    ----------
    found : PopulationSample
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    _head(found, f"{found.population.name} · {who(found)}", console)
    for table in (_covariates(found), _classes(found), _parameters(found)):
        console.print()
        console.print(table)
    if found.entry:
        console.print()
        console.print(_entry(found))
        console.print(Text(burden_reached(found)))
    _close(found, console)


def render_strata(found: Sequence[PopulationSample], console: Console) -> None:
    """Print strata side by side: the mean of each covariate, and of the state at entry, in each."""
    from rich.text import Text

    one = found[0]
    each = f"{len(found)} strata of {len(one):,} virtual patients, {calibrated(one)}"
    _head(one, f"{one.population.name} · {each}", console)
    console.print()
    strata = [", ".join(condition(s, name) for name in s.within) for s in found]
    table = table_of("Mean (SD) by stratum", ("", {}), *((label, RIGHT) for label in strata))
    for name in one.covariates:
        cells = [_mean(s.covariates[name]) for s in found]
        table.add_row(Text(label_of(one, name)), *cells)
    for name in shown_at_entry(one):
        table.add_row(Text(f"entry: {output_label(name)}"), *(_mean(s.entry[name]) for s in found))
    table.add_row("share of the population", *(f"{100.0 * s.share:.1f} %" for s in found))
    console.print(table)
    for k, stratum in enumerate(found):
        if stratum.entry:
            console.print(Text(f"{strata[k]}: {burden_reached(stratum)}"))
    _close(one, console)


def who(found: PopulationSample) -> str:
    """Return how many patients, from where in the population, with which calibration."""
    parts = [f"{len(found):,} virtual patients from number {found.first:,}", calibrated(found)]
    if found.within:
        conditions = " and ".join(condition(found, name) for name in found.within)
        parts.append(f"{conditions}: {100.0 * found.share:.3g} % of the population")
    return " · ".join(parts)


def calibrated(found: PopulationSample) -> str:
    """Return which population parameters the patients use."""
    if not found.calibration:
        return "typical values of the library"
    return f"{len(np.unique(found.draw)):,} draws of the calibration {found.calibration}"


def condition(found: PopulationSample, name: str) -> str:
    """Return bounds of a covariate in words."""
    low, high = found.within[name]
    strict = float(f"{high:.12g}") != high  # the next number below an edge that belongs to the stratum above
    shown = text.unit(unit_of(found.population.covariates[name]))
    if low == high:
        said = f"is {text.number(low)}"
    elif math.isinf(low):
        said = f"{'<' if strict else '≤'} {text.number(high)} {shown}"
    elif math.isinf(high):
        said = f"{'>' if float(f'{low:.12g}') != low else '≥'} {text.number(low)} {shown}"
    else:
        said = f"{text.number(low)} to {'<' if strict else ''}{text.number(high)} {shown}"
    return f"{text.words(name)} {said}".strip()


def burden_reached(found: PopulationSample) -> str:
    """Return in a sentence how many patients enter with the burden drawn, and by how much the others miss it."""
    name = found.population.burden
    wanted, reached = found.covariates[name], found.entry[name]
    solved = np.isfinite(reached)
    missed = found.missed & solved
    words = [f"{int((~found.missed).sum()):,} of {len(found):,} enter with the burden drawn"]
    short = missed & (reached < wanted)
    if short.any():
        gap = (wanted - reached)[short]
        unit = text.unit(unit_of(found.population.covariates[name]))
        amount = (
            f"{text.number(float(np.median(gap)), 2)} {unit} in the median, {text.number(float(gap.max()), 2)} {unit}"
        )
        words.append(f"{int(short.sum()):,} with less, by {amount} at most".replace("  ", " "))
    if (missed & ~short).any():
        words.append(f"{int((missed & ~short).sum()):,} with more")
    if not solved.all():
        words.append(f"{int((~solved).sum()):,} could not be solved")
    return "; ".join(words) + "."


def shown_at_entry(found: PopulationSample) -> list[str]:
    """Return the outputs at entry that are shown: marrow blasts as the population counts them, and the rest."""
    twice = {"marrow_blast_percent", "mrd_marrow"} - {found.population.burden}
    return [name for name in found.entry if name not in twice]


def unit_of(item: Covariate) -> str:
    """Return the unit of a covariate, empty for a count."""
    return "" if item.unit in ("number", "fraction") else item.unit


def label_of(found: PopulationSample, name: str) -> str:
    """Return a covariate's name in words, with its unit."""
    item = found.population.covariates.get(name)
    unit = text.unit(unit_of(item)) if item else "m²" if name == "bsa" else ""
    words = {
        "bsa": "body surface",
        "prior_hsct": "prior transplant",
        "ph_positive": "Ph-positive",
        "mrd_marrow": "marrow MRD",
    }
    return ", ".join(part for part in (words.get(name, text.words(name)), unit) if part)


def class_label(item: Covariate, one: Class) -> str:
    """Return a class in words."""
    if item.shape != "categories":
        return f"{text.number(one.low)} to {text.number(one.high)} {text.unit(unit_of(item))}".strip()
    return ("yes" if one.low else "no") if item.name in FLAGS else text.number(one.low)


def _head(found: PopulationSample, line: str, console: Console) -> None:
    from rich.text import Text

    console.print(Text(found.population.label, style="bold"))
    console.print(Text(line))


def _close(found: PopulationSample, console: Console) -> None:
    from rich.text import Text

    console.print()
    for remark in (found.population.note, NOTICE):
        if remark:
            console.print(Text(remark, style="dim"))


def _mean(values: Any) -> str:
    """Return mean and standard deviation; of 0 and 1 the share."""
    told = summary(values)
    if set(np.unique(values).tolist()) <= {0.0, 1.0}:
        return f"{100.0 * float(np.mean(values)):.1f} %"
    return f"{text.number(told['mean'])} ({text.number(told['sd'])})"


def _known(kind: str, source: str) -> str:
    return kind if source in ("", "trimer") else f"{kind}, {source}"


def _covariates(found: PopulationSample) -> Table:
    """Return what is a number with its distribution."""
    columns = [("", {}), ("mean", RIGHT), ("SD", RIGHT), ("5 %", RIGHT), ("median", RIGHT), ("95 %", RIGHT), ("", {})]
    table = table_of("Covariates", *columns)
    for name, values in found.covariates.items():
        item = found.population.covariates.get(name)
        if item and item.shape == "categories":
            continue
        told = summary(values)
        origin = _known(item.kind, item.source) if item else "of weight and height"
        table.add_row(label_of(found, name), *(text.number(told[n]) for n in NUMBERS), origin)
    return table


def _classes(found: PopulationSample) -> Table:
    """Return the share of each class beside the one in the file."""
    narrowed = bool(found.within)
    columns = [("", {}), ("", {}), ("patients", RIGHT), ("share", RIGHT)]
    columns += [("expected", RIGHT)] * narrowed
    table = table_of("Classes", *columns, ("in the file", RIGHT), ("", {}))
    for name, item in found.population.covariates.items():
        for k, (one, row) in enumerate(zip(item.classes, found.shares(name), strict=True) if item.classes else ()):
            shares = [row["drawn"], *([row["expected"]] if narrowed else []), row["published"]]
            table.add_row(
                label_of(found, name) if k == 0 else "",
                class_label(item, one),
                f"{row['patients']:,}",
                *(f"{100.0 * share:.1f} %" for share in shares),
                _known(item.kind, item.source) if k == 0 else "",
            )
    return table


def _parameters(found: PopulationSample) -> Table:
    """Return the parameters whose 95th percentile is the largest multiple of the 5th."""
    from rich.text import Text

    widest = found.ranges()
    title = f"Parameters that vary most, {min(SHOWN, len(widest))} of {len(widest)} that vary"
    columns = [("", {}), ("median", RIGHT), ("5 to 95 %", WIDE), ("95 % / 5 %", RIGHT), ("set by", {}), ("", {})]
    table = table_of(title, *columns)
    for name in list(widest)[:SHOWN]:
        told, item = summary(found.parameters[name]), found.known[name]
        table.add_row(
            Text(name),
            f"{text.number(told['q50'])} {text.unit(item.unit)}".strip(),
            f"{text.number(told['q05'], 2)} to {text.number(told['q95'], 2)}",
            f"× {text.number(widest[name], 2)}",
            found.set_by(name),
            _known(item.kind, item.source),
        )
    return table


def _entry(found: PopulationSample) -> Table:
    """Return the state in which patients enter."""
    columns = [("", {}), ("mean", RIGHT), ("SD", RIGHT), ("5 %", RIGHT), ("median", RIGHT), ("95 %", RIGHT)]
    table = table_of("At entry, simulated without treatment", *columns)
    for name in shown_at_entry(found):
        told = summary(found.entry[name])
        table.add_row(output_label(name), *(text.number(told[n]) for n in NUMBERS))
    return table


def output_label(name: str) -> str:
    """Return an output at entry with its unit."""
    known = OBSERVABLES[name]
    unit = "" if known.unit == "fraction" else text.unit(known.unit)
    return ", ".join(part for part in (text.head(known.label), unit) if part)
