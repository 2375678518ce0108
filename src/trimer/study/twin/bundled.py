"""A posterior as it is shipped: a small table of draws, and a document that says how it came about and mixed.

``library/posteriors/<case>.csv`` holds one row a draw, in standard deviations of the prior; ``<case>.toml`` what it is
of. A table of other data, another model or another prior is not used: the twin is fitted instead.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trimer.errors import InputError
from trimer.library.files import HERE
from trimer.library.load_calibration import table_text
from trimer.library.write_toml import toml_text
from trimer.storage import keep
from trimer.study.cases import case_of
from trimer.study.replay import Setting
from trimer.study.twin.posterior import Mixing, Posterior
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.run import ERROR_SCALE, Progress, Twin, fit, identity_of
from trimer.study.twin.segment import Source, segment_of

FOLDER = HERE / "posteriors"
DRAWS = 512
COMPARED = ("case", "data", "doses", "equations", "population", "prior", "errors", "error_scale")


def twin_of(case: Source, *, progress: Progress | None = None, **settings: Any) -> Twin:
    """Return the twin of a case: the one that is shipped, when it is of this record and model, else a new fit.

    Parameters
    ----------
    case : str, Path, Case or Setting
    progress : callable, optional
    **settings
        Of :func:`trimer.study.twin.run.fit`; with any of them, the twin is fitted.

    Raises
    ------
    TrimerError
        As of the fit.
    """
    if not settings:
        found = shipped(case)
        if found is not None:
            return found
    return fit(case, progress=progress, **settings)


def shipped(case: Source, folder: Path = FOLDER) -> Twin | None:
    """Return the shipped posterior of a case, or None when there is none of just this record, model and prior.

    It may know the record up to a date only, as its document says.
    """
    found = case if isinstance(case, Setting) else case_of(case)
    name = found.case.id if isinstance(found, Setting) else found.id
    table, document = folder / f"{name}.csv", folder / f"{name}.toml"
    if not (table.is_file() and document.is_file()):
        return None
    said = tomllib.loads(document.read_text(encoding="utf-8"))
    segment = segment_of(found, said["until"] or None, POPULATION)
    now = identity_of(segment, ERROR_SCALE)
    if any(said["of"].get(part) != now[part] for part in COMPARED):
        return None
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8"))))
    if tuple(rows[0]) != segment.prior.names:
        return None
    z = np.array(rows[1:], dtype=float)
    walkers = int(said["walkers_kept"])
    paths = z.reshape(walkers, -1, z.shape[1])
    posterior = Posterior(segment.prior.names, paths, np.zeros(paths.shape[:2]))
    reported, mixed = ({x["name"]: Mixing(x["rhat"], x["ess"]) for x in said[k]} for k in ("reported", "parameter"))
    return Twin(segment, posterior, reported, {**said["of"], **said["sampling"], "shipped": True}, mixed)


def ship(twin: Twin, until: str = "", folder: str | Path = FOLDER, draws: int = DRAWS) -> tuple[Path, Path]:
    """Write a twin's posterior as ``<case>.csv`` and ``<case>.toml``; the same twin gives the same bytes.

    Parameters
    ----------
    twin : Twin
    until : str
        The date or event up to which it knows the record, as it was fitted; empty for all of it.
    folder : str or Path
    draws : int
        A whole number of draws of each walker.

    Raises
    ------
    InputError
        When the twin does not know the record up to just then, the draws are no whole number a walker, or nothing can
        be written.
    """
    walkers, kept, _ = twin.posterior.paths.shape
    if segment_of(twin.segment.setting, until or None, POPULATION).known != twin.segment.known:
        raise InputError("until", f'"{until}"', "the date or event the twin was fitted up to")
    if draws % walkers or draws // walkers > kept:
        raise InputError("draws", str(draws), f"a multiple of {walkers}, at most {walkers * kept}")
    moments = np.linspace(0, kept - 1, draws // walkers).astype(int)
    z = twin.posterior.paths[:, moments].reshape(draws, -1)
    table = table_text({name: z[:, k] for k, name in enumerate(twin.posterior.names)})
    provenance = twin.provenance
    document = {
        "until": until,
        "of": {part: provenance[part] for part in COMPARED},
        "walkers_kept": walkers,
        "sampling": {k: v for k, v in provenance.items() if k not in COMPARED},
        "reported": _listed(twin.reported),
        "parameter": _listed(twin.parameters),
    }
    place = Path(folder)
    for name, text in ((f"{twin.case.id}.csv", table), (f"{twin.case.id}.toml", toml_text(document))):
        if not keep(place, name, text.encode(), private=False):
            raise InputError(str(place / name), "a file that cannot be written", "one that can")
    return place / f"{twin.case.id}.csv", place / f"{twin.case.id}.toml"


def _listed(found: Mapping[str, Mixing]) -> list[dict[str, Any]]:
    return [{"name": name, "rhat": _short(m.rhat), "ess": _short(m.ess)} for name, m in found.items()]


def _short(x: float) -> float:
    return float(f"{x:.4g}")
