"""Start the workbench: a server on this machine, and its address."""

from __future__ import annotations

import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from trimer.errors import InputError
from trimer.workbench.guard import LOOPBACK, TOKEN, Door, is_loopback

HOST, PORT = "127.0.0.1", 8642


def serve(
    host: str = HOST,
    port: int = PORT,
    *,
    keep: str | Path | None = None,
    token: str | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the workbench until it is interrupted.

    Parameters
    ----------
    host : str
        Address to listen on; anything but loopback asks for a token.
    port : int
        0: any that is free.
    keep : path, optional
        Folder for jobs and uploaded cases; default: one that is gone when the server stops.
    token : str, optional
        What a browser must know; default: none on loopback, else a new one.
    ready : callable, optional
        Called with the address of the page, token included, once the server listens.

    Raises
    ------
    InputError
        When the address cannot be listened on, the token is too short, or the extra ``workbench`` is not installed.
    """
    try:
        import uvicorn

        from trimer.workbench import answers
        from trimer.workbench.app import application
    except ImportError as fault:
        raise InputError(
            "workbench", f"no package {fault.name}", "the packages of the workbench", "pip install 'trimer[workbench]'"
        ) from fault
    door = door_for(host, token)
    with ExitStack() as opened:
        listening = opened.enter_context(_listen(host, port))
        folder = Path(keep) if keep else Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="trimer-")))
        settings = uvicorn.Config(
            application(folder, door), log_level="critical", access_log=False, server_header=False, lifespan="on",
            timeout_keep_alive=30, limit_concurrency=500, h11_max_incomplete_event_size=65536, ws="none",
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        opened.callback(answers.drop)
        opened.enter_context(_terminated())
        if ready:
            ready(address(host, listening.getsockname()[1], door.token))
        uvicorn.Server(settings).run(sockets=[listening])


def door_for(host: str, token: str | None = None) -> Door:
    """Return who is let in when the server listens on an address.

    Raises
    ------
    InputError
        When a token is none.
    """
    if token is not None and not TOKEN.fullmatch(token):
        raise InputError("--token", repr(token)[:40], "16 or more of letters, digits and . _ ~ -", "Or leave it out.")
    if is_loopback(host):
        return Door(frozenset({*LOOPBACK, host}), token or "")
    return Door(frozenset(), token or secrets.token_urlsafe(24))


def address(host: str, port: int, token: str = "") -> str:
    """Return the address of the page."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")


@contextmanager
def _terminated() -> Iterator[None]:
    """Leave as after Ctrl-C when asked to terminate, so that nothing temporary stays behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(*_: object) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, as asyncio sends without delay (Nagle's, 40 ms an answer) only where it reads it.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(256)  # whoever comes before the server runs waits
    except (OSError, OverflowError) as fault:
        listening.close()
        raise InputError(
            "--host and --port", f"{host}:{port}, which cannot be listened on ({fault})", "a free port of this machine",
            "Use --port 0 for any that is free.",
        ) from fault  # fmt: skip
    return listening
