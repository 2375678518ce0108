"""A question as a file describes it: whom it is asked about, which treatments are compared, what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from trimer.therapy.protocol import Protocol
from trimer.therapy.regimen import Regimen

Group = Literal["population", "twin"]
Treatment = str | Path | Protocol | Regimen | None
RECORDED = "recorded"
"""As a treatment: what the twin's patient was really given from the decision on."""


@dataclass(frozen=True)
class Who:
    """Say whom a question is asked about.

    Attributes
    ----------
    kind : {"population", "twin"}
        Virtual patients, or posterior draws of one patient.
    count : int
        Patients, or draws.
    population : str or Path
    within : tuple of str
        Bounds of covariates, such as ``"marrow_blast_percent >= 50 %"``.
    having : tuple of str
        An option and an outcome that is a share: only those who have it under that option are asked about.
    case, at, until : str
        Of a twin: the case, the date or event at which the question is asked, and the last date that the fit knew
        (empty: all of the record).
    """

    kind: Group
    count: int
    population: str | Path = ""
    within: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    case: str = ""
    at: str = ""
    until: str = ""


@dataclass(frozen=True)
class Before:
    """Say what is given before day 0: a treatment, and how many days before the option's own treatment it begins."""

    treatment: Treatment
    days: float


@dataclass(frozen=True)
class Change:
    """Say what becomes of a parameter in every subject: it is set to ``value`` (canonical unit), or multiplied by it.

    ``text`` is as written.
    """

    value: float
    factor: bool = False
    text: str = ""


@dataclass(frozen=True)
class Option:
    """Hold one treatment that is compared.

    Attributes
    ----------
    name, label : str
    treatment : str, Path, Protocol, Regimen or None
        None: nothing is given. :data:`RECORDED`: as in the record of the twin.
    before : Before or None
    parameters : dict of str to Change
        What if this were so, under this option.
    """

    name: str
    label: str
    treatment: Treatment
    before: Before | None = None
    parameters: Mapping[str, Change] = field(default_factory=dict)


@dataclass(frozen=True)
class Scan:
    """Ask how an answer depends on one parameter.

    Attributes
    ----------
    name : str
    parameter : str
    values : tuple of Change
    outcome : str
    options : tuple of str
        Compared with the reference at each value.
    everywhere : bool
        Whether the reference has the value too: a property of the disease rather than of an option.
    note : str
    """

    name: str
    parameter: str
    values: tuple[Change, ...]
    outcome: str
    options: tuple[str, ...]
    everywhere: bool = True
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """Hold what has been published on the question: citation key and what it says."""

    source: str
    says: str


@dataclass(frozen=True)
class Question:
    """Hold one question.

    Attributes
    ----------
    name, title, question : str
    who : Who
    days : float, day
        Horizon of the outcomes.
    options : tuple of Option
    reference : str
        The option that the others are compared with.
    outcomes : tuple of str
        Shown; the first are the headline.
    trade_off : tuple of str
        Two outcomes drawn against each other; empty for the first two.
    answer : tuple of str
        Three sentences with places for numbers; see :mod:`trimer.study.ask.words`.
    do_not_conclude : str
    limits : tuple of str
    evidence : tuple of Evidence
    scans : tuple of Scan
    scale, response : str
        Criteria of CRS and of response.
    """

    name: str
    title: str
    question: str
    who: Who
    days: float
    options: tuple[Option, ...]
    reference: str
    outcomes: tuple[str, ...]
    answer: tuple[str, ...]
    do_not_conclude: str
    trade_off: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    scans: tuple[Scan, ...] = ()
    scale: str = "astct_2019_crs"
    response: str = "amg"

    def option(self, name: str) -> Option:
        """Return an option by name.

        Raises
        ------
        KeyError
            When there is none.
        """
        return next((o for o in self.options if o.name == name), None) or _none(name)


def _none(name: str) -> Option:
    raise KeyError(name)
