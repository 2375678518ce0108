"""``trimer serve``: the workbench, a local web page."""

from __future__ import annotations

import json
from pathlib import Path

import click

from trimer.cli.door import cli, json_option


@cli.command(
    "serve",
    example="trimer serve\ntrimer serve --port 0 --keep work --open\ntrimer serve --host 0.0.0.0 --json",
    python="trimer.workbench.serve.serve(port=8642)",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; beyond loopback, a token.")
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0: any that is free.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for jobs and uploaded cases.")
@click.option("--token", metavar="TEXT", help="What browsers must know, at least 16 letters. [new, beyond loopback]")
@click.option("--open", "opened", is_flag=True, help="Open the page in a browser.")
@json_option
def serve_command(host: str, port: int, keep: Path | None, token: str | None, opened: bool, as_json: bool) -> None:
    """Serve the workbench: a page to look at a case, its schedule, a trial and the evidence.

    It listens on this machine only, unless --host says otherwise; then every browser must know the token that is
    printed. Without --keep, jobs and uploaded cases are gone when the server stops. Stop it with Ctrl-C.
    """
    from trimer.study.research import NOTICE
    from trimer.workbench.serve import serve

    def ready(address: str) -> None:
        if as_json:
            click.echo(json.dumps({"address": address, "notice": NOTICE}))
        else:
            click.echo(f"Workbench: {address}\n{NOTICE}\nStop with Ctrl-C.")
        if opened:
            import webbrowser

            webbrowser.open(address)

    serve(host, port, keep=keep, token=token, ready=ready)
