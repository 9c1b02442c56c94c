"""What the last bits of a result depend on: linear algebra, SIMD, renderer. Fixed where cheap, recorded always.

Physics and planning use no BLAS. Perception and inverse kinematics do, through numpy and OpenCV, whose OpenBLAS picks a
kernel for the processor it finds; the sums then differ in their last bit, and a motion with them.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from typing import Protocol, cast, runtime_checkable

KERNEL = "Nehalem"
"""Runs on every x86-64 processor since 2008; our matrices are so small that newer kernels gain nothing."""
NEWER = "X86_V4 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
"""SIMD that numpy does without, by all the names that its versions have for what not every processor has."""


def fix_kernel() -> None:
    """Have OpenBLAS use one kernel and one thread, and numpy AVX2, on every x86-64 processor that has it.

    It has to come before numpy is loaded. What a person has set stays.
    """
    if "numpy" in sys.modules:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if platform.machine().lower() in ("x86_64", "amd64"):
        os.environ.setdefault("OPENBLAS_CORETYPE", KERNEL)
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", NEWER)


@runtime_checkable
class _Drawn(Protocol):
    @property
    def renderer(self) -> _Named: ...


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def numerics(environment: object) -> dict[str, str]:
    """What computes and draws in this process, by name; results agree bit for bit where all of it is the same.

    Args:
        environment: a world; its renderer is named where it has one.
    """
    import numpy as np

    told = cast("Callable[..., dict[str, dict[str, list[str]]]]", np.show_config)(mode="dicts")
    simd = told.get("SIMD Extensions", {})
    found = {
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "blas": "; ".join(_kernels()) or "unknown",
        "simd": " ".join([*simd.get("baseline", []), *simd.get("found", [])]) or "unknown",
    }
    return found | ({"renderer": environment.renderer.name} if isinstance(environment, _Drawn) else {})


def _kernels() -> list[str]:
    """Every BLAS that is loaded, with version, kernel and number of threads."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return []
    return sorted(
        f"{pool.get('prefix')} {pool.get('version')} {pool.get('architecture')} x{pool.get('num_threads')}"
        for pool in threadpool_info()
        if pool.get("user_api") == "blas"
    )
