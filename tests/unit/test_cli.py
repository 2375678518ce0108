"""The command line: help, exit codes, one line for bad input, and what list, show, check and schema print."""

from __future__ import annotations

import json
import math
import os
import pydoc
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
import report_sample
from click.testing import CliRunner

from trimer import catalogue
from trimer.cli import BAD_INPUT, BUG, INTERRUPTED, PIPE_CLOSED, cli, run
from trimer.cli.door import setting
from trimer.cli.printing import plain, progress
from trimer.errors import InputError
from trimer.library import list_entries
from trimer.library.files import find


def leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command by its full name, those of families too."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


LEAVES = dict(leaves(cli))
COMMANDS = sorted(cli.commands)


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> object:
    def call(*args: str) -> tuple[int, str, str]:
        code = run(args)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def one_line(err: str) -> bool:
    return err.startswith("trimer: ") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize("name", LEAVES)
def test_help_of_every_command_has_an_example_and_the_python_call(name: str) -> None:
    answer = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert answer.exit_code == 0
    assert f"Example:\n  trimer {name}" in answer.output
    told = answer.output.partition("From Python:\n")[2].split("\n")
    needed = {line.removeprefix("  import ") for line in told if line.startswith("  import ")}
    module = LEAVES[name].python.partition("(")[0].rpartition(".")[0]  # type: ignore[attr-defined]
    assert any(line.startswith("  trimer.") for line in told)
    assert {"trimer", *needed} >= {module}
    assert all(pydoc.locate(found, forceload=False) for found in needed)


@pytest.mark.parametrize("name", LEAVES)
def test_the_python_call_named_in_the_help_exists(name: str) -> None:
    call = LEAVES[name].python  # type: ignore[attr-defined]
    assert callable(pydoc.locate(call.partition("(")[0], forceload=False))


def test_bare_call_prints_help(invoke) -> None:
    code, out, err = invoke()
    assert (code, err) == (0, "")
    assert all(name in out for name in COMMANDS)


def test_version(invoke) -> None:
    import trimer

    assert invoke("--version") == (0, f"trimer {trimer.__version__}\n", "")


def test_list_shows_every_file_of_the_library(invoke) -> None:
    code, out, err = invoke("list")
    assert (code, err) == (0, "")
    for kind in ("cases", "drugs", "regimens"):
        names = list_entries(kind)
        assert names
        assert f"{kind} ({len(names)})" in out
        assert all(name in out for name in names)
    assert "amg" in out


@pytest.mark.parametrize("kind", [*catalogue.FOLDERS, *catalogue.OTHERS])
def test_every_kind_is_listed_for_machines_and_each_entry_can_be_shown(invoke, kind: str) -> None:
    code, out, err = invoke("list", kind, "--json")
    assert (code, err) == (0, "")
    entries = json.loads(out)
    if kind not in ("protocols", "populations", "trials"):
        assert entries
    for entry in entries[:3]:
        code, out, err = invoke("show", kind, entry["name"])
        assert (code, err) == (0, "")
        assert len(out) > 20
        code, out, err = invoke("show", kind, entry["name"], "--json")
        assert (code, err) == (0, "")
        json.loads(out)


def test_show_a_drug_prints_numbers_with_their_source(invoke) -> None:
    code, out, _ = invoke("show", "drug", "blinatumomab", "--json")
    assert code == 0
    clearance = json.loads(out)["pk"]["CL"]["parameter"]
    assert clearance["value"] > 0
    assert clearance["unit"] == "L/day"
    assert clearance["kind"] in ("measured", "fitted", "assumed")
    assert clearance["source"]


def test_check_reports_windows_and_ambiguities(invoke) -> None:
    code, out, err = invoke("check", "linder2016", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert len(found["events"]) == 38
    assert all(e["earliest"] <= e["used"] <= (e["latest"] or "9") for e in found["events"])
    assert {r["id"] for r in found["remarks"]} >= {f"A{i}" for i in range(1, 31)}
    presentation = found["events"][0]
    assert presentation["latest"] <= "2014-01-19"
    code, text, err = invoke("check", "linder2016")
    assert (code, err) == (0, "")
    assert "2014-01" in text
    assert "A30" in text


def test_a_mapping_of_the_user_is_shown_as_it_stands(invoke, tmp_path: Path) -> None:
    text = (Path(find("mappings", "ritz_all"))).read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert invoke("show", "mapping", str(path)) == (0, text.rstrip() + "\n", "")


@pytest.mark.parametrize("kind", [*catalogue.FOLDERS, *catalogue.OTHERS])
def test_python_lists_the_names_of_every_kind(invoke, kind: str) -> None:
    _, out, _ = invoke("list", kind, "--json")
    assert list(catalogue.list_entries(kind)) == [row["name"] for row in json.loads(out)]


def test_schemas_are_printed(invoke) -> None:
    for kind in ("case", "drug", "regimen"):
        code, out, err = invoke("schema", kind)
        assert (code, err) == (0, "")
        assert json.loads(out)["$schema"].startswith("https://json-schema.org/")


BAD: list[Sequence[str]] = [
    ("nonsense",),
    ("list", "nonsense"),
    ("show", "drugs"),
    ("show", "drugs", "blinatumab"),
    ("show", "parameters", "no_such"),
    ("show", "observables", "wcb"),
    ("schema", "nonsense"),
    ("check", "no_such_case"),
    ("check", ""),
    ("judge", ""),
    *(("show", kind, "/etc/passwd") for kind in catalogue.FOLDERS),
    *(("show", kind, __file__) for kind in catalogue.FOLDERS),
    ("check", "no/such/file.yaml"),
    ("replay", "no_such_case", "--no-html"),
    ("replay", "linder2016", "--draws", "20"),
    ("replay", "linder2016", "--threads", "0"),
    ("replay", "linder2016", "--html", "x.html", "--no-html"),
    ("replay", "linder2016", "--seed", "tuesday"),
]


@pytest.mark.parametrize("args", BAD, ids=" ".join)
def test_bad_input_is_one_line_and_exit_2(invoke, args: Sequence[str]) -> None:
    code, out, err = invoke(*args)
    assert code == BAD_INPUT
    assert out == ""
    assert one_line(err), err


def test_a_near_name_is_offered(invoke) -> None:
    _, _, err = invoke("show", "drugs", "blinatumab")
    assert "blinatumomab" in err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 5_000_000,
        b"[" * 100_000,
        b"schema: trimer/case/1\n",
        b"a: &x [*x]\n",
        b"!!python/object:os.x {}\n",
    ],
    ids=["empty", "10 MB of bytes", "deep", "no fields", "alias", "tag"],
)
def test_a_hopeless_case_file_is_one_line_naming_the_file(invoke, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    for args in (("check", str(path)), ("replay", str(path), "--no-html")):
        code, out, err = invoke(*args)
        assert code == BAD_INPUT
        assert out == ""
        assert one_line(err), err[:400]
        assert "mine.yaml" in err
        assert len(err) < 600


def test_a_page_that_cannot_be_written_is_told_before_the_work(invoke, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    start = time.monotonic()
    code, out, err = invoke("replay", "linder2016", "--html", str(blocked / "x.html"))
    assert (code, out) == (BAD_INPUT, "")
    assert one_line(err)
    assert "--html" in err
    assert time.monotonic() - start < 2.0
    assert invoke("replay", "linder2016", "--html", str(tmp_path))[0] == BAD_INPUT


def test_a_replay_that_fails_leaves_nothing_behind(invoke, tmp_path: Path) -> None:
    code, _, _ = invoke("replay", "no_such_case", "--html", str(tmp_path / "new" / "x.html"))
    assert code == BAD_INPUT
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """Stand a made-up result in for the replay, and keep what it was called with."""
    calls: list[dict[str, object]] = []

    def stand_in(case: str, **options: object) -> object:
        options.pop("progress")("fitting", 0.5)  # type: ignore[operator]
        calls.append({"case": case, **options})
        return report_sample.sample()

    monkeypatch.setattr("trimer.study.replay.replay", stand_in)
    return calls


def test_replay_passes_its_options_on(invoke, replayed: list[dict[str, object]]) -> None:
    invoke("replay", "linder2016", "--no-html", "--quiet")
    assert replayed == [
        {"case": "linder2016", "draws": 200, "seed": 20160216, "use_cache": True, "threads": None},
    ]
    invoke("replay", "x.yaml", "--no-html", "--draws", "300", "--seed", "7", "--no-cache", "--threads", "1", "--quiet")
    assert replayed[1] == {"case": "x.yaml", "draws": 300, "seed": 7, "use_cache": False, "threads": 1}


def test_replay_json_is_the_result_and_nothing_else(invoke, replayed, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = invoke("replay", "linder2016", "--json")
    assert code == 0
    assert err.splitlines() == ["trimer: fitting ..."]
    document = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["schema"] == "trimer/replay/1"
    assert document.keys() >= {"observations", "verdicts", "states", "parameters", "curves", "notice"}
    assert list(tmp_path.iterdir()) == []


def test_replay_prints_tables_and_writes_one_page(invoke, replayed, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("trimer.study.vpc.case_check", lambda case, threads: None)
    code, out, err = invoke("replay", "linder2016", "--quiet")
    assert (code, err) == (0, "")
    page = tmp_path / "replay" / "linder2016.html"
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert "replay/linder2016.html" in out
    assert "research use only" in out
    monkeypatch.setattr("trimer.study.vpc.case_check", lambda case, threads: f" checked with {threads}")
    monkeypatch.setattr("trimer.report.html.write", lambda result, path, check: path.write_text(result.case + check))
    code, out, _ = invoke("replay", "linder2016", "--quiet", "--json", "--html", "own/page.html", "--threads", "2")
    assert code == 0
    assert (tmp_path / "own" / "page.html").read_text() == f"{json.loads(out)['case']} checked with 2"


def test_a_bug_is_told_as_one(invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def boom(kind: str) -> None:
        raise RuntimeError("the\nbeam is broken")

    monkeypatch.setattr(catalogue, "entries", boom)
    monkeypatch.delenv("TRIMER_DEBUG", raising=False)
    code, out, err = invoke("list", "drugs")
    assert (code, out) == (BUG, "")
    assert one_line(err)
    assert "report" in err
    assert "the beam is broken" in err
    monkeypatch.setenv("TRIMER_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run(["list", "drugs"])


def test_an_interruption_is_one_line(invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(kind: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalogue, "entries", stop)
    code, out, err = invoke("list", "drugs")
    assert (code, out) == (INTERRUPTED, "")
    assert err.strip() == "trimer: interrupted"


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="no pipes of that kind here")
@pytest.mark.parametrize("args", ["list", "check linder2016", "judge linder2016", "judge linder2016 --json"])
def test_a_closed_pipe_ends_quietly(args: str) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "trimer", *args.split()], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert done.returncode == PIPE_CLOSED
    assert done.stderr == ""


def test_json_has_no_nan_and_keeps_exact_numbers() -> None:
    import numpy as np

    value = {"a": math.nan, "b": (1, np.float64(0.1), np.int64(3)), "c": np.array([1.5, math.inf]), "d": {"x"}, 1: None}
    assert plain(value) == {"a": None, "b": [1, 0.1, 3], "c": [1.5, None], "d": ["x"], "1": None}


def test_progress_is_plain_lines_on_stderr_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=False) as shown:
        shown("fitting", 0.1)
        shown("fitting", 0.9)
        shown("drawing", 1.0)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["trimer: fitting ...", "trimer: drawing ..."]
    with progress(quiet=True) as shown:
        shown("fitting", 0.5)
    assert capsys.readouterr() == ("", "")


def test_every_command_is_ours() -> None:
    assert all(isinstance(command, click.Command) and command.help for command in cli.commands.values())


def test_a_warning_is_one_line_and_said_once(invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> None:
        warnings.warn("a library is\nold", stacklevel=1)
        warnings.warn("a library is\nold", stacklevel=1)
        raise RuntimeError("no driver")

    monkeypatch.setattr("trimer.engine.backends.gpu.solve", absent)
    shown = warnings.showwarning
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        code, out, err = invoke(
            "simulate", "blinatumomab_rr", "--cycles", "1", "--days", "3", "--backend", "gpu", "--quiet"
        )
    assert code == 0
    assert "Blinatumomab" in out
    said = ["a library is old", "the gpu backend cannot be used here (no driver); the cpu backend answers."]
    assert err.splitlines() == [f"trimer: {text}" for text in said]
    assert warnings.showwarning is shown


@pytest.mark.parametrize(
    "text", ["k_growth", "k_growth=", "=1", " =1", "k_growth=nan", "k_growth=inf", "k_growth=-inf", ""]
)
def test_a_setting_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--set: found .* expected NAME=VALUE, a finite number"):
        setting(text)


def test_a_setting() -> None:
    assert setting(" k_growth = 1e-1 ") == ("k_growth", 0.1)
