"""The words the rules know, from the library's lists, and a reader that finds them: spaCy without a trained model.

spaCy splits the text into sentences and matches thousands of phrases in one pass, whatever their case; both are rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from trimer.errors import InputError

FOLDER = Path(__file__).parents[2] / "library" / "drafting"
SENTENCE_LIMIT = 1500
"""Characters after which a text without full stops is cut: no sentence that means something is longer."""

_TOKEN = re.compile(
    r"(?:e\.g|i\.[evm]|p\.o|s\.c|vs|Dr|Mr|Mrs|Ms|Fig|approx|No|ca|resp|al)\.|[^\W\d_]+|\d+(?:[.,]\d+)*|\n|[^\w\s]|_",
    re.IGNORECASE,
)
_MONTH = re.compile(r"May(?:,| of)? \d")  # not the verb
_SHORT = re.compile(r"[A-Z]{2,4}")


@dataclass(frozen=True)
class Mention:
    """Hold one known phrase.

    Attributes
    ----------
    group : str
        ``drug, regimen, measure, finding, toxicity, rescue, procedure, obstetric, conclusion, marker, cue``.
    key : str
        What it means within the group.
    start, end : int
        In the page's text.
    """

    group: str
    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """Hold one sentence of the page: its place, its words, the phrases known in it in their order."""

    start: int
    end: int
    text: str
    mentions: tuple[Mention, ...]
    cues: tuple[Mention, ...]

    def of(self, *groups: str) -> tuple[Mention, ...]:
        """Return the mentions of some groups."""
        return tuple(m for m in self.mentions if m.group in groups)

    def cue(self, *keys: str) -> tuple[Mention, ...]:
        """Return the cues of some kinds."""
        return tuple(m for m in self.cues if m.key in keys)

    def before(self, place: int, width: int) -> str:
        """Return up to so many characters before a place of the page, in small letters."""
        at = place - self.start
        return self.text[max(0, at - width) : at].lower()

    def after(self, place: int, width: int) -> str:
        """Return up to so many characters after a place of the page, in small letters."""
        at = place - self.start
        return self.text[at : at + width].lower()


def spacy() -> Any:
    """Return spaCy.

    Raises
    ------
    InputError
        When it is not installed.
    """
    try:
        return import_module("spacy")
    except ImportError as error:
        raise InputError(
            "draft", "no spaCy", "the Python package spacy", "Install it with: pip install 'trimer[draft]'"
        ) from error


@lru_cache(maxsize=1)
def lists() -> dict[str, dict[str, Any]]:
    """Return the word lists by file name."""
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


@lru_cache(maxsize=1)
def roles() -> dict[str, str]:
    """Return what each drug is given for: chemotherapy, immunotherapy, steroid, ..."""
    return {drug: role for role, drugs in lists()["drugs"].items() for drug in drugs}


@lru_cache(maxsize=1)
def measures() -> dict[str, str]:
    """Return the kind of number each measure takes."""
    return {name: kind for kind, names in lists()["observables"].items() for name in names}


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a page with the phrases known in them."""
    nlp, terms, cues = _reader()
    filtered = import_module("spacy.util").filter_spans
    spacy_doc = _document(nlp, text)
    found = [sorted(filtered([s for m in group for s in m(spacy_doc, as_spans=True)])) for group in (terms, cues)]
    queues = [[_mention(span) for span in group if not _MONTH.match(text, span.start_char)] for group in found]
    for start, end in _sentence_places(spacy_doc, text):
        inside: list[tuple[Mention, ...]] = []
        for queue in queues:
            until = next((i for i, m in enumerate(queue) if m.start >= end), len(queue))
            inside.append(tuple(queue[:until]))
            del queue[:until]
        yield Sentence(start, end, text[start:end], *inside)


def _mention(span: Any) -> Mention:
    group, _, key = span.label_.partition(":")
    return Mention(group, key, span.start_char, span.end_char)


def _sentence_places(doc: Any, text: str) -> Iterator[tuple[int, int]]:
    for sentence in doc.sents:
        start, last = sentence.start_char, sentence.end_char
        while start < last:
            end = last
            if last - start > SENTENCE_LIMIT:
                end = text.rfind(" ", start + 1, start + SENTENCE_LIMIT) + 1 or start + SENTENCE_LIMIT
            yield start, end
            start = end


def _document(nlp: Any, text: str) -> Any:
    """Return the text as a spaCy document whose characters are those of the text."""
    words, spaces = [], []
    for found in _TOKEN.finditer(text):
        words.append(found.group())
        spaces.append(text[found.end() : found.end() + 1] == " ")
    doc = import_module("spacy.tokens").Doc(nlp.vocab, words=words, spaces=spaces)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


@lru_cache(maxsize=1)
def _reader() -> tuple[Any, tuple[Any, Any], tuple[Any, Any]]:
    """Return the pipeline and the matchers of terms and of cues, each in any case and in exact case."""
    nlp = spacy().blank("en")
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "\n", "。"]})
    matcher = import_module("spacy.matcher").PhraseMatcher
    made = [(matcher(nlp.vocab, attr="LOWER"), matcher(nlp.vocab, attr="ORTH")) for _ in range(2)]
    for group, key, names in _phrases():
        pair = made[1 if group == "cue" else 0]
        for name in names:
            for form in sorted({name.replace("~", gap) for gap in (" ", "-", "")}):
                pair[1 if _SHORT.fullmatch(form) else 0].add(f"{group}:{key}", [_document(nlp, form)])
    return nlp, made[0], made[1]


def _phrases() -> Iterator[tuple[str, str, list[str]]]:
    files = lists()
    for drugs in files["drugs"].values():
        yield from (("drug", name, names) for name, names in drugs.items())
    yield from (("regimen", "|".join(means), [name]) for name, means in files["regimens"]["names"].items())
    for group in files["observables"].values():
        yield from (("measure", name, names) for name, names in group.items())
    for number, finding in enumerate(files["findings"]["finding"]):
        yield "finding", str(number), finding["names"]
    for group in ("toxicity", "rescue", "procedure", "obstetric", "conclusion", "marker"):
        yield from ((group, key, names) for key, names in files["findings"][group].items())
    yield from (("cue", key, names) for key, names in files["cues"]["cue"].items())
