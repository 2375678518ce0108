"""What published endpoints look like beside virtual trials of the same size: items, counts, aims, JSON and back.

An interval's width is compared on the scale on which the endpoint's error is roughly even: percentage points for
proportions, the logarithm for times, ratios, concentrations and counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from trimer.errors import InputError
from trimer.study.research import NOTICE

SCHEMA = "trimer/validation/1"
Role = Literal["calibrated", "predicted"]
Interval = tuple[float, float, float]

Z = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval
TWICE = 2.0  # a predictive interval wider than this many times the trial's own says little
CI = ("published", "exact", "exact, of the percentage")  # what counts as a trial's own 95 % interval
ENOUGH = 0.8  # share of predicted endpoints that should lie inside


@dataclass(frozen=True)
class Item:
    """Hold one published endpoint beside what virtual trials of that size give.

    Attributes
    ----------
    trial, title : str
        Name of the published source, and what a person reads.
    arm, key, group, endpoint : str
        As published; ``endpoint`` in words.
    role : {"calibrated", "predicted"}
        From the folder the number lies in.
    unit : str
        Of all numbers: ``"%"``, ``"month"``, ``"ratio"`` and so on.
    n, events : int or None
    observed, low, high : float
        Events over patients where both are known, else as printed; limits NaN for none, ``high`` infinite for one
        that was not reached.
    interval : str
        What the limits are: one of :data:`CI`, ``"quartiles"``, ``"range"`` or empty.
    recalled : bool
        Whether the number was not seen in its source.
    source, where, note : str
    days : tuple of float or None
        First and last day of digitised samples.
    simulated : str
        The virtual trial; empty when there is none, and ``reason`` says why.
    predicted : (low, median, high) or None
        Median and 95 % predictive interval; infinite: not reached in follow-up.
    counted : float
        Virtual patients counted, median over replicates.
    reason : str
        Why nothing stands beside it.
    remarks : tuple of str
        What else one must know of the comparison.
    why : str
        What is known about a difference (``library/validation_remarks.toml``).
    """

    trial: str
    title: str
    arm: str
    key: str
    group: str
    endpoint: str
    role: Role
    unit: str
    n: int | None
    events: int | None
    observed: float
    low: float
    high: float
    interval: str
    recalled: bool
    source: str = ""
    where: str = ""
    note: str = ""
    days: tuple[float, float] | None = None
    simulated: str = ""
    predicted: Interval | None = None
    counted: float = math.nan
    reason: str = ""
    remarks: tuple[str, ...] = ()
    why: str = ""

    @property
    def digitised(self) -> bool:
        """Whether this is a point of a digitised series rather than an endpoint of a trial."""
        return self.days is not None

    @property
    def compared(self) -> bool:
        """Whether a number stands beside a number."""
        return self.predicted is not None and not math.isnan(self.observed) and not math.isnan(self.predicted[1])

    @property
    def tested(self) -> bool:
        """Whether the comparison could have gone another way: not where every replicate gives what was observed."""
        same = self.predicted is not None and self.predicted[0] == self.predicted[2]
        return self.compared and not (same and self.inside)

    @property
    def inside(self) -> bool | None:
        """Whether the observed value lies in the predictive interval; None where nothing is compared."""
        if not self.compared or self.predicted is None:
            return None
        low, _, high = self.predicted
        slack = 1e-9 * max(abs(self.observed), 1.0)
        return low - slack <= self.observed <= high + slack

    @property
    def own(self) -> bool:
        """Whether the trial has a 95 % interval of its own."""
        return self.interval in CI and not math.isnan(self.low) and not math.isnan(self.high)

    @property
    def width_ratio(self) -> float:
        """Width of the predictive interval over that of the trial's own; NaN where either is missing.

        Where the trial's upper limit was not reached, the parts below the median and the value are compared.
        """
        if not (self.own and self.tested) or self.predicted is None:
            return math.nan
        low, middle, high = map(self._scaled, self.predicted)
        mine, value, theirs = map(self._scaled, (self.low, self.observed, self.high))
        open_ended = math.isinf(self.high)
        width, own = (middle - low, value - mine) if open_ended else (high - low, theirs - mine)
        return width / own if own > 0.0 and not math.isnan(width) else math.nan

    @property
    def wide(self) -> bool | None:
        """Whether the predictive interval is more than twice as wide as the trial's own; None where it has none."""
        return None if math.isnan(self.width_ratio) else self.width_ratio > TWICE

    @property
    def z(self) -> float:
        """Distance of the observed value from the predicted median, in standard deviations of that side's interval.

        Beyond 1.96 is outside the interval.
        """
        if not self.compared or self.predicted is None:
            return math.nan
        low, middle, high = map(self._scaled, self.predicted)
        gap = self._scaled(self.observed) - middle
        half = high - middle if gap > 0.0 else middle - low
        if gap == 0.0:
            return 0.0
        return Z * gap / half if half > 0.0 else math.copysign(math.inf, gap)

    @property
    def verdict(self) -> str:
        """What came of it, in words."""
        if self.reason:
            return self.reason
        if not self.compared:
            return "only a range is published" if math.isnan(self.observed) else "no replicate has a value"
        if self.inside:
            return "inside" if self.tested else "inside, could not differ"
        higher = self.predicted is not None and self.observed > self.predicted[1]
        return f"outside: {'higher' if higher else 'lower'} than predicted"

    def _scaled(self, x: float) -> float:
        """Return a number on the scale on which widths are compared."""
        if self.unit == "%":
            return x
        return math.log(x) if x > 0.0 else -math.inf

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; an infinite or missing number is None."""
        told = {
            "compared": self.compared,
            "inside": self.inside,
            "width_ratio": self.width_ratio,
            "wide": self.wide,
            "z": self.z,
            "verdict": self.verdict,
        }
        return {name: _plain(value) for name, value in (asdict(self) | told).items()}


@dataclass(frozen=True)
class Count:
    """Hold how many items of a role agree.

    Attributes
    ----------
    compared, inside : int
        Of those that could have gone another way.
    own, narrow : int
        Of these, with a 95 % interval of the trial's own, and with a predictive one at most twice as wide.
    inside_narrow : int
        Of the latter, those inside.
    recalled : int
        Of those compared, with an observed number that was recalled.
    same : int
        Comparisons that come out the same in every replicate; not among those compared.
    left : int
        Published endpoints beside which nothing stands.
    """

    compared: int
    inside: int
    own: int
    narrow: int
    inside_narrow: int
    recalled: int
    same: int
    left: int

    @property
    def share(self) -> float:
        """Share inside; NaN of none."""
        return self.inside / self.compared if self.compared else math.nan


@dataclass(frozen=True)
class Aim:
    """Hold one aim and what came of it: met from ``low`` to ``high``; ``found`` is NaN when it was not simulated."""

    what: str
    role: Role
    low: float
    high: float
    unit: str
    found: float
    told: str = ""

    @property
    def met(self) -> bool | None:
        """Whether it is met; None when it was not simulated."""
        return None if math.isnan(self.found) else self.low <= self.found <= self.high


@dataclass(frozen=True)
class ValidationResult:
    """Hold published endpoints beside virtual trials.

    Attributes
    ----------
    items : tuple of Item
        In the order of their files, those kept for validation first.
    trials : dict of str to dict
        Of each virtual trial its label, patients a replicate, months of follow-up, and patients that failed.
    replicates : int
    others : dict of str to (low, median, high)
        Figures without a published counterpart that an aim asks for, as ``"mt103_211.crs_near_start"``.
    provenance : dict
    """

    items: tuple[Item, ...]
    trials: dict[str, dict[str, Any]]
    replicates: int
    others: dict[str, Interval] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def endpoints(self, role: Role) -> tuple[Item, ...]:
        """Return the endpoints of a role, without digitised series."""
        return tuple(item for item in self.items if item.role == role and not item.digitised)

    def count(self, role: Role) -> Count:
        """Return how many endpoints of a role agree."""
        items = self.endpoints(role)
        tested = [item for item in items if item.tested]
        own = [item for item in tested if item.wide is not None]
        narrow = [item for item in own if not item.wide]
        return Count(
            compared=len(tested),
            inside=sum(item.inside is True for item in tested),
            own=len(own),
            narrow=len(narrow),
            inside_narrow=sum(item.inside is True for item in narrow),
            recalled=sum(item.recalled for item in tested),
            same=sum(item.compared for item in items) - len(tested),
            left=sum(not item.compared for item in items),
        )

    def sections(self) -> dict[str, tuple[Item, ...]]:
        """Return items as they are shown, each once: misses first, the worst of them first; no empty section."""
        compared = [i for i in self.items if i.compared and not i.digitised]
        missed = sorted((i for i in compared if i.inside is False), key=lambda i: -abs(i.z))
        inside = [i for i in compared if i.inside]
        found = {
            "Predicted, outside": tuple(i for i in missed if i.role == "predicted"),
            "Calibrated, outside": tuple(i for i in missed if i.role == "calibrated"),
            "Predicted, inside": tuple(i for i in inside if i.role == "predicted"),
            "Calibrated, inside": tuple(i for i in inside if i.role == "calibrated"),
            "Digitised series, calibrated": tuple(i for i in self.items if i.compared and i.digitised),
            "Nothing to compare with": tuple(i for i in self.items if not i.compared),
        }
        return {name: items for name, items in found.items() if items}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        roles: tuple[Role, Role] = ("predicted", "calibrated")
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "replicates": self.replicates,
            "counts": {role: asdict(self.count(role)) for role in roles},
            "acceptance": [_plain(asdict(aim) | {"met": aim.met}) for aim in acceptance(self)],
            "items": [item.to_dict() for item in self.items],
            "trials": _plain(self.trials),
            "others": _plain(self.others),
            "provenance": _plain(self.provenance),
        }


def acceptance(found: ValidationResult) -> list[Aim]:
    """Return the aims the model was built to, and what came of each; figures are medians over replicates."""

    def figure(key: str, trial: str, group: str = "", factor: float = 1.0) -> float:
        for item in found.items:
            if (item.key, item.trial) == (key, trial) and group in ("", item.group) and item.predicted:
                return factor * item.predicted[1]
        return math.nan

    def aim(what: str, low: float, high: float, unit: str, value: float, told: str = "") -> Aim:
        return Aim(what, "calibrated", low, high, unit, value, told)

    own = "mt103_211"
    cd8, il6 = (_in_quartiles(found.items, key) for key in ("cd8", "il6"))
    floor = [
        i.predicted[1] for i in found.items if i.key == "b_cells_at_floor" and i.days == (2.0, 2.0) and i.predicted
    ]
    near = found.others.get("mt103_211.crs_near_start")
    aims = [
        aim("CR or CRh", 36, 50, "%", figure("cr_crh", own)),
        aim("CR or CRh, blasts 50 % or more", 21, 38, "%", figure("cr_crh_blasts_50_up", own)),
        aim("CR or CRh, blasts below 50 %", 60, 84, "%", figure("cr_crh_blasts_below_50", own)),
        aim("MRD response of responders", 72, 90, "%", figure("mrd_response", own)),
        aim("median relapse-free survival", 4.8, 8.3, "month", figure("rfs_median", own)),
        aim("CD19-negative at failure", 3, 15, "%", figure("cd19_negative_at_failure", "jabbour_2018")),
        aim("CRS of any grade", 10, 18, "%", figure("crs_any", "label_crs", "treated")),
        aim("CRS of grade 3 or more", 1, 5, "%", figure("crs_grade_3", own)),
        aim("first CRS within 3 days of a start or step", 80, 100, "%", near[1] if near else math.nan),
        aim("odds ratio of response for a unit of Css", 1.3, 2.8, "ratio", figure("or_css", "zhu_2018")),
        aim("CD8 median inside the observed quartiles", 10, 12, "of 12 times", *cd8),
        aim("patients with B cells at the floor at 48 h", 90, 100, "%", floor[0] if floor else math.nan),
        aim("IL-6 median inside the observed quartiles", 6, 8, "of 8 windows", *il6),
        aim("mean Css at 28 µg/day", 560, 680, "pg/mL", figure("css_mean", "zhu_2018", factor=1000.0)),
    ]
    return [*aims, *_of_predictions(found.count("predicted"))]


def _in_quartiles(items: Sequence[Item], key: str) -> tuple[float, str]:
    """Return at how many times of a digitised series the model's median lies in the observed quartiles."""
    series = [i for i in items if i.key == key and i.compared]
    if not series:
        return math.nan, ""
    out = [i for i in series if i.predicted and not i.low <= i.predicted[1] <= i.high]
    told = "outside: " + ", ".join(i.endpoint.split(", ", 1)[1] for i in out) if out else ""
    return float(len(series) - len(out)), told


def _of_predictions(count: Count) -> list[Aim]:
    inside = 100.0 * count.share
    told = f"{count.inside} of {count.compared}"
    narrow = 100.0 * count.narrow / count.own if count.own else math.nan
    of_own = f"{count.narrow} of {count.own} that have one; {count.inside_narrow} of these inside"
    what = "predictive interval at most twice the trial's own"
    return [
        Aim("observed value inside the predictive interval", "predicted", 100 * ENOUGH, 100, "%", inside, told),
        Aim(what, "predicted", 100, 100, "%", narrow, of_own),
    ]


def stored(path: str | Path) -> ValidationResult:
    """Return a result that ``trimer validate --json`` wrote.

    Raises
    ------
    InputError
        When the file cannot be read or is something else.
    """
    place = Path(path)
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError("another schema")
        return ValidationResult(
            tuple(_item(entry) for entry in document["items"]),
            document["trials"],
            document["replicates"],
            {name: _interval(x) for name, x in document["others"].items()},
            document["provenance"],
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        what = "a file that cannot be read" if isinstance(fault, OSError) else "something else"
        raise InputError(str(place), what, "what trimer validate --json printed") from fault


def _item(entry: Mapping[str, Any]) -> Item:
    """Return an item from its plain values; a limit that is None while its neighbour is a number was not reached."""
    known = {f.name: entry[f.name] for f in fields(Item)}

    def number(x: Any, missing: float) -> float:
        return missing if x is None else float(x)

    known["observed"], known["low"] = number(known["observed"], math.nan), number(known["low"], math.nan)
    known["high"] = number(known["high"], math.nan if math.isnan(known["low"]) else math.inf)
    known["counted"] = number(known["counted"], math.nan)
    known["days"] = tuple(known["days"]) if known["days"] else None
    known["predicted"] = _interval(known["predicted"]) if known["predicted"] else None
    known["remarks"] = tuple(known["remarks"])
    return Item(**known)


def _interval(values: Sequence[float | None]) -> Interval:
    low, middle, high = (math.inf if x is None else float(x) for x in values)
    return low, middle, high


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
