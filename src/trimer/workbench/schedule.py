"""A plan of treatment as the page sends it: nothing, a name of the library, or what differs from a protocol there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import trimer.library as library
from trimer.errors import InputError
from trimer.library.files import validate
from trimer.library.question_treatment import treatment_from
from trimer.library.question_treatment import whole as whole_protocol
from trimer.library.write_toml import toml_text
from trimer.therapy.protocol import Protocol
from trimer.therapy.regimen import Regimen

Plan = str | Protocol | Regimen | None
NAME = "schedule"
LABEL = "A schedule drawn on the page"
MOST_CYCLES = 20
OWN = ("without_rules", "without_premedication")  # fields of the page's own
FIELDS = (
    "name", "label", "extends", "rates", "step_after", "new_cycle_after", "every", "scale", "grade", "premedication",
    "cycles", "rules", "rule_cycles", "note", *OWN,
)  # fmt: skip
KEPT = 512  # plans remembered


def plan_from(given: Any) -> Plan:
    """Return the plan that a request names or draws.

    Parameters
    ----------
    given : None, str or mapping
        See :func:`drawn` for the last.

    Raises
    ------
    InputError
        When the library has no such protocol or regimen, or the request is no plan.
    LibraryError, ProtocolError, UnitError
        When what is drawn cannot be carried out, naming the rule or field.
    """
    if given is None:
        return None
    if isinstance(given, str):
        return _named(given)
    if not isinstance(given, Mapping):
        raise InputError("plan", f"a {type(given).__name__}", "null, a name, or a table of what differs")
    return _drawn(json.dumps(drawn(given)))


def drawn(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request draws as the table of a question file.

    Parameters
    ----------
    given : mapping
        Fields of a protocol file. ``extends`` names a protocol of the library, never a file. Besides them
        ``without_rules``, names of rules that are left out, and ``without_premedication``.

    Raises
    ------
    InputError
        When a field is none of a protocol, or a base or rule is not known.
    """
    for key in given:
        if key not in FIELDS:
            raise InputError(f"plan.{str(key)[:40]}", "a field", f"one of {', '.join(FIELDS)}")
    base = given.get("extends")
    if not isinstance(base, str) or base not in library.list_entries("protocols"):
        raise InputError("plan.extends", json.dumps(base)[:80], "the name of a protocol in the library")
    table = {k: v for k, v in given.items() if k not in OWN}
    table |= {"name": NAME, "label": str(given.get("label", LABEL))[:120]}
    validate({k: v for k, v in table.items() if k != "rule_cycles"}, "protocol", "plan")
    if not isinstance(table.get("rule_cycles", {}), dict):
        raise InputError("plan.rule_cycles", json.dumps(table["rule_cycles"])[:80], "a table of rules")
    _few_cycles(table)
    if given.get("without_premedication"):
        table["premedication"] = False
    if left := given.get("without_rules"):
        table["rules"] = _without(table, left)
        table.pop("rule_cycles", None)
    return table


def _few_cycles(table: Mapping[str, Any]) -> None:
    counts = [block["count"] for block in table.get("cycles", ())]
    if any(type(count) is not int for count in counts):  # 3.0 is whole to a schema, not to us
        raise InputError("plan.cycles", json.dumps(counts)[:80], "whole numbers of cycles")
    if sum(counts) > MOST_CYCLES:
        raise InputError("plan.cycles", f"{sum(counts)} cycles", f"at most {MOST_CYCLES}")


def _without(table: Mapping[str, Any], left: Any) -> list[dict[str, Any]]:
    """Return the rules without those left out."""
    rules = whole_protocol(table, "plan").get("rules", [])
    names = [rule["name"] for rule in rules]
    if not isinstance(left, list) or any(name not in names for name in left):
        raise InputError("plan.without_rules", json.dumps(left)[:120], f"rules of the protocol: {'; '.join(names)}")
    return [rule for rule in rules if rule["name"] not in left]


def document_of(given: Any) -> dict[str, Any]:
    """Return the whole document of a plan, as a protocol file has it; raises as :func:`plan_from`.

    Raises
    ------
    InputError
        Besides, when it is nothing or a regimen, which is no protocol.
    """
    plan = plan_from(given)
    if not isinstance(plan, Protocol) and plan not in library.list_entries("protocols"):
        raise InputError("plan", "a regimen" if plan else "nothing", "a protocol, which can be written as a file")
    table = {"name": str(plan), "extends": str(plan)} if isinstance(plan, str) else drawn(given)
    return whole_protocol(table, "plan")


def file_of(given: Any) -> tuple[str, str]:
    """Return the name and the text of a protocol file; raises as :func:`document_of`."""
    found = document_of(given)
    if not isinstance(given, str):
        found = {**found, "source": found.get("source", "trimer"), "note": f"{LABEL}, from {given['extends']}."}
    return f"{found['name']}.toml", toml_text(found)


def _named(name: str) -> str:
    names = (*library.list_entries("protocols"), *library.list_entries("regimens"))
    if name not in names:
        import difflib

        near = difflib.get_close_matches(name, names, n=3)
        hint = f"Nearest: {', '.join(near)}." if near else ""
        raise InputError("plan", f'"{name[:80]}"', "a protocol or regimen of the library", hint)
    return name


@lru_cache(maxsize=KEPT)
def _drawn(table: str) -> Plan:
    found = json.loads(table)
    entry = {"name": NAME, "label": found["label"], "treatment": found}
    made = treatment_from(entry, Path(), "plan")
    assert isinstance(made, Protocol)  # a table that extends one
    return made
