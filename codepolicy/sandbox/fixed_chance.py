"""Clocks and random numbers that say the same in every process, so that the answer of a goal check is about the scene.

What Python can reach is replaced here, so that honest code goes on working. Beneath it `confinement` takes away the
clocks that the kernel maps into the process and `seccomp` those that are asked for, whatever the text says.
"""

from __future__ import annotations

import mmap
import os
import random
import sys
import time
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from codepolicy.sandbox.libc import mapped

TICK_NS: Final = 10_000_000
"""By so much the fixed clock goes on each time somebody reads it: who waits for a time to pass sees it pass."""
_MAP_FIXED: Final = 0x10
_held: list[object] = []


def seed(number: int) -> None:
    """Begin the sequences of the global generators anew."""
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002 - the generator that programs use


def fix(number: int) -> None:
    """Replace clocks and sources of entropy by sequences that `number` determines.

    Addresses of objects, from which `id()` and default hashes come, are moved by an amount that depends on `number`
    too: an answer that follows from them differs between two numbers.
    """
    _held.append([object() for _ in range(131 * number % 4096)])
    _held.extend((bytearray(48 * (number % 1024) + 16), bytearray(1040 * (number % 64) + 1)))
    now = (1_700_000_000 + 86_413 * number) * 1_000_000_000

    def nanoseconds(*_: object) -> int:
        nonlocal now
        now += TICK_NS
        return now

    def seconds(*_: object) -> float:
        return nanoseconds() / 1e9

    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime"):
        setattr(time, name, seconds)
        setattr(time, f"{name}_ns", nanoseconds)
    for name in ("gmtime", "localtime"):
        setattr(time, name, _at(getattr(time, name), seconds))
    time.sleep = _pass
    entropy = random.Random(number)
    os.urandom = entropy.randbytes
    random._urandom = entropy.randbytes  # type: ignore[attr-defined]
    if (secrets := sys.modules.get("secrets")) is not None:
        vars(secrets)["randbits"] = entropy.getrandbits
    vars(sys.modules["numpy.random.bit_generator"])["randbits"] = entropy.getrandbits


def _pass(seconds: float) -> None:
    del seconds


def _at(function: object, seconds: object) -> object:
    def fixed(when: float | None = None) -> object:
        return function(seconds() if when is None else when)  # type: ignore[operator]

    return fixed


@cache
def clock_pages() -> tuple[tuple[int, int], ...]:
    """Begin and end of each page in which the kernel shows the time; a process forked from this one has the same."""
    rows = [row.split() for row in Path("/proc/self/maps").read_text().splitlines() if "[vvar" in row]
    return tuple((int(begin, 16), int(end, 16)) for begin, _, end in (row[0].partition("-") for row in rows))


def unmap_clocks() -> None:
    """Lay zeros over the pages in which the kernel shows the time: the vDSO then asks by system call, as for a clock
    that it does not know. Before the process is locked in.

    Raises:
        OSError: there are none, or they cannot be changed.
    """
    if not clock_pages():
        raise OSError("no page of the kernel's clocks is mapped here")
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_FIXED
    for begin, end in clock_pages():
        mapped(begin, end - begin, protection=mmap.PROT_READ, flags=flags)
