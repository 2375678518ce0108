"""What holds for thousands of generated cases written as phenopackets and as analysis tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache

from generated_cases import document, malformed
from phenopacket_reader import document as read_back
from phenopacket_reader import parsed

import trimer.units as units
from trimer.errors import TrimerError
from trimer.record.case import Case
from trimer.record.read_yaml import read_case
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin
from trimer.record.vocabulary import canonical_unit, molar_mass
from trimer.record.write_yaml import dump_case
from trimer.study.export.adam import AdamTables, adam
from trimer.study.export.adam.parameters import codes
from trimer.study.export.adam.tables import LABEL, NAME
from trimer.study.export.adam.write import csv_text
from trimer.study.export.phenopacket import LOST, held, phenopacket_text
from trimer.study.export.phenopacket_codes import LOINC

CASES = int(os.environ.get("TRIMER_GENERATED", "60"))
MALFORMED = 300 if CASES == 60 else 10 * CASES
FIRST = int(os.environ.get("TRIMER_GENERATED_FIRST", "0"))
WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@cache
def _cases() -> tuple[Case, ...]:
    made = (document(seed) for seed in range(FIRST, FIRST + min(CASES, 500)))
    return tuple(Case(one, make_schedule(one, Origin())) for one in made)


def cases() -> Iterator[Case]:
    """Yield generated cases; a few hundred are kept, as every test asks for them."""
    yield from _cases()
    for seed in range(FIRST + 500, FIRST + CASES):
        one = document(seed)
        yield Case(one, make_schedule(one, Origin()))


def test_a_phenopacket_says_what_the_case_says_but_for_what_is_listed_as_lost() -> None:
    assert {what for what, _ in LOST} == {"realisation"}
    for case in cases():
        text = phenopacket_text(case, WHEN)
        packet = parsed(text)
        assert read_back(packet) == held(case.document)
        assert phenopacket_text(case, WHEN) == text
        check_times(case, packet)
        check_actions(case, packet)
        check_codes(packet)


def check_times(case: Case, packet: object) -> None:
    """Every time is the window that the record allows: a day only where it allows one day."""
    spans = Counter()
    for item in packet.measurements:
        if item.assay.id == "trimer:event":
            name = item.description.split("\n")[0].removeprefix("event: ")
            first, last = case.schedule.earliest(name), case.schedule.latest(name)
            kind = item.time_observed.WhichOneof("element")
            spans[kind] += 1
            if first is None or last is None:
                assert kind is None
            elif first == last:
                assert item.time_observed.timestamp.ToDatetime().date() == first
            else:
                span = item.time_observed.interval
                assert (span.start.ToDatetime().date(), span.end.ToDatetime().date()) == (first, last)
    assert sum(spans.values()) == len(case.events)


def check_actions(case: Case, packet: object) -> None:
    """Every drug, regimen and procedure is an action, and every dose a number of the record."""
    given = [x for event in case.events for x in event.given]
    counted = Counter(action.WhichOneof("action") for action in packet.medical_actions)
    assert counted["treatment"] == sum(x.drug is not None for x in given)
    assert counted["therapeutic_regimen"] == sum(x.regimen is not None for x in given)
    stated = iter([x for x in given if x.drug is not None])
    for action in packet.medical_actions:
        if action.WhichOneof("action") != "treatment":
            continue
        x = next(stated)
        text = x.amount or x.rate
        doses = action.treatment.dose_intervals
        assert len(doses) <= (len(x.days) or 1 if text else 0)
        for dose in doses:
            assert (dose.quantity.value, dose.quantity.unit.label) == units.split(text, "dose")
            assert dose.interval.start.ToDatetime() < dose.interval.end.ToDatetime()
    toxicities = [x.name for event in case.events for x in event.episodes if x.kind == "toxicity"]
    assert len(packet.phenotypic_features) == len(toxicities)


def check_codes(packet: object) -> None:
    """Every prefix has its resource, and a LOINC code is used for its own property only."""
    known = {item.namespace_prefix for item in packet.meta_data.resources}
    used = {item.assay.id.partition(":")[0] for item in packet.measurements}
    used |= {action.treatment.agent.id.partition(":")[0] for action in packet.medical_actions} - {""}
    assert used <= known
    properties = {f"LOINC:{code.code}": code.unit for code in LOINC.values()}
    for item in packet.measurements:
        if item.assay.id.startswith("LOINC:"):
            quantities = [q.quantity for q in item.complex_value.typed_quantities] or [item.value.quantity]
            assert all(units.same_dimension(q.unit.label, properties[item.assay.id]) for q in quantities)


# ---- analysis tables


def test_analysis_tables_hold_the_values_of_the_case_and_no_other() -> None:
    for case in cases():
        tables = adam(case)
        assert Counter(seen(tables)) == Counter(observed(case))
        assert Counter(given_in(tables)) == Counter(given_by(case))
        check_dates(case, tables)
        check_shape(tables)


def seen(tables: AdamTables) -> list[tuple[object, ...]]:
    names = ("SRCEVENT", "PARAMCD", "AVAL", "AVALLO", "AVALHI", "LBREASND", "LBSENS", "LBSPEC", "LBDENOM", "LBMETHOD")
    return list(zip(*(tables["ADLB"].columns[name] for name in names), strict=True))


def observed(case: Case) -> list[tuple[object, ...]]:
    """Return what the rows must be, from the case file alone."""
    found: list[tuple[object, ...]] = []
    for event in case.events:
        for x in event.observations:
            numbers = x.interval or ((x.value, x.value) if x.value is not None else ())
            unit = canonical_unit(x.observable) or ""
            low, high = (
                units.convert(n, x.unit or unit, unit, "test", molar_mass(x.observable)) for n in numbers
            ) if numbers else (None, None)  # fmt: skip
            low, high = (None if "<" in x.comparator else low), (None if ">" in x.comparator else high)
            value = low if low == high else None
            bounds = (None, None) if value is not None else (low, high)
            words = (x.specimen, x.denominator, x.method)
            found.append((event.id, codes()[x.observable], value, *bounds, x.absence, x.sensitivity, *words))
    return found


def given_in(tables: AdamTables) -> list[tuple[object, ...]]:
    names = ("SRCEVENT", "EXTRT", "PARAMCD", "AVAL", "AVALU", "EXROUTE")
    return list(zip(*(tables["ADEX"].columns[name] for name in names), strict=True))


def given_by(case: Case) -> list[tuple[object, ...]]:
    """Return a row a dose of the course, in which the chosen reading stands for an ambiguous text, and a regimen."""
    doses = [
        (d.source, d.drug, "RATE" if d.infusion else "DOSE", d.value, d.unit or None, d.route or None)
        for d in case.course().doses
    ]
    regimens = [
        (event.id, x.regimen, "REGIMEN", float(x.repeat), None, None)
        for event in case.events
        for x in event.given
        if x.regimen is not None
    ]
    return [*doses, *regimens]


def check_dates(case: Case, tables: AdamTables) -> None:
    """A date is there where the record allows one day only, and a day of treatment lies within its bounds."""
    (start,) = tables["ADSL"].columns["TRTSDT"]
    lab = tables["ADLB"].columns
    for event, day, low, high, date in zip(
        *(lab[n] for n in ("SRCEVENT", "ADY", "ADYLO", "ADYHI", "ADT")), strict=True
    ):
        first, last = case.schedule.earliest(event), case.schedule.latest(event)
        assert date == (first.isoformat() if first is not None and first == last else None)
        assert 0 not in (day, low, high)
        assert day is None or (low, high) == (None, None)
        assert low is None or high is None or low <= high
        if date and start:
            days = (dt.date.fromisoformat(date) - dt.date.fromisoformat(start)).days
            assert day == days + (days >= 0)
        if day is not None:  # its distance from the first treatment is one that the windows allow
            begun = min(w.earliest for w in (case.schedule.windows[e.id] for e in case.events if e.given))
            assert case.schedule.windows[event].latest - begun >= day - (day > 0) or math.isinf(begun)
    days = {case.schedule.earliest(p) for p in case.schedule.windows if single(case, p)}
    assert {x for x in tables["ADTTE"].columns["ADT"] if x} <= {day.isoformat() for day in days}
    for dataset in tables.datasets:
        flags = [variable.name for variable in dataset.variables if variable.name.endswith("DTF")]
        assert all(set(dataset.columns[name]) <= {None} for name in flags)


def single(case: Case, point: str) -> bool:
    """Return whether the record allows a point one day only."""
    return case.schedule.earliest(point) is not None and case.schedule.earliest(point) == case.schedule.latest(point)


def check_shape(tables: AdamTables) -> None:
    for dataset in tables.datasets:
        assert {len(column) for column in dataset.columns.values()} == {dataset.records}
        assert all(len(v.name) <= NAME and len(v.label) <= LABEL for v in dataset.variables)
        assert all("VIRTUAL" not in v.label for v in dataset.variables)
        header, *read = csv.reader(io.StringIO(csv_text(dataset), newline=""))
        assert header == [variable.name for variable in dataset.variables]
        assert read == [["" if value is None else str(value) for value in row] for row in dataset.rows()]
        json.dumps(dataset.rows(), allow_nan=False)


def test_a_malformed_case_is_refused_or_exported_and_nothing_else() -> None:
    """Files are spoilt in many ways; whatever is read is a case, and a case is exported."""
    sources = [dump_case(case).encode() for case in list(cases())[:20]]
    refused = 0
    for seed in range(10 * FIRST, 10 * FIRST + MALFORMED):
        payload = malformed(sources[seed % len(sources)], seed)
        try:
            case = read_case(payload.decode("utf-8", "replace"))
        except TrimerError:
            refused += 1
            continue
        assert read_back(parsed(phenopacket_text(case, WHEN))) == held(case.document)
        check_shape(adam(case))
    assert refused > MALFORMED / 5
