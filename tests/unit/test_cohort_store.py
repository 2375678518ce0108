"""The cohort store: what goes in, that it goes in once and whole, and that nothing else can go through it."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cohort_sample
import numpy as np
import pytest

import trimer.library as library
from trimer.course import Course
from trimer.errors import InputError, TrimerError
from trimer.record.read_yaml import load_case
from trimer.study.cohorts import CohortStore, database
from trimer.study.cohorts.recorded import entry_of, features_at, rows
from trimer.study.cohorts.sources import found_of
from trimer.study.cohorts.tables import OF_COURSES, TABLES
from trimer.study.lines import lines

duckdb = pytest.importorskip("duckdb")

TABLE = (
    "id,diagnosed,sex,age,ph,response,cr,outcome,seen\n"
    "A,3/4/2019,f,33,pos,CR,4/10/2019,CCR,4/10/2021\n"
    "B,5/6/2019,m,51,neg,CR,7/1/2019,REL,12/20/2019\n"
    "C,6/11/2019,f,20,neg,REF,,,2/20/2020\n"
    "D,8/2/2019,f,64,,CR,9/30/2019,DEAD,\n"
)
MAPPING = """
schema = "trimer/mapping/1"
name = "made_up"
label = "Four made-up patients"
columns = [
  { name = "id", role = "patient" },
  { name = "diagnosed", role = "date", of = "diagnosis", formats = ["m/d/yyyy"] },
  { name = "sex", role = "fact", of = "sex", values = { f = "female", m = "male" } },
  { name = "age", role = "fact", of = "age", unit = "year" },
  { name = "ph", role = "reading", of = "philadelphia_chromosome", values = { pos = "positive", neg = "negative" } },
  { name = "response", role = "states", values = { CR = "complete remission", REF = "refractory" } },
  { name = "cr", role = "date", of = "remission", formats = ["m/d/yyyy"] },
  { name = "outcome", role = "states", values = {CCR="continuous remission",REL="relapse",DEAD="death in remission"} },
  { name = "seen", role = "date", of = "last seen", formats = ["m/d/yyyy"] },
]
"""


@pytest.fixture
def store(tmp_path: Path) -> CohortStore:
    return CohortStore(tmp_path / "cohort.db")


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, Path]:
    place, mapping = tmp_path / "made_up.csv", tmp_path / "made_up.toml"
    place.write_text(TABLE, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return place, mapping


def ask(store: CohortStore, sql: str) -> list[tuple[Any, ...]]:
    with database.reading(store.file) as connection:
        found: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
    return found


def contents(store: CohortStore) -> list[list[tuple[Any, ...]]]:
    return [ask(store, f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES]


# ---- what a recorded course becomes


def test_the_reference_case_enters_with_its_first_engager() -> None:
    row = rows(load_case("linder2016").course()).course
    assert (row["entry"], row["entry_day"]) == ("blinatumomab", 393.0)
    assert (row["age_low"], row["age_high"]) == (32.0, math.nextafter(33.0, 0.0)), "not 33 yet"
    assert (row["marrow_blast_percent_low"], row["marrow_blast_percent_high"]) == (68.0, 68.0)
    assert (row["prior_salvages_low"], row["refractory"], row["ph_positive"]) == (2.0, True, False)
    assert (row["cd19"], row["cd19_at_failure"], row["response"]) == ("positive", "dim", "CR")
    assert row["mrd_negative"] is None  # negative, with a sensitivity that nobody printed
    assert (row["crs_grade_low"], row["crs_grade_high"]) == (3.0, 4.0)
    assert row["rfs_event"] is True
    assert 9.0 < row["rfs_low"] < row["rfs_high"] < 12.1  # 277 to 365 days: the relapse is dated to a month
    assert row["os_event"] is False


def test_features_follow_the_event_they_are_asked_at() -> None:
    case = load_case("linder2016")
    found = lines(case.course()).found
    late = features_at(case.course(), found, case.schedule.day("e36"))
    assert (late["cd19"], late["prior_salvages"]) == ("dim", (3.0, 3.0))
    assert late["marrow_blast_percent"] is None  # the last marrow with a number is months old
    early = features_at(case.course(), found, case.schedule.day("e03"))
    assert (early["prior_salvages"], early["refractory"], early["t_cells"]) == ((0.0, 0.0), None, None)


def with_readings(*more: tuple[str, float, float, bool, str]) -> Course:
    """Return the reference case with readings of its own: observable, days after entry, high, high open, words."""
    course = load_case("linder2016").course()
    like = next(r for r in course.readings if r.observable == "marrow_blast_percent")
    added = [
        replace(like, observable=name, day=393.0 + day, earliest=393.0 + day, latest=393.0 + day, low=0.0, high=high,
                high_open=open_, low_open=False, text=text, unit="fraction", absence=None)
        for name, day, high, open_, text in more
    ]  # fmt: skip
    return replace(course, readings=tuple(sorted([*course.readings, *added], key=lambda r: r.day)))


def test_below_the_limit_is_negative_and_at_the_limit_is_open() -> None:
    for open_, negative in ((True, True), (False, None)):
        course = with_readings(("mrd_marrow", 20.0, 1e-4, open_, ""))
        assert rows(course).course["mrd_negative"] is negative


def test_whoever_is_32_is_below_33(store: CohortStore) -> None:
    store.add("linder2016")
    for asked, courses in (("< 33 year", 1), (">= 33 year", 0), (">= 32 year", 1), ("32 year to 33 year", 1)):
        (found,) = store.query(age=asked).outcomes
        assert (found.courses, found.open) == (courses, 0), asked
    (found,) = store.query(age="> 32 year").outcomes
    assert (found.courses, found.open) == (0, 1)


def test_cd19_of_blasts_before_a_remission_is_not_that_of_its_relapse() -> None:
    course = with_readings(("cd19_intensity", 1.0, math.nan, False, "negative"))
    late = tuple(r for r in course.readings if r.observable != "cd19_intensity" or r.day <= 394.0)
    assert any(r.text == "negative" for r in late)
    assert rows(replace(course, readings=late)).course["cd19_at_failure"] is None


def test_a_treatment_is_no_news_on_the_day_it_begins() -> None:
    case = load_case("linder2016")
    found = lines(case.course()).found
    start = entry_of(case.course(), found).when.day
    assert features_at(case.course(), found, start)["prior_salvages"] == (2.0, 2.0)
    assert features_at(case.course(), found, start + 1.0)["prior_salvages"] == (3.0, 3.0)


def test_a_table_brings_what_it_states(store: CohortStore, table: tuple[Path, Path]) -> None:
    (added,) = store.add(table[0], mapping=table[1])
    assert (added.courses, added.kind) == (4, "table")
    held = {
        r[0]: r[1:] for r in ask(store, "SELECT subject, response, os_event, rfs_low, rfs_high, rfs_event FROM courses")
    }
    assert held["A"][0] == "CR"
    assert held["A"][2] == held["A"][3] == pytest.approx(731 / 30.4375)
    assert held["A"][4] is False
    assert held["B"][2:] == (0.0, pytest.approx(172 / 30.4375), True)  # relapsed, on a day between
    assert held["C"][0] == "refractory"
    assert held["C"][4] is None
    assert held["D"] == ("CR", True, 0.0, float("inf"), True)  # died in remission, nobody says when
    assert held["A"][1] is False
    assert held["B"][1] is held["C"][1] is None  # last seen, and nobody says whether alive
    survival = store.query().outcomes[0].survival["rfs"]
    assert survival is not None
    assert survival.undated == 1
    assert not survival.exact
    assert survival.earliest.at(6).value < survival.latest.at(6).value


# ---- once, and whole


def test_a_source_is_added_once(store: CohortStore, tmp_path: Path, table: tuple[Path, Path]) -> None:
    kept = cohort_sample.folder(tmp_path / "run", 0, 120)
    store.add("linder2016", kept)
    store.add(table[0], mapping=table[1])
    before = contents(store)
    again = store.add("linder2016", load_case("linder2016"), kept, cohort_sample.result(0, 120))
    again += store.add(table[0], mapping=table[1])
    assert all(item.known for item in again)
    assert contents(store) == before


def test_overlapping_patients_are_added_once(store: CohortStore) -> None:
    first, second = store.add(cohort_sample.result(0, 100), cohort_sample.result(60, 100))
    solved = int((cohort_sample.table(0, 160)["status"] == 0).sum())
    assert first.courses + second.courses == solved == store.list().courses["virtual"]
    assert second.present == int((cohort_sample.table(60, 40)["status"] == 0).sum())
    assert first.left_out == int((cohort_sample.table(0, 100)["status"] != 0).sum())


def test_another_content_of_the_same_name_is_refused_or_replaces(store: CohortStore, table: tuple[Path, Path]) -> None:
    store.add("linder2016")
    store.add(table[0], mapping=table[1])
    table[0].write_text(TABLE.replace("A,3/4/2019,f,33", "A,3/4/2019,f,34"), encoding="utf-8")
    with pytest.raises(InputError, match="another content"):
        store.add(table[0], mapping=table[1])
    (added,) = store.add(table[0], mapping=table[1], replace=True)
    assert added.replaced
    assert store.list().courses["recorded"] == 5
    assert ask(store, "SELECT age_low FROM courses WHERE subject = 'A'") == [(34.0,)]
    for name in OF_COURSES:
        assert ask(store, f"SELECT count(*) FROM {name} WHERE course NOT IN (SELECT course FROM courses)") == [(0,)]


def test_all_sources_or_none(store: CohortStore, tmp_path: Path) -> None:
    with pytest.raises(TrimerError):
        store.add("linder2016", tmp_path / "nothing.yaml")
    assert not store.file.exists()  # nor an empty file for the next to wonder about
    store.add("linder2016")
    before = contents(store)
    with pytest.raises(TrimerError):
        store.add(cohort_sample.result(0, 100), tmp_path / "nothing.csv")
    assert contents(store) == before


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import cohort_sample
from trimer.study.cohorts import CohortStore, store, virtual
virtual.TOGETHER = 50
insert, calls = store._insert, []
def killed(*args):
    found = insert(*args)
    calls.append(found)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
store._insert = killed
CohortStore({path!r}).add({folder!r})
"""


def test_a_killed_process_leaves_the_store_as_it_was(store: CohortStore, tmp_path: Path) -> None:
    store.add("linder2016")
    before = contents(store)
    kept = cohort_sample.folder(tmp_path / "run", 0, 400)
    code = KILLED.format(tests=str(Path(__file__).parent), path=str(store.file), folder=str(kept))
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    assert contents(store) == before
    (added,) = store.add(kept)
    assert added.courses + added.left_out == 400


def test_who_waits_in_vain_leaves_the_file_of_another(store: CohortStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find no file; the other makes it and is still adding when patience ends."""
    CohortStore(store.file).add("linder2016")
    before = contents(store)
    there = database._there
    answers = iter([False])
    monkeypatch.setattr(database, "_there", lambda path: next(answers, None) is not False and there(path))
    with pytest.raises(TrimerError):
        store.add("no_such_case")
    assert store.file.exists()
    assert contents(store) == before


def test_a_dictionary_that_is_not_there_is_one_error(store: CohortStore, table: tuple[Path, Path]) -> None:
    for dictionary in (table[0].with_name("nothing.csv"), table[0].parent):
        with pytest.raises(InputError):
            store.add(table[0], dictionary=dictionary)


def test_patients_solved_by_another_version_are_others() -> None:
    one = cohort_sample.result(0, 20)
    other = replace(one, provenance={**one.provenance, "versions": {"trimer": "another"}})
    assert found_of(one).sha256 != found_of(other).sha256
    marks = [next(iter(found_of(r).batches))[0]["courses"]["content"][0] for r in (one, one, other)]
    assert marks[0] == marks[1] != marks[2]


def test_a_file_made_here_is_private(store: CohortStore) -> None:
    store.add("linder2016")
    assert os.stat(store.file).st_mode & 0o077 == 0


# ---- virtual courses


def test_virtual_courses_are_those_of_the_trial(store: CohortStore, tmp_path: Path) -> None:
    store.add(cohort_sample.folder(tmp_path / "run", 0, 300))
    t = cohort_sample.table(0, 300)
    solved = t["status"] == 0
    (found,) = store.query().outcomes
    responded = np.isin(t["response"][solved], ["CR", "CRh", "CRi"])
    assert (found.remission.events, found.remission.n) == (int(responded.sum()), int(solved.sum()))
    assert found.mrd_negative.events == int(t["mrd_negative"][solved].sum())
    three = ask(store, "SELECT DISTINCT prior_salvages_high FROM courses WHERE prior_salvages_low = 3")
    assert three == [(float("inf"),)]  # the trial's 3 stands for three and more
    drugs = ask(store, "SELECT DISTINCT name, drugs FROM treatments")
    assert drugs == [("blinatumomab_five_cycles", ["blinatumomab"])]
    open_ = ask(store, "SELECT count(*) FROM treatments WHERE refractory IS NULL")
    assert open_ == [(int((t["response"][solved] == "").sum()),)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
        lambda folder: (folder / "manifest.json").write_text("{}"),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: next((folder / "chunks").glob("*")).unlink(),
        lambda folder: next((folder / "chunks").glob("*")).write_bytes(b"PAR1"),
        lambda folder: _edit(folder, "patients", 10**7),
        lambda folder: _edit(folder, "versions", {"trimer": "0"}),
    ],
)
def test_a_spoilt_trial_is_one_error(store: CohortStore, tmp_path: Path, spoil: Any) -> None:
    kept = cohort_sample.folder(tmp_path / "run", 0, 120)
    spoil(kept)
    with pytest.raises(InputError):
        store.add(kept)
    assert not store.file.exists()


def _edit(folder: Path, name: str, value: Any) -> None:
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, name: value}))


def test_rows_that_are_no_trial_are_refused(store: CohortStore) -> None:
    found = cohort_sample.result(0, 10)
    for name, column in (("age", np.array(["old"] * 10)), ("response", np.arange(10.0))):
        with pytest.raises(InputError, match=name):
            store.add(type(found)(found.trial, {**found.table, name: column}, {}, {}, found.provenance))
    with pytest.raises(InputError, match="provenance"):
        store.add(type(found)(found.trial, found.table, {}, {}, {}))


# ---- files that are something else


def test_what_is_no_store_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello " * 10_000)
    (tmp_path / "empty.db").write_bytes(b"")
    duckdb.connect(str(tmp_path / "foreign.db")).execute("CREATE TABLE t (a INTEGER)").close()
    duckdb.connect(str(tmp_path / "nothing.db")).close()
    for name in ("text.db", "empty.db", "foreign.db", "nothing.db", "absent.db", ".", "a\0b", "x" * 5000):
        with pytest.raises(InputError):
            CohortStore(f"{tmp_path}/{name}").list()
    for name in ("text.db", "empty.db", "foreign.db", "."):
        with pytest.raises(InputError):
            CohortStore(f"{tmp_path}/{name}").add("linder2016")
    assert (tmp_path / "text.db").read_text() == "hello " * 10_000


def test_a_view_in_the_place_of_a_table_reads_no_file(store: CohortStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    store.add("linder2016")
    connection = duckdb.connect(str(store.file))
    names = ", ".join(f"'x' AS {c.name}" for c in TABLES["courses"])
    connection.execute("DROP TABLE courses")
    connection.execute(f"CREATE VIEW courses AS SELECT {names} FROM read_csv('{secret}')")
    connection.close()
    with pytest.raises(InputError, match="something else"):
        store.query()


def test_a_store_being_written_is_waited_for_and_then_named(
    store: CohortStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add("linder2016")
    code = f"import duckdb, sys; c = duckdb.connect({str(store.file)!r}); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdout.readline()
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    with pytest.raises(InputError, match="another process"):
        store.list()
    holder.communicate(b"")
    assert store.list().courses["recorded"] == 1


def test_many_may_read_at_once(store: CohortStore) -> None:
    store.add("linder2016")
    code = (
        f"from trimer.study.cohorts import CohortStore as C; print(C({str(store.file)!r}).list().courses['recorded'])"
    )
    with database.reading(store.file):
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "1\n"


def test_a_table_of_ten_thousand_columns(store: CohortStore, tmp_path: Path, table: tuple[Path, Path]) -> None:
    wide = tmp_path / "wide.csv"
    more = [f"column {i}" for i in range(10_000)]
    head, *body = TABLE.splitlines()
    wide.write_text("\n".join([f"{head},{','.join(more)}", *(f"{line}{',x' * 10_000}" for line in body)]))
    assert store.add(wide, mapping=table[1])[0].courses == 4
    with pytest.raises(InputError, match="record_id"):
        store.add(wide)


def test_parquet_holds_the_same_tables(store: CohortStore, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    store.add("linder2016", cohort_sample.result(0, 50))
    written = store.write_parquet(tmp_path / "tables")
    assert [path.stem for path in written] == ["columns", *TABLES]
    for name in TABLES:
        found = pq.read_table(tmp_path / "tables" / f"{name}.parquet")
        columns = [found[c.name].to_pylist() for c in TABLES[name]]
        held = ask(store, f"SELECT * FROM {name}")
        assert [repr(row) for row in zip(*columns, strict=True)] == [repr(row) for row in held]
    field = pq.read_schema(tmp_path / "tables" / "courses.parquet").field("os_low")
    assert field.metadata[b"unit"] == b"month"


def test_the_store_ships_with_nothing_invented() -> None:
    assert not list(Path(library.__file__).parent.rglob("*.db"))
