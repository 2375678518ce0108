"""What a patient counted as when a treatment began: prior therapy, TOWER's eligibility class, terms of a trial."""

from __future__ import annotations

import re

from trimer.course import Course, Episode
from trimer.criteria.lines.history import NOT_APPLICABLE, History, Relapse, Statement
from trimer.criteria.lines.result import Line, LinesOfTherapy, Start, Treatment
from trimer.criteria.logic import Truth, all_of
from trimer.criteria.words import claims

TOWER = {
    "primary": "refractory to primary therapy",
    "salvage": "refractory to salvage therapy",
    "first": "early first relapse",
    "later": "untreated second or later relapse",
    "transplant": "relapse after allogeneic transplantation",
    "none": "outside the classes: late first relapse",
}
"""Classes of Kantarjian 2017, Table 1, in our words; early as rule ``early_remission`` is set (12 months)."""

_CELLS = r"(?:h?sct|hct|bmt|pbsct)"
_TRANSPLANT = re.compile(
    rf"\b(?:allo|auto|haplo)?[- ]?{_CELLS}\d?\b|"
    r"(?<!post-)(?<!pre-)(?<!after )(?<!before )\btransplant(?:ation|ed)?s?\b(?!-)|"
    r"\b(?:stem[- ]cell|cord[- ]blood|marrow) (?:infusion|graft|rescue)\b|\bhaplo(?:-?identical)?\b|"
    r"\b(?:auto|allo)graft\b",
    re.IGNORECASE,
)
_ALLOGENEIC = re.compile(
    rf"\ballo(?:gen\w*|graft|[- ]?{_CELLS}\d?|[- ]?transplant\w*)?\b|\b(?:haplo\w*|mm?ud|unrelated|sibling|donor|"
    r"cord[- ]blood|ucbt?)\b",
    re.IGNORECASE,
)
# Cells of the patient, or of an identical twin.
_AUTOLOGOUS = re.compile(rf"\bauto(?:log\w*|graft|[- ]?{_CELLS}\d?|[- ]?transplant\w*)?\b|\bsyngeneic\b", re.IGNORECASE)
# In leukaemia, "BMT" alone is the name of the allogeneic one.
_MARROW = re.compile(r"\bbmt\b|\bbone[- ]marrow transplant\w*", re.IGNORECASE)
_ORGAN = re.compile(r"\b(?:renal|kidney|liver|hepatic|cornea\w*|heart|cardiac|lung|f(?:a)?ecal)\b", re.IGNORECASE)
_CLAUSES = re.compile(r"[,;.()]")
_NOT_DONE = re.compile(
    r"\b(?:ineligible|declined|refused|planned|planning|scheduled|await\w*|evaluat\w*|candidate|considered|referr\w*|"
    r"work-?up|search|deferred|cancell?ed)\b",
    re.IGNORECASE,
)


def starts(course: Course, lines: LinesOfTherapy) -> tuple[Start, ...]:
    """Return what the patient counted as at the start of every treatment, in time order."""
    found = []
    for treatment in lines.treatments:
        line = next(item for item in lines.lines if treatment in item.treatments)
        begins = treatment is line.treatments[0]
        state = _state(lines.history, treatment)
        found.append(
            Start(
                treatment.name, treatment.start, line.number, line.salvage if begins else None,
                lines.prior(treatment.start), len(lines.regimens(treatment.start)), state,
                _tower(course, lines, treatment, state), _terms(lines, treatment, state),
            )
        )  # fmt: skip
    return tuple(found)


def transplants(course: Course) -> tuple[tuple[Episode, Truth], ...]:
    """Return transplantations of blood stem cells among the procedures of a course, in time order.

    Returns
    -------
    tuple of (Episode, bool or None)
        Each with whether it was allogeneic; None where its name does not say.
    """
    named = sorted((e for e in course.episodes if e.kind == "procedure"), key=lambda e: e.start)
    done = ((e, _done(e.name)) for e in named)
    return tuple((e, _allogeneic(text)) for e, text in done if text)


def _done(text: str) -> str:
    """Return what a text says of blood stem cells that were given, without what is planned; empty when it says none."""
    parts = [p for p in _CLAUSES.split(text) if not (_NOT_DONE.search(p) and _TRANSPLANT.search(p))]
    left = ",".join(parts)
    return left if claims(left, _TRANSPLANT) and not _ORGAN.search(left) else ""


def _allogeneic(text: str) -> Truth:
    """Return whether a transplantation was from another: "second alloHSCT, previous autologous" was."""
    if claims(text, _ALLOGENEIC):
        return True
    if _AUTOLOGOUS.search(text):
        return False
    return True if claims(text, _MARROW) else None


def _state(history: History, treatment: Treatment) -> Statement:
    last = history.last(treatment.start)
    if last is None:
        return Statement(None, "response set", "no assessment before it", treatment.sources)
    words = {True: "active", False: "no active disease", None: None}[last.active]
    return Statement(words, "response set", last.words, (last.visit,))


def _before(lines: LinesOfTherapy, day: float) -> tuple[Line, ...]:
    """Return the lines begun before a day; a line with nothing but this start is not among them."""
    return tuple(line for line in lines.lines if line.start < day)


def _untreated(lines: LinesOfTherapy, relapse: Relapse, day: float) -> bool:
    """Return whether nothing was begun between a relapse and a day."""
    return not any(relapse.when.day <= t.start < day for t in lines.treatments)


def _tower(course: Course, lines: LinesOfTherapy, treatment: Treatment, state: Statement) -> Statement:
    """Return the class of TOWER at the start of a treatment."""
    day, before = treatment.start, _before(lines, treatment.start)
    if not before:
        return _tower_first(lines, treatment.sources)
    if state.value == "no active disease":
        return Statement(NOT_APPLICABLE, "TOWER", f"no active disease ({state.reason})", state.sources)
    if state.value is None:
        return Statement(None, "TOWER", f"state of the disease is open: {state.reason}", state.sources)
    relapse = next((r for r in reversed(lines.relapses) if r.when.day <= day), None)
    if relapse and _untreated(lines, relapse, day):
        return _tower_relapse(course, relapse)
    failed = _failed(before[-1], treatment, state)
    salvage = before[-1].salvage is not None
    if failed.value:
        return Statement(TOWER["salvage" if salvage else "primary"], "TOWER", failed.reason, failed.sources)
    return Statement(None, "TOWER", f"not settled whether refractory: {failed.reason}", failed.sources)


def _failed(line: Line, treatment: Treatment, state: Statement) -> Statement:
    """Return whether the disease was refractory to a line, as it was known when a treatment began."""
    if treatment not in line.treatments[1:]:
        return line.refractory
    if state.value == "no active disease":
        return Statement(False, "L5", state.reason, state.sources)
    return Statement(None, "L5", f"within line {line.number}, before its result", treatment.sources)


def _tower_relapse(course: Course, relapse: Relapse) -> Statement:
    """Return the class of an untreated relapse."""
    before = [(t, foreign) for t, foreign in transplants(course) if t.start <= relapse.when.day]
    done = next((t for t, foreign in before if foreign), None)
    if done:
        return Statement(TOWER["transplant"], "TOWER", f"{done.name}, then relapse", (done.source, relapse.visit))
    unread = next((t for t, foreign in before if foreign is None), None)
    if unread:
        why = f'"{unread.name}" does not say whether it was allogeneic'
        return Statement(None, "TOWER", why, (unread.source, relapse.visit))
    if relapse.number > 1:
        return Statement(
            TOWER["later"], "TOWER", f"relapse of CR{relapse.remission}, not treated before", (relapse.visit,)
        )
    early = relapse.early_tower
    name = {True: TOWER["first"], False: TOWER["none"], None: None}[
        bool(early.value) if early.value is not None else None
    ]
    return Statement(name, "TOWER", early.reason, early.sources)


def _tower_first(lines: LinesOfTherapy, seen: tuple[str, ...]) -> Statement:
    """Return the class at the first recorded treatment, from what the rules say came before."""
    rules = lines.rules
    if not rules.prior_lines:
        return Statement(NOT_APPLICABLE, "TOWER", "first treatment of the disease", seen)
    if rules.prior_lines > rules.prior_relapses:
        name = TOWER["primary" if rules.prior_lines == 1 else "salvage"]
        return Statement(name, "TOWER", f"{rules.prior_lines} lines and {rules.prior_relapses} relapses before", seen)
    if rules.prior_relapses > 1:
        return Statement(TOWER["later"], "TOWER", f"relapse {rules.prior_relapses} before the record begins", seen)
    return Statement(None, "TOWER", "length of the first remission is not in the record", seen)


def _terms(lines: LinesOfTherapy, treatment: Treatment, state: Statement) -> tuple[tuple[str, Statement], ...]:
    """Return the terms of the registry record of NCT04521231 when a treatment began, each as that record defines it."""
    rules, day = lines.rules, treatment.start
    before = _before(lines, day)
    relapsed = [r for r in lines.relapses if r.when.day <= day]
    count = rules.prior_relapses + len(relapsed)
    frontline = next((line for line in before if line.number == 1), None)
    salvage = next((line for line in reversed(before) if line.salvage is not None), None)
    primary = _failed(frontline, treatment, state) if frontline else _unseen(rules.prior_lines > 0, treatment)
    failed = _failed(salvage, treatment, state) if salvage else _unseen(rules.prior_lines > 1, treatment)
    since = not relapsed or (salvage is not None and salvage.start >= relapsed[-1].when.day)
    both = all_of(count > 0 and since, None if failed.value is None else bool(failed.value))
    rule, seen = "NCT04521231", tuple(r.visit for r in relapsed) or treatment.sources
    how_many = f"{count or 'no'} relapse{'' if count == 1 else 's'} before"
    return (
        ("first relapse", Statement(count == 1, rule, how_many, seen)),
        ("second or later relapse", Statement(count > 1, rule, how_many, seen)),
        ("primary refractory", Statement(primary.value, rule, primary.reason, primary.sources)),
        ("refractory to salvage", Statement(failed.value, rule, failed.reason, failed.sources)),
        ("refractory relapse", Statement(both, rule, f"{how_many}; {failed.reason}", (*seen, *failed.sources))),
    )


def _unseen(earlier: bool, treatment: Treatment) -> Statement:
    """Return what is known of a line that the record does not hold: it was not given, or its result is open."""
    if earlier:
        return Statement(None, "L5", "given before the record begins", treatment.sources)
    return Statement(False, "L5", "none given before", treatment.sources)
