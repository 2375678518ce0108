"""SYNTHETIC TEST DATA for the report: a made-up ReplayResult with the shape of the reference case.

Nothing here was measured, simulated or fitted: curves are drawn through hand-placed points, so that figures, page and
terminal can be tested (and looked at) without an engine. Never cite a number from this file.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np

from trimer.observables import OBSERVABLES
from trimer.study.result import (
    Curves,
    DoseItem,
    ObservationItem,
    ParameterItem,
    ReplayResult,
    StateItem,
    TimelineItem,
    VerdictItem,
)

ORIGIN = dt.date(2014, 1, 1)
CYCLE = 411.0  # first engager day
Points = Sequence[tuple[float, float]]

# Hand-placed points: day, value. Logarithmic observables are joined on the log scale.
SHAPES: dict[str, Points] = {
    "marrow_blast_percent": [
        (0, 88),
        (12, 92),
        (16, 60),
        (24, 8),
        (36, 0.9),
        (50, 0.4),
        (72, 0.2),
        (95, 0.05),
        (150, 0.03),
        (200, 0.1),
        (240, 0.8),
        (275, 6),
        (300, 38),
        (318, 79),
        (328, 76),
        (334, 40),
        (350, 28),
        (372, 43),
        (378, 44),
        (386, 38),
        (400, 58),
        (411, 69),
        (413, 55),
        (415, 58),
        (420, 22),
        (426, 1.2),
        (434, 0.02),
        (450, 0.006),
        (560, 0.004),
        (610, 0.02),
        (622, 0.01),
        (650, 0.06),
        (700, 1.5),
        (740, 14),
        (770, 52),
        (790, 84),
        (820, 92),
    ],
    "mrd_marrow": [(0, 0.9), (36, 0.004), (150, 2e-4), (318, 0.79), (411, 0.69), (434, 1e-4), (560, 3e-5), (820, 0.9)],
    "blasts_blood": [
        (0, 120),
        (14, 155),
        (18, 9),
        (30, 0.02),
        (120, 0.001),
        (240, 0.004),
        (300, 0.4),
        (318, 2.6),
        (335, 0.05),
        (372, 0.7),
        (390, 0.2),
        (411, 1.6),
        (412, 0.2),
        (415, 0.1),
        (422, 0.002),
        (440, 0.0005),
        (640, 0.0008),
        (720, 0.05),
        (770, 9),
        (784, 48),
        (800, 55),
        (820, 90),
    ],
    "b_lineage_blast_percent": [(0, 96), (38, 2.1), (150, 0.5), (318, 98), (434, 0.4), (620, 0.2), (820, 97)],
    "cd19_dim_percent": [(0, 2), (411, 3), (430, 30), (560, 45), (650, 70), (700, 84), (770, 92), (820, 96)],
    "wbc": [
        (0, 130),
        (14, 164),
        (19, 12),
        (26, 1.1),
        (40, 3.4),
        (70, 5),
        (76, 0.9),
        (90, 5),
        (97, 0.8),
        (112, 4.6),
        (119, 0.9),
        (133, 4.2),
        (140, 0.8),
        (156, 4),
        (163, 0.8),
        (180, 3.6),
        (187, 0.8),
        (205, 3.4),
        (212, 0.7),
        (232, 3),
        (280, 2.2),
        (318, 5.4),
        (334, 0.3),
        (355, 1.1),
        (372, 2.2),
        (388, 0.2),
        (411, 2.6),
        (412, 1.2),
        (418, 1.8),
        (440, 4.2),
        (520, 4.4),
        (620, 4.8),
        (720, 4.6),
        (770, 15),
        (784, 70),
        (820, 130),
    ],
    "anc": [
        (0, 2.5),
        (20, 0.6),
        (26, 0.15),
        (38, 1.5),
        (70, 3),
        (78, 0.1),
        (90, 3.2),
        (99, 0.12),
        (112, 3),
        (121, 0.1),
        (133, 2.8),
        (142, 0.1),
        (156, 2.6),
        (165, 0.1),
        (180, 2.3),
        (189, 0.1),
        (205, 2.1),
        (214, 0.1),
        (232, 1.8),
        (290, 0.9),
        (318, 0.6),
        (338, 0.02),
        (360, 0.4),
        (372, 0.5),
        (390, 0.01),
        (411, 0.3),
        (420, 0.7),
        (436, 1.9),
        (470, 2.4),
        (500, 1.4),
        (620, 2.9),
        (720, 2.6),
        (770, 1.4),
        (820, 0.3),
    ],
    "platelets": [
        (0, 34),
        (14, 27),
        (24, 22),
        (38, 140),
        (70, 260),
        (80, 28),
        (92, 210),
        (102, 26),
        (114, 190),
        (124, 24),
        (135, 180),
        (145, 22),
        (158, 160),
        (168, 20),
        (182, 150),
        (192, 20),
        (207, 130),
        (217, 18),
        (235, 120),
        (290, 60),
        (318, 34),
        (338, 8),
        (362, 24),
        (372, 28),
        (392, 6),
        (411, 16),
        (420, 34),
        (438, 230),
        (470, 240),
        (560, 150),
        (620, 210),
        (720, 160),
        (766, 80),
        (784, 21),
        (820, 9),
    ],
    "haemoglobin": [(0, 10.2), (60, 10.8), (240, 10.1), (318, 8.6), (411, 8.1), (470, 11.2), (720, 12.2), (820, 8.4)],
    "t_cells_blood": [
        (0, 1.4),
        (20, 0.5),
        (60, 0.7),
        (120, 0.4),
        (240, 0.35),
        (318, 0.5),
        (338, 0.06),
        (372, 0.3),
        (388, 0.03),
        (410.9, 0.32),
        (411.4, 0.03),
        (412.5, 0.1),
        (414, 0.16),
        (415.1, 0.2),
        (415.5, 0.08),
        (418, 0.4),
        (422, 0.62),
        (422.5, 0.3),
        (425, 0.7),
        (432, 1.1),
        (450, 0.9),
        (560, 0.6),
        (609, 0.7),
        (609.6, 0.2),
        (614, 0.9),
        (700, 0.9),
        (763, 0.8),
        (763.5, 0.3),
        (768, 0.9),
        (820, 0.5),
    ],
    "b_cells_blood": [
        (0, 0.08),
        (22, 0.01),
        (70, 0.03),
        (120, 0.02),
        (240, 0.015),
        (300, 0.02),
        (338, 0.003),
        (372, 0.006),
        (411, 0.004),
        (412.5, 0.0004),
        (440, 0.0002),
        (470, 0.002),
        (560, 0.05),
        (608, 0.09),
        (610, 0.0008),
        (640, 0.002),
        (720, 0.08),
        (762, 0.06),
        (765, 0.0005),
        (820, 0.0005),
    ],
    "il6": [
        (0, 6),
        (411, 7),
        (411.3, 90),
        (411.7, 240),
        (412.3, 130),
        (412.8, 420),
        (413.3, 900),
        (413.8, 700),
        (414.6, 150),
        (415.1, 60),
        (415.6, 95),
        (416.5, 40),
        (419, 14),
        (422, 9),
        (422.5, 46),
        (423.5, 22),
        (428, 7),
        (440, 5),
        (609, 5),
        (609.5, 18),
        (611, 6),
        (763, 5),
        (763.6, 40),
        (766, 9),
        (820, 6),
    ],
    "temperature": [
        (0, 36.9),
        (411, 37.0),
        (411.5, 37.9),
        (412.2, 37.7),
        (412.8, 39.0),
        (413.1, 39.4),
        (413.7, 38.8),
        (414.5, 37.8),
        (415.2, 37.2),
        (415.7, 37.6),
        (417, 37.1),
        (422.2, 37.0),
        (422.7, 37.6),
        (424, 37.0),
        (820, 36.9),
    ],
    "hypotension": [(0, 0), (412.5, 0), (412.9, 1.4), (413.2, 2.6), (414.2, 2.1), (414.9, 0.8), (415.6, 0), (820, 0)],
    "hypoxia": [(0, 0), (412.8, 0), (413.4, 0.9), (414.3, 0.4), (415.2, 0), (820, 0)],
    "blinatumomab_plasma": [(0, 0), (411, 0), (411.4, 0.19), (413, 0.2), (413.3, 0.01), (820, 0)],
}
CLONES: dict[str, Points] = {
    "chemosensitive": [(0, 700), (14, 820), (36, 3), (90, 0.02), (160, 3e-4), (240, 1e-4), (300, 0.01), (820, 1e-4)],
    "chemoresistant": [
        (0, 40),
        (14, 55),
        (36, 6),
        (72, 1.5),
        (150, 0.3),
        (240, 8),
        (300, 300),
        (318, 620),
        (350, 190),
        (372, 340),
        (386, 240),
        (411, 560),
        (422, 90),
        (434, 0.02),
        (460, 1e-3),
        (560, 3e-4),
        (620, 1e-3),
        (720, 1),
        (820, 40),
    ],
    "cd19_dim": [
        (0, 0.02),
        (36, 1e-3),
        (240, 0.03),
        (318, 3),
        (350, 1.4),
        (372, 3),
        (411, 6),
        (440, 0.3),
        (560, 0.2),
        (620, 0.9),
        (700, 14),
        (740, 110),
        (770, 420),
        (790, 640),
        (820, 900),
    ],
    "persister": [(0, 1), (36, 0.4), (150, 0.15), (240, 0.2), (318, 2), (411, 3), (440, 0.05), (560, 0.04), (820, 1)],
}
STEADY = {"temperature": 0.25, "haemoglobin": 1.4, "hypotension": 0.4, "hypoxia": 0.4}


def _curve(name: str, points: Points, days: np.ndarray) -> np.ndarray:
    x, y = np.array(points, dtype=float).T
    log = name in CLONES or (name not in STEADY and float(y.min()) > 0)
    return np.exp(np.interp(days, x, np.log(y))) if log else np.interp(days, x, y)


def _band(name: str, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a made-up prior band: the shape shifted in time and spread over decades."""
    middle = _curve(name, SHAPES[name], days - 6.0)
    swell = 1.0 + 0.4 * np.sin(days / 60.0)
    if name in STEADY:
        width = STEADY[name] * (1.0 + 1.5 * np.exp(-(((days - CYCLE - 2.5) / 3.0) ** 2)))
        low, high = middle - width * swell, middle + width * swell
        return (np.maximum(low, 0.0), middle, high) if name != "temperature" else (low, middle, high)
    middle = np.exp(0.7 * np.log(np.maximum(middle, 1e-9)) + 0.3 * np.log(np.maximum(middle, 1e-9)).mean())
    factor = np.exp(1.6 * swell)
    low, high = middle / factor**1.3, middle * factor
    if name.endswith("_percent"):
        low, middle, high = (np.minimum(v, c) for v, c in ((low, 90.0), (middle, 95.0), (high, 99.5)))
    return low, middle, high


def _curves(days: np.ndarray) -> Curves:
    bands = {name: _band(name, days) for name in SHAPES}
    listed = [{name: tuple(map(float, band[i])) for name, band in bands.items()} for i in range(3)]
    return Curves(
        days=tuple(map(float, days)),
        fitted={name: tuple(map(float, _curve(name, points, days))) for name, points in SHAPES.items()},
        low=listed[0],
        median=listed[1],
        high=listed[2],
        units={name: OBSERVABLES[name].unit for name in SHAPES},
        labels={name: OBSERVABLES[name].label for name in SHAPES},
    )


def _day(text: str) -> float:
    return float((dt.date.fromisoformat(text) - ORIGIN).days)


# event, kind, label, start, end, earliest, latest, precision, date text, notes
EVENTS: tuple[tuple[str, str, str, float, float, float, float, str, str, tuple[str, ...]], ...] = (
    (
        "demography",
        "demography",
        "Woman, 32 years, pregnant (week 24)",
        12,
        12,
        0,
        18,
        "month",
        "2014-01",
        (
            "A9: week 24 to delivery in week 34 and cycle 2 one week later put presentation no later than 19 January 2014.",  # noqa: E501
        ),
    ),
    ("symptoms", "symptom", "Submandibular swelling and pain", 0, 12, -14, 12, "relative", "2 weeks before", ()),
    ("counts-at-diagnosis", "laboratory", "Blood counts at diagnosis", 14, 14, 0, 18, "month", "2014-01", ()),
    (
        "flow-at-diagnosis",
        "laboratory",
        "Flow cytometry of blood",
        14,
        14,
        0,
        18,
        "month",
        "2014-01",
        ("A8: 94.4 % by differential and 90 % by flow are two observations by two methods.",),
    ),
    ("karyotype", "genetics", "Karyotype 46,XX; Ph negative", 14, 14, 0, 18, "month", "2014-01", ()),
    ("fish", "genetics", "BCR/ABL and MLL negative (FISH)", 14, 14, 0, 18, "month", "2014-01", ()),
    (
        "induction",
        "regimen",
        "Modified Linker induction",
        15,
        77,
        1,
        19,
        "month",
        "2014-01",
        (
            "A11: not the published Linker 2002 regimen; kept under its own name.",
            "A10: prednisone to day 62, vincristine to day 44: one long block.",
        ),
    ),
    ("csf", "laboratory", "CSF negative", 30, 30, 15, 77, "order", "during induction", ()),
    (
        "marrow-day-38",
        "procedure",
        "Marrow biopsy, day 38",
        52,
        52,
        38,
        56,
        "relative",
        "induction day 38",
        (
            "A4: complete remission by counts beside residual disease by flow; the blast share itself is missing, not zero.",  # noqa: E501
        ),
    ),
    (
        "flow-day-38",
        "laboratory",
        "Immature B cells 1.8 % of B cells",
        52,
        52,
        38,
        56,
        "relative",
        "induction day 38",
        (
            "A5: the denominator is B cells, so this is not an MRD level; MRD is 0.018 to 0.09 % if B cells are 1 to 5 %.",  # noqa: E501
            "A6: read naively it fails MRD < 1 %.",
        ),
    ),
    (
        "counts-day-38",
        "laboratory",
        "Counts about day 38",
        52,
        52,
        38,
        56,
        "relative",
        "about day 38",
        ("A7: both above the limits of every definition.",),
    ),
    ("delivery", "obstetric", "Caesarean section, healthy girl", 68, 68, 58, 82, "relative", "gestation week 34", ()),
    (
        "hypercvad-b1",
        "regimen",
        "HyperCVAD part B, cycle 1",
        75,
        96,
        65,
        89,
        "month",
        "2014-03",
        ("A12: part B before part A.",),
    ),
    (
        "intrathecal",
        "procedure",
        "Ommaya reservoir, intrathecal methotrexate",
        76,
        240,
        65,
        290,
        "order",
        "2014-03 onward",
        ("A13: methotrexate twice a cycle; the usual second drug is cytarabine.",),
    ),
    (
        "hypercvad-rest",
        "regimen",
        "HyperCVAD, six more cycles",
        97,
        275,
        90,
        300,
        "order",
        "2014-03 to 2014-10",
        ("A14: seven cycles of 21 days end in August at the earliest; delays are implied.",),
    ),
    ("cytopenia", "laboratory", "Worsening cytopenia", 295, 295, 275, 318, "order", "shortly after", ()),
    ("relapse-1", "procedure", "First relapse: 79 % blasts", 318, 318, 304, 333, "month", "2014-11", ()),
    (
        "salvage-1",
        "regimen",
        "Cytarabine + mitoxantrone",
        327,
        332,
        318,
        364,
        "order",
        "2014-11 to 2014-12",
        ("A15: one dose of 60 mg/m2 mitoxantrone is unusual but a published schedule.", "A16: once daily, five days."),
    ),
    ("marrow-jan", "procedure", "Marrow: 43 % blasts", 372, 372, 365, 395, "month", "2015-01", ()),
    ("salvage-2", "regimen", "CLAG", 382, 388, 372, 395, "month", "2015-01", ()),
    (
        "marrow-clag",
        "procedure",
        "Marrow: 68 % blasts",
        410,
        410,
        400,
        423,
        "relative",
        "4 weeks after CLAG",
        ("A17: consistent with a start of blinatumomab in February.",),
    ),
    (
        "blinatumomab-1",
        "drug",
        "Blinatumomab, cycle 1",
        411,
        439,
        396,
        423,
        "month",
        "2015-02",
        ("A20: premedication and prephase are missing, not stated as not given.",),
    ),
    (
        "crs",
        "toxicity",
        "Fever 39.3 C, hypotension, ICU",
        413,
        413,
        398,
        425,
        "relative",
        "blinatumomab day 3",
        ("A23: grade not given; number of vasopressors not given.", "A24: the plural may be generic."),
    ),
    ("hold", "hold", "Blinatumomab held; tocilizumab, methylprednisolone", 413, 415, 398, 427, "relative", "day 3", ()),
    (
        "restart",
        "resume",
        "Blinatumomab restarted at 9 ug/day",
        415,
        415,
        400,
        427,
        "relative",
        "2 days later",
        ("A18: 2 days before and 7 after the hold make the 9 days; other readings are kept.",),
    ),
    (
        "step",
        "step",
        "Blinatumomab raised to 28 ug/day",
        422,
        439,
        407,
        434,
        "relative",
        "after 9 days",
        ("A19: to calendar day 28 or to infusion day 28; the first is simulated.",),
    ),
    (
        "marrow-cr",
        "procedure",
        "Marrow: no immature B cells",
        443,
        443,
        439,
        453,
        "order",
        "after cycle 1",
        ("A22: negative with unknown sensitivity.",),
    ),
    (
        "counts-cr",
        "laboratory",
        "Platelets 247, ANC > 1",
        443,
        443,
        439,
        453,
        "order",
        "same time",
        ("A21: the ANC is a lower bound.",),
    ),
    ("no-transplant", "decision", "Not eligible for transplantation", 450, 450, 443, 480, "order", "after", ()),
    (
        "maintenance",
        "regimen",
        "MTX, vincristine, asparaginase, dexamethasone",
        462,
        574,
        453,
        590,
        "order",
        "spring to summer 2015",
        (),
    ),
    ("pancreatitis", "toxicity", "Acute pancreatitis", 576, 576, 560, 607, "order", "after 4 cycles", ()),
    ("marrow-aug", "procedure", "Marrow: still in remission", 590, 590, 577, 607, "month", "2015-08", ()),
    (
        "blinatumomab-2",
        "drug",
        "Blinatumomab, two weeks",
        609,
        623,
        608,
        637,
        "month",
        "2015-09",
        ("Dose not stated; 28 ug/day assumed.",),
    ),
    ("counts-normal", "laboratory", "Normal blood counts", 690, 690, 622, 760, "order", "2015-09 to 2016-01", ()),
    (
        "relapse-2",
        "procedure",
        "Second relapse, CD19 dim",
        762,
        762,
        761,
        789,
        "month",
        "2016-02",
        ("A26: dim is neither negative nor normal.", "A27: the blast share is missing."),
    ),
    (
        "blinatumomab-3",
        "drug",
        "Blinatumomab again",
        766,
        800,
        761,
        789,
        "month",
        "2016-02",
        ("A25: called refractory before a full cycle.",),
    ),
    (
        "failure",
        "laboratory",
        "71 % blasts in blood, platelets 19",
        780,
        780,
        775,
        803,
        "relative",
        "2 weeks later",
        (),
    ),
    ("status", "status", "Alive, receiving additional treatment", 815, 815, 790, 850, "order", "report time", ()),
)


def _timeline() -> tuple[TimelineItem, ...]:
    return tuple(
        TimelineItem(event, i, kind, label, start, end, earliest, latest, precision, date, notes)
        for i, (event, kind, label, start, end, earliest, latest, precision, date, notes) in enumerate(EVENTS, start=1)
    )


def _dose(
    drug: str, start: float, length: float, amount: float, unit: str, route: str, kind: str, event: str
) -> DoseItem:
    return DoseItem(drug, drug.replace("_", " "), start, start + length, amount, unit, route, kind, event)


def _doses() -> tuple[DoseItem, ...]:
    found: list[DoseItem] = []

    def give(
        drug: str,
        days: Sequence[float],
        length: float,
        amount: float,
        route: str,
        event: str,
        kind: str = "stated",
        unit: str = "mg",
    ) -> None:
        found.extend(_dose(drug, d, length, amount, unit, route, kind, event) for d in days)

    give("cyclophosphamide", [15], 0.04, 1700, "iv", "induction")
    give("vincristine", [15 + d for d in (0, 7, 14, 21, 29, 36, 43)], 0, 2, "iv", "induction")
    give("daunorubicin", [15, 16, 17, 44, 45], 0.01, 85, "iv", "induction")
    give("prednisone", [15 + d for d in range(62)], 0, 90, "po", "induction")
    for cycle, start in enumerate((75, 97, 119, 141, 163, 187, 212)):
        event = "hypercvad-b1" if cycle == 0 else "hypercvad-rest"
        if cycle % 2 == 0:
            give("methotrexate", [start], 1.0, 1700, "civ", event)
            give("cytarabine", [start + 1 + i / 2 for i in range(4)], 0.08, 5100, "iv", event)
        else:
            give("cyclophosphamide", [start + i / 2 for i in range(6)], 0.12, 510, "iv", event)
            give("vincristine", [start + 3, start + 10], 0, 2, "iv", event)
            give("doxorubicin", [start + 3], 1.0, 85, "civ", event)
            give("dexamethasone", [start + d for d in (0, 1, 2, 3, 10, 11, 12, 13)], 0, 40, "po", event)
        give("methotrexate_it", [start + 1, start + 7], 0, 6, "it", "intrathecal", "assumed")
    give("cytarabine", [327 + i for i in range(5)], 0.125, 5100, "iv", "salvage-1")
    give("mitoxantrone", [327], 0.02, 102, "iv", "salvage-1")
    give("cladribine", [382 + i for i in range(5)], 0.08, 8.5, "iv", "salvage-2", "assumed")
    give("cytarabine", [382 + i for i in range(5)], 0.16, 3400, "iv", "salvage-2", "assumed")
    give("filgrastim", [381 + i for i in range(6)], 0, 0.3, "sc", "salvage-2", "assumed")
    give("blinatumomab", [411], 2, 18, "civ", "blinatumomab-1", unit="ug")
    give("tocilizumab", [413.1], 0.04, 560, "iv", "hold")
    give("methylprednisolone", [413.1, 413.6, 414.1], 0.02, 60, "iv", "hold", "assumed")
    give("blinatumomab", [415], 7, 63, "civ", "restart", unit="ug")
    give("blinatumomab", [422], 17, 476, "civ", "step", unit="ug")
    for start in (462, 490, 518, 546):
        give("methotrexate", [start], 0.2, 340, "iv", "maintenance", "assumed")
        give("vincristine", [start], 0, 2, "iv", "maintenance", "assumed")
        give("pegaspargase", [start + 1], 0.08, 4250, "iv", "maintenance", "assumed", "IU")
        give("dexamethasone", [start + d for d in range(5)], 0, 10, "po", "maintenance", "assumed")
    give("blinatumomab", [609], 14, 392, "civ", "blinatumomab-2", "assumed", "ug")
    give("blinatumomab", [766], 7, 63, "civ", "blinatumomab-3", "assumed", "ug")
    give("blinatumomab", [773], 21, 588, "civ", "blinatumomab-3", "assumed", "ug")
    return tuple(found)


INF, NAN = math.inf, math.nan
# event, observable, day, recorded text, low, high, fitted, band, role, remark, agreement, hit
OBSERVED: tuple[
    tuple[
        str, str, float, str, float, float, float | None, tuple[float, float, float] | None, str, str, str, bool | None
    ],
    ...,
] = (
    (
        "counts-at-diagnosis",
        "wbc",
        14,
        "164",
        164,
        164,
        158.0,
        (38, 120, 310),
        "fitted",
        "",
        "within a factor of 2",
        True,
    ),
    (
        "counts-at-diagnosis",
        "blood_blast_percent",
        14,
        "94.4 %",
        94.4,
        94.4,
        91.2,
        (62, 88, 98),
        "fitted",
        "by differential",
        "within 10 points",
        True,
    ),
    (
        "flow-at-diagnosis",
        "blood_blast_percent",
        14,
        "90 %",
        90,
        90,
        91.2,
        (62, 88, 98),
        "fitted",
        "by flow",
        "within 10 points",
        True,
    ),
    (
        "counts-at-diagnosis",
        "platelets",
        14,
        "27",
        27,
        27,
        31,
        (9, 34, 120),
        "fitted",
        "",
        "within a factor of 2",
        True,
    ),
    (
        "counts-at-diagnosis",
        "haemoglobin",
        14,
        "10.4 g/dL",
        10.4,
        10.4,
        9.8,
        (7.1, 9.4, 11.8),
        "fitted",
        "",
        "within a factor of 2",
        True,
    ),
    (
        "marrow-day-38",
        "marrow_blast_percent",
        52,
        "not stated",
        NAN,
        NAN,
        0.4,
        (0.01, 0.6, 12),
        "not used",
        "blast share not stated",
        "not comparable",
        None,
    ),
    (
        "flow-day-38",
        "b_lineage_blast_percent",
        52,
        "1.8 % of B cells",
        1.8,
        1.8,
        2.1,
        (0.05, 2.2, 40),
        "fitted",
        "",
        "within a factor of 2",
        True,
    ),
    (
        "flow-day-38",
        "mrd_marrow",
        52,
        "0.018 to 0.09 %",
        1.8e-4,
        9e-4,
        1.1e-3,
        (3e-5, 1e-3, 0.1),
        "not used",
        "derived from 1.8 % of B cells with B cells 1 to 5 % of marrow",
        "miss: above the interval",
        False,
    ),
    (
        "counts-day-38",
        "platelets",
        52,
        "140",
        140,
        140,
        164,
        (40, 130, 260),
        "fitted",
        "",
        "within a factor of 2",
        True,
    ),
    ("counts-day-38", "anc", 52, "1.43", 1.43, 1.43, 1.7, (0.3, 1.6, 4.1), "fitted", "", "within a factor of 2", True),
    ("cytopenia", "anc", 295, "worsening", NAN, NAN, 0.9, None, "not used", "no numbers", "not comparable", None),
    (
        "relapse-1",
        "marrow_blast_percent",
        318,
        "79 %",
        79,
        79,
        77.6,
        (0.3, 41, 96),
        "fitted",
        "",
        "within 10 points",
        True,
    ),
    (
        "marrow-jan",
        "marrow_blast_percent",
        372,
        "43 %",
        43,
        43,
        44.1,
        (0.02, 18, 90),
        "fitted",
        "",
        "within 10 points",
        True,
    ),
    (
        "marrow-clag",
        "marrow_blast_percent",
        410,
        "68 %",
        68,
        68,
        66.0,
        (0.01, 25, 95),
        "fitted",
        "",
        "within 10 points",
        True,
    ),
    (
        "crs",
        "temperature",
        413,
        "39.3 C",
        39.28,
        39.28,
        39.4,
        (37.4, 38.2, 39.9),
        "fitted",
        "102.7 F",
        "within 0.5 C",
        True,
    ),
    (
        "crs",
        "hypotension",
        413,
        "vasopressors, 2 days",
        2,
        3,
        2.4,
        (0, 0.4, 3),
        "fitted",
        "number not stated",
        "inside the interval",
        True,
    ),
    ("crs", "hypoxia", 413, "not stated", NAN, NAN, 0.7, (0, 0.1, 2), "not used", "not stated", "not comparable", None),
    (
        "marrow-cr",
        "marrow_blast_percent",
        443,
        "no increase (<= 5 %)",
        0,
        5,
        0.008,
        (1e-4, 0.2, 88),
        "fitted",
        "",
        "inside the interval",
        True,
    ),
    (
        "marrow-cr",
        "mrd_marrow",
        443,
        "negative, sensitivity not stated",
        0,
        1e-3,
        8e-5,
        (1e-8, 1e-3, 0.9),
        "fitted",
        "assay floor 1e-4 to 1e-3 assumed",
        "inside the interval",
        True,
    ),
    ("counts-cr", "platelets", 443, "247", 247, 247, 231, (12, 140, 290), "fitted", "", "within a factor of 2", True),
    ("counts-cr", "anc", 443, "> 1", 1, INF, 1.96, (0.1, 1.5, 4.4), "fitted", "", "inside the interval", True),
    (
        "marrow-aug",
        "marrow_blast_percent",
        590,
        "<= 5 %",
        0,
        5,
        0.006,
        (1e-5, 0.3, 93),
        "fitted",
        "",
        "inside the interval",
        True,
    ),
    (
        "counts-normal",
        "wbc",
        690,
        "4 to 11",
        4,
        11,
        4.6,
        (2.2, 5.0, 12),
        "not used",
        "'normal blood counts'",
        "inside the interval",
        True,
    ),
    (
        "counts-normal",
        "platelets",
        690,
        "150 to 400",
        150,
        400,
        161,
        (30, 180, 300),
        "not used",
        "'normal blood counts'",
        "inside the interval",
        True,
    ),
    (
        "counts-normal",
        "anc",
        690,
        "1.8 to 7.5",
        1.8,
        7.5,
        2.7,
        (0.8, 2.6, 5.2),
        "not used",
        "'normal blood counts'",
        "inside the interval",
        True,
    ),
    ("relapse-2", "wbc", 762, "16.4", 16.4, 16.4, 11.9, (2.0, 5.2, 40), "fitted", "", "within a factor of 2", True),
    ("relapse-2", "platelets", 762, "75", 75, 75, 92, (12, 150, 290), "fitted", "", "within a factor of 2", True),
    (
        "relapse-2",
        "cd19_dim_percent",
        762,
        "mostly dim (> 50 %)",
        50,
        100,
        91,
        (0, 4, 97),
        "fitted",
        "text 'dim'",
        "inside the interval",
        True,
    ),
    ("failure", "wbc", 780, "74.4", 74.4, 74.4, 31.0, (1.5, 6.0, 120), "fitted", "", "miss: 2.4 times too low", False),
    ("failure", "platelets", 780, "19", 19, 19, 25, (6, 90, 260), "fitted", "", "within a factor of 2", True),
    (
        "failure",
        "blasts_blood",
        780,
        "52.8",
        52.8,
        52.8,
        20.4,
        (1e-3, 0.4, 95),
        "fitted",
        "71 % of 74.4",
        "miss: 2.6 times too low",
        False,
    ),
    ("failure", "blood_blast_percent", 780, "71 %", 71, 71, 66, (0.1, 9, 96), "fitted", "", "within 10 points", True),
)


def _observations() -> tuple[ObservationItem, ...]:
    dates = {event: date for event, _, _, _, _, _, _, _, date, _ in EVENTS}
    return tuple(
        ObservationItem(
            event,
            name,
            OBSERVABLES[name].label,
            OBSERVABLES[name].unit,
            day,
            dates[event],
            text,
            low,
            high,
            fitted,
            band,
            role,
            remark,
            agreement,
            hit,
        )
        for event, name, day, text, low, high, fitted, band, role, remark, agreement, hit in OBSERVED
    )


def _judged(
    category: str,
    reason: str,
    decided: Sequence[tuple[str, object, str, bool]] = (),
    missing: Sequence[str] = (),
    pending: Sequence[str] = (),
) -> dict[str, object]:
    parts = [{"observable": o, "value": v, "threshold": t, "met": m} for o, v, t, m in decided]
    return {
        "category": category,
        "reason": reason,
        "decided_by": parts,
        "missing": list(missing),
        "pending": list(pending),
    }


# assessment, label, day, date, record category, simulation category, decisive observable, value, value, threshold
JUDGED: tuple[tuple[str, str, float, str, str, str, str, object, object, str], ...] = (
    ("day-38", "Induction day 38", 52, "induction day 38", "CR", "CR", "anc", 1.43, 1.7, "> 1.0"),
    (
        "relapse-1",
        "Marrow, November 2014",
        318,
        "2014-11",
        "relapse",
        "relapse",
        "marrow_blast_percent",
        79,
        77.6,
        "> 5",
    ),
    (
        "after-salvage-1",
        "After cytarabine + mitoxantrone",
        372,
        "2015-01",
        "refractory",
        "refractory",
        "marrow_blast_percent",
        43,
        44.1,
        "> 5",
    ),
    (
        "after-clag",
        "After CLAG",
        410,
        "4 weeks after CLAG",
        "refractory",
        "refractory",
        "marrow_blast_percent",
        68,
        66.0,
        "> 5",
    ),
    (
        "after-blinatumomab",
        "After blinatumomab cycle 1",
        443,
        "after cycle 1",
        "CR",
        "CR",
        "platelets",
        247,
        231,
        "> 100",
    ),
    ("august-2015", "Marrow, August 2015", 590, "2015-08", "CR", "CR", "marrow_blast_percent", "<= 5", 0.006, "<= 5"),
    ("relapse-2", "February 2016", 762, "2016-02", "relapse", "relapse", "marrow_blast_percent", None, 46.0, "> 5"),
    (
        "retreatment",
        "Two weeks into re-treatment",
        780,
        "2 weeks later",
        "progressive disease",
        "progressive disease",
        "blood_blast_percent",
        71,
        66.0,
        "> 5",
    ),
)


def _verdicts() -> tuple[VerdictItem, ...]:
    found = []
    for name in ("AMG", "CIBMTR"):
        for i, (key, label, day, date, ours, theirs, observable, value, simulated, threshold) in enumerate(JUDGED):
            record, simulation = ours, theirs
            if name == "CIBMTR" and i == 0:
                record = "not assessable"
            found.append(
                VerdictItem(
                    key,
                    label,
                    day,
                    date,
                    name,
                    "response",
                    _judged(
                        record,
                        f"{observable} {value} against {threshold}" if value is not None else "blast share missing",
                        [(observable, value, threshold, True)],
                        ["marrow_blast_percent"] if i in (0, 6) else [],
                        ["confirmation after 4 weeks"] if i == 4 else [],
                    ),
                    _judged(
                        simulation,
                        f"{observable} {simulated} against {threshold}",
                        [(observable, simulated, threshold, True)],
                    ),
                    record == simulation,
                )
            )
    crs = (
        ("day 3", 413.0, "grade 3 to 4", "grade 3", True),
        ("after restart", 416.0, "none stated", "grade 1", None),
        ("after the step to 28", 423.0, "none stated", "grade 0", None),
    )
    for label, day, ours, theirs, agree in crs:
        found.append(
            VerdictItem(
                f"crs-{label.replace(' ', '-')}",
                f"CRS, {label}",
                day,
                f"blinatumomab {label}",
                "ASTCT 2019",
                "crs",
                _judged(
                    ours,
                    "fever with vasopressors; number not stated",
                    [("hypotension", "2 to 3", ">= 2", True)],
                    ["hypoxia"],
                ),
                _judged(theirs, "temperature 39.4 C, one vasopressor", [("hypotension", 2.4, ">= 2", agree is True)]),
                agree,
            )
        )
    return tuple(found)


def _states() -> tuple[StateItem, ...]:
    return (
        StateItem("After induction", "CR, residual disease detected", "CR, residual disease detected", True),
        StateItem("November 2014", "marrow relapse", "marrow relapse", True),
        StateItem("After cytarabine + mitoxantrone", "no CR (43 %)", "no CR (44 %)", True),
        StateItem("After CLAG", "no CR (68 %)", "no CR (66 %)", True),
        StateItem("CRS on day 2 to 4 at 9 ug/day", "grade 3 or 4", "grade 3", True),
        StateItem("CRS resolved", "within 2 days", "within 2.1 days", True),
        StateItem("CRS after restart and step", "none stated", "below grade 3", True),
        StateItem("End of cycle 1", "CR", "CR", True),
        StateItem("August 2015", "CR", "CR", True),
        StateItem("February 2016", "relapse, mostly CD19 dim", "relapse, 91 % CD19 dim", True),
        StateItem("Re-treatment", "progression", "stable at two weeks", False),
    )


def _parameters() -> tuple[ParameterItem, ...]:
    stems = (
        "growth_rate",
        "kill_max",
        "EC50_drug",
        "CL",
        "V",
        "adhesion_rate",
        "redistribution_half_life",
        "il6_release",
        "tolerance",
        "frailty_pressor",
        "neutrophil_transit",
        "platelet_life",
        "cd19_density",
        "niche_access",
        "steroid_effect",
        "sensitivity_cytarabine",
    )
    kinds, layers = ("measured", "fitted", "assumed"), ("model", "drug", "population", "case", "fit", "override")
    found = []
    for i in range(80):
        fitted = i % 4 == 1
        found.append(
            ParameterItem(
                name=f"{stems[i % len(stems)]}_{i // len(stems)}",
                unit=("1/day", "L/h", "ng/mL", "1", "day")[i % 5],
                prior=0.01 * (i + 1) ** 1.7,
                spread=0.1 + 0.05 * (i % 7),
                value=0.01 * (i + 1) ** 1.7 * (1.4 if fitted else 1.0),
                kind="fitted" if fitted else kinds[i % 3],
                layer="fit" if fitted else layers[i % 4],
                source=("zhu2016", "hosseini2020", "trimer", "klinger2012")[i % 4],
                where=f"Table {1 + i % 5}",
                note="recalled, not seen in the source" if i % 9 == 0 else "",
                shift=((-1) ** i * 0.11 * (i % 23)) if fitted else None,
            )
        )
    return tuple(found)


def sample() -> ReplayResult:
    """Return the synthetic result (test data, see the module's heading)."""
    days = np.linspace(0.0, 820.0, 2400)
    close = np.linspace(CYCLE - 3.0, CYCLE + 39.0, 1400)
    clones: Mapping[str, tuple[float, ...]] = {
        name: tuple(map(float, _curve(name, points, days))) for name, points in CLONES.items()
    }
    return ReplayResult(
        case="synthetic",
        title="Complete remission after blinatumomab in relapsed, refractory pre-B ALL (SYNTHETIC TEST DATA)",
        citation="Nobody A, Noone B. Journal of Made-up Results 2016; synthetic test data, not a case.",
        origin=ORIGIN.isoformat(),
        patient="Woman, 32 years, 70 kg and 1.7 m2 (assumed)",
        timeline=_timeline(),
        doses=_doses(),
        observations=_observations(),
        verdicts=_verdicts(),
        states=_states(),
        parameters=_parameters(),
        curves=_curves(days),
        close_up=_curves(close),
        clones=clones,
        fit={
            "objective": 41.27,
            "prior_part": 18.3,
            "data_part": 22.97,
            "evaluations": 412,
            "converged": True,
            "seconds": 11.2,
            "fitted_parameters": 20,
            "observations_used": 24,
            "cached": False,
            "message": "relative change of the objective below 1e-4",
        },
        provenance={
            "trimer": "0.1.0",
            "python": "3.11.9",
            "numpy": "2.1.3",
            "seed": 20160101,
            "draws": 200,
            "settings": {"rtol": 1e-6, "backend": "reference", "round": "6 h"},
            "model": "leukaemia",
            "model_hash": "synthetic",
            "created": "2026-11-22T18:00:00Z",
        },
        warnings=("Two observations fall outside the prior band.",),
    )
