"""The C library, looked up once: a process that is forked from one that has it finds it there."""

from __future__ import annotations

import ctypes
import mmap
from functools import cache


@cache
def libc() -> ctypes.CDLL:
    """The library that this process is linked with; it sets ctypes' own errno."""
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    for function in ("prctl", "syscall"):  # kept once looked up
        getattr(library, function, None)
    return library


def mapped(address: int | None, size: int, *, protection: int, flags: int, fd: int = -1) -> int:
    """Where `size` bytes are mapped now; see mmap(2). Python's own keeps a duplicate of the descriptor.

    Raises:
        OSError: the kernel refuses.
    """
    place: int | None = libc().mmap(
        ctypes.c_void_p(address), ctypes.c_size_t(size), protection, flags, fd, ctypes.c_long(0)
    )
    if place in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), f"mmap of {size} B (page of {mmap.PAGESIZE} B)")
    return place
