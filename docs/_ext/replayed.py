"""What a replay of the reference case says about the model, as Markdown for ``docs/validation.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from trimer.report import html, judged, text
from trimer.study.replay import replay
from trimer.study.result import ObservationItem, ReplayResult

FAR = 1.0  # standard deviations of the population


@cache
def reference_case() -> ReplayResult:
    """Return the replay (fitted once, then from the cache)."""
    return replay("linder2016")


def misses(result: ReplayResult) -> str:
    """Return every recorded value that the fitted course misses, and what it shows that the record does not."""
    lines = [
        f"- **{text.head(o.label)}**, {o.date}: "
        f"{'words of the record read as' if text.concluded(o.remark) else 'recorded'} {html.recorded(o)}, fitted "
        f"{text.quantity(o.fitted, o.unit)} ({o.agreement})."
        for o in result.observations
        if o.hit is False
    ]
    lines += [f"- **{s.name}**: the record says {s.record}, the simulation {s.simulation}." for s in _differing(result)]
    lines += [
        f"- **CRS {judged.headline(v.simulation)} is simulated in {v.label}**, about {v.date}; the record has none."
        for v in judged.unrecorded(result)
    ]
    return "\n".join(lines) or "- nothing"


def _differing(result: ReplayResult) -> Iterable:
    return (s for s in result.states if not s.agree)


def prior(result: ReplayResult) -> str:
    """Return how many recorded values lie in the band before fitting, and which do not."""
    compared = [o for o in result.observations if o.band is not None and text.finite(*o.band)]
    outside = [o for o in compared if not html.overlaps(o)]
    lead = f"{len(compared) - len(outside)} of {len(compared)} recorded values lie in the band of 5 to 95 %."
    return lead + ("\n\n" + _table(outside, fitted=False) if outside else "")


def fitted(result: ReplayResult) -> str:
    """Return recorded and fitted values side by side."""
    used = [o for o in result.observations if o.role == "fitted"]
    hits = sum(o.hit is True for o in used)
    shifts = sum(p.shift is not None for p in result.parameters)
    lead = (
        f"{hits} of {len(used)} values are met, with {shifts} parameters estimated: with so many parameters for so "
        "few values, agreement is no surprise. What counts as met: marrow blasts within 10 points, counts within a "
        "factor of two, an interval when the value is inside, anything else within two standard deviations of its "
        "error. Values in italics are read from words of the record, such as remission or normal counts."
    )
    return f"{lead}\n\n{_table(used, fitted=True)}"


def _table(items: Sequence[ObservationItem], fitted: bool) -> str:
    head = ["about", "quantity", "recorded", "before fitting, 5 to 95 %", *(["fitted", ""] if fitted else [])]
    rows = [head, ["---"] * len(head)]
    for o in items:
        shown = html.recorded(o)
        last = [text.quantity(o.fitted, o.unit), "✓" if o.hit else "✗ **missed**"] if fitted else []
        band = text.band(o.band, text.floor(o.observable))
        rows.append([o.date[:7], text.head(o.label), f"*{shown}*" if text.concluded(o.remark) else shown, band, *last])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def states(result: ReplayResult) -> str:
    """Return the judged states of record and simulation."""
    lines = ["| state | record | simulation | |", "| --- | --- | --- | --- |"]
    for s in result.states:
        lines.append(f"| {s.name} | {s.record} | {s.simulation} | {'✓' if s.agree else '✗ **differ**'} |")
    return "\n".join(lines)


def moved(result: ReplayResult) -> str:
    """Return the estimates further than one standard deviation from the population."""
    found = [p for p in result.parameters if p.shift is not None and abs(p.shift) >= FAR]
    lines = ["| parameter | population | this patient | unit | shift |", "| --- | --- | --- | --- | --- |"]
    for p in sorted(found, key=lambda p: -abs(p.shift or 0.0)):
        lines.append(f"| `{p.name}` | {p.prior:.3g} | {p.value:.3g} | `{p.unit}` | {p.shift:+.1f} |")
    return "\n".join(lines)


def kinds(result: ReplayResult) -> str:
    """Return how many parameters are known how, before the patient's fit."""
    counts: dict[str, int] = {}
    for p in result.parameters:
        kind = "estimated for this patient" if p.shift is not None else p.kind
        counts[kind] = counts.get(kind, 0) + 1
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda item: -item[1]))
    given = sum(d.kind == "assumed" for d in result.doses)
    recalled = sum("recalled" in p.note for p in result.parameters)
    return (
        f"Of the {len(result.parameters)} parameters of the replay: {told}. {recalled} notes say that a number is "
        f"*recalled*, not seen in its source. {given} of {len(result.doses)} doses are assumed from a regimen because "
        "the report does not state them."
    )


def numerics(result: ReplayResult) -> str:
    """Return what the solver achieved."""
    lines = [f"- {key}: {text.plain(value)}" for key, value in result.provenance.items() if "error" in key]
    return "\n".join([*lines, f"- states: {result.provenance.get('states')}"])
