"""How faults of a protocol are told: which rule, and times as a person writes them."""

from __future__ import annotations

from trimer.therapy.protocol import Protocol, Rule


def at_rule(where: str, protocol: Protocol, rule: Rule) -> str:
    """Return where a rule stands, e.g. ``mine.toml: rules[1] "CRS of grade 3"``."""
    return f'{where}: rules[{protocol.rules.index(rule)}] "{rule.name}"'


def time(days: float) -> str:
    """Return a time in hours when it is less than two days and no whole number of them, else in days."""
    return f"{24.0 * days:.4g} h" if days < 2.0 and days % 1.0 else f"{days:.4g} day"
