"""What a record says in words: whether a text claims something, and whether it says that somebody died of it.

Records tell many facts in free text ("intubated", "no vasopressors needed", "CR was not achieved"). A claim is a match
that nothing near it denies or doubts. A denial only cancels a claim: it never becomes a recorded "no", because "no
response to fluids, moved to intensive care" denies something else.
"""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[,;.:()\n]|\b(?:but|and|although|though|while|then|requiring|required|needing)\b", re.IGNORECASE)
_FEW_WORDS = r"(?:[\w'/+%-]+\s+){0,3}"
_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|without|denied|denies|neither|nor|lacks?|lacking|absen(?:t|ce)(?:\s+of)?|free\s+of|"
    r"fail(?:ed|ure|s)?\s+(?:to|of)|loss\s+of|lost|ruled\s+out|excluded|negative\s+for|if|unless|possible|possibly|"
    r"questionable|risk\s+of|history\s+of|prevent(?:ed|ion)?(?:\s+of)?|prophylaxis\s+(?:for|against))\s+"
    rf"{_FEW_WORDS}|\bnon[-\s]?(?:[\w'/+%-]+[-\s]+)?)$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"^[\w-]*\s*(?:{_FEW_WORDS}(?:ruled\s+out|excluded|absent|denied|unlikely|lost|(?:was|were|is|are|has|had|not)\s+"
    r"(?:never|not|no\s+longer|been\s+(?:lost|excluded)|achieved|reached|confirmed|needed|required|seen)?"
    r"\s*(?:achieved|reached|confirmed|needed|required|seen|given|used|present|lost|excluded)?))",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|never|no\s+longer|ruled\s+out|excluded|absent|denied|unlikely|lost)\b", re.IGNORECASE)
_DEATH = re.compile(r"\b(?:died|dies|death|dead|deceased|fatal(?:ity)?|lethal)\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:died|death|deceased)\s+(?:was\s+)?(?:of|from|by|due\s+to|owing\s+to|caused\s+by|because\s+of|attributed\s+to)\s+"
    r"(?P<cause>.*)$",
    re.IGNORECASE,
)
_END_OF_CAUSE = re.compile(r"\b(?:after|following|before|without|despite|no|not|when|once|in)\b|[,;.:]", re.IGNORECASE)


def claims(text: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a text claims what a pattern names.

    Parameters
    ----------
    text : str
    pattern : re.Pattern
        What to look for; should not be able to match a negation itself.

    Returns
    -------
    bool
        False where nothing matches, and where every match is denied or put in doubt within its own clause, by up to
        three words before it ("no need for vasopressors") or right after it ("remission was not achieved").
    """
    return any(
        not _BEFORE.search(clause[: match.start()]) and not _denied_after(clause[match.end() :])
        for clause in _CLAUSE.split(text)
        for match in pattern.finditer(clause)
    )


def _denied_after(rest: str) -> bool:
    """Return whether the words right after a match take it back."""
    found = _AFTER.match(rest)
    return bool(found and _NEGATION.search(found.group()))


def died_of(text: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a text says that somebody died of what a pattern names.

    "Died of sepsis after CRS had resolved" names another cause; "fatal CRS" and "CRS, fatal" need no "of".
    """
    if not claims(text, _DEATH):
        return False
    cause = _CAUSE.search(text)
    if cause:
        return claims(_END_OF_CAUSE.split(cause.group("cause"))[0], pattern)
    return claims(text, pattern)
