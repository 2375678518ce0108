"""Make the pictures of README and docs from the reference case: ``.venv/bin/python docs/make_images.py``.

The workbench is photographed in a real browser: it needs what ``make test`` installs, and Chromium.

Run it when the replay's answer or the figures have changed, and look at what it wrote before you commit it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.report import figures
from trimer.study.replay import replay

if TYPE_CHECKING:
    from trimer.report.figures import Name

FOLDER = Path(__file__).parent / "images"
PICTURES: dict[str, tuple[Name, int]] = {"replay.png": ("brief", 185), "first-cycle.png": ("close_up", 120)}
LARGEST = 500_000  # bytes


def main() -> None:
    """Replay the reference case and write every picture."""
    FOLDER.mkdir(exist_ok=True)
    result = replay("linder2016")
    for file, (name, dpi) in PICTURES.items():
        path = FOLDER / file
        figures.save(result, name, path, dpi=dpi)
        weighed(path)
    photograph(FOLDER / "workbench.png")
    weighed(FOLDER / "workbench.png")


def weighed(path: Path) -> None:
    """Say how large a picture is; too large a one is refused."""
    size = path.stat().st_size
    print(f"{path.relative_to(FOLDER.parent)}  {size / 1000:.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST / 1000:.0f} kB; lower its dpi")


def photograph(path: Path) -> None:
    """Write a picture of the workbench's Schedule view, with a first rate that differs from the plan pinned."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "trimer", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as play:
        assert server.stdout is not None
        address = json.loads(server.stdout.readline())["address"]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 1280, "height": 1130}, color_scheme="light").new_page()
        page.goto(f"{address}#/schedule")
        page.wait_for_selector("body[data-redraws]", timeout=60_000)
        rate = page.get_by_role("spinbutton", name="Rate 1").first
        rate.fill("15")
        rate.press("Enter")
        page.wait_for_timeout(5000)
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        page.screenshot(path=path)
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
