"""The current US label: adults and children from one month; adds the consolidation phase of multiphase chemotherapy."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from trimer.criteria.labels import us_2014, us_2018
from trimer.criteria.labels.label import Block, Label, Premedication, Premedicine, Setting, Step
from trimer.criteria.labels.modification import Modification
from trimer.criteria.labels.preparation import BAG
from trimer.criteria.labels.quantity import Dosage, Origin

COPY = "US label text, copy updated 12 December 2025"

_SEEN = Origin("seen", us_2014.SITE)
_LIMITS = Origin("recalled", "Blincyto, US prescribing information, dose-modification table", "Seen only in part.")
_OLDER = Origin("seen", us_2014.RULES_2015, "Seen in the wording of 2015; the current row was not seen in full.")
_STEROID = replace(us_2018.STEROID, origin=_SEEN)
_LOW, _FULL = us_2018.LOW, us_2018.FULL

MODIFICATIONS = (
    Modification("CRS", (3,), "hold", _SEEN, "resolved", 0.0, _LOW, _FULL, steroid=_STEROID),
    Modification("CRS", (4,), "stop", _SEEN, steroid=_STEROID),
    Modification(
        "seizure", (0, 1, 2, 3, 4), "stop", Origin("seen", f"{us_2014.SITE}; {us_2014.RULES_2015}"), more_than=1
    ),
    Modification(
        "neurologic", (3,), "hold", _SEEN, "grade 1 or less", 3.0, _LOW, _FULL,
        longest=7.0, stop_at=_LOW, limits=_LIMITS,
    ),
    Modification("neurologic", (4,), "stop", _OLDER),
    Modification("other", (3,), "hold", _OLDER, "grade 1 or less", 0.0, _LOW, _FULL, longest=14.0),
    Modification("other", (4,), "consider stopping", _OLDER),
)  # fmt: skip

CONSOLIDATION_PHASE = Setting(
    name="consolidation",
    label="consolidation phase of multiphase chemotherapy, Ph-negative",
    disease="remission",
    philadelphia="negative",
    blocks=(
        Block(
            "consolidation", 1, 4, (Step(1, 28, us_2018.FULL),), 14,
            Origin("recalled", "Blincyto, US prescribing information from 2024", "Only the indication was seen."),
        ),
    ),
    premedication=(
        Premedication(
            who="adult",
            options=(Premedicine("dexamethasone", Dosage(20.0, "mg")),),
            before=1.0,
            moments=("start of a cycle",),
            origin=Origin("recalled", "Blincyto, US prescribing information from 2024", "Medium confidence."),
        ),
    ),
    hospital=us_2018.HOSPITAL_SHORT,
    origin=Origin("seen", COPY),
)  # fmt: skip

VERSION = Label(
    name="us_2025",
    title="Blincyto, current US label (as of December 2025)",
    jurisdiction="US",
    drug="blinatumomab",
    valid_from=dt.date(2024, 6, 14),
    valid_to=None,
    dated=Origin(
        "recalled",
        "Day of the approval of the consolidation phase",
        "The wording was seen in a copy of December 2025; that all of it stood so from June 2024 is not known.",
    ),
    citation="Blincyto (blinatumomab), US prescribing information, copy updated 12 December 2025; US prescriber site",
    settings=(
        replace(us_2018.RR, origin=Origin("seen", COPY)),
        replace(
            us_2018.MRD,
            origin=Origin("seen", COPY),
            mrd=replace(us_2018.MRD_LIMIT, provenance="seen", source=COPY, note=""),
        ),
        CONSOLIDATION_PHASE,
    ),
    breaks=replace(us_2014.BREAKS, same_origin=_SEEN, premedicate_origin=Origin("seen", us_2014.SITE)),
    modifications=MODIFICATIONS,
    facts=BAG,
    doubts=(
        "The rows on neurologic events, with ICANS, were not seen in full; rules for grades 1 and 2 may be missing.",
        "The premedication of the consolidation phase was not seen.",
    ),
)
