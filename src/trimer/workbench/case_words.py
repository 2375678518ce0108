"""What a record writes, in words for the page: dates with what they hang on, observations, doses."""

from __future__ import annotations

import re

from trimer.record.schema import CompletedWeeks, DateSpec, Gap, Given, Observation, Relative
from trimer.report import text

_TEMPERATURES = {"[degF]": "°F", "degF": "°F", "degC": "°C", "Cel": "°C"}
_POWER = re.compile(r"^10[*^]([0-9]+)/")


def unit(written: str) -> str:
    """Return a unit as printed: ``10*9/L`` as ``×10⁹/L``, ``ug/day`` as ``µg/day``."""
    if written in _TEMPERATURES:
        return _TEMPERATURES[written]
    found = _POWER.match(written)
    return f"×{text.power_of_ten(int(found[1]))}/{written[found.end() :]}" if found else text.unit(written)


def number(value: float) -> str:
    """Return a number as it was written, without digits of its own."""
    return f"{value:.12g}".replace("-", "−")


def dated(spec: DateSpec) -> str:
    """Return everything a record says of a date, statement by statement; empty when it says nothing."""
    said = [spec.on or ""]
    if spec.between is not None:
        said.append(f"between {spec.between[0]} and {spec.between[1]}")
    if spec.completed is not None:
        said.append(_completed(spec.completed))
    said += [_relative(item) for item in spec.relative]
    said += [_gap("after", item) for item in spec.after]
    said += [_gap("before", item) for item in spec.before]
    return "; ".join(filter(None, said))


def observed(item: Observation) -> str:
    """Return an observation as written: ``> 1 ×10⁹/L``, ``94.4 % of white cells``, ``dim``; or why there is none."""
    if item.absence is not None:
        return item.absence
    if item.value is None and item.interval is None:
        return item.text or ""
    low, high = item.interval or (item.value, item.value)
    shown = number(low or 0.0) if low == high else f"{number(low or 0.0)} to {number(high or 0.0)}"
    sign = "" if item.comparator == "=" else f"{item.comparator} ".replace("<=", "≤").replace(">=", "≥")
    of = f" of {item.denominator}" if item.denominator else ""
    if item.unit == "grade":
        return f"grade {sign}{shown}{of}"
    return f"{sign}{shown} {unit(item.unit or '')}".rstrip() + of


def given(item: Given) -> str:
    """Return what was given as written: dose, route, days, remark."""
    dose = " ".join(re.sub(r"\bug\b", "µg", part).replace("m2", "m²") for part in (item.amount, item.rate) if part)
    days = f"day {', '.join(map(str, item.days))}" if item.days else ""
    times = f"{item.repeat} times" if item.repeat > 1 else ""
    return ", ".join(filter(None, (" ".join(filter(None, (dose, item.route))), days, times, item.detail)))


def dose(value: float | None, canonical: str) -> str:
    """Return a dose in the unit a prescription would use: ``1e6 ug/m2`` as ``1 g/m²``."""
    if value is None:
        return "dose not stated"
    mass, of = ("ug", canonical[2:]) if canonical.startswith("ug") else ("", canonical)
    if mass and not canonical.endswith("/day") and abs(value) >= 1e3:
        value, mass = (value / 1e6, "g") if abs(value) >= 1e6 else (value / 1e3, "mg")
    shown = text.unit(f"{mass}{of}").replace("m2", "m²")
    return f"{number(value)} {shown}".rstrip()


def spelt(duration: str) -> str:
    """Return a duration with the plural its number asks for: ``21 day`` as ``21 days``."""
    found = re.fullmatch(r"([0-9.]+) (day|week|month|year)", duration.strip())
    return duration if found is None or found[1] == "1" else f"{found[1]} {found[2]}s"


def _completed(item: CompletedWeeks) -> str:
    return f"in completed week {item.weeks} of {item.clock}"


def _relative(item: Relative) -> str:
    slack = "" if item.tolerance == "0 day" else f" ± {spelt(item.tolerance)}"
    if item.treatment_day is not None:
        return f"day {item.treatment_day} of {item.to}{slack}"
    offset = (item.offset or "").strip()
    if re.fullmatch(r"[-+]?0(\.0*)? .*", offset):
        return f"on the day of {item.to}{slack}"
    way = "before" if offset.startswith("-") else "after"
    return f"{spelt(offset.lstrip('-+'))}{slack} {way} {item.to}"


def _gap(way: str, item: Gap) -> str:
    if item.max is not None:
        return f"{spelt(item.min)} to {spelt(item.max)} {way} {item.event}"
    least = item.min.strip()
    if least.startswith("0 "):
        return f"not {'before' if way == 'after' else 'after'} {item.event}"
    return f"{way} {item.event}" if least == "1 day" else f"at least {spelt(least)} {way} {item.event}"
