"""A virtual trial as one self-contained page: figure, endpoints, design, provenance; nothing fetched, all escaped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report import trial_words as words
from trimer.report.html import FOLDER, digest, flat
from trimer.study.research import NOTICE
from trimer.study.trial.estimates import Estimate
from trimer.study.trial.run import SCHEMA, TrialResult
from trimer.study.trial.survival import MONTH
from trimer.study.trial.task import population_of
from trimer.therapy.trial import Arm, Criterion, Trial

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN = 4  # endpoints at a glance
DESCRIPTION = (
    "Overall and relapse-free survival of each arm with numbers at risk; response by burden at entry; what ends "
    "remission first; day of first cytokine release syndrome. The table on this page holds the same numbers."
)
LIMITS = (
    "Virtual patients answer what this model, population and calibration imply. Whether real patients would, only a "
    "comparison with a trial that had no part in the calibration can tell.",
    "Covariates are drawn from published margins; how they hang together in one patient is mostly assumed.",
    "Grades of cytokine release come from simulated vital signs, which stand in for a clinician's judgement.",
    "An interval narrows with the number of virtual patients and says nothing of what the model leaves out.",
)


def render(found: TrialResult, power: tuple[str, words.Curves] | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    found : TrialResult
    power : (str, mapping), optional
        Title and curves of power, see :func:`trimer.report.trial.render_power`.

    Returns
    -------
    str
        A whole HTML document that loads nothing from outside and runs no script.

    Raises
    ------
    InputError
        When no patient could be solved.
    """
    from markupsafe import Markup

    trial, sheet = found.trial, (FOLDER / "replay.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("trial.html.j2")
        .render(
            r=found,
            trial=trial,
            who=words.who(found),
            svg=Markup(_svg(found)),
            glance=_glance(found),
            sections=_sections(found),
            remarks=words.remarks(found),
            unsolved=words.unsolved(found),
            baseline=words.baseline(found),
            design=design(trial),
            power=power,
            drawing=words.POWER,
            provenance=flat(found.provenance),
            limits=LIMITS,
            notice=NOTICE,
            schema=SCHEMA,
            style=Markup(sheet),
            style_hash=digest(sheet),
        )
    )


def check(path: str | os.PathLike[str]) -> Path:
    """Return where a page is to be written, before anything is simulated for it.

    Raises
    ------
    InputError
        When the ending is another than .html, or there is no such folder.
    """
    place = Path(path)
    if place.suffix.lower() not in (".html", ".htm"):
        raise InputError("--html", str(place), "a file that ends with .html")
    if not place.parent.is_dir():
        raise InputError("--html", str(place), "a file in a folder that exists")
    return place


def write(found: TrialResult, path: str | os.PathLike[str], power: tuple[str, words.Curves] | None = None) -> None:
    """Write the page to a file: whole or not at all.

    Parameters
    ----------
    found : TrialResult
    path : path
    power : (str, mapping), optional
        As in :func:`render`.

    Raises
    ------
    InputError
        As :func:`check` and :func:`render`, or when the file cannot be written.
    """
    place = check(path)
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    page = render(found, power)
    try:
        draft.write_text(page, encoding="utf-8")
        os.replace(draft, place)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise InputError("--html", str(place), "a file that can be written", fault.strerror or "") from fault


def design(trial: Trial) -> list[tuple[str, str]]:
    """Return how a trial is made, as rows of words and value."""
    plan, crs = trial.assessment, trial.crs
    days = ", ".join(text.number(day) for day in plan.days) or "the end of each cycle"
    rows = [("Population", f"{population_of(trial).label} ({trial.population})")]
    if trial.shift:
        rows.append(("Its own distributions of", ", ".join(text.words(name) for name in trial.shift)))
    rows.append(("Eligibility", "; ".join(_criterion(c) for c in trial.eligibility) or "none stated"))
    rows += [(f"Arm {arm.name}", _arm(arm)) for arm in trial.arms]
    rows += [
        ("Response", f"{text.criteria(plan.response)}, within {plan.window} cycles, looked at on day {days}"),
        ("MRD response", f"below {text.number(plan.mrd_limit)}; assessed in {words.share(plan.mrd_assessed)}"),
        ("CRS", f"{text.criteria(crs.scale)}, reported from grade {crs.reported_from}"),
        ("Followed for", f"{text.number(trial.follow_up / MONTH)} months"),
        ("Registry", trial.registry or text.DASH),
        ("Sources", ", ".join(trial.sources()) or text.DASH),
    ]
    return [*rows, *([("Note", trial.note)] if trial.note else [])]


def _criterion(criterion: Criterion) -> str:
    said = criterion.text or f"{criterion.op} {text.number(criterion.value)}"
    return text.tidy(f"{text.words(criterion.covariate)} {said}")


def _arm(arm: Arm) -> str:
    given = arm.protocol or ", ".join(f"{words.share(s.share)} {s.name}" for s in arm.regimens)
    reference = "; the others are compared with it" if arm.reference else ""
    return f"{arm.label}: {given}. {arm.n:,} patients as published{reference}."


def _sections(found: TrialResult) -> list[tuple[str, list[tuple[str, bool, list[Estimate | None]]]]]:
    """Return headings with rows of (what, whether it is of the outcome model, estimate of each arm)."""
    arms = [found.estimates[arm.name] for arm in found.trial.arms]
    every = {key: estimate for estimates in arms for key, estimate in estimates.items()}
    return [
        (heading, [(words.name(every[k]), words.stated(k), [estimates.get(k) for estimates in arms]) for k in keys])
        for heading, keys in words.sections(found.trial, every)
    ]


def _glance(found: TrialResult) -> list[tuple[str, str, str, str]]:
    """Return the first endpoints of the trial as (arm, value, interval, what)."""
    estimates = {arm.name: found.estimates[arm.name] for arm in found.trial.arms}
    one = len(estimates) == 1
    shown = [key for key in found.trial.endpoints if any(key in e for e in estimates.values())]
    shown = shown[: SHOWN if one else SHOWN // 2]
    return [
        ("" if one else arm, words.value(e[key]), words.interval(e[key]), words.name(e[key]))
        for key in shown
        for arm, e in estimates.items()
        if key in e
    ]


def _svg(found: TrialResult) -> str:
    import matplotlib

    from trimer.report import svg
    from trimer.report.trial_figure import draw

    figure = draw(found)
    with matplotlib.rc_context(style.SETTINGS):
        return svg.render(figure, "trial", found.trial.label, DESCRIPTION, {})


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(value=words.value, interval=words.interval, counted=words.counted)
    return environment
