"""What surrounds a phrase decides what it says: denial, reasons, history of others, a treatment given or only named."""

from __future__ import annotations

import re

from trimer.record.draft.lexicon import Mention, Sentence

_DENIED = re.compile(
    r"\b(?:no|not|without|negative for|denied|denies|absence of|absent|free of|lack(?:ed|ing)?(?: of)?|never|neither|"
    r"nor|excluded|excluding|ruled out|did not)\b"
)
_TURN = re.compile(
    r"\b(?:but|however|although|except|revealed|revealing|showed|showing|with|had|has|developed|positive for)\b|[;:]"
)
_DENIED_AFTER = re.compile(
    r"^[^.;,]{0,25}?\b(?:(?:was|were|is|are|could) (?:not|never)\b|(?:was|were|is|are) (?:negative|absent|undetectable|"
    r"ruled out|excluded|resolved)|not (?:detected|found|seen|present|observed|identified)|undetectable)"
    r"|^[- ]?(?:negative\b|negativity)"
)
_REASON = re.compile(
    r"^\W{0,3}(?:since|because|as|given(?: that)?|due to|owing to|in view of|although|despite|if)\b", re.IGNORECASE
)
_ONLY_NAMED = re.compile(
    r"\b(?:refractory to|completion of|after|before|prior to|following|day \d{1,3} of|response to|resistant to|"
    r"resistance to|eligible for|relapse after|secondary to|because of|due to|attributed to|using|than|intolerant of|"
    r"allergy to|history of|despite|unlike|for using|to receive|instead of|regarding|related to|concentration of)"
    r" (?:[\w-]+ ){0,6}$"
)
_ONLY_NAMED_AFTER = re.compile(
    r"^[ -]?(?:containing|based|related|induced|associated|specific|refractory|resistant|resistance|toxicity|treated|"
    r"directed|targeted|level)"
)


def denied(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a sentence says that there is no such thing."""
    before = sentence.before(mention.start, 60)
    turn = 0
    for found in _TURN.finditer(before):
        turn = found.end()
    return bool(_DENIED.search(before, turn) or _DENIED_AFTER.search(sentence.after(mention.end, 60)))


def reason(sentence: Sentence) -> tuple[int, int]:
    """Return the range of a clause at the beginning that only gives a reason, empty when there is none."""
    if not _REASON.match(sentence.text):
        return sentence.start, sentence.start
    comma = sentence.text.find(", ")
    return sentence.start, sentence.start + comma if comma > 0 else sentence.start


def only_named(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a treatment is named without being given here: ``refractory to CLAG``, ``X-containing``."""
    return bool(
        _ONLY_NAMED.search(sentence.before(mention.start, 70))
        or _ONLY_NAMED_AFTER.match(sentence.after(mention.end, 20))
    )


def of_others(sentence: Sentence) -> bool:
    """Return whether a sentence tells of other people: trials, families."""
    return bool(sentence.cue("cohort", "family"))


def within(mention: Mention, place: tuple[int, int]) -> bool:
    """Return whether a mention lies in a range."""
    return place[0] <= mention.start < place[1]
