"""Contrast of two colours, and a colour made dark enough to be read: WCAG 2.2, success criterion 1.4.3."""

from __future__ import annotations

AA = 4.5  # of text of ordinary size


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``: 0 of black, 1 of white.

    Notes
    -----
    As WCAG 2.2 defines it: the linear sRGB components, weighted 0.2126, 0.7152 and 0.0722.
    """
    parts = (int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5))
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 (the same) to 21 (black and white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, paper: str = "#ffffff", least: float = AA) -> str:
    """Return a colour of the same hue, darkened only as far as text of it needs on a light ``paper``.

    Parameters
    ----------
    colour, paper : str
        As ``#rrggbb``.
    least : float
        Contrast wanted.
    """
    parts = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    for per_cent in range(100, -1, -1):
        darker = "#" + "".join(f"{round(per_cent * x / 100):02x}" for x in parts)
        if ratio(darker, paper) >= least:
            return darker
    raise ValueError(f"no shade of {colour} reaches a contrast of {least:g} on {paper}")
