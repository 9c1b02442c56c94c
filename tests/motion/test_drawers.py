"""A drawer holds things: they are put into it when it is open, are inside it, and go along when it is closed."""

from __future__ import annotations

import math

import pytest

from primitives import relations
from primitives.drawer import LEAST_OPEN, slid, tray
from primitives.failures import Blocked, Failure
from primitives.motion.placing.spots import spots
from primitives.scene import SceneObject
from tests.motion.things import thing


def drawer(joint: float, yaw: float = math.pi) -> SceneObject:
    size = (0.16, 0.18, 0.09)
    return thing("red drawer", "drawer", position=(0.60, 0.1, 0.045), size=size, yaw=yaw, joint=joint)


def block(along: float, aside: float = 0.0, z: float = 0.035, yaw: float = math.pi) -> SceneObject:
    c, s = math.cos(yaw), math.sin(yaw)
    at = (0.60 + c * along - s * aside, 0.1 + s * along + c * aside, z)
    return thing("blue block", position=at, size=(0.03, 0.03, 0.03))


@pytest.mark.parametrize("yaw", [math.pi, 0.4])
@pytest.mark.parametrize(
    ("joint", "along", "aside", "z", "holds"),
    [
        (0.08, 0.11, 0.0, 0.035, True),  # in the open part
        (0.08, 0.02, 0.0, 0.035, True),  # under the top
        (0.0, 0.02, 0.0, 0.035, True),
        (0.0, 0.11, 0.0, 0.035, False),  # in front of the closed front
        (0.08, 0.11, 0.08, 0.035, False),  # beside the tray
        (0.08, 0.02, 0.0, 0.105, False),  # on the top
        (0.08, 0.11, 0.0, 0.015, False),  # on the table, under the tray
    ],
)
def test_what_lies_between_the_sides_is_inside(
    yaw: float, joint: float, along: float, aside: float, z: float, holds: bool
) -> None:
    within = relations.inside(block(along, aside, z, yaw), drawer(joint, yaw))
    assert within.holds is holds, within.text


def test_what_lies_in_a_drawer_is_on_it_and_not_on_the_table() -> None:
    opened = drawer(0.08)
    assert relations.supporter(block(0.12), [opened]) == "red drawer"
    assert relations.supporter(block(0.20), [opened]) == "table"
    assert relations.supporter(block(0.0, z=0.105), [opened]) == "red drawer"


def test_an_open_drawer_takes_things_in_its_tray_and_a_closed_one_on_its_top() -> None:
    held = block(0.3)
    inside = next(spots(held, drawer(0.08), []))
    assert relations.inside(thing("blue block", position=inside.position, size=held.size), drawer(0.08)).holds
    on_top = next(spots(held, drawer(0.0), []))
    assert on_top.position[2] > 0.09
    assert tray(drawer(LEAST_OPEN - 0.001)) is None


def test_what_lies_in_it_goes_along() -> None:
    moved = slid(block(0.12), drawer(0.08), -0.07)
    assert relations.inside(moved, drawer(0.01)).holds
    assert moved.position == pytest.approx((0.60 - 0.05, 0.1, 0.035))


SCENE = """
[[objects]]
category = "drawer"
color = "brown"
accent = "red"
position = [0.60, 0.15]
yaw = {yaw}
joint = 0.09
[[objects]]
category = "block"
color = "yellow"
position = [0.45, -0.15]
size = {size}
"""


@pytest.mark.slow
@pytest.mark.parametrize(("yaw", "size"), [(3.14, 0.03), (3.0, 0.04), (3.3, 0.025)])
def test_a_block_is_put_into_a_drawer_by_sight_and_known_there_when_it_is_closed(
    environment, tmp_path, yaw: float, size: float
) -> None:
    from primitives.api import surface
    from primitives.environment import TrialSpec
    from primitives.perception import rgbd_detector
    from primitives.scene import Pose
    from primitives.server import Server

    (tmp_path / "scene.toml").write_text(SCENE.format(yaw=yaw, size=size))
    trial = environment.reset(TrialSpec(seed=1, scene=str(tmp_path / "scene.toml"), disturbances="none"))
    server = Server(trial.robot, rgbd_detector.make(environment))
    server.begin(surface("tool"))
    server.invoke("put", "yellow block", "brown drawer")
    assert server.invoke("inside", "yellow block", "brown drawer").holds

    def slide(distance: float) -> None:
        grasp = server.invoke("grasps", "red handle")[0]
        (x, y, z), turn = grasp.pose.position, grasp.pose.quaternion_xyzw
        there = (x + math.cos(yaw) * distance, y + math.sin(yaw) * distance)
        for name, *arguments in (
            ("open_gripper",),
            ("move_to", grasp.pre_grasp),
            ("move_linear", grasp.pose),
            ("close_gripper",),
            ("move_linear", Pose((*there, z), turn)),
            ("open_gripper",),
            ("move_linear", Pose((*there, z + 0.12), turn)),
            ("home",),
        ):
            server.invoke(name, *arguments)

    slide(-0.08)
    truth = environment.world()
    hidden = server.invoke("find", "yellow block")
    assert server.invoke("inside", "yellow block", "brown drawer").holds
    assert math.dist(hidden.position, truth["yellow block"].position) < 0.015
    assert {o.name for o in server.invoke("detect")} == {"brown drawer", "red handle", "yellow block"}
    with pytest.raises(Failure):
        server.invoke("pick", "yellow block")
    slide(0.08)
    seen = server.invoke("find", "yellow block")
    assert seen.confidence > 0.5
    assert math.dist(seen.position, environment.world()["yellow block"].position) < 0.01


def test_a_thing_too_large_for_the_tray_is_refused_before_motion(trial) -> None:
    scene = SCENE.format(yaw=3.14, size=0.03).replace("joint = 0.09", "joint = 0.04")
    server = trial(scene + '[[objects]]\ncategory = "block"\ncolor = "blue"\nposition = [0.35, -0.2]\nsize = 0.05\n')
    with pytest.raises(Blocked, match="too large"):
        server.invoke("put", "blue block", "brown drawer")
