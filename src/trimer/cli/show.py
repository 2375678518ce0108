"""``trimer list``, ``trimer show`` and ``trimer schema``: what there is, and one entry of it."""

from __future__ import annotations

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import bare, plain, print_json


@cli.command("list", example="trimer list drugs", python='trimer.list_entries("drugs")')
@click.argument("kind", required=False)
@json_option
def list_command(kind: str | None, as_json: bool) -> None:
    """List what there is: everything, or one KIND such as drugs, regimens, cases or criteria."""
    from trimer.catalogue import FOLDERS, entries

    found = {k: entries(k) for k in ([kind] if kind else (*FOLDERS, "criteria"))}
    if as_json:
        print_json(found[kind] if kind else found)
        return
    for title, rows in found.items():
        if not (rows or kind):
            continue
        click.secho(f"{title} ({len(rows)})", bold=True)
        width = max((len(row["name"]) for row in rows), default=0)
        for row in rows:
            click.echo(f"  {row['name']:{width}}  {row['label']}".rstrip())


@cli.command("show", example="trimer show drugs blinatumomab", python='trimer.drug("blinatumomab")')
@click.argument("kind")
@click.argument("name")
@json_option
def show_command(kind: str, name: str, as_json: bool) -> None:
    """Show one entry: every number with its unit, kind and source.

    What is kept as a file is printed as it stands there, comments and all. NAME may be a file of your own; it is
    printed only when it is one of its KIND.
    """
    from trimer.catalogue import entry

    found, path = entry(kind, name)
    if as_json:
        print_json(found)
    elif path:
        click.echo(path.read_text(encoding="utf-8").rstrip())
    else:
        import yaml

        click.echo(yaml.safe_dump(bare(plain(found)), sort_keys=False, allow_unicode=True, width=110).rstrip())


@cli.command("schema", example="trimer schema case > case.schema.json", python='trimer.library.files.schema("case")')
@click.argument("kind")
def schema_command(kind: str) -> None:
    """Print the JSON Schema of a KIND of file (case, drug, regimen, protocol), for editors and validators."""
    from trimer.catalogue import entry

    document, _ = entry("schemas", kind)
    print_json(document)
