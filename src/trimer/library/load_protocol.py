"""A protocol file read into a Protocol. A file may extend another and say only what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.files import find, read_toml, validate
from trimer.observables import OBSERVABLES
from trimer.therapy.protocol import Block, Condition, Give, Premedication, Protocol, Rule

GRADE = "crs_grade"
_CONDITION = re.compile(r"(>=|<)\s*(\S.*)")
_OVER = " over lowest"
_TEXTS = ("at", "rate", "resume", "source", "where", "note")
_TIMES = {"for": "lasting", "again": "again", "until_for": "until_lasting", "least": "least", "longest": "longest"}


def protocol_from(path: Path) -> Protocol:
    """Return the protocol that a file describes.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema or contradicts itself.
    UnitError
        When a value has no unit or one of the wrong kind.
    """
    document = read_toml(path)
    if path.stem != document.get("name", path.stem):
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    return protocol_from_document(extended(document, path.name), path.name)


def extended(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a document laid over the one of the library that it extends, if it does."""
    base = document.get("extends")
    if base is None:
        return dict(document)
    if not isinstance(base, str):
        raise LibraryError(f"{where}: extends", repr(base)[:60], "the name of a protocol")
    below = read_toml(find("protocols", base))
    if "extends" in below:
        raise LibraryError(f"{where}: extends", f'"{base}", which extends another', "a protocol that extends none")
    return {**below, **{k: v for k, v in document.items() if k != "extends"}}


def protocol_from_document(document: Mapping[str, Any], where: str) -> Protocol:
    """Return the protocol that a whole document describes; raises as :func:`protocol_from`."""
    validate(document, "protocol", where)
    before = document.get("premedication")
    protocol = Protocol(
        name=document["name"],
        label=document["label"],
        drug=document["drug"],
        rates=tuple(document["rates"]),
        step_after=_days(document.get("step_after", "0 day"), f"{where}: step_after"),
        blocks=tuple(_block(entry, f"{where}: cycles[{i}]") for i, entry in enumerate(document["cycles"])),
        new_cycle_after=_days(document["new_cycle_after"], f"{where}: new_cycle_after"),
        rules=tuple(_rule(entry, f"{where}: rules[{i}]") for i, entry in enumerate(document.get("rules", ()))),
        premedication=_premedication(before, f"{where}: premedication") if before else None,
        every=_days(document.get("every", "6 h"), f"{where}: every"),
        scale=document.get("scale", ""),
        grade=document.get("grade", "highest"),
        source=document["source"],
        where=document.get("where", ""),
        note=document.get("note", ""),
    )
    _check(protocol, where)
    return protocol


def _block(entry: Mapping[str, Any], where: str) -> Block:
    infusion, rest = (_days(entry[key], f"{where}.{key}") for key in ("infusion", "rest"))
    return Block(entry["count"], entry["first"], infusion, rest, entry.get("label", ""))


def _premedication(entry: Mapping[str, Any], where: str) -> Premedication:
    before, after = (_days(entry[key], f"{where}.{key}") for key in ("before", "after_break"))
    rest = {k: v for k, v in entry.items() if k not in ("before", "after_break", "moments")}
    return Premedication(_give(rest, where), before, tuple(entry["moments"]), after)


def _give(entry: Mapping[str, Any], where: str) -> Give:
    times = {key: _days(entry.get(key, "0 day"), f"{where}.{key}") for key in ("every", "after", "duration")}
    return Give(
        entry["drug"], entry["amount"], entry["route"], entry.get("times", 1), note=entry.get("note", ""), **times
    )


def _rule(entry: Mapping[str, Any], where: str) -> Rule:
    stated: dict[str, Any] = {key: entry[key] for key in _TEXTS if key in entry}
    stated |= {field: _days(entry[key], f"{where}.{key}") for key, field in _TIMES.items() if key in entry}
    return Rule(
        name=entry["name"],
        when=_conditions(entry.get("when", {}), f"{where}.when"),
        do=entry["do"],
        cycles=tuple(entry.get("cycles", ())),
        give=tuple(_give(g, f"{where}.give[{i}]") for i, g in enumerate(entry.get("give", ()))),
        most=entry.get("most", 1),
        until=_conditions(entry.get("until", {}), f"{where}.until"),
        **stated,
    )


def _conditions(entry: Mapping[str, str], where: str) -> tuple[Condition, ...]:
    return tuple(_condition(signal, text, f"{where}.{signal}") for signal, text in entry.items())


def _condition(signal: str, text: str, where: str) -> Condition:
    """Return one comparison such as ``">= 38.0 Cel"``, ``"< 0.5 1e9/L"`` or ``">= 25 % over lowest"``."""
    from trimer.units import parse

    plain = text.removesuffix(_OVER)
    match = _CONDITION.fullmatch(plain.strip())
    if match is None:
        raise LibraryError(where, f'"{text}"', 'a comparison such as ">= 38.0 Cel" or "< 0.5 1e9/L"')
    if signal == GRADE:
        unit = "grade"
    elif signal in OBSERVABLES:
        unit = OBSERVABLES[signal].unit
    else:
        raise LibraryError(where, f'"{signal}"', f"{GRADE} or an observable (`trimer list observables`)")
    return Condition(signal, match[1] == ">=", parse(match[2], unit, where), text.endswith(_OVER), text)


def _days(text: str, where: str) -> float:
    from trimer.units import parse

    found = parse(text, "day", where)
    if found < 0.0:
        raise LibraryError(where, f'"{text}"', "a time that is not negative")
    return found


def _check(protocol: Protocol, where: str) -> None:
    """Raise when a part does not go with the rest."""
    named = [(f"cycles[{i}].first", block.first) for i, block in enumerate(protocol.blocks)]
    named += [(f"rules[{i}].{k}", getattr(r, k)) for i, r in enumerate(protocol.rules) for k in ("rate", "resume")]
    for field, rate in named:
        if rate and rate not in protocol.rates:
            raise LibraryError(f"{where}: {field}", f'"{rate}"', f"one of {', '.join(protocol.rates)}")
    if len(protocol.rates) > 1 and protocol.step_after == 0.0:
        raise LibraryError(f"{where}: step_after", "nothing", "the time at a rate before the next")
    if not 1.0 / 96.0 <= protocol.every <= 7.0:
        raise LibraryError(f"{where}: every", f"{protocol.every:g} day", "15 min to 7 day")
    if protocol.premedication and protocol.premedication.before >= min(b.infusion for b in protocol.blocks):
        raise LibraryError(f"{where}: premedication.before", "longer than a cycle", "a time before the infusion")
    graded = any(c.signal == GRADE for r in protocol.rules for c in (*r.when, *r.until))
    if graded and not protocol.scale:
        raise LibraryError(f"{where}: scale", "nothing", f"the criterion by which {GRADE} counts")
    for i, rule in enumerate(protocol.rules):
        _check_rule(rule, protocol.cycles, f"{where}: rules[{i}]")


def _check_rule(rule: Rule, cycles: int, where: str) -> None:
    if rule.do == "hold" and not (rule.resume and rule.until):
        raise LibraryError(where, "a hold that never ends", "until (what ends it) and resume (the rate)")
    if rule.do != "hold" and (rule.until or rule.resume or rule.longest or rule.least):
        raise LibraryError(where, f"until, resume, least or longest for {rule.do}", "these for hold only")
    if rule.do in ("wait", "skip") and rule.at != "cycle start":
        raise LibraryError(f"{where}.at", f'"{rule.at}"', f'"cycle start", for {rule.do}')
    if rule.do in ("hold", "give") and rule.at != "treatment":
        raise LibraryError(f"{where}.at", f'"{rule.at}"', f'"treatment", for {rule.do}')
    if rule.do == "give" and not rule.give:
        raise LibraryError(f"{where}.give", "nothing", "what is given")
    if rule.most > 1 and rule.again == 0.0:
        raise LibraryError(f"{where}.again", "nothing", f"how far apart the {rule.most} times are")
    if not rule.when:
        raise LibraryError(f"{where}.when", "nothing", "what the rule waits for")
    if rule.cycles and not (1 <= rule.cycles[0] <= rule.cycles[-1] <= cycles and len(rule.cycles) == 2):
        raise LibraryError(f"{where}.cycles", f"{list(rule.cycles)}", f"first and last cycle, within 1 to {cycles}")
    for give in rule.give:
        if give.times > 1 and give.every == 0.0:
            raise LibraryError(f"{where}.give", f"{give.times} doses of {give.drug}", "the time between them (every)")
    if any(c.over_lowest for c in (*rule.when, *rule.until)) and rule.at != "cycle end":
        raise LibraryError(f"{where}.when", '"over lowest"', 'a rule with at = "cycle end"')
