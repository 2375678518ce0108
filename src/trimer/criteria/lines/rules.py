"""The choices behind a count of lines of therapy, one field each: reports that differ in one of them differ in numbers.

``LineRules()`` counts as rules L1 to L6 in :data:`RULES` say. Each field names its rule, the words it may take, and
where its default comes from, so that a count can always be asked how it was made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from trimer.criteria.verdict import Provenance
from trimer.errors import InputError

RULES: dict[str, str] = {
    "L1": "a line is all that is planned as one strategy; it ends at relapse, or where refractory or progressive "
    "disease changes the therapy; a switch for toxicity, pregnancy or centre is no new line",
    "L2": "salvage k is the k-th line begun with active disease after the first line",
    "L3": "prior salvages at a date are the salvage lines begun before it",
    "L4": "regimens are counted by their names, whatever lines they belong to",
    "L5": "refractory to a treatment: no remission at the first adequate marrow after it, or progression on it, where "
    "no relapse from remission explains the disease",
    "L6": "maintenance and consolidation given in remission are no salvage",
}
"""What each rule says; our own wording of how trial documents count, as no published definition covers all of it."""

SUPPORTIVE: dict[str, str] = {
    "tocilizumab": "treats cytokine release",
    "methylprednisolone": "a steroid alone: rescue or premedication",
    "dexamethasone": "a steroid alone: prephase, premedication or rescue",
    "prednisone": "a steroid alone: prephase",
    "prednisolone": "a steroid alone: prephase",
    "hydroxycarbamide": "cytoreduction before treatment",
    "filgrastim": "growth factor",
    "pegfilgrastim": "growth factor",
    "leucovorin": "protects from methotrexate",
    "mesna": "protects from cyclophosphamide",
    "rasburicase": "prevents tumour lysis",
    "allopurinol": "prevents tumour lysis",
    "levetiracetam": "prevents seizures",
}
"""Drugs that make no line when given on their own, each with the reason (our choice)."""

MAINTENANCE: dict[str, str] = {
    "mtx_vcr_peg_dex": "given as maintenance in Linder 2016",
    "pomp": "mercaptopurine, vincristine, methotrexate, prednisone: the maintenance of hyperCVAD",
}
"""Regimens that are maintenance when begun in remission."""

ACTIVE = ("baseline", "PR", "SD", "no response", "failure", "refractory", "PD", "relapse")
"""Categories of the response sets that mean active disease; ``baseline`` is the disease before treatment."""

_OURS = "our rule: trial documents use the term without printing how it is counted"
_TOWER = "Kantarjian H et al. N Engl J Med 2017;376:836-847 (TOWER), eligibility and Table 1"
_GMALL = "Gökbuget N et al. Blood 2012;120:2032 (GMALL, relapsed disease)"


def _choice(
    default: Any, rule: str, meaning: str, choices: tuple[str, ...] = (), unit: str = "",
    provenance: Provenance = "assumed", source: str = _OURS,
) -> Any:  # fmt: skip
    """Return a dataclass field that knows its rule, choices and source."""
    known = {"rule": rule, "meaning": meaning, "choices": choices, "unit": unit}
    return field(default=default, metadata={**known, "provenance": provenance, "source": source})


@dataclass(frozen=True)
class LineRules:
    """Hold every choice that changes a count of lines; the defaults are rules L1 to L6.

    Attributes
    ----------
    response_set : str
        Criterion whose verdicts say what state the disease is in.
    remissions, active : tuple of str
        Categories of that criterion that count as remission, and as active disease (L5). A blast-free marrow without
        recovery is neither; a category that no rule names leaves the state open.
    switch_without_failure : {"same line", "new line"}
        A change of treatment before any failure is documented, as for toxicity, pregnancy or centre (L1).
    remission_therapy : {"same line", "new line"}
        Another treatment begun in remission (L6).
    salvage : {"active disease", "any later line"}
        Which lines after the first are salvage (L2).
    prior : {"salvage lines", "lines", "regimens"}
        What the classes 0, 1, 2, > 2 count at a start (L3).
    regimens : {"named", "parts", "one per line"}
        Whether parts such as A and B are one regimen, each one, or all regimens of a line are one (L4).
    single_drugs : {"regimen", "not counted"}
        Whether a drug given on its own counts among the regimens (L4).
    refractory_at : {"first adequate marrow", "best response"}
        Whether the first adequate marrow decides, or any remission before the next treatment overrides it (L5).
    adequate_from : float, day
        Days after the start of the last course from which a marrow without remission means failure (L5).
    same_treatment_gap : float, day
        Longest pause after which the same treatment goes on as the same, if no relapse came between (L1).
    early_remission : float, month
        A first relapse is early by TOWER when the first remission lasted less.
    early_from_diagnosis : float, month
        A first relapse is early by GMALL when it came less than this after diagnosis.
    suffixes : tuple of str
        Endings of names that mark parts or variants of one treatment (``hypercvad_a``, ``blinatumomab_rr``) (L4).
    supportive : tuple of str
        Drugs that make no line when given on their own; reasons in :data:`SUPPORTIVE` (L1).
    maintenance : tuple of str
        Treatments called maintenance when begun in remission; reasons in :data:`MAINTENANCE` (L6).
    prior_lines, prior_remissions, prior_relapses : int
        What came before the record or simulation begins, for patients who enter it later in their course (L2).

    Raises
    ------
    InputError
        For a value that the field cannot take.
    """

    response_set: str = _choice("amg", "L5", "criterion whose verdicts say what state the disease is in")
    remissions: tuple[str, ...] = _choice(
        ("CR", "CRh", "CRi"),
        "L5",
        "categories that count as remission",
        provenance="recalled",
        source="TOWER protocol, which reports the three as exclusive classes of one response",
    )
    active: tuple[str, ...] = _choice(ACTIVE, "L5", "categories that count as active disease")
    switch_without_failure: Literal["same line", "new line"] = _choice(
        "same line", "L1", "change of treatment with no failure documented", ("same line", "new line")
    )
    remission_therapy: Literal["same line", "new line"] = _choice(
        "same line", "L6", "another treatment begun in remission", ("same line", "new line")
    )
    salvage: Literal["active disease", "any later line"] = _choice(
        "active disease", "L2", "which lines after the first are salvage", ("active disease", "any later line")
    )
    prior: Literal["salvage lines", "lines", "regimens"] = _choice(
        "salvage lines", "L3", "what the classes 0, 1, 2, > 2 count", ("salvage lines", "lines", "regimens"),
        provenance="recalled", source="Topp MS et al. Lancet Oncol 2015;16:57-66 (MT103-211), subgroups",
    )  # fmt: skip
    regimens: Literal["named", "parts", "one per line"] = _choice(
        "named", "L4", "what counts as one regimen", ("named", "parts", "one per line")
    )
    single_drugs: Literal["regimen", "not counted"] = _choice(
        "regimen", "L4", "whether a drug given on its own is a regimen", ("regimen", "not counted")
    )
    refractory_at: Literal["first adequate marrow", "best response"] = _choice(
        "first adequate marrow", "L5", "what decides refractoriness", ("first adequate marrow", "best response")
    )
    adequate_from: float = _choice(
        21.0, "L5", "from when a marrow without remission means failure", unit="day",
        source="shortest usual cycle: before its end a marrow may still clear",
    )  # fmt: skip
    same_treatment_gap: float = _choice(
        56.0, "L1", "longest pause within one treatment", unit="day",
        source="a blinatumomab cycle of 42 days and two weeks of delay",
    )  # fmt: skip
    early_remission: float = _choice(
        12.0, "TOWER", "first remission shorter than this: early relapse", unit="month", provenance="seen",
        source=_TOWER,
    )  # fmt: skip
    early_from_diagnosis: float = _choice(
        18.0, "GMALL", "relapse within this time of diagnosis: early relapse", unit="month", provenance="seen",
        source=_GMALL,
    )  # fmt: skip
    suffixes: tuple[str, ...] = _choice(("_a", "_b", "_rr", "_mrd"), "L4", "endings of names that mark a part")
    supportive: tuple[str, ...] = _choice(tuple(SUPPORTIVE), "L1", "drugs that make no line on their own")
    maintenance: tuple[str, ...] = _choice(tuple(MAINTENANCE), "L6", "treatments that are maintenance in remission")
    prior_lines: int = _choice(0, "L2", "lines before the record begins")
    prior_remissions: int = _choice(0, "L2", "remissions before the record begins")
    prior_relapses: int = _choice(0, "L2", "relapses before the record begins")

    def __post_init__(self) -> None:
        for item in fields(self):
            _check(item.name, getattr(self, item.name), item.metadata)
        if both := set(self.remissions) & set(self.active):
            raise InputError(
                "rule remissions", ", ".join(sorted(both)), "categories that the rule active does not name"
            )
        if self.prior_relapses > self.prior_remissions or self.prior_relapses < self.prior_remissions - 1:
            raise InputError(
                "rule prior_relapses", str(self.prior_relapses), "as many as prior_remissions, or one fewer"
            )

    def stem(self, name: str) -> str:
        """Return the name of the treatment that a part or variant belongs to, e.g. ``"hypercvad"``."""
        return next((name.removesuffix(end) for end in self.suffixes if end and name.endswith(end)), name)

    def switched(self) -> dict[str, Any]:
        """Return the fields that differ from the defaults, with their values."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


@dataclass(frozen=True)
class RuleField:
    """Describe one field of :class:`LineRules`: its rule, default, choices, unit, provenance and source."""

    name: str
    rule: str
    meaning: str
    default: Any
    choices: tuple[str, ...]
    unit: str
    provenance: Provenance
    source: str


def list_rules() -> tuple[RuleField, ...]:
    """Return every field of :class:`LineRules` with what is known about it, in the order of the class."""
    return tuple(RuleField(name=f.name, default=f.default, **f.metadata) for f in fields(LineRules))


def parse(assignments: Iterable[str] | Mapping[str, str], rules: LineRules | None = None) -> LineRules:
    """Return rules with fields set from text, as a command line gives them.

    Parameters
    ----------
    assignments : iterable of str, or mapping
        ``"remission_therapy=new line"``; lists are comma separated.
    rules : LineRules, optional
        Where to start from.

    Raises
    ------
    InputError
        For a name that is no rule, or a value it cannot take; the message lists what there is.
    """
    known = {f.name: f for f in list_rules()}
    pairs = assignments.items() if isinstance(assignments, Mapping) else (_pair(text) for text in assignments)
    values: dict[str, Any] = {}
    for name, text in pairs:
        if name not in known:
            raise InputError("--rule", repr(name), f"one of {', '.join(known)}")
        values[name] = _value(known[name], text)
    return replace(rules or LineRules(), **values)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        names = ", ".join(f.name for f in list_rules())
        raise InputError("--rule", repr(text), "NAME=VALUE", f"Names: {names}.")
    return name.strip(), value.strip()


def _value(rule: RuleField, text: str) -> Any:
    if isinstance(rule.default, tuple):
        return tuple(part for part in (p.strip() for p in text.split(",")) if part)
    if isinstance(rule.default, str):
        return text
    try:
        return type(rule.default)(text)
    except ValueError:
        expected = f"a number, in {rule.unit}s" if rule.unit else "a whole number"
        raise InputError(f"rule {rule.name}", repr(text), expected) from None


def _check(name: str, value: Any, known: Mapping[str, Any]) -> None:
    if known["choices"] and value not in known["choices"]:
        raise InputError(f"rule {name}", repr(value), f"one of {', '.join(map(repr, known['choices']))}")
    if isinstance(value, int | float) and not 0 <= value < math.inf:
        expected = f"a number from zero up, in {known['unit']}s" if known["unit"] else "a whole number from zero up"
        raise InputError(f"rule {name}", repr(value), expected)
