"""Schedules of a front as protocol files, which other commands take."""

from __future__ import annotations

from pathlib import Path

from trimer.errors import InputError
from trimer.library.write_toml import toml_text
from trimer.storage import keep
from trimer.study.optimise.result import Judged, Optimised, in_sentence


def write_protocols(found: Optimised, folder: str | Path) -> list[Path]:
    """Write the compared schedules as protocol files; each says in its note what it was compared with and how it did.

    Returns
    -------
    list of Path
        One a schedule, called by its name; those that beat the reference first.

    Raises
    ------
    InputError
        When a file cannot be written.
    """
    place = Path(folder)
    paths = []
    for one in sorted(found.front, key=lambda one: one not in found.winners):
        document = {**one.document, "note": note(found, one)}
        if not keep(place, f"{one.name}.toml", toml_text(document).encode(), private=False):
            raise InputError(str(place), "no place to write", "a folder that can be written", "Name another.")
        paths.append(place / f"{one.name}.toml")
    return paths


def note(found: Optimised, one: Judged) -> str:
    """Return what a schedule's file says of it."""
    labels = {goal.outcome: in_sentence(goal.label) for goal in found.goals}
    did = "; ".join(f"{labels[name]} {d.verdict}" for name, d in one.differences.items())
    said = f"Found by the optimisation {found.optimisation.name} and compared with {found.optimisation.protocol}"
    return f"{said} in {found.fresh_subjects}: {did}. A schedule in a model; nobody's treatment."
