"""Cytokine release syndrome by CTCAE version 4.03, used in the trials MT103-211 and TOWER.

It grades by what the reaction took: any vasopressor or ventilatory support is grade 4. Treatment (a rescue, fluids,
oxygen) or an interruption is grade 2 when symptoms respond within 24 h, grade 3 when they last longer. A recurrence
after improvement is grade 3 whether treated or not; we count one after 24 h without any sign.
"""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import OPENS, cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, CTCAE v4.03"
CITATION = (
    "Common Terminology Criteria for Adverse Events version 4.03, 2010 (year recalled, not seen itself); as in the "
    "grading schemes at ashpublications.org, view-large 6500909, and doi 10.1186/s13045-018-0653-x, Table 1"
)

_SEEN = "ashpublications.org, view-large 6500909, column CTCAE v4; doi 10.1186/s13045-018-0653-x, Table 1"
_PROMPT = "24 h is printed for prophylactic drugs; we take it as the limit of a prompt response as well"
_AGAIN = "improvement is not defined; it is taken as 24 h without any sign, after which a new episode begins"
_TAKEN = "fluids and oxygen given for symptoms are an intervention, which grade 1 excludes by its wording"

TABLE = table(
    "ctcae_v4_crs",
    cell("fever", 1, "mild, neither interruption nor intervention", "assumed", OPENS, fever=1),
    cell("interruption", 2, "infusion interrupted", "seen", _SEEN, interrupted=1),
    cell("treatment", 2, "symptomatic treatment", "seen", _SEEN, treated=1),
    cell("fluids", 2, "hypotension treated with fluids", "assumed", _TAKEN, hypotension=1),
    cell("oxygen", 2, "oxygen given", "assumed", _TAKEN, oxygen=1),
    cell("slow_interruption", 3, "interruption, slow response", "seen", _SEEN, _PROMPT, prolonged=1, interrupted=1),
    cell("slow_treatment", 3, "treatment, slow response", "seen", _SEEN, _PROMPT, prolonged=1, treated=1),
    cell("slow_fluids", 3, "fluids, slow response", "assumed", _TAKEN, _PROMPT, prolonged=1, hypotension=1),
    cell("slow_oxygen", 3, "oxygen, slow response", "assumed", _TAKEN, _PROMPT, prolonged=1, oxygen=1),
    cell("recurrence", 3, "recurrence after initial improvement", "seen", _SEEN, _AGAIN, recurrent=1),
    cell("hospital", 3, "hospital care for sequelae", "seen", _SEEN, hospital=1),
    cell("vasopressor", 4, "any vasopressor", "seen", _SEEN, hypotension=2),
    cell("ventilation", 4, "ventilatory support, CPAP included", "seen", _SEEN, oxygen=3),
    cell("life_threatening", 4, "life-threatening", "seen", _SEEN, threatening=1),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
