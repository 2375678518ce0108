"""The loop that leads W patients in lock-step through the kernel, each with its own time, step size and events.

Everything with arithmetic on states is in the kernel (vector code); this loop looks after a few numbers a lane: time,
step size, next event, next output. A lane whose patient is finished takes the next one from a queue that all threads
share, so that no lane idles. A lane never reads another lane: results do not depend on the batch, lane or threads.

All that Numba compiles stands in this one file, because Numba's cache looks at no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

OK, MAX_STEPS, STEP_TOO_SMALL, NOT_FINITE = 0, 1, 2, 3  # values of trimer.engine.solution.Status
ORDER = 5.0
SAFETY, SHRINK, GROW = 0.9, 0.2, 6.0
CALM = 1e-4  # least error remembered by the controller, and the one it starts from
RESOLUTION = 1e-14  # smallest step, relative to time and to the whole time

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])


class Entries(NamedTuple):
    """Addresses of the kernel's functions, in the order of ``module.ENTRIES``."""

    prepare: int
    slope: int
    step: int
    interpolate: int
    observe: int
    advance: int


class Rows(NamedTuple):
    """First rows of the workspace's blocks that the loop reads or writes; see ``layout.BLOCKS``."""

    y: int
    parameters: int
    inputs: int
    h: int
    theta: int
    accepted: int
    error: int
    f: int
    tolerance: int
    rtol: int


class Batch(NamedTuple):
    """The problem as arrays, the queue and the results; shared by all threads."""

    y0: Floats  # (n_patients, n_states)
    parameters: Floats  # (n_patients, n_parameters)
    inputs: Floats  # (n_patients, n_inputs)
    first_event: Integers  # (n_patients,)
    last_event: Integers  # (n_patients,) one past the last
    event_time: Floats  # (n_rows,)
    event_target: Integers  # (n_rows,)
    event_value: Floats  # (n_rows,)
    times: Floats  # (n_times,)
    wanted: Integers  # (n_outputs,) row of the workspace of each output
    observing: bool  # whether any of them is an observable
    max_steps: int
    queue: Integers  # (1,) next patient
    values: Floats  # (n_patients, n_times, n_outputs)
    status: Integers  # (n_patients,)
    steps: Integers  # (n_patients,)


class Lanes(NamedTuple):
    """One thread's lanes, each array of shape (W,)."""

    patient: Integers  # -1: idle
    t: Floats
    h: Floats  # of the trial step
    wish: Floats  # step size wanted next
    before: Floats  # error of the last accepted step
    until: Floats  # next event or the end; after an accepted step, the end of that step
    event: Integers
    output: Integers
    trials: Integers
    restart: Integers  # 1 after an event
    rejected: Integers  # 1 after a rejected step


def _call(typingctx: Any, address: Any, workspace: Any) -> Any:
    """Call the kernel function at ``address`` on the workspace at ``workspace``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = ir.PointerType(ir.IntType(8))
        kind = ir.FunctionType(ir.VoidType(), [pointer])
        function = builder.inttoptr(arguments[0], kind.as_pointer())
        builder.call(function, [builder.inttoptr(arguments[1], pointer)])
        return context.get_dummy_value()

    return types.void(types.intp, types.intp), generate


def _take(typingctx: Any, counter: Any) -> Any:
    """Add one to the 64-bit integer at ``counter``, atomically, and return what it was."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw("add", pointer, ir.IntType(64)(1), "monotonic")

    return types.int64(types.intp), generate


call: Any = intrinsic(_call)
take: Any = intrinsic(_take)


def _part(function: F) -> F:
    """Compile as a part of :func:`drive`: without a Python entry of its own."""
    decorate: Any = numba.njit
    compiled: F = decorate(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return compiled


def _whole(function: F) -> F:
    """Compile without the interpreter's lock, kept on disk where there is a place for it."""
    options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    decorate: Any = numba.njit
    compiled: F
    try:
        compiled = decorate(cache=True, **options)(function)
    except RuntimeError:  # no place to keep it: compiled again in each process
        compiled = decorate(**options)(function)
    return compiled


@_part
def _refill(batch: Batch, rows: Rows, lanes: Lanes, work: Floats) -> bool:
    """Give idle lanes the next patients; tell whether any got one."""
    filled = False
    for lane in range(lanes.patient.size):
        if lanes.patient[lane] >= 0 or batch.queue[0] >= batch.y0.shape[0]:
            continue
        i = take(batch.queue.ctypes.data)
        if i >= batch.y0.shape[0]:
            continue
        filled = True
        lanes.patient[lane], lanes.t[lane], lanes.restart[lane] = i, batch.times[0], 1
        lanes.event[lane], lanes.output[lane], lanes.trials[lane] = batch.first_event[i], 0, 0
        for k in range(batch.y0.shape[1]):
            work[rows.y + k, lane] = batch.y0[i, k]
        for k in range(batch.parameters.shape[1]):
            work[rows.parameters + k, lane] = batch.parameters[i, k]
        for k in range(batch.inputs.shape[1]):
            work[rows.inputs + k, lane] = batch.inputs[i, k]
    return filled


@_part
def _apply_events(batch: Batch, rows: Rows, lanes: Lanes, work: Floats) -> bool:
    """Apply the events now due and find each lane's next stop; tell whether any changed an input."""
    changed = False
    n_states, end = batch.y0.shape[1], batch.times[-1]
    for lane in range(lanes.patient.size):
        i = lanes.patient[lane]
        if i < 0:
            continue
        row, last = lanes.event[lane], batch.last_event[i]
        while row < last and batch.event_time[row] <= lanes.t[lane]:
            target = batch.event_target[row]
            if target < n_states:
                work[rows.y + target, lane] += batch.event_value[row]
            else:
                work[rows.inputs + target - n_states, lane] = batch.event_value[row]
                changed = True
            row += 1
            lanes.restart[lane] = 1
        lanes.event[lane] = row
        lanes.until[lane] = min(end, batch.event_time[row]) if row < last else end
    return changed


@_part
def _write(batch: Batch, entries: Entries, rows: Rows, lanes: Lanes, work: Floats, inside: bool) -> None:
    """Write the outputs that fall inside the accepted steps, or (not ``inside``) at the present times."""
    address = work.ctypes.data
    while True:
        due = False
        for lane in range(lanes.patient.size):
            work[rows.theta, lane] = 0.0
            if lanes.patient[lane] >= 0 and lanes.output[lane] < batch.times.size:
                time = batch.times[lanes.output[lane]]
                if not inside:
                    due = due or time <= lanes.t[lane]
                elif work[rows.accepted, lane] > 0.0 and time < lanes.until[lane]:
                    work[rows.theta, lane] = (time - lanes.t[lane]) / lanes.h[lane]
                    due = True
        if not due:
            return
        call(entries.interpolate, address)
        if batch.observing:
            call(entries.observe, address)
        for lane in range(lanes.patient.size):
            i, k = lanes.patient[lane], lanes.output[lane]
            if i < 0 or k == batch.times.size:
                continue
            if work[rows.theta, lane] > 0.0 or (not inside and batch.times[k] <= lanes.t[lane]):
                for j in range(batch.wanted.size):
                    batch.values[i, k, j] = work[batch.wanted[j], lane]
                lanes.output[lane] += 1


@_part
def _first_steps(batch: Batch, rows: Rows, lanes: Lanes, work: Floats) -> None:
    """Choose a step after an event: a tenth of the time in which the states change by their own size."""
    for lane in range(lanes.patient.size):
        if lanes.patient[lane] < 0 or lanes.restart[lane] == 0:
            continue
        size, speed = 0.0, 0.0
        for k in range(batch.y0.shape[1]):
            y = work[rows.y + k, lane]
            scale = work[rows.tolerance + k, lane] + work[rows.rtol, lane] * abs(y)
            size += (y / scale) ** 2
            speed += (work[rows.f + k, lane] / scale) ** 2
        lanes.wish[lane] = 0.1 * np.sqrt(size / speed) if size > 1e-10 and speed > 1e-10 else 1e-6
        lanes.before[lane], lanes.restart[lane], lanes.rejected[lane] = CALM, 0, 0


@_part
def _choose_steps(rows: Rows, lanes: Lanes, work: Floats) -> None:
    """Set the trial steps: as wished, stretched or halved so that stops are met without a sliver before them."""
    for lane in range(lanes.patient.size):
        if lanes.patient[lane] >= 0:
            left, h = lanes.until[lane] - lanes.t[lane], lanes.wish[lane]
            if h * 1.0001 >= left:
                h = left
            elif 2.0 * h > left:
                h = 0.5 * left
            work[rows.h, lane] = lanes.h[lane] = h


@_part
def _accept(rows: Rows, lanes: Lanes, work: Floats, lane: int) -> None:
    """Take the step; the next size follows the last two errors (PI controller)."""
    error, h, wish = work[rows.error, lane], lanes.h[lane], lanes.wish[lane]
    work[rows.accepted, lane] = 1.0
    factor = SAFETY * max(error, 1e-10) ** (-0.7 / ORDER) * lanes.before[lane] ** (0.4 / ORDER)
    factor = min(GROW, max(SHRINK, factor))
    if lanes.rejected[lane]:
        factor = min(factor, 1.0)
    # a step cut short by a stop says little about a longer one: the size wished for still counts
    lanes.wish[lane] = max(h * factor, wish * min(1.0, factor)) if h < wish else h * factor
    lanes.rejected[lane], lanes.before[lane] = 0, max(error, CALM)
    if h != lanes.until[lane] - lanes.t[lane]:
        lanes.until[lane] = lanes.t[lane] + h


@_part
def _judge(batch: Batch, rows: Rows, lanes: Lanes, work: Floats) -> None:
    """Accept or reject each lane's trial step, and choose the next size."""
    least = RESOLUTION * (batch.times[-1] - batch.times[0])
    for lane in range(lanes.patient.size):
        work[rows.accepted, lane] = 0.0
        i = lanes.patient[lane]
        if i < 0:
            continue
        error = work[rows.error, lane]
        lanes.trials[lane] += 1
        if error <= 1.0:
            _accept(rows, lanes, work, lane)
            batch.steps[i] += 1
        else:
            finite = error < 1e30  # false for NaN
            factor = min(1.0, max(SHRINK, SAFETY * error ** (-1.0 / ORDER))) if finite else 0.1
            lanes.rejected[lane], lanes.wish[lane] = 1, lanes.h[lane] * factor
            if lanes.wish[lane] < max(least, RESOLUTION * abs(lanes.t[lane])):
                batch.status[i] = STEP_TOO_SMALL if finite else NOT_FINITE
        if batch.status[i] == OK and lanes.trials[lane] >= batch.max_steps:
            batch.status[i] = MAX_STEPS


@_part
def _release(batch: Batch, lanes: Lanes) -> tuple[int, int]:
    """Free the lanes whose patients are finished or given up; return how many lanes are busy, and how many restart."""
    busy, restarting = 0, 0
    for lane in range(lanes.patient.size):
        i = lanes.patient[lane]
        if i >= 0 and (lanes.output[lane] == batch.times.size or batch.status[i] != OK):
            lanes.patient[lane] = -1
        elif i >= 0:
            busy += 1
            restarting += lanes.restart[lane]
    return busy, restarting


@_whole
def drive(batch: Batch, entries: Entries, rows: Rows, lanes: Lanes, work: Floats) -> int:
    """Solve patients from the queue until it is empty; return the trial steps of whole vectors.

    Parameters
    ----------
    batch : Batch
    entries : Entries
    rows : Rows
    lanes : Lanes
        All idle.
    work : array, shape (rows, W)
        This thread's workspace, with the tolerances filled in.
    """
    address, vector_steps = work.ctypes.data, 0
    for lane in range(lanes.patient.size):
        work[rows.h, lane] = 1.0
    while True:
        filled = _refill(batch, rows, lanes, work)
        changed = _apply_events(batch, rows, lanes, work)
        if filled or changed:
            call(entries.prepare, address)
        _write(batch, entries, rows, lanes, work, False)
        busy, restarting = _release(batch, lanes)
        if busy < lanes.patient.size and batch.queue[0] < batch.y0.shape[0]:
            continue
        if busy == 0:
            return vector_steps
        if restarting:
            call(entries.slope, address)
            _first_steps(batch, rows, lanes, work)
        _choose_steps(rows, lanes, work)
        call(entries.step, address)
        vector_steps += 1
        _judge(batch, rows, lanes, work)
        _write(batch, entries, rows, lanes, work, True)
        call(entries.advance, address)
        for lane in range(lanes.patient.size):
            if work[rows.accepted, lane] > 0.0:
                lanes.t[lane] = lanes.until[lane]
        _release(batch, lanes)


def idle(width: int) -> Lanes:
    """Return ``width`` idle lanes."""

    def floats() -> Floats:
        return np.ones(width)

    def integers() -> Integers:
        return np.zeros(width, dtype=np.int64)

    return Lanes(
        patient=np.full(width, -1, dtype=np.int64),
        t=floats(),
        h=floats(),
        wish=floats(),
        before=floats(),
        until=floats(),
        event=integers(),
        output=integers(),
        trials=integers(),
        restart=integers(),
        rejected=integers(),
    )
