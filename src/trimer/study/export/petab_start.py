"""The model's start as formulas of its parameters: an export that is fitted must start where its parameters say.

The start of the run-in is plain arithmetic on arrays (:func:`trimer.model.leukaemia.initial`). Here the arrays are ones
that write down what is done to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from trimer.errors import ModelError
from trimer.model import leukaemia
from trimer.model.pharmacokinetics import DrugTerm

_INFIX: dict[Any, str] = {np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/"}
_CALLED: dict[Any, str] = {np.minimum: "min", np.maximum: "max"}


class _Written(np.ndarray[Any, Any]):
    """An array that is a formula, with the SBML unit of its sums; of products none is kept."""

    text: str
    unit: str

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        known = [x.unit for x in inputs if isinstance(x, _Written)]
        if method != "__call__" or settings or ufunc not in {*_INFIX, *_CALLED}:
            raise ModelError(f"the start of the model uses {ufunc.__name__}, which no formula is known for.")
        texts = [x.text if isinstance(x, _Written) else f"{float(x)!r} {known[0]}" for x in inputs]
        if ufunc in _CALLED:
            return _written(f"{_CALLED[ufunc]}({', '.join(texts)})", known[0])
        product = ufunc in (np.multiply, np.divide)
        return _written(f"({texts[0]} {_INFIX[ufunc]} {texts[1]})", "dimensionless" if product else known[0])


def _written(text: str, unit: str) -> _Written:
    found = np.zeros(()).view(_Written)
    found.text, found.unit = text, unit
    return found


def start_formulas(parameters: Iterable[str], units: Mapping[str, str], terms: Sequence[DrugTerm]) -> dict[str, str]:
    """Return the start of every state that hangs on a parameter, as an SBML formula.

    Parameters
    ----------
    parameters : iterable of str
        Of the model.
    units : mapping of str to str
        Identifier of the SBML unit, by parameter.
    terms : sequence of DrugTerm

    Raises
    ------
    ModelError
        When the model's start does what no formula is known for.
    """
    begin = leukaemia.initial({name: _written(name, units[name]) for name in parameters}, terms)
    return {state: start.text for state, start in begin.items() if isinstance(start, _Written)}
