"""A question asked: every option given to the same subjects, and what came of it compared with the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.errors import InputError
from trimer.library.load_question import question as read_question
from trimer.study.ask.answer import Answer, Scanned
from trimer.study.ask.group import Group, changed, group_of, plan_for, treated_before
from trimer.study.ask.words import known_outcomes, places
from trimer.study.calibrated_range import outside
from trimer.study.outcome_values import Judging, judged
from trimer.study.outcomes import OUTCOMES, Outcomes, course
from trimer.study.population.draw import Progress
from trimer.study.population.patients import SEED
from trimer.study.recorded_plan import as_recorded
from trimer.study.scenario import Scenario
from trimer.study.subjects import Subjects
from trimer.therapy.question import RECORDED, Change, Option, Question, Scan

if TYPE_CHECKING:
    from trimer.study.twin.run import Twin

FEWEST = 2  # subjects


def ask(
    name: str | Path | Question,
    *,
    patients: int | None = None,
    days: float | None = None,
    seed: int = SEED,
    scans: bool = True,
    twin: Twin | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Return the answer to a question of the library, or of the user's own file.

    Parameters
    ----------
    name : str, Path or Question
    patients : int, optional
        Virtual patients, or posterior draws of a twin; default: as the file says.
    days : float, optional
        Horizon; default: as the file says.
    seed : int
        Of virtual patients and of resampling.
    scans : bool
        Whether the scans of the file are made; their places in the sentences read "not known" if not.
    twin : Twin, optional
        Of the case of a question about a twin; default: the one that is shipped, or a new fit.
    threads : int, optional
    progress : callable, optional
        Called with (stage, share done).

    Raises
    ------
    InputError
        When patients or days are none, or nobody is within the bounds.
    LibraryError, ProtocolError, UnitError
        When there is no such question, or its file is at fault.
    """
    written = name if isinstance(name, Question) else read_question(name)
    check(written)
    asked = _asked(written, patients, days)
    group = group_of(asked.who, seed, twin=twin, threads=threads, progress=progress)
    run = _Run(asked, replace(group, remarks=(*group.remarks, *_horizon(asked, written))), threads)
    run = replace(run, group=replace(run.group, subjects=run.having())) if asked.who.having else run
    made = [scan for scan in asked.scans if scans]
    steps = len(asked.options) + sum(len(scan.values) for scan in made)
    done = count()
    found, left = {}, {}
    for option in asked.options:
        _say(progress, f"option {option.name}", next(done) / steps)
        found[option.name], left[option.name] = run.given(option)
    scanned = []
    for scan in made:
        points = []
        for value in scan.values:
            _say(progress, f"scan {scan.name}", next(done) / steps)
            points.append(run.point(scan, value, found))
        scanned.append(Scanned(scan, tuple(points)))
    _say(progress, "done", 1.0)
    return Answer(asked, run.group, found, tuple(scanned), left, seed)


def _asked(written: Question, patients: int | None, days: float | None) -> Question:
    """Return a question with other numbers where they are given."""
    many = written.who.count if patients is None else patients
    if many < FEWEST:
        raise InputError("patients", str(many), f"at least {FEWEST}")
    return replace(written, who=replace(written.who, count=many), days=written.days if days is None else days)


def _horizon(asked: Question, written: Question) -> tuple[str, ...]:
    """Return what has to be said when another horizon is asked than sentences were written for."""
    if asked.days == written.days:
        return ()
    days = f"Asked over {asked.days:g} days, not the {written.days:g} of its file"
    return (f"{days}: a time that a sentence names is the file's.",)


def check(question: Question) -> None:
    """Raise when a question names outcomes, options or scans that are not there.

    Raises
    ------
    LibraryError
        What, and the nearest names.
    """
    known_outcomes(question)
    list(places(question))


def _say(progress: Progress | None, stage: str, share: float) -> None:
    if progress:
        progress(stage, share)


@dataclass(frozen=True)
class _Run:
    """Give options to the subjects of one question."""

    question: Question
    group: Group
    threads: int | None

    def given(self, option: Option) -> tuple[Outcomes, tuple[str, ...]]:
        """Return the outcomes of an option, and where it leaves the calibrated range."""
        subjects, plan = self._ready(option, {})
        found = self._outcomes(subjects, plan)
        return _bare(found), outside(subjects, plan, self.question.days, found.treated)

    def having(self) -> Subjects:
        """Return those who have the outcome that the question asks for.

        Raises
        ------
        InputError
            When fewer than two have it.
        """
        name, outcome = self.question.who.having
        option, subjects = self.question.option(name), self.group.subjects
        rows = self._outcomes(*self._ready(option, {})).values[outcome] == 1.0
        what = OUTCOMES[outcome].label
        if rows.sum() < FEWEST:
            found = f"{int(rows.sum())} of {len(rows)} with: {what}"
            raise InputError("subjects.having", found, f"at least {FEWEST}", "Ask about more patients.")
        label = f"{subjects.label}, of whom {int(rows.sum()):,} with: {what}, under: {option.label}"
        return replace(subjects.take(rows), label=label)

    def point(self, scan: Scan, value: Change, found: Mapping[str, Outcomes]) -> dict[str, Outcomes]:
        """Return the outcomes of the reference and of a scan's options at one value."""
        reference = self.question.reference
        points = {} if scan.everywhere else {reference: found[reference]}
        for name in (reference, *scan.options):
            if name not in points:
                ready = self._ready(self.question.option(name), {scan.parameter: value})
                points[name] = _bare(self._outcomes(*ready))
        return points

    def _ready(self, option: Option, also: Mapping[str, Change]) -> tuple[Subjects, Scenario]:
        """Return the subjects of an option on day 0, and the plan of what they are given."""
        changes = {**option.parameters, **also}
        subjects = self.group.subjects
        if changes:
            known = plan_for(option.treatment, self.group, subjects).assembly.parameters
            subjects = changed(subjects, changes, known)
        subjects = treated_before(subjects, option.before, threads=self.threads)
        return subjects, plan_for(option.treatment, self.group, subjects)

    def _outcomes(self, subjects: Subjects, plan: Scenario) -> Outcomes:
        asked = self.question
        treated = course(subjects, plan, asked.days, threads=self.threads)
        if plan.treatment == RECORDED and self.group.setting is not None:
            treated = as_recorded(treated, self.group.setting, self.group.day)
        values = judged(treated, Judging(asked.days, asked.scale, asked.response))
        return Outcomes(plan.treatment, asked.days, treated.status, {n: values[n] for n in OUTCOMES}, treated)


def _bare(found: Outcomes) -> Outcomes:
    """Return outcomes without the curves: they are large, and nothing more is asked of them."""
    return replace(found, treated=replace(found.treated, values={}))
