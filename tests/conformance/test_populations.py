"""Every bundled population: schema, sources, honesty of each number, shares as published, patients who can live."""

from __future__ import annotations

from functools import cache

import jsonschema  # type: ignore[import-untyped]
import numpy as np
import pytest
from scipy.stats import binomtest

from trimer.library import list_entries, population, references
from trimer.library.files import HERE, read_toml, schema
from trimer.library.load_calibration import calibrated, described
from trimer.library.load_population import UNITS
from trimer.observables import OBSERVABLES
from trimer.study.population.draw import PopulationSample, draw_population

NAMES = list_entries("populations")
MANY, GROWN = 5000, 200
RARE = 1e-4  # a share this unlikely by chance is another share; seeds are fixed, some thirty shares are looked at
BURDENS = ("marrow_blast_percent", "mrd_marrow")


@cache
def drawn(name: str) -> PopulationSample:
    return draw_population(name, MANY, calibration="")


@cache
def grown(name: str) -> PopulationSample:
    return draw_population(name, GROWN, calibration="", grow=True)


@pytest.mark.parametrize("name", NAMES)
def test_file_obeys_the_schema_and_its_sources_exist(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("population"))
    jsonschema.validate(read_toml(HERE / "populations" / f"{name}.toml"), schema("population"))
    found = population(name)
    assert found.name == name
    assert found.label
    assert found.source in references()
    assert set(found.sources()) <= set(references())


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_honest(name: str) -> None:
    found = population(name)
    for item in (*found.covariates.values(), *found.parameters.values(), *found.effects, *found.correlations):
        if item.kind == "assumed":
            assert item.note or item.where, f"{item} is assumed without a reason"
        else:
            assert item.where, f"{item} does not say where it stands"
        assert item.kind != "measured" or item.source != "trimer", f"{item} cannot be measured by us"


@pytest.mark.parametrize("name", NAMES)
def test_patients_have_what_trials_ask_of_them(name: str) -> None:
    found = population(name)
    assert found.burden in found.covariates
    assert set(found.covariates) == set(UNITS) - set(BURDENS) | {found.burden}
    assert all(item.unit == UNITS[n] for n, item in found.covariates.items())


@pytest.mark.parametrize("name", NAMES)
def test_its_calibration_is_shipped_with_what_it_was_made_of(name: str) -> None:
    draws = calibrated(population(name).calibration)
    about = described(population(name).calibration)
    assert {len(column) for column in draws.values()} == {about["draws"]}
    parameters = {p["name"] for stage in about["stages"].values() for p in stage["parameters"]}
    assert set(draws) == parameters
    found = draw_population(name, about["draws"] + 2)
    assert found.draw.tolist() == [*range(about["draws"]), 0, 1], "each patient has a draw of his own, then again"
    for parameter, values in found.parameters.items():
        assert np.isfinite(values).all(), parameter
        assert (values >= 0.0).all(), parameter


@pytest.mark.parametrize("name", NAMES)
def test_shares_of_classes_are_those_of_the_file(name: str) -> None:
    found = drawn(name)
    seen = 0
    for covariate, item in found.population.covariates.items():
        shares = found.shares(covariate) if item.classes else []
        assert not shares or sum(row["patients"] for row in shares) == MANY, "nobody lies outside the classes"
        for row in shares:
            assert row["expected"] == pytest.approx(row["published"], abs=0.005)
            assert binomtest(int(row["patients"]), MANY, row["expected"]).pvalue > RARE, (covariate, row)
            seen += 1
    assert seen >= 8


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_distributed_as_the_file_says(name: str) -> None:
    found = drawn(name)
    for covariate, item in found.population.covariates.items():
        if item.classes:
            continue
        values = found.covariates[covariate]
        group = found.covariates.get(item.by)
        for cut in np.quantile(values, (0.1, 0.5, 0.9)):
            expected = float(np.mean(item.share((-np.inf, float(cut)), group)))
            assert binomtest(int((values <= cut).sum()), MANY, expected).pvalue > RARE, (covariate, cut)
        assert values.min() >= item.low
        assert values.max() <= item.high


@pytest.mark.parametrize("name", NAMES)
def test_parameters_can_be(name: str) -> None:
    found = drawn(name)
    for parameter, values in found.parameters.items():
        assert np.isfinite(values).all(), parameter
        assert (values >= 0.0).all(), parameter
        if found.known[parameter].distribution == "lognormal":
            assert (values > 0.0).all(), parameter
    for effect in found.population.effects:
        factors = effect.factor(found.covariates[effect.covariate])
        assert factors.std() > 0.0 or found.covariates[effect.covariate].std() == 0.0
    for pair in found.population.correlations:
        r = np.corrcoef(*(np.log(found.parameters[n]) for n in (pair.first, pair.second)))[0, 1]
        assert np.sign(r) == np.sign(pair.r)


@pytest.mark.parametrize("name", NAMES)
def test_patients_enter_alive_and_with_their_disease(name: str) -> None:
    found = grown(name)
    for output, values in found.entry.items():
        assert np.isfinite(values).all(), output
        assert (values >= 0.0).all(), output
    burden = found.population.burden
    wanted, reached = found.covariates[burden], found.entry[burden]
    assert np.corrcoef(np.log(wanted), np.log(reached))[0, 1] > 0.9
    assert found.missed.mean() < 0.2, "most patients enter with the burden drawn"
    assert np.median(found.entry["anc"]) > 0.5
    assert OBSERVABLES[burden].unit == UNITS[burden]


@pytest.mark.parametrize("name", NAMES)
def test_patients_are_themselves_whatever_the_batch(name: str) -> None:
    part = draw_population(name, 3, first=40, calibration="", grow=True).table()
    for column, values in grown(name).table().items():
        np.testing.assert_allclose(part[column], values[40:43], rtol=1e-12, err_msg=column)
