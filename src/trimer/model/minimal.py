"""The smallest model that has a dose, an effect and a disease, with its exact solution: for tests and first steps.

An infused drug is cleared from one compartment, raises a marker with a turnover of its own, and kills blasts that grow
exponentially. Everything is linear in the drug, so the solution between events is written down in closed form.
Units: day, L, ug, ng/mL (= ug/L), 1e9 cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trimer.engine.problem import System
from trimer.model.processes import exp, log

STATES = ("drug", "marker", "blasts")
TYPICAL: dict[str, float] = {
    "CL": 50.0,  # L/day, clearance
    "V": 6.0,  # L, volume
    "k_out": 2.0,  # 1/day, turnover of the marker
    "baseline": 3.0,  # marker without drug
    "slope": 40.0,  # L/ug, relative rise of the marker's production
    "k_growth": 0.08,  # 1/day
    "k_kill": 1.5,  # L/(ug day)
}


def rhs(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
    """Return the derivatives; ``u.infusion`` is the rate, ug/day."""
    c = y.drug / p.V
    return {
        "drug": u.infusion - p.CL * c,
        "marker": p.k_out * (p.baseline * (1 + p.slope * c) - y.marker),
        "blasts": (p.k_growth - p.k_kill * c) * y.blasts,
    }


def observables(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
    """Return the concentration, ng/mL, and the common logarithm of the blasts."""
    return {"concentration": y.drug / p.V, "log10_blasts": log(y.blasts) / log(10.0)}


SYSTEM = System(
    name="minimal",
    states=STATES,
    parameters=tuple(TYPICAL),
    inputs=("infusion",),
    outputs=("concentration", "log10_blasts"),
    rhs=rhs,
    observables=observables,
    scale=(1.0, 1.0, 1.0),
)


def exact(y: Mapping[str, Any], p: Mapping[str, Any], infusion: Any, t: Any) -> dict[str, Any]:
    """Return the states a time ``t`` after ``y`` under a constant infusion.

    Parameters
    ----------
    y : mapping
        States at the start, by name.
    p : mapping
        Parameters by name; ``k_out`` must differ from ``CL / V``.
    infusion : float, ug/day
    t : float or array, day

    Returns
    -------
    dict
        States by name, each of the shape of ``t``.
    """
    k, k_out = p["CL"] / p["V"], p["k_out"]
    level = infusion / k  # drug at steady state
    excess = y["drug"] - level
    fading, turnover = exp(-k * t), exp(-k_out * t)
    exposure = (level * t + excess * (1 - fading) / k) / p["V"]  # area under the concentration
    driven = level * (1 - turnover) / k_out + excess * (fading - turnover) / (k_out - k)
    rise = k_out * p["baseline"] * p["slope"] / p["V"] * driven
    return {
        "drug": level + excess * fading,
        "marker": p["baseline"] + (y["marker"] - p["baseline"]) * turnover + rise,
        "blasts": y["blasts"] * exp(p["k_growth"] * t - p["k_kill"] * exposure),
    }
