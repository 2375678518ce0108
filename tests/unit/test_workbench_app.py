"""The workbench's own routes: what they answer, and what they answer when something is at fault."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the packages of the extra workbench are not installed")
pytest.importorskip("httpx2", reason="the packages of the extra workbench are not installed")

from starlette.testclient import TestClient

import trimer.library as library
from trimer.workbench import app as app_module
from trimer.workbench.app import ASSETS, application

MARKED = {"X-Trimer": "1"}
LABEL = "blinatumomab_label_astct_2019"
BODY = {"subjects": {"kind": "population", "name": "adult_rr_ball"}, "draws": 16, "days": 10, "plan": LABEL}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = application(tmp_path_factory.mktemp("workbench"))
    with TestClient(app, base_url="http://localhost:8642", raise_server_exceptions=False) as asks:
        yield asks


def post(client: TestClient, path: str, document: Any) -> Any:
    return client.post(f"/api/{path}", json=document, headers=MARKED)


def error(answer: Any) -> dict[str, str]:
    found: dict[str, str] = answer.json()["error"]
    assert set(found) == {"where", "found", "expected", "hint", "text"}
    return found


def test_the_page_and_everything_it_asks_for_are_there(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    asked = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert asked
    for path in asked:
        assert client.get(path).status_code == 200, path
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in ASSETS.rglob("*"):
        if path.suffix in (".html", ".css", ".js") and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8")
            found = [x for x in re.findall(r"https?://[^\s\"'`)]+", text) if not x.startswith("http://www.w3.org/")]
            assert found == [], path.name
            assert "innerHTML" not in text, path.name
            assert "eval(" not in text, path.name


def test_every_module_that_a_module_imports_is_there() -> None:
    for path in (ASSETS / "js").glob("*.js"):
        for name in re.findall(r"""(?:from|import\()\s*['"](\.[^'"]+)['"]""", path.read_text(encoding="utf-8")):
            assert (path.parent / name).resolve().is_file(), f"{path.name} imports {name}"


def test_the_page_weighs_less_than_two_megabytes() -> None:
    loaded = [p for p in ASSETS.rglob("*") if p.is_file() and not p.name.endswith(".d.ts")]
    assert sum(p.stat().st_size for p in loaded) < 2_000_000


def test_the_library_names_what_can_be_chosen(client: TestClient) -> None:
    found = client.get("/api/library").json()
    assert {p["name"] for p in found["protocols"]} == set(library.list_entries("protocols"))
    assert {"amg"} <= {c["name"] for c in found["criteria"]["response"]}
    assert {"astct_2019_crs"} <= {c["name"] for c in found["criteria"]["crs"]}
    assert next(c for c in found["cases"] if c["name"] == "linder2016")["twin"] is True
    one = next(p for p in found["protocols"] if p["name"] == LABEL)
    assert one["rates"] == ["9 ug/day", "28 ug/day"]
    assert one["cycles"][0]["infusion_days"] == 28.0


def test_a_course_is_answered_and_the_same_question_the_same_way(client: TestClient) -> None:
    first, second = post(client, "course", BODY), post(client, "course", BODY)
    assert first.status_code == 200
    assert first.json()["times"][-1] == 10.0
    assert "never advice for a patient" in first.json()["notice"]
    assert first.content == second.content
    assert first.json()["key"] != post(client, "course", {**BODY, "days": 11}).json()["key"]


def test_another_scale_grades_the_same_course_otherwise(client: TestClient) -> None:
    found = post(client, "course", {**BODY, "crs": "ctcae_v4_crs"})
    assert found.json()["crs"]["scale"] == "ctcae_v4_crs"


def test_a_course_as_a_table(client: TestClient) -> None:
    found = post(client, "course.csv", BODY)
    assert found.headers["content-disposition"] == 'attachment; filename="course.csv"'
    assert found.text.splitlines()[1].startswith("time [day],")


def test_verdicts_stand_with_intervals(client: TestClient) -> None:
    found = post(client, "outcomes", {**BODY, "days": 60, "against": None}).json()
    row = next(r for r in found["outcomes"] if r["name"] == "remission")
    assert row["low"] <= row["value"] <= row["high"]
    assert re.search(r"\d \(.* to .*\) %", row["text"])
    assert row["difference"]["shown"] in ("higher", "lower", "not shown to differ")


def test_a_protocol_is_saved(client: TestClient, tmp_path: Path) -> None:
    found = post(client, "protocol.toml", {"plan": {"extends": LABEL, "step_after": "4 day"}})
    assert found.headers["content-disposition"] == 'attachment; filename="schedule.toml"'
    (tmp_path / "schedule.toml").write_text(found.text, encoding="utf-8")
    assert library.protocol(tmp_path / "schedule.toml").step_after == 4.0


@pytest.mark.parametrize(
    ("path", "document", "where"),
    [
        ("course", {**BODY, "plan": HOSTILE}, "plan"),
        ("course", {**BODY, "subjects": {"kind": HOSTILE}}, "subjects.kind"),
        ("course", {**BODY, "crs": HOSTILE}, "scale"),
        ("course", {**BODY, "crs": ["x"]}, "crs"),
        ("course", {**BODY, HOSTILE: 1}, HOSTILE),
        ("outcomes", {**BODY, "response": "no_such"}, ""),
        ("outcomes", {**BODY, "against": 7}, "plan"),
        ("protocol.toml", {"plan": None}, "plan"),
        ("protocol.toml", {"plan": LABEL, "path": "/etc/passwd"}, "path"),
        ("course", [], "request"),
    ],
)
def test_faults_are_said_as_data(client: TestClient, path: str, document: Any, where: str) -> None:
    answer = post(client, path, document)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert where in error(answer)["where"] or where in error(answer)["text"]


@pytest.mark.parametrize(
    "path",
    ["/none", "/api/none", "/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/assets//etc/passwd",
     "/assets/js/%00", "/api/cases/..%2f..%2fetc%2fpasswd", "/assets/"],
)  # fmt: skip
def test_what_is_not_there_is_said_and_nothing_else_is_read(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405)
    assert error(answer)["text"]


def test_what_cannot_be_done_is_said(client: TestClient) -> None:
    assert client.get("/api/course").status_code == 405
    assert error(client.get("/api/course"))["text"] == "This cannot be done here."


def test_a_fault_of_ours_says_so_and_tells_nothing_else(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(app_module, "library_view", broken)
    answer = client.get("/api/library")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_question_is_small(client: TestClient) -> None:
    plan = {"extends": LABEL, "note": "x" * 100_000}
    assert post(client, "course", {**BODY, "plan": plan}).status_code == 413
    assert post(client, "protocol.toml", {"plan": plan}).status_code == 413
    half = json.dumps({"plan": {"extends": LABEL, "label": "\ud800"}})
    assert client.post("/api/protocol.toml", content=half, headers=MARKED).status_code == 400


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/api/cases", content=b"{" + b" " * 10_000_000 + b"}", headers=MARKED)
    assert answer.status_code == 413
    assert "less" in error(answer)["text"]


def test_the_command_serves_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trimer", "serve", "--port", "0", "--json", "--keep", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        port = int(said["address"].rstrip("/").rpartition(":")[2])
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/api/library")
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["version"]
        connection.close()
        taken = [sys.executable, "-m", "trimer", "serve", "--port", str(port)]
        second = subprocess.run(taken, capture_output=True, text=True, check=False, timeout=60)
        assert second.returncode == 2
        assert "cannot be listened on" in second.stderr
        assert "Traceback" not in second.stderr
        process.terminate()
        _, complaints = process.communicate(timeout=30)
        assert complaints == ""
        assert process.returncode == 0


def test_what_is_temporary_is_gone_when_the_server_is_terminated(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trimer", "serve", "--port", "0", "--json"]
    told = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=told) as process:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["address"].rstrip("/").rpartition(":")[2])
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
        assert list(tmp_path.glob("trimer-*"))
        process.terminate()
        process.communicate(timeout=60)
    assert not list(tmp_path.glob("trimer-*"))


def test_without_the_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from trimer.errors import InputError
    from trimer.workbench.serve import serve

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(InputError, match=r"pip install 'trimer\[workbench\]'"):
        serve(port=0)
