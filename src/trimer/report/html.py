"""The replay as one self-contained page: figures and tables inline, nothing fetched, every text escaped."""

from __future__ import annotations

import base64
import hashlib
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.report import figures, judged, text
from trimer.study.result import ObservationItem, ReplayResult

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from trimer.study.vpc import CaseCheck

FOLDER = Path(__file__).parent / "templates"
LONG = 8  # entries from which settings are a table of their own
LIMITS = (
    "One patient fitted with many parameters: agreement with the record shows that the model can produce this course, "
    "not that it would have predicted it. The band before fitting is the prediction.",
    "Doses that the record does not state are assumed from the regimen and drawn pale; days inside a date window are "
    "chosen, not known.",
    "Grades of cytokine release come from simulated vital signs, which stand in for a clinician's judgement.",
    "Parameters marked assumed have no source for their value; those marked recalled were not checked against theirs.",
)


@dataclass(frozen=True)
class Plate:
    """Hold a figure of the page.

    Attributes
    ----------
    name : str
        Of the file it is saved as, after the case's.
    label : str
    wide : Markup
        One ``<svg>`` element.
    narrow : Markup or None
        The same for a column no wider than a telephone; where there is none, the wide one scrolls sideways.
    """

    name: str
    label: str
    wide: Markup
    narrow: Markup | None = None


def render(result: ReplayResult, check: CaseCheck | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    result : ReplayResult
    check : CaseCheck, optional
        Visual predictive check of the same case, see :func:`trimer.study.vpc.case_check`; without one the page has no
        such section.

    Returns
    -------
    str
        A whole HTML document that loads nothing from outside and admits no style or script but its own.
    """
    from markupsafe import Markup

    script, style = ((FOLDER / name).read_text(encoding="utf-8") for name in ("replay.js", "replay.css"))
    fit, lists = parted(result.fit)
    return (
        _environment()
        .get_template("replay.html.j2")
        .render(
            r=result,
            plates=_plates(result, check),
            check=check,
            limits=LIMITS,
            summary=summary(result),
            misses=[o for o in result.observations if o.hit is False],
            assessments=judged.assessments(result),
            unrecorded=judged.unrecorded(result),
            parameters=sorted(result.parameters, key=lambda p: p.shift is None),
            remarks={t.event: t for t in result.timeline},
            fit=fit,
            lists=lists,
            style=Markup(style),
            style_hash=digest(style),
            script=Markup(script),
            script_hash=digest(script),
        )
    )


def _plates(result: ReplayResult, check: CaseCheck | None) -> dict[str, Plate]:
    """Return the figures by name: those of every replay, and what else can be drawn of this one."""
    from markupsafe import Markup

    def narrow(kind: str, source: ReplayResult | CaseCheck) -> Markup:
        return Markup(figures.narrow(kind, source))

    simulated = bool(result.curves.days)
    found = [
        Plate(
            "course", "Course figure", Markup(figures.course(result)), narrow("course", result) if simulated else None
        ),
        Plate("close_up", "Close-up figure", Markup(figures.close_up(result))),
        Plate("agreement", "Agreement figure", Markup(figures.agreement(result))),
    ]
    if simulated and result.clones:
        found.append(Plate("fish", "Fish plot", Markup(figures.page("fish", result)), narrow("fish", result)))
    if check is not None:
        label = "Visual predictive check"
        found.append(Plate("vpc", label, Markup(figures.page("vpc", check)), narrow("vpc", check)))
    return {plate.name: plate for plate in found}


def write(result: ReplayResult, path: str | os.PathLike[str], check: CaseCheck | None = None) -> None:
    """Write the page to a file: whole or not at all.

    Parameters
    ----------
    result : ReplayResult
    path : path
    check : CaseCheck, optional
        As in :func:`render`.

    Raises
    ------
    OSError
        When the file cannot be written; an earlier file then stays as it was.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    page = render(result, check)
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


def parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Sequence[Mapping[str, Any]]]]:
    """Return settings apart from the tables among them, as rows: a list of mappings, or a long mapping of values.

    Parameters
    ----------
    values : mapping
        For example :attr:`trimer.study.result.ReplayResult.fit`, with its residuals.
    """
    rest: dict[str, Any] = {}
    tables: dict[str, Sequence[Mapping[str, Any]]] = {}
    for key, value in values.items():
        if isinstance(value, Mapping) and len(value) > LONG:
            tables[key] = [{"name": name, "value": one} for name, one in value.items()]
        elif isinstance(value, list | tuple) and value and all(isinstance(row, Mapping) for row in value):
            tables[key] = value
        else:
            rest[key] = value
    return rest, tables


def digest(source: str) -> str:
    """Return the SHA-256 of a style or script in base64, as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")


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
