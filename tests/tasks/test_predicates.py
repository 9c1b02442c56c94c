"""Each clause at its tolerance: just inside holds, just outside does not."""

from __future__ import annotations

import math

import pytest

from primitives.environment import ObjectState
from sim_envs.judging.arrangement_predicates import spread_out, stacked
from sim_envs.judging.case import Case
from sim_envs.judging.declining import still
from sim_envs.judging.predicates import at_point, in_place, on_table, untouched
from sim_envs.judging.truth_geometry import contains, fit_line, half_height, place, rests_on
from sim_envs.suites.task_catalog import find_task

FLAT = (0.0, 0.0, 0.0, 1.0)


def thing(x, y, z, *, category="block", size=(0.04, 0.04, 0.04), color="red", turn=FLAT):
    return ObjectState(position=(x, y, z), quaternion_xyzw=turn, category=category, color=color, size=size)


def case(**now):
    return Case({}, now, now)


BOWL = {"category": "bowl", "size": (0.15, 0.15, 0.05)}


@pytest.mark.parametrize(
    ("x", "z", "expected"),
    [
        (0.0, 0.03, True),
        (0.064, 0.03, True),
        (0.066, 0.03, False),  # beyond the inner rim
        (0.0, 0.06, True),  # lies on another block, its lower side still below the rim
        (0.0, 0.066, False),  # across the rim
        (0.0, 0.30, False),  # held above
        (0.0, -0.05, False),
    ],
)
def test_inside_a_bowl(x, z, expected):
    assert contains(thing(0.5, 0.0, 0.025, **BOWL), thing(0.5 + x, 0.0, z)) is expected


def test_a_mug_s_cup_is_beside_its_handle():
    mug = thing(0.5, 0.0, 0.045, category="mug", size=(0.11, 0.08, 0.09))
    assert contains(mug, thing(0.485, 0.0, 0.05, size=(0.03, 0.03, 0.03)))
    assert not contains(mug, thing(0.54, 0.0, 0.05, size=(0.03, 0.03, 0.03)))


@pytest.mark.parametrize(
    ("x", "z", "expected"),
    [(0.0, 0.06, True), (0.019, 0.06, True), (0.021, 0.06, False), (0.0, 0.069, True), (0.0, 0.072, False)],
)
def test_on_a_block(x, z, expected):
    assert rests_on(thing(0.5 + x, 0.0, z), thing(0.5, 0.0, 0.02)) is expected


def test_a_block_on_its_edge_is_higher():
    eighth = (math.sin(math.pi / 8), 0.0, 0.0, math.cos(math.pi / 8))
    assert half_height(thing(0, 0, 0, turn=eighth)) == pytest.approx(0.02 * math.sqrt(2))
    assert half_height(thing(0, 0, 0, turn=eighth, category="ball")) == 0.02


@pytest.mark.parametrize(
    ("x", "z", "expected"),
    [(0.57, 0.02, True), (0.541, 0.02, True), (0.539, 0.02, False), (0.57, 0.10, False)],
)
def test_in_a_place(x, z, expected):
    """The top left corner begins at x = 0.56; half a block is let pass, the air is not."""
    assert in_place(case(a=thing(x, 0.25, z)), "a", place("top left corner")).holds is expected


def test_in_a_place_on_another_block():
    both = case(a=thing(0.6, 0.25, 0.06), b=thing(0.6, 0.25, 0.02))
    assert in_place(both, "a", place("top left corner")).holds


def test_on_the_table_is_not_in_a_bowl():
    assert on_table(case(a=thing(0.5, 0, 0.027)), "a").holds
    assert not on_table(case(a=thing(0.5, 0, 0.027), b=thing(0.5, 0, 0.025, **BOWL)), "a").holds
    assert not on_table(case(a=thing(0.5, 0, 0.031)), "a").holds


def test_at_a_point_and_untouched_and_still():
    start = {"a": thing(0.5, 0.0, 0.02)}
    for moved, near, stays, unmoved in (
        (0.009, True, True, True),
        (0.03, False, True, False),
        (0.06, False, False, False),
    ):
        c = Case({}, start, {"a": thing(0.5 + moved, 0.0, 0.02)})
        assert at_point(c, "a", (0.5, 0.0), 0.02, "there").holds is near
        assert untouched(c, ["a"])[0].holds is stays
        assert still(c).holds is unmoved


def test_a_tower_needs_every_level():
    tower = {"a": thing(0.5, 0, 0.02), "b": thing(0.5, 0.01, 0.06), "c": thing(0.5, 0, 0.10)}
    assert all(c.holds for c in stacked(case(**tower), tower))
    aside = tower | {"b": thing(0.6, 0.0, 0.02)}
    assert not all(c.holds for c in stacked(case(**aside), aside))


@pytest.mark.parametrize("angle", [0.0, 15.0, 35.0, 90.0])
def test_a_line_s_angle_and_offsets(angle):
    a = math.radians(angle)
    points = [(0.5 + t * math.cos(a), t * math.sin(a)) for t in (-0.1, 0.0, 0.1)]
    line = fit_line(points)
    assert math.degrees(line.angle) == pytest.approx(angle)
    assert max(line.offsets) == pytest.approx(0.0, abs=1e-9)
    assert sorted(line.stations) == pytest.approx([-0.1, 0.0, 0.1])


def test_spread_out_needs_a_block_s_width():
    assert all(c.holds for c in spread_out(case(a=thing(0.5, 0, 0.02), b=thing(0.5, 0.045, 0.02)), ("a", "b")))
    tight = spread_out(case(a=thing(0.5, 0, 0.02), b=thing(0.5, 0.03, 0.02)), ("a", "b"))
    assert not all(c.holds for c in tight)


def world(*spots, sizes=None):
    colors = ("blue", "green", "orange", "red", "yellow")
    edges = sizes or [0.04] * len(spots)
    return {
        f"{color} block": thing(x, y, edge / 2, color=color, size=(edge,) * 3)
        for (x, y), color, edge in zip(spots, colors, edges, strict=False)
    }


@pytest.mark.parametrize(
    ("task", "instruction", "good", "bad"),
    [
        (
            "cap-put-blocks-in-line",
            "put all the blocks in a horizontal line",
            world((0.50, -0.1), (0.51, 0.0), (0.5, 0.1)),
            world((0.47, -0.1), (0.53, 0.0), (0.47, 0.1)),
        ),
        (
            "cap-put-blocks-in-line",
            "put all the blocks in a vertical line",
            world((0.4, 0.0), (0.5, 0.01), (0.6, 0.0)),
            world((0.5, -0.1), (0.5, 0.0), (0.5, 0.1)),
        ),
        (
            "cap-put-blocks-in-line",
            "put all the blocks in a diagonal line",
            world((0.4, 0.1), (0.5, 0.0), (0.6, -0.1)),
            world((0.4, 0.01), (0.5, 0.0), (0.6, -0.01)),
        ),
        (
            "reason-evenly-spaced",
            "line up the blocks from left to right, evenly spaced",
            world((0.5, -0.1), (0.5, 0.0), (0.5, 0.11)),
            world((0.5, -0.1), (0.5, 0.0), (0.5, 0.13)),
        ),
        (
            "reason-triangle",
            "make an equilateral triangle out of the three blocks",
            world((0.4, -0.05), (0.4, 0.05), (0.487, 0.0)),
            world((0.4, -0.05), (0.4, 0.05), (0.55, 0.0)),
        ),
        (
            "reason-square",
            "put the four blocks at the corners of a square",
            world((0.4, -0.05), (0.4, 0.05), (0.5, -0.05), (0.5, 0.05)),
            world((0.4, -0.05), (0.45, 0.05), (0.5, -0.05), (0.55, 0.05)),
        ),
        (
            "reason-line-by-size",
            "line up the blocks by size with the smallest on the left",
            world((0.5, 0.1), (0.5, 0.0), (0.5, -0.1), sizes=[0.03, 0.04, 0.05]),
            world((0.5, 0.1), (0.5, 0.0), (0.5, -0.1), sizes=[0.03, 0.05, 0.04]),
        ),
    ],
)
def test_shapes(task, instruction, good, bad):
    definition = find_task(task)
    values = definition.template.read(instruction)
    assert values is not None
    assert all(c.holds for c in definition.definition.goal(Case(values, good, good)))
    assert not all(c.holds for c in definition.definition.goal(Case(values, bad, bad)))
