"""What commands print: JSON for machines, headings and wrapped lines for people, progress for the patient."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[str, float], None]

WIDEST, NARROWEST = 110, 40  # columns of wrapped text
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)\n")


def heading(text: str) -> None:
    """Print a heading, after an empty line."""
    click.secho(f"\n{text}", bold=True)


def columns() -> int:
    """Return how wide wrapped text may be: as wide as the terminal or ``COLUMNS`` say, but no wider than reads well."""
    if not (sys.stdout.isatty() or "COLUMNS" in os.environ):
        return WIDEST
    return max(min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST), NARROWEST)


def paragraph(text: str, lead: str = "  ", width: int | None = None) -> None:
    """Print a text wrapped, its later lines under the first one's words."""
    import textwrap

    width = columns() if width is None else width
    indent = " " * len(lead.replace("\n", ""))
    if width - len(indent) < 20:  # no room beside the lead
        click.echo(lead.rstrip())
        lead = indent = "      "
    click.echo(textwrap.fill(text, width, initial_indent=lead, subsequent_indent=indent))


def console() -> Console:
    """Return a console for tables, without blanks at the end of lines; a pipe has no width, so it gets 120 columns."""
    from rich.console import Console

    class Pipe(Console):
        """A console that leaves a closed pipe to the door, as every other command does."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Pipe(width=None if watched else 120, file=cast("IO[str]", _Trimmed(sys.stdout)))


class _Trimmed:
    """A stream that drops blanks at the end of lines; colour codes stay."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_TRAILING.sub(r"\1\n", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """Yield what to call with (stage, share done): a bar on a terminal, one plain line a stage elsewhere; on stderr."""
    if quiet:
        yield lambda stage, share: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task("", total=1.0)
            yield lambda stage, share: bars.update(task, description=stage, completed=share)
    else:
        said: set[str] = set()

        def line(stage: str, share: float) -> None:
            kind = "".join(c for c in stage if not c.isdigit()).split(",")[0]
            if kind not in said:
                said.add(kind)
                click.echo(f"trimer: {stage} ...", err=True)

        yield line


def print_json(value: Any) -> None:
    """Print a value as JSON, and nothing else."""
    import json

    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False))


def plain(value: Any) -> Any:
    """Return mappings, lists, text, finite numbers and None; what JSON has no number for becomes None."""
    import dataclasses
    import math

    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {name: plain(item) for name, item in fields.items() if not callable(item)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):  # numpy scalars and arrays, without importing numpy
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def bare(value: Any) -> Any:
    """Leave out what is empty, so that a person reads only what is there."""
    if isinstance(value, dict):
        kept = {key: bare(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    return [bare(item) for item in value] if isinstance(value, list) else value
