"""Verdicts as people read them: headline, what decided, what is missing, what only the simulation shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trimer.observables import OBSERVABLES
from trimer.report import text
from trimer.study.result import ReplayResult, VerdictItem

OWN_CONCLUSION = "the record's own conclusion"


def assessments(result: ReplayResult) -> list[list[VerdictItem]]:
    """Return the verdicts grouped by assessment, in time order."""
    groups: dict[tuple[float, str], list[VerdictItem]] = {}
    for item in sorted(result.verdicts, key=lambda v: v.day):
        groups.setdefault((item.day, item.assessment), []).append(item)
    return list(groups.values())


def headline(side: Mapping[str, Any]) -> str:
    """Return the category of one side with its qualifier, when it has one."""
    return text.tidy(text.plain(side.get("headline") or side.get("category")))


def decided(side: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what decided a verdict as words: observable, value with unit, threshold, whether it was met.

    Parameters
    ----------
    side : mapping
        ``VerdictItem.record`` or ``VerdictItem.simulation``.
    """
    rows = []
    for part in side.get("decided_by") or ():
        if not isinstance(part, Mapping):
            rows.append({"name": text.plain(part), "value": "", "threshold": "", "mark": "", "remark": ""})
            continue
        name, value, met = str(part.get("observable", "")), part.get("value"), part.get("met")
        known = OBSERVABLES.get(name)
        number = isinstance(value, int | float) or value is None
        label = text.head(str(part.get("label") or (known.label if known else text.words(name))))
        rows.append(
            {
                "name": label if label[:2].isupper() else label[:1].upper() + label[1:],
                "value": text.tidy(text.quantity(value, known.unit if known else "") if number else text.plain(value)),
                "threshold": text.tidy(text.plain(part.get("threshold", ""))),
                "mark": text.mark(met if isinstance(met, bool) else None),
                "remark": "threshold recalled, not seen" if part.get("provenance") == "recalled" else "",
            }
        )
    return rows


def deciding(side: Mapping[str, Any], subject: str) -> dict[str, str] | None:
    """Return the one comparison that says most: for toxicity the highest grade met, else the first that was met.

    Where none was met (no response), it is the first that failed; None where nothing was compared.
    """
    rows = decided(side)
    met = [row for row in rows if row["mark"] == text.mark(True)]
    failed = [row for row in rows if row["mark"] == text.mark(False)]
    if met:
        return met[-1] if subject == "crs" else met[0]
    return failed[0] if failed else None


def listed(value: Any) -> list[str]:
    """Return a list of words from a list, a text or nothing (for ``missing`` and ``pending``)."""
    if not value:
        return []
    items = [value] if isinstance(value, str | Mapping) else list(value)
    return [
        text.head(OBSERVABLES[i].label) if isinstance(i, str) and i in OBSERVABLES else _in_words(text.plain(i))
        for i in items
    ]


def _in_words(item: str) -> str:
    """Return an identifier as words, and what is words already (``high-dose vasopressors``) as it is."""
    return item if " " in item else text.words(item)


def concluded(side: Mapping[str, Any]) -> bool:
    """Return whether a verdict rests on what the record itself concluded, measured facts leaving it open."""
    return side.get("supported_by") == "stated conclusion"


def unrecorded(result: ReplayResult) -> list[VerdictItem]:
    """Return toxicity of grade 2 or more in the simulation where the record holds nothing to compare with."""
    found = []
    for item in result.verdicts:
        grade = item.simulation.get("grade")
        if item.subject == "crs" and item.agree is None and isinstance(grade, list | tuple) and max(grade) >= 2:
            found.append(item)
    return sorted(found, key=lambda v: v.day)
