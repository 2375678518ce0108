"""The part of a record that a twin lives through: from shortly before the first engager to its end.

The population a twin is drawn from is that of patients who enter a trial with relapsed disease, so the twin begins as
they do, with growth to the burden at entry. Chemotherapy before that is not simulated; that it failed is in the
population. What was given in the sixty days of the run-in is. The replay of a case, which follows the whole record, is
another thing (:mod:`trimer.study.replay`).
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
from dataclasses import dataclass, replace
from pathlib import Path

from trimer.course import Course
from trimer.criteria import judge
from trimer.criteria.lines import count
from trimer.errors import CaseError, InputError
from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.record.case import Case
from trimer.study.assemble import Assembly, assemble
from trimer.study.likelihood import Datum, data
from trimer.study.replay import Setting, prepare
from trimer.study.scenario import RUN_IN
from trimer.study.twin.prior import Prior, others_settled, own_parameters, prior_of
from trimer.therapy.administration import Administration

Source = str | Path | Case | Setting
ACTIVE = 5.0  # % of marrow blasts from which disease is active


@dataclass(frozen=True)
class Segment:
    """Hold what a twin is made from.

    Attributes
    ----------
    setting : Setting
        The whole record.
    assembly : Assembly
        The model of the segment, with what was given in it.
    administrations : tuple of Administration
        Of the segment, those after ``until`` among them.
    data : tuple of Datum
        Of the segment, in time order; those after ``until`` too.
    until : float, day
        Until when the record is known; infinite for all of it.
    prior : Prior
    """

    setting: Setting
    assembly: Assembly
    administrations: tuple[Administration, ...]
    data: tuple[Datum, ...]
    until: float
    prior: Prior

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.setting.case

    @property
    def estimable(self) -> frozenset[str]:
        """A twin's own parameters; see :func:`trimer.study.twin.prior.own_parameters`."""
        return own_parameters(self.assembly.parameters, self.setting.drugs)

    @property
    def known(self) -> tuple[Datum, ...]:
        """Data up to ``until``: what the twin is fitted to."""
        return tuple(d for d in self.data if d.day <= self.until)

    @property
    def later(self) -> tuple[Datum, ...]:
        """Data after ``until``: what a forecast is scored against."""
        return tuple(d for d in self.data if d.day > self.until)


def setting_of(case: Source) -> Setting:
    """Return a case made ready for simulation; one that was made ready already is returned as it is.

    Raises
    ------
    CaseError, LibraryError, ProtocolError, UnitError
        When the case, or something it names, is at fault.
    """
    return case if isinstance(case, Setting) else prepare(case)


def segment_of(case: Source, until: str | dt.date | float | None, population: str) -> Segment:
    """Return the part of a record that a twin is fitted to.

    Parameters
    ----------
    case : str, Path, Case or Setting
    until : str, date, day or None
        Until when the record is known: a date (the whole of it), an event of the record (until the last thing that
        begins in it: a visit, a dose, a stop), or None for all.
    population : str
        See :func:`trimer.study.twin.prior.prior_of`.

    Raises
    ------
    CaseError
        When the record has no engager, or nothing to fit before ``until``.
    InputError
        When ``until`` is no date or event of the record.
    """
    setting = setting_of(case)
    record = setting.record
    end = math.inf if until is None else day_of(setting, until, after=True)
    begin = start_of(setting)
    given = tuple(a for a in setting.administrations if a.start >= begin)
    assembly = assemble(given, setting.drugs, setting.case.size, begin)
    seen = _up_to(record, end)
    # An episode still running was cut at the end: what its end would say the day after is not known.
    found = [d for d in data(seen, judge(seen)) if begin < d.day <= end]
    found += [d for d in setting.data if d.day > max(end, begin)]
    if not any(d.day <= end for d in found):
        raise CaseError(
            setting.case.id,
            f"nothing observed from day {begin:g} to day {end:g}",
            "at least one blood count or marrow before the forecast",
        )
    settled = others_settled(assembly.parameters, setting.drugs)
    if any(r.observable == "cd19_intensity" and r.text == "dim" for r in seen.readings):
        settled["dim_presence"] = 1.0  # a dim relapse that was seen is a measurement: the escape clone was there
    prior = prior_of(assembly.parameters, settled, population, _covariates(setting))
    ordered = tuple(sorted(found, key=lambda d: (d.day, d.event, d.observable)))
    return Segment(setting, assembly, given, ordered, end, prior)


def day_of(setting: Setting, moment: str | dt.date | float, *, after: bool = False) -> float:
    """Return the day of a date or of an event.

    Parameters
    ----------
    setting : Setting
    moment : str, date or float
        An ISO date, as precise as one likes (its last day counts with ``after``, its first without), an event id (the
        last visit, dose or stop of it counts with ``after``, the first without), or a day of the record.
    after : bool
        Whether the whole of the event, or of the date, still belongs to what is before.

    Raises
    ------
    InputError
        When it is neither.
    """
    record = setting.record
    if isinstance(moment, int | float):
        return float(moment)
    if isinstance(moment, dt.date):
        return float((moment - record.origin).days) + (1.0 if after else 0.0) - (1e-6 if after else 0.0)
    events = _events(setting)
    if moment in events:
        return max(events[moment]) + 1e-6 if after else min(events[moment])
    try:
        first, last = _span(moment)
    except ValueError:
        near = difflib.get_close_matches(moment, events, n=3)
        hint = f"Nearest events: {', '.join(near)}." if near else f"Events run from {min(events)} to {max(events)}."
        raise InputError("date", f'"{moment}"', "a date such as 2015-02 or an event of the record", hint) from None
    day = (last - record.origin).days + 1.0 - 1e-6 if after else (first - record.origin).days
    return float(day)


def _span(text: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a date such as ``2015``, ``2015-02`` or ``2015-02-11``."""
    parts = [int(x) for x in text.split("-")]
    if len(parts) == 3:
        day = dt.date(*parts)
        return day, day
    year, month = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], 1)
    after = dt.date(year + 1, 1, 1) if len(parts) == 1 or month == 12 else dt.date(year, month + 1, 1)
    if len(parts) not in (1, 2):
        raise ValueError(text)
    return dt.date(year, month, 1), after - dt.timedelta(days=1)


def _events(setting: Setting) -> dict[str, list[float]]:
    """Return the days of every event that has one."""
    found: dict[str, list[float]] = {}
    for visit in setting.record.visits:
        found.setdefault(visit.id, []).append(visit.day)
    for episode in setting.record.episodes:
        found.setdefault(episode.source, []).append(episode.start)
    for dose in setting.administrations:
        if dose.event:
            found.setdefault(dose.event, []).append(dose.start)
    return found


def first_engager(setting: Setting) -> float:
    """Return the day on which the first engager of a record starts.

    Raises
    ------
    CaseError
        When there is none.
    """
    days = [a.start for a in setting.administrations if ENGAGEMENT in setting.drugs[a.drug].effects]
    if not days:
        raise CaseError(
            setting.case.id,
            "no engager among what was given",
            "a T-cell engager, whose course a twin is about",
            "`trimer replay` fits a course without one.",
        )
    return min(days)


def start_of(setting: Setting) -> float:
    """Return the day a twin begins: the run-in before the last marrow with active disease ahead of the engager.

    Raises
    ------
    CaseError
        When there is no engager.
    """
    engager = first_engager(setting)
    marrows = [
        r.day for r in setting.record.of("marrow_blast_percent", end=engager) if r.low >= ACTIVE and r.absence is None
    ]
    anchor = max(marrows, default=engager)
    return max(anchor - RUN_IN, setting.assembly.start)


def _covariates(setting: Setting) -> dict[str, float]:
    """Return what the record says of covariates that populations have: salvages before the engager.

    Size is not among them: the drugs' parameters are those of a patient of this size already.
    """
    engager = first_engager(setting)
    starts = [s for s in count(setting.record).starts if s.day <= engager]
    return {"salvages": 0.5 * (starts[-1].prior.low + starts[-1].prior.high)} if starts else {}


def _up_to(record: Course, end: float) -> Course:
    """Return what a record says until a day."""
    if math.isinf(end):
        return record
    return replace(
        record,
        visits=tuple(v for v in record.visits if v.day <= end),
        readings=tuple(r for r in record.readings if r.day <= end),
        episodes=tuple(replace(e, end=min(e.end, end)) for e in record.episodes if e.start <= end),
        doses=tuple(replace(d, end=min(d.end, end)) for d in record.doses if d.start <= end),
    )
