"""Named values: what equations read ``y``, ``p`` and ``u`` through, whichever backend calls them."""

from __future__ import annotations

from typing import Any

from trimer.errors import ModelError


class Named(dict[str, Any]):
    """Hold values by name, read as ``y.drug`` or ``y["drug"]``.

    Parameters
    ----------
    kind : str
        What the values are, for messages, e.g. ``"state"``.
    values : dict of str to anything
        Floats, arrays, quantities or expressions.

    Raises
    ------
    ModelError
        When a name is read that is not there.
    """

    __slots__ = ("__dict__", "_kind")

    def __init__(self, kind: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._kind = kind
        self.__dict__ = self  # names are found as attributes without a call; equations read a million of them

    def __missing__(self, name: str) -> Any:
        raise ModelError(f"the equations read the {self._kind} {name!r}, which the system does not declare.")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocol look-ups (copy, pickle) are not names of the model
            raise AttributeError(name)
        return self[name]
