"""When a run has seen enough: an interval that holds at every episode at once, so that a run may stop by looking at it.

Wilson's interval holds for a number of trials that was fixed before. Who looks after each episode and stops when it
pleases is wrong far more often than 5 %. The interval here is the set of rates that a beta-binomial mixture has not
refuted (Robbins, Ann. Math. Stat. 41, 1970): by Ville's inequality the true rate is outside at any time with a
probability of 5 % at most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codepolicy.evaluation.records import Record
from codepolicy.number_bounds import bounded

LEVEL = 0.05
STEPS = 50


def always_valid(won: int, of: int) -> tuple[float, float]:
    """95 % interval of a rate that holds for every `of` at once; all of [0, 1] without trials.

    The mixture is Jeffreys' beta(1/2, 1/2).
    """
    if not of:
        return 0.0, 1.0
    rate = won / of
    return (0.0 if won == 0 else _edge(won, of, 0.0, rate)), (1.0 if won == of else _edge(won, of, 1.0, rate))


def _edge(won: int, of: int, outside: float, inside: float) -> float:
    for _ in range(STEPS):
        middle = (outside + inside) / 2
        if _log_evidence(won, of, middle) >= -math.log(LEVEL):
            outside = middle
        else:
            inside = middle
    return outside


def _log_evidence(won: int, of: int, rate: float) -> float:
    """Logarithm of how much better the mixture foretold what was seen than `rate` did."""
    lost = of - won
    mixture = math.lgamma(won + 0.5) + math.lgamma(lost + 0.5) - math.lgamma(of + 1) - math.log(math.pi)
    return mixture - won * math.log(rate) - lost * math.log1p(-rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """When a run has seen enough."""

    width: float
    """The interval is no wider than this."""
    side: float | None = None
    """Or it lies on one side of this rate."""
    keys: Sequence[str]
    """Of the episodes, in the order in which they count. Only those before the first that is missing do: lost ones
    take longer, so whatever has ended by now is a choice."""

    def __post_init__(self) -> None:
        bounded("--until-sure", self.width, above=True, most=1.0)

    def reached(self, records: Mapping[str, Record]) -> str | None:
        """Why it is enough, in a sentence; None while it is not."""
        won = of = 0
        for key in self.keys:
            if key not in records:
                break
            won, of = won + records[key].won, of + 1
        low, high = always_valid(won, of)
        told = f"{won} of the first {of} won: {low:.1%} - {high:.1%} (95 %, valid whenever one stops)"
        if self.side is not None and not low <= self.side <= high:
            return f"{told}, {'above' if low > self.side else 'below'} {self.side:.1%}"
        return f"{told}, no wider than {self.width:.1%}" if high - low <= self.width else None
