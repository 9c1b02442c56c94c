"""What an evaluation is about to do, where that is more than a person may have meant."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from primitives.errors import ConfigurationError

MANY = 10_000
"""Episodes from which on their number is told before anything is planned."""
MOST = 1_000_000
"""Episodes of one run: their plan alone takes a gigabyte."""
EPISODE_S = 2.0
"""Wall time of a short episode on one core."""


def announced(seeds: Sequence[int] | None, names: int, samples: int, processes: int) -> None:
    """Say how many episodes that makes, where they are many.

    Raises:
        ConfigurationError: more than one run can hold.
    """
    episodes = (len(seeds) if seeds is not None else 1) * max(names, 1) * max(samples, 0)
    if episodes <= MANY:
        return
    days = episodes * EPISODE_S / processes / 86_400
    told = f"at least {episodes:,} episodes, which take {days:,.1f} days or more in {processes} processes"
    if episodes > MOST:
        raise ConfigurationError(
            f"this asks for {told}; one run holds at most {MOST:,}. "
            "Fewer --trials say as much; or split them by --seeds A-B into several runs"
        )
    sys.stderr.write(f"codepolicy: about to play {told}; Ctrl-C ends it at any time and loses nothing\n")
