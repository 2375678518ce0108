"""The library: drugs, regimens, cases and their references as files; the folder is the registry.

A name finds a bundled file; a path finds the user's own. Importing this module reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.library.files import HERE, LARGEST, UnknownEntryError, find, list_entries

if TYPE_CHECKING:
    from trimer.library.bibliography import Reference
    from trimer.parameters import Parameter
    from trimer.population import Population
    from trimer.therapy.drug import Drug
    from trimer.therapy.order import Order
    from trimer.therapy.protocol import Protocol
    from trimer.therapy.regimen import Regimen
    from trimer.therapy.size import Size
    from trimer.therapy.trial import Trial

__all__ = [
    "LARGEST",
    "UnknownEntryError",
    "case_path",
    "drug",
    "drug_parameters",
    "list_entries",
    "needed",
    "outcome_parameters",
    "parameter_file",
    "population",
    "protocol",
    "references",
    "regimen",
    "regimen_parts",
    "trial",
]


def drug(name: str | Path) -> Drug:
    """Return a drug by library name, or from the user's own file.

    Raises
    ------
    LibraryError
        When there is no such drug (the nearest names are given), or the file has a fault.
    """
    path = find("drugs", name)
    return _drug(path) if path.parent.parent == HERE else _drug.__wrapped__(path)


def regimen(name: str | Path) -> Regimen:
    """Return a regimen by library name, or from the user's own file.

    Raises
    ------
    LibraryError
        When there is no such regimen (the nearest names are given), or the file has a fault.
    """
    path = find("regimens", name)
    return _regimen(path) if path.parent.parent == HERE else _regimen.__wrapped__(path)


def protocol(name: str | Path) -> Protocol:
    """Return a protocol by library name, or from the user's own file.

    Raises
    ------
    LibraryError
        When there is no such protocol (the nearest names are given), or the file has a fault.
    """
    from trimer.library.load_protocol import protocol_from

    return protocol_from(find("protocols", name))


def population(name: str | Path, shift: Mapping[str, Any] | None = None) -> Population:
    """Return a population by library name, or from the user's own file.

    Parameters
    ----------
    name : str or Path
    shift : mapping, optional
        Tables of covariates or parameters, as in a file, that replace its own: how a trial's patients differ.

    Raises
    ------
    LibraryError
        When there is no such population (the nearest names are given), or the file has a fault.
    """
    from trimer.library.load_population import population_from

    return population_from(find("populations", name), shift)


def trial(name: str | Path) -> Trial:
    """Return a trial by library name, or from the user's own file.

    Raises
    ------
    LibraryError
        When there is no such trial (the nearest names are given), or the file has a fault.
    """
    from trimer.library.load_trial import trial_from

    return trial_from(find("trials", name))


def regimen_parts() -> dict[str, tuple[str, ...]]:
    """Return what each regimen gives, by name: its drugs, and each with its route (``"methotrexate/it"``).

    These are the keys that an order may omit or replace; :func:`trimer.record.read_yaml.load_case` takes them as the
    regimens it knows.
    """
    found = {name: regimen(name) for name in list_entries("regimens")}
    return {name: (*r.drugs, *dict.fromkeys(f"{d.drug}/{d.route}" for d in r.doses)) for name, r in found.items()}


def case_path(name: str | Path) -> Path:
    """Return the file of a bundled case, or the user's own path.

    Raises
    ------
    LibraryError
        When there is no such case (the nearest names are given).
    """
    return find("cases", name)


def needed(orders: Sequence[Order]) -> tuple[dict[str, Regimen], dict[str, Drug]]:
    """Return the regimens and drugs that orders name, as :func:`trimer.therapy.realise.realise` takes them.

    Raises
    ------
    LibraryError
        When one is not in the library.
    """
    regimens = {name: regimen(name) for name in _unique(order.regimen for order in orders)}
    named = [*(order.drug for order in orders), *(name for r in regimens.values() for name in r.drugs)]
    return regimens, {name: drug(name) for name in _unique(named)}


def drug_parameters(name: str | Path | Drug, size: Size) -> dict[str, Parameter]:
    """Return a drug's parameters for a patient of this size.

    Names are ``<drug>_<parameter>``: ``_CL``, ``_Q`` [L/day], ``_V``, ``_V2`` [L], ``_ka``, ``_ke0``, ``_k_blasts``,
    ``_k_marrow``, ``_k_lymphocytes`` [1/day], ``_F_po`` and its like [fraction], ``_EC50`` [ng/mL, or IU/L].

    Raises
    ------
    LibraryError
        When there is no such drug or its file has a fault.
    """
    from trimer.therapy.drug import Drug

    found = name if isinstance(name, Drug) else drug(name)
    return found.parameters(size)


def parameter_file(path: str | Path) -> dict[str, Parameter]:
    """Return the parameters of a model's TOML file, by name.

    Each table is one parameter and its header is the name used by the equations::

        [k_growth]
        value = "0.10 /day"          # number and unit, as printed in the source
        unit = "1/day"               # optional: canonical unit to convert to; else the unit written
        spread = "45 %"              # optional: CV between patients, or "sd 0.3 log", "sd 0.5 logit", "sd 1.2 L"
        distribution = "lognormal"   # optional: implied by the spread; "bernoulli" for a probability
        kind = "measured"            # measured | fitted | assumed
        source = "Clements2020"      # key in references.bib, or "trimer"
        where = "Table 3"            # optional: place in the source, or the data fitted
        note = "..."                 # why, for an assumed value; "recalled" where not seen

    A CV becomes a standard deviation on the log scale by sqrt(ln(1 + CV**2)). Shares and other pure numbers are
    written ``"0.3 fraction"`` or ``"30 %"``.

    Raises
    ------
    LibraryError
        When a field is missing, unknown or contradicts another.
    UnitError
        When a value has no unit or one of the wrong kind.
    """
    file = Path(path)
    ours = file.is_relative_to(HERE.parent)
    return dict(_parameter_file(file) if ours else _parameter_file.__wrapped__(file))


@cache
def _parameter_file(file: Path) -> dict[str, Parameter]:
    from trimer.library.entries import parameter_from
    from trimer.library.files import read_toml

    return {
        name: parameter_from(name, entry, _declared(entry), f"{file.name}: {name}", "model")
        for name, entry in read_toml(file).items()
    }


def outcome_parameters() -> dict[str, Parameter]:
    """Return the parameters of what follows treatment and is not in the equations, ``outcome.toml``, by name."""
    return parameter_file(HERE / "outcome.toml")


@lru_cache(maxsize=1)
def references() -> dict[str, Reference]:
    """Return the bibliography by citation key."""
    from trimer.library.bibliography import read_bibliography

    return read_bibliography(HERE / "references.bib")


def _declared(entry: object) -> str:
    return str(entry.get("unit", "")) if isinstance(entry, dict) else ""


# Bundled files do not change while we run; the user's own are read anew each time.
@lru_cache(maxsize=128)
def _drug(path: Path) -> Drug:
    from trimer.library.load_drug import drug_from

    return drug_from(path)


@lru_cache(maxsize=128)
def _regimen(path: Path) -> Regimen:
    from trimer.library.load_regimen import regimen_from

    return regimen_from(path)


def _unique(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]
