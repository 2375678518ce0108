"""Where each published number belongs: the virtual trial, the patients counted, and what is worked out of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

import trimer.library as library
from trimer.library.load_published import Published
from trimer.study.simulation import Table
from trimer.study.trial.estimates import Mask, odds_ratio_2x2
from trimer.study.trial.summary import ENDPOINTS, MEDIAN
from trimer.therapy.trial import Criterion, Trial

ENGAGER, CHEMOTHERAPY, BOTH = "blinatumomab", "chemotherapy", "both"
OWN, CONTROLS, FIRST = "mt103_211", "historical_chemotherapy", "historical_chemotherapy_first_salvage"
LYMPHOCYTES, IL6 = "lymphocytes", "il6"  # cohorts whose curves were digitised; no trials
NO_SALVAGE, HIGH_BURDEN = "no salvage before", "blasts 50 % or more"
#: What CR means in series of records: no count recovery was asked of all of them that we know of, so that any
#: remission of the marrow counts (assumed; decided before the calibrated model was compared with records). So it is in
#: the series of FLAG-IDA, which is calibrated.
ANY_REMISSION = "cr_crh_cri"
CUTOFF = 8.525  # % of regulatory among T cells (Duell 2017); the published row holds the same

Value = Callable[[Table, Table | None], tuple[float, int]]
Keep = Callable[[Table], Mask]


@dataclass(frozen=True)
class Setting:
    """Hold a virtual trial as it is run: one of the library, or a stratum of one.

    Attributes
    ----------
    name : str
    trial : str
        Of the library.
    n : int or None
        Patients, where they are not the trial's own.
    only : tuple of Criterion
        Eligibility beside the trial's own.
    label : str
        What is added to the trial's own label.
    """

    name: str
    trial: str
    n: int | None = None
    only: tuple[Criterion, ...] = ()
    label: str = ""

    def made(self) -> Trial:
        """Return the trial."""
        found = library.trial(self.trial)
        if self.n is None:
            return found
        (arm,) = found.arms
        return replace(
            found,
            name=self.name,
            label=f"{found.label}, {self.label}",
            arms=(replace(arm, n=self.n, treated=self.n),),
            eligibility=(*found.eligibility, *self.only),
        )


#: All that is simulated. Controls without salvage are a stratum of their own, since few of the mix are: as many as in
#: the largest series of them but one (GMALL's 547 would double the time and narrow the interval little).
SETTINGS = {
    setting.name: setting
    for setting in (
        *(
            Setting(name, name)
            for name in (OWN, "tower", "blast", "mt103_202", "mt103_206", "alcantara", "flag_ida_bari", "inovate_soc")
        ),
        Setting(CONTROLS, CONTROLS),
        Setting(FIRST, CONTROLS, 263, (Criterion("salvages", "==", 0.0),), NO_SALVAGE),
    )
}
COHORTS = (LYMPHOCYTES, IL6)

#: The virtual trial of each published source.
TRIAL_OF = {
    **{name: name for name in (OWN, "tower", "blast", "mt103_202", "mt103_206", "alcantara", "flag_ida_bari")},
    **dict.fromkeys(("zhu_2018", "pooled_2023", "duell_2017", "jabbour_2018", "label_crs"), OWN),
    "ino_vate_soc": "inovate_soc",
    **dict.fromkeys(
        ("historical", "gokbuget_2016", "gmall_2012", "kantarjian_2010", "obrien_2008", "pethema_2010"), CONTROLS
    ),
    "lymphocytes_klinger": LYMPHOCYTES,
    "il6_hijazi": IL6,
}
#: Published for validation, and yet not untouched: the model's cytokine release was set by hand with these in view
#: (``stress_floor``, ``stress_temperature``, from which grade CRS is counted), or a pooled figure that is a target
#: probably holds them. They count as calibrated.
SEEN = {
    ("tower", "fever_cycle_1"),
    ("tower", "crs_any"),
    ("tower", "crs_any_cycle_1"),
    ("blast", "crs_any"),
}
NO_TRIAL = {"cladribine_arac": "no virtual trial of this regimen"}
NOT_ASKED = {"treg_cutoff": "a limit set by the source, no outcome of patients"}


def _column(name: str, holds: Callable[[np.ndarray], np.ndarray]) -> Keep:
    return lambda table: np.asarray(holds(table[name]))


def _responded(table: Table) -> Mask:
    return np.isin(table["response"], ("CR", "CRh"))


#: Patients of a group that the endpoint's own definition does not name already.
GROUPS: dict[str, Keep] = {
    NO_SALVAGE: _column("salvages", lambda x: x == 0.0),
    "1 salvage before": _column("salvages", lambda x: x == 1.0),
    "1 or more salvages before": _column("salvages", lambda x: x >= 1.0),
    "2 or more salvages before": _column("salvages", lambda x: x >= 2.0),
    "transplant before": _column("prior_hsct", lambda x: x == 1.0),
    "Ph-negative in remission": _column("ph_positive", lambda x: x == 0.0),
    "CR by the FDA": _column("response", lambda x: x == "CR"),
    "failures": _column("cd19_at_failure", lambda x: x != ""),
    "non-responders": lambda table: ~_responded(table),
    HIGH_BURDEN: _column("blasts_at_entry", lambda x: x >= 50.0),
    "blasts 25 to below 50 %": _column("blasts_at_entry", lambda x: (x >= 25.0) & (x < 50.0)),
    "blasts 5 to below 25 %": _column("blasts_at_entry", lambda x: x < 25.0),
}
#: Groups that are a trial's patients, or as many of them as were counted.
WHOLE = ("all", "treated", "evaluable by the FDA", "first 218 randomised", "pooled in a review")
#: Groups that the endpoint's own definition holds.
DEFINED = (
    "responders", "those with CRS", "complete MRD response", "no complete MRD response", "blasts below 50 %",
    "2 salvages before", "more than 2 salvages before", "no transplant before",
)  # fmt: skip


@dataclass(frozen=True)
class Match:
    """Hold where a published number belongs.

    Attributes
    ----------
    setting, arm : str
    value : function of rows and those of the reference to value and patients counted
        In the units of the trial table's endpoints; infinite: a time not reached, NaN: nobody is counted.
    keep : function of table to mask, or None for all
    first : int or None
        At most so many patients of the group.
    reference : (setting, arm, keep) or None
        With what a ratio compares.
    """

    setting: str
    arm: str
    value: Value
    keep: Keep | None = None
    first: int | None = None
    reference: tuple[str, str, Keep | None] | None = None


def match(published: Published) -> Match | str:
    """Return where a published number belongs, or in words why nothing can stand beside it."""
    if not published.modelled:
        return "not modelled"
    if published.trial in NO_TRIAL or published.key in NOT_ASKED:
        return NO_TRIAL.get(published.trial) or NOT_ASKED[published.key]
    if published.key not in ENDPOINTS and published.key not in FURTHER:
        return "not among the endpoints of a virtual trial"
    if published.group not in (*WHOLE, *DEFINED, *GROUPS):
        return "not a group of a virtual trial"
    setting = TRIAL_OF[published.trial]
    if setting == CONTROLS and published.group == NO_SALVAGE:
        setting = FIRST
    key = ANY_REMISSION if setting in (CONTROLS, FIRST, "flag_ida_bari") and published.key == "cr" else published.key
    found = Match(setting, published.arm, value_of(key), GROUPS.get(published.group))
    if published.reference:
        return _against(found, published)
    if published.group == "responders" and published.key in FURTHER:
        return replace(found, keep=_responded)
    if published.group == "all" and published.key in _ASSESSED and _fewer(published, setting):
        found = replace(found, keep=_column(_ASSESSED[published.key], lambda x: ~np.isnan(x)))
    # In a trial's own strata the number of patients is as it falls; series and whole arms are as large as they were.
    counted = published.group in (*WHOLE, "failures", "Ph-negative in remission") or setting in (CONTROLS, FIRST)
    return replace(found, first=published.n) if counted else found


def _against(found: Match, published: Published) -> Match:
    """Return a ratio's place: of two arms, of two groups of an arm, or of MT103-211 against its controls."""
    if published.trial == "historical":
        return replace(found, setting=OWN, arm=ENGAGER, reference=(CONTROLS, CHEMOTHERAPY, None))
    if published.reference not in GROUPS:
        return replace(found, reference=(found.setting, published.reference, None))
    inside, against = GROUPS[published.group], GROUPS[published.reference]
    if published.key.startswith("or_"):  # its definition splits the patients of both groups itself
        return replace(found, keep=lambda table: inside(table) | against(table))
    return replace(found, reference=(found.setting, published.arm, against))


#: Responses of residual disease that count patients assessed, where fewer are reported than were treated.
_ASSESSED = {"mrd_response_all": "mrd_negative", "mrd_response_cycle_1": "mrd_negative_cycle_1"}


def _fewer(published: Published, setting: str) -> bool:
    arms = {arm.name: arm.n for arm in SETTINGS[setting].made().arms}
    return published.n is not None and published.n < arms[published.arm]


def chosen(rows: Table, found: Match) -> Table:
    """Return the rows that count."""
    if found.keep is None and (found.first is None or found.first >= len(rows["patient"])):
        return rows
    which = np.flatnonzero(found.keep(rows)) if found.keep else np.arange(len(rows["patient"]))
    return {name: column[which[: found.first]] for name, column in rows.items()}


def value_of(key: str) -> Value:
    """Return how an endpoint is worked out of the rows of a replicate."""
    if key in FURTHER:
        return FURTHER[key][1]
    endpoint = ENDPOINTS[key]

    def value(rows: Table, reference: Table | None) -> tuple[float, int]:
        data = endpoint.counted(rows, reference)
        if data is None:
            return math.nan, 0
        found = endpoint.measure.point(*data)
        late = endpoint.measure is MEDIAN and math.isnan(found)
        return (math.inf if late else found), len(data[0])

    return value


def words_of(key: str) -> str:
    """Return an endpoint in words."""
    if key in FURTHER:
        return FURTHER[key][0]
    return ENDPOINTS[key].label if key in ENDPOINTS else _NOT_MODELLED.get(key, key.replace("_", " "))


#: What is published and not modelled.
_NOT_MODELLED = {
    "anaemia_grade_3": "anaemia of grade 3 or more",
    "any_event_grade_3": "any adverse event of grade 3 or more",
    "any_event_grade_3_cycle_1": "any adverse event of grade 3 or more in cycle 1",
    "any_event_grade_3_cycle_2": "any adverse event of grade 3 or more in cycle 2",
    "any_event_grade_3_rate": "rate of adverse events of grade 3 or more",
    "cd19_low_at_failure": "CD19 low at failure",
    "crs_by_cytokine_peak": "CRS by peak of a cytokine",
    "crs_duration_median": "median duration of CRS",
    "crs_grade_3_rate": "rate of CRS of grade 3 or more",
    "discontinued_for_event": "stopped for an adverse event",
    "fatal_serious_event": "fatal serious adverse event",
    "febrile_neutropenia_grade_3": "febrile neutropenia of grade 3 or more",
    "hr_neurologic_css": "hazard ratio of a neurologic event, by Css",
    "infection_grade_3": "infection of grade 3 or more",
    "neurologic_any": "neurologic event of any grade",
    "neurologic_grade_3": "neurologic event of grade 3",
    "neurologic_grade_4": "neurologic event of grade 4",
    "or_blast_percent": "odds ratio of CR or CRh, by marrow blasts",
    "or_il10_peak": "odds ratio of CR or CRh, by peak of IL-10",
    "os_36mo": "alive at 36 months",
    "treg_cutoff": "cutoff of regulatory T cells",
}


def _treg_median(rows: Table, _: Table | None) -> tuple[float, int]:
    return (float(np.median(rows["treg"])), len(rows["treg"])) if len(rows["treg"]) else (math.nan, 0)


def _treg_above(rows: Table, _: Table | None) -> tuple[float, int]:
    return (float((100.0 * rows["treg"] > CUTOFF).mean()), len(rows["treg"])) if len(rows["treg"]) else (math.nan, 0)


def _onset(rows: Table, _: Table | None) -> tuple[float, int]:
    days = rows["crs_day"][~np.isnan(rows["crs_day"])]
    return (float(np.median(days)), len(days)) if len(days) else (math.nan, 0)


def _primary(rows: Table, _: Table | None) -> tuple[float, int]:
    failed = rows["cd19_at_failure"] != ""
    return (float((rows["response_cycle"][failed] == 0).mean()), int(failed.sum())) if failed.any() else (math.nan, 0)


def _odds_of_response(rows: Table, reference: Table | None) -> tuple[float, int]:
    """Return the odds of CR or CRh over those of any remission in the reference, which is of records."""
    if reference is None:
        return math.nan, 0
    yes = np.concatenate([_responded(rows), np.isin(reference["response"], ("CR", "CRh", "CRi"))])
    arm = np.repeat([1, 0], [len(rows["response"]), len(reference["response"])])
    return odds_ratio_2x2(arm, yes).value, len(yes)


#: What is published beside the endpoints of a trial's summary.
FURTHER: dict[str, tuple[str, Value]] = {
    "treg_median": ("regulatory T cells, median", _treg_median),
    "treg_above_cutoff": (f"regulatory T cells above {CUTOFF:g} %", _treg_above),
    "crs_onset_median": ("median day of first CRS", _onset),
    "primary_refractory": ("no remission before", _primary),
    "or_cr_crh": ("odds ratio of CR or CRh, against any remission", _odds_of_response),
}
