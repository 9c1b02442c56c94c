"""Quantiles of small arrays, without the overhead of NumPy's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantile(values: NDArray[Any], share: float) -> float:
    """The value of `values` (N,), N > 0, that is closest to having `share`, in [0, 1], of them below it."""
    k = round(share * (len(values) - 1))
    return float(np.partition(values, k)[k])


def median(values: NDArray[Any]) -> float:
    """The middle one of `values` (N,), N > 0."""
    return quantile(values, 0.5)
