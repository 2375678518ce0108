"""What the Evidence page shows: how the model stands to published results, its numbers, and its limits.

``GET /api/evidence`` gives one JSON document (:func:`evidence`), the same for every session::

    {
      "schema": "trimer/workbench-evidence/1",
      "notice": text,
      "stored": true,                  # false: no validation result is at hand; "validation" lists what is published
      "validation_note": text,         # where the rows come from, and when "stored" is false what is missing
      "provenance": {"trimer", "calibration", "draws", "replicates", "seed", ...} | {},
      "counts": {"predicted": COUNT, "calibrated": COUNT, "parameters": 214, "measured": 60, "fitted": 31,
                 "assumed": 123, "references": 80},
                # COUNT: {"compared", "inside", "text": "44 of 63 inside the predictive interval (70 %)"}
      "aims": [{"what", "role", "low", "high", "unit", "found": number | null, "told", "met": bool | null,
                "asked": "36 to 50 %", "text": "39.7 %"}],
      "validation": [{"role": "fitted" | "validation",   # fitted: the number was in view when the model was calibrated
                      "trial", "title", "arm", "group", "endpoint", "unit",
                      "n": int | null, "events": int | null,
                      "published": number | null, "published_low", "published_high": number | null,
                      "published_text": "81/189, 43 % (36 to 50)", "interval": "published" | "exact" | ... | "",
                      "predicted", "predicted_low", "predicted_high": number | null,   # median and 95 % interval
                      "predicted_text": "40 % (33 to 47)",
                      "met": bool | null,                # inside the predictive interval; null: nothing compared
                      "verdict": "inside" | "outside: higher than predicted" | ...,
                      "series": bool,                    # a point of a digitised series, not an endpoint of a trial
                      "recalled": bool,                  # not seen in its source
                      "remarks": [text], "why": text,    # what else one must know; what is known of a difference
                      "source": key, "where": text, "citation": text}],     # misses first, as `trimer validate` tells
      "parameters": [{"name", "group": "model leukaemia" | "drug blinatumomab" | "population adult_rr_ball" |
                      "calibration adult_ball" | "outcome of treatment",
                      "label": text,                     # the name in words
                      "value": number | null, "unit" (as printed), "value_text": "0.2 1/day",
                      "spread": number, "spread_text": "35 % between patients" | "", "distribution",
                      "kind": "measured" | "fitted" | "assumed",
                      "source": key, "where", "note", "citation": text}],
      "limits": [{"title": text, "items": [text]}],      # in words: what not to conclude
      "references": [{"key", "citation"}]                # every source named above
    }

Rows of validation come from ``library/published/validation.json``, what ``trimer validate --json`` printed when the
package was made; parameters from the files of model, drugs, populations and calibrations; limits from what the reports
and questions of the package say of themselves.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import trimer.library as library
from trimer.library.files import HERE
from trimer.report import validation as told
from trimer.study.research import NOTICE
from trimer.study.validation_result import Aim, Count, Item, ValidationResult, acceptance, stored
from trimer.workbench.case_view import finite
from trimer.workbench.numbers import Row, parameters

SCHEMA = "trimer/workbench-evidence/1"
STORED = HERE / "published" / "validation.json"
ROLES = {"calibrated": "fitted", "predicted": "validation"}
_NONE = "This copy of the package holds no validation result; `trimer validate` makes one."


@lru_cache(maxsize=2)
def evidence(path: Path = STORED) -> dict[str, Any]:
    """Return what the page shows, as the module says; not to be changed.

    Parameters
    ----------
    path : Path
        What ``trimer validate --json`` printed; by default what is shipped.

    Raises
    ------
    InputError
        When that file is something else.
    """
    found = stored(path) if path.is_file() else None
    rows = list(parameters())
    used = {row.source for row in rows} | {item.source for item in (found.items if found else ())}
    references = library.references()
    validation = [_row(item) for item in _ordered(found)] if found else []
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "stored": found is not None,
        "validation_note": " ".join((told.setting(found) + ".", told.LEGEND)) if found else _NONE,
        "provenance": found.provenance if found else {},
        "counts": _counts(found, rows, len(references)),
        "aims": [_aim(aim) for aim in acceptance(found)] if found else [],
        "validation": validation,
        "parameters": [asdict(row) | {"citation": cited(row.source)} for row in rows],
        "limits": list(_limits(validation)),
        "references": [{"key": key, "citation": cited(key)} for key in sorted(used & set(references))],
    }


def cited(key: str) -> str:
    """Return a source as a citation in one line; what is no key of the bibliography as it is."""
    known = library.references().get(key)
    return str(known) if known else {"trimer": "Our own choice or fit"}.get(key, key)


def _counts(found: ValidationResult | None, rows: list[Row], references: int) -> dict[str, Any]:
    kinds = Counter(row.kind for row in rows)
    roles = {role: _count(found.count(role)) for role in ("predicted", "calibrated")} if found else {}
    return {
        **roles,
        "parameters": len(rows),
        **{kind: kinds[kind] for kind in ("measured", "fitted", "assumed")},
        "references": references,
    }


def _count(count: Count) -> dict[str, Any]:
    words = f"{count.inside} of {count.compared} inside the predictive interval ({100.0 * count.share:.0f} %)"
    return {"compared": count.compared, "inside": count.inside, "text": words if count.compared else "nothing compared"}


def _aim(aim: Aim) -> dict[str, Any]:
    unit = f" {told.UNITS.get(aim.unit, aim.unit)}".rstrip() if aim.met is not None else ""
    told_of = {"asked": told.wanted(aim), "text": f"{told.reached(aim)}{unit}"}
    return asdict(aim) | {"found": finite(aim.found), "met": aim.met, **told_of}


def _ordered(found: ValidationResult) -> list[Item]:
    return [item for items in found.sections().values() for item in items]


def _row(item: Item) -> dict[str, Any]:
    """Return a published number beside the simulated one; a limit not reached is null, and its text says so."""
    low, middle, high = (finite(x) for x in item.predicted or (math.nan,) * 3)
    counted = f"{item.events}/{item.n}, " if item.events is not None and item.n else ""
    unit = told.unit(item)
    return {
        "role": ROLES[item.role],
        "trial": item.trial,
        "title": item.title,
        "arm": item.arm,
        "group": item.group,
        "endpoint": item.endpoint,
        "unit": unit,
        "n": item.n,
        "events": item.events,
        "published": finite(item.observed),
        "published_low": finite(item.low),
        "published_high": finite(item.high),
        "published_text": f"{counted}{told.observed(item)} {unit}".strip(),
        "interval": item.interval,
        "predicted": middle,
        "predicted_low": low,
        "predicted_high": high,
        "predicted_text": f"{told.predicted(item)} {unit}".strip() if item.predicted else "",
        "met": item.inside,
        "verdict": told.verdict(item),
        "series": item.digitised,
        "recalled": item.recalled,
        "remarks": [remark for remark in (*item.remarks, item.note) if remark],
        "why": item.why,
        "source": item.source,
        "where": item.where,
        "citation": cited(item.source),
    }


def _limits(validation: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what not to conclude, by subject."""
    from trimer.library.load_question import question
    from trimer.report import html, trial_page

    yield {"title": "What a replay of one patient says", "items": list(html.LIMITS)}
    yield {"title": "What a virtual trial says", "items": list(trial_page.LIMITS)}
    missed = [row for row in validation if row["met"] is False and row["why"]]
    if missed:
        words = [f"{row['endpoint']} ({told.short(row['title'])}): {row['why']}" for row in missed]
        yield {"title": "Where it is known to be wrong", "items": list(dict.fromkeys(words))}
    asked = [question(name) for name in library.list_entries("questions")]
    yield {"title": "What not to conclude", "items": [f"{one.title}: {one.do_not_conclude}" for one in asked]}
