"""Put every published endpoint beside virtual trials of the same size: what was fitted, and what was predicted.

A replicate is a trial as it was, with its own number of patients and one calibrated draw of the population's
parameters, so that the spread over replicates holds both what is uncertain about the population and the play of chance.
Replicate *r* uses the same draw in every trial; ratios between trials are therefore taken replicate by replicate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.chunks import spans_of
from trimer.errors import InputError, LibraryError
from trimer.library.files import HERE, read_toml
from trimer.library.load_calibration import calibrated as calibrated_draws
from trimer.library.load_published import EXACT, Published, exact_binomial, validation
from trimer.library.load_published import calibration as fitted
from trimer.study.scenario import SEED
from trimer.study.simulation import Table
from trimer.study.trial.run import CHUNK, describe, task_of
from trimer.study.trial.runner import run_chunks
from trimer.study.trial.store import TrialStore, versions
from trimer.study.trial.summary import MONTH, failed, solved
from trimer.study.trial.task import population_of
from trimer.study.validation_curves import il6, lymphocytes
from trimer.study.validation_match import (
    BOTH,
    COHORTS,
    CONTROLS,
    ENGAGER,
    FIRST,
    GROUPS,
    IL6,
    LYMPHOCYTES,
    OWN,
    SEEN,
    SETTINGS,
    TRIAL_OF,
    Match,
    Setting,
    chosen,
    match,
    value_of,
    words_of,
)
from trimer.study.validation_result import Interval, Item, Role, ValidationResult, acceptance, stored
from trimer.therapy.trial import Trial

__all__ = ["REPLICATES", "Item", "ValidationResult", "acceptance", "remarks", "stored", "validate"]

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
Pieces = dict[str, list[Table]]  # rows of each arm, by replicate
REPLICATES, FEWEST = 200, 4
LEVEL = (0.025, 0.5, 0.975)
NEAR = 0.9  # with fewer than this share of the published patients, the comparison says so
ROLES: dict[str, Role] = {"calibration": "calibrated", "validation": "predicted"}
REMARKS = HERE / "validation_remarks.toml"
PLAIN = ("all", "treated", "scored")  # groups that need no words


@dataclass(frozen=True)
class _Run:
    """Hold a finished virtual trial: the trial, its rows, and how many patients failed in each arm."""

    trial: Trial
    pieces: Pieces
    failed: dict[str, int]


def validate(
    replicates: int = REPLICATES,
    *,
    seed: int = SEED,
    trials: Sequence[str] | None = None,
    calibration: str | None = None,
    threads: int | None = None,
    keep: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> ValidationResult:
    """Put published endpoints beside virtual trials of the same size.

    Parameters
    ----------
    replicates : int
        Virtual repetitions of each trial.
    seed : int
    trials : sequence of str, optional
        Trials of the library, ``"lymphocytes"`` and ``"il6"`` (digitised series). All by default; what is published of
        the others is listed without a comparison.
    calibration : str, optional
        Calibrated population parameters: a name in the library, a CSV file, or ``""`` for typical values. Default: the
        populations' own.
    threads : int, optional
    keep : str or Path, optional
        Folder in which every virtual trial has one of its own, with its rows a chunk at a time.
    resume : bool
        Whether to go on with what the folder holds.
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    InputError
        When a number is out of range, a trial unknown, or the folder holds something else.
    LibraryError
        When a library file has a fault, or there is no such calibration.
    """
    if not (isinstance(replicates, int) and replicates >= FEWEST):
        raise InputError("replicates", repr(replicates), f"a whole number, at least {FEWEST}")
    if resume and keep is None:
        raise InputError("resume", "no folder", "the folder to go on with", "Give --keep as well.")
    say = progress or (lambda _text, _share: None)
    everything = [*validation(), *fitted()]
    why = remarks(everything)
    made = {setting.name: setting.made() for setting in _wanted(trials)}
    work = sum(trial.n for trial in made.values())
    runs: dict[str, _Run] = {}
    done = 0
    for name, trial in made.items():
        tell = _teller(say, name, done / work, trial.n / work)
        runs[name] = _run(trial, replicates, seed, calibration, threads, keep, resume, tell)
        done += trial.n
    asked = {name for name in COHORTS if trials is None or name in trials}
    drawn = _series(everything, asked, replicates, seed, calibration, threads, say)
    items = tuple(_item(p, runs, drawn.get(id(p)), asked, why) for p in everything)
    say("validated", 1.0)
    found = ValidationResult(items, _told(runs), replicates, _others(runs))
    return replace(found, provenance=_provenance(items, replicates, seed, calibration))


def remarks(published: Sequence[Published], path: Path = REMARKS) -> dict[str, dict[str, str]]:
    """Return what is known about differences: by source, then by endpoint, or endpoint with arm and group.

    Keys are ``"os_median"``, ``"os_median, chemotherapy"`` or ``"os_median, chemotherapy, no salvage before"``; the
    longest that fits counts.

    Raises
    ------
    LibraryError
        When the file has a fault, or a remark is on something that is not published.
    """
    if not path.is_file():
        return {}
    document = read_toml(path)
    known: dict[str, set[str]] = {}
    for p in published:
        known.setdefault(p.trial, set()).update(_keys(p))
    for source, entries in document.items():
        where = f"{path.name}: {source}"
        if source not in known or not isinstance(entries, dict):
            raise LibraryError(where, "not a table of a published source", f"one of {', '.join(sorted(known))}")
        for key, text in entries.items():
            if key not in known[source] or not isinstance(text, str):
                raise LibraryError(f"{where}.{key}", "no such endpoint, or no text", "a published endpoint and a text")
    return document


def _keys(p: Published) -> tuple[str, ...]:
    """Return the names under which a remark may stand, the longest first."""
    return f"{p.key}, {p.arm}, {p.group}", f"{p.key}, {p.arm}", f"{p.key}, {p.group}", p.key


def _wanted(trials: Sequence[str] | None) -> list[Setting]:
    names = (*dict.fromkeys(setting.trial for setting in SETTINGS.values()), *COHORTS)
    unknown = [name for name in trials or () if name not in names]
    if unknown or (trials is not None and not trials):
        raise InputError("trials", ", ".join(unknown) or "none", f"of {', '.join(names)}")
    return [setting for setting in SETTINGS.values() if trials is None or setting.trial in trials]


def _teller(say: Progress, name: str, before: float, share: float) -> Progress:
    def tell(text: str, part: float) -> None:
        _, _, rest = text.partition(", ")
        say(f"{name.replace('_', ' ')}, {rest}", before + share * part)

    return tell


def _run(
    trial: Trial,
    count: int,
    seed: int,
    calibration: str | None,
    threads: int | None,
    keep: str | Path | None,
    resume: bool,
    tell: Progress,
) -> _Run:
    """Return replicates of a trial as it was."""
    task = task_of(trial, seed=seed, calibration=calibration, allocation="parallel", threads=threads)
    patients = count * trial.n
    # Of several arms each chunk is a replicate: a task treats all patients between the first and last of an arm.
    chunk = trial.n if len(trial.arms) > 1 else CHUNK
    store = None
    if keep is not None:
        description = describe(task, patients, 0, chunk)
        store = TrialStore.open(Path(keep) / trial.name, description, patients=patients, chunk=chunk)
    table = run_chunks(task, spans_of(0, patients, chunk), store, progress=tell, resume=resume)
    pieces = {arm.name: _pieces(solved(table, arm.name), count) for arm in trial.arms}
    if len(trial.arms) > 1:
        whole = np.asarray(table["status"] == 0)
        pieces[BOTH] = _pieces({name: column[whole] for name, column in table.items()}, count)
    return _Run(trial, pieces, failed(table))


def _pieces(table: Table, count: int) -> list[Table]:
    """Return the rows of every replicate, in the order of patients."""
    order = np.lexsort((table["patient"], table["replicate"]))
    ends = np.searchsorted(table["replicate"][order], np.arange(count + 1))
    ordered = {name: column[order] for name, column in table.items()}
    return [{n: c[low:high] for n, c in ordered.items()} for low, high in pairwise(ends)]


def _series(
    everything: Sequence[Published],
    asked: set[str],
    count: int,
    seed: int,
    calibration: str | None,
    threads: int | None,
    say: Progress,
) -> dict[int, Array]:
    """Return the replicates' values of digitised rows, by the row's identity."""
    found: dict[int, Array] = {}
    own = population_of(SETTINGS[OWN].made()).calibration if calibration is None else calibration
    for name, simulate in ((LYMPHOCYTES, lymphocytes), (IL6, il6)):
        rows = [p for p in everything if TRIAL_OF.get(p.trial) == name and p.group != "not scored"]
        if name in asked and rows:
            say(f"{name}, digitised series", 0.99)
            values = simulate(rows, calibrated_draws(own), count, seed, threads)
            found |= {id(p): x for p, x in zip(rows, values, strict=True)}
    return found


def _item(
    p: Published, runs: Mapping[str, _Run], drawn: Array | None, asked: set[str], why: Mapping[str, Mapping[str, str]]
) -> Item:
    """Return a published number with what stands beside it."""
    item = _published(p, next((why[p.trial][key] for key in _keys(p) if key in why.get(p.trial, {})), ""))
    if p.days is not None:
        cohort = TRIAL_OF[p.trial]
        if drawn is not None:
            return replace(item, simulated=cohort, predicted=_interval(drawn), counted=float(p.n or 0))
        return replace(item, reason="not scored" if p.group == "not scored" and cohort in asked else _CHOSEN)
    place = match(p)
    if isinstance(place, str):
        return replace(item, reason=place)
    if place.setting not in runs or (place.reference and place.reference[0] not in runs):
        return replace(item, reason=_CHOSEN)
    run = runs[place.setting]
    months = run.trial.follow_up / MONTH
    if p.unit == "month" and p.value > months:
        return replace(item, reason=f"beyond the virtual trial's {months:.0f} months of follow-up")
    values, counted = _values(place, runs)
    values = 100.0 * values if p.unit == "%" else values
    said = _remarks(item, place, counted, months)
    predicted = _interval(values)
    simulated = run.trial.name if place.reference is None else _names(place)
    return replace(item, simulated=simulated, predicted=predicted, counted=counted, remarks=said)


_CHOSEN = "not simulated: trial not chosen"


def _names(place: Match) -> str:
    assert place.reference is not None
    return " and ".join(dict.fromkeys((place.setting, place.reference[0])))


def _published(p: Published, why: str) -> Item:
    """Return a published number with its 95 % interval: as printed, or exact from events or percentage."""
    low, high, interval = p.low, p.high, "exact" if p.interval == EXACT else p.interval
    observed = p.value
    if p.unit == "%" and p.n is not None:
        if p.events is not None:
            observed = 100.0 * p.events / p.n
        elif not interval:
            (low, high), interval = exact_binomial(round(p.value / 100.0 * p.n), p.n), "exact, of the percentage"
    words = words_of(p.key)
    if p.days is not None:
        words = _series_words(p)
    elif p.reference in GROUPS:
        words = f"{words.split(',')[0]}, {p.group} against {p.reference.removeprefix('blasts ')}"
    elif p.group not in PLAIN and p.group not in words:
        words += f", {p.group}"
    role: Role = "calibrated" if (p.trial, p.key) in SEEN else ROLES[p.role]
    return Item(
        trial=p.trial, title=p.label, arm=p.arm, key=p.key, group=p.group, endpoint=words, role=role,
        unit=p.unit, n=p.n, events=p.events, observed=observed, low=low, high=high, interval=interval,
        recalled=not p.seen, source=p.source, where=p.where, note=p.note, days=p.days, why=why,
    )  # fmt: skip


SERIES = {
    "cd8": "CD8 T cells",
    "cd8_ratio": "CD8 T cells over baseline",
    "b_cells": "B cells",
    "b_cells_at_floor": "patients with B cells at the floor",
    "cd8_ratio_lowest": "CD8 T cells over baseline, lowest",
    "cd8_ratio_highest": "CD8 T cells over baseline, highest",
}


def _series_words(p: Published) -> str:
    first, last = p.days or (0.0, 0.0)
    when = f"day {first:.3g}" if first == last else f"days {first:g} to {last:g}"
    return f"{SERIES[p.key]}, {when}" if p.key in SERIES else f"IL-6, {p.arm} schedule, {when}"


def _values(place: Match, runs: Mapping[str, _Run]) -> tuple[Array, float]:
    """Return an endpoint of every replicate, and the median of patients counted."""
    rows = runs[place.setting].pieces[place.arm]
    others: Sequence[Table | None] = [None] * len(rows)
    if place.reference is not None:
        setting, arm, keep = place.reference
        against = Match(setting, arm, place.value, keep)
        others = [chosen(piece, against) for piece in runs[setting].pieces[arm]]
    found = [place.value(chosen(own, place), other) for own, other in zip(rows, others, strict=True)]
    counts = [n for value, n in found if not math.isnan(value)]
    return np.array([value for value, _ in found]), float(np.median(counts)) if counts else 0.0


def _interval(values: Array) -> Interval | None:
    """Return the 95 % interval and the median over replicates, each a replicate's own value.

    A time not reached ranks after all others; replicates in which nobody counts are left out, and where that is so in
    all of them there is none.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, middle, high = np.quantile(known, LEVEL, method="inverted_cdf").tolist()
    return low, middle, high


def _remarks(item: Item, place: Match, counted: float, months: float) -> tuple[str, ...]:
    said = []
    if item.n and counted < NEAR * item.n and place.reference is None and place.first is not None:
        said.append(f"computed in {counted:.0f} virtual patients, {item.n} published")
    elif item.trial == "pooled_2023":
        said.append(f"computed in {counted:.0f} virtual patients of MT103-211, {item.n} of five trials published")
    if item.n is None and place.setting in (CONTROLS, FIRST):
        said.append(f"number of patients not published; {counted:.0f} virtual ones")
    if item.trial == "historical" and place.reference:
        said.append("virtual patients of both have the same mix, where the source balanced records by propensity")
    if item.unit == "month" and math.isfinite(item.high) and item.high > months:
        said.append(f"the published upper limit lies beyond the virtual trial's {months:.0f} months")
    return tuple(said)


def _told(runs: Mapping[str, _Run]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "label": run.trial.label,
            "patients": run.trial.n,
            "follow_up": run.trial.follow_up / MONTH,
            "population": run.trial.population,
            "failed": run.failed,
        }
        for name, run in runs.items()
    }


def _others(runs: Mapping[str, _Run]) -> dict[str, Interval]:
    """Return figures that no source has and an aim asks for, in per cent."""
    key = "crs_near_start"
    if OWN not in runs:
        return {}
    values, _ = _values(Match(OWN, ENGAGER, value_of(key)), runs)
    found = _interval(100.0 * values)
    return {f"{OWN}.{key}": found} if found else {}


def _provenance(items: Sequence[Item], replicates: int, seed: int, calibration: str | None) -> dict[str, Any]:
    own = population_of(SETTINGS[OWN].made()).calibration if calibration is None else calibration
    drawn = calibrated_draws(own)
    return {
        "trimer": version("trimer"),
        "calibration": own or "none: typical values of the library",
        "draws": len(next(iter(drawn.values()))) if drawn else 0,
        "replicates": replicates,
        "seed": seed,
        "published numbers": len(items),
        "versions": versions(),
    }
