"""PyBullet, imported without the line that it prints when it is loaded."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def _silence() -> Generator[None]:
    """Point the process's standard error, where PyBullet announces its build time, at nothing."""
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


with _silence():
    import pybullet as p

__all__ = ["p"]
