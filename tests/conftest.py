"""What all tests share: a cache of their own, and examples that are the same in every run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

# `make test` tries the same examples every time, so that a failure is never somebody else's luck; `make nightly` tries
# new and more ones, and prints how to repeat a failure.
settings.register_profile("house", derandomize=True, deadline=None)
settings.register_profile("nightly", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point Trimer's cache at a temporary folder for the whole run, so that no test reads or writes the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIMER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
