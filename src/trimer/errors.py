"""Every error Trimer raises on purpose.

TrimerError
├── InputError          something you gave us: file, field, found, expected, what to do
│   ├── CaseError         a case file
│   ├── LibraryError      a drug, regimen, parameter or other library file, or an unknown name
│   ├── ProtocolError     a regimen or protocol that cannot be carried out
│   └── UnitError         a quantity without a unit, or with one of the wrong kind
├── ModelError          equations that cannot be traced or do not close
├── SolveError          a problem the engine cannot take (a patient that fails is a status, not this)
└── FitError            a fit that cannot be set up
"""

from __future__ import annotations


class TrimerError(Exception):
    """Base of all errors raised on purpose; the command line prints it as one line and exits with 2."""


class InputError(TrimerError):
    """Describe one fault in what the user gave: where, what was found, what was expected, what to do.

    Parameters
    ----------
    where : str
        File and field, e.g. ``"linder2016.yaml: events[3].observations[0].unit"``.
    found : str
        What stands there.
    expected : str
        What would have been accepted.
    hint : str, optional
        What to do next.
    """

    def __init__(self, where: str, found: str, expected: str, hint: str = "") -> None:
        self.where, self.found, self.expected, self.hint = where, found, expected, hint
        text = f"{where}: found {found}, expected {expected}."
        super().__init__(f"{text} {hint}".rstrip())


class CaseError(InputError):
    """A fault in a case file."""


class LibraryError(InputError):
    """A fault in a library file, or a name the library does not have."""


class ProtocolError(InputError):
    """A regimen or protocol that cannot be carried out."""


class UnitError(InputError):
    """A quantity without a unit, or with a unit of the wrong dimension."""


class ModelError(TrimerError):
    """Equations that cannot be traced, or whose names do not close."""


class SolveError(TrimerError):
    """A problem the engine cannot take at all."""


class FitError(TrimerError):
    """A fit that cannot be set up."""
