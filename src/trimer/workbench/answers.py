"""What routes of the workbench answer with, what they may be asked, and the threads that do what takes time."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from trimer.errors import InputError, TrimerError

LARGEST = 2 * 1024 * 1024
"""Bytes of a request's body: a case of 1 MB with what JSON adds to it."""
PATIENT = 8  # slow answers that wait at a time
_WAITING: list[object] = []
T = TypeVar("T")
SMALL = 64 * 1024
"""Bytes of a question about a schedule: answers are remembered by it."""
DEEPEST = 40  # levels of lists and tables in a request
JSON = "application/json"


class NotFoundError(TrimerError):
    """Say that there is nothing of that name."""


class TooLargeError(TrimerError):
    """Say that a request is larger than what is taken."""


class BusyError(TrimerError):
    """Say that too much is waiting already."""


class GoneError(Exception):
    """Nobody waits for the answer any more."""


@lru_cache
def _thread(name: str) -> ThreadPoolExecutor:
    """Return the one thread of a kind of work."""
    return ThreadPoolExecutor(1, thread_name_prefix=f"trimer-{name}")


def drop() -> None:
    """Forget what waits to be done; what is being done comes to its end."""
    for name in ("work", "aside", "draw", "slow"):
        _thread(name).shutdown(wait=False, cancel_futures=True)
    _thread.cache_clear()


async def work(function: Callable[..., T], *args: Any, request: Request | None = None) -> T:
    """Return what a computation gives; one at a time, in the order they were asked for.

    Parameters
    ----------
    function : callable
    *args
    request : Request, optional
        Whose answer it is: nothing is computed when nobody waits any more once its turn has come.

    Raises
    ------
    GoneError
        When nobody waits.
    """
    loop = asyncio.get_running_loop()
    if request is None:
        return await loop.run_in_executor(_thread("work"), function, *args)
    async with _turn(loop, "work"):
        if await request.is_disconnected():
            raise GoneError
        return await loop.run_in_executor(_thread("work"), function, *args)


@lru_cache(maxsize=8)
def _turn(_loop: asyncio.AbstractEventLoop, _kind: str) -> asyncio.Lock:
    """Return whose turn it is on an event loop (tests have several), for a kind of work."""
    return asyncio.Lock()


async def aside(function: Callable[..., T], *args: Any) -> T:
    """Return what reading or judging gives; beside computations, one at a time."""
    return await asyncio.get_running_loop().run_in_executor(_thread("aside"), function, *args)


async def draw(function: Callable[..., T], *args: Any) -> T:
    """Return what drawing gives, a second or so; one at a time, as matplotlib's settings are everybody's."""
    return await asyncio.get_running_loop().run_in_executor(_thread("draw"), function, *args)


async def patiently(function: Callable[..., T], *args: Any, request: Request | None = None) -> T:
    """Return what takes a minute or more, such as the fit of a replay; one at a time, with nothing else behind it.

    Parameters
    ----------
    function : callable
    *args
    request : Request, optional
        Whose answer it is, as for :func:`work`.

    Raises
    ------
    BusyError
        When :data:`PATIENT` are waiting already.
    GoneError
        When nobody waits.
    """
    if len(_WAITING) > PATIENT:
        raise BusyError(f"busy: {PATIENT} reports or figures are waiting already. Ask again in some minutes.")
    loop, ticket = asyncio.get_running_loop(), object()
    _WAITING.append(ticket)
    try:
        async with _turn(loop, "slow"):
            if request is not None and await request.is_disconnected():
                raise GoneError
            return await loop.run_in_executor(_thread("slow"), function, *args)
    finally:
        _WAITING.remove(ticket)


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a document as JSON; numbers that JSON has not are null."""
    return Response(written(document), status, headers, JSON)


def written(document: Any) -> bytes:
    """Return a document as JSON, without blanks."""
    try:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        text = json.dumps(plain(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", errors="replace")


def plain(value: Any) -> Any:
    """Return mappings, lists, text, finite numbers and None; what JSON has no number for becomes None."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def attachment(content: str | bytes, name: str, kind: str) -> Response:
    """Return a file to be saved; the name is one of ours and holds no text of the user's but letters and digits."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)[:80]
    return Response(content, headers={"Content-Disposition": f'attachment; filename="{safe}"'}, media_type=kind)


async def document(request: Request, largest: int = LARGEST) -> dict[str, Any]:
    """Return the body of a request, a JSON object.

    Raises
    ------
    TooLargeError
        When it has more bytes than are taken; the rest is not read.
    InputError
        When it is no JSON object, holds a number that is none, or is nested too deep.
    GoneError
        When it was never sent to its end.
    """
    if int(request.headers.get("content-length") or 0) > largest:
        raise TooLargeError(_large(largest))
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > largest:
                raise TooLargeError(_large(largest))
    except ClientDisconnect as fault:
        raise GoneError from fault
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refused)
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # half a character, as \\ud800, is no text
    except (ValueError, RecursionError) as fault:
        raise InputError("request", _said(fault), "a JSON object") from fault
    if not isinstance(found, dict) or _depth(found) > DEEPEST:
        raise InputError("request", f"a {type(found).__name__}", f"a JSON object of at most {DEEPEST} levels")
    return found


def _large(largest: int) -> str:
    return f"request: found more than {largest // 1024} kB, expected less."


def _refused(name: str) -> float:
    raise ValueError(f"the number {name}")


def _said(fault: Exception) -> str:
    if isinstance(fault, UnicodeDecodeError):
        return "text that is not UTF-8"
    return "too many levels" if isinstance(fault, RecursionError) else str(fault)[:200]


def _depth(value: Any) -> int:
    """Return how many levels a document has."""
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            item
            for above in level
            if isinstance(above, dict | list)
            for item in (above.values() if isinstance(above, dict) else above)
        ]
        if depth > DEEPEST:
            break
    return depth


# ---- fields of a request


def text(found: Mapping[str, Any], key: str, default: str | None = None, longest: int = 200) -> str:
    """Return a text of a request.

    Raises
    ------
    InputError
        When it is missing without a default, no text, or too long.
    """
    value = found.get(key, default)
    if not isinstance(value, str) or len(value) > longest:
        raise InputError(key, _shown(value), f"a text of at most {longest} letters")
    return value


def number(found: Mapping[str, Any], key: str, default: float | None, low: float, high: float) -> float:
    """Return a number of a request within limits.

    Raises
    ------
    InputError
        When it is missing without a default, no number, or outside.
    """
    value = found.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(key, _shown(value), f"a number from {low:g} to {high:g}")
    return float(value)


def whole(found: Mapping[str, Any], key: str, default: int | None, low: int, high: int) -> int:
    """Return a whole number of a request within limits; raises as :func:`number`."""
    value = number(found, key, default, low, high)
    if value != int(value):
        raise InputError(key, f"{value:g}", "a whole number")
    return int(value)


def known(found: Mapping[str, Any], *keys: str) -> None:
    """Raise :class:`~trimer.errors.InputError` when a request says something that is not understood."""
    for key in found:
        if key not in keys:
            raise InputError(_shown(key).strip('"'), "a field", f"one of {', '.join(keys)}")


def _shown(value: Any) -> str:
    """Return a value as an error shows it."""
    if value is None:
        return "nothing"
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 80 else f"{said[:80]}…"
