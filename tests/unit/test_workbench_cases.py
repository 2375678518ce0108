"""Cases of a session: what is kept, what is refused and with which problems, and the routes, asked with malice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import yaml

pytest.importorskip("starlette")
pytest.importorskip("httpx2", reason="the packages of the extra workbench are not installed")

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.testclient import TestClient

from trimer.errors import TrimerError
from trimer.library import case_path
from trimer.record import tree
from trimer.workbench import answers, case_routes, drawing
from trimer.workbench.cases import Cases, InvalidCaseError, shown_name

GOOD = """\
schema: trimer/case/1
id: small
title: A small case
source: {citation: Nobody2020, title: T, authors: A, journal: J, year: 2020}
patient:
  sex: male
  age: 40 year
  size:
    weight: {value: 80 kg, kind: stated}
    height: {value: 180 cm, kind: stated}
origin: e01
events:
  - id: e01
    number: 1
    kind: lab
    label: Counts
    date: {on: "2020-03-05"}
    observations:
      - {observable: wbc, value: 164, unit: 10*9/L}
      - {observable: anc, value: 1, unit: 10*9/L}
  - id: e02
    number: 2
    kind: drug
    label: Treatment
    date: {on: "2020-03", after: [{event: e01}]}
    given:
      - {drug: blinatumomab, rate: 9 ug/day, route: civ}
realisation:
  orders:
    - {event: e02, drug: blinatumomab, rate: 9 ug/day, route: civ, lasts: 7 day, kind: stated}
"""
DOSE = "      - {drug: blinatumomab}\n"
LINDER = case_path("linder2016").read_text(encoding="utf-8")


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    return Cases(tmp_path / "cases")


def refused(cases: Cases, text: str, name: str = "mine.yaml") -> InvalidCaseError:
    with pytest.raises(InvalidCaseError) as caught:
        cases.add(name, text)
    assert not list(cases.folder.glob("*"))
    return caught.value


# ---- what is kept


def test_a_case_is_known_by_what_it_says(cases: Cases) -> None:
    address = cases.add("a.yaml", GOOD)
    assert cases.add("other name.yaml", GOOD) == address
    assert [path.name for path in cases.folder.iterdir()] == [f"{address}.yaml"]
    assert cases.get(address).title == "A small case"
    assert cases.text(address) == GOOD
    assert cases.place(address) == cases.folder / f"{address}.yaml"
    assert cases.add("a.yaml", GOOD.replace("A small", "Another")) != address


def test_an_uploaded_case_reads_as_the_bundled_one(cases: Cases) -> None:
    address = cases.add("copy.yaml", "\ufeff" + LINDER)
    mine, bundled = cases.page(address, "amg", "lee_2014_crs"), cases.page("linder2016", "amg", "lee_2014_crs")
    assert mine["address"] == address
    assert {**mine, "address": ""} == {**bundled, "address": ""}
    assert cases.page(address, "amg", "lee_2014_crs") is mine


@pytest.mark.parametrize(
    "address", ["linder2015", "sha256-0123456789abcdef", "sha256-../../../../etc", "../x", "", "."]
)
def test_what_is_not_there_is_not_found(cases: Cases, address: str) -> None:
    cases.add("a.yaml", GOOD)
    with pytest.raises(answers.NotFoundError):
        cases.get(address)


def test_a_file_that_was_changed_is_no_longer_the_case(cases: Cases) -> None:
    address = cases.add("a.yaml", GOOD)
    (cases.folder / f"{address}.yaml").write_text(LINDER, encoding="utf-8")
    with pytest.raises(answers.NotFoundError, match="Upload its file again"):
        cases.get(address)


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cases = Cases(tmp_path, most=3)
    first, second, third = (cases.add("a.yaml", GOOD.replace("A small", f"Case {n}")) for n in range(3))
    cases.get(first)
    fourth = cases.add("a.yaml", GOOD)
    assert {path.stem for path in tmp_path.iterdir()} == {first, third, fourth}
    with pytest.raises(answers.NotFoundError):
        cases.text(second)


def test_large_cases_make_room(tmp_path: Path) -> None:
    cases = Cases(tmp_path, most_bytes=2 * len(GOOD) + 100)
    kept = [cases.add("a.yaml", GOOD.replace("A small", f"Case {n}")) for n in range(4)]
    assert {path.stem for path in tmp_path.iterdir()} == set(kept[2:])


# ---- what is refused


def test_every_problem_is_told_with_its_line(cases: Cases) -> None:
    text = (
        GOOD.replace("80 kg", "80 cm").replace("observable: wbc", "observable: wbcs").replace("value: 1,", "value: -1,")
    )
    text = text.replace("2020-03-05", "2020-02-30").replace("rate: 9 ug/day, route: civ, lasts", "lasts")
    fault = refused(cases, text, "a/b\\mine.yaml")
    assert [(p.path, p.line) for p in fault.problems] == [
        ("patient.size.weight.value", 9),
        ("events[e01].date.on", 17),
        ("events[e01].observations[0].observable", 19),
        ("events[e01].observations[1].value", 20),
        ("realisation.orders[0]", 30),
    ]
    assert fault.problems[2].message == "Found 'wbcs', expected a known observable. Nearest: wbc."
    assert fault.where == "mine.yaml: patient.size.weight.value (line 9)"
    assert str(fault).endswith("4 more to correct.")


def test_every_field_that_is_wrong_is_told(cases: Cases) -> None:
    text = GOOD.replace("    label: Counts\n", "    lable: Counts\n").replace("kind: drug", "kind: drugs")
    found = {problem.path: problem for problem in refused(cases, text).problems}
    assert set(found) == {"events[e01].lable", "events[e01].label", "events[e02].kind"}
    assert (found["events[e01].lable"].line, found["events[e01].lable"].hint) == (16, "Nearest: label.")
    assert found["events[e02].kind"].line == 23


def test_dates_that_contradict_each_other_lead_to_a_line(cases: Cases) -> None:
    fault = refused(cases, GOOD.replace("2020-03-05", "2020-04-05"))
    assert (fault.problems[0].path, fault.problems[0].line) == ("dates of e01 and e02", 17)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nothing"),
        ("- a\n- b\n", "a list"),
        ("just words", "a text"),
        ("a: &a [x]\nb: [*a, *a]\n", "a YAML anchor or alias"),
        ("a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(60)), "a YAML anchor or alias"),
        ("x: " + "[" * 5000, "more than 20 levels of nesting"),
        ("x: [" + "1," * 200_000 + "1]", "more than 50000 values"),
        ("x: " + "y" * 1_000_001, "more than 1000 kB"),
        ("title: !!python/object:os.system x", "the YAML tag 'tag:yaml.org,2002:python/object:os.system'"),
        ("title: \ud800", "letter 8 that is no UTF-8 text"),
        ("--- {}\n--- {}\n", "a second document"),
        (
            GOOD.replace("2020-03-05", "9999-12-31").replace('on: "2020-03", ', ""),
            "one that may lie outside the calendar",
        ),
        (GOOD + 2001 * GOOD.splitlines(keepends=True)[-1], "2002 orders, repeats counted"),
        (GOOD.replace("    given:\n", "    given:\n" + 200 * DOSE), "201 drugs and regimens given"),
    ],
)
def test_what_is_no_case_is_one_problem(cases: Cases, text: str, found: str) -> None:
    problems = refused(cases, text).problems
    assert [problem.found for problem in problems] == [found]


@pytest.mark.parametrize(
    ("old", "new", "path", "days"),
    [
        ("lasts: 7 day", "lasts: 1e300 day", "realisation.orders: e02", "1e+300"),
        ("lasts: 7 day", "lasts: 7 day, repeat: 1000, interval: 50 day", "realisation.orders: e02", "5e+04"),
        ("lasts: 7 day", "lasts: 7 day, offset: 1e7 day", "realisation.orders: e02", "1e+07"),
        ("lasts: 7 day", "lasts: 7 day, offset: -1e7 day", "realisation.orders: e02", "1e+07"),
        ('on: "2020-03", after: [{event: e01}]', 'on: "3020-03"', "events[e02]", "3.65e+05"),
        ("    given:\n", '    end: {on: "3020-03"}\n    given:\n', "events[e02]", "3.65e+05"),
    ],
)
def test_a_case_longer_than_a_lifetime(cases: Cases, old: str, new: str, path: str, days: str) -> None:
    assert old in GOOD
    (problem,) = refused(cases, GOOD.replace(old, new)).problems
    assert (problem.path, problem.found) == (path, f"{days} days from first to last")
    assert problem.expected == "a lifetime, 40000 at most"


def test_a_thousand_faults_are_a_hundred_problems(cases: Cases) -> None:
    line = "      - {observable: wbc, value: 164, unit: 10*9/L}\n"
    for wrong in (line.replace("wbc", "wbx"), line.replace("value", "valve")):
        assert len(refused(cases, GOOD.replace(line, 5000 * wrong)).problems) == 100


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\cases\\mine.yaml", "mine.yaml"),
        ("a\nb\x00\u202ec.yaml", "abc.yaml"),
        ("/", "case.yaml"),
        ("x" * 500, "x" * 80),
    ],
)
def test_a_name_is_only_a_label(cases: Cases, name: str, shown: str) -> None:
    assert shown_name(name) == shown
    address = cases.add(name, GOOD)
    assert [path.name for path in cases.folder.iterdir()] == [f"{address}.yaml"]
    assert not list(cases.folder.parent.glob("*.yaml"))


# ---- routes


class Client:
    """Ask the routes as the page does."""

    def __init__(self, cases: Cases) -> None:
        async def at_fault(_: Request, error: Exception) -> Response:
            status = {answers.NotFoundError: 404, answers.TooLargeError: 413}.get(type(error), 400)
            return answers.answer({"error": {"text": str(error)}}, status)

        routes = [Mount("/api", routes=case_routes.routes(cases))]
        self.app = TestClient(Starlette(routes=routes, exception_handlers={TrimerError: at_fault}))

    def get(self, path: str) -> Any:
        return self.app.get(path)

    def post(self, **options: Any) -> Any:
        return self.app.post("/api/cases", **options)


@pytest.fixture
def client(cases: Cases) -> Client:
    return Client(cases)


def test_upload_and_look(client: Client) -> None:
    sent = client.post(json={"name": "my case.yaml", "text": GOOD})
    assert sent.status_code == 200
    assert sent.json()["title"] == "A small case"
    address = sent.json()["id"]
    found = client.get(f"/api/cases/{address}?response=eln_2024&crs=ctcae_v5_crs").json()
    assert (found["address"], found["response"]["name"], found["crs"]["name"]) == (address, "eln_2024", "ctcae_v5_crs")
    file = client.get(f"/api/cases/{address}/case.yaml")
    assert file.text == GOOD
    assert file.headers["content-disposition"] == f'attachment; filename="{address}.yaml"'


def test_problems_are_told_beside_the_error(client: Client) -> None:
    answer = client.post(json={"name": "mine.yaml", "text": GOOD.replace("80 kg", "80 cm")})
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["path"] == "patient.size.weight.value"
    assert problem["line"] == 9
    assert set(problem) == {"path", "line", "message", "found", "expected", "hint"}
    assert answer.json()["error"]["where"] == "mine.yaml: patient.size.weight.value (line 9)"


@pytest.mark.parametrize(
    "path",
    [
        "/api/cases/..%2F..%2Fetc%2Fpasswd",
        "/api/cases/%2e%2e",
        "/api/cases/sha256-..%2f..%2fx",
        "/api/cases/" + "x" * 5000,
        "/api/cases/linder2016%00",
        "/api/cases/linder2016/figure/nothing.svg",
        "/api/cases/linder2016/figure/fish.exe",
        "/api/cases/linder2016/figure/..%2Fcase.yaml",
        "/api/cases/linder2016/other.yaml",
        "/api/cases/nobody/report.html",
    ],
)
def test_nothing_else_can_be_reached(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text


@pytest.mark.parametrize("query", ["response=nothing", "crs=amg", "response=astct_2019_crs", "crs=" + "x" * 300])
def test_unknown_criteria_are_refused(client: Client, query: str) -> None:
    assert client.get(f"/api/cases/linder2016?{query}").status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name": "a.yaml", "text": "' + b"x" * 10_000_000 + b'"}', 413),
        (b"\xff\xfe\x00", 400),
        (b"", 400),
        (b"[]", 400),
        (b'{"name": 1, "text": "a: b"}', 400),
        (b'{"name": "a.yaml"}', 400),
        (b'{"name": "a.yaml", "text": ["a"]}', 400),
        (b'{"name": "a.yaml", "text": "a: b", "path": "/tmp"}', 400),
        (b'{"name": "a.yaml", "text": "\\ud800"}', 400),
        (b'{"name": "' + b"a" * 300 + b'", "text": "a: b"}', 400),
    ],
)
def test_bodies_that_are_none(client: Client, cases: Cases, body: bytes, status: int) -> None:
    answer = client.post(content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["text"]
    assert not cases.folder.exists()


def test_markup_in_every_text_stays_text(client: Client) -> None:
    evil = "<script>alert(1)</script>\"'&lt;"
    document, _ = tree.parse(GOOD, "small.yaml")
    document |= {"title": evil, "article_notes": [{"id": "A1", "text": evil}, {"text": evil}]}
    document["source"] |= {"title": evil, "authors": evil, "journal": evil, "doi": evil, "seen": [evil]}
    document["patient"]["size"]["weight"]["note"] = evil
    first, second = document["events"]
    first |= {"label": evil, "conclusion": evil, "notes": [{"text": evil}]}
    first["observations"][0] |= {"specimen": evil, "denominator": evil, "method": evil, "note": evil}
    first["observations"].append({"observable": "karyotype", "text": evil})
    first["episodes"] = [{"kind": "toxicity", "name": evil, "detail": evil}]
    second["given"][0]["detail"] = evil
    text = yaml.safe_dump(document, allow_unicode=True)
    sent = client.post(json={"name": f"{evil}.yaml", "text": text})
    assert sent.status_code == 200, sent.text
    assert sent.json()["title"] == evil
    answer = client.get(f"/api/cases/{sent.json()['id']}")
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["title"] == evil
    assert found["citation"] == f"{evil}. {evil}. {evil} 2020. doi:{evil}"
    (item,) = [i for lane in found["lanes"] for i in lane["items"] if i["id"] == "e01"]
    assert (item["label"], item["conclusion"], item["notes"]) == (evil, evil, [evil])
    assert [value["text"] for value in item["values"]] == [f"164 ×10⁹/L of {evil}", "1 ×10⁹/L", evil]
    assert found["ambiguities"] == [{"id": "A1", "event": "", "text": evil}]
    assert json.dumps(found).count("<script>") >= 20  # nothing is changed on the way, in either direction
    assert "&amp;" not in answer.text


def test_a_report_and_a_figure_are_drawn(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replay itself, of seconds, is tested elsewhere; here: that it is asked for once, and handed out as files."""
    from trimer.report import html
    from trimer.report.plots import sources

    asked: list[tuple[str, Any]] = []

    def of_case(kind: str, place: Any, *, threads: int) -> tuple[str, Any]:
        asked.append((kind, place))
        return kind, place

    def drawn(kind: str, ending: str, found: Any, width: float) -> bytes:
        return f"{kind} {ending} {width} of {found[0]}".encode()

    monkeypatch.setattr(sources, "of_case", of_case)
    monkeypatch.setattr(html, "render", lambda found, check: f"<html>{found[0]} {check[0]}")
    monkeypatch.setattr(drawing, "drawn", drawn)
    case_routes._source.cache_clear()
    report = client.get("/api/cases/linder2016/report.html")
    assert report.text == "<html>course vpc"
    assert report.headers["content-disposition"] == 'attachment; filename="linder2016.html"'
    figure = client.get("/api/cases/linder2016/figure/fish.svg?width=3.5")
    assert (figure.text, figure.headers["content-type"]) == ("fish svg 3.5 of course", "image/svg+xml")
    figure = client.get("/api/cases/linder2016/figure/vpc.pdf")
    assert (figure.text, figure.headers["content-type"]) == ("vpc pdf 7.2 of vpc", "application/pdf")
    assert client.get("/api/cases/linder2016/figure/vpc.pdf?width=column").text == "vpc pdf 3.5 of vpc"
    assert client.get("/api/cases/linder2016/figure/fish.png?width=1e9").status_code == 400
    assert client.get("/api/cases/linder2016/figure/fish.png?width=wide").status_code == 400
    assert client.get("/api/cases/linder2016/figure/fish.png?width=nan").status_code == 400
    assert asked == [("course", "linder2016"), ("vpc", "linder2016")]
    case_routes._source.cache_clear()


def test_nothing_is_fitted_for_who_is_gone(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine clicks on a figure that are all but one given up cost one fit, and nobody is told to come later."""
    begun, fitted = Event(), Event()
    done: list[str] = []

    def source(kind: str, place: Any) -> str:
        done.append(kind)
        begun.set()
        fitted.wait(10.0)
        return kind

    monkeypatch.setattr(case_routes, "_source", source)
    (route,) = [one for one in case_routes.routes(cases) if one.path.endswith("{ending}")]

    def request(message: dict[str, Any]) -> Request:
        async def receive() -> dict[str, Any]:
            if not message:
                await asyncio.Event().wait()  # still there
            return message

        path = {"id": "linder2016", "kind": "vpc", "ending": "svg"}
        scope = {"type": "http", "method": "GET", "path_params": path, "query_string": b"", "headers": []}
        return Request(scope, receive)

    async def clicks() -> list[Any]:
        first = asyncio.ensure_future(route.endpoint(request({})))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        others = [asyncio.ensure_future(route.endpoint(request({"type": "http.disconnect"}))) for _ in range(7)]
        await asyncio.sleep(0.1)
        fitted.set()
        found = await asyncio.gather(*others, return_exceptions=True)
        last = await asyncio.gather(first, route.endpoint(request({})))
        return [*found, *last]

    monkeypatch.setattr(drawing, "drawn", lambda *_: b"<svg/>")
    *gone, first, last = asyncio.run(clicks())
    assert [type(fault) for fault in gone] == [answers.GoneError] * 7
    assert first.body == last.body == b"<svg/>"
    assert done == ["vpc", "vpc"]
