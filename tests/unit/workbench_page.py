"""The workbench's page as its tests read and work it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SMALL = {"draws": 20}  # of the state in a link: a course that is quickly solved
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
REDRAWS = "Number(document.body.dataset.redraws ?? 0)"
LOADED = "image => image.complete && image.naturalWidth > 0"
QUIET = "!document.querySelector('[aria-busy=\"true\"]')"


@dataclass
class Heard:
    """Hold what a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("request", lambda one: self.requests.append(one.url))
        page.on("response", lambda one: self.refused.append(f"{one.status} {one.url}") if one.status >= 400 else None)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda one: (self.complaints.append(f"dialog: {one.message}"), one.dismiss()))
        page.on("console", self._said)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.type}: {message.text}")  # a violated policy is told here, too

    def beyond(self, address: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((address, "data:", f"blob:{address}"))]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run a workbench in a process of its own; afterwards its log may tell of no fault."""
    command = [sys.executable, "-m", "trimer", "serve", "--port", "0", "--keep", str(folder / "keep"), "--json"]
    with (
        (folder / "log.txt").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"]
            told = (folder / "log.txt").read_text()
        finally:
            process.terminate()
            process.wait(30)
    assert "ERROR" not in told, told


@contextmanager
def elsewhere_served(folder: Path) -> Iterator[int]:
    """Serve a page of somebody else's; its port."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title><p>Elsewhere</p>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def link(view: str, **said: Any) -> str:
    """Return the fragment of a link to a view."""
    packed = base64.urlsafe_b64encode(json.dumps({**SMALL, **said}).encode()).decode().rstrip("=")
    return f"#/{view}?case=linder2016&s={packed}"


def shown(page: Page, view: str) -> None:
    """Wait until a view is there and has all that it asks for by itself."""
    here = {
        "case": page.get_by_role("group", name="Timeline of").get_by_role("button").first,
        "schedule": outcomes(page).locator("tbody tr").first,
        "trial": page.get_by_role("heading", name="Endpoints of the trial"),
        "evidence": page.get_by_role("region", name="Numbers of the model").locator("tbody tr").first,
    }
    here[view].wait_for()
    page.wait_for_function(QUIET)


def outcomes(page: Page) -> Locator:
    return page.get_by_role("region", name="Outcomes")


@contextmanager
def redrawn(page: Page) -> Iterator[None]:
    """Wait after what is done within until the curves are drawn anew and the plan is judged."""
    before = page.evaluate(REDRAWS)
    yield
    page.wait_for_function(f"before => {REDRAWS} > before && {QUIET}", arg=before)


def curves(page: Page) -> dict[str, str]:
    """Return what each panel of the course says of its curve, by the panel's label."""
    drawn = page.get_by_role("region", name="Course", exact=True).get_by_role("img")
    texts = drawn.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    return dict(re.split(r"(?: \(.*?\))?[:.] ", text, maxsplit=1) for text in texts)


def plan(page: Page) -> dict[str, str]:
    """Return the numbers and choices of the plan, by field."""
    fields = page.get_by_role("region", name="Plan", exact=True).locator("input[type=number], select")
    return dict(fields.evaluate_all("all => all.map(one => [one.id, one.value])"))


def handle(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Planned infusion rate").get_by_role("slider", name=name, exact=True)


def mark(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Timeline of").get_by_role("button", name=name)


def drawn(images: Locator) -> int:
    """Bring images into view one after another, wait until each is drawn, and count them."""
    for image in images.all():
        image.scroll_into_view_if_needed()
        image.page.wait_for_function(LOADED, arg=image.element_handle())
    return images.count()


def tab_to(page: Page, wanted: str, most: int = 120) -> None:
    """Press Tab until what is focused fits a selector."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"{most} times Tab do not lead to {wanted}")


def give(page: Page, text: str) -> None:
    """Choose a file with a record."""
    file = {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    page.get_by_label("Open a record of your own").set_input_files(file)


def unharmed(page: Page) -> None:
    """Check that nothing of a text was read as markup; a dialog is a complaint that the page's fixture hears."""
    assert page.locator("script").count() == 2
    assert page.locator("img[src='x']").count() == 0
    assert page.locator("[onerror]").count() == 0


FOCUS = """() => {
  const look = (one) => [one, ...one.children].map((part) => {
    const { outlineStyle, outlineWidth, stroke, fill } = getComputedStyle(part);
    return [outlineStyle, outlineWidth, stroke, fill];
  }).join();
  const drawn = (one) => { const { outlineStyle, outlineWidth } = getComputedStyle(one); return outlineStyle !== 'none' && outlineWidth !== '0px'; };
  const said = (one) => `${one.tagName} ${one.id || one.getAttribute('aria-label') || one.textContent.slice(0, 40)}`;
  const operable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  let last = null;
  window.focus = {
    seen: new Set(),
    unseen: [],  // what had the focus and looked as without it
    note() {
      if (last && !last.drawn && look(last.one) === last.look) this.unseen.push(said(last.one));
      const one = document.activeElement;
      if (one === document.body || this.seen.has(one)) return false;
      this.seen.add(one);
      last = { one, look: look(one), drawn: drawn(one) };
      return true;
    },
    missed() {
      return [...document.querySelectorAll(operable)].filter((one) => one.checkVisibility() && !one.disabled && !this.seen.has(one)).map(said);
    },
  };
}"""  # noqa: E501


ATTACK = """async (address) => {
  const url = `${address}api/jobs`;
  const body = JSON.stringify({ kind: 'trial', trial: 'mt103_211', patients: 1, seed: 1 });
  const answered = (asked) => asked.then((one) => `answered ${one.type}`, () => 'refused');
  const loaded = (tag, src) => new Promise((done) => {
    const one = document.createElement(tag);
    one.onload = () => done('loaded');
    one.onerror = () => done('refused');
    one.src = src;
    document.body.append(one);
  });
  const socket = () => new Promise((done) => {
    const one = new WebSocket(address.replace('http', 'ws') + 'api/course');
    one.onopen = () => done('open');
    one.onerror = () => done('refused');
  });
  await loaded('iframe', address);
  return {
    'post': await answered(fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-Trimer': '1' } })),
    'simple post': await answered(fetch(url, { method: 'POST', body, mode: 'no-cors' })),
    'form': await answered(fetch(url, { method: 'POST', body: new URLSearchParams({ kind: 'trial' }) })),
    'read': await answered(fetch(`${address}api/library`)),
    'socket': await socket(),
    'image': await loaded('img', `${address}assets/icon.svg`),
    'script': await loaded('script', `${address}assets/js/theme.js`),
  };
}"""  # noqa: E501
