"""Read a case from a YAML file; whatever is wrong with it comes out as one clear :class:`CaseError`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trimer.errors import CaseError
from trimer.record import check, timing, tree
from trimer.record.case import Case
from trimer.record.schema import DRAFT, PATTERNS, CaseDocument
from trimer.record.vocabulary import nearest

BUNDLED = Path(__file__).parents[1] / "library" / "cases"


def load_case(
    path_or_name: str | Path,
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> Case:
    """Return a case from a file, or a bundled one by its name, checked and with its dates resolved.

    Parameters
    ----------
    path_or_name : str or Path
        ``"linder2016"``, or a path to a YAML file.
    known_drugs, known_regimens : collection of str, optional
        Names of the library, against which the case's are checked; without them they are taken as they are.

    Raises
    ------
    CaseError
        One message with file, field and line, what was found, what was expected, and a hint.
    """
    path = _find(path_or_name)
    return read_case(tree.read_text(path), path.name, known_drugs, known_regimens)


def read_case(
    text: str,
    name: str = "case",
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> Case:
    """Return a case from YAML text; arguments and errors as :func:`load_case`."""
    return case_of(*tree.parse(text, name), known_drugs, known_regimens)


def case_of(
    value: Any,
    origin: tree.Origin,
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> Case:
    """Return a case from plain values, wherever they were read; ``origin`` says where each stands.

    Other arguments and errors as :func:`load_case`.
    """
    document = _validate(value, origin)
    check.check(document, origin, known_drugs, known_regimens)
    return Case(document, timing.make_schedule(document, origin))


def faults(
    text: str,
    name: str = "case",
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> tuple[CaseError, ...]:
    """Return everything that is wrong with YAML text as far as one can tell, at most some hundred faults.

    What does not parse has one fault. Names, units and dates are looked at when every field is one the schema knows,
    and whether dates contradict each other when each is good by itself. Arguments as :func:`load_case`.
    """
    try:
        value, origin = tree.parse(text, name)
    except CaseError as fault:
        return (fault,)
    return faults_of(value, origin, known_drugs, known_regimens)


def faults_of(
    value: Any,
    origin: tree.Origin,
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> tuple[CaseError, ...]:
    """Return everything that is wrong with plain values, as :func:`faults` does; arguments as :func:`case_of`."""
    try:
        model = CaseDocument.model_validate(_mapping(value, origin))
    except CaseError as fault:
        return (fault,)
    except ValidationError as error:
        return tuple(_told(fault, origin) for fault in _ordered(error)[: check.MOST])
    found = (*check.faults(model, origin, known_drugs, known_regimens), *timing.faults(model, origin))
    if not found:
        try:
            timing.make_schedule(model, origin)
        except CaseError as fault:
            return (fault,)
    return found[: check.MOST]


def bundled_cases() -> tuple[str, ...]:
    """Return the names of the cases that come with the package."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.yaml")))


def _find(path_or_name: str | Path) -> Path:
    name = str(path_or_name)
    if name in bundled_cases():
        return BUNDLED / f"{name}.yaml"
    path = Path(path_or_name)
    try:
        folder, there = path.is_dir(), path.exists()
    except OSError:  # a name longer than any file's
        folder, there, name = False, False, f"{name[:60]}..."
    if folder or not there:
        hint = nearest(name, bundled_cases()) or f"Bundled cases: {', '.join(bundled_cases())}."
        found = "a folder" if folder else "no such file or bundled case"
        raise CaseError(name, found, "a YAML case file or the name of a bundled case", hint)
    return path


def _validate(value: Any, origin: tree.Origin) -> CaseDocument:
    try:
        return CaseDocument.model_validate(_mapping(value, origin))
    except ValidationError as error:
        found = _ordered(error)
        more = f"{len(found) - 1} more to correct after this." if len(found) > 1 else ""
        raise _told(found[0], origin, more) from None


def _mapping(value: Any, origin: tree.Origin) -> dict[str, Any]:
    if not isinstance(value, dict):
        found = "nothing" if value is None else f"a {_kind(value)}"
        raise CaseError(
            origin.name, found, "a mapping with the fields schema, id, title, source, patient, origin, events"
        )
    if value.get("schema") == DRAFT:
        hint = "Review its items, then: trimer draft accept DRAFT.yaml -o case.yaml"
        raise CaseError(origin.where("schema"), "a draft, which is no case yet", "a case file (trimer/case/1)", hint)
    return value


def _ordered(error: ValidationError) -> list[ErrorDetails]:
    """Return the faults that pydantic found; unknown fields first, as they cause missing ones.

    A list that is too short because everything in it is at fault is none of its own.
    """
    found = error.errors(include_url=False)
    above = {fault["loc"][:n] for fault in found for n in range(len(fault["loc"]))}
    own = [fault for fault in found if fault["type"] != "too_short" or fault["loc"] not in above]
    return sorted(own, key=lambda fault: fault["type"] != "extra_forbidden")


def _told(fault: ErrorDetails, origin: tree.Origin, more: str = "") -> CaseError:
    """Return a fault that pydantic found, in our words."""
    path = tuple(key for key in fault["loc"] if key != "[key]")
    context: Mapping[str, Any] = fault.get("ctx") or {}
    if fault["type"] == "extra_forbidden":
        known = _fields_at(path[:-1])
        hint = nearest(str(path[-1]), known) or f"Fields here: {', '.join(known)}."
        found = f"a field that does not exist, {str(path[-1])[:60]!r}"
        return CaseError(origin.where(*path), found, "only fields of the schema", _join(hint, more))
    if fault["type"] == "missing":
        return CaseError(origin.where(*path), "nothing", "this field, which is required", more)
    if fault["type"] in ("literal_error", "enum"):
        words = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        return CaseError(
            origin.where(*path), _shown(fault["input"]), f"one of {', '.join(words)}",
            _join(nearest(str(fault["input"]), words), more),
        )  # fmt: skip
    return CaseError(origin.where(*path), _shown(fault["input"]), _expected(fault["type"], fault["msg"], context), more)


_EXPECTED = {
    "string_type": "text (in quotes if it looks like a number)",
    "float_type": "a number, with its unit in the field unit",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "model_type": "a mapping of fields",
    "model_attributes_type": "a mapping of fields",
    "dict_type": "a mapping of fields",
    "string_too_short": "some text",
    "too_short": "at least one",
}


def _expected(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(str(context.get("pattern")), "text of another form")
    return _EXPECTED.get(kind, message.removeprefix("Input should be "))


def _fields_at(path: tuple[str | int, ...]) -> list[str]:
    """Return the fields the schema knows at a path."""
    model: type[BaseModel] | None = CaseDocument
    for key in path:
        if isinstance(key, int) or model is None:
            continue
        field = next((f for name, f in model.model_fields.items() if key in (name, f.alias)), None)
        model = next(_models(field.annotation), None) if field is not None else None
    return [field.alias or name for name, field in model.model_fields.items()] if model is not None else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _kind(value: Any) -> str:
    return {list: "list", str: "text", bool: "truth value"}.get(type(value), "number")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _join(*hints: str) -> str:
    return " ".join(hint for hint in hints if hint)
