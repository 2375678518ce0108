"""Trimer: simulate and judge T-cell-engager therapy in B-cell leukaemia. Research software, never advice for a patient.

The names below are the door: each is loaded from its room when it is first used, so that ``import trimer`` costs
nothing. Inside the package nobody imports from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimer.catalogue import list_entries
    from trimer.criteria import judge, list_criteria
    from trimer.engine.solve import solve
    from trimer.errors import TrimerError
    from trimer.library import drug, regimen
    from trimer.observables import OBSERVABLES
    from trimer.record.case import Case
    from trimer.record.read_yaml import load_case
    from trimer.study.ask.run import ask
    from trimer.study.calibrate.run import calibrate
    from trimer.study.check import check
    from trimer.study.cohort import import_cohort
    from trimer.study.judge import judge_case
    from trimer.study.label import label
    from trimer.study.lines import lines
    from trimer.study.optimise.run import optimise
    from trimer.study.patient_endpoints import sensitivity
    from trimer.study.population.draw import draw_population
    from trimer.study.replay import replay
    from trimer.study.simulate import simulate
    from trimer.study.trial.run import trial
    from trimer.study.twin.forecast import forecast
    from trimer.study.twin.run import fit
    from trimer.study.validate import validate
    from trimer.study.whatif import whatif
    from trimer.therapy.drug import Drug
    from trimer.therapy.regimen import Regimen

__all__ = [  # noqa: RUF022 (plain alphabetical order, as a test asks)
    "Case",
    "Drug",
    "OBSERVABLES",
    "Regimen",
    "TrimerError",
    "__version__",
    "ask",
    "calibrate",
    "check",
    "draw_population",
    "drug",
    "fit",
    "forecast",
    "import_cohort",
    "judge",
    "judge_case",
    "label",
    "lines",
    "list_criteria",
    "list_entries",
    "load_case",
    "optimise",
    "regimen",
    "replay",
    "sensitivity",
    "simulate",
    "solve",
    "trial",
    "validate",
    "whatif",
]

__version__ = "0.1.0"

# Where each name lives.
HOMES = {
    "Case": "trimer.record.case",
    "Drug": "trimer.therapy.drug",
    "OBSERVABLES": "trimer.observables",
    "Regimen": "trimer.therapy.regimen",
    "TrimerError": "trimer.errors",
    "ask": "trimer.study.ask.run",
    "calibrate": "trimer.study.calibrate.run",
    "check": "trimer.study.check",
    "draw_population": "trimer.study.population.draw",
    "drug": "trimer.library",
    "fit": "trimer.study.twin.run",
    "forecast": "trimer.study.twin.forecast",
    "import_cohort": "trimer.study.cohort",
    "judge": "trimer.criteria",
    "judge_case": "trimer.study.judge",
    "label": "trimer.study.label",
    "lines": "trimer.study.lines",
    "list_criteria": "trimer.criteria",
    "list_entries": "trimer.catalogue",
    "load_case": "trimer.record.read_yaml",
    "optimise": "trimer.study.optimise.run",
    "regimen": "trimer.library",
    "replay": "trimer.study.replay",
    "sensitivity": "trimer.study.patient_endpoints",
    "simulate": "trimer.study.simulate",
    "solve": "trimer.engine.solve",
    "trial": "trimer.study.trial.run",
    "validate": "trimer.study.validate",
    "whatif": "trimer.study.whatif",
}


def __getattr__(name: str) -> Any:
    """Load a name of the door from its room."""
    if name not in HOMES:
        raise AttributeError(f"module 'trimer' has no attribute {name!r}")
    value = getattr(import_module(HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the door and the module's own names."""
    return sorted({*globals(), *__all__})
