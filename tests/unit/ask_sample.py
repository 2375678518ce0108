"""A twin whose posterior is its prior, and small questions: what tests of questions are asked about."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trimer.study.twin.posterior import Posterior
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.run import Twin
from trimer.study.twin.segment import segment_of


@lru_cache(maxsize=1)
def untold_twin(draws: int = 16) -> Twin:
    """Return the reference case's twin before anything was learnt: draws of the prior, every one a walker."""
    segment = segment_of("linder2016", None, POPULATION)
    names = segment.prior.names
    z = 0.5 * np.random.default_rng(7).standard_normal((draws, 1, len(names)))
    return Twin(segment, Posterior(names, z, np.zeros((draws, 1))))
