"""``trimer import``: records of other systems as case files."""

from __future__ import annotations

from trimer.cli.door import Family, cli


@cli.group("import", cls=Family)
def import_group() -> None:
    """Read records of other systems as case files; every problem by place, nothing invented."""
