"""What each stage is compared with: published figures of the calibration's own, with their errors.

``noise`` is the error that a finite number of virtual patients leaves in a prediction; a model error is added where a
stage compares curves of other patients than it simulates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from trimer.errors import LibraryError
from trimer.library.load_published import Published, calibration
from trimer.study.calibrate.ensemble import Target, from_interval, from_proportion, from_quartiles

FLOOR = 0.9  # share of patients without B cells that counts as all of them at the floor
SMALL = 1.18  # quartiles of 19 patients are themselves uncertain: nu / (nu - 2) of the variance, nu = 19 / 2.72
CURVE = 0.15  # model error of curves, on log scale
EXPOSURE = 0.25  # standard error of the logarithm of the odds ratio per unit of exposure (assumed: none was seen)
ANY_CRS = 0.20  # standard error of the share with any CRS, on logit scale (assumed: 10 to 20 % about the label's 15)
ONSET = 0.15  # standard error of the logarithm of the median day of first CRS (assumed: printed as a whole day)
TREG = 0.25  # standard error of the logarithm of the ratio of medians (assumed: 42 patients, recalled)

REMISSION_KEYS = (
    "cr_crh", "cr", "mrd_response", "response_in_cycle_1", "hsct", "cr_crh_blasts_below_50", "cr_crh_blasts_50_up",
    "cr_crh_salvage_0", "cr_crh_salvage_1", "cr_crh_salvage_2", "cr_crh_salvage_3up", "crs_grade_3",
)  # fmt: skip
ALL = "all"


def published(trial: str, key: str, group: str = "", arm: str = "") -> Published:
    """Return one published figure of the calibration's.

    Raises
    ------
    LibraryError
        When there is none.
    """
    found = [p for p in calibration(trial) if p.key == key and group in ("", p.group) and arm in ("", p.arm)]
    if not found:
        raise LibraryError(f"published figures of {trial}", f"no {key} {group}".strip(), "one that the stage needs")
    return found[0]  # a trial's main figure stands first


def lymphocytes(patients: int) -> Sequence[Target]:
    """Return counts of CD8 T cells over baseline at eleven times, the baseline, and B cells gone at 24 and 48 h."""
    noise = 0.8 / math.sqrt(patients)
    found = []
    for p in calibration("lymphocytes_klinger"):
        day = p.days[0] if p.days else 0.0
        if p.key == "cd8_ratio":
            t = from_quartiles(f"CD8 over baseline, day {day:.3g}", p.value, p.low, p.high, p.n or 19, noise=noise)
            found.append(replace(t, sd=math.hypot(SMALL * t.sd, CURVE)))
        elif p.key == "cd8" and day == 0.0:
            found.append(from_quartiles("CD8 at baseline", p.value, p.low, p.high, p.n or 19, noise=noise))
        elif p.key == "b_cells_at_floor" and day in (1.0, 2.0):
            found.append(from_proportion(f"B cells at the floor, {24 * day:g} h", p.events or 0, p.n or 19, noise=0.2))
    return found


def il6(patients: int) -> Sequence[Target]:
    """Return medians of detectable IL-6 in the eight windows that are scored."""
    noise = 1.3 / math.sqrt(patients)
    found = []
    for p in calibration("il6_hijazi"):
        if p.key == "il6" and p.group == "scored" and p.days:
            name = f"IL-6 {p.arm}, day {p.days[0]:g} to {p.days[1]:g}"
            t = from_quartiles(name, p.value, p.low, p.high, p.n or 5, noise=noise)
            found.append(replace(t, sd=math.hypot(t.sd, 0.2)))
    return found


def remission(patients: int) -> Sequence[Target]:
    """Return what MT103-211, Zhu 2018, the pooled analysis, Duell 2017 and Jabbour 2018 report."""
    found = [_proportion("mt103_211", key, patients) for key in REMISSION_KEYS]
    found.append(_proportion("jabbour_2018", "cd19_negative_at_failure", patients // 2))
    for key in ("rfs_median", "os_median"):
        p = published("mt103_211", key, arm="blinatumomab")
        t = from_interval(key, p.value, p.low, p.high, noise=1.6 / math.sqrt(patients * (0.4 if "rfs" in key else 1.0)))
        found.append(replace(t, lowest=0.3, highest=14.0))
    exposure = published("zhu_2018", "or_css")
    found.append(Target("or_css", exposure.value, EXPOSURE, "log", 0.25, 0.2, 15.0))
    burden = [p for p in calibration("pooled_2023") if p.key == "or_blasts_below_50"]
    low, high = min(p.low for p in burden), max(p.high for p in burden)
    middle = math.exp(sum(math.log(p.value) for p in burden) / len(burden))
    found.append(replace(from_interval("or_blasts_below_50", middle, low, high, noise=0.27), lowest=0.2, highest=60.0))
    answered, failed = (published("duell_2017", "treg_median", g).value for g in ("responders", "non-responders"))
    found.append(Target("Treg of failures over responders", failed / answered, TREG, "log", 0.1))
    label = published("label_crs", "crs_any", "treated").value / 100.0
    found.append(Target("crs_any", label, ANY_CRS, "logit", 2.8 / math.sqrt(patients), 0.002, 0.95))
    onset = published("label_crs", "crs_onset_median").value
    found.append(Target("day of first CRS", onset, ONSET, "log", 0.12, 0.2, 30.0))
    return found


def chemotherapy(patients: int) -> Sequence[Target]:
    """Return remissions of the control arm of INO-VATE and of a series of FLAG-IDA.

    The series' CR is compared with any remission: what it asked of counts was not seen (assumed).
    """
    return [
        _proportion("ino_vate_soc", "cr_crh_cri", patients, ALL),
        _proportion("flag_ida_bari", "cr", patients, ALL),
    ]


def _proportion(trial: str, key: str, patients: int, group: str = "") -> Target:
    p = published(trial, key, group)
    if p.events is None or p.n is None:
        raise LibraryError(f"published figures of {trial}", f"{key} without counts", "events and patients")
    share = (p.events + 0.5) / (p.n + 1.0)
    counted = max(patients * min(1.0, (p.n / 189.0) if trial == "mt103_211" else 1.0), 8.0)
    return from_proportion(key, p.events, p.n, noise=1.0 / math.sqrt(counted * share * (1.0 - share)))
