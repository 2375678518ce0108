"""The door of the command line: how a command looks, how the group runs, what commands have in common."""

from __future__ import annotations

import math
import os
import re
import sys
from typing import Any

import click

from trimer.errors import InputError

PIPE_CLOSED = 141


class Command(click.Command):
    """A command whose help ends with an example and with the Python call that does the same."""

    def __init__(self, *args: Any, example: str = "", python: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example, self.python = example, python

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example and the Python call under the options."""
        needed = sorted(set(re.findall(r"\btrimer(?:\.[a-z]\w*)+(?=\.\w+\()", self.python)))
        python = "\n".join([*(f"import {module}" for module in needed), self.python])
        for title, text in (("Example", self.example), ("From Python", python)):
            with formatter.section(title):
                for line in text.splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Family(click.Group):
    """Commands under one name, such as ``trimer cohort import``."""

    command_class = Command


class Door(click.Group):
    """The group of commands; a reader that closes the pipe early (``| head``) ends it quietly."""

    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; leave as a program stopped by SIGPIPE does when nobody reads on."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the flush at exit fails once more
            ctx.exit(PIPE_CLOSED)
        return answer


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"trimer {version('trimer')}")
        ctx.exit()


@click.group(
    cls=Door,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Simulate and judge T-cell-engager therapy in B-cell leukaemia.

    Start with: trimer replay linder2016

    Research software: for research use only, never advice for a patient.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def setting(text: str) -> tuple[str, float]:
    """Return name and number of ``NAME=VALUE``, as ``--set`` takes them.

    Raises
    ------
    InputError
        When it is something else, or the number is not finite.
    """
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not name.strip() or not math.isfinite(number):
        raise InputError("--set", repr(text), "NAME=VALUE, a finite number in the parameter's unit")
    return name.strip(), number
