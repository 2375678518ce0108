"""``trimer judge``: a recorded course by published definitions, with reasons."""

from __future__ import annotations

import click

from trimer.cli.door import cli, json_option
from trimer.cli.printing import console, print_json
from trimer.errors import InputError


@cli.command(
    "judge",
    example="trimer judge linder2016\n"
    "trimer judge linder2016 --criteria amg,eln_2024,cibmtr --scale all\n"
    "trimer judge my_patient.yaml --criteria eln_2024_mrd1 --b-cells 1-5 --json\n"
    "trimer judge records.csv --record 17",
    python='trimer.judge_case("linder2016", criteria=["amg", "eln_2024"], scales=["all"])',
)
@click.argument("case")
@click.option("--criteria", help="Sets that judge the disease, by name and separated by commas, or all.")
@click.option("--scale", help="Scales that grade toxicity, by name and separated by commas, or all.")
@click.option("--b-cells", help="Per cent of nucleated marrow cells that are B cells, e.g. 1-5, to convert to MRD.")
@click.option("--record", help="One record of a REDCap file. [all]")
@click.option("--dictionary", help="Data dictionary of a REDCap file. [Trimer's own]")
@json_option
def judge_command(
    case: str,
    criteria: str | None,
    scale: str | None,
    b_cells: str | None,
    record: str | None,
    dictionary: str | None,
    as_json: bool,
) -> None:
    """Judge a record: response, relapse, residual disease, toxicity, each with the values that decided.

    CASE is a library name, a case file, or a file of REDCap records (.csv), of which every record is judged. Without
    --criteria and --scale, the sets of the replay are used; `trimer list criteria` names all. What a record leaves
    open stays open: the verdict says which categories or grades are possible, and what would narrow them.
    """
    from trimer.study.judge import JudgedRecords, JudgeResult, is_records, judge_case, judge_records

    asked = (_names(criteria), _names(scale), _share(b_cells), record)
    found: JudgeResult | JudgedRecords
    if is_records(case):
        found = judge_records(case, *asked, dictionary)
    elif dictionary is not None:
        raise InputError("--dictionary", repr(dictionary), "none, as CASE is no file of REDCap records (.csv)")
    else:
        found = judge_case(case, *asked)
    if as_json:
        print_json(found.to_dict())
        return
    from trimer.report.judgement import render, render_records

    if isinstance(found, JudgeResult):
        render(found, console())
    else:
        render_records(found, console())


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _share(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    low, _, high = text.strip().removesuffix("%").partition("-")
    try:
        return float(low), float(high or low)
    except ValueError:
        raise InputError("--b-cells", repr(text), "a share or an interval of per cent, e.g. 2 or 1-5") from None
