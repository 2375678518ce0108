"""Protocols that cannot be carried out: each is refused in one sentence that names the rule, before anybody is treated.

Every fault is written to a file and met twice: by the library, and in the terminal by ``trimer simulate FILE``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from protocol_sample import PREMEDICATION, document, hold, rule

from trimer import library
from trimer.cli import BAD_INPUT, run
from trimer.errors import InputError, LibraryError, ProtocolError
from trimer.library.files import find, read_toml
from trimer.library.load_protocol import extended, protocol_from_document
from trimer.library.load_regimen import regimen_from_document
from trimer.library.protocol_checks import check_protocol
from trimer.study.scenario import scenario
from trimer.therapy.protocol import Condition

FEVER, WELL = {"temperature": ">= 38 Cel"}, {"temperature": "< 38 Cel"}
TOCILIZUMAB = {"drug": "tocilizumab", "amount": "8 mg/kg", "route": "iv", "duration": "1 h"}
STEROID = {"drug": "dexamethasone", "amount": "8 mg", "route": "iv"}
LOW = {"count": 1, "first": "9 ug/day", "infusion": "28 day", "rest": "14 day"}
HIGH = {"count": 1, "first": "28 ug/day", "infusion": "28 day", "rest": "14 day"}
DOSED = {
    "dosing": "intermittent",
    "route": "sc",
    "rates": [{"dose": "250 ug", "every": "1 day"}, {"dose": "500 ug", "every": "56 h"}],
    "cycles": [{"count": 2, "first": "250 ug", "treatment": "26 day", "rest": "7 day"}],
}


def give(*lines: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """Return a rule that gives for fever."""
    return rule("give", FEVER, give=list(lines), **others)


def line(of: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    return {**of, **others}


def toml(value: Any) -> str:
    """Return a value as TOML, tables in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def written(folder: Path, content: Mapping[str, Any]) -> Path:
    """Return a file of a protocol called as the small one."""
    path = folder / "small.toml"
    path.write_text("\n".join(f"{key} = {toml(item)}" for key, item in content.items()), encoding="utf-8")
    return path


# ruff: noqa: E501 (one fault a line)

OVERLAPS = [
    (
        {"rules": [give(line(TOCILIZUMAB, duration="12 h", times=3, every="8 h"))]},
        'rule "give" (rules[0]): give[0]: found infusions of tocilizumab of 12 h every 8 h, expected every of at least 12 h',
    ),
    (
        {"rules": [give(TOCILIZUMAB, line(TOCILIZUMAB, after="30 min"))]},
        'rule "give" (rules[0]): give: found infusions of tocilizumab from 0 day to 1 h and from 0.5 h to 1.5 h, expected one infusion of a drug at a time. Move one',
    ),
    (
        {"rules": [give(line(TOCILIZUMAB, times=3, every="1 day"), most=2, again="1 day")]},
        'rule "give" (rules[0]): again: found 1 day, while a course of tocilizumab takes 2.042 day, expected at least 2.042 day.',
    ),
    (
        {"rules": [give(line(STEROID, times=9, every="8 h"), most=2, again="64 h")]},
        'rule "give" (rules[0]): again: found 2.667 day, while a course of dexamethasone takes 2.667 day, expected more than',
    ),
    (
        {"rules": [give(TOCILIZUMAB, most=40, again="7 day")]},
        'rule "give" (rules[0]): most: found 40 times 7 day apart, in a plan of 126 day, expected at most 19',
    ),
    (
        {"premedication": PREMEDICATION | {"duration": "2 h"}},
        "premedication: found an infusion of 2 h that begins 1 h before, expected before of at least 2 h",
    ),
    (
        {"rules": [hold(give=[line(TOCILIZUMAB, duration="24 h")])]},
        'rule "fever" (rules[0]): give: found tocilizumab infused until 1 day, and a hold that may come again after 12 h, expected one infusion of a drug at a time. Shorten it, or say least = "1 day".',
    ),
    (
        {"rules": [hold(give=[TOCILIZUMAB]), give(TOCILIZUMAB, most=3, again="12 h")]},
        'rule "fever" (rules[0]): give: found tocilizumab infused until 1 h, and by the rule "give" from 0 day on, expected one',
    ),
    (
        {"rules": [rule("stop", {"crs_grade": ">= 4 grade"}, give=[TOCILIZUMAB]), give(line(TOCILIZUMAB, duration="8 h"))]},
        'rule "give" (rules[1]): give: found tocilizumab infused until 8 h, and by the rule "stop" from 6 h on, expected one',
    ),
]  # fmt: skip

ESCALATIONS = [
    ({"drug": "mesna"}, 'drug: found "mesna", which is recorded and not simulated, expected a drug with equations'),
    ({"drug": "hle_cd19_engager"}, 'drug: found hle_cd19_engager by route "civ", expected one of iv, sc, for which it has equations. What is not'),
    ({**DOSED, "route": "im"}, 'route: found blinatumomab by route "im", expected one of civ, sc, for which'),
    ({**DOSED, "route": "civ"}, 'route: found "civ", a continuous infusion, expected a route of single doses'),
    ({"rates": ["5 ug/day", "9 ug/day", "28 ug/day"]}, 'rates[0]: found "5 ug/day", which no cycle begins with, no step leads to and no hold resumes at'),
    ({"cycles": [LOW | {"infusion": "7 day"}]}, 'rates[1]: found "28 ug/day", which no cycle begins with, no step leads to and no hold resumes at, expected a rate that somebody can be given. Steps come after 7 day at a rate; the longest cycle is treated for 7 day.'),
    ({"rates": ["9 ug/day"], "cycles": [LOW]}, "step_after: found 7 day, and a single rate, 9 ug/day, expected a second rate to step to. Leave it out;"),
    ({"rates": ["28 ug/day", "9 ug/day"]}, 'rates[1]: found "9 ug/day", expected more than "28 ug/day".'),
    ({"rates": ["0 ug/day", "28 ug/day"]}, 'rates[0]: found "0 ug/day", expected more than nothing.'),
    ({"rules": [hold(resume="28 ug/day")]}, 'rule "fever" (rules[0]): resume: found "28 ug/day", above 9 ug/day, at which it may have been held, expected at most "9 ug/day". Raising is what steps are for. With rate = "28 ug/day"'),
    ({"rules": [hold(rate="9 ug/day", resume="28 ug/day")]}, 'rule "fever" (rules[0]): resume: found "28 ug/day", above 9 ug/day'),
    ({"rules": [give({"drug": "mesna", "amount": "1 g", "route": "iv"})]}, 'rule "give" (rules[0]): give: found mesna, without any simulated effect, and nothing else, expected a drug that does something'),
    ({"premedication": PREMEDICATION | {"drug": "leucovorin", "route": "iv"}}, "premedication: found leucovorin, without any simulated effect"),
    ({"rules": [hold(give=[line(STEROID, times=60, every="8 h"), line(STEROID, times=60, every="8 h", after="4 h")])]}, 'rule "fever" (rules[0]): give: found 120 doses ordered at once, expected at most 96 that the engine keeps ahead'),
]  # fmt: skip

NEVER = [
    ({"rules": [hold(when={"temperature": ">= 39 Cel and < 38 Cel"})]}, 'rule "fever" (rules[0]): when: found temperature >= 39 Cel and temperature < 38 Cel, so that it can never act, expected conditions that can hold together.'),
    ({"rules": [rule("stop", {"marrow_blast_percent": ">= 101 %"})]}, 'rule "stop" (rules[0]): when: found marrow_blast_percent >= 101 %, so that it can never act, expected what can be, as marrow_blast_percent is 0 to 100.'),
    ({"rules": [rule("stop", {"marrow_blast_percent": "< 0 %"})]}, 'rule "stop" (rules[0]): when: found marrow_blast_percent < 0 %'),
    ({"rules": [rule("stop", {"hypotension": ">= 4 grade"})]}, 'rule "stop" (rules[0]): when: found hypotension >= 4 grade, so that it can never act, expected what can be, as hypotension is 0 to below 4.'),
    ({"rules": [rule("stop", {"crs_grade": ">= 6 grade"})]}, 'rule "stop" (rules[0]): when: found crs_grade >= 6 grade, so that it can never act, expected what can be, as crs_grade is 0 to 4.'),
    ({"rules": [rule("stop", {"anc": "< 0 1e9/L", **FEVER})]}, 'rule "stop" (rules[0]): when: found anc < 0 1e9/L, so that it can never act, expected what can be, as anc is 0 or more.'),
    ({"rules": [rule("stop", {"marrow_blast_percent": ">= 101 % over lowest"}, at="cycle end")]}, 'rule "stop" (rules[0]): when: found marrow_blast_percent >= 101 % over lowest, so that it can never act, expected what can be, as marrow_blast_percent over lowest is at most 100.'),
    ({"rules": [rule("stop", {"marrow_blast_percent": ">= 25 % over lowest"}, at="cycle end", cycles=[1, 1])]}, 'rule "stop" (rules[0]): when: found a rise over the lowest value, asked for at the end of the first cycle only, expected a later'),
    ({"rules": [hold(cycles=[3, 4])]}, 'rule "fever" (rules[0]).cycles: found [3, 4], expected first and last cycle, within 1 to 3.'),
    ({"rules": [rule("stop", FEVER, at="cycle start", cycles=[4, 4])]}, 'rule "stop" (rules[0]).cycles: found [4, 4], expected first and last cycle, within 1 to 3.'),
    ({"rules": [rule("stop", FEVER, rate="9 ug/day", cycles=[2, 3])]}, 'rule "stop" (rules[0]): rate: found "9 ug/day", which does not run in cycles 2 to 3, expected a rate that runs then'),
    ({"rules": [hold(**{"for": "60 day"})]}, 'rule "fever" (rules[0]): for: found 60 day, longer than anybody looks for it, expected at most 28 day, the treatment of its cycles.'),
    ({"rules": [rule("stop", FEVER, **{"for": "60 day"})]}, 'rule "stop" (rules[0]): for: found 60 day, longer than anybody looks'),
    ({"rules": [rule("wait", FEVER, at="cycle start", **{"for": "15 day"})]}, 'rule "wait" (rules[0]): for: found 15 day, longer than anybody looks for it, expected at most 14 day, the time before its cycles.'),
    ({"rules": [rule("stop", FEVER, at="cycle start", cycles=[1, 1], **{"for": "1 day"})]}, 'rule "stop" (rules[0]): for: found 1 day, longer than anybody looks for it, expected at most 0 day, the time before its cycles. Nothing looks'),
    ({"rules": [rule("stop", FEVER, at="cycle end", **{"for": "1 day"})]}, 'rule "stop" (rules[0]): for: found 1 day, longer than anybody looks for it, expected at most 0 day, the treatment before it.'),
    ({"rules": [hold(until_for="3 day", longest="2 day")]}, 'rule "fever" (rules[0]): until_for: found 3 day, in a hold that is given up after 2 day, expected at most longest, 2 day.'),
    ({"rules": [hold(), hold(name="hot", when={"temperature": ">= 39 Cel"})]}, 'rule "hot" (rules[1]): when: found temperature >= 39 Cel, at which "fever" (temperature >= 38 Cel) always acts before it, expected a rule that can act. Earlier rules go first.'),
    ({"rules": [hold(when={"crs_grade": ">= 3 grade"}), rule("stop", {"crs_grade": ">= 2 grade"})]}, 'rule "fever" (rules[0]): when: found crs_grade >= 3 grade, at which "stop" (crs_grade >= 2 grade) always acts before it, expected a rule that can act. Stops are asked before holds'),
    ({"rules": [rule("stop", FEVER), give(TOCILIZUMAB)]}, 'rule "give" (rules[1]): when: found temperature >= 38 Cel, at which "stop"'),
    ({"rules": [hold(), give(STEROID, rate="28 ug/day")]}, 'rule "give" (rules[1]): when: found temperature >= 38 Cel, at which "fever"'),
    ({"rules": [rule("wait", {"anc": "< 1 1e9/L"}, at="cycle start"), rule("skip", {"anc": "< 0.5 1e9/L"}, at="cycle start")]}, 'rule "skip" (rules[1]): when: found anc < 0.5 1e9/L, at which "wait" (anc < 1 1e9/L) always acts before it'),
    ({"rules": [rule("stop", {"anc": "< 1 1e9/L"}, at="cycle end", name=n, cycles=c) for n, c in (("first", [1, 3]), ("second", [2, 2]))]}, 'rule "second" (rules[1]): when: found anc < 1 1e9/L, at which "first"'),
]  # fmt: skip

CIRCLES = [
    ({"rules": [hold(until=FEVER)]}, 'rule "fever" (rules[0]): until: found temperature >= 38 Cel, true whenever temperature >= 38 Cel is, so that the hold ends and is taken again for ever, expected what is not yet true while the cause of the hold lasts. Let `until` ask'),
    ({"rules": [hold(when={"temperature": ">= 39 Cel"}, until={"temperature": ">= 36 Cel"}, least="3 day", longest="9 day")]}, 'rule "fever" (rules[0]): until: found temperature >= 36 Cel, true whenever temperature >= 39 Cel is'),
    ({"rules": [hold(when={"crs_grade": ">= 3 grade"}, until={"crs_grade": ">= 1 grade"})]}, 'rule "fever" (rules[0]): until: found crs_grade >= 1 grade, true whenever crs_grade >= 3 grade is'),
    ({"rules": [hold(until={"hypoxia": ">= 0 grade"})]}, 'rule "fever" (rules[0]): until: found hypoxia >= 0 grade, true whenever'),
    ({"rules": [hold(until={"temperature": "< 20 Cel"})]}, 'rule "fever" (rules[0]): until: found temperature < 20 Cel, so that it can never end, expected what can be, as temperature is 30 to 45.'),
    ({"rules": [hold(when={"il6": ">= 0 pg/mL"})]}, 'rule "fever" (rules[0]): when: found il6 >= 0 pg/mL, which holds in every patient, so that it holds for ever'),
    ({"rules": [rule("wait", {"anc": ">= 0 1e9/L"}, at="cycle start", longest="5 day")]}, 'rule "wait" (rules[0]): when: found anc >= 0 1e9/L, which holds in every patient, expected what a cycle can stop waiting for.'),
    ({"rules": [rule("skip", {"anc": ">= 0 1e9/L"}, at="cycle start")]}, 'rule "skip" (rules[0]): when: found anc >= 0 1e9/L, which holds in every patient, so that every cycle is skipped'),
    ({"rules": [rule("skip", {"anc": ">= 0 1e9/L"}, at="cycle start", name=n, cycles=c) for n, c in (("a", [1, 2]), ("b", [3, 3]))]}, 'rule "a" (rules[0]): when: found anc >= 0 1e9/L'),
    ({"rules": [give(TOCILIZUMAB, most=3)]}, 'rule "give" (rules[0]).again: found nothing, expected how far apart the 3 times are.'),
]  # fmt: skip

DOSES = [
    ({**DOSED, "rates": ["250 ug", "500 ug"]}, 'dose_every: found nothing, expected the time between doses of 250 ug, such as "7 day".'),
    ({**DOSED, "rates": [{"dose": "250 ug/day", "every": "1 day"}], "step_after": "0 day"}, 'rates[0]: found "250 ug/day", expected a dose, not an amount per day.'),
    ({**DOSED, "rates": [{"dose": "250 ug"}]}, "rates[0]: found no field 'every', expected a table with dose and every, such as {"),
    ({**DOSED, "rates": [{"dose": "250 ug", "every": "30 min"}], "step_after": "0 day"}, "dose_every: found 0.5 h between doses of 250 ug, expected at least 1 h."),
    ({**DOSED, "cycles": [{"count": 20, "first": "250 ug", "treatment": "26 day", "rest": "7 day"}]}, "cycles: found up to 520 doses, expected at most 400, as each is kept in a patient's log. Plan fewer cycles."),
    ({**DOSED, "premedication": PREMEDICATION | {"before": "1 day"}}, "premedication.before: found 1 day, expected less than the time between doses, 1 day."),
    ({"dose_every": "7 day"}, 'dose_every: found "7 day", expected dosing = "intermittent" beside it'),
    ({"route": "sc"}, 'route: found "sc", expected dosing = "intermittent" beside it'),
    ({"rates": DOSED["rates"]}, 'rates[0]: found a table, expected a rate such as "28 ug/day", for an infusion.'),
    ({key: value for key, value in DOSED.items() if key != "route"}, 'route: found nothing, expected how doses are given, such as "sc".'),
    ({"cycles": [{"count": 1, "first": "9 ug/day", "rest": "7 day"}]}, "cycles[0]: found fields 'count', 'first', 'rest', expected a table with count, first, infusion (or treatment"),
    ({"cycles": [LOW | {"treatment": "28 day"}]}, "cycles[0]: found fields 'count', 'first', 'infusion', 'rest', 'treatment', expected a table with"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), [*OVERLAPS, *ESCALATIONS, *NEVER, *CIRCLES, *DOSES])
def test_a_bad_protocol_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], says: str
) -> None:
    path = written(tmp_path, document(**changes))
    with pytest.raises((LibraryError, ProtocolError)) as found:
        library.protocol(path)
    assert str(found.value).startswith(f"small.toml: {says}"), found.value
    assert "\n" not in str(found.value)
    assert run(("show", "protocols", str(path))) == run(("simulate", str(path), "--quiet")) == BAD_INPUT
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert str(found.value).split(", expected")[0] in " ".join(shown.err.split())


# ---- what only the table of a scale tells

BY_GRADES = [
    ({"scale": "cartox_crs", "grade": "lowest", "rules": [rule("stop", {"crs_grade": ">= 4 grade"})]}, 'rule "stop" (rules[0]): when: found crs_grade >= 4 grade, so that it can never act, expected conditions that can hold together. With the signs asked for, the scale gives grade 0 or 1 or 2 or 3 only.'),
    ({"rules": [rule("stop", {"crs_grade": ">= 1 grade", **WELL})]}, 'rule "stop" (rules[0]): when: found crs_grade >= 1 grade and temperature < 38 Cel, so that it can never act, expected conditions that can hold together. With the signs asked for, the scale gives grade 0 only.'),
    ({"scale": "penn_crs", "rules": [rule("stop", {"crs_grade": ">= 2 grade and < 3 grade"})]}, 'rule "stop" (rules[0]): when: found crs_grade >= 2 grade and crs_grade < 3 grade, so that it can never act'),
    ({"rules": [rule("stop", FEVER), hold(when={"crs_grade": ">= 2 grade"})]}, 'rule "fever" (rules[1]): when: found crs_grade >= 2 grade, at which "stop" (temperature >= 38 Cel) always acts before it'),
    ({"rules": [hold(when={"crs_grade": ">= 1 grade"}, until=FEVER)]}, 'rule "fever" (rules[0]): until: found temperature >= 38 Cel, true whenever crs_grade >= 1 grade is'),
    ({"rules": [hold(until={"crs_grade": ">= 1 grade", **WELL})]}, 'rule "fever" (rules[0]): until: found crs_grade >= 1 grade and temperature < 38 Cel, so that it can never end'),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), BY_GRADES)
def test_what_the_scale_makes_impossible_is_refused_before_anything_is_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], says: str
) -> None:
    path = written(tmp_path, document(**changes))
    with pytest.raises(ProtocolError) as found:
        scenario(path)
    assert str(found.value).startswith(f"small: {says}"), found.value
    assert run(("simulate", str(path), "--quiet")) == BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err


# ---- what is not refused, though it is near


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": [give(line(TOCILIZUMAB, duration="8 h", times=3, every="8 h"))]},
        {"rules": [give(TOCILIZUMAB, line(TOCILIZUMAB, after="1 h"))]},
        {"rules": [give(line(TOCILIZUMAB, times=3, every="1 day"), most=2, again="49 h")]},
        {"rules": [give(line(STEROID, times=9, every="8 h"), most=2, again="65 h")]},
        {"rules": [give(TOCILIZUMAB, most=19, again="7 day")]},
        {"premedication": PREMEDICATION | {"duration": "1 h"}},
        {"rules": [hold(give=[line(TOCILIZUMAB, duration="24 h")], least="18 h")]},
        {
            "rules": [
                hold(when={"temperature": ">= 39 Cel"}, until=WELL, give=[TOCILIZUMAB]),
                rule("give", {"temperature": "< 39 Cel", "il6": ">= 9 pg/mL"}, give=[TOCILIZUMAB]),
            ]
        },
        {"rules": [hold(rate="28 ug/day", resume="28 ug/day")]},
        {"rules": [hold(rate="28 ug/day", until={"hypoxia": ">= 0 grade"})]},  # lowers the rate, and is no circle
        {"rules": [hold(), give({"drug": "mesna", "amount": "1 g", "route": "iv"}, TOCILIZUMAB)]},
        {"rules": [hold(give=[{"drug": "mesna", "amount": "1 g", "route": "iv"}])]},
        {"cycles": [LOW | {"infusion": "7.5 day"}]},
        {"rules": [rule("stop", {"marrow_blast_percent": ">= 100 %"})]},
        {"rules": [rule("stop", {"hypotension": ">= 3 grade"})]},
        {"rules": [rule("stop", {"crs_grade": ">= 4 grade"})]},
        {"rules": [hold(when={"temperature": ">= 38 Cel and < 39 Cel"})]},
        {"rules": [rule("stop", {"marrow_blast_percent": ">= 25 % over lowest"}, at="cycle end", cycles=[1, 2])]},
        {"rules": [rule("stop", FEVER, rate="28 ug/day", cycles=[1, 1])]},
        {"rules": [hold(**{"for": "28 day"})]},
        {"rules": [hold(), rule("stop", FEVER, **{"for": "60 day"})]},  # a hold may last so long
        {"rules": [rule("wait", FEVER, at="cycle start", **{"for": "14 day"})]},
        {"rules": [hold(), rule("wait", FEVER, at="cycle start", **{"for": "42 day"})]},
        {"rules": [hold(), rule("stop", FEVER, at="cycle end", **{"for": "1 day"})]},
        {"rules": [hold(when={"temperature": ">= 39 Cel"}), hold(name="milder")]},
        {"rules": [hold(**{"for": "1 day"}), hold(name="at once", when={"temperature": ">= 39 Cel"})]},
        {"rules": [hold(cycles=[1, 1]), hold(name="later", cycles=[1, 2])]},
        {"rules": [hold(rate="9 ug/day"), hold(name="any rate")]},
        {"rules": [hold(), give(STEROID)]},  # what is given is looked for while held
        {"premedication": PREMEDICATION, "rules": [hold(), give(STEROID, rate="28 ug/day")]},  # in the hour before
        {"rules": [rule("stop", {"crs_grade": ">= 4 grade"}), hold(when={"crs_grade": ">= 3 grade"})]},
        {"rules": [rule("skip", {"anc": ">= 0 1e9/L"}, at="cycle start", cycles=[2, 3])]},
        {"rules": [hold(when={"il6": ">= 900 pg/mL"})]},  # may go round for a while, and may not
        DOSED,
        {**DOSED, "rates": ["250 ug", "500 ug"], "dose_every": "1 day"},
    ],
)
def test_what_can_be_carried_out_is_not_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    library.protocol(written(tmp_path, document(**changes)))


def test_two_comparisons_of_one_signal() -> None:
    found = protocol_from_document(
        document(rules=[rule("stop", {"temperature": ">= 38 Cel and < 40 Cel", "anc": "< 1 1e9/L"})]), "small.toml"
    )
    assert [(c.signal, c.above, c.limit) for c in found.rules[0].when] == [
        ("temperature", True, 38.0), ("temperature", False, 40.0), ("anc", False, 1.0),
    ]  # fmt: skip


def test_a_protocol_made_in_memory_is_checked_as_well() -> None:
    found = library.protocol("blinatumomab_label_astct_2019")
    stop, held, late = found.rules
    broken = replace(found, rules=(stop, replace(held, until=(Condition("temperature", True, 38.0),)), late))
    with pytest.raises(ProtocolError, match=r'rule "CRS of grade 3" \(rules\[1\]\): until: found temperature >= 38'):
        scenario(broken)


# ---- the bundled ones, and what is easily broken in them


def _first(content: dict[str, Any], do: str) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in content["rules"] if r["do"] == do)
    return found


def _dose(rate: Any) -> str:
    return rate if isinstance(rate, str) else rate["dose"]


def _too_high(content: dict[str, Any]) -> None:
    _first(content, "stop")["when"] = {"crs_grade": ">= 5 grade"}


def _too_long(content: dict[str, Any]) -> None:
    _first(content, "hold")["for"] = "60 day"


def _circle(content: dict[str, Any]) -> None:
    _first(content, "hold")["until"] = _first(content, "hold")["when"]


def _raised(content: dict[str, Any]) -> None:
    _first(content, "hold")["resume"] = _dose(content["rates"][-1])


def _shadowed(content: dict[str, Any]) -> None:
    _first(content, "stop")["when"] = {"crs_grade": ">= 1 grade"}


def _unreached(content: dict[str, Any]) -> None:
    lowest = content["rates"][0]
    content["rates"].insert(0, "1 ug/day" if isinstance(lowest, str) else {**lowest, "dose": "1 ug"})


def _overlapping(content: dict[str, Any]) -> None:
    _first(content, "hold")["give"].append(line(TOCILIZUMAB, times=2, every="1 h", duration="2 h"))


def _nothing_given(content: dict[str, Any]) -> None:
    content["premedication"] |= {"drug": "mesna", "route": "iv"}


@pytest.mark.parametrize(
    "break_it", [_too_high, _too_long, _circle, _raised, _shadowed, _unreached, _overlapping, _nothing_given]
)
@pytest.mark.parametrize("name", library.list_entries("protocols"))
def test_every_bundled_protocol_passes_and_its_broken_variants_do_not(
    name: str, break_it: Callable[[dict[str, Any]], None]
) -> None:
    whole = extended(read_toml(find("protocols", name)), name)
    check_protocol(protocol_from_document(whole, name), name)
    broken = copy.deepcopy(whole)
    break_it(broken)
    with pytest.raises(InputError, match=r"rules\[|rates\[|premedication"):
        protocol_from_document(broken, name)


# ---- calendars


def regimen(**infusion: Any) -> dict[str, Any]:
    """Return a regimen of two continuous infusions, the second with some fields replaced."""
    first = {
        "drug": "blinatumomab",
        "route": "civ",
        "rate": "9 ug/day",
        "days": [1],
        "duration": "7 day",
        "cycles": [1],
    }
    second = {"drug": "blinatumomab", "route": "civ", "rate": "28 ug/day", "days": [8], "duration": "21 day"} | infusion
    return {
        "name": "two", "label": "Two infusions", "source": "trimer", "length": "28 day", "rest": "14 day", "cycles": 2,
        "doses": [{**dose, "source": "trimer"} for dose in (first, second)],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("infusion", "says"),
    [
        ({"days": [5]}, "doses[1]: found blinatumomab infused from cycle 1 day 5 (doses[1]) while it is infused since cycle 1 day 1 (doses[0]), expected one continuous infusion at a time; the first runs for 7 day. Shorten it by 3 day, or move the second."),
        ({"days": [8], "duration": "43 day"}, "doses[1]: found blinatumomab infused from cycle 2 day 8 (doses[1]) while it is infused since cycle 1 day 8 (doses[1])"),
        ({"days": [8, 10], "duration": "3 day"}, "doses[1]: found blinatumomab infused from cycle 1 day 10 (doses[1]) while it is infused since cycle 1 day 8"),
        ({"times": 2, "interval": "20 day"}, "doses[1]: found blinatumomab infused from cycle 1 day 8 (doses[1]) while it is infused since cycle 1 day 8"),
    ],
)  # fmt: skip
def test_infusions_that_overlap_in_a_regimen_name_lines_and_cycles(infusion: dict[str, Any], says: str) -> None:
    with pytest.raises(LibraryError) as found:
        regimen_from_document(regimen(**infusion), "two.toml")
    assert str(found.value).startswith(f"two.toml: {says}"), found.value


def test_infusions_of_a_regimen_may_touch_and_other_drugs_may_run_beside() -> None:
    regimen_from_document(regimen(), "two.toml")
    regimen_from_document(regimen(duration="35 day", cycles=[1]), "two.toml")  # up to the next cycle
    regimen_from_document(regimen(drug="cytarabine", rate="100 mg/day", days=[1]), "two.toml")


def test_every_bundled_regimen_passes() -> None:
    for name in library.list_entries("regimens"):
        library.regimen(name)
