"""Who is let in: names, origins, tokens, marks; and what every answer forbids a browser."""

from __future__ import annotations

import pytest

pytest.importorskip("starlette", reason="the packages of the extra workbench are not installed")
pytest.importorskip("httpx2", reason="the packages of the extra workbench are not installed")

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from trimer.errors import InputError
from trimer.workbench import answers
from trimer.workbench.guard import COOKIE, POLICY, Door, Guard, is_loopback
from trimer.workbench.serve import address, door_for

TOKEN = "a-token-of-the-test-1234"
MARKED = {"X-Trimer": "1"}


async def echo(request: Request) -> Response:
    return answers.answer(await answers.document(request, 1000) if request.method == "POST" else {"ok": True})


async def drawing(_: Request) -> Response:
    return Response("<svg/>", media_type="image/svg+xml")


def client(door: Door | None = None, base: str = "http://localhost:8642") -> TestClient:
    async def too_large(_: Request, __: Exception) -> Response:
        return answers.answer({}, 413)

    async def refused(_: Request, error: Exception) -> Response:
        return answers.answer({"text": str(error)}, 400)

    app = Starlette(
        routes=[Route("/", echo, methods=["GET", "POST"]), Route("/api/x.svg", drawing)],
        middleware=[Middleware(Guard, door=door or Door())],
        exception_handlers={answers.TooLargeError: too_large, InputError: refused},
    )
    return TestClient(app, base_url=base)


def test_loopback_is_let_in_and_every_answer_carries_the_policy() -> None:
    found = client().get("/")
    assert found.status_code == 200
    assert found.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in found.headers


def test_a_drawing_opened_by_itself_may_not_run_anything() -> None:
    assert "sandbox" in client().get("/api/x.svg").headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8642", "127.0.0.1.evil.example", "", "[", "10.0.0.7"])
def test_names_that_merely_resolve_to_this_machine_are_refused(host: str) -> None:
    found = client().get("/", headers={"Host": host})
    assert found.status_code == 403
    assert found.json()["error"]["text"].startswith("Refused")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:8642", "LOCALHOST:1"])
def test_loopback_has_several_names(host: str) -> None:
    assert client().get("/", headers={"Host": host}).status_code == 200


def test_pages_of_other_sites_cannot_post() -> None:
    asks = client()
    assert asks.post("/", json={}, headers=MARKED).status_code == 200
    assert asks.post("/", json={}).status_code == 403
    assert asks.post("/", json={}, headers=MARKED | {"Origin": "https://evil.example"}).status_code == 403
    assert asks.post("/", json={}, headers=MARKED | {"Origin": "null"}).status_code == 403
    assert asks.post("/", json={}, headers=MARKED | {"Origin": "http://["}).status_code == 403
    assert asks.post("/", json={}, headers=MARKED | {"Origin": "http://localhost:1"}).status_code == 403
    assert asks.post("/", json={}, headers=MARKED | {"Origin": "http://localhost:8642"}).status_code == 200
    assert asks.post("/", json={}, headers=MARKED | {"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert asks.delete("/").status_code == 403


def test_a_link_from_another_site_may_be_followed_but_nothing_read() -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    followed = {**elsewhere, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client().get("/", headers=followed).status_code == 200
    assert client().get("/api/x.svg", headers=followed).status_code == 403
    assert client().get("/", headers={**elsewhere, "Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert client().get("/", headers={**followed, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    assert "access-control-allow-origin" not in client().get("/").headers


def test_there_are_no_websockets() -> None:
    with pytest.raises(WebSocketDisconnect), client().websocket_connect("/"):
        pass


def test_with_a_token_it_is_asked_for_once_and_kept_as_a_cookie() -> None:
    door = Door(frozenset(), TOKEN)
    asks = client(door, "http://10.0.0.7:8642")
    assert asks.get("/").status_code == 401
    assert asks.get("/?token=wrong").status_code == 401
    first = asks.get(f"/?token={TOKEN}", follow_redirects=False)
    assert first.status_code == 303
    assert first.headers["location"] == "/"  # so that the token does not stay in the address
    assert first.headers["content-security-policy"] == POLICY
    said = first.headers["set-cookie"]
    assert said.startswith(f"{COOKIE}_8642=")  # cookies know no port
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert asks.get("/").status_code == 200  # by the cookie
    assert "set-cookie" not in asks.get("/?token=wrong").headers
    fresh = client(door, "http://10.0.0.7:8642")
    assert fresh.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert fresh.get("/", headers={"Cookie": f"{COOKIE}_8642=wrong"}).status_code == 401
    assert fresh.get("/", headers={"Cookie": f"{COOKIE}_8643={TOKEN}"}).status_code == 401
    assert fresh.get("/", headers={"Cookie": "\x00;;=,"}).status_code == 401
    assert fresh.post("/", json={}, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 403


@pytest.mark.parametrize("token", ["short", "with a blank in it..", "abcdefgh;ijklmnop", "abcdefgh&ijklmnop", "é" * 20])
def test_a_token_is_what_an_address_and_a_cookie_can_hold(token: str) -> None:
    with pytest.raises(InputError, match="16 or more"):
        door_for("127.0.0.1", token)


def test_a_fault_of_ours_is_told_without_its_words_and_with_the_policy(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError("a secret of the server")

    app = Starlette(routes=[Route("/", broken)], middleware=[Middleware(Guard, door=Door())])
    found = TestClient(app, base_url="http://localhost:8642").get("/")
    assert found.status_code == 500
    assert "secret" not in found.text
    assert found.headers["content-security-policy"] == POLICY
    assert "a secret of the server" in caplog.text


def test_beyond_loopback_there_is_always_a_token() -> None:
    with pytest.raises(InputError, match="a token"):
        Door(frozenset(), "")
    assert door_for("127.0.0.1") == Door()
    assert door_for("127.0.0.1", TOKEN).token == TOKEN
    for host in ("0.0.0.0", "::", "192.168.1.7", "example.org"):
        found = door_for(host)
        assert len(found.token) >= 32
        assert found.token != door_for(host).token


@pytest.mark.parametrize(
    ("host", "is_one"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.8.8.8", True), ("0.0.0.0", False), ("x", False)],
)
def test_what_loopback_is(host: str, is_one: bool) -> None:
    assert is_loopback(host) is is_one


def test_addresses() -> None:
    assert address("127.0.0.1", 1) == "http://127.0.0.1:1/"
    assert address("::1", 1, "t") == "http://[::1]:1/?token=t"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"[1]", 400, "a list"),
        (b"", 400, "JSON object"),
        (b"\xff\xfe", 400, "not UTF-8"),
        (b'{"a": NaN}', 400, "the number NaN"),
        (b'{"a": 1' * 3, 400, "JSON object"),
        (b"[" * 900, 400, "JSON object"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, 400, "40 levels"),
        (b'{"a": "\\ud800"}', 400, "JSON object"),
        (b'{"a": "' + b"x" * 2000 + b'"}', 413, ""),
    ],
)
def test_bodies_that_are_no_document_are_refused(body: bytes, status: int, said: str) -> None:
    found = client().post("/", content=body, headers=MARKED)
    assert found.status_code == status
    assert said in found.text


def test_a_body_without_an_announced_length_is_cut_off() -> None:
    def parts():  # type: ignore[no-untyped-def]
        for _ in range(100):
            yield b" " * 1000

    assert client().post("/", content=parts(), headers=MARKED).status_code == 413


def test_numbers_that_json_has_not_are_null() -> None:
    assert answers.written({"a": float("nan"), "b": [float("inf"), 1.5]}) == b'{"a":null,"b":[null,1.5]}'


def test_names_of_files_hold_nothing_that_ends_a_header() -> None:
    found = answers.attachment("x", 'a"\r\nSet-Cookie: b/../é.toml', "text/plain")
    said = found.headers["content-disposition"]
    assert said == 'attachment; filename="a___Set-Cookie__b_..__.toml"'
