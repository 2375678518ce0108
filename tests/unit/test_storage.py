"""Files are kept whole or not at all: a cache for the user alone, a result as new files usually are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trimer.errors import InputError
from trimer.storage import keep, write_file, write_folder


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize(("private", "folder", "file"), [(True, 0o700, 0o600), (False, 0o750, 0o640)])
def test_permissions(tmp_path: Path, umask: None, private: bool, folder: int, file: int) -> None:
    place = tmp_path / "place"
    assert keep(place, "kept", b"first", private=private)
    assert keep(place, "kept", b"second", private=private)
    assert (place / "kept").read_bytes() == b"second"
    assert [p.name for p in place.iterdir()] == ["kept"]
    assert (place.stat().st_mode & 0o777, (place / "kept").stat().st_mode & 0o777) == (folder, file)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    assert not keep(tmp_path, "taken", b"x"), "a folder has the name"
    (tmp_path / "file").write_text("")
    assert not keep(tmp_path / "file", "below", b"x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "taken"]


def test_a_file_or_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    assert write_file(tmp_path / "a.txt", "é\n").read_bytes() == "é\n".encode()
    with pytest.raises(InputError, match=r"^-o: .*a file in a folder that exists"):
        write_file(tmp_path / "nowhere" / "a.txt", "x", "-o")
    with pytest.raises(InputError, match="a file that can be written"):
        write_file(tmp_path, "x")
    for _ in range(2):  # not there yet, then empty
        files = write_folder(tmp_path / "new", {"b.csv": "1\n", "c.json": "{}"})
        assert [file.read_text() for file in files] == ["1\n", "{}"]
        with pytest.raises(InputError, match="there already"):
            write_folder(tmp_path / "new", {})
        for file in files:
            file.unlink()
    with pytest.raises(InputError, match="a folder that can be written"):
        write_folder(tmp_path / "half", {"good": "x", "no/such/place": "y"})
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "new"}
