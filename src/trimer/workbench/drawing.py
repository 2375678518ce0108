"""Figures as the workbench hands them out: which there are, as which files, and the bytes of one."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from trimer.workbench.answers import NotFoundError

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}


def check(source: str, kind: str, ending: str, kinds: Collection[str] | None = None) -> None:
    """Raise when there is no such figure.

    Parameters
    ----------
    source : str
        Of what it is to be: ``"case"``, ``"trial"`` or ``"fit"``.
    kind, ending : str
        Its name, and that of a file's kind.
    kinds : collection of str, optional
        Which there are; default: those of :mod:`trimer.report.plots`.

    Raises
    ------
    NotFoundError
        When none has this name, or none this ending.
    """
    from trimer.report.plots import base

    known = kinds or [plot.name for plot in base.list_plots(source)]
    if kind not in known or ending not in MEDIA:
        there = f"{', '.join(known)} as {', '.join(MEDIA)}"
        raise NotFoundError(f"No figure {kind[:40]!r} as {ending[:10]!r} of a {source}. There are: {there}.")


def drawn(kind: str, ending: str, found: Any, width: float, **options: Any) -> bytes:
    """Return a figure as a file of a kind; parameters and errors as :func:`trimer.report.plots.base.save`."""
    from trimer.report.plots import base

    with tempfile.TemporaryDirectory(prefix="trimer-figure-") as folder:
        return base.save(kind, found, Path(folder) / f"{kind}.{ending}", width, **options).read_bytes()
