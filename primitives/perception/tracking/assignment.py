"""Optimal one-to-one assignment of rows to columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assign(cost: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs (row, column) of smallest total cost, as many as the shorter side has.

    Shortest augmenting paths with dual variables (Jonker and Volgenant, 1987), O(n³).

    Args:
        cost: (R, C) finite values.
    """
    rows, columns = cost.shape
    if rows > columns:
        return sorted((r, c) for c, r in assign(cost.T))
    nearest: list[int] = cost.argmin(axis=1).tolist() if rows else []
    if len(set(nearest)) == rows:  # nobody competes: nothing can be cheaper
        return list(enumerate(nearest))
    row_price = np.zeros(rows + 1)
    column_price = np.zeros(columns + 1)
    owner = np.zeros(columns + 1, dtype=int)  # 1-based row that holds each column; 0 is none
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        shortest = np.full(columns + 1, np.inf)
        previous = np.zeros(columns + 1, dtype=int)
        done = np.zeros(columns + 1, dtype=bool)
        while owner[column] != 0:
            done[column] = True
            held = owner[column]
            open_ = ~done[1:]
            reduced = cost[held - 1] - row_price[held] - column_price[1:]
            better = open_ & (reduced < shortest[1:])
            shortest[1:][better] = reduced[better]
            previous[1:][better] = column
            following = int(np.argmin(np.where(open_, shortest[1:], np.inf))) + 1
            step = shortest[following]
            row_price[owner[done]] += step
            column_price[done] -= step
            shortest[~done] -= step
            column = following
        while column != 0:
            owner[column] = owner[previous[column]]
            column = int(previous[column])
    return sorted((int(owner[c]) - 1, c - 1) for c in range(1, columns + 1) if owner[c] != 0)
