"""The loop over lanes (``driver.c``) as a function of Python's: its structures, filled from arrays, and its code.

The structures are those of ``driver.h``; a test compares them field by field.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
_POINTERS = ctypes.c_void_p


def _structure(name: str, **fields: str) -> type[ctypes.Structure]:
    """Return a structure of pointers, 64-bit integers and doubles, by their names in order."""
    kinds: dict[str, Any] = {"pointers": _POINTERS, "integers": ctypes.c_int64, "doubles": ctypes.c_double}
    listed = [(field, kinds[kind]) for kind, names in fields.items() for field in names.split()]
    return type(name, (ctypes.Structure,), {"_fields_": listed})


Batch = _structure(
    "Batch",
    pointers="y0 parameters inputs first_event last_event event_time event_target event_value times wanted queue "
    "values status steps fired ties fired_time fired_rule",
    integers="n_patients n_states n_parameters n_inputs n_times n_wanted observing max_steps logged",
)
Machine = _structure(
    "Machine",
    pointers="registers runs lookup_first lookup_signal lookup_edge edges lookup_table table modes to lasting quiet "
    "guard guard_signal guard_register guard_weight guard_above guard_limit action action_do action_index action_value "
    "action_delay rows",
    integers="n_transitions n_modes n_registers n_signals n_lookups observing",
    doubles="start every tie",
)
Kernel = _structure(
    "Kernel",
    pointers="prepare slope step bend interpolate observe advance",
    integers="width y parameters inputs h theta accepted error f tolerance rtol at",
)


class Filled:
    """A structure filled from arrays and numbers, which it keeps alive.

    Parameters
    ----------
    kind : type
        ``Batch``, ``Machine`` or ``Kernel``.
    values : mapping
        Every field: a contiguous array of doubles or 64-bit integers, an address, or a number.
    """

    def __init__(self, kind: type[ctypes.Structure], values: Mapping[str, NDArray[Any] | float]) -> None:
        self.values = dict(values)
        self.structure = kind()
        for field, of in kind._fields_:  # type: ignore[misc]
            value = self.values[field]
            if isinstance(value, np.ndarray):
                assert of is _POINTERS
                assert value.flags.c_contiguous
                assert value.dtype in (np.float64, np.int64)
                setattr(self.structure, field, value.ctypes.data)
            else:
                setattr(self.structure, field, value)

    def __getitem__(self, field: str) -> Any:
        return self.values[field]

    @property
    def pointer(self) -> Any:
        """Its address, as an argument."""
        return ctypes.byref(self.structure)


def sources() -> str:
    """Return a hash of the C files."""
    digest = hashlib.sha256()
    for name in ("driver.h", "driver.c", "entry.c"):
        digest.update((FOLDER / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


@functools.cache
def entry() -> Any:
    """Return the compiled loop: ``entry()(batch, machine, kernel, work, scratch)``, without the interpreter's lock.

    Raises
    ------
    RuntimeError
        When LLVM cannot build for this machine.
    """
    from trimer.engine.kernel.build import compiled

    owner, (address,) = compiled((FOLDER / "driver.ll").read_text(encoding="utf-8"), ("trimer_drive",))
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *[_POINTERS] * 5)(address)
    function.owner = owner  # type: ignore[attr-defined]  # keeps the machine code in memory
    return function


def drive(batch: Filled, machine: Filled, kernel: Filled, workspace: NDArray[np.float64]) -> int:
    """Solve patients from the batch's queue until it is empty; return the trial steps of whole vectors.

    Parameters
    ----------
    batch, machine, kernel : Filled
    workspace : array, shape (rows, W)
        This thread's, aligned for vector loads, with the tolerances filled in.
    """
    lanes = int(kernel["width"])
    numbers = sum(int(machine[n]) for n in ("n_registers", "n_transitions", "n_signals", "n_lookups"))
    scratch = np.zeros(max(1, lanes * numbers))
    work, room = ctypes.c_void_p(workspace.ctypes.data), ctypes.c_void_p(scratch.ctypes.data)
    return int(entry()(batch.pointer, machine.pointer, kernel.pointer, work, room))
