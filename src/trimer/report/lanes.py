"""The therapy strip: judged states, regimen blocks, the engager's dose steps, one lane per other drug."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trimer.report import panels, style, text
from trimer.study.result import DoseItem, ReplayResult, VerdictItem

BLINK = 1e-6


def engager(result: ReplayResult) -> str:
    """Return the drug whose cycle the close-up shows: most continuous infusion inside it; empty when there is none."""
    days = result.close_up.days
    if not days:
        return ""
    totals: dict[str, float] = {}
    for dose in result.doses:
        if dose.route == "civ":
            overlap = min(dose.end, days[-1]) - max(dose.start, days[0])
            totals[dose.drug] = totals.get(dose.drug, 0.0) + max(overlap, 0.0)
    best = max(totals, key=lambda d: totals[d], default="")
    return best if totals.get(best, 0.0) > BLINK else ""


def courses(doses: Sequence[DoseItem], rest: float = 10.0) -> list[list[DoseItem]]:
    """Return infusions grouped into cycles: a gap longer than ``rest`` days begins the next one."""
    found: list[list[DoseItem]] = []
    for dose in sorted(doses, key=lambda d: d.start):
        if found and dose.start - max(d.end for d in found[-1]) <= rest:
            found[-1].append(dose)
        else:
            found.append([dose])
    return found


def gaps(doses: Sequence[DoseItem]) -> list[tuple[float, float]]:
    """Return the breaks between consecutive infusions of one cycle, as (start, end) in days."""
    ordered = sorted(doses, key=lambda d: d.start)
    found, end = [], ordered[0].end if ordered else 0.0
    for dose in ordered[1:]:
        if dose.start - end > 0.05:
            found.append((end, dose.start))
        end = max(end, dose.end)
    return found


def rate(dose: DoseItem) -> float:
    """Return the infusion rate in ``dose.unit`` per day (0 for a bolus)."""
    length = dose.end - dose.start
    return dose.amount / length if length > BLINK else 0.0


@dataclass(frozen=True)
class Block:
    """One regimen as given: name, first and last day, days of its doses."""

    label: str
    start: float
    end: float
    days: tuple[float, ...]


def blocks(result: ReplayResult) -> list[Block]:
    """Return the regimens of the record in time order, each with the days on which its doses were given."""
    items = [t for t in result.timeline if "regimen" in t.kind.lower()]
    found = []
    for item in items:
        days = sorted(d.start for d in result.doses if d.event == item.event or d.event.startswith(f"{item.event}/"))
        ends = [d.end for d in result.doses if d.event == item.event or d.event.startswith(f"{item.event}/")]
        start, end = (days[0], max(ends)) if days else (item.start, item.end)
        found.append(Block(block_name(item.label), start, max(end, start + 1.0), tuple(days)))
    return sorted(found, key=lambda b: b.start)


def block_name(label: str, longest: int = 38) -> str:
    """Return a regimen's label cut at a comma or semicolon when it is long."""
    if len(label) <= longest:
        return label
    cut = re.split(r"[,;]", label)[0]
    return f"{cut} …" if len(cut) <= longest else f"{label[: longest - 1]}…"


def regimen_lane(axes: Axes, result: ReplayResult, limits: panels.Limits, points_per_day: float) -> None:
    """Draw regimen blocks with their names above, staggered where they would collide."""
    found = blocks(result)
    size = style.SMALL
    lengths = [max(len(b.label) * size * 0.6 / points_per_day, b.end - b.start) for b in found]
    starts = [min(b.start, limits[1] - n) for b, n in zip(found, lengths, strict=True)]
    rows = panels.stacked(starts, lengths, gap=4.0)
    top = max(rows, default=0) + 1
    axes.set_ylim(-0.1, 0.75 + top * 0.62)
    for block, start, row in zip(found, starts, rows, strict=True):
        axes.add_patch(Rectangle((block.start, 0.0), block.end - block.start, 0.55, facecolor="#dfe4ea", linewidth=0))
        axes.vlines(block.days, 0.0, 0.55, color=style.SOFT, linewidth=0.9)
        level = 0.72 + row * 0.62
        if row:
            axes.plot([block.start, block.start], [0.55, level + 0.1], color=style.DRUG, linewidth=0.5)
        panels.halo(axes.text(start, level, block.label, fontsize=size, va="bottom", color=style.INK))
    _bare(axes, limits)


def engager_lane(axes: Axes, result: ReplayResult, drug: str, limits: panels.Limits) -> None:
    """Draw the engager's infusions as steps as tall as their rate, holds hatched."""
    doses = [d for d in result.doses if d.drug == drug]
    top = max((rate(d) for d in doses), default=1.0) or 1.0
    axes.set_ylim(0, top * 1.6)
    for group in courses(doses):
        for dose in group:
            axes.add_patch(
                Rectangle(
                    (dose.start, 0),
                    dose.end - dose.start,
                    rate(dose),
                    facecolor=style.ENGAGER,
                    linewidth=0,
                    alpha=0.55 if dose.kind == "assumed" else 1.0,
                )
            )
        for start, end in gaps(group):
            axes.add_patch(
                Rectangle(
                    (start, 0), end - start, top, facecolor="none", edgecolor=style.RESCUE, hatch="//////", linewidth=0
                )
            )
        rates = list(dict.fromkeys(text.number(rate(d), 2) for d in group))
        words = " → ".join(rates)
        late = group[0].start > limits[1] - 0.12 * (limits[1] - limits[0])
        axes.text(
            group[-1].end if late else group[0].start,
            top * 1.08,
            words,
            fontsize=style.SMALL,
            color=style.ENGAGER,
            fontweight="bold",
            va="bottom",
            ha="right" if late else "left",
        )
    _bare(axes, limits)


def drug_lanes(axes: Axes, result: ReplayResult, skip: str, limits: panels.Limits) -> None:
    """Draw one thin lane per drug in order of first use; pale marks are doses the record does not state."""
    drugs = drug_order(result, skip)
    axes.set_ylim(len(drugs) - 0.4, -0.6)
    least = (limits[1] - limits[0]) / 420.0
    for row, drug in enumerate(drugs):
        axes.axhline(row, color=style.GRID, linewidth=0.7, zorder=0)
        for kind, alpha in (("stated", 1.0), ("assumed", 0.45)):
            bars = [
                (d.start, max(d.end - d.start, least))
                for d in result.doses
                if d.drug == drug and (d.kind == "assumed") == (kind == "assumed")
            ]
            axes.broken_barh(
                _merged(bars), (row - 0.32, 0.64), facecolor=style.DRUG, alpha=alpha, linewidth=0, zorder=2
            )
        axes.annotate(
            drug_name(result, drug),
            (0, row),
            xycoords=("axes fraction", "data"),
            xytext=(-5, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=style.SMALL,
            color=style.SOFT,
            annotation_clip=False,
        )
    _bare(axes, limits)


def drug_order(result: ReplayResult, skip: str) -> list[str]:
    """Return drugs by first use, without the engager."""
    first: dict[str, float] = {}
    for dose in result.doses:
        if dose.drug != skip:
            first[dose.drug] = min(first.get(dose.drug, dose.start), dose.start)
    return sorted(first, key=lambda d: first[d])


def drug_name(result: ReplayResult, drug: str) -> str:
    """Return a drug's name as printed, with the route when it is a variant of its name."""
    words = text.words(drug)
    return words[:-3] + " (intrathecal)" if words.endswith(" it") else words


def _merged(bars: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join touching bars so that two months of daily tablets are one path."""
    found: list[list[float]] = []
    for start, length in sorted(bars):
        if found and start <= found[-1][1] + 1.01:
            found[-1][1] = max(found[-1][1], start + length)
        else:
            found.append([start, start + length])
    return [(a, b - a) for a, b in found]


def judged_lane(
    axes: Axes, found: Sequence[VerdictItem], limits: panels.Limits, points_per_day: float, names: bool = True
) -> None:
    """Draw judged categories over time: record above, simulation below, words coloured by what they mean."""
    axes.set_ylim(-0.15, 4.25)
    size = style.SMALL
    for base, which in ((2.2, "record"), (0.0, "simulation")):
        labels = [short(str(getattr(v, which).get("category", "")) or text.DASH) for v in found]
        lengths = [(len(w) + 1.5) * size * 0.66 / points_per_day for w in labels]
        rows = panels.stacked([v.day for v in found], lengths, gap=2.0 / points_per_day)
        for verdict, words, row, length in zip(found, labels, rows, lengths, strict=True):
            tone = style.TONES[text.tone(words)]
            level = base + (row + 0.5) * 1.9 / (max(rows) + 1)
            axes.plot(
                [verdict.day],
                [level],
                marker="o" if verdict.agree is not False else "X",
                color=tone,
                clip_on=False,
                markersize=4.2 if verdict.agree is not False else 5.5,
                markeredgewidth=0,
            )
            late = verdict.day + length > limits[1]
            axes.annotate(
                words,
                (verdict.day, level),
                xytext=(-5 if late else 5, 0),
                textcoords="offset points",
                va="center",
                ha="right" if late else "left",
                fontsize=size,
                color=tone,
                fontweight="bold",
                clip_on=False,
            )
        if names:
            axes.annotate(
                which,
                (0, base + 0.95),
                xycoords=("axes fraction", "data"),
                xytext=(-5, 0),
                ha="right",
                va="center",
                textcoords="offset points",
                fontsize=style.SMALL,
                color=style.SOFT,
                annotation_clip=False,
            )
    axes.axhline(2.05, color=style.GRID, linewidth=0.8)
    _bare(axes, limits)


def set_name(result: ReplayResult, subject: str) -> str:
    """Return the criterion set drawn for a subject (``response`` or ``crs``): the one with most assessments."""
    sets = [v.set for v in result.verdicts if v.subject == subject]
    return max(dict.fromkeys(sets), key=sets.count, default="")


def verdicts(result: ReplayResult, subject: str) -> list[VerdictItem]:
    """Return the verdicts on a subject by the drawn criterion set, in time order."""
    chosen = set_name(result, subject)
    return sorted((v for v in result.verdicts if v.subject == subject and v.set == chosen), key=lambda v: v.day)


def unique(values: Iterable[str]) -> list[str]:
    """Return values once each, in the order in which they first came."""
    return list(dict.fromkeys(values))


def short(category: str) -> str:
    """Return a category in at most a dozen letters."""
    words = category.split(" (")[0].split(",")[0].strip()
    table = {
        "progressive disease": "PD",
        "complete remission": "CR",
        "not assessable": "n/a",
        "refractory disease": "refractory",
    }
    words = table.get(words.lower(), words)
    return words if len(words) <= 14 else words[:13] + "…"


def _bare(axes: Axes, limits: panels.Limits) -> None:
    axes.set_xlim(*limits)
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
