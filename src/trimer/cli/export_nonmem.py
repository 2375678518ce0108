"""``trimer export nonmem``: recorded cases, or a simulated treatment, as a NONMEM event table."""

from __future__ import annotations

from pathlib import Path

import click

from trimer.cli.door import json_option, setting
from trimer.cli.export import export_group
from trimer.cli.printing import paragraph, print_json
from trimer.errors import InputError


@export_group.command(
    "nonmem",
    example="trimer export nonmem linder2016 -o linder.csv\n"
    "trimer export nonmem blinatumomab_rr --cycles 2 --every 0.25 --outputs blinatumomab_plasma -o data.csv\n"
    "trimer export nonmem blinatumomab_label_cartox --patients 50 -o data.csv",
    python='trimer.study.export.nonmem_case.write_cases(["linder2016"])\n'
    "trimer.study.export.nonmem_simulated.write_simulated(simulate_subjects(...))",
)
@click.argument("what", nargs=-1, required=True, metavar="CASE...|TREATMENT")
@click.option("--reading", default="chosen", show_default=True, help="Of a case: how an ambiguous infusion is read.")
@click.option("--patients", type=int, help="Of a treatment: how many virtual patients. [the typical patient alone]")
@click.option("--first", type=int, default=0, show_default=True, help="Number of the first virtual patient.")
@click.option("--seed", type=int, default=20160216, show_default=True, help="Seed of the virtual patients.")
@click.option("--days", type=float, help="To what day. [28 past the last dose; 365 of a protocol]")
@click.option("--every", type=float, default=1.0, show_default=True, help="Days between observations.")
@click.option("--outputs", help="Observables or states, separated by commas. [the usual twelve]")
@click.option("--cycles", type=click.IntRange(min=1), help="Cycles of a regimen. [all]")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A parameter, in its unit. Repeatable.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Table. [print it]")
@click.option("--dictionary", type=click.Path(dir_okay=False, path_type=Path), help="[the table's name, .json]")
@json_option
def nonmem_command(
    what: tuple[str, ...],
    reading: str,
    patients: int | None,
    first: int,
    seed: int,
    days: float | None,
    every: float,
    outputs: str | None,
    cycles: int | None,
    settings: tuple[str, ...],
    output: Path | None,
    dictionary: Path | None,
    as_json: bool,
) -> None:
    """Write doses and observations as NONMEM, mrgsolve, nlmixr2 and Monolix read them, with a dictionary beside.

    CASE is a recorded case (name or .yaml file; several become several subjects), TREATMENT a regimen or a protocol,
    simulated for the typical patient or for virtual ones. TIME is in days, AMT in ug, RATE per day.
    """
    from trimer.record.read_yaml import bundled_cases
    from trimer.study.export.nonmem_case import write_cases
    from trimer.study.export.nonmem_simulated import simulate_subjects, write_simulated
    from trimer.study.simulate import Settings

    if all(one in bundled_cases() or one.endswith((".yaml", ".yml")) for one in what):
        given = {"--patients": patients, "--days": days, "--outputs": outputs, "--cycles": cycles, "--set": settings}
        if asked := [name for name, value in given.items() if value]:
            raise InputError(", ".join(asked), "a case", "a treatment: a case is written as it is recorded")
        text, found = write_cases(what, reading)
    elif len(what) > 1:
        raise InputError("export nonmem", f"{len(what)} names", "cases, or one treatment")
    else:
        names = tuple(outputs.split(",")) if outputs else ()
        chosen = Settings(patients, first, days, every, names)
        changes = dict(map(setting, settings))
        text, found = write_simulated(simulate_subjects(what[0], chosen, cycles=cycles, changes=changes, seed=seed))
    files = _write(text, found.text(), output, dictionary) if output is not None else []
    if as_json:
        summary = {"schema": "trimer/export-nonmem/1", "dictionary": found.model_dump(mode="json", by_alias=True)}
        print_json(summary | ({"files": files} if files else {"table": text}))
    elif output is None:
        click.echo(text.encode("utf-8"), nl=False)
    else:
        paragraph(f"{found.title}: {len(found.subjects)} subjects, {text.count(chr(10)) - 1} records.", "")
        for line in found.left_out:
            paragraph(line)
        for file in files:
            click.echo(f"Written: {file}")


def _write(text: str, dictionary: str, output: Path, beside: Path | None) -> list[str]:
    """Write both files; the dictionary first, so that no table stands without one."""
    from trimer.record.nonmem.read import beside as usual
    from trimer.storage import write_file

    second = beside or usual(output)
    if second == output:
        raise InputError("-o", str(output), "a name that does not end in .json, as the dictionary's does")
    for path, content in ((second, dictionary), (output, text)):
        write_file(path, content, "-o")
    return [str(output), str(second)]
