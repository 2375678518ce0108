"""The stages of the calibration: in each, what is free, what it is compared with, and how it is simulated.

A stage begins where the one before ended: member *j* of its ensemble keeps member *j*'s values of earlier stages, so
that what is uncertain stays uncertain. Observed values come from ``library/published/calibration`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trimer.study.calibrate import cohorts, targets
from trimer.study.calibrate.ensemble import Target
from trimer.study.calibrate.prior import Free

Array = NDArray[np.float64]
Columns = Mapping[str, Array]  # values by parameter, shape (n_members,)
Simulate = Callable[[Columns, int, Callable[[float], None]], Array]


@dataclass(frozen=True)
class Stage:
    """Hold one stage.

    Attributes
    ----------
    name, label : str
    prior : tuple of Free
        ``"<parameter> spread"`` is the spread of a parameter between patients.
    targets : function of the number of virtual patients to targets
    simulate : function
        From parameter values of all members, the number of virtual patients of each and a teller of progress to
        predictions, shape (n_members, n_targets).
    patients : int
        Virtual patients a member.
    """

    name: str
    label: str
    prior: tuple[Free, ...]
    targets: Callable[[int], Sequence[Target]]
    simulate: Simulate
    patients: int


LYMPHOCYTES = Stage(
    "lymphocytes",
    "Redistribution, expansion and B-cell depletion in 20 patients",
    (
        Free("t_blood_0", 0.5, 10.0, 2.5, 0.2),
        Free("k_margination", 60.0, 1200.0, 285.0, 0.3),
        Free("adhesion_EC50", 0.03, 1.5, 0.22, 0.4),
        Free("adhesion_floor", 0.02, 0.8, 0.2, 0.5, "logit"),
        Free("k_adaptation", 0.15, 3.0, 0.68, 0.3),
        Free("k_activation", 0.4, 10.0, 2.0, 0.3),
        Free("activation_lymphoid", 0.1, 0.95, 0.48, 0.5, "logit"),
        Free("k_t_proliferation", 0.4, 4.0, 1.5, 0.25),
        Free("proliferation_target_ratio", 0.02, 0.6, 0.1, 0.4),
        Free("k_deactivation", 0.05, 1.0, 0.22, 0.35),
        Free("k_t_homing", 0.8, 15.0, 3.7, 0.3),
        Free("k_t_egress_lymphoid", 0.04, 1.0, 0.2, 0.35),
        Free("k_kill_blood", 15.0, 300.0, 60.0, 0.4),
    ),
    targets.lymphocytes,
    cohorts.lymphocytes,
    96,
)

IL6 = Stage(
    "il6",
    "Interleukin 6 under two regimens",
    (
        Free("il6_release", 600.0, 25000.0, 4000.0, 0.5),
        Free("il6_release spread", 0.4, 2.0, 0.95, 0.2),
        Free("release_half", 0.5, 60.0, 5.0, 0.7),
        Free("release_max", 3.0, 150.0, 20.0, 0.5),
        Free("activation_release", 0.01, 2.0, 0.1, 0.6),
        Free("kills_per_release", 30.0, 1500.0, 180.0, 0.6),
        Free("k_tolerance", 1.5, 80.0, 12.0, 0.6),
        Free("tolerance_half", 0.4, 60.0, 6.0, 0.7),
        Free("tolerance_max", 0.8, 0.998, 0.95, 0.7, "logit"),
    ),
    targets.il6,
    cohorts.il6,
    96,
)

REMISSION = Stage(
    "remission",
    "Response, depth, relapse, cytokine release, counts and survival in MT103-211",
    (
        # the ridge: sink, exhaustion, penetration
        Free("marrow_partition", 0.07, 1.0, 0.35, 0.35),
        Free("k_sink", 0.01, 0.6, 0.09, 0.5),
        Free("k_exhaustion", 0.008, 0.4, 0.055, 0.5),
        Free("exhaustion_load", 5.0, 500.0, 75.0, 0.5),
        # killing, and who is killed
        Free("k_kill", 0.8, 16.0, 4.0, 0.35),
        Free("k_kill spread", 0.3, 2.2, 1.1, 0.25),
        Free("encounter_half", 0.3, 40.0, 5.0, 0.6),
        Free("kill_EC50", 0.01, 0.3, 0.052, 0.4),
        Free("treg_half", 0.002, 0.5, 0.03, 0.8),
        Free("treg_fraction spread", 0.3, 1.3, 0.7, 0.2),
        # depth and relapse
        Free("niche_access", 0.0003, 0.3, 0.01, 0.7),
        Free("niche_access spread", 0.6, 4.0, 2.1, 0.25),
        Free("persister_fraction", 1e-10, 1e-3, 5e-7, 1.2),
        Free("persister_fraction spread", 0.5, 3.0, 1.7, 0.2),
        Free("persister_growth", 0.3, 1.5, 0.95, 0.15),
        Free("k_niche_entry", 1e-11, 1e-5, 1e-8, 1.0),
        Free("dim_presence", 0.02, 0.6, 0.18, 0.5, "logit"),
        Free("dim_fraction", 1e-9, 1e-3, 5e-6, 1.2),
        Free("cd19_dim", 0.0002, 0.05, 0.003, 0.7),
        # cytokine release
        Free("stress_max", 0.2, 2.5, 0.66, 0.3),
        Free("k_inflammation", 0.4, 10.0, 2.4, 0.25),
        Free("crs_frailty spread", 0.25, 1.4, 0.6, 0.25),
        # counts
        Free("anc_0", 0.8, 6.0, 2.5, 0.3),
        Free("anc_0 spread", 0.2, 1.0, 0.5, 0.2),
        Free("platelets_0", 60.0, 300.0, 160.0, 0.3),
        Free("platelets_0 spread", 0.2, 1.0, 0.5, 0.2),
        # what follows
        Free("active_survival", 20.0, 400.0, 110.0, 0.3),
        Free("long_survivors", 0.01, 0.3, 0.08, 0.5, "logit"),
        Free("hsct_share", 0.2, 0.95, 0.5, 0.5, "logit"),
        Free("hsct_protection", 0.1, 0.9, 0.5, 0.5, "logit"),
    ),
    targets.remission,
    cohorts.remission,
    384,
)

CHEMOTHERAPY = Stage(
    "chemotherapy",
    "Response to salvage chemotherapy",
    (
        Free("chemosensitivity", 0.08, 2.0, 0.45, 0.5),
        Free("chemosensitivity spread", 0.3, 1.6, 0.8, 0.2),
    ),
    targets.chemotherapy,
    cohorts.chemotherapy,
    128,
)

STAGES = (LYMPHOCYTES, IL6, REMISSION, CHEMOTHERAPY)
