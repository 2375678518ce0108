"""What a criterion answers: a category, the values and thresholds that decided it, and what was missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Provenance = Literal["seen", "recalled", "assumed"]
Subject = Literal[
    "response", "relapse", "mrd", "extramedullary", "cns",
    "crs", "neurologic", "tls", "febrile neutropenia", "cytopenia", "pancreatitis", "fever",
]  # fmt: skip
Support = Literal["measured", "stated conclusion", ""]

TOXICITY: tuple[Subject, ...] = (
    "crs", "neurologic", "tls", "febrile neutropenia", "cytopenia", "pancreatitis", "fever",
)  # fmt: skip
"""Subjects that are graded; a set of one of these is a *scale*, every other set judges the disease."""

UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Decision:
    """Hold one comparison of a value with a threshold.

    Attributes
    ----------
    observable : str
        Standard name of what was compared.
    label : str
        The same in words.
    value, threshold : str
        Both sides as text with unit, e.g. ``"> 1 x10^9/L"`` against ``"> 1 x10^9/L"``.
    met : bool or None
        None when the value does not settle it.
    provenance : {"seen", "recalled", "assumed"}
        Whether the threshold was read in its source, is remembered, or is our own working choice.
    source : str
    """

    observable: str
    label: str
    value: str
    threshold: str
    met: bool | None
    provenance: Provenance
    source: str

    @property
    def name(self) -> str:
        """Return what was compared, short enough for a sentence, e.g. ``"neutrophils"``."""
        short = self.label.split(" (")[0]
        return short if short[:2].isupper() else short[:1].lower() + short[1:]

    @property
    def outcome(self) -> str:
        """Return the threshold with what came of it, e.g. ``"not > 1 x10^9/L"``."""
        return f"{({True: '', False: 'not ', None: 'against '})[self.met]}{self.threshold}"

    @property
    def phrase(self) -> str:
        """Return the comparison in words, e.g. ``"neutrophils 1.43 x10^9/L (> 1 x10^9/L)"``."""
        return f"{self.name} {self.value} ({self.outcome})"


@dataclass(frozen=True)
class Verdict:
    """Hold the judgement of one criterion at one assessment, or of one episode of toxicity.

    Attributes
    ----------
    set : str
        Name of the criterion (its file).
    subject : str
        What is judged, one of :data:`Subject`.
    visit, label : str
        Assessment judged, by id and in words. Episodes of CRS are ``crs-<exposure>.<episode>``, counted from 1, so
        that a record and its simulation can be laid side by side.
    day : float, day
        From the course's origin.
    category : str
        As the definition names it; ``"undetermined"`` when the facts leave more than one.
    qualifier : str
        What goes with the category without being one, such as residual disease by flow.
    possible : tuple of str
        Every category the measured facts leave open, best first; conclusions and conventions do not shorten it.
    supported_by : {"measured", "stated conclusion", ""}
        What settled the category; empty when nothing did.
    reason : str
        One sentence.
    decided_by : tuple of Decision
    missing : tuple of str
        Facts that would narrow ``possible``.
    pending : str
        What only the future can settle (e.g. durability).
    grade : (int, int) or None
        Lowest and highest toxicity grade by the facts and ``conventions``; ``possible`` goes without conventions.
    onset, resolved : float or None, day
        First and last moment of an episode of toxicity, from the course's origin; None when not known.
    treatment_day : int or None
        Day of treatment of the onset, counted from 1.
    conventions : tuple of str
        What was taken for granted to name the category, a phrase each, e.g. ``"organ toxicity not recorded, taken as
        none"``; they stand in the reason too. ``possible`` and ``missing`` rest on none of them.
    """

    set: str
    subject: Subject
    visit: str
    label: str
    day: float
    category: str
    reason: str
    qualifier: str = ""
    possible: tuple[str, ...] = ()
    supported_by: Support = ""
    decided_by: tuple[Decision, ...] = ()
    missing: tuple[str, ...] = ()
    pending: str = ""
    grade: tuple[int, int] | None = None
    onset: float | None = None
    resolved: float | None = None
    treatment_day: int | None = None
    conventions: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Return category and qualifier as one phrase, e.g. ``"CR with detectable residual disease"``."""
        joint = " " if self.qualifier.startswith("with") else ", "
        return f"{self.category}{joint}{self.qualifier}" if self.qualifier else self.category

    @property
    def unverified(self) -> bool:
        """Whether a threshold that was not seen in its source helped to decide."""
        return any(d.provenance == "recalled" and d.met is not None for d in self.decided_by)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON, with ``headline`` and ``unverified``."""
        plain = asdict(self) | {"headline": self.headline, "unverified": self.unverified}
        plain["possible"], plain["missing"] = list(self.possible), list(self.missing)
        plain["conventions"] = list(self.conventions)
        plain["decided_by"] = [asdict(d) for d in self.decided_by]
        plain["grade"] = None if self.grade is None else list(self.grade)
        return plain
