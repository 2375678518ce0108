"""The simulated-patient study in small: twins of a handful of patients, sampled in earnest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from trimer.study.twin.recovery import DAYS, LINES, OUTPUTS, SEED, recovery, twin_line
from trimer.study.twin.sampler import Sampling
from trimer.study.twin.virtual_record import meet_all, ward

pytestmark = pytest.mark.slow
FEW = Sampling(walkers=16, warm_up=200, steps=200)


def test_twins_of_a_handful_cover_the_truth_and_a_run_cut_off_is_the_same(tmp_path: Path) -> None:
    recovery(1, folder=tmp_path, sampling=FEW)
    found = recovery(3, folder=tmp_path, sampling=FEW)
    marrow = found["all"]["quantities"]["marrow_blast_percent"]
    assert marrow["days together"]["0.9"]["share"] >= 0.6
    day_0 = marrow["days"][0]
    assert day_0["share"] >= 2.0 / 3.0
    assert day_0["contraction, median"] > 0.8
    assert found["unsolved draws"] == 0
    assert found["seconds"]["most"] < 300.0

    hospital = ward()
    met, _ = meet_all(hospital, SEED, 3, DAYS, OUTPUTS)
    again = json.loads(json.dumps(twin_line(hospital, met[1], replace(FEW, seed=SEED + 1))))
    line = json.loads((tmp_path / LINES).read_text().splitlines()[2])
    assert again["quantities"] == line["quantities"]
    assert again["response"] == line["response"]
