"""A store of courses, recorded and virtual, with their judgements: add, list, query, find similar ones."""

from trimer.study.cohorts.filters import Filters
from trimer.study.cohorts.store import CohortStore

__all__ = ["CohortStore", "Filters"]
