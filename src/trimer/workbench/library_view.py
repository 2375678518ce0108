"""What the page offers to choose from: cases, protocols, regimens, populations, trials and criteria of the library."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

import trimer.library as library
from trimer.catalogue import entries
from trimer.criteria import list_criteria
from trimer.study.research import NOTICE
from trimer.therapy.protocol import Block, Condition, Premedication, Protocol, Rule
from trimer.workbench.asked import twins


@lru_cache(maxsize=1)
def library_view(version: str) -> dict[str, Any]:
    """Return everything that has a name, with what the page needs to draw it."""
    sets = [{"name": c.name, "label": c.label, "subject": c.subject} for c in list_criteria()]
    return {
        "version": version,
        "notice": NOTICE,
        "cases": [{"name": e["name"], "title": e["label"], "twin": e["name"] in twins()} for e in entries("cases")],
        "protocols": [_protocol(library.protocol(name)) for name in library.list_entries("protocols")],
        "regimens": entries("regimens"),
        "populations": entries("populations"),
        "trials": entries("trials"),
        "criteria": {subject: [s for s in sets if s["subject"] == subject] for subject in ("response", "crs")},
    }


def _protocol(found: Protocol) -> dict[str, Any]:
    before = found.premedication
    return {
        "name": found.name,
        "label": found.label,
        "drug": found.drug,
        "rates": list(found.rates),
        "step_after_days": found.step_after,
        "scale": found.scale,
        "dosing": found.dosing,
        "every_days": list(found.dose_every),
        "cycles": [_block(block) for block in found.blocks],
        "premedication": _premedication(before) if before else None,
        "rules": [_rule(rule) for rule in found.rules],
        "note": found.note,
    }


def _block(block: Block) -> dict[str, Any]:
    return {
        "count": block.count,
        "first": block.first,
        "infusion_days": block.infusion,
        "rest_days": block.rest,
        "label": block.label,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "do": rule.do,
        "when": " and ".join(map(_words, rule.when)),
        "for_days": rule.lasting,
        "at": rule.at,
        "resume": rule.resume,
        "note": rule.note,
        "where": rule.where,
    }


def _words(condition: Condition) -> str:
    """Return a condition as it is read: ``CRS grade ≥ 3``."""
    if condition.signal == "crs_grade":
        said = f"CRS grade {condition.text.removesuffix(' grade')}"
    else:
        said = f"{condition.signal.replace('_percent', '').replace('_', ' ')} {condition.text}"
    return said.replace(">=", "≥").replace("<=", "≤")


def _premedication(found: Premedication) -> dict[str, Any]:
    give = {k: v for k, v in asdict(found.give).items() if v not in (None, "", ())}
    return {**give, "before_days": found.before, "moments": list(found.moments), "after_break_days": found.after_break}
