"""What the rules read in single sentences, of our own making and of many kinds of report; many say nothing at all."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy", reason="the extra trimer[draft] is not installed")

from trimer.record.draft import Draft, propose


def told(draft: Draft) -> set[str]:
    """Return everything a draft proposes, one short line each; labels and conclusions left out."""
    lines = set()
    for event in draft.events:
        for item in (o.value for o in event.observations):
            number = f"{item.value:g}" if item.value is not None else ""
            number = f"{item.interval[0]:g}-{item.interval[1]:g}" if item.interval else number
            sign = "" if item.comparator == "=" else f"{item.comparator} "
            words = (f"{sign}{number}", item.unit, item.text, f"of {item.denominator}" if item.denominator else "")
            lines.add(" ".join(filter(None, (item.observable, *words))))
        for given in (g.value for g in event.given):
            days = f"days {','.join(map(str, given.days))}" if given.days else ""
            words = (given.regimen, given.drug, given.amount, given.rate, given.route, days)
            lines.add("give " + " ".join(filter(None, words)))
        lines |= {f"{e.value.kind} {e.value.name}" for e in event.episodes}
    return lines


NUMBERS = [
    ("Her WBC was 12.5 x 10^9/L.", {"wbc 12.5 10*9/L"}),
    ("The white blood cell count was 3,200/µL.", {"wbc 3200 /uL"}),
    ("The leukocyte count had risen to 88 G/L.", {"wbc 88 10*9/L"}),
    ("Platelets 15 K/uL and Hb 7.1 g/dL.", {"platelets 15 10*3/uL", "haemoglobin 7.1 g/dL"}),
    ("Platelet count: 45×10⁹/L; haemoglobin: 92 g/L.", {"platelets 45 10*9/L", "haemoglobin 92 g/L"}),
    ("ANC was below 0.5 × 109/L.", {"anc < 0.5 10*9/L"}),
    ("The neutrophil count was more than 1,500/mm3.", {"anc > 1500 /uL"}),
    ("The absolute neutrophil count recovered to ≥ 1.0 × 10^9/L.", {"anc >= 1 10*9/L"}),
    ("Platelets fell from 210 × 10^9/L to 35 × 10^9/L.", {"platelets 35 10*9/L"}),
    ("Her WBC was 12 000/µL and platelets were < 20 000/µL.", {"wbc 12000 /uL", "platelets < 20000 /uL"}),
    ("On day 14 500/µL neutrophils were counted.", {"anc 500 /uL"}),
    # A number that is written in a way not known, or may be read in two ways, is left out rather than cut.
    ("Leukocytes were 3,5 x 10^9/L and haemoglobin 8,5 g/dL.", set()),
    ("Leukocytes were 3,5 x 109/L, platelets 3,5 × 10 9/L.", set()),
    ("Leukocytes were 3.500/µL.", set()),
    ("Leukocytes were 10 000-20 000/µL.", set()),
    ("Platelets were 45'000/µL, haemoglobin 8·5 g/dL.", set()),
    ("The WBC rose from 1.0 to 5.0 × 10^9/L.", set()),
    ("There was fever up to 39.5 °C.", {"temperature 39.5 Cel"}),
    ("Calcium was 5 mEq/L and potassium 4 mEq/L.", {"potassium 4 mmol/L"}),
    ("Hemoglobin was 8.4 gm/dL (normal range 12–16 g/dL).", {"haemoglobin 8.4 g/dL"}),
    ("Serum creatinine was 1.9 mg/dL, potassium 5.8 mmol/L.", {"creatinine 1.9 mg/dL", "potassium 5.8 mmol/L"}),
    ("LDH was 1200 U/L and ferritin 3500 ng/mL, while IL-6 peaked at 850 pg/mL.", {"il6 850 pg/mL"}),
    ("Lymphocytes were 0.2 x 10^9/L.", {"lymphocytes 0.2 10*9/L"}),
    ("The bone marrow aspirate showed 62% lymphoblasts.", {"marrow_blast_percent 62 %"}),
    ("A marrow biopsy contained 15–20 % blasts.", {"marrow_blast_percent 15-20 %"}),
    ("Bone marrow aspirate: blasts 3 % of nucleated cells.", {"marrow_blast_percent 3 % of nucleated cells"}),
    ("The peripheral smear revealed 8 percent blasts.", {"blood_blast_percent 8 %"}),
    ("There were circulating blasts (34%).", {"blood_blast_percent 34 %"}),
    ("The bone marrow had fewer than 5% blasts.", {"marrow_blast_percent < 5 %"}),
    ("Flow cytometry of the marrow found MRD of 0.03%.", {"mrd_marrow 0.03 %"}),
    ("Bone marrow MRD was < 10^-4.", {"mrd_marrow < 0.0001 fraction"}),
    ("Marrow MRD by PCR was 2 × 10-3.", {"mrd_marrow 0.002 fraction"}),
    ("Bone marrow MRD was negative by flow cytometry.", {"mrd_marrow negative"}),
    ("CSF cytology showed malignant cells.", {"csf_cytology positive"}),
    ("The cerebrospinal fluid contained no malignant cells.", {"csf_cytology negative"}),
    ("FISH detected BCR/ABL.", {"bcr_abl positive"}),
    ("No KMT2A rearrangement was found by FISH.", {"kmt2a_rearrangement negative"}),
    ("The karyotype was 47,XY,+8.", {"karyotype 47,XY,+8"}),
    ("Blasts in the bone marrow were positive for CD19 and CD22 and negative for CD20.",
     {"cd19_intensity positive", "cd22_intensity positive", "cd20_intensity negative"}),
    ("On immunophenotyping the marrow cells were CD10+, CD19 (dim) and CD34-.",
     {"cd10_intensity positive", "cd19_intensity dim", "cd34_intensity negative"}),
]  # fmt: skip

TREATMENT = [
    ("He received vincristine 1.5 mg/m2 IV on days 1, 8 and 15.", {"give vincristine 1.5 mg/m2 iv days 1,8,15"}),
    ("Dexamethasone 20 mg orally was given on days 1-4.",
     {"give dexamethasone 20 mg po days 1,2,3,4"}),
    ("She was given intrathecal methotrexate 12 mg.", {"give methotrexate 12 mg it"}),
    ("Blinatumomab was started at 28 µg/day by continuous intravenous infusion.", {"give blinatumomab 28 ug/day civ"}),
    ("He was treated with 15 mcg/m2/day of blinatumomab.", {"give blinatumomab 15 ug/m2/day"}),
    ("Tocilizumab (8 mg/kg) was administered intravenously.", {"give tocilizumab 8 mg/kg iv", "rescue tocilizumab"}),
    ("Re-induction with FLAG-IDA was begun.", {"give flag_ida"}),
    ("Two cycles of CLAG were given.", {"give clag"}),
    ("She received cytarabine 2 g/m2 twice daily for 5 days.", {"give cytarabine 2 g/m2 days 1,2,3,4,5"}),
    ("The patient received inotuzumab ozogamicin.", {"give inotuzumab_ozogamicin"}),
    ("Treatment consisted of rituximab and prednisone 60 mg/m2 daily.", {"give rituximab", "give prednisone 60 mg/m2"}),
    ("After hyper-CVAD part B, venetoclax 400 mg was added.", {"give venetoclax 400 mg"}),
    ("CAR T cells were infused after fludarabine 30 mg/m2 had been given on days 1 to 3.",
     {"give fludarabine 30 mg/m2 days 1,2,3", "give car_t_cd19"}),
]  # fmt: skip

SILENT = [
    "",
    "No blasts were seen.",
    "He denied fever, chills or weight loss.",
    "She was not given tocilizumab.",
    "There was no evidence of cytokine release syndrome.",
    "Blinatumomab is a bispecific T-cell engager with affinity for CD19 and CD3.",
    "In a trial of blinatumomab, 43% of patients achieved remission.",
    "Patients received 9 mcg/day of blinatumomab, then 28 mcg/day.",
    "The median platelet count was 90 × 10^9/L in published cohorts.",
    "Her brother, a possible donor, had a haemoglobin of 15 g/dL.",
    "Treatment with CLAG was considered.",
    "Blinatumomab would have been started at 9 mcg/day.",
    "The disease was refractory to hyper-CVAD and CLAG.",
    "LDH was 800 U/L.",
    "Oxygen saturation was 92% on room air.",
    "The left ventricular ejection fraction was 55%.",
    "Donor chimerism was 98%.",
    "The hematocrit was 31%.",
    "The normal range of platelets is 150–400 × 10^9/L.",
    "A dose of 9 apples a day.",
    "Five of nine sections were reviewed by two observers in 2015.",
    "CD19-directed therapy is available.",
    "Monocytes were 12% and eosinophils 3%.",
    "1 2 3 4 5 6 7 8 9",
    "%%% ??? !!! ...",
    "Dziecko otrzymało leczenie; stan dobry.",
    "החולה קיבל טיפול",
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS, ids=lambda v: v[:40] if isinstance(v, str) else "")
def test_a_measurement_is_read_with_number_comparator_unit_and_denominator(text: str, expected: set[str]) -> None:
    assert told(propose(text)) == expected


@pytest.mark.parametrize(("text", "expected"), TREATMENT, ids=lambda v: v[:40] if isinstance(v, str) else "")
def test_a_treatment_is_read_with_dose_route_and_days(text: str, expected: set[str]) -> None:
    assert told(propose(text)) == expected


@pytest.mark.parametrize("text", SILENT, ids=lambda v: v[:40])
def test_what_is_denied_planned_named_only_or_of_others_is_not_proposed(text: str) -> None:
    assert told(propose(text)) == set()


BEGUN = "Blinatumomab 9 mcg/day was started on 2 March 2019. "
AFTER = [
    (BEGUN + "The infusion was interrupted.", {"hold blinatumomab"}),
    (BEGUN + "Blinatumomab was discontinued.", {"stop blinatumomab"}),
    (BEGUN + "The dose was increased to 28 mcg/day.", {"step blinatumomab", "give blinatumomab 28 ug/day"}),
    (BEGUN + "Treatment was resumed at 9 mcg/day.", {"resume blinatumomab"}),
    (BEGUN + "He developed cytokine release syndrome and seizures.", {"toxicity CRS", "toxicity seizure"}),
    (BEGUN + "Temperature rose to 39.4 °C without hypotension.", {"temperature 39.4 Cel"}),
    (BEGUN + "Fever of 103 °F and tachycardia were noted.", {"temperature 103 [degF]", "tachycardia present"}),
    (BEGUN + "He needed vasopressors for 3 days.", {"vasopressor_days 3 day", "rescue vasopressors"}),
    (BEGUN + "Acute pancreatitis was ruled out.", set()),
    (BEGUN + "He was moved to the intensive care unit.", {"procedure intensive care"}),
    (BEGUN + "Flow cytometry of the marrow did not detect residual leukemic blasts.", {"mrd_marrow negative"}),
    (BEGUN + "A fever of 39 °C was treated with dexamethasone.", {"temperature 39 Cel", "give dexamethasone"}),
    (
        BEGUN + "Dexamethasone 20 mg was given before. The infusion was interrupted.",
        {"give dexamethasone 20 mg", "hold blinatumomab"},
    ),
    (
        BEGUN + "He had CRS. Dexamethasone 10 mg IV was given.",
        {"toxicity CRS", "give dexamethasone 10 mg iv", "rescue dexamethasone"},
    ),
    (BEGUN + "He died 4 weeks later.", {"vital_status dead"}),
]


@pytest.mark.parametrize(("text", "expected"), AFTER, ids=lambda v: v[len(BEGUN) :][:40] if isinstance(v, str) else "")
def test_what_happens_under_treatment(text: str, expected: set[str]) -> None:
    assert told(propose(text)) == expected | {"give blinatumomab 9 ug/day"}


DATES = [
    ("In February 2015 the WBC was 4 x 10^9/L.", "2015-02"),
    ("On March 3, 2021 the WBC was 4 x 10^9/L.", "2021-03-03"),
    ("On 3rd March 2021 the WBC was 4 x 10^9/L.", "2021-03-03"),
    ("On 2021-03-03 the WBC was 4 x 10^9/L.", "2021-03-03"),
    ("On 03.04.2021 the WBC was 4 x 10^9/L.", "2021-04-03"),
    ("On 25/04/2021 the WBC was 4 x 10^9/L.", "2021-04-25"),
    ("In 07/2018 the WBC was 4 x 10^9/L.", "2018-07"),
    ("In 2018 the WBC was 4 x 10^9/L.", "2018"),
    ("In May 2018 the WBC was 4 x 10^9/L.", "2018-05"),
    ("On 03/04/2021 the WBC was 4 x 10^9/L.", None),
    ("On 31 February 2021 the WBC was 4 x 10^9/L.", "2021-02"),
    ("The WBC was 4 x 10^9/L.", None),
]


@pytest.mark.parametrize(("text", "date"), DATES)
def test_a_date_keeps_its_precision_and_one_of_two_readings_is_not_chosen(text: str, date: str | None) -> None:
    (event,) = propose(text).events
    assert event.date.value.on == date
    doubted = [d.candidates for d in event.doubts if d.field == "date.on"]
    assert doubted == ([("2021-03-04", "2021-04-03")] if "03/04" in text else [])


STEPS = [
    ("Two weeks later, a bone marrow biopsy showed 3% blasts.", {"to": "e01", "offset": "2 week"}),
    ("On day 15, a bone marrow biopsy showed 3% blasts.", {"to": "e01", "treatment_day": 15}),
    ("On day 8 of blinatumomab, a bone marrow biopsy showed 3% blasts.", {"to": "e01", "treatment_day": 8}),
    ("A bone marrow biopsy one month later showed 3% blasts.",
     {"to": "e01", "offset": "30 day", "tolerance": "2 day", "note": "The report counts in months: 1 month."}),
    ("After 10 days, a bone marrow biopsy showed 3% blasts.", {"to": "e01", "offset": "10 day"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "step"), STEPS)
def test_a_step_in_time_refers_to_the_event_it_counts_from(text: str, step: dict[str, object]) -> None:
    event = propose(BEGUN + text).events[1]
    assert [r.model_dump(exclude_defaults=True) for r in event.date.value.relative] == [step]


BOUNDS = ["up to 28 µg/day", "more than 28 µg/day", "9 to 28 µg/day"]


@pytest.mark.parametrize("words", BOUNDS)
def test_a_dose_told_by_a_bound_or_range_is_left_open(words: str) -> None:
    (given,) = propose(f"A 40-year-old man was treated with blinatumomab at {words}.").events[-1].given
    assert (given.value.drug, given.value.amount, given.value.rate) == ("blinatumomab", None, None)
    assert ("amount", ("28 ug/day",)) in [(doubt.field, doubt.candidates) for doubt in given.doubts]


def test_the_dose_of_another_drug_is_not_that_of_the_last() -> None:
    draft = propose(BEGUN + "She received less than 10 mg of dexamethasone.")
    assert told(draft) == told(propose(BEGUN))
