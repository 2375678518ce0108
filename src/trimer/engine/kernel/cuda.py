"""A GPU through CUDA's driver and run-time compiler: what the gpu backend needs of them, and no more.

NVIDIA's own bindings are used (the extra ``gpu``); they are thin, so this file reads like CUDA's manual. Everything is
put on one stream, in order; only :meth:`Device.tell` goes beside it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPTIONS = ("--std=c++17", "--fmad=true", "--disable-warnings")


def _do(function: Any, *arguments: Any) -> Any:
    """Call a function of CUDA's and return what it gives."""
    error, *found = function(*arguments)
    if int(error) != 0:
        raise RuntimeError(f"CUDA: {function.__name__} says {error.name}")
    return found[0] if len(found) == 1 else tuple(found)


def compiled(text: str, architecture: str) -> bytes:
    """Return the machine code of CUDA C; no GPU is needed.

    Parameters
    ----------
    text : str
    architecture : str
        Of the GPU, e.g. ``sm_90``.

    Raises
    ------
    ImportError
        When the bindings are not installed.
    RuntimeError
        With the compiler's first complaint.
    """
    rtc: Any = import_module("cuda.bindings.nvrtc")
    program = _do(rtc.nvrtcCreateProgram, text.encode(), b"trimer.cu", 0, [], [])
    try:
        options = [o.encode() for o in (f"--gpu-architecture={architecture}", *OPTIONS)]
        (error,) = rtc.nvrtcCompileProgram(program, len(options), options)
        if int(error) != 0:
            log = b" " * _do(rtc.nvrtcGetProgramLogSize, program)
            _do(rtc.nvrtcGetProgramLog, program, log)
            complaints = [line for line in log.decode(errors="replace").splitlines() if "error" in line]
            raise RuntimeError(f"nvrtc says {(complaints or [error.name])[0]}")
        code: bytes = b" " * _do(rtc.nvrtcGetCUBINSize, program)
        _do(rtc.nvrtcGetCUBIN, program, code)
        return code
    finally:
        rtc.nvrtcDestroyProgram(program)


class Device:
    """The first GPU of this machine.

    Attributes
    ----------
    name : str
    architecture : str
        As the compiler calls it, e.g. ``sm_90``.
    compiler : str
        Version of the run-time compiler.

    Raises
    ------
    ImportError
        When the bindings are not installed.
    RuntimeError
        When there is no driver or no GPU; later, when a call fails.
    """

    def __init__(self) -> None:
        try:
            self._driver: Any = import_module("cuda.bindings.driver")
            rtc = import_module("cuda.bindings.nvrtc")
        except ImportError as error:
            raise ImportError("NVIDIA's Python bindings are not installed: pip install 'trimer[gpu]'") from error
        cu = self._driver
        _do(cu.cuInit, 0)
        if _do(cu.cuDeviceGetCount) == 0:
            raise RuntimeError("there is no GPU")
        self._device = _do(cu.cuDeviceGet, 0)
        self._context = _do(cu.cuDevicePrimaryCtxRetain, self._device)
        self.use()
        self._stream, self._beside = (
            _do(cu.cuStreamCreate, int(cu.CUstream_flags.CU_STREAM_NON_BLOCKING)) for _ in range(2)
        )
        self.name = _do(cu.cuDeviceGetName, 128, self._device).split(b"\0")[0].decode()
        major, minor = (self._attribute(f"COMPUTE_CAPABILITY_{part}") for part in ("MAJOR", "MINOR"))
        self.architecture = f"sm_{major}{minor}"
        self.compiler = "nvrtc " + ".".join(str(part) for part in _do(rtc.nvrtcVersion))

    def _attribute(self, name: str) -> int:
        kinds = self._driver.CUdevice_attribute
        found = _do(self._driver.cuDeviceGetAttribute, getattr(kinds, f"CU_DEVICE_ATTRIBUTE_{name}"), self._device)
        return int(found)

    def use(self) -> None:
        """Make this GPU the one that calls from the present thread mean."""
        _do(self._driver.cuCtxSetCurrent, self._context)

    def compile(self, text: str) -> bytes:
        """Return the machine code of CUDA C for this GPU; see :func:`compiled`."""
        return compiled(text, self.architecture)

    def load(self, code: bytes, entry: str) -> Any:
        """Return the function ``entry`` of machine code, loaded for the life of the process."""
        module = _do(self._driver.cuModuleLoadData, code)
        return _do(self._driver.cuModuleGetFunction, module, entry.encode())

    def resident(self, function: Any, threads: int) -> int:
        """Return how many blocks of so many threads the GPU works on at once."""
        each = _do(self._driver.cuOccupancyMaxActiveBlocksPerMultiprocessor, function, threads, 0)
        return max(1, int(each)) * self._attribute("MULTIPROCESSOR_COUNT")

    def free(self) -> int:
        """Return how many bytes of the GPU's memory are free."""
        return int(_do(self._driver.cuMemGetInfo)[0])

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """Give memory that is handed back at the end."""
        held = Memory(self)
        try:
            yield held
        finally:
            self._driver.cuStreamSynchronize(self._stream)
            for address in held.addresses:
                self._driver.cuMemFree(address)

    def take(self, size: int) -> int:
        """Return the address of so many bytes."""
        return int(_do(self._driver.cuMemAlloc, size))

    def send(self, array: NDArray[Any], address: int) -> None:
        """Copy an array to the GPU."""
        _do(self._driver.cuMemcpyHtoDAsync, address, array.ctypes.data, array.nbytes, self._stream)

    def fill(self, address: int, byte: int, size: int) -> None:
        """Set so many bytes of the GPU's memory."""
        _do(self._driver.cuMemsetD8Async, address, byte, size, self._stream)

    def fetch(self, address: int, array: NDArray[Any]) -> None:
        """Copy from the GPU into an array, once everything before is done."""
        _do(self._driver.cuMemcpyDtoHAsync, array.ctypes.data, address, array.nbytes, self._stream)
        _do(self._driver.cuStreamSynchronize, self._stream)

    def start(self, function: Any, blocks: int, threads: int, arguments: Sequence[Any]) -> None:
        """Start a function with these arguments (ctypes values, copied now)."""
        places = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(a) for a in arguments))
        shape = (blocks, 1, 1, threads, 1, 1)
        _do(self._driver.cuLaunchKernel, function, *shape, 0, self._stream, ctypes.addressof(places), 0)

    def finished(self) -> bool:
        """Return whether everything started is done.

        Raises
        ------
        RuntimeError
            When it failed.
        """
        (error,) = self._driver.cuStreamQuery(self._stream)
        if int(error) not in (0, int(self._driver.CUresult.CUDA_ERROR_NOT_READY)):
            raise RuntimeError(f"CUDA: the kernel ended with {error.name}")
        return int(error) == 0

    def tell(self, array: NDArray[Any], address: int) -> None:
        """Copy an array to the GPU while a function runs there."""
        _do(self._driver.cuMemcpyHtoDAsync, address, array.ctypes.data, array.nbytes, self._beside)
        _do(self._driver.cuStreamSynchronize, self._beside)


class Memory:
    """What is held of a device's memory.

    Parameters
    ----------
    device : Device
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self.addresses: list[int] = []

    def take(self, size: int) -> int:
        """Return the address of so many bytes."""
        self.addresses.append(self._device.take(max(8, size)))
        return self.addresses[-1]

    def put(self, array: NDArray[Any]) -> int:
        """Return the address of a copy of an array."""
        address = self.take(array.nbytes)
        if array.nbytes:
            self._device.send(np.ascontiguousarray(array), address)
        return address
