"""Imports and first uses that must happen before a policy process is locked in, because they open files."""

from __future__ import annotations

from typing import Final

MODULES: Final = (
    "__future__",
    "abc",
    "bisect",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "dataclasses",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "math",
    "numpy",
    "operator",
    "random",
    "re",
    "shapely",
    "statistics",
    "string",
    "time",
    "typing",
    "unicodedata",
)
"""What a program may import, with the submodules of each."""

GIVEN: Final = {
    "collections": "collections",
    "dataclasses": "dataclasses",
    "functools": "functools",
    "itertools": "itertools",
    "math": "math",
    "np": "numpy",
    "numpy": "numpy",
    "re": "re",
    "shapely": "shapely",
    "statistics": "statistics",
    "typing": "typing",
}
"""Modules that are defined in every program, by the name they have there; forgetting an import costs nobody a turn."""

SUBMODULES: Final = (
    "encodings.ascii",
    "encodings.cp1252",
    "encodings.latin_1",
    "encodings.raw_unicode_escape",
    "encodings.unicode_escape",
    "encodings.utf_16",
    "encodings.utf_8_sig",
    "numpy.fft",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.random",
    "numpy.typing",
    "shapely.affinity",
    "shapely.algorithms.polylabel",
    "shapely.geometry",
    "shapely.ops",
    "shapely.prepared",
    "shapely.wkt",
)


def imports() -> None:
    """Import what programs may use, and use what imports more on first use."""
    import importlib
    import os
    import random

    from codepolicy.numerics import fix_kernel

    fix_kernel()  # a program computes the same on every processor
    for name in MODULES + SUBMODULES:
        importlib.import_module(name)
    for read_once in ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES"):
        os.environ.pop(read_once, None)  # none of a program's business
    import numpy as np
    from shapely.geometry import Point

    np.random.seed(0)  # noqa: NPY002 - a program that draws numbers draws the same ones every time
    random.seed(0)
    square = np.eye(3) + np.arange(9.0).reshape(3, 3)
    for first_use in (square.sum(), square.std(), np.linalg.inv(square), np.linalg.norm(square), np.median(square)):
        str(first_use)
    np.random.default_rng(0).normal(size=3)
    Point(0, 0).buffer(1).union(Point(1, 0).buffer(1))
