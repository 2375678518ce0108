"""The variables of the datasets: ADaM's and SDTM's names and labels, and a few of our own that are marked so.

Names and labels are those of the ADaM and SDTM implementation guides as public specifications print them; those that
we add (scale of a grade, bounds of a value that is not exact, number of a virtual patient) name what neither has.
"""

from __future__ import annotations

from trimer.study.export.adam.tables import Variable

YES = ("Y",)
YES_NO = ("Y", "N")
NOT_IMPUTED = "Always empty: a date that is not known to the day is left out, and none is imputed."
NO_CALENDAR = "Empty: a virtual trial has days and no calendar."


def _own(name: str, label: str, kind: str = "text", comment: str = "", unit: str = "") -> Variable:
    return Variable(name, label, kind, comment=comment, unit=unit, own=True)  # type: ignore[arg-type]


# ---- who

STUDYID = Variable("STUDYID", "Study Identifier", origin="Assigned")
USUBJID = Variable("USUBJID", "Unique Subject Identifier", origin="Assigned")
SUBJID = Variable("SUBJID", "Subject Identifier for the Study", origin="Assigned")
SITEID = Variable("SITEID", "Study Site Identifier", origin="Assigned", comment="Empty: there is no site.")
AGE = Variable("AGE", "Age", "float", "Collected", unit="YEARS")
AGEU = Variable("AGEU", "Age Units", origin="Assigned", codelist=("YEARS",))
SEX = Variable("SEX", "Sex", origin="Collected", codelist=("F", "M", "U"))
RACE = Variable("RACE", "Race", origin="Collected", comment="Empty: not recorded.")
ARM = Variable("ARM", "Description of Planned Arm", origin="Assigned")
ARMCD = Variable("ARMCD", "Planned Arm Code", origin="Assigned")
TRT01P = Variable("TRT01P", "Planned Treatment for Period 01", origin="Assigned")
TRT01PN = Variable("TRT01PN", "Planned Treatment for Period 01 (N)", "integer", "Assigned")
TRT01A = Variable("TRT01A", "Actual Treatment for Period 01", origin="Assigned")
TRT01AN = Variable("TRT01AN", "Actual Treatment for Period 01 (N)", "integer", "Assigned")
ITTFL = Variable("ITTFL", "Intent-To-Treat Population Flag", codelist=YES_NO)
SAFFL = Variable("SAFFL", "Safety Population Flag", codelist=YES_NO)
TRTSDT = Variable("TRTSDT", "Date of First Exposure to Treatment", "date")
TRTEDT = Variable("TRTEDT", "Date of Last Exposure to Treatment", "date")
HEIGHTBL = Variable("HEIGHTBL", "Baseline Height (cm)", "float", "Collected", unit="cm")
WEIGHTBL = Variable("WEIGHTBL", "Baseline Weight (kg)", "float", "Collected", unit="kg")
BSABL = Variable("BSABL", "Baseline Body Surface Area (m2)", "float", unit="m2")
DTHFL = Variable("DTHFL", "Subject Died?", codelist=YES)
DTHDT = Variable("DTHDT", "Date of Death", "date")
DTHCAUS = Variable("DTHCAUS", "Cause of Death")

SUBJECT = (STUDYID, USUBJID, SUBJID, SITEID, AGE, AGEU, SEX, RACE, ARM, ARMCD, TRT01P, TRT01PN, TRT01A, TRT01AN,
           ITTFL, SAFFL, TRTSDT, TRTEDT, HEIGHTBL, WEIGHTBL, BSABL, DTHFL, DTHDT, DTHCAUS)  # fmt: skip

SIZE_KIND = _own("SIZEKIND", "Weight and Height Stated or Assumed", comment="assumed: not in the report.")
VPATIENT = _own("VPATIENT", "Virtual Patient, Shared Between Arms", "integer")
VREPLIC = _own("VREPLIC", "Replicate of the Trial", "integer")
VDRAW = _own("VDRAW", "Calibrated Draw", "integer")
SIMSTAT = _own("SIMSTAT", "Solver Status (0 Solved)", "integer", "Not solved: in no population and no other dataset.")
DEATH_DAY = _own("DTHDY", "Study Day of Death", "integer", "Day 1 is entry.")
TRANSPLANT = _own("HSCTFL", "Stem Cell Transplant Flag")
TRANSPLANT_DAY = _own("HSCTDY", "Study Day of Transplant", "integer", "Day 1 is entry.")

# ---- what was found: the basic data structure

TRTP = Variable("TRTP", "Planned Treatment", origin="Assigned")
TRTA = Variable("TRTA", "Actual Treatment", origin="Assigned")
PARAMCD = Variable("PARAMCD", "Parameter Code", origin="Assigned")
PARAM = Variable("PARAM", "Parameter", origin="Assigned")
PARCAT1 = Variable("PARCAT1", "Parameter Category 1", origin="Assigned")
AVAL = Variable("AVAL", "Analysis Value", "float")
AVALC = Variable("AVALC", "Analysis Value (C)")
AVALU = Variable("AVALU", "Analysis Value Unit", origin="Assigned")
AVISIT = Variable("AVISIT", "Analysis Visit")
BASE = Variable("BASE", "Baseline Value", "float")
CHG = Variable("CHG", "Change from Baseline", "float")
ABLFL = Variable("ABLFL", "Baseline Record Flag", codelist=YES)
ADT = Variable("ADT", "Analysis Date", "date")
ADTF = Variable("ADTF", "Analysis Date Imputation Flag", codelist=("D", "M", "Y"), comment=NOT_IMPUTED)
ADY = Variable("ADY", "Analysis Relative Day", "integer", comment="Day 1 is the first day of treatment; no day 0.")
ASTDT = Variable("ASTDT", "Analysis Start Date", "date")
ASTDTF = Variable("ASTDTF", "Analysis Start Date Imputation Flag", codelist=("D", "M", "Y"), comment=NOT_IMPUTED)
ASTDY = Variable("ASTDY", "Analysis Start Relative Day", "integer")
AENDT = Variable("AENDT", "Analysis End Date", "date")
AENDTF = Variable("AENDTF", "Analysis End Date Imputation Flag", codelist=("D", "M", "Y"), comment=NOT_IMPUTED)
AENDY = Variable("AENDY", "Analysis End Relative Day", "integer")
ASEQ = Variable("ASEQ", "Analysis Sequence Number", "integer")

AVALLO = _own("AVALLO", "Analysis Value, Lowest Possible", "float", "Of a value that is no single number.")
AVALHI = _own("AVALHI", "Analysis Value, Highest Possible", "float", "Of a value that is no single number.")
ADYLO = _own("ADYLO", "Analysis Relative Day, Earliest Possible", "integer", "Where the day is not known.")
ADYHI = _own("ADYHI", "Analysis Relative Day, Latest Possible", "integer", "Where the day is not known.")
ASTDYLO = _own("ASTDYLO", "Start Relative Day, Earliest Possible", "integer", "Where the day is not known.")
ASTDYHI = _own("ASTDYHI", "Start Relative Day, Latest Possible", "integer", "Where the day is not known.")
SRCEVENT = _own("SRCEVENT", "Event of the Case File")

# ---- laboratory, exposure, response, time to event, adverse events

LBDTC = Variable(
    "LBDTC", "Date/Time of Specimen Collection", origin="Collected", comment="ISO 8601, an interval included."
)
LBSPEC = Variable("LBSPEC", "Specimen Type", origin="Collected")
LBMETHOD = Variable("LBMETHOD", "Method of Test or Examination", origin="Collected")
LBSTAT = Variable("LBSTAT", "Completion Status", origin="Collected", codelist=("NOT DONE",))
LBREASND = Variable("LBREASND", "Reason Test Not Done", origin="Collected", comment="not stated: the report is silent.")
LBDENOM = _own("LBDENOM", "Denominator of a Percentage")
LBSENS = _own("LBSENS", "Smallest Detectable Fraction of Assay", "float")
LBINFER = _own("LBINFER", "Number Read out of Words Flag")

EXTRT = Variable("EXTRT", "Name of Treatment", origin="Collected")
EXROUTE = Variable("EXROUTE", "Route of Administration", origin="Collected")
EXSTDTC = Variable(
    "EXSTDTC", "Start Date/Time of Treatment", origin="Collected", comment="ISO 8601, an interval included."
)
EXDETAIL = _own("EXDETAIL", "Detail of the Dose as Recorded")

RSDTC = Variable("RSDTC", "Date/Time of Assessment", origin="Collected", comment="ISO 8601, an interval included.")
POSSIBLE = _own("POSSIBLE", "Categories the Facts Leave Open")
SUPPORT = _own("SUPPORT", "What Settled the Category")
REASON = _own("REASON", "Reason of the Judgement")

CNSR = Variable("CNSR", "Censor", "integer", codelist=("0", "1"))
EVNTDESC = Variable("EVNTDESC", "Event or Censoring Description")
CNSDTDSC = Variable("CNSDTDSC", "Censor Date Description")
STARTDT = Variable("STARTDT", "Time-to-Event Origin Date for Subject", "date")
STARTDY = _own("STARTDY", "Study Day of the Time-to-Event Origin", "integer")

AESEQ = Variable("AESEQ", "Sequence Number", "integer", "Assigned")
AETERM = Variable("AETERM", "Reported Term for the Adverse Event", origin="Collected")
AECAT = Variable("AECAT", "Category for Adverse Event", origin="Assigned", codelist=("JUDGED", "STATED"))
AETOXGR = Variable("AETOXGR", "Standard Toxicity Grade", codelist=("1", "2", "3", "4", "5"))
ATOXGRN = Variable("ATOXGRN", "Analysis Toxicity Grade (N)", "integer")
TRTEMFL = Variable("TRTEMFL", "Treatment Emergent Analysis Flag", codelist=YES)
AESTDTC = Variable(
    "AESTDTC", "Start Date/Time of Adverse Event", origin="Collected", comment="ISO 8601, an interval included."
)
AETOXSCL = _own(
    "AETOXSCL", "Scale of the Toxicity Grade", comment="SDTM asks for it in the metadata; scales differ by row."
)
AETOXGLO = _own("AETOXGLO", "Toxicity Grade, Lowest Possible", "integer")
AETOXGHI = _own("AETOXGHI", "Toxicity Grade, Highest Possible", "integer")
CYC1GRN = _own("CYC1GRN", "Worst Grade in Cycle 1", "integer")
NEARFL = _own("NEARFL", "Within 3 Days of a Start or Step Flag")
EXPODY = _own("EXPODY", "Day of the Exposure at Onset", "integer", "Day 1 is the first day of that exposure.")
