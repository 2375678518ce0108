"""A report's text in, a draft out."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal

from trimer.errors import InputError
from trimer.record.draft.findings import bound
from trimer.record.draft.lexicon import Sentence, sentences
from trimer.record.draft.schema import Draft, PatientDraft, Report, SexItem, TextItem
from trimer.record.draft.story import Story
from trimer.record.draft.text import Page, page, read_report
from trimer.record.schema import Clock, Measure, Size

MOST_EVENTS = 400
_FEMALE, _MALE = (
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in ("woman|female|girl|lady|her|she", "man|male|boy|gentleman|his|he")
)
_AGE = re.compile(
    r"\b(?P<age>\d{1,3})[ -](?P<unit>year|yr|month)s?[ -]?(?:old|of age)\b|\baged (?P<aged>\d{1,3})\b", re.IGNORECASE
)


def propose_file(path: str | Path) -> Draft:
    """Return the draft of a report in a text file (UTF-8).

    Raises
    ------
    InputError
        When the file cannot be read, is too large or no text, tells more events than a case can hold, or spaCy is not
        installed.
    """
    raw, payload = read_report(Path(path))
    return propose(raw, Path(path).name, hashlib.sha256(payload).hexdigest())


def propose(text: str, name: str = "report.txt", sha256: str = "") -> Draft:
    """Return the draft of a report's text; a text that tells no case gives a draft without events.

    Parameters
    ----------
    text : str
    name : str
        What to call the report.
    sha256 : str
        Of the file's bytes; by default of the text in UTF-8.

    Raises
    ------
    InputError
        As :func:`propose_file`.
    """
    told = page(text)
    story = Story(told)
    patient = PatientDraft()
    for sentence in sentences(told.text):
        if patient.age is None:
            patient = _patient(told, sentence, patient)
        patient = _size(told, sentence, patient)
        story.read(sentence)
        if len(story.events) > MOST_EVENTS:
            raise InputError(
                name[:80], f"more than {MOST_EVENTS} events", "one case report", "Give the part that tells one case."
            )
    events = tuple(event.item() for event in story.events)
    first = next((e.id for e in events if e.date.value.on), events[0].id if events else None)
    clocks = (Clock(id="gestation", label="Start of gestation"),) if story.gestation else ()
    digest = sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    printed = name[:200].encode("utf-8", "replace").decode()  # a name of a file may be no text
    report = Report(name=printed or "report", sha256=digest, characters=len(text))
    return Draft(report=report, patient=patient, origin=first, clocks=clocks, events=events)


def _patient(told: Page, sentence: Sentence, patient: PatientDraft) -> PatientDraft:
    """Return age and sex from the first sentence that tells an age."""
    found = _AGE.search(sentence.text)
    if found is None:
        return patient
    span = told.span(sentence.start + found.start(), sentence.start + found.end())
    years = int(found["age"] or found["aged"]) / (12 if (found["unit"] or "").lower() == "month" else 1)
    age = TextItem(value=f"{years:.4g} year", spans=(span,))
    female, male = _FEMALE.search(sentence.text, found.start()), _MALE.search(sentence.text, found.start())
    sex = None
    if (female is None) != (male is None) or (female and male and female.start() != male.start()):
        first = min((m for m in (female, male) if m), key=lambda m: m.start())
        word: Literal["female", "male"] = "female" if first is female else "male"
        sex = SexItem(value=word, spans=(told.span(sentence.start + first.start(), sentence.start + first.end()),))
    return patient.model_copy(update={"age": age, "sex": sex})


def _size(told: Page, sentence: Sentence, patient: PatientDraft) -> PatientDraft:
    """Return weight and height when a sentence states both."""
    if patient.size is not None:
        return patient
    found = {m.key: q for m, q in bound(sentence) if m.key in ("weight", "height") and q.low is None}
    if set(found) != {"weight", "height"} or found["weight"].unit != "kg" or found["height"].unit != "cm":
        return patient
    weight, height = (Measure(value=found[key].text, kind="stated") for key in ("weight", "height"))
    return patient.model_copy(update={"size": Size(weight=weight, height=height)})
