"""What a record says in words: whether a text claims something, and whether it says that somebody died of it.

Records tell many facts in free text ("intubated", "no vasopressors needed", "CR was not achieved"). A claim is a match
that nothing near it denies or doubts. A denial only cancels a claim: it never becomes a recorded "no", because "no
response to fluids, moved to intensive care" denies something else.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CLAUSE = re.compile(
    r"[,;.:()\n]|\b(?:but|and|although|though|while|then)\b|"
    r"(?<!\bnot\s)(?<!\bnever\s)(?<!\bwithout\s)(?<!\blonger\s)(?<!\byet\s)\b(?:requiring|required|needing)\b",
    re.IGNORECASE,
)
_WORD = r"[\w'/+%-]+"
_FEW_WORDS = rf"(?:{_WORD}\s+){{0,3}}"
_ITEM = rf"(?:{_WORD}\s+){{0,2}}{_WORD}"
# "No fluids, vasopressors or oxygen", "without fever and rash": one denial for a whole list.
_DENIED_LIST = re.compile(rf"\b(no|without)\s+{_ITEM}(?:,\s*{_ITEM})+?,?\s+n?or\s", re.IGNORECASE)
_DENIED_PAIR = re.compile(rf"\b(without\s+{_ITEM})\s+and\s+({_WORD}\s*(?:[,;.:()]|$))", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|without|denied|denies|neither|nor|lacks?|lacking|absen(?:t|ce)(?:\s+of)?|free\s+of|"
    r"fail(?:ed|ure|s)?\s+(?:to|of)|loss\s+of|lost|ruled\s+out|excluded|negative\s+for|if|unless|possible|possibly|"
    r"potentially|questionable|risk\s+of|history\s+of|prevent(?:ed|ion)?(?:\s+of)?|prophylaxis\s+(?:for|against)|"
    r"avoid(?:ed|ing)?|refus(?:ed|al)(?:\s+of)?|declined|considered|planned|(?:may|might|could)\s+be)\s+"
    rf"{_FEW_WORDS}|\bnon[-\s]?(?:[\w'/+%-]+[-\s]+)?)$",
    re.IGNORECASE,
)
_TAKEN_BACK_BY = (
    r"achieved|reached|confirmed|needed|required|necessary|indicated|seen|found|shown|documented|observed|given|used|"
    r"started|done|present|lost|excluded"
)
_AFTER = re.compile(
    rf"^[\w-]*\s*(?:{_FEW_WORDS}(?:ruled\s+out|excluded|absent|denied|unlikely|lost(?!\s+to\s+follow)|avoided|refused|"
    rf"declined|(?:not|never|no\s+longer)\s+(?:been\s+|be\s+)?(?:{_TAKEN_BACK_BY})|(?:not|never)\s*$)|"
    r"(?:if|as)\s+(?:needed|necessary|required))",
    re.IGNORECASE,
)
_BARE_DENIAL = re.compile(
    r"\W*(?:(?:was|were|is|are)\s+)?(?:(?:ruled\s+out|excluded|unlikely|absent|denied)\s*(?:[,;.]|by\b|on\b|$)|"
    rf"(?:none|not|never|no)\s*(?:{_TAKEN_BACK_BY}|[,;.]|$))",
    re.IGNORECASE,
)
_DEATH = re.compile(r"\b(?:died|dies|death|dead|deceased|fatal(?:ity)?|lethal)\b", re.IGNORECASE)
_WHEN = r"(?:(?:on|at|in)\s+(?:[\w-]+\s+){1,3}?)?"
_CAUSE = re.compile(
    rf"\b(?:died|death|deceased)\s+{_WHEN}(?:was\s+)?"
    r"(?:of|from|by|due\s+to|owing\s+to|caused\s+by|because\s+of|attributed\s+to)\s+(?P<cause>.*)$",
    re.IGNORECASE,
)
_END_OF_CAUSE = re.compile(r"\b(?:after|following|before|without|despite|no|not|when|once|in)\b|[,;.:]", re.IGNORECASE)
# Without "of", a death and its cause stand side by side: "fatal CRS", "CRS, fatal", "CRS: patient died".
_TO_CAUSE = re.compile(r"[\s,;:-]*(?:(?:a|an|the|severe|acute|refractory|grade|[45])\s+){0,2}$", re.IGNORECASE)
_TO_DEATH = re.compile(
    r"[\w-]*[\s,;:-]*(?:(?:and|was|is|were|with|the|patient|he|she|proved|became|grade|[45],?)\s+){0,3}$", re.IGNORECASE
)
_OVER = re.compile(r"[\w-]*\s+(?:(?:had|has|was|is)\s+)?(?:resolved|recovered|over|gone)\b", re.IGNORECASE)


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
        three words before it ("no need for vasopressors"), by the list it stands in ("no fluids, vasopressors or
        oxygen") or right after it ("remission was not achieved").
    """
    return any(
        not _BEFORE.search(clause[: match.start()]) and not _AFTER.match(clause[match.end() :])
        for clause in _CLAUSE.split(_each_denied(text))
        for match in pattern.finditer(clause)
    )


def _each_denied(text: str) -> str:
    """Return a text in which every item of a list that is denied as a whole is denied by itself."""
    text = _DENIED_LIST.sub(lambda found: found.group().replace(",", f", {found.group(1)}"), text)
    return _DENIED_PAIR.sub(r"\1 or \2", text)


@lru_cache(maxsize=4096)
def told(name: str, detail: str, pattern: re.Pattern[str]) -> bool:
    """Return whether an event of a record claims what a pattern names, in its name or in its detail.

    Parameters
    ----------
    name, detail : str
        A detail that is nothing but a denial ("not needed", "ruled out by CT") takes the name back.
    pattern : re.Pattern
    """
    return claims(detail, pattern) or (not taken_back(detail) and claims(name, pattern))


def taken_back(detail: str) -> bool:
    """Return whether the detail of an event begins by saying that it was not so: ``"not given"``, ``"ruled out"``."""
    return bool(_BARE_DENIAL.match(detail))


def died_of(text: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a text says that somebody died of what a pattern names.

    "Died of sepsis after CRS had resolved" names another cause; "fatal CRS" and "CRS, fatal" need no "of". A death and
    a toxicity that merely stand in one text ("died in remission; CRS on day 3") are not cause and effect.
    """
    if not claims(text, _DEATH):
        return False
    cause = _CAUSE.search(text)
    if cause:
        return claims(_END_OF_CAUSE.split(cause.group("cause"))[0], pattern)
    if not claims(text, pattern):
        return False
    return any(
        _TO_CAUSE.match(text[death.end() : what.start()])
        if death.end() <= what.start()
        else _TO_DEATH.match(text[what.end() : death.start()])
        for death in _DEATH.finditer(text)
        for what in pattern.finditer(text)
        if not _OVER.match(text[what.end() :])
    )
