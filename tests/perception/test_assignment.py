"""Assignments are optimal."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from primitives.perception.tracking.assignment import assign


def cheapest(cost: np.ndarray) -> float:
    """The smallest total, by trying every assignment."""
    wide = cost if cost.shape[0] <= cost.shape[1] else cost.T
    rows = np.arange(len(wide))
    return min(float(wide[rows, list(columns)].sum()) for columns in permutations(range(wide.shape[1]), len(wide)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 6), (6, 4), (6, 6)])
def test_no_assignment_is_cheaper(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        cost = rng.random(shape)
        pairs = assign(cost)
        assert len(pairs) == min(shape)
        assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
        assert sum(cost[p] for p in pairs) == pytest.approx(cheapest(cost))
