"""Where results are kept between runs, and how a file is written: whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from trimer.errors import InputError


def cache_folder(kind: str) -> Path:
    """Return where one kind of result is kept: under ``TRIMER_CACHE_DIR``, or the platform's cache folder of the user.

    Raises
    ------
    RuntimeError
        When the user has no home folder.
    """
    chosen = os.environ.get("TRIMER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser() / kind
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "trimer" / kind


def keep(place: Path, name: str, payload: bytes, private: bool = True) -> bool:
    """Store bytes as a file of a folder in one step; return False, having done nothing, where that is not allowed.

    Parameters
    ----------
    place : Path
        Folder, made when it is not there.
    name : str
    payload : bytes
    private : bool
        Whether folder and file are for the user alone, as a cache is; a result has the permissions new files usually
        have.
    """
    draft = place / f"{secrets.token_hex(8)}.part"
    of_folder, of_file = (0o700, 0o600) if private else (0o777, 0o666)  # less the umask
    try:
        place.mkdir(parents=True, exist_ok=True, mode=of_folder)
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, of_file)) as file:
            file.write(payload)
        os.replace(draft, place / name)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return False
    return True


def write_file(path: str | Path, text: str, where: str = "output") -> Path:
    """Write a text (UTF-8) as a file somebody asked for, whole or not at all, and return the file.

    Parameters
    ----------
    path : str or Path
    text : str
    where : str
        What an error calls it, such as ``"-o"``.

    Raises
    ------
    InputError
        When its folder does not exist, or it cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(where, str(path), "a file in a folder that exists")
    if not keep(path.parent, path.name, text.encode("utf-8"), private=False):
        raise InputError(where, str(path), "a file that can be written")
    return path


def write_folder(folder: str | Path, files: Mapping[str, str], where: str = "output") -> tuple[Path, ...]:
    """Write texts (UTF-8) as the files of a new or empty folder, all of them or none, and return the files.

    Parameters
    ----------
    folder : str or Path
    files : mapping of str to str
        Text by name.
    where : str
        What an error calls the folder.

    Raises
    ------
    InputError
        When the folder holds something, its own folder does not exist, or it cannot be written.
    """
    folder = Path(folder)
    draft = folder.parent / f".{secrets.token_hex(8)}.part"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(where, f"{folder}, which is there already", "a folder that is empty or not there yet")
        draft.mkdir()
        for name, text in files.items():
            (draft / name).write_bytes(text.encode("utf-8"))
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    except OSError as fault:
        found = f"{folder} ({fault.strerror})"
        raise InputError(where, found, "a folder that can be written, in a folder that exists") from fault
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return tuple(folder / name for name in files)
