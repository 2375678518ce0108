"""Bag, pump and storage: facts of the label that go with every version; no course is checked against them."""

from __future__ import annotations

from trimer.criteria.labels.label import Fact
from trimer.criteria.labels.quantity import Origin

_SITE = Origin("seen", "US prescriber site, administration")
_VIAL = Origin("seen", "US prescriber site, preparation for 45 kg and more; label section 2 (copy)")
_NO_FLUSH = Origin("seen", "US prescriber site, administration; label section 2 (copy)")
_2014 = Origin("seen", "Blincyto, US prescribing information of December 2014, highlights and storage (copy)")

BAG = (
    Fact("pump, 24 h", "10 mL/h", {"hours": 24.0, "rate": 10.0}, _SITE),
    Fact("pump, 48 h", "5 mL/h", {"hours": 48.0, "rate": 5.0}, _SITE),
    Fact("pump, 72 h", "1.8 mL/h", {"hours": 72.0, "rate": 1.8}, _SITE),
    Fact("pump, 96 h", "1.8 mL/h", {"hours": 96.0, "rate": 1.8}, _SITE),
    Fact("pump, 7 days", "0.6 mL/h", {"hours": 168.0, "rate": 0.6}, _SITE),
    Fact("filter", "0.2 micron, in line", {"pore": 0.2}, _NO_FLUSH),
    Fact("pump", "programmable, lockable, not elastomeric, with an alarm", {}, _NO_FLUSH),
    Fact("flush", "never flush the line: it would give a bolus", {}, _NO_FLUSH),
    Fact("vial", "35 ug in 3 mL of water make 12.5 ug/mL", {"content": 35.0, "water": 3.0, "strength": 12.5}, _VIAL),
    Fact("bag", "270 mL of saline, 240 mL infused", {"saline": 270.0, "infused": 240.0}, _VIAL),
    Fact(
        "stabiliser",
        "5.5 mL of IV solution stabiliser coat the bag",
        {"volume": 5.5},
        Origin("recalled", "Blincyto, US prescribing information, section 2"),
    ),
)

STORAGE = (
    Fact("vial, room", "4 h", {"hours": 4.0}, _2014),
    Fact("vial, fridge", "24 h", {"hours": 24.0}, _2014),
    Fact("prepared bag, room", "48 h, infusion included", {"hours": 48.0}, _2014),
    Fact("prepared bag, fridge", "8 days", {"hours": 192.0}, _2014),
)
