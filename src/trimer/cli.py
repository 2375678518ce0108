"""The terminal: ``trimer list | show | check | replay | schema``.

Commands only parse, call one function of the package and print. Everything heavy is imported inside the command that
needs it, so that ``trimer --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trimer.errors import InputError, TrimerError

if TYPE_CHECKING:
    from trimer.study.check import CheckResult
    from trimer.study.result import ReplayResult

BUG, BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141
Progress = Callable[[str, float], None]


class Command(click.Command):
    """A command whose help ends with an example and with the Python call that does the same."""

    def __init__(self, *args: Any, example: str = "", python: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example, self.python = example, python

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example and the Python call under the options."""
        for title, text in (("Example", self.example), ("From Python", self.python)):
            with formatter.section(title):
                for line in text.splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


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


@cli.command("list", example="trimer list drugs", python='trimer.list_entries("drugs")')
@click.argument("kind", required=False)
@json_option
def list_command(kind: str | None, as_json: bool) -> None:
    """List what there is: everything, or one KIND such as drugs, regimens, cases or criteria."""
    from trimer.catalogue import FOLDERS, entries

    found = {k: entries(k) for k in ([kind] if kind else (*FOLDERS, "criteria"))}
    if as_json:
        _print_json(found[kind] if kind else found)
        return
    for title, rows in found.items():
        if not (rows or kind):
            continue
        click.secho(f"{title} ({len(rows)})", bold=True)
        width = max((len(row["name"]) for row in rows), default=0)
        for row in rows:
            click.echo(f"  {row['name']:{width}}  {row['label']}".rstrip())


@cli.command("show", example="trimer show drugs blinatumomab", python='trimer.drug("blinatumomab")')
@click.argument("kind")
@click.argument("name")
@json_option
def show_command(kind: str, name: str, as_json: bool) -> None:
    """Show one entry: every number with its unit, kind and source.

    What is kept as a file is printed as it stands there, comments and all.
    """
    from trimer.catalogue import entry

    found, path = entry(kind, name)
    if as_json:
        _print_json(found)
    elif path:
        click.echo(path.read_text(encoding="utf-8").rstrip())
    else:
        import yaml

        click.echo(yaml.safe_dump(_bare(_plain(found)), sort_keys=False, allow_unicode=True, width=110).rstrip())


@cli.command(
    "check", example="trimer check linder2016\ntrimer check my_patient.yaml --json", python='trimer.check("linder2016")'
)
@click.argument("case")
@json_option
def check_command(case: str, as_json: bool) -> None:
    """Check a record: resolve its dates, list what it leaves open.

    CASE is a library name or a file.
    """
    from trimer.study.check import check

    found = check(case)
    if as_json:
        _print_json(found.to_dict())
    else:
        _show_check(found)


def _show_check(found: CheckResult) -> None:
    import textwrap

    def heading(text: str) -> None:
        click.secho(f"\n{text}", bold=True)

    click.secho(f"{found.case}: {found.title}", bold=True)
    click.echo(
        f"{len(found.events)} events, {found.readings} readings, {found.absent} noted as absent. No contradiction."
    )
    heading("When: the day used, and the window that all statements of the record leave")
    for item in found.events:
        window = f"{item.earliest} to {item.latest or 'open'}" if item.earliest != item.latest else "exact"
        click.echo(f"  {item.event}  {item.used}  {window:24}  {item.precision:8}  {item.label}")
    heading(f"What can be read in more than one way ({len(found.ambiguities)})")
    for remark in sorted(found.ambiguities, key=lambda r: int(r.id[1:])):
        lead = f"  {remark.id:4}{remark.event or 'text':6}"
        click.echo(textwrap.fill(remark.text, 110, initial_indent=lead, subsequent_indent=" " * len(lead)))
    heading("What a replay takes for granted because the record does not say it")
    for line in found.assumed or ("nothing",):
        click.echo(textwrap.fill(line, 110, initial_indent="  ", subsequent_indent="    "))


@cli.command(
    "replay",
    example="trimer replay linder2016\ntrimer replay linder2016 --json > replay.json",
    python='trimer.replay("linder2016", draws=200)',
)
@click.argument("case")
@json_option
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="The page. [replay/<case>.html]")
@click.option("--no-html", is_flag=True, help="Write no page.")
@click.option("--draws", type=click.IntRange(min=200), default=200, show_default=True, help="Draws of the prior band.")
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of the virtual patients.")
@click.option("--no-cache", is_flag=True, help="Fit anew even when this fit is in the cache.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use. [all cores]")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def replay_command(
    case: str,
    as_json: bool,
    html: Path | None,
    no_html: bool,
    draws: int,
    seed: int,
    no_cache: bool,
    threads: int | None,
    quiet: bool,
) -> None:
    """Replay a recorded course: simulate it with the therapy as given, fit it to the record, judge both.

    CASE is a library name or a file. The result is printed, and written as one self-contained page unless --no-html
    or --json is given; --json prints the whole result and nothing else.
    """
    if html and no_html:
        raise click.UsageError("--html and --no-html exclude each other.")
    page = None if no_html or (as_json and not html) else html or Path("replay") / f"{Path(case).stem}.html"
    if page:
        _check_room(page)
    with _progress(quiet) as progress:
        from trimer.study.replay import replay

        result = replay(case, draws=draws, seed=seed, use_cache=not no_cache, threads=threads, progress=progress)
    _show_replay(result, as_json, page)


def _check_room(page: Path) -> None:
    """Refuse a page that cannot be written before the work starts, so that a bad path costs no waiting."""
    folder = next(p for p in page.absolute().parents if p.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK) or page.is_dir():
        raise InputError("--html", str(page), "a file that can be written")


def _show_replay(result: ReplayResult, as_json: bool, page: Path | None) -> None:
    if page:
        from trimer.report.html import write

        try:
            page.parent.mkdir(parents=True, exist_ok=True)
            write(result, page)
        except OSError as error:
            raise InputError("--html", str(page), "a file that can be written", error.strerror or "") from error
    if as_json:
        _print_json(result.to_dict())
        return
    from rich.console import Console

    from trimer.report.terminal import render

    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    render(result, Console() if watched else Console(width=120))  # a pipe has no width of its own
    if page:
        click.echo(f"Report: {page}")


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
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


@cli.command("schema", example="trimer schema case > case.schema.json", python='trimer.library.files.schema("case")')
@click.argument("kind")
def schema_command(kind: str) -> None:
    """Print the JSON Schema of a KIND of file (case, drug, regimen), for editors and validators."""
    from trimer.catalogue import entry

    document, _ = entry("schemas", kind)
    _print_json(document)


def _print_json(value: Any) -> None:
    import json

    click.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    """Return mappings, lists, text, finite numbers and None; what JSON has no number for becomes None."""
    import dataclasses
    import math

    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {name: _plain(item) for name, item in fields.items() if not callable(item)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):  # numpy scalars and arrays, without importing numpy
        return _plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)


def _bare(value: Any) -> Any:
    """Leave out what is empty, so that a person reads only what is there."""
    if isinstance(value, dict):
        kept = {key: _bare(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    return [_bare(item) for item in value] if isinstance(value, list) else value


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
        answer = cli.main(args=None if args is None else list(args), prog_name="trimer", standalone_mode=False)
    except TrimerError as error:
        return _say(str(error), BAD_INPUT)
    except click.ClickException as error:
        hint = f" Try: {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
        return _say(error.format_message() + hint, BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted", INTERRUPTED)
    except Exception as error:
        if os.environ.get("TRIMER_DEBUG") == "1":
            raise
        what = f"{type(error).__name__}: {error}"
        return _say(f"this is a bug, please report it ({what}). TRIMER_DEBUG=1 shows where it happened.", BUG)
    return answer if isinstance(answer, int) else 0


def _say(text: str, code: int) -> int:
    click.echo(f"trimer: {' '.join(text.split())}", err=True)
    return code


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run())
