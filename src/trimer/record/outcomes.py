"""What follows from a patient's row: remission, relapse, times and censoring, each with its cells and its rule.

Every derived value names the cells it comes from, and every value that could not be derived says why. Times are whole
days; a partial date gives an interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trimer.record.cohort import Cell, Claim, Cohort, Dated, Dates, Patient

EVENTS = {"in remission when last seen": "0", "relapse": "1", "death in remission": "2"}
"""What ends a remission, and the code of it; death in remission competes with relapse."""

FIELDS = (
    "remission", "time_to_remission", "relapse", "relapse_date", "transplant", "death", "event", "remission_duration",
)  # fmt: skip


@dataclass(frozen=True)
class Derived:
    """Hold one derived value.

    Attributes
    ----------
    field : str
        One of :data:`FIELDS`.
    value : str
        In words; empty when not derived.
    low, high : int or None, days
        Of a time; equal when exact. ``high`` is None for a time that is open upwards.
    rule : str
        How it follows from the cells.
    cells : tuple of Cell
    assumed : bool
        Whether the rule rests on an assumption that the mapping declares.
    why_not : str
        Why there is no value; empty otherwise.
    """

    field: str
    value: str = ""
    low: int | None = None
    high: int | None = None
    rule: str = ""
    cells: tuple[Cell, ...] = ()
    assumed: bool = False
    why_not: str = ""

    @property
    def exact(self) -> bool:
        """Whether it is one number of days."""
        return self.low is not None and self.low == self.high


def derive(cohort: Cohort) -> dict[str, dict[str, Derived]]:
    """Return the derived values of every patient: by patient, then by field.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    dict of str to dict of str to Derived
        All of :data:`FIELDS` for every patient; what does not apply or cannot be known has no value and says why.
    """
    return {p.id: {d.field: d for d in _of_patient(p, cohort.relapse_at_last_seen)} for p in cohort.patients}


def _of_patient(patient: Patient, at_last_seen: bool) -> Iterator[Derived]:
    yield _stated(patient, "remission")
    yield _time_to_remission(patient)
    relapse = _relapse(patient)
    date = _relapse_date(patient, relapse, at_last_seen)
    event = _event(patient, relapse)
    yield from (relapse, date, _stated(patient, "transplant"), _death(patient), event)
    yield _duration(patient, event, date, at_last_seen)


def _stated(patient: Patient, key: str) -> Derived:
    claims = patient.claimed(key)
    cells = _cells(claims)
    if key in patient.doubts:
        return Derived(key, cells=cells, why_not=patient.doubts[key])
    if not claims:
        return Derived(key, why_not="no cell of this row states it")
    return Derived(key, claims[0].value, rule="as the cells state", cells=cells)


def _relapse(patient: Patient) -> Derived:
    stated = _stated(patient, "relapse")
    lasting = patient.claimed("continuous remission")
    if not stated.value and "relapse" not in patient.doubts and patient.value("continuous remission") == "yes":
        return Derived("relapse", "no", rule="continuous remission excludes a relapse", cells=_cells(lasting))
    return stated


def _death(patient: Patient) -> Derived:
    stated = _stated(patient, "death")
    if stated.value or "death" in patient.doubts:
        while_ = patient.claimed("death while")
        words = f"yes, {while_[0].value}" if stated.value == "yes" and patient.value("death while") else stated.value
        return Derived("death", words, rule=stated.rule, cells=stated.cells, why_not=stated.why_not)
    if patient.value("continuous remission") == "yes":
        cells = _cells(patient.claimed("continuous remission"))
        return Derived("death", "no", rule="in continuous remission means alive when last seen", cells=cells)
    return stated


def _event(patient: Patient, relapse: Derived) -> Derived:
    """Return what ended the first remission, or that it lasted until the patient was last seen."""
    status = patient.value("remission")
    if status == "refractory":
        return Derived("event", why_not="no remission was reached", cells=_cells(patient.claimed("remission")))
    if relapse.value == "yes":
        return Derived("event", "relapse", rule="relapse is stated", cells=relapse.cells)
    during = patient.claimed("death while")
    if patient.value("death while") == "in remission":
        return Derived("event", "death in remission", rule="death in remission is stated", cells=_cells(during))
    if patient.value("death while") == "in induction":
        return Derived("event", why_not="died in induction, before a remission", cells=_cells(during))
    if patient.value("continuous remission") == "yes":
        cells = _cells(patient.claimed("continuous remission"))
        return Derived("event", "in remission when last seen", rule="continuous remission is stated", cells=cells)
    doubt = next(
        (patient.doubts[k] for k in ("relapse", "continuous remission", "death while") if k in patient.doubts), ""
    )
    return Derived("event", why_not=doubt or "no cell of this row states how the remission went on")


def _time_to_remission(patient: Patient) -> Derived:
    field = "time_to_remission"
    if patient.value("remission") != "complete remission":
        status = patient.value("remission") or "not known"
        return Derived(field, why_not=f"remission: {status}", cells=_cells(patient.claimed("remission")))
    start, end = _date(patient, "diagnosis"), _date(patient, "remission")
    if isinstance(start, str) or isinstance(end, str):
        return Derived(field, why_not="; ".join(dict.fromkeys(x for x in (start, end) if isinstance(x, str))))
    return _between(field, start, end, "date of remission minus date of diagnosis")


def _relapse_date(patient: Patient, relapse: Derived, at_last_seen: bool) -> Derived:
    field = "relapse_date"
    if relapse.value != "yes":
        return Derived(field, why_not=relapse.why_not or "no relapse", cells=relapse.cells)
    own = _date(patient, "relapse")
    if not isinstance(own, str):
        return Derived(field, own.dates.text, rule="as the cell states", cells=(own.cell,))
    last, start = _date(patient, "last seen"), _date(patient, "remission")
    if isinstance(last, str):
        return Derived(field, why_not=f"{own}; {last}")
    if at_last_seen:
        rule = "assumed by the mapping: a relapsed patient was last seen on the day of relapse"
        return Derived(field, last.dates.text, rule=rule, cells=(last.cell,), assumed=True)
    if isinstance(start, str):
        start = _date(patient, "diagnosis")
    if isinstance(start, str):
        return Derived(field, why_not=f"{own}; {start}")
    rule = f"after the date in {start.cell.column}, no later than the date in {last.cell.column}"
    window = Dates(start.dates.earliest, max(last.dates.latest, start.dates.earliest))
    return Derived(field, window.text, rule=rule, cells=(start.cell, last.cell))


def _duration(patient: Patient, event: Derived, date: Derived, at_last_seen: bool) -> Derived:
    """Return the duration of the first remission, exact, as an interval, or open upwards."""
    field = "remission_duration"
    if not event.value:
        return Derived(field, why_not=event.why_not, cells=event.cells)
    start = _date(patient, "remission")
    if isinstance(start, str):
        return Derived(field, why_not=start)
    last = _date(patient, "last seen")
    if event.value == "relapse":
        return _until_relapse(patient, start, last, date, at_last_seen)
    if event.value == "death in remission":
        death = _date(patient, "death")
        if not isinstance(death, str):
            return _between(field, start, death, "date of death minus date of remission")
        if isinstance(last, str):
            return Derived(field, why_not=f"{death}; {last}")
        exact = _between(field, start, last, "")
        rule = "at least from the date of remission to the day last seen; the date of death is not stated"
        return Derived(field, f"{exact.low} or more", exact.low, None, rule, exact.cells)
    if isinstance(last, str):
        return Derived(field, why_not=last)
    return _between(field, start, last, "date last seen minus date of remission (censored)")


def _until_relapse(patient: Patient, start: Dated, last: Dated | str, date: Derived, at_last_seen: bool) -> Derived:
    field = "remission_duration"
    own = _date(patient, "relapse")
    if not isinstance(own, str):
        return _between(field, start, own, "date of relapse minus date of remission")
    if isinstance(last, str):
        return Derived(field, why_not=date.why_not)
    until = _between(field, start, last, "")
    if at_last_seen:
        rule = f"date last seen minus date of remission ({date.rule})"
        return Derived(field, until.value, until.low, until.high, rule, until.cells, assumed=True)
    rule = "more than 0 days, at most date last seen minus date of remission; the date of relapse is not stated"
    return Derived(field, f"0 to {until.high}", 0, until.high, rule, until.cells)


def _date(patient: Patient, of: str) -> Dated | str:
    """Return a date that can be used, or why there is none."""
    if f"date of {of}" in patient.doubts:
        return patient.doubts[f"date of {of}"]
    if of in patient.dates:
        return patient.dates[of]
    cell = patient.absent.get(of)
    if cell is None:
        return f"the table has no date of {of}"
    return f"no date of {of}" + (f" ({cell.column} says {cell.text!r})" if cell.text else "")


def _between(field: str, start: Dated, end: Dated, rule: str) -> Derived:
    """Return the days from one date to another, no fewer than none."""
    low = max((end.dates.earliest - start.dates.latest).days, 0)
    high = max((end.dates.latest - start.dates.earliest).days, 0)
    value = str(low) if low == high else f"{low} to {high}"
    return Derived(field, value, low, high, rule, (start.cell, end.cell))


def _cells(claims: tuple[Claim, ...]) -> tuple[Cell, ...]:
    return tuple(dict.fromkeys(claim.cell for claim in claims))
