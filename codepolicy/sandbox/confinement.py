"""Locks the calling process in, layer by layer. Only a policy process calls this, right after it was forked."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from functools import cache
from typing import Final

from codepolicy.sandbox import fixed_chance, seccomp
from codepolicy.sandbox.libc import libc

LAYERS: Final = ("parent death signal", "ordinary user", "no capabilities", "Landlock", "rlimits", "seccomp")
"""Every layer there is, in the order in which they are put on."""

FIXED: Final = "fixed clock"
"""A further one, of the processes that run goal checks."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_CAPABILITY_VERSION_3 = 0x20080522
_NOBODY = 65534


def prepare() -> None:
    """Find out what every process that is forked from this one would find out anew; it changes nothing here."""
    with contextlib.suppress(OSError):
        fixed_chance.clock_pages()
    libc()
    for fixed in (False, True):
        with contextlib.suppress(NotImplementedError):
            _system_call_filter(fixed=fixed)


def confine(*, parent: int, memory_mb: int, layers: tuple[str, ...] = LAYERS, fixed: bool = False) -> tuple[str, ...]:
    """Put on every layer that this kernel has.

    Args:
        parent: process id of the zygote, with which this process dies.
        memory_mb: address space in MiB.
        layers: which of `LAYERS` to put on.
        fixed: whether to take away the clocks and the kernel's random numbers as well.

    Returns:
        The layers that are on.
    """
    active: list[str] = []
    steps = {
        "parent death signal": lambda: _die_with(parent),
        "ordinary user": _become_nobody,
        "no capabilities": _drop_capabilities,
        "Landlock": _landlock,
        "rlimits": lambda: _limit(memory_mb),  # after Landlock, which needs one more descriptor
        "seccomp": lambda: _filter_system_calls(fixed=fixed),
    }
    if fixed and "seccomp" in layers:
        with contextlib.suppress(OSError):
            fixed_chance.unmap_clocks()
            active.append(FIXED)
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        with contextlib.suppress(OSError):  # beyond the kernel's last one, or without the right to drop any
            for capability in range(64):  # while this process may still do it
                _prctl(_PR_CAPBSET_DROP, capability)
    for name, step in steps.items():
        if name in layers:
            with contextlib.suppress(OSError, ValueError, NotImplementedError):
                step()
                active.append(name)
    return tuple(active)


def _prctl(option: int, argument: int) -> None:
    if libc().prctl(option, ctypes.c_ulong(argument), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _system_call(number: int, *arguments: object) -> int:
    result = libc().syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return int(result)


def _linux() -> None:
    if sys.platform != "linux":
        raise NotImplementedError("needs Linux")


def _die_with(parent: int) -> None:
    _linux()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _become_nobody() -> None:
    """A process of an ordinary user already is one; root gives up being root."""
    if os.geteuid() != 0:
        return
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # changing the user cleared it


def _drop_capabilities() -> None:
    _linux()
    table = seccomp.architecture()
    if table is None:
        raise NotImplementedError("unknown machine")
    _system_call(table.capset, struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), struct.pack("=6I", *([0] * 6)))
    _prctl(_PR_SET_DUMPABLE, 0)


def _limit(memory_mb: int) -> None:
    """No new descriptors, files, processes, core dumps or locked memory, and a bounded address space."""
    bounds = {
        "RLIMIT_AS": memory_mb << 20,
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_NOFILE": 0,
    }
    for name, bound in bounds.items():
        which: int | None = getattr(resource, name, None)
        if which is not None:
            resource.setrlimit(which, (bound, bound))


def _landlock() -> None:
    """Handle every access right that this kernel knows and grant none."""
    _linux()
    abi = _system_call(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    files = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):  # refer, truncate, ioctl on devices
        if abi >= since:
            files |= 1 << bit
    network = 0b11 if abi >= 4 else 0
    scopes = 0b11 if abi >= 6 else 0  # abstract sockets, signals
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    attributes = struct.pack("=QQQ", files, network, scopes)[:size]
    ruleset = _system_call(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    try:
        _system_call(_LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


@cache
def _system_call_filter(*, fixed: bool) -> tuple[seccomp.Architecture, bytes]:
    """This machine's table and the filter as code."""
    table = seccomp.architecture()
    if table is None:
        raise NotImplementedError("unknown machine")
    return table, seccomp.program(table, fixed=fixed)


def _filter_system_calls(*, fixed: bool) -> None:
    _linux()
    table, code = _system_call_filter(fixed=fixed)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))  # struct sock_fprog
    _system_call(
        table.seccomp, ctypes.c_uint(_SECCOMP_SET_MODE_FILTER), ctypes.c_uint(_SECCOMP_FILTER_FLAG_TSYNC), header
    )
