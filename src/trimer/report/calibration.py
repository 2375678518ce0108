"""A calibration in words and tables: by stage, what was observed and is predicted, and what became of each parameter.

All is read from the document that goes with a calibration (:func:`trimer.study.calibrate.ship.document`, or
:func:`trimer.library.load_calibration.described` of a shipped one).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.report import text
from trimer.report.terminal import table_of
from trimer.study.calibrate.ensemble import Target
from trimer.study.calibrate.prior import from_scale, to_scale
from trimer.study.trial.summary import ALL, ENDPOINTS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Document = Mapping[str, Any]
Array = NDArray[np.float64]

FAR = 2.0  # errors between prediction and observation that are pointed out
UNTAUGHT = 0.9  # of the prior's spread: of a parameter with more left the targets say next to nothing
RIGHT: dict[str, Any] = {"justify": "right", "no_wrap": True}
TARGETS = ("", "observed (± 1 error)", "predicted (5 to 95 %)", "gap, errors")
PARAMETERS = ("", "unit", "prior (5 to 95 %)", "posterior (5 to 95 %)", "spread left")


def render(document: Document, console: Console) -> None:
    """Print a calibration.

    Parameters
    ----------
    document : mapping
        As :func:`trimer.study.calibrate.ship.document` makes it.
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    title = f"Calibration {document['name']}".rstrip()
    console.print(Text(title, style="bold"))
    console.print(Text(summary(document)))
    for name, stage in document["stages"].items():
        console.print()
        console.print(Text(f"{name}: {stage['label']}", style="bold"))
        console.print(Text(course(stage)))
        if any(stage["failed"]):
            counts = ", ".join(str(n) for n in stage["failed"])
            console.print(Text(f"Members without a prediction, by step: {counts}", style="yellow"))
        for table in (_targets(stage), _parameters(stage)):
            console.print()
            console.print(table)
    console.print()
    for remark in (*remarks(), document["note"]):
        console.print(Text(remark, style="dim"))


def summary(document: Document) -> str:
    """Return how large a calibration is, and how far its targets are met, in a sentence or two."""
    stages = document["stages"].values()
    free = sum(len(stage["parameters"]) for stage in stages)
    gaps = [target["gap"] for stage in stages for target in stage["targets"]]
    missed = sum(not abs(gap) <= FAR for gap in gaps)
    return (
        f"{document['draws']} draws of {free} population parameters, taught by {len(gaps)} published figures. More "
        f"than {FAR:g} errors from the mean prediction: {missed or 'none'}. Updates of each stage: "
        f"{document['steps']}; seed: {document['seed']}."
    )


def course(stage: Document) -> str:
    """Return how a stage went: its virtual patients, and its misfit by step."""
    misfit = " → ".join(text.number(float(f"{x:.2g}")) for x in stage["misfit"])
    return f"{stage['patients']} virtual patients a member; misfit by step {misfit}"


def remarks() -> tuple[str, ...]:
    """Return what has to be known to read the tables."""
    return (
        "Error: standard error of the observation, on the scale on which it is compared. Gap: mean prediction minus "
        f"observation in errors, that of a finite number of virtual patients among them; above {FAR:g} it is marked.",
        "Misfit: median over members of the mean squared gap, 1 or less when the targets are met. Spread left: of the "
        "prior's standard deviation; near 100 % the targets say nothing about a parameter.",
    )


def _targets(stage: Document) -> Table:
    """Return what was observed beside what is predicted."""
    from rich.text import Text

    table = table_of("Targets", (TARGETS[0], {"ratio": 1}), *((name, RIGHT) for name in TARGETS[1:]))
    for target, row in zip(stage["targets"], target_rows(stage), strict=True):
        table.add_row(*(Text(x) for x in row), style="yellow" if far(target) else "")
    return table


def _parameters(stage: Document) -> Table:
    """Return each parameter before and after."""
    from rich.text import Text

    table = table_of("Parameters", (PARAMETERS[0], {"ratio": 1}), *((name, RIGHT) for name in PARAMETERS[1:]))
    for parameter, row in zip(stage["parameters"], parameter_rows(stage), strict=True):
        table.add_row(*(Text(x) for x in row), style="dim" if untaught(parameter) else "")
    return table


def far(target: Document) -> bool:
    """Return whether a prediction lies so far from the observation that it has to be pointed out."""
    return not abs(target["gap"]) <= FAR


def untaught(parameter: Document) -> bool:
    """Return whether the targets say next to nothing about a parameter."""
    return bool(parameter["spread_left"] > UNTAUGHT)


def target_rows(stage: Document) -> list[list[str]]:
    """Return a row of text for each target of a stage, in the columns ``TARGETS``."""
    rows = []
    for target in stage["targets"]:
        low, high = (shown(target, x) for x in error_limits(target))
        marked = " !" if far(target) else ""
        rows.append(
            [
                heading(target["name"]),
                f"{shown(target, target['observed'])} ({low} to {high})",
                triple([shown(target, x) for x in target["predicted"]]),
                f"{target['gap']:+.1f}".replace("-", "−") + marked,
            ]
        )
    return rows


def parameter_rows(stage: Document) -> list[list[str]]:
    """Return a row of text for each parameter of a stage, in the columns ``PARAMETERS``."""
    return [
        [
            parameter["name"],
            text.unit(parameter.get("unit", "")),
            triple([text.number(x) for x in parameter["prior"]]),
            triple([text.number(x) for x in parameter["posterior"]]),
            f"{100.0 * parameter['spread_left']:.0f} %",
        ]
        for parameter in stage["parameters"]
    ]


def triple(words: Sequence[str]) -> str:
    """Return three numbers, low, middle and high, as ``middle (low to high)``."""
    low, middle, high = words
    return f"{middle} ({low} to {high})"


def heading(name: str) -> str:
    """Return what a person reads for a target; an endpoint of trials with the group it counts."""
    known = ENDPOINTS.get(name)
    if known is None:
        return name
    return known.label if known.group == ALL else f"{known.label}, {known.group.name}"


def shown(target: Document, value: float) -> str:
    """Return a value of a target as printed: shares in per cent, a time later than is followed as later than that."""
    if target["scale"] == "logit" and math.isfinite(value):
        return f"{100.0 * value:.0f} %"
    highest = target.get("highest", math.inf)
    return f"> {text.number(highest)}" if value > highest else text.number(value)


def error_limits(target: Document) -> tuple[float, float]:
    """Return the observation less and plus its standard error, which is added on the target's scale."""
    middle = to_scale(target["scale"], target["observed"])
    low, high = from_scale(target["scale"], middle + np.array([-1.0, 1.0]) * target["error"])
    return float(low), float(high)


def in_errors(target: Document, values: Sequence[float]) -> Array:
    """Return values minus the observation in units of the error, on the target's scale; shape as ``values``."""
    limits = {key: target[key] for key in ("lowest", "highest") if key in target}
    one = Target(target["name"], target["observed"], target["error"], target["scale"], target["noise"], **limits)
    return np.asarray((one.compared(values) - one.compared(one.value)) / one.error)


def in_spreads(parameter: Document, values: Sequence[float] | Array) -> Array:
    """Return values of a parameter in standard deviations of its prior from its middle, on its scale."""
    scale = parameter["scale"]
    return np.asarray((to_scale(scale, values) - to_scale(scale, parameter["middle"])) / parameter["sd"])
