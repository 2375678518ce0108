"""How faults of a protocol are told: which rule, and times as a person writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.therapy.protocol import Protocol, Rule

LONGEST = 60  # letters of a name that are shown


def called(index: int, name: object) -> str:
    """Return what a rule is called, and where it stands: ``rule "CRS of grade 3" (rules[1])``."""
    return f'rule "{name[:LONGEST]}" (rules[{index}])' if isinstance(name, str) and name else f"rules[{index}]"


def at_rule(where: str, protocol: Protocol, rule: Rule) -> str:
    """Return where a rule stands, e.g. ``mine.toml: rule "CRS of grade 3" (rules[1])``."""
    return f"{where}: {called(protocol.rules.index(rule), rule.name)}"


def time(days: float) -> str:
    """Return a time in hours when it is less than two days and no whole number of them, else in days."""
    return f"{24.0 * days:.4g} h" if days < 2.0 and days % 1.0 else f"{days:.4g} day"
