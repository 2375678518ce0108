"""A percentage of some cells as a percentage of all: only by a stated conversion, otherwise refused with the reason.

1.8 % of B cells is no MRD level. If B cells are 1 to 5 % of nucleated marrow cells it lies between 1.8e-4 and 9e-4; if
nothing is known about B cells, it cannot be compared with 1e-4 at all.
"""

from __future__ import annotations

from dataclasses import replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import known
from trimer.errors import InputError

_SOURCE, _TARGET = "b_lineage_blast_percent", "mrd_marrow"
_SHARE = "b_cells_marrow_percent"


def mrd_from_b_cells(percent: Reading, share: tuple[float, float], how: str) -> Reading:
    """Return a percentage of B cells as an interval of MRD.

    Parameters
    ----------
    percent : Reading, %
        Immature cells of marrow B cells.
    share : (float, float), %
        B cells of nucleated marrow cells, lowest and highest.
    how : str
        Where the share comes from, kept as the method.

    Returns
    -------
    Reading, fraction of nucleated cells
        Inferred; its bounds are those of the product.
    """
    low, high = max(percent.low, 0.0) * share[0] / 1e4, min(percent.high, 100.0) * share[1] / 1e4
    return replace(
        percent, observable=_TARGET, low=low, high=high, unit="fraction", denominator="nucleated cells",
        method=f"converted: {how}", inferred=True, text="",
    )  # fmt: skip


def converted(course: Course, share: tuple[float, float] | None = None) -> Course:
    """Return a course in which every percentage of B cells that can be converted stands beside its MRD interval.

    A recorded share of B cells (``b_cells_marrow_percent``) of the same visit goes before ``share``. A visit that has
    an MRD level already keeps it.

    Parameters
    ----------
    course : Course
    share : (float, float), %, optional
        B cells of nucleated marrow cells, assumed for every visit that does not record its own.

    Raises
    ------
    InputError
        When the share is not an interval between 0 and 100 %.
    """
    if share is not None and not 0.0 <= share[0] <= share[1] <= 100.0:
        raise InputError("share of B cells", f"{share[0]:g} to {share[1]:g} %", "an interval between 0 and 100 %")
    return replace(course, visits=tuple(_visit(visit, share) for visit in course.visits))


def _visit(visit: Visit, share: tuple[float, float] | None) -> Visit:
    percent, own, level = (visit.get(name) for name in (_SOURCE, _SHARE, _TARGET))
    if percent is None or not known(percent) or percent.source == "simulated" or known(level):
        return visit
    if own is not None and known(own):
        bounds, how = (max(own.low, 0.0), min(own.high, 100.0)), "share of B cells recorded at the same visit"
    elif share is not None:
        bounds, how = share, f"B cells assumed to be {share[0]:g} to {share[1]:g} % of nucleated cells"
    else:
        return visit
    return replace(visit, readings={**visit.readings, _TARGET: mrd_from_b_cells(percent, bounds, how)})
