"""The analysis tables of a virtual trial, from the rows of its patients.

The patients are simulated, and STUDYID, identifiers and labels say so. They have days and no calendar: every date is
empty. An arm shares its patients with the others; as a subject has one treatment, a patient in two arms is two
subjects, whose ``VPATIENT`` is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.study.export.adam import variables as v
from trimer.study.export.adam.tables import AdamTables, Column, Dataset, Value, Variable, dataset
from trimer.study.simulation import Table
from trimer.study.trial.run import TrialResult
from trimer.study.trial.summary import MONTH

LOST: tuple[tuple[str, str], ...] = (
    ("estimates and intervals", "they follow from the tables; `trimer trial --json` prints them"),
    ("courses over time", "a trial keeps what happened to its patients and no courses"),
)
"""What of a virtual trial is not in the tables, and why."""

Array = NDArray[Any]

_COVARIATES: dict[str, tuple[str, str, str]] = {
    "salvages": ("SALVAGES", "Prior Salvage Therapies (3 = 3 or More)", ""),
    "prior_hsct": ("PRHSCTFL", "Prior Stem Cell Transplant Flag", "flag"),
    "refractory": ("REFRACFL", "Refractory Disease Flag", "flag"),
    "ph_positive": ("PHPOSFL", "Philadelphia Chromosome Positive Flag", "flag"),
}
_KNOWN = {"age", "female", "weight", "height", "bsa"}

_RESPONDED = ("CR", "CRh")


def virtual_tables(result: TrialResult) -> AdamTables:
    """Return the analysis tables of a virtual trial."""
    study = f"VIRTUAL-{result.trial.name.upper()}"
    subjects = _subjects(result, study)
    part = _Part(result, study)
    made = (subjects, part.exposure(), part.laboratory(), part.response(), part.times(), part.events())
    title = f"VIRTUAL trial (simulated patients): {result.trial.label}"
    return AdamTables(study, title, True, made, LOST, result.provenance)


def _subjects(result: TrialResult, study: str) -> Dataset:
    """Return ADSL, patients who could not be solved included and in no population."""
    table = result.table
    solved = table["status"] == 0
    columns: dict[str, Column] = {
        **_identity(result, table, study),
        "SITEID": _empty(table),
        "AGE": _floats(table["age"]),
        "AGEU": ["YEARS"] * len(solved),
        "SEX": np.where(table["female"] == 1.0, "F", "M").tolist(),
        "RACE": _empty(table),
        **_treatment(result, table),
        "ITTFL": _flags(solved, "N"),
        "SAFFL": _flags(solved, "N"),
        "TRTSDT": _empty(table),
        "TRTEDT": _empty(table),
        "HEIGHTBL": _floats(table["height"] * 100.0),
        "WEIGHTBL": _floats(table["weight"]),
        "BSABL": _floats(table["bsa"]),
        "DTHFL": _flags(~np.isnan(table["death_day"])),
        "DTHDT": _empty(table),
        "DTHCAUS": [cause or None for cause in table["death_cause"].tolist()],
        "DTHDY": _days(table["death_day"]),
        "HSCTFL": _flags(~np.isnan(table["hsct_day"])),
        "HSCTDY": _days(table["hsct_day"]),
    }
    chosen = [*v.SUBJECT, v.DEATH_DAY, v.TRANSPLANT, v.TRANSPLANT_DAY]
    for name, (code, label, kind) in _COVARIATES.items():
        if name in table:
            flag = kind == "flag"
            columns[code] = _flags(table[name] == 1.0, "N") if flag else _whole(table[name])
            chosen.append(Variable(code, label, "text" if flag else "integer", own=True))
    own = ((v.VPATIENT, "patient"), (v.VREPLIC, "replicate"), (v.VDRAW, "draw"), (v.SIMSTAT, "status"))
    for variable, name in own:
        columns[variable.name] = _whole(table[name])
        chosen.append(variable)
    dates = {"TRTSDT": v.NO_CALENDAR, "TRTEDT": v.NO_CALENDAR, "DTHDT": v.NO_CALENDAR}
    return dataset(
        "ADSL", "Subject-Level Analysis", "SUBJECT LEVEL ANALYSIS DATASET", "One record per subject",
        ("STUDYID", "USUBJID"), [_with_comment(x, dates) for x in chosen], columns, True,
    )  # fmt: skip


class _Part:
    """Make the other datasets of a trial, of the patients who were solved."""

    def __init__(self, result: TrialResult, study: str) -> None:
        solved = result.table["status"] == 0
        self.result, self.study = result, study
        self.table: Table = {name: column[solved] for name, column in result.table.items()}
        identity = _identity(result, self.table, study)
        planned = _treatment(result, self.table)["TRT01P"]
        self.who: dict[str, Column] = {"STUDYID": identity["STUDYID"], "USUBJID": identity["USUBJID"]}
        self.who |= {"TRTP": planned, "TRTA": planned}
        self.one = np.ones(len(self.table["patient"]), dtype=bool)

    def _stack(
        self, parts: Sequence[tuple[Array, dict[str, Any]]], chosen: Sequence[Variable], given: Sequence[Variable] = ()
    ) -> tuple[list[Variable], dict[str, Column]]:
        """Return records of several parameters, one below the other, sorted by subject; ``given`` comes first.

        A part is who has a record (shape (patients,)) and its values: a column of all patients, or one for everybody.
        """
        order = [v.STUDYID, v.USUBJID, v.TRTP, v.TRTA, *given, *chosen]
        places = [np.flatnonzero(holds) for holds, _ in parts]
        subject = np.concatenate(places) if places else np.zeros(0, dtype=int)
        sorted_ = np.argsort(subject, kind="stable").tolist()
        columns: dict[str, Column] = {}
        for variable in order:
            stacked: list[Value] = []
            for rows, (_, values) in zip((p.tolist() for p in places), parts, strict=True):
                value = self.who.get(variable.name, values.get(variable.name))
                several = isinstance(value, list)
                stacked += [value[i] for i in rows] if several else [value] * len(rows)  # type: ignore[index,list-item]
            columns[variable.name] = [stacked[i] for i in sorted_]
        return order, columns

    def exposure(self) -> Dataset:
        """Return ADEX: what of the treatment each got, as the trial kept it."""
        t = self.table
        kept = (
            ("INFDAYS", "Days of Infusion (Days)", "DAYS", t["drug_days"]),
            ("CYCLES", "Cycles Begun", "", t["cycles"]),
            ("INTRPT", "Treatment Interrupted at Least Once (1 Yes, 0 No)", "", t["interrupted"]),
        )
        parts = [
            (self.one, {"PARAMCD": code, "PARAM": name, "AVAL": _floats(values), "AVALU": unit or None})
            for code, name, unit, values in kept
        ]
        order, columns = self._stack(parts, (v.PARAMCD, v.PARAM, v.AVAL, v.AVALU))
        return self._basic("ADEX", "Exposure Analysis", order, columns)

    def laboratory(self) -> Dataset:
        """Return ADLB: what the trial kept of entry, and the plasma level of day 28."""
        t = self.table
        entry = (
            ("BLASTBM", "Marrow Blasts (% of Nucleated Cells)", "%", t["blasts_at_entry"]),
            ("MRD", "Marrow Residual Disease (Fraction of Cells)", "fraction", t["mrd_at_entry"]),
            ("TCELL", "T Cells in Blood (10^9/L)", "10^9/L", t["t_cells_at_entry"]),
            ("TREG", "Regulatory Share of T Cells (Fraction)", "fraction", t["treg"]),
        )
        parts: list[tuple[Array, dict[str, Any]]] = []
        for code, name, unit, values in entry:
            value = _floats(values)
            parts.append(
                (
                    ~np.isnan(values),
                    {"PARAMCD": code, "PARAM": name, "AVAL": value, "AVALU": unit, "BASE": value, "ABLFL": "Y",
                     "AVISIT": "Entry", "ADY": 1},
                )
            )  # fmt: skip
        level = {"PARAMCD": "CSS", "PARAM": "Engager in Plasma (ng/mL)", "AVAL": _floats(t["css"]), "AVALU": "ng/mL"}
        parts.append((~np.isnan(t["css"]), {**level, "AVISIT": "Day 28", "ADY": 28}))
        chosen = (v.PARAMCD, v.PARAM, v.AVISIT, v.AVAL, v.AVALU, v.BASE, v.CHG, v.ABLFL, v.ADT, v.ADY)
        return self._basic("ADLB", "Laboratory Analysis", *self._stack(parts, chosen))

    def response(self) -> Dataset:
        """Return ADRS: best response within the window, and what the trial's response rates are of."""
        t, best = self.table, self.table["response"]
        responded = np.isin(best, _RESPONDED)
        day, window = _days(t["response_day"]), "Within the window of response"
        told = best != ""
        parts = [
            (self.one, {"PARAMCD": "BOR", "PARAM": "Best Overall Response", "AVISIT": window,
                        "AVALC": np.where(told, best, "NE").tolist()}),
            _yes("RSP", "CR or CRh", self.one, responded, window),
            _yes("REM", "First Remission of Any Category", ~np.isnan(t["response_day"]), self.one, "", day),
            _yes("MRDNEG", "MRD Response", ~np.isnan(t["mrd_negative"]), t["mrd_negative"] == 1.0, window),
            _yes("MRDNEG1", "MRD Response After Cycle 1", ~np.isnan(t["mrd_negative_cycle_1"]),
                 t["mrd_negative_cycle_1"] == 1.0, "End of cycle 1"),
            _yes("PD", "Progression", ~np.isnan(t["progression_day"]), self.one, "", _days(t["progression_day"])),
            _yes("RELAPSE", "Relapse", ~np.isnan(t["relapse_day"]), self.one, "", _days(t["relapse_day"])),
            (t["cd19_at_failure"] != "", {"PARAMCD": "CD19FAIL", "PARAM": "CD19 at Relapse or Primary Failure",
                                          "AVALC": t["cd19_at_failure"].tolist()}),
        ]  # fmt: skip
        chosen = (v.PARAMCD, v.PARAM, v.PARCAT1, v.AVISIT, v.AVAL, v.AVALC, v.ADT, v.ADY)
        order, columns = self._stack(parts, chosen)
        columns["PARCAT1"] = [self.result.trial.assessment.response] * len(columns["PARAMCD"])
        return self._basic("ADRS", "Response Analysis", order, columns)

    def times(self) -> Dataset:
        """Return ADTTE: overall, event-free and relapse-free survival, and duration of remission, in months."""
        t = self.table
        died = np.where(t["death_cause"] == "", "DEATH", np.char.add("DEATH: ", np.char.upper(t["death_cause"])))
        entry, first = np.zeros(len(died)), np.where(np.isnan(t["rfs_time"]), np.nan, t["response_day"])
        grafted = ~np.isnan(t["hsct_day"])
        lost = np.where(np.isnan(t["relapse_day"]), died, "RELAPSE")
        failed = np.where(np.isnan(t["rfs_time"]), "NO REMISSION OR DEATH", lost)
        kept = (
            ("os", "OS", "Overall Survival (Months)", entry, died, self.one & False),
            ("efs", "EFS", "Event-Free Survival (Months)", entry, failed, self.one & False),
            ("rfs", "RFS", "Relapse-Free Survival (Months)", first, lost, self.one & False),
            ("dor", "DOR", "Duration of Remission (Months)", first, lost, grafted),
        )
        parts: list[tuple[Array, dict[str, Any]]] = []
        for name, code, label, start, event, cut in kept:
            time, happened = t[f"{name}_time"], t[f"{name}_event"] == 1
            reason = np.where(cut, "TRANSPLANT", "END OF FOLLOW-UP")
            end = start + time * MONTH
            parts.append(
                (
                    ~np.isnan(time),
                    {"PARAMCD": code, "PARAM": label, "AVAL": _floats(time), "AVALU": "MONTHS",
                     "CNSR": _whole(~happened), "EVNTDESC": np.where(happened, event, "CENSORED").tolist(),
                     "CNSDTDSC": [None if e else r for e, r in zip(happened.tolist(), reason.tolist(), strict=True)],
                     "STARTDY": _days(start), "ADY": _days(end + 1e-6)},
                )
            )  # fmt: skip
        chosen = (
            v.PARAMCD,
            v.PARAM,
            v.AVAL,
            v.AVALU,
            v.CNSR,
            v.EVNTDESC,
            v.CNSDTDSC,
            v.STARTDT,
            v.STARTDY,
            v.ADT,
            v.ADY,
        )
        return self._basic("ADTTE", "Time-to-Event Analysis", *self._stack(parts, chosen))

    def events(self) -> Dataset:
        """Return ADAE: cytokine release syndrome, neutropenia and fever at their worst, each once a subject."""
        t = self.table
        crs = t["crs_grade"] > 0
        neutropenia = t["neutropenia_grade"] > 0
        near = _flags(t["crs_near_start"] == 1.0, "N")
        parts = [
            (crs, {"AESEQ": 1, "AETERM": "Cytokine release syndrome", "AETOXSCL": self.result.trial.crs.scale,
                   **_grade(t["crs_grade"]), "CYC1GRN": _whole(t["crs_grade_cycle_1"]), "NEARFL": near,
                   "ASTDY": _days(t["crs_day"])}),
            (neutropenia, {"AESEQ": 2, "AETERM": "Neutrophil count decreased", "AETOXSCL": "ctcae_v5_anc",
                           **_grade(t["neutropenia_grade"])}),
            (t["fever_cycle_1"] == 1.0, {"AESEQ": 3, "AETERM": "Fever in cycle 1"}),
        ]  # fmt: skip
        chosen = (v.AESEQ, v.AETERM, v.AECAT, v.AETOXGR, v.ATOXGRN, v.AETOXSCL, v.CYC1GRN, v.NEARFL, v.TRTEMFL,
                  v.ASTDT, v.ASTDY)  # fmt: skip
        parts = [(holds, {**values, "AECAT": "JUDGED", "TRTEMFL": "Y"}) for holds, values in parts]
        order, columns = self._stack(parts, chosen)
        return dataset(
            "ADAE", "Adverse Events Analysis", "OCCURRENCE DATA STRUCTURE", "One record per subject and event",
            ("STUDYID", "USUBJID", "AESEQ"), [_with_comment(x, {"ASTDT": v.NO_CALENDAR}) for x in order], columns, True,
        )  # fmt: skip

    def _basic(self, name: str, label: str, order: list[Variable], columns: dict[str, Column]) -> Dataset:
        dates = {
            "ADT": v.NO_CALENDAR,
            "STARTDT": v.NO_CALENDAR,
            "ADY": "Day 1 is entry, before anything is given; no day 0.",
        }
        return dataset(
            name, label, "BASIC DATA STRUCTURE", "One record per subject and parameter",
            ("STUDYID", "USUBJID", "PARAMCD"), [_with_comment(x, dates) for x in order], columns, True,
        )  # fmt: skip


# ---- columns


def _identity(result: TrialResult, table: Table, study: str) -> dict[str, list[Value]]:
    arms, patients = table["arm"].tolist(), table["patient"].tolist()
    subjects = [f"{arm}-{patient:07d}" for arm, patient in zip(arms, patients, strict=True)]
    return {"STUDYID": [study] * len(arms), "USUBJID": [f"{study}-{x}" for x in subjects], "SUBJID": [*subjects]}


def _treatment(result: TrialResult, table: Table) -> dict[str, list[Value]]:
    labels = {arm.name: (arm.label, number) for number, arm in enumerate(result.trial.arms, start=1)}
    names = table["arm"].tolist()
    words: list[Value] = [labels[name][0] for name in names]
    numbers: list[Value] = [labels[name][1] for name in names]
    said = {"ARM": words, "TRT01P": words, "TRT01A": words}
    return {**said, "ARMCD": names, "TRT01PN": numbers, "TRT01AN": numbers}


def _yes(
    code: str, label: str, counted: Array, holds: Array, visit: str, day: Column | None = None
) -> tuple[Array, dict[str, Any]]:
    values = {"PARAMCD": code, "PARAM": label, "AVISIT": visit or None, "ADY": day}
    return counted, {**values, "AVAL": _floats(holds.astype(float)), "AVALC": _flags(holds, "N")}


def _grade(grades: Array) -> dict[str, Any]:
    return {"AETOXGR": [str(grade) for grade in grades.tolist()], "ATOXGRN": _whole(grades)}


def _floats(values: Array) -> list[Value]:
    return [None if x != x else x for x in np.asarray(values, dtype=float).tolist()]


def _whole(values: Array) -> list[Value]:
    return [None if x != x else int(x) for x in values.tolist()]


def _days(values: Array) -> list[Value]:
    """Return study days of days from entry: within the first 24 hours it is day 1."""
    return _whole(np.floor(values) + 1.0)


def _flags(holds: Array, no: str | None = None) -> list[Value]:
    return ["Y" if x else no for x in holds.tolist()]


def _empty(table: Table) -> list[Value]:
    return [None] * len(table["patient"])


def _with_comment(variable: Variable, comments: dict[str, str]) -> Variable:
    return replace(variable, comment=comments[variable.name]) if variable.name in comments else variable
