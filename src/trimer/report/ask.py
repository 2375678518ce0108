"""An answer to a question in the terminal and on a page of the documentation, from its plain document.

A stored answer is read and shown as a fresh one is: everything here takes what
:meth:`trimer.study.ask.answer.Answer.to_dict` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trimer.report import text
from trimer.report.terminal import table_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Document = Mapping[str, Any]
STYLES = {"better": "green", "worse": "red"}
OF = "“of” and a number: those of whom the outcome is known (of a difference, under both options), where not all."
WIDEST = 4  # outcomes side by side in a terminal


def render(found: Document, console: Console) -> None:
    """Print an answer.

    Parameters
    ----------
    found : mapping
        Of :meth:`trimer.study.ask.answer.Answer.to_dict`.
    console : rich.console.Console
        Decides width, colour and destination.
    """
    from rich.text import Text

    console.print(Text(found["title"], style="bold"))
    console.print(Text(found["question"]))
    for remark in found["remarks"]:
        console.print(Text(remark, style="bold red"))
    console.print()
    for number, sentence in enumerate(found["answer"], start=1):
        console.print(_hanging(f"{number}. ", Text(sentence)))
    console.print()
    console.print(Text(found["do_not_conclude"], style="bold red"))
    console.print()
    for some in _columns(found):
        console.print(_table(found, some))
        console.print()
    for scan in found["scans"]:
        console.print(_scan(found, scan))
        console.print()
    for head, lines in notes(found).items():
        console.print(Text(head, style="bold"))
        for line in lines:
            console.print(_hanging("- ", Text(line)), style="dim")
    console.print()
    console.print(Text(provenance(found), style="dim"))
    console.print(Text(found["note"], style="dim"))


def notes(found: Document) -> dict[str, list[str]]:
    """Return what has to be known besides, under headings; empty ones are left out."""
    failed = [f"{text.words(name)}: {count} could not be solved" for name, count in found["failed"].items()]
    shown = [x for o in found["options"] for part in ("values", "differences") for x in o.get(part, {}).values()]
    of = [OF] if any(_partial(found, estimate) for estimate in shown) else []
    listed = {
        "How to read it": [who(found), *of, *found["meaning"]],
        "What the model cannot say": found["limits"],
        "Outside what the model was calibrated on": outside(found),
        "Published": [f"{e['says']} ({e['source']})" for e in found["evidence"]],
        "Not solved": failed,
    }
    return {head: list(lines) for head, lines in listed.items() if lines}


def who(found: Document) -> str:
    """Return in a sentence whom the question was asked about."""
    return f"{found['subjects']['label']}; {found['subjects']['count']:,} subjects followed for {found['days']:g} days."


def outside(found: Document) -> list[str]:
    """Return where the question leaves the calibrated range, with the options where it is not all of them."""
    labels = {option["name"]: option["label"] for option in found["options"]}
    lines = []
    for item in found["outside"]:
        some = "" if len(item["options"]) == len(labels) else "; ".join(labels[name] for name in item["options"])
        lines.append(f"{item['says']} [{some}]" if some else item["says"])
    return lines


def provenance(found: Document) -> str:
    """Return on one line what was run."""
    items = {k: v for k, v in found["provenance"].items() if v not in ("", [], None)}
    return "; ".join(f"{text.words(k)} {text.plain(v)}" for k, v in items.items())


def heading(outcome: Document) -> str:
    """Return an outcome's label with its unit."""
    unit = "%" if outcome["kind"] == "share" else text.unit(outcome["unit"])
    return f"{outcome['label']}, {unit}".removesuffix(", ")


def markdown(found: Document) -> str:
    """Return an answer as Markdown: the sentences, the table, scans, and the notes."""
    lines = [f"**{found['question']}**", "", *(f"**{remark}**\n" for remark in found["remarks"])]
    lines += [f"{number}. {sentence}" for number, sentence in enumerate(found["answer"], start=1)]
    lines += ["", f"**{found['do_not_conclude']}**", ""]
    heads = ["", *(heading(outcome) for outcome in found["outcomes"])]
    lines += [_row(heads), _row(["---"] * len(heads))]
    for option in found["options"]:
        cells = [_cell(found, option, outcome["name"]) for outcome in found["outcomes"]]
        lines.append(_row([option["label"], *("<br>".join(cell).replace("\n", ", ") for cell in cells)]))
    lines += ["", "Under each value: the paired difference from the first row, and what it shows.", ""]
    for scan in found["scans"]:
        lines += [f"{_scan_title(scan)}", "", _row(["", *scan["values"]]), _row(["---"] * (1 + len(scan["values"])))]
        for name, points in scan["options"].items():
            lines.append(_row([_label(found, name), *(point["bare"] for point in points)]))
        lines += ["", scan["note"], ""]
    for head, items in notes(found).items():
        lines += [f"**{head}**", "", *(f"- {item}" for item in items), ""]
    return "\n".join([*lines, provenance(found) + ".", "", found["note"]])


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _label(found: Document, name: str) -> str:
    return next(str(option["label"]) for option in found["options"] if option["name"] == name)


def _columns(found: Document) -> list[list[Document]]:
    """Return the outcomes shown, in as many tables as they need."""
    shown = found["outcomes"]
    return [shown[k : k + WIDEST] for k in range(0, len(shown), WIDEST)]


def _table(found: Document, outcomes: list[Document]) -> Table:
    from rich.text import Text

    right: dict[str, Any] = {"justify": "right", "ratio": 2}
    title = f"After {found['days']:g} days: value and, under it, the difference from the first row"
    table = table_of(title, ("", {"ratio": 3}), *((heading(outcome), right) for outcome in outcomes))
    for option in _reference_first(found):
        cells = []
        for outcome in outcomes:
            lines = _cell(found, option, outcome["name"])
            difference = option.get("differences", {}).get(outcome["name"])
            tone = STYLES.get(difference["verdict"], "") if difference else ""
            cell = Text(lines[0])
            for line in lines[1:]:
                cell.append(f"\n{line}", style=tone)
            cells.append(cell)
        first = "differences" not in option
        table.add_row(Text(option["label"], style="bold" if first else ""), *cells)
    return table


def _reference_first(found: Document) -> list[Document]:
    return sorted(found["options"], key=lambda option: option["name"] != found["reference"])


def _cell(found: Document, option: Document, outcome: str) -> list[str]:
    """Return a value, the difference from the reference, and what it shows: one line each."""
    lines = [_of_some(found, option["values"][outcome])]
    if difference := option.get("differences", {}).get(outcome):
        lines += [_of_some(found, difference), difference["verdict"]] if difference["value"] is not None else []
    return lines


def _of_some(found: Document, estimate: Document) -> str:
    """Return an estimate with of how many it is, where not of all: relapse is of those with a remission."""
    return f"{estimate['bare']}\nof {estimate['n']:,}" if _partial(found, estimate) else str(estimate["bare"])


def _partial(found: Document, estimate: Document) -> bool:
    return bool(0 < estimate["n"] < found["subjects"]["count"])


def _scan_title(scan: Document) -> str:
    return f"{heading(scan['outcome'])}: difference from the first row, by {scan['parameter']}"


def _scan(found: Document, scan: Document) -> Table:
    right: dict[str, Any] = {"justify": "right", "ratio": 1}
    columns = [(value, right) for value in scan["values"]]
    table = table_of(_scan_title(scan), ("", {"ratio": 2}), *columns)
    for name, points in scan["options"].items():
        table.add_row(_label(found, name), *(point["bare"] for point in points))
    return table


def _hanging(lead: str, body: Text) -> Table:
    """Return a text whose later lines stand under the first one's words."""
    from rich.table import Table

    grid = Table.grid(padding=0)
    grid.add_column(width=len(lead), no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row(lead, body)
    return grid
