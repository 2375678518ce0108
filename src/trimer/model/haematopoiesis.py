"""Normal haematopoiesis: progenitors crowded out by blasts and hit by drugs; neutrophils, platelets, haemoglobin."""

from __future__ import annotations

from typing import Any

from trimer.model.binding import softplus

STATES = (
    "progenitors",
    "stem_cells",
    "neutrophil_precursors",
    "neutrophil_maturing_1",
    "neutrophil_maturing_2",
    "neutrophils",
    "megakaryocyte_precursors",
    "megakaryocytes",
    "platelets",
    "erythroid",
    "haemoglobin",
)


def crowding(blasts: Any, p: Any) -> Any:
    """Return the fraction of normal production that a marrow with so many blasts (1e9 cells) allows, 0 to 1."""
    x = blasts / p.crowding_half
    return 1 / (1 + x * x * x)


def feedback(count: Any, baseline: Any, strength: Any) -> Any:
    """Return the factor on production when a count is off its baseline: 1 at baseline, ``1 + strength`` at 0."""
    return (1 + strength) / (1 + strength * count / baseline)


def transfusion(count: Any, threshold: Any, p: Any) -> Any:
    """Return the inflow (unit of the count per day) from transfusing whenever a count falls below its threshold."""
    return p.k_transfusion * threshold * softplus(1 - count / threshold)


def haematopoiesis_rates(y: Any, p: Any, blasts: Any, chemo: Any, gcsf: Any) -> dict[str, Any]:
    """Return the derivatives of progenitors (relative to normal) and counts (1e9/L/day, g/dL/day).

    Parameters
    ----------
    blasts : 1e9 cells
        Marrow blasts, all clones.
    chemo : 1/day
        Cytotoxic death rate of marrow precursors.
    gcsf : pure number
        Relative increase of granulocyte production.

    Notes
    -----
    Transit chains after Friberg et al. 2002, with rational feedback in place of the power of the inverse count (which
    has no bound at zero), one shared progenitor pool that regrows from a stem pool that chemotherapy spares in part,
    inflammation as a brake, and transfusion as background care, since no report lists every unit given.
    """
    room = crowding(blasts, p)
    excess = y.il6 - p.il6_0
    brake = 1 - p.inflammation_brake * excess / (excess + p.il6_inflammation)
    h, s = y.progenitors, y.stem_cells
    ktr = p.k_neutrophil_transit
    fb_n = feedback(y.neutrophils, p.anc_0, p.feedback_neutrophils) + gcsf
    kmk = p.k_megakaryocyte_transit
    fb_p = feedback(y.platelets, p.platelets_0, p.feedback_platelets)
    fb_e = feedback(y.haemoglobin, p.haemoglobin_0, p.feedback_erythroid)
    return {
        "stem_cells": p.k_stem * s * (1 - s) - p.stem_sensitivity * chemo * s,
        "progenitors": p.k_progenitors * (s * room - h) * (1 + p.progenitor_boost * (1 - h)) - chemo * h,
        "neutrophil_precursors": ktr * (p.anc_0 * h * fb_n * brake - y.neutrophil_precursors)
        - chemo * y.neutrophil_precursors,
        "neutrophil_maturing_1": ktr * (y.neutrophil_precursors - y.neutrophil_maturing_1),
        "neutrophil_maturing_2": ktr * (y.neutrophil_maturing_1 - y.neutrophil_maturing_2),
        "neutrophils": ktr * y.neutrophil_maturing_2 - ktr * y.neutrophils,
        "megakaryocyte_precursors": kmk * (p.platelets_0 * h * fb_p * brake - y.megakaryocyte_precursors)
        - chemo * y.megakaryocyte_precursors,
        "megakaryocytes": kmk * (y.megakaryocyte_precursors - y.megakaryocytes),
        "platelets": p.k_platelet_loss
        * (y.megakaryocytes - y.platelets * (1 + p.platelet_consumption * y.vasodilation / (1 + y.vasodilation)))
        + transfusion(y.platelets, p.transfusion_platelets, p),
        "erythroid": p.k_erythroid * (h * fb_e - y.erythroid) - chemo * y.erythroid,
        "haemoglobin": p.k_haemoglobin * (p.haemoglobin_0 * y.erythroid - y.haemoglobin)
        + transfusion(y.haemoglobin, p.transfusion_haemoglobin, p),
    }


def normal_marrow(y: Any, p: Any) -> Any:
    """Return the normal nucleated marrow cells, 1e9: progenitors, myeloid and erythroid precursors, lymphocytes."""
    granulocytic = (y.neutrophil_precursors + y.neutrophil_maturing_1 + y.neutrophil_maturing_2) / (3 * p.anc_0)
    myeloid = p.marrow_cells_0 * (
        p.marrow_stroma + (1 - p.marrow_stroma) * (0.1 * y.progenitors + 0.6 * granulocytic + 0.3 * y.erythroid)
    )
    t_cells = y.t_resting_marrow + y.t_activated_marrow + y.t_exhausted_marrow
    return myeloid + t_cells + y.b_precursors_marrow
