"""Generated courses: a complete truth, and a record of it that is exact, rounded, bounded, absent or silent in places.

The truth is one completion of what the record leaves open, and a consistent one: nobody has three vasopressors and a
normal pressure. Tests compare what is said of the record with what is said of the truth.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trimer.course import Course, Dose, Episode, Reading, Visit
from trimer.criteria.logic import compare
from trimer.observables import OBSERVABLES

#: Values worth trying: those of the published thresholds, just beside them, and far away.
VALUES: dict[str, tuple[float, ...]] = {
    "marrow_blast_percent": (0.0, 0.5, 1.0, 4.9, 5.0, 5.5, 6.0, 12.0, 24.9, 25.0, 26.0, 50.0, 79.0, 100.0),
    "blood_blast_percent": (0.0, 0.5, 1.0, 5.5, 25.0, 90.0),
    "blasts_blood": (0.0, 0.01, 0.05, 1.0, 6.0, 52.8),
    "extramedullary_blasts": (0.0, 0.5, 1.0, 30.0),
    "b_lineage_blast_percent": (0.0, 0.01, 1.8, 60.0),
    "b_cells_marrow_percent": (0.5, 1.0, 5.0),
    "mrd_marrow": (0.0, 1e-6, 5e-5, 1e-4, 2e-4, 1e-3, 0.005, 0.01, 0.02, 0.6),
    "wbc": (0.1, 0.9, 1.0, 2.0, 2.9, 4.0, 16.4, 164.0),
    "anc": (0.0, 0.3, 0.49, 0.5, 0.51, 0.9, 1.0, 1.01, 1.5, 1.8, 4.0),
    "platelets": (5.0, 24.9, 25.0, 49.0, 50.0, 51.0, 75.0, 99.0, 100.0, 101.0, 150.0, 300.0),
    "haemoglobin": (6.5, 7.9, 8.0, 9.9, 10.0, 12.0, 14.0),
    "lymphocytes": (0.1, 0.2, 0.5, 0.8, 1.0, 2.0),
    "temperature": (36.5, 37.9, 38.0, 38.3, 38.6, 39.0, 39.28, 40.0, 40.5),
    "hypotension": (0.0, 1.0, 2.0, 3.0),
    "hypoxia": (0.0, 1.0, 2.0, 3.0),
    "oxygen_fraction": (21.0, 39.0, 40.0, 60.0),
    "vasopressor_count": (0.0, 1.0, 2.0, 3.0),
    "vasopressor_dose": (1.0, 2.0),
    "vasopressor_days": (0.5, 1.0, 2.0),
    "organ_toxicity": (0.0, 1.0, 2.0, 3.0, 4.0),
    "transaminase_toxicity": (0.0, 2.0, 3.0, 4.0),
    "ice_score": (0.0, 2.0, 3.0, 6.0, 7.0, 9.0, 10.0),
    "consciousness": (0.0, 1.0, 2.0, 3.0, 4.0),
    "seizure": (0.0, 1.0, 2.0),
    "motor_weakness": (0.0, 1.0),
    "cerebral_oedema": (0.0, 1.0, 2.0),
    "neurologic_toxicity": (0.0, 1.0, 3.0, 4.0),
    "urate": (300.0, 400.0, 475.9, 476.0, 600.0),
    "potassium": (4.0, 5.2, 6.0, 7.0),
    "phosphate": (1.0, 1.3, 1.45, 2.5),
    "calcium": (2.4, 1.9, 1.75, 1.5),
    "ionised_calcium": (1.2, 0.3, 0.25),
    "creatinine_ratio": (0.8, 1.4, 1.5, 2.0, 3.5, 7.0),
    "lipase_ratio": (0.5, 1.0, 1.5, 4.0),
    "csf_blasts": (0.0, 0.0, 1.0, 3.0, 50.0),
    "csf_wbc": (0.0, 2.0, 4.9, 5.0, 30.0),
    "csf_rbc": (0.0, 5.0, 10.0, 500.0),
    "deauville": (1.0, 2.0, 3.0, 4.0, 5.0),
    "node_diameter": (0.5, 1.5, 1.6, 4.0),
    "lesion_area_change": (-100.0, -50.0, -20.0, 0.0, 50.0, 120.0),
}
WORDS: dict[str, tuple[str, ...]] = {
    "mrd_marrow": ("positive", "negative", "not detected"),
    "csf_cytology": ("positive", "negative"),
    "trilineage_haematopoiesis": ("present", "absent"),
    "marrow_cellularity_text": ("hypocellular", "normocellular"),
    "red_cell_transfusion": ("present", "absent"),
    "platelet_transfusion": ("present", "absent"),
    "lesion_uptake": ("none", "reduced", "unchanged", "increased"),
    "new_lesion": ("present", "absent"),
    "cns_signs": ("present", "absent"),
    "bcr_abl": ("positive", "negative"),
    "arrhythmia": ("present", "absent"),
    "abdominal_pain": ("absent", "mild", "severe"),
    "pancreatitis_imaging": ("present", "absent"),
}
VITAL = ("temperature", "hypotension", "hypoxia")
CONTEXTS = ("response assessment", "response assessment", "follow-up", "toxicity", "")
RESCUES = ("tocilizumab", "fluids", "methylprednisolone")
REGIMENS = ("modified_linker", "hypercvad_a", "hypercvad_b", "cytarabine_mitoxantrone", "clag", "mtx_vcr_peg_dex")
CONCLUSIONS = (
    "complete remission", "relapse", "refractory to CLAG", "residual disease", "no relapse", "suspected CRS",
)  # fmt: skip
DENOMINATORS = {"marrow_blast_percent": "nucleated cells", "b_lineage_blast_percent": "total B cells"}


class Maker:
    """Draws courses from one random stream."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.Philox(seed))

    def one(self, items: Sequence[object]) -> object:
        return items[int(self.rng.integers(len(items)))]

    def value(self, name: str) -> float:
        return VALUES[name][int(self.rng.integers(len(VALUES[name])))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def truth(self, name: str, day: float, source: str) -> Reading:
        """Return a fact as it was: one number, or one word."""
        unit = OBSERVABLES[name].unit if name in OBSERVABLES else ""
        whole = DENOMINATORS.get(name, "")
        base = Reading(name, unit=unit, day=day, earliest=day, latest=day, source=source, denominator=whole)
        if name not in VALUES or (name in WORDS and self.chance(0.3)):
            return replace(base, text=str(self.one(WORDS[name])), sensitivity=self.sensitivity(name))
        value = self.value(name)
        return replace(base, low=value, high=value, sensitivity=self.sensitivity(name))

    def recorded(self, fact: Reading) -> Reading:
        """Return a fact as a record may hold it: exact, an interval, a bound, or the reason why it is missing."""
        shape, name = self.rng.random(), fact.observable
        if shape >= 0.88:
            return replace(
                fact, low=math.nan, high=math.nan, text="", absence="not stated" if self.chance(0.7) else "not done"
            )
        if fact.text or shape < 0.6:
            return fact
        other = self.value(name)
        if shape < 0.75:
            low, high = sorted((fact.low, other))
            return replace(fact, low=low, high=high, inferred=self.chance(0.5))
        if shape < 0.82:
            return replace(fact, low=min(fact.low, other), high=math.inf, low_open=other < fact.low)
        return replace(fact, low=-math.inf, high=max(fact.high, other), high_open=other > fact.high)

    def sensitivity(self, name: str) -> float | None:
        return float(str(self.one(("1e-3", "1e-4", "1e-5")))) if name == "mrd_marrow" and self.chance(0.4) else None

    def visit(self, number: int, day: float, context: str) -> tuple[Visit, Visit]:
        """Return a visit as it was and as it is recorded."""
        share = self.rng.uniform(0.1, 0.8)
        source = f"e{number:02d}"
        facts = {n: self.truth(n, day, source) for n in dict.fromkeys((*VALUES, *WORDS))}
        consistent(facts)
        written = {n: self.recorded(r) for n, r in facts.items() if self.chance(share)}
        rows = [Visit(source, f"visit {number}", day, r, day, day, context) for r in (facts, written)]
        return rows[0], rows[1]

    def treatments(self) -> list[Episode]:
        found: list[Episode] = []
        day = float(self.rng.integers(0, 20))
        for k in range(int(self.rng.integers(0, 6))):
            source = f"e{50 + k}"
            engager = self.chance(0.5)
            name = "blinatumomab" if engager else str(self.one(REGIMENS))
            length = float(self.rng.integers(5, 40))
            found.append(Episode("drug" if engager else "regimen", name, day, day + length, source=source))
            if engager and self.chance(0.5):
                held = day + float(self.rng.integers(1, 6))
                found.append(Episode("hold", name, held, held + 2.0, source=source))
                found.append(
                    Episode("rescue", str(self.one(("tocilizumab", "fluids", "methylprednisolone"))), held, held)
                )
                found.append(
                    Episode("rescue", "vasopressors", held, held + float(self.rng.integers(0, 3)), source=source)
                )
                found.append(Episode("resume", name, held + 2.0, day + length, source=source))
                if self.chance(0.5):
                    found.append(Episode("toxicity", "CRS", held, held + 2.0, source=source))
            if self.chance(0.15):
                found.append(Episode("toxicity", "pancreatitis", day + 3.0, day + 9.0, source=source))
            day += length + float(self.rng.integers(-3, 60))
        return sorted(found, key=lambda e: e.start)

    def doses(self, episodes: Sequence[Episode]) -> tuple[Dose, ...]:
        found = []
        for e in episodes:
            if e.kind in ("drug", "resume"):
                rate = float(str(self.one(("9", "28", "5"))))
                unit = str(self.one(("ug/day", "ug/day", "ug/m2/day")))
                given = Dose(e.name, e.start, e.end, rate, unit, "civ", e.start, e.start, source=e.source)
                found.append(given if self.chance(0.7) else replace(given, value=None, unit=""))
        return tuple(found)

    def chart(self, episodes: Sequence[Episode]) -> tuple[list[Reading], list[Reading]]:
        """Return vital signs every six hours for some days of some exposures, as they were and as recorded."""
        facts: list[Reading] = []
        pressed = [(e.start, e.end) for e in episodes if e.name == "vasopressors"]
        for e in episodes:
            if e.name == "blinatumomab" and e.kind == "drug" and self.chance(0.5):
                # A chart goes on for as long as vasopressors do, or the record would contradict itself.
                need = [4 * (b - e.start) + 1 for a, b in pressed if e.start <= a <= e.end]
                for k in range(int(max([*need, self.rng.integers(1, 20)]))):
                    day = e.start + k / 4.0
                    if any(r.day == day for r in facts):
                        continue  # two exposures that overlap are charted once
                    row = {n: self.truth(n, day, "chart") for n in VITAL}
                    given = any(a <= day <= b for a, b in pressed)
                    level = float(str(self.one(("2", "3") if given else ("0", "1"))))
                    row["hypotension"] = replace(row["hypotension"], low=level, high=level)
                    facts += row.values()
        return facts, [self.recorded(r) for r in facts if self.chance(0.7)]

    def pair(self, number: int) -> tuple[Course, Course]:
        """Return a course as it was, and the record of it."""
        days = sorted({float(d) for d in self.rng.integers(0, 420, int(self.rng.integers(1, 7)))})
        first = "presentation" if self.chance(0.5) else "response assessment"
        both = [self.visit(k + 1, day, first if k == 0 else str(self.one(CONTEXTS))) for k, day in enumerate(days)]
        episodes = self.treatments()
        # What a visit and a rescue say of one day must fit; a recorded sign stands for a day.
        pressed = [(e.start - 2.0, e.end + 2.0) for e in episodes if e.name == "vasopressors"]
        both = [
            tuple(without_signs(v) if any(a <= v.day <= b for a, b in pressed) else v for v in pair) for pair in both
        ]
        for visit, _ in both:
            if self.chance(0.3):
                said = str(self.one(CONCLUSIONS))
                episodes.append(Episode("conclusion", said, visit.day, visit.day, source=visit.id))
        if self.chance(0.1):
            episodes.append(Episode("status", "died of sepsis", days[-1], days[-1], source="e90"))
        patient = {}
        if self.chance(0.7):
            age, weight = self.rng.uniform(1.0, 80.0), self.rng.uniform(10.0, 110.0)
            patient["age"] = Reading("age", age, age, unit="year", source="patient")
            patient["weight"] = Reading("weight", weight, weight, unit="kg", source="patient")
            patient["sex"] = Reading("sex", text=str(self.one(("female", "male"))), source="patient")
        episodes = sorted(episodes, key=lambda e: e.start)
        doses, kind = self.doses(episodes), "record" if self.chance(0.8) else "simulation"
        origin = dt.date(2015, 1, 1) + dt.timedelta(days=int(self.rng.integers(-2000, 4000)))
        charts = self.chart(episodes)
        found = []
        for side in (0, 1):
            visits = tuple(pair[side] for pair in both)
            rows = [*charts[side], *(r for v in visits for r in v.readings.values())]
            found.append(
                Course(
                    f"generated {number}",
                    kind,
                    origin,
                    visits,
                    tuple(sorted(rows, key=lambda r: r.day)),
                    tuple(episodes),
                    {},
                    doses,
                    patient,
                )
            )
        return found[0], found[1]

    def course(self, number: int) -> Course:
        """Return one record."""
        return self.pair(number)[1]


def without_signs(visit: Visit) -> Visit:
    """Return a visit without what a chart of the same days might contradict."""
    gone = (*VITAL, "vasopressor_count", "vasopressor_dose", "vasopressor_days", "oxygen_fraction")
    return replace(visit, readings={n: r for n, r in visit.readings.items() if n not in gone})


def consistent(facts: dict[str, Reading]) -> None:
    """Make the facts of one moment fit each other."""

    def put(name: str, value: float) -> None:
        if name in facts:
            facts[name] = replace(facts[name], low=value, high=value, text="")

    pressors = max(int(facts["hypotension"].low) - 1, 0)
    put("vasopressor_count", float(pressors))
    if not pressors:
        put("vasopressor_days", 0.0)
    if facts["hypoxia"].low == 0.0:
        put("oxygen_fraction", 21.0)
    elif facts["oxygen_fraction"].low == 21.0:
        put("oxygen_fraction", 39.0)
    if facts["consciousness"].low == 4.0:
        put("ice_score", 0.0)
    white, percent = facts["wbc"].low, facts["blood_blast_percent"].low
    put("blasts_blood", white * percent / 100.0)
    put("anc", min(facts["anc"].low, white))
    put("lymphocytes", min(facts["lymphocytes"].low, white))
    level = facts["mrd_marrow"]
    if level.text:
        put("b_lineage_blast_percent", 60.0 if level.text == "positive" else 0.0)
        put("b_cells_marrow_percent", 5.0)
    else:
        put("b_lineage_blast_percent", min(100.0, 1e4 * level.low / facts["b_cells_marrow_percent"].low))
        put("mrd_marrow", facts["b_lineage_blast_percent"].low * facts["b_cells_marrow_percent"].low / 1e4)
        found = facts["mrd_marrow"]
        if 0.0 < found.low < (level.sensitivity or 0.0):
            facts["mrd_marrow"] = replace(found, sensitivity=None)
        elif found.low == 0.0:  # nothing is ever found without an assay that could have found something
            facts["mrd_marrow"] = replace(found, sensitivity=level.sensitivity or 1e-5)
    put("csf_blasts", min(facts["csf_blasts"].low, facts["csf_wbc"].low))
    seen = facts["csf_blasts"].low > 0.0
    facts["csf_cytology"] = replace(facts["csf_cytology"], text="positive" if seen else "negative")


def revealed(record: Course, truth: Course, visits: set[str]) -> Course:
    """Return a record in which everything written down is exact, and in the visits named everything is known."""
    whole = {v.id: v for v in truth.visits}
    exact = {(r.observable, r.day, r.source): r for r in truth.readings}
    return replace(
        record,
        visits=tuple(
            whole[v.id]
            if v.id in visits
            else replace(v, readings={n: whole[v.id].readings[n] for n in v.readings if n in whole[v.id].readings})
            for v in record.visits
        ),
        readings=tuple(exact.get((r.observable, r.day, r.source), r) for r in record.readings),
    )


def allows(reading: Reading, value: float) -> bool:
    """Return whether a reading leaves a value possible."""
    if reading.absence is not None:
        return True
    return compare(reading, "<", value) is not True and compare(reading, ">", value) is not True
