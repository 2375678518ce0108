"""The tables of a cohort store, column by column: type, unit and meaning; the same in the database and as Parquet.

A number that a record knows as an interval has two columns, ``_low`` and ``_high``: equal where it is exact, infinite
where it is open; both are empty where it is not known. Both ends are included: one that the record excludes ("< 5 %",
the 33rd birthday of a patient of 32) is held as the next number inside.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "trimer/cohort-store/1"
RECORDED, VIRTUAL = "recorded", "virtual"
ORIGINS = (RECORDED, VIRTUAL)


@dataclass(frozen=True)
class Column:
    """Describe one column: its DuckDB type, its unit (empty where it has none) and what it holds."""

    name: str
    type: str
    unit: str
    meaning: str


def _interval(name: str, unit: str, meaning: str) -> tuple[Column, Column]:
    return (
        Column(f"{name}_low", "DOUBLE", unit, f"{meaning}: lowest that the facts allow"),
        Column(f"{name}_high", "DOUBLE", unit, f"{meaning}: highest that the facts allow"),
    )


_COURSE = Column("course", "BIGINT", "", "number of the course in this store")

SOURCES = (
    Column("source", "INTEGER", "", "number of the source in this store"),
    Column("kind", "VARCHAR", "", "case, table, redcap or trial"),
    Column("name", "VARCHAR", "", "what it was added as; one source of a kind and name at a time"),
    Column("sha256", "VARCHAR", "", "of what was read: file and mapping, or the trial's manifest"),
    Column("about", "VARCHAR", "", "versions and settings it was made with, as JSON"),
    Column("trimer", "VARCHAR", "", "version of Trimer that added it"),
    Column("added", "VARCHAR", "", "when, UTC"),
    Column("courses", "BIGINT", "", "courses it brought"),
    Column("present", "BIGINT", "", "courses of it that another source had brought already; not added again"),
    Column("left_out", "BIGINT", "", "patients of it without a course, or that could not be simulated"),
    Column("problems", "BIGINT", "", "faults of the file by row and column; not repeated here"),
)

COURSES = (
    _COURSE,
    Column("source", "INTEGER", "", "number of its source"),
    Column("origin", "VARCHAR", "", "recorded or virtual"),
    Column("content", "VARCHAR", "", "SHA-256 of the course; of a virtual one, of its trial without which patients"),
    Column("subject", "VARCHAR", "", "patient, as the source names or numbers them"),
    Column("arm", "VARCHAR", "", "arm of the trial; empty for a recorded course"),
    Column("entry", "VARCHAR", "", "what the course is entered with: first engager, first treatment, or an assessment"),
    Column("entry_day", "DOUBLE", "day", "of entry, from the first day of the course; everything below counts from it"),
    *_interval("age", "year", "age"),
    Column("female", "BOOLEAN", "", "sex"),
    *_interval("weight", "kg", "weight"),
    Column("ph_positive", "BOOLEAN", "", "Philadelphia chromosome or BCR/ABL found"),
    *_interval("prior_salvages", "number", "salvage lines begun before entry"),
    Column("prior_hsct", "BOOLEAN", "", "transplanted before entry"),
    Column("refractory", "BOOLEAN", "", "refractory to the last treatment before entry"),
    *_interval("marrow_blast_percent", "%", "blasts of marrow cells at entry"),
    *_interval("mrd", "fraction", "leukaemic share of marrow cells at entry"),
    *_interval("t_cells", "1e9/L", "T cells in blood at entry"),
    Column("cd19", "VARCHAR", "", "CD19 on blasts at entry: positive, dim, heterogeneous or negative"),
    Column("response", "VARCHAR", "", "best category after entry and before the next line; empty: not assessed"),
    Column("response_set", "VARCHAR", "", "criterion that judged it, or 'as stated'"),
    Column("remission", "BOOLEAN", "", "whether the response is CR, CRh or CRi"),
    Column("mrd_negative", "BOOLEAN", "", "residual disease below 1e-4, or below the trial's limit, after entry"),
    *_interval("crs_grade", "grade", "worst cytokine release of the first exposure after entry"),
    Column(
        "cd19_at_failure",
        "VARCHAR",
        "",
        "CD19 on blasts from remission to its relapse, or up to primary failure",
    ),
    *_interval("os", "month", "from entry to death, or to last seen alive; empty: not stated which"),
    Column("os_event", "BOOLEAN", "", "whether that ended in death"),
    *_interval("rfs", "month", "from remission to relapse or death, or to last seen without"),
    Column("rfs_event", "BOOLEAN", "", "whether that ended in relapse or death"),
)

TREATMENTS = (
    _COURSE,
    Column("line", "INTEGER", "", "line of therapy; empty in a virtual course, which begins at entry"),
    Column("salvage", "INTEGER", "", "number of the salvage; empty for none"),
    Column("kind", "VARCHAR", "", "regimen, drug, or arm of a trial"),
    Column("name", "VARCHAR", "", "treatment"),
    Column("drugs", "VARCHAR[]", "", "its parts; of a virtual course, drug or regimens of the arm"),
    Column("role", "VARCHAR", "", "induction, consolidation, maintenance, re-treatment, or open"),
    Column("start_day", "DOUBLE", "day", "from entry"),
    Column("end_day", "DOUBLE", "day", "from entry"),
    Column("refractory", "BOOLEAN", "", "whether the disease was refractory to it; empty: open"),
    Column("reason", "VARCHAR", "", "rule and reason of that"),
)

JUDGEMENTS = (
    _COURSE,
    Column("judged_by", "VARCHAR", "", "criterion, scale, or version of the label"),
    Column("subject", "VARCHAR", "", "response, crs, label, ..."),
    Column("visit", "VARCHAR", "", "assessment or episode; rule of the label"),
    Column("day", "DOUBLE", "day", "from entry"),
    Column("category", "VARCHAR", "", "what it says"),
    *_interval("grade", "grade", "grade of toxicity"),
    Column("reason", "VARCHAR", "", "one sentence"),
)

READINGS = (
    _COURSE,
    Column("observable", "VARCHAR", "", "what was read, by Trimer's name"),
    Column("low", "DOUBLE", "see unit", "lower bound; minus infinity where there is none"),
    Column("high", "DOUBLE", "see unit", "upper bound; infinity where there is none"),
    Column("low_open", "BOOLEAN", "", "whether the lower bound itself is excluded"),
    Column("high_open", "BOOLEAN", "", "whether the upper bound itself is excluded"),
    Column("unit", "VARCHAR", "", "of both bounds"),
    Column("words", "VARCHAR", "", "where no number says it"),
    Column("day", "DOUBLE", "day", "from entry"),
    Column("earliest", "DOUBLE", "day", "first day that the record allows"),
    Column("latest", "DOUBLE", "day", "last day that the record allows"),
    Column("specimen", "VARCHAR", "", "what was examined"),
    Column("denominator", "VARCHAR", "", "what a percentage is of"),
    Column("method", "VARCHAR", "", "assay"),
    Column("absence", "VARCHAR", "", "why there is no value"),
    Column("inferred", "BOOLEAN", "", "whether the number was read out of words"),
    Column("event", "VARCHAR", "", "place in the record"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "sources": SOURCES,
    "courses": COURSES,
    "treatments": TREATMENTS,
    "judgements": JUDGEMENTS,
    "readings": READINGS,
}
OF_COURSES = ("courses", "treatments", "judgements", "readings")
ABOUT = ("store", "columns")
"""``store`` holds the schema; ``columns`` what this module says, so that a file explains itself."""


def definitions() -> tuple[str, ...]:
    """Return the statements that make an empty store."""
    made = [
        f"CREATE TABLE {table} ({', '.join(f'{c.name} {c.type}' for c in columns)})"
        for table, columns in TABLES.items()
    ]
    about = ", ".join(f"{name} VARCHAR" for name in ("table_name", "column_name", "type", "unit", "meaning"))
    return ("CREATE TABLE store (schema VARCHAR)", f"CREATE TABLE columns ({about})", *made)


def described() -> list[tuple[str, str, str, str, str]]:
    """Return the rows of the table ``columns``."""
    return [(table, c.name, c.type, c.unit, c.meaning) for table, columns in TABLES.items() for c in columns]
