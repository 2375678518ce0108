"""A small population file and a plain population, that several tests use."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.library import outcome_parameters
from trimer.library.load_population import population_from_document
from trimer.parameters import Parameter
from trimer.population import Population
from trimer.study.population.draw import untreated

SEED = 20160216
SMALL: dict[str, Any] = {
    "name": "small",
    "label": "A small population",
    "burden": "marrow_blast_percent",
    "source": "trimer",
    "covariates": {
        "female": {
            "distribution": "categories", "kind": "assumed",
            "classes": [{"value": "0 number", "share": "60 %"}, {"value": "1 number", "share": "40 %"}],
        },
        "height": {
            "distribution": "normal", "kind": "assumed", "by": "female", "centre": ["1.8 m", "165 cm"],
            "spread": "7 cm", "low": "1.4 m", "high": "2.1 m",
        },
        "weight": {
            "distribution": "lognormal", "kind": "assumed", "centre": "75 kg", "spread": "20 %", "low": "45 kg",
            "high": "160 kg",
        },
        "marrow_blast_percent": {
            "distribution": "classes", "kind": "measured", "source": "Topp2015",
            "classes": [
                {"low": "10 %", "high": "50 %", "share": "30 %"}, {"low": "50 %", "high": "90 %", "share": "70 %"},
            ],
        },
    },
    "parameters": {"anc_0": {"value": "2500 1e6/L", "spread": "sd 0.5 log", "kind": "assumed"}},
    "effects": [
        {"parameter": "blinatumomab_CL", "covariate": "bsa", "slope": 0.6, "reference": "1.9 m2", "power": True,
         "kind": "measured", "source": "Clements2020"},
        {"parameter": "anc_0", "covariate": "marrow_blast_percent", "slope": -0.01, "reference": "50 %",
         "kind": "assumed"},
    ],
    "correlations": [
        {"between": ["t_blood_0", "t_marrow_0"], "r": 0.6, "kind": "assumed"},
        {"between": ["t_blood_0", "anc_0"], "r": -0.3, "kind": "assumed"},
    ],
}  # fmt: skip


def document(**changes: Any) -> dict[str, Any]:
    """Return the small file's content with fields replaced (None: left out)."""
    return {k: v for k, v in (copy.deepcopy(SMALL) | changes).items() if v is not None}


def covariate(name: str, **changes: Any) -> dict[str, Any]:
    """Return the covariates of the small file, one of them with fields replaced (None: left out)."""
    found = copy.deepcopy(SMALL["covariates"])
    found[name] = {k: v for k, v in (found.get(name, {}) | changes).items() if v is not None}
    return {"covariates": found}


def small(**changes: Any) -> Population:
    """Return the small population."""
    return population_from_document(document(**changes), "small.toml")


def known() -> dict[str, Parameter]:
    """Return every parameter of the untreated model and of what follows it."""
    return {**untreated().parameters, **outcome_parameters()}


def logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(share / (1.0 - share))
