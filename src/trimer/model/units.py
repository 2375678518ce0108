"""Units of what the leukaemia model computes: states, inputs and outputs; those of parameters stand in their files.

Equations carry no units. Whoever shows them with units (the dimension proof, exports, docs) reads them here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from trimer.errors import ModelError
from trimer.observables import described

_STATES = {
    r"(t|b|blasts)_.*": "1e9",
    r"adhesion_adaptation|cytokine_tolerance|pd_l1|inflammation|vasodilation|lung_leak": "1",
    r"progenitors|stem_cells|erythroid": "1",
    r"temperature_rise": "K",
    r"il6|ifn_gamma|il10": "pg/mL",
    r"neutrophil.*|megakaryocyte.*|platelets": "1e9/L",
    r"haemoglobin": "g/dL",
}
#: Outputs that the vocabulary of observables does not have.
OTHER_OUTPUTS = {"blinatumomab_in_marrow": "ng/mL", "engager_kill_rate": "1e9/day"}


def state_unit(state: str, amounts: Mapping[str, str]) -> str:
    """Return the canonical unit of a state.

    Parameters
    ----------
    state : str
    amounts : mapping of str to str
        Unit of amount by drug of the model: ``"ug"``, ``"IU"`` for enzymes, ``"1e9"`` for cells.

    Raises
    ------
    ModelError
        When the state is of no known kind.
    """
    drug, _, place = state.rpartition("_")
    if drug in amounts:
        return f"{amounts[drug]}/L" if place == "effect" else amounts[drug]
    for pattern, unit in _STATES.items():
        if re.fullmatch(pattern, state):
            return unit
    raise ModelError(f"the state {state!r} has no unit; it belongs into trimer.model.units.")


def input_unit(drug: str, amounts: Mapping[str, str]) -> str:
    """Return the canonical unit of an input, the infusion rate of a drug."""
    return f"{amounts[drug]}/day"


def output_unit(output: str) -> str:
    """Return the canonical unit of an output.

    Raises
    ------
    ModelError
        When neither the vocabulary nor this module knows it.
    """
    if output in OTHER_OUTPUTS:
        return OTHER_OUTPUTS[output]
    found = described(output)
    if found is None:
        raise ModelError(
            f"the output {output!r} has no unit; it belongs into trimer.observables or trimer.model.units."
        )
    return found.unit
