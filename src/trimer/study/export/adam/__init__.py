"""Export a recorded case or a virtual trial as analysis tables shaped by ADaM."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from trimer.errors import InputError
from trimer.record.case import Case
from trimer.record.read_yaml import bundled_cases
from trimer.study.export.adam.tables import AdamTables, Dataset, Variable
from trimer.study.trial.run import TrialResult

__all__ = ["AdamTables", "Dataset", "Variable", "adam"]


def adam(
    source: str | Path | Case | TrialResult,
    criteria: Sequence[str] | None = None,
    scales: Sequence[str] | None = None,
) -> AdamTables:
    """Return the analysis tables of a case or of a virtual trial: ADSL, ADEX, ADLB, ADRS, ADTTE and ADAE.

    Parameters
    ----------
    source : str, Path, Case or TrialResult
        Name of a bundled case, a case file, the folder of a finished trial (``trimer trial --keep``), or either already
        in memory.
    criteria, scales : sequence of str, optional
        Definitions that judge a case, as :func:`trimer.study.judge.judge_case` takes them; a trial was judged by its
        own.

    Raises
    ------
    CaseError
        When the case cannot be read.
    LibraryError, InputError
        When there is no such definition, one is given for a trial, or the folder holds no finished trial.
    """
    if isinstance(source, str | Path) and os.path.isdir(source) and str(source) not in bundled_cases():
        from trimer.study.trial.kept import kept

        source = kept(source)
    if isinstance(source, TrialResult):
        if criteria is not None or scales is not None:
            raise InputError("--criteria, --scale", "definitions for a trial", "none, as a trial was judged by its own")
        from trimer.study.export.adam.virtual import virtual_tables

        return virtual_tables(source)
    from trimer.study.cases import case_of
    from trimer.study.export.adam.recorded import recorded_tables

    return recorded_tables(case_of(source), criteria, scales)
