"""Two runs against each other, paired by task, seed and sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from codepolicy.evaluation.clusters import design_effect, sign_flip
from codepolicy.evaluation.configuration import differences
from codepolicy.evaluation.detectable import detectable_drop
from codepolicy.evaluation.records import Record, named
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.evaluation.statistics import over_tasks, paired_difference
from codepolicy.evaluation.text_report import percent
from codepolicy.printable import printable_line
from primitives.errors import ConfigurationError

SIGNIFICANT = 0.05
Where = tuple[str, int, int]
"""Task, seed, sample."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An episode that one run won and the other did not."""

    task: str
    seed: int
    sample: int
    instruction: str
    kind: str
    """What it was lost to, in the run that lost it."""
    told: str
    turns: tuple[int, int]
    folders: tuple[str | None, str | None]

    @property
    def name(self) -> str:
        """For people."""
        return named(self.task, self.seed, self.sample)


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """Some pairs, counted."""

    name: str
    pairs: int
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float
    """Rate of the second run minus that of the first."""
    low: float
    """Of the 95 % interval (Newcombe)."""
    high: float
    p: float
    """Exact two-sided McNemar; where a seed has several samples, over the signs of the seeds' differences."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Of two runs."""

    schema_version: int = 1
    first: str
    second: str
    differences: tuple[str, ...]
    """What differs in the configurations, as "name: first, second"."""
    newly_failing: tuple[Change, ...]
    newly_passing: tuple[Change, ...]
    total: Paired
    tasks: tuple[Paired, ...]
    tasks_in_general: tuple[float, float] | None
    """95 % interval of the mean difference over tasks like these, by resampling tasks; None where that says nothing."""
    detectable_drop: float | None
    """The smallest drop of the rate that would have been found 8 times in 10; None where no drop would be."""
    identical: int
    """Pairs that are the same, bit for bit: programs, feedback, robot time and the world at the end."""
    worded_differently: int
    """Pairs whose instructions differ."""
    unpaired_first: tuple[str, ...]
    """Episodes that only the first run has."""
    unpaired_second: tuple[str, ...]

    @property
    def regressed(self) -> bool:
        """Whether the second run is worse by more than chance explains."""
        return self.total.only_first > self.total.only_second and self.total.p < SIGNIFICANT


def compared(first: EvaluationRun, second: EvaluationRun) -> Comparison:
    """Set `second` against `first`.

    Raises:
        ConfigurationError: a task is at another version in one of them, or there is nothing to pair.
    """
    _same_versions(first, second)
    one, two = _by_place(first.records), _by_place(second.records)
    places = [place for place in one if place in two]
    if not places:
        raise ConfigurationError(
            f"{first.path} and {second.path} have no task, seed and sample in common, so there is nothing to pair: "
            f"the first has {_extent(first.records)}, the second {_extent(second.records)}"
        )
    pairs = [(one[place], two[place]) for place in places]
    by_task: dict[str, list[tuple[Record, Record]]] = {}
    for pair in pairs:
        by_task.setdefault(pair[0].task, []).append(pair)
    tasks = tuple(_paired(task, of_task) for task, of_task in by_task.items())
    return Comparison(
        first=str(first.path),
        second=str(second.path),
        differences=(*differences(first.file.configuration, second.file.configuration), *_redefined(first, second)),
        newly_failing=tuple(_change(a, b, lost=b) for a, b in pairs if a.won and not b.won),
        newly_passing=tuple(_change(a, b, lost=a) for a, b in pairs if b.won and not a.won),
        total=_paired("all", pairs),
        tasks=tasks,
        tasks_in_general=over_tasks([task.difference for task in tasks]),
        detectable_drop=_detectable(pairs),
        identical=sum(bool(a.result) and a.result == b.result for a, b in pairs),
        worded_differently=sum(a.instruction != b.instruction for a, b in pairs),
        unpaired_first=tuple(record.name for place, record in one.items() if place not in two),
        unpaired_second=tuple(record.name for place, record in two.items() if place not in one),
    )


def lines(comparison: Comparison) -> Iterator[str]:
    """For people: what changed first, then the numbers, then what has to be known about them."""
    c, total = comparison, comparison.total
    for heading, changes in (("newly failing", c.newly_failing), ("newly passing", c.newly_passing)):
        yield f"{heading}: {len(changes)}"
        for change in changes:
            told = f"{change.name}: {change.instruction!r}: lost to {change.kind}: {change.told}"
            yield f"  {printable_line(told)}"
    yield ""
    width = max(len(row.name) for row in (*c.tasks, total))
    yield f"{'':{width}}     n  first  second  difference     95 % interval        p"
    for row in (*(t for t in c.tasks if t.only_first or t.only_second), total):
        yield (
            f"{row.name:{width}}  {row.pairs:4}  {row.both + row.only_first:5}  {row.both + row.only_second:6}  "
            f"{_signed(row.difference):>10}  {_signed(row.low):>7} to {_signed(row.high):>7}  {row.p:7.2g}"
        )
    yield f"first: {c.first}, second: {c.second}; tasks on which both won the same episodes are left out"
    if c.tasks_in_general is not None:
        low, high = c.tasks_in_general
        yield f"over tasks like these {len(c.tasks)}: {_signed(low)} to {_signed(high)} (tasks resampled, 95 %)"
    if c.detectable_drop is not None:
        yield f"a drop of {percent(c.detectable_drop)} or more would be found 8 times in 10, smaller ones less often"
    else:
        yield "no drop, however large, would be found 8 times in 10; this takes more trials"
    yield f"{c.identical} of {total.pairs} pairs are the same, bit for bit"
    if c.worded_differently:
        yield f"{c.worded_differently} pairs have differently worded instructions"
    for which, unpaired in (("first", c.unpaired_first), ("second", c.unpaired_second)):
        if unpaired:
            rest = f", … and {len(unpaired) - 5} more, which --json names" if len(unpaired) > 5 else ""
            yield f"left out, only in the {which}: {len(unpaired)} ({', '.join(unpaired[:5])}{rest})"
    yield "configurations: " + ("the same" if not c.differences else "differ in (first, second)")
    for difference in c.differences:
        yield f"  {printable_line(difference)}"


def _signed(rate: float) -> str:
    return f"{'+' if rate > 0 else ''}{percent(rate)}"


def _same_versions(first: EvaluationRun, second: EvaluationRun) -> None:
    one, two = ({_unversioned(task): task for task in sorted({r.task for r in run.records})} for run in (first, second))
    changed = [f"{one[id]} and {two[id]}" for id in one if id in two and one[id] != two[id]]
    if changed:
        raise ConfigurationError(
            f"{first.path} and {second.path} are not comparable: what counts as done has changed in "
            f"{', '.join(changed)}. Play both with the same version of the tasks"
        )


def _redefined(first: EvaluationRun, second: EvaluationRun) -> Iterator[str]:
    """Tasks of which something has changed without a new version, such as the time limit."""
    one, two = first.file.tasks, second.file.tasks
    yield from (f"tasks.{task}: {one[task]}, {two[task]}" for task in one if task in two and one[task] != two[task])


def _unversioned(task: str) -> str:
    base, colon, attributes = task.partition(":")
    return base.rpartition("-v")[0] + colon + attributes


def _by_place(records: Sequence[Record]) -> dict[Where, Record]:
    return {(r.task, r.seed, r.sample): r for r in records}


def _extent(records: Sequence[Record]) -> str:
    tasks = Counter(r.task for r in records)
    if not tasks:
        return "no episodes"
    seeds = [r.seed for r in records]
    named = ", ".join(sorted(tasks)[:3]) + (", …" if len(tasks) > 3 else "")
    return f"{len(tasks)} tasks ({named}) with seeds {min(seeds)} to {max(seeds)}"


def _paired(name: str, pairs: Sequence[tuple[Record, Record]]) -> Paired:
    counts = Counter((a.won, b.won) for a, b in pairs)
    both, only_first = counts[True, True], counts[True, False]
    only_second, neither = counts[False, True], counts[False, False]
    seeds = _differences(pairs)
    difference = (only_second - only_first) / len(pairs)
    effect = design_effect(seeds, (only_first + only_second) / len(pairs) - difference * difference)
    low, high = paired_difference(both / effect, only_first / effect, only_second / effect, neither / effect)
    return Paired(
        name=name,
        pairs=len(pairs),
        both=both,
        only_first=only_first,
        only_second=only_second,
        neither=neither,
        difference=difference,
        low=low,
        high=high,
        p=sign_flip([total for total, _ in seeds]),
    )


def _differences(pairs: Sequence[tuple[Record, Record]]) -> list[tuple[int, int]]:
    """For each task and seed how many more of its samples the second run won, and how many there are."""
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for a, b in pairs:
        total, of = found.get((a.task, a.seed), (0, 0))
        found[a.task, a.seed] = total + b.won - a.won, of + 1
    return list(found.values())


def _detectable(pairs: Sequence[tuple[Record, Record]]) -> float | None:
    """Of as many pairs as there are seeds, samples of one being no more than one."""
    seeds = len(_differences(pairs))
    share = seeds / len(pairs)
    won, newly = sum(a.won for a, _ in pairs), sum(b.won and not a.won for a, b in pairs)
    return detectable_drop(seeds, round(won * share), round(newly * share))


def _change(first: Record, second: Record, *, lost: Record) -> Change:
    return Change(
        task=first.task,
        seed=first.seed,
        sample=first.sample,
        instruction=lost.instruction,
        kind=lost.kind,
        told=lost.feedback or lost.told,
        turns=(first.turns, second.turns),
        folders=(first.folder, second.folder),
    )
