"""What a sentence says was measured or seen, as observations with their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trimer.record.draft.context import denied, reason, within
from trimer.record.draft.lexicon import Mention, Sentence, lists, measures
from trimer.record.draft.quantities import Quantity, quantities
from trimer.record.draft.schema import Doubt, ObservationItem
from trimer.record.draft.text import Page
from trimer.record.schema import EventKind, Observation
from trimer.record.vocabulary import allowed_words

_TAKES = {
    "count": ("count",), "mass": ("mass",), "percent": ("percent", "power"), "temperature": ("temperature",),
    "chemistry": ("chemistry",), "size": ("size",),
    "decoy": ("count", "mass", "percent", "power", "temperature", "chemistry"),
}  # fmt: skip
_BOUND_KINDS = ("count", "mass", "percent", "power", "temperature", "chemistry", "size")
_NOT_HIS = re.compile(r"\b(?:normal|reference|range|limit|uln|cut-?off|threshold|target|goal|defined as)\b[^,;]{0,20}$")
_FOLLOWS = re.compile(r"^ ?(?:(?!of )[\w-]+ ){0,2}$")
_OF_BLASTS = re.compile(r"^ ?\)?,? ?of (?:the |all )?(?:[\w-]+ )?(?:lympho)?blasts")
_DENOMINATOR = re.compile(
    r"^ ?\)?,? ?(?:of|among|in) (?:the |all )?(?:(?:bone )?marrow )?"
    r"(?P<cells>(?:total |all )?(?:(?:nucleated|mononuclear|white|white blood|b|b-|"
    r"lymphoid|viable|live|nonerythroid|cd45\+?) ?)?"
    r"cells|leu[ck]ocytes|wbcs?|lymphocytes|events|differential)"
)
_ABOUT = re.compile(r"\b(?:about|approximately|approx\.|around|nearly|almost|roughly)(?: of)? $|~ ?$")
_KARYOTYPE = re.compile(r"(?<![\w.])(?P<count>[2-9]\d) ?,? ?(?P<sex>X[XY]?|XXY)(?P<rest>,[\w,;()+\-.]{1,60})?(?![\w])")
_STATES = (
    ("dim", re.compile(r"^ ?[-(]? ?(?:dim|weak|low)")),
    ("heterogeneous", re.compile(r"^ ?[-(]? ?(?:heterogeneous|partial|variable)")),
    ("negative", re.compile(r"^ ?(?:-neg\b|[-(]? ?negative|[(] ?[-–] ?[)]|[-–](?=[,;/.) ]|cd|$))")),
    ("positive", re.compile(r"^ ?(?:[(] ?\+ ?[)]|\+|[-(]? ?(?:positive|bright|strong))")),
)
_POLARITY = re.compile(
    r"(?P<no>negative for|lack\w{0,4}|did not express|not express\w{0,3}|absence of|loss of|without)"
    r"|(?P<yes>positive for|express\w{0,4}|positivity for|markers?\b)"
)
_AFTER_LIST = re.compile(
    r"^[\w ,/()+-]{0,60}?\b(?:was|were|are|is) (?:still |all |strongly )?(?P<state>positive|negative|dim)\b"
)
_MODIFIERS = re.compile(
    r"(?:\w{3,20}ly )?(?:worsening|severe|mild|persistent|prolonged|progressive|new|profound|marked|transient)(?= $)"
)
_RADIATION = re.compile(r"^ (?:with )?radiat\w{1,5} to [\w ,]{1,60}?(?= for \d|[.;]|$)")
_MRD_WORD = re.compile(
    r"^ ?(?:(?:was|is|were|status was|by [\w ]{1,25} was) ?)?-? ?(?:again |still )?"
    r"(?P<word>negativ|undetect|not detect|positiv)"
)


@dataclass(frozen=True)
class Found:
    """Hold one observation with the kind of event it belongs to and where its words begin in the page."""

    kind: EventKind
    item: ObservationItem
    start: int


@dataclass(frozen=True)
class Site:
    """Say what was examined and how.

    Attributes
    ----------
    specimen : {"", "marrow", "marrow aspirate", "blood", "CSF"}
    method : {"", "flow cytometry", "differential"}
    """

    specimen: str = ""
    method: str = ""


def site(sentence: Sentence, open_specimen: str = "") -> Site:
    """Return what a sentence examines; without a word of its own, what the event before it examined."""
    text = sentence.text.lower()
    method = "flow cytometry" if sentence.cue("flow") else "differential" if "differential" in text else ""
    if sentence.cue("csf"):
        return Site("CSF", method)
    blood, marrow = sentence.cue("blood"), sentence.cue("marrow")
    if marrow and not blood:
        return Site("marrow aspirate" if "aspirate" in text else "marrow", method)
    if blood and not marrow:
        return Site("blood", method)
    return Site("" if blood and marrow else open_specimen, method)


def observations(page: Page, sentence: Sentence, where: Site, treated: bool) -> Iterator[Found]:
    """Yield the observations of a sentence; blasts without a number are residual disease only once it was treated."""
    skipped = reason(sentence)
    yield from _numbers(page, sentence, where, skipped)
    yield from _words(page, sentence, where, skipped)
    yield from _residual(page, sentence, where, skipped, treated)
    yield from _markers(page, sentence, where, skipped)
    if sentence.cue("genetics", "fish") or "karyotype" in sentence.text.lower():
        for found in _KARYOTYPE.finditer(sentence.text):
            rest = (found["rest"] or "").rstrip(".,;(-")
            start, end = sentence.start + found.start(), sentence.start + found.end("sex") + len(rest)
            text = f"{found['count']},{found['sex']}{rest}"
            yield Found("cytogenetics", _item(page, [(start, end)], observable="karyotype", text=text), start)
    yield from _pressors(page, sentence)


def _item(
    page: Page, places: Sequence[tuple[int, int]], doubts: tuple[Doubt, ...] = (), **fields: Any
) -> ObservationItem:
    value = Observation(**{key: field for key, field in fields.items() if field not in ("", None)})
    return ObservationItem(value=value, spans=tuple(page.span(*place) for place in places), doubts=doubts)


def bound(sentence: Sentence) -> Iterator[tuple[Mention, Quantity]]:
    """Yield the numbers of a sentence with the measure each belongs to; a number without one is left out."""
    named = sentence.of("measure")
    held: dict[Mention, Quantity] = {}
    for quantity in quantities(sentence.text, sentence.start):
        if quantity.kind not in _BOUND_KINDS or _NOT_HIS.search(sentence.before(quantity.start, 40)):
            continue
        mention = _owner(sentence, named, quantity, held)
        if mention is not None:
            held[mention] = quantity
    yield from held.items()


def _owner(
    sentence: Sentence, named: Sequence[Mention], quantity: Quantity, held: dict[Mention, Quantity]
) -> Mention | None:
    fitting = [m for m in named if quantity.kind in _TAKES.get(measures()[m.key], ())]
    last = next((m for m in reversed(fitting) if m.end <= quantity.start), None)
    after = next((m for m in fitting if m.start >= quantity.end), None)
    if after is not None and not _FOLLOWS.match(
        sentence.text[quantity.end - sentence.start : after.start - sentence.start]
    ):
        after = None
    if after is not None and (quantity.kind in ("percent", "power") or last is None):
        return after
    if last is None or quantity.start - last.end > 90:
        return None
    between = sentence.text[last.end - sentence.start : quantity.start - sentence.start]
    if ";" in between:
        return None
    if last in held:
        gap = sentence.text[held[last].end - sentence.start : quantity.start - sentence.start]
        return last if re.fullmatch(r"\)? ?(?:to|and then to|then to|→|->) ?", gap) else None
    return last


def _numbers(page: Page, sentence: Sentence, where: Site, skipped: tuple[int, int]) -> Iterator[Found]:
    for mention, quantity in bound(sentence):
        kind = measures()[mention.key]
        if kind in ("decoy", "size") or within(mention, skipped):
            continue
        if quantity.unit == "meq/L" and mention.key != "potassium":
            continue  # the millimoles depend on the charge, and of phosphate that on the pH
        if quantity.low is not None and sentence.before(quantity.start, 5) == "from ":
            continue  # a change and no range; at which time each was, is not said
        number: dict[str, Any] = {"unit": "mmol/L" if quantity.unit == "meq/L" else quantity.unit}
        if quantity.low is None:
            number |= {"value": quantity.value, "comparator": quantity.comparator}
        elif quantity.low <= quantity.value:
            number["interval"] = (quantity.low, quantity.value)
        else:
            continue
        if _ABOUT.search(sentence.before(quantity.start, 20)):
            number["note"] = "The report says about."
        elif quantity.most:
            number["note"] = "The report says up to: the most of several."
        places = [(min(mention.start, quantity.start), max(mention.end, quantity.end))]
        start = places[0][0]
        if mention.key in ("blasts", "mrd_marrow"):
            yield from _share(page, sentence, where, mention, quantity, number, places)
        elif kind == "temperature":
            yield Found("toxicity", _item(page, places, observable="temperature", **number), start)
        else:
            specimen = {"csf_wbc": "CSF", "marrow_cellularity": "marrow"}.get(mention.key, "blood")
            observed = mention.key
            if observed == "wbc" and where.specimen == "CSF":
                observed, specimen = "csf_wbc", "CSF"
            place: EventKind = "csf" if specimen == "CSF" else "marrow" if specimen == "marrow" else "lab"
            yield Found(place, _item(page, places, observable=observed, specimen=specimen, **number), start)


def _share(
    page: Page, sentence: Sentence, where: Site, mention: Mention, quantity: Quantity, number: dict[str, Any],
    places: list[tuple[int, int]],
) -> Iterator[Found]:  # fmt: skip
    """Yield a share of blasts or of residual disease, by specimen and denominator."""
    after = sentence.after(max(quantity.end, mention.end if mention.start > quantity.end else 0), 60)
    direct = sentence.after(quantity.end, 60)
    if _OF_BLASTS.match(direct) and mention.start < quantity.start:
        return
    found = _DENOMINATOR.match(direct) or _DENOMINATOR.match(after)
    denominator = found["cells"].strip() if found else ""
    if found and _DENOMINATOR.match(direct):
        places.append((quantity.end, quantity.end + found.end()))
    if not denominator and "differential" in sentence.before(quantity.start, 40) + sentence.after(quantity.end, 40):
        denominator = "white cells"
    denominator = _respelled(denominator)
    doubts: tuple[Doubt, ...] = ()
    if mention.key == "mrd_marrow" and where.specimen != "blood":
        if not denominator:
            doubts = (
                Doubt(field="denominator", candidates=("nucleated cells",), why="The text does not say of what."),
            )
        specimen = where.specimen or "marrow"
        yield Found(
            "flow", _item(page, places, doubts, observable="mrd_marrow", specimen=specimen,
                          denominator=denominator, method=where.method, **number), places[0][0],
        )  # fmt: skip
        return
    if "B cells" in denominator:
        observable = "b_lineage_blast_percent"
    elif where.specimen.startswith("marrow"):
        observable = "marrow_blast_percent"
    elif where.specimen == "blood" or where.method == "differential":
        observable = "blood_blast_percent"
    else:
        return
    if not denominator:
        usual = (
            ("nucleated cells", "total cells")
            if observable == "marrow_blast_percent"
            else ("white cells", "total cells")
        )
        doubts = (Doubt(field="denominator", candidates=usual, why="The text does not say of what."),)
    flow = where.method == "flow cytometry" and (observable != "marrow_blast_percent")
    kind: EventKind = "flow" if flow else "lab" if observable == "blood_blast_percent" else "marrow"
    specimen = where.specimen or "blood"
    yield Found(
        kind, _item(page, places, doubts, observable=observable, specimen=specimen, denominator=denominator,
                    method=where.method, **number), places[0][0],
    )  # fmt: skip


def _respelled(cells: str) -> str:
    if cells in ("differential", "leukocytes", "leucocytes", "white blood cells", "wbc", "wbcs"):
        return "white cells"
    return re.sub(r"\bb-? ?cells", "B cells", cells)


def _words(page: Page, sentence: Sentence, where: Site, skipped: tuple[int, int]) -> Iterator[Found]:
    known = lists()["findings"]["finding"]
    for mention in sentence.of("finding"):
        finding = known[int(mention.key)]
        if within(mention, skipped):
            continue
        word = finding["no"] if denied(sentence, mention) else finding["yes"] or _own_words(sentence, mention)
        allowed = allowed_words(finding["observable"])
        if not word or (allowed and word not in allowed):
            continue
        fields: dict[str, Any] = {"observable": finding["observable"], "text": word}
        if finding["kind"] in ("marrow", "csf", "lab") and finding["observable"] != "activity":
            fields["specimen"] = {"marrow": "marrow", "csf": "CSF", "lab": "blood"}[finding["kind"]]
        if finding["kind"] == "csf" and where.specimen != "CSF":
            continue
        if finding["kind"] in ("cytogenetics", "fish"):
            fields["method"] = (
                "FISH"
                if sentence.cue("fish")
                else "PCR"
                if sentence.cue("pcr")
                else "cytogenetics"
                if sentence.cue("genetics")
                else ""
            )
        kind: EventKind = finding["kind"]
        if kind == "cytogenetics" and sentence.cue("fish"):
            kind = "fish"
        yield Found(kind, _item(page, [_with_denial(sentence, mention)], **fields), mention.start)


def _with_denial(sentence: Sentence, mention: Mention) -> tuple[int, int]:
    """Return the place of a finding with the clause that denies it, when one does."""
    return (sentence.start, sentence.end) if denied(sentence, mention) else (mention.start, mention.end)


def _own_words(sentence: Sentence, mention: Mention) -> str:
    """Return how the report qualifies a finding that takes any words; ``present`` when it does not."""
    radiation = _RADIATION.match(sentence.after(mention.end, 90))
    modifier = _MODIFIERS.search(sentence.before(mention.start, 40))
    found = radiation or modifier
    return found.group().strip(" ,") if found else "present"


def _residual(page: Page, sentence: Sentence, where: Site, skipped: tuple[int, int], treated: bool) -> Iterator[Found]:
    """Yield residual disease told in words: ``MRD negative``, ``flow showed no immature B cells``."""
    numbered = {mention for mention, _ in bound(sentence)}
    marked = bool(sentence.of("marker"))
    for mention in sentence.of("measure"):
        if mention.key not in ("blasts", "mrd_marrow") or mention in numbered or within(mention, skipped):
            continue
        word = ""
        if mention.key == "mrd_marrow":
            told = _MRD_WORD.match(sentence.after(mention.end, 50))
            word = "negative" if denied(sentence, mention) else ""
            if told:
                word = "positive" if told["word"] == "positiv" else "negative"
        elif treated and where.specimen.startswith("marrow") and (where.method == "flow cytometry" or marked):
            word = "negative" if denied(sentence, mention) else "positive" if not numbered else ""
        if word and where.specimen not in ("blood", "CSF"):
            specimen, method = where.specimen or "marrow", where.method or ("flow cytometry" if marked else "")
            yield Found(
                "flow", _item(page, [_with_denial(sentence, mention)], observable="mrd_marrow", text=word,
                              specimen=specimen, method=method), mention.start,
            )  # fmt: skip
            return


def _markers(page: Page, sentence: Sentence, where: Site, skipped: tuple[int, int]) -> Iterator[Found]:
    named = [m for m in sentence.of("marker") if not within(m, skipped)]
    seen: set[str] = set()
    for mention in named:
        if mention.key == "other_marker" or mention.key in seen or where.specimen == "CSF":
            continue
        state = _state(sentence, mention)
        if state:
            seen.add(mention.key)
            item = _item(
                page, [(mention.start, mention.end)], observable=f"{mention.key}_intensity", text=state,
                specimen=where.specimen, method="flow cytometry",
            )  # fmt: skip
            yield Found("flow", item, mention.start)


def _state(sentence: Sentence, mention: Mention) -> str:
    """Return whether a marker is there: by its own sign, by the words before its list, or by those after it."""
    after = sentence.after(mention.end, 80)
    if re.match(r"^[- ]?(?:directed|targeted|specific|car|x ?cd)", after):
        return ""
    for state, pattern in _STATES:
        if pattern.match(after):
            return state
    told = list(_POLARITY.finditer(sentence.before(mention.start, 250)))
    if told:
        return "negative" if told[-1]["no"] else "positive"
    listed = _AFTER_LIST.match(after)
    return listed["state"] if listed else ""


def _pressors(page: Page, sentence: Sentence) -> Iterator[Found]:
    for mention in sentence.of("rescue"):
        stay = re.match(r"^(?: support)? (?:for|over) ", sentence.after(mention.end, 20))
        if mention.key != "vasopressors" or not stay or denied(sentence, mention):
            continue
        for quantity in quantities(sentence.text, sentence.start):
            if (
                quantity.unit in ("h", "day", "week")
                and 0 <= quantity.start - mention.end - stay.end() <= 2
                and quantity.low is None
            ):
                place = [(mention.start, quantity.end)]
                item = _item(page, place, observable="vasopressor_days", value=quantity.value, unit=quantity.unit)
                yield Found("action", item, mention.start)
