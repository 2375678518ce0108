"""What a simulation answers: endpoints of every patient, curves of the first thousand, decisions, achieved error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.chunks import Chunk
from trimer.engine.solution import Status
from trimer.engine.solve import AchievedError
from trimer.observables import described
from trimer.study.research import NOTICE as NOTICE

SCHEMA = "trimer/simulation/1"
CURVES_OF = 1000  # patients whose curves are kept
QUANTILES = (0.05, 0.5, 0.95)
MEASURES = ("lowest", "highest", "day_lowest", "day_highest", "last")

Table = dict[str, NDArray[Any]]
Log = list[tuple[int, float, str]]  # patient, day, rule


@dataclass(frozen=True)
class Simulation:
    """Hold a simulated treatment.

    Attributes
    ----------
    treatment, label : str
    typical : bool
        Whether this is the typical patient alone.
    patients : int
    outputs : tuple of str
    times : array, shape (n_times,), day
    curves : array, shape (3, n_times, n_outputs)
        Quantiles 0.05, 0.5 and 0.95 over the solved patients among the first ``curves_of``; all three are the patient
        when there is one.
    curves_of : int
    endpoints : dict of str to array, shape (n_patients,)
        ``patient``, ``status``, ``steps``, ``ties``, ``decisions`` (how many), and for each output
        ``<output>_lowest``, ``_highest``, ``_day_lowest``, ``_day_highest``, ``_last``, of the output times; NaN where
        a patient failed.
    decisions : list of (patient, day, rule)
        What the rules of a protocol did; the first 512 of a patient.
    error : dict
        Achieved relative error: median, largest, how many patients were compared, in how many of them the rules
        decided otherwise when solved tighter.
    provenance : dict
    """

    treatment: str
    label: str
    typical: bool
    patients: int
    outputs: tuple[str, ...]
    times: NDArray[np.float64]
    curves: NDArray[np.float64]
    curves_of: int
    endpoints: Table
    decisions: Log
    error: dict[str, float]
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def statuses(self) -> dict[str, int]:
        """How many patients ended how, in words."""
        return {Status(s).sentence: n for s, n in sorted(Counter(self.endpoints["status"].tolist()).items())}

    def quantiles(self, endpoint: str) -> tuple[float, ...]:
        """Return the quantiles of an endpoint over the solved patients; NaN when there is none."""
        values = self.endpoints[endpoint][self.endpoints["status"] == 0]
        return tuple(float(q) for q in np.quantile(values, QUANTILES)) if len(values) else (np.nan,) * len(QUANTILES)

    def patients_by_rule(self) -> dict[str, int]:
        """Return in how many patients each rule acted, in order of its first act."""
        seen = dict.fromkeys((patient, rule) for patient, _, rule in self.decisions)
        order = dict.fromkeys(rule for _, _, rule in sorted(self.decisions, key=lambda d: d[1]))
        counts = Counter(rule for _, rule in seen)
        return {rule: counts[rule] for rule in order}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; endpoints as quantiles, since files hold them patient by patient."""
        units = {name: found.unit for name in self.outputs if (found := described(name))}
        kept = {"lowest": 0, "median": 1, "highest": 2}
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "notice": NOTICE,
            "treatment": self.treatment,
            "label": self.label,
            "patients": self.patients,
            "typical patient": self.typical,
            "statuses": self.statuses,
            "achieved relative error": self.error,
            "days": self.times.tolist(),
            "units": units,
            "provenance": self.provenance,
        }
        if self.typical:
            document["curves"] = {n: self.curves[1, :, j].tolist() for j, n in enumerate(self.outputs)}
            document["decisions"] = [{"day": day, "rule": rule} for _, day, rule in self.decisions]
            return document
        document["curves"] = {
            n: {word: self.curves[k, :, j].tolist() for word, k in kept.items()} for j, n in enumerate(self.outputs)
        }
        document["curves of the first patients"] = self.curves_of
        names = [n for n in self.endpoints if n not in ("patient", "status")]
        document["endpoints"] = {n: dict(zip(("q05", "q50", "q95"), self.quantiles(n), strict=True)) for n in names}
        document["patients in whom a rule acted"] = self.patients_by_rule()
        return document


class Tally:
    """Collect chunks into a simulation; holds endpoints of all patients and curves of the first only."""

    def __init__(
        self,
        treatment: str,
        label: str,
        outputs: tuple[str, ...],
        times: NDArray[np.float64],
        typical: bool,
        first: int,
    ) -> None:
        self.treatment, self.label, self.outputs, self.times = treatment, label, outputs, times
        self.typical, self.first = typical, first
        self.tables: list[tuple[Table, Log, dict[str, float]]] = []
        self.curves: list[NDArray[np.float64]] = []
        self.info: dict[str, Any] = {}

    @property
    def patients(self) -> int:
        """How many have been counted."""
        return sum(len(table["patient"]) for table, _, _ in self.tables)

    def add(self, chunk: Chunk, error: AchievedError | None) -> tuple[Table, Log, dict[str, float]]:
        """Count a solved chunk; return what is kept of it."""
        solution = chunk.solution
        at = np.searchsorted(solution.times, self.times - 1e-9)
        values = solution.values[:, at]
        table: Table = {
            "patient": np.arange(chunk.first, chunk.first + chunk.count),
            "status": solution.status,
            "steps": solution.steps,
            "ties": solution.decisions.ties,
            "decisions": solution.decisions.count,
        }
        for j, name in enumerate(self.outputs):
            table |= {f"{name}_{measure}": x for measure, x in _measures(self.times, values[:, :, j]).items()}
        log = [(chunk.first + i, day, rule) for i in range(chunk.count) for day, rule in solution.decisions.of(i)]
        told = {"median": np.nan, "largest": np.nan, "compared": 0, "decided otherwise": 0}
        if error is not None:
            told = dict(zip(told, (error.median, error.maximum, error.patients, error.decided_otherwise), strict=True))
        room = CURVES_OF - (chunk.first - self.first)
        if room > 0:
            self.curves.append(values[:room][solution.ok[:room]])
        self.tables.append((table, log, told))
        self.info = {"backend": solution.backend, "states": len(chunk.problem.system.states)}
        return self.tables[-1]

    def restore(self, table: Table, log: Log, error: dict[str, float]) -> None:
        """Count a chunk that an earlier run has kept; its curves are gone."""
        self.tables.append((table, log, error))

    def simulation(self, provenance: Mapping[str, Any]) -> Simulation:
        """Return everything counted, in order of patients."""
        tables = sorted(self.tables, key=lambda t: int(t[0]["patient"][0]))
        endpoints = {name: np.concatenate([t[name] for t, _, _ in tables]) for name in tables[0][0]}
        errors = [e for _, _, e in tables]
        compared = [e for e in errors if e["compared"]]
        error = {
            "median": float(np.median([e["median"] for e in compared])) if compared else np.nan,
            "largest": max((e["largest"] for e in compared), default=np.nan),
            "compared": sum(e["compared"] for e in errors),
            "decided otherwise": sum(e["decided otherwise"] for e in errors),
        }
        shape = (0, len(self.times), len(self.outputs))
        rows = np.concatenate(self.curves) if self.curves else np.zeros(shape)
        curves = np.quantile(rows, QUANTILES, axis=0) if len(rows) else np.full((len(QUANTILES), *shape[1:]), np.nan)
        log = [entry for _, entries, _ in tables for entry in entries]
        patients = sum(len(t["patient"]) for t, _, _ in tables)
        return Simulation(
            self.treatment, self.label, self.typical, patients, self.outputs, self.times, curves, len(rows), endpoints,
            log, error, {**provenance, **self.info},
        )  # fmt: skip


def _measures(times: NDArray[np.float64], values: NDArray[np.float64]) -> Table:
    """Return the endpoints of one output, each of shape (n_patients,); NaN where a course has a gap."""
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    filled = np.where(whole[:, None], values, 0.0)
    rows = np.arange(len(values))
    low, high = filled.argmin(axis=1), filled.argmax(axis=1)
    found = (filled[rows, low], filled[rows, high], times[low], times[high], filled[:, -1])
    return {m: np.where(whole, x, np.nan) for m, x in zip(MEASURES, found, strict=True)}
