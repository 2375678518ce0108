"""A page to review a draft by: the report with the words of every proposal marked, and the proposals beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

from trimer.record.draft.schema import Draft, EventItem, Item

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:1fr 1fr;height:100vh}
main,aside{overflow:auto;padding:1rem 1.5rem}pre{white-space:pre-wrap;font:inherit}aside{border-left:1px solid #8886}
mark{background:#ffd54f88;color:inherit;border-radius:2px}:target{outline:2px solid #d32f2f}h2{font-size:1rem}
dl{margin:.2rem 0 .2rem 1rem}dt{font-weight:600}dd{margin:0 0 .3rem 1rem}.doubt{color:#b71c1c}
@media(prefers-color-scheme:dark){body{background:#121212;color:#eee}.doubt{color:#ef9a9a}mark{background:#8d6e0088}}
@media(max-width:45rem){body{display:block;height:auto}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def review_html(draft: Draft, text: str) -> str:
    """Return one self-contained page, without scripts; every word of the report is escaped.

    Parameters
    ----------
    draft : Draft
    text : str
        The report the draft was made from.
    """
    rows = list(_rows(draft))
    title = f"Draft of {escape(draft.report.name)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" '
        f'content="{_POLICY}"><style>{_STYLE}</style></head><body><main><pre>{_marked(text, rows)}</pre></main>'
        f"<aside><h1>{title}</h1><p>Proposed by rules and reviewed by nobody. Not a case, never advice.</p>"
        f"{''.join(_told(event) for event in draft.events)}</aside></body></html>\n"
    )


def _rows(draft: Draft) -> Iterator[tuple[str, Item]]:
    for name, item in (("sex", draft.patient.sex), ("age", draft.patient.age)):
        if item is not None:
            yield f"patient-{name}", item
    for event in draft.events:
        yield from ((place, item) for place, _, item in _parts(event))


def _parts(event: EventItem) -> Iterator[tuple[str, str, Any]]:
    yield f"{event.id}-date", "date", event.date
    if event.end is not None:
        yield f"{event.id}-end", "end", event.end
    for name, items in (("observation", event.observations), ("given", event.given), ("episode", event.episodes)):
        yield from ((f"{event.id}-{name}-{i}", name, item) for i, item in enumerate(items))
    if event.conclusion is not None:
        yield f"{event.id}-conclusion", "conclusion", event.conclusion


def _marked(text: str, rows: list[tuple[str, Item]]) -> str:
    """Return the report with the words of every item marked; the first span of an item carries its anchor."""
    begin: dict[int, list[str]] = defaultdict(list)
    change: dict[int, int] = defaultdict(int)
    for place, item in rows:
        for number, span in enumerate(item.spans):
            start, end = min(span.start, len(text)), min(span.end, len(text))
            if start < end:
                change[start] += 1
                change[end] -= 1
                if number == 0:
                    begin[start].append(place)
    pieces, at, depth = [], 0, 0
    for edge in sorted({*change, *begin, len(text)}):
        piece = escape(text[at:edge])
        pieces.append(f"<mark>{piece}</mark>" if depth > 0 and piece else piece)
        pieces += [f'<a id="{escape(place)}"></a>' for place in begin.get(edge, ())]
        at, depth = edge, depth + change[edge]
    return "".join(pieces)


def _told(event: EventItem) -> str:
    lines = [f"<h2>{escape(event.id)} {escape(event.label)}</h2><dl>"]
    for place, name, item in _parts(event):
        value = item.value
        shown = value if isinstance(value, str) else _words(value.model_dump(exclude_defaults=True))
        quote = " … ".join(span.quote for span in item.spans)
        lines.append(f'<dt><a href="#{escape(place)}">{name}</a> {escape(shown)} ({item.status})</dt>')
        lines.append(f"<dd>“{escape(quote)}”{_doubts(item)}</dd>")
    return "".join([*lines, _doubts(event), "</dl>"])


def _doubts(item: Item) -> str:
    return "".join(
        f'<div class="doubt">open: {escape(d.field)} {escape(" or ".join(d.candidates))} {escape(d.why)}</div>'
        for d in item.doubts
    )


def _words(value: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_plain(item)}" for key, item in value.items()) or "open"


def _plain(value: Any) -> str:
    """Return a part of a value as words: ``to e01, offset -2 week``."""
    if isinstance(value, dict):
        return f"({_words(value)})"
    if isinstance(value, list | tuple):
        return "; ".join(map(_plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
