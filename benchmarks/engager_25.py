"""A stiff model of 25 states for measuring and testing the engine: an engager with explicit binding, 90 days, 7 doses.

Two-compartment drug, fast reversible binding to CD3 and CD19 and a trimer (the stiff part: 8640 per day), resting and
activated T cells and two blast clones in blood and marrow, B cells, two maturation chains, IL-6, tocilizumab, steroid.
Units: day, pM, 1e9 cells/L, pg/mL, mg/L. The values are plausible orders of magnitude for timing, not a calibration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trimer.engine.problem import Events, Problem, System
from trimer.model.processes import hill, power

TYPICAL = {
    "CL": 60.0,
    "Vc": 3.5,
    "Q": 5.0,
    "Vp": 2.0,
    "kon3": 0.0864,
    "koff3": 8640.0,
    "kon19": 0.0864,
    "koff19": 86.4,
    "chi": 10.0,
    "kint3": 2.0,
    "kint19": 5.0,
    "n3": 83.0,
    "n19": 33.0,
    "f2": 0.12,
    "Ktri": 0.01,
    "fm": 0.6,
    "kact": 1.5,
    "kdeact": 0.15,
    "kprol": 0.8,
    "dR": 0.01,
    "dA": 0.30,
    "kTin": 0.012,
    "Tmax": 12.0,
    "kbm": 0.5,
    "kmb": 0.4,
    "kbma": 0.9,
    "kmba": 0.3,
    "g1": 0.10,
    "g2": 0.09,
    "Lmax": 600.0,
    "kk": 2.5,
    "KL": 40.0,
    "kegr": 0.012,
    "kret": 0.25,
    "mu": 1e-6,
    "dB": 0.03,
    "B0": 0.20,
    "kkb": 1.5,
    "ktr": 0.8,
    "kcirc": 1.6,
    "ANC0": 4.0,
    "gam": 0.17,
    "Eg": 0.75,
    "L50": 60.0,
    "EI": 0.25,
    "I50": 400.0,
    "ktp": 0.5,
    "kplt": 0.12,
    "PLT0": 250.0,
    "gamp": 0.12,
    "Ep": 0.8,
    "I0": 5.0,
    "kdI": 4.0,
    "ksb": 1200.0,
    "ksm": 220.0,
    "ktoc": 0.12,
    "TC50": 4.0,
    "Etoc": 0.8,
    "kst": 4.0,
    "SC50": 0.05,
    "Est": 0.7,
}
START = {
    "D": 0.0,
    "P": 0.0,
    "C3": 0.0,
    "C19": 0.0,
    "TRI": 0.0,
    "TRb": 0.6,
    "TAb": 0.01,
    "TRm": 1.0,
    "TAm": 0.02,
    "L1b": 5.0,
    "L2b": 0.002,
    "L1m": 100.0,
    "L2m": 0.05,
    "B": 0.08,
    "Gp": 1.2,
    "G1": 1.2,
    "G2": 1.2,
    "G3": 1.2,
    "ANC": 1.0,
    "Pp": 20.0,
    "P1": 20.0,
    "PLT": 70.0,
    "IL6": 6.0,
    "TOC": 0.0,
    "ST": 0.0,
}
STATES = tuple(START)
SPREAD = {  # standard deviations of the logarithm
    "CL": 0.35,
    "Vc": 0.25,
    "kon19": 0.4,
    "koff3": 0.4,
    "koff19": 0.4,
    "Ktri": 0.5,
    "kact": 0.3,
    "kprol": 0.25,
    "dA": 0.2,
    "kk": 0.5,
    "g1": 0.3,
    "ksb": 0.5,
    "ktr": 0.15,
    "kegr": 0.3,
    "kint19": 0.3,
    "kdI": 0.2,
}
DOSING: tuple[tuple[float, float, dict[str, float]], ...] = (  # day, infusion pmol/day from then on, boluses
    (0.0, 167.0, {"ST": 0.4}),
    (2.0, 0.0, {"TOC": 90.0, "ST": 0.4}),
    (4.0, 93.0, {"ST": 0.2}),
    (11.0, 518.0, {"ST": 0.4}),
    (28.0, 0.0, {}),
    (42.0, 518.0, {"ST": 0.4}),
    (70.0, 0.0, {}),
)
TIMES = np.arange(361) * 0.25


def rhs(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
    """Return the derivatives by name."""
    cd3, cd19 = p.n3 * (y.TRb + y.TAb), p.n19 * (y.L1b + p.f2 * y.L2b + y.B)
    free3, free19 = cd3 - y.C3 - y.TRI, cd19 - y.C19 - y.TRI
    bind19 = p.kon19 * y.D * free19 - p.koff19 * y.C19
    bind3 = p.kon3 * y.D * free3 - p.koff3 * y.C3
    bridge3 = p.chi * p.kon19 * y.C3 * free19 - p.koff19 * y.TRI
    bridge19 = p.chi * p.kon3 * y.C19 * free3 - p.koff3 * y.TRI
    a3 = p.n3 * (y.TRm + y.TAm) * p.kon3 / p.koff3
    a19 = p.n19 * (y.L1m + p.f2 * y.L2m) * p.kon19 / p.koff19
    marrow_trimer = p.fm * y.D * a3 * a19 * p.chi / (1 + a3 + a19)
    steroid = 1 - p.Est * hill(y.ST, p.SC50)
    sb, sm = hill(y.TRI, p.Ktri), hill(marrow_trimer, p.Ktri)
    killed_b = p.kk * y.TAb * sb / (1 + (y.L1b + y.L2b) / p.KL)
    killed_m = p.kk * y.TAm * sm / (1 + (y.L1m + y.L2m) / p.KL)
    room = 1 - (y.L1m + y.L2m) / p.Lmax
    crowding = p.Eg * hill(y.L1m + y.L2m, p.L50)
    neutrophils = p.kcirc * p.ANC0 * power(p.ANC0 / y.ANC, p.gam) * (1 - crowding) * (1 - p.EI * hill(y.IL6, p.I50))
    platelets = p.kplt * p.PLT0 * power(p.PLT0 / y.PLT, p.gamp) * (1 - p.Ep * crowding / p.Eg)
    grown_b = p.kprol * sb * steroid * y.TAb * (1 - (y.TRb + y.TAb) / p.Tmax)
    grown_m = p.kprol * sm * steroid * y.TAm * (1 - (y.TRm + y.TAm) / p.Tmax)
    on_b, on_m = p.kact * sb * steroid * y.TRb, p.kact * sm * steroid * y.TRm
    cleared = p.kdI * (1 - p.Etoc * hill(y.TOC, p.TC50)) * y.IL6
    return {
        "D": (u.infusion - p.CL * y.D - p.Q * (y.D - y.P)) / p.Vc - bind3 - bind19,
        "P": p.Q / p.Vp * (y.D - y.P),
        "C3": bind3 - bridge3 - p.kint3 * y.C3,
        "C19": bind19 - bridge19 - p.kint19 * y.C19,
        "TRI": bridge3 + bridge19 - p.kint19 * y.TRI,
        "TRb": p.kTin - p.dR * y.TRb - on_b + p.kdeact * y.TAb - p.kbm * y.TRb + p.kmb * y.TRm,
        "TAb": on_b - p.kdeact * y.TAb - p.dA * y.TAb + grown_b - p.kbma * y.TAb + p.kmba * y.TAm,
        "TRm": -p.dR * y.TRm - on_m + p.kdeact * y.TAm + p.kbm * y.TRb - p.kmb * y.TRm,
        "TAm": on_m - p.kdeact * y.TAm - p.dA * y.TAm + grown_m + p.kbma * y.TAb - p.kmba * y.TAm,
        "L1b": p.kegr * y.L1m - p.kret * y.L1b - killed_b * y.L1b,
        "L2b": p.kegr * y.L2m - p.kret * y.L2b - p.f2 * killed_b * y.L2b,
        "L1m": p.g1 * y.L1m * room * (1 - p.mu) - p.kegr * y.L1m - killed_m * y.L1m,
        "L2m": p.g2 * y.L2m * room + p.mu * p.g1 * y.L1m * room - p.kegr * y.L2m - p.f2 * killed_m * y.L2m,
        "B": p.dB * (p.B0 - y.B) - p.kkb * y.TAb * sb * y.B,
        "Gp": neutrophils - p.kcirc * y.Gp,
        "G1": p.ktr * (y.Gp - y.G1),
        "G2": p.ktr * (y.G1 - y.G2),
        "G3": p.ktr * (y.G2 - y.G3),
        "ANC": p.ktr * y.G3 - p.kcirc * y.ANC,
        "Pp": platelets - p.ktp * y.Pp,
        "P1": p.ktp * (y.Pp - y.P1),
        "PLT": p.ktp * y.P1 - p.kplt * y.PLT,
        "IL6": p.kdI * p.I0 + (p.ksb * sb * y.TAb + p.ksm * sm * y.TAm) * steroid - cleared,
        "TOC": -p.ktoc * y.TOC,
        "ST": -p.kst * y.ST,
    }


def observables(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
    """Return two sums."""
    return {"blasts": y.L1m + y.L2m, "t_cells": y.TRb + y.TAb}


SYSTEM = System(
    name="engager_25",
    states=STATES,
    parameters=tuple(TYPICAL),
    inputs=("infusion",),
    outputs=("blasts", "t_cells"),
    rhs=rhs,
    observables=observables,
    scale=(1.0,) * len(STATES),
)


def rows() -> list[tuple[float, int, float]]:
    """Return the dosing as events."""
    found = []
    for day, rate, boluses in DOSING:
        found.append((day, len(STATES), rate))
        found += [(day, STATES.index(name), amount) for name, amount in boluses.items()]
    return found


def problem(n_patients: int, rtol: float = 1e-6, outputs: tuple[str, ...] = STATES, seed: int = 1) -> Problem:
    """Return a batch of patients with log-normal parameters, the same dosing for all, output every six hours."""
    draws = np.random.default_rng(seed)
    parameters = np.tile(np.array(list(TYPICAL.values())), (n_patients, 1))
    for name, spread in SPREAD.items():
        parameters[:, list(TYPICAL).index(name)] *= np.exp(spread * draws.standard_normal(n_patients) - spread**2 / 2)
    return Problem(
        system=SYSTEM,
        y0=np.tile(np.array(list(START.values())), (n_patients, 1)),
        parameters=parameters,
        inputs=np.zeros((n_patients, 1)),
        events=Events.shared(n_patients, rows()),
        times=TIMES,
        outputs=outputs,
        rtol=rtol,
        atol=1e-3 * rtol,
    )
