"""The vocabulary in which records, models and criteria meet: standard names, canonical units, one line of meaning.

A recorded observation and a simulated output with the same name are the same quantity in the same unit, so the same
criterion can judge both. Units are UCUM-like text that :mod:`trimer.units` parses; numbers inside Trimer are floats
in exactly these units.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    name: str
    unit: str
    label: str
    floor: float = 0.0
    log: bool = False


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

OBSERVABLES: dict[str, Observable] = {item.name: item for item in _ALL}
