"""What the Case page shows of one recorded case: one JSON document, put together from what the studies compute.

Nothing is computed here: dates come from :mod:`trimer.study.check`, verdicts from :mod:`trimer.study.judge`, the
label's rules from :mod:`trimer.study.label`, lines of therapy from :mod:`trimer.study.lines`. Every text of the record
is a plain string; the page must set it as text, never as markup. Days are numbers counted from ``origin`` (day 0);
what is unbounded, unknown or not applicable is null; lists are empty rather than null.

The document (``GET /api/cases/{id}?response=amg&crs=astct_2019_crs``)::

    {
      "schema": "trimer/workbench-case/1",
      "id": "linder2016",              # the case's name for itself
      "address": "linder2016" | "sha256-...",             # added by the route: under what it is asked for
      "title", "citation", "notice": text,
      "source": {"seen": [text], "recalled": [text]},    # what of the publication was seen, what recalled
      "patient": {"sex": text, "age": text, "weight": MEASURE, "height": MEASURE},
                                       # MEASURE: {"text": "65 kg", "kind": "stated" | "assumed", "note": text}
      "origin": "2014-01-13",          # date of day 0
      "span": {"start_day": -14, "end_day": 800},         # holds every item with its window
      "response": {"name", "label", "citation"},          # the criteria judged by
      "crs":      {"name", "label", "citation"},
      "lanes": [{"id", "label", "items": [ITEM]}],        # in the order of display; lanes without items are left out
      "doses": [DOSE],                 # every dose in time order, for bars and steps of a rate
      "episodes": [EPISODE],           # holds, rescues, toxicities, procedures ... in time order
      "readings": [SERIES],            # numbers over time, one series an observable, most points first
      "absent": [{"event", "day", "observable", "label", "absence": "not stated" | "not done"}],
      "verdicts": {"response": [VERDICT], "crs": [VERDICT]},
      "label": LABEL,
      "matrix": [{"episode": "crs-1.1", "exposure": 1, "onset_day": 395, "treatment_day": 3 | null,
                  "label": text, "chosen": "hold or stop", "rows": [SCALE_ROW]}],   # one an episode of CRS
      "lines": LINES,
      "ambiguities": [{"id": "A9", "event": "e01" | "", "text"}],    # places that can be read in more than one way
      "notes":       [{"event": "e01" | "", "text"}],                # other notes of the record
      "assumed": [text],               # what a replay takes for granted
      "findings": [{"rule", "title", "severity": "warning" | "information", "found", "why", "held", "events": [id]}],
                                       # what looks odd in the record; warnings first
      "problems": [{"row", "column", "found", "expected", ...}]      # what could not be read; a case file has none
    }

    ITEM: {"id": "e03", "number": 3, "lane": "blood", "kind": "lab", "label": text,
           "start_day", "end_day",                  # the days used; equal for what has no duration
           "earliest_day", "latest_day",            # window of the start; null when nothing bounds that side
           "date": "2014-01-13", "end_date": "2014-01-13",
           "precision": "day" | "month" | ...,      # how precisely the record dates it
           "date_written": "2014-01; 0 day after e01",   # what the record says of the date, in words
           "not_before": [text], "not_after": [text],    # the statements that bind the window
           "context": text,                         # "response assessment" ... or ""
           "with": "e03" | "",                      # the event that leads the same assessment
           "values": [VALUE], "given": [{"what", "text"}], "episodes": [EPISODE],
           "conclusion": text,                      # the record's own conclusion, or ""
           "ambiguities": [{"id", "text"}], "notes": [text]}

    Lanes: "regimen" Chemotherapy, "drug" Engagers and other drugs, "toxicity" Toxicity, "marrow" Marrow and markers,
           "blood" Blood counts, "patient" Patient and decisions.

    VALUE: {"observable", "label",
            "text": "94.4 % of white cells",   # as written: sign, number or interval, unit, of what; words; or why not
            "absence": "not stated" | "not done" | null,
            "inferred": false,         # true: a number read out of words; "note" says how
            "specimen", "denominator", "method", "note": text, "sensitivity": 0.0001 | null}

    DOSE: {"event", "drug", "name": "methotrexate", "route": "iv" | "civ" | "po" | "sc" | "im" | "it" | "",
           "start_day", "end_day", "earliest_day", "latest_day",
           "value": 9 | null, "unit": "ug/day", "infusion": true,   # infusion: value is a rate, drawn as a step
           "text": "9 ug/day", "detail": text}

    EPISODE: {"event", "kind": "regimen" | "drug" | "hold" | "resume" | "step" | "stop" | "rescue" | "toxicity" |
              "procedure" | "conclusion" | "status", "name", "detail": text, "start_day", "end_day"}

    SERIES: {"observable", "label", "unit" (as printed, "×10⁹/L"), "log": bool, "floor": number,
             "points": [{"event", "day", "date", "earliest_day", "latest_day",
                         "low", "high": number | null,          # canonical unit; null: no bound on that side
                         "comparator": "=" | "<" | "<=" | ">" | ">=" | "to",   # "to": an interval
                         "text": "> 1 ×10⁹/L", "inferred", "specimen", "denominator", "method"}]}

    VERDICT: {"set", "subject", "visit": "e27" | "crs-1.1", "label", "day", "date",
              "category", "headline", "qualifier", "tone": "good" | "bad" | "warn" | "neutral",
              "possible": [category], "reason", "supported_by": "measured" | "stated conclusion" | "",
              "decided_by": [{"observable", "label", "value", "threshold", "met": bool | null, "provenance", "source"}],
              "missing": [text], "conventions": [text], "pending": text, "unverified": bool,
              "grade": [low, high] | null, "grade_text": "3 to 4" | "", "recorded": bool,
              "onset_day", "resolved_day": number | null, "treatment_day": int | null}
              # "recorded": false for an exposure of which no CRS is recorded ("none recorded")

    LABEL: {"reading": "R1" | "", "scale", "scale_label", "versions": [{"name", "title"}], "notice",
            "cycles": [{"exposure", "number", "start_day", "date", "version", "setting", "infusion_days", "hold_days",
                        "last_day", "total_ug": number | null, "events": [id]}],
            "findings": [{"exposure" (0: the patient), "rule", "status", "text", "asked", "values": [text],
                          "events": [id], "version", "provenance", "source", "note"}],
            "counts": {"on label": 9, "off label": 3, ...},
            "requirements": [SCALE_ROW],            # of the chosen scale, one an episode of CRS
            "dosing": [{"reading", "label", "days_low", "hold", "days_full", "infusion_days", "last_day",
                        "total": ug | null, "step", "length"}],   # readings of an ambiguous text; first the label's
            "doubts": [text]}
            # status: "on label" | "off label" | "undocumented" | "not applicable" | "open"

    SCALE_ROW: {"scale", "label", "chosen": bool, "episode", "exposure", "onset_day",
                "grade": [low, high] | null, "grade_text": "3 to 4",
                "action": "hold or stop",           # short: "no change" | "hold" | "stop" | ..., every one possible
                "same": bool,                       # whether the action is that of the chosen scale
                "paths": [{"grade", "kind", "action" (in full), "met": bool | null, "words", "provenance", "source",
                           "note"}],                # what each possible grade asks for, and what was done
                "status", "text", "missing": [text], "events": [id], "provenance", "source"}

    LINES: {"response_set", "remark": text,           # remark: why another set than asked for counts them, or ""
             "salvage": "4", "regimens": [name], "rules": {"L1": text, ...},
            "lines": [{"number", "kind", "salvage": int | null, "start_day", "end_day": number | null, "start", "end"
                       (dates), "treatments": [{"name", "role", "kind", "courses", "start_day", "end_day", "start",
                       "end", "refractory": SAID, "events": [id]}], "began": SAID, "ended": SAID, "best": SAID,
                       "refractory": SAID}],
            "starts": [{"treatment", "day", "date", "line", "salvage", "prior": "2", "state": SAID, "tower": SAID}],
            "remissions": [{"number", "category", "began_day", "began", "ended_day", "ended", "visit"}],
            "relapses": [{"number", "day", "date", "visit"}],
            "left_out": [{"name", "events": [id], "reason"}], "open": [{"day", "date", "treatment", "reason"}],
            "status": text, "last_seen": date | ""}
    SAID: {"value": text | bool | null, "text": "yes, PD at e21 (L5)", "rule", "reason", "events": [id]}
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from trimer.course import Course, Dose, Episode, Reading
from trimer.criteria import criterion
from trimer.criteria.verdict import Verdict
from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.record.case import Case
from trimer.record.schema import Event, Measure, Observation
from trimer.record.vocabulary import RECORD_ONLY
from trimer.record.vocabulary import label as named
from trimer.report import text
from trimer.study.check import CheckResult, DatedEvent, check
from trimer.study.judge import JudgeResult, judge_case
from trimer.workbench import case_rules, case_words

SCHEMA = "trimer/workbench-case/1"
RESPONSE, CRS = "amg", "astct_2019_crs"
LANES = {
    "regimen": ("Chemotherapy", ("regimen",)),
    "drug": ("Engagers and other drugs", ("drug", "action")),
    "toxicity": ("Toxicity", ("toxicity",)),
    "marrow": ("Marrow and markers", ("marrow", "flow", "cytogenetics", "fish", "csf")),
    "blood": ("Blood counts", ("lab",)),
    "patient": ("Patient and decisions", ("demography", "symptom", "obstetric", "procedure", "decision", "status")),
}
"""Name of each lane, and the kinds of event that lie in it."""
LANE_OF = {kind: lane for lane, (_, kinds) in LANES.items() for kind in kinds}


def view(case: Case, response: str = RESPONSE, crs: str = CRS) -> dict[str, Any]:
    """Return what the page shows of a case, as the module says.

    Parameters
    ----------
    case : Case
    response : str
        Response set the course is judged by.
    crs : str
        Scale of CRS, by which episodes are graded and the label's rules are read.

    Raises
    ------
    LibraryError, InputError
        When there is no such set or scale, or it judges something else.
    """
    for name, subject in ((response, "response"), (crs, "crs")):
        if criterion(name).subject != subject:
            raise InputError(subject, repr(name), f"a criterion of {subject}", "See `trimer list criteria`.")
    course, checked, judged = case.course(), check(case), judge_case(case, [response], [crs])
    items = [_item(case, event, dated) for event, dated in zip(case.events, checked.events, strict=True)]
    doses, episodes = [_dose(dose) for dose in course.doses], [_episode(item) for item in course.episodes]
    label, matrix = case_rules.label_of(case, course, crs)
    return {
        "schema": SCHEMA,
        **_head(case, checked),
        "span": _span([*items, *doses, *episodes], course),
        "response": _set(response),
        "crs": _set(crs),
        "lanes": _lanes(items),
        "doses": doses,
        "episodes": episodes,
        "readings": _series(course),
        "absent": [_absent(reading) for reading in course.readings if reading.absence is not None],
        "verdicts": _verdicts(course, judged),
        "label": label,
        "matrix": matrix,
        "lines": case_rules.lines_of(course, response),
        "problems": [asdict(problem) for problem in judged.problems],
    }


def _head(case: Case, checked: CheckResult) -> dict[str, Any]:
    """Return what is said of the case as a whole: where it is from, whom it is about, what it leaves open."""
    patient, source = case.patient, case.document.source
    size = {name: _measure(getattr(patient.size, name)) for name in ("weight", "height")}
    return {
        "id": case.id,
        "title": case.title,
        "citation": case.citation,
        "notice": checked.note,
        "source": {"seen": list(source.seen), "recalled": list(source.recalled)},
        "patient": {"sex": patient.sex, "age": patient.age, **size},
        "origin": case.schedule.origin.isoformat(),
        "ambiguities": [asdict(remark) for remark in sorted(checked.ambiguities, key=lambda r: int(r.id[1:]))],
        "notes": [{"event": remark.event, "text": remark.text} for remark in checked.remarks if not remark.id],
        "assumed": list(checked.assumed),
        "findings": [asdict(finding) | {"events": list(finding.events)} for finding in checked.findings],
    }


def _measure(measure: Measure) -> dict[str, str]:
    return {"text": measure.value, "kind": measure.kind, "note": measure.note or ""}


def _set(name: str) -> dict[str, str]:
    found = criterion(name)
    return {"name": found.name, "label": found.label, "citation": found.citation}


def _lanes(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [(lane, title, [i for i in items if i["lane"] == lane]) for lane, (title, _) in LANES.items()]
    return [{"id": lane, "label": title, "items": inside} for lane, title, inside in found if inside]


def _item(case: Case, event: Event, dated: DatedEvent) -> dict[str, Any]:
    """Return an event with its window and all that the record says of it."""
    window, end = case.schedule.windows[event.id], case.schedule.end(event.id)
    notes = [{"id": note.id, "text": note.text} for note in event.notes if note.id]
    return {
        "id": event.id,
        "number": event.number,
        "lane": LANE_OF[event.kind],
        "kind": event.kind,
        "label": event.label,
        "start_day": window.day,
        "end_day": end,
        "earliest_day": finite(window.earliest),
        "latest_day": finite(window.latest),
        "date": dated.used,
        "end_date": case.schedule.date(f"{event.id}.end" if event.end else event.id).isoformat(),
        "precision": dated.precision,
        "date_written": _written(event),
        "not_before": list(dated.not_before),
        "not_after": list(dated.not_after),
        "context": event.context or "",
        "with": event.with_ or "",
        "values": [_value(item) for item in event.observations],
        "given": [{"what": text.words(g.regimen or g.drug or ""), "text": case_words.given(g)} for g in event.given],
        "episodes": [{"kind": e.kind, "name": e.name, "detail": e.detail or ""} for e in event.episodes],
        "conclusion": event.conclusion or "",
        "ambiguities": notes,
        "notes": [note.text for note in event.notes if not note.id],
    }


def _written(event: Event) -> str:
    start = case_words.dated(event.date)
    end = case_words.dated(event.end) if event.end is not None else ""
    return f"{start}; ends: {end}" if end else start


def _value(item: Observation) -> dict[str, Any]:
    return {
        "observable": item.observable,
        "label": named(item.observable),
        "text": case_words.observed(item),
        "absence": item.absence,
        "inferred": item.basis == "inferred",
        "specimen": item.specimen or "",
        "denominator": item.denominator or "",
        "method": item.method or "",
        "note": item.note or "",
        "sensitivity": item.sensitivity,
    }


def _dose(dose: Dose) -> dict[str, Any]:
    return {
        "event": dose.source,
        "drug": dose.drug,
        "name": text.words(dose.drug),
        "route": dose.route,
        "start_day": dose.start,
        "end_day": dose.end,
        "earliest_day": finite(dose.earliest),
        "latest_day": finite(dose.latest),
        "value": dose.value,
        "unit": dose.unit,
        "infusion": dose.infusion,
        "text": case_words.dose(dose.value, dose.unit),
        "detail": dose.detail,
    }


def _episode(item: Episode) -> dict[str, Any]:
    return {
        "event": item.source,
        "kind": item.kind,
        "name": item.name,
        "detail": item.detail,
        "start_day": finite(item.start),
        "end_day": finite(item.end),
    }


def _span(drawn: list[dict[str, Any]], course: Course) -> dict[str, float]:
    """Return the first and last day of all that is drawn, windows included."""
    keys = ("start_day", "end_day", "earliest_day", "latest_day")
    days = [item[key] for item in drawn for key in keys if item.get(key) is not None]
    days += [day for r in course.readings for day in (r.day, r.earliest, r.latest) if math.isfinite(day)]
    return {"start_day": min(days, default=0.0), "end_day": max(days, default=0.0)}


def _series(course: Course) -> list[dict[str, Any]]:
    """Return the numbers of a record by observable, those with most points first."""
    points: dict[str, list[dict[str, Any]]] = {}
    units: dict[str, str] = {}
    for reading in course.readings:
        if reading.absence is None and not math.isnan(reading.low):
            points.setdefault(reading.observable, []).append(_point(course, reading))
            units[reading.observable] = reading.unit
    found = []
    for name in sorted(points, key=lambda name: (-len(points[name]), name)):
        known = OBSERVABLES.get(name)
        scale = {"log": known is not None and known.log, "floor": known.floor if known else 0.0}
        found.append(
            {"observable": name, "label": named(name), "unit": text.unit(units[name]), **scale, "points": points[name]}
        )
    return found


def _point(course: Course, reading: Reading) -> dict[str, Any]:
    sign = _comparator(reading)
    low, high = finite(reading.low), finite(reading.high)
    numbers = " to ".join(text.number(x, 4) for x in dict.fromkeys((low, high)) if x is not None)
    shown = "" if sign in ("=", "to") else f"{sign} ".replace("<=", "≤").replace(">=", "≥")
    unit = text.unit(reading.unit)
    return {
        "event": reading.source,
        "day": reading.day,
        "date": course.date(reading.day).isoformat(),
        "earliest_day": finite(reading.earliest),
        "latest_day": finite(reading.latest),
        "low": low,
        "high": high,
        "comparator": sign,
        "text": f"grade {shown}{numbers}" if unit == "grade" else f"{shown}{numbers} {unit}".rstrip(),
        "inferred": reading.inferred,
        "specimen": reading.specimen,
        "denominator": reading.denominator,
        "method": reading.method,
    }


def _comparator(reading: Reading) -> str:
    if math.isinf(reading.low):
        return "<" if reading.high_open else "<="
    if math.isinf(reading.high):
        return ">" if reading.low_open else ">="
    return "=" if reading.exact else "to"


def _absent(reading: Reading) -> dict[str, Any]:
    return {
        "event": reading.source,
        "day": reading.day,
        "observable": reading.observable,
        "label": named(reading.observable),
        "absence": reading.absence,
    }


def _verdicts(course: Course, judged: JudgeResult) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"response": [], "crs": []}
    for verdict in judged.verdicts:
        found[verdict.subject].append(_verdict(course, verdict))
    return found


def _verdict(course: Course, verdict: Verdict) -> dict[str, Any]:
    plain = verdict.to_dict()
    onset, resolved = plain.pop("onset"), plain.pop("resolved")
    decided = [
        d | {"value": text.tidy(d["value"]), "threshold": text.tidy(d["threshold"])} for d in plain["decided_by"]
    ]
    missing = [
        text.head(named(name)) if name in OBSERVABLES or name in RECORD_ONLY else name for name in plain["missing"]
    ]
    return plain | {
        "date": course.date(verdict.day).isoformat(),
        "reason": text.tidy(verdict.reason),
        "tone": text.tone(verdict.category),
        "decided_by": decided,
        "missing": missing,
        "grade_text": case_rules.graded(verdict.grade),
        "recorded": verdict.subject != "crs" or onset is not None,
        "onset_day": onset,
        "resolved_day": resolved,
    }


def finite(value: float) -> float | None:
    """Return a number, None for one that is not finite."""
    return value if math.isfinite(value) else None
