"""What a run comes to: rates with intervals per task, per group and over all, and what episodes were lost to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from codepolicy.evaluation.clusters import rate_interval
from codepolicy.evaluation.records import LOST, Record
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.evaluation.sequential import always_valid
from codepolicy.evaluation.statistics import over_tasks


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Of some episodes of a run. Means are over all of them, won or not."""

    name: str
    episodes: int
    won: int
    rate: float
    low: float
    """Of the 95 % interval, by Wilson's score; samples of one seed count as one cluster."""
    high: float
    first: int
    """Won on turn 1."""
    lost: int
    """To infrastructure or the model's server."""
    turns: float
    tokens: float
    """Prompts included."""
    cost_usd: float | None
    """In total; None where nothing has a price."""
    model_s: float
    """Waiting for models."""
    executing_s: float
    """Wall time of programs and goal checks."""
    wall_s: float
    """All of it, setting up and looking included."""
    robot_s: float


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Of a run as far as it has come."""

    schema_version: int = 1
    model: str
    environment: str
    planned: int
    missing_shards: tuple[str, ...] = ()
    """As "3/3"; what they planned is not counted."""
    tasks: tuple[Row, ...]
    groups: tuple[Row, ...]
    """By label, e.g. "family: stacking"; none where no suite labels its groups."""
    total: Row
    tasks_in_general: tuple[float, float] | None
    """95 % interval of the mean rate over tasks like these, by resampling tasks; None where that says nothing."""
    kinds: dict[str, int]
    """What the lost episodes were lost to, most frequent first."""
    privileged: tuple[str, ...]
    """What used ground truth; empty in an honest run."""
    unjudged: int
    """Episodes that only their own goal check judges."""
    tried_again: int
    """Episodes that needed more than one attempt because infrastructure failed."""
    replaced: int
    """Records that a later one of the same episode stands for."""
    always_valid: tuple[float, float] | None
    """95 % interval of a run that was told to stop when it is sure, for which those of the rows do not hold."""


def summarized(run: EvaluationRun) -> Summary:
    """The summary of `run`."""
    records = run.records
    tasks = rows(records, lambda r: [r.task])
    return Summary(
        model=run.file.configuration.model,
        environment=run.file.configuration.environment,
        planned=run.file.planned,
        missing_shards=run.missing_shards,
        tasks=tasks,
        groups=rows(records, _groups),
        total=row("all", records),
        tasks_in_general=over_tasks([task.rate for task in tasks]),
        kinds=dict(Counter(r.kind for r in records if not r.won).most_common()),
        privileged=tuple(sorted({use for r in records for use in r.privileged})),
        unjudged=sum(not r.judged and r.outcome not in LOST for r in records),
        tried_again=sum(r.attempts > 1 for r in records),
        replaced=run.again,
        always_valid=_always_valid(run),
    )


def _always_valid(run: EvaluationRun) -> tuple[float, float] | None:
    if not any(word.partition("=")[0] == "--until-sure" for word in run.file.command):
        return None
    return always_valid(sum(record.won for record in run.records), len(run.records))


def _groups(record: Record) -> list[str]:
    """The labels of an episode and, where there are several, all of them together, as published tables have it."""
    each = [f"{name}: {value}" for name, value in record.labels.items()]
    return each if len(each) < 2 else [*each, ", ".join(each)]


def rows(records: Sequence[Record], names: Callable[[Record], Iterable[str]]) -> tuple[Row, ...]:
    """One row for each name, sorted; a record counts under all of its names."""
    found: dict[str, list[Record]] = {}
    for record in records:
        for name in names(record):
            found.setdefault(name, []).append(record)
    return tuple(row(name, found[name]) for name in sorted(found))


def row(name: str, records: Sequence[Record]) -> Row:
    """Of `records`."""
    of, won = len(records), sum(r.won for r in records)
    low, high = rate_interval(_seeds(records))
    costs = [r.usage.cost_usd for r in records if r.usage.cost_usd is not None]

    def mean(values: Iterable[float]) -> float:
        return sum(values) / of if of else 0.0

    return Row(
        name=name,
        episodes=of,
        won=won,
        rate=won / of if of else 0.0,
        low=low,
        high=high,
        first=sum(r.won and r.turns <= 1 for r in records),
        lost=sum(r.outcome in LOST for r in records),
        turns=mean(r.turns for r in records),
        tokens=mean(r.tokens for r in records),
        cost_usd=sum(costs) if costs else None,
        model_s=mean(r.timings.model for r in records),
        executing_s=mean(r.timings.execution for r in records),
        wall_s=mean(r.timings.total for r in records),
        robot_s=mean(r.timings.robot for r in records),
    )


def _seeds(records: Sequence[Record]) -> list[tuple[float, int]]:
    """For each task and seed how many of its samples were won, and how many there are."""
    found: dict[tuple[str, int], tuple[float, int]] = {}
    for r in records:
        won, of = found.get((r.task, r.seed), (0.0, 0))
        found[r.task, r.seed] = won + r.won, of + 1
    return list(found.values())
