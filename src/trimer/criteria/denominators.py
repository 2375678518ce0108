"""A percentage of some cells as a percentage of all: only by a stated conversion, otherwise refused with the reason.

1.8 % of B cells is no MRD level. If B cells are 1 to 5 % of nucleated marrow cells it lies between 1.8e-4 and 9e-4; if
nothing is known about B cells, it cannot be compared with 1e-4 at all.
"""

from __future__ import annotations

import re
from dataclasses import replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import known
from trimer.criteria.response.evidence import in_words, of_all_cells
from trimer.errors import InputError

_SOURCE, _TARGET = "b_lineage_blast_percent", "mrd_marrow"
_SHARE = "b_cells_marrow_percent"
_B_CELLS = re.compile(
    r"(?:(?:of|the|all|total|marrow|bone marrow) )*(?:b[- ]?(?:lymphoid |lineage )?(?:cells?|lymphocytes?)"
    r"|cd19(?:\+|[- ]?positive)?(?: b)?(?:[- ](?:cells?|lymphocytes?))?)(?: (?:of|in) (?:the )?(?:bone )?marrow)?",
    re.IGNORECASE,
)


def of_b_cells(percent: Reading) -> bool:
    """Return whether a reading is a share of all B cells: it says so, or says nothing and its observable does."""
    whole = " ".join(percent.denominator.split())
    return bool(_B_CELLS.fullmatch(whole)) if whole else percent.observable == _SOURCE


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
        low_open=percent.low_open and low > 0.0, high_open=percent.high_open and percent.high <= 100.0 and high > low,
        method=f"converted: {how}", inferred=True, text="",
    )  # fmt: skip


def converted(course: Course, share: tuple[float, float] | None = None) -> Course:
    """Return a course in which every percentage of B cells that can be converted stands beside its MRD interval.

    A recorded share of B cells (``b_cells_marrow_percent``) of the same visit goes before ``share``. A visit that has
    an MRD level of nucleated cells already keeps it. Immature B cells recorded as a share of all nucleated cells (see
    :func:`trimer.criteria.response.evidence.of_all_cells`) are such a level; a share of any other cells, such as
    lymphocytes or T cells, stays as it is.

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
    percent, own = _percentage(visit), visit.get(_SHARE)
    if percent is None:
        return visit
    if not of_b_cells(percent):
        level = mrd_from_b_cells(percent, (100.0, 100.0), f"recorded as a share of {percent.denominator}")
        return replace(visit, readings={**visit.readings, _TARGET: replace(level, denominator=percent.denominator)})
    if own is not None and known(own):
        bounds, how = _between(own), "share of B cells recorded at the same visit"
    elif share is not None:
        bounds, how = share, f"B cells assumed to be {share[0]:g} to {share[1]:g} % of nucleated cells"
    else:
        return visit
    return replace(visit, readings={**visit.readings, _TARGET: mrd_from_b_cells(percent, bounds, how)})


def _percentage(visit: Visit) -> Reading | None:
    """Return the percentage that stands for an MRD level, if a visit has one that was measured.

    A share of B cells that was recorded under the name of the MRD level goes before the one recorded as itself.
    """
    level, percent = visit.get(_TARGET), visit.get(_SOURCE)
    if in_words(level) is False:
        return None  # a negative level says more than a share of B cells, which has no sensitivity of its own
    if level is not None and known(level):
        if known(of_all_cells(level)):
            return None
        percent = replace(level, low=100.0 * level.low, high=100.0 * level.high, unit="%")
    if percent is None or not known(percent) or percent.source == "simulated":
        return None
    of_all = bool(percent.denominator) and known(of_all_cells(percent))
    return percent if of_all or of_b_cells(percent) else None


def _between(share: Reading) -> tuple[float, float]:
    """Return a recorded share as bounds between 0 and 100 %."""
    return min(max(share.low, 0.0), 100.0), min(max(share.high, 0.0), 100.0)
