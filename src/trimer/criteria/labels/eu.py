"""The European label, as far as it was seen: when a prephase is asked for. Its schedule was not seen, so not kept."""

from __future__ import annotations

import datetime as dt

from trimer.criteria.labels.label import Fact, Label, Prephase
from trimer.criteria.labels.quantity import Origin

_SHORT = Origin("seen", "MIMS Hong Kong, short entry (European wording)")

VERSION = Label(
    name="eu",
    title="Blincyto, European product information (prephase only)",
    jurisdiction="EU",
    drug="blinatumomab",
    valid_from=dt.date(2015, 11, 23),
    valid_to=None,
    dated=Origin("recalled", "Day of the conditional marketing authorisation"),
    citation="Blincyto (blinatumomab), European product information, authorised 2015; MIMS Hong Kong, short entry",
    prephase=Prephase(
        marrow_blasts=50.0,
        blood_blasts=15.0,
        drug="dexamethasone",
        most=24.0,
        days=4,
        trigger=_SHORT,
        dose=Origin("recalled", "Blincyto, European product information"),
    ),
    facts=(
        Fact("antipyretic", "recommended for the first 48 h", {"hours": 48.0}, _SHORT),
        Fact("intrathecal prophylaxis", "recommended before and during treatment", {}, _SHORT),
    ),
    doubts=("Schedule, premedication and dose modification of the European label were not seen.",),
)
