"""What a sentence is about: one topic for each kind of event it tells, in the order of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from trimer.record.draft.context import denied, only_named, reason, within
from trimer.record.draft.doses import drug_items, regimen_items
from trimer.record.draft.findings import Found, Site, observations
from trimer.record.draft.lexicon import Mention, Sentence, roles
from trimer.record.draft.quantities import quantities
from trimer.record.draft.schema import EpisodeItem, GivenItem, ObservationItem
from trimer.record.draft.text import Page
from trimer.record.schema import EpisodeKind, EpisodeSpec, EventKind

CHANGES: tuple[EpisodeKind, ...] = ("hold", "resume", "stop", "step")
ASSESSMENTS = ("lab", "flow", "marrow", "cytogenetics", "fish", "csf")
_DEMOGRAPHY = re.compile(
    r"\b(?P<age>\d{1,3})[ -](?:years?|yrs?|y|months?)[ -]?(?:old|of age)\b|\baged (?P<aged>\d{1,3})\b", re.IGNORECASE
)
_SUSPECTED = re.compile(r"\b(?:suspected|possible|probable|presumed) (?:[\w-]+ ){0,2}$")
_ABOUT_DRUG = re.compile(r"\b(?:infusion|therapy|treatment|drug|dose|chemotherapy|it)\b", re.IGNORECASE)


@dataclass
class Topic:
    """Hold what a sentence says of one kind of event.

    Attributes
    ----------
    kind : str
    start : int
        Where its words begin in the page.
    joins : bool
        Whether it only goes on with the event before it, whatever that is.
    """

    kind: EventKind
    start: int
    joins: bool = False
    observations: list[ObservationItem] = field(default_factory=list)
    given: list[GivenItem] = field(default_factory=list)
    episodes: list[EpisodeItem] = field(default_factory=list)


def topics(page: Page, sentence: Sentence, where: Site, treated: bool, toxic: bool, last_drug: str) -> list[Topic]:
    """Return the topics of a sentence, in order.

    Parameters
    ----------
    treated : bool
        Whether any treatment was told before: complaints before it are symptoms, after it toxicity.
    toxic : bool
        Whether toxicity was told shortly before: steroids are a rescue then.
    last_drug : str
        The drug last spoken of, meant by ``the infusion`` or ``the dose``.
    """
    found: list[Topic] = []
    born = _DEMOGRAPHY.search(sentence.text)
    if born and not treated:
        found.append(Topic("demography", sentence.start))
    for item in observations(page, sentence, where, treated):
        _put(found, item, where, treated)
    found += _assessment(sentence, found)
    found += _treatment(page, sentence, toxic, last_drug)
    found += _toxicity(page, sentence, treated, found)
    found += _procedures(page, sentence, found)
    found = _settled(found)
    return sorted(found, key=lambda topic: topic.start)


def _put(found: list[Topic], item: Found, where: Site, treated: bool) -> None:
    """Put an observation under its topic; complaints before any treatment are symptoms."""
    kind = item.kind
    if kind == "flow" and where.specimen.startswith("marrow") and where.method != "flow cytometry":
        kind = "marrow"
    if kind in ("toxicity", "symptom"):
        kind = "toxicity" if treated else "symptom"
    topic = next((t for t in found if t.kind == kind), None)
    if topic is None:
        topic = Topic(kind, item.start)
        found.append(topic)
    topic.observations.append(item.item)


def _assessment(sentence: Sentence, found: list[Topic]) -> Iterator[Topic]:
    """Yield a marrow that was looked at without a number, and a spinal tap."""
    biopsy = re.search(r"\b(?:biops|aspirat|trephine)", sentence.text.lower())
    marrow = sentence.cue("marrow")
    held = any(t.kind in ("marrow", "flow") for t in found)
    if marrow and biopsy and not held and not only_named(sentence, marrow[0]):
        yield Topic("marrow", marrow[0].start)
    normal = re.search(
        r"\bnormal (?:blood )?counts|counts (?:\w+ ){0,2}(?:normal|recovered|improved)", sentence.text.lower()
    )
    if normal and not any(t.kind in ASSESSMENTS for t in found):
        yield Topic("lab", sentence.start + normal.start(), joins="improved" in normal.group())


def _given(sentence: Sentence) -> tuple[list[Mention], list[Mention]]:
    """Return the drugs and regimens that a sentence gives, rather than names."""
    skipped = reason(sentence)
    dosed = any(q.kind in ("dose", "rate") for q in quantities(sentence.text, sentence.start))
    verbs = sentence.cue("start", "included", "resume", "step", "hold", "stop")
    verbs = tuple(v for v in verbs if not within(v, skipped))
    if not (verbs or dosed):
        return [], []
    first = min((v.start for v in verbs), default=sentence.start)
    if any(cue.start < first + 25 for cue in sentence.cue("planned")) or (sentence.cue("ineligible") and not verbs):
        return [], []
    kept = [
        m
        for m in sentence.of("drug", "regimen")
        if not (
            within(m, skipped) or denied(sentence, m) or (only_named(sentence, m) and not _dosed_before(sentence, m))
        )
    ]
    return [m for m in kept if m.group == "drug"], [m for m in kept if m.group == "regimen"]


def _dosed_before(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a drug that others follow was given with a dose: ``after fludarabine 30 mg/m2``."""
    before, after = sentence.before(mention.start, 20), sentence.after(mention.end, 12)
    return bool(re.search(r"\b(?:after|following|before|prior to) $", before) and re.match(r"^ [(]?\d", after))


def _treatment(page: Page, sentence: Sentence, toxic: bool, last_drug: str) -> Iterator[Topic]:
    drugs, regimens = _given(sentence)
    rescue = [m for m in sentence.of("rescue") if not denied(sentence, m)]
    change: EpisodeKind | None = next((key for key in CHANGES if sentence.cue(key)), None)
    names = list(dict.fromkeys(m.key for m in drugs))
    if change and not (drugs or regimens):
        if not (last_drug and _ABOUT_DRUG.search(sentence.text)):
            change = None
        elif change in ("resume", "step") and not any(q.kind in ("dose", "rate") for q in quantities(sentence.text)):
            change = "resume" if change == "resume" else None
        names = [last_drug]
    elif change == "step" and not any(q.kind in ("dose", "rate") for q in quantities(sentence.text)):
        change = None
    elif change in ("hold", "stop") and sentence.cue("start") and len(names) > 1:
        names = names[-1:]
    if change and names:
        yield _changed(page, sentence, change, names[0], drugs)
        return
    if rescue and not (drugs or regimens):
        topic = Topic("action", rescue[0].start)
        topic.episodes += [_episode(page, m, "rescue", m.key) for m in rescue]
        yield topic
        return
    if not (drugs or regimens):
        return
    first = min(m.start for m in (*drugs, *regimens))
    started = sentence.cue("start")
    start = min([first, *(m.start for m in started)])
    topic = Topic(_kind(drugs, regimens, toxic), start, joins=bool(sentence.cue("included")) and not started)
    topic.given += regimen_items(page, sentence, regimens, drugs) + drug_items(page, sentence, drugs)
    if any(given.value.regimen for given in topic.given):
        topic.kind = "regimen"
    if topic.kind == "action":
        topic.episodes += [_episode(page, m, "rescue", m.key) for m in drugs]
        topic.episodes += [_episode(page, m, "rescue", m.key) for m in rescue]
    yield topic


def _kind(drugs: list[Mention], regimens: list[Mention], toxic: bool) -> EventKind:
    """Return what a treatment is: a regimen, a rescue from toxicity, or a drug."""
    of = [roles()[m.key] for m in drugs]
    if regimens or sum(role == "chemotherapy" for role in of) > 1:
        return "regimen"
    rescue = "rescue" in of or toxic
    return "action" if of and rescue and all(role in ("rescue", "steroid") for role in of) else "drug"


def _changed(page: Page, sentence: Sentence, change: EpisodeKind, drug: str, drugs: list[Mention]) -> Topic:
    """Return a hold, a restart, a step or a stop."""
    from trimer.record.draft.doses import bare_dose

    cue = sentence.cue(change)[0]
    topic = Topic("drug" if change in ("step", "stop") else "action", min([cue.start, *(m.start for m in drugs)]))
    topic.joins = change == "stop"
    if change in ("resume", "step"):
        items = drug_items(page, sentence, [m for m in drugs if m.key == drug])
        bare = None if items else bare_dose(page, sentence, drug)
        topic.given += [item for item in (*items, *([bare] if bare else [])) if item.value.rate or item.value.amount]
    spec = EpisodeSpec(kind=change, name=drug)
    topic.episodes.append(EpisodeItem(value=spec, spans=(page.span(cue.start, cue.end),)))
    return topic


def _toxicity(page: Page, sentence: Sentence, treated: bool, found: list[Topic]) -> Iterator[Topic]:
    """Yield toxicity after treatment; what a drug is held for belongs to the hold."""
    if not treated:
        return
    skipped = reason(sentence)
    over = sentence.cue("recovery", "planned")
    named = [
        m for m in sentence.of("toxicity")
        if not (within(m, skipped) or denied(sentence, m) or any(cue.end <= m.start <= cue.end + 25 for cue in over))
    ]  # fmt: skip
    fresh = {m.key: m for m in reversed(named)}
    if not fresh:
        return
    items = []
    for mention in sorted(fresh.values(), key=lambda m: m.start):
        suspected = "suspected" if _SUSPECTED.search(sentence.before(mention.start, 50)) else None
        items.append(_episode(page, mention, "toxicity", mention.key, suspected))
    host = next((t for t in found if t.kind in ("toxicity", "action")), None)
    if host is not None:
        host.episodes += items
        return
    topic = Topic("toxicity", min(m.start for m in fresh.values()))
    topic.episodes += items
    yield topic


def _procedures(page: Page, sentence: Sentence, found: list[Topic]) -> Iterator[Topic]:
    """Yield deliveries, procedures, and transplantation that was not possible."""
    born = [m for m in sentence.of("obstetric") if not denied(sentence, m)]
    if born:
        topic = Topic("obstetric", born[0].start)
        topic.episodes.append(_episode(page, born[0], "procedure", born[0].key))
        yield topic
    seen: set[str] = set()
    for mention in sentence.of("procedure"):
        if mention.key in seen:
            continue
        seen.add(mention.key)
        if "transplantation" in mention.key and sentence.cue("ineligible"):
            yield Topic("decision", sentence.cue("ineligible")[0].start)
        elif denied(sentence, mention) or sentence.cue("planned") or only_named(sentence, mention):
            continue
        elif mention.key == "intensive care":
            yield _with(Topic("toxicity", mention.start), _episode(page, mention, "procedure", mention.key))
        else:
            yield _with(Topic("procedure", mention.start), _episode(page, mention, "procedure", mention.key))


def _with(topic: Topic, episode: EpisodeItem) -> Topic:
    topic.episodes.append(episode)
    return topic


def _settled(found: list[Topic]) -> list[Topic]:
    """Join topics that tell one event: a reservoir and what is given through it, a fever and the intensive care."""
    kept: list[Topic] = []
    for topic in found:
        host = next((t for t in kept if t.kind == topic.kind), None)
        procedure = next((t for t in found if t.kind == "procedure"), None)
        if topic.kind == "drug" and procedure is not None and any(g.value.route == "it" for g in topic.given):
            host = procedure
        if topic.kind == "flow" and host is None:
            host = next((t for t in kept if t.kind == "marrow"), None)
        if host is None or host is topic:
            kept.append(topic)
            continue
        host.observations += topic.observations
        host.given += topic.given
        host.episodes += topic.episodes
        host.start = min(host.start, topic.start)
    return kept


def _episode(page: Page, mention: Mention, kind: EpisodeKind, name: str, detail: str | None = None) -> EpisodeItem:
    spec = EpisodeSpec(kind=kind, name=name, detail=detail)
    return EpisodeItem(value=spec, spans=(page.span(mention.start, mention.end),))
