"""Where along the height of a stack the colour of its sides changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BIN = 0.002
"""m; resolution in height."""
_SHOWN = 0.4
"""Part of the height of a layer at which its sides must be seen; less is the lower edge of a tilted thing above."""
THINNEST = 0.012
"""m; thinner bands of another colour are mixed pixels."""


def bands(z: NDArray[np.float32], kind: NDArray[np.intp], high: float, low: float) -> list[tuple[float, float, int]]:
    """(upper, lower, colour) of each band of one colour between `high` and `low`, from above."""
    count = max(1, math.ceil((high - low) / _BIN))
    which = np.clip(((high - z) / _BIN).astype(int), 0, count - 1)
    labels: list[int] = []
    for i in range(count):
        here = kind[np.abs(which - i) <= 1]
        labels.append(int(np.bincount(here).argmax()) if len(here) >= 4 else -1)
    runs: list[list[int]] = []  # [label, length in bins]
    for label in labels:
        if runs and label in (runs[-1][0], -1):
            runs[-1][1] += 1
        else:
            runs.append([label, 1])
    thin = round(THINNEST / _BIN)
    while len(runs) > 1 and min(r[1] for r in runs) < thin:
        i = min(range(len(runs)), key=lambda j: runs[j][1])
        neighbours = [j for j in (i - 1, i + 1) if 0 <= j < len(runs)]
        into = max(neighbours, key=lambda j: runs[j][1])
        runs[into][1] += runs[i][1]
        del runs[i]
        runs = _merged(runs)
    result: list[tuple[float, float, int]] = []
    upper, begin = high, 0
    for number, (label, length) in enumerate(runs):
        lower = low if number == len(runs) - 1 else upper - length * _BIN
        shown = sum(value >= 0 for value in labels[begin : begin + length])
        begin += length
        if label >= 0 and shown >= _SHOWN * length:
            result.append((upper, lower, label))
        upper = lower
    for i in range(1, len(result)):
        (first, end, label), (start, last, other) = result[i - 1], result[i]
        if end == start:
            change = _change(z, kind, end, label, other)
            result[i - 1], result[i] = (first, change, label), (change, last, other)
    return result


def _change(z: NDArray[np.float32], kind: NDArray[np.intp], about: float, label: int, other: int) -> float:
    """The height near `about` m above which most points are of kind `label`, below it `other`.

    The ledge of a wider layer shows many points just below the sides of the one on it, so that a count by bins says
    that its colour begins too high.
    """
    index = np.flatnonzero((np.abs(z - about) < 2 * _BIN) & ((kind == label) | (kind == other)))
    if len(index) < 8:
        return about
    index = index[np.argsort(z[index])]
    above = kind[index] == label
    wrong = np.concatenate([[0], np.cumsum(above)]) + np.concatenate([np.cumsum(~above[::-1])[::-1], [0]])
    least = np.flatnonzero(wrong == wrong.min())
    cut = int(least[len(least) // 2])
    return float(z[index[max(0, cut - 1) : cut + 1]].mean())


def _merged(runs: Sequence[list[int]]) -> list[list[int]]:
    merged: list[list[int]] = []
    for label, length in runs:
        if merged and merged[-1][0] == label:
            merged[-1][1] += length
        else:
            merged.append([label, length])
    return merged
