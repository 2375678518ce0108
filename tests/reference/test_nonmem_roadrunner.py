"""Our concentrations against libRoadRunner, which is given the equations as SBML, the doses from an event table.

The document's own dosing events are taken out. The table and its dictionary are read here by a reader of a few lines
that knows nothing of ours, and every dose is put into the model where the dictionary's compartments say.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import libsbml
import numpy as np
import pandas as pd
import pytest
import roadrunner

from trimer.study.export import sbml
from trimer.study.export.nonmem_simulated import simulate_subjects, write_simulated
from trimer.study.simulate import Settings

pytestmark = pytest.mark.usefixtures("quick_to_load")
ALLOWED = 1e-4
RTOL, ATOL = 1e-8, 1e-10
OUTPUT = "blinatumomab_plasma"


def undosed(text: str) -> str:
    """Return a document without its events."""
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    while model.getNumEvents():
        model.removeEvent(0)
    return str(libsbml.writeSBMLToString(document))


def changes(doses: pd.DataFrame, compartments: dict[str, Any]) -> list[tuple[float, str, float]]:
    """Return (time, state or input, amount or change of rate) of every dose, with those that ADDL and II stand for."""
    found = []
    for dose in doses.itertuples():
        place = compartments[str(dose.CMT)]
        for k in range(dose.ADDL + 1):
            time = dose.TIME + k * dose.II
            if dose.RATE > 0:
                found += [(time, place["input"], dose.RATE), (time + dose.AMT / dose.RATE, place["input"], -dose.RATE)]
            else:
                found.append((time, place["state"], dose.AMT * place.get("bioavailability", 1.0)))
    return sorted(found)


def theirs(text: str, table: pd.DataFrame, dictionary: dict[str, Any], run_in: float) -> np.ndarray:
    """Return what libRoadRunner has at the times of the observations."""
    model = roadrunner.RoadRunner(undosed(text))
    integrator = model.getIntegrator()
    integrator.setValue("relative_tolerance", RTOL)
    integrator.setValue("maximum_num_steps", 1_000_000)
    integrator.setValue("initial_time_step", 1e-6)
    for state in model.getRateRuleIds():
        integrator.setIndividualTolerance(state, ATOL)
    times = table.loc[table.EVID == 0, "TIME"].to_numpy()
    pending = changes(table[table.EVID == 1], dictionary["compartments"])
    inputs = {c["input"] for c in dictionary["compartments"].values() if "input" in c}
    rates = dict.fromkeys(inputs, 0.0)
    edges = sorted({-run_in, *(t for t, _, _ in pending), float(times[-1]) + 1.0})
    found: dict[float, float] = {}
    for begin, end in itertools.pairwise(edges):
        for target, value in [(name, value) for time, name, value in pending if time == begin]:
            if target in inputs:
                rates[target] += value
                model[target] = rates[target] if abs(rates[target]) > 1e-9 else 0.0
            else:
                model[target] += value
        integrator.restart(begin + run_in)
        inside = [t for t in times if begin < t < end]
        steps = np.array([begin, *inside, end]) + run_in
        values = model.simulate(times=steps.tolist(), selections=["time", OUTPUT])
        found |= dict(zip([begin, *inside], values[:-1, 1], strict=True))
    return np.array([found[t] for t in times])


@pytest.mark.parametrize(
    ("treatment", "cycles", "every", "days"),
    [("blinatumomab_rr", 1, 0.5, 30.0), pytest.param("blinatumomab_rr", 3, 0.25, None, marks=pytest.mark.slow)],
)
def test_the_table_gives_an_independent_simulator_our_concentrations(
    tmp_path: Path, treatment: str, cycles: int, every: float, days: float | None
) -> None:
    made = simulate_subjects(treatment, Settings(None, 0, days, every, (OUTPUT,), rtol=1e-9), cycles=cycles)
    text, dictionary = write_simulated(made)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    (tmp_path / "a.json").write_text(dictionary.text(), encoding="utf-8")
    table = pd.read_csv(tmp_path / "a.csv", na_values=".")
    read = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    zero = read["subjects"]["1"].get("day", 0.0)
    exported = sbml(treatment, cycles=cycles)
    found = theirs(exported.text, table, read, zero - exported.start)
    own = table.loc[table.EVID == 0, "DV"].to_numpy()
    exposed = own > 1e-3 * own.max()
    error = np.max(np.abs(found - own)[exposed] / own[exposed])
    print(f"{treatment}: {exposed.sum()} of {len(own)} times exposed, largest relative error {error:.1e}")
    assert exposed.sum() > 50
    assert error <= ALLOWED
    assert np.max(np.abs(found - own)) <= ALLOWED * own.max()
