"""The reports in a browser: nothing bars anybody, controls work by keyboard, paper holds all of it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pytest
from pages_sample import pages

pytestmark = pytest.mark.browser

NAMES = ("replay", "trial", "validation")
FEWEST_AND_MOST = {"replay": (8, 40), "trial": (3, 8), "validation": (2, 6)}  # pages of A4


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    for name, page in pages().items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in NAMES}


@pytest.fixture
def opened(browser):
    """Return a function that opens a file; every context it made is closed, and none may have asked for anything."""
    contexts, asked, complaints = [], [], []

    def open_page(path: Path, width: int = 1280, **settings):
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_serious(name, scheme, width, files, opened, axe):
    page = opened(files[name], width, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_drops_nothing_of_the_page(name, files, opened):
    page = opened(files[name])
    assert page.evaluate("getComputedStyle(document.querySelector('.notice')).textAlign") == "center"
    if name == "replay":
        assert page.locator("#parameter-tools").is_visible()


def test_parameters_are_found_and_sorted_by_keyboard(files, opened):
    page = opened(files["replay"])
    box = page.get_by_label("Find")
    box.focus()
    page.keyboard.type("kill_max")
    shown = page.locator("#parameter-table tbody tr:visible")
    assert 0 < shown.count() < 80
    assert page.locator("#parameter-count").inner_text() == f"{shown.count()} of 80 shown"
    page.locator("#parameter-table thead button", has_text="Value").focus()
    for way, up in (("ascending", True), ("descending", False)):
        page.keyboard.press("Enter")
        assert page.get_by_role("columnheader", name="Value").get_attribute("aria-sort") == way
        values = [
            float(x) for x in shown.locator("td:nth-child(2)").evaluate_all("all => all.map(x => x.dataset.sort)")
        ]
        assert values == sorted(values, reverse=not up)


def test_the_first_stop_is_the_skip_link_and_it_can_be_seen(files, opened):
    page = opened(files["replay"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#glance"


def test_a_figure_is_saved_as_a_file_of_its_own(files, opened):
    page = opened(files["replay"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Save figure (SVG): The course").press("Enter")
    assert download.value.suggested_filename == "synthetic-course.svg"
    assert ET.parse(download.value.path()).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_a_telephone_gets_figures_drawn_for_it(files, opened):
    page = opened(files["replay"], 390)
    assert not page.locator("#course .wide").is_visible()
    narrow = page.locator("#course .narrow svg")
    assert narrow.bounding_box()["width"] <= 390
    size = narrow.locator("text").first.evaluate("x => parseFloat(getComputedStyle(x).fontSize) * x.getScreenCTM().a")
    assert size >= 9.5


@pytest.mark.parametrize("name", NAMES)
def test_paper_holds_the_whole_report(name, files, opened):
    page = opened(files[name], color_scheme="dark")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    count = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
    fewest, most = FEWEST_AND_MOST[name]
    assert fewest <= count <= most
    assert re.search(rb"/MediaBox\s*\[\s*0\s+0\s+59[45][\d.]*\s+84[12]", printed), "A4"
    assert shows_text(printed)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator(".notice").is_visible()
    assert not page.locator("nav").is_visible()
    wide = page.evaluate("Math.max(...Array.from(document.querySelectorAll('.plate svg'), x => x.scrollWidth))")
    assert wide <= page.viewport_size["width"]


def shows_text(printed: bytes) -> bool:
    """Return whether a PDF writes letters on most of its pages, rather than painting a picture of them."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", printed, re.S)
    written = 0
    for stream in streams:
        try:
            written += len(re.findall(rb"\bT[jJ]\b", zlib.decompress(stream)))
        except zlib.error:
            continue
    return written > 100
