"""A population drawn: who its patients are, what their parameters are, and, when grown, the state in which they enter.

Patient *i* here is patient *i* of a virtual trial of this population with the same seed, calibration and bounds.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.chunks import spans_of
from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.library import outcome_parameters
from trimer.library.load_calibration import calibrated as calibrated_draws
from trimer.parameters import Parameter
from trimer.population import EVERYWHERE, Bounds, Covariate, Population
from trimer.storage import keep
from trimer.study.assemble import Assembly, assemble
from trimer.study.population.burden import CLOSE, RTOL, seeds
from trimer.study.population.patients import SEED, SPREAD, sample
from trimer.study.research import NOTICE
from trimer.study.scenario import RUN_IN, SIZE
from trimer.therapy.trial import Criterion, Operator
from trimer.units import parse

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
Within = Mapping[str, Bounds] | Sequence[str]

SCHEMA, STRATA = "trimer/population/1", "trimer/population-strata/1"
PATIENTS, CHUNK, MOST = 1000, 4096, 1_000_000
QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
#: What is read of a patient who has been grown to entry.
ENTRY = ("marrow_blast_percent", "mrd_marrow", "blasts_blood", "anc", "platelets", "haemoglobin", "t_cells_blood")
_CONDITION = re.compile(r"(\w+)\s*(>=|<=|>|<|is\b|==)\s*([^=\s].*)")


@dataclass(frozen=True)
class PopulationSample:
    """Hold patients drawn from a population.

    Attributes
    ----------
    population : Population
    seed, first : int
        ``first`` is the number of the first patient.
    calibration : str
        Calibrated population parameters they use; empty for typical values.
    within : dict of str to (low, high)
        Bounds of covariates that they were drawn within, both included.
    share : float
        Part of the population that lies within, as its file says.
    draw : array of int, shape (n_patients,)
        Number of the calibrated draw of each.
    covariates, parameters : dict of str to array, shape (n_patients,)
        Canonical units; the start of the run-in (``blasts_initial``) is each patient's own once they are grown.
    entry : dict of str to array, shape (n_patients,)
        Outputs at entry; empty unless grown, NaN where a patient could not be solved.
    known : dict of str to Parameter
        What the parameters are, the population's own in place of the model's.
    """

    population: Population
    seed: int
    first: int
    calibration: str
    within: dict[str, Bounds]
    share: float
    draw: NDArray[np.int64]
    covariates: dict[str, Array]
    parameters: dict[str, Array]
    known: dict[str, Parameter]
    entry: dict[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.draw)

    @property
    def missed(self) -> NDArray[np.bool_]:
        """Whether each patient enters with another burden than drawn, by more than the search's tolerance."""
        scale = 100.0 if self.population.burden == "marrow_blast_percent" else 1.0
        wanted, reached = (x[self.population.burden] / scale for x in (self.covariates, self.entry))
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = np.log(reached / (1.0 - reached)) - np.log(wanted / (1.0 - wanted))
        found: NDArray[np.bool_] = ~(np.abs(gap) <= CLOSE) & (wanted > 0.0)
        return found

    def set_by(self, parameter: str) -> str:
        """Return what says how a parameter is distributed: ``"calibration"``, ``"population"`` or ``"model"``.

        ``"burden"`` for the start of the run-in of patients who were grown to the burden drawn.
        """
        if self.entry and parameter == "blasts_initial":
            return "burden"
        drawn = calibrated_draws(self.calibration)
        settled = parameter in self.population.settles
        if not settled and (parameter in drawn or parameter + SPREAD in drawn):
            return "calibration"
        return "population" if parameter in self.population.parameters else "model"

    def ranges(self) -> dict[str, float]:
        """Return how many times the 5th percentile the 95th is, of each parameter above 0 that varies; widest first."""
        found = {}
        for name, values in self.parameters.items():
            low, high = np.quantile(values, [QUANTILES["q05"], QUANTILES["q95"]])
            if low > 0.0 and high > low:
                found[name] = float(high / low)
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def shares(self, name: str, values: Array | None = None) -> list[dict[str, float]]:
        """Return the classes of a covariate: bounds, share in the file, share expected within the bounds, share drawn.

        Parameters
        ----------
        name : str
        values : array, shape (n_patients,), optional
            Instead of the values drawn.
        """
        item = self.population.covariates[name]
        expected = item.class_shares(self.within.get(name, EVERYWHERE))
        counts = class_counts(item, self.covariates[name] if values is None else values)
        return [
            {"low": c.low, "high": c.high, "published": c.share, "expected": e, "drawn": k / len(self), "patients": k}
            for c, e, k in zip(item.classes, expected, counts, strict=True)
        ]

    def table(self) -> dict[str, NDArray[Any]]:
        """Return one column a covariate, parameter and output at entry, these last named ``entry_<output>``."""
        numbers: dict[str, NDArray[Any]] = {"patient": np.arange(self.first, self.first + len(self)), "draw": self.draw}
        return {**numbers, **self.covariates, **self.parameters, **{f"entry_{n}": x for n, x in self.entry.items()}}

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values; patients one by one are in :meth:`table`."""
        described = self.population.covariates
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "notice": NOTICE,
            "population": self.population.name,
            "label": self.population.label,
            "patients": len(self),
            "first": self.first,
            "seed": self.seed,
            "calibration": self.calibration,
            "calibrated draws": len(np.unique(self.draw)) if self.calibration else 0,
            "within": {n: [_plain(x) for x in bounds] for n, bounds in self.within.items()},
            "share of the population": self.share,
            "sources": list(self.population.sources()),
            "covariates": {n: summary(x) for n, x in self.covariates.items()},
            "parameters": {
                n: {**summary(x), "unit": self.known[n].unit, "set by": self.set_by(n), **_provenance(self.known[n])}
                for n, x in self.parameters.items()
                if n in self.known
            },
        }
        for name, item in described.items():
            classes = {"classes": self.shares(name)} if item.classes else {}
            document["covariates"][name] |= {"unit": item.unit, **classes, **_provenance(item)}
        if self.entry:
            missed = {"patients with another burden than drawn": int(self.missed.sum())}
            document["entry"] = {**missed, **{n: summary(x) for n, x in self.entry.items()}}
        return document


def draw_population(
    name: str | Path | Population,
    patients: int = PATIENTS,
    *,
    seed: int = SEED,
    first: int = 0,
    within: Within = (),
    calibration: str | None = None,
    grow: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> PopulationSample:
    """Draw patients of a population.

    Parameters
    ----------
    name : str, Path or Population
        A population of the library, or the user's own file.
    patients, seed, first : int
        Patients ``first`` to ``first + patients - 1``; each is a function of the seed and his number.
    within : mapping of str to (low, high), or sequence of str
        Bounds of covariates in canonical units, both included, or conditions such as ``"age >= 60 year"``. Patients
        move within the distribution and keep their ranks; nobody is thrown away.
    calibration : str, optional
        Calibrated population parameters: a name in the library, a CSV file, or ``""`` for typical values. Default: the
        population's own.
    grow : bool
        Whether each patient's untreated disease is grown to the burden drawn, and the state at entry simulated.
    threads : int, optional
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    InputError
        When a number or condition is at fault, or nobody is within the bounds.
    LibraryError
        When there is no such population or calibration, or its file is at fault.
    """
    found = name if isinstance(name, Population) else library.population(name)
    if not (isinstance(patients, int) and 1 <= patients <= MOST):
        raise InputError("patients", repr(patients), f"a whole number, 1 to {MOST:,}")
    if not (isinstance(first, int) and first >= 0):
        raise InputError("first", repr(first), "a whole number, at least 0")
    bounds = bounds_of(found, within)
    chosen = found.calibration if calibration is None else calibration
    assembly = untreated()
    known = {**assembly.parameters, **outcome_parameters()}
    drawn = sample(
        found, known, seed, first, patients, within=bounds, calibrated=calibrated_draws(chosen), settled=found.settles
    )
    known |= {n: p for n, p in found.parameters.items() if n in known}
    share = _share(found, bounds, drawn.covariates)
    entry: dict[str, Array] = {}
    if grow:
        start, entry = _grown(found, assembly, drawn.covariates, drawn.columns, threads, progress)
        drawn.columns["blasts_initial"] = start
    return PopulationSample(
        found, seed, first, chosen, bounds, share, drawn.draw, drawn.covariates, drawn.columns, known, entry
    )


def draw_strata(
    name: str | Path | Population,
    covariate: str,
    edges: Sequence[float],
    each: int,
    *,
    first: int = 0,
    within: Within = (),
    **settings: Any,
) -> list[PopulationSample]:
    """Draw as many patients in each stratum between neighbouring edges of a covariate.

    Parameters
    ----------
    name, first, within
        As :func:`draw_population`; the numbers of patients run on from stratum to stratum.
    covariate : str
    edges : sequence of float
        Rising, in the covariate's unit. A stratum has its lower edge and not its upper, the last one both.
    each : int
        Patients of a stratum.
    **settings
        ``seed, calibration, grow, threads, progress`` of :func:`draw_population`.

    Raises
    ------
    InputError, LibraryError
        As :func:`draw_population`.
    """
    found = name if isinstance(name, Population) else library.population(name)
    if len(edges) < 2 or not all(low < high for low, high in pairwise(edges)):
        raise InputError("strata", ", ".join(f"{x:g}" for x in edges) or "nothing", "two or more rising edges")
    outer = bounds_of(found, within)
    least, most = outer.get(covariate, EVERYWHERE)
    samples = []
    for k, (low, high) in enumerate(pairwise(edges)):
        high = high if k == len(edges) - 2 else math.nextafter(high, -math.inf)
        bounds = {**outer, covariate: (max(low, least), min(high, most))}
        samples.append(draw_population(found, each, first=first + k * each, within=bounds, **settings))
    return samples


def bounds_of(population: Population, within: Within) -> dict[str, Bounds]:
    """Return bounds of covariates, both included, from bounds or from conditions such as ``"age >= 60 year"``.

    Raises
    ------
    InputError
        When a condition cannot be read, or names what is no covariate of the population.
    UnitError
        When its value has no unit or one of the wrong kind.
    """
    if isinstance(within, Mapping):
        for name, (low, high) in within.items():
            _covariate(population, name)
            if math.isnan(low) or math.isnan(high):
                raise InputError(f"bounds of {name}", f"{low:g} to {high:g}", "two numbers, infinities among them")
        return {name: (float(low), float(high)) for name, (low, high) in within.items()}
    found: dict[str, Bounds] = {}
    for text in [within] if isinstance(within, str) else within:
        item = _condition(population, text)
        least, most = found.get(item.covariate, EVERYWHERE)
        found[item.covariate] = max(item.bounds[0], least), min(item.bounds[1], most)
    return found


def _condition(population: Population, text: str) -> Criterion:
    example = '"marrow_blast_percent >= 50 %" or "ph_positive is 0"'
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise InputError("condition", f'"{text}"', f"a covariate, a comparison and a value, such as {example}")
    name, word, stated = match.groups()
    item = _covariate(population, name)
    counted = item.unit == "number" and stated.isdecimal()
    value = parse(f"{stated} number" if counted else stated, item.unit, f'condition "{text}"')
    words: dict[str, Operator] = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "is": "==", "==": "=="}
    return Criterion(name, words[word], value, text)


def _covariate(population: Population, name: str) -> Covariate:
    if name not in population.covariates:
        near = difflib.get_close_matches(name, population.covariates, n=1)
        hint = f"Nearest: {near[0]}." if near else ""
        raise InputError("covariate", f'"{name}"', f"one of {', '.join(population.covariates)}", hint)
    return population.covariates[name]


@lru_cache(maxsize=1)
def untreated() -> Assembly:
    """Return the model without treatment, from the start of the run-in; drugs are cleared as at the usual surface."""
    return assemble((), {}, SIZE, -RUN_IN)


def summary(values: NDArray[Any]) -> dict[str, float | None]:
    """Return mean, standard deviation and quantiles 0.05, 0.5 and 0.95 of what is finite; None when nothing is."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return dict.fromkeys(("mean", "sd", *QUANTILES))
    return {"mean": float(kept.mean()), "sd": float(kept.std()),
            **{name: float(np.quantile(kept, q)) for name, q in QUANTILES.items()}}  # fmt: skip


def class_counts(item: Covariate, values: Array) -> list[int]:
    """Return how many values lie in each class; a class has its lower end, the last one both, a category its number."""
    if item.shape == "categories":
        return [int((values == c.low).sum()) for c in item.classes]
    last = item.classes[-1]
    return [
        int(((values >= c.low) & ((values < c.high) if c is not last else (values <= c.high))).sum())
        for c in item.classes
    ]


def write_table(samples: Sequence[PopulationSample], path: str | Path) -> None:
    """Write patients one by one as CSV or Parquet, as the file's ending says; several samples with their ``stratum``.

    Raises
    ------
    InputError
        When the ending is another, or the file cannot be written.
    """
    place = check_table(path)
    tables = [one.table() for one in samples]
    joined: dict[str, NDArray[Any]] = {n: np.concatenate([table[n] for table in tables]) for n in tables[0]}
    if len(samples) > 1:
        joined["stratum"] = np.repeat(np.arange(len(samples)), [len(one) for one in samples])
    payload = _csv(joined) if place.suffix == ".csv" else _parquet(joined)
    if not keep(place.parent, place.name, payload, private=False):
        raise InputError("--out", str(place), "a file that can be written")


def check_table(path: str | Path) -> Path:
    """Return where patients are to be written, before anybody is drawn.

    Raises
    ------
    InputError
        When the ending is another than .csv or .parquet, or there is no such folder.
    """
    place = Path(path)
    if place.suffix not in (".csv", ".parquet"):
        raise InputError("--out", str(place), "a file that ends with .csv or .parquet")
    if not place.parent.is_dir():
        raise InputError("--out", str(place), "a file in a folder that exists")
    return place


def _share(population: Population, bounds: Mapping[str, Bounds], covariates: Mapping[str, Array]) -> float:
    """Return the part of a population that lies within bounds; what depends on another covariate over those drawn."""
    part = np.ones(1)
    for name, within in bounds.items():
        item = population.covariates[name]
        part = part * item.share(within, covariates.get(item.by))
    return float(part.mean())


def _grown(
    population: Population,
    assembly: Assembly,
    covariates: Mapping[str, Array],
    columns: Mapping[str, Array],
    threads: int | None,
    progress: Progress | None,
) -> tuple[Array, dict[str, Array]]:
    """Return the blasts at the start of the run-in and the outputs at entry."""
    burden = covariates[population.burden]
    share = burden / 100.0 if population.burden == "marrow_blast_percent" else burden
    start, entry = np.empty(len(share)), {name: np.empty(len(share)) for name in ENTRY}
    say = progress or (lambda _text, _share: None)
    say("growing to entry", 0.0)
    for begin, count in spans_of(0, len(share), CHUNK):
        rows = slice(begin, begin + count)
        part = {name: column[rows] for name, column in columns.items()}
        start[rows] = part["blasts_initial"] = seeds(assembly, part, share[rows], threads=threads)
        solution = solve(assembly.batch(part, [0.0], ENTRY, RTOL), "cpu", threads)
        for name in ENTRY:
            entry[name][rows] = np.where(solution.status == 0, solution[name][:, -1], np.nan)
        say(f"growing to entry, {begin + count} patients done", (begin + count) / len(share))
    return start, entry


def _provenance(item: Covariate | Parameter) -> dict[str, str]:
    return {name: getattr(item, name) for name in ("kind", "source", "where", "note") if getattr(item, name)}


def _plain(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def _csv(table: Mapping[str, NDArray[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*(column.tolist() for column in table.values()), strict=True))
    return out.getvalue().encode()


def _parquet(table: Mapping[str, NDArray[Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = pa.BufferOutputStream()
    pq.write_table(pa.table({name: pa.array(column) for name, column in table.items()}), out, compression="zstd")
    return bytes(out.getvalue())
