"""How figures look: colours with one meaning each, sizes, and matplotlib settings. No matplotlib import here.

Colours descend from the Okabe-Ito set, darkened where needed so that text in the same colour keeps a contrast of at
least 4.5 on white. Blasts are always vermilion, T cells blue, cytokines purple, the engager indigo.
"""

from __future__ import annotations

from typing import Any

INK = "#1b1f24"
SOFT = "#5a6470"
RULE = "#d5dae0"
GRID = "#e9edf1"
PAPER = "#ffffff"
UNFITTED = "#c9d0d8"

BLASTS = "#c2410c"
WHITE_CELLS = "#4b5563"
NEUTROPHILS = "#00795c"
PLATELETS = "#8a5a00"
HAEMOGLOBIN = "#a32044"
T_CELLS = "#005f9e"
B_CELLS = "#2a86b8"
IL6 = "#9b3f7d"
TEMPERATURE = "#b3541e"
ENGAGER = "#3d3a9c"
RESCUE = "#9b3f7d"
DRUG = "#7b8794"
PRESSURE = "#7a4b94"
OXYGEN = "#2b7a8c"

TONES = {"good": "#00795c", "bad": "#b42318", "warn": "#8a5a00", "neutral": "#6b7480"}

OBSERVABLES = {
    "marrow_blast_percent": BLASTS,
    "mrd_marrow": BLASTS,
    "blood_blast_percent": BLASTS,
    "blasts_blood": BLASTS,
    "b_lineage_blast_percent": BLASTS,
    "cd19_dim_percent": "#6d2a80",
    "wbc": WHITE_CELLS,
    "anc": NEUTROPHILS,
    "platelets": PLATELETS,
    "haemoglobin": HAEMOGLOBIN,
    "t_cells_blood": T_CELLS,
    "cd8_blood": T_CELLS,
    "t_cells_marrow": T_CELLS,
    "b_cells_blood": B_CELLS,
    "il6": IL6,
    "ifn_gamma": IL6,
    "il10": IL6,
    "temperature": TEMPERATURE,
    "hypotension": PRESSURE,
    "hypoxia": OXYGEN,
    "car_t_blood": ENGAGER,
}

# Clones by a word in their name; the rest take the spares in order.
CLONES = (
    ("dim", "#6d2a80"),
    ("resist", "#c2410c"),
    ("sensit", "#e08a4b"),
    ("persist", "#6b7480"),
    ("niche", "#6b7480"),
)
SPARES = ("#005f9e", "#00795c", "#8a5a00", "#9b3f7d")

SMALL, TEXT, TITLE = 7.2, 8.2, 10.5

SETTINGS: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 3.0,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.6,
    "ytick.minor.size": 0.0,
    "lines.linewidth": 1.5,
    "lines.solid_joinstyle": "round",
    "path.simplify": True,
    "path.simplify_threshold": 0.25,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "trimer",
}


def of(observable: str) -> str:
    """Return the colour of an observable."""
    return ENGAGER if observable.endswith("_plasma") else OBSERVABLES.get(observable, INK)


def clone(name: str, index: int) -> str:
    """Return the colour of a clone by a word in its name, else the ``index``-th spare."""
    for word, colour in CLONES:
        if word in name.lower():
            return colour
    return SPARES[index % len(SPARES)]
