"""What follows treatment and is not in the equations: transplant, death, and relapse after transplant.

The model says when leukaemia goes and comes back. Survival is a stated model on top of it, its numbers in
``library/outcome.toml`` with their kinds, so that nobody takes it for mechanism:

- with active leukaemia (from entry until the marrow is free of it, and again from relapse) a patient's survival is
  Weibull, except in a share whom later treatment saves, which makes the plateau;
- in remission a constant small hazard;
- a share of those in remission is transplanted after a wait, if neither relapse nor death comes first; the graft
  prevents relapse in a share and delays it in the others, and kills in its first year with a stated probability.

Every number is drawn by (seed, name, patient), so that arms share patients here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from trimer.study.draws import uniforms

Array = NDArray[np.float64]
MONTH = 30.4375  # days
YEAR = 365.25  # days
ALMOST = 1.0 - 1e-12  # the largest mortality with a hazard


@dataclass(frozen=True)
class Fate:
    """Hold what becomes of patients; days from entry, NaN where it does not happen within follow-up.

    Attributes
    ----------
    hsct_day, relapse_day, death_day : array, shape (n_patients,)
    death_cause : array of str, shape (n_patients,)
        ``"disease"``, ``"remission"``, ``"transplant"`` or empty.
    """

    hsct_day: Array
    relapse_day: Array
    death_day: Array
    death_cause: NDArray[np.str_]


def active_death(columns: Mapping[str, Array], name: str, seed: int, first: int) -> Array:
    """Return survival with active leukaemia, day; infinite in those whom later treatment saves.

    Parameters
    ----------
    columns : mapping of str to array, shape (n_patients,)
        Values of ``library/outcome.toml``.
    name : str
        Which spell of active leukaemia: each has a draw of its own.
    seed, first : int
    """
    count = len(columns["active_survival"])
    u = uniforms(f"outcome {name}", seed, first, count)
    saved = uniforms(f"outcome {name}, saved", seed, first, count) < columns["long_survivors"]
    days = columns["active_survival"] * (-np.log(u) / np.log(2.0)) ** (1.0 / columns["active_shape"])
    return np.where(saved, np.inf, days)


def fates(
    columns: Mapping[str, Array],
    remission: Array,
    relapse: Array,
    follow_up: float,
    seed: int,
    first: int,
    free: Array | None = None,
) -> Fate:
    """Return what becomes of patients after (or without) a remission.

    Parameters
    ----------
    columns : mapping of str to array, shape (n_patients,)
        Values of ``library/outcome.toml``.
    remission, relapse : array, shape (n_patients,), day
        Of first remission (0 for those who enter in remission) and of the relapse the model has without transplant;
        NaN where there is none.
    follow_up : float, day
    seed, first : int
    free : array, shape (n_patients,), day, optional
        When the marrow was first free of active leukaemia, which is before a visit finds it so; NaN for never. Default:
        the day of remission.

    A patient who dies before the remission has none: callers compare ``death_day`` with ``remission``.
    """
    u = partial(uniforms, seed=seed, first=first, count=len(remission))
    cleared = _late(remission if free is None else free)
    early = active_death(columns, "before remission", seed, first)
    dies_first = early < cleared
    in_remission = cleared + _wait(u("outcome death in remission"), columns["remission_mortality"])
    relapses = np.where(np.isfinite(cleared), _late(relapse), np.inf)

    meant = u("outcome transplant") < columns["hsct_share"]
    hsct = np.where(meant & ~dies_first, _late(remission) + columns["hsct_wait"], np.inf)
    hsct = np.where(hsct < np.minimum(np.minimum(relapses, in_remission), follow_up), hsct, np.inf)
    grafted = np.isfinite(hsct)
    protected = u("outcome protected by the graft") < columns["hsct_protection"]
    relapses = np.where(grafted, np.where(protected, np.inf, relapses + columns["hsct_delay"]), relapses)
    hazard = -np.log1p(-np.minimum(columns["hsct_mortality"], ALMOST)) / YEAR
    after = _wait(u("outcome death of transplant"), hazard)
    of_graft = np.where(grafted & (after < YEAR), hsct + after, np.inf)
    in_remission = np.where(grafted, np.inf, in_remission)

    alive_in_remission = np.minimum(in_remission, of_graft)
    relapsed = relapses < alive_in_remission
    late = np.where(relapsed, relapses + active_death(columns, "after relapse", seed, first), alive_in_remission)
    death = np.where(dies_first | ~np.isfinite(cleared), early, late)
    disease = dies_first | ~np.isfinite(cleared) | relapsed
    cause = np.where(disease, "disease", np.where(of_graft <= in_remission, "transplant", "remission"))
    seen = death <= follow_up

    def told(day: Array, also: NDArray[np.bool_]) -> Array:
        return np.where(also & (day <= follow_up), day, np.nan)

    return Fate(
        hsct_day=told(hsct, grafted),
        relapse_day=told(relapses, relapsed & ~dies_first),
        death_day=np.where(seen, death, np.nan),
        death_cause=np.where(seen, cause, ""),
    )


def _late(day: Array) -> Array:
    """Return days with never as infinity."""
    return np.where(np.isnan(day), np.inf, day)


def _wait(u: Array, hazard: Array) -> Array:
    """Return exponential waiting times, day; infinite where the hazard (1/day) is zero."""
    with np.errstate(divide="ignore"):
        return np.where(hazard > 0.0, -np.log(u) / hazard, np.inf)
