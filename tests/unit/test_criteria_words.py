"""Free text: a claim, its denial, its neighbour's denial, and the cause of a death."""

from __future__ import annotations

import re

import pytest

from trimer.criteria.words import claims, died_of, told

PRESSOR = re.compile(r"vasopressors?|norepinephrine", re.I)
VENTILATOR = re.compile(r"intubat\w*|ventilat\w*", re.I)
INTENSIVE = re.compile(r"intensive care|\bICU\b", re.I)
CRS = re.compile(r"cytokine release|\bCRS\b", re.I)
THREAT = re.compile(r"life.?threatening", re.I)
REMISSION = re.compile(r"complete remission|\bCR\b", re.I)
PANCREATITIS = re.compile(r"pancreatitis", re.I)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("vasopressors for two days", PRESSOR),
        ("hypotension not responsive to fluids requiring norepinephrine", PRESSOR),
        ("no response to fluids and transferred to ICU", INTENSIVE),
        ("no response to fluids, intensive care", INTENSIVE),
        ("not intubated, vasopressors", PRESSOR),
        ("intubated without delay", VENTILATOR),
        ("life-threatening", THREAT),
        ("pathology documented CR", REMISSION),
        ("still in complete remission", REMISSION),
        ("complete remission with no circulating blasts", REMISSION),
        ("severe pancreatitis, asparaginase not given again", PANCREATITIS),
        ("CRS: fever and hypotension", CRS),
        ("CRS was not fatal", CRS),
        ("intubated patient was not responsive", VENTILATOR),
        ("no fever, hypotension treated with vasopressors or steroids", PRESSOR),
        ("CR lost to follow-up", REMISSION),
    ],
)
def test_a_claim(text: str, pattern: re.Pattern[str]) -> None:
    assert claims(text, pattern)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("no vasopressors needed", PRESSOR),
        ("vasopressors were not needed", PRESSOR),
        ("without need for vasopressors", PRESSOR),
        ("hypotension, not intubated", VENTILATOR),
        ("non-life-threatening", THREAT),
        ("not a life-threatening course", THREAT),
        ("failed to achieve complete remission", REMISSION),
        ("complete remission not achieved", REMISSION),
        ("complete remission was not achieved", REMISSION),
        ("complete remission lost", REMISSION),
        ("loss of complete remission", REMISSION),
        ("CR ruled out", REMISSION),
        ("no pancreatitis", PANCREATITIS),
        ("pancreatitis ruled out", PANCREATITIS),
        ("absence of CRS", CRS),
        ("possible CRS", CRS),
        ("fluids", PRESSOR),
        ("hypotension not requiring vasopressors", PRESSOR),
        ("no longer requiring vasopressors", PRESSOR),
        ("no fluids, vasopressors or oxygen", PRESSOR),
        ("without fever and intubation", VENTILATOR),
        ("intubation avoided", VENTILATOR),
        ("vasopressors if needed", PRESSOR),
        ("may be life-threatening", THREAT),
    ],
)
def test_no_claim(text: str, pattern: re.Pattern[str]) -> None:
    assert not claims(text, pattern)


@pytest.mark.parametrize(
    "text",
    [
        "died of CRS",
        "death from cytokine release",
        "fatal CRS",
        "CRS, fatal",
        "CRS: died",
        "died due to CRS",
        "death cytokine release syndrome",
        "died on day 12 of CRS",
        "CRS, the patient died",
        "CRS grade 5, died",
    ],
)
def test_a_death_of_it(text: str) -> None:
    assert died_of(text, CRS)


@pytest.mark.parametrize(
    "text",
    [
        "died of sepsis after CRS had resolved", "died of relapse, no CRS", "non-fatal CRS", "CRS, not fatal",
        "alive after CRS", "CRS", "died of sepsis; CRS on day 3", "died in remission; CRS on day 3",
        "death, CRS resolved", "death sepsis, CRS resolved",
    ],
)  # fmt: skip
def test_no_death_of_it(text: str) -> None:
    assert not died_of(text, CRS)


@pytest.mark.parametrize(
    ("name", "detail", "claimed"),
    [
        ("vasopressors", "", True),
        ("vasopressors", "number and dose not stated", True),
        ("vasopressors", "not needed", False),
        ("vasopressors", "ruled out by the chart", False),
        ("fluids", "no vasopressors needed", False),
        ("fluids", "then vasopressors", True),
        ("vasopressors", "not intubated", True),
    ],
)
def test_an_event_claims_by_name_or_detail_unless_its_detail_takes_it_back(
    name: str, detail: str, claimed: bool
) -> None:
    assert told(name, detail, PRESSOR) == claimed
