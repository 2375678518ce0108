"""Hold a recorded case, or any course, against the label of its day, for every reading of an ambiguous dosing text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimer.course import Course
from trimer.criteria.labels import label as version_named
from trimer.criteria.labels.check import SCALE, LabelReport, check_label
from trimer.criteria.labels.cycles import Cycle
from trimer.record.case import Case
from trimer.study.cases import case_of

SCHEMA = "trimer/label/1"


@dataclass(frozen=True)
class DosingRow:
    """Hold what one reading of the dosing text adds up to; the label without any event is the row to compare with.

    Attributes
    ----------
    reading, label : str
        Id (``"R1"``; empty for the label itself) and words.
    days_low, hold, days_full, infusion_days, last_day : float, day
        Days at the starting and at the full dose, held, with the infusion running; calendar day of the end.
    total : float or None, ug
    step, length : str
        Status of the findings ``"step"`` and ``"infusion days"``.
    """

    reading: str
    label: str
    days_low: float
    hold: float
    days_full: float
    infusion_days: float
    last_day: float
    total: float | None
    step: str
    length: str


@dataclass(frozen=True)
class LabelResult:
    """Hold what the checker found in a case.

    Attributes
    ----------
    case, title : str
    chosen : str
        Reading of the dosing text that :attr:`report` goes by; empty where there is one text only.
    dates : tuple of str
        First day of each cycle, in ISO form.
    dosing : tuple of DosingRow
        The label's own cycle first, then one row a reading; empty where the text has one reading.
    reports : dict of str to LabelReport
        By reading.
    """

    case: str
    title: str
    chosen: str
    dates: tuple[str, ...]
    dosing: tuple[DosingRow, ...]
    reports: dict[str, LabelReport]
    schema: str = SCHEMA

    @property
    def report(self) -> LabelReport:
        """The report of the chosen reading."""
        return self.reports[self.chosen]

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return {
            "schema": self.schema,
            "case": self.case,
            "title": self.title,
            "chosen": self.chosen,
            "dates": list(self.dates),
            "dosing": [asdict(row) for row in self.dosing],
            "reports": {name: report.to_dict() for name, report in self.reports.items()},
        }


def label(
    case: str | Path | Case | Course, version: str | None = None, scale: str | None = None, setting: str | None = None
) -> LabelResult:
    """Hold a case or course against a label.

    Parameters
    ----------
    case : str, Path, Case or Course
        Name of a bundled case, a file, or what is already loaded; a simulated course is checked like a record.
    version : str, optional
        Version of the label, such as ``"us_2014"``; by default the US one in force on the first day of each cycle.
    scale : str, optional
        Scale of CRS whose grades the findings go by; CTCAE v4 by default, on which the label's grades rested.
    setting : str, optional
        ``"rr"``, ``"mrd"`` or ``"consolidation"``; by default told from the state of the disease, MRD and Ph status,
        and open where they leave several.

    Returns
    -------
    LabelResult

    Raises
    ------
    CaseError
        When the case cannot be read.
    InputError
        When there is no such version, scale or setting; what there is is given.
    """
    chosen_version = None if version is None else version_named(version)
    wanted = scale or SCALE
    if isinstance(case, Course):
        reports = {"": check_label(case, chosen_version, wanted, setting)}
        return LabelResult(case.id, case.id, "", _dates(case, reports[""]), (), reports)
    found = case_of(case)
    names = tuple(item.id for item in found.interpretations)
    if not names:
        course = found.course()
        reports = {"": check_label(course, chosen_version, wanted, setting)}
        return LabelResult(found.id, found.title, "", _dates(course, reports[""]), (), reports)
    courses = {name: found.course(reading=name) for name in names}
    reports = {name: check_label(course, chosen_version, wanted, setting) for name, course in courses.items()}
    chosen = found.document.realisation.chosen or names[0]
    rows = tuple(_rows(found, reports))
    return LabelResult(found.id, found.title, chosen, _dates(courses[chosen], reports[chosen]), rows, reports)


def _dates(course: Course, report: LabelReport) -> tuple[str, ...]:
    return tuple(course.date(cycle.start).isoformat() for cycle in report.cycles)


def _rows(case: Case, reports: dict[str, LabelReport]) -> Iterator[DosingRow]:
    """Yield the label's own cycle, then one row a reading, for the cycle that the readings are about."""
    first = True
    for item in case.interpretations:
        report = reports[item.id]
        begins = case.schedule.day(item.start)
        cycle = next((c for c in report.cycles if abs(c.start - begins) < 1e-6), None)
        if cycle is None:
            continue
        size, setting = case.size, report.settings[cycle.exposure - 1]
        version = version_named(report.versions[cycle.exposure - 1])
        if setting not in {s.name for s in version.settings}:
            continue  # with several settings left there is no one cycle of the label to lay beside it
        block = version.setting(setting).block(cycle.number)
        if block is None:
            continue
        rates = [step.rate.at(size.weight, version.weight_limit) for step in block.steps]
        low, full = (None if r is None else r.amount(size.bsa) for r in (rates[0], rates[-1]))
        if low is None or full is None:
            continue
        if first:
            first = False
            total = version.total(setting, cycle.number, size.weight, size.bsa)
            days_low = block.steps[0].days if len(block.steps) > 1 else 0
            yield DosingRow(
                "", f"{version.title}, without any event", days_low, 0.0, block.steps[-1].days, block.days, block.days,
                total, "on label", "on label",
            )  # fmt: skip
        yield _row(item.id, item.label, report, cycle, low, full, report.totals[cycle.exposure - 1])


def _row(
    name: str, words: str, report: LabelReport, cycle: Cycle, low: float, full: float, total: float | None
) -> DosingRow:
    status = {rule: [f.status for f in report.of(rule, cycle.exposure)] for rule in ("step", "infusion days")}
    return DosingRow(
        reading=name,
        label=words,
        days_low=cycle.days_at(low) if low != full else 0.0,
        hold=cycle.hold_days,
        days_full=cycle.days_at(full),
        infusion_days=cycle.infusion_days,
        last_day=cycle.last_day,
        total=total,
        step=next(iter(status["step"]), "not applicable"),
        length=next(iter(status["infusion days"]), "not applicable"),
    )
