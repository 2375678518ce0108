"""Cytokine release syndrome by Lee and colleagues, 2014: oxygen, vasopressors by dose and number, organ toxicity.

No cell prints raised transaminases of grade 3: grade 3 of the scale asks for any organ toxicity of grade 3 or for
transaminases of grade 4. Alone they are therefore grade 2 to 3.
"""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import LIVER, OPENS, ORGAN, cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, Lee 2014"
CITATION = (
    "Lee DW et al. Blood 2014;124:188-195 (recalled, not seen); as in PMC7006459 Table 2 and the grading schemes "
    "at ashpublications.org, view-large 6500909 (its '< 40 %' of grade 3 is read as '>= 40 %', as in the other)"
)

_SEEN = "PMC7006459 Table 2; ashpublications.org, view-large 6500909"
_CPAP = "CPAP and BiPAP are counted here: the scale names a ventilator only at grade 4"

TABLE = table(
    "lee_2014_crs",
    cell("fever", 1, "symptoms that are not life-threatening", "assumed", OPENS, fever=1),
    cell("fluids", 2, "fluids or one low-dose vasopressor", "seen", _SEEN, hypotension=1),
    cell("oxygen_low", 2, "oxygen below 40 %", "seen", _SEEN, oxygen=1),
    cell("organ_2", 2, "organ toxicity of grade 2", "seen", _SEEN, organ=2),
    cell("transaminases_2", 2, "raised transaminases of grade 2", "assumed", ORGAN, transaminases=2),
    cell("high_dose", 3, "high-dose vasopressor", "seen", _SEEN, hypotension=2, dose=1),
    cell("several", 3, "several vasopressors", "seen", _SEEN, hypotension=3),
    cell("oxygen_high", 3, "oxygen of 40 % or more", "seen", _SEEN, _CPAP, oxygen=2),
    cell("organ_3", 3, "organ toxicity of grade 3", "seen", _SEEN, organ=3),
    cell(
        "transaminases_3",
        3,
        "raised transaminases of grade 3, if counted",
        "assumed",
        LIVER,
        transaminases=3,
        counted=1,
    ),
    cell("transaminases_4", 3, "raised transaminases of grade 4", "seen", _SEEN, transaminases=4),
    cell("ventilator", 4, "ventilator", "seen", _SEEN, oxygen=4),
    cell("organ_4", 4, "organ toxicity of grade 4, not transaminases", "seen", _SEEN, organ=4),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
