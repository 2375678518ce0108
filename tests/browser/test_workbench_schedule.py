"""The schedule of the workbench by mouse and by keyboard: what is drawn, dragged, refused, undone and pinned."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from workbench_page import FOCUS, REDRAWS, curves, handle, link, outcomes, plan, redrawn, shown, tab_to

if os.environ.get("TRIMER_BROWSER") != "required":
    for package in ("starlette", "uvicorn", "playwright"):
        pytest.importorskip(package)
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_dose_moves_the_curves_by_slider_and_by_number_and_can_be_undone(opened: Callable[..., Page]) -> None:
    page = opened(link("schedule"))
    shown(page, "schedule")
    slider = page.get_by_role("slider", name="Rate 2, µg/day")
    number = page.get_by_role("spinbutton", name="Rate 2")
    panel = page.locator("figure", has=page.get_by_role("img", name="Marrow blasts"))
    panel.get_by_text("Table", exact=True).click()
    blasts = panel.get_by_role("region", name="numbers")
    expect(blasts.get_by_role("row")).to_have_count(13)
    numbers, before, start = blasts.inner_text(), curves(page), plan(page)
    expect(outcomes(page).get_by_role("columnheader")).to_have_count(2)

    with redrawn(page):
        box = slider.bounding_box()
        slider.click(position={"x": 0.8 * box["width"], "y": box["height"] / 2})
    slid = float(number.input_value())
    assert 50 < slid < 84
    assert handle(page, "Rate 2").get_attribute("aria-valuenow") == number.input_value() == slider.input_value()
    slid_to = curves(page)
    assert f"highest {slid:g} µg/day" in slid_to["Engager infused"]
    assert slid_to["Engager infused"] != before["Engager infused"]
    assert slid_to["Marrow blasts"] != before["Marrow blasts"]
    assert blasts.inner_text() != numbers

    with redrawn(page):
        number.fill("12")
        number.press("Enter")
    assert slider.input_value() == "12"
    assert "highest 12 µg/day" in curves(page)["Engager infused"]
    expect(outcomes(page).get_by_role("columnheader", name="Difference to pinned")).to_be_visible()
    assert re.search(r"[-−+]?\d", outcomes(page).locator("tbody tr td:last-child").first.inner_text())

    for _ in range(2):
        with redrawn(page):
            page.get_by_role("button", name="Undo").click()
    assert plan(page) == start
    assert curves(page) == before
    assert blasts.inner_text() == numbers
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_handle_is_dragged_and_the_curves_follow_before_it_is_let_go(opened: Callable[..., Page]) -> None:
    page = opened(link("schedule"))
    shown(page, "schedule")
    end = handle(page, "Infusion of cycle 1")
    before = curves(page)
    assert end.get_attribute("aria-valuenow") == "28"
    box = end.locator("circle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with redrawn(page):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 60, y, steps=6)
        page.wait_for_function(f"redraws => {REDRAWS} > redraws", arg=page.evaluate(REDRAWS))
        page.mouse.move(x - 90, y, steps=3)
        page.mouse.up()
    shorter = float(end.get_attribute("aria-valuenow"))
    assert 5 < shorter < 25
    assert plan(page)["field-infusion-0"] == f"{shorter:g}"
    assert curves(page)["Engager infused"] != before["Engager infused"]
    expect(outcomes(page).get_by_role("columnheader", name="Difference to pinned")).to_be_visible()
    with redrawn(page):
        page.keyboard.press("Control+z")
    assert curves(page) == before


def test_a_plan_that_is_refused_leaves_what_was_shown_and_says_so(opened: Callable[..., Page]) -> None:
    page = opened(link("schedule"))
    shown(page, "schedule")
    before, course = curves(page), page.get_by_role("region", name="Course", exact=True)
    said, pin = course.get_by_role("status"), page.get_by_role("button", name="Pin this plan")
    expect(said).to_be_hidden()
    label = "blinatumomab_label_astct_2019"
    cycles = [{"count": 2, "first": "9 ug/day", "infusion": "28 day", "rest": "0 day"}]  # no time for premedication
    page.evaluate("to => { location.hash = to; }", link("schedule", plan={"extends": label, "cycles": cycles}))
    expect(said).to_contain_text("What is shown below is still Blinatumomab")
    expect(pin).to_be_disabled()
    assert curves(page) == before
    page.get_by_role("spinbutton", name="Rest").fill("14")
    with redrawn(page):
        page.get_by_role("spinbutton", name="Rest").press("Enter")
    expect(said).to_be_hidden()
    expect(pin).to_be_enabled()

    with redrawn(page):  # another plan to start from is compared with the one that was pinned
        page.get_by_label("Start from").select_option("blinatumomab_five_cycles")
    expect(course).to_contain_text("Pinned: Blinatumomab, relapsed or refractory")
    expect(outcomes(page).get_by_role("columnheader", name="Difference to pinned")).to_be_visible()


def test_the_schedule_needs_no_mouse_and_always_shows_where_the_focus_is(opened: Callable[..., Page]) -> None:
    page = opened(link("schedule"))
    shown(page, "schedule")
    page.evaluate(FOCUS)
    for _ in range(200):
        page.keyboard.press("Tab")
        if not page.evaluate("focus.note()"):
            break
    assert page.evaluate("focus.seen.size") > 30
    assert page.evaluate("focus.unseen") == []
    assert page.evaluate("focus.missed()") == []

    before = curves(page)
    names = ["Rate 1", "Rate 2", "Step up after", "Infusion of cycle 1", "Rest after cycle 1"]
    for name in names:
        tab_to(page, f'[role=slider][aria-label="{name}"]')
        value = float(handle(page, name).get_attribute("aria-valuenow"))
        with redrawn(page):
            page.keyboard.press("ArrowLeft")
        expect(handle(page, name)).to_be_focused()
        assert float(handle(page, name).get_attribute("aria-valuenow")) == value - (0.5 if "Rate" in name else 1)
        now = curves(page)
        assert (now != before) or name.startswith("Rest")  # a rest ends when the course shown does
        before = now
        page.evaluate("document.activeElement.blur()")
    tab_to(page, "#field-rate-1")
    for _ in names:
        page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert plan(page)["field-rate-1"] == "28"
