"""What a replay answers, as plain values: the same content for the terminal, the page and ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from trimer.study.research import NOTICE as NOTICE

SCHEMA = "trimer/replay/1"


@dataclass(frozen=True)
class TimelineItem:
    """One recorded event as drawn on the timeline: what, from when to when, how precisely dated, with its remarks."""

    event: str
    number: int
    kind: str
    label: str
    start: float
    end: float
    earliest: float
    latest: float
    precision: str
    date: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoseItem:
    """One administration as simulated (``amount`` in ``unit`` over ``end - start`` days; equal when a bolus)."""

    drug: str
    label: str
    start: float
    end: float
    amount: float
    unit: str
    route: str
    kind: str
    event: str


@dataclass(frozen=True)
class ObservationItem:
    """One recorded value beside the fitted course and the unfitted prior band (5 %, 50 %, 95 %)."""

    event: str
    observable: str
    label: str
    unit: str
    day: float
    date: str
    recorded: str
    low: float
    high: float
    fitted: float | None
    band: tuple[float, float, float] | None
    role: str  # "fitted" (in the likelihood) | "not used" (with the reason in remark)
    remark: str
    agreement: str  # "within 10 points", "within a factor of 2", "inside the interval", "miss: ..."
    hit: bool | None


@dataclass(frozen=True)
class VerdictItem:
    """One criterion at one assessment, for the record and for the fitted simulation."""

    assessment: str
    label: str
    day: float
    date: str
    set: str
    subject: str  # response | crs
    record: Mapping[str, Any]  # category, reason, decided_by [{observable, value, threshold, met}], missing, pending
    simulation: Mapping[str, Any]
    agree: bool | None


@dataclass(frozen=True)
class StateItem:
    """One judged state: what the record says, what the simulation says, whether they agree."""

    name: str
    record: str
    simulation: str
    agree: bool


@dataclass(frozen=True)
class ParameterItem:
    """One parameter with prior, fitted value and story."""

    name: str
    unit: str
    prior: float
    spread: float
    value: float
    kind: str
    layer: str
    source: str
    where: str
    note: str
    shift: float | None  # (fitted - prior) in prior standard deviations; None when not fitted


@dataclass(frozen=True)
class Curves:
    """Curves over time: the fitted course, and the prior band's 5, 50 and 95 % quantiles, by observable."""

    days: tuple[float, ...]
    fitted: Mapping[str, tuple[float, ...]]
    low: Mapping[str, tuple[float, ...]]
    median: Mapping[str, tuple[float, ...]]
    high: Mapping[str, tuple[float, ...]]
    units: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class ReplayResult:
    """Everything one replay found.

    ``curves`` cover the whole course; ``close_up`` covers the first engager cycle at a fine grid (same keys).
    ``clones`` are the marrow blasts by clone (1e9 cells) on ``curves.days``.
    """

    case: str
    title: str
    citation: str
    origin: str
    patient: str
    timeline: tuple[TimelineItem, ...]
    doses: tuple[DoseItem, ...]
    observations: tuple[ObservationItem, ...]
    verdicts: tuple[VerdictItem, ...]
    states: tuple[StateItem, ...]
    parameters: tuple[ParameterItem, ...]
    curves: Curves
    close_up: Curves
    clones: Mapping[str, tuple[float, ...]]
    fit: Mapping[str, Any]
    provenance: Mapping[str, Any]
    notice: str = NOTICE
    schema: str = SCHEMA
    warnings: tuple[str, ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return asdict(self)
