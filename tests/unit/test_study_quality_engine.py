"""No rule crashes on a valid record, none changes it, and every finding says where, what, why and how it is held."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_sample import document, event, findings, read

from trimer.cli import run
from trimer.errors import CaseError
from trimer.library import list_entries
from trimer.observables import OBSERVABLES
from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.record.schema import CaseDocument
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin
from trimer.record.vocabulary import RECORD_ONLY, canonical_unit
from trimer.study.quality import Finding, list_rules, look

REFERENCE = load_case("linder2016")


def sound(found: tuple[Finding, ...], case: Case) -> None:
    """Assert that each finding can be read, and stands on events that exist."""
    known = {item.id for item in case.events}
    rules = {rule.name: rule for rule in list_rules()}
    for finding in found:
        assert finding.rule in rules
        assert finding.severity == rules[finding.rule].severity
        assert set(finding.events) <= known
        assert len(set(finding.events)) == len(finding.events)
        assert finding.found.strip()
        assert "nan" not in finding.found.lower().split()
        assert "None" not in finding.found
    warnings = [finding.severity == "warning" for finding in found]
    assert warnings == sorted(warnings, reverse=True)


def test_rules_have_names_of_their_own_and_say_why_and_how() -> None:
    rules = list_rules()
    assert len({rule.name for rule in rules}) == len({rule.title for rule in rules}) == len(rules) > 30
    for rule in rules:
        assert rule.why.endswith(".")
        assert rule.held.endswith(".")
        assert rule.search.__doc__


@pytest.mark.parametrize("name", [item.id for item in REFERENCE.events])
def test_the_reference_case_without_an_observation_a_drug_an_episode_or_a_conclusion(name: str) -> None:
    place = next(i for i, item in enumerate(REFERENCE.events) if item.id == name)
    whole = REFERENCE.events[place]
    changed = []
    for field in ("observations", "given", "episodes"):
        items = getattr(whole, field)
        changed += [{field: items[:i] + items[i + 1 :]} for i in range(len(items))]
    for update in (*changed, {"conclusion": None}, {"context": None}, {"end": None}):
        events = (*REFERENCE.events[:place], whole.model_copy(update=update), *REFERENCE.events[place + 1 :])
        content = REFERENCE.document.model_copy(update={"events": events})
        windows = dict(REFERENCE.schedule.windows)
        if "end" in update:
            windows.pop(f"{name}.end", None)
        case = Case(content, type(REFERENCE.schedule)(REFERENCE.schedule.origin, windows))
        sound(look(case), case)


def without(name: str) -> dict[str, Any]:
    """Return the reference case as plain values, without one event and all that refers to it."""
    content = REFERENCE.to_dict()

    def kept(value: Any) -> Any:
        if isinstance(value, list):
            return [kept(item) for item in value if not _refers(item, name)]
        if isinstance(value, dict):
            return {
                key: kept(item) for key, item in value.items() if not (key in ("with", "until") and _is(item, name))
            }
        return value

    content["events"] = [item for item in content["events"] if item["id"] != name]
    content = kept(content)
    readings = content["realisation"]["interpretations"]
    content["realisation"]["interpretations"] = [r for r in readings if r["start"] != name and r["phases"]]
    if not content["realisation"]["interpretations"]:
        content["realisation"].pop("chosen")
        content["realisation"]["orders"] = [o for o in content["realisation"]["orders"] if "interpretation" not in o]
    return content


def _is(value: Any, name: str) -> bool:
    return isinstance(value, str) and value.removesuffix(".end") == name


def _refers(item: Any, name: str) -> bool:
    return isinstance(item, dict) and any(_is(item.get(key), name) for key in ("to", "event", "start"))


def test_the_reference_case_without_an_event() -> None:
    valid = 0
    for item in REFERENCE.events:
        try:
            content = CaseDocument.model_validate(without(item.id))
            case = Case(content, make_schedule(content, Origin()))
        except CaseError:
            continue  # what is left has no date, or its preferred days no longer fit
        valid += 1
        sound(look(case), case)
    assert valid >= 25


units = {name: canonical_unit(name) or "" for name in (*OBSERVABLES, *RECORD_ONLY)}
numeric = [name for name, unit in units.items() if unit]


@st.composite
def observations(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(units)))
    told = draw(st.sampled_from(["value", "bound", "interval", "text", "absence"]))
    item: dict[str, Any] = {"observable": name}
    if told == "absence" or (told != "text" and not units[name]):
        return {**item, "absence": draw(st.sampled_from(["not stated", "not done"]))}
    if told == "text":
        words = RECORD_ONLY[name].values if name in RECORD_ONLY else ()
        return {**item, "text": draw(st.sampled_from(words or ("positive", "negative", "normal")))}
    # What cannot be is refused at the door: a share above its whole, an age nobody has reached.
    top = {"mrd_marrow": 1.0, "age": 130.0}.get(name, 100.0 if units[name] == "%" else 1e6)
    usual = [n for n in (0.0, 1.0, 5.0, 100.0) if n <= top]
    numbers = st.floats(0.0, top, allow_subnormal=False) | st.sampled_from(usual)
    item |= {"unit": units[name], "denominator": draw(st.sampled_from(["nucleated cells", "B cells", "total cells"]))}
    if told == "interval":
        low, high = sorted((draw(numbers), draw(numbers)))
        return {**item, "interval": [low, high], "basis": "inferred", "note": "n"}
    comparator = draw(st.sampled_from(["<", "<=", ">", ">="])) if told == "bound" else "="
    return {**item, "value": draw(numbers), "comparator": comparator}


DOSES: tuple[dict[str, str], ...] = (
    {}, {"amount": "0 mg"}, {"amount": "50 mg/m2"}, {"amount": "8 mg/kg"}, {"amount": "9 IU/m2"},
    {"rate": "9 ug/day"}, {"rate": "15 ug/m2/day"},
)  # fmt: skip


@st.composite
def treatments(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.booleans()):
        name = draw(st.sampled_from(list_entries("regimens")))
        return {"regimen": name, "repeat": draw(st.integers(1, 5))}
    item: dict[str, Any] = {"drug": draw(st.sampled_from(list_entries("drugs")))}
    dose = draw(st.sampled_from(DOSES))
    route = draw(st.sampled_from([{}, {"route": "iv"}, {"route": "civ"}, {"route": "it"}]))
    days = draw(st.sampled_from([{}, {"days": [1]}, {"days": [1, 2, 3]}]))
    return {**item, **dose, **route, **days}


CONCLUSIONS = ("complete remission", "relapse", "refractory", "residual disease", "no relapse; still in remission")
EPISODES = ("CRS", "pancreatitis", "vasopressors", "blinatumomab", "Ommaya reservoir")


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    events = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        day = draw(st.integers(1, 28))
        on = draw(st.sampled_from([f"2020-{2 * number - 1:02d}-{day:02d}", f"2020-{2 * number - 1:02d}"]))
        kind = draw(st.sampled_from(["toxicity", "hold", "resume", "rescue", "stop", "procedure"]))
        extra: dict[str, Any] = {
            "observations": draw(st.lists(observations(), max_size=5)),
            "given": draw(st.lists(treatments(), max_size=3)),
            "episodes": draw(st.lists(st.builds(dict, kind=st.just(kind), name=st.sampled_from(EPISODES)), max_size=2)),
        }
        if draw(st.booleans()):
            extra["conclusion"] = draw(st.sampled_from(CONCLUSIONS))
        if draw(st.booleans()):
            extra["context"] = draw(st.sampled_from(["presentation", "response assessment", "toxicity", "follow-up"]))
        if draw(st.booleans()):
            extra["end"] = {"relative": [{"to": f"e{number:02d}", "offset": f"{draw(st.integers(0, 90))} day"}]}
        if number > 1 and draw(st.booleans()):
            extra["with"] = "e01"
        events.append(event(number, on, draw(st.sampled_from(["lab", "marrow", "drug", "status"])), **extra))
    return document(events)


@given(records())
@settings(max_examples=80)
def test_no_rule_crashes_on_a_valid_record_or_changes_it(content: dict[str, Any]) -> None:
    case = read(content)
    before = case.to_dict()
    found = look(case)
    sound(found, case)
    assert case.to_dict() == before
    assert look(case) == found


def test_an_empty_record_has_nothing_to_tell() -> None:
    assert findings(event(1, "2020-03-05")) == []


def test_strict_is_silent_without_warnings(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(document([event(1, "2020-03-05")])), encoding="utf-8")
    assert run(["check", str(path), "--strict"]) == 0
    assert capsys.readouterr().err == ""


def test_an_event_that_nothing_bounds_before_is_open_there(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    earlier = {**event(2, "2020"), "date": {"before": [{"event": "e01"}]}}
    path = tmp_path / "small.yaml"
    path.write_text(json.dumps(document([event(1, "2020-03-05"), earlier])), encoding="utf-8")
    assert run(["check", str(path)]) == 0
    assert "open to 2020-03-04" in capsys.readouterr().out
