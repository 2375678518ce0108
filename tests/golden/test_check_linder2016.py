"""Every ambiguity of the reference case that its structured data can show is found by a rule, from the data alone."""

from __future__ import annotations

import re

import pytest

from trimer.cli import run
from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.study.check import CheckResult, check
from trimer.study.quality import Finding, list_rules, look

# What detects each ambiguity: rules, the events they stand on, and words that the finding must hold. Those without a
# rule are statements of the article (or say that nothing is wrong): they stay notes of the case.
NOTE_ONLY = {
    "A1": "a misprinted result of a trial, which the article cites",
    "A2": "a class of a trial, which the article cites",
    "A3": "the count in the article's title",
    "A7": "nothing is wrong: both counts lie above every limit",
    "A17": "nothing is wrong: the dates fit together",
    "A28": "a comparison with the authors' records, and a survival they cite",
    "A29": "rates that the article cites",
    "A30": "rates that the article cites, on scales that differ",
}
DETECTED = [
    ("A4", "remission_without_marrow", "warning", {"e09"}, "marrow blasts not stated"),
    ("A4", "conclusions_disagree", "warning", {"e09"}, "remission and as residual disease"),
    ("A5", "share_of_subset", "warning", {"e10"}, "MRD is 0.018 to 0.09 %"),
    ("A6", "naive_share_decides", "warning", {"e10"}, "< 1 % (eln_2024)"),
    ("A8", "two_methods", "information", {"e03", "e04"}, "94.4 % of white cells by differential and 90 %"),
    ("A9", "date_tightened", "information", {"e01", "e03"}, "2014-01 became 2014-01-01 to 2014-01-19"),
    ("A10", "response_inside_block", "information", {"e09", "e07"}, "Marrow on day 38 of Modified Linker induction"),
    ("A11", "regimen_of_this_report", "information", {"e07"}, "Not the regimen of Linker 2002"),
    ("A12", "part_order", "information", {"e13", "e15"}, "HyperCVAD part B comes first"),
    ("A13", "intrathecal_differs", "warning", {"e14", "e13", "e15"}, "100 mg on day 8 (6 mg when given by Ommaya"),
    ("A14", "break_implied", "information", {"e13", "e15"}, "7 cycles of hypercvad take 147 days at 21 each"),
    ("A15", "dose_unusual", "warning", {"e18"}, "usual: 6 mg/m2 to 12 mg/m2"),
    ("A15", "dose_unusual", "warning", {"e18"}, "Precedent: 80 mg/m2 once, with cytarabine 3 g/m2"),
    ("A16", "dose_frequency", "warning", {"e18"}, "15 g/m2 in all; this dose is usually given every 12 h"),
    ("A18", "infusion_readings", "warning", {"e22", "e24", "e25", "e26"}, "4 readings, R1 is replayed"),
    ("A19", "infusion_end", "warning", {"e22", "e24", "e25", "e26"}, "after day 28 or 30; the total is 557 to 613 ug"),
    ("A20", "premedication_missing", "warning", {"e22", "e25", "e26", "e33", "e36"}, "dexamethasone 20 mg"),
    ("A20", "prephase_missing", "warning", {"e22"}, "Marrow blasts 68 % (asked from 50 %)"),
    ("A21", "bound_settles", "information", {"e28"}, "Neutrophils (ANC) > 1 x10^9/L settles all"),
    ("A22", "mrd_without_sensitivity", "warning", {"e27"}, "MRD negative by flow cytometry; sensitivity not stated"),
    ("A23", "toxicity_without_grade", "warning", {"e23"}, "grade 3 to grade 4 by ASTCT 2019"),
    ("A24", "vasopressors_uncounted", "warning", {"e23", "e24"}, "number of vasopressors not stated"),
    ("A25", "refractory_before_cycle_end", "warning", {"e37", "e36"}, "had run for 14 days; a cycle has 28"),
    ("A26", "antigen_dim", "information", {"e35"}, "CD19 on blasts: dim"),
    ("A27", "relapse_without_blasts", "warning", {"e35"}, "marrow blasts not stated. 18 days later: Blood blasts"),
]  # fmt: skip

# Further things that the data show and the list of ambiguities does not name.
FURTHER = [
    ("regimen_without_doses", {"e13"}), ("regimen_without_doses", {"e15"}), ("regimen_without_doses", {"e20"}),
    ("regimen_doses_assumed", {"e30"}), ("drug_without_dose", {"e14"}), ("drug_without_dose", {"e24"}),
    ("drug_without_dose", {"e33", "e36"}), ("asparaginase_pancreatitis", {"e31", "e30"}),
    ("toxicity_without_grade", {"e31"}), ("alive_at_the_end", {"e38"}), ("dose_without_days", {"e18"}),
    ("bound_leaves_open", {"e32"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linder2016")


@pytest.fixture(scope="module")
def findings(case: Case) -> tuple[Finding, ...]:
    return look(case)


def test_every_ambiguity_is_either_detected_or_a_note_only() -> None:
    numbers = {a for a, *_ in DETECTED} | set(NOTE_ONLY)
    assert numbers == {f"A{n}" for n in range(1, 31)}
    assert not {a for a, *_ in DETECTED} & set(NOTE_ONLY)
    assert {rule for _, rule, *_ in DETECTED} <= {rule.name for rule in list_rules()}


@pytest.mark.parametrize(("ambiguity", "rule", "severity", "events", "words"), DETECTED)
def test_the_ambiguity_is_found_from_the_data(
    findings: tuple[Finding, ...], ambiguity: str, rule: str, severity: str, events: set[str], words: str
) -> None:
    found = [f for f in findings if f.rule == rule and events <= set(f.events) and words in f.found]
    assert len(found) == 1, f"{ambiguity}: {[f.found for f in findings if f.rule == rule]}"
    assert found[0].severity == severity


@pytest.mark.parametrize(("rule", "events"), FURTHER)
def test_what_else_the_data_show(findings: tuple[Finding, ...], rule: str, events: set[str]) -> None:
    assert [f for f in findings if f.rule == rule and events <= set(f.events)]


def test_nothing_in_the_case_is_implausible_but_its_mitoxantrone(findings: tuple[Finding, ...]) -> None:
    rules = {
        "value_implausible", "size_implausible", "parts_exceed_whole", "blasts_disagree", "route_unusual",
        "dose_differs_from_regimen", "cycles_do_not_fit", "vital_status_missing", "dose_unusual",
    }  # fmt: skip
    found = [f for f in findings if f.rule in rules]
    assert [(f.rule, f.events) for f in found] == [("dose_unusual", ("e18",))]
    assert "Mitoxantrone 60 mg/m2" in found[0].found


def test_the_notes_of_the_case_are_not_read(case: Case, findings: tuple[Finding, ...]) -> None:
    silent = tuple(event.model_copy(update={"notes": ()}) for event in case.events)
    document = case.document.model_copy(update={"events": silent, "article_notes": ()})
    assert look(Case(document, case.schedule)) == findings


def test_check_returns_them_and_keeps_what_it_returned_before(findings: tuple[Finding, ...]) -> None:
    found = check("linder2016")
    assert found.findings == findings
    assert found.schema == "trimer/check/1"
    assert len(found.warnings) == sum(f.severity == "warning" for f in findings)
    document = found.to_dict()
    fields = {"case", "title", "readings", "absent", "events", "remarks", "assumed", "findings", "schema", "note"}
    assert fields == set(document)
    assert "research use only" in found.note
    assert set(document["findings"][0]) == {"rule", "severity", "title", "events", "found", "why", "held"}
    assert isinstance(found, CheckResult)


def test_the_terminal_groups_them_within_110_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "linder2016"]) == 0
    text = capsys.readouterr().out
    part = text[text.index("Warnings and what a reader should know") :]
    assert part.index("\n  Warnings\n") < part.index("Dose outside the usual range") < part.index("\n  Information\n")
    assert part.index("\n  Information\n") < part.index("Part B before part A")
    assert [line for line in text.splitlines() if len(line) > 110] == []
    for severity, rules in (("warning", "Warnings"), ("information", "Information")):
        titles = {rule.title for rule in list_rules() if rule.severity == severity}
        begin = part.index(f"\n  {rules}\n")
        end = part.index("\n  Information\n") if severity == "warning" else len(part)
        shown = set(re.findall(r"^  (\S.*)$", part[begin:end], flags=re.MULTILINE)) - {rules}
        assert shown <= titles


def test_the_terminal_keeps_to_the_columns_asked_for_and_says_what_it_is_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["check", "linder2016"]) == 0
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "research use only" in " ".join(text.splitlines()[-2:])


def test_strict_leaves_with_two_and_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    warnings = len(check("linder2016").warnings)
    assert run(["check", "linder2016", "--json", "--strict"]) == 2
    captured = capsys.readouterr()
    assert captured.err == f"trimer: linder2016: {warnings} warnings, and --strict allows none.\n"
    assert captured.out.startswith("{")
