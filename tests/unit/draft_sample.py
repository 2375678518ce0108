"""A report of our own, and what a reviewer makes of its draft; shared by the tests of drafts."""

from __future__ import annotations

from typing import Any

REPORT = """A report of our own making

Case report
A 47-year-old man presented in March 2018 with bone pain for 3 weeks. WBC was 61 x 10^9/L with 82% blasts on dif-
ferential, platelets 33 x 10^9/L and haemoglobin 8.8 g/dL. Bone marrow aspirate showed 91% lym-
phoblasts. Induction with hyper-CVAD part A was started on 20 March 2018.

Four weeks later, a repeat bone marrow biopsy showed 40 % blasts of nucleated cells. In May 2018 he received
blinatumomab at 9 mcg/day. On day 2, he developed fever of 39.6 °C without hypotension. The infusion was held and
tocilizumab 8 mg/kg IV was given. A bone marrow aspirate in June 2018 was MRD negative by flow cytometry.

Discussion
In a trial of 189 patients, 43 % reached remission; platelets were 90 x 10^9/L.
"""

HEAD: dict[str, Any] = {
    "id": "sample",
    "title": "A sample",
    "source": {"citation": "Sample", "title": "A sample", "authors": "Nobody", "journal": "None", "year": 2024},
}
SIZE = {"weight": {"value": "70 kg", "kind": "assumed"}, "height": {"value": "175 cm", "kind": "assumed"}}


def reviewed(value: dict[str, Any], status: str = "accepted") -> dict[str, Any]:
    """Return a draft (plain values) with every item decided and the head filled in."""
    decided = _decided(value, status)
    return {**decided, **HEAD, "patient": {**decided["patient"], "size": SIZE}}


def _decided(value: Any, status: str) -> Any:
    if isinstance(value, dict):
        return {k: status if k == "status" else _decided(v, status) for k, v in value.items()}
    return [_decided(item, status) for item in value] if isinstance(value, list) else value
