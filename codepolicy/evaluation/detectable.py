"""How large a drop a comparison would have found: what "no regression" is worth."""

from __future__ import annotations

import math
from functools import lru_cache

POWER = 0.8
LEVEL = 0.05
STEPS = 14
"""Of the bisection: to less than a hundredth of a percent."""
TAIL = 1e-9
"""Of a distribution that is left out of a sum."""


def detectable_drop(pairs: int, won_first: int, newly_passing: int) -> float | None:
    """The smallest drop of the rate that would be found 8 times in 10: second run worse, exact McNemar p < 0.05.

    Pairs are taken as independent, and episodes to pass newly as often as they did.

    Args:
        pairs: how many there are.
        won_first: how many of them the first run won; a drop cannot be larger.
        newly_passing: how many the second run alone won.

    Returns:
        A difference of rates in (0, 1]; None where no drop would be found so often.
    """
    if not pairs or not won_first:
        return None
    passing = newly_passing / pairs
    most = min(won_first / pairs, 1 - 2 * passing)
    if most <= 0 or _found(pairs, most, passing) < POWER:
        return None
    low, high = 0.0, most
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _found(pairs, middle, passing) >= POWER else (middle, high)
    return high


def _found(pairs: int, drop: float, passing: float) -> float:
    """How likely a drop is found where pairs fail newly at the rate `drop + passing` and pass newly at `passing`."""
    failing = drop + passing
    discordant = failing + passing
    return sum(
        chance * _at_least(_needed(of), of, failing / discordant) for of, chance in _likely(pairs, discordant).items()
    )


@lru_cache(maxsize=4096)
def _needed(of: int) -> int:
    """The fewest of `of` discordant pairs that have to fail newly for p < 0.05; more than `of` where none suffice."""
    tail, at = 0.0, min(of, of // 2 + math.ceil(5 * math.sqrt(of)))
    while at >= 0:
        tail += math.exp(_log_chance(at, of, 0.5))
        if 2 * tail >= LEVEL:
            return at + 1
        at -= 1
    return 0


def _at_least(successes: int, of: int, rate: float) -> float:
    return sum(chance for count, chance in _likely(of, rate).items() if count >= successes)


def _likely(of: int, rate: float) -> dict[int, float]:
    """The binomial distribution, without what is next to impossible."""
    if rate >= 1:
        return {of: 1.0}
    if rate <= 0:
        return {0: 1.0}
    middle = min(of, int((of + 1) * rate))
    found: dict[int, float] = {}
    for direction in (range(middle, of + 1), range(middle - 1, -1, -1)):
        for count in direction:
            chance = math.exp(_log_chance(count, of, rate))
            found[count] = chance
            if chance < TAIL:
                break
    return found


def _log_chance(count: int, of: int, rate: float) -> float:
    ways = math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
    return ways + count * math.log(rate) + (of - count) * math.log1p(-rate)
