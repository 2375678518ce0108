"""A case as a FHIR R4 Bundle for others: the record, the disease status it states, and on request our judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trimer.criteria import conclusions, criterion
from trimer.criteria.lines.result import Line
from trimer.criteria.verdict import Verdict
from trimer.record.case import Case
from trimer.record.fhir import codes, write
from trimer.record.fhir.elements import Element, concept, effective, filled, timed
from trimer.record.fhir.validate import models, validate
from trimer.storage import write_file
from trimer.study.cases import case_of
from trimer.study.judge import judge_case
from trimer.study.lines import lines

JUDGEMENTS = "urn:trimer:fhir:1:judgements"
CRITERIA, SCALES = ("amg", "european_mrd"), ("astct_2019_crs",)
STATUS_OF = {
    "CR": "in full remission",
    "PR": "in partial remission",
    "no response": "stable",
    "PD": "worsened",
    "relapse": "worsened",
    "undetermined": "undetermined",
}
"""mCODE disease status of our response categories. CRh, CRi and a hypoplastic marrow are none of them: a category is
remission there and incomplete recovery as well, and mCODE has no such value."""


@dataclass(frozen=True)
class FhirExport:
    """Hold a case as a FHIR Bundle.

    Attributes
    ----------
    text : str
        The Bundle as JSON.
    case, title : str
    judged : bool
        Whether judgements are in it.
    resources : dict of str to int
        How many there are of each type.
    """

    text: str
    case: str
    title: str
    judged: bool
    resources: dict[str, int]

    def write(self, path: str | Path) -> Path:
        """Write the Bundle as a file, whole or not at all, and return the file.

        Raises
        ------
        InputError
            When its folder does not exist, or it cannot be written.
        """
        return write_file(path, self.text)

    def to_dict(self) -> dict[str, Any]:
        """Return what is in the Bundle, without its text."""
        return {"case": self.case, "title": self.title, "judged": self.judged, "resources": self.resources}


def fhir(case: str | Path | Case, judged: bool = False) -> FhirExport:
    """Return a case as a validated FHIR R4 collection Bundle shaped by mCODE STU4.

    Parameters
    ----------
    case : str, Path or Case
        Name of a bundled case, a case file, or a case that was read.
    judged : bool
        Add judgements of response, residual disease and cytokine release, and the lines of therapy.

    Returns
    -------
    FhirExport

    Raises
    ------
    CaseError
        When the case cannot be read.
    InputError
        When the library that validates is not installed.
    """
    models()  # before the work
    found = case_of(case)
    derived = list(_Derived(found).resources(judged))
    made = write.bundle(found.document, derived)
    validate(made, found.id)
    kinds = Counter(entry["resource"]["resourceType"] for entry in made["entry"])
    return FhirExport(write.text(made), found.id, found.title, judged, dict(sorted(kinds.items())))


class _Derived:
    """Make the resources that are worked out from a case; each is tagged as derived."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.days = {case.schedule.day(event.id): event.id for event in reversed(case.events)}

    def resources(self, judged: bool) -> Iterator[Element]:
        """Yield what the record states as disease status; then, if asked for, judgements and lines of therapy."""
        for event in self.case.events:
            said = conclusions.read(event.conclusion or "")
            told = {"remission"} if said.complete else set()
            told |= {"relapse"} & said.claimed
            if len(told) == 1 and not said.doubtful:
                status = "in full remission" if told == {"remission"} else "worsened"
                yield self._status(f"{event.id}-status", event.id, status, f"As stated: {event.conclusion}")
        if not judged:
            return
        verdicts = judge_case(self.case, list(CRITERIA), list(SCALES)).verdicts
        yield self._code_system(verdicts)
        for number, verdict in enumerate(verdicts, 1):
            yield self._judgement(f"judgement-{number}", verdict)
            if verdict.subject == "response" and verdict.category in STATUS_OF:
                words = f"By {criterion(verdict.set).label}: {verdict.headline}"
                yield self._status(
                    f"judgement-{number}-status", self._event(verdict), STATUS_OF[verdict.category], words
                )
        for line in lines(self.case.course()).found.lines:
            yield self._line(line)

    def _observation(self, name: str, event: str | None, code: Element, **elements: Any) -> Element:
        """Return an Observation dated as its event is, derived from it."""
        dates = (None, None) if event is None else effective(self.case.schedule, event)
        source = None if event is None else [{"reference": write.address(self.case.id, "Observation", event)}]
        return {
            "resourceType": "Observation",
            "id": name,
            "meta": {**elements.pop("meta", {}), "tag": [codes.local("derived")]},
            "status": "final",
            "code": code,
            "subject": {"reference": write.address(self.case.id, "Patient", "patient")},
            **timed("effective", dates, True),
            **filled(derivedFrom=source, **elements),
        }

    def _event(self, verdict: Verdict) -> str | None:
        """Return the event that a verdict judges; of an episode the event of its day, where there is one."""
        ids = {event.id for event in self.case.events}
        return verdict.visit if verdict.visit in ids else self.days.get(verdict.day)

    def _status(self, name: str, event: str | None, status: str, words: str) -> Element:
        return self._observation(
            name,
            event,
            concept("Cancer disease status", codes.coding(codes.LOINC, codes.DISEASE_STATUS)),
            meta={"profile": [f"{codes.MCODE}cancer-disease-status"]},
            focus=[{"reference": write.address(self.case.id, "Condition", "b-all")}],
            valueCodeableConcept=concept(status, codes.coding(codes.SNOMED, codes.STATUS[status])),
            note=[{"text": words}],
        )

    def _judgement(self, name: str, verdict: Verdict) -> Element:
        parts: list[tuple[str, Element]] = [("definition", {"valueString": verdict.set})]
        parts += [("possible", {"valueString": category}) for category in verdict.possible]
        parts += [("reason", {"valueString": decision.phrase}) for decision in verdict.decided_by]
        parts += [("missing", {"valueString": fact}) for fact in verdict.missing]
        if verdict.grade is not None:
            low, high = ({"value": grade} for grade in verdict.grade)
            parts.append(("grade", {"valueRange": {"low": low, "high": high}}))
        value = codes.coding(JUDGEMENTS, codes.slug(verdict.category), verdict.category)
        return self._observation(
            name,
            self._event(verdict),
            concept(f"{verdict.subject} by {criterion(verdict.set).label}", codes.local("judgement")),
            valueCodeableConcept=concept(verdict.headline, value),
            note=[{"text": verdict.reason}],
            component=[{"code": concept(None, codes.local(f"judgement.{part}")), **said} for part, said in parts],
        )

    def _line(self, line: Line) -> Element:
        salvage = [] if line.salvage is None else [("line.salvage", {"valueInteger": line.salvage})]
        parts: list[tuple[str, Element]] = [*salvage, ("line.best", {"valueString": line.best.value or "not known"})]
        given = "; ".join(treatment.name for treatment in line.treatments)
        return self._observation(
            f"line-{line.number}",
            line.treatments[0].sources[0],
            concept(f"Line of therapy {line.number}", codes.local("line")),
            valueString=f"{line.kind}: {given}",
            note=[{"text": f"Ended: {line.ended.value} ({line.ended.reason})."}] if line.ended.value else None,
            component=[{"code": concept(None, codes.local(code)), **said} for code, said in parts],
        )

    def _code_system(self, verdicts: tuple[Verdict, ...]) -> Element:
        """Return the categories that occur, as a code system of their own."""
        used = dict.fromkeys(verdict.category for verdict in verdicts)
        return {
            "resourceType": "CodeSystem",
            "id": "judgements",
            "meta": {"tag": [codes.local("derived")]},
            "url": JUDGEMENTS,
            "version": "1",
            "name": "TrimerJudgements",
            "title": "Categories of the definitions by which Trimer judged this case",
            "status": "active",
            "content": "fragment",
            "caseSensitive": True,
            "concept": [{"code": codes.slug(category), "display": category} for category in used],
        }
