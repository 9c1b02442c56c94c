"""Blocks that may be several things are said to be."""

from __future__ import annotations

import pytest

from codepolicy.prompting.scene_table import parse_scene_table, scene_table
from primitives.scene import Vector3
from primitives.seen_as_one import cubes_in, doubts
from tests.perception.things import thing


@pytest.mark.parametrize(
    ("size", "count"),
    [
        ((0.04, 0.04, 0.04), 1),
        ((0.0802, 0.0401, 0.0399), 2),
        ((0.0401, 0.0399, 0.08), 2),
        ((0.1203, 0.04, 0.04), 3),
        ((0.08, 0.08, 0.04), 4),
        ((0.08, 0.08, 0.08), 1),
        ((0.18, 0.04, 0.03), 1),
        ((0.10, 0.04, 0.04), 1),
    ],
)
def test_a_whole_number_of_cubes_may_be_so_many_things(size: Vector3, count: int) -> None:
    assert cubes_in(thing("red block", size=size)) == count
    assert cubes_in(thing("red cylinder", size=size)) == 1


def test_the_scene_says_what_may_be_several_things() -> None:
    objects = [thing("red block", size=(0.08, 0.04, 0.04)), thing("blue block", 0.6)]
    text = scene_table(objects)
    assert "May be touching blocks seen as one: red block (2 of 0.040 m)." in text
    assert [o.name for o in parse_scene_table(text)] == ["blue block", "red block"]
    assert not doubts(objects[1:]) and "seen as one" not in scene_table(objects[1:])
