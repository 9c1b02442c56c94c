"""Plays what is missing of a run: attempts, budgets, and when to stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from codepolicy.evaluation.executor import Broken, Executor
from codepolicy.evaluation.records import LOST, Job, Record, broken
from codepolicy.evaluation.run_store import Store
from codepolicy.evaluation.sequential import StoppingRule
from codepolicy.number_bounds import bounded

ATTEMPTS = 3
"""Infrastructure failures are tried again at most twice, and stay in the denominator."""

Progress: TypeAlias = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended."""

    status: Literal["complete", "sure", "lost", "spent"]
    """lost: one episode after the other went to infrastructure or the model's server. spent: the budget is used up.
    sure: the stopping rule has seen enough."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When an episode or a run is given up."""

    episode_s: float = 1800.0
    """Wall time of an episode."""
    patience: int = 10
    """Episodes in a row lost to infrastructure or the model's server before the run stops; 0 never does."""
    total_cost: float | None = None
    """USD for the whole run, earlier episodes included."""

    def __post_init__(self) -> None:
        bounded("--episode-limit", self.episode_s, above=True, most=1e7, unit=" s")
        bounded("--patience", self.patience)
        bounded("--total-cost", self.total_cost, above=True, unit=" USD")


def missing(jobs: Sequence[Job], records: dict[str, Record], *, again: bool) -> tuple[Job, ...]:
    """The jobs without a record; with `again` those whose record says that nothing was learnt, too."""
    return tuple(j for j in jobs if j.key not in records or (again and records[j.key].outcome in LOST))


def play(
    store: Store,
    jobs: Sequence[Job],
    executor: Executor,
    *,
    limits: Limits,
    progress: Progress,
    rule: StoppingRule | None = None,
) -> Ending:
    """Have `executor` play `jobs`, and keep what comes of them in `store`.

    Raises:
        ConfigurationError: the setup has a mistake that only a worker could see.
        KeyboardInterrupt: Ctrl-C; what was played is kept.
    """
    waiting, broke = deque(jobs), dict[str, tuple[str, ...]]()
    spent = sum(record.usage.cost_usd or 0.0 for record in store.records.values())
    lost = 0
    if rule is not None and (why := rule.reached(store.records)):
        return Ending("sure", why)
    playing = executor.play(waiting)
    try:
        for job, answer in playing:
            record = broken(job, answer.why) if isinstance(answer, Broken) else answer
            spent += record.usage.cost_usd or 0.0
            earlier = broke.get(job.key, ())
            if record.outcome == "infrastructure" and len(earlier) + 1 < ATTEMPTS:
                waiting.appendleft(job)
                broke[job.key] = (*earlier, record.told)
                continue
            record = msgspec.structs.replace(record, attempts=len(earlier) + 1, broke=earlier)
            store.append(record)
            progress(record)
            lost = lost + 1 if record.outcome in LOST else 0
            if rule is not None and (why := rule.reached(store.records)):
                return Ending("sure", why)
            if limits.patience and lost >= limits.patience:
                return Ending("lost", f"the last {lost} episodes ended with {record.outcome}: {record.told}")
            if limits.total_cost is not None and spent >= limits.total_cost:
                return Ending("spent", f"{spent:.2f} USD are spent, {limits.total_cost:.2f} were allowed")
    finally:
        playing.close()
    return Ending("complete")
