"""A finished calibration made ready to ship: its draws as a table, and a document that says how it came about.

Written twice from the same folder, both files are the same bytes: nothing in them is a date, a place or a duration.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

import trimer.library as library
from trimer.errors import InputError
from trimer.library import outcome_parameters
from trimer.library.load_calibration import DIGITS, table_text
from trimer.library.load_published import calibration
from trimer.storage import keep
from trimer.study.calibrate.prior import Free, from_normal
from trimer.study.calibrate.run import SCHEMA, Calibrated, Calibration, calibrate
from trimer.study.calibrate.stages import STAGES
from trimer.study.research import NOTICE

METHOD = (
    "Ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013, Comput Geosci 55:3-15), stage by "
    "stage; correlations that do not stand out from chance are not followed."
)
QUANTILES = (0.05, 0.5, 0.95)
NORMAL = (-1.6448536269514722, 0.0, 1.6448536269514722)  # the same of a standard normal
RESPONSE = "cr_crh"  # the target whose prediction by each draw is written down
NAME = re.compile(r"[a-z][a-z0-9_]*")
BARE = re.compile(r"[A-Za-z0-9_-]+")


def ship(found: Calibration | str | Path, name: str, into: str | Path) -> tuple[Path, Path]:
    """Write a calibration as ``<name>.csv`` and ``<name>.toml``.

    Parameters
    ----------
    found : Calibration, str or Path
        A calibration, or the folder of a finished one.
    name : str
        As populations will call it: small letters, digits and underscores.
    into : str or Path
        Folder to write to, made when it is not there.

    Returns
    -------
    (Path, Path)
        Of the draws and of the document.

    Raises
    ------
    InputError
        When the name is none, the calibration is not finished, or a file cannot be written.
    """
    checked_name(name)
    whole = found if isinstance(found, Calibration) else finished(found)
    place = Path(into)
    for kind, written in (("csv", table_text(whole.columns)), ("toml", toml(document(whole, name)))):
        file = f"{name}.{kind}"
        if not keep(place, file, written.encode(), private=False):
            raise InputError(str(place / file), "a file that cannot be written", "a folder that can be written")
    return place / f"{name}.csv", place / f"{name}.toml"


def checked_name(name: str) -> str:
    """Return the name under which a calibration is shipped, if it can be one.

    Raises
    ------
    InputError
        When it holds anything but small letters, digits and underscores.
    """
    if not NAME.fullmatch(name):
        raise InputError("name of the calibration", repr(name), "small letters, digits and _, beginning with a letter")
    return name


def finished(folder: str | Path) -> Calibration:
    """Return the finished calibration of the library's stages that a folder keeps; nothing is simulated again.

    Raises
    ------
    InputError
        When there is none, or equations, priors or targets have changed since.
    """
    place = Path(folder)
    hint = f"`trimer calibrate {place}` goes on where it stopped."
    try:
        given = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        names, numbers = given["stages"], {key: given[key] for key in ("members", "steps", "seed", "patients")}
    except (OSError, ValueError, LookupError, TypeError) as fault:
        raise InputError(str(place), "no calibration", "the folder of a calibration") from fault
    known = {stage.name: stage for stage in STAGES}
    steps = range(numbers["steps"] + 1)
    if not all((place / f"{name}-{number}.npz").is_file() for name in names for number in steps):
        raise InputError(str(place), "an unfinished calibration", "a finished one", hint)
    if not set(names) <= set(known):
        raise InputError(str(place), f"stages {', '.join(names)}", f"stages of {', '.join(known)}")
    return calibrate(place, stages=[known[name] for name in names], **numbers)


def document(found: Calibration, name: str = "") -> dict[str, Any]:
    """Return what a calibration says of itself, as plain values to six significant digits.

    Parameters
    ----------
    found : Calibration
    name : str

    Returns
    -------
    dict
        ``schema, name, kind, version, method, sources, note, draws, members, steps, seed, equations,
        priors_and_targets``; ``response``, the predicted share with CR or CRh of each draw, where it is a target; and
        ``stages`` by name: ``label, patients, misfit, failed, parameters, targets``. Of a parameter ``prior`` and
        ``posterior`` are the 5th, 50th and 95th percentile in its unit; of a target ``predicted`` likewise, ``error``
        and ``noise`` standard deviations on its scale, ``gap`` mean prediction minus observation in both together.
    """
    about = found.provenance
    units = _units()
    response = [
        own.ensemble.steps[-1].predictions[:, k]
        for own in found.stages
        for k, target in enumerate(own.targets)
        if target.name == RESPONSE
    ]
    said = {
        "schema": SCHEMA,
        "name": name,
        "kind": "fitted",
        "version": about["trimer"],
        "method": METHOD,
        "sources": sorted({p.source for p in calibration()}),  # all that a target may be taken from
        "note": NOTICE,
        "draws": len(next(iter(found.columns.values()))),
        **{key: about[key] for key in ("members", "steps", "seed", "equations")},
        "priors_and_targets": about["priors and targets"],
        **({"response": response[0]} if response else {}),
        "stages": {own.stage.name: _stage(own, found, units) for own in found.stages},
    }
    short: dict[str, Any] = _short(said)
    return short


def _stage(own: Calibrated, found: Calibration, units: Mapping[str, str]) -> dict[str, Any]:
    """Return what one stage says."""
    told, last = own.ensemble.diagnostics, own.ensemble.steps[-1]
    prior = from_normal(own.stage.prior, np.outer(NORMAL, np.ones(len(own.stage.prior))))
    limits = {"lowest": -math.inf, "highest": math.inf}
    return {
        "label": own.stage.label,
        "patients": found.provenance["patients"] or own.stage.patients,
        "misfit": told.misfit,
        "failed": told.failed,
        "parameters": [
            {
                **_free(free, units),
                "prior": prior[:, k],
                "posterior": np.quantile(found.columns[free.name], QUANTILES),
                "spread_left": told.spread[-1][k],
            }
            for k, free in enumerate(own.stage.prior)
        ],
        "targets": [
            {
                "name": target.name,
                "observed": target.value,
                "error": target.sd,
                "noise": target.noise,
                "scale": target.scale,
                **{key: getattr(target, key) for key, none in limits.items() if getattr(target, key) != none},
                "predicted": np.nanquantile(last.predictions[:, k], QUANTILES),
                "gap": told.gap[k],
            }
            for k, target in enumerate(own.targets)
        ],
    }


def _free(free: Free, units: Mapping[str, str]) -> dict[str, Any]:
    unit = units.get(free.name, "")
    bounds = {key: getattr(free, key) for key in ("scale", "middle", "sd", "low", "high")}
    return {"name": free.name, **({"unit": unit} if unit else {}), **bounds}


def _units() -> dict[str, str]:
    """Return the canonical unit of each parameter; a spread has none."""
    with as_file(files("trimer.model") / "leukaemia.toml") as path:
        known = {**library.parameter_file(path), **outcome_parameters()}
    return {name: item.unit for name, item in known.items() if item.unit != "1"}


def _short(value: Any) -> Any:
    """Return plain values, numbers to six significant digits, so that what is told is what is written."""
    if isinstance(value, Mapping):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _short(value.tolist())
    if isinstance(value, list):
        return [_short(item) for item in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def toml(values: Mapping[str, Any]) -> str:
    """Return a document as TOML: texts, numbers, lists of them, tables and lists of tables, in the order given.

    Parameters
    ----------
    values : mapping
        Values of a table before the tables in it, as TOML wants them.

    Notes
    -----
    :func:`tomllib.loads` returns what was given; a float is written with as many digits as tell it from all others.
    """
    return "\n".join(_table(values, ())).lstrip("\n") + "\n"


def _table(values: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """Return the lines of a table: what it holds itself, then the tables in it."""
    lines, inner = [], []
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            inner += ["", f"[{_dotted(here)}]"] if _own(value) else []
            inner += _table(value, here)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for item in value:
                inner += ["", f"[[{_dotted(here)}]]", *_table(item, here)]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines + inner


def _own(table: Mapping[str, Any]) -> bool:
    """Return whether a table needs a heading: it has values of its own, or nothing at all."""
    return not table or any(not isinstance(item, Mapping) for item in table.values())


def _dotted(path: Sequence[str]) -> str:
    return ".".join(map(_key, path))


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):  # JSON's escapes are TOML's, which wants DEL escaped as well
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)  # of a float always with a point, an exponent, "nan" or "inf"
