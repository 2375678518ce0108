"""A calibration as it is shipped: a small table of draws, and a document that says how it came about.

``library/calibrations/<name>.csv`` holds one row a draw and one column a parameter; ``<name>.toml`` its version,
method, seed, equations, stages, priors and targets with what was predicted of them.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import LibraryError
from trimer.library.files import HERE
from trimer.library.load_population import known_parameter

Array = NDArray[np.float64]
FOLDER = HERE / "calibrations"
DIGITS = 6


@lru_cache(maxsize=8)
def calibrated(name: str) -> Mapping[str, Array]:
    """Return the draws of a calibration by parameter, shape (n_draws,); empty for the empty name.

    Parameters
    ----------
    name : str
        A calibration of the library, or the path of a CSV file of one's own; ``"none"`` or ``""`` for none.

    Raises
    ------
    LibraryError
        When there is none, or the file is damaged.
    """
    if name in ("", "none"):
        return {}
    path = Path(name) if name.endswith(".csv") else FOLDER / f"{name}.csv"
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        table = np.array(rows[1:], dtype=float)
        if table.ndim != 2 or not np.isfinite(table).all() or table.shape[1] != len(rows[0]):
            raise ValueError("rows of different lengths, or values that are not finite")
    except FileNotFoundError as fault:
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.csv"))) or "none yet"
        raise LibraryError("calibration", f'"{name}"', f"one of the library's: {known}; or a .csv file") from fault
    except (OSError, ValueError, LookupError) as fault:
        raise LibraryError(path.name, "a damaged file", "a table of numbers with a header") from fault
    for parameter in rows[0]:
        known_parameter(parameter.removesuffix(" spread"), f"{path.name}: column")
    return dict(zip(rows[0], table.T, strict=True))


def described(name: str) -> dict[str, Any]:
    """Return what a calibration of the library says of itself.

    Raises
    ------
    LibraryError
        When there is none.
    """
    path = FOLDER / f"{name}.toml"
    if not path.is_file():
        raise LibraryError("calibration", f'"{name}"', "a calibration of the library")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def table_text(columns: Mapping[str, Array]) -> str:
    """Return draws as CSV text, to six significant digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([f"{x:.{DIGITS}g}" for x in row] for row in zip(*columns.values(), strict=True))
    return out.getvalue()
