"""Where on a region something could come to lie, and in which order."""

from __future__ import annotations

import math

from primitives.motion.placing.spots import spots
from primitives.scene import Region, Workspace
from tests.motion.things import thing

TABLE = Workspace().table
MIDDLE = Workspace().region("middle")


def test_a_bare_table_has_room_beside_zones_and_elsewhere_than_before():
    block = thing(size=(0.03, 0.03, 0.03), position=(0.49, 0.0, 0.015))
    zone = thing("blue zone", "zone", position=(0.49, 0.1, 0.0), size=(0.12, 0.12, 0.001))
    listed = list(spots(block, TABLE, [block, zone]))
    first = listed[: len(listed) // 2]
    assert first
    for spot in first:
        x, y, _ = spot.position
        assert max(abs(x - 0.49), abs(y - 0.1)) > 0.075
        assert math.dist((x, y), (0.49, 0.0)) > 0.03


def test_where_all_of_a_region_is_a_zone_it_is_used_all_the_same():
    block, zone = (
        thing(position=(0.3, 0.2, 0.02)),
        thing("blue zone", "zone", position=(0.49, 0.0, 0.0), size=(0.3, 0.3, 0.001)),
    )
    first = next(spots(block, MIDDLE, [block, zone]))
    assert first.position[:2] == MIDDLE.center


def test_a_thing_that_fills_its_region_stays_there():
    block = thing(position=(0.5, 0.0, 0.02))
    small = Region("here", (0.48, -0.02), (0.52, 0.02))
    assert math.dist(next(spots(block, small, [block])).position[:2], (0.5, 0.0)) < 0.001
