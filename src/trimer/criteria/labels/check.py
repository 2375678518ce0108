"""Hold a course against the label of its day: one finding a rule, and what each scale of CRS would have required."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trimer.course import Course
from trimer.criteria import Criterion
from trimer.criteria.labels import in_force, list_labels
from trimer.criteria.labels import label as named
from trimer.criteria.labels.beside import hospital, indication, premedication, prephase, weight
from trimer.criteria.labels.cycles import Cycle, cycles
from trimer.criteria.labels.dosing import dosing
from trimer.criteria.labels.finding import Finding, Look, Status, agreed, number
from trimer.criteria.labels.label import Label, Setting
from trimer.criteria.labels.quantity import Origin
from trimer.criteria.labels.situation import Disease, by_name, disease, names, situation
from trimer.criteria.labels.toxicity import Requirement, crs_scales, requirements
from trimer.criteria.verdict import Verdict
from trimer.errors import InputError

NOTICE = "Research software: what a label says, held against a record or a simulation. Not for treating a patient."
SCALE = "ctcae_v4_crs"
_GRADES = Origin(
    "seen",
    "dose-modification table of the label; its grades rest on CTCAE",
    "Which version of CTCAE, or which other scale, changes the answer.",
)


@dataclass(frozen=True)
class LabelReport:
    """Hold what the checker found.

    Attributes
    ----------
    course : str
    drug : str
    versions, settings : tuple of str
        Version and setting each cycle was checked against; ``"rr or mrd"`` where the facts leave both, and what differs
        between them is then open.
    scale : str
        Scale whose grades the finding on CRS goes by.
    cycles : tuple of Cycle
    findings : tuple of Finding
        Cycle by cycle.
    requirements : tuple of Requirement
        Every scale of CRS, episode by episode.
    totals : tuple of float or None, ug
        Dose of each cycle; None when a rate is not stated.
    doubts : tuple of str
        Of the versions used.
    """

    course: str
    drug: str
    versions: tuple[str, ...]
    settings: tuple[str, ...]
    scale: str
    cycles: tuple[Cycle, ...]
    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...]
    totals: tuple[float | None, ...]
    doubts: tuple[str, ...]
    notice: str = NOTICE

    def of(self, rule: str, exposure: int | None = None) -> tuple[Finding, ...]:
        """Return the findings of a rule, of one cycle when its exposure is given."""
        return tuple(f for f in self.findings if f.rule == rule and exposure in (None, f.exposure))

    def of_cycle(self, exposure: int) -> tuple[Finding, ...]:
        """Return the findings about one cycle, 0 for those about the patient."""
        return tuple(f for f in self.findings if f.exposure == exposure)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return {
            "course": self.course,
            "drug": self.drug,
            "versions": list(self.versions),
            "settings": list(self.settings),
            "scale": self.scale,
            "cycles": [
                {"exposure": c.exposure, "number": c.number, "start": c.start, "infusion_days": c.infusion_days,
                 "hold_days": c.hold_days, "last_day": c.last_day, "total": total, "events": list(c.sources)}
                for c, total in zip(self.cycles, self.totals, strict=True)
            ],
            "findings": [f.to_dict() for f in self.findings],
            "requirements": [r.to_dict() for r in self.requirements],
            "doubts": list(self.doubts),
            "notice": self.notice,
        }  # fmt: skip


def check_label(
    course: Course,
    label: Label | str | None = None,
    scale: str = SCALE,
    setting: str | None = None,
    *,
    jurisdiction: str = "US",
    scales: Sequence[Criterion] | None = None,
) -> LabelReport:
    """Hold a recorded or simulated course against a label.

    Parameters
    ----------
    course : Course
        Reads ``doses``, ``patient``, ``episodes`` and what the scales of CRS read. Without doses of the drug nothing
        can be held against the schedule, and the findings say so.
    label : Label or str, optional
        Version to use; by default the one in force on the first day of each cycle.
    scale : str
        Scale of CRS whose grades the findings go by; every other one is reported beside it.
    setting : str, optional
        ``"rr"``, ``"mrd"`` or ``"consolidation"``; by default told from the state of the disease, MRD and Ph status.
    jurisdiction : str
        Of the versions to choose from, when ``label`` is not given.
    scales : sequence of Criterion, optional
        Scales to compare; all in the package by default.

    Raises
    ------
    InputError
        When there is no such version, scale or setting; the nearest name is given.
    """
    versions, fixed = _versions(label, jurisdiction)
    known_scales = crs_scales() if scales is None else tuple(scales)
    if scale not in {s.name for s in known_scales}:
        scale = _scale(scale)
    if not any(v.settings for v in versions):
        return _nothing(course, versions[0], scale, "No schedule of this version was seen, so doses are not checked.")
    first = next(v for v in versions if v.breaks is not None)
    assert first.breaks is not None
    state = disease(course)
    found = cycles(course, first.drug, first.breaks, state)
    if not found:
        begun = any(d.drug == first.drug for d in course.doses)
        held = f"no stretch of {first.drug} with a start and an end" if begun else f"no doses of {first.drug}"
        return _nothing(course, first, scale, f"The course holds {held}.")
    judged = [(s, s.judge(course)) for s in known_scales]
    looks = tuple(_looks(course, found, fixed, versions, setting, _onsets(course, judged), state))
    return _report(course, first.drug, scale, looks, requirements([under[0] for under in looks], judged))


def _report(
    course: Course, drug: str, scale: str, looks: Sequence[Sequence[Look]], asked: tuple[Requirement, ...]
) -> LabelReport:
    """Return the findings of every cycle, with what goes beside them; a cycle has one look for each setting left."""
    first = [under[0] for under in looks]
    findings = [weight(first)]
    for under in looks:
        look = under[0]
        findings += [_version(look), indication(look, [one.setting for one in under])]
        findings += agreed([(one.setting.label, tuple(_findings(one))) for one in under])
        findings += _after_crs(look, [r for r in asked if r.exposure == look.cycle.exposure and r.scale == scale])
    return LabelReport(
        course=course.id,
        drug=drug,
        versions=tuple(look.label.name for look in first),
        settings=tuple(names([look.setting for look in under]) for under in looks),
        scale=scale,
        cycles=tuple(look.cycle for look in first),
        findings=tuple(findings),
        requirements=asked,
        totals=tuple(look.cycle.total(number(look.weight), look.area) for look in first),
        doubts=tuple(dict.fromkeys(doubt for look in first for doubt in look.label.doubts)),
    )


def _versions(label: Label | str | None, jurisdiction: str) -> tuple[list[Label], Label | None]:
    """Return the versions to choose from, and the one that was asked for."""
    fixed = named(label) if isinstance(label, str) else label
    versions = [fixed] if fixed else [v for v in list_labels() if v.jurisdiction == jurisdiction]
    if not versions:
        known = ", ".join(sorted({v.jurisdiction for v in list_labels()}))
        raise InputError("jurisdiction", repr(jurisdiction), known)
    return versions, fixed


def _onsets(course: Course, judged: Sequence[tuple[Criterion, Sequence[Verdict]]]) -> tuple[float, ...]:
    """Return the days on which a toxicity began: as the record names it, or as a scale grades it."""
    days = {v.onset for _, verdicts in judged for v in verdicts if v.onset is not None and v.grade and v.grade[0] > 0}
    return tuple(sorted(days | {e.start for e in course.episodes if e.kind == "toxicity"}))


def _scale(name: str) -> str:
    """Return the name of a scale of CRS, or say which there are."""
    names = [found.name for found in crs_scales()]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise InputError(
            "scale of CRS", repr(name), f"one of {', '.join(names)}", f"Nearest: {near[0]}." if near else ""
        )
    return name


def _nothing(course: Course, label: Label, scale: str, why: str) -> LabelReport:
    """Return a report without cycles: what there is to say is that nothing can be said."""
    kinds = ("drug", "regimen", "resume", "step")
    given = any(label.drug in e.name.lower() for e in course.episodes if e.kind in kinds)
    dosed = any(d.drug == label.drug for d in course.doses)
    status: Status = "open" if given or dosed else "not applicable"
    said = f"{why} It names {label.drug} among its treatments." if given else why
    origin = label.dated
    rules = ("version", "starting dose", "step", "infusion days", "premedication") if status == "open" else ("dose",)
    findings = tuple(
        Finding(0, rule, status, said, "", label.name, origin.provenance, origin.source, origin.note) for rule in rules
    )
    return LabelReport(course.id, label.drug, (), (), scale, (), findings, (), (), label.doubts)


def _looks(
    course: Course,
    found: Sequence[Cycle],
    fixed: Label | None,
    versions: Sequence[Label],
    setting: str | None,
    toxic: tuple[float, ...],
    state: Disease,
) -> Iterator[tuple[Look, ...]]:
    """Yield the looks at each cycle: one, or one for each setting that the facts leave."""
    begun: tuple[Setting, ...] = ()
    for i, cycle in enumerate(found):
        earliest = min((v for v in versions if v.settings), key=lambda v: v.valid_from)
        label = fixed or in_force(course.date(cycle.start), versions[0].jurisdiction) or earliest
        here = situation(course, state, cycle.start)
        carried = by_name(label, [s.name for s in begun]) if cycle.number > 1 else ()
        begun = (label.setting(setting),) if setting else carried or here.settings(label)
        around = (found[i - 1] if i else None, found[i + 1] if i + 1 < len(found) else None)
        yield tuple(Look(course, label, one, cycle, here, *around, toxic) for one in begun)


def _findings(look: Look) -> Iterator[Finding]:
    """Yield the findings that hang on the setting."""
    yield from dosing(look)
    yield from premedication(look)
    european = next((v for v in list_labels() if v.prephase), None)
    yield from (f for f in (prephase(look, european), hospital(look)) if f is not None)


def _after_crs(look: Look, asked: Sequence[Requirement]) -> Iterator[Finding]:
    """Yield what the chosen scale would have required, with what its grade rests on."""
    for item in asked:
        actions = "; ".join(dict.fromkeys(path.action.text for path in item.paths))
        silent = " ".join(f"{name}." for path in item.paths for name in path.silent)
        text = " ".join(part for part in (f"{item.label}: {item.graded}.", item.basis, item.text) if part)
        yield look.finding(
            "CRS", item.status, text, actions, _GRADES, (item.graded, *((silent,) if silent else ())), item.events
        )


def _version(look: Look) -> Finding:
    """Return which version was in force over the window of the cycle's start."""
    course, label, cycle = look.course, look.label, look.cycle
    days = [d for d in (cycle.start, cycle.earliest, cycle.latest) if d == d]  # a simulated start has no window
    found = {v.name if (v := in_force(course.date(d), label.jurisdiction)) else "" for d in days}
    day = course.date(cycle.start).isoformat()
    span = f"{label.valid_from.isoformat()} to {label.valid_to.isoformat() if label.valid_to else 'now'}"
    asked = f"{label.title}, in force {span}"
    if found == {label.name}:
        text = f"{label.title}, in force on {day}."
        return look.finding("version", "on label", text, asked, label.dated, (day,))
    if found == {""}:
        text = f"On {day} no label was in force yet; checked against {label.title}."
        return look.finding("version", "off label", text, asked, label.dated, (day,))
    if label.name in found:
        between = " from ".join(sorted(n or "none" for n in found))
        text = f"The start is not dated well enough to tell {between}."
        return look.finding("version", "open", text, asked, label.dated, (day,))
    others = " or ".join(sorted(n or "none" for n in found))
    text = f"Checked against {label.title} as asked; on {day} {others} was in force."
    return look.finding("version", "not applicable", text, asked, label.dated, (day,))
