"""Tasks that are about the way, not only the end."""

from __future__ import annotations

import pytest

from sim_envs.suites.task_catalog import find_task
from tests.tasks.tabletop import Table

HANOI = find_task("ravens-towers-of-hanoi")
LINES = "solve the towers of hanoi: move the tower from the red zone to the blue zone"
RIGHT = (
    ("small", "end"), ("middle", "spare"), ("small", "middle"), ("large", "end"),
    ("small", "start"), ("middle", "large"), ("small", "middle"),
)  # fmt: skip


def hanoi(*moves):
    bound = HANOI.bind(0, LINES)
    table = Table(bound.scene)
    blocks = sorted((n for n in table.world if n.endswith("block")), key=lambda n: table.world[n].size[0])
    spare = next(n for n in table.world if n.endswith("zone") and n not in ("red zone", "blue zone"))
    names = dict(zip(("small", "middle", "large"), blocks, strict=True))
    names |= {"start": "red zone", "end": "blue zone", "spare": spare}
    for block, target in moves:
        table.put(names[block], names.get(target, target))
    return bound, table, names


def test_the_seven_moves_win():
    bound, table, _ = hanoi(*RIGHT)
    assert table.judged(bound).status == "achieved"


def test_a_tower_that_jumped_does_not():
    """The same end, reached in one go."""
    bound, table, _ = hanoi(*RIGHT)
    table.moments.clear()
    assert table.judged(bound).explanation == "3 blocks moved at a time."


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        ((("small", "end"), ("middle", "small"), ("middle", "spare"), *RIGHT[2:]), "lay on"),
        ((("small", (0.32, 0.0)), ("small", "end"), *RIGHT[1:]), "was put down beside the zones"),
    ],
)
def test_a_broken_rule_loses_although_the_end_is_right(moves, says):
    bound, table, _ = hanoi(*moves)
    verdict = table.judged(bound)
    assert verdict.status == "not_achieved"
    assert says in verdict.explanation


def test_put_back_needs_the_way_there():
    task = find_task("reason-put-back")
    bound = task.bind(0)
    table = Table(bound.scene)
    name, x, y = bound.values["block"], *table.world[bound.values["block"]].position[:2]
    table.put(name, (x, y))
    assert f"was never in {bound.values['bowl']}" in table.judged(bound).explanation
    table.put(name, bound.values["bowl"])
    assert table.judged(bound).status == "not_achieved"
    table.put(name, (x, y))
    assert table.judged(bound).status == "achieved"
