"""Containers with something in them are lifted, carried level, put down and pushed, and their contents counted."""

import math

import numpy as np
import pytest

from primitives import relations
from primitives.failures import Blocked, Dropped
from primitives.kinematics.poses import object_matrix
from primitives.motion.mover import LEVEL
from primitives.motion.spillage import lost_contents
from primitives.perception.tracking.held_object import held_at
from tests.motion.things import objects, thing

BOWL = thing("white bowl", "bowl", position=(0.5, 0.15, 0.025), size=(0.15, 0.15, 0.05))
BALL = thing("red ball", "ball", position=(0.5, 0.15, 0.0305), size=(0.045, 0.045, 0.045), on="white bowl")
BESIDE = thing("blue block", position=(0.4, -0.1, 0.02))


def test_what_lies_in_a_container_is_its_contents_and_what_stands_on_a_plate_rides_on_it():
    on_ball = thing("green block", position=(0.5, 0.15, 0.07), on="red ball")
    assert relations.contained(BOWL, [BOWL, BALL, BESIDE, on_ball]) == [BALL, on_ball]
    assert relations.contained(BESIDE, [BOWL, BALL, BESIDE]) == []
    plate = thing("white plate", "plate", position=(0.4, -0.1, 0.007), size=(0.16, 0.16, 0.014))
    mug = thing("blue mug", "mug", position=(0.4, -0.1, 0.05), size=(0.11, 0.08, 0.09), on="white plate")
    assert relations.riders(plate, [plate, mug, BOWL, BALL]) == [mug]


def test_what_is_lost_is_said_and_what_only_got_another_name_is_not():
    lying = thing("red ball", "ball", position=(0.4, 0.0, 0.0225), size=(0.045, 0.045, 0.045))
    renamed = thing("red ball 2", "ball", position=BALL.position, size=BALL.size, on="white bowl")
    assert lost_contents(BOWL, [BALL], [BOWL, BALL]) is None
    assert lost_contents(BOWL, [BALL], [BOWL, renamed]) is None
    lost = lost_contents(BOWL, [BALL], [BOWL, lying])
    assert isinstance(lost, Dropped) and "red ball" in lost.message and lost.candidates == ("red ball",)


def test_a_laden_container_is_held_level(geometry, kinematics):
    """The same arm configuration is free with a light bowl and not with a laden one once it leans."""
    from primitives.motion.planning.collision import Checker
    from sim_envs.robots.panda import arm_info

    q = arm_info().home.copy()
    held = held_at(thing(position=tuple(kinematics.tool(q)[:3, 3])), kinematics.tool(q), 0.04)
    leaning = q.copy()
    leaning[5] += LEVEL + 0.1
    for tilt, free in ((None, True), (LEVEL, False)):
        checker = Checker(geometry, [], held=held.object, T_tool_held=held.T_tool_object, tilt=tilt)
        assert not checker.collides(q, 0.04)
        assert checker.collides(leaning, 0.04) is not free
    assert np.allclose(kinematics.tool(q) @ held.T_tool_object, object_matrix(held.object))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("container", "content", "inner"),
    [("white bowl 0.5 0.15", "red ball 0.4 -0.1", "bowl"), ("white mug 0.5 0.15", "red block 0.4 -0.1 0.03", "mug")],
)
def test_a_container_is_put_elsewhere_with_what_is_in_it(environment, trial, container, content, inner):
    server = trial(objects(container, content))
    name, inside = f"white {inner}", " ".join(content.split()[:2])
    server.invoke("put", inside, name)
    server.invoke("pick", name)
    carried = next(o for o in server.look() if o.name == inside)
    assert carried.position[2] > 0.08 and carried.on == name
    server.invoke("place", (0.45, -0.2))
    world = environment.world()
    assert math.dist(world[name].position[:2], (0.45, -0.2)) < 0.03
    assert math.dist(world[inside].position[:2], world[name].position[:2]) < 0.05
    assert server.invoke("inside", inside, name)


@pytest.mark.slow
def test_a_plate_is_pushed_with_what_stands_on_it(environment, trial):
    server = trial(objects("white plate 0.5 0.1", "red block 0.4 -0.15"))
    server.invoke("put", "red block", "white plate")
    server.invoke("push", "white plate", (0.5, -0.05))
    world = environment.world()
    assert math.dist(world["white plate"].position[:2], (0.5, -0.05)) < 0.02
    assert math.dist(world["red block"].position[:2], world["white plate"].position[:2]) < 0.05


@pytest.mark.slow
def test_what_stands_on_a_block_is_still_moved_first(trial):
    server = trial(objects("red block 0.5 0.0", "blue block 0.5 0.0 0.04 0.06"))
    with pytest.raises(Blocked, match="blue block rests"):
        server.invoke("pick", "red block")


@pytest.mark.slow
@pytest.mark.parametrize("size", [0.10, 0.12])
def test_a_small_bowl_is_taken_by_its_rim(environment, trial, size):
    server = trial(objects(f"green bowl 0.5 0.1 {size}"))
    server.invoke("put", "green bowl", (0.5, -0.2))
    assert math.dist(environment.world()["green bowl"].position[:2], (0.5, -0.2)) < 0.015
