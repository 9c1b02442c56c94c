"""`--fail-under`: the rate below which a build fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepolicy.evaluation.worker_setup import DECOYS
from primitives.errors import ConfigurationError

if TYPE_CHECKING:
    from codepolicy.evaluation.summary import Summary


def checked(fail_under: float | None) -> float | None:
    """The rate as given. Raises ConfigurationError where it is none."""
    if fail_under is not None and not 0 <= fail_under <= 1:
        raise ConfigurationError(f"--fail-under is {fail_under:g}; a rate is from 0 to 1, e.g. 0.95")
    return fail_under


def decoys_won(summary: Summary) -> str | None:
    """Why a run of programs that must lose fails, in a sentence; None where it does not."""
    if summary.model != DECOYS or not summary.total.won:
        return None
    return f"{summary.total.won} of {summary.total.episodes} programs that must lose have won"


def missed(summary: Summary, fail_under: float | None) -> str | None:
    """Why a build fails, in a sentence; None where it does not. A shard without episodes fails nothing."""
    total = summary.total
    if fail_under is None or not total.episodes or total.rate >= fail_under:
        return None
    return f"{total.won} of {total.episodes} won ({total.rate:.1%}), --fail-under asks for {fail_under:.1%}"
