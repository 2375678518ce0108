"""The terminal: ``trimer COMMAND``; a command is one file of this folder, found without being registered.

Commands only parse, call one function of the package and print. Everything heavy is imported inside the command that
needs it, so that ``trimer --help`` answers at once.
"""

from __future__ import annotations

import os
import pkgutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import click

from trimer.cli.door import PIPE_CLOSED, cli
from trimer.errors import TrimerError

__all__ = ["BAD_INPUT", "BUG", "INTERRUPTED", "PIPE_CLOSED", "cli", "main", "run"]

BUG, BAD_INPUT, INTERRUPTED = 1, 2, 130

for _file in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    args : sequence of str, optional
        Arguments after the program's name; those of the process by default.

    Returns
    -------
    int
        0 done, 1 a bug of ours, 2 bad input (one line on stderr), 130 interrupted, 141 nobody read on.
    """
    try:
        with _warnings_as_lines():
            answer = cli.main(args=None if args is None else list(args), prog_name="trimer", standalone_mode=False)
    except TrimerError as error:
        return _say(str(error), BAD_INPUT)
    except click.ClickException as error:
        hint = f" Try: {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
        return _say(error.format_message() + hint, BAD_INPUT)
    except (click.Abort, KeyboardInterrupt) as stopped:
        return _say(str(stopped.__cause__ or stopped) or "interrupted", INTERRUPTED)
    except Exception as error:
        if os.environ.get("TRIMER_DEBUG") == "1":
            raise
        what = f"{type(error).__name__}: {error}"
        return _say(f"this is a bug, please report it ({what}). TRIMER_DEBUG=1 shows where it happened.", BUG)
    return answer if isinstance(answer, int) else 0


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Print every warning as one line, once; which warnings are heard at all stays as Python's filters say."""
    said: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in said:
            said.add(str(message))
            _say(str(message), 0)

    with warnings.catch_warnings():  # puts the usual way back
        warnings.showwarning = show
        yield


def _say(text: str, code: int) -> int:
    click.echo(f"trimer: {' '.join(text.split())}", err=True)
    return code


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run())
