"""Cytokine release syndrome by the scale of the University of Pennsylvania: fluids for hypotension are grade 3."""

from __future__ import annotations

from trimer.criteria.crs.episodes import SUBJECT
from trimer.criteria.crs.table import OPENS, cell, table

__all__ = ["CITATION", "LABEL", "SUBJECT", "TABLE", "THRESHOLDS", "judge"]

LABEL = "CRS, Penn"
CITATION = (
    "Porter D et al. J Hematol Oncol 2018;11:35 (authors, volume and pages recalled; doi 10.1186/s13045-018-0653-x, "
    "Table 1); as in PMC7006459 Table 2"
)

_SEEN = "PMC7006459 Table 2"
_BOTH = "PMC7006459 Table 2; doi 10.1186/s13045-018-0653-x, Table 1"
_PRESSURE = "PMC7006459 Table 2; CPAP and BiPAP: ashpublications.com, view-large 9593269"
_CREATININE = "printed for creatinine; read for the highest grade of organ toxicity, transaminases apart"

TABLE = table(
    "penn_crs",
    cell("fever", 1, "mild, supportive care only", "assumed", OPENS, fever=1),
    cell("organ_2", 2, "creatinine of grade 2", "seen", _BOTH, _CREATININE, organ=2),
    cell("transaminases_3", 2, "transaminases of grade 3", "seen", _BOTH, transaminases=3),
    cell("hospital", 2, "hospital care for it", "seen", _BOTH, hospital=1),
    cell("organ_3", 3, "creatinine of grade 3", "seen", _BOTH, _CREATININE, organ=3),
    cell("transaminases_4", 3, "transaminases of grade 4", "seen", _BOTH, transaminases=4),
    cell("fluids", 3, "fluids for hypotension, or low-dose vasopressors", "seen", _SEEN, hypotension=1),
    cell("oxygen", 3, "oxygen, CPAP and BiPAP included", "seen", _PRESSURE, oxygen=1),
    cell("coagulopathy", 3, "coagulopathy that needs blood products", "seen", _SEEN, coagulopathy=1),
    cell("high_dose", 4, "high-dose vasopressors", "seen", _SEEN, hypotension=2, dose=1),
    cell("ventilator", 4, "ventilator", "seen", _SEEN, oxygen=4),
)
THRESHOLDS = TABLE.thresholds
judge = TABLE.judge
