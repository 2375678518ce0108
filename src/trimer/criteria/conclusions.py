"""What a record concludes in its own words: remission, relapse, refractoriness, residual disease.

The one reader of such sentences. Partial, molecular and other kinds are set aside, so is the past ("second remission
after relapse"); a clause that hedges claims nothing, and a denial is told apart from silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trimer.criteria.words import claims

# Refractory to fluids or oxygen is no state of leukaemia.
_CARE = (
    r"(?:to\s+)?(?:fluid|vasopress|oxygen|steroid|tocilizumab|transfusion|hypotens|shock|hypox|fever|seizure|platelet)"
)
_SAID = {
    "remission": re.compile(r"\b(?:remission|complete response|(?-i:CR(?:[ihp]|\d)?))\b", re.IGNORECASE),
    "relapse": re.compile(r"(?<!pre-)\brelaps(?:e[ds]?|ing)?\b(?![- ]free)", re.IGNORECASE),
    "refractory": re.compile(
        rf"\b(?:refractory(?!\s+{_CARE})|no response|progressive disease|progression)\b", re.IGNORECASE
    ),
    "residual disease": re.compile(
        r"(?<!undetectable )(?<!undetectable minimal )(?<!undetectable measurable )\bresidual disease\b"
        r"(?!\W+(?:\w+\W+){0,2}(?:negativ|undetect))",
        re.IGNORECASE,
    ),
}
_COMPLETE = re.compile(
    r"\b(?:complete remission|complete response|(?-i:CR\d?))\b(?! with (?:partial|incomplete))", re.IGNORECASE
)
_OTHER_KINDS = re.compile(
    r"\b(?:partial|molecular|cytogenetic|metabolic|mrd|minor|near(?:ly)?|incomplete|short of|out of)[- ]"
    r"(?:[\w-]+ )?(?:remission|response|CR|relapse)\b",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\?|\b(?:suspected|suspicious|suspicion|possibl[ey]|probabl[ey]|likely|concern|doubtful|questionable|unknown|"
    r"unclear|equivocal|(?:not|cannot\s+be|never)\s+(?:excluded|ruled\s+out))\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:after|following|since|from|despite|prior|previous|before|time to)\s+(?:(?:the|a|her|his|first|second|third|"
    r"last|early|late|prior|previous|complete|\(?\d+(?:st|nd|rd|th)?\)?)\s+){0,2}(?:relapsed?|remission|CR)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Conclusion:
    """Hold what one sentence says, in words of ``remission, relapse, refractory, residual disease``.

    Attributes
    ----------
    claimed : frozenset of str
    denied : frozenset of str
        Mentioned, and not claimed: taken back or put in doubt.
    doubtful : bool
        Whether a clause that mentions one of them hedges.
    complete : bool
        Whether it claims a *complete* remission.
    """

    claimed: frozenset[str]
    denied: frozenset[str] = frozenset()
    doubtful: bool = False
    complete: bool = False


def read(text: str) -> Conclusion:
    """Return what a sentence of a record concludes about the disease."""
    clauses = re.split(r"[,;]", _PAST.sub("earlier", _OTHER_KINDS.sub("other", text)))
    hedged = [clause for clause in clauses if _DOUBT.search(clause)]
    sure = "; ".join(clause for clause in clauses if clause not in hedged)
    claimed = frozenset(word for word, pattern in _SAID.items() if claims(sure, pattern))
    mentioned = frozenset(word for word, pattern in _SAID.items() if any(map(pattern.search, clauses)))
    doubtful = any(pattern.search(clause) for pattern in _SAID.values() for clause in hedged)
    return Conclusion(claimed, mentioned - claimed, doubtful, claims(sure, _COMPLETE))
