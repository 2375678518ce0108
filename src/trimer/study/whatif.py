"""What if the patient had been given something else: plans of treatment on the same posterior draws, or patients.

Every plan begins at the same decision (day 0), in the same subjects with the same states, so that a difference between
two plans is a difference of the plans alone. The treatment as recorded is a plan too: what was given after the
decision, on the days on which it was given. A hold that the record tells of belongs to it and is kept, whatever the
simulated patient does; the plans compared with it act by their own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.library.load_calibration import described
from trimer.study.calibrated_range import outside
from trimer.study.outcome_values import Judging, judged
from trimer.study.outcomes import DAYS, OUTCOMES, Outcomes, course, course_times
from trimer.study.paired import CALIBRATION, Estimated, difference, estimate
from trimer.study.plan import plan_of
from trimer.study.population.patients import SEED
from trimer.study.recorded_plan import RECORDED, as_recorded, decision, recorded_plan
from trimer.study.replay import Setting
from trimer.study.research import NOTICE
from trimer.study.scenario import Scenario, resolve
from trimer.study.subjects import Subjects, from_population
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.segment import segment_of, setting_of, start_of
from trimer.therapy.protocol import Protocol
from trimer.therapy.regimen import Regimen

if TYPE_CHECKING:
    from trimer.record.case import Case
    from trimer.study.twin.run import Twin

Treatment = str | Path | Protocol | Regimen
Progress = Callable[[str, float], None]
Array = NDArray[np.float64]

SCHEMA = "trimer/whatif/1"
NONE = "none"  # the word for nothing given, as RECORDED is for the treatment as recorded
DRAWS, PATIENTS = 200, 300
SHOWN = (
    "remission",
    "mrd_negative",
    "remission_at_end",
    "relapsed",
    "days_in_remission",
    "severe_crs",
    "crs",
    "temperature_max",
    "il6_max",
    "marrow_blasts_day_15",
    "marrow_blasts_day_29",
    "marrow_blasts_end",
    "dim_at_end",
    "drug_amount",
    "infusion_days",
    "hospital_days",
)
CURVES = ("marrow_blast_percent", "temperature", "hypotension", "hypoxia", "il6")
QUANTILES = (0.05, 0.5, 0.95)
WHOLE = 1e-9  # day


@dataclass(frozen=True)
class Compared:
    """Hold one plan with what became of the subjects under it.

    Attributes
    ----------
    name, label : str
    outcomes : Outcomes
    estimates : dict of str to Estimated
        By outcome.
    differences : dict of str to Estimated
        This plan less the reference, subject by subject; empty for the reference.
    outside : tuple of str
        Where the question leaves the calibrated range under this plan.
    """

    name: str
    label: str
    outcomes: Outcomes
    estimates: dict[str, Estimated]
    differences: dict[str, Estimated] = field(default_factory=dict)
    outside: tuple[str, ...] = ()

    def curve(self, output: str) -> Array:
        """Return 5, 50 and 95 % of the subjects at every reading, shape (3, n_times); NaN where nobody is known."""
        values = self.outcomes.treated.values[output]
        known = values[self.outcomes.status == 0]
        return np.quantile(known, QUANTILES, axis=0) if len(known) else np.full((3, values.shape[1]), np.nan)


@dataclass(frozen=True)
class WhatIf:
    """Hold plans compared in the same subjects.

    Attributes
    ----------
    subjects : Subjects
    reference : Compared
    plans : tuple of Compared
    days : float, day
        Horizon.
    shown : tuple of str
        Outcomes that are shown, in order.
    case, at, until : str
        Of a patient: name of the case, date of the decision, date to which the record was used (empty for all of it).
    warnings : tuple of str
        What is to be said before any number: a twin that has not converged, subjects who could not be solved.
    notes : tuple of str
    provenance : dict
    """

    subjects: Subjects
    reference: Compared
    plans: tuple[Compared, ...]
    days: float
    shown: tuple[str, ...]
    case: str = ""
    at: str = ""
    until: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def every(self) -> tuple[Compared, ...]:
        """The reference and the plans."""
        return (self.reference, *self.plans)

    def outside(self) -> tuple[str, ...]:
        """Return where the question leaves the calibrated range; what concerns some plans only begins with these."""
        told: dict[str, list[str]] = {}
        for plan in self.every:
            for sentence in plan.outside:
                told.setdefault(sentence, []).append(plan.name)
        return tuple(
            sentence if len(names) == len(self.every) else f"{', '.join(dict.fromkeys(names))}: {sentence}"
            for sentence, names in told.items()
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; every estimate has its interval beside it."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "case": self.case,
            "at": self.at,
            "until": self.until,
            "subjects": self.subjects.label,
            "origin": self.subjects.origin,
            "n": len(self.subjects),
            "days": self.days,
            "warnings": list(self.warnings),
            "outside the calibrated range": list(self.outside()),
            "reference": self.reference.name,
            "plans": [self._plan(plan) for plan in self.every],
            "outcomes": {
                key: {"label": item.label, "unit": item.unit, "better": item.better, "note": item.note}
                for key, item in OUTCOMES.items()
            },
            "notes": list(self.notes),
            "provenance": self.provenance,
        }

    def _plan(self, plan: Compared) -> dict[str, Any]:
        at = _thinned(plan.outcomes.treated.times)
        curves = {name: plan.curve(name)[:, at] for name in CURVES}
        return {
            "name": plan.name,
            "label": plan.label,
            "solved": int((plan.outcomes.status == 0).sum()),
            "outside the calibrated range": list(plan.outside),
            "outcomes": {key: found.to_dict() for key, found in plan.estimates.items()},
            "differences": {key: found.to_dict() for key, found in plan.differences.items()},
            "curves": {
                "days": plan.outcomes.treated.times[at].tolist(),
                **{name: dict(zip(("q05", "q50", "q95"), x.tolist(), strict=True)) for name, x in curves.items()},
            },
        }


def whatif(
    case: str | Path | Case | None = None,
    protocols: Sequence[Treatment] = (),
    *,
    against: Treatment | None = None,
    at: str | None = None,
    until: str | None = None,
    draws: int = DRAWS,
    twin: Twin | None = None,
    keep: str | Path | None = None,
    days: float = DAYS,
    shown: Sequence[str] = SHOWN,
    threads: int | None = None,
    progress: Progress | None = None,
    **population: Any,
) -> WhatIf:
    """Compare plans of treatment in the posterior draws of one patient, or in virtual patients.

    Parameters
    ----------
    case : str, Path or Case, optional
        Exactly one of ``case`` and ``population``.
    protocols : sequence of str, Path, Protocol or Regimen
        By name, file, or made in memory; ``"recorded"``: the treatment as recorded, ``"none"``: nothing given.
    against : str, Path, Protocol or Regimen, optional
        What they are compared with. Default: the treatment as recorded; of a population, the first protocol.
    at, until, draws, twin, keep
        Of a case; see :func:`of_case`.
    days : float, day
        Horizon, from the decision.
    shown : sequence of str
        Outcomes that reports show.
    threads, progress
        See :func:`trimer.study.simulate.simulate`.
    **population
        ``population``, ``patients``, ``seed``, ``within``; see :func:`of_population`.

    Raises
    ------
    InputError
        When the question is incomplete, an outcome is unknown, or the date is outside the record.
    TrimerError
        When the case, a treatment or the population is at fault.
    """
    mine, its = ("a case", population) if case else ("a population", {"at": at, "until": until, "keep": keep})
    _check(case, population.get("population"), protocols, shown, draws, days)
    if strange := [name for name, value in its.items() if value is not None]:
        raise InputError(strange[0], f"a question about {mine}", "the other kind of question, which it is for")
    names, say = list(dict.fromkeys(protocols)), progress or (lambda _text, _share: None)
    if case is None:
        base = names.pop(0) if against is None else against
        _resolvable((base, *names), RECORDED)
        return _compared(of_population(**population, days=days, threads=threads, say=say), base, names, shown, say)
    base = RECORDED if against is None else against
    _resolvable((base, *names))
    question = of_case(case, at, until=until, draws=draws, twin=twin, keep=keep, days=days, threads=threads, say=say)
    return _compared(question, base, names, shown, say)


def of_population(
    population: str | Path,
    patients: int = PATIENTS,
    *,
    seed: int = SEED,
    within: Sequence[str] = (),
    days: float = DAYS,
    threads: int | None = None,
    say: Progress | None = None,
) -> Question:
    """Return a question about virtual patients; see :func:`trimer.study.subjects.from_population`."""
    subjects = from_population(population, patients, seed=seed, within=within, threads=threads, progress=say)
    return Question(subjects, days, threads)


def of_case(
    case: str | Path | Case,
    at: str | None = None,
    *,
    until: str | None = None,
    draws: int = DRAWS,
    twin: Twin | None = None,
    keep: str | Path | None = None,
    days: float = DAYS,
    threads: int | None = None,
    say: Progress | None = None,
) -> Question:
    """Return a question about a patient.

    Parameters
    ----------
    case : str, Path or Case
    at : str, optional
        The decision: a date, or an event of the record, just before its treatment begins. Default: before the first
        engager.
    until : str, optional
        Use the record to this date only, to fit the twin; of an event, to its last dose or stop. Default: all of it.
    draws : int
        Of the twin's posterior.
    twin : Twin, optional
        One that is at hand; default: :func:`trimer.study.twin.bundled.twin_of`.
    keep : str or Path, optional
        Folder of a fit of one's own: what it holds is used and, when it is not finished, gone on with.
    days, threads, say
        Horizon; threads; progress.

    Raises
    ------
    TrimerError
        When the date is outside the record, the case is at fault, or the twin is of another case or date.
    """
    tell = say or (lambda _text, _share: None)
    setting = setting_of(case)
    day = decision(setting, at, start_of(setting))
    tell("the patient's twin", 0.0)
    if twin:
        twin.must_be_of(segment_of(setting, until, POPULATION) if until else setting.case)
    twin = twin or _twin(setting, until, keep, lambda text, share: tell(text, 0.5 * share))
    subjects = twin.subjects(at if at is not None else day, draws)
    sizes = [m.ess for m in twin.reported.values()]
    return Question(
        subjects, days, threads, setting, day, min(sizes) if sizes else None, until or "", tuple(twin.remarks)
    )


@dataclass(frozen=True)
class Question:
    """Hold what all plans of one question share.

    Attributes
    ----------
    subjects : Subjects
    days : float, day
    threads : int or None
    setting : Setting, optional
        The record, of a patient.
    day : float
        Of the decision, from the record's origin.
    effective : float, optional
        Effective number of posterior draws; see :func:`trimer.study.paired.estimate`.
    until : str
        To when the record was used.
    remarks : tuple of str
        What the twin has to say before any figure.
    """

    subjects: Subjects
    days: float
    threads: int | None = None
    setting: Setting | None = None
    day: float = 0.0
    effective: float | None = None
    until: str = ""
    remarks: tuple[str, ...] = ()

    def scenario(self, treatment: Treatment) -> Scenario:
        """Return the plan of a treatment, with what the subjects still have in their body."""
        keep = self.subjects.remaining()
        if treatment == RECORDED and self.setting is not None:
            return recorded_plan(self.setting, self.day, keep)
        return plan_of(None if treatment == NONE else treatment, self.subjects.size, keep=keep)

    def asked(self, treatment: Treatment) -> Compared:
        """Return a plan with its estimates."""
        plan = self.scenario(treatment)
        treated = course(self.subjects, plan, self.days, threads=self.threads)
        if treatment == RECORDED and self.setting is not None:
            treated = as_recorded(treated, self.setting, self.day)
        values = judged(treated, Judging(self.days))
        found = Outcomes(plan.treatment, self.days, treated.status, {key: values[key] for key in OUTCOMES}, treated)
        estimates = {key: estimate(found, key, self.subjects, effective=self.effective) for key in OUTCOMES}
        away = outside(self.subjects, plan, self.days, treated)
        return Compared(plan.treatment, plan.label, found, estimates, {}, away)

    def beside(self, plan: Compared, reference: Compared) -> Compared:
        """Return a plan with its differences from the reference."""
        differences = {
            key: difference(plan.outcomes, reference.outcomes, key, self.subjects, effective=self.effective)
            for key in OUTCOMES
        }
        return replace(plan, differences=differences)


def _compared(
    question: Question, base: Treatment, names: Sequence[Treatment], shown: Sequence[str], say: Progress
) -> WhatIf:
    """Return the plans beside the reference."""
    steps = len(names) + 1
    say("the reference", 0.5)
    reference = question.asked(base)
    plans = []
    for k, name in enumerate(names):
        say(f"plan {k + 1} of {len(names)}", 0.5 + 0.5 * (k + 1) / steps)
        plans.append(question.beside(question.asked(name), reference))
    every = (reference, *plans)
    warnings = list(question.remarks)
    for plan in every:
        if unsolved := int((plan.outcomes.status != 0).sum()):
            warnings.append(f"{unsolved} of {len(question.subjects)} subjects could not be solved under {plan.name}.")
    setting = question.setting
    return WhatIf(
        question.subjects, reference, tuple(plans), question.days, tuple(shown),
        case=setting.case.id if setting else "",
        at=setting.record.date(question.day).isoformat() if setting else "",
        until=question.until,
        warnings=tuple(warnings), notes=_notes(question, every), provenance=_provenance(question),
    )  # fmt: skip


def _notes(question: Question, every: Sequence[Compared]) -> tuple[str, ...]:
    """Return what has to be known to read the numbers."""
    if question.subjects.origin == "posterior":
        spread = (
            "Every figure stands with its 90 % interval: numbers with the median and 5 to 95 % of the posterior draws, "
            "differences draw by draw. A share is a probability, its interval the error of so many draws alone."
        )
    else:
        spread = (
            "Every figure stands with its 90 % interval: means and shares over the same virtual patients, differences "
            "patient by patient. The interval is the error of so many patients; what the calibration leaves open of "
            "the mean is not in it."
        )
    notes = [spread, "A difference is in those of whom the outcome is known under both plans."]
    if any(plan.name == RECORDED for plan in every) and question.setting is not None:
        left = question.setting.end - question.day
        held = "; a hold of the record is kept, as no rule decided it" if _held(every) else ""
        after = f"; the record ends on day {left:.0f}, after which nothing is given" if left < question.days else ""
        notes.append(f"As recorded: what was given is given on its day, whatever the patient does{held}{after}.")
    return tuple(notes)


def _held(every: Sequence[Compared]) -> bool:
    return any(plan.name == RECORDED and len(plan.outcomes.treated.holds[0]) > 0 for plan in every)


def _provenance(question: Question) -> dict[str, Any]:
    return {
        "trimer": version("trimer"),
        "calibration": f"{CALIBRATION} {described(CALIBRATION)['version']}",
        "subjects": len(question.subjects),
        "seed": question.subjects.seed,
        "effective draws": question.effective,
    }


def _twin(case: Setting, until: str | None, keep: str | Path | None, say: Progress) -> Twin:
    """Return the twin that is shipped; one of part of the record, or kept in a folder, is fitted there."""
    from trimer.study.twin.bundled import twin_of

    settings: dict[str, Any] = {"until": until} if until else {}
    settings |= {"keep": keep, "resume": True} if keep else {}
    return twin_of(case, progress=say, **settings)


def _check(
    case: str | Path | Case | None,
    population: object,
    protocols: Sequence[Treatment],
    shown: Sequence[str],
    draws: int,
    days: float,
) -> None:
    course_times(days)
    if (case is None) == (population is None):
        found = "neither" if case is None else "both"
        raise InputError("whatif", f"{found} of a case and a population", "one of the two")
    if not protocols:
        raise InputError("--protocol", "none", 'at least one protocol or regimen, "recorded" or "none"')
    if not (isinstance(draws, int) and draws >= 2):
        raise InputError("draws", repr(draws), "a whole number, at least 2")
    if unknown := [key for key in shown if key not in OUTCOMES]:
        raise InputError("outcome", f'"{unknown[0]}"', f"one of {', '.join(OUTCOMES)}")


def _resolvable(treatments: Iterable[Treatment], *barred: str) -> None:
    """Raise at the first treatment that is none, before anything takes time."""
    for treatment in treatments:
        if treatment in barred:
            raise InputError("treatment", f'"{treatment}"', "a protocol, a regimen or none, as there is no record")
        if treatment not in (RECORDED, NONE):
            resolve(treatment)


def _thinned(times: Array) -> NDArray[np.int64]:
    """Return which readings are written: daily for eight weeks, then weekly, and the last."""
    whole = np.abs(times - np.round(times)) < WHOLE
    wanted = whole & ((times <= 56.0) | (np.round(times) % 7 == 0))
    wanted[-1] = True
    return np.flatnonzero(wanted)
