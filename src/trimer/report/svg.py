"""From a matplotlib figure to an SVG that can live inside a page with others: small, scoped, accessible.

Nothing in it is styled by a ``style`` attribute, which a page with a strict policy (``style-src`` with hashes only)
would drop: what matplotlib writes as declarations becomes SVG's presentation attributes, which mean the same.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
HALO = "halo"
_OUTLINE = '<g paint-order="stroke" stroke="#ffffff" stroke-width="2.4" stroke-linejoin="round">'
_INITIAL = {"stroke-dashoffset": ("0",), "text-anchor": ("start",)}  # what holds anyway, when nothing says otherwise
_FONT = re.compile(
    r"(?:(?P<style>italic|oblique) )?(?:(?P<weight>bold|\d+) )?(?P<size>[\d.]+)(?:px)? (?P<family>.+)", re.S
)
_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def render(figure: Figure, name: str, title: str, description: str, tips: Mapping[str, str]) -> str:
    """Return a figure as one ``<svg>`` element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    name : str
        Prefix of every id inside, so that several figures fit on one page.
    title, description : str
        Read by screen readers in place of the drawing.
    tips : mapping of str to str
        Text shown on hovering the group with this gid.

    Returns
    -------
    str
        SVG text without prolog or metadata.
    """
    for words in figure.findobj(lambda artist: artist.get_gid() == HALO):
        words.set_path_effects([])  # matplotlib would draw outlined text as shapes; CSS outlines real text instead
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.S)
    text = re.sub(r"<[^>]*>", lambda tag: _tag(tag.group(), name), text)  # never what a label says between tags
    text = text.replace(f'<g id="{name}-{HALO}">', _OUTLINE)
    for gid, tip in tips.items():
        head = f'<g id="{name}-{gid}">'
        text = text.replace(head, f"{head}<title>{escape(tip)}</title>", 1)
    text = re.sub(r"\n\s*", "\n", text)
    return _label(text, name, title, description).strip() + "\n"


def _tag(tag: str, name: str) -> str:
    """Return a tag without declarations, with ids of this figure's own, and coordinates no longer than can be seen."""
    tag = re.sub(r' style="([^"]*)"', lambda found: _attributes(found.group(1)), tag)
    tag = tag.replace(" font-family=\"'DejaVu Sans'\"", "")  # the root element says it once
    tag = _NUMBER.sub(_round, _scope(tag, name))
    return re.sub(r'(?<= d=")[^"]*', lambda path: " ".join(path.group().split()), tag)


def _attributes(declarations: str) -> str:
    """Return CSS declarations as presentation attributes, each after a space; ``font`` becomes its parts."""
    found: dict[str, str] = {}
    for declaration in filter(str.strip, declarations.split(";")):
        name, value = (part.strip() for part in declaration.split(":", 1))
        font = _FONT.fullmatch(value) if name == "font" else None
        if font:
            found |= {f"font-{part}": words for part, words in font.groupdict().items() if words}
        elif value not in _INITIAL.get(name, ()):
            found[name] = value.removesuffix("px")
    return "".join(f' {name}="{value}"' for name, value in found.items())


def _round(found: re.Match[str]) -> str:
    return f"{float(found.group()):.2f}".rstrip("0").rstrip(".")


def _scope(text: str, name: str) -> str:
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = text.replace("url(#", f"url(#{name}-")
    return re.sub(r'\b(xlink:href|href)="#', rf'\1="#{name}-', text)


def _label(text: str, name: str, title: str, description: str) -> str:
    """Replace matplotlib's opening tag: fluid width, a role, a title and a description."""
    end = text.index(">") + 1
    box = re.search(r'viewBox="([^"]+)"', text[:end])
    view = box.group(1) if box else "0 0 100 100"
    width, height = view.split()[2:]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view}" '
        f'width="{width}pt" height="{height}pt" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'font-family="{FONTS}" stroke-linejoin="round" stroke-linecap="butt">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return head + text[end:]
