"""A protocol file read into a Protocol. A file may extend one of the library and say only what differs.

What differs replaces the whole field: a file that says ``rules`` says all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.files import UnknownEntryError, extended_by, read_toml, validate
from trimer.library.protocol_checks import check_protocol
from trimer.library.protocol_words import called
from trimer.observables import OBSERVABLES
from trimer.therapy.amount import parse_amount
from trimer.therapy.conditions import GRADE as GRADE
from trimer.therapy.drug import Drug
from trimer.therapy.protocol import Block, Condition, Give, Premedication, Protocol, Rule

_CONDITION = re.compile(r"(>=|<)\s*([^=\s].*)")
_OVER = " over lowest"
_BOTH = " and "
_TEXTS = ("at", "rate", "resume", "source", "where", "note")
_TIMES = {"for": "lasting", "again": "again", "until_for": "until_lasting", "least": "least", "longest": "longest"}


def protocol_from(path: Path) -> Protocol:
    """Return the protocol that a file describes.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema or contradicts itself.
    ProtocolError
        When it cannot be carried out: see :mod:`trimer.library.protocol_checks`.
    UnitError
        When a value has no unit or one of the wrong kind.
    """
    document = read_toml(path)
    if path.stem != document.get("name", path.stem):
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    return protocol_from_document(extended(document, path.name), path.name)


def extended(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a document laid over the one of the library that it extends, if it does."""
    below = extended_by(document, "protocol", where)
    return {**below, **{k: v for k, v in document.items() if k != "extends"}}


def protocol_from_document(document: Mapping[str, Any], where: str) -> Protocol:
    """Return the protocol that a whole document describes; raises as :func:`protocol_from`."""
    validate(document, "protocol", where)
    before = document.get("premedication")
    rates, intervals = _rates(document, where)
    protocol = Protocol(
        name=document["name"],
        label=document["label"],
        drug=document["drug"],
        rates=rates,
        step_after=_days(document.get("step_after", "0 day"), f"{where}: step_after"),
        blocks=tuple(_block(entry, f"{where}: cycles[{i}]") for i, entry in enumerate(document["cycles"])),
        new_cycle_after=_days(document["new_cycle_after"], f"{where}: new_cycle_after"),
        rules=tuple(
            _rule(entry, f"{where}: {called(i, entry['name'])}") for i, entry in enumerate(document.get("rules", ()))
        ),
        premedication=_premedication(before, f"{where}: premedication") if before else None,
        every=_days(document.get("every", "6 h"), f"{where}: every"),
        scale=document.get("scale", ""),
        grade=document.get("grade", "highest"),
        dosing=document.get("dosing", "infusion"),
        route=document.get("route", "civ"),
        dose_every=intervals,
        source=document["source"],
        where=document.get("where", ""),
        note=document.get("note", ""),
    )
    _check(protocol, where)
    check_protocol(protocol, where)
    return protocol


def _rates(document: Mapping[str, Any], where: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the rates, or the doses and the days between them."""
    if document.get("dosing", "infusion") == "infusion":
        for field in ("route", "dose_every"):
            if field in document:
                expected = 'dosing = "intermittent" beside it, as an infusion has none'
                raise LibraryError(f"{where}: {field}", f'"{document[field]}"', expected)
        for i, rate in enumerate(document["rates"]):
            if not isinstance(rate, str):
                raise LibraryError(f"{where}: rates[{i}]", "a table", 'a rate such as "28 ug/day", for an infusion')
        return tuple(document["rates"]), ()
    if "route" not in document:
        raise LibraryError(f"{where}: route", "nothing", 'how doses are given, such as "sc"')
    doses: list[str] = []
    intervals: list[float] = []
    for i, entry in enumerate(document["rates"]):
        field = f"{where}: rates[{i}]" if isinstance(entry, Mapping) else f"{where}: dose_every"
        dose = entry if isinstance(entry, str) else entry["dose"]
        text = document.get("dose_every") if isinstance(entry, str) else entry["every"]
        if text is None:
            raise LibraryError(field, "nothing", f'the time between doses of {dose}, such as "7 day"')
        doses.append(dose)
        intervals.append(_days(text, field))
    return tuple(doses), tuple(intervals)


def _block(entry: Mapping[str, Any], where: str) -> Block:
    stated = "treatment" if "treatment" in entry else "infusion"
    infusion, rest = (_days(entry[key], f"{where}.{key}") for key in (stated, "rest"))
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
    """Return every comparison of a table; a signal may have two, joined by ``and``."""
    return tuple(
        _condition(signal, part.strip(), f"{where}.{signal}")
        for signal, text in entry.items()
        for part in text.split(_BOTH)
    )


def _condition(signal: str, text: str, where: str) -> Condition:
    """Return one comparison such as ``">= 38.0 Cel"``, ``"< 0.5 1e9/L"`` or ``">= 25 % over lowest"``."""
    from trimer.units import parse

    plain = text.removesuffix(_OVER)
    match = _CONDITION.fullmatch(plain.strip())
    if match is None:
        raise LibraryError(where, f'"{text}"', 'a comparison by >= or <, such as ">= 38.0 Cel" or "< 0.5 1e9/L"')
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
    _check_rates(protocol, where)
    named = [(f"cycles[{i}].first", block.first) for i, block in enumerate(protocol.blocks)]
    rules = [(called(i, rule.name), rule) for i, rule in enumerate(protocol.rules)]
    named += [(f"{place}.{key}", getattr(rule, key)) for place, rule in rules for key in ("rate", "resume")]
    for field, rate in named:
        if rate and rate not in protocol.rates:
            raise LibraryError(f"{where}: {field}", f'"{rate}"', f"one of {', '.join(protocol.rates)}")
    if len(protocol.rates) > 1 and protocol.step_after == 0.0:
        raise LibraryError(f"{where}: step_after", "nothing", "the time at a rate before the next")
    if not 1.0 / 96.0 <= protocol.every <= 7.0:
        raise LibraryError(f"{where}: every", f"{protocol.every:g} day", "15 min to 7 day")
    for i, block in enumerate(protocol.blocks):
        if block.infusion == 0.0:
            raise LibraryError(f"{where}: cycles[{i}].infusion", "no time", "days of infusion")
    graded = any(c.signal == GRADE for r in protocol.rules for c in (*r.when, *r.until))
    if graded and not protocol.scale:
        raise LibraryError(f"{where}: scale", "nothing", f"the criterion by which {GRADE} counts")
    names = [rule.name for rule in protocol.rules]
    for i, (place, rule) in enumerate(rules):
        if rule.name in names[:i]:
            raise LibraryError(f"{where}: {place}.name", f'a second "{rule.name}"', "a name of its own")
        _check_rule(rule, protocol.cycles, f"{where}: {place}")
        for k, give in enumerate(rule.give):
            _check_give(give, f"{where}: {place}.give[{k}]")
            if give.drug == protocol.drug:
                raise LibraryError(f"{where}: {place}.give[{k}].drug", f'"{give.drug}", which is infused', "another")
    if protocol.premedication:
        _check_premedication(protocol, protocol.premedication, f"{where}: premedication")


def _check_rule(rule: Rule, cycles: int, where: str) -> None:
    if rule.do == "hold" and not (rule.resume and rule.until):
        raise LibraryError(where, "a hold that never ends", "until (what ends it) and resume (the rate)")
    if rule.do != "hold" and (rule.until or rule.until_lasting or rule.resume or rule.least):
        raise LibraryError(where, f"until, resume or least for {rule.do}", "these for hold only")
    if rule.do not in ("hold", "wait") and rule.longest:
        raise LibraryError(where, f"longest for {rule.do}", "it for hold and wait only")
    if rule.longest and rule.least > rule.longest:
        raise LibraryError(f"{where}.least", f"{rule.least:g} day", f"at most longest, {rule.longest:g} day")
    if rule.do in ("wait", "skip") and rule.at != "cycle start":
        raise LibraryError(f"{where}.at", f'"{rule.at}"', f'"cycle start", for {rule.do}')
    if rule.do in ("hold", "give") and rule.at != "treatment":
        raise LibraryError(f"{where}.at", f'"{rule.at}"', f'"treatment", for {rule.do}')
    if rule.rate and rule.at != "treatment":
        raise LibraryError(f"{where}.rate", f'"{rule.rate}"', f"none at a {rule.at}, when nothing runs")
    if rule.do == "give" and not rule.give:
        raise LibraryError(f"{where}.give", "nothing", "what is given")
    if rule.do != "give" and (rule.most > 1 or rule.again):
        raise LibraryError(where, f"most or again for {rule.do}", "these for give only")
    if rule.most > 1 and rule.again == 0.0:
        raise LibraryError(f"{where}.again", "nothing", f"how far apart the {rule.most} times are")
    if rule.cycles and not (1 <= rule.cycles[0] <= rule.cycles[-1] <= cycles and len(rule.cycles) == 2):
        raise LibraryError(f"{where}.cycles", f"{list(rule.cycles)}", f"first and last cycle, within 1 to {cycles}")
    if not rule.when:
        raise LibraryError(f"{where}.when", "nothing", "what the rule waits for")
    if any(c.over_lowest for c in rule.until) or (any(c.over_lowest for c in rule.when) and rule.at != "cycle end"):
        raise LibraryError(f"{where}.when", '"over lowest"', 'a rule with at = "cycle end"')


def _check_rates(protocol: Protocol, where: str) -> None:
    engager, infused = _drug(protocol.drug, where), protocol.dosing == "infusion"
    rates = [parse_amount(t, engager.amount_unit, f"{where}: rates[{i}]") for i, t in enumerate(protocol.rates)]
    for i, rate in enumerate(rates):
        field, text = f"{where}: rates[{i}]", f'"{protocol.rates[i]}"'
        if rate.rate != infused:
            raise LibraryError(field, text, "an amount per day" if infused else "a dose, not an amount per day")
        if rate.value == 0.0:
            raise LibraryError(field, text, "more than nothing")
        if i and (rate.measure != rates[i - 1].measure or rate.value <= rates[i - 1].value):
            raise LibraryError(field, text, f'more than "{protocol.rates[i - 1]}"')


def _check_premedication(protocol: Protocol, given: Premedication, where: str) -> None:
    _check_give(given.give, where)
    times = {"infusion of a cycle": min(block.infusion for block in protocol.blocks)}
    if "cycle" in given.moments and protocol.cycles > 1:
        times["rest"] = min(block.rest for block in protocol.blocks)
    if "step" in given.moments and len(protocol.rates) > 1:
        times["time before a step"] = protocol.step_after
    for what, time in times.items():
        if given.before >= time:
            raise LibraryError(f"{where}.before", f"{given.before:g} day", f"less than the {what}, {time:g} day")


def _check_give(give: Give, where: str) -> None:
    found = _drug(give.drug, where)
    if give.route not in found.routes:
        raise LibraryError(f"{where}.route", f'"{give.route}"', f"one of {', '.join(found.routes)}, for {give.drug}")
    amount = parse_amount(give.amount, found.amount_unit, f"{where}.amount")
    if amount.rate and not give.duration:
        raise LibraryError(f"{where}.amount", f'"{give.amount}"', "an amount, or the duration of the infusion")
    if give.duration and give.route not in ("iv", "civ"):
        raise LibraryError(f"{where}.duration", f"a duration by route {give.route}", "one of an infusion only")
    if give.times > 1 and give.every == 0.0:
        raise LibraryError(where, f"{give.times} doses of {give.drug}", "the time between them (every)")


def _drug(name: str, where: str) -> Drug:
    from trimer.library import drug

    try:
        return drug(name)
    except UnknownEntryError as fault:
        raise LibraryError(f"{where}: drug", f'"{name}"', "a drug of the library", fault.hint) from None
