"""The analysis tables of one recorded case, judged by published definitions.

A date that is not known to the day is empty; its text (``LBDTC`` and its like) says what is known, and bounds of the
relative day follow from the windows of the record. Nothing is imputed: a value that is no single number has bounds and
no value, and a category that the facts leave open is named with those that remain possible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

import trimer.units as units
from trimer.course import Dose, Reading
from trimer.criteria.lines import LinesOfTherapy
from trimer.criteria.verdict import TOXICITY, Verdict
from trimer.record.case import Case
from trimer.record.schema import Event, Given
from trimer.study.export.adam import parameters
from trimer.study.export.adam import variables as v
from trimer.study.export.adam.dates import OPEN, Span, days_since, of_point, relative, span
from trimer.study.export.adam.tables import AdamTables, Dataset, Value, Variable, dataset, of_rows
from trimer.study.judge import judge_case
from trimer.study.lines import lines

LOST: tuple[tuple[str, str], ...] = (
    ("labels, notes and ambiguities of events", "analysis tables have no place for a text about an event"),
    ("words beside a number, its precision, a note on weight or height", "nor for a text about a value"),
    ("how the report dates an event", "only the window that follows is kept, not 'two weeks after' or a tolerance"),
    ("values as they were printed", "values are in one unit a parameter; the case file has the unit of the report"),
    (
        "holds, restarts, rescues and procedures",
        "no dataset here holds them; treatments and toxicities are in ADEX and ADAE",
    ),
    (
        "ends of treatments and toxicities, how often a drug was repeated",
        "ADEX and ADAE have starts; the last exposure is in ADSL",
    ),
    ("conclusions of the report", "responses are judged from the facts by a definition that is named"),
    ("readings of an ambiguous dosing text other than the chosen one", "an analysis needs one"),
    ("citation of the report", "it stands in define.json, not in the tables"),
    ("notes on the article, and what of it was seen", "they are about the report, not about the patient"),
)
"""What of a case is not in the tables, and why."""

Row = dict[str, Value]
SEXES = {"female": "F", "male": "M"}
_BASIC = ("STUDYID", "USUBJID", "PARAMCD", "ASEQ")


def recorded_tables(
    case: Case, criteria: Sequence[str] | None = None, scales: Sequence[str] | None = None
) -> AdamTables:
    """Return the analysis tables of a case.

    Parameters
    ----------
    case : Case
    criteria, scales : sequence of str, optional
        Definitions that judge response and toxicity, as :func:`trimer.study.judge.judge_case` takes them.

    Raises
    ------
    LibraryError, InputError
        When there is no such definition.
    """
    part = _Part(case, judge_case(case, criteria, scales).verdicts)
    made = (part.subject(), part.exposure(), part.laboratory(), part.response(), part.times(), part.events())
    provenance = {"case": case.id, "title": case.title, "citation": case.citation}
    return AdamTables(part.study, case.title, False, made, LOST, provenance)


class _Part:
    """Make the datasets of a case."""

    def __init__(self, case: Case, verdicts: tuple[Verdict, ...]) -> None:
        self.case, self.verdicts, self.course = case, verdicts, case.course()
        self.lines: LinesOfTherapy = lines(self.course).found
        self.study = f"CASE-{case.id.upper()}"
        self.who: Row = {"STUDYID": self.study, "USUBJID": f"{self.study}-1"}
        self.start, self.since = self._first_exposure()

    def _first_exposure(self) -> tuple[Span, dict[str, float]]:
        """Return when treatment began, and the days since then of what the record ties to it exactly.

        Treatment begins with the earliest of all that was given; where the windows leave open which that was, nothing
        is tied to it.
        """
        begun = {event.id: first for event in self.case.events if (first := _first_day(event)) is not None}
        windows = {name: self.case.schedule.windows[name] for name in begun}
        if not begun:
            return OPEN, {}
        earliest = {name: w.earliest + begun[name] for name, w in windows.items()}
        latest = {name: w.latest + begun[name] for name, w in windows.items()}
        start = span(self.case.schedule, min(earliest.values()), min(latest.values()))
        for name in begun:
            if all(latest[name] <= low for other, low in earliest.items() if other != name):
                since = days_since(self.case.document, name)
                return start, {point: days - begun[name] for point, days in since.items()}
        return start, {}

    def _last_exposure(self) -> Span:
        """Return when treatment was last given; open where something goes on without an end that the record tells."""
        windows, known = self.case.schedule.windows, list[tuple[float, float]]()
        for event in self.case.events:
            if event.given:
                last = windows.get(f"{event.id}.end", windows[event.id])
                ends = event.end is not None or all(_once(given) for given in event.given)
                known.append((last.earliest, last.latest if ends else math.inf))
                days = [day - 1.0 for given in event.given for day in given.days]
                known += [(windows[event.id].earliest + day, windows[event.id].latest + day) for day in days]
        if self.case.document.realisation.chosen is not None:
            reading = self.case.interpretation()
            start, where = windows[reading.start], f"{self.case.id}: {reading.id}: lasts"
            lasts = sum(units.parse(phase.lasts, "day", where) for phase in reading.phases)
            known.append((start.earliest + lasts, start.latest + lasts))
        if not known:
            return OPEN
        return span(self.case.schedule, max(low for low, _ in known), max(high for _, high in known))

    def subject(self) -> Dataset:
        """Return ADSL: the patient, and a treatment period for every line of therapy."""
        patient, size = self.case.patient, self.course.patient
        age, weight, height = (size[name] for name in ("age", "weight", "height"))
        dead = self.lines.status.value == "dead"
        row: Row = {
            **self.who, "SUBJID": "1", "AGE": age.low, "AGEU": "YEARS", "SEX": SEXES.get(patient.sex, "U"),
            "SAFFL": "Y" if any(event.given for event in self.case.events) else "N", "TRTSDT": self.start.date,
            "TRTEDT": self._last_exposure().date, "HEIGHTBL": _near(height.low * 100.0), "WEIGHTBL": _near(weight.low),
            "BSABL": self.case.size.bsa, "SIZEKIND": self.case.size_kind, "DTHFL": "Y" if dead else None,
            "DTHDT": self._status().date if dead else None,
        }  # fmt: skip
        chosen = [_with_comment(x, _SUBJECT_COMMENTS) for x in (*v.SUBJECT, v.SIZE_KIND)]
        chosen = [x for x in chosen if x.name not in ("TRT01A", "TRT01AN", "TRT01PN")]
        for line in self.lines.lines:
            number = f"{line.number:02d}"
            named = (
                Variable(f"TRT{number}A", f"Actual Treatment for Period {number}", origin="Collected"),
                Variable(f"LINE{number}", f"Line of Therapy {number}", own=True),
            )
            chosen += named
            row |= {named[0].name: "; ".join(dict.fromkeys(t.name for t in line.treatments)), named[1].name: line.kind}
        structure = "One record per subject"
        return self._made(
            "ADSL", "Subject-Level Analysis", "SUBJECT LEVEL ANALYSIS DATASET", structure, chosen, [row], _BASIC[:2]
        )

    def exposure(self) -> Dataset:
        """Return ADEX: every dose as far as it is stated, and every regimen that is named."""
        schedule, rows = self.case.schedule, list[Row]()
        for dose in self.course.doses:
            code, name = ("RATE", "Rate of Infusion") if dose.infusion else ("DOSE", "Dose")
            when = span(schedule, *self._begun(dose))
            rows.append(
                {"PARAMCD": code, "PARAM": name, "EXTRT": dose.drug, "AVAL": dose.value, "AVALU": dose.unit or None,
                 "EXROUTE": dose.route or None, "EXDETAIL": dose.detail or None, "SRCEVENT": dose.source,
                 "EXSTDTC": when.dtc, **self._start(when, *self._within(dose))}
            )  # fmt: skip
        for event in self.case.events:
            when = of_point(schedule, event.id)
            for given in event.given:
                if given.regimen is not None:
                    rows.append(
                        {"PARAMCD": "REGIMEN", "PARAM": "Courses of the Regimen", "EXTRT": given.regimen,
                         "AVAL": float(given.repeat), "EXDETAIL": given.detail, "SRCEVENT": event.id,
                         "EXSTDTC": when.dtc, **self._start(when, event.id)}
                    )  # fmt: skip
        chosen = (v.PARAMCD, v.PARAM, v.EXTRT, v.AVAL, v.AVALU, v.EXROUTE, v.EXDETAIL, v.EXSTDTC, v.ASTDT, v.ASTDTF,
                  v.ASTDY, v.ASTDYLO, v.ASTDYHI, v.SRCEVENT)  # fmt: skip
        return self._basic("ADEX", "Exposure Analysis", chosen, rows)

    def laboratory(self) -> Dataset:
        """Return ADLB: every observation of the record, laboratory or not."""
        rows = [self._reading(reading) for reading in self.course.readings]
        chosen = (v.PARAMCD, v.PARAM, v.AVAL, v.AVALC, v.AVALU, v.AVALLO, v.AVALHI, v.LBSPEC, v.LBDENOM, v.LBMETHOD,
                  v.LBSENS, v.LBINFER, v.LBSTAT, v.LBREASND, v.LBDTC, v.ADT, v.ADTF, v.ADY, v.ADYLO, v.ADYHI,
                  v.SRCEVENT)  # fmt: skip
        return self._basic("ADLB", "Laboratory and Other Findings Analysis", chosen, rows)

    def _reading(self, item: Reading) -> Row:
        exact = item.exact and math.isfinite(item.low)
        low, high = (n if math.isfinite(n) else None for n in (item.low, item.high))
        when = of_point(self.case.schedule, item.source)
        return {
            "PARAMCD": parameters.codes()[item.observable], "PARAM": parameters.title(item.observable),
            "AVAL": item.low if exact else None, "AVALC": _words(item), "AVALU": item.unit or None,
            "AVALLO": None if exact else low, "AVALHI": None if exact else high, "LBSPEC": item.specimen or None,
            "LBDENOM": item.denominator or None, "LBMETHOD": item.method or None, "LBSENS": item.sensitivity,
            "LBINFER": "Y" if item.inferred else None, "LBSTAT": "NOT DONE" if item.absence == "not done" else None,
            "LBREASND": item.absence, "LBDTC": when.dtc, **self._day(when, item.source), "SRCEVENT": item.source,
        }  # fmt: skip

    def response(self) -> Dataset:
        """Return ADRS: what each definition says at every assessment."""
        rows: list[Row] = []
        for verdict in self.verdicts:
            if verdict.subject in TOXICITY:
                continue
            when = self._visit(verdict.visit)
            rows.append(
                {"PARAMCD": _SUBJECT_CODES[verdict.subject], "PARAM": verdict.subject.capitalize(),
                 "PARCAT1": verdict.set, "AVISIT": verdict.visit, "AVALC": verdict.category,
                 "POSSIBLE": "; ".join(verdict.possible), "SUPPORT": verdict.supported_by or None,
                 "REASON": verdict.reason, "RSDTC": when.dtc, "SRCEVENT": verdict.visit,
                 **self._day(when, verdict.visit)}
            )  # fmt: skip
        chosen = (v.PARAMCD, v.PARAM, v.PARCAT1, v.AVISIT, v.AVALC, v.POSSIBLE, v.SUPPORT, v.REASON, v.RSDTC, v.ADT,
                  v.ADTF, v.ADY, v.ADYLO, v.ADYHI, v.SRCEVENT)  # fmt: skip
        return self._basic("ADRS", "Response Analysis", chosen, rows)

    def times(self) -> Dataset:
        """Return ADTTE: survival from the first treatment, and the duration of every remission, in days."""
        rows: list[Row] = []
        if any(event.given for event in self.case.events):
            dead = self.lines.status.value == "dead"
            end = self._status() if self.lines.status.value else self._last_seen()
            words = ("DEATH", None) if dead else ("CENSORED", f"LAST SEEN, {self.lines.status.value or 'STATUS OPEN'}")
            rows.append(
                {"PARAMCD": "OS", "PARAM": "Overall Survival from First Treatment (Days)", **_between(self.start, end),
                 "CNSR": 0 if dead else 1, "EVNTDESC": words[0], "CNSDTDSC": words[1] and words[1].upper(),
                 "STARTDT": self.start.date, **self._day(end)}
            )  # fmt: skip
        for found in self.lines.remissions:
            relapse = next((item for item in self.lines.relapses if item.remission == found.number), None)
            start, end = self._visit(found.visit), self._visit(relapse.visit if relapse else found.last_visit)
            rows.append(
                {"PARAMCD": f"DOR{found.number}", "PARAM": f"Duration of Remission {found.number} (Days)",
                 "PARCAT1": self.lines.rules.response_set, **_between(start, end), "CNSR": 0 if relapse else 1,
                 "EVNTDESC": "RELAPSE" if relapse else "CENSORED",
                 "CNSDTDSC": None if relapse else "LAST ASSESSMENT IN REMISSION", "STARTDT": start.date,
                 **self._day(end)}
            )  # fmt: skip
        chosen = (v.PARAMCD, v.PARAM, v.PARCAT1, v.AVAL, v.AVALU, v.AVALLO, v.AVALHI, v.CNSR, v.EVNTDESC,
                  v.CNSDTDSC, v.STARTDT, v.ADT, v.ADTF, v.ADY, v.ADYLO, v.ADYHI)  # fmt: skip
        return self._basic("ADTTE", "Time-to-Event Analysis", chosen, rows)

    def events(self) -> Dataset:
        """Return ADAE: toxicity of grade 1 or more as each scale judges it, and what the record itself calls toxic."""
        rows: list[Row] = []
        for verdict in self.verdicts:
            if verdict.subject in TOXICITY and verdict.grade is not None and verdict.grade[0] >= 1:
                low, high = verdict.grade
                grade: Row = {"AETOXGLO": low, "AETOXGHI": high}
                if low == high:
                    grade = {"AETOXGR": str(low), "ATOXGRN": low}
                when, source = self._onset(verdict)
                rows.append(
                    {"AETERM": _TERMS.get(verdict.subject, verdict.subject.capitalize()), "AECAT": "JUDGED", **grade,
                     "AETOXSCL": verdict.set, "EXPODY": verdict.treatment_day, "SRCEVENT": source, "AESTDTC": when.dtc,
                     **self._start(when, source)}
                )  # fmt: skip
        for event in self.case.events:
            when = of_point(self.case.schedule, event.id)
            rows += [
                {
                    "AETERM": item.name,
                    "AECAT": "STATED",
                    "SRCEVENT": event.id,
                    "AESTDTC": when.dtc,
                    **self._start(when, event.id),
                }
                for item in event.episodes
                if item.kind == "toxicity"
            ]
        chosen = (v.AESEQ, v.AETERM, v.AECAT, v.AETOXGR, v.ATOXGRN, v.AETOXGLO, v.AETOXGHI, v.AETOXSCL, v.EXPODY,
                  v.AESTDTC, v.ASTDT, v.ASTDTF, v.ASTDY, v.ASTDYLO, v.ASTDYHI, v.SRCEVENT)  # fmt: skip
        rows = [{**row, "AESEQ": number} for number, row in zip(count(1), rows, strict=False)]
        return self._made(
            "ADAE", "Adverse Events Analysis", "OCCURRENCE DATA STRUCTURE", "One record per event and scale",
            [v.STUDYID, v.USUBJID, *chosen], rows, ("STUDYID", "USUBJID", "AESEQ"),
        )  # fmt: skip

    # ---- dates

    def _day(self, when: Span, point: str | None = None, later: float = 0.0) -> Row:
        """Return date and relative day of a moment, a number of days after a point of the record."""
        day, low, high = relative(when, self.start)
        if day is None and point in self.since:
            days = math.floor(self.since[point] + later)
            day, low, high = days + 1 if days >= 0 else days, None, None
        return {"ADT": when.date, "ADY": day, "ADYLO": low, "ADYHI": high}

    def _start(self, when: Span, point: str | None = None, later: float = 0.0) -> Row:
        found = self._day(when, point, later)
        return {f"AST{name[1:]}": value for name, value in found.items()}

    def _spread(self, dose: Dose) -> bool:
        """Return whether a dose may have been given anywhere between begin and end of its event."""
        event = self.case.event(dose.source)
        listed = all(given.days for given in event.given if given.drug == dose.drug)
        return event.end is not None and not dose.infusion and not listed

    def _begun(self, dose: Dose) -> tuple[float, float]:
        """Return from when to when a dose may have begun: an infusion begins with its event."""
        windows = self.case.schedule.windows
        start = windows[dose.source]
        if self._spread(dose):
            return dose.earliest, max(dose.latest, windows[f"{dose.source}.end"].latest)
        if dose.infusion and dose.earliest == start.earliest:
            return start.earliest, min(dose.latest, start.latest)
        return dose.earliest, dose.latest

    def _within(self, dose: Dose) -> tuple[str | None, float]:
        """Return from which event a dose counts and how much later it was, where the record says so."""
        start, (earliest, latest) = self.case.schedule.windows[dose.source], self._begun(dose)
        later = earliest - start.earliest if math.isfinite(earliest) else latest - start.latest
        tied = math.isfinite(later) and latest == start.latest + later and not self._spread(dose)
        return (dose.source, later) if tied else (None, 0.0)

    def _visit(self, visit: str) -> Span:
        return of_point(self.case.schedule, visit) if visit in self.case.schedule.windows else OPEN

    def _onset(self, verdict: Verdict) -> tuple[Span, str | None]:
        """Return when a toxicity began, by the event it was first seen at; open unless one event is of that moment.

        Of several, it is the one that the record itself calls toxic.
        """
        schedule = self.case.schedule
        found = [e for e in self.case.events if e.observations and schedule.day(e.id) == verdict.onset]
        found = [e for e in found if any(item.kind == "toxicity" for item in e.episodes)] or found
        return (of_point(schedule, found[0].id), found[0].id) if len(found) == 1 else (OPEN, None)

    def _status(self) -> Span:
        """Return when the vital status was recorded."""
        return self._visit(self.lines.status.sources[-1])

    def _last_seen(self) -> Span:
        """Return when the last event was that somebody alive was at, whichever of them it was."""
        windows = self.case.schedule.windows
        ends = [f"{event.id}.end" for event in self.case.events if event.given and event.end is not None]
        seen = [windows[point] for point in (*(event.id for event in self.case.events), *ends)]
        return span(self.case.schedule, max(w.earliest for w in seen), max(w.latest for w in seen))

    # ---- datasets

    def _basic(self, name: str, label: str, chosen: Sequence[Variable], rows: Sequence[Row]) -> Dataset:
        numbered = [{**row, "ASEQ": number} for number, row in enumerate(rows, start=1)]
        every = [v.STUDYID, v.USUBJID, v.ASEQ, *chosen]
        structure = "One record per subject, parameter and analysis time"
        return self._made(name, label, "BASIC DATA STRUCTURE", structure, every, numbered, _BASIC)

    def _made(
        self, name: str, label: str, kind: str, structure: str, chosen: Sequence[Variable], rows: Sequence[Row],
        keys: tuple[str, ...],
    ) -> Dataset:  # fmt: skip
        whole: list[Mapping[str, Value]] = [{**self.who, **row} for row in rows]
        return dataset(name, label, kind, structure, keys, chosen, of_rows(chosen, whole), False)


_TERMS = {"crs": "Cytokine release syndrome", "tls": "Tumour lysis syndrome", "neurologic": "Neurologic toxicity"}
_SUBJECT_CODES = {
    "response": "RESPONSE",
    "relapse": "RELAPSE",
    "mrd": "MRD",
    "extramedullary": "EXTRAMED",
    "cns": "CNS",
}
_SUBJECT_COMMENTS = {
    "AGE": "At the day from which the record counts; completed years where the report gives whole ones.",
    "WEIGHTBL": "SIZEKIND says whether the report states it.",
    "HEIGHTBL": "SIZEKIND says whether the report states it.",
    "BSABL": "Mosteller, from weight and height.",
    "ITTFL": "Empty: a record has no allocation.",
    "TRT01P": "Empty: a record has no plan; periods are lines of therapy.",
    "ARM": "Empty: a record has no arm.",
    "ARMCD": "Empty: a record has no arm.",
    "TRTSDT": "Empty unless known to the day.",
    "TRTEDT": "Empty unless known to the day, as when something goes on without an end.",
    "DTHDT": "Of the event that tells of the death.",
}


def _first_day(event: Event) -> float | None:
    """Return how many days after its start an event first gives something; None when it gives nothing."""
    days = [min(given.days) - 1.0 if given.drug is not None and given.days else 0.0 for given in event.given]
    return min(days, default=None)


def _once(given: Given) -> bool:
    """Return whether something was given on its day or its listed days only, so that no end is missing."""
    return given.drug is not None and (bool(given.days) or given.amount is not None) and given.repeat == 1


def _between(start: Span, end: Span) -> Row:
    """Return a time in days where both dates are known, else its bounds."""
    shortest = (end.first - start.last).days if end.first and start.last else None
    longest = (end.last - start.first).days if end.last and start.first else None
    if start.date and end.date and shortest is not None:
        return {"AVAL": float(shortest), "AVALU": "DAYS"}
    low = None if shortest is None else float(max(shortest, 0))
    return {"AVALU": "DAYS", "AVALLO": low, "AVALHI": None if longest is None else float(longest)}


def _words(item: Reading) -> str | None:
    """Return a value as text: a number, a bound, an interval, or the words of the record."""
    if item.absence is not None:
        return None
    if math.isnan(item.low):
        return item.text
    if item.exact:
        return f"{item.low!r}"
    if math.isinf(item.low):
        return f"{'<' if item.high_open else '<='} {item.high!r}"
    if math.isinf(item.high):
        return f"{'>' if item.low_open else '>='} {item.low!r}"
    return f"{item.low!r} to {item.high!r}"


def _near(number: float) -> float:
    """Return a number without the dust of a unit conversion."""
    return float(f"{number:.12g}")


def _with_comment(variable: Variable, comments: Mapping[str, str]) -> Variable:
    return replace(variable, comment=comments[variable.name]) if variable.name in comments else variable
