"""A summary as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codepolicy.evaluation.records import Record
from codepolicy.evaluation.summary import Row, Summary
from codepolicy.evaluation.worker_setup import DECOYS
from codepolicy.printable import printable_line

HEADINGS = (
    *("", "n", "won", "rate", "95 % interval", "turn 1", "turns", "tokens", "cost"),
    *("model s", "executing s", "wall s", "robot s"),
)
LISTED = 20
"""Lost episodes that are named."""


def table(summary: Summary) -> Iterator[str]:
    """Tasks, groups and the total, and what has to be known about them."""
    parts = [part for part in (summary.tasks, summary.groups, (summary.total,)) if part]
    blocks = [[cells(row) for row in part] for part in parts]
    columns = zip(HEADINGS, *(line for block in blocks for line in block), strict=True)
    widths = [max(map(len, column)) for column in columns]
    yield _line(HEADINGS, widths)
    for number, block in enumerate(blocks):
        if number:
            yield ""
        for line in block:
            yield _line(line, widths)
    yield from notes(summary)


def notes(summary: Summary) -> Iterator[str]:
    """What has to be known about the numbers, a line each."""
    if summary.tasks_in_general is not None:
        low, high = summary.tasks_in_general
        yield f"over tasks like these {len(summary.tasks)}: {percent(low)} - {percent(high)} (tasks resampled, 95 %)"
    if summary.always_valid is not None:
        low, high = summary.always_valid
        yield (
            f"ended when it was sure (--until-sure): {percent(low)} - {percent(high)} (95 %), "
            "not the intervals of the rows"
        )
    if summary.missing_shards:
        yield f"missing: {'shards' if len(summary.missing_shards) > 1 else 'shard'} {', '.join(summary.missing_shards)}"
    if summary.total.episodes < summary.planned:
        yield f"{summary.planned - summary.total.episodes} of {summary.planned} episodes are missing"
    if summary.privileged:
        yield f"privileged: {', '.join(summary.privileged)} used ground truth"
    if summary.total.lost:
        yield (
            f"{summary.total.lost} lost to infrastructure or the model's server, counted as not won; "
            "--again plays them again"
        )
    if summary.tried_again:
        yield f"{summary.tried_again} needed more than one attempt because infrastructure failed"
    if summary.replaced:
        yield f"{summary.replaced} earlier records stand replaced by later ones of the same episodes"
    if summary.unjudged:
        yield f"{summary.unjudged} judged by their own goal check alone: no ground-truth verdict"


def losses(records: Sequence[Record], model: str = "") -> Iterator[str]:
    """The first lost episodes by what they were lost to; of `model` "decoys", which must lose, those that were won."""
    if model == DECOYS:
        for record in [r for r in records if r.won][:LISTED]:
            yield printable_line(f"must lose and won: {record.name}: {record.told}")
        return
    lost = sorted((r for r in records if not r.won), key=lambda r: (r.kind, r.task, r.seed, r.sample))
    for record in lost[:LISTED]:
        yield printable_line(f"lost to {record.kind}: {record.name}: {record.feedback or record.told}")
    if len(lost) > LISTED:
        yield f"… and {len(lost) - LISTED} more"


def percent(rate: float) -> str:
    """With one decimal."""
    return f"{rate:.1%}"


def cells(row: Row) -> tuple[str, ...]:
    """Of a row, under `HEADINGS`."""
    return (
        printable_line(row.name),
        str(row.episodes),
        str(row.won),
        percent(row.rate) if row.episodes else "–",
        f"{percent(row.low)} - {percent(row.high)}",
        str(row.first),
        f"{row.turns:.2f}",
        f"{row.tokens:.0f}",
        "–" if row.cost_usd is None else f"{row.cost_usd:.4g}",
        f"{row.model_s:.1f}",
        f"{row.executing_s:.1f}",
        f"{row.wall_s:.1f}",
        f"{row.robot_s:.1f}",
    )


def _line(told: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(told, widths, strict=True)
    return "  ".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]).rstrip()
