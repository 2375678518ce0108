"""Numbers, units and categories as people read them: shared by the terminal, the page and the figures."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from trimer.observables import OBSERVABLES

Tone = Literal["good", "bad", "warn", "neutral"]

DASH = "–"
_UNITS = {"Cel": "°C", "1": "", "%": "%", "grade": "grade"}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BAD = ("relapse", "refractory", "progress", "resistant", "failure", "no cr", "not cr", "no response", "recurr", "pd")
_WARN = ("crh", "cri", "mlfs", "partial", "hypoplastic", "aplastic", "stable", "pr")
_GOOD = ("cr", "complete", "remission", "mrd negative")
_BILLIONS = re.compile(r"(\d[\d.]*(?:e[-+]?\d+)?) x10\^9 cells")
_EXPONENT = re.compile(r"(?<![\w.])\d[\d.]*e[-+]\d+")


def finite(*values: Any) -> bool:
    """Return whether every value is a finite number."""
    return all(isinstance(v, int | float) and math.isfinite(v) for v in values)


def power_of_ten(exponent: int) -> str:
    """Return ``10`` raised to ``exponent`` with a superscript, e.g. ``10⁻⁴``."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def unit(text: str) -> str:
    """Return a canonical unit as printed, e.g. ``1e9/L`` as ``×10⁹/L`` and ``Cel`` as ``°C``."""
    if text in _UNITS:
        return _UNITS[text]
    head, _, tail = text.partition("/")
    mantissa, e, exponent = head.partition("e")
    if mantissa == "1" and e and exponent.lstrip("-").isdigit():
        head = "×" + power_of_ten(int(exponent))
    elif head.startswith("ug"):
        head = "µg" + head[2:]
    return f"{head}/{tail}" if tail else head


def number(value: Any, digits: int = 3) -> str:
    """Return a number to ``digits`` significant figures; a dash for nothing, text as it is.

    Parameters
    ----------
    value : float, int, bool, str or None
        ``nan`` and None become a dash, infinities a sign.
    digits : int
        Significant figures.
    """
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        try:
            value = float(value)
        except (TypeError, ValueError):
            return str(value)
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if isinstance(value, int) and abs(value) < 10**9:
        return str(value)
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if -4 < exponent < 6:
        shown = f"{value:.{max(digits - 1 - exponent, 0)}f}"
        return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", "−")
    mantissa = f"{value / 10.0**exponent:.{digits - 1}f}".rstrip("0").rstrip(".").replace("-", "−")
    return power_of_ten(exponent) if mantissa == "1" else f"{mantissa}×{power_of_ten(exponent)}"


def span(low: Any, high: Any) -> str:
    """Return an interval, a bound or one number: ``4 to 11``, ``> 1``, ``≤ 5`` (from zero up), ``27``."""
    if _missing(low) and _missing(high):
        return DASH
    if _missing(high) or high == math.inf:
        return f"> {number(low)}"
    if _missing(low) or low == -math.inf or (low == 0 and high > 0):
        return f"≤ {number(high)}"
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def bounds(low: Any, high: Any, unit_text: str) -> str:
    """Return an interval as :func:`span` does, with its unit; a share up to 100 % has one bound only."""
    whole = unit_text == "%" and finite(low, high) and low > 0 and high >= 100
    shown = f"≥ {number(low)}" if whole and low < high else span(low, high)
    return shown if shown == DASH or unit_text == "grade" else f"{shown} {unit(unit_text)}".strip()


def concluded(remark: str) -> bool:
    """Return whether a recorded interval was read from words (a conclusion, "normal counts") rather than a number."""
    return "stated conclusion" in remark or "read out of words" in remark


def reading(recorded: str, low: Any, high: Any, unit_text: str, remark: str) -> str:
    """Return a recorded value as printed; an interval read from words as the bound it means (``≤ 5 %``)."""
    interval = concluded(remark) and finite(high) and recorded[:1] not in ("<", ">")
    return bounds(low, high, unit_text) if interval else tidy(recorded)


def head(label: str) -> str:
    """Return a label without its remark in brackets."""
    return label.split(" (")[0]


def tail(label: str) -> str:
    """Return the remark in brackets of a label, without the brackets; empty when it has none."""
    return label.partition(" (")[2].rstrip(")")


def quantity(value: Any, unit_text: str) -> str:
    """Return a number with its unit; a dash when there is no number, no unit for grades."""
    shown = number(value)
    return shown if shown == DASH or unit_text == "grade" else f"{shown} {unit(unit_text)}".strip()


def dose(amount: float, unit_text: str) -> str:
    """Return an amount in the unit a prescription would use: ``520000 ug`` as ``520 mg``, ``1.7e6 ug`` as ``1.7 g``."""
    if unit_text == "ug" and abs(amount) >= 1e3:
        amount, unit_text = (amount / 1e6, "g") if abs(amount) >= 1e6 else (amount / 1e3, "mg")
    return quantity(amount, unit_text)


def tidy(recorded: str) -> str:
    """Return text with signs as printed: ``<=`` as ``≤``, ``x10^9/L`` as ``×10⁹/L``, ``2.3e-05`` as ``2.3×10⁻⁵``.

    Numbers of cells counted in 1e9 become numbers of cells, because few of them remain after treatment.
    """
    cells = _BILLIONS.sub(lambda m: f"{number(float(m.group(1)) * 1e9)} cells", recorded)
    digits = _EXPONENT.sub(lambda m: number(float(m.group())), cells)
    return digits.replace("<=", "≤").replace(">=", "≥").replace("x10^9/L", "×10⁹/L")


def brief(agreement: str) -> str:
    """Return how a value agrees in few words: ``within a factor of 1.2`` as ``× 1.2``."""
    short = agreement.replace("within a factor of ", "× ").replace("a factor of ", "× ").replace("within ", "± ")
    return tidy(short.replace(" the interval", ""))


def floor(observable: str) -> float:
    """Return the smallest value of an observable that means something, 0 for what has no name or no floor."""
    known = OBSERVABLES.get(observable)
    return 0.0 if known is None else 0.01 if known.unit == "grade" else known.floor


def floored(value: Any, floor: float) -> str:
    """Return a number to two figures, or ``< floor`` when it is below what a routine method would find."""
    small = finite(value) and floor > 0 and 0 <= value < floor
    return f"< {number(floor)}" if small else number(value, 2)


def band(values: tuple[float, float, float] | None, floor: float = 0.0) -> str:
    """Return the outer quantiles of a prior band, or a dash; what lies below ``floor`` is shown as such."""
    if values is None:
        return DASH
    low, high = floored(values[0], floor), floored(values[2], floor)
    return low if low == high else f"{low} to {high}"


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def tone(category: str) -> Tone:
    """Return how a response or state category is coloured: good, bad, warn or neutral."""
    text = category.strip().lower()
    grades = [int(g) for g in re.findall(r"\d", text)] if "grade" in text else []
    if grades:
        return "bad" if max(grades) >= 3 else "warn" if max(grades) >= 1 else "good"
    if not text or "assess" in text or "missing" in text or text.startswith("none"):
        return "neutral"
    for words_, found in ((_BAD, "bad"), (_WARN, "warn"), (_GOOD, "good")):
        if any(
            text == w
            or (w in text if len(w) > 3 else w in text.replace(",", " ").split())
            or (" " in w and text.startswith(w))
            for w in words_
        ):
            return found  # type: ignore[return-value]
    return "neutral"


def mark(agree: bool | None) -> str:
    """Return a sign that reads without colour: ``✓`` agree, ``✗`` differ, ``·`` not comparable."""
    return {True: "✓", False: "✗", None: "·"}[agree]


def words(key: str) -> str:
    """Return an identifier as words: ``data_part`` as ``data part``."""
    return key.replace("_", " ").replace("-", " ").strip()


def criteria(name: str) -> str:
    """Return a criterion set as printed: ``astct_2019_crs`` as ``ASTCT 2019``; names with spaces stay as they are."""
    parts = [p for p in name.split("_") if p not in ("crs", "icans")] or [name]
    return " ".join(p.upper() if p.isalpha() and p.islower() and len(p) <= 6 else p for p in parts)


def plain(value: Any) -> str:
    """Return any JSON-like value on one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{words(str(k))}: {plain(v)}" for k, v in value.items()) or DASH
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(plain(v) for v in value) or DASH
    if isinstance(value, float):
        return number(value, 4)
    return number(value)


def calendar(origin: str, day: float) -> dt.date | None:
    """Return the date of a day from the course's origin (ISO text), or None when either cannot be read."""
    try:
        return dt.date.fromisoformat(origin[:10]) + dt.timedelta(days=math.floor(day))
    except (ValueError, OverflowError, TypeError):
        return None


def window(origin: str, earliest: float, latest: float) -> str:
    """Return a window of dates, e.g. ``1 to 19 Jan 2014``."""
    first, last = calendar(origin, earliest), calendar(origin, latest)
    if first is None or last is None:
        return DASH
    end = f"{last.day} {last:%b %Y}"
    if first >= last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    return f"{first.day} {first:%b}{'' if first.year == last.year else f' {first.year}'} to {end}"
