"""``trimer replay``: a recorded course simulated, fitted, judged, and written as a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json, progress
from trimer.errors import InputError

if TYPE_CHECKING:
    from trimer.study.result import ReplayResult
    from trimer.study.vpc import CaseCheck


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
    with progress(quiet) as shown:
        from trimer.study.replay import replay

        check = None
        result = replay(case, draws=draws, seed=seed, use_cache=not no_cache, threads=threads, progress=shown)
        if page:
            from trimer.study.vpc import case_check

            shown("checking the twin's predictions", 0.98)
            check = case_check(case, threads=threads)
    _show_replay(result, as_json, page, check)


def _check_room(page: Path) -> None:
    """Refuse a page that cannot be written before the work starts, so that a bad path costs no waiting."""
    folder = next(p for p in page.absolute().parents if p.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK) or page.is_dir():
        raise InputError("--html", str(page), "a file that can be written")


def _show_replay(result: ReplayResult, as_json: bool, page: Path | None, check: CaseCheck | None) -> None:
    if page:
        from trimer.report.html import write

        try:
            page.parent.mkdir(parents=True, exist_ok=True)
            write(result, page, check)
        except OSError as error:
            raise InputError("--html", str(page), "a file that can be written", error.strerror or "") from error
    if as_json:
        print_json(result.to_dict())
        return
    from trimer.report.terminal import render

    render(result, console())
    if page:
        click.echo(f"Report: {page}")
