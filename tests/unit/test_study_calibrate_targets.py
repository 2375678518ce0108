"""Stages at toy size: every column is the target it stands for, every value published, nothing kept back is read."""

from __future__ import annotations

import ast
import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from published_sample import published_opened

import trimer.study.calibrate.targets as targets_module
from trimer import library
from trimer.errors import LibraryError
from trimer.library import load_published
from trimer.library.load_published import FOLDER, Published, calibration
from trimer.study.calibrate import cohorts
from trimer.study.calibrate.ensemble import Target, from_interval, from_quartiles
from trimer.study.calibrate.run import calibrate
from trimer.study.calibrate.stages import CHEMOTHERAPY, IL6, LYMPHOCYTES, REMISSION, STAGES, Stage
from trimer.study.calibrate.targets import published
from trimer.study.population.patients import SPREAD
from trimer.study.simulation import Table
from trimer.study.trial.summary import ENDPOINTS
from trimer.study.trial.task import TrialTask, population_of

Array = NDArray[np.float64]
PACKAGE = FOLDER.parents[1]
BY_NAME = {stage.name: stage for stage in STAGES}
B_CELLS = "B cells at the floor"


def silent(_share: float) -> None:
    return None


def two(stage: Stage, patients: int, name: str, low: float, high: float) -> dict[str, tuple[float, float]]:
    """Return by target what a stage predicts at two values of one parameter, all others at their prior's middle."""
    columns = {free.name: np.full(2, free.middle) for free in stage.prior}
    assert name in columns
    columns[name] = np.array([low, high])
    found = stage.simulate(columns, patients, silent)
    names = [target.name for target in stage.targets(patients)]
    assert found.shape == (2, len(names))
    return {name: (float(a), float(b)) for name, a, b in zip(names, *found, strict=True)}


# ---- stages


def test_names_of_targets_and_parameters_stand_once() -> None:
    free = [free.name for stage in STAGES for free in stage.prior]
    assert len(free) == len(set(free)), "a later stage would overwrite an earlier one's draws"
    assert len({stage.name for stage in STAGES}) == len(STAGES)
    for stage in STAGES:
        names = [target.name for target in stage.targets(stage.patients)]
        assert len(names) == len(set(names)) > 1


def test_what_is_free_is_something_patients_have() -> None:
    """A name that the model does not know would be ignored in silence."""
    known: dict[str, object] = {}
    for name in ("mt103_211", "inovate_soc", "flag_ida_bari"):
        trial = library.trial(name)
        known |= TrialTask(trial, population_of(trial), {}).known
    for stage in STAGES:
        for free in stage.prior:
            assert free.name.removesuffix(SPREAD) in known, free.name


def test_a_spread_is_free_only_where_patients_differ() -> None:
    trial = library.trial("mt103_211")
    task = TrialTask(trial, population_of(trial), {})
    items = {**task.known, **task.population.parameters}
    for stage in STAGES:
        for free in stage.prior:
            if free.name.endswith(SPREAD):
                assert items[free.name.removesuffix(SPREAD)].distribution in ("lognormal", "logitnormal", "normal")


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_noise_falls_with_the_number_of_patients_and_nothing_else_changes(stage: Stage) -> None:
    some, many = stage.targets(64), stage.targets(6400)
    for a, b in zip(some, many, strict=True):
        assert replace(a, noise=0.0) == replace(b, noise=0.0)
        assert a.noise >= b.noise >= 0.0
    assert sum(a.noise > 2.0 * b.noise for a, b in zip(some, many, strict=True)) >= 0.7 * len(some)


# ---- predictions, at toy size


def toy(folder: Path, *stages: Stage, patients: int) -> None:
    found = calibrate(folder, stages=stages, members=8, steps=1, patients=patients)
    for own in found.stages:
        for step in own.ensemble.steps:
            assert step.predictions.shape == (8, len(own.targets))
            assert np.isfinite(step.predictions).all()
        assert (own.ensemble.diagnostics.failed == 0).all()
    assert all(np.isfinite(column).all() and len(column) == 8 for column in found.columns.values())
    assert list(found.columns) == [free.name for stage in stages for free in stage.prior]


def test_the_first_two_stages_run_and_read_nothing_kept_back(tmp_path: Path) -> None:
    with published_opened() as opened:
        toy(tmp_path, LYMPHOCYTES, IL6, patients=8)
    assert {path.stem for path in opened} == {"lymphocytes_klinger", "il6_hijazi"}
    assert {path.parent for path in opened} == {FOLDER / "calibration"}


@pytest.mark.slow
def test_the_last_two_stages_run_and_read_nothing_kept_back(tmp_path: Path) -> None:
    with published_opened() as opened:
        toy(tmp_path, REMISSION, CHEMOTHERAPY, patients=48)
    assert "mt103_211" in {path.stem for path in opened}
    assert {path.parent for path in opened} == {FOLDER / "calibration"}


def test_counts_come_in_the_order_of_the_targets() -> None:
    found = two(LYMPHOCYTES, 12, "t_blood_0", 1.0, 6.0)
    before, after = found["CD8 at baseline"]
    assert after == pytest.approx(6.0 * before, rel=0.02)
    targets = [t for t in LYMPHOCYTES.targets(12) if "over baseline" in t.name]
    typical = two(LYMPHOCYTES, 12, "t_blood_0", 2.5, 2.5)
    logs = np.log([(t.value, typical[t.name][0]) for t in targets])
    assert len(targets) == 11
    assert np.corrcoef(logs.T)[0, 1] > 0.9


def test_margination_empties_the_blood_early_and_expansion_fills_it_late() -> None:
    days = {name: float(name.split("day ")[1]) for t in LYMPHOCYTES.targets(12) if "day" in (name := t.name)}
    for name, (low, high) in two(LYMPHOCYTES, 12, "k_margination", 100.0, 700.0).items():
        if name in days:
            assert (high < low) if days[name] <= 2.0 else math.isclose(high, low, rel_tol=0.1), name
    for name, (low, high) in two(LYMPHOCYTES, 12, "k_t_proliferation", 0.8, 2.5).items():
        if days.get(name, 0.0) >= 7.0:
            assert high > low, name
        elif days.get(name, 7.0) <= 0.25:
            assert high == pytest.approx(low, rel=0.05), name


def test_b_cells_go_when_killing_in_the_blood_is_fast() -> None:
    found = two(LYMPHOCYTES, 12, "k_kill_blood", 3.0, 60.0)
    one, other = found["B cells at the floor, 24 h"], found["B cells at the floor, 48 h"]
    assert one[0] < one[1]
    assert other[0] < other[1]
    assert one[0] < other[0], "more are gone after two days than after one"
    for name, (low, high) in found.items():
        if "CD8" in name:
            assert high == pytest.approx(low, rel=0.02), name


def test_release_raises_every_window() -> None:
    found = two(IL6, 24, "il6_release", 4000.0, 16000.0)  # less, and only the highest patients are above the floor
    assert len(found) == 8
    for name, (low, high) in found.items():
        assert high > low, name
    for flat, step in zip(found["IL-6 flat, day 0 to 0.7"], found["IL-6 step, day 0 to 0.7"], strict=True):
        assert flat > 2.0 * step, "60 against 5 ug/m2/day"


def test_tolerance_lowers_what_comes_later_and_leaves_the_beginning() -> None:
    found = two(IL6, 12, "k_tolerance", 3.0, 40.0)
    assert found["IL-6 step, day 0.7 to 1.5"][1] < 0.8 * found["IL-6 step, day 0.7 to 1.5"][0]
    by_day = {name: high / low for name, (low, high) in found.items()}
    for arm in ("flat", "step"):
        begun = f"IL-6 {arm}, day 0 to 0.7"
        assert by_day[begun] > max(by_day[n] for n in by_day if n.startswith(f"IL-6 {arm}, day 0.7"))


def test_samples_are_taken_within_their_windows() -> None:
    windows = [p for p in calibration("il6_hijazi") if p.group == "scored"]
    drawn = [(arm, window) for arm, rows in cohorts.WINDOWS.items() for window in rows]
    assert [arm for arm, _ in drawn] == [p.arm for p in windows]
    for (_, days), p in zip(drawn, windows, strict=True):
        assert p.days is not None
        assert all(p.days[0] <= day <= p.days[1] for day in days)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "low", "high", "up"),
    [
        ("k_kill", 1.0, 12.0, ["cr_crh", "cr", "cr_crh_blasts_below_50", "cr_crh_blasts_50_up", "os_median"]),
        ("niche_access", 0.0005, 0.2, ["rfs_median"]),
        ("hsct_share", 0.2, 0.9, ["hsct"]),
        ("stress_max", 0.3, 2.0, ["crs_any", "crs_grade_3"]),
        ("active_survival", 40.0, 300.0, ["os_median"]),
        ("anc_0", 1.0, 5.0, ["cr", "cr_crh"]),
        ("dim_fraction", 1e-8, 1e-3, ["cd19_negative_at_failure"]),
    ],
)
def test_each_column_of_the_trial_moves_with_the_right_thing(name: str, low: float, high: float, up: list[str]) -> None:
    found = two(REMISSION, 96, name, low, high)
    for target in up:
        assert found[target][1] > found[target][0], target


@pytest.mark.slow
def test_sensitivity_to_chemotherapy_raises_both_responses() -> None:
    for name, (low, high) in two(CHEMOTHERAPY, 48, "chemosensitivity", 0.2, 1.2).items():
        assert high > low, name


# ---- columns, without simulating


def made_up(response: Sequence[str], treg: Sequence[float]) -> Table:
    crs_day = np.where(np.arange(len(response)) < 2, [1.5, *[4.5] * (len(response) - 1)], math.nan)
    found = {"response": np.array(response), "treg": np.array(treg), "crs_day": crs_day}
    return {**found, "status": np.zeros(len(response), dtype=int)}


def test_each_column_of_the_trial_is_the_endpoint_of_its_target(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {key: 1.0 + k for k, key in enumerate(ENDPOINTS)}
    table = made_up(["CR", "CRh", "CRi", ""], [0.04, 0.08, 0.1, 0.2])
    monkeypatch.setattr(cohorts, "_tables", lambda *_: [table])
    monkeypatch.setattr(cohorts, "values", lambda _table, _arm: numbers)
    (row,) = cohorts.remission({"k_kill": np.ones(1)}, 4, silent)
    expected = dict(zip([t.name for t in REMISSION.targets(256)], row, strict=True))
    assert expected.pop("Treg of failures over responders") == pytest.approx(0.15 / 0.06)
    assert expected.pop("day of first CRS") == 3.0
    assert expected == {key: numbers[key] for key in expected}


def test_each_column_of_chemotherapy_is_of_its_own_series(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = {"inovate_soc": {"cr_crh_cri": 0.1, "cr": 0.2}, "flag_ida_bari": {"cr_crh_cri": 0.3, "cr": 0.4}}
    monkeypatch.setattr(cohorts, "_tables", lambda trial, *_: [trial.name, trial.name])
    monkeypatch.setattr(cohorts, "values", lambda table, _arm: trials[table])
    assert [t.name for t in CHEMOTHERAPY.targets(192)] == ["cr_crh_cri", "cr"]
    np.testing.assert_array_equal(
        cohorts.chemotherapy({"chemosensitivity": np.ones(2)}, 4, silent), [[0.1, 0.3], [0.1, 0.3]]
    )


def test_no_trial_settles_what_is_calibrated_on_it() -> None:
    """What a trial states itself wins over a calibration, which would then look for it in vain."""
    free = {item.name.removesuffix(" spread") for stage in STAGES for item in stage.prior}
    for name in ("mt103_211", "inovate_soc", "flag_ida_bari"):
        trial = library.trial(name)
        assert free.isdisjoint({*trial.after, *trial.shift}), name


def test_a_median_not_reached_is_late_and_an_endpoint_without_patients_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {key: 0.5 for key in ENDPOINTS} | {"os_median": math.nan}
    del found["mrd_response"]
    monkeypatch.setattr(cohorts, "_tables", lambda *_: [made_up(["CR", ""], [0.1, 0.2])])
    monkeypatch.setattr(cohorts, "values", lambda _table, _arm: found)
    (row,) = cohorts.remission({"k_kill": np.ones(1)}, 4, silent)
    targets = {t.name: (t, x) for t, x in zip(REMISSION.targets(256), row, strict=True)}
    late, x = targets["os_median"]
    assert late.compared(x) == late.compared(late.highest)
    assert math.isnan(targets["mrd_response"][1])
    assert np.isnan(row).sum() == 1


# ---- values


def test_lymphocytes_are_the_digitised_ones() -> None:
    ratios = [p for p in calibration("lymphocytes_klinger") if p.key == "cd8_ratio"]
    found = {t.name: t for t in LYMPHOCYTES.targets(96)}
    for p in ratios:
        assert p.days is not None
        target = found.pop(f"CD8 over baseline, day {p.days[0]:.3g}")
        own = from_quartiles("x", p.value, p.low, p.high, 19)
        assert target.value == p.value
        assert target.sd > own.sd, "a model error is added to that of a median of 19"
    (before,) = (p for p in calibration("lymphocytes_klinger") if p.key == "cd8" and p.days == (0.0, 0.0))
    assert found.pop("CD8 at baseline").value == before.value
    assert len(found) == 2
    assert all(name.startswith(B_CELLS) for name in found)


def test_il6_is_the_digitised_one() -> None:
    scored = [p for p in calibration("il6_hijazi") if p.group == "scored"]
    targets = IL6.targets(96)
    assert [t.value for t in targets] == [p.value for p in scored]
    for t, p in zip(targets, scored, strict=True):
        assert t.name.startswith(f"IL-6 {p.arm}, day")


def of_counts(p: Published) -> float:
    assert p.events is not None
    assert p.n is not None
    return (p.events + 0.5) / (p.n + 1.0)


def test_mt103_211_is_the_published_one() -> None:
    found = {t.name: t for t in REMISSION.targets(256)}
    of_trial = [p for p in calibration("mt103_211") if p.group != "evaluable by the FDA"]
    for p in of_trial:
        if p.key in found and p.unit == "%":
            assert found.pop(p.key).value == pytest.approx(of_counts(p)), p.key
    for key in ("rfs_median", "os_median"):
        (p,) = (p for p in of_trial if p.key == key)
        target = found.pop(key)
        assert (target.value, target.sd) == (p.value, from_interval("x", p.value, p.low, p.high).sd)
    (css,) = (p for p in calibration("zhu_2018") if p.key == "or_css")
    assert found.pop("or_css").value == css.value
    one, other = (p for p in calibration("pooled_2023") if p.key == "or_blasts_below_50")
    burden = found.pop("or_blasts_below_50")
    assert burden.value == pytest.approx(math.sqrt(one.value * other.value))
    assert min(one.low, other.low) < burden.value < max(one.high, other.high)
    treg = {p.group: p.value for p in calibration("duell_2017") if p.key == "treg_median"}
    ratio = treg["non-responders"] / treg["responders"]
    assert found.pop("Treg of failures over responders").value == pytest.approx(ratio)
    (label,) = (p for p in calibration("label_crs") if p.key == "crs_any" and p.group == "treated")
    assert found.pop("crs_any").value == pytest.approx(label.value / 100.0)
    (onset,) = (p for p in calibration("label_crs") if p.key == "crs_onset_median")
    assert found.pop("day of first CRS").value == onset.value
    (lost,) = (p for p in calibration("jabbour_2018") if p.key == "cd19_negative_at_failure")
    assert found.pop("cd19_negative_at_failure").value == pytest.approx(of_counts(lost))
    assert found == {}


def test_chemotherapy_is_the_published_one() -> None:
    soc, flag = CHEMOTHERAPY.targets(192)
    (p,) = (p for p in calibration("ino_vate_soc") if p.key == "cr_crh_cri" and p.group == "all")
    (q,) = (q for q in calibration("flag_ida_bari") if q.key == "cr")
    assert (soc.value, flag.value) == pytest.approx((of_counts(p), of_counts(q)))


def moved(p: Published) -> Published:
    """Return a published figure that says something else."""
    events = None if p.events is None else p.events + (1 if p.events < (p.n or 0) else -1)
    share = 1.05 if p.group != "responders" else 1.02  # or a ratio of two would stay
    return replace(p, value=share * p.value, low=share * p.low, high=share * p.high, events=events)


def other_values(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[Target, Target]]:
    """Return each target as it is, and as it would be had every source printed something else."""
    before = {f"{stage.name}: {t.name}": t for stage in STAGES for t in stage.targets(stage.patients)}
    monkeypatch.setattr(targets_module, "calibration", lambda name=None: tuple(map(moved, calibration(name))))
    after = {f"{stage.name}: {t.name}": t for stage in STAGES for t in stage.targets(stage.patients)}
    assert list(before) == list(after)
    return {name: (before[name], after[name]) for name in before}


def test_every_target_follows_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    found = other_values(monkeypatch)
    stayed = {name for name, (a, b) in found.items() if a.value == b.value}
    assert stayed == set()
    assert len(found) > 40


def test_the_b_cells_follow_their_source(monkeypatch: pytest.MonkeyPatch) -> None:
    found = other_values(monkeypatch)
    of_b_cells = [pair for name, pair in found.items() if name.split(": ")[1].startswith(B_CELLS)]
    assert len(of_b_cells) == 2
    assert all(a.value != b.value for a, b in of_b_cells)


def test_an_unknown_figure_is_one_error() -> None:
    with pytest.raises(LibraryError, match="published figures of mt103_211: found no nothing"):
        published("mt103_211", "nothing")
    with pytest.raises(LibraryError, match="No published results 'tower' for calibration"):
        published("tower", "cr_crh")


# ---- what calibration may import


def source_of(module: str) -> Path | None:
    """Return the file of a module of the package, or None for any other name."""
    if module.split(".")[0] != "trimer":
        return None
    parts = module.split(".")[1:]
    places = (PACKAGE.joinpath(*parts[:-1], f"{part}.py") for part in parts[-1:])
    return next((path for path in (*places, PACKAGE.joinpath(*parts, "__init__.py")) if path.is_file()), None)


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every (module, name) that a file imports, anywhere in it; the name is empty for a module alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "the house imports by full name"
            yield from ((node.module or "", alias.name) for alias in node.names)


def reached() -> dict[Path, set[tuple[str, str]]]:
    """Return every file of the package that calibration, populations or trials import, with what it imports."""
    folders = ("calibrate", "population", "trial")
    waiting = [path for folder in folders for path in (PACKAGE / "study" / folder).glob("*.py")]
    found: dict[Path, set[tuple[str, str]]] = {}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = set(imports(path))
            modules = {m for module, name in found[path] for m in (module, f"{module}.{name}")}
            waiting += [p for m in modules if (p := source_of(m)) is not None]
    return found


def test_nothing_that_calibration_reaches_imports_what_is_kept_back() -> None:
    files = reached()
    assert Path(cohorts.__file__) in files
    assert (PACKAGE / "study" / "trial" / "treat.py") in files
    own = Path(load_published.__file__)
    assert own in files
    for path, names in files.items():
        if path == own:
            continue
        for module, name in names:
            reads = module == "trimer.library.load_published" and name not in ("Published", "calibration")
            assert not reads, f"{path.name} imports {name or 'the module'} of load_published"
            assert name != "load_published", f"{path.name} could call validation by the module"


def words_of(path: Path) -> Iterator[str]:
    """Yield the names, attributes and texts of a file, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


@pytest.mark.parametrize("folder", ["calibrate", "population", "trial"])
def test_no_path_to_what_is_kept_back_is_spelt(folder: str) -> None:
    kept = {path.stem for path in (FOLDER / "validation").glob("*.toml")}
    files = sorted((PACKAGE / "study" / folder).glob("*.py"))
    assert files
    for path in files:
        said = set(words_of(path))
        assert "validation" not in said, path.name
        assert not [word for word in said if "published/validation" in word], path.name
        if folder == "calibrate":
            assert not said & kept, f"{path.name} names a trial kept for validation"


def literal(call: ast.Call, place: int) -> bool:
    return len(call.args) > place and isinstance(call.args[place], ast.Constant)


def typed_in(is_maker: Callable[[str], bool]) -> list[str]:
    """Return the targets made in targets.py whose value is a number in the code."""
    tree = ast.parse(Path(targets_module.__file__).read_text(encoding="utf-8"))
    made = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    calls = [call for call in made if isinstance(call.func, ast.Name) and is_maker(call.func.id)]
    assert len(calls) >= 2
    return [ast.unparse(call) for call in calls if literal(call, 1) or any(k.arg == "value" for k in call.keywords)]


def test_no_value_of_a_target_is_a_number_in_the_code() -> None:
    assert typed_in(lambda name: name.startswith("from_")) == []
    assert typed_in(lambda name: name == "Target") == []


def test_the_walk_finds_what_it_looks_for() -> None:
    assert importlib.util.find_spec("trimer.study.calibrate.targets") is not None
    assert ("trimer.library.load_published", "calibration") in set(imports(Path(targets_module.__file__)))
    assert "validation" in set(words_of(Path(load_published.__file__)))
    assert "TOWER" not in set(words_of(Path(targets_module.__file__)))
