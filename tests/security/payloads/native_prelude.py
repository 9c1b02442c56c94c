"""Runs before each native payload: libc, raw system calls by name, and the sign that a call went through."""

import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
libc_anchor = ctypes.create_string_buffer(8)
PARENT = os.getppid()
NUMBERS = {
    "x86_64": {
        "open_at": 257,
        "openat2": 437,
        "clone": 56,
        "clone3": 435,
        "execve": 59,
        "pidfd_open": 434,
        "pidfd_send_signal": 424,
        "tgkill": 234,
        "memfd_create": 319,
        "statx": 332,
        "landlock_create_ruleset": 444,
        "seccomp": 317,
        "prctl": 157,
        "getdents64": 217,
        "copy_file_range": 326,
        "pipe2": 293,
        "kcmp": 312,
        "dup": 32,
    },
    "aarch64": {
        "open_at": 56,
        "openat2": 437,
        "clone": 220,
        "clone3": 435,
        "execve": 221,
        "pidfd_open": 434,
        "pidfd_send_signal": 424,
        "tgkill": 131,
        "memfd_create": 279,
        "statx": 291,
        "landlock_create_ruleset": 444,
        "seccomp": 277,
        "prctl": 167,
        "getdents64": 61,
        "copy_file_range": 285,
        "pipe2": 59,
        "kcmp": 272,
        "dup": 23,
    },
}[platform.machine()]


def syscall(name, *arguments):
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return libc.syscall(ctypes.c_long(NUMBERS[name]), *wide)


def won(result):
    if result >= 0:
        print("WON")
