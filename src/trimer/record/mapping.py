"""What the columns of a table mean: a declaration, checked once, that reads any number of rows; it holds no code.

A mapping says for each column what it is (its role), which words it may hold and what each of them states. A word it
does not list is reported, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trimer.errors import InputError, UnitError
from trimer.record.table_dates import format_fault
from trimer.record.table_values import to_canonical
from trimer.record.vocabulary import allowed_words, canonical_unit, nearest

SCHEMA = "trimer/mapping/1"
DATES = ("diagnosis", "remission", "relapse", "transplant", "death", "last seen")

STATEMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "complete remission": (("remission", "complete remission"),),
    "refractory": (("remission", "refractory"),),
    "relapse": (("relapse", "yes"),),
    "cns relapse": (("relapse", "yes"), ("relapse site", "CNS")),
    "no relapse": (("relapse", "no"),),
    "continuous remission": (("continuous remission", "yes"),),
    "no continuous remission": (("continuous remission", "no"),),
    "transplant": (("transplant", "yes"),),
    "autologous transplant": (("transplant", "yes"), ("transplant type", "autologous")),
    "unrelated donor transplant": (("transplant", "yes"), ("transplant type", "unrelated donor")),
    "no transplant": (("transplant", "no"),),
    "death": (("death", "yes"),),
    "death in remission": (("death", "yes"), ("death while", "in remission")),
    "death in induction": (("death", "yes"), ("death while", "in induction")),
    "alive": (("death", "no"),),
    "off protocol": (("protocol", "off"),),
}
"""What a cell may state, and under which headings that is kept."""


@dataclass(frozen=True)
class Column:
    """Say what one column means.

    Attributes
    ----------
    name : str
        As in the table's header.
    role : str
        ``patient`` (the identifier), ``date``, ``states``, ``fact``, ``reading`` or ``ignore``.
    of : str
        What a date is of (one of :data:`DATES`), what a fact is called, or which observable a reading is of.
    formats : tuple of str
        Of a date, as :mod:`trimer.record.table_dates` reads them.
    values : mapping of str to tuple of str
        What each text of the table means: statements for ``states``, one word otherwise; empty: known and says nothing.
    unit : str
        Unit of the numbers in the table.
    at : str
        The date a reading belongs to.
    missing : tuple of str or None
        Texts that mean "no value" in this column, instead of the mapping's.
    specimen, denominator, method : str
        Of a reading.
    """

    name: str
    role: str
    of: str = ""
    formats: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit: str = ""
    at: str = "diagnosis"
    missing: tuple[str, ...] | None = None
    specimen: str = ""
    denominator: str = ""
    method: str = ""


@dataclass(frozen=True)
class TableMapping:
    """Say what a table means, column by column.

    ``missing`` are the texts that mean "no value" (after spaces are cut off), ``two_digit_years`` the first of the
    hundred years that ``yy`` stands for, ``delimiter`` what separates cells.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    citation: str = ""
    note: str = ""
    missing: tuple[str, ...] = ("",)
    delimiter: str = ","
    two_digit_years: int | None = None
    relapse_at_last_seen: bool = False

    def column(self, role: str, of: str = "") -> Column | None:
        """Return the first column of a role (and of what it is), or None."""
        return next((c for c in self.columns if c.role == role and of in ("", c.of)), None)

    def blank(self, column: Column) -> tuple[str, ...]:
        """Return the texts that mean "no value" in a column."""
        return self.missing if column.missing is None else column.missing


def mapping_from(document: Mapping[str, Any], where: str) -> TableMapping:
    """Return the mapping that a document of the right shape describes.

    Parameters
    ----------
    document : mapping
        Content of a mapping file, already checked against ``mapping.schema.json``.
    where : str
        The file, for the message.

    Raises
    ------
    InputError
        When the columns contradict each other, or name a statement, observable, unit or date format that is unknown.
    """
    columns = tuple(_column(entry) for entry in document["columns"])
    keys = ("name", "label", "citation", "note", "delimiter", "two_digit_years", "relapse_at_last_seen")
    options: dict[str, Any] = {key: document[key] for key in keys if key in document}
    missing = tuple(dict.fromkeys(("", *document.get("missing", ()))))
    mapping = TableMapping(columns=columns, missing=missing, **options)
    _check_roles(mapping, where)
    for number, column in enumerate(columns):
        _check_column(mapping, column, f"{where}: columns[{number}] ({column.name})")
    return mapping


def _column(entry: Mapping[str, Any]) -> Column:
    values = entry.get("values", {})
    texts = {text: _words(meaning) for text, meaning in values.items()}
    plain = {key: entry[key] for key in ("unit", "at", "specimen", "denominator", "method") if key in entry}
    return Column(
        name=entry["name"],
        role=entry["role"],
        of=entry.get("of", ""),
        formats=tuple(entry.get("formats", ())),
        values=texts,
        missing=tuple(dict.fromkeys(("", *entry["missing"]))) if "missing" in entry else None,
        **plain,
    )


def _words(meaning: str | list[str]) -> tuple[str, ...]:
    listed = [meaning] if isinstance(meaning, str) else meaning
    return tuple(word for word in listed if word)


def _check_roles(mapping: TableMapping, where: str) -> None:
    counted = [c.of if c.role == "date" else c.role for c in mapping.columns if c.role in ("patient", "date")]
    if counted.count("patient") != 1:
        raise InputError(f"{where}: columns", f"{counted.count('patient')} columns of role patient", "exactly one")
    for of in DATES:
        if counted.count(of) > 1:
            raise InputError(f"{where}: columns", f"{counted.count(of)} dates of {of}", "one column for each date")
    facts = [c.of for c in mapping.columns if c.role == "fact"]
    if twice := sorted({of for of in facts if facts.count(of) > 1}):
        raise InputError(f"{where}: columns", f"the fact {twice[0]!r} twice", "a name of its own for each fact")


def _check_column(mapping: TableMapping, column: Column, where: str) -> None:
    if column.role == "date":
        _member(column.of, DATES, "what the date is of", f"{where}.of")
        for form in column.formats:
            if fault := format_fault(form, mapping.two_digit_years):
                raise InputError(f"{where}.formats", repr(form), fault)
    elif column.role == "states":
        for statement in (s for listed in column.values.values() for s in listed):
            _member(statement, STATEMENTS, "a statement Trimer knows", f"{where}.values")
    elif column.role == "reading":
        _check_reading(mapping, column, where)
    elif column.role == "fact" and column.unit:
        _check_unit(column, where)
    if column.role in ("date", "states") and not (column.formats or column.values):
        raise InputError(where, "neither formats nor values", "what its texts mean")


def _check_reading(mapping: TableMapping, column: Column, where: str) -> None:
    if canonical_unit(column.of) is None:
        raise InputError(f"{where}.of", repr(column.of), "a known observable", "trimer list observables shows all.")
    if mapping.column("date", column.at) is None:
        raise InputError(f"{where}.at", repr(column.at), "a date that a column of this mapping gives")
    if column.unit:
        _check_unit(column, where)
    elif not column.values and canonical_unit(column.of):
        raise InputError(where, "no unit", f"the unit of its numbers, such as {canonical_unit(column.of)}")
    words = allowed_words(column.of)
    for word in (w for listed in column.values.values() for w in listed):
        if words:
            _member(word, words, "a word of this observable", f"{where}.values")


def _check_unit(column: Column, where: str) -> None:
    target = canonical_unit(column.of)
    if not target:
        raise InputError(f"{where}.unit", repr(column.unit), f"no unit, as {column.of} is told in words")
    try:
        to_canonical(column.of, 1.0, column.unit, f"{where}.unit")
    except UnitError as error:
        raise InputError(error.where, error.found, error.expected, error.hint) from None


def _member(word: str, known: Any, expected: str, where: str) -> None:
    if word not in known:
        raise InputError(where, repr(word), expected, nearest(word, known) or f"Known: {', '.join(known)}.")
