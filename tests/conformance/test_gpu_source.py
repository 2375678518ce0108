"""The gpu backend without a GPU: the same source compiled for this CPU, against the cpu backend."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from trimer.engine.backends import cpu, gpu
from trimer.engine.kernel.c_source import source
from trimer.engine.kernel.cuda import Memory, compiled
from trimer.engine.problem import Events, Problem, System
from trimer.engine.rules import Action, Do, Guard, Lookup, Rules, Transition
from trimer.engine.solution import Solution, Status
from trimer.engine.solve import subset
from trimer.engine.trace import trace
from trimer.model import minimal
from trimer.study.scenario import Scenario, scenario

COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C compiler (cc, gcc or clang) to stand in for a GPU")
CLOSE = 1e-9  # of the median patient
EXACT = 0.01  # of the tolerance, of the worst: steps are chosen by errors, and small errors are made of rounding


class Rehearsal:
    """A GPU of two cores with this machine's memory: what ``kernel.cuda.Device`` does, by a C compiler and threads.

    Its memory holds rubbish until it is written, as a GPU's does.
    """

    name, architecture, compiler = "rehearsal", "host", str(COMPILER)

    def __init__(self, folder: Path, blocks: int = 2, memory: int = 1 << 30) -> None:
        self.folder, self.blocks, self.size = folder, blocks, memory
        self.held: dict[int, Any] = {}
        self.running: list[Future[None]] = []
        self.told: list[list[int]] = []
        self.launches = 0
        self.pool = ThreadPoolExecutor(8)

    def use(self) -> None:
        pass

    def compile(self, text: str) -> bytes:
        place = self.folder / f"{len(list(self.folder.iterdir()))}.c"
        place.write_text(text, encoding="utf-8")
        library = place.with_suffix(".so")
        options = ["-std=c11", "-O1", "-shared", "-fPIC"]
        subprocess.run([str(COMPILER), *options, "-o", str(library), str(place), "-lm"], check=True)
        return str(library).encode()

    def load(self, code: bytes, entry: str) -> Any:
        function = getattr(ctypes.CDLL(code.decode()), entry)
        function.argtypes = [ctypes.c_void_p] * 6 + [ctypes.c_int64] * 2
        function.restype = None
        return function

    def resident(self, function: Any, threads: int) -> int:
        return self.blocks

    def free(self) -> int:
        return self.size

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        held = Memory(self)  # type: ignore[arg-type]  # it has what is asked of a device
        try:
            yield held
        finally:
            wait(self.running)
            for address in held.addresses:
                del self.held[address]

    def take(self, size: int) -> int:
        room = ctypes.create_string_buffer(size)
        ctypes.memset(room, 0xA5, size)
        address = ctypes.addressof(room)
        self.held[address] = room
        return address

    def send(self, array: np.ndarray[Any, Any], address: int) -> None:
        ctypes.memmove(address, array.ctypes.data, array.nbytes)

    def fill(self, address: int, byte: int, size: int) -> None:
        ctypes.memset(address, byte, size)

    def fetch(self, address: int, array: np.ndarray[Any, Any]) -> None:
        ctypes.memmove(array.ctypes.data, address, array.nbytes)

    def start(self, function: Any, blocks: int, threads: int, arguments: Sequence[Any]) -> None:
        self.launches += 1
        structures, room = [ctypes.addressof(a) for a in arguments[:3]], [a.value for a in arguments[3:]]
        outer_first = sorted(range(threads), key=lambda k: min(k, threads - 1 - k))  # the first to run do all the work
        places = [(block, thread) for thread in outer_first for block in range(blocks)]
        go = Event()  # all at once, so that they share the work

        def run(place: tuple[int, int]) -> None:
            go.wait()
            function(*structures, *room, *place)

        self.running = [self.pool.submit(run, place) for place in places]
        go.set()

    def finished(self) -> bool:
        return not wait(self.running, timeout=0.0).not_done

    def tell(self, array: np.ndarray[Any, Any], address: int) -> None:
        self.told.append(array.tolist())
        self.send(array, address)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    made = Rehearsal(tmp_path_factory.mktemp("card"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "device", lambda: made)
        patch.setattr(gpu, "cache", SimpleNamespace(read=lambda key: None, write=lambda key, payload: True))
        gpu.kernel.cache_clear()
        yield made
    gpu.kernel.cache_clear()


def agree(problem: Problem) -> tuple[Solution, Solution]:
    """Solve on both and compare: decisions and failures the same, values to rounding in patients with the same steps.

    A step is now and then accepted on one and rejected on the other, when its error is 1 to the last digits.
    """
    found, expected = gpu.solve(problem), cpu.solve(problem, 1)
    assert found.backend == "gpu"
    np.testing.assert_array_equal(found.status, expected.status)
    same = found.steps == expected.steps
    assert same.mean() > 0.95
    assert np.abs(found.steps - expected.steps).max() <= 2
    np.testing.assert_array_equal(np.isnan(found.values), np.isnan(expected.values))
    size = np.nan_to_num(np.abs(expected.values)).max(axis=1, keepdims=True)
    difference = np.nan_to_num(np.abs(found.values - expected.values)) / np.where(size > 0.0, size, 1.0)
    assert difference[same].max() < EXACT * problem.rtol
    assert np.median(difference.max(axis=(1, 2))) < CLOSE
    assert difference.max() < 10.0 * problem.rtol
    ours, theirs = found.decisions, expected.decisions
    for name in ("count", "rule", "ties"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    np.testing.assert_allclose(ours.time, theirs.time, rtol=0.0, atol=1e-9)
    return found, expected


@pytest.fixture(scope="module")
def stiff() -> Problem:
    place = Path(__file__).parents[2] / "benchmarks" / "engager_25.py"
    spec = importlib.util.spec_from_file_location("engager_25", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Problem = module.problem(70, 1e-6)
    return made


def small(n: int, rules: Rules | None = None) -> Problem:
    """Return patients of the minimal model, each with its own events; some have none."""
    draws = np.random.default_rng(3)
    rows = [[(0.0, 3, i % 7), (7.0, 3, 6.0), (10.0, 0, i % 9), (28.0, 3, 0.0)][i % 5 :] for i in range(n)]
    return Problem(
        system=minimal.SYSTEM,
        y0=np.tile([0.0, 3.0, 100.0], (n, 1)),
        parameters=np.array(list(minimal.TYPICAL.values())) * np.exp(0.3 * draws.standard_normal((n, 7))),
        inputs=np.zeros((n, 1)),
        events=Events.per_patient(rows),
        times=np.linspace(0, 35, 36),
        outputs=(*minimal.STATES, *minimal.SYSTEM.outputs),
        rules=rules,
    )


def blow_up(n: int) -> Problem:
    """Return y' = p y**2 from 1: infinite at 1/p; harmless for p = 0."""
    system = System(
        name="blow_up",
        states=("y",),
        parameters=("p",),
        inputs=(),
        outputs=("twice",),
        rhs=lambda t, y, p, u: {"y": p.p * y.y**2},
        observables=lambda t, y, p, u: {"twice": 2 * y.y},
        scale=(1.0,),
    )
    p = np.where(np.arange(n) % 3 == 1, 1.0, 0.0)[:, None]
    times = np.linspace(0, 2, 21)
    return Problem(system, np.ones((n, 1)), p, np.zeros((n, 0)), Events.shared(n, []), times, ("y", "twice"))


def test_the_stiff_model_agrees(card: Rehearsal, stiff: Problem) -> None:
    found, _ = agree(stiff)
    assert found.ok.all()
    assert found.info["threads"] == 64  # two blocks, although the patients would fill three


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90"])
def test_the_gpu_s_own_compiler_takes_the_source(architecture: str) -> None:
    pytest.importorskip("cuda.bindings.nvrtc", reason="needs the extra gpu (no GPU)")
    text = source(trace(minimal.SYSTEM), gpu.THREADS).text
    assert compiled(text, architecture).startswith(b"\x7fELF")
    with pytest.raises(RuntimeError, match=r'nvrtc says trimer.cu\(.*error: identifier "x" is undefined'):
        compiled("__global__ void f() { x = 1; }", architecture)


def test_the_minimal_model_agrees_whatever_the_parts(card: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small(100)
    whole, _ = agree(problem)
    before = card.launches
    each = sum(whole.values[0].nbytes + a.nbytes // 100 for a in (problem.y0, problem.parameters)) + 200
    monkeypatch.setattr(card, "size", 100_000 + 40 * each)
    parts = gpu.solve(problem)
    assert card.launches - before == parts.info["parts"] > 1
    np.testing.assert_array_equal(parts.values, whole.values)
    np.testing.assert_array_equal(parts.steps, whole.steps)
    assert card.held == {}


def test_an_interrupt_stops_the_card(card: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(card, "finished", interrupted)
    with pytest.raises(KeyboardInterrupt):
        gpu.solve(small(5000))
    assert card.told == [[1 << 62, 1]]
    assert card.held == {}


def test_an_empty_batch_has_an_answer(card: Rehearsal) -> None:
    found = gpu.solve(subset(small(2), []))
    assert found.values.shape == (0, 36, 5)


def test_failures_are_statuses(card: Rehearsal) -> None:
    problem = blow_up(80)
    problem.y0[0], problem.parameters[2] = np.nan, np.nan
    found, _ = agree(problem)
    assert set(found.status.tolist()) >= {Status.OK, Status.NOT_FINITE}
    assert found.status[0] == found.status[2] == Status.NOT_FINITE
    short = gpu.solve(replace(small(3), max_steps=5))
    assert short.status.tolist() == [Status.MAX_STEPS] * 3
    assert np.isnan(short.values[:, -1]).all()


@pytest.fixture(scope="module")
def treated() -> Scenario:
    return scenario("blinatumomab_rr", cycles=1)


def flagship(treated: Scenario, n: int, rules: Rules | None = None) -> Problem:
    outputs = ("marrow_blast_percent", "blasts_blood", "anc", "temperature", "il6", "platelets")
    problem = treated.problem(treated.patients(0, n), np.arange(0.0, 43.0, 0.5), outputs, 1e-5)
    return replace(problem, rules=rules)


# Hold an infusion when the marker has been high for half a day, give it again when it is low, at most thrice.
DOSING = Rules(
    transitions=(
        Transition(
            "hold",
            modes=("on",),
            guards=(Guard("marker", limit=5.0),),
            actions=(
                Action(Do.CHANGE, "infusion", -9.0),
                Action(Do.PUT, "rest", 0.0),
                Action(Do.ADD, "marker", -0.25, delay=0.3),
            ),
            to="off",
            lasting=0.5,
        ),
        Transition(
            "start",
            modes=("off",),
            guards=(Guard("marker", limit=4.0, above=False), Guard(register="rest", limit=2.0)),
            actions=(Action(Do.CHANGE, "infusion", 9.0), Action(Do.COUNT, "given", 1.0)),
            to="on",
        ),
        Transition("stop", modes=("off",), guards=(Guard(register="given", limit=3.0),), to="done"),
    ),
    modes=("off", "on", "done"),
    registers={"rest": 5.0, "given": 0.0},
    clocks={"rest": ("off",)},
)
# A hundred doses ahead are more than are kept.
CROWDED = Rules(
    transitions=(
        Transition("all", actions=tuple(Action(Do.ADD, "drug", 1e-3, delay=0.5 + 0.1 * k) for k in range(100))),
    ),
    modes=("only",),
    registers={},
    clocks={},
    every=7.0,
)


def test_rules_decide_the_same(card: Rehearsal) -> None:
    found, _ = agree(small(200, DOSING))
    assert found.ok.all()
    assert len({found.decisions.of(i) for i in range(200)}) > 10
    assert {name for i in range(200) for _, name in found.decisions.of(i)} == {"start", "hold", "stop"}


def test_too_many_doses_ahead_are_a_status(card: Rehearsal) -> None:
    found, _ = agree(small(4, CROWDED))
    assert found.status.tolist() == [Status.CROWDED] * 4


# Grade the course, keep the worst, pause the infusion, go on with less and with more three days later.
FEVER = Rules(
    transitions=(
        Transition(
            "pause",
            modes=("watch",),
            guards=(Guard("grade", limit=2.0),),
            actions=(Action(Do.KEEP, "worst", signal="grade"), Action(Do.SET, "INPUT", 0.0)),
            to="paused",
        ),
        Transition(
            "resume",
            modes=("paused",),
            guards=(Guard("grade", limit=2.0, above=False), Guard(register="waited", limit=1.25)),
            actions=(
                Action(Do.CANCEL, "INPUT"),
                Action(Do.SET, "INPUT", 9.0),
                Action(Do.SET, "INPUT", 28.0, delay=3.0),
            ),
            to="watch",
        ),
    ),
    modes=("watch", "paused"),
    registers={"worst": 0.0, "waited": 0.0},
    clocks={"waited": ("paused",)},
    lookups=(Lookup("grade", ("temperature", "anc"), ((37.2, 38.0), (0.5,)), (1.0, 0.0, 2.0, 1.0, 3.0, 2.0)),),
    start=0.0,
)


def test_the_flagship_agrees_with_dosing_and_with_rules(card: Rehearsal, treated: Scenario) -> None:
    plain, _ = agree(flagship(treated, 40))
    assert plain.ok.all()
    given = plain_input(treated)
    named = [
        replace(t, actions=tuple(replace(a, target=given) if a.target == "INPUT" else a for a in t.actions))
        for t in FEVER.transitions
    ]
    found, _ = agree(flagship(treated, 40, replace(FEVER, transitions=tuple(named))))
    assert found.ok.all()
    assert found.decisions.count.sum() > 40


def plain_input(treated: Scenario) -> str:
    """Return the name of the input that the treatment's infusions set."""
    return treated.assembly.system.inputs[0]
