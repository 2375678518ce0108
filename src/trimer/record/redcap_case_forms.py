"""A REDCap project for whole cases: one table says which field of which form holds which part of a case.

One record is one case. The form ``case`` stands once; the others repeat, and each row names what it belongs to: an
event by its id, a phase by its reading, an amount by the number of its order. Dates are kept as the report writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from trimer.observables import OBSERVABLES
from trimer.record.redcap_dictionary import Field
from trimer.record.schema import Absent, Context, EpisodeKind, EventKind, RouteName
from trimer.record.vocabulary import RECORD_ONLY, canonical_unit, label

Key = str | int
Kind = Literal["text", "notes", "number", "integer", "numbers", "names", "code", "yes", "day"]

COMPARATORS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TYPES = {"notes": "notes", "code": "dropdown", "yes": "yesno"}
_VALIDATIONS = {"number": "number", "integer": "integer", "day": "date_ymd"}


@dataclass(frozen=True)
class Column:
    """Hold one field of a form, and which part of a case it holds.

    Attributes
    ----------
    name : str
        Of the field in REDCap.
    label : str
    path : tuple
        From what the form holds (the case, an event, an observation ...) to the value.
    kind : str
        How a cell is written: words, a number, whole numbers or names with commas between, a code, yes.
    values : mapping
        Code to value, for a code.
    labels : mapping
        Code to what a person sees, where that is not the value.
    note : str
        Shown under the field.
    required : bool
    """

    name: str
    label: str
    path: tuple[Key, ...]
    kind: Kind = "text"
    values: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    required: bool = False


@dataclass(frozen=True)
class Form:
    """Hold one form: its columns in order, and whether it repeats."""

    name: str
    columns: tuple[Column, ...]
    repeats: bool = True

    def fields(self) -> Iterable[Field]:
        """Yield the fields of the data dictionary."""
        for c in self.columns:
            choices = tuple((code, c.labels.get(code, value)) for code, value in c.values.items())
            kind, check = _TYPES.get(c.kind, "text"), _VALIDATIONS.get(c.kind, "")
            yield Field(c.name, self.name, kind, c.label, choices, check, c.note, c.required)


def _column(
    name: str,
    text: str,
    path: str = "",
    kind: Kind = "text",
    values: Mapping[str, str] | Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
    note: str = "",
    required: bool = False,
) -> Column:
    """Return a column; its path is the name without the form's prefix unless given, with dots and numbers."""
    keys = (path or name.split("_", 1)[1]).split(".")
    codes = values if isinstance(values, Mapping) else {value.replace(" ", "_"): value for value in values}
    where = tuple(int(key) if key.isdigit() else key for key in keys)
    return Column(name, text, where, "code" if codes else kind, codes, labels or {}, note, required)


PARTIAL = "2014-01-17, 2014-01 or 2014."
KINDS = ("stated", "assumed")


def _case() -> tuple[Column, ...]:
    c = _column
    sizes = [
        column
        for name in ("weight", "height")
        for column in (
            c(f"case_{name}", f"{name.capitalize()}, with its unit", f"patient.size.{name}.value", required=True),
            c(f"case_{name}_kind", f"Is the {name} stated?", f"patient.size.{name}.kind", values=KINDS, required=True),
            c(f"case_{name}_note", f"Note on the {name}", f"patient.size.{name}.note", "notes"),
        )
    ]
    return (
        c("record_id", "Record", "record"),
        c("case_id", "Short name of the case", note="A letter, then letters, digits and underscores."),
        c("case_title", "Title in our words", kind="notes", required=True),
        c("case_citation", "Key of the publication", "source.citation", note="Such as Linder2016.", required=True),
        c("case_article", "Title of the publication", "source.title", "notes", required=True),
        c("case_authors", "Authors", "source.authors", "notes", required=True),
        c("case_journal", "Journal", "source.journal", "notes", required=True),
        c("case_year", "Year of publication", "source.year", "integer", required=True),
        c("case_doi", "DOI", "source.doi", "notes"),
        c("case_sex", "Sex", "patient.sex", values=("female", "male", "not stated"), required=True),
        c("case_age", "Age, with its unit", "patient.age", note="Such as 32 year.", required=True),
        *sizes,
        c("case_origin", "Event from which days count", "origin", note="Such as e01.", required=True),
        c("case_chosen", "Reading of the ambiguous infusion that is followed", "realisation.chosen"),
    )


def _date(prefix: str, path: str, what: str) -> tuple[Column, ...]:
    c = _column
    return (
        c(f"{prefix}_on", f"Date of {what}, as written", f"{path}.on", note=PARTIAL),
        c(f"{prefix}_from", f"Earliest date of {what}", f"{path}.between.0", note=PARTIAL),
        c(f"{prefix}_to", f"Latest date of {what}", f"{path}.between.1", note=PARTIAL),
        c(f"{prefix}_clock", f"Clock that counts weeks to {what}", f"{path}.completed.clock"),
        c(f"{prefix}_weeks", f"Completed weeks of the clock at {what}", f"{path}.completed.weeks", "integer"),
        c(f"{prefix}_prefer", f"Day of {what} assumed for a replay", f"{path}.prefer.date", "day"),
        c(f"{prefix}_prefer_note", f"Why this day of {what}", f"{path}.prefer.note", "notes"),
    )


def _event() -> tuple[Column, ...]:
    c = _column
    return (
        c("evt_id", "Id of the event", note="Such as e01, once in a case.", required=True),
        c("evt_number", "Number of the event in the report", kind="integer", required=True),
        c("evt_kind", "What kind of event it is", values=get_args(EventKind), required=True),
        c("evt_label", "What happened, in our words", kind="notes", required=True),
        c("evt_with", "Event whose visit it belongs to"),
        c("evt_context", "Why it was done", values=get_args(Context)),
        c("evt_conclusion", "Conclusion of the report", kind="notes"),
        *_date("evt", "date", "the event"),
        c("end_stated", "The event has an end of its own", "end", "yes"),
        *_date("end", "end", "the end"),
    )


def _tie() -> tuple[Column, ...]:
    c = _column
    return (
        c("tie_point", "What is dated", note="An event, e01, or its end, e01.end.", required=True),
        c("tie_relation", "How", values=("relative", "after", "before"), required=True),
        c("tie_to", "Event, or end of one, it is dated from", required=True),
        c("tie_offset", "Offset (relative)", note="Such as -2 week."),
        c("tie_treatment_day", "Day of treatment, from day 1 (relative)", kind="integer"),
        c("tie_tolerance", "Give or take (relative)", note="Such as 3 day."),
        c("tie_min", "Least time between (after, before)", note="Empty: 1 day."),
        c("tie_max", "Most time between (after, before)"),
        c("tie_note", "Note on the date", kind="notes"),
    )


def _observation() -> tuple[Column, ...]:
    c = _column
    names = (*OBSERVABLES, *RECORD_ONLY)
    shown = {name: f"{label(name)} [{unit}]" if (unit := canonical_unit(name)) else label(name) for name in names}
    of_observable = {name: name for name in names}
    return (
        c("obs_event", "Event of the observation", required=True),
        c("obs_observable", "What was observed", values=of_observable, labels=shown, required=True),
        c("obs_comparator", "Comparator of the value", values=COMPARATORS, note="Empty: the value itself."),
        c("obs_value", "Value", kind="number"),
        c("obs_low", "Lower bound of an interval", "interval.0", "number"),
        c("obs_high", "Upper bound of an interval", "interval.1", "number"),
        c("obs_unit", "Unit of the numbers"),
        c("obs_text", "Result in words", kind="notes"),
        c("obs_absence", "Why there is no result", values=get_args(Absent)),
        c("obs_basis", "Where the number comes from", values=("stated", "inferred"), note="Empty: stated."),
        c("obs_specimen", "Specimen", kind="notes"),
        c("obs_denominator", "Population that a percentage is of", kind="notes"),
        c("obs_method", "Method", kind="notes"),
        c("obs_sensitivity", "Smallest detectable fraction", kind="number"),
        c("obs_precision", "Smallest step of the number", kind="number"),
        c("obs_note", "Note on the observation", kind="notes"),
    )


def _given() -> tuple[Column, ...]:
    c = _column
    return (
        c("giv_event", "Event at which it was given", required=True),
        c("giv_regimen", "Regimen"),
        c("giv_drug", "Drug, where it is no regimen"),
        c("giv_amount", "Amount, with its unit"),
        c("giv_rate", "Rate, with its unit"),
        c("giv_route", "Route", values=get_args(RouteName)),
        c("giv_days", "Days, from day 1", kind="numbers", note="Such as 1, 8, 15."),
        c("giv_repeat", "How many times", kind="integer", note="Empty: once."),
        c("giv_detail", "Details of the treatment", kind="notes"),
    )


def _episode() -> tuple[Column, ...]:
    c = _column
    return (
        c("epi_event", "Event with which it begins", required=True),
        c("epi_kind", "What kind of episode it is", values=get_args(EpisodeKind), required=True),
        c("epi_name", "Name of the episode", kind="notes", required=True),
        c("epi_until", "Event, or end of one, with which it ends"),
        c("epi_lasts", "How long it lasts, with unit"),
        c("epi_detail", "Details of the episode", kind="notes"),
    )


def _interpretation() -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    c = _column
    reading = (
        c("int_id", "Short name of the reading", note="Such as R1.", required=True),
        c("int_label", "How the text is read", kind="notes", required=True),
        c("int_drug", "Drug of the infusion", required=True),
        c("int_route", "Route of the infusion", values=get_args(RouteName), required=True),
        c("int_start", "Event with which the infusion begins", required=True),
        c("int_note", "Note on the reading", kind="notes"),
    )
    phase = (
        c("pha_reading", "Reading that the stretch belongs to", required=True),
        c("pha_rate", "Rate, with its unit; a hold has none, 0 ug/day", required=True),
        c("pha_lasts", "How long the stretch lasts, with unit", required=True),
        c("pha_event", "Event of the stretch", required=True),
    )
    return reading, phase


def _order() -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    c = _column
    order = (
        c("ord_event", "Event that reports the treatment", required=True),
        c("ord_start", "Event with which it starts, where that is another"),
        c("ord_offset", "Start after that event", note="Such as 1 day."),
        c("ord_regimen", "Regimen of the library"),
        c("ord_drug", "Drug of the library"),
        c("ord_interpretation", "Reading of an ambiguous infusion, or chosen"),
        c("ord_amount", "Amount ordered, with its unit"),
        c("ord_rate", "Rate ordered, with its unit"),
        c("ord_route", "Route ordered", values=get_args(RouteName)),
        c("ord_lasts", "How long an infusion lasts, with unit"),
        c("ord_repeat", "How many times it is ordered", kind="integer", note="Empty: once."),
        c("ord_interval", "Time from one to the next, with unit"),
        c("ord_kind", "Is the order stated?", values=KINDS, required=True),
        c("ord_label", "Name of the order", kind="notes"),
        c("ord_note", "Note on the order", kind="notes"),
        c("ord_omit", "Parts of the regimen left out", kind="names", note="Such as mesna, methotrexate/it."),
    )
    amount = (
        c("amt_order", "Number of the order (its instance)", kind="integer", required=True),
        c("amt_part", "Part of the regimen", note="Such as cytarabine or methotrexate/it.", required=True),
        c("amt_amount", "Amount instead of the regimen's, with its unit", required=True),
    )
    return order, amount


@cache
def case_forms() -> tuple[Form, ...]:
    """Return the forms of the project for whole cases, in order."""
    c = _column
    seen = (
        c("src_kind", "Seen, or recalled?", values=("seen", "recalled"), required=True),
        c("src_text", "What of the publication it is", kind="notes", required=True),
    )
    clock = (
        c("clk_id", "Short name of a clock that counts weeks", required=True),
        c("clk_label", "What starts the clock", kind="notes", required=True),
    )
    remark = (
        c("rem_event", "Event of the note", note="Empty: the article as a whole."),
        c("rem_id", "Id of the ambiguity", note="Such as A1."),
        c("rem_text", "Note", kind="notes", required=True),
    )
    reading, phase = _interpretation()
    order, amount = _order()
    repeating = {
        "case_source": seen, "case_clock": clock, "case_event": _event(), "case_tie": _tie(),
        "case_observation": _observation(), "case_given": _given(), "case_episode": _episode(), "case_note": remark,
        "case_interpretation": reading, "case_phase": phase, "case_order": order, "case_amount": amount,
    }  # fmt: skip
    return (Form("case", _case(), repeats=False), *(Form(name, columns) for name, columns in repeating.items()))


@cache
def case_dictionary() -> tuple[Field, ...]:
    """Return the fields of the data dictionary of whole cases, for :func:`redcap_dictionary.dictionary_csv`."""
    return tuple(field for form in case_forms() for field in form.fields())
