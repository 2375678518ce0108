"""Event tables: NONMEM's rules for records, the dictionary, foreign tables as cases and as dosing, the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trimer.cli import cli, run
from trimer.errors import InputError
from trimer.record.nonmem.read import Table, read_table
from trimer.record.nonmem.records import Ignore
from trimer.study.export.nonmem_case import read_cases
from trimer.study.export.nonmem_simulated import simulate_subjects, simulate_table, write_simulated
from trimer.study.nca_table import nca_table
from trimer.study.simulate import Settings, simulate

DICTIONARY = {
    "schema": "trimer/nonmem/1",
    "time_unit": "h",
    "compartments": {
        "1": {"drug": "blinatumomab", "unit": "ug", "route": "civ"},
        "2": {"drug": "dexamethasone", "unit": "mg", "route": "po"},
    },
    "observations": {
        "1": {"observable": "blinatumomab_plasma", "unit": "pg/mL"},
        "2": {"observable": "platelets", "unit": "10*3/uL"},
    },
}
HEADER = "ID,TIME,AMT,RATE,CMT,EVID,MDV,ADDL,II,DV,DVID"


def table(folder: Path, text: str, ignore: Ignore = "@", **changes: object) -> Table:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    (folder / "a.json").write_text(json.dumps(DICTIONARY | changes), encoding="utf-8")
    return read_table(folder / "a.csv", ignore=ignore)


def rows(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


def test_doses_infusions_and_units(tmp_path: Path) -> None:
    (one,) = table(
        tmp_path, rows("7,0,20,0,2,1,1,0,0,.,.", "7,0,9,0.375,1,1,1,0,0,.,.", "7,12,,,,0,0,,,150,1")
    ).subjects
    infusion, tablet = one.doses
    assert (infusion.amount, infusion.rate, infusion.duration, infusion.route) == (9.0, 9.0, 1.0, "civ")
    assert (tablet.amount, tablet.rate, tablet.drug) == (20000.0, 0.0, "dexamethasone")
    (seen,) = one.observations
    assert (seen.time, seen.value, seen.unit) == (0.5, 0.15, "ng/mL")


def test_additional_doses_are_given(tmp_path: Path) -> None:
    (one,) = table(tmp_path, rows("1,24,8,0,2,1,1,3,12,.,.")).subjects
    assert [dose.time for dose in one.doses] == [1.0, 1.5, 2.0, 2.5]


def test_a_table_without_evid_and_mdv(tmp_path: Path) -> None:
    text = "id time amt cmt dv dvid\n1 0 5 1 . .\n1 1 0 0 100 1\n1 2 . . . 1\n"
    (one,) = table(tmp_path, text).subjects
    assert len(one.doses) == 1
    assert [seen.value for seen in one.observations] == [0.1, None]
    assert one.observations[1].absence == "not stated"


@pytest.mark.parametrize(("ignore", "mark"), [("@", "c comment"), ("@", "@"), ("C", "C,1"), ("#", "#"), ("C", "# too")])
def test_ignored_lines(tmp_path: Path, ignore: Ignore, mark: str) -> None:
    found = table(tmp_path, rows(mark, "1,0,,,,0,0,,,100,1", mark), ignore)
    assert (found.ignored, len(found.subjects[0].observations)) == (2, 1)


def test_censored_values_by_monolix_and_by_m3(tmp_path: Path) -> None:
    text = (
        "ID,TIME,DV,DVID,CENS,LIMIT,BLQ,LLOQ\n1,0,50,1,1,.,0,.\n1,1,50,1,1,10,0,.\n1,2,50,1,-1,.,0,.\n"
        "1,3,.,1,0,.,1,20\n1,4,80,1,0,.,0,20\n"
    )
    (one,) = table(tmp_path, text).subjects
    assert [(o.comparator, o.low, o.value) for o in one.observations] == [
        ("<", None, 0.05), ("within", 0.01, 0.05), (">", None, 0.05), ("<", None, 0.02), ("=", None, 0.08),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "written"),
    [("DATE", ("3/1/15", "03-02-2015")), ("DAT1", ("1/3/15", "2/3/15")), ("DAT2", ("2015-3-1", "15/3/2")),
     ("DAT3", ("15/1/3", "2015/2/3"))],
)  # fmt: skip
def test_dates_and_clock_times(tmp_path: Path, column: str, written: tuple[str, str]) -> None:
    text = f"ID,{column},TIME,DV,DVID\n1,{written[0]},09:00,1,1\n1,{written[1]},21:30,1,1\n"
    (one,) = table(tmp_path, text, time_unit="day").subjects
    assert str(one.date) == "2015-03-01"
    assert [o.time for o in one.observations] == [0.375, round(1 + 21.5 / 24, 9)]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("1,0,5,-1,1,1,1,0,0,.,.", "RATE"),  # modelled rate
        ("1,0,5,-2,1,1,1,0,0,.,.", "RATE"),  # modelled duration
        ("1,0,5,-3,1,1,1,0,0,.,.", "RATE"),
        ("1,0,0,0,1,1,1,0,0,.,.", "AMT"),
        ("1,0,5,0,1,0,0,0,0,1,1", "AMT"),  # an observation with an amount
        ("1,0,5,0,1,1,1,2,0,.,.", "II"),
        ("1,0,5,0,1,1,1,0,12,.,.", "II"),
        ("1,0,5,0,9,1,1,0,0,.,.", "CMT"),
        ("1,0,5,0,1,7,1,0,0,.,.", "EVID"),
        ("1,0,,,,0,0,,,.,1", "DV"),  # NONMEM would read 0
        ("1,0,,,,0,0,,,x,1", "DV"),
        ("1,0,,,,0,0,,,1,3", "DVID"),
        ("1,,,,,0,0,,,1,1", "TIME"),
        (".,0,,,,0,0,,,1,1", "ID"),
        ("1,0,,,,0,2,,,1,1", "MDV"),
        ("1,1e400,,,,0,0,,,1,1", "TIME"),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused_by_row_and_column(tmp_path: Path, line: str, where: str) -> None:
    with pytest.raises(InputError) as fault:
        table(tmp_path, rows("1,0,,,,0,0,,,1,1", line))
    assert fault.value.where == f"a.csv: row 3, {where}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ID,TIME,SS,AMT,CMT\n1,0,1,5,1\n", "steady state"),
        (rows("1,5,,,,0,0,,,1,1", "1,4,,,,0,0,,,1,1"), "no earlier"),
        (rows("1,5,,,,0,0,,,1,1", "2,4,,,,0,0,,,1,1", "1,6,,,,0,0,,,1,1"), "together"),
        (rows("1,0,5,0,1,1,1,0,0,.,.", "1,1,5,0,1,4,1,0,0,.,."), "not emptied"),
        ("ID,TIME,A234567890123456789012\n1,0,1\n", "at most 20 characters"),
        ("ID,TIME,time\n1,0,1\n", "twice"),
        ("TIME,DV\n1,0\n", "no column ID"),
        ("ID,TIME\n1\n", "1 cells"),
        ("\n", "no header"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        table(tmp_path, text)


def test_a_reset_before_anything_was_given_is_a_start(tmp_path: Path) -> None:
    (one,) = table(tmp_path, rows("1,0,,,,3,1,,,.,.", "1,0,5,0,1,4,1,0,0,.,.")).subjects
    assert (len(one.doses), len(one.marks)) == (1, 1)


def test_without_a_dictionary_the_least_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(rows("1,0,,,,0,0,,,1,1"), encoding="utf-8")
    with pytest.raises(InputError, match="compartments"):
        read_table(tmp_path / "a.csv")


def test_a_foreign_table_is_a_case(tmp_path: Path) -> None:
    text = "ID,TIME,AMT,RATE,CMT,DV,DVID,WT,HT,AGE,SEX,PH\n" + "".join(
        f"1,{line},80,180,40,1,0\n" for line in ("0,9,0.375,1,.,0", "0,0,0,0,150,2", "48,28,1.1666666666666667,1,.,0")
    )
    table(tmp_path, text)
    (found,), _ = read_cases(tmp_path / "a.csv")
    assert [order.amount for order in found.realisation.orders] == ["9 ug", "28 ug"]
    assert found.patient.age == "40 year"
    assert [g.rate for e in found.events for g in e.given] == ["9 ug/day", "28 ug/day"]
    assert [o.value for e in found.events for o in e.observations] == [150.0]


def test_a_table_doses_a_simulation_as_the_regimen_does(tmp_path: Path) -> None:
    settings = Settings(days=20.0, outputs=("blinatumomab_plasma", "anc"))
    text, dictionary = write_simulated(simulate_subjects("blinatumomab_rr", settings, cycles=1))
    (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    (tmp_path / "b.json").write_text(dictionary.text(), encoding="utf-8")
    own = simulate("blinatumomab_rr", cycles=1, days=20.0, outputs=settings.outputs)
    read = simulate_table(tmp_path / "b.csv", settings=settings)
    shift = int(-dictionary.subjects["1"].day)  # day 0 of the table is its first record
    assert read.curves[1, shift:, 0] == pytest.approx(own.curves[1, : len(own.times) - shift, 0], rel=1e-3, abs=1e-6)
    assert own.curves[1, :, 0].max() > 0.3


def test_a_protocol_is_written_as_its_rules_decided(tmp_path: Path) -> None:
    settings = Settings(patients=3, days=60.0, outputs=("blinatumomab_plasma",), every=0.25)
    made = simulate_subjects("blinatumomab_label_cartox", settings)
    assert len(made.subjects) == 3
    for subject in made.subjects:
        infusions = [dose for dose in subject.doses if dose.drug == "blinatumomab"]
        assert {round(dose.rate, 6) for dose in infusions} <= {9.0, 28.0}
        first = min(infusions, key=lambda dose: dose.time)
        level = [o.value for o in subject.observations if first.time + 1.0 < o.time < first.time + 1.3]
        before = [o.value for o in subject.observations if o.time < first.time]
        assert all(value is not None and value > 0.05 for value in level)
        assert all(value is not None and abs(value) < 1e-6 for value in before)


def test_commands(tmp_path: Path) -> None:
    runner, data, case = CliRunner(), tmp_path / "d.csv", tmp_path / "case.yaml"
    assert runner.invoke(cli, ["export", "nonmem", "linder2016", "-o", str(data)]).exit_code == 0
    done = runner.invoke(cli, ["import", "nonmem", str(data), "-o", str(case), "--json"])
    assert json.loads(done.output)["files"] == [str(case)]
    assert "linder2016" in case.read_text(encoding="utf-8")
    args = ["export", "nonmem", "blinatumomab_rr", "--cycles", "1", "--outputs", "blinatumomab_plasma"]
    assert runner.invoke(cli, [*args, "--every", "0.125", "-o", str(data)]).exit_code == 0
    shown = json.loads(runner.invoke(cli, ["nca", str(data), "--json"]).output)["summaries"]
    assert shown[0]["cl"] == pytest.approx(nca_table(data)[0].result.cl)
    assert "CL" in runner.invoke(cli, ["nca", str(data)]).output
    assert run(["export", "nonmem", "linder2016", "-o", str(tmp_path / "no" / "d.csv")]) == 2


@pytest.mark.parametrize(("column", "value"), [("SEX", "2"), ("PH", "9"), ("HT", "1.75"), ("WT", "7e5"), ("AGE", "-1")])
def test_covariates_in_other_codes_or_units_are_refused(tmp_path: Path, column: str, value: str) -> None:
    text = f"ID,TIME,DV,DVID,{column}\n1,0,100,1,{value}\n"
    with pytest.raises(InputError, match=rf"row 2, {column}"):
        table(tmp_path, text)


def test_a_ph_that_no_case_can_hold_is_told(tmp_path: Path) -> None:
    assert table(tmp_path, "ID,TIME,DV,DVID,PH\n1,0,100,1,1\n").unread == ("PH",)


def test_a_case_takes_no_options_of_a_treatment(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "nonmem", "linder2016", "--patients", "5"]) != 0
    assert "--patients" in capsys.readouterr().err


def test_a_table_is_simulated_from_the_terminal_as_in_python(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "doses.csv"
    assert run(["export", "nonmem", "blinatumomab_rr", "--cycles", "1", "-o", str(table), "--json"]) == 0
    capsys.readouterr()
    asked = ["simulate", str(table), "--days", "10", "--outputs", "blinatumomab_plasma"]
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    found = simulate_table(table, settings=Settings(days=10.0, outputs=("blinatumomab_plasma",)))
    assert told == json.loads(json.dumps(found.to_dict()))
    for more, said in (
        (["--weight", "80"], "--weight belongs to a regimen or protocol"),
        (["--cycles", "2"], "--cycles belongs to a regimen or protocol"),
        (["--subject", "7"], "subject: found '7'"),
    ):
        assert run([*asked, *more]) == 2
        assert said in capsys.readouterr().err
    assert run(["simulate", "blinatumomab_rr", "--subject", "1"]) == 2
    assert "--subject belongs to an event table" in capsys.readouterr().err
