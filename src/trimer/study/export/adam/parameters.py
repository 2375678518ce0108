"""Parameter codes of what a record observes: at most eight characters, one code an observable, always the same."""

from __future__ import annotations

from functools import cache

from trimer.observables import OBSERVABLES
from trimer.record.vocabulary import MARKERS, RECORD_ONLY, canonical_unit, label
from trimer.study.export.adam.tables import NAME

# Codes as laboratories and SDTM's test codes have them, and names that shortening would make unreadable.
_KNOWN = {
    "wbc": "WBC", "anc": "NEUT", "platelets": "PLAT", "haemoglobin": "HGB", "lymphocytes": "LYM", "potassium": "K",
    "phosphate": "PHOS", "calcium": "CA", "ionised_calcium": "CAION", "creatinine": "CREAT", "urate": "URATE",
    "temperature": "TEMP", "weight": "WEIGHT", "height": "HEIGHT", "marrow_blast_percent": "BLASTBM",
    "blood_blast_percent": "BLASTPB", "blasts_blood": "BLASTABS", "b_lineage_blast_percent": "BLASTBLN",
    "mrd_marrow": "MRD", "cd19_dim_percent": "CD19DIM", "t_cells_blood": "TCELL", "ifn_gamma": "IFNG",
    "hypotension": "HYPOTENS", "blinatumomab_plasma": "BLINPL", "philadelphia_chromosome": "PHCHROM",
    "kmt2a_rearrangement": "KMT2A", "csf_cytology": "CSFCYTO", "vital_status": "VITAL", "karyotype": "KARYO",
    "marrow_cellularity": "CELLBM", "marrow_cellularity_text": "CELLTEXT", "trilineage_haematopoiesis": "TRILIN",
    "gestation_week": "GESTWEEK", "erythroid_hyperplasia": "ERYHYPER", "dyserythropoiesis": "DYSERYTH",
} | {f"{marker}_intensity": f"{marker.upper().replace('_', '')}INT" for marker in MARKERS}  # fmt: skip


@cache
def codes() -> dict[str, str]:
    """Return the code of every observable of the vocabulary."""
    found = dict(_KNOWN)
    taken = set(found.values())
    for name in (*OBSERVABLES, *RECORD_ONLY):
        if name not in found:
            found[name] = _unused(_short(name), taken)
            taken.add(found[name])
    return found


def title(name: str) -> str:
    """Return what a parameter is, with its unit."""
    unit = canonical_unit(name)
    return f"{label(name)} ({unit})" if unit else label(name)


def _short(name: str) -> str:
    """Return a name in capitals; vowels after the first letter of a word go first, from the end."""
    letters = name.upper().replace("_", "")
    while len(letters) > NAME:
        place = next((i for i in range(len(letters) - 1, 0, -1) if letters[i] in "AEIOU"), 0)
        letters = letters[:place] + letters[place + 1 :] if place else letters[:NAME]
    return letters


def _unused(code: str, taken: set[str]) -> str:
    number, found = 1, code
    while found in taken:
        number += 1
        found = f"{code[: NAME - len(str(number))]}{number}"
    return found
