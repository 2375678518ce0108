"""Cytokine release syndrome by CTCAE version 5.0 (recalled): one vasopressor is grade 3, not 4 as in version 4.03.

Grade 3 prints one vasopressor and none prints several; several alone stay grade 3 here, and grade 4 is left to the
judgement of life-threatening that the text asks for.
"""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import OPENS, cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, CTCAE v5.0"
CITATION = "Common Terminology Criteria for Adverse Events version 5.0, 2017 (recalled, not seen)"

_RECALLED = "CTCAE v5.0, 2017, immune system disorders"
_NAMED = "grade 3 names the measure, oxygen of 40 % or more; pressure support without a ventilator is counted with it"
_VENTILATED = "a ventilator is an urgent intervention against a threat to life, which is what grade 4 asks for"

TABLE = table(
    "ctcae_v5_crs",
    cell("fever", 1, "fever", "assumed", OPENS, fever=1),
    cell("fluids", 2, "hypotension responding to fluids", "recalled", _RECALLED, hypotension=1),
    cell("oxygen_low", 2, "hypoxia responding to oxygen below 40 %", "recalled", _RECALLED, oxygen=1),
    cell("vasopressor", 3, "one vasopressor", "recalled", _RECALLED, "several are not printed", hypotension=2),
    cell("oxygen_high", 3, "oxygen of 40 % or more", "recalled", _RECALLED, _NAMED, oxygen=2),
    cell("life_threatening", 4, "life-threatening, urgent intervention", "recalled", _RECALLED, threatening=1),
    cell("ventilator", 4, "ventilator", "assumed", _VENTILATED, oxygen=4),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
