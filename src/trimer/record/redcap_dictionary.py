"""A REDCap project for courses: its data dictionary, made from the vocabulary, and the rules a dictionary must keep.

One record is one course. The form ``patient`` stands once; ``assessment``, ``reading``, ``treatment``, ``event`` and
``note`` repeat. A reading names its assessment, so that any observable of the vocabulary fits the same few fields.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from trimer.course import Absence
from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.record.cohort import Problem
from trimer.record.csv_rows import cells_of, read_header, read_rows
from trimer.record.schema import Context, EpisodeKind, RouteName
from trimer.record.vocabulary import RECORD_ONLY, canonical_unit, label

HEADERS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
REPEATING = ("assessment", "reading", "treatment", "event", "note")

COMPARATORS = {
    "eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "between": "from - to",
    "over_to": "above the first, up to the second", "to_under": "from the first, below the second",
    "inside": "above the first, below the second", "any": "any value",
}  # fmt: skip
PLACES = {
    "patient": "of the patient, does not change",
    "assessment": "at an assessment",
    "assessment_only": "at an assessment, not listed on its own",
    "alone": "without an assessment",
}
PRECISIONS = {"day": "the day", "month": "the month", "year": "the year", "window": "first to last", "open": "open"}
OTHER = "other"

TYPES = (
    "text", "notes", "dropdown", "radio", "checkbox", "calc", "file", "yesno", "truefalse", "slider", "descriptive",
    "sql",
)  # fmt: skip
_CHOOSING = ("dropdown", "radio", "checkbox")
VALIDATIONS = (
    "", "date_dmy", "date_mdy", "date_ymd", "datetime_dmy", "datetime_mdy", "datetime_ymd", "datetime_seconds_dmy",
    "datetime_seconds_mdy", "datetime_seconds_ymd", "email", "integer", "alpha_only", "number", "number_1dp",
    "number_2dp", "number_3dp", "number_4dp", "number_comma_decimal", "phone", "ssn", "time", "time_hh_mm_ss",
    "time_mm_ss", "vmrn", "zipcode", "autocomplete",
)  # fmt: skip
_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")
_LONGEST_NAME = 100  # REDCap's limit; it advises 26
_RESERVED = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group")


@dataclass(frozen=True)
class Field:
    """Hold one field of a dictionary; ``choices`` are codes with their labels, in order."""

    name: str
    form: str
    type: str = "text"
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    validation: str = ""
    note: str = ""
    required: bool = False
    branching: str = ""

    def row(self) -> dict[str, str]:
        """Return the row of the dictionary, by REDCap's column headers."""
        filled = {
            HEADERS[0]: self.name,
            HEADERS[1]: self.form,
            HEADERS[3]: self.type,
            HEADERS[4]: self.label,
            HEADERS[5]: " | ".join(f"{code}, {text}" for code, text in self.choices),
            HEADERS[6]: self.note,
            HEADERS[7]: self.validation,
            HEADERS[11]: self.branching,
            HEADERS[12]: "y" if self.required else "",
        }
        return {header: filled.get(header, "") for header in HEADERS}


def dictionary() -> tuple[Field, ...]:
    """Return the fields of Trimer's project; observables, contexts, kinds and routes are those of the vocabulary."""
    return tuple((*_patient(), *_assessment(), *_reading(), *_treatment(), *_event(), *_note()))


def dictionary_csv(fields: Iterable[Field] | None = None) -> str:
    """Return a dictionary as the CSV text that REDCap uploads (Trimer's own, unless others are given)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADERS)
    writer.writeheader()
    writer.writerows(field.row() for field in (dictionary() if fields is None else fields))
    return text.getvalue()


def read_dictionary(path: str | Path) -> tuple[tuple[Field, ...], tuple[Problem, ...]]:
    """Return the fields of a dictionary CSV, and where it breaks REDCap's rules.

    Raises
    ------
    InputError
        When the file is no dictionary: no CSV, or other columns.
    """
    path = Path(path)
    rows = read_rows(path)
    header = read_header(rows, path.name)
    if lacking := [name for name in HEADERS[:8] if name not in header]:
        raise InputError(f"{path.name}: header", f"no column {lacking[0]!r}", "the columns of a REDCap data dictionary")
    table = [cells_of(number, row, header, path.name) for number, row in rows]
    return tuple(_field(cells) for cells in table), tuple(check_dictionary(table))


def check_dictionary(rows: Sequence[Mapping[str, str]]) -> Iterator[Problem]:
    """Yield where the rows of a dictionary break REDCap's rules: names, forms, types, choices, validation, branching.

    Parameters
    ----------
    rows : sequence of mapping
        By REDCap's column headers.
    """
    names = [row.get(HEADERS[0], "") for row in rows]
    forms = [row.get(HEADERS[1], "") for row in rows]
    if rows and rows[0].get(HEADERS[3]) != "text":
        yield _fault(2, names[0], HEADERS[3], rows[0].get(HEADERS[3], ""), "text, as the first field is the record id")
    for number, (row, name, form) in enumerate(zip(rows, names, forms, strict=True), start=2):
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME or name in _RESERVED:
            expected = "lower-case letters, digits and single underscores, a letter first, at most 100 characters"
            yield _fault(number, name, HEADERS[0], name, expected)
        if names.index(name) != number - 2:
            yield _fault(number, name, HEADERS[0], name, "a name that no other field has")
        if not _NAME.fullmatch(form):
            yield _fault(number, name, HEADERS[1], form, "a form's name in lower case")
        if number > 2 and form != forms[number - 3] and form in forms[: number - 2]:
            yield _fault(number, name, HEADERS[1], form, "the fields of a form side by side")
        yield from _check_content(number, name, row)
        for asked in re.findall(r"\[([^\]]+)\]", row.get(HEADERS[11], "")):
            if asked.split("(")[0] not in names:
                yield _fault(number, name, HEADERS[11], asked, "a field of this dictionary")


def _check_content(number: int, name: str, row: Mapping[str, str]) -> Iterator[Problem]:
    kind, choices, validation = (row.get(HEADERS[i], "") for i in (3, 5, 7))
    if kind not in TYPES:
        yield _fault(number, name, HEADERS[3], kind, f"one of {', '.join(TYPES)}")
    if kind in _CHOOSING:
        codes = [code for code, _ in split_choices(choices)]
        if not codes or any(not re.fullmatch(r"[A-Za-z0-9_.-]+", code) for code in codes):
            yield _fault(number, name, HEADERS[5], choices, "choices as 1, Label | 2, Label")
        if len(codes) != len(set(codes)):
            yield _fault(number, name, HEADERS[5], choices, "each code once")
    elif kind == "calc" and not choices:
        yield _fault(number, name, HEADERS[5], choices, "a calculation")
    elif choices and kind not in ("calc", "slider", "sql"):
        yield _fault(number, name, HEADERS[5], choices, f"nothing, for a field of type {kind}")
    if validation and (
        kind not in ("text", "slider", "dropdown") or (kind == "text" and validation not in VALIDATIONS)
    ):
        yield _fault(number, name, HEADERS[7], validation, "a validation REDCap has, on a field of type text")
    if not row.get(HEADERS[4], "") and kind != "descriptive":
        yield _fault(number, name, HEADERS[4], "", "a label")
    for index in (10, 12):
        if row.get(HEADERS[index], "").lower() not in ("", "y"):
            yield _fault(number, name, HEADERS[index], row[HEADERS[index]], "y, or nothing")


def split_choices(text: str) -> tuple[tuple[str, str], ...]:
    """Return codes and labels of choices written as ``1, Label | 2, Label``; a part without a comma has no code."""
    found = []
    for part in text.split("|"):
        code, comma, meaning = part.partition(",")
        if part.strip():
            found.append((code.strip() if comma else "", meaning.strip()))
    return tuple(found)


def _fault(row: int, field: str, column: str, found: str, expected: str) -> Problem:
    return Problem("dictionary", row, column, field, repr(found[:80]), expected, "REDCap refuses this field")


def _field(cells: Mapping[str, str]) -> Field:
    kind = cells[HEADERS[3]]
    return Field(
        name=cells[HEADERS[0]],
        form=cells[HEADERS[1]],
        type=kind,
        label=cells[HEADERS[4]],
        choices=split_choices(cells[HEADERS[5]]) if kind in _CHOOSING else (),
        validation=cells[HEADERS[7]],
        note=cells[HEADERS[6]],
        required=cells.get(HEADERS[12], "").lower() == "y",
        branching=cells.get(HEADERS[11], ""),
    )


def _choices(words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(words.items())


def _codes(words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return choices for words that are their own labels; a code has no spaces."""
    return tuple((word.replace(" ", "_"), word) for word in words)


def _observables() -> tuple[tuple[str, str], ...]:
    named = [(name, canonical_unit(name), label(name)) for name in (*OBSERVABLES, *RECORD_ONLY)]
    listed = [(name, f"{text} [{unit}]" if unit else text) for name, unit, text in named]
    return (*listed, (OTHER, "Another, named below"))


def _time(prefix: str, form: str, what: str) -> Iterator[Field]:
    """Yield the fields of a partial date: what a person fills in, and the day numbers that a program keeps exactly."""
    yield Field(f"{prefix}_date", form, label=f"Date of {what}", validation="date_ymd")
    note = "Month or year: write any day of it. Open: only day numbers below."
    yield Field(
        f"{prefix}_precision", form, "dropdown", f"What of the date of {what} is known", _choices(PRECISIONS), note=note
    )
    for name, words in (("day", "Day"), ("day_low", "Earliest day"), ("day_high", "Latest day")):
        text = f"{words} of {what}, counted from the origin"
        yield Field(f"{prefix}_{name}", form, label=text, validation="number", note="May be left empty beside a date.")


def _patient() -> Iterator[Field]:
    yield Field("record_id", "patient", label="Patient")
    yield Field("patient_origin", "patient", label="Day 0 of the course", validation="date_ymd", required=True)
    kinds = _codes(("record", "simulation"))
    yield Field("patient_kind", "patient", "dropdown", "Where the course comes from", kinds)


def _assessment() -> Iterator[Field]:
    form = "assessment"
    yield Field("visit_id", form, label="Short name of the assessment, once in a patient", required=True)
    yield Field("visit_label", form, label="What was done")
    contexts = f"Such as {', '.join(get_args(Context))}."
    yield Field("visit_context", form, label="Why it was done", note=contexts)
    yield from _time("visit", form, "the assessment")


def _reading() -> Iterator[Field]:
    form = "reading"
    yield Field("reading_place", form, "dropdown", "Where the reading belongs", _choices(PLACES), required=True)
    at = "[reading_place] = 'assessment' or [reading_place] = 'assessment_only'"
    yield Field("reading_visit", form, label="Short name of its assessment", branching=at)
    yield Field("reading_observable", form, "dropdown", "What was read", _observables(), required=True)
    other = f"[reading_observable] = '{OTHER}'"
    yield Field("reading_other", form, label="Name of what was read", branching=other)
    note = "Where an assessment has the same quantity twice, by two methods."
    yield Field("reading_key", form, label="Name of the second reading", note=note)
    yield Field("reading_comparator", form, "dropdown", "Comparator", _choices(COMPARATORS))
    yield Field("reading_value", form, label="Value, or the first of two", validation="number")
    yield Field("reading_upper", form, label="The second of two values", validation="number")
    yield Field("reading_unit", form, label="Unit", note="Empty: the unit in brackets behind the quantity.")
    yield Field("reading_text", form, "notes", "Result in words")
    yield Field("reading_absence", form, "dropdown", "Why there is no value", _codes(get_args(Absence)))
    for name, words in (("specimen", "Specimen"), ("method", "Method")):
        yield Field(f"reading_{name}", form, label=words)
    yield Field("reading_denominator", form, label="Population that a percentage is of")
    yield Field("reading_sensitivity", form, label="Smallest detectable fraction", validation="number")
    yield Field("reading_inferred", form, "yesno", "The number was read out of words")
    yield Field("reading_source", form, label="Where it stands in the record")
    yield from _time("reading", form, "the reading")


def _treatment() -> Iterator[Field]:
    form = "treatment"
    yield Field("dose_drug", form, label="Drug", required=True)
    yield Field("dose_value", form, label="Dose or rate", validation="number", note="Empty: not stated.")
    yield Field("dose_unit", form, label="Unit of the dose or rate", note="Such as ug/day, mg/m2, mg/kg.")
    yield Field(
        "dose_route", form, "dropdown", "Route", (*_codes(get_args(RouteName)), (OTHER, "Another, in the details"))
    )
    yield Field("dose_stated", form, "yesno", "Stated in the record")
    yield Field("dose_detail", form, "notes", "Details")
    yield Field("dose_source", form, label="Where the dose stands in the record")
    yield from _time("dose", form, "the start")
    yield Field("dose_end_date", form, label="Date of the end", validation="date_ymd")
    yield Field("dose_end_day", form, label="Day of the end, counted from the origin", validation="number")


def _event() -> Iterator[Field]:
    form = "event"
    yield Field("event_kind", form, "dropdown", "Kind of event", _codes(get_args(EpisodeKind)), required=True)
    yield Field("event_name", form, label="What happened", required=True)
    for name, words in (("event", "event"), ("event_end", "end of the event")):
        yield Field(f"{name}_date", form, label=f"Date of the {words}", validation="date_ymd")
        text = f"Day of the {words}, counted from the origin"
        yield Field(f"{name}_day", form, label=text, validation="number")
    yield Field("event_detail", form, "notes", "Details of the event")
    yield Field("event_source", form, label="Where the event stands in the record")


def _note() -> Iterator[Field]:
    yield Field("note_key", "note", label="Short name of the note")
    yield Field("note_text", "note", "notes", "Note")
