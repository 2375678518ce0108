"""The page: self-contained, escaped, complete, whole on disk."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from report_sample import sample
from test_report_figures import awkward, empty

from trimer.report import figures, html

EVIL = "<script>alert('x')</script>\"&"


@pytest.fixture(scope="module")
def result():
    return sample()


@pytest.fixture(scope="module")
def page(result):
    return html.render(result)


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the figures blank: drawing them takes seconds, and the test is of the words around them."""
    for name in ("course", "close_up", "agreement", "page", "narrow"):
        monkeypatch.setattr(figures, name, lambda *_: "<svg></svg>")


class Outline(HTMLParser):
    """Collect tags, ids, links and whether elements close in order."""

    VOID = frozenset(["meta", "br", "input", "link", "img", "hr"])

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.bad = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        self.links += [v for k, v in attrs if k in ("href", "src", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append(tag)


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


def test_page_is_one_well_nested_file_of_fair_size(page):
    found = outline(page)
    assert (found.bad, found.open) == ([], [])
    assert len(found.ids) == len(set(found.ids))
    assert len(page.encode()) < 3_000_000
    assert {"header", "main", "nav", "footer", "h1", "figure", "figcaption", "svg"} <= set(found.tags)
    assert len(re.findall(r'<svg [^>]*role="img"', page)) == 6, "four figures, two of them for a telephone too"


def test_page_loads_nothing_from_outside(page):
    found = outline(page)
    assert all(link.startswith("#") for link in found.links)
    assert {link[1:] for link in found.links} <= set(found.ids)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page


def test_policy_admits_exactly_the_script_on_the_page(page):
    script = re.search(r"<script>(.*?)</script>", page, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert page.count("<script") == 1


def test_every_text_of_the_record_is_escaped(result):
    side = {"category": EVIL, "reason": EVIL, "missing": [EVIL],
            "decided_by": [{"observable": EVIL, "value": EVIL, "threshold": EVIL, "met": True}]}  # fmt: skip
    evil = replace(
        result, case=EVIL, title=EVIL, citation=EVIL, patient=EVIL, notice=EVIL, warnings=(EVIL,), fit={EVIL: EVIL},
        provenance={EVIL: {EVIL: [EVIL]}}, clones={EVIL: result.clones["persister"]},
        timeline=tuple(replace(t, label=EVIL, kind="regimen", date=EVIL, notes=(EVIL,)) for t in result.timeline),
        observations=tuple(replace(o, label=EVIL, recorded=EVIL, date=EVIL, remark=EVIL, agreement=EVIL, role=EVIL)
                           for o in result.observations),
        verdicts=tuple(replace(v, label=EVIL, set=EVIL, date=EVIL, record=side) for v in result.verdicts),
        states=tuple(replace(s, name=EVIL, record=EVIL, simulation=EVIL) for s in result.states),
        parameters=tuple(replace(p, name=EVIL, note=EVIL, source=EVIL, kind=EVIL) for p in result.parameters),
        doses=tuple(replace(d, drug=EVIL, label=EVIL, unit=EVIL) for d in result.doses),
    )  # fmt: skip
    page = html.render(evil)
    assert page.count("<script") == 1
    assert "alert(&#39;x&#39;)" in page
    assert (outline(page).bad, outline(page).open) == ([], [])


def test_page_shows_states_verdicts_observations_timeline_parameters(result, page):
    read = unescape(page)
    for state in result.states:
        assert state.name in read
    for item in result.timeline:
        assert item.label in read
        for note in item.notes:
            assert note in read
    for parameter in result.parameters:
        assert f">{parameter.name}<" in page
    assert "10 of 11" in page
    assert "23 of 25" in page
    assert "3 recorded values are missed" in page
    assert f'<p class="notice">{result.notice}</p>' in page
    assert f"<footer><div>{result.notice}" in page
    assert "1 to 19 Jan 2014" in page


def test_summary_counts_hits_and_coverage(result):
    figures = {words: figure for figure, words, _ in html.summary(result)}
    assert figures["judged states agree"] == "10 of 11"
    assert figures["recorded values lie in the 5 to 95 % band before fitting"] == "29 of 29"
    outside = replace(result.observations[0], band=(1.0, 2.0, 3.0))
    moved = replace(result, observations=(outside, *result.observations[1:]))
    assert ("28 of 29", "recorded values lie in the 5 to 95 % band before fitting", "neutral") in html.summary(moved)


def test_a_replay_without_misses_says_so(result, undrawn):
    clean = replace(result, observations=tuple(o for o in result.observations if o.hit is not False))
    page = html.render(clean)
    assert "No recorded value is missed" in page
    assert "values are missed" not in page


def test_what_only_the_simulation_shows_is_told(result, undrawn):
    crs = next(v for v in result.verdicts if v.subject == "crs" and v.agree is None)
    grave = replace(crs, simulation={"category": "grade 3", "headline": "grade 3", "grade": [3, 3]})
    assert "Simulated, but not in the record" in html.render(replace(result, verdicts=(grave,)))
    assert "Simulated, but not in the record" not in html.render(replace(result, verdicts=(crs,)))


def test_a_stated_conclusion_is_not_shown_as_a_number_of_the_record(result, undrawn):
    item = next(o for o in result.observations if o.recorded == "<= 5 %")
    told = replace(item, recorded="0 to 5 %", remark="read out of words", hit=False)
    page = html.render(replace(result, observations=(told,)))
    assert "words read as ≤ 5 %" in page
    assert ">0 to 5 %<" not in page


def test_verdict_as_the_criteria_give_it(result, undrawn):
    side = {
        "category": "CR", "headline": "CR with detectable residual disease", "reason": "r", "possible": ["CR", "CRh"],
        "decided_by": [{"observable": "anc", "label": "neutrophils (ANC)", "value": "1.43 x10^9/L", "threshold": "> 1",
                        "met": True, "provenance": "recalled", "source": "x"}], "missing": ["marrow_blast_percent"],
        "pending": "durability",
    }  # fmt: skip
    page = html.render(replace(result, verdicts=(replace(result.verdicts[0], record=side),)))
    expected = (
        "CR with detectable residual disease",
        "<b>1.43 ×10⁹/L</b> against &gt; 1",
        "threshold recalled, not seen",
        "Left open: CR, CRh",
        "Missing: Marrow blasts",
        "Pending: durability",
    )
    for words in expected:
        assert words in page


@pytest.mark.parametrize("change", [awkward, empty])
def test_odd_and_missing_values_still_make_a_page(result, change):
    page = html.render(change(result))
    assert (outline(page).bad, outline(page).open) == ([], [])
    assert ">nan<" not in page


def test_write_is_whole_or_not_at_all(result, tmp_path, monkeypatch):
    target = tmp_path / "replay.html"
    target.write_text("before")

    def full(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(html.os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        html.write(empty(result), target)
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["replay.html"]
    monkeypatch.undo()
    html.write(empty(result), target)
    assert target.read_text().startswith("<!DOCTYPE html>")
