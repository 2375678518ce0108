"""The replay as one self-contained page: figures and tables inline, nothing fetched, every text escaped."""

from __future__ import annotations

import base64
import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.report import figures, judged, text
from trimer.study.result import ObservationItem, ReplayResult

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"
LIMITS = (
    "One patient fitted with many parameters: agreement with the record shows that the model can produce this course, "
    "not that it would have predicted it. The band before fitting is the prediction.",
    "Doses that the record does not state are assumed from the regimen and drawn pale; days inside a date window are "
    "chosen, not known.",
    "Grades of cytokine release come from simulated vital signs, which stand in for a clinician's judgement.",
    "Parameters marked assumed have no source for their value; those marked recalled were not checked against theirs.",
)


def render(result: ReplayResult) -> str:
    """Return the page.

    Parameters
    ----------
    result : ReplayResult

    Returns
    -------
    str
        A whole HTML document that loads nothing from outside.
    """
    from markupsafe import Markup

    script = (FOLDER / "replay.js").read_text(encoding="utf-8")
    drawn = {
        name: Markup(draw(result))
        for name, draw in (("course", figures.course), ("close_up", figures.close_up), ("agreement", figures.agreement))
    }
    return (
        _environment()
        .get_template("replay.html.j2")
        .render(
            r=result,
            svg=drawn,
            limits=LIMITS,
            summary=summary(result),
            misses=[o for o in result.observations if o.hit is False],
            assessments=judged.assessments(result),
            unrecorded=judged.unrecorded(result),
            parameters=sorted(result.parameters, key=lambda p: p.shift is None),
            remarks={t.event: t for t in result.timeline},
            style=Markup((FOLDER / "replay.css").read_text(encoding="utf-8")),
            script=Markup(script),
            script_hash=_digest(script),
        )
    )


def write(result: ReplayResult, path: str | os.PathLike[str]) -> None:
    """Write the page to a file: whole or not at all.

    Raises
    ------
    OSError
        When the file cannot be written; an earlier file then stays as it was.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    page = render(result)
    try:
        draft.write_text(page, encoding="utf-8")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def summary(result: ReplayResult) -> list[tuple[str, str, str]]:
    """Return the headline counts as (figure, words, tone)."""
    agree = sum(s.agree for s in result.states)
    compared = [o for o in result.observations if o.hit is not None]
    fitted = [o for o in compared if o.role == "fitted"]
    hits = sum(o.hit is True for o in fitted)
    inside = [o for o in compared if o.band is not None and text.finite(*o.band) and not math.isnan(o.low + o.high)]
    covered = sum(overlaps(o) for o in inside)
    return [
        (f"{agree} of {len(result.states)}", "judged states agree", "good" if agree == len(result.states) else "bad"),
        (f"{hits} of {len(fitted)}", "values fitted to are met", "good" if hits == len(fitted) else "bad"),
        (f"{covered} of {len(inside)}", "recorded values lie in the 5 to 95 % band before fitting", "neutral"),
        _last_count(result, len(result.observations) - len(compared)),
    ]


def _last_count(result: ReplayResult, uncompared: int) -> tuple[str, str, str]:
    """Return what could not be compared; where that is nothing, how many parameters it took."""
    if uncompared:
        return str(uncompared), "recorded items without a number to compare", "neutral"
    moved = sum(p.shift is not None for p in result.parameters)
    return f"{moved} of {len(result.parameters)}", "parameters were estimated for this patient", "neutral"


def recorded(item: ObservationItem) -> str:
    """Return a recorded value as printed; what was read from words as a bound."""
    return text.reading(item.recorded, item.low, item.high, item.unit, item.remark)


def overlaps(item: ObservationItem) -> bool:
    """Return whether a recorded value or interval touches the band before fitting."""
    return item.band is not None and not (item.high < item.band[0] or item.low > item.band[2])


def flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return nested settings as rows of words and value."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        name = f"{prefix}{text.words(str(key))}"
        if isinstance(value, Mapping):
            rows += flat(value, f"{name}, ")
        else:
            rows.append((name, text.plain(value)))
    return rows


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=text.number,
        unit=text.unit,
        band=text.band,
        floor=text.floor,
        floored=text.floored,
        stated=text.concluded,
        recorded=recorded,
        tidy=text.tidy,
        head=text.head,
        tail=text.tail,
        quantity=text.quantity,
        tone=text.tone,
        mark=text.mark,
        words=text.words,
        plain=text.plain,
        headline=judged.headline,
        criteria=text.criteria,
        decided=judged.decided,
        listed=judged.listed,
        concluded=judged.concluded,
        flat=flat,
    )
    environment.globals["window"] = text.window
    return environment
