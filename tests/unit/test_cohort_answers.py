"""What a store answers: filters against the same in Python, curves against lifelines, distances against their words."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cohort_sample
import numpy as np
import pytest

from trimer.binomial import exact_limits
from trimer.cli import run
from trimer.errors import CaseError, InputError, UnitError
from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.study.cohorts import CohortStore, Filters, database
from trimer.study.cohorts.answers import query
from trimer.study.cohorts.features import Value, features
from trimer.study.cohorts.neighbours import Similar
from trimer.study.cohorts.survival import curve, lived
from trimer.study.trial.estimates import kaplan_meier

pytest.importorskip("duckdb")

N = 400
HOSTILE = (
    "'; DROP TABLE courses; --", "1; DROP TABLE courses", "x' OR '1'='1", '"', "\\", "%", "_", "\x00", "NULL", "?",
    "read_csv('/etc/passwd')", "); DELETE FROM sources; --", "1e999", "nan %", ">= nan", "a" * 500, " ", "\u202e", "💉",
    ">= 2 to 3", "to", "> ", "2 to", "0x10", "-1", "1_0", "+∞ %", "50 mg", "/*", "{{x}}", "\n",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CohortStore:
    """Give the reference case beside virtual courses of which a tenth of the numbers is NaN."""
    made = CohortStore(tmp_path_factory.mktemp("store") / "cohort.db")
    made.add("linder2016", cohort_sample.result(0, N, lacking=0.1))
    return made


def solved() -> Iterator[dict[str, Any]]:
    t = cohort_sample.table(0, N, lacking=0.1)
    for i in range(N):
        if t["status"][i] == 0:
            yield {name: column[i] for name, column in t.items()}


def truth(value: float, holds: bool) -> bool | None:
    return None if math.isnan(value) else bool(holds)


def salvages(value: float, low: float, high: float) -> bool | None:
    """Return whether a number of salvages lies between two; 3 stands for three and more."""
    if math.isnan(value):
        return None
    if value < 3:
        return low <= value <= high
    return high == math.inf if low <= 3 else None if high == math.inf else False if high < 3 else None


ASKED: list[tuple[dict[str, str], Callable[[dict[str, Any]], bool | None]]] = [
    ({"ph": "negative"}, lambda r: truth(r["ph_positive"], r["ph_positive"] == 0)),
    ({"sex": "female"}, lambda r: truth(r["female"], r["female"] == 1)),
    ({"prior_hsct": "yes"}, lambda r: truth(r["prior_hsct"], r["prior_hsct"] == 1)),
    ({"refractory": "last"}, lambda r: truth(r["refractory"], r["refractory"] == 1)),
    ({"marrow": ">= 50 %"}, lambda r: truth(r["blasts_at_entry"], r["blasts_at_entry"] >= 50)),
    ({"marrow": "< 0.5 fraction"}, lambda r: truth(r["blasts_at_entry"], r["blasts_at_entry"] < 50)),
    ({"marrow": "20 to 40 %"}, lambda r: truth(r["blasts_at_entry"], 20 <= r["blasts_at_entry"] <= 40)),
    ({"age": "18 year to 35 year"}, lambda r: truth(r["age"], 18 <= r["age"] <= 35)),
    ({"mrd": "<= 1e-3 fraction"}, lambda r: truth(r["mrd_at_entry"], r["mrd_at_entry"] <= 1e-3)),
    ({"salvage": ">= 2"}, lambda r: salvages(r["salvages"], 2, math.inf)),
    ({"salvage": "1"}, lambda r: salvages(r["salvages"], 1, 1)),
    ({"salvage": "0 to 1"}, lambda r: salvages(r["salvages"], 0, 1)),
    ({"response": "CRh"}, lambda r: None if r["response"] == "" else r["response"] == "CRh"),
    (
        {"antigen_at_failure": "negative"},
        lambda r: None if r["cd19_at_failure"] == "" else r["cd19_at_failure"] == "negative",
    ),
    (
        {"refractory": "blinatumomab"},
        lambda r: None if r["response"] == "" else not r["response"].startswith("CR"),
    ),
    ({"treatment": "blinatumomab"}, lambda r: True),
    ({"treatment": "clag"}, lambda r: False),
    ({"antigen": "dim"}, lambda r: None),
    ({"source": "linder2016"}, lambda r: False),
]


@pytest.mark.parametrize(("asked", "holds"), ASKED, ids=[str(asked) for asked, _ in ASKED])
def test_a_filter_is_true_false_or_open(
    store: CohortStore, asked: dict[str, str], holds: Callable[[dict[str, Any]], bool | None]
) -> None:
    found = next(o for o in store.query(**asked).outcomes if o.origin == "virtual")
    truths = [holds(row) for row in solved()]
    assert (found.courses, found.open) == (truths.count(True), truths.count(None))


def test_all_filters_must_hold_and_what_one_leaves_open_is_told(store: CohortStore) -> None:
    answer = store.query(ph="negative", marrow=">= 50 %")
    first, second = ASKED[0][1], ASKED[4][1]
    pairs = [(first(r), second(r)) for r in solved()]
    virtual = answer.outcomes[1]
    assert virtual.courses == sum(a is True and b is True for a, b in pairs)
    assert virtual.open == sum(False not in pair and None in pair for pair in pairs)
    told = {"ph": sum(a is None for a, _ in pairs), "marrow": sum(b is None for _, b in pairs)}
    assert answer.unknown["virtual"] == told
    responses = [r["response"] for r, pair in zip(solved(), pairs, strict=True) if pair == (True, True)]
    events = sum(x.startswith("CR") for x in responses)
    low, high = exact_limits(events, len(responses))
    assert (virtual.remission.events, virtual.remission.low, virtual.remission.high) == (events, low, high)
    assert virtual.responses["PD"].events == responses.count("PD")


def test_origins_are_never_added_up(store: CohortStore) -> None:
    assert [o.origin for o in store.query().outcomes] == ["recorded", "virtual"]
    (one,) = store.query(origin="recorded").outcomes
    assert (one.origin, one.courses) == ("recorded", 1)


def test_published_results_stand_beside_with_their_denominators(store: CohortStore) -> None:
    plain, salvage = store.query().comparators, store.query(salvage=">= 2").comparators
    assert any((p.trial, p.key, p.n, p.events) == ("mt103_211", "cr_crh", 189, 81) for p in plain)
    assert {p.group for p in plain} <= {"all", "responders"}
    assert any("salvage" in p.group for p in salvage)


def test_hostile_words_are_words(store: CohortStore) -> None:
    before = store.list()
    with database.reading(store.file) as connection:
        for text, name in itertools.product(HOSTILE, Filters.__dataclass_fields__):
            if name in ("refractory", "treatment", "response", "source") and text.strip() and len(text) < 200:
                found = query(connection, Filters(**{name: text}))
                assert sum(outcome.courses for outcome in found.outcomes) == 0, (name, text)
            else:
                with pytest.raises(InputError, match=f"--{name.replace('_', '-')}"):
                    Filters(**{name: text}).clauses()
    assert store.list() == before


def test_a_range_needs_its_unit(store: CohortStore) -> None:
    with pytest.raises(UnitError, match="without a unit"):
        store.query(marrow=">= 50")
    with pytest.raises(UnitError):
        store.query(age=">= 50 %")
    with pytest.raises(InputError, match="negative"):
        store.query(ph="maybe")


def test_an_empty_store_has_no_answer(tmp_path: Path) -> None:
    nobody = cohort_sample.result(0, 20)
    nobody.table["status"][:] = 3
    empty = CohortStore(tmp_path / "empty.db")
    (added,) = empty.add(nobody)
    assert (added.courses, added.left_out) == (0, 20)
    assert empty.list().courses == {"recorded": 0, "virtual": 0}
    for ask in (empty.query, lambda: empty.similar("linder2016")):
        with pytest.raises(InputError, match="course"):
            ask()


# ---- survival


@pytest.mark.parametrize("seed", range(12))
def test_curves_are_those_of_lifelines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 200))
    times = rng.integers(0, 25, n).astype(float) if seed % 2 else rng.uniform(0.01, 24.0, n)
    events = rng.random(n) < (0.0, 0.4, 1.0)[seed % 3]
    ours, theirs = curve(times, events), kaplan_meier(times, events)
    for month in (0.0, 0.5, 6.0, 12.0, 23.0, 24.0):
        a, b = ours.at(month), theirs.at(month)
        assert (a.events, a.n) == (b.events, b.n)
        assert np.allclose([a.value, a.low, a.high], [b.value, b.low, b.high], equal_nan=True, rtol=0, atol=1e-9)
    a, b = ours.median(), theirs.median()
    assert np.array_equal([a.value, a.low, a.high], [b.value, b.low, b.high], equal_nan=True)


def test_times_known_as_intervals_give_two_curves() -> None:
    low, high = np.array([1.0, 2.0, 0.0, 5.0, np.nan]), np.array([4.0, 2.0, np.inf, 5.0, 1.0])
    found = lived(low, high, np.array([True, False, True, False, True]))
    assert found is not None
    assert not found.exact
    assert (found.latest.n, found.undated) == (4, 1)
    assert found.earliest.at(3.0).value == pytest.approx(0.75 * 2 / 3)
    assert found.latest.at(4.5).value == pytest.approx(2 / 3)  # one event; the undated is still at risk
    assert lived(np.array([np.nan]), np.array([np.nan]), np.array([True])) is None


# ---- neighbours


def held(store: CohortStore, origin: str) -> list[tuple[str, dict[str, Value]]]:
    """Return the subjects of an origin with their features, as the database holds them."""
    with database.reading(store.file) as connection:
        cursor = connection.execute("SELECT * FROM courses WHERE origin = ? ORDER BY course", [origin])
        names = [c[0] for c in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found = []
    for row in rows:
        values: dict[str, Value] = {}
        for f in features().features:
            pair = (row.get(f"{f.name}_low"), row.get(f"{f.name}_high"))
            values[f.name] = (None if pair[0] is None else pair) if f.numeric else row[f.name]  # type: ignore[assignment]
        found.append((row["subject"], values))
    return found


@pytest.mark.parametrize("at", ["e03", "e17", "e22", "e36"])
def test_the_nearest_are_the_nearest_by_the_words_of_the_definition(store: CohortStore, at: str) -> None:
    found = store.similar("linder2016", k=25, at=at)
    everybody = held(store, "virtual")
    ranked = sorted((features().distance(found.values, values)[0], i) for i, (_, values) in enumerate(everybody))
    near = found.neighbours["virtual"]
    assert [n.subject for n in near] == [everybody[i][0] for _, i in ranked[:25]]
    for neighbour, (distance, _) in zip(near, ranked, strict=False):
        assert neighbour.distance == pytest.approx(distance, abs=1e-12)
        assert sum(neighbour.contributions.values()) == pytest.approx(distance, abs=1e-12)
    assert 0.0 <= near[0].distance <= near[-1].distance <= 1.0


def test_the_case_itself_is_no_neighbour(store: CohortStore) -> None:
    found = store.similar("linder2016")
    assert found.left_out == 1
    assert list(found.neighbours) == ["virtual"]
    assert len(found.neighbours["virtual"]) == found.wanted == 50


def test_what_is_not_known_of_the_case_counts_for_nobody() -> None:
    known = features()
    course: dict[str, Value] = {f.name: (1.0, 1.0) if f.numeric else True for f in known.features}
    case: dict[str, Value] = {f.name: None for f in known.features}
    with pytest.raises(InputError, match="no feature"):
        known.distance(case, course)
    distance, parts = known.distance({**case, "female": False, "age": (1.0, 5.0)}, course)
    weights = {f.name: f.weight for f in known.features}
    assert distance == pytest.approx(weights["female"] / (weights["female"] + weights["age"]))
    assert {name for name, x in parts.items() if x} == {"female"}
    missing, _ = known.distance({**case, "age": (1.0, 5.0)}, {**course, "age": None})
    assert missing == known.missing


@pytest.mark.parametrize(
    ("case", "course", "gap"),
    [((30.0, 30.0), (40.0, 40.0), 0.5), ((30.0, 35.0), (33.0, 60.0), 0.0), ((30.0, 30.0), (70.0, 90.0), 1.0),
     ((-math.inf, 30.0), (40.0, math.inf), 0.5)],
)  # fmt: skip
def test_the_gap_of_intervals(case: Value, course: Value, gap: float) -> None:
    age = next(f for f in features().features if f.name == "age")
    assert age.contribution(case, course, 0.5) == pytest.approx(gap * age.weight)
    assert age.contribution(course, case, 0.5) == pytest.approx(gap * age.weight)


def test_every_feature_says_why_it_weighs_what_it_weighs() -> None:
    for feature in features().features:
        assert feature.weight > 0.0
        assert feature.scale > 0.0
        assert feature.why


@pytest.mark.parametrize("k", [0, -1, 10_001, 2.5, True])
def test_a_number_of_neighbours_that_is_none(store: CohortStore, k: Any) -> None:
    with pytest.raises(InputError, match="k"):
        store.similar("linder2016", k=k)


def test_an_event_that_the_case_has_not(store: CohortStore) -> None:
    with pytest.raises(CaseError, match="e99"):
        store.similar(load_case("linder2016"), at="e99")


# ---- the terminal and the figure


def test_the_terminal_answers_like_python(
    store: CohortStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    path = str(store.file)
    assert run(["cohort", "query", path, "--ph", "negative", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"][1] == _json(store.query(ph="negative").outcomes[1].to_dict())
    assert run(["cohort", "query", path, "--ph", "negative", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["origin"] for row in rows} >= {"recorded", "virtual", "published: tower, blinatumomab"}
    assert run(["cohort", "query", path, "--marrow", ">= 50 %", "--antigen", "dim"]) == 0
    assert "do not say" in capsys.readouterr().out
    assert run(["cohort", "similar", path, "linder2016", "-k", "7", "--at", "e22", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["neighbours"]["virtual"]) == 7
    assert {f["name"] for f in found["features"]} == {f.name for f in features().features}
    assert run(["cohort", "similar", path, "linder2016", "--show", "2"]) == 0
    said = capsys.readouterr().out
    assert "counts for nobody" in said
    assert "never advice" in " ".join(said.split())
    assert run(["cohort", "list", path, "--parquet", str(tmp_path / "tables"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["courses"]["recorded"] == 1
    assert run(["cohort", "add", path, "linder2016"]) == 0
    assert "there already" in capsys.readouterr().out
    assert run(["cohort", "query", path, "--csv", "--json"]) == 2
    assert run(["cohort", "query", str(tmp_path / "none.db")]) == 2


def _json(value: Any) -> Any:
    import json

    return json.loads(json.dumps(value))


def test_the_figure_is_drawn_with_and_without_survival(store: CohortStore, tmp_path: Path) -> None:
    from trimer.report.cohort_figure import save

    found: Similar = store.similar("linder2016", k=20)
    save(found, tmp_path / "near.svg")
    text = (tmp_path / "near.svg").read_text(encoding="utf-8")
    assert "virtual: CR, CRh or CRi" in text
    assert "tower, blinatumomab" in text
    with pytest.raises(InputError):
        save(found, tmp_path / "near.txt")


def test_a_case_is_taken_by_name_file_or_value(store: CohortStore) -> None:
    case: Case = load_case("linder2016")
    assert store.similar(case, k=3).to_dict() == store.similar("linder2016", k=3).to_dict()


def test_a_cell_of_the_table_is_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    from trimer.cli.cohort_query import _print_csv

    _print_csv([{"what": '=HYPERLINK("x")', "value": -1.5, "low": math.nan}])
    assert capsys.readouterr().out.splitlines()[1] == '"\'=HYPERLINK(""x"")",-1.5,'
