"""Cytokines, the tolerance that follows a first release, inducible PD-L1, and the vital signs CRS criteria read."""

from __future__ import annotations

from typing import Any

from trimer.model.binding import saturation

STATES = (
    "il6",
    "ifn_gamma",
    "il10",
    "cytokine_tolerance",
    "pd_l1",
    "inflammation",
    "vasodilation",
    "lung_leak",
    "temperature_rise",
)


def cytokine_rates(
    y: Any, p: Any, kills: Any, activation: Any, burden: Any, steroid: Any, blockade: Any
) -> dict[str, Any]:
    """Return the derivatives of cytokines (pg/mL/day), tolerance, PD-L1 and the vital-sign states.

    Parameters
    ----------
    kills, activation : 1e9 cells/day
        Target cells lysed and T cells newly activated; together they drive release, saturably.
    burden : 1e9 cells
        Blasts in marrow and blood; they amplify the systemic response.
    steroid, blockade : pure numbers
        Fraction of maximal steroid effect; fraction of IL-6 receptors blocked.

    Notes
    -----
    Weak engagement releases less than its share (``release_half``): T cells lyse at fewer trimers than they secrete at,
    and first peaks rose fivefold for a twelvefold dose. Tolerance follows the form of the first-dose refractoriness of
    Li et al. 2026 (CRS hazard of epcoritamab). Vital signs are surrogates: grades of CRS rest on fever, pressure and
    oxygen, which a cell model does not contain. A patient's frailty scales them, and the response to cytokines
    saturates (as that hazard does), because peaks did not predict CRS (Zhu et al. 2018) although they differ a
    hundredfold between patients; two delays in series put the median onset on day 2, although untreated IL-6 peaks
    within the first day; and burden amplifies them, as severe CRS is rarer in patients treated for minimal residual
    disease.
    """
    drive = kills / p.kills_per_release + activation * p.activation_release
    signal = drive * saturation(drive, p.release_half) / (1 + drive / p.release_max)
    release = signal * (1 - p.tolerance_max * y.cytokine_tolerance) * (1 - p.steroid_I_max * steroid)
    brake = 1 - p.il10_brake * saturation(y.il10, p.il10_half)
    amplified = p.stress_floor + (1 - p.stress_floor) * saturation(burden, p.stress_burden)
    cytokines = (y.il6 - p.il6_0) * (1 - blockade) / p.il6_stress + y.ifn_gamma / p.ifn_stress
    stress = p.crs_frailty * amplified * p.stress_max * saturation(cytokines, 1) * (1 - p.steroid_vascular * steroid)
    return {
        "il6": p.il6_release * release + p.k_il6 * (p.il6_0 - y.il6 * (1 - p.il6_clearance_block * blockade)),
        "ifn_gamma": p.ifn_release * release * brake - p.k_ifn * y.ifn_gamma,
        "il10": p.il10_release * signal * (1 - p.il10_tolerance * y.cytokine_tolerance) - p.k_il10 * y.il10,
        "cytokine_tolerance": p.k_tolerance * saturation(signal, p.tolerance_half) * (1 - y.cytokine_tolerance)
        - p.k_tolerance_loss * y.cytokine_tolerance,
        "pd_l1": p.k_pd_l1 * (p.pd_l1_max * saturation(y.ifn_gamma, p.ifn_pd_l1) - y.pd_l1),
        "inflammation": p.k_inflammation * (stress - y.inflammation),
        "vasodilation": p.k_vasodilation * (y.inflammation - y.vasodilation),
        "lung_leak": p.k_lung * (p.lung_share * y.inflammation - y.lung_leak),
        "temperature_rise": p.k_temperature
        * (p.temperature_max * saturation(y.vasodilation, p.stress_temperature) - y.temperature_rise),
    }


def ordinal(x: Any, top: int = 4) -> Any:
    """Return a smooth severity from 0 to ``top``; its whole part is the category, 2 being reached at ``x = 1``."""
    return top * x * x / (1 + x * x)
