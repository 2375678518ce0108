"""A report's text: read, freed of the page's line breaks and hyphens, with the way back to the file's characters."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from pathlib import Path

from trimer.errors import InputError
from trimer.record.draft.schema import Span

SIZE_LIMIT = 300_000
"""Bytes; a case report has some 20,000."""

_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
_SIGNS = {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2264": "≤", "\u2a7d": "≤", "\u2a7e": "≥", "\u03bc": "µ"}
# A hyphen at the end of a line before a small letter; a run of blanks, breaks and signs nobody sees; a sign to respell.
_SPECIAL = re.compile(
    r"(?P<wrap>(?<=[^\W\d_])[-\u2010\u00ad][ \t]{0,8}\r?\n[ \t]{0,8}(?:\r?\n[ \t]{0,8}){0,3}(?=[a-z]))"
    r"|(?P<gone>[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])"
    r"|(?P<blank>[\s\x00-\x1f\x7f-\x9f]+)"
    rf"|(?P<sign>[{''.join(_LIGATURES)}{''.join(_SIGNS)}])"
)
_HEADING = re.compile(
    r"^[ \t]{0,8}(?:\d{1,2}[.)]?[\d.]{0,4}[ \t]{1,3})?(?:"
    r"(?P<case>(?:case (?:reports?|presentations?|descriptions?|history|summary)|presentation of (?:the )?case|"
    r"clinical (?:course|case|history)|the case|patient (?:information|and methods)|case)(?: \d{1,2})?)"
    r"|(?P<other>abstract|summary|introduction|background|discussion(?: and conclusions?)?|conclusions?|references|"
    r"acknowledge?ments?|methods|materials and methods|literature review|abbreviations|declarations|funding|"
    r"competing interests|key ?words)"
    r")[ \t]{0,4}[:.]?[ \t]{0,4}\r?$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Page:
    r"""Hold the part of a report that tells the case.

    Attributes
    ----------
    raw : str
        The whole file.
    text : str
        The part, in single blanks, with ``"\n"`` only between paragraphs.
    offsets : array of int, shape (len(text) + 1,)
        Place in ``raw`` of each character of ``text``, and of the end.
    """

    raw: str
    text: str
    offsets: array[int]

    def span(self, start: int, end: int) -> Span:
        """Return where words of ``text`` stand in the file, blanks around them left out."""
        words = self.text[start:end]
        start, end = start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))
        first, last = self.offsets[start], self.offsets[max(start, end - 1)] + 1
        return Span(start=first, end=last, quote=self.text[start:end][:4000])


def read_report(path: Path) -> tuple[str, bytes]:
    """Return a report's text and bytes.

    Raises
    ------
    InputError
        When the file cannot be read, is too large, is no UTF-8 text, or is some other kind of file.
    """
    hint = "Write the text of the report to a file first, for instance with pdftotext."
    try:
        with path.open("rb") as file:
            payload = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or "a name that no file can have"
        raise InputError(str(path)[:80], found, "a readable text file") from None
    return decoded(payload, path.name[:80], hint), payload


def decoded(payload: bytes, name: str, hint: str = "") -> str:
    """Return bytes as text; errors as :func:`read_report`."""
    expected = "the text of a case report in UTF-8"
    if len(payload) > SIZE_LIMIT:
        raise InputError(name, f"more than {SIZE_LIMIT // 1000} kB", "one case report, which is far smaller")
    if payload.startswith(b"%PDF"):
        raise InputError(name, "a PDF", expected, hint)
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"byte {error.start} that is no UTF-8 text", expected, hint) from None
    if "\x00" in text:
        raise InputError(name, "binary data", expected, hint)
    return text


def page(raw: str) -> Page:
    """Return the part of a report that tells the case: the longest under such a heading, or all of it."""
    return cleaned(raw, *_case_section(raw))


def cleaned(raw: str, start: int, end: int) -> Page:
    """Return a range of a text without the page's line breaks and hyphens, and the way back."""
    pieces: list[str] = []
    offsets = array("L")
    at = start
    for found in _SPECIAL.finditer(raw, start, end):
        pieces.append(raw[at : found.start()])
        offsets.extend(range(at, found.start()))
        new = _replacement(found, raw)
        if not (new in (" ", "\n") and not offsets):
            pieces.append(new)
            offsets.extend([found.start()] * len(new))
        at = found.end()
    pieces.append(raw[at:end])
    offsets.extend(range(at, end))
    offsets.append(end)
    return Page(raw, "".join(pieces), offsets)


def _replacement(found: re.Match[str], raw: str) -> str:
    """Return what stands for a special run: nothing, a blank, the end of a paragraph, or a plainer spelling."""
    if found["wrap"] or found["gone"]:
        return ""
    if found["sign"]:
        return _LIGATURES.get(found["sign"]) or _SIGNS[found["sign"]]
    if found["blank"].count("\n") < 2:
        return " "
    before, after = raw[found.start() - 1 : found.start()], raw[found.end() : found.end() + 1]
    # A page may break within a sentence: then there is no full stop before, or a small letter follows.
    return "\n" if before in set(".:!?)") and not after.islower() else " "


def _case_section(raw: str) -> tuple[int, int]:
    headings = list(_HEADING.finditer(raw))
    ends = [*(found.start() for found in headings), len(raw)][1:]
    sections = [(h.end(), end) for h, end in zip(headings, ends, strict=True) if h["case"]]
    longest = max(sections, key=lambda s: s[1] - s[0], default=(0, len(raw)))
    return longest if raw[longest[0] : longest[1]].strip() else (0, len(raw))
