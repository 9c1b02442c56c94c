"""A point is what it says: the bare table, or a level that is carried there by everything underneath."""

import math

import pytest

from primitives.api import surface
from primitives.failures import BadArgument, Blocked, NotPlaced
from primitives.motion.placing.container_spots import in_container
from primitives.motion.placing.placement_spot import PlacementSpot, turns
from primitives.motion.placing.rest_check import at_rest
from primitives.motion.placing.spots import spots
from primitives.motion.placing.support import support_at
from primitives.motion.preconditions import finger_room
from primitives.scene import Workspace
from primitives.server import Server
from sim_envs.robots.panda import arm_info
from tests.motion.still_world import StillWorld
from tests.motion.things import thing

GREEN = thing("green block", position=(0.42, -0.2, 0.02))
RED = thing("red block", position=(0.45, 0.15, 0.02))
BEAM = thing("blue block", position=(0.35, -0.1, 0.015), size=(0.18, 0.04, 0.03), yaw=0.0)
PILLARS = [thing("yellow block", position=(0.42, 0.1, 0.02)), thing("yellow block 2", position=(0.54, 0.1, 0.02))]


def start(*things):
    world = StillWorld(arm_info(), list(things), Workspace())
    server = Server(world.robot, world)
    server.begin(surface("skill"))
    return world, server


@pytest.mark.parametrize(
    ("point", "kind", "named"),
    [
        ((0.45, 0.15), Blocked, "red block"),
        ((0.45, 0.185), Blocked, "red block"),  # half on it
        ((0.45, 0.15, 0.02), Blocked, "red block"),
        ((0.45, 0.175, 0.06), Blocked, "tip off red block"),
        ((0.49, -0.0, 0.02), Blocked, "yellow bowl"),  # on its rim
        ((0.55, -0.05), Blocked, "yellow bowl"),
        ((0.60, 0.20, 0.30), BadArgument, "nothing at"),
        ((0.45, 0.15, 0.10), BadArgument, "red block"),
    ],
)
def test_a_point_that_is_taken_or_in_mid_air_is_refused_before_anything_moves(point, kind, named):
    bowl = thing("yellow bowl", "bowl", position=(0.55, -0.05, 0.025), size=(0.15, 0.15, 0.05))
    world, server = start(GREEN, RED, bowl)
    with pytest.raises(kind, match=named) as caught:
        server.invoke("put", "green block", point)
    assert not world.paths
    assert caught.value.hint and caught.value.expected and caught.value.measured


@pytest.mark.parametrize(("point", "z"), [((0.45, 0.15, 0.06), 0.06), ((0.60, 0.20, 0.03), 0.02), ((0.60, 0.2), 0.02)])
def test_a_point_at_its_level_is_taken(point, z):
    world, server = start(GREEN, RED)
    server.invoke("put", "green block", point)
    assert world.things["green block"].position == pytest.approx((*point[:2], z), abs=2e-3)


def test_what_lies_on_two_pillars_is_carried_by_both_and_keeps_its_yaw():
    support = support_at(BEAM, (0.48, 0.1), 0.0, PILLARS)
    assert support.names == ("yellow block", "yellow block 2") and support.steady
    assert not support_at(BEAM, (0.48, 0.1), 0.0, PILLARS[:1]).steady
    _, server = start(BEAM, *PILLARS)
    server.invoke("put", "blue block", (0.48, 0.1, 0.055))
    assert server.records[-1].measured["yaw (rad)"] == 0.0
    first = next(spots(BEAM, (0.48, 0.1, 0.055), PILLARS))
    assert math.sin(first.yaws[0][0]) == pytest.approx(0.0, abs=1e-6) and set(first.supports) == set(support.names)


def test_a_beam_that_lay_across_is_turned_onto_its_pillars():
    across = thing("blue block", position=(0.35, -0.1, 0.015), size=(0.18, 0.04, 0.03), yaw=1.5)
    first = next(spots(across, (0.48, 0.1, 0.055), PILLARS))
    assert abs(math.sin(first.yaws[0][0])) < 0.01


def test_a_second_layer_stands_on_four():
    below = [
        thing(f"red block {k}", position=(0.45 + 0.044 * i, 0.044 * j, 0.02))
        for k, (i, j) in enumerate((i, j) for i in (0, 1) for j in (0, 1))
    ]
    support = support_at(GREEN, (0.472, 0.022), 0.0, below)
    assert len(support.carriers) == 4 and support.steady and support.height == pytest.approx(0.04)


def test_a_yaw_is_obeyed_and_degrees_are_not():
    long = thing(position=(0.5, 0.0, 0.02), size=(0.06, 0.03, 0.04), yaw=0.4)
    for target in ((0.45, 0.15), Workspace().region("left side")):
        assert {y for group in next(spots(long, target, [long], 1.0)).yaws for y in group} == {1.0, 1.0 + math.pi}
        assert next(spots(long, target, [long])).yaws[0][0] == 0.4  # it keeps its own where nothing is asked for
    _, server = start(long)
    with pytest.raises(BadArgument, match="rad"):
        server.invoke("put", "red block", (0.45, 0.15), yaw=90.0)


def test_a_yaw_that_it_did_not_get_is_said():
    _, server = start(thing(position=(0.5, 0.0, 0.02), size=(0.06, 0.03, 0.04), yaw=0.0))
    with pytest.raises(NotPlaced, match="yaw 0"):  # nothing turns in this world
        server.invoke("put", "red block", (0.45, 0.15), yaw=1.2)


def test_in_a_bowl_the_second_goes_beside_the_first():
    bowl = thing("yellow bowl", "bowl", position=(0.55, -0.05, 0.025), size=(0.15, 0.15, 0.05))
    first = thing("red block", position=(0.573, -0.05, 0.028))
    listed = list(in_container(GREEN, bowl, [first]))
    free = [abs(s.position[0] - 0.573) >= 0.039 or abs(s.position[1] + 0.05) >= 0.039 for s in listed]
    assert listed and all(free), "where there is room beside it, no block is dropped on the other"
    deep = thing("yellow box", "box", position=(0.55, -0.05, 0.05), size=(0.15, 0.06, 0.10))
    first = thing("red block", position=(0.55, -0.05, 0.028))
    on_top = [abs(s.position[0] - 0.55) < 0.039 for s in in_container(GREEN, deep, [first])]
    assert any(on_top) and on_top == sorted(on_top), "on top comes last"


def test_a_thing_is_known_again_by_its_place_and_colour():
    spot = PlacementSpot((0.5, 0.1, 0.062), turns(RED, 0.0), ("plate",), rest=0.06)
    renamed = thing("red object", "object", position=(0.502, 0.1, 0.058))
    other = thing("blue block", position=(0.502, 0.1, 0.058))
    assert at_rest(RED, spot, [renamed]) == renamed
    assert at_rest(RED, spot, [other]) is None
    assert at_rest(RED, spot, [thing("red block", position=(0.3, 0.0, 0.02)), renamed]) == renamed


def test_the_room_that_is_told_is_the_one_that_is_needed():
    """A block between two walls can be taken where the fingers have that room, and not with 3 mm less."""
    room = finger_room(arm_info().gripper)
    assert room == pytest.approx(0.024)
    for gap, free in ((room + 0.0005, True), (room - 0.003, False)):
        walls = [
            thing(
                f"gray block {k}",
                position=(0.5 + dx * (0.02 + gap + 0.01), 0.0 + dy * (0.02 + gap + 0.01), 0.02),
                size=(0.02 if dx else 0.30, 0.02 if dy else 0.30, 0.04),
            )
            for k, (dx, dy) in enumerate(((1, 0), (-1, 0), (0, 1), (0, -1)))
        ]
        _, server = start(thing(), *walls)
        if free:
            server.invoke("pick", "red block")
            server.invoke("pick", "red block")  # what is held is held
        else:
            with pytest.raises(Blocked, match="collides") as caught:
                server.invoke("pick", "red block")
            assert "2.4 cm" in str(caught.value.expected) and "along" in str(caught.value.expected)


def test_no_hint_says_to_move_the_table():
    """Thin and flat, close to the table: whatever is in the way, it is nothing that nobody can move."""
    wide = thing("red block", position=(0.69, 0.29, 0.005), size=(0.068, 0.068, 0.010))
    _, server = start(wide)
    try:
        server.invoke("pick", "red block")
    except (Blocked, BadArgument) as failure:
        assert "Move table" not in str(failure.hint)
