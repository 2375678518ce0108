"""What a calibration has learned, in the terminal: parameter by parameter, in pairs, and along directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.report.terminal import table_of
from trimer.study.identifiability import Identifiability
from trimer.study.research import NOTICE

if TYPE_CHECKING:
    from rich.console import Console

PAIRS, DIRECTIONS = 12, 4  # shown: the strongest; stiff and sloppy ones, each
RIGHT: dict[str, Any] = {"justify": "right"}


def render(found: Identifiability, console: Console, label: str = "") -> None:
    """Print how far an ensemble has narrowed its prior.

    Parameters
    ----------
    found : Identifiability
    console : rich.console.Console
        Decides width, colour and destination.
    label : str
        Of what.
    """
    from rich.text import Text

    console.print(Text("What the data have taught", style="bold"))
    if label:
        console.print(Text(label))
    console.print(Text(f"{found.members:,} draws of {len(found.names)} parameters"))
    if found.failed:
        console.print(Text(f"{found.failed:,} draws off the prior's scale were left out", style="yellow"))
    columns = [("", {}), ("spread left", RIGHT), ("5 %", RIGHT), ("median", RIGHT), ("95 %", RIGHT)]
    table = table_of("Against the prior, in its standard deviations from its middle", *columns)
    for k in found.share_left.argsort(kind="stable"):
        shifts = (signed((x - found.prior_mean[k]) / found.prior_sd[k]) for x in found.quantiles[:, k])
        table.add_row(Text(found.names[k]), f"{100.0 * found.share_left[k]:.0f} %", *shifts)
    pairs = table_of("Strongest correlations", ("", {}), ("", {}), ("r", RIGHT))
    for one, other, r in [p for p in found.pairs()[:PAIRS] if abs(p[2]) > found.chance]:
        pairs.add_row(Text(one), Text(other), signed(r))
    count = len(found.names)
    ways = table_of("Directions, stiffest first", ("", RIGHT), ("variance left", RIGHT), ("made of", {"ratio": 1}))
    for k in sorted({*range(min(DIRECTIONS, count)), *range(max(count - DIRECTIONS, 0), count)}):
        made = "  ".join(f"{signed(x)} {name}".replace(" ", "\u00a0") for name, x in found.leading(k))
        ways.add_row(str(k + 1), f"{found.eigenvalues[k]:.3g}", Text(made))
    for shown in (table, pairs, ways):
        console.print()
        console.print(shown)
    console.print()
    low, high = found.scatter
    console.print(
        Text(
            f"Had nothing been learned, {found.members:,} draws would by chance show correlations up to "
            f"{found.chance:.2f} and variances from about {low:.2f} to {high:.2f}. Members of an ensemble smoother "
            "depend on one another, so that their spread is, if anything, too small.",
            style="dim",
        )
    )
    console.print(Text(NOTICE, style="dim"))


def signed(x: float) -> str:
    """Return a number with its sign and two decimals."""
    return f"{x:+.2f}".replace("-", "−")
