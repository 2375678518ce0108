"""The first US label: relapsed or refractory, Ph-negative; two cycles of induction and three of consolidation.

Its doses are worded for a body of 45 kg and more; those by body surface came with a later version.
"""

from __future__ import annotations

import datetime as dt

from trimer.criteria.labels.label import Block, Hospital, Label, Premedication, Premedicine, Setting, Step
from trimer.criteria.labels.modification import Breaks, Modification, Steroid
from trimer.criteria.labels.preparation import BAG, STORAGE
from trimer.criteria.labels.quantity import Dosage, Origin, Tiered

LABEL_2014 = "Blincyto, US prescribing information of December 2014, highlights and section 2 (copies)"
RULES_2015 = "Expert Opin Biol Ther 2015;15:895, Table 1 (label rules of 2015)"
SITE = "US prescriber site, dose adjustments (current wording)"
HONG_KONG = "MIMS Hong Kong, dosage (label text)"

SCHEDULE = Origin("seen", f"{LABEL_2014}; J Hematol Oncol 2019;12:15, Table 1")
LOW, FULL = Tiered(Dosage(9.0, "ug/day")), Tiered(Dosage(28.0, "ug/day"))

INDUCTION_1 = Block("induction", 1, 1, (Step(1, 7, LOW), Step(8, 28, FULL)), 14, SCHEDULE)
INDUCTION_2 = Block("induction", 2, 2, (Step(1, 28, FULL),), 14, SCHEDULE)
CONSOLIDATION = Block("consolidation", 3, 5, (Step(1, 28, FULL),), 14, SCHEDULE)

PREMEDICATION_ADULT = Premedication(
    who="adult",
    options=(Premedicine("dexamethasone", Dosage(20.0, "mg")),),
    before=1.0,
    moments=("start of a cycle", "step", "restart"),
    origin=Origin("seen", f"{LABEL_2014}; {HONG_KONG}"),
)
HOSPITAL_RR = Hospital(
    {1: 9, 2: 2}, Origin("seen", f"{HONG_KONG}; US prescriber site, administration", "First 9 days, then first 2.")
)

BREAKS = Breaks(
    same_cycle=7.0,
    total=28,
    premedicate=4.0,
    same_origin=Origin("recalled", SITE, "Seen in the current wording; that earlier ones say the same is recalled."),
    premedicate_origin=Origin("seen", f"{HONG_KONG}; {LABEL_2014}"),
)

DEXAMETHASONE = Steroid(
    drug="dexamethasone",
    dose=Tiered(Dosage(8.0, "mg")),
    interval=8.0,
    days=3,
    taper=4,
    origin=Origin("recalled", SITE, "Seen in the current wording; whether earlier tables named it could not be seen."),
)
_CRS = Origin("recalled", SITE, "Seen in the current wording; that earlier tables asked for the same is recalled.")
_TABLE = Origin("seen", RULES_2015)
_LOW_LATER = Origin("seen", f"{RULES_2015}; {SITE}")

MODIFICATIONS = (
    Modification("CRS", (3,), "hold", _CRS, "resolved", 0.0, LOW, FULL, steroid=DEXAMETHASONE),
    Modification("CRS", (4,), "stop", _CRS, steroid=DEXAMETHASONE),
    Modification("seizure", (0, 1, 2, 3, 4), "stop", _TABLE, more_than=1),
    Modification(
        "neurologic", (3,), "hold", _LOW_LATER, "grade 1 or less", 3.0, LOW, FULL,
        longest=7.0, stop_on_recurrence=True, limits=_TABLE,
    ),
    Modification("neurologic", (4,), "stop", _TABLE),
    Modification(
        "other", (3,), "hold", Origin("seen", RULES_2015, "The text of 2015 adds the 3 days."), "grade 1 or less", 3.0,
        LOW, FULL, longest=14.0,
    ),
    Modification("other", (4,), "consider stopping", _TABLE),
)  # fmt: skip

VERSION = Label(
    name="us_2014",
    title="Blincyto, US label of December 2014",
    jurisdiction="US",
    drug="blinatumomab",
    valid_from=dt.date(2014, 12, 3),
    valid_to=dt.date(2018, 3, 28),
    dated=Origin(
        "recalled",
        "Day of the accelerated approval, and the day before that of the MRD indication",
        "A revision of July 2017 (any Ph, cycles 6 to 9; low confidence) is not kept as a version of its own.",
    ),
    citation="Blincyto (blinatumomab), US prescribing information, December 2014; Expert Opin Biol Ther 2015;15:895",
    settings=(
        Setting(
            name="rr",
            label="relapsed or refractory B-cell precursor ALL, Ph-negative",
            disease="relapsed or refractory",
            philadelphia="negative",
            blocks=(INDUCTION_1, INDUCTION_2, CONSOLIDATION),
            premedication=(PREMEDICATION_ADULT,),
            hospital=HOSPITAL_RR,
            origin=Origin("seen", LABEL_2014),
        ),
    ),
    breaks=BREAKS,
    modifications=MODIFICATIONS,
    facts=(*BAG, *STORAGE),
    doubts=(
        "The rows on CRS were seen in the current wording only.",
        "Worded for 45 kg and more; that it gave no dose below is recalled.",
    ),
)
