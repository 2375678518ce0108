"""``trimer fit`` and ``trimer forecast``: what is said first, tables, figures, JSON, interrupts, bad input."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twin_sample import bands_once, scored_once, segment, twin

from trimer.cli import BAD_INPUT, INTERRUPTED, run
from trimer.cli.fit import OPTIONS
from trimer.errors import InputError
from trimer.report import forecast_figure, twin_figure
from trimer.study.twin import forecast as forecast_module
from trimer.study.twin import run as run_module
from trimer.study.twin.forecast import Forecast
from trimer.study.twin.posterior import Mixing
from trimer.study.twin.run import Twin
from trimer.study.twin.view import Learned, bands, error_limits, learned, paths, worst

Call = Callable[..., tuple[int, str, str]]
TINY = ("--walkers", "8", "--warm-up", "100", "--steps", "100", "--until", "e28")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines as in a wide terminal, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def invoke(*args: object) -> tuple[int, str, str]:
        code = run([*map(str, args)])
        out, err = capsys.readouterr()
        return code, out, err

    return invoke


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let a fit answer with a made-up twin, and keep what it was asked."""
    asked: dict[str, Any] = {"rhat": 1.01}

    def instead(case: str, **settings: Any) -> Twin:
        asked.update(settings, case=case)
        return twin(rhat=asked["rhat"])

    monkeypatch.setattr(run_module, "fit", instead)
    monkeypatch.setattr(forecast_module, "fit", instead)
    monkeypatch.setattr(forecast_module, "scored", scored_once)
    monkeypatch.setattr(forecast_module, "segment_of", lambda _case, until, _population: segment(until))
    for module in (twin_figure, forecast_figure):
        monkeypatch.setattr(module, "bands", bands_once)
    monkeypatch.setattr(twin_figure, "scored", scored_once)
    return asked


def one_line(err: str) -> bool:
    return err.startswith("trimer: ") and err.count("\n") == 1 and "Traceback" not in err


# ---- what is said


def test_the_first_line_says_whether_the_walkers_agree(fitted: dict[str, Any], call: Call) -> None:
    code, out, _ = call("fit", "linder2016", "--until", "e28")
    assert code == 0
    assert out.startswith("Converged: all ")
    assert "(worst 1.010)" in out.splitlines()[0]
    assert "NOT CONVERGED" not in out
    fitted["rhat"] = 1.2
    for command in ("fit", "forecast"):
        _, out, _ = call(command, "linder2016", "--until", "e28")
        assert out.startswith("NOT CONVERGED: of ")
        assert "worst R-hat 1.20" in out.splitlines()[0]


def test_a_fit_says_what_it_used_what_it_learned_and_what_would_be_measured(
    fitted: dict[str, Any], call: Call, tmp_path: Path
) -> None:
    code, out, err = call("fit", "linder2016", "--until", "e28", "--seed", 0, "--keep", tmp_path, "--resume")
    assert (code, err) == (0, "")
    assert fitted | {"case": "linder2016", "until": "e28", "seed": 0, "keep": tmp_path, "resume": True} == fitted
    known, later = len(twin().segment.known), len(twin().segment.later)
    assert f"Fitted to {known} data of 2015-01-06 to 2015-03-20" in out
    assert f"{later} data after 2015-03-20 were not used." in out
    assert re.search(r"crs_frailty +1 \(0\.369 to 2\.71\) .*\+1\.5 +6\d %", out)
    assert re.search(r"\d+ of 55 parameters it did not move", out)
    assert re.search(r"Platelets on 2015-03-20 +1\.010 +450", out)
    assert re.search(rf"Observations: \d+ of {known} within their 90 % interval", out)
    assert re.search(r"2015-01-06 +Marrow blasts, % +43 ", out)
    assert "2015-11-26 " not in out.partition("Observations")[2], "nothing that was not used"
    assert "never advice for a patient" in out
    assert out.splitlines()[-1] == f"Walkers: {tmp_path}"


def test_a_forecast_is_scored_against_what_happened(fitted: dict[str, Any], call: Call) -> None:
    code, out, _ = call("forecast", "linder2016", "--until", "e28", "--population", "model")
    assert code == 0
    assert fitted["population"] == "model"
    later = len(twin().segment.later)
    assert "Forecast of linder2016 from 2015-03-20" in out
    assert re.search(rf"\d+ of {later} within their 90 % interval; mean CRPS of 5 values \d+\.\d stand", out)
    assert re.search(r"Brier score 0\.\d\d of 3 stated probabilities", out)
    assert re.search(r"2016-02-04 +CD19-dim share of blasts, % +> 50 ", out)
    assert re.search(r"Marrow blasts at most 5 % on 2015-08-12 +\d+ % \(\d+ to \d+\) +yes", out)
    assert re.search(r"Marrow blasts at most 5 % on 2016-02-04 +\d+ % \(\d+ to \d+\) +no", out)
    assert "2015-01-06   Marrow" not in out, "nothing that was known"
    assert "given as it was recorded" in out


def test_json_is_all_there_is(fitted: dict[str, Any], call: Call) -> None:
    code, out, err = call("fit", "linder2016", "--json", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["schema"] == "trimer/twin/1"
    assert found["converged"] is True
    assert found["parameters"]["crs_frailty"]["shift"] == pytest.approx(1.5, abs=0.1)
    assert {row["role"] for row in found["rows"]} == {"fitted"}
    assert found["fitted"] == len(found["data"]) == len(found["rows"])
    assert "advice" in found["notice"]
    code, out, _ = call("forecast", "linder2016", "--until", "e28", "--json", "--quiet")
    told = json.loads(out)
    assert (code, told["schema"], told["until"]) == (0, "trimer/forecast/1", "2015-03-20")
    assert told["foretold"] == sum(row["role"] == "foretold" for row in told["rows"])


def test_figures_are_written_and_named(fitted: dict[str, Any], call: Call, tmp_path: Path) -> None:
    code, out, _ = call("fit", "linder2016", "--until", "e28", "--figure", tmp_path / "twin.svg")
    assert code == 0
    written = [tmp_path / "twin.svg", tmp_path / "twin-walkers.svg"]
    assert [line for line in out.splitlines() if line.startswith("Figure")] == [f"Figure: {p}" for p in written]
    page, walkers = (path.read_text(encoding="utf-8") for path in written)
    told = ("The twin of linder2016, fitted to its record until 2015-03-20", "Converged: worst R-hat 1.010")
    for words in (*told, "Marrow blasts", "Temperature", "crs_frailty", "population given the same", "never advice"):
        assert words in page, words
    assert "not known then" not in page
    assert "Platelets on 2015-03-20" in walkers
    code, out, _ = call("forecast", "linder2016", "--until", "e28", "--figure", tmp_path / "forecast.svg")
    assert code == 0
    drawn = (tmp_path / "forecast.svg").read_text(encoding="utf-8")
    for words in ("Forecast of linder2016 from 2015-03-20", "not known then", "probability", "2016-02-04", "CD19-dim"):
        assert words in drawn, words


# ---- interrupts and bad input


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "nothing was kept; --keep DIR keeps finished blocks"), (("--keep", "twin"), "--resume goes on")],
)
def test_an_interrupt_says_how_to_go_on(
    options: tuple[str, ...], said: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any, **__: Any) -> Twin:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "fit", stopped)
    monkeypatch.setattr(forecast_module, "fit", stopped)
    for command in ("fit", "forecast"):
        code, out, err = call(command, "linder2016", "--until", "e28", "--quiet", *options)
        assert (code, out) == (INTERRUPTED, "")
        assert one_line(err.lstrip())
        assert said in err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("fit", "nobody"), "nobody"),
        (("fit", "linder2016", "--until", "e99"), "an event of the record"),
        (("fit", "linder2016", "--until", "2014-03"), "nothing observed"),
        (("fit", "linder2016", "--walkers", "7"), "8 or more"),
        (("fit", "linder2016", "--steps", "110"), "blocks of 50"),
        (("fit", "linder2016", "--seed", "-1"), "seed"),
        (("fit", "linder2016", "--error-scale", "0"), "above zero"),
        (("fit", "linder2016", "--error-scale", "nan"), "above zero"),
        (("fit", "linder2016", "--population", "nobody"), "population"),
        (("fit", "linder2016", "--resume"), "--keep"),
        (("fit", "linder2016", "--figure", "twin.gif"), ".svg, .png, .pdf"),
        (("forecast", "linder2016"), "--until"),
        (("forecast", "linder2016", "--until", "e38"), "the record ends 2016-03"),
    ],
)
def test_bad_input_is_one_line_before_anything_is_sampled(args: tuple[str, ...], said: str, call: Call) -> None:
    code, out, err = call(*args, "--quiet")
    assert (code, out) == (BAD_INPUT, "")
    assert one_line(err), err
    assert said in err


def test_a_forecast_is_of_the_twin_that_knows_just_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_module, "scored", lambda found: Forecast(found, "", (), ()))
    for same in ("e28", "2015-03-20"):  # whatever happened on that day is known either way
        assert forecast_module.forecast("linder2016", same, twin=twin()).twin is twin()
    found = "found a twin of linder2016 that knows the record until 2015-03-20"
    for other, day in (("2015-02-16", "2015-02-16"), ("e33", "2015-09-22")):
        with pytest.raises(InputError, match=f"{found}, expected a twin of linder2016 .* until {day}"):
            forecast_module.forecast("linder2016", other, twin=twin())


def test_defaults_told_are_those_of_the_fit() -> None:
    known = inspect.signature(run_module.fit).parameters
    from trimer.cli.fit import fit_command

    for parameter in fit_command.params:
        told = re.search(r"\[([\w.]+)\]$", getattr(parameter, "help", None) or "")
        if told and parameter.name in ("population", "walkers", "warm_up", "steps", "seed", "error_scale"):
            assert told[1] == f"{known[parameter.name].default}", parameter.name
    assert len(OPTIONS) == 9


# ---- what is shown


def test_what_was_learned_is_told_most_first() -> None:
    found = learned(twin())
    assert found[0].name == "crs_frailty"
    assert [item.gain for item in found] == sorted((item.gain for item in found), reverse=True)
    assert found[0].shift == pytest.approx(1.5, abs=0.1)
    assert found[0].shrinkage == pytest.approx(1.0 - 0.32, abs=0.05)
    low, middle, high = found[0].prior
    assert (low * high) ** 0.5 == pytest.approx(middle)
    assert low < middle < high
    there = next(item for item in found if item.name == "dim_presence")
    assert len(set(there.posterior)) == 1
    assert 0.0 < there.posterior[0] < 1.0


def item(shift: float, shrinkage: float) -> Learned:
    return Learned("x", "1", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), shift, shrinkage, Mixing(1.0, 900.0))


def test_the_information_gained_is_the_divergence_of_normals() -> None:
    assert item(0.0, 0.0).gain == pytest.approx(0.0)
    assert item(0.0, 0.5).gain == pytest.approx(0.5 * (0.25 - 1.0 + 2.0 * 0.6931472) / 0.6931472, rel=1e-6)
    assert item(1.0, 0.0).gain == pytest.approx(0.5 / 0.6931472, rel=1e-6)
    assert not item(0.2, 0.05).moved
    assert item(-0.3, 0.05).moved
    assert item(0.0, 0.2).moved


def test_bands_are_quantiles_of_draws_and_the_population_is_wider() -> None:
    found = bands(twin(), 450.0, draws=32)
    assert found.days[0] == 330.0
    assert found.days[-1] < 450.0
    for name in ("marrow_blast_percent", "platelets", "temperature"):
        low, middle, high = found.posterior[name]
        assert (low <= middle).all()
        assert (middle <= high).all()
    width = {k: b["anc"][2, 10] / b["anc"][0, 10] for k, b in (("twin", found.posterior), ("anybody", found.prior))}
    assert width["twin"] < width["anybody"]
    assert found.close == (392.0, 407.0)


def test_an_error_bar_is_ninety_per_cent_of_the_error_on_its_scale() -> None:
    rows = {(r.event, r.observable): r for r in scored_once(twin()).rows}
    low, high = error_limits(rows["e28", "platelets"], 1.5)
    assert (low * high) ** 0.5 == pytest.approx(247.0)
    assert high / low == pytest.approx(2.718281828 ** (2 * 1.644854 * 1.5 * 0.25), rel=1e-4)
    low, high = error_limits(rows["e19", "marrow_blast_percent"], 1.0)
    assert 0.0 < low < 43.0 < high < 100.0
    assert error_limits(rows["e23", "hypotension"], 1.5) == (2.0, 3.0)


def test_paths_shown_are_of_what_mixes_worst() -> None:
    found = paths(twin(rhat=1.2), 3)
    assert len(found) == 3
    assert next(iter(found)) == next(iter(worst(twin(rhat=1.2), 3))) == "platelets on 2015-03-20"
    assert all(values.shape == (8, 6) for values in found.values())


def test_of_the_whole_record_nothing_is_foretold(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Forecast = scored_once(twin(None))
    assert whole.coverage("foretold") == (0, 0)
    assert whole.crps is None
    assert whole.brier is None
    monkeypatch.setattr(twin_figure, "scored", scored_once)
    monkeypatch.setattr(twin_figure, "bands", bands_once)
    content = twin_figure.content_of(twin(None))
    assert {row.role for row in content.rows} == {"fitted"}
    assert content.bands.days[-1] < twin().segment.setting.end, "no further than the record"


# ---- all of it


@pytest.mark.slow
def test_a_fit_cut_off_goes_on_to_the_same_answer(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trimer.study.twin import sampler

    write = sampler._write

    def stopping(folder: Path, mark: dict[str, Any], state: Any) -> None:
        write(folder, mark, state)
        if state.at == 150:
            raise KeyboardInterrupt

    whole = json.loads(call("fit", "linder2016", *TINY, "--quiet", "--json")[1])
    with monkeypatch.context() as patch:
        patch.setattr(sampler, "_write", stopping)
        code, _, err = call("fit", "linder2016", *TINY, "--quiet", "--keep", tmp_path)
    assert code == INTERRUPTED
    assert "--resume goes on" in err
    again = json.loads(call("fit", "linder2016", *TINY, "--quiet", "--json", "--keep", tmp_path, "--resume")[1])
    assert again == whole
    assert not whole["converged"], "far too short"
