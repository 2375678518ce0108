"""What ``trimer validate`` found, as Markdown for ``docs/validation_trials.md``: from the stored result, never retyped.

``make validate`` simulates and stores it (some ten minutes); building the docs only reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from generated import code, table

from trimer.report import validation as told
from trimer.report.validation_page import figure_svg
from trimer.study.validation_result import Item, Role, ValidationResult, acceptance, stored

STORED = Path(__file__).parents[2] / "src" / "trimer" / "library" / "published" / "validation.json"
ABSENT = "Not simulated yet: `make validate` writes the stored result, from which this page is made."
HEAD = ["source", "endpoint", "observed", "virtual", "unit", "width", "z", "", "from, remarks"]


@cache
def result() -> ValidationResult | None:
    """Return the stored result, if there is one."""
    return stored(STORED) if STORED.is_file() else None


def summary() -> str:
    """Return what was simulated and how much of it agrees."""
    found = result()
    if found is None:
        return ABSENT
    lines = [told.setting(found) + ".", *told.summary(found), *told.failures(found)]
    return "\n".join(f"- {line}" for line in lines)


def aims() -> str:
    """Return the aims the model was built to, and what came of them."""
    found = result()
    if found is None:
        return ABSENT
    rows = [
        [aim.what, aim.role, told.wanted(aim), told.reached(aim), _sign(aim.met), aim.told] for aim in acceptance(found)
    ]
    return table(["aim", "role", "wanted", "virtual, median", "", ""], rows)


def misses(role: Role) -> str:
    """Return the endpoints of a role that lie outside, each with what is known about it, the worst first."""
    found = result()
    if found is None:
        return ABSENT
    items = found.sections().get(f"{role.capitalize()}, outside", ())
    arms = told.armed(found)
    lines = []
    for item in items:
        unit = f" {told.unit(item)}" if told.unit(item) else ""
        line = (
            f"- **{told.short(item.title)}, {told.words(item, arms)}**: observed {told.observed(item)}{unit}, virtual "
        )
        line += f"{told.predicted(item)}; {told.direction(item)} than predicted, z {told.distance(item)}. "
        lines.append(line + " ".join(_sentence(x) for x in (item.why, *item.remarks) if x))
    return "\n".join(lines).replace("<", "&lt;") or "- nothing"


def endpoints(role: Role) -> str:
    """Return every endpoint of a role beside which something stands."""
    found = result()
    if found is None:
        return ABSENT
    items = [i for i in found.endpoints(role) if i.compared]
    return table(HEAD, _rows(items, found)) if items else "Nothing compared."


def digitised() -> str:
    """Return the digitised series, a line a series."""
    found = result()
    if found is None:
        return ABSENT
    rows = []
    for name, points in told.series([i for i in found.items if i.compared and i.digitised]).items():
        good, known = told.within(points)
        inside = sum(i.inside is True for i in points)
        rows.append([name, len(points), inside, f"{good} of {known}" if known else "", code(points[0].source)])
    return table(["series", "points", "observed inside prediction", "median inside observed quartiles", "source"], rows)


def left() -> str:
    """Return what is published and has nothing beside it, by reason."""
    found = result()
    if found is None:
        return ABSENT
    rows = []
    for reason, items in told.by_reason([i for i in found.items if not i.compared]).items():
        for item in items:
            unit = told.unit(item)
            rows.append(
                [reason, told.short(item.title), item.endpoint, f"{told.observed(item)} {unit}".strip(), item.note]
            )
    return table(["why", "source", "endpoint", "observed", "remarks"], rows)


def figure() -> str:
    """Return the figure as an SVG element, or why there is none."""
    found = result()
    if found is None:
        return f"<p>{ABSENT}</p>"
    return f"<div class='forest'><style>.forest svg {{ width: 100%; height: auto; }}</style>{figure_svg(found)}</div>"


def trials() -> str:
    """Return the virtual trials as they were simulated."""
    found = result()
    if found is None:
        return ABSENT
    rows = ([t["label"], t["patients"], f"{t['follow_up']:.0f}", code(t["population"])] for t in found.trials.values())
    return table(["virtual trial", "patients a replicate", "months", "population"], rows)


def _rows(items: Sequence[Item], found: ValidationResult) -> list[list[object]]:
    arms = told.armed(found)
    return [
        [
            told.short(i.title), told.words(i, arms), told.observed(i), told.predicted(i), told.unit(i), told.width(i),
            told.distance(i), told.brief(i),
            "; ".join(x for x in (code(i.source), i.where, i.note, *i.remarks) if x),
        ]
        for i in items
    ]  # fmt: skip


def _sign(agree: bool | None) -> str:
    return {True: "✓", False: "✗", None: "·"}[agree]


def _sentence(words: str) -> str:
    words = words[:1].upper() + words[1:]
    return words if words.endswith(".") else f"{words}."
