"""The US label from 2018: any Ph, remission with MRD, cycles 6 to 9, and doses by body surface below 45 kg."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from trimer.criteria.labels import us_2014
from trimer.criteria.labels.label import Block, Hospital, Label, Premedication, Premedicine, Setting, Step
from trimer.criteria.labels.preparation import BAG
from trimer.criteria.labels.quantity import Dosage, Origin, Tiered
from trimer.criteria.threshold import Threshold

SCHEDULE = Origin("seen", "J Hematol Oncol 2019;12:15, Table 1")
LOW = Tiered(Dosage(9.0, "ug/day"), Dosage(5.0, "ug/m2/day", 9.0))
FULL = Tiered(Dosage(28.0, "ug/day"), Dosage(15.0, "ug/m2/day", 28.0))

_WHOLE = (Step(1, 28, FULL),)
RR_BLOCKS = (
    Block("induction", 1, 1, (Step(1, 7, LOW), Step(8, 28, FULL)), 14, SCHEDULE),
    Block("induction", 2, 2, _WHOLE, 14, SCHEDULE),
    Block("consolidation", 3, 5, _WHOLE, 14, SCHEDULE),
    Block("continued therapy", 6, 9, _WHOLE, 56, SCHEDULE),
)
MRD_BLOCKS = (
    Block("induction", 1, 1, _WHOLE, 14, SCHEDULE),
    Block("consolidation", 2, 4, _WHOLE, 14, SCHEDULE),
)

PREMEDICATION_CHILD = Premedication(
    who="child",
    options=(Premedicine("dexamethasone", Dosage(5.0, "mg/m2", 20.0)),),
    before=1.0,
    moments=("start of a cycle", "step", "restart"),
    cycles=(1,),
    origin=Origin("seen", us_2014.HONG_KONG, "How long before the dose is taken from the rule for adults."),
)
PREMEDICATION_MRD = Premedication(
    who="adult",
    options=(
        Premedicine("prednisone", Dosage(100.0, "mg")),
        Premedicine("dexamethasone", Dosage(16.0, "mg")),
    ),
    before=1.0,
    moments=("start of a cycle",),
    origin=Origin("recalled", "Blincyto, US prescribing information from 2018", "Prednisone IV or its equivalent."),
)
# The row seen is for relapsed or refractory disease; it does not say that it holds in remission with MRD.
PREMEDICATION_CHILD_MRD = replace(
    PREMEDICATION_CHILD,
    origin=Origin("recalled", us_2014.HONG_KONG, "The row seen is not about remission with MRD."),
)
MRD_LIMIT = Threshold(
    "mrd_marrow", ">=", 1e-3, "fraction", "indication by MRD", "recalled",
    "Blincyto, US prescribing information from 2018, indications",
    "Seen in the current wording; that the first one had the same limit is recalled.",
)  # fmt: skip
HOSPITAL_SHORT = Hospital({1: 3, 2: 2}, Origin("seen", "US prescriber site, administration"))

_MRD_ROW = Origin("seen", "J Hematol Oncol 2019;12:15, Table 1; US label text, copy of December 2025")
_BY_AREA = Tiered(Dosage(8.0, "mg"), Dosage(5.0, "mg/m2", 8.0))
STEROID = replace(us_2014.DEXAMETHASONE, dose=_BY_AREA)
_UNSEEN = Origin(
    "recalled",
    f"{us_2014.RULES_2015}; {us_2014.SITE}",
    "Seen in the wordings before and after these years, not in theirs.",
)
# The rows are those of the first version, with the lighter body's rates.
MODIFICATIONS = tuple(
    replace(
        row,
        origin=_UNSEEN,
        limits=None,
        restart=LOW if row.restart else None,
        escalate=FULL if row.escalate else None,
        steroid=STEROID if row.steroid else None,
    )
    for row in us_2014.MODIFICATIONS
)

RR = Setting(
    name="rr",
    label="relapsed or refractory B-cell precursor ALL",
    disease="relapsed or refractory",
    philadelphia="any",
    blocks=RR_BLOCKS,
    premedication=(us_2014.PREMEDICATION_ADULT, PREMEDICATION_CHILD),
    hospital=us_2014.HOSPITAL_RR,
    origin=Origin("seen", "US label text, copy of December 2025", "That it read so in 2018 already is recalled."),
)
MRD = Setting(
    name="mrd",
    label="B-cell precursor ALL in remission with MRD",
    disease="remission with MRD",
    philadelphia="any",
    blocks=MRD_BLOCKS,
    premedication=(PREMEDICATION_MRD, PREMEDICATION_CHILD_MRD),
    hospital=HOSPITAL_SHORT,
    origin=_MRD_ROW,
    mrd=MRD_LIMIT,
)

VERSION = Label(
    name="us_2018",
    title="Blincyto, US label from March 2018",
    jurisdiction="US",
    drug="blinatumomab",
    valid_from=dt.date(2018, 3, 29),
    valid_to=dt.date(2024, 6, 13),
    dated=Origin("recalled", "Days of the approvals of the MRD indication and of the consolidation phase"),
    citation="Blincyto (blinatumomab), US prescribing information from 2018; J Hematol Oncol 2019;12:15, Table 1",
    settings=(RR, MRD),
    breaks=us_2014.BREAKS,
    modifications=MODIFICATIONS,
    facts=BAG,
    doubts=(
        "The dose-modification table of these years was not seen; its rows are those of 2015 and of today.",
        "When cycles 6 to 9 and the doses by body surface came in is recalled; they are kept from here on.",
    ),
)
