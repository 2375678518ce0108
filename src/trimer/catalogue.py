"""Everything that has a name, found by kind: files of the library, criteria, parameters, observables, schemas."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError

FOLDERS = ("cases", "regimens", "drugs", "mappings", "protocols", "populations", "trials", "questions", "optimisations")
OTHERS = ("criteria", "labels", "models", "parameters", "observables", "references", "schemas")


def kind_of(text: str) -> str:
    """Return a kind by its plural name; the singular is understood.

    Raises
    ------
    LibraryError
        When there is no such kind.
    """
    kinds = (*FOLDERS, *OTHERS)
    plural = {"criterion": "criteria"}.get(text, text if text in kinds else f"{text}s")
    if plural not in kinds:
        raise LibraryError("kind", f'"{text}"', f"one of {', '.join(kinds)}")
    return plural


def _catalogue(kind: str) -> dict[str, Any]:
    """Return the entries of a kind that is no folder of files, by name."""
    if kind == "criteria":
        from trimer.criteria import list_criteria

        return {item.name: item for item in list_criteria()}
    if kind == "labels":
        from trimer.criteria.labels import list_labels

        return {item.name: item for item in list_labels()}
    if kind == "observables":
        from trimer.observables import OBSERVABLES

        return dict(OBSERVABLES)
    from trimer.library import parameter_file, references

    if kind == "references":
        return dict(references())
    package = Path(__file__).parent
    if kind == "schemas":
        return {path.name.removesuffix(".schema.json"): path for path in package.glob("library/**/*.schema.json")}
    files = {path.stem: path for path in package.glob("model/*.toml")}
    if kind == "models":
        return files
    return {name: item for path in files.values() for name, item in parameter_file(path).items()}


def entries(kind: str) -> list[dict[str, str]]:
    """Return name and label of every entry of a kind, by name.

    Raises
    ------
    LibraryError
        When there is no such kind.
    """
    kind = kind_of(kind)
    if kind in FOLDERS:
        from trimer.library import list_entries
        from trimer.library.files import find

        return [{"name": name, "label": _label(find(kind, name))} for name in list_entries(kind)]
    return [{"name": name, "label": _describe(item)} for name, item in sorted(_catalogue(kind).items())]


def list_entries(kind: str) -> tuple[str, ...]:
    """Return the names of every entry of a kind, sorted: files of the library, criteria, labels, observables and so on.

    Parameters
    ----------
    kind : str
        Any that ``trimer list`` knows, such as ``"drugs"`` or ``"labels"``; the singular is understood.

    Raises
    ------
    LibraryError
        When there is no such kind.
    """
    return tuple(row["name"] for row in entries(kind))


def entry(kind: str, name: str) -> tuple[Any, Path | None]:
    """Return one entry, checked, and the file it stands in (None when it is no file of its own).

    Raises
    ------
    LibraryError
        When there is no such kind or name; the nearest names are given.
    """
    kind = kind_of(kind)
    if kind in FOLDERS:
        from trimer.library import drug, population, protocol, regimen, trial
        from trimer.library.files import HERE, find
        from trimer.library.load_optimisation import optimisation
        from trimer.library.load_question import question

        path = find(kind, name)
        read: dict[str, Callable[[Path], Any]] = {
            "drugs": drug, "regimens": regimen, "protocols": protocol, "cases": _case, "mappings": _mapping,
            "populations": population, "trials": trial, "questions": question, "optimisations": optimisation,
        }  # fmt: skip
        if kind not in read and path.parent.parent != HERE:
            raise LibraryError(str(path)[:80], "a file of your own", f"the name of one of the {kind} in the library")
        return read.get(kind, _document)(path), path
    found = _catalogue(kind)
    if name not in found:
        near = difflib.get_close_matches(name, found, n=3)
        hint = f"Nearest: {', '.join(near)}." if near else f"`trimer list {kind}` shows all."
        raise LibraryError(kind, f'"{name}"', "a name in the list", hint)
    item = found[name]
    return (_document(item), item) if isinstance(item, Path) else (item, None)


def _case(path: Path) -> Any:
    from trimer.record.read_yaml import load_case

    return load_case(path).to_dict()


def _mapping(path: Path) -> Any:
    from trimer.study.cohort import load_mapping

    load_mapping(path)
    return _document(path)


def _document(path: Path) -> Any:
    """Return the content of a TOML, YAML or JSON file of the package."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        import tomllib

        return tomllib.loads(text)
    if path.suffix == ".json":
        import json

        return json.loads(text)
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _label(path: Path) -> str:
    """Return what a file calls itself, without the cost of checking it."""
    document = _document(path)
    return str(document.get("label", document.get("title", "")))


def _describe(item: Any) -> str:
    if isinstance(item, Path):
        return item.name
    if hasattr(item, "kind") and hasattr(item, "value"):
        return f"{item.value:.4g} {item.unit} ({item.kind}, {item.source})"
    label = str(getattr(item, "label", getattr(item, "title", item)))
    return f"{label} [{item.unit}]" if hasattr(item, "unit") else label
