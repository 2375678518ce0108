"""What tests in a browser share: one headless Chromium a run, and axe-core to ask what bars people from a page."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from workbench_page import Heard, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 30_000  # ms that a slow machine is given for anything
WIDE = {"width": 1280, "height": 900}
SLOW = re.compile(r"/figure/(course|fish|vpc)\.svg")  # drawn of a replay, which is fitted for a minute
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40"/></svg>'
GRAVE = ("serious", "critical")


def lacking(what: str) -> None:
    """Skip a test for which something is not installed; fail it where a browser is required (TRIMER_BROWSER)."""
    if os.environ.get("TRIMER_BROWSER") == "required":
        pytest.fail(f"TRIMER_BROWSER is 'required', but there is no {what}")
    pytest.skip(f"no {what} here")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium of this machine; none is fetched."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("playwright")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        lacking(f"browser ({', '.join(NAMES)})")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists what axe-core finds serious or critical on a page, one line a kind.

    The page's context has to be made with ``bypass_csp=True``: axe is a script that no policy of ours admits.
    """
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        lacking("axe-playwright-python")

    def violations(page: Page) -> list[str]:
        found: list[dict[str, Any]] = Axe().run(page).response["violations"]
        return [
            f"{one['impact']}: {one['id']} at {len(one['nodes'])}, first {one['nodes'][0]['html'][:160]}"
            for one in found
            if one["impact"] in GRAVE
        ]

    return violations


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a workbench that runs while this file is tested; its log may tell of no fault."""
    with served(tmp_path_factory.mktemp("workbench")) as found:
        yield found


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page in a browser of its own; nothing it does may leave the server's origin."""
    from playwright.sync_api import expect

    contexts: list[BrowserContext] = []
    heard = Heard()

    def open_page(fragment: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE)
        context.route(SLOW, lambda route: route.fulfill(body=DRAWN, content_type="image/svg+xml"))
        contexts.append(context)
        page = context.new_page()
        heard.listen(page)
        page.goto(address + fragment)
        return page

    expect.set_options(timeout=PATIENCE)
    yield open_page
    for context in contexts:
        context.close()
    assert heard.complaints == []
    assert heard.beyond(address) == []
