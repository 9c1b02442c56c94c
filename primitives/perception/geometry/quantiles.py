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


def middle(values: NDArray[Any], *, most: int = 400) -> NDArray[np.float64]:
    """(K,) median of each of the columns of `values` (N, K), N > 0, of about `most` of the rows."""
    columns = np.ascontiguousarray(values[:: max(1, len(values) // most)].T)
    k = columns.shape[1] // 2
    return np.partition(columns, k, axis=1)[:, k].astype(np.float64)
