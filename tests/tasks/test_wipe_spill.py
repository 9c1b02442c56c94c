"""Wiping counts when the sponge did it: what was carried, pushed by the bare hand or left half done loses."""

from __future__ import annotations

import pytest

from sim_envs.judging.case import WorldSnapshot
from sim_envs.suites.task_catalog import find_task
from sim_envs.suites.task_matching import match
from tests.tasks.leading import table_for
from tests.tasks.tabletop import moved

SENTENCE = "wipe the crumbs off the green zone with the yellow block"


def wiped():
    bound = find_task("manip-wipe-spill").bind(0, SENTENCE)
    table = table_for(bound)
    table.run(bound.oracle)
    crumbs = [n for n, s in table.world.items() if s.size[0] < 0.02]
    return bound, table, crumbs


def test_every_crumb_is_swept_with_the_sponge():
    bound, table, crumbs = wiped()
    verdict = table.judged(bound)
    assert verdict.status == "achieved"
    assert verdict.facts["crumbs moved with yellow block"] == len(crumbs) in (7, 8)


def carried(moments, crumb, last):
    """Taken in the hand on the way."""
    return [*moments[:-1], WorldSnapshot(moments[-1].world, frozenset({crumb})), *last]


def lifted(moments, crumb, last):
    """Seen in the air on the way, though never in the hand."""
    x, y, _ = moments[-1].world[crumb].position
    return [*moments, WorldSnapshot(moved(moments[-1].world, crumb, x, y, 0.04), moments[-1].held), *last]


def by_hand(moments, crumb, last):
    """Moved while the hand held nothing."""
    return [WorldSnapshot(m.world) for m in moments] + last


@pytest.mark.parametrize(
    ("way", "says"), [(carried, "was in the hand"), (lifted, "above the table"), (by_hand, "was not in the hand")]
)
def test_the_same_end_reached_otherwise_loses(way, says):
    bound, table, crumbs = wiped()
    table.moments = way(table.moments, crumbs[0], [WorldSnapshot(table.world)])
    verdict = table.judged(bound)
    assert verdict.status == "not_achieved"
    assert says in verdict.explanation


def between(start, end, steps, held):
    """The crumbs on their way, `steps` moments in all."""
    for step in range(1, steps + 1):
        world = dict(end)
        for name, state in start.items():
            points = zip(state.position, end[name].position, strict=True)
            world = moved(world, name, *(a + (b - a) * step / steps for a, b in points))
        yield WorldSnapshot(world, held)


@pytest.mark.parametrize(("hand", "expected"), [({"yellow block"}, "achieved"), (set(), "not_achieved")])
def test_many_small_steps_count_like_one(hand, expected):
    """5 mm and less at a time: nudged by the bare fingers, and wiped by the sponge."""
    bound, table, _ = wiped()
    table.moments = [*between(table.start, table.world, 40, frozenset(hand)), WorldSnapshot(table.world)]
    assert table.judged(bound).status == expected


@pytest.mark.parametrize(("hand", "expected"), [({"yellow block"}, "achieved"), (set(), "not_achieved")])
def test_a_crumb_at_the_edge_is_wiped_as_well(hand, expected):
    """6 mm bring it off the zone, and brushing past is allowed up to 1 cm; but the sponge has to do it."""
    bound, table, crumbs = wiped()
    x, y, _ = table.start["green zone"].position
    before = moved(table.world, crumbs[0], x + 0.073, y, 0.0075)
    after = moved(table.world, crumbs[0], x + 0.079, y, 0.0075)
    table.start = moved(table.start, crumbs[0], x + 0.073, y, 0.0075)
    table.moments = [
        WorldSnapshot(before, frozenset({"yellow block"})),
        WorldSnapshot(after, frozenset(hand)),
        WorldSnapshot(after),
    ]
    assert table.judged(bound, after).status == expected


def test_a_crumb_with_its_edge_on_the_zone_is_not_off_it():
    bound, table, crumbs = wiped()
    x, y, z = table.world["green zone"].position
    edge = x + 0.075
    for away, expected in ((0.002, "not_achieved"), (0.003, "achieved")):
        # its whole width, give or take 5 mm
        world = moved(table.world, crumbs[0], edge + away, y, z + 0.007)
        table.moments[-1] = WorldSnapshot(world, table.moments[-1].held | {"yellow block"})
        assert table.judged(bound, world).status == expected


@pytest.mark.parametrize(("height", "where"), [(0.0225, (0.0, 0.0)), (0.1, (0.0, 0.2))])
def test_the_sponge_ends_on_the_table_beside_the_zone(height, where):
    bound, table, _ = wiped()
    x, y, _ = table.world["green zone"].position
    world = moved(table.world, "yellow block", x + where[0], y + where[1], height)
    assert table.judged(bound, world).status == "not_achieved"
    assert table.judged(bound, held=frozenset({"yellow block"})).status == "not_achieved"


def test_a_crumb_beside_the_table_is_lost():
    bound, table, crumbs = wiped()
    x, y, _ = table.world[crumbs[0]].position
    assert table.judged(bound, moved(table.world, crumbs[0], x, y, -0.7)).status == "not_achieved"


def test_a_zone_without_crumbs_asks_for_nothing():
    _, table, crumbs = wiped()
    empty = {n: s for n, s in table.start.items() if n not in crumbs}
    assert match(SENTENCE, empty) is None
    assert match(SENTENCE, table.start).info.id == "manip-wipe-spill"


@pytest.mark.parametrize(
    ("sentence", "task"),
    [
        ("Sweep the crumbs off the green zone with the yellow block", "manip-wipe-spill"),
        ("use the yellow block to wipe the green zone clean", "manip-wipe-spill"),
        ("wipe the crumbs off the green zone", "manip-clear-zone"),
        ("clean the green zone", "manip-clear-zone"),
        ("wipe the green zone with the red bowl", None),
        ("wipe the yellow block off the green zone", None),
    ],
)
def test_who_wipes_with_something_means_this_task(sentence, task):
    found = match(sentence, table_for(find_task("manip-wipe-spill").bind(0, SENTENCE)).start)
    assert (found and found.info.id) == task
