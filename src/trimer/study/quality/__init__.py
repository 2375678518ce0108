"""What a reader of a record should know: rules that look for it in the structured data, one idea a file.

The folder is the registry: every :class:`~trimer.study.quality.rule.Rule` in a file of it is run. A rule reads values,
dates, doses and treatments, never the prose of the notes. It finds and explains; it changes nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from trimer.record.case import Case
from trimer.study.quality.record import Record
from trimer.study.quality.rule import Finding, Rule

__all__ = ["Finding", "Rule", "list_rules", "look"]


@cache
def list_rules() -> tuple[Rule, ...]:
    """Return every rule of the folder, by file and by place in it."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = (item for module in modules for item in vars(module).values() if isinstance(item, Rule))
    return tuple(dict.fromkeys(found))


def look(case: Case) -> tuple[Finding, ...]:
    """Return what all rules find in a case: warnings first, then information, each in the order of the record.

    Parameters
    ----------
    case : Case
        As :func:`trimer.record.read_yaml.load_case` returns it; it is only read.
    """
    record = Record.of(case)
    number = {event.id: event.number for event in case.events}
    found = [finding for rule in list_rules() for finding in rule.findings(record)]
    return tuple(sorted(found, key=lambda f: (f.severity != "warning", number.get(next(iter(f.events), ""), 0))))
