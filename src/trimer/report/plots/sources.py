"""Of what the figures of a case are drawn: its replay, or its visual predictive check.

A case may be bundled or a file of one's own, with a posterior or without: a replay fits what it is given, and a check
falls back to the population.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.study.result import ReplayResult
    from trimer.study.vpc import CaseCheck
    from trimer.study.vpc_cohort import CohortCheck

Progress = Callable[[str, float], None]


def of_case(
    kind: str, source: str | Path, *, threads: int | None = None, progress: Progress | None = None
) -> ReplayResult | CaseCheck | CohortCheck:
    """Return what a figure of a case is drawn of.

    Parameters
    ----------
    kind : str
        Name of the figure: ``"vpc"``, or one drawn of a replay.
    source : str or Path
        Name of a bundled case or a case file; for ``"vpc"`` also a published series of
        :data:`trimer.study.vpc_cohort.COHORTS`.
    threads : int, optional
    progress : callable, optional
        Called with a sentence and a fraction done. A replay whose fit is not kept on disk takes about a minute, a check
        seconds.

    Raises
    ------
    TrimerError
        When the case, or something it names, is at fault.
    """
    if kind != "vpc":
        from trimer.study.replay import replay

        return replay(source, threads=threads, progress=progress)
    from trimer.study.vpc import case_check
    from trimer.study.vpc_cohort import COHORTS, cohort_check

    if str(source) in COHORTS:
        return cohort_check(str(source), threads=threads, progress=progress)
    return case_check(source, threads=threads, progress=progress)
