"""Tables that the docs take from code and library, written to ``_build/generated`` before Sphinx reads the pages.

Nothing here is checked in: a table in the docs cannot differ from what the program uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx to write the tables first, and to run every page that runs at every build."""
    app.connect("builder-inited", write_all)
    app.connect("env-get-outdated", executed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def executed(app: Any, env: Any, *_changed: set[str]) -> list[str]:
    """Return the pages that hold code: what they show depends on more than their own text."""
    return [page for page in env.found_docs if "file_format: mystnb" in env.doc2path(page).read_text(encoding="utf-8")]


def write_all(app: Any) -> None:
    """Write every table."""
    folder = Path(app.srcdir) / "_build" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "observables": observables(),
        "parameters": parameters(),
        "drugs": drugs(),
        "regimens": regimens(),
        "protocols": protocols(),
        "criteria": criteria(),
        "outcomes": outcomes(),
        "references": references(),
        "cli": cli(),
        "door": door(),
    }
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(x) for x in line) + " |" for line in lines) + "\n"


def cell(value: object) -> str:
    """Return one cell as text: numbers short, no line breaks, no bars."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def code(text: object) -> str:
    """Return text set as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def observables() -> str:
    """Return the vocabulary."""
    from trimer.observables import OBSERVABLES

    rows = ([code(o.name), o.label, code(o.unit), "log" if o.log else "linear"] for o in OBSERVABLES.values())
    return table(["name", "meaning", "unit", "compared"], rows)


def story(name: str, item: Any) -> list[object]:
    """Return one parameter as a row."""
    spread = f"{item.spread:.3g} ({item.distribution})" if item.spread else ""
    origin = " ".join(x for x in (code(item.source), item.where) if x)
    return [code(name), item.value, code(item.unit), spread, item.kind, origin, item.note]


PARAMETER_HEAD = ["name", "value", "unit", "spread between patients", "kind", "source", "why, remarks"]


def parameters() -> str:
    """Return the model's own parameters."""
    from trimer.library import parameter_file

    with as_file(files("trimer.model") / "leukaemia.toml") as path:
        found = parameter_file(path)
    return table(PARAMETER_HEAD, (story(name, item) for name, item in found.items()))


def drugs() -> str:
    """Return every drug with its numbers."""
    from trimer.library import drug, list_entries

    parts = []
    for name in list_entries("drugs"):
        item = drug(name)
        remark = item.note if item.simulated else f"Recorded, not simulated. {item.note}"
        parts.append(f"### {item.label}\n\n`{name}`: {item.drug_class}. {remark}\n")
        rows = [story(key, scaled.parameter) for key, scaled in item.entries()]
        if rows:
            parts.append(table(PARAMETER_HEAD, rows))
    return "\n".join(parts)


def regimens() -> str:
    """Return every regimen with its doses."""
    from trimer.library import list_entries, regimen

    parts = []
    for name in list_entries("regimens"):
        item = regimen(name)
        cycle = f"cycles of {item.length:g} days, then {item.rest:g} days of rest"
        parts.append(f"### {item.label}\n\n`{name}`: {cycle}. {item.note}\n")
        rows = (
            [code(d.drug), d.text, d.route, ", ".join(map(str, d.days)), d.role, d.kind, code(d.source)]
            for d in item.doses
        )
        parts.append(table(["drug", "dose", "route", "days", "role", "kind", "source"], rows))
    return "\n".join(parts)


def protocols() -> str:
    """Return every protocol with its plan and its rules; of one that shares them, how CRS is graded."""
    from trimer.library import list_entries, protocol

    parts: list[str] = []
    seen: dict[Any, str] = {}
    for name in list_entries("protocols"):
        item = protocol(name)
        parts.append(f"### {item.label}\n\n`{name}`: {item.note}\n")
        same = seen.setdefault((item.blocks, item.rules), name)
        if same != name:
            parts.append(f"Plan and rules are those of `{same}`; CRS is graded by `{item.scale}`.\n")
            continue
        if item.dose_every:
            doses = (f"{dose} every {every:.3g} days" for dose, every in zip(item.rates, item.dose_every, strict=True))
            parts.append(f"Given {item.route}: {', then '.join(doses)}.\n")
        plan = ([b.label, b.count, b.first, b.infusion, b.rest] for b in item.blocks)
        parts.append(table(["cycles", "number", "begins with", "days of treatment", "days of rest"], plan))
        rules = (
            [r.name, " and ".join(f"{c.signal} {c.text}" for c in r.when), r.at, r.do, code(r.source),
             "; ".join(x for x in (r.where, r.note) if x)]
            for r in item.rules
        )  # fmt: skip
        parts.append(table(["rule", "when", "asked at", "does", "source", "where, remarks"], rules))
    return "\n".join(parts)


def criteria() -> str:
    """Return every criterion with its thresholds."""
    from trimer.criteria import list_criteria

    parts = []
    for item in list_criteria():
        parts.append(f"### {item.label}\n\n`{item.name}` ({item.subject}). {item.citation}.\n")
        rows = (
            [t.label, t.text, t.purpose, t.provenance, "; ".join(x for x in (t.source, t.note) if x)]
            for t in item.thresholds.values()
        )
        parts.append(table(["of what", "threshold", "serves", "provenance", "source, remarks"], rows))
    return "\n".join(parts)


def outcomes() -> str:
    """Return every outcome of a plan of treatment."""
    from trimer.study.outcomes_table import OUTCOMES

    rows = ([code(name), o.label, code(o.unit), o.kind, o.better or "neither", o.note] for name, o in OUTCOMES.items())
    return table(["name", "meaning", "unit", "kind", "better", "how it is judged"], rows)


def references() -> str:
    """Return the bibliography."""
    from trimer.library import references as bibliography

    rows = ([code(key), item] for key, item in sorted(bibliography().items(), key=lambda x: x[0].lower()))
    return table(["key", "reference"], rows)


def cli() -> str:
    """Return the help of every command."""
    from trimer.cli import cli as door

    context = click.Context(door, info_name="trimer")
    return "\n".join([f"```text\n{door.get_help(context)}\n```\n", *commands(door, context)])


def commands(group: click.Group, context: click.Context) -> list[str]:
    """Return the help of every command of a group, those of its families after the family's own."""
    parts = []
    for name, command in sorted(group.commands.items()):
        inner = click.Context(command, info_name=name, parent=context)
        parts.append(f"## {inner.command_path}\n\n```text\n{command.get_help(inner)}\n```\n")
        if isinstance(command, click.Group):
            parts += commands(command, inner)
    return parts


def door() -> str:
    """Return autodoc directives for every class and function at the door, under the module each lives in."""
    import trimer

    parts = []
    for name in trimer.HOMES:
        item = getattr(trimer, name)
        if not callable(item):
            continue
        what = "autofunction"
        if isinstance(item, type):
            what = "autoexception" if issubclass(item, Exception) else "autoclass"
        parts.append(f"## {name}\n\n```{{eval-rst}}\n.. {what}:: {item.__module__}.{name}\n```\n")
    return "\n".join(parts)
