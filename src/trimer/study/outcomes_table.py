"""The outcomes by which plans of treatment are compared: what each is, its unit, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "number", "day"]
Better = Literal["higher", "lower", ""]

WINDOW = 84.0  # days from day 0 within which a remission counts: two cycles of six weeks, as in MT103-211
MRD_LIMIT = 1e-4  # of nucleated marrow cells; below it residual disease counts as negative
CSF_SEEN = 1.0  # 1e6/L: blasts that one microlitre of CSF shows, as cytology would at about this number (assumed)
STAY = (9.0, 2.0)  # days in hospital of the first and second cycle (label of blinatumomab, relapsed or refractory ALL)
STAY_GRADE = 2  # CRS of this grade or worse is treated in hospital (assumed)


@dataclass(frozen=True)
class Outcome:
    """Say what an outcome is.

    Attributes
    ----------
    label : str
    unit : str
        Empty for a share.
    kind : {"share", "number", "day"}
        ``share`` is 1 or 0 of each subject, ``day`` a day after day 0.
    better : {"higher", "lower", ""}
        Empty where neither is.
    note : str
        How it is judged.
    """

    label: str
    unit: str
    kind: Kind
    better: Better
    note: str = ""


_REMISSION = "CR or CRh by the set of criteria, found at a visit (every 14 days) within 84 days"
_GRADED = "by the scale, from the first dose of an engager or of CAR-T cells until 14 days after the last treatment"
_UNTIL = "until 14 days after the last treatment"
_GIVEN = "as really given, holds and stops included, until the horizon"

OUTCOMES: dict[str, Outcome] = {
    "remission": Outcome("Remission (CR or CRh) within 84 days", "", "share", "higher", _REMISSION),
    "remission_day": Outcome("Day of remission", "day", "day", "lower", f"of those with one: {_REMISSION}"),
    "mrd_negative": Outcome(
        "MRD-negative remission within 84 days", "", "share", "higher", "below 1e-4 of marrow cells at such a visit"
    ),
    "relapse_day": Outcome("Day of relapse", "day", "day", "higher", "when it is found at a visit; of those with one"),
    "relapsed": Outcome("Relapse by the horizon", "", "share", "lower", "found at a visit; of those with a remission"),
    "remission_at_end": Outcome("In remission at the horizon", "", "share", "higher", "and it was never lost"),
    "days_in_remission": Outcome(
        "Days in remission", "day", "number", "higher", "from remission to relapse or the horizon; 0 without remission"
    ),
    "crs": Outcome("CRS", "", "share", "lower", f"grade 2 or more, as in MT103-211; {_GRADED}"),
    "severe_crs": Outcome("CRS of grade 3 or more", "", "share", "lower", _GRADED),
    "crs_grade": Outcome("Worst grade of CRS", "", "number", "lower", f"0 where none is reported; {_GRADED}"),
    "crs_day": Outcome("Day of CRS", "day", "day", "", "first day of a grade that is reported; of those with one"),
    "temperature_max": Outcome("Highest temperature", "Cel", "number", "lower", _UNTIL),
    "il6_max": Outcome("Highest interleukin 6", "pg/mL", "number", "lower", _UNTIL),
    "drug_amount": Outcome("Engager given", "ug", "number", "", f"{_GIVEN}; before bioavailability"),
    "infusion_days": Outcome("Days of infusion", "day", "number", "", f"of an engager, {_GIVEN}"),
    "injections": Outcome("Injections", "", "number", "lower", f"of an engager, {_GIVEN}"),
    "holds": Outcome("Holds", "", "number", "lower", "how often the rules held the engager"),
    "stopped": Outcome("Stopped by a rule", "", "share", "lower", "for toxicity or for want of a remission"),
    "hospital_days": Outcome(
        "Days in hospital", "day", "number", "lower",
        "first 9 days of cycle 1, first 2 of cycle 2 (as the label recommends), every day with CRS of grade 2 or more; "
        "assumed; not known of chemotherapy",
    ),
    "marrow_blasts_day_15": Outcome("Marrow blasts, day 15", "%", "number", "lower", "14 days after day 0"),
    "marrow_blasts_day_29": Outcome("Marrow blasts, day 29", "%", "number", "lower", "28 days after day 0"),
    "marrow_blasts_end": Outcome("Marrow blasts at the horizon", "%", "number", "lower"),
    "dim_at_end": Outcome("Blasts with dim CD19 at the horizon", "%", "number", "lower", "of the marrow's blasts"),
    "csf_blasts_max": Outcome("Most blasts in CSF", "1e6/L", "number", "lower", "at any reading until the horizon"),
    "csf_blasts_seen": Outcome(
        "Blasts seen in CSF", "", "share", "lower",
        "1e6/L or more at a visit until the horizon, of those with fewer on day 0; the limit is assumed",
    ),
}  # fmt: skip
