"""Cytokine release syndrome by the scale of Memorial Sloan Kettering: hours on vasopressors, and oxygen."""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import OPENS, cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, MSKCC"
CITATION = "Park JH et al. N Engl J Med 2018;378:449-459, supplement (recalled); as in PMC7006459 Table 2"

_SEEN = "PMC7006459 Table 2"
_CPAP = "CPAP and BiPAP are counted here: the scale names mechanical ventilation only at grade 4"

TABLE = table(
    "mskcc_crs",
    cell("fever", 1, "mild, observation only", "assumed", OPENS, fever=1),
    cell("vasopressor", 2, "any vasopressor, less than 24 h", "seen", _SEEN, hypotension=2),
    cell("oxygen_low", 2, "oxygen below 40 %", "seen", _SEEN, oxygen=1),
    cell("vasopressor_24_h", 3, "any vasopressor, 24 h or more", "seen", _SEEN, duration=1, hypotension=2),
    cell("oxygen_high", 3, "oxygen of 40 % or more", "seen", _SEEN, _CPAP, oxygen=2),
    cell("refractory", 4, "refractory to high-dose vasopressors", "seen", _SEEN, refractory=1, hypotension=2, dose=1),
    cell("ventilator", 4, "mechanical ventilation", "seen", _SEEN, oxygen=4),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
