"""Non-compartmental summaries of what an event table holds, or of simulated patients: by subject, drug and exposure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.observables import described
from trimer.record.nonmem.read import read_table
from trimer.record.nonmem.table import Subject
from trimer.study.export.nonmem_simulated import simulate_subjects
from trimer.study.nca import Given, Nca, exposures, summaries
from trimer.study.scenario import SEED, levels, scenario
from trimer.study.simulate import Settings

SCHEMA = "trimer/nca/1"
GAP = 0.1  # day between infusions that count as one exposure
_PLASMA = "_plasma"
_BY_VEIN = ("iv", "civ")


@dataclass(frozen=True)
class Summary:
    """Hold one exposure of one subject to one drug; times in days, concentrations in ``unit`` (per L as amounts ug).

    Attributes
    ----------
    subject, drug : str
    exposure : int
        1 is the first; one without concentrations has no summary, and keeps its number.
    unit : str
        Of concentrations: ng/mL, which is ug/L, so that clearance is L/day.
    extravascular : bool
        Whether CL and Vz are CL/F and Vz/F.
    result : Nca
    """

    subject: str
    drug: str
    exposure: int
    unit: str
    extravascular: bool
    result: Nca

    def to_dict(self) -> dict[str, Any]:
        """Return it as one flat mapping."""
        own = {k: v for k, v in self.__dict__.items() if k != "result"}
        return {**own, **asdict(self.result)}


def nca_table(data: str | Path, dictionary: str | Path | None = None) -> tuple[Summary, ...]:
    """Return the summaries of every drug that an event table has doses and plasma concentrations of.

    A value below the limit of quantification counts as zero; areas end at the last one above it.

    Raises
    ------
    InputError
        When the table is at fault, or has no drug with both.
    """
    return nca_subjects(read_table(data, dictionary).subjects)


def nca_treatment(
    treatment: str | Path,
    *,
    patients: int | None = None,
    days: float | None = None,
    every: float = 1 / 24,
    cycles: int | None = None,
    seed: int = SEED,
) -> tuple[Summary, ...]:
    """Return the summaries of a simulated treatment's engagers; levels below what an assay sees count as zero.

    Parameters
    ----------
    treatment, cycles, seed
        See :func:`trimer.study.scenario.scenario`.
    patients, days, every
        See :class:`trimer.study.simulate.Settings`; samples are every hour unless told otherwise.

    Raises
    ------
    TrimerError
        When something given is at fault, nobody could be simulated, or the treatment has no engager.
    """
    outputs = levels(scenario(treatment, cycles=cycles, seed=seed).assembly.system.outputs)
    chosen = Settings(patients, 0, days, every, outputs)
    return nca_subjects(simulate_subjects(treatment, chosen, cycles=cycles, seed=seed).subjects, floors=True)


def nca_subjects(subjects: Iterable[Subject], floors: bool = False) -> tuple[Summary, ...]:
    """Return the summaries of subjects; see :func:`nca_table`.

    Parameters
    ----------
    subjects : iterable of Subject
    floors : bool
        Whether the vocabulary's floor of an observable is a limit of quantification, as for simulated values.
    """
    found = [summary for subject in subjects for drug in _drugs(subject) for summary in _of(subject, drug, floors)]
    if not found:
        expected = "doses of a drug and concentrations of it (DVID of <drug>_plasma)"
        raise InputError("nca", "no subject with both", expected)
    return tuple(found)


def _drugs(subject: Subject) -> list[str]:
    seen = {o.observable for o in subject.observations}
    return [d for d in dict.fromkeys(dose.drug for dose in subject.doses) if f"{d}{_PLASMA}" in seen]


def _of(subject: Subject, drug: str, floors: bool) -> list[Summary]:
    name = f"{drug}{_PLASMA}"
    doses = [Given(d.time, d.amount, d.rate, d.route not in _BY_VEIN) for d in subject.doses if d.drug == drug]
    known = described(name) if floors else None
    least = known.floor if known else 0.0
    rows = [o for o in subject.observations if o.observable == name and o.comparator in ("=", "<", "<=")]
    told = [(o.time, o.value if o.comparator == "=" and o.value >= least else 0.0) for o in rows if o.value is not None]
    if not told:
        return []
    try:
        found = summaries([t for t, _ in told], [c for _, c in told], doses, GAP)
    except InputError as error:
        raise InputError(f"subject {subject.id}, {drug}", error.found, error.expected, error.hint) from None
    parts = {part[0].time: (k, any(d.extravascular for d in part)) for k, part in enumerate(exposures(doses, GAP), 1)}
    return [Summary(subject.id, drug, k, rows[0].unit, away, one) for one in found for k, away in [parts[one.start]]]
