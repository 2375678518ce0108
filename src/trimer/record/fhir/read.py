"""A FHIR Bundle as a case: our own comes back as it was, another's as far as the case file has a place for it.

Nothing is dropped in silence: what was not read is listed with resource, path and value.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.record.case import Case
from trimer.record.fhir import foreign, own
from trimer.record.fhir.foreign import Known
from trimer.record.fhir.source import load, parse
from trimer.record.fhir.unread import Unread
from trimer.record.schema import CaseDocument
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin


@dataclass(frozen=True)
class Imported:
    """Hold what a Bundle became.

    Attributes
    ----------
    document : CaseDocument
        The case; every check of a case file has passed.
    unread : tuple of Unread
        What of the Bundle the case does not hold, in the order of the Bundle.
    ours : bool
        Whether Trimer wrote the Bundle.
    """

    document: CaseDocument
    unread: tuple[Unread, ...]
    ours: bool

    @property
    def case(self) -> Case:
        """The case with its dates resolved."""
        return Case(self.document, make_schedule(self.document, Origin(self.document.id)))

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return {
            "ours": self.ours,
            "case": self.document.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "unread": [asdict(item) for item in self.unread],
        }


def read_bundle(payload: bytes, name: str = "bundle.json", known: Known | None = None) -> Imported:
    """Return the case that a Bundle holds.

    Parameters
    ----------
    payload : bytes
        JSON, at most 20 MB.
    name : str
        Of the file, for messages.
    known : Known, optional
        What the user knows and another's Bundle does not say: weight, height, age. It is written as assumed.

    Raises
    ------
    InputError
        When the payload is no Bundle of one patient, a case cannot be made of it, or what a case needs is in neither
        the Bundle nor ``known``.
    """
    resources = parse(payload, name)
    if own.written_by_us(resources):
        document, unread = own.read(resources, name)
        return Imported(document, unread, True)
    document, unread = foreign.read(resources, name, known or Known())
    return Imported(document, unread, False)


def load_bundle(path: str | Path, known: Known | None = None) -> Imported:
    """Return the case that a Bundle's file holds; arguments and errors as :func:`read_bundle`."""
    path = Path(path)
    if path.is_dir():
        raise InputError(str(path), "a folder", "a FHIR R4 Bundle in JSON")
    return read_bundle(load(path), path.name.encode("utf-8", "replace").decode(), known)  # a name may be no text
