"""What a case file may observe: the shared observables, and terms that only a record has (markers, karyotype)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from trimer.observables import OBSERVABLES

DETECTION = ("positive", "negative", "not detected")
INTENSITY = ("positive", "dim", "heterogeneous", "negative")
PRESENCE = ("present", "absent")

MARKERS = ("cd9", "cd10", "cd19", "cd20", "cd22", "cd34", "cd38", "hla_dr", "tdt")
"""Antigens on blasts read by flow cytometry; each gives an observable ``<marker>_intensity``."""


@dataclass(frozen=True)
class Term:
    """Name one record-only observable.

    Attributes
    ----------
    name : str
    label : str
        What a table heading says.
    unit : str
        Canonical unit of its numbers; empty when it is told in words only.
    values : tuple of str
        Words it may take; empty when free text is allowed.
    """

    name: str
    label: str
    unit: str = ""
    values: tuple[str, ...] = ()


_ALL = (
    *(Term(f"{m}_intensity", f"{m.upper().replace('_', '-')} on blasts", values=INTENSITY) for m in MARKERS),
    Term("karyotype", "Karyotype"),
    Term("philadelphia_chromosome", "Philadelphia chromosome", values=DETECTION),
    Term("bcr_abl", "BCR/ABL rearrangement", values=DETECTION),
    Term("kmt2a_rearrangement", "KMT2A (MLL, 11q23) rearrangement", values=DETECTION),
    Term("csf_cytology", "Malignant cells in CSF", values=DETECTION),
    Term("marrow_cellularity_text", "Marrow cellularity", values=("hypocellular", "normocellular", "hypercellular")),
    Term("trilineage_haematopoiesis", "Trilineage haematopoiesis", values=PRESENCE),
    Term("erythroid_hyperplasia", "Erythroid hyperplasia", values=PRESENCE),
    Term("dyserythropoiesis", "Dyserythropoiesis", values=PRESENCE),
    Term("submandibular_swelling", "Submandibular swelling", values=PRESENCE),
    Term("pain", "Pain"),
    Term("cytopenia", "Cytopenia"),
    Term("activity", "Activity", values=("normal", "restricted", "bedridden")),
    Term("tachycardia", "Tachycardia", values=PRESENCE),
    Term("gestation_week", "Completed weeks of gestation", "week"),
    Term("amylase_lipase", "Pancreatic enzymes"),
    Term("vital_status", "Vital status", values=("alive", "dead")),
    Term("cns_signs", "Clinical signs of CNS leukaemia", values=PRESENCE),
    Term("new_lesion", "New extramedullary lesion", values=PRESENCE),
    Term("lesion_uptake", "Uptake of lesions on PET", values=("none", "reduced", "unchanged", "increased")),
    Term("red_cell_transfusion", "Red-cell transfusion in the week before", values=PRESENCE),
    Term("platelet_transfusion", "Platelet transfusion in the week before", values=PRESENCE),
    Term("arrhythmia", "Cardiac arrhythmia", values=PRESENCE),
    Term("neurologic_event", "Neurologic event"),
    Term("abdominal_pain", "Abdominal pain", values=("absent", "mild", "severe")),
    Term("pancreatitis_imaging", "Pancreatitis on imaging", values=PRESENCE),
)

RECORD_ONLY: dict[str, Term] = {term.name: term for term in _ALL}


def canonical_unit(name: str) -> str | None:
    """Return the canonical unit of an observable (empty for one told in words), or None when the name is unknown."""
    if name in OBSERVABLES:
        return OBSERVABLES[name].unit
    return RECORD_ONLY[name].unit if name in RECORD_ONLY else None


def molar_mass(name: str) -> float | None:
    """Return the molar mass (g/mol) of a substance that laboratories also report by mass, or None."""
    return OBSERVABLES[name].molar_mass if name in OBSERVABLES else None


def allowed_words(name: str) -> tuple[str, ...]:
    """Return the words a record-only observable may take; empty when any text will do."""
    return RECORD_ONLY[name].values if name in RECORD_ONLY else ()


def label(name: str) -> str:
    """Return what a table heading says for an observable, or the name itself when unknown."""
    if name in OBSERVABLES:
        return OBSERVABLES[name].label
    return RECORD_ONLY[name].label if name in RECORD_ONLY else name


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint naming up to three near misses among the known words, or an empty text."""
    found = difflib.get_close_matches(word, list(known), n=3, cutoff=0.55)
    return f"Nearest: {', '.join(found)}." if found else ""
