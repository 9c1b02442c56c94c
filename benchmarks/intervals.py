"""Intervals of success rates."""

from __future__ import annotations

import math


def wilson(won: int, of: int) -> tuple[float, float]:
    """95 % interval of a rate, by Wilson's score."""
    if not of:
        return 0.0, 1.0
    z, p = 1.959964, won / of
    middle, spread = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + z * z / of)), min(1.0, (middle + spread) / (1 + z * z / of))
