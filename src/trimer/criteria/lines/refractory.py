"""Refractory to a treatment: no remission at the first adequate marrow after it, or progression on it (rule L5)."""

from __future__ import annotations

from trimer.criteria.lines.history import PROGRESSION, History, Statement
from trimer.criteria.lines.rules import LineRules
from trimer.criteria.lines.treatments import Given


def refractory(treatment: Given, active: bool | None, until: float, disease: History, rules: LineRules) -> Statement:
    """Return whether the disease was refractory to a treatment (L5).

    Parameters
    ----------
    treatment : Given
    active : bool or None
        Whether it was begun with active disease.
    until : float, day
        Start of the next treatment.
    disease : History
    rules : LineRules
    """
    before = disease.last(treatment.start)
    at_start = (before.visit,) if before else treatment.sources
    if active is False:
        return Statement(False, "L5", "begun without active disease", at_start)
    after = disease.between(treatment.start, until)
    late = next((a for a in after if a.remission), None)
    if late and rules.refractory_at == "best response":
        return Statement(False, "L5", late.words, (late.visit,))
    if active is None:
        return Statement(None, "L5", "state of the disease at its start is open", at_start)
    for item in after:
        if item.remission:
            return Statement(False, "L5", item.words, (item.visit,))
        if item.active and item.category in PROGRESSION:
            return Statement(True, "L5", item.words, (item.visit,))
        course = max((day for day in treatment.courses if day < item.when.day), default=treatment.start)
        blast_free = item.active is False and item.remission is False
        if not item.marrow or blast_free or item.when.day - course < rules.adequate_from:
            continue
        if item.active:
            return Statement(True, "L5", f"{item.words}, the first adequate marrow", (item.visit,))
        return Statement(None, "L5", f"{item.visit} leaves open: {', '.join(item.possible)}", (item.visit,))
    return Statement(None, "L5", "no adequate marrow before the next treatment", treatment.sources)
