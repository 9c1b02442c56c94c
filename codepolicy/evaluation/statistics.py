"""What a number of trials says: intervals of rates and differences, and whether two runs differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

Z = 1.959963984540054
"""97.5 % quantile of the normal distribution: two-sided intervals of 95 %."""
FEWEST_CLUSTERS = 5
"""Below this many tasks, resampling them says nothing about tasks in general."""
RESAMPLES = 10_000


def wilson(won: float, of: float) -> tuple[float, float]:
    """95 % interval of a rate, by Wilson's score (J. Am. Stat. Assoc. 22, 1927); all of [0, 1] without trials."""
    if not of:
        return 0.0, 1.0
    p, z2 = won / of, Z * Z
    middle = p + z2 / (2 * of)
    spread = Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    low, high = (middle - spread) / (1 + z2 / of), (middle + spread) / (1 + z2 / of)
    return (0.0 if won == 0 else low), (1.0 if won == of else high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p-value that the two sides of pairs win equally often (McNemar, Psychometrika 12, 1947).

    Args:
        only_first: pairs that the first side alone won.
        only_second: pairs that the second side alone won.
    """
    of = only_first + only_second
    tail = sum(math.comb(of, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**of)


def paired_difference(both: float, only_first: float, only_second: float, neither: float) -> tuple[float, float]:
    """95 % interval of the second side's rate minus the first's, over pairs; all of [-1, 1] without pairs.

    Newcombe's hybrid score interval with the correlation of the pairs and its continuity correction (method 10 of
    Newcombe, Statistics in Medicine 17, 1998).
    """
    of = both + only_first + only_second + neither
    if not of:
        return -1.0, 1.0
    won_first, won_second = both + only_first, both + only_second
    first, second = won_first / of, won_second / of
    first_low, first_high = wilson(won_first, of)
    second_low, second_high = wilson(won_second, of)
    phi = _correlation(both, only_first, only_second, neither)

    def spread(up: float, down: float) -> float:
        return math.sqrt(max(0.0, up * up - 2 * phi * up * down + down * down))

    low = second - first - spread(second - second_low, first_high - first)
    high = second - first + spread(second_high - second, first - first_low)
    return max(-1.0, low), min(1.0, high)


def _correlation(both: float, only_first: float, only_second: float, neither: float) -> float:
    """Phi of the two-by-two table, its numerator lowered by half the pairs where it is positive."""
    of = both + only_first + only_second + neither
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    if not margins:
        return 0.0
    product = both * neither - only_first * only_second
    return (max(0.0, product - of / 2) if product > 0 else product) / math.sqrt(margins)


def over_tasks(values: Sequence[float], *, seed: int = 0) -> tuple[float, float] | None:
    """95 % interval of the mean over tasks in general, of which these are a sample.

    Tasks, not trials, are resampled with replacement (percentile bootstrap over clusters), because a hundred seeds of
    one task say little about the next task.

    Args:
        values: one per task, e.g. its rate, or the difference of two.
        seed: of the resampling; the same values and seed always give the same interval.

    Returns:
        None for fewer than five tasks, or where they do not differ, since resampling then tells nothing.
    """
    if len(values) < FEWEST_CLUSTERS or len(set(values)) == 1:
        return None
    import numpy as np

    drawn = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    means = np.asarray(values, dtype=float)[drawn].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
