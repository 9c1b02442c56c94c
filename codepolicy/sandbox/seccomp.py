"""The system calls left to a policy process: memory, clocks, and reading and writing what is already open.

Everything else answers EPERM. In particular nothing opens, connects, forks, signals, traces or maps executable pages.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
KILL_PROCESS = 0x80000000
PROT_EXEC = 0x4

_LOAD, _EQUAL, _BIT_SET, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCH, _ARGUMENT_2 = 0, 4, 16 + 2 * 8  # offsets in struct seccomp_data, little endian


@dataclass(frozen=True, slots=True)
class Architecture:
    """System call numbers of one machine (Linux `unistd.h`)."""

    audit: int
    """AUDIT_ARCH_* of the machine."""
    allowed: tuple[int, ...]
    telling: frozenset[int]
    """Those of them whose answer differs from one run to the next: clocks, timers, ids, random numbers."""
    mmap: int
    mprotect: int
    clone3: int
    seccomp: int
    capset: int
    x32: bool = False
    """Whether numbers from 2**30 are a second ABI that must be closed."""


X86_64 = Architecture(
    audit=0xC000003E,
    allowed=(
        0,  # read
        1,  # write
        3,  # close
        11,  # munmap
        12,  # brk
        13,  # rt_sigaction
        14,  # rt_sigprocmask
        15,  # rt_sigreturn
        19,  # readv
        20,  # writev
        24,  # sched_yield
        25,  # mremap
        28,  # madvise
        35,  # nanosleep
        36,  # getitimer
        38,  # setitimer
        39,  # getpid
        60,  # exit
        96,  # gettimeofday
        98,  # getrusage
        100,  # times
        131,  # sigaltstack
        186,  # gettid
        201,  # time
        202,  # futex
        204,  # sched_getaffinity
        219,  # restart_syscall
        228,  # clock_gettime
        229,  # clock_getres
        230,  # clock_nanosleep
        231,  # exit_group
        273,  # set_robust_list
        318,  # getrandom
        334,  # rseq
    ),
    telling=frozenset({35, 36, 38, 39, 96, 98, 100, 186, 201, 204, 228, 229, 230, 318}),
    mmap=9,
    mprotect=10,
    clone3=435,
    seccomp=317,
    capset=126,
    x32=True,
)

AARCH64 = Architecture(
    audit=0xC00000B7,
    allowed=(
        57,  # close
        63,  # read
        64,  # write
        65,  # readv
        66,  # writev
        93,  # exit
        94,  # exit_group
        98,  # futex
        99,  # set_robust_list
        101,  # nanosleep
        102,  # getitimer
        103,  # setitimer
        113,  # clock_gettime
        114,  # clock_getres
        115,  # clock_nanosleep
        123,  # sched_getaffinity
        124,  # sched_yield
        128,  # restart_syscall
        132,  # sigaltstack
        134,  # rt_sigaction
        135,  # rt_sigprocmask
        139,  # rt_sigreturn
        153,  # times
        165,  # getrusage
        169,  # gettimeofday
        172,  # getpid
        178,  # gettid
        214,  # brk
        215,  # munmap
        216,  # mremap
        233,  # madvise
        278,  # getrandom
        293,  # rseq
    ),
    telling=frozenset({101, 102, 103, 113, 114, 115, 123, 153, 165, 169, 172, 178, 278}),
    mmap=222,
    mprotect=226,
    clone3=435,
    seccomp=277,
    capset=91,
)

ARCHITECTURES = {"x86_64": X86_64, "aarch64": AARCH64}


def architecture() -> Architecture | None:
    """This machine's table, or None where there is none."""
    return ARCHITECTURES.get(platform.machine())


def _statement(code: int, k: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, k)


def _jump(code: int, k: int, yes: int, no: int) -> bytes:
    return struct.pack("=HBBI", code, yes, no, k)


def program(table: Architecture, *, fixed: bool = False) -> bytes:
    """The filter as classic BPF: kill on a foreign ABI, allow the table, refuse executable pages and all else.

    Args:
        table: of the machine.
        fixed: refuse what tells one run from another, too.
    """
    refuse = _statement(_RETURN, ERRNO | errno.EPERM)
    allow = _statement(_RETURN, ALLOW)
    kill = _statement(_RETURN, KILL_PROCESS)
    parts = [_statement(_LOAD, _ARCH), _jump(_EQUAL, table.audit, 1, 0), kill, _statement(_LOAD, _NUMBER)]
    if table.x32:
        parts += [_jump(_AT_LEAST, 0x40000000, 0, 1), kill]
    for number in table.allowed if not fixed else [n for n in table.allowed if n not in table.telling]:
        parts += [_jump(_EQUAL, number, 0, 1), allow]
    for number in (table.mmap, table.mprotect):
        parts += [_jump(_EQUAL, number, 0, 4), _statement(_LOAD, _ARGUMENT_2)]
        parts += [_jump(_BIT_SET, PROT_EXEC, 0, 1), refuse, allow]
    # glibc falls back to clone only on ENOSYS, and clone is refused: a thread then fails with an ordinary error
    parts += [_jump(_EQUAL, table.clone3, 0, 1), _statement(_RETURN, ERRNO | errno.ENOSYS), refuse]
    return b"".join(parts)
