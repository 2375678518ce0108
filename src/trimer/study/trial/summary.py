"""The endpoints of a trial as data: one entry each says who is counted, what is measured, and how.

A trial table has one row a patient and arm. Patients the engine could not solve are left out of every endpoint;
`failed` says how many. Times are in months and measured as the table's columns are: relapse-free survival from the
first response, in trials of patients in remission from entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.study.simulation import Table
from trimer.study.trial.estimates import (
    Estimate,
    Floats,
    Mask,
    deviation,
    hazard_ratio,
    kaplan_meier,
    mean,
    median_time,
    odds_ratio,
    odds_ratio_2x2,
    proportion,
    survival_at,
)

Data = tuple[NDArray[Any], ...]

MONTH = 30.4375  # days
LANDMARK = 45.0 / MONTH  # BLAST's, the end of cycle 1 (abstract S1619 of its final analysis)


@dataclass(frozen=True)
class Measure:
    """Hold how patients' data become a number: fast for replicates, with an interval for one trial.

    Attributes
    ----------
    name : {"share", "time", "ratio", "mean", "odds ratio"}
        What the data are, and with it how two arms are compared (see `trimer.study.trial.power`).
    point : function of data to float
    estimate : function of data to Estimate
    unit : str
    compares : bool
        The data of a reference arm are appended, and an array that is 1 in the arm and 0 in the reference.
    """

    name: str
    point: Callable[..., float]
    estimate: Callable[..., Estimate]
    unit: str = ""
    compares: bool = False


@dataclass(frozen=True)
class Group:
    """Hold which patients an endpoint counts."""

    name: str
    holds: Callable[[Table], Mask]


@dataclass(frozen=True)
class Endpoint:
    """Hold an endpoint.

    Attributes
    ----------
    label : str
    group : Group
    measure : Measure
    data : function of table to arrays, each of shape (patients,)
        What the measure takes. A patient whose first value is NaN (not assessed, no such time) is not counted.
    """

    label: str
    group: Group
    measure: Measure
    data: Callable[[Table], Data]

    def of(self, table: Table) -> Data:
        """Return the data of every patient, the first value NaN for those not counted."""
        first, *others = self.data(table)
        return np.where(self.group.holds(table), first, np.nan), *others

    def counted(self, table: Table, reference: Table | None) -> Data | None:
        """Return the data of the patients counted, or None where there are none."""
        own = _known(self.of(table))
        if not self.measure.compares:
            return own if len(own[0]) else None
        if reference is None:
            return None
        other = _known(self.of(reference))
        if not len(own[0]) or not len(other[0]):
            return None
        arm = np.repeat([1, 0], [len(own[0]), len(other[0])])
        return *(np.concatenate(pair) for pair in zip(own, other, strict=True)), arm


def _known(data: Data) -> Data:
    known = ~np.isnan(data[0])
    return tuple(a[known] for a in data)


# ---- measures


def _share(outcome: Floats) -> float:
    return float(outcome.mean())


def _share_estimate(outcome: Floats) -> Estimate:
    return proportion(int(outcome.sum()), len(outcome))


def _survival_at(month: float) -> Measure:
    def estimate(times: Floats, events: Any) -> Estimate:
        return kaplan_meier(times, events).at(month)

    return Measure("time", lambda t, e: survival_at(t, e, month), estimate)


def _unit_of_exposure(css: Floats, y: Mask) -> Estimate:
    return odds_ratio(css / np.median(css), y)


def _by_blasts(blasts: Floats, y: Mask) -> Estimate:
    return odds_ratio_2x2(blasts < 50.0, y)


def _valued(estimate: Callable[..., Estimate]) -> Callable[..., float]:
    return lambda *data: estimate(*data).value


SHARE = Measure("share", _share, _share_estimate)
MEDIAN = Measure("time", median_time, lambda t, e: kaplan_meier(t, e).median(), "months")
HAZARD = Measure("ratio", _valued(hazard_ratio), hazard_ratio, compares=True)
ODDS_EXPOSURE = Measure("odds ratio", _valued(_unit_of_exposure), _unit_of_exposure)
ODDS_BLASTS = Measure("odds ratio", _valued(_by_blasts), _by_blasts)


def _average(unit: str) -> Measure:
    return Measure("mean", lambda x: float(x.mean()), mean, unit)


def _spread(unit: str) -> Measure:
    return Measure("mean", lambda x: float(x.std(ddof=1)) if len(x) > 1 else math.nan, deviation, unit)


# ---- who


def _responded(table: Table) -> Mask:
    return np.asarray((table["response"] == "CR") | (table["response"] == "CRh"))


def _where(column: str, holds: Callable[[NDArray[Any]], NDArray[Any]]) -> Callable[[Table], Mask]:
    return lambda table: np.asarray(holds(table[column]))


def _landmark(time: str, response: int) -> Callable[[Table], Mask]:
    """Return who is alive and followed without an event at the landmark, by MRD response at the end of cycle 1."""
    return lambda table: np.asarray((table["mrd_negative_cycle_1"] == response) & (table[f"{time}_time"] > LANDMARK))


ALL = Group("all patients", lambda table: np.ones(len(table["status"]), dtype=bool))
IN_REMISSION = Group("patients in remission", ALL.holds)  # who is not has no time of remission
RESPONDERS = Group("patients with CR or CRh", _responded)
WITH_CRS = Group("patients with CRS", _where("crs_grade", lambda x: x > 0))
FAILURES = Group("patients whose antigen was known at failure", _where("cd19_at_failure", lambda x: x != ""))


# ---- what


def _yes(label: str, group: Group, outcome: Callable[[Table], NDArray[Any]]) -> Endpoint:
    return Endpoint(label, group, SHARE, lambda table: (np.asarray(outcome(table), dtype=float),))


def _response(label: str, *categories: str) -> Endpoint:
    return _yes(label, ALL, lambda t: np.logical_or.reduce([t["response"] == c for c in categories]))


def _response_in(words: str, holds: Callable[[Table], Mask]) -> Endpoint:
    return _yes("CR or CRh", Group(words, holds), _responded)


def _time(label: str, group: Group, measure: Measure, name: str) -> Endpoint:
    return Endpoint(label, group, measure, lambda t: (t[f"{name}_time"], t[f"{name}_event"]))


def _by_mrd(label: str, name: str, response: int) -> Endpoint:
    words = "with" if response else "without"
    group = Group(f"patients {words} MRD response after cycle 1, followed on day 45", _landmark(name, response))
    return _time(label, group, MEDIAN, name)


def _hazard(label: str, name: str) -> Endpoint:
    return _time(label, ALL, HAZARD, name)


def _odds(label: str, measure: Measure, column: str) -> Endpoint:
    return Endpoint(label, ALL, measure, lambda t: (t[column], _responded(t)))


def _mean(label: str, measure: Measure, column: str) -> Endpoint:
    return Endpoint(label, ALL, measure, lambda t: (t[column],))


ENDPOINTS: dict[str, Endpoint] = {
    "cr_crh": _response("CR or CRh", "CR", "CRh"),
    "cr": _response("CR", "CR"),
    "crh": _response("CRh", "CRh"),
    "cr_crh_cri": _response("CR, CRh or CRi", "CR", "CRh", "CRi"),
    # Of those whose MRD was assessed; of all, not assessed is no response.
    "mrd_response": _yes("MRD response", RESPONDERS, lambda t: t["mrd_negative"]),
    "mrd_response_all": _yes("MRD response", ALL, lambda t: t["mrd_negative"] == 1.0),
    "mrd_response_cycle_1": _yes("MRD response after cycle 1", ALL, lambda t: t["mrd_negative_cycle_1"]),
    "response_in_cycle_1": _yes("response in cycle 1", RESPONDERS, lambda t: t["response_cycle"] == 1),
    "hsct": _yes("transplant", RESPONDERS, lambda t: ~np.isnan(t["hsct_day"])),
    "hsct_all": _yes("transplant", ALL, lambda t: ~np.isnan(t["hsct_day"])),
    "cr_crh_blasts_below_50": _response_in("blasts below 50 %", _where("blasts_at_entry", lambda x: x < 50.0)),
    "cr_crh_blasts_50_up": _response_in("blasts 50 % or more", _where("blasts_at_entry", lambda x: x >= 50.0)),
    "cr_crh_salvage_0": _response_in("no prior salvage", _where("salvages", lambda x: x == 0.0)),
    "cr_crh_salvage_1": _response_in("one prior salvage", _where("salvages", lambda x: x == 1.0)),
    "cr_crh_salvage_2": _response_in("two prior salvages", _where("salvages", lambda x: x == 2.0)),
    "cr_crh_salvage_3up": _response_in("three or more prior salvages", _where("salvages", lambda x: x >= 3.0)),
    "cr_crh_prior_hsct": _response_in("prior transplant", _where("prior_hsct", lambda x: x == 1.0)),
    "cr_crh_no_prior_hsct": _response_in("no prior transplant", _where("prior_hsct", lambda x: x == 0.0)),
    "crs_any": _yes("CRS of any grade", ALL, lambda t: t["crs_grade"] >= 1),
    "crs_grade_3": _yes("CRS of grade 3 or more", ALL, lambda t: t["crs_grade"] >= 3),
    "crs_any_cycle_1": _yes("CRS of any grade in cycle 1", ALL, lambda t: t["crs_grade_cycle_1"] >= 1),
    "crs_grade_3_cycle_1": _yes("CRS of grade 3 or more in cycle 1", ALL, lambda t: t["crs_grade_cycle_1"] >= 3),
    "crs_near_start": _yes("first CRS within 3 days of a start or step", WITH_CRS, lambda t: t["crs_near_start"]),
    "fever_cycle_1": _yes("fever in cycle 1", ALL, lambda t: t["fever_cycle_1"]),
    "neutropenia_grade_3": _yes("neutropenia of grade 3 or more", ALL, lambda t: t["neutropenia_grade"] >= 3),
    "interrupted": _yes("treatment interrupted", ALL, lambda t: t["interrupted"]),
    "cd19_negative_at_failure": _yes(
        "CD19-negative at failure", FAILURES, lambda t: t["cd19_at_failure"] == "negative"
    ),
    "rfs_18mo": _time("relapse-free at 18 months", IN_REMISSION, _survival_at(18.0), "rfs"),
    "efs_6mo": _time("event-free at 6 months", ALL, _survival_at(6.0), "efs"),
    "os_12mo": _time("alive at 12 months", ALL, _survival_at(12.0), "os"),
    "os_24mo": _time("alive at 24 months", ALL, _survival_at(24.0), "os"),
    "os_median": _time("median overall survival", ALL, MEDIAN, "os"),
    "rfs_median": _time("median relapse-free survival", IN_REMISSION, MEDIAN, "rfs"),
    "dor_median": _time("median duration of remission", IN_REMISSION, MEDIAN, "dor"),
    "efs_median": _time("median event-free survival", ALL, MEDIAN, "efs"),
    "rfs_median_mrd_response": _by_mrd("median relapse-free survival", "rfs", 1),
    "rfs_median_mrd_no_response": _by_mrd("median relapse-free survival", "rfs", 0),
    "os_median_mrd_response": _by_mrd("median overall survival", "os", 1),
    "os_median_mrd_no_response": _by_mrd("median overall survival", "os", 0),
    "hr_os": _hazard("hazard ratio of death", "os"),
    "hr_efs": _hazard("hazard ratio of failure, relapse or death", "efs"),
    "or_css": _odds("odds ratio of CR or CRh for each unit of Css over its median", ODDS_EXPOSURE, "css"),
    "or_blasts_below_50": _odds("odds ratio of CR or CRh, blasts below 50 % or not", ODDS_BLASTS, "blasts_at_entry"),
    "css_mean": _mean("plasma concentration, mean", _average("ng/mL"), "css"),
    "css_sd": _mean("plasma concentration, standard deviation", _spread("ng/mL"), "css"),
    "drug_days_mean": _mean("days of infusion, mean", _average("days"), "drug_days"),
}


def definition(key: str) -> Endpoint:
    """Return an endpoint by its key.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if key not in ENDPOINTS:
        raise InputError("endpoint", repr(key), "the key of an endpoint", f"They are: {', '.join(ENDPOINTS)}.")
    return ENDPOINTS[key]


def solved(table: Table, arm: str) -> Table:
    """Return the rows of an arm, without the patients the engine could not solve.

    Raises
    ------
    InputError
        When the table has no such arm.
    """
    rows = np.asarray(table["arm"] == arm)
    if not rows.any():
        arms = ", ".join(dict.fromkeys(map(str, table["arm"])))
        raise InputError("arm", repr(arm), f"an arm of the trial: {arms}")
    rows &= np.asarray(table["status"] == 0)
    return {name: column[rows] for name, column in table.items()}


def failed(table: Table) -> dict[str, int]:
    """Return, by arm, how many patients the engine could not solve; no endpoint counts them."""
    bad = table["status"] != 0
    return {str(arm): int((bad & (table["arm"] == arm)).sum()) for arm in dict.fromkeys(table["arm"])}


def endpoints(table: Table, arm: str, reference: str | None = None) -> dict[str, Estimate]:
    """Return every endpoint of an arm with its 95 % interval.

    Parameters
    ----------
    table : dict of str to array, each of shape (rows,)
        A trial table.
    arm : str
    reference : str, optional
        Arm that the ratios compare with; without one they are left out.

    Returns
    -------
    dict of str to Estimate
        Without the endpoints for which nobody counts, such as the remission of responders where there are none.

    Raises
    ------
    InputError
        When the table has no such arm.
    """
    own, other = solved(table, arm), solved(table, reference) if reference else None
    found = {}
    for key, one in ENDPOINTS.items():
        if (data := one.counted(own, other)) is not None:
            estimate = one.measure.estimate(*data)
            found[key] = replace(estimate, key=key, label=one.label, group=one.group.name, unit=one.measure.unit)
    return found


def values(table: Table, arm: str, reference: str | None = None) -> dict[str, float]:
    """Return the points of `endpoints` alone, a hundred times faster."""
    return _values(solved(table, arm), solved(table, reference) if reference else None)


def _values(own: Table, other: Table | None) -> dict[str, float]:
    found = ((key, one.measure.point, one.counted(own, other)) for key, one in ENDPOINTS.items())
    return {key: point(*data) for key, point, data in found if data is not None}


def replicates(table: Table, arm: str, reference: str | None = None) -> dict[str, Floats]:
    """Return the points of every replicate trial in a table.

    Returns
    -------
    dict of str to array, shape (replicates,)
        By key, in ascending order of the table's replicate numbers. NaN: nobody counts in that replicate, or a time was
        not reached; `predictive` takes care of the latter.
    """
    numbers = np.unique(table["replicate"])
    others = dict(_by_replicate(solved(table, reference))) if reference else {}
    found = {key: np.full(len(numbers), np.nan) for key in ENDPOINTS}
    for number, rows in _by_replicate(solved(table, arm)):
        place = int(np.searchsorted(numbers, number))
        for key, value in _values(rows, others.get(number)).items():
            found[key][place] = value
    return found if reference else {key: v for key, v in found.items() if not ENDPOINTS[key].measure.compares}


def _by_replicate(table: Table) -> Iterator[tuple[int, Table]]:
    """Yield each replicate's number and rows, as views of one sorted copy."""
    order = np.argsort(table["replicate"], kind="stable")
    ordered = {name: column[order] for name, column in table.items()}
    numbers, starts = np.unique(ordered["replicate"], return_index=True)
    for number, low, high in zip(numbers.tolist(), starts, [*starts[1:], len(order)], strict=True):
        yield number, {name: column[low:high] for name, column in ordered.items()}


def predictive(key: str, found: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Return the predictive interval and the median of one endpoint over replicate trials.

    A time not reached is later than every time reached: leaving it out would make long survival look shorter.

    Parameters
    ----------
    key : str
        Endpoint.
    found : array, shape (replicates,)
        Its values, from `replicates`.
    level : float

    Returns
    -------
    low, middle, high : float
        NaN: of a time, not reached; of anything else, no replicate had a value.

    Raises
    ------
    InputError
        When there is no such endpoint.
    """
    is_time = definition(key).measure is MEDIAN
    ranked = np.where(np.isnan(found), np.inf, found) if is_time else found[~np.isnan(found)]
    if not len(ranked):
        return math.nan, math.nan, math.nan
    tail = (1.0 - level) / 2.0
    low, middle, high = np.quantile(ranked, [tail, 0.5, 1.0 - tail], method="inverted_cdf").tolist()
    low, middle, high = (math.nan if is_time and math.isinf(x) else x for x in (low, middle, high))
    return low, middle, high
