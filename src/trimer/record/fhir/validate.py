"""Whether a Bundle is FHIR: every resource held against the models of the library fhir.resources (R4B)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pydantic import ValidationError

from trimer.errors import InputError


def models() -> Any:
    """Return the library's R4B models; those of R4 itself it no longer has, and what we write is the same in both.

    Raises
    ------
    InputError
        When it is not installed.
    """
    try:
        return import_module("fhir.resources.R4B")
    except ImportError as error:
        wanted = "the Python package fhir.resources"
        raise InputError("fhir", "no FHIR models", wanted, "Install it with: pip install 'trimer[clinical]'") from error


def validate(bundle: dict[str, Any], name: str = "bundle") -> None:
    """Check a Bundle's structure: names, types, how often, required elements, codes of required value sets.

    Profiles, invariants and terminology beyond those are not checked.

    Raises
    ------
    InputError
        When the library is not installed, or at the first fault.
    """
    try:
        models().get_fhir_model_class("Bundle").model_validate(bundle)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"])
        raise InputError(f"{name}: {where}", repr(first.get("input"))[:60], first["msg"]) from None
