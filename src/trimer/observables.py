"""The vocabulary in which records, models and criteria meet: standard names, canonical units, one line of meaning.

A recorded observation and a simulated output with the same name are the same quantity in the same unit, so the same
criterion can judge both. Units are UCUM-like text that :mod:`trimer.units` parses; numbers inside Trimer are floats
in exactly these units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Observable:
    """Name one measurable quantity.

    Attributes
    ----------
    name : str
        Standard name, the same in case files, models, criteria, results.
    unit : str
        Canonical unit of every number carried under this name.
    label : str
        What a plot axis or table heading says.
    floor : float
        Smallest value that means something (assay floor of routine methods), used on logarithmic axes.
    log : bool
        Whether the quantity spans decades and is compared on the log scale.
    molar_mass : float or None, g/mol
        Where laboratories report a substance by mass (mg/dL) as often as by amount (mmol/L).
    """

    name: str
    unit: str
    label: str
    floor: float = 0.0
    log: bool = False
    molar_mass: float | None = None


_ALL = (
    Observable("marrow_blast_percent", "%", "Marrow blasts (of nucleated cells)", 0.01, False),
    Observable("blood_blast_percent", "%", "Blood blasts (of white cells)", 0.1, False),
    Observable("blasts_blood", "1e9/L", "Blood blasts", 0.001, True),
    Observable("b_lineage_blast_percent", "%", "Immature B cells (of marrow B cells)", 0.01, True),
    Observable("mrd_marrow", "fraction", "Marrow MRD (of nucleated cells)", 1e-6, True),
    Observable("cd19_dim_percent", "%", "CD19-dim share of blasts", 0.01, False),
    Observable("wbc", "1e9/L", "White cells", 0.05, True),
    Observable("anc", "1e9/L", "Neutrophils (ANC)", 0.02, True),
    Observable("platelets", "1e9/L", "Platelets", 2.0, True),
    Observable("haemoglobin", "g/dL", "Haemoglobin", 3.0, False),
    Observable("t_cells_blood", "1e9/L", "T cells in blood (CD3)", 0.001, True),
    Observable("cd8_blood", "1e9/L", "CD8 T cells in blood", 0.001, True),
    Observable("b_cells_blood", "1e9/L", "Normal B cells in blood", 0.001, True),
    Observable("t_cells_marrow", "1e9", "T cells in marrow", 0.01, True),
    Observable("blinatumomab_plasma", "ng/mL", "Blinatumomab, plasma", 0.001, True),
    Observable("il6", "pg/mL", "IL-6", 1.0, True),
    Observable("ifn_gamma", "pg/mL", "IFN-gamma", 1.0, True),
    Observable("il10", "pg/mL", "IL-10", 1.0, True),
    Observable("temperature", "Cel", "Temperature", 35.0, False),
    Observable(
        "hypotension", "grade", "Hypotension (0 none, 1 fluids suffice, 2 one vasopressor, 3 several)", 0.0, False
    ),
    Observable("hypoxia", "grade", "Hypoxia (0 none, 1 low-flow, 2 high-flow, 3 positive pressure)", 0.0, False),
    Observable("csf_blasts", "1e6/L", "Blasts in CSF", 0.001, True),
    Observable("extramedullary_blasts", "1e9", "Extramedullary blasts", 1e-6, True),
    Observable("marrow_cellularity", "%", "Marrow cellularity (of normal)", 1.0, False),
)

# What only a record holds: no equation gives it, criteria read it.
_CLINICAL = (
    Observable("age", "year", "Age"),
    Observable("weight", "kg", "Weight"),
    Observable("height", "m", "Height"),
    Observable("b_cells_marrow_percent", "%", "B cells of marrow (of nucleated cells)", 0.01),
    Observable("lymphocytes", "1e9/L", "Lymphocytes", 0.01, True),
    Observable("csf_wbc", "1e6/L", "White cells in CSF", 1.0, True),
    Observable("csf_rbc", "1e6/L", "Red cells in CSF", 1.0, True),
    Observable("deauville", "number", "Deauville score (1 to 5)"),
    Observable("node_diameter", "cm", "Longest diameter of the largest node", 0.1),
    Observable("lesion_area_change", "%", "Change of the summed product of diameters of up to six lesions"),
    Observable("vasopressor_count", "number", "Number of vasopressors"),
    Observable("vasopressor_dose", "grade", "Dose of vasopressors (1 low, 2 high)"),
    Observable("vasopressor_days", "day", "Days on vasopressors"),
    Observable("oxygen_fraction", "%", "Inspired oxygen (FiO2)", 21.0),
    Observable("organ_toxicity", "grade", "Highest CTCAE grade of organ toxicity other than transaminases"),
    Observable("transaminase_toxicity", "grade", "CTCAE grade of raised transaminases"),
    Observable("ice_score", "number", "ICE score (0 to 10)"),
    Observable(
        "consciousness",
        "grade",
        "Consciousness (0 normal, 1 wakes by itself, 2 to voice, 3 to touch, 4 not)",
    ),
    Observable("seizure", "grade", "Seizure (0 none, 1 resolves rapidly, 2 prolonged or life-threatening)"),
    Observable("motor_weakness", "grade", "Deep focal motor weakness (0 none, 1 present)"),
    Observable("cerebral_oedema", "grade", "Cerebral oedema (0 none, 1 focal, 2 diffuse or raised pressure)"),
    Observable("neurologic_toxicity", "grade", "CTCAE grade of a neurologic event"),
    Observable("urate", "umol/L", "Uric acid", 10.0, molar_mass=168.11),
    Observable("potassium", "mmol/L", "Potassium", 0.5),
    Observable("phosphate", "mmol/L", "Phosphate", 0.1, molar_mass=30.974),
    Observable("calcium", "mmol/L", "Calcium (corrected for albumin)", 0.1, molar_mass=40.078),
    Observable("ionised_calcium", "mmol/L", "Ionised calcium", 0.05, molar_mass=40.078),
    Observable("creatinine", "umol/L", "Creatinine", 5.0, molar_mass=113.12),
    Observable("creatinine_ratio", "fraction", "Creatinine over its upper limit of normal"),
    Observable("lipase_ratio", "fraction", "Lipase or amylase over its upper limit of normal"),
    Observable("judged_fact", "grade", "A fact told in words (0 no, 1 yes)"),
)

OBSERVABLES: dict[str, Observable] = {item.name: item for item in (*_ALL, *_CLINICAL)}

# What a model has with some drugs only.
_CAR_T = Observable("car_t_blood", "1e9/L", "CAR T cells in blood", 1e-6, True)
_PLASMA = "_plasma"


def described(output: str) -> Observable | None:
    """Return what an output is: of the vocabulary, or of a drug other than blinatumomab; None when it is neither."""
    if output in OBSERVABLES:
        return OBSERVABLES[output]
    if output == _CAR_T.name:
        return _CAR_T
    if not output.endswith(_PLASMA):
        return None
    like = OBSERVABLES[f"blinatumomab{_PLASMA}"]
    return replace(like, name=output, label=f"{output.removesuffix(_PLASMA)}, plasma")
