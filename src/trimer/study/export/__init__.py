"""Export a model with its patient and its dosing to formats that other simulators read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trimer.errors import InputError
from trimer.storage import write_file
from trimer.study.scenario import RUN_IN, SEED, SIZE
from trimer.therapy.size import Size

if TYPE_CHECKING:
    from trimer.study.export.document import Written
    from trimer.study.export.sheet import Sheet

__all__ = ["SbmlExport", "sbml"]


@dataclass(frozen=True)
class SbmlExport:
    """Hold a model as SBML.

    Attributes
    ----------
    text : str
        The document.
    id, title : str
    provenance : dict of str to str
        Version, treatment, patient, size, run-in, changes, hash of the equations: what the document says of itself.
    start, end : float, day
        Day of the treatment at time 0, and the last day on which something changes.
    parameters, states, rules, events : int
        How many there are.
    """

    text: str
    id: str
    title: str
    provenance: dict[str, str]
    start: float
    end: float
    parameters: int
    states: int
    rules: int
    events: int

    def write(self, path: str | Path) -> Path:
        """Write the document as a file, whole or not at all, and return the file.

        Raises
        ------
        InputError
            When its folder does not exist, or it cannot be written.
        """
        return write_file(path, self.text)

    def to_dict(self) -> dict[str, Any]:
        """Return what is in the document, without its text."""
        return {name: value for name, value in asdict(self).items() if name != "text"}


def sbml(
    treatment: str | Path | None = None,
    *,
    case: str | Path | None = None,
    cycles: int | None = None,
    patient: int | Literal["typical"] = "typical",
    seed: int = SEED,
    changes: Mapping[str, float] | None = None,
    size: Size = SIZE,
    run_in: float = RUN_IN,
    until: float | None = None,
) -> SbmlExport:
    """Return model, patient and dosing as an SBML Level 3 Version 2 document.

    Parameters
    ----------
    treatment : str or Path
        A regimen or a protocol: library name, or the user's own file. A protocol is followed for this patient first,
        and the doses it came to are exported.
    case : str or Path
        Instead of a treatment: a recorded case, for its doses and its patient's size.
    cycles : int, optional
        Of a regimen; default: all that it foresees.
    patient : int or "typical"
        Number of a virtual patient, the same as in every study with this seed.
    seed : int
    changes : mapping of str to float, optional
        Parameter values in canonical units.
    size : Size
        Of a patient under a treatment.
    run_in : float, day
        Time before a treatment in which the disease grows.
    until : float, day, optional
        Leave out what would change after this day; a protocol is followed for a year unless told otherwise.

    Raises
    ------
    InputError
        When what is given is at fault, nothing is left up to ``until``, or libSBML is not installed.
    SolveError
        When a protocol cannot be followed for this patient.
    """
    from trimer.study.export import document, subject

    document.libsbml()  # before the work
    user = dict(changes or {})
    if treatment is not None and case is None:
        chosen, whom = subject.of_treatment(treatment, cycles, size, run_in, user, seed)
    elif case is not None and treatment is None:
        chosen, whom = subject.of_case(case, user, seed)
    else:
        found = "neither a treatment nor a case" if case is None else "both a treatment and a case"
        raise InputError("export", found, "one of the two")
    sheet = subject.sheet(chosen, whom, patient, user, until)
    return _export(sheet, document.document(sheet))


def _export(sheet: Sheet, made: Written) -> SbmlExport:
    return SbmlExport(
        text=made.text, id=sheet.id, title=sheet.title, provenance=dict(sheet.provenance),
        start=sheet.start, end=max((row[0] for row in sheet.rows), default=sheet.start),
        parameters=len(sheet.parameters), states=len(sheet.states), rules=made.rules, events=made.events,
    )  # fmt: skip
