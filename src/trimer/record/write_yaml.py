"""Write a case as YAML that reads back as the same case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from trimer.record.case import Case


class _Dumper(yaml.SafeDumper):
    """Write every value out: aliases are refused on reading."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump_case(case: Case) -> str:
    """Return a case as YAML text."""
    return yaml.dump(case.to_dict(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def save_case(case: Case, path: Path) -> None:
    """Write a case to a YAML file."""
    path.write_text(dump_case(case), encoding="utf-8")
