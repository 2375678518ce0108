"""Published endpoints beside virtual trials, in the terminal; the words and numbers are shared by page and figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trimer.report import text
from trimer.report.terminal import table_of
from trimer.study.research import NOTICE
from trimer.study.validation_result import CI, TWICE, Aim, Item, Role, ValidationResult, acceptance

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

RECALLED = "°"
NOT_REACHED = "n.r."
RIGHT: dict[str, Any] = {"justify": "right", "no_wrap": True}
DECIMALS = {"%": 1, "month": 1, "day": 1, "ratio": 2, "ng/mL": 3}
UNITS = {"month": "months", "day": "days", "ratio": "", "1/uL": "/µL"}
LEGEND = (
    f"Observed: 95 % interval as published or, of a proportion, exact; {RECALLED} recalled, not seen in its source. "
    f"Virtual: median and 95 % predictive interval of trials of the same size, each with one calibrated draw of the "
    f"population's parameters; {NOT_REACHED} not reached in follow-up. Width: that interval over the trial's own, in "
    "percentage points for proportions, on a logarithmic scale for all else. z: distance from the median in standard "
    "deviations of the predictive interval; beyond 1.96 is outside."
)


def render(found: ValidationResult, console: Console) -> None:
    """Print published endpoints beside virtual trials.

    Parameters
    ----------
    found : ValidationResult
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    console.print(Text("Published endpoints beside virtual trials", style="bold"))
    console.print(Text(setting(found)))
    for line in summary(found):
        console.print(Text(line))
    for failed in failures(found):
        console.print(Text(failed, style="yellow"))
    for name, items in found.sections().items():
        console.print()
        if name.startswith("Digitised"):
            console.print(_series(name, items))
        elif name.startswith("Nothing"):
            console.print(_left(name, items))
        else:
            console.print(_endpoints(name, items, found))
    console.print()
    for line in (LEGEND, NOTICE):
        console.print(Text(line, style="dim"))


def render_acceptance(found: ValidationResult, console: Console) -> None:
    """Print the aims the model was built to, and what came of them."""
    from rich.text import Text

    aims = acceptance(found)
    known = [aim for aim in aims if aim.met is not None]
    title = f"Aims: {sum(aim.met is True for aim in known)} of {len(known)} met"
    table = table_of(title, ("", {}), ("", {"ratio": 1}), ("wanted", RIGHT), ("virtual", RIGHT), ("", {}))
    for aim in aims:
        words = Text(aim.what)
        if aim.told:
            words.append(f"\n{aim.told}", style="dim")
        table.add_row(aim.role, words, wanted(aim), reached(aim), _sign(aim.met))
    console.print(Text(setting(found)))
    console.print()
    console.print(table)
    console.print()
    console.print(Text("Figures of virtual trials are medians over replicates.", style="dim"))
    console.print(Text(NOTICE, style="dim"))


# ---- words shared with page and figure


def setting(found: ValidationResult) -> str:
    """Return what was simulated, in a line."""
    draws = found.provenance.get("draws", 0)
    name = found.provenance.get("calibration", "")
    of = f"{draws} calibrated draws ({name})" if draws else "typical values of the library, no calibration"
    return f"{found.replicates} replicates of {len(found.trials)} virtual trials · {of}"


def summary(found: ValidationResult) -> list[str]:
    """Return the counts of both roles, a sentence each."""
    roles: tuple[Role, Role] = ("predicted", "calibrated")
    lines = []
    for role in roles:
        count = found.count(role)
        if not count.compared:
            lines.append(f"{role.capitalize()}: nothing compared.")
            continue
        told = f"{role.capitalize()}: {count.inside} of {count.compared} inside ({100.0 * count.share:.0f} %)"
        if count.own:
            told += f"; {count.narrow} of {count.own} intervals at most twice as wide as the trial's own"
        if count.recalled:
            told += f"; {count.recalled} of the observed values recalled"
        if count.same:
            told += f"; {count.same} more that could not differ"
        lines.append(f"{told}.")
    return lines


def failures(found: ValidationResult) -> list[str]:
    """Return how many patients could not be solved, a line a trial."""
    told = []
    for name, trial in found.trials.items():
        if bad := sum(trial["failed"].values()):
            told.append(f"{name}: {bad:,} of {trial['patients'] * found.replicates:,} patients failed and are left out")
    return told


def short(title: str) -> str:
    """Return the name of a source without its design."""
    return title.split(", ", 1)[0]


def armed(found: ValidationResult) -> set[str]:
    """Return the sources that report more than one arm."""
    arms: dict[str, set[str]] = {}
    for item in found.items:
        arms.setdefault(item.trial, set()).add(item.arm)
    return {trial for trial, names in arms.items() if len(names) > 1 and not trial.startswith("il6")}


def words(item: Item, arms: set[str]) -> str:
    """Return an endpoint in words, with its arm where the source has several; ratios compare both."""
    if item.trial not in arms or item.unit == "ratio":
        return item.endpoint
    return f"{item.endpoint}, {'both arms' if item.arm == 'both' else item.arm}"


def figure(x: float, unit: str) -> str:
    """Return a number as it is shown in its unit."""
    if math.isinf(x):
        return NOT_REACHED
    if math.isnan(x):
        return text.DASH
    if unit not in DECIMALS:
        return text.number(x, 3)
    return f"{x:.{DECIMALS[unit]}f}".removesuffix(".0").replace("-", "−")


def observed(item: Item) -> str:
    """Return the published value with its interval; a range or quartiles are named."""
    mark = RECALLED if item.recalled else ""
    value = "" if math.isnan(item.observed) else figure(item.observed, item.unit) + mark
    if math.isnan(item.low):
        return value
    limits = f"{figure(item.low, item.unit)} to {figure(item.high, item.unit)}"
    return f"{value} ({limits if item.interval in CI else f'{item.interval} {limits}'})".strip()


def predicted(item: Item) -> str:
    """Return median and 95 % predictive interval."""
    if item.predicted is None:
        return text.DASH
    low, middle, high = (figure(x, item.unit) for x in item.predicted)
    return f"{middle} ({low} to {high})"


def width(item: Item) -> str:
    """Return the ratio of widths; a dash where the trial has no interval of its own."""
    if math.isinf(item.width_ratio):
        return NOT_REACHED
    return text.DASH if math.isnan(item.width_ratio) else f"{item.width_ratio:.1f}"


def distance(item: Item) -> str:
    """Return the distance in standard deviations, signed."""
    if math.isnan(item.z):
        return text.DASH
    return ("−" if item.z < -0.05 else "") + ("∞" if math.isinf(item.z) else f"{abs(item.z):.1f}")


def verdict(item: Item) -> str:
    """Return the verdict, with a word on the width where that is what is wrong or missing."""
    if item.wide:
        return f"{item.verdict}, but more than {TWICE:g} times as wide" if item.inside else f"{item.verdict}, and wide"
    return item.verdict


def brief(item: Item) -> str:
    """Return sign and verdict in few words: ``✗ higher`` for an observed value above the prediction."""
    return f"{text.mark(item.inside)} {verdict(item).removeprefix('outside: ').replace(' than predicted', '')}"


def direction(item: Item) -> str:
    """Return on which side of the prediction the observed value lies; nothing for one that is inside."""
    return "" if item.inside is not False else "higher" if item.z > 0.0 else "lower"


def unit(item: Item) -> str:
    """Return the unit as printed."""
    return UNITS.get(item.unit, text.unit(item.unit))


def wanted(aim: Aim) -> str:
    """Return the range of an aim."""
    whole = {"%": 100.0, "of 12 times": 12.0, "of 8 windows": 8.0}.get(aim.unit)
    span = f"{aim.low:g} to {aim.high:g}" if aim.high != whole else f"≥ {aim.low:g}"
    span = f"{aim.low:g}" if aim.low == aim.high else span
    return f"{span} {UNITS.get(aim.unit, aim.unit)}".strip()


def reached(aim: Aim) -> str:
    """Return what came of an aim."""
    digits = DECIMALS.get(aim.unit, 0)
    return "not simulated" if math.isnan(aim.found) else f"{aim.found:.{digits}f}"


def by_reason(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Return items by why nothing stands beside them."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.verdict, []).append(item)
    return found


def series(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Return the points of digitised series by series."""
    found: dict[str, list[Item]] = {}
    for item in items:
        name = f"IL-6, {item.arm} schedule" if item.key == "il6" else item.endpoint.rsplit(", ", 1)[0]
        found.setdefault(name, []).append(item)
    return found


def within(items: Sequence[Item]) -> tuple[int, int]:
    """Return of how many points with quartiles the median of the virtual cohort lies in them, and of how many."""
    known = [i for i in items if i.interval == "quartiles" and i.predicted]
    return sum(i.low <= i.predicted[1] <= i.high for i in known if i.predicted), len(known)


# ---- tables of the terminal


def _endpoints(name: str, items: Sequence[Item], found: ValidationResult) -> Table:
    from rich.text import Text

    columns = [("", {"ratio": 3}), ("", {"ratio": 5}), ("observed", RIGHT), ("virtual", RIGHT), ("", {"no_wrap": True})]
    table = table_of(f"{name}: {len(items)}", *columns, ("width", RIGHT), ("z", RIGHT), ("", {"no_wrap": True}))
    arms, last = armed(found), ""
    ordered = name.endswith("inside")
    for item in items:
        title = short(item.title)
        label = Text(words(item, arms))
        for line in (*item.remarks, item.why):
            if line:
                label.append(f"\n{line}", style="dim")
        shown = "" if ordered and title == last else title
        cells = observed(item), predicted(item), unit(item), width(item), distance(item)
        table.add_row(Text(shown), label, *map(Text, cells), _sign(item.inside, direction(item)))
        last = title
    return table


def _series(name: str, items: Sequence[Item]) -> Table:
    columns = [("", {"ratio": 1}), ("points", RIGHT), ("observed inside prediction", RIGHT)]
    table = table_of(name, *columns, ("median inside observed quartiles", RIGHT))
    for label, points in series(items).items():
        good, known = within(points)
        inside = sum(i.inside is True for i in points)
        table.add_row(label, str(len(points)), str(inside), f"{good} of {known}" if known else text.DASH)
    return table


def _left(name: str, items: Sequence[Item]) -> Table:
    from rich.text import Text

    table = table_of(f"{name}: {len(items)}", ("why", {"ratio": 2}), ("what", {"ratio": 7}))
    for reason, group in by_reason(items).items():
        names: dict[str, list[str]] = {}
        for item in group:
            names.setdefault(short(item.title), []).append(item.endpoint)
        told = "; ".join(f"{title}: {', '.join(dict.fromkeys(words_))}" for title, words_ in names.items())
        table.add_row(Text(reason), Text(told, style="dim"))
    return table


def _sign(agree: bool | None, words: str = "") -> Text:
    from rich.text import Text

    colours: Mapping[bool | None, str] = {True: "green", False: "bold red", None: "dim"}
    return Text(f"{text.mark(agree)} {words}".rstrip(), style=colours[agree])
