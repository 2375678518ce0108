"""Cytokine release syndrome by the CARTOX working group: as Lee 2014, with fever and organ toxicity from grade 1.

As in Lee 2014 no cell prints raised transaminases of grade 3: alone they are grade 2 to 3.
"""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import LIVER, ORGAN, cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, CARTOX"
CITATION = "Neelapu SS et al. Nat Rev Clin Oncol 2018;15:47-62 (recalled); as in PMC7006459 Table 2"

_TABLE = "PMC7006459 Table 2"
_BOTH = "PMC7006459 Table 2; doi 10.1186/s13045-018-0653-x, Table 1 (column MDACC)"
_CPAP = "CPAP and BiPAP are counted here: the scale names a ventilator only at grade 4"
_THREAT = "printed in one line with ventilator support; each is read as enough by itself"

TABLE = table(
    "cartox_crs",
    cell("fever", 1, "temperature of 38.0 \u00b0C or more", "seen", _BOTH, fever=1),
    cell("organ_1", 1, "organ toxicity of grade 1", "seen", _BOTH, organ=1),
    cell("fluids", 2, "fluids or low-dose vasopressor", "seen", _BOTH, hypotension=1),
    cell("oxygen_low", 2, "oxygen below 40 %", "seen", _BOTH, oxygen=1),
    cell("organ_2", 2, "organ toxicity of grade 2", "seen", _BOTH, organ=2),
    cell("transaminases_2", 2, "raised transaminases of grade 2", "assumed", ORGAN, transaminases=2),
    cell("high_dose", 3, "high-dose vasopressor", "seen", _TABLE, hypotension=2, dose=1),
    cell("several", 3, "several vasopressors", "seen", _TABLE, hypotension=3),
    cell("oxygen_high", 3, "oxygen of 40 % or more", "seen", _TABLE, _CPAP, oxygen=2),
    cell("organ_3", 3, "organ toxicity of grade 3", "seen", _TABLE, organ=3),
    cell(
        "transaminases_3",
        3,
        "raised transaminases of grade 3, if counted",
        "assumed",
        LIVER,
        transaminases=3,
        counted=1,
    ),
    cell("transaminases_4", 3, "raised transaminases of grade 4", "seen", _TABLE, transaminases=4),
    cell(
        "life_threatening",
        4,
        "hypotension that is life-threatening",
        "seen",
        _TABLE,
        _THREAT,
        threatening=1,
        hypotension=1,
    ),
    cell("ventilator", 4, "ventilator", "seen", _TABLE, _THREAT, oxygen=4),
    cell("organ_4", 4, "organ toxicity of grade 4, not transaminases", "seen", _TABLE, organ=4),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
