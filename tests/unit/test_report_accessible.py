"""The reports for everybody: structure that a screen reader needs, contrast, a strict policy; no browser needed."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from pages_sample import check, pages
from report_sample import sample

from trimer.report import contrast, figures, html

NAMES = ("replay", "trial", "validation")
VOID = frozenset(["meta", "br", "input", "link", "img", "hr"])
SVG = "{http://www.w3.org/2000/svg}"
AA = 4.5
TEXTS = ("ink", "soft", "good", "bad", "warn", "accent")
PAPERS = ("page", "card", "faint", "good-bg", "bad-bg", "warn-bg", "accent-bg")


class Node:
    """One element: its tag, attributes, children and whether it holds text."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Node] = []
        self.words = ""

    def every(self, *tags: str):
        for child in self.children:
            if not tags or child.tag in tags:
                yield child
            yield from child.every(*tags)

    def text(self) -> str:
        return self.words + "".join(child.text() for child in self.children)

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)


class Tree(HTMLParser):
    """Read a page into nodes; SVG's are among them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Node("root", {})
        self.open = [self.root]
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].words += data


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


@pytest.fixture(scope="module")
def trees(written) -> dict[str, Node]:
    return {name: Tree(page).root for name, page in written.items()}


@pytest.fixture(params=NAMES)
def page(request, written) -> str:
    return written[request.param]


@pytest.fixture(params=NAMES)
def tree(request, trees) -> Node:
    return trees[request.param]


# ---- structure


def test_language_title_and_one_of_each_landmark(tree):
    assert next(tree.every("html")).get("lang") == "en-GB"
    assert next(tree.every("title")).text().strip()
    for tag in ("h1", "main", "header", "footer", "nav"):
        assert len(list(tree.every(tag))) == 1, tag


def test_headings_go_down_one_level_at_a_time(tree):
    levels = [int(node.tag[1]) for node in tree.every("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(node.text().strip() for node in tree.every("h1", "h2", "h3"))


def test_the_skip_link_comes_first_and_every_link_arrives(tree):
    ids = [node.get("id") for node in tree.every() if node.get("id")]
    assert len(ids) == len(set(ids))
    links = [node.get("href") for node in tree.every("a")]
    assert links[0] == "#glance"
    assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_every_picture_has_a_name_and_a_description(tree):
    ids = {node.get("id"): node for node in tree.every() if node.get("id")}
    pictures = [node for node in tree.every("svg") if node.get("aria-hidden") != "true"]
    assert pictures
    for node in pictures:
        assert node.get("role") == "img"
        named = [ids[name].text().strip() for name in node.get("aria-labelledby").split()]
        assert len(named) == 2
        assert all(named)
    assert not list(tree.every("img"))


def test_every_table_has_a_caption_and_every_head_a_scope(tree):
    tables = list(tree.every("table"))
    assert tables
    captions = [next(table.every("caption")).text().strip() for table in tables]
    assert all(captions)
    for cell in tree.every("th"):
        assert cell.get("scope") in ("col", "row", "rowgroup")


def test_every_control_has_a_label_and_every_scroller_a_name(tree):
    labelled = {id(control) for label in tree.every("label") if label.text().strip() for control in label.every()}
    for control in tree.every("input", "select", "textarea"):
        assert id(control) in labelled
    for node in tree.every():
        if node.get("tabindex") is not None:
            assert (node.get("tabindex"), node.get("role")) == ("0", "group")
            assert node.get("aria-label")


def test_the_notice_stands_before_the_title(page):
    notice = page.index('<p class="notice">')
    assert notice < page.index("<h1>")
    assert "never advice for a patient" in page[notice : notice + 300]


# ---- policy


def digest(words: str) -> str:
    return base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()


def test_the_policy_admits_the_page_s_own_style_and_script_and_nothing_else(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1)
    style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("style-src") == f"'sha256-{digest(style)}'"
    if scripts:
        assert rules.pop("script-src") == f"'sha256-{digest(scripts[0])}'"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    assert len(scripts) == page.count("<script")


def test_nothing_needs_what_the_policy_refuses_or_comes_from_outside(tree, page):
    for node in tree.every():
        assert "style" not in node.attributes, node.tag
        assert not [name for name in node.attributes if name.startswith("on")]
        for name in ("src", "xlink:href", "srcset", "data", "action"):
            assert (node.get(name) or "#").startswith("#")
        assert node.tag not in ("link", "iframe", "object", "embed", "foreignobject")
    assert not re.search(r"@import|url\((?!#)", page)
    assert len(page.encode()) < 3_000_000


# ---- contrast


def luminance(rgb: tuple[float, float, float]) -> float:
    """Relative luminance as WCAG 2.2 defines it, of components from 0 to 1."""
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parts(colour: str) -> tuple[float, float, float]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return tuple(int(digits[k : k + 2], 16) / 255.0 for k in (0, 2, 4))


def ratio(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def inverted(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    """What ``invert(.9) hue-rotate(180deg)`` makes of a colour (Filter Effects Module Level 1)."""
    red, green, blue = (0.9 - 0.8 * x for x in rgb)
    grey = 2.0 * (0.213 * red + 0.715 * green + 0.072 * blue)
    return tuple(min(max(grey - x, 0.0), 1.0) for x in (red, green, blue))


def themes() -> dict[str, dict[str, str]]:
    """The colours of replay.css: light, dark and on paper."""
    css = (html.FOLDER / "replay.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", css, re.S)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", root)) for root in roots]
    return dict(zip(("light", "dark", "print"), found, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_colour_of_text_can_be_read_on_every_ground(theme):
    colours = themes()[theme]
    assert set(TEXTS) | set(PAPERS) <= set(colours)
    poor = {
        (text, paper): round(value, 2)
        for text in TEXTS
        for paper in PAPERS
        if (value := ratio(parts(colours[text]), parts(colours[paper]))) < AA
    }
    assert poor == {}


@pytest.mark.parametrize("name", ["course", "close_up", "agreement", "fish", "vpc"])
def test_text_in_figures_can_be_read_on_paper_and_in_the_dark(name):
    result = sample()
    drawn = {
        "course": lambda: figures.course(result), "close_up": lambda: figures.close_up(result),
        "agreement": lambda: figures.agreement(result), "fish": lambda: figures.page("fish", result),
        "vpc": lambda: figures.page("vpc", check()),
    }[name]()  # fmt: skip
    inks = {node.get("fill") for node in ET.fromstring(drawn).iter(f"{SVG}text")}
    assert len(inks) > 1
    white = (1.0, 1.0, 1.0)
    poor = {
        ink: (round(ratio(parts(ink), white), 2), round(ratio(inverted(parts(ink)), inverted(white)), 2))
        for ink in inks
        if min(ratio(parts(ink), white), ratio(inverted(parts(ink)), inverted(white))) < AA
    }
    assert poor == {}


def test_a_colour_is_darkened_no_further_than_it_has_to_be():
    assert contrast.ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast.legible("#3d3a9c") == "#3d3a9c"
    darker = contrast.legible("#e08a4b")
    assert AA <= ratio(parts(darker), (1.0, 1.0, 1.0)) < 4.7
    red, green, blue = parts(darker)
    assert red > green > blue
    with pytest.raises(ValueError, match="no shade"):
        contrast.legible("#808080", paper="#555555")


# ---- what can be had


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the figures blank: drawing them takes seconds, and the test is of what stands around them."""
    for name in ("course", "close_up", "agreement", "page", "narrow"):
        monkeypatch.setattr(figures, name, lambda *_: "<svg></svg>")


def test_the_check_and_the_clones_are_shown_only_when_there_are_any(undrawn):
    result = sample()
    bare = Tree(html.render(replace(result, clones={}))).root
    ids = {node.get("id") for node in bare.every()}
    assert not {"check", "clones"} & ids
    full = {node.get("id") for node in Tree(html.render(result, check())).root.every()}
    assert {"check", "clones", "h-check", "h-clones"} <= full


def test_every_figure_can_be_saved_under_its_name(trees):
    names = [node.get("data-save") for node in trees["replay"].every() if node.get("data-save")]
    assert names == [f"synthetic-{name}.svg" for name in ("course", "close_up", "fish", "vpc", "agreement")]


def test_tables_within_settings_stand_by_themselves(undrawn):
    residuals = [{"event": "e1", "residual sd": 0.5}]
    long = {str(k): k for k in range(20)}
    fit, lists = html.parted({"method": "x", "residuals": residuals, "sds": long, "short": {"a": 1}, "none": []})
    assert fit == {"method": "x", "short": {"a": 1}, "none": []}
    assert lists == {"residuals": residuals, "sds": [{"name": str(k), "value": k} for k in range(20)]}
    page = html.render(replace(sample(), fit={"residuals": residuals}))
    assert "<td>e1</td><td>0.5</td>" in page
