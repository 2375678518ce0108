"""What the Case page shows of rules: the label's under each scale of CRS, and lines of therapy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from trimer.course import Course
from trimer.criteria.labels import label as version_named
from trimer.criteria.labels.check import LabelReport
from trimer.criteria.labels.toxicity import Path, Requirement, crs_scales
from trimer.criteria.lines import LineRules, Statement
from trimer.errors import InputError
from trimer.record.case import Case
from trimer.study.label import LabelResult, label
from trimer.study.lines import lines

_ACTIONS = {"nothing": "no change"}
NO_EPISODE = "no CRS by this scale"


def label_of(case: Case, course: Course, crs: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what the label asked for under a scale of CRS, and every scale's answer, an entry an episode.

    Parameters
    ----------
    case : Case
    course : Course
        Its course.
    crs : str
        Scale whose grades the findings go by.

    Returns
    -------
    dict, list of dict
        ``LABEL`` and ``matrix`` of :mod:`trimer.workbench.case_view`.
    """
    found = label(case, scale=crs)
    matrix = _matrix(found.report, course, crs)
    chosen = [row for episode in matrix for row in episode["rows"] if row["chosen"] and row["grade"] is not None]
    return _label(found, crs, chosen), matrix


def lines_of(course: Course, response: str) -> dict[str, Any]:
    """Return the lines of therapy, ``LINES`` of :mod:`trimer.workbench.case_view`.

    A response set whose categories the rules of lines do not know cannot count them; the rules' own set then does, and
    the remark says so.
    """
    remark = ""
    try:
        result = lines(course, response_set=response)
    except InputError as fault:
        result = lines(course)
        remark = f"Counted by {LineRules().response_set}, since {response} cannot count lines: {fault.found}."
    plain = result.to_dict()
    return {
        "response_set": result.found.rules.response_set,
        "remark": remark,
        "salvage": result.found.salvage_number.text,
        "regimens": plain["regimens"],
        "rules": plain["rule_texts"],
        "lines": [_line(line, shown) for line, shown in zip(result.found.lines, plain["lines"], strict=True)],
        "starts": [
            {"treatment": s.treatment, "day": s.day, "date": shown["day_date"], "line": s.line, "salvage": s.salvage,
             "prior": s.prior.text, "state": said(s.state), "tower": said(s.tower)}
            for s, shown in zip(result.found.starts, plain["starts"], strict=True)
        ],
        "remissions": [_remission(item) for item in plain["remissions"]],
        "relapses": [
            {"number": r["number"], "day": r["when"]["day"], "date": r["when"]["day_date"], "visit": r["visit"]}
            for r in plain["relapses"]
        ],
        "left_out": [
            {"name": item["name"], "events": [item["source"]], "reason": item["reason"]} for item in plain["left_out"]
        ],
        "open": [
            {"day": o["day"], "date": o["day_date"], "treatment": o["treatment"], "reason": o["reason"]}
            for o in plain["open"]
        ],
        "status": result.found.status.value or "",
        "last_seen": (plain["last_seen"] or {}).get("day_date") or "",
    }  # fmt: skip


def graded(grade: Sequence[int] | None) -> str:
    """Return grades as ``3`` or ``3 to 4``; nothing for none."""
    if grade is None:
        return ""
    low, high = grade
    return f"{low}" if low == high else f"{low} to {high}"


def said(statement: Statement) -> dict[str, Any]:
    """Return a statement with its rule and reason, and as one phrase."""
    value = statement.value
    word = value if isinstance(value, str) else {True: "yes", False: "no", None: "open"}[value]
    told = statement.reason.startswith(word)
    phrase = statement.reason if told else ", ".join(filter(None, (word, statement.reason)))
    return {
        "value": value,
        "text": f"{phrase} ({statement.rule})",
        "rule": statement.rule,
        "reason": statement.reason,
        "events": list(statement.sources),
    }


# ---- the label


def _label(found: LabelResult, crs: str, chosen: list[dict[str, Any]]) -> dict[str, Any]:
    report, plain = found.report, found.report.to_dict()
    counts = Counter(finding.status for finding in report.findings)
    return {
        "reading": found.chosen,
        "scale": crs,
        "scale_label": next(scale.label for scale in crs_scales() if scale.name == crs),
        "versions": [{"name": v, "title": version_named(v).title} for v in dict.fromkeys(report.versions)],
        "notice": report.notice,
        "cycles": [
            _cycle(*row) for row in zip(plain["cycles"], found.dates, report.versions, report.settings, strict=True)
        ],
        "findings": plain["findings"],
        "counts": {status: counts[status] for status in dict.fromkeys(f.status for f in report.findings)},
        "requirements": chosen,
        "dosing": [asdict(row) for row in found.dosing],
        "doubts": plain["doubts"],
    }


def _cycle(cycle: dict[str, Any], date: str, version: str, setting: str) -> dict[str, Any]:
    kept = {key: value for key, value in cycle.items() if key not in ("start", "total")}
    return kept | {
        "start_day": cycle["start"],
        "total_ug": cycle["total"],
        "date": date,
        "version": version,
        "setting": setting,
    }


def _matrix(report: LabelReport, course: Course, crs: str) -> list[dict[str, Any]]:
    """Return every episode of CRS that some scale finds, with what each scale would have required of it."""
    found: dict[str, dict[str, Requirement]] = {}
    for item in report.requirements:
        found.setdefault(item.episode, {})[item.scale] = item
    matrix = []
    for episode, by_scale in found.items():
        first = by_scale.get(crs) or next(iter(by_scale.values()))
        own = _action(by_scale[crs].paths) if crs in by_scale else NO_EPISODE
        cycle = next(c for c in report.cycles if c.exposure == first.exposure)
        onset = first.onset
        rows = [_row(scale.name, scale.label, by_scale.get(scale.name), episode, crs, own) for scale in crs_scales()]
        day = None if onset is None else math.floor(onset - cycle.start + 1e-6) + 1
        where = "" if onset is None else f", {course.date(onset)}"
        matrix.append(
            {
                "episode": episode,
                "exposure": first.exposure,
                "onset_day": onset,
                "treatment_day": day,
                "label": f"CRS in cycle {first.exposure}{f', day {day}' if day else ''}{where}",
                "chosen": own,
                "rows": rows,
            }
        )
    return matrix


def _row(name: str, words: str, item: Requirement | None, episode: str, crs: str, own: str) -> dict[str, Any]:
    """Return what one scale would have required for an episode; it may not find one where another does."""
    head = {"scale": name, "label": words, "chosen": name == crs, "episode": episode}
    if item is None:
        empty: dict[str, Any] = {"exposure": None, "onset_day": None, "grade": None, "grade_text": "", "paths": []}
        return {
            **head, **empty, "action": NO_EPISODE, "same": own == NO_EPISODE, "status": "not applicable",
            "text": "The facts show no episode of CRS by this scale here.", "missing": [], "events": [],
            "provenance": "", "source": "",
        }  # fmt: skip
    action = _action(item.paths)
    return {
        **head,
        "exposure": item.exposure,
        "onset_day": item.onset,
        "grade": list(item.grade),
        "grade_text": graded(item.grade),
        "action": action,
        "same": action == own,
        "paths": [_path(path) for path in item.paths],
        "status": item.status,
        "text": item.text,
        "missing": list(item.missing),
        "events": list(item.events),
        "provenance": item.provenance,
        "source": "; ".join(dict.fromkeys(path.action.origin.source for path in item.paths)),
    }


def _path(path: Path) -> dict[str, Any]:
    return {
        "grade": path.grade,
        "kind": path.action.kind,
        "action": path.action.text,
        "met": path.met,
        "words": path.words,
        "provenance": path.action.origin.provenance,
        "source": path.action.origin.source,
        "note": path.action.origin.note,
    }


def _action(paths: Sequence[Path]) -> str:
    """Return every action that the possible grades ask for, in few words: ``hold or stop``."""
    words = (_ACTIONS.get(path.action.kind, path.action.kind) for path in paths)
    return " or ".join(dict.fromkeys(words)) or "none left"


# ---- lines


def _line(line: Any, shown: dict[str, Any]) -> dict[str, Any]:
    treatments = [
        {"name": t.name, "role": t.role, "kind": t.kind, "courses": t.courses, "start_day": t.start, "end_day": t.end,
         "start": plain["start_date"], "end": plain["end_date"], "refractory": said(t.refractory),
         "events": list(t.sources)}
        for t, plain in zip(line.treatments, shown["treatments"], strict=True)
    ]  # fmt: skip
    statements = {name: said(getattr(line, name)) for name in ("began", "ended", "best", "refractory")}
    return {
        "number": line.number,
        "kind": line.kind,
        "salvage": line.salvage,
        "start_day": line.start,
        "end_day": line.end,
        "start": shown["start_date"],
        "end": shown["end_date"],
        "treatments": treatments,
        **statements,
    }


def _remission(item: dict[str, Any]) -> dict[str, Any]:
    began, ended = item["began"], item["ended"] or {}
    return {
        "number": item["number"],
        "category": item["category"],
        "visit": item["visit"],
        "began_day": began["day"],
        "began": began["day_date"],
        "ended_day": ended.get("day"),
        "ended": ended.get("day_date"),
    }
