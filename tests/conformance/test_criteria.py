"""What every criterion in the folder must obey; a new file is tested the moment it exists."""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

import trimer.criteria as criteria
from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria import Criterion, Verdict, judge, list_criteria
from trimer.criteria.verdict import UNDETERMINED, Subject
from trimer.errors import LibraryError
from trimer.observables import OBSERVABLES

SETS = list_criteria()
ALL = pytest.mark.parametrize("criterion", SETS, ids=lambda c: c.name)

LEVELS = {
    "marrow_blast_percent": (60.0, 1.0, 40.0, 5.0),
    "blood_blast_percent": (80.0, 0.0, 3.0, 0.0),
    "blasts_blood": (40.0, 0.0, 0.2, 0.0),
    "extramedullary_blasts": (0.0, 0.0, 0.0, 0.0),
    "wbc": (50.0, 4.0, 6.0, 5.0),
    "anc": (0.3, 2.0, 0.8, 1.01),
    "platelets": (30.0, 150.0, 60.0, 100.1),
    "mrd_marrow": (0.6, 1e-5, 0.4, 0.02),
    "temperature": (37.0, 39.0, 37.0, 38.5),
    "hypotension": (0.0, 2.0, 0.0, 1.0),
    "hypoxia": (0.0, 0.0, 1.0, 3.0),
    "haemoglobin": (9.0, 11.0, 12.5, 7.0),
    "lymphocytes": (0.9, 0.3, 1.5, 0.7),
    "urate": (300.0, 480.0, 300.0, 500.0),
    "potassium": (4.0, 6.1, 4.0, 4.0),
    "phosphate": (1.0, 1.2, 1.0, 1.0),
    "calcium": (2.3, 2.2, 2.3, 2.3),
    "ionised_calcium": (1.2, 1.2, 1.2, 1.2),
    "creatinine_ratio": (0.8, 2.0, 0.8, 3.5),
    "seizure": (0.0, 0.0, 0.0, 1.0),
    "ice_score": (10.0, 8.0, 10.0, 2.0),
    "consciousness": (0.0, 1.0, 0.0, 3.0),
    "motor_weakness": (0.0, 0.0, 0.0, 0.0),
    "cerebral_oedema": (0.0, 0.0, 0.0, 0.0),
    "neurologic_toxicity": (0.0, 2.0, 0.0, 3.0),
    "lipase_ratio": (0.5, 3.0, 0.5, 0.9),
    "deauville": (5.0, 2.0, 4.0, 5.0),
    "node_diameter": (4.0, 1.4, 2.0, 3.5),
    "lesion_area_change": (0.0, -80.0, -60.0, 70.0),
    "csf_wbc": (1.0, 2.0, 6.0, 80.0),
    "csf_rbc": (0.0, 0.0, 40.0, 0.0),
    "csf_blasts": (0.0, 0.001, 3.0, 60.0),
    "b_cells_marrow_percent": (1.0, 2.0, 1.0, 5.0),
}
WORDS = {
    "philadelphia_chromosome": ("positive",) * 4,
    "lesion_uptake": ("unchanged", "none", "reduced", "increased"),
    "new_lesion": ("absent", "absent", "absent", "present"),
    "csf_cytology": ("negative", "negative", "positive", "positive"),
    "cns_signs": ("absent", "absent", "absent", "present"),
}
CONTEXTS = ("presentation", "response assessment", "", "response assessment")


def full_course() -> Course:
    visits = []
    for k, (day, context) in enumerate(zip((0.0, 30.0, 90.0, 130.0), CONTEXTS, strict=True)):
        readings = {
            name: Reading(name, values[k], values[k], unit=OBSERVABLES[name].unit, day=day)
            for name, values in LEVELS.items()
        }
        readings |= {name: Reading(name, text=words[k], day=day) for name, words in WORDS.items()}
        visits.append(Visit(f"v{k}", f"visit {k}", day, readings, context=context))
    episodes = (
        Episode("drug", "blinatumomab", 28.0, 56.0),
        Episode("rescue", "tocilizumab", 31.0, 31.0),
        Episode("drug", "blinatumomab", 120.0, 148.0),
    )
    return Course("full", "simulation", dt.date(2014, 1, 13), tuple(visits), (), episodes)


def without(course: Course, observable: str) -> Course:
    visits = tuple(
        replace(v, readings={name: r for name, r in v.readings.items() if name != observable}) for v in course.visits
    )
    return replace(course, visits=visits)


def incomplete() -> Iterator[Course]:
    yield full_course()
    yield from (without(full_course(), name) for name in (*LEVELS, *WORDS))
    yield replace(full_course(), visits=())
    yield replace(full_course(), episodes=())
    absent = {name: Reading(name, absence="not stated", day=30.0) for name in LEVELS}
    yield replace(full_course(), visits=(Visit("v", "visit", 30.0, absence_readings(absent), context="presentation"),))


def absence_readings(readings: dict[str, Reading]) -> dict[str, Reading]:
    assert all(r.absence for r in readings.values())
    return readings


def verdicts(criterion: Criterion) -> list[Verdict]:
    return [v for course in incomplete() for v in criterion.judge(course)]


def test_the_folder_holds_the_sets_of_this_release() -> None:
    assert len(SETS) >= 2


@ALL
def test_it_says_where_it_comes_from(criterion: Criterion) -> None:
    assert criterion.label
    assert criterion.subject in get_args(Subject)
    assert any(str(year) in criterion.citation for year in range(1990, 2027))
    assert criterion.thresholds
    for name, row in criterion.thresholds.items():
        assert row.provenance in ("seen", "recalled", "assumed"), name
        assert row.source, name
        assert row.purpose, name
        assert row.observable in OBSERVABLES, name
        if not row.quantity:
            assert row.unit == OBSERVABLES[row.observable].unit, name
        if row.provenance == "assumed":
            assert len(row.source) > 20, f"{name}: an assumed threshold says why"


@ALL
def test_it_judges_a_full_course(criterion: Criterion) -> None:
    found = criterion.judge(full_course())
    assert found
    assert any(v.category != UNDETERMINED for v in found)
    assert [v.day for v in found] == sorted(v.day for v in found)
    assert len({v.visit for v in found}) == len(found)


@ALL
def test_every_verdict_is_complete_and_plain(criterion: Criterion) -> None:
    labels = {row.text for row in criterion.thresholds.values()}
    labels |= {row.text.replace("<", ">=") for row in criterion.thresholds.values()}
    for verdict in verdicts(criterion):
        assert (verdict.set, verdict.subject) == (criterion.name, criterion.subject)
        assert verdict.possible
        assert verdict.reason.endswith(".")
        assert (
            verdict.category in verdict.possible
            or verdict.grade is not None
            or verdict.category in (UNDETERMINED, "none recorded")
        )
        assert bool(verdict.missing) or len(verdict.possible) == 1, verdict
        assert {d.threshold for d in verdict.decided_by} <= labels
        plain = verdict.to_dict()
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain


@ALL
def test_what_it_does_not_read_changes_nothing(criterion: Criterion) -> None:
    course = full_course()
    extra = Reading("il10", 9.0, 9.0, unit="pg/mL", day=30.0)
    visits = tuple(replace(v, readings={**v.readings, "il10": extra}) for v in course.visits)
    assert criterion.judge(replace(course, visits=visits, id="other", kind="record")) == criterion.judge(course)


@ALL
def test_the_order_of_visits_and_episodes_does_not_matter(criterion: Criterion) -> None:
    course = full_course()
    shuffled = replace(course, visits=course.visits[::-1], episodes=course.episodes[::-1])
    assert criterion.judge(shuffled) == criterion.judge(course)


@ALL
def test_missing_input_never_narrows_what_is_possible(criterion: Criterion) -> None:
    full = {v.visit: v for v in criterion.judge(full_course())}
    for name in (*LEVELS, *WORDS):
        # Two ways to count blasts in blood stand in for each other; take both away.
        both = ("blood_blast_percent", "blasts_blood", "wbc") if name in ("blood_blast_percent", "blasts_blood") else ()
        course = full_course()
        for gone in (name, *both):
            course = without(course, gone)
        for verdict in criterion.judge(course):
            if verdict.visit in full:
                assert set(verdict.possible) >= set(full[verdict.visit].possible), (name, verdict)


@ALL
def test_it_imports_only_courses_and_its_neighbours(criterion: Criterion) -> None:
    tree = ast.parse(Path(str(importlib.import_module(criterion.module).__file__)).read_text())
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    allowed = ("trimer.course", "trimer.observables", "trimer.errors", "trimer.criteria")
    assert {m for m in imported if m.startswith("trimer") and not m.startswith(allowed)} == set()


NEW = '''
"""A criterion in one file."""
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Verdict

LABEL = "Platelets above 100"
SUBJECT = "response"
CITATION = "Somebody 2026"
THRESHOLDS = {"platelets": Threshold("platelets", ">", 100.0, "1e9/L", "recovered", "seen", "page 1")}


def judge(course):
    row = THRESHOLDS["platelets"]
    decisions = [(v, row.decide(v.readings.get("platelets"))) for v in course.visits]
    return tuple(
        Verdict("one_file_2026", "response", v.id, v.label, v.day, str(d.met), d.phrase, decided_by=(d,))
        for v, d in decisions
    )
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(criteria, "__path__", [*criteria.__path__, str(tmp_path)])
    list_criteria.cache_clear()
    yield tmp_path
    list_criteria.cache_clear()


def test_a_new_file_is_a_new_criterion(folder: Path) -> None:
    (folder / "one_file_2026.py").write_text(NEW)
    assert "one_file_2026" in {c.name for c in list_criteria()}
    assert [v.category for v in judge(full_course(), ("one_file_2026",))] == ["False", "True", "False", "True"]


def test_half_a_criterion_is_one_clear_error(folder: Path) -> None:
    (folder / "half_2026.py").write_text('CITATION = "Somebody 2026"\n')
    with pytest.raises(LibraryError, match=r"criteria/half_2026.py: found no SUBJECT, LABEL, THRESHOLDS, judge"):
        list_criteria()
