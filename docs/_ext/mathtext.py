"""Formulas drawn as inline SVG by matplotlib: pages are whole without a network, and in the dark as well."""

from __future__ import annotations

import io
import re
import zlib
from functools import cache
from typing import Any

SIZE = 11.5  # points


def setup(app: Any) -> dict[str, bool]:
    """Offer the renderer to Sphinx under the name ``mathtext``."""
    app.add_html_math_renderer("mathtext", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def inline(translator: Any, node: Any) -> None:
    """Write a formula that stands in a line."""
    from docutils.nodes import SkipNode

    translator.body.append(drawn(node.astext(), "math-inline"))
    raise SkipNode


def block(translator: Any, node: Any) -> None:
    """Write a formula that stands alone."""
    from docutils.nodes import SkipNode

    parts = re.split(r"\s*\\qquad\s*", node.astext().strip().rstrip(","))
    translator.body.append('<div class="math-block">')
    translator.body.extend(drawn(part.rstrip(" ,"), "math-part") for part in parts)
    translator.body.append("</div>")
    raise SkipNode


@cache
def drawn(formula: str, kind: str) -> str:
    """Return a formula as one ``<svg>`` element that sits on the line's base."""
    from html import escape

    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import math_to_image

    source = " ".join(formula.split())
    out = io.StringIO()
    with matplotlib.rc_context({"mathtext.fontset": "stix", "svg.fonttype": "path", "svg.hashsalt": source}):
        depth = math_to_image(f"${source}$", out, prop=FontProperties(size=SIZE), dpi=72, format="svg")
    text = out.getvalue()
    body = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.S)
    name = f"m{zlib.crc32(source.encode()):08x}-"
    body = re.sub(r'\bid="', f'id="{name}', body).replace('href="#', f'href="#{name}')
    width, height = (float(x) / SIZE for x in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body)[0])
    box = re.findall(r'viewBox="[^"]+"', body)[0]
    head = (
        f'<svg class="math {kind}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box} '
        f'role="img" aria-label="{escape(source)}" style="width:{width:.3f}em;height:{height:.3f}em;'
        f'vertical-align:{-depth / SIZE:.3f}em;fill:currentColor">'
    )
    return head + body[body.index(">") + 1 :]
