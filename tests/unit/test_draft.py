"""From a report to a draft, from a reviewed draft to a case; spans, sections, refusals, and texts made to break it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("spacy", reason="the extra trimer[draft] is not installed")

import yaml
from draft_sample import REPORT, reviewed

import trimer.library as library
from trimer.cli import run
from trimer.errors import CaseError, InputError
from trimer.record.draft import Draft, accept, dump_draft, load_draft, propose, propose_file, read_draft, review_html
from trimer.record.draft.file import to_dict
from trimer.record.draft.lexicon import FOLDER, lists, spacy
from trimer.record.draft.schema import Item
from trimer.record.draft.text import SIZE_LIMIT, page
from trimer.record.read_yaml import load_case, read_case
from trimer.record.vocabulary import canonical_unit


@pytest.fixture(scope="module")
def draft() -> Draft:
    return propose(REPORT)


def items(draft: Draft) -> list[Item]:
    found: list[Item] = [i for i in (draft.patient.sex, draft.patient.age) if i]
    for e in draft.events:
        found += [e, e.date, *e.observations, *e.given, *e.episodes, *(i for i in (e.end, e.conclusion) if i)]
    return found


def decided(draft: Draft, **changes: Any) -> Draft:
    return Draft.model_validate({**reviewed(to_dict(draft)), **changes})


def test_the_sample_becomes_nine_events_in_order(draft: Draft) -> None:
    kinds = ["demography", "symptom", "lab", "marrow", "regimen", "marrow", "drug", "toxicity", "action", "marrow"]
    assert [event.kind for event in draft.events] == kinds or [e.kind for e in draft.events][-1] == "flow"
    assert (draft.patient.age and draft.patient.age.value, draft.patient.sex and draft.patient.sex.value) == (
        "47 year",
        "male",
    )
    assert [e.date.value.on for e in draft.events if e.date.value.on] == ["2018-03", "2018-03-20", "2018-05", "2018-06"]


def test_every_value_shows_its_words_and_they_stand_in_the_file(draft: Draft) -> None:
    for item in items(draft):
        assert item.status == "proposed"
        assert item.spans, item
        for span in item.spans:
            raw = REPORT[span.start : span.end]
            assert page(raw).text == span.quote, span
    numbers = [o for e in draft.events for o in e.observations if o.value.value is not None]
    assert len(numbers) > 5
    for item in numbers:
        assert f"{item.value.value:g}" in " ".join(s.quote for s in item.spans), item


def test_words_broken_by_the_page_are_whole_and_discussion_and_references_are_left_out(draft: Draft) -> None:
    quotes = " ".join(s.quote for i in items(draft) for s in i.spans)
    assert "91% lymphoblasts" in quotes
    assert "differential" in quotes
    assert "43" not in quotes


def test_the_case_is_looked_for_under_its_heading_and_everywhere_without_one() -> None:
    assert page("Introduction\nA\nCase presentation\nThe patient.\nReferences\nB").text.strip() == "The patient."
    assert page("1. Introduction\nA\n2. Case description:\nThe patient.\n").text.strip() == "The patient."
    assert page("No heading here.").text == "No heading here."


def test_ligatures_signs_nobody_sees_and_breaks_keep_their_place() -> None:
    raw = "signi\ufb01cant \u200fWBC\u00a0was 5 \u00d7 10\u2079/L"
    made = page(raw)
    assert made.text == "significant WBC was 5 × 10⁹/L"
    at = made.text.index("WBC")
    span = made.span(at, at + 3)
    assert raw[span.start : span.end] == span.quote == "WBC"


def test_a_field_the_text_leaves_open_is_empty_and_has_candidates(draft: Draft) -> None:
    (blina,) = [g for e in draft.events for g in e.given if g.value.drug == "blinatumomab"]
    assert blina.value.route is None
    assert [(d.field, d.candidates) for d in blina.doubts] == [("route", ("civ", "sc"))]
    shares = {
        o.value.value: o for e in draft.events for o in e.observations if o.value.observable == "marrow_blast_percent"
    }
    assert shares[91.0].value.denominator is None
    assert [d.field for d in shares[91.0].doubts] == ["denominator"]
    assert shares[40.0].value.denominator == "nucleated cells"
    assert shares[40.0].doubts == ()
    (given,) = propose("He received hyper-CVAD.").events[0].given
    assert (given.value.regimen, given.doubts[0].candidates) == (None, ("hypercvad_a", "hypercvad_b"))


def test_a_draft_is_written_and_read_back_as_it_was(draft: Draft) -> None:
    text = dump_draft(draft)
    assert read_draft(text) == draft
    assert text.count("status: proposed") == len(items(draft))


def test_a_draft_is_no_case_and_says_what_to_do(
    draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(dump_draft(decided(draft)), encoding="utf-8")
    with pytest.raises(CaseError, match="trimer draft accept"):
        load_case(file)
    for command in ("check", "judge", "replay", "label", "lines", "fit"):
        assert run([command, str(file)]) == 2
        assert "trimer draft accept" in capsys.readouterr().err


def test_nothing_proposed_may_be_left(draft: Draft) -> None:
    with pytest.raises(CaseError, match=r"patient\.sex.*more: found status: proposed"):
        accept(draft)
    half = to_dict(decided(draft))
    half["events"][2]["observations"][1]["status"] = "proposed"
    with pytest.raises(CaseError, match=r"events\[e03\]\.observations\[1\]: found status: proposed"):
        accept(Draft.model_validate(half))


def test_what_the_text_lacks_the_reviewer_fills_in(draft: Draft) -> None:
    value = reviewed(to_dict(draft))
    with pytest.raises(CaseError, match=r"title, patient\.size: found nothing"):
        accept(Draft.model_validate({**value, "title": None, "patient": {**value["patient"], "size": None}}))


def test_an_accepted_draft_is_a_case_that_reads_back_and_is_dated(draft: Draft) -> None:
    case = accept(
        decided(draft), known_drugs=library.list_entries("drugs"), known_regimens=library.list_entries("regimens")
    )
    assert [e.id for e in case.events] == [e.id for e in draft.events]
    assert case.event("e03").observations[0].value == 61
    assert case.schedule.windows["e06"].day - case.schedule.windows["e05"].day == 28
    again = read_case(yaml.safe_dump(case.to_dict()))
    assert again.document == case.document


def test_rejected_items_are_left_out_and_the_order_of_the_text_is_kept(draft: Draft) -> None:
    value = reviewed(to_dict(draft))
    events = {e["id"]: e for e in value["events"]}
    last = next(e for e in value["events"] if e["kind"] == "action")
    last["status"] = "rejected"
    events["e03"]["observations"][0]["status"] = "rejected"
    last["observations"] = [{"status": "proposed", "value": {"observable": "wbc", "absence": "not stated"}}]
    case = accept(Draft.model_validate(value))
    assert last["id"] not in [e.id for e in case.events]
    assert "wbc" not in [o.observable for o in case.event("e03").observations]
    assert [e.number for e in case.events] == list(range(1, len(case.events) + 1))


def test_an_event_others_refer_to_cannot_be_rejected_unnoticed(draft: Draft) -> None:
    value = reviewed(to_dict(draft))
    value["events"][4]["status"] = "rejected"
    with pytest.raises(CaseError, match=r"events\[e06\]: found e05, which is rejected"):
        accept(Draft.model_validate(value))


def test_an_edited_value_is_taken_and_a_wrong_one_is_refused(draft: Draft) -> None:
    value = reviewed(to_dict(draft), "edited")
    value["events"][2]["observations"][0]["value"]["value"] = 16.0
    assert accept(Draft.model_validate(value)).event("e03").observations[0].value == 16.0
    value["events"][2]["observations"][0]["value"]["unit"] = "kg"
    with pytest.raises(CaseError, match="unit"):
        accept(Draft.model_validate(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no draft"),
        ("schema: trimer/case/1\n", "no draft"),
        ("schema: trimer/draft/1\n", "report.*found nothing"),
        ("schema: trimer/draft/1\nreport: 5\n", "report .line 2.*found 5"),
        ("- 1\n", "no draft"),
        ("{", "broken YAML"),
        ("schema: &a trimer/draft/1\n", "anchor"),
    ],
)
def test_a_file_that_is_no_draft_is_one_clear_error(text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        read_draft(text)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"x" * (SIZE_LIMIT + 1), "more than 300 kB"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xff\xfe\x00a", "no UTF-8"),
        (b"PK\x03\x04\x00\x00", "binary"),
    ],
)
def test_what_is_no_text_is_one_clear_error(payload: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_bytes(payload)
    with pytest.raises(InputError, match=message):
        propose_file(file)
    for odd in (tmp_path / "absent.txt", tmp_path, tmp_path / ("x" * 400), "a\x00b"):
        with pytest.raises(InputError):
            propose_file(odd)


@pytest.mark.parametrize(
    "text",
    [
        "", " \n\t", "1" * 8_000, "5 % blasts " * 800, "-\n" * 8_000, "a-\n\n" * 4_000, "day 1, 2, " * 1_200,
        "(" * 8_000, "no " * 4_000, "10^" * 4_000, "two weeks after " * 1_200, "\u202e\u0000\u0007" * 1_200,
        "case report\n" * 1_200, "\U0001f9ec" * 4_000, "> " * 4_000, "WBC 5 x 10^9/L, " * 800,
    ],
    ids=range(16),
)  # fmt: skip
def test_a_text_without_sense_gives_next_to_nothing_soon(text: str) -> None:
    assert len(propose(text).events) <= 1


def test_without_spacy_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(InputError, match=r"trimer\[draft\]"):
        spacy()


def test_more_events_than_a_case_holds_are_refused() -> None:
    with pytest.raises(InputError, match="more than 400 events"):
        propose("She received blinatumomab 9 mcg/day. A bone marrow biopsy was repeated. " * 300)


def test_the_page_escapes_the_report_and_marks_its_words() -> None:
    text = "A 30-year-old woman <script>alert(1)</script> had WBC of 12 x 10^9/L & more. In 2019 WBC was 5 G/L."
    html = review_html(propose(text, "<b>.txt"), text)
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<mark>" in html
    assert re.sub(r"<[^>]+>", "", html.split("<pre>")[1].split("</pre>")[0]) == text.replace("<", "&lt;").replace(
        ">", "&gt;"
    ).replace("&amp;", "&").replace(" & ", " &amp; ")


def test_the_command_proposes_writes_and_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, file, html, case = (tmp_path / name for name in ("r.txt", "d.yaml", "r.html", "c.yaml"))
    report.write_text(REPORT, encoding="utf-8")
    assert run(["draft", str(report), "-o", str(file), "--html", str(html)]) == 0
    assert "10 events" in capsys.readouterr().out
    assert run(["draft", "accept", str(file), "-o", str(case)]) == 2
    assert "status: proposed" in capsys.readouterr().err
    assert not case.exists()
    file.write_text(yaml.safe_dump(reviewed(to_dict(load_draft(file)))), encoding="utf-8")
    assert run(["draft", "accept", str(file), "-o", str(case), "--json"]) == 0
    assert '"schema": "trimer/case/1"' in capsys.readouterr().out
    assert load_case(case).id == "sample"
    assert run(["draft", str(report), "--json"]) == 0
    assert '"schema": "trimer/draft/1"' in capsys.readouterr().out
    assert run(["draft", str(report), "-o", str(tmp_path / "no" / "d.yaml")]) == 2


def test_the_word_lists_name_only_what_trimer_knows() -> None:
    files = lists()
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(files)
    known = set(library.list_entries("regimens"))
    assert {name for means in files["regimens"]["names"].values() for name in means} <= known
    beside = {"blasts", "decoy"}
    assert all(canonical_unit(name) for group in files["observables"].values() for name in group if name not in beside)
    assert all(canonical_unit(finding["observable"]) is not None for finding in files["findings"]["finding"])
    engagers = {"hle_cd19_engager", "tetravalent_cd19_engager"}  # kinds of drug, which no report names so
    drugs = {name for group in files["drugs"].values() for name in group}
    assert set(library.list_entries("drugs")) - engagers <= drugs


def test_a_report_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "r\udcff.txt"
    path.write_text("A 40-year-old man was seen.", encoding="utf-8")
    assert propose_file(path).report.name == "r?.txt"
