"""The three reports with every section filled, of synthetic results; SYNTHETIC TEST DATA throughout."""

from __future__ import annotations

import math

import numpy as np
from report_sample import CYCLE, ORIGIN, sample
from test_report_trial import result
from test_report_validation import found_of

from trimer.report import html, trial_page, trial_words, validation_page
from trimer.study.trial.power import power
from trimer.study.twin.forecast import Row
from trimer.study.vpc import CaseCheck


def check() -> CaseCheck:
    """Return a predictive check of the synthetic case: two observables, one of three values outside."""
    days = np.linspace(0.0, 800.0, 120)
    middle = {"platelets": 90.0 + 50.0 * np.sin(days / 60.0), "temperature": 37.0 + np.exp(-((days - CYCLE) ** 2))}
    bands = {name: np.stack([0.8 * x, x, 1.25 * x]) for name, x in middle.items()}
    rows = tuple(
        Row("e", name, name, unit, day, "a date", value, value, role, (0.8 * value, value, 1.25 * value), covered, 0.1,
            math.nan)
        for name, unit, day, value, role, covered in (
            ("platelets", "x10^9/L", 52.0, 140.0, "fitted", True),
            ("platelets", "x10^9/L", 780.0, 19.0, "foretold", False),
            ("temperature", "C", CYCLE + 1.0, 39.3, "fitted", True),
        )
    )  # fmt: skip
    return CaseCheck(
        case="synthetic", title="Synthetic test data", citation="Nobody A 2016", origin=ORIGIN.isoformat(),
        basis="posterior", population="model", until=CYCLE + 40.0, draws=10, error_scale=1.0, days=days, bands=bands,
        rows=rows, engager=CYCLE, infusions=((CYCLE, CYCLE + 30.0),),
    )  # fmt: skip


def pages() -> dict[str, str]:
    """Return the reports by name: replay, trial, validation."""
    trial = result()
    sizes = {n: power(trial.table, "blinatumomab", "chemotherapy", "cr_crh", n, repeats=50) for n in (20, 90)}
    title = trial_words.power_title("cr_crh", None, "chemotherapy")
    return {
        "replay": html.render(sample(), check()),
        "trial": trial_page.render(trial, (title, {"blinatumomab": sizes})),
        "validation": validation_page.render(found_of()),
    }
