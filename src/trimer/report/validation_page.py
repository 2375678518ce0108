"""Published endpoints beside virtual trials as one self-contained page: nothing fetched, every text escaped."""

from __future__ import annotations

import os
from pathlib import Path

from trimer.errors import InputError
from trimer.report import style, svg, text, validation, validation_figure
from trimer.report.html import FOLDER, digest, flat
from trimer.study.research import NOTICE
from trimer.study.validation_result import SCHEMA, Role, ValidationResult, acceptance

TITLE = "Published endpoints beside virtual trials"
DESCRIPTION = (
    "A row an endpoint: the observed value with its interval, and the bar of virtual trials of the same size. "
    "Predicted endpoints on the left, calibrated ones on the right. The tables on this page hold the same numbers."
)


def render(found: ValidationResult) -> str:
    """Return the page: a whole HTML document that loads nothing from outside."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("observed", "predicted", "unit", "width", "distance", "brief", "wanted", "reached", "short", "within"):
        environment.filters[name] = getattr(validation, name)
    environment.filters.update(split=_split, mark=text.mark, verdict=validation.verdict)
    sheet, arms = (FOLDER / "replay.css").read_text(encoding="utf-8"), validation.armed(found)
    sections = found.sections()
    return environment.get_template("validation.html.j2").render(
        r=found,
        title=TITLE,
        notice=NOTICE,
        schema=SCHEMA,
        setting=validation.setting(found),
        counts=counts(found),
        tables={name: items for name, items in sections.items() if items[0].compared and not items[0].digitised},
        series=validation.series([i for i in found.items if i.compared and i.digitised]),
        left=validation.by_reason([i for i in found.items if not i.compared]),
        words=lambda item: validation.words(item, arms),
        legend=validation.LEGEND,
        failures=validation.failures(found),
        aims=acceptance(found),
        provenance=flat(found.provenance),
        svg=Markup(figure_svg(found)),
        style=Markup(sheet),
        style_hash=digest(sheet),
    )


def _split(words: str) -> tuple[str, str]:
    """Return a value and its interval in brackets, apart."""
    value, bracket, rest = words.partition("(")
    return value.strip(), bracket + rest


def figure_svg(found: ValidationResult) -> str:
    """Return the figure as an SVG element."""
    import matplotlib

    with matplotlib.rc_context(style.SETTINGS):
        return svg.render(validation_figure.draw(found), "validation", TITLE, DESCRIPTION, {})


def write(found: ValidationResult, path: str | os.PathLike[str]) -> None:
    """Write the page to a file: whole or not at all.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    page = render(found)
    try:
        draft.write_text(page, encoding="utf-8")
        os.replace(draft, target)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise InputError("--html", str(target), "a file that can be written", fault.strerror or "") from fault


def counts(found: ValidationResult) -> list[tuple[str, str, str]]:
    """Return the headline counts as (figure, words, tone)."""
    told = []
    roles: tuple[Role, Role] = ("predicted", "calibrated")
    for role in roles:
        count = found.count(role)
        tone = "neutral" if role == "calibrated" or not count.compared else "good" if count.share >= 0.8 else "bad"
        told.append((f"{count.inside} of {count.compared}", f"{role} endpoints inside", tone))
    predicted = found.count("predicted")
    told.append((
        f"{predicted.narrow} of {predicted.own}",
        "predictive intervals at most twice as wide as the trial's own",
        "good" if predicted.narrow == predicted.own else "bad",
    ))  # fmt: skip
    known = [aim for aim in acceptance(found) if aim.met is not None]
    met = sum(aim.met is True for aim in known)
    told.append((f"{met} of {len(known)}", "aims met", "good" if known and met == len(known) else "bad"))
    return told
