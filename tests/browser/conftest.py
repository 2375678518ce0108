"""What tests in a browser share: one headless Chromium a run, and axe-core to ask what bars people from a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
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
