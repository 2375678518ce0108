"""Cytokine release syndrome by the CARTOX working group: as Lee 2014, with fever and organ toxicity from grade 1."""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, CARTOX"
CITATION = "Neelapu SS et al. Nat Rev Clin Oncol 2018;15:47-62 (recalled); as in PMC7006459 Table 2"

_SEEN = "PMC7006459 Table 2; doi 10.1186/s13045-018-0653-x, Table 1"
_CPAP = "CPAP and BiPAP are counted here: the scale names a ventilator only at grade 4"
_LIVER = "transaminases are graded as any organ, but for grade 4, which counts as 3"

TABLE = table(
    "cartox_crs",
    cell("fever", 1, "temperature of 38.0 \u00b0C or more", "seen", _SEEN, fever=1),
    cell("organ_1", 1, "organ toxicity of grade 1", "seen", _SEEN, organ=1),
    cell("fluids", 2, "fluids or low-dose vasopressor", "seen", _SEEN, hypotension=1),
    cell("oxygen_low", 2, "oxygen below 40 %", "seen", _SEEN, oxygen=1),
    cell("organ_2", 2, "organ toxicity of grade 2", "seen", _SEEN, organ=2),
    cell("transaminases_2", 2, "raised transaminases of grade 2", "seen", _SEEN, _LIVER, transaminases=2),
    cell("high_dose", 3, "high-dose vasopressor", "seen", _SEEN, hypotension=2, dose=1),
    cell("several", 3, "several vasopressors", "seen", _SEEN, hypotension=3),
    cell("oxygen_high", 3, "oxygen of 40 % or more", "seen", _SEEN, _CPAP, oxygen=2),
    cell("organ_3", 3, "organ toxicity of grade 3", "seen", _SEEN, organ=3),
    cell("transaminases_3", 3, "raised transaminases of grade 3 or 4", "seen", _SEEN, _LIVER, transaminases=3),
    cell("life_threatening", 4, "hypotension that is life-threatening", "seen", _SEEN, threatening=1, hypotension=1),
    cell("ventilator", 4, "ventilator", "seen", _SEEN, oxygen=4),
    cell("organ_4", 4, "organ toxicity of grade 4, not transaminases", "seen", _SEEN, organ=4),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
