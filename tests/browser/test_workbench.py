"""The workbench as its user meets it: what the page shows, by mouse and by keyboard, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from workbench_page import (
    ATTACK,
    HOSTILE,
    Heard,
    curves,
    drawn,
    elsewhere_served,
    give,
    link,
    mark,
    outcomes,
    plan,
    redrawn,
    shown,
    tab_to,
    unharmed,
)

if os.environ.get("TRIMER_BROWSER") != "required":
    for package in ("starlette", "uvicorn", "playwright"):
        pytest.importorskip(package)
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
VIEWS = ("case", "schedule", "trial", "evidence")
LARGEST = 2_000_000  # bytes of a first load


# ---- the case


def test_the_reference_case_tells_its_course_and_the_reason_of_every_verdict(opened: Callable[..., Page]) -> None:
    page = opened("#/case")
    shown(page, "case")
    expect(page).to_have_title("Case · Trimer workbench")
    expect(page.get_by_role("heading", name="refractory to two salvages")).to_be_visible()
    expect(page.get_by_text("never advice for a patient").first).to_be_visible()
    expect(mark(page, "Blinatumomab, 28 µg/day")).to_be_visible()
    expect(mark(page, "White cells 164 ×10⁹/L, day 0")).to_be_visible()
    details = page.get_by_label("Details of the chosen event")

    mark(page, "Response, CR, MRD negative").hover()
    expect(details).to_contain_text("2015-03-20")
    expect(details).to_contain_text("✓ met")
    page.get_by_role("heading", name="refractory to two salvages").hover()  # away again: what was chosen comes back
    expect(details).to_contain_text("Grade 3 to 4 from day 3 of blinatumomab")

    page.get_by_label("CRS by").focus()
    tab_to(page, "[role=group] [role=button]")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(mark(page, "Response, relapse, day 752")).to_be_focused()
    expect(details).to_contain_text("2016-02")
    expect(details).to_contain_text("Second relapse, CD19 dim")
    reason = details.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(details).to_contain_text("still in complete remission")
    assert details.inner_text() != reason


def test_another_crs_scale_changes_what_the_label_does_and_the_page_says_so(opened: Callable[..., Page]) -> None:
    page = opened("#/case")
    shown(page, "case")
    section = page.get_by_role("heading", name="What the label then does").locator("..")
    expect(section).to_contain_text("grade 3 to 4 → hold or stop")
    expect(mark(page, "CRS, grade 3 to 4, day 395")).to_be_visible()

    page.get_by_label("CRS by").select_option(label="CRS, CTCAE v4.03")
    expect(section).to_contain_text("grade 4 → stop")
    expect(section.get_by_role("status")).to_have_text(
        "The label does something else: by CRS, ASTCT 2019, grade 3 to 4: hold or stop; "
        "by CRS, CTCAE v4.03, grade 4: stop."
    )
    expect(section.get_by_role("row", name="ASTCT 2019")).to_contain_text("differs")
    expect(mark(page, "CRS, grade 4, day 395")).to_be_visible()
    expect(page.get_by_label("Details of the chosen event")).to_contain_text("Judged by CRS, CTCAE v4.03")


# ---- a trial


def test_a_small_trial_runs_is_cancelled_is_resumed_and_shows_what_it_found(opened: Callable[..., Page]) -> None:
    page = opened("#/trial")
    shown(page, "trial")
    page.get_by_label("Virtual patients, in every arm").fill("20")
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Run the trial").click()
    runs = page.get_by_role("region", name="Runs").get_by_role("listitem")
    expect(runs).to_have_count(1)
    expect(runs.get_by_role("progressbar", name="Progress of")).to_be_visible()
    expect(runs).to_contain_text("running")
    runs.get_by_role("button", name="Cancel").click()
    expect(runs).to_contain_text("cancelled")
    expect(runs.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(page.get_by_role("region", name="Endpoints of the trial")).to_be_hidden()

    runs.get_by_role("button", name="Resume").click()
    expect(runs).to_contain_text(re.compile(r"of 20 patients.*\d+ %", re.DOTALL))
    expect(runs.get_by_role("button", name="Show result")).to_be_visible()
    expect(runs).to_contain_text("done")
    table = page.get_by_role("region", name="Endpoints of the trial")
    expect(table).to_be_visible()
    assert re.search(r"\d+\.\d %\s*\(\d+\.\d to \d+\.\d\)\s*\d+ of 20", table.inner_text())
    expect(table.get_by_role("columnheader", name="Published")).to_be_visible()
    assert drawn(page.get_by_role("region", name="Result", exact=True).locator("figure img")) >= 4
    page.reload()  # the link names the run
    expect(page.get_by_role("region", name="Endpoints of the trial")).to_be_visible()


# ---- records of one's own


def test_a_broken_record_is_refused_with_what_is_wrong_beside_its_line(
    opened: Callable[..., Page], record: str
) -> None:
    lines = record.splitlines()
    at = next(i for i, text in enumerate(lines) if "164" in text)
    lines[at] = lines[at].replace("164", HOSTILE.replace(" ", ""))
    page = opened("#/case")
    shown(page, "case")
    give(page, "\n".join(lines))
    place = page.get_by_role("region", name="A record of your own")
    expect(place.get_by_role("status")).to_contain_text("mine.yaml could not be taken")
    problem = place.get_by_role("listitem").first
    expect(problem).to_contain_text(f"line {at + 1}")
    problem.get_by_role("link").click()
    excerpt = place.get_by_role("region", name=f"Lines {at - 1} to {at + 3} of the file")
    expect(excerpt).to_be_in_viewport()
    expect(excerpt).to_contain_text(f"{at + 1}{lines[at]}")
    unharmed(page)
    expect(page.get_by_role("heading", name="refractory to two salvages")).to_be_visible()  # the case stays open

    give(page, "id: [unfinished")
    expect(problem).to_contain_text("line ")
    expect(place.get_by_role("region", name="of the file")).to_contain_text("id: [unfinished")


def test_a_record_of_ones_own_is_opened_and_its_words_stay_words(opened: Callable[..., Page], record: str) -> None:
    page = opened("#/case")
    shown(page, "case")
    for title in ("A record of mine", HOSTILE):
        give(page, re.sub(r"(?m)^title: .*(\n +.*)*", f"title: {json.dumps(title)}", record))
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        shown(page, "case")
        expect(mark(page, "Response, CR, MRD negative")).to_be_visible()
        expect(page).to_have_url(re.compile(r"case=sha256-[0-9a-f]{16}&"))
        unharmed(page)
    page.reload()
    expect(page.get_by_role("heading", name=HOSTILE, exact=True)).to_be_visible()
    unharmed(page)


@pytest.fixture(scope="module")
def record(address: str) -> str:
    """Return the text of the reference case."""
    with urlopen(f"{address}api/cases/linder2016/case.yaml") as answer:
        text: str = answer.read().decode()
    return text


# ---- how it looks


@pytest.mark.parametrize(("theme", "size", "other"), [("light", WIDE, NARROW), ("dark", NARROW, WIDE)])
def test_every_view_fits_and_bars_nobody(
    opened: Callable[..., Page], axe: Callable[[Page], list[str]],
    theme: str, size: dict[str, int], other: dict[str, int],
) -> None:  # fmt: skip
    page = opened(link("case"), viewport=size, color_scheme=theme, bypass_csp=True)
    fits = "document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"
    for view in VIEWS:
        page.set_viewport_size(size)
        page.get_by_role("navigation", name="Views").get_by_role("link", name=view.capitalize()).click()
        shown(page, view)
        expect(page.get_by_text("never advice for a patient").first).to_be_visible()
        page.wait_for_function(fits)
        assert axe(page) == [], view
        page.set_viewport_size(other)
        page.wait_for_function(fits)


def test_the_theme_is_the_systems_until_the_reader_says_otherwise(opened: Callable[..., Page]) -> None:
    page = opened("#/trial", color_scheme="dark")
    shown(page, "trial")
    background = "getComputedStyle(document.body).backgroundColor"
    button = page.get_by_role("button", name="Dark theme")
    expect(button).to_have_attribute("aria-pressed", "true")
    dark = page.evaluate(background)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    light = page.evaluate(background)
    bright = [sum(int(x) for x in re.findall(r"\d+", colour)[:3]) for colour in (dark, light)]
    assert bright[0] < 200 < 600 < bright[1]
    page.reload()
    shown(page, "trial")
    assert page.evaluate(background) == light


# ---- links


def test_a_link_shows_somebody_else_the_same_plan_and_the_same_numbers(opened: Callable[..., Page]) -> None:
    page = opened(link("schedule"), permissions=["clipboard-read", "clipboard-write"])
    shown(page, "schedule")
    with redrawn(page):
        page.get_by_role("spinbutton", name="Rate 2").fill("40")
        page.keyboard.press("Tab")
    with redrawn(page):
        page.get_by_role("checkbox", name="CRS of grade 3").uncheck()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").first).to_contain_text("The link is copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    other = opened(copied[copied.index("#") :])
    shown(other, "schedule")
    assert plan(other) == plan(page)
    assert plan(other)["field-rate-1"] == "40"
    expect(other.get_by_role("checkbox", name="CRS of grade 3")).not_to_be_checked()
    assert curves(other) == curves(page)
    assert outcomes(other).inner_text() == outcomes(page).inner_text()
    expect(outcomes(other).get_by_role("columnheader", name="Difference to pinned")).to_be_visible()


NONSENSE = {
    "damaged": ("#/schedule?s=%%%", "what follows s= is cut off or damaged"),
    "no view": ("#/nowhere", "there is no view “nowhere”"),
    "markup": (link("schedule", plan={"extends": HOSTILE}), f"plan.extends is “{HOSTILE[:40]}…”, no name"),
    "too much": (link("schedule", draws=10**9), "draws is no whole number from 1 to 10000"),
    "prototype": (link("schedule", __proto__={"draws": 1}), "it has a field “__proto__” that this page does not know"),
    "too long": ("#/schedule?s=" + "A" * 30_000, "it is too long"),
}


@pytest.mark.parametrize(("fragment", "said"), NONSENSE.values(), ids=NONSENSE)
def test_a_link_that_says_nonsense_is_refused_in_words(opened: Callable[..., Page], fragment: str, said: str) -> None:
    page = opened(fragment)
    expect(page.get_by_role("alert")).to_have_text(
        f"The link could not be read: {said}. The page shows what it showed before, or its start."
    )
    expect(page.get_by_role("link", name="Schedule")).to_have_attribute("aria-current", "page")
    unharmed(page)


def test_a_link_of_another_version_is_shown_and_told(opened: Callable[..., Page]) -> None:
    page = opened(link("trial", v="0.0.9", trial="mt103_211.33.5"))
    shown(page, "trial")
    expect(page.get_by_role("status").first).to_contain_text("This link was made with Trimer 0.0.9; this is ")
    expect(page.get_by_label("Virtual patients, in every arm")).to_have_value("33")
    page.evaluate("location.hash = '#/trial?s=nonsense'")  # what cannot be read changes nothing
    expect(page.get_by_role("alert")).to_contain_text("cut off or damaged")
    expect(page.get_by_label("Virtual patients, in every arm")).to_have_value("33")


# ---- what leaves the machine, and what comes from elsewhere


def test_a_tour_of_the_page_complains_of_nothing_and_asks_nobody_else(
    opened: Callable[..., Page], address: str
) -> None:
    heard = Heard()
    page = opened(link("schedule"))
    heard.listen(page)
    page.reload()
    shown(page, "schedule")
    page.get_by_role("button", name="Dark theme").click()
    with redrawn(page):
        page.get_by_role("combobox", name="Subjects").select_option("population:adult_rr_ball")
    with redrawn(page):
        page.get_by_label("Start from").select_option("—")
    expect(page.get_by_text("No engager is given")).to_be_visible()
    with redrawn(page):
        page.get_by_label("Start from").select_option("blinatumomab_label_astct_2019")
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Protocol (TOML)").click()
    assert tomllib.loads(Path(download.value.path()).read_text())["rates"] == ["9 ug/day", "28 ug/day"]
    page.get_by_role("link", name="Case", exact=True).click()
    shown(page, "case")
    page.get_by_role("button", name="Show the first engager cycle").click()
    page.get_by_text("All events as a table").click()
    expect(page.get_by_role("region", name="All events of the record").get_by_role("row")).to_have_count(39)
    for figure in ("The course", "Clones"):  # of a replay, which takes a while: only when asked for
        page.get_by_role("button", name=re.compile(rf"^Draw .*: {figure}$")).click()
    assert drawn(page.locator("figure img")) == 3
    page.get_by_role("link", name="Trial", exact=True).click()
    shown(page, "trial")
    page.get_by_role("link", name="Evidence", exact=True).click()
    shown(page, "evidence")
    numbers = page.get_by_role("region", name="Numbers of the model")
    page.locator("#parameter-search").fill("il-6")
    numbers.get_by_role("button", name="Value").click()
    expect(numbers.get_by_role("columnheader", name="Value")).to_have_attribute("aria-sort", "ascending")
    assert 0 < numbers.locator("tbody tr").count() < 50
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Parameters (CSV)").click()
    assert Path(download.value.path()).read_text().startswith("group,name,label,value,")
    page.go_back()
    shown(page, "trial")
    assert len(heard.requests) > 40
    assert heard.refused == []
    assert heard.complaints == []
    assert heard.beyond(address) == []


def test_a_first_load_is_small(opened: Callable[..., Page], address: str) -> None:
    page = opened("#/evidence")
    page.goto("about:blank")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    page.goto(address)
    shown(page, "schedule")
    assert len(sizes) > 20
    assert 50_000 < sum(sizes) < LARGEST


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])  # the same site at another port; another site
def test_a_page_of_another_origin_neither_reads_nor_starts_nor_frames(
    browser: Browser, address: str, elsewhere: int, name: str
) -> None:
    jobs = urlopen(f"{address}api/jobs").read()
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"http://{name}:{elsewhere}/")
    found = page.evaluate(ATTACK, address)
    assert set(found.values()) == {"refused"}, found
    assert sum(url.startswith(address) for url in asked) >= 6
    assert page.frames[1].url == "chrome-error://chromewebdata/"
    assert urlopen(f"{address}api/jobs").read() == jobs
    context.close()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of a server with a page of somebody else's."""
    with elsewhere_served(tmp_path_factory.mktemp("elsewhere")) as port:
        yield port
