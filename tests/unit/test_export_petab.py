"""The PEtab export: valid, the prior and the start of a twin kept exactly, whole or not at all, clear refusals."""

from __future__ import annotations

import json
import logging
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import libsbml
import numpy as np
import petab.v1 as petab_tool
import pytest
from petab.v1.math import sympify_petab
from petab_sample import TEXT
from scipy.special import log_ndtr
from sympy import Symbol
from test_study_export_sbml import remarks

from trimer.cli import run
from trimer.errors import CaseError, InputError
from trimer.model import leukaemia
from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.study.cases import case_of
from trimer.study.export.petab_likelihood import _RATE, _TAIL_SERIES, likelihood_of
from trimer.study.export.petab_prior import free_parameters, places
from trimer.study.export.petab_problem import PetabExport, petab
from trimer.study.export.petab_start import start_formulas
from trimer.study.likelihood import Datum
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.segment import Segment, segment_of


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("case") / "short.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def short(file: Path) -> Case:
    return load_case(file)


@pytest.fixture(scope="module")
def exported(short: Case) -> PetabExport:
    return petab(short)


@cache
def reference() -> PetabExport:
    return petab("linder2016")


@cache
def segment() -> Segment:
    return segment_of("linder2016", None, POPULATION)


def rows(export: PetabExport, name: str) -> list[dict[str, str]]:
    head, *lines = [line.split("\t") for line in export.files[name].splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def loaded(export: PetabExport, folder: Path) -> Any:
    return petab_tool.Problem.from_yaml(str(export.write(folder)))


# ---- valid


@pytest.mark.parametrize("which", ["short", "reference"])
def test_petabs_own_validator_has_nothing_against_it(
    which: str, exported: PetabExport, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    problem = loaded(exported if which == "short" else reference(), tmp_path / "twin")
    with caplog.at_level(logging.WARNING):
        assert petab_tool.lint_problem(problem) is False
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_the_validator_would_see_a_fault(exported: PetabExport, tmp_path: Path) -> None:
    folder = exported.write(tmp_path / "twin").parent
    table = folder / "measurements.tsv"
    table.write_text(table.read_text().replace("observed_platelets\t", "observed_plates\t"))
    assert petab_tool.lint_problem(petab_tool.Problem.from_yaml(str(folder / "problem.yaml"))) is True


@pytest.mark.parametrize("which", ["short", pytest.param("reference", marks=pytest.mark.slow)])
def test_libsbml_has_no_remark_on_the_model(which: str, exported: PetabExport) -> None:
    assert remarks((exported if which == "short" else reference()).files["model.xml"]) == []


def test_the_same_case_gives_the_same_files(short: Case, exported: PetabExport) -> None:
    assert petab(short).files == exported.files


# ---- what is in it


def test_every_datum_of_a_fit_is_a_measurement_at_its_time(exported: PetabExport) -> None:
    known = segment().known
    found = rows(reference(), "measurements.tsv")
    assert [row["datasetId"] for row in found] == [datum.event for datum in known]
    assert [float(row["time"]) for row in found] == [datum.day - segment().assembly.start for datum in known]
    assert (reference().exact, reference().bounds) == (9, 16)
    assert reference().silent == ()
    assert exported.silent == ("e03 blood_blast_percent",)


def test_what_is_estimated_is_what_a_fit_varies(exported: PetabExport) -> None:
    prior = segment().prior
    assert len(reference().estimated) == len(prior.names)
    assert {"own_t_marrow_0", "logit_pd1_inhibition", "k_kill"} <= set(reference().estimated)
    assert "dim_presence" not in " ".join(exported.estimated)  # present or absent: not a number to estimate


def test_priors_of_the_table_are_those_of_the_twin() -> None:
    table = {row["parameterId"]: row for row in rows(reference(), "parameters.tsv")}
    item = segment().prior.items["k_kill"]
    centre, sd = map(float, table["k_kill"]["objectivePriorParameters"].split(";"))
    assert (centre, sd) == (math.log(item.value), item.spread)
    assert table["k_kill"]["objectivePriorType"] == "parameterScaleNormal"
    assert table["k_kill"]["parameterScale"] == "log"
    assert float(table["k_kill"]["nominalValue"]) == item.value
    assert float(table["k_kill"]["upperBound"]) == pytest.approx(item.value * math.exp(8.0 * item.spread))


def without_units(formula: str) -> str:
    """Return an SBML formula as PEtab reads it: numbers lose their units."""
    return re.sub(r"(\d) [A-Za-z]\w*", r"\1", formula)


def computed(formula: str, values: dict[str, float]) -> float:
    return float(sympify_petab(without_units(formula)).subs({Symbol(name, real=True): x for name, x in values.items()}))


def test_the_models_parameters_follow_from_those_of_the_problem_exactly() -> None:
    prior = segment().prior
    z = np.random.default_rng(7).standard_normal((5, len(prior.names)))
    free = free_parameters(prior)
    units = dict.fromkeys((parameter.id for parameter in free), "unit")
    columns = prior.columns(z)
    for k in range(len(z)):
        wanted = {name: float(column[k]) for name, column in columns.items()}
        assert list(places(prior, wanted).values()) == pytest.approx(z[k].tolist(), abs=1e-9)
        point = reference().point(wanted)
        for parameter in free:
            value = computed(parameter.formula(units), point) if parameter.derived else point[parameter.id]
            assert value == pytest.approx(wanted[parameter.item.name], rel=1e-12)


@pytest.mark.parametrize("shift", [0.0, 5.0])  # far out, shares of clones reach their limits
def test_the_start_of_the_model_follows_its_parameters(shift: float) -> None:
    assembly, prior = segment().assembly, segment().prior
    units = dict.fromkeys(assembly.parameters, "unit")
    formulas = start_formulas(assembly.parameters, units, assembly.terms)
    z = np.random.default_rng(3).standard_normal((4, len(prior.names))) + shift
    full = prior.columns(z)
    for k in range(len(z)):
        values = {name: float(full[name][k]) for name in assembly.parameters}
        begin = leukaemia.initial(values, assembly.terms)
        for state, value in begin.items():
            found = computed(formulas[state], values) if state in formulas else value
            assert found == pytest.approx(value, rel=1e-12, abs=1e-15), state
    assert "min(dim_fraction, 1.0 unit)" in formulas["blasts_marrow_dim"]


def test_the_tail_of_the_normal_distribution_is_as_exact_as_is_said() -> None:
    s = np.concatenate([np.linspace(0.0, 40.0, 40001), np.geomspace(40.0, 1e4, 200)])
    u = 1.0 / (1.0 + _RATE * s)
    series = np.polynomial.polynomial.polyval(u, _TAIL_SERIES)
    error = np.log(u) + series - 0.5 * s**2 - log_ndtr(-s)
    assert np.abs(error[:40001]).max() < 2.2e-9
    assert np.abs(error / log_ndtr(-s)).max() < 4e-9


def test_noise_and_constant_of_a_problem_follow_the_errors() -> None:
    data = (Datum("e1", "wbc", 3.0, 2.0, 2.0), Datum("e1", "wbc", 3.0, 1.0, math.inf))
    found = likelihood_of(data, 2.0)
    assert found.noises == {"noise_wbc": pytest.approx(0.4), "noise_of_bounds": 4.0}
    exact = -0.5 * math.log(2.0 * math.pi * 0.4**2) - math.log(2.0)
    assert found.constant == pytest.approx(exact - math.log(8.0))


# ---- choices


def test_parameters_that_are_not_chosen_are_held(short: Case) -> None:
    made = petab(short, parameters=["k_growth", "t_marrow_0"], changes={"k_kill": 2.5, "k_growth": 0.12})
    table = {row["parameterId"]: row for row in rows(made, "parameters.tsv")}
    assert made.estimated == ("own_t_marrow_0", "k_growth")
    assert (table["k_growth"]["estimate"], table["k_kill"]["estimate"]) == ("1", "0")
    assert (float(table["k_growth"]["nominalValue"]), float(table["k_kill"]["nominalValue"])) == pytest.approx(
        (0.12, 2.5)
    )
    assert table["k_kill"]["objectivePriorType"] == ""
    assert float(libsbml_value(made, "k_kill")) == pytest.approx(2.5)


def libsbml_value(export: PetabExport, name: str) -> float:
    document = libsbml.readSBMLFromString(export.files["model.xml"])
    return float(document.getModel().getParameter(name).getValue())


def test_a_settled_fact_can_be_chosen(short: Case) -> None:
    assert libsbml_value(petab(short), "dim_presence") == 0.0
    assert libsbml_value(petab(short, changes={"dim_presence": 1.0}), "dim_presence") == 1.0


def test_a_record_is_used_up_to_a_date() -> None:
    early = petab("linder2016", until="2015-02-20")
    known = segment_of("linder2016", "2015-02-20", POPULATION).known
    assert early.exact + early.bounds == len(known) < len(segment().known)


# ---- whole or not at all


def test_it_is_written_whole_or_not_at_all(
    exported: PetabExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        with pytest.raises(InputError, match="No space left on device"):
            exported.write(tmp_path / "twin")
    assert list(tmp_path.iterdir()) == []
    assert exported.write(tmp_path / "twin") == tmp_path / "twin" / "problem.yaml"
    assert {path.name for path in (tmp_path / "twin").iterdir()} == set(exported.files)
    with pytest.raises(InputError, match="there already"):
        exported.write(tmp_path / "twin")
    with pytest.raises(InputError, match="a folder that exists"):
        exported.write(tmp_path / "nowhere" / "twin")


def test_an_empty_folder_will_do(exported: PetabExport, tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    assert exported.write(tmp_path / "twin").is_file()


# ---- refusals


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"parameters": ["k_grwth"]}, "k_growth"),
        ({"parameters": []}, "at least one"),
        ({"changes": {"k_kll": 1.0}}, "k_kill"),
        ({"changes": {"k_kill": -1.0}}, "above zero"),
        ({"changes": {"pd1_inhibition": 1.0}}, "between 0 and 1"),
        ({"changes": {"k_kill": 1e9}}, "standard deviations"),
        ({"changes": {"k_kill": math.nan}}, "finite"),
        ({"error_scale": 0.0}, "factor above zero"),
        ({"population": "adult_rr_bal"}, "adult_rr_ball"),
        ({"until": "2014"}, "nothing observed"),
    ],
)
def test_what_cannot_be_is_refused(short: Case, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        petab(short, **settings)


def test_a_case_with_nothing_to_fit_or_of_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="linder2016"):
        petab("linder2061")
    path = tmp_path / "none.yaml"
    path.write_text(
        TEXT[: TEXT.index("realisation:")]
        .replace("given:", "notes:")
        .replace("- {drug: blinatumomab, rate: 9 ug/day, route: civ}", "- {text: planned}"),
        encoding="utf-8",
    )
    with pytest.raises(CaseError, match="no engager"):
        petab(case_of(path))


# ---- terminal


def test_the_command_writes_and_tells(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "petab", str(file), "-o", str(tmp_path / "a"), "--parameters", "k_kill, k_growth"]) == 0
    text = capsys.readouterr().out
    assert "2 parameters to estimate" in text
    assert "Not in it: e03 blood_blast_percent" in text
    assert run(["export", "petab", str(file), "-o", str(tmp_path / "b"), "--set", "k_kill=2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "trimer/export-petab/1"
    assert Path(found["file"]).is_file()
    assert found["lost"]
    assert run(["export", "petab", str(file), "-o", str(tmp_path / "b")]) == 2
    assert "there already" in capsys.readouterr().err
