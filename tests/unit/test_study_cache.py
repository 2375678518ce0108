"""Results on disk: what goes in comes out, what is damaged counts as absent, what a result depends on is in its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from trimer.study import cache


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIMER_CACHE_DIR", str(tmp_path / "mine"))
    return tmp_path / "mine"


VALUE = {"z": [0.1, -2.5e-300, 3.0], "names": ["a", "b"], "nested": {"x": None, "y": True}}


def test_round_trip(own: Path) -> None:
    assert cache.read("k") is None
    assert cache.write("k", VALUE)
    assert cache.read("k") == VALUE
    assert cache.write("k", {"other": 1})
    assert cache.read("k") == {"other": 1}
    assert [p.name for p in cache.folder().iterdir()] == ["k.json"]
    assert cache.folder().is_relative_to(own)


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b'"text"', b"null"])
def test_a_damaged_file_counts_as_absent(content: bytes) -> None:
    cache.write("k", VALUE)
    (cache.folder() / "k.json").write_bytes(content)
    assert cache.read("k") is None
    assert cache.write("k", VALUE)
    assert cache.read("k") == VALUE


def test_where_writing_is_not_allowed_nothing_happens(own: Path) -> None:
    own.mkdir()
    (own / "fits").write_text("a file where the folder should be")
    assert cache.write("k", VALUE) is False
    assert cache.read("k") is None


def test_what_json_cannot_hold_leaves_no_half_file() -> None:
    with pytest.raises(TypeError):
        cache.write("k", {"x": object()})
    assert cache.read("k") is None


def test_the_key_knows_each_part_and_the_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    base = cache.key_of("case", 1, (0.1, 2.0))
    assert base == cache.key_of("case", 1, (0.1, 2.0))
    others = [
        cache.key_of("case", 1, (0.1, 2.0000000001)),
        cache.key_of("case", 2, (0.1, 2.0)),
        cache.key_of("cas", "e1"),
    ]
    assert len({base, *others}) == 4
    assert base.isalnum()
    equations = tmp_path / "equations"
    equations.mkdir()
    (equations / "model.py").write_text("k = 1")
    monkeypatch.setattr(cache, "files", lambda _: equations)
    first = cache.key_of("case")
    (equations / "model.py").write_text("k = 2")
    assert cache.key_of("case") != first
