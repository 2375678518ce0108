"""What the Trial page shows of a trial before it is run: its design, its endpoints, and what the trial itself found.

``GET /api/trials/{name}`` gives one JSON document (:func:`trial_view`)::

    {
      "schema": "trimer/workbench-trial/1",
      "notice": text,
      "name": "mt103_211", "label": text,
      "registry": "NCT01466179" | "", "registry_url": "https://clinicaltrials.gov/study/NCT01466179" | "",
      "note": text,
      "population": {"name", "label"},
      "n": 189,                        # patients of all arms as published
      "follow_up_months": number,
      "design": [{"what": "Eligibility", "text": text}],          # rows of a table, as the report of a trial has them
      "arms": [{"name", "label", "n": int, "treated": int, "reference": bool,
                "text": text,          # what is given, how many patients, whether others are compared with it
                "protocol": name | "", "source": key, "citation": text, "where": text, "note": text}],
      "endpoints": [{"heading": "Endpoints of the trial" | "Toxicity" | ...,   # in the order in which they are shown
                     "first": bool,    # one of the trial's own, shown first
                     "key": "cr_crh", "label": "CR or CRh", "group": "all patients",
                     "kind": "proportion" | "time" | "ratio" | "mean" | "odds ratio", "unit": "months" | "",
                     "outcome_model": bool}],    # takes in survival, transplant or death, which are a stated model
      "published": [{"arm", "key",     # the arm and endpoint of a result beside which it stands
                     "label", "group",           # as published
                     "n": int | null, "events": int | null,
                     "value", "low", "high": number | null,    # in the endpoint's own unit: a proportion is a share
                     "unit": "months" | "ng/mL" | "", "kind": as of the endpoint,
                     "text": "43 % (36 to 50)",
                     "interval": "published" | "exact" | "quartiles" | "range" | "",
                     "role": "fitted" | "validation",    # fitted: in view when the model was calibrated
                     "own": bool,      # of this very trial, not of another publication on the same treatment
                     "recalled": bool,           # not seen in its source
                     "title": text, "source": key, "citation": text, "where": text, "note": text}],
      "intervals": text, "outcome_note": text,   # what has to be known to read a result
      "figures": [{"name": "km", "label", "note"}],      # what can be drawn of a result
      "patients": 400, "most_patients": 20000, "seed": 20161123   # what a run takes when it is not told
    }

Published numbers are those of ``trimer validate`` that belong to the whole arm and to an endpoint of a virtual trial's
summary; the Evidence page has the others.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import trimer.library as library
from trimer.library.load_published import EXACT, Published, calibration, validation
from trimer.report import text
from trimer.report import trial_words as words
from trimer.report.plots.base import list_plots
from trimer.report.trial_page import design
from trimer.study.population.patients import SEED
from trimer.study.research import NOTICE
from trimer.study.trial.summary import ALL, ENDPOINTS, IN_REMISSION, MEDIAN, RESPONDERS
from trimer.study.trial.survival import MONTH
from trimer.study.trial.task import population_of
from trimer.study.validation_match import ANY_REMISSION, SEEN, TRIAL_OF, Match, match
from trimer.study.validation_match import words_of as endpoint_words
from trimer.therapy.trial import Arm, Trial
from trimer.workbench.answers import NotFoundError
from trimer.workbench.job_settings import MOST_PATIENTS, PATIENTS

SCHEMA = "trimer/workbench-trial/1"
REGISTRY = "https://clinicaltrials.gov/study/"
WIDE = (ALL, RESPONDERS, IN_REMISSION)
"""Groups of an endpoint within which a published group can be narrower; any other group is the endpoint's own."""


@lru_cache(maxsize=32)
def trial_view(name: str) -> dict[str, Any]:
    """Return the document of a trial of the library; not to be changed.

    Raises
    ------
    NotFoundError
        When the library has no such trial.
    """
    names = library.list_entries("trials")
    if name not in names:
        raise NotFoundError(f"No trial {name[:40]!r}. There are: {', '.join(names)}.")
    trial = library.trial(name)
    rows = design(trial)
    given = dict(rows)
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "name": trial.name,
        "label": trial.label,
        "registry": trial.registry,
        "registry_url": f"{REGISTRY}{trial.registry}" if trial.registry.startswith("NCT") else "",
        "note": trial.note,
        "population": {"name": trial.population, "label": population_of(trial).label},
        "n": trial.n,
        "follow_up_months": round(trial.follow_up / MONTH, 1),
        "design": [{"what": what, "text": said} for what, said in rows],
        "arms": [_arm(arm, given[f"Arm {arm.name}"]) for arm in trial.arms],
        "endpoints": _endpoints(trial),
        "published": _published(trial),
        "intervals": words.INTERVALS,
        "outcome_note": words.OUTCOME,
        "figures": [{"name": plot.name, "label": plot.label, "note": plot.note} for plot in list_plots("trial")],
        "patients": PATIENTS,
        "most_patients": MOST_PATIENTS,
        "seed": SEED,
    }


def _arm(arm: Arm, said: str) -> dict[str, Any]:
    return {
        "name": arm.name,
        "label": arm.label,
        "n": arm.n,
        "treated": arm.treated,
        "reference": arm.reference,
        "text": said,
        "protocol": arm.protocol,
        "source": arm.source,
        "citation": _citation(arm.source),
        "where": arm.where,
        "note": arm.note,
    }


def _endpoints(trial: Trial) -> list[dict[str, Any]]:
    """Return the endpoints a run can have, under headings."""
    possible = [key for key, one in ENDPOINTS.items() if trial.reference or not one.measure.compares]
    return [
        {
            "heading": heading,
            "first": heading == words.FIRST,
            "key": key,
            "label": ENDPOINTS[key].label,
            "group": ENDPOINTS[key].group.name,
            "kind": _kind(key),
            "unit": ENDPOINTS[key].measure.unit,
            "outcome_model": words.stated(key),
        }
        for heading, keys in words.sections(trial, possible)
        for key in keys
    ]


def _kind(key: str) -> str:
    """Return what an estimate of an endpoint calls itself: how many are free of an event at a time is a proportion."""
    measure = ENDPOINTS[key].measure
    share = measure.name == "share" or (measure.name == "time" and measure is not MEDIAN)
    return "proportion" if share else measure.name


# ---- what was published


def _published(trial: Trial) -> list[dict[str, Any]]:
    """Return the published numbers that stand beside an endpoint of a whole arm, the trial's own first."""
    everything = [p for p in (*validation(), *calibration()) if TRIAL_OF.get(p.trial) == trial.name]
    found = [_number(p, _own(p, trial)) for p in everything if p.days is None and _beside(p, trial)]
    return sorted(found, key=lambda row: not row["own"])


def _own(published: Published, trial: Trial) -> bool:
    """Return whether a source is of the trial itself; some trials have no source of their own name."""
    names = {p for p, name in TRIAL_OF.items() if name == trial.name}
    return published.trial == trial.name or names == {published.trial}


def _beside(published: Published, trial: Trial) -> bool:
    """Return whether a number is of the same patients and measure as an endpoint of the trial's summary."""
    place = match(published)
    if not isinstance(place, Match) or published.key not in ENDPOINTS:
        return False
    endpoint = ENDPOINTS[published.key]
    if place.setting != trial.name or published.arm not in {arm.name for arm in trial.arms}:
        return False
    if place.keep is not None and endpoint.group in WIDE:
        return False
    if not endpoint.measure.compares:
        return place.reference is None
    against = trial.reference.name if trial.reference else ""
    return place.reference == (trial.name, against, None)


def _number(published: Published, own: bool) -> dict[str, Any]:
    percent = published.unit == "%"
    value, low, high = (
        _plain(round(x / 100.0, 6) if percent else x) for x in (published.value, published.low, published.high)
    )
    key = _key(published)
    return {
        "arm": published.arm,
        "key": key,
        "label": endpoint_words(published.key),
        "group": published.group,
        "n": published.n,
        "events": published.events,
        "value": value,
        "low": low,
        "high": high,
        "unit": ENDPOINTS[key].measure.unit,
        "kind": _kind(key),
        "text": _said(published),
        "interval": published.interval,
        "role": "fitted" if published.role == "calibration" or (published.trial, key) in SEEN else "validation",
        "own": own,
        "recalled": not published.seen,
        "title": published.label,
        "source": published.source,
        "citation": _citation(published.source),
        "where": published.where,
        "note": published.note,
    }


def _key(published: Published) -> str:
    """Return the endpoint beside which a number stands; CR of records is any remission (see validation_match)."""
    records = published.key == "cr" and TRIAL_OF[published.trial] in ("historical_chemotherapy", "flag_ida_bari")
    return ANY_REMISSION if records else published.key


def _said(published: Published) -> str:
    """Return a number as it is printed, with its interval and unit."""
    unit = {"month": "months", "ratio": ""}.get(published.unit, published.unit)
    value, low, high = (_one(x) for x in (published.value, published.low, published.high))
    limits = "" if math.isnan(published.low) else f"{low} to {high}"
    if math.isnan(published.value):
        return f"{published.interval} {limits} {unit}".strip() if limits else ""
    shown = value if math.isinf(published.value) else f"{value} {unit}".strip()
    plain = published.interval in ("published", EXACT)
    return f"{shown} ({limits if plain else f'{published.interval} {limits}'})" if limits else shown


def _one(x: float) -> str:
    return words.REACHED_NOT if math.isinf(x) else text.number(x, 3)


def _citation(source: str) -> str:
    found = library.references().get(source)
    return str(found) if found else ""


def _plain(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None
