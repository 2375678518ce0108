"""What the raw timings say: medians, spread, factors at equal error. Standard library only: the docs read it too."""

from __future__ import annotations

from statistics import median
from typing import Any

OURS = "trimer_cpu"


def milliseconds(entry: dict[str, Any], patients: int) -> tuple[float, float, float]:
    """Return median, least and largest ms a patient of one engine at one tolerance."""
    each = [1e3 * s / patients for s in entry["seconds"]]
    return median(each), min(each), max(each)


def factors(engines: dict[str, dict[str, Any]], name: str) -> tuple[float, float, float] | None:
    """Return how many times as long as ours an engine takes in the race: median, least, largest over the rounds.

    Each round gives one factor, from two measurements that stand next to each other in time; None where either engine
    is not in the race.
    """
    theirs, ours = engines[name], engines[OURS]
    if not (theirs.get("race") and ours.get("race")):
        return None
    pairs = zip(theirs["race"]["seconds"], ours["race"]["seconds"], strict=False)
    each = [(a / theirs["patients"]) / (b / ours["patients"]) for a, b in pairs]
    return median(each), min(each), max(each)


def bound(model: dict[str, Any], peak: float) -> dict[str, float] | None:
    """Return the least ms a patient that our method could take here, what it takes, and what it reaches.

    Parameters
    ----------
    model : dict
        One model's results.
    peak : float
        Operations a second.
    """
    ours = model["engines"].get(OURS, {})
    if not ours.get("race"):
        return None
    counted = model["operations"]
    total = counted["steps"] * sum(counted["per step"].values()) + counted["outputs"] * counted["per output"]
    taken = milliseconds(ours["race"], ours["patients"])[0]
    least = 1e3 * total / peak
    return {
        "operations": total,
        "least": least,
        "taken": taken,
        "away": taken / least,
        "rate": total / taken / 1e6,
    }


def text(results: dict[str, Any]) -> str:
    """Return all tables as text of fixed width."""
    lines = []
    for name, model in results["models"].items():
        lines.append(f"\n== {name}: {model['states']} states, median error at most {results['settings']['error']:.0e}")
        lines.append(
            f"{'engine':18} {'patients':>8} {'rtol':>8} {'ms/patient (min-max)':>26} {'error':>8} {'largest':>8}"
            f" {'times ours (min-max)':>22} {'start s':>8}"
        )
        for engine, found in model["engines"].items():
            if found.get("failed"):
                lines.append(f"{engine:18} not measured: {found['failed']}")
                continue
            race = found.get("race")
            if not race:
                best = min(entry["error_median"] for entry in found["sweep"])
                lines.append(f"{engine:18} {found['patients']:8} error not reached at any tolerance (least {best:.1e})")
                continue
            ms = milliseconds(race, found["patients"])
            ratio = factors(model["engines"], engine)
            times = f"{ratio[0]:.1f} ({ratio[1]:.1f}-{ratio[2]:.1f})" if ratio and engine != OURS else ""
            lines.append(
                f"{engine:18} {found['patients']:8} {race['rtol']:8.0e} {spread(ms):>26} "
                f"{race['error_median']:8.1e} {race['error_max']:8.1e} {times:>22} {found['start_seconds']:8.1f}"
            )
        limit = bound(model, results["machine"]["peak"])
        if limit:
            lines.append(
                f"limit of the method here: {limit['operations'] / 1e6:.2f} Mflop a patient at "
                f"{results['machine']['peak'] / 1e9:.1f} Gflop/s are {limit['least']:.3f} ms; we take "
                f"{limit['taken']:.3f} ms ({limit['rate']:.1f} Gflop/s), {limit['away']:.1f} times as long"
            )
    return "\n".join(lines) + "\n"


def spread(values: tuple[float, float, float]) -> str:
    """Return ``median (least-largest)`` with three digits."""
    return "{} ({}-{})".format(*(f"{v:.3g}" for v in values))
