"""From sentences to events: which topic goes on with the event before it, which is new, and when it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from trimer.record.draft.context import denied, of_others, only_named, reason, within
from trimer.record.draft.doses import bare_dose, cycles
from trimer.record.draft.findings import site
from trimer.record.draft.lexicon import Sentence, roles
from trimer.record.draft.schema import (
    DateItem,
    Doubt,
    EpisodeItem,
    EventItem,
    GivenItem,
    ObservationItem,
    Span,
    TextItem,
)
from trimer.record.draft.text import Page
from trimer.record.draft.times import When, times
from trimer.record.draft.topics import ASSESSMENTS, Topic, topics
from trimer.record.schema import Context, DateSpec, EventKind, Observation

_LABELS = {"csf": "CSF", "fish": "FISH", "lab": "Laboratory"}
_TREATMENT = ("regimen", "drug")
_BESIDE = ("steroid", "rescue", "support")  # never what "the infusion" means
_COMPLETION = re.compile(r"\b(?:completion|the end|last)\b")
_NORMAL = re.compile(r"\bnormal (?:blood )?counts")


@dataclass
class Happening:
    """Hold one event while the text is read."""

    id: str
    kind: EventKind
    label: str
    words: Span
    date: dict[str, Any] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    end_spans: list[Span] = field(default_factory=list)
    with_: str | None = None
    context: Context | None = None
    observations: list[ObservationItem] = field(default_factory=list)
    given: list[GivenItem] = field(default_factory=list)
    episodes: list[EpisodeItem] = field(default_factory=list)
    conclusion: TextItem | None = None
    specimen: str = ""

    @property
    def lead(self) -> str:
        """The event that leads the visit."""
        return self.with_ or self.id

    @property
    def drugs(self) -> set[str]:
        """Drugs given, and those of which an episode tells."""
        return {g.value.drug for g in self.given if g.value.drug} | {e.value.name for e in self.episodes}

    def item(self) -> EventItem:
        """Return the event as an item of a draft."""
        date = DateItem(value=DateSpec.model_validate(self.date), spans=tuple(self.spans[:20]) or (self.words,))
        end = DateItem(value=DateSpec.model_validate(self.end), spans=tuple(self.end_spans)) if self.end else None
        item = EventItem(
            id=self.id, kind=self.kind, label=self.label, context=self.context, spans=(self.words,), date=date, end=end,
            doubts=tuple(self.doubts), observations=tuple(self.observations), given=tuple(self.given),
            episodes=tuple(self.episodes), conclusion=self.conclusion,
        )  # fmt: skip
        return item.model_copy(update={"with_": self.with_})


def _offset(text: str) -> dict[str, str]:
    """Return a step in time for a case file, which counts days and weeks: a month becomes the days it may have."""
    count, unit = text.split()
    if unit in ("day", "week"):
        return {"offset": text}
    days, slack = (round(30.4375 * int(count)), 2) if unit == "month" else (round(365.25 * int(count)), 1)
    return {
        "offset": f"{days} day",
        "tolerance": f"{slack} day",
        "note": f"The report counts in {unit}s: {text.lstrip('-')}.",
    }


class Story:
    """Read the sentences of a page, in order, into events."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.events: list[Happening] = []
        self.gestation = False
        self._last_drug = ""

    def read(self, sentence: Sentence) -> None:
        """Take one sentence."""
        if of_others(sentence):
            return
        if sentence.cue("summary") and sentence.of("drug"):
            self._remark(sentence)
            return
        here = self.events[-1].specimen if self.events else ""
        treated = any(e.given for e in self.events)
        toxic = any(e.kind == "toxicity" for e in self.events[-3:])
        found = topics(self.page, sentence, site(sentence, here), treated, toxic, self._last_drug)
        if not found:
            found = self._nameless(sentence)
        whens = [w for w in times(sentence.text, sentence.start) if not self._of_dose(sentence, w, found)]
        told = {id(topic): [w for w in whens if self._topic_of(w, found) is topic] for topic in found}
        for topic in found:
            self._place(sentence, topic, told[id(topic)])
        self._conclude(sentence, found, whens)
        self._count_cycles(sentence)
        for mention in sentence.of("drug"):
            if found and not only_named(sentence, mention) and roles()[mention.key] not in _BESIDE:
                self._last_drug = mention.key

    def _nameless(self, sentence: Sentence) -> list[Topic]:
        """Return a treatment that names no drug (``she was started with 9 mcg/day``), or how the patient was last."""
        if sentence.cue("report", "dead") and not denied(sentence, sentence.cue("report", "dead")[0]):
            cue = sentence.cue("dead") or sentence.cue("alive")
            if cue:
                word = "dead" if cue[0].key == "dead" else "alive"
                span = self.page.span(sentence.start, sentence.start + len(sentence.text.rstrip()))
                item = ObservationItem(value=Observation(observable="vital_status", text=word), spans=(span,))
                return [Topic("status", sentence.start, observations=[item])]
        named = {m.key for m in sentence.of("drug", "regimen")} - {self._last_drug}  # whose the dose then is
        if self._last_drug and not named and sentence.cue("start"):
            given = bare_dose(self.page, sentence, self._last_drug)
            if given is not None:
                return [Topic("drug", sentence.start, joins=True, given=[given])]
        return []

    def _of_dose(self, sentence: Sentence, when: When, found: list[Topic]) -> bool:
        """Return whether a day belongs to a dose and dates nothing: ``1 g/m2 on day 1``."""
        if when.kind not in ("treatment_day", "until_day"):
            return False
        if any(t.joins and t.kind == "regimen" for t in found):
            return True
        before = sentence.before(when.start, 60)
        return (
            when.kind == "treatment_day"
            and when.way != "of"
            and bool(re.search(r"\d ?[a-z%/µ²)(]{1,12}[^.]{0,30}$", before))
            and any(t.given for t in found)
        )

    @staticmethod
    def _topic_of(when: When, found: list[Topic]) -> Topic | None:
        """Return the topic a time belongs to: the last that began before it, else the first."""
        begun = [t for t in found if t.start <= when.start]
        return begun[-1] if begun else found[0] if found else None

    def _place(self, sentence: Sentence, topic: Topic, whens: list[When]) -> None:
        """Put a topic into the open event, or open a new one for it."""
        dated = [w for w in whens if w.kind in ("on", "offset", "treatment_day", "gestation")]
        host = self._host(sentence, topic, bool(dated))
        if host is None:
            if topic.joins and not topic.given:
                return
            host = self._opened(sentence, topic, dated)
        host.observations += [item for item in topic.observations if not self._known(host, item)]
        self._give(host, topic)
        host.episodes += [e for e in topic.episodes if all(e.value != old.value for old in host.episodes)]
        specimen = site(sentence).specimen
        host.specimen = specimen or host.specimen
        self._date(sentence, host, whens)
        self._leave_open(sentence, host)

    @staticmethod
    def _known(host: Happening, item: ObservationItem) -> bool:
        return any(old.value == item.value for old in host.observations)

    @staticmethod
    def _give(host: Happening, topic: Topic) -> None:
        """Add what is given; a dose told a sentence later fills the drug named before it."""
        for item in topic.given:
            same = [i for i, old in enumerate(host.given) if topic.joins and old.value.drug == item.value.drug]
            bare = next((i for i in same if not (host.given[i].value.amount or host.given[i].value.rate)), None)
            if bare is None:
                host.given.append(item)
            else:
                host.given[bare] = item.model_copy(update={"spans": (*host.given[bare].spans, *item.spans)})

    def _host(self, sentence: Sentence, topic: Topic, dated: bool) -> Happening | None:
        """Return the event that a topic goes on with, or None."""
        if not self.events or topic.kind == "demography":
            return None
        last = self.events[-1]
        if topic.kind == "drug" and any(e.value.kind == "stop" for e in topic.episodes):
            drug = topic.episodes[0].value.name
            return next((e for e in reversed(self.events) if drug in e.drugs), None)
        if topic.joins:
            if topic.given:
                return next((e for e in reversed(self.events) if e.kind in _TREATMENT), None)
            return last
        if dated or ("repeat" in sentence.text.lower() and topic.kind == "marrow"):
            return None
        if topic.kind == last.kind and topic.kind in (
            "lab",
            "marrow",
            "flow",
            "toxicity",
            "symptom",
            "csf",
            "cytogenetics",
            "fish",
        ):
            return None if sentence.cue("concurrent") and topic.kind != "lab" else last
        if topic.kind == "action" and last.kind == "action":
            changed = any(e.value.kind in ("hold", "resume") for e in topic.episodes)
            return None if changed else last
        return self._same_marrow(sentence, topic, last)

    def _same_marrow(self, sentence: Sentence, topic: Topic, last: Happening) -> Happening | None:
        """Return the open marrow when a topic is one more look at it."""
        if last.kind != "marrow" or sentence.cue("concurrent"):
            return None
        if topic.kind in ("cytogenetics", "fish"):
            return last
        own = any(o.value.method != "flow cytometry" for o in last.observations)
        blood = any(o.value.specimen == "blood" for o in topic.observations)
        return last if topic.kind == "flow" and not own and not blood else None

    def _opened(self, sentence: Sentence, topic: Topic, dated: list[When]) -> Happening:
        """Return a new event; what is told with a visit and has no date of its own belongs to that visit."""
        last = self.events[-1] if self.events else None
        text = self.page.text[sentence.start : sentence.end].strip()
        name = _LABELS.get(topic.kind, topic.kind.capitalize())
        words = self.page.span(sentence.start, sentence.start + len(sentence.text.rstrip()))
        short = text if len(text) <= 90 else text[:87].rsplit(" ", 1)[0] + " ..."
        event = Happening(f"e{len(self.events) + 1:02d}", topic.kind, f"{name}: {short}", words)
        visit = (*ASSESSMENTS, "demography", "symptom")
        if last is not None and not dated:
            event.date["after"] = [{"event": last.id, "min": "0 day"}]
            same = topic.kind in ASSESSMENTS and last.kind in ASSESSMENTS
            told = topic.kind in ASSESSMENTS and last.kind in visit and not any(e.given for e in self.events)
            if same or told or (sentence.cue("concurrent") and last.kind in visit and topic.kind in visit):
                born = next((e.lead for e in self.events if e.kind == "demography"), last.lead)
                event.with_ = born if last.kind == "symptom" else last.lead
            elif sentence.cue("presented") and topic.kind in ASSESSMENTS and last.kind in visit:
                event.with_ = next((e.lead for e in self.events if e.kind == "demography"), last.lead)
                event.date = {"relative": [{"to": event.with_, "offset": "0 day"}]}
            elif topic.kind == "action" and last.kind == "toxicity":
                event.with_ = last.lead
        if topic.kind == "toxicity":
            event.context = "toxicity"
        elif topic.kind in ("marrow", "flow") and any(e.given for e in self.events):
            event.context = "response assessment"
        self.events.append(event)
        return event

    def _date(self, sentence: Sentence, event: Happening, whens: list[When]) -> None:
        """Write what a sentence says of an event's time."""
        for i, when in enumerate(whens):
            span = self.page.span(when.start, when.end)
            if when.kind == "offset" and any(earlier.kind == "on" for earlier in whens[:i]):
                continue  # "transplanted in April, well 18 months after": the second time is of something else
            if when.kind == "on" and "on" not in event.date:
                if when.candidates:
                    event.doubts.append(
                        Doubt(field="date.on", candidates=when.candidates, why="Day and month may be either.")
                    )
                    event.spans.append(span)
                elif when.text:
                    event.date["on"] = when.text
                    event.spans.append(span)
            elif when.kind == "gestation":
                self._pregnant(event, when, span)
            elif when.kind in ("offset", "treatment_day"):
                self._relative(sentence, event, when, span)
            elif when.kind == "until_day" and event.given and event.kind in ("drug", "regimen", "action"):
                start = self._course_of(event)
                event.end, event.end_spans = {"relative": ({"to": start, "treatment_day": when.number},)}, [span]
            elif when.kind in ("symptoms", "duration") and event.kind == "symptom" and len(self.events) > 1:
                back = when.text if when.text.startswith("-") else f"-{when.text}"
                event.date = {"relative": [{"to": self.events[-2].id, **_offset(back)}]}
                event.spans.append(span)

    def _pregnant(self, event: Happening, when: When, span: Span) -> None:
        self.gestation = True
        event.date["completed"] = {"clock": "gestation", "weeks": when.number}
        event.spans.append(span)
        weeks = Observation(observable="gestation_week", value=float(when.number), unit="week")
        event.observations.append(ObservationItem(value=weeks, spans=(span,)))

    def _relative(self, sentence: Sentence, event: Happening, when: When, span: Span) -> None:
        """Date an event from another: from what the words name, else from the event before it."""
        others = [e for e in self.events if e is not event]
        if not others:
            event.doubts.append(Doubt(field="date.relative", why=f"{span.quote!r}: of what, the text has not said."))
            return
        if when.kind == "treatment_day":
            target = self._treatment_named(sentence, when, others)
            if target is None:
                event.doubts.append(Doubt(field="date.relative", why=f"{span.quote!r}: no treatment was told before."))
                return
            step: dict[str, Any] = {"to": target.id, "treatment_day": when.number}
        else:
            step = {"to": self._origin_of(sentence, when, others), **_offset(when.text)}
        event.date.setdefault("relative", []).append(step)
        event.date.pop("after", None)
        event.spans.append(span)

    def _treatment_named(self, sentence: Sentence, when: When, others: list[Happening]) -> Happening | None:
        named = [m.key for m in sentence.of("drug") if 0 <= m.start - when.end < 40] if when.way == "of" else []
        given = [
            e for e in others
            if e.kind in _TREATMENT and any(roles().get(g.value.drug or "") not in _BESIDE for g in e.given)
        ]  # fmt: skip
        of_drug = [e for e in given if any(name in e.drugs for name in named)]
        course = (of_drug or given)[-1:]
        if not course:
            return None
        start = self._course_of(course[0])
        return next(e for e in others if e.id == start)

    def _origin_of(self, sentence: Sentence, when: When, others: list[Happening]) -> str:
        if when.way.startswith("post"):
            born = [e for e in others if e.kind == "obstetric"]
            return (born or others)[-1].id
        if when.way in ("after", "following", "into"):
            named = {m.key for m in sentence.of("drug", "regimen") if 0 <= m.start - when.end < 60}
            known = [e for e in others if e.given and named & ({*e.drugs} | {g.value.regimen for g in e.given})]
            if known:
                done = _COMPLETION.search(sentence.after(when.end, 40))
                return f"{known[-1].id}.end" if done and known[-1].end else known[-1].id
        return others[-1].id

    def _course_of(self, event: Happening) -> str:
        """Return the event with which the course began that this event goes on with."""
        on = {e.value.kind for e in event.episodes} & {"step", "resume"}
        if not on:
            return event.id
        started = [
            e for e in self.events
            if e is not event and event.drugs & {g.value.drug for g in e.given} and e.kind in _TREATMENT
            and not {x.value.kind for x in e.episodes} & {"step", "resume"}
        ]  # fmt: skip
        return started[-1].id if started else event.id

    def _leave_open(self, sentence: Sentence, event: Happening) -> None:
        """List what the words hint at and no number says."""
        if _NORMAL.search(sentence.text.lower()):
            why = "The text says normal and prints no number."
            event.doubts += [
                Doubt(field=f"observations.{name}", why=why) for name in ("wbc", "anc", "platelets", "haemoglobin")
            ]
        hypotension = next((m for m in sentence.of("toxicity") if m.key == "hypotension"), None)
        if hypotension is not None and not denied(sentence, hypotension) and event.kind == "toxicity":
            grades = ("1 grade", "2 grade", "3 grade")
            why = "The grade depends on fluids and vasopressors, which may be told elsewhere."
            event.doubts.append(Doubt(field="observations.hypotension", candidates=grades, why=why))
        numbered = any(o.value.observable == "marrow_blast_percent" for o in event.observations)
        blasts = [m for m in sentence.of("measure") if m.key == "blasts" and denied(sentence, m)]
        if event.kind == "marrow" and blasts and not numbered and not sentence.cue("flow"):
            why = "The text denies blasts, or more of them, and prints no number."
            event.doubts.append(Doubt(field="observations.marrow_blast_percent", candidates=("0 %", "< 5 %"), why=why))

    def _conclude(self, sentence: Sentence, found: list[Topic], whens: list[When]) -> None:
        """Put what the report concludes on the assessment it stands by, or on an event of its own when it is dated."""
        skipped = reason(sentence)
        named = [m for m in sentence.of("conclusion") if not (within(m, skipped) or denied(sentence, m))]
        if not named or sentence.cue("planned"):
            return
        ranked = ("relapse", "refractory", "residual disease", "complete remission", "precursor B-ALL")
        word = min(named, key=lambda m: ranked.index(m.key))
        span = self.page.span(sentence.start, sentence.start + len(sentence.text.rstrip()))
        item = TextItem(value=word.key, spans=(span,))
        recent = [e for e in self.events[-2:] if e.kind in ASSESSMENTS]
        dated = [w for w in whens if w.kind in ("on", "offset")]
        if not found and dated and word.key in ("relapse", "complete remission"):
            topic = Topic("status", sentence.start)
            event = self._opened(sentence, topic, dated)
            self._date(sentence, event, whens)
            event.conclusion = item
        elif recent and (recent[-1].conclusion is None or word.key != "precursor B-ALL"):
            recent[-1].conclusion = item

    def _count_cycles(self, sentence: Sentence) -> None:
        """Fill in the number of cycles when it is told later: ``after four cycles of the X-containing regimen``."""
        for mention in sentence.of("drug", "regimen"):
            count = cycles(sentence, mention)
            if not count or not only_named(sentence, mention):
                continue
            for event in reversed(self.events):
                at = next((i for i, g in enumerate(event.given) if g.value.regimen), None)
                if at is not None and mention.key in event.drugs and event.given[at].value.repeat == 1:
                    old = event.given[at]
                    value = old.value.model_copy(update={"repeat": count})
                    span = self.page.span(max(sentence.start, mention.start - 40), mention.end)
                    event.given[at] = old.model_copy(update={"value": value, "spans": (*old.spans, span)})
                    return

    def _remark(self, sentence: Sentence) -> None:
        """Keep a sentence that sums up a treatment beside the treatment: it may contradict what was told."""
        drugs = {m.key for m in sentence.of("drug")}
        event = next((e for e in reversed(self.events) if drugs & e.drugs), None)
        if event is not None and roles():
            why = f"The text sums up: {sentence.text.strip()[:300]!r}."
            event.doubts.append(Doubt(field="given", why=why))
