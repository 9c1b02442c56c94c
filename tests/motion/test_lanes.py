"""Where something can be slid: spots of a region, free lanes, ways of one leg and of two."""

from __future__ import annotations

import math

import pytest

from primitives.failures import Blocked
from primitives.motion.pushing.swept_corridors import ROOM, in_lane, spots_within, ways
from primitives.scene import Workspace
from tests.motion.things import objects, thing

RIGHT = Workspace().region("right side")
BLOCK = thing(position=(0.5, 0.1, 0.02))
BOWL = thing("green bowl", "bowl", position=(0.5, -0.12, 0.025), size=(0.08, 0.08, 0.05))


def test_the_nearest_spot_of_a_region_comes_first_and_all_of_the_thing_fits_in():
    spots = spots_within(RIGHT, BLOCK, [BLOCK])
    assert spots[0] == pytest.approx((0.5, RIGHT.high[1] - 0.04))
    assert all(RIGHT.contains(spot, 0.039) for spot in spots)
    away = [math.dist(spot, BLOCK.position[:2]) for spot in spots]
    assert away == sorted(away)
    assert len(spots) > 30


def test_spots_keep_clear_of_others_and_take_a_zone_last():
    other = thing("blue block", position=(0.5, -0.2, 0.02))
    zone = thing("red zone", "zone", position=(0.6, -0.2, 0.0), size=(0.1, 0.1, 0.001))
    spots = spots_within(RIGHT, BLOCK, [BLOCK, other, zone])
    assert all(max(abs(x - 0.5), abs(y + 0.2)) > 0.05 for x, y in spots)
    in_zone = [abs(x - 0.6) < 0.05 and abs(y + 0.2) < 0.05 for x, y in spots]
    assert any(in_zone)
    assert not any(in_zone[: in_zone.index(True)])
    assert in_zone.index(True) > len(spots) / 3


def test_a_thing_inside_its_region_goes_to_another_spot_first():
    inside = thing(position=(0.5, -0.22, 0.02))
    assert math.dist(spots_within(RIGHT, inside, [inside])[0], (0.5, -0.22)) > 0.03


def test_what_stands_in_a_lane_or_beside_it():
    beside = thing("blue block", position=(0.55, 0.0, 0.02))
    assert [o.name for o in in_lane(BLOCK, (0.5, -0.25), [BLOCK, BOWL, beside])] == ["green bowl"]
    assert [o.name for o in in_lane(BLOCK, (0.5, 0.0), [BLOCK, beside], room=0.011)] == ["blue block"]
    zone = thing("red zone", "zone", position=(0.5, 0.0, 0.0), size=(0.1, 0.1, 0.001))
    assert in_lane(BLOCK, (0.5, 0.0), [BLOCK, zone]) == []


def test_straight_ways_go_past_things_and_those_of_two_legs_round_a_corner():
    straight = list(ways(BLOCK, spots_within(RIGHT, BLOCK, [BLOCK, BOWL]), [BLOCK, BOWL], legs=1, room=ROOM))
    assert straight
    assert all(abs(way[0][0] - 0.5) > 0.05 for way in straight)  # straight ahead stands the bowl
    between = thing("blue block", position=(0.54, 0.02, 0.02))
    goal = [(0.62, -0.08)]
    assert list(ways(BLOCK, goal, [BLOCK, between], legs=1, room=ROOM)) == []
    assert list(ways(BLOCK, goal, [BLOCK, between], legs=2, room=ROOM)) == [((0.62, 0.1), goal[0])]


@pytest.mark.slow
def test_push_to_a_region_goes_past_what_stands_straight_ahead(environment, trial):
    server = trial(objects("red block 0.45 0.0", "green bowl 0.45 0.15 0.12"))
    bowl = environment.world()["green bowl"].position
    server.invoke("push", "red block", "left side")
    assert Workspace().region("left side").contains(environment.world()["red block"].position)
    assert math.dist(environment.world()["green bowl"].position, bowl) < 0.003


@pytest.mark.slow
def test_push_to_a_point_goes_round_a_corner(environment, trial):
    server = trial(objects("red block 0.45 -0.15", "blue block 0.51 -0.07"))
    server.invoke("push", "red block", (0.58, 0.03))
    assert math.dist(environment.world()["red block"].position[:2], (0.58, 0.03)) < 0.02
    assert math.dist(environment.world()["blue block"].position[:2], (0.51, -0.07)) < 0.003


@pytest.mark.slow
def test_a_push_that_cannot_be_says_what_to_move_out_of_which_lane(trial):
    server = trial(objects("red block 0.45 0.0", "green block 0.45 0.08", "blue block 0.45 0.16"))
    with pytest.raises(Blocked, match="green block and blue block stand in the way of red block from") as caught:
        server.invoke("push", "red block", (0.45, 0.24))
    assert caught.value.candidates == ("green block", "blue block")
    assert "out of the lane from (0.450, 0.000) to (0.450, 0.240)" in caught.value.hint
