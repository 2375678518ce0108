"""Write a case as YAML that reads back as the same case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from trimer.record.case import Case
from trimer.record.tree import is_word


class _Dumper(yaml.SafeDumper):
    """Write every value out, as aliases are refused on reading; quote what would not read back as text.

    PyYAML writes by YAML 1.1, to which ``1e5`` is a word; by the core schema of 1.2, by which we read, it is a number.
    """

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_word(text) else "'")


_Dumper.add_representer(str, _Dumper.represent_text)


def dump_case(case: Case) -> str:
    """Return a case as YAML text."""
    return yaml.dump(case.to_dict(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def save_case(case: Case, path: Path) -> None:
    """Write a case to a YAML file."""
    path.write_text(dump_case(case), encoding="utf-8")
