"""What a sentence says was given: drugs with amount or rate, route and days; regimens by name or by their drugs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from trimer.record.draft.lexicon import Mention, Sentence
from trimer.record.draft.quantities import WORDS, Quantity, number, quantities
from trimer.record.draft.schema import Doubt, GivenItem
from trimer.record.draft.text import Page
from trimer.record.schema import Given

LIBRARY = Path(__file__).parents[2] / "library"
_ROUTES = (
    (
        "civ",
        re.compile(r"\b(?:continuous(?:ly)? (?:intravenous |iv )?infus|continuous iv|civ\b|civi\b)", re.IGNORECASE),
    ),
    ("it", re.compile(r"\bintrathecal|\bIT\b")),
    ("iv", re.compile(r"\b(?:iv|i\.v\.|intravenous(?:ly)?)(?!\w)", re.IGNORECASE)),
    ("po", re.compile(r"\b(?:po|p\.o\.|oral(?:ly)?|by mouth)(?!\w)", re.IGNORECASE)),
    ("sc", re.compile(r"\b(?:subcutaneous(?:ly)?|SC|SQ|s\.c\.)(?!\w)")),
    ("im", re.compile(r"\b(?:intramuscular(?:ly)?|IM)\b")),
)
_DAY_LIST = re.compile(
    r"(?<!\bto )(?<!until )(?<!through )(?<!till )\bdays? "
    r"(?P<list>\d{1,3}(?: ?(?:,? ?(?:and|&|to|through)|[,–—-]) ?\d{1,3}(?!\d)){0,40})",
    re.IGNORECASE,
)
_DAILY_TIMES = re.compile(
    r"(?:daily|/day|per day|a day)[^;]{0,25}?(?:[×x] ?(?P<times>\d{1,2})\b|for (?P<days>\d{1,2}|[a-z]{3,6}) days)"
)
_CYCLES = re.compile(
    rf"\b(?P<count>\d{{1,2}}|{'|'.join(WORDS)}) (?:more |further |additional |other )?(?:cycles?|courses?)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"^\)? ?(?:of |iv |IV |intravenous |oral |intrathecal )?$")


@lru_cache(maxsize=1)
def library_drugs() -> dict[str, tuple[str, ...]]:
    """Return the routes of every drug of the library, its usual one first."""
    files = sorted((LIBRARY / "drugs").glob("*.toml"))
    return {file.stem: tuple(tomllib.loads(file.read_text(encoding="utf-8"))["routes"]) for file in files}


@lru_cache(maxsize=1)
def library_regimens() -> dict[str, frozenset[str]]:
    """Return the drugs of every regimen of the library."""
    files = sorted((LIBRARY / "regimens").glob("*.toml"))
    return {
        file.stem: frozenset(dose["drug"] for dose in tomllib.loads(file.read_text(encoding="utf-8"))["doses"])
        for file in files
    }


def regimen_items(
    page: Page, sentence: Sentence, named: Sequence[Mention], drugs: Sequence[Mention]
) -> list[GivenItem]:
    """Return the regimens of a sentence: those it names, or the one of the library that consists of its drugs."""
    found: list[GivenItem] = []
    for mention in named:
        means = mention.key.split("|")
        doubt = Doubt(field="regimen", candidates=tuple(means), why="The text does not say which part.")
        count = cycles(sentence, mention)
        fields: dict[str, Any] = {"repeat": count} if count else {}
        if len(means) == 1:
            fields["regimen"] = means[0]
        spans = (page.span(mention.start, mention.end),)
        found.append(GivenItem(value=Given(**fields), spans=spans, doubts=() if len(means) == 1 else (doubt,)))
    together = frozenset(m.key for m in drugs)
    same = [name for name, parts in library_regimens().items() if parts == together]
    if not named and len(together) > 1 and len(same) == 1:
        span = page.span(min(m.start for m in drugs), max(m.end for m in drugs))
        found.append(GivenItem(value=Given(regimen=same[0]), spans=(span,)))
    return found


def cycles(sentence: Sentence, mention: Mention) -> int:
    """Return how many cycles a sentence gives of a treatment; 0 when it does not say."""
    found = list(_CYCLES.finditer(sentence.before(mention.start, 60)))
    return int(number(found[-1]["count"])) if found else 0


def drug_items(page: Page, sentence: Sentence, drugs: Sequence[Mention]) -> list[GivenItem]:
    """Return what a sentence gives of each drug, one item a dose."""
    doses = [q for q in quantities(sentence.text, sentence.start) if q.kind in ("dose", "rate")]
    owners = {dose: _owner(sentence, sentence.of("drug"), dose) for dose in doses}
    found: list[GivenItem] = []
    for i, mention in enumerate(drugs):
        own = [dose for dose in doses if owners[dose] is mention]
        limit = drugs[i + 1].start if i + 1 < len(drugs) else sentence.end
        before = sentence.text[max(0, mention.start - sentence.start - 14) : mention.start - sentence.start]
        if not own:
            if any(other.key == mention.key for other in drugs[:i]):
                continue  # an abbreviation in brackets after the name
            found.append(
                _item(
                    page,
                    mention,
                    None,
                    before + sentence.text[mention.end - sentence.start : limit - sentence.start],
                    mention.end,
                )
            )
        for number_, dose in enumerate(own):
            end = own[number_ + 1].start if number_ + 1 < len(own) else max(limit, dose.end)
            words = sentence.text[dose.end - sentence.start : end - sentence.start]
            lead = (
                sentence.text[mention.end - sentence.start : dose.start - sentence.start]
                if dose.start > mention.end
                else ""
            )
            item = _item(page, mention, dose, words, end, lead if number_ == 0 else "", before)
            if number_ and item.value.route is None and found[-1].value.route is not None:
                item = item.model_copy(
                    update={"value": item.value.model_copy(update={"route": found[-1].value.route}), "doubts": ()}
                )
            found.append(item)
    return found


def bare_dose(page: Page, sentence: Sentence, drug: str) -> GivenItem | None:
    """Return the dose of a sentence that names none, for the drug last spoken of."""
    doses = [q for q in quantities(sentence.text, sentence.start) if q.kind in ("dose", "rate")]
    if len(doses) != 1:
        return None
    start, end = doses[0].start, doses[0].end
    mention = Mention("drug", drug, start, end)
    return _item(page, mention, doses[0], sentence.text[end - sentence.start :], sentence.end)


def _owner(sentence: Sentence, drugs: Sequence[Mention], dose: Quantity) -> Mention | None:
    after = next((m for m in drugs if m.start >= dose.end), None)
    if after is not None and _BEFORE.match(sentence.text[dose.end - sentence.start : after.start - sentence.start]):
        return after
    return next((m for m in reversed(drugs) if m.end <= dose.start), None)


def _item(
    page: Page, mention: Mention, dose: Quantity | None, words: str, end: int, lead: str = "", before: str = ""
) -> GivenItem:
    """Return one drug with its dose; ``words`` follow the dose up to the next."""
    # Words in front of the dose are of it too: "vincristine IV 2 mg", "intrathecal methotrexate 12 mg".
    route = next((name for name, pattern in _ROUTES for part in (before, lead, words) if pattern.search(part)), None)
    daily = "/day" if dose is not None and dose.kind == "rate" else ""  # the unit has taken the word
    days = _days(daily + words) or _days(lead)
    doubts: list[Doubt] = []
    fields: dict[str, Any] = {"drug": mention.key, "route": route, "days": days}
    spans = [
        page.span(min(mention.start, dose.start), max(mention.end, dose.end))
        if dose
        else page.span(mention.start, mention.end)
    ]
    usual = library_drugs().get(mention.key, ())
    if dose is not None and (dose.low is not None or dose.comparator != "=" or dose.most):
        doubts.append(Doubt(field="amount", candidates=(dose.text,), why="The text gives a range or a bound."))
    elif dose is not None:
        infused = route == "civ" or (route is None and usual[:1] == ("civ",))
        if dose.kind == "rate" and infused:
            fields["rate"] = dose.text
        else:
            fields["amount"] = dose.text.removesuffix("/day")
            if dose.kind == "rate":
                fields["detail"] = "daily"
        if days:
            spans.append(page.span(dose.start, min(end, dose.end + _reach(words))))
    if route is None and dose is not None and len(usual) > 1:
        doubts.append(Doubt(field="route", candidates=usual, why="The text names no route."))
    value = Given(**{key: field for key, field in fields.items() if field})
    return GivenItem(value=value, spans=tuple(spans), doubts=tuple(doubts))


def _reach(words: str) -> int:
    found = _DAY_LIST.search(words) or _DAILY_TIMES.search(words.lower())
    return found.end() if found else 0


def _days(words: str) -> tuple[int, ...]:
    """Return days of treatment: ``days 1-3, 30 and 31``, ``daily × 5``."""
    found = _DAY_LIST.search(words)
    if found is None:
        times = _DAILY_TIMES.search(words.lower())
        return () if times is None else _first(times["times"] or times["days"])
    days: list[int] = []
    pieces = re.split(r" ?(?:,? ?(?:and|&)|,) ?", found["list"])
    for piece in pieces:
        ends = [int(n) for n in re.findall(r"\d{1,3}", piece)]
        days += range(ends[0], ends[-1] + 1) if ends and ends[0] <= ends[-1] else ends
    return tuple(sorted({day for day in days if 1 <= day <= 1000}))


def _first(count: str) -> tuple[int, ...]:
    known = count.isdigit() or count in WORDS
    return tuple(range(1, int(number(count)) + 1)) if known else ()
