"""What reference tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def quick_to_load() -> Iterator[None]:
    """Compile without optimisation: loading takes ten times as long as running."""
    import roadrunner

    config = roadrunner.Config
    before = {key: config.getValue(key) for key in (config.LLVM_BACKEND, config.LLJIT_OPTIMIZATION_LEVEL)}
    config.setValue(config.LLVM_BACKEND, config.LLJIT)
    config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, config.NONE)
    yield
    for key, value in before.items():
        config.setValue(key, value)
