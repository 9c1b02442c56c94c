"""Pick, place, put and push in a simulated world, and what they say when the world does not play along."""

import math

import numpy as np
import pybullet as p
import pytest

from primitives.failures import BadArgument, Blocked, Dropped, GraspMissed, LimitExceeded, NotPlaced, Unreachable
from primitives.guard import GuardLimits
from primitives.motion.placing import place_search
from sim_envs.physics.snapshots import wake
from tests.motion.things import objects

pytestmark = pytest.mark.slow


def hand(server):
    return server._context.mover.hand


def tool(server):
    return server._context.mover.T_tool[:3, 3]


def move(environment, name, x, y, z=0.02):
    """Somebody moves an object while nobody looks."""
    world = environment.simulation
    body = next(b for b in world.bodies if b.spec.name == name)
    p.resetBasePositionAndOrientation(body.id, (x, y, z), (0, 0, 0, 1), physicsClientId=world.client)
    wake(world.client, body.id)


@pytest.fixture
def slippery(environment):
    """Takes all friction away, and gives it back after the test."""
    saved = []

    def soap():
        client = environment.simulation.client
        for body in range(p.getNumBodies(physicsClientId=client)):
            for link in range(-1, p.getNumJoints(body, physicsClientId=client)):
                saved.append((body, link, p.getDynamicsInfo(body, link, physicsClientId=client)[1]))
                p.changeDynamics(body, link, lateralFriction=0.0, physicsClientId=client)

    yield soap
    for body, link, friction in saved:
        p.changeDynamics(body, link, lateralFriction=friction, physicsClientId=environment.simulation.client)


@pytest.fixture
def while_going_home(monkeypatch):
    """Lets something happen between letting go and the look that verifies."""

    def arrange(server, event):
        mover = type(server._context.mover)
        home = mover.home

        def later(self, **known):
            event()
            home(self, **known)

        monkeypatch.setattr(mover, "home", later)

    return arrange


def assert_told(failure):
    """Everything a model needs in order to do better."""
    report = failure.report()
    assert report.call and report.expected and report.measured and report.hint, report


def test_pick_lifts_and_place_puts_down(environment, trial):
    server = trial(objects("red block 0.5 0.0"))
    server.invoke("pick", "red block")
    assert hand(server).held.object.name == "red block"
    assert environment.world()["red block"].position[2] > 0.1
    assert server.records[-1].measured["finger width (m)"] == pytest.approx(0.04, abs=0.003)
    server.invoke("place", (0.4, 0.15))
    assert hand(server).held is None
    assert environment.world()["red block"].position == pytest.approx((0.4, 0.15, 0.02), abs=0.004)
    assert server.records[-1].measured["offset (m)"] < 0.004


@pytest.mark.parametrize(
    ("target", "check"),
    [
        ("green bowl", lambda w: math.dist(w["red block"].position[:2], w["green bowl"].position[:2]) < 0.05),
        ("blue block", lambda w: abs(w["red block"].position[2] - 0.06) < 0.003),
        ("left side", lambda w: w["red block"].position[1] > 0.16),
        ((0.35, 0.0, 0.03), lambda w: math.dist(w["red block"].position, (0.35, 0.0, 0.02)) < 0.005),
    ],
)
def test_put(environment, trial, target, check):
    server = trial(objects("red block 0.55 0.0", "green bowl 0.4 0.15", "blue block 0.45 -0.2"))
    server.invoke("put", "red block", target)
    assert check(environment.world())


def test_from_a_zone_to_the_table_is_beside_every_zone(environment, trial):
    server = trial(objects("green zone 0.49 0.0 0.16", "blue zone 0.6 0.1", "red block 0.49 0.0 0.025"))
    server.invoke("put", "red block", "table")
    now = environment.world()
    for zone in ("green zone", "blue zone"):
        off = np.abs(np.subtract(now["red block"].position[:2], now[zone].position[:2])).max()
        assert off > now[zone].size[0] / 2 + 0.012


def test_one_look_per_placement_with_the_arm_out_of_the_way(trial, monkeypatch):
    server = trial(objects("red block 0.55 0.0", "green bowl 0.4 0.15"))
    memory, looks = server._context.memory, []
    look = type(memory).look

    def counted(self):
        looks.append(tool(server))
        return look(self)

    server.look()
    monkeypatch.setattr(type(memory), "look", counted)
    server.invoke("put", "red block", "green bowl")
    (where,) = looks
    np.testing.assert_allclose(
        where, server._context.mover.kinematics.tool(server._context.mover.info.home)[:3, 3], atol=1e-3
    )


def test_fingers_that_open_against_a_bowl_leave_it_on_the_table(environment, trial, monkeypatch):
    """As if the bowl were wider than it is: there seemed to be room to open wholly."""
    server = trial(objects("red block 0.55 0.0 0.05", "green bowl 0.4 0.15 0.15"))
    monkeypatch.setattr(place_search, "_release", lambda mover, *_: mover.info.gripper.max_width)
    server.invoke("put", "red block", "green bowl")
    assert environment.world()["green bowl"].position[2] < 0.03


def test_putting_again_what_is_there_already(environment, trial):
    server = trial(objects("red block 0.5 0.0", "green bowl 0.4 0.15"))
    server.invoke("put", "red block", "green bowl")
    server.invoke("put", "red block", "green bowl")
    assert server.invoke("inside", "red block", "green bowl")


def test_an_object_that_was_moved_away_is_missed_and_found_again(environment, trial):
    server = trial(objects("red block 0.5 0.0"))
    server.invoke("detect")
    move(environment, "red block", 0.4, 0.2)
    with pytest.raises(GraspMissed, match="closed on nothing") as caught:
        server.invoke("pick", "red block")
    assert_told(caught.value)
    assert hand(server).held is None and hand(server).is_open and tool(server)[2] > 0.1
    server.invoke("pick", "red block")
    assert environment.world()["red block"].position[2] > 0.1


def test_a_slippery_object_is_not_held(environment, trial, slippery):
    server = trial(objects("red block 0.5 0.0"))
    slippery()
    with pytest.raises((GraspMissed, Dropped)) as caught:
        server.invoke("put", "red block", (0.4, 0.1))
    assert_told(caught.value)
    assert hand(server).held is None and hand(server).is_open and tool(server)[2] > 0.1


def test_an_object_taken_out_of_the_hand_is_dropped(environment, trial):
    server = trial(objects("red block 0.5 0.0"))
    server.invoke("pick", "red block")
    move(environment, "red block", 0.4, 0.2)
    with pytest.raises(Dropped, match="on the way") as caught:
        server.invoke("place", (0.5, 0.1))
    assert_told(caught.value)
    assert hand(server).held is None
    server.invoke("put", "red block", (0.5, 0.1))


def test_an_object_moved_after_release_is_not_where_asked(environment, trial, while_going_home):
    server = trial(objects("red block 0.5 0.0"))
    server.invoke("pick", "red block")
    while_going_home(server, lambda: move(environment, "red block", 0.4, 0.2))
    with pytest.raises(NotPlaced, match=r"0\.14\d m from where it was let go") as caught:
        server.invoke("place", (0.5, 0.1))
    assert_told(caught.value)
    assert "is now at (0.400, 0.200" in caught.value.hint
    assert hand(server).held is None


def test_a_displaced_support_is_told(environment, trial, while_going_home):
    server = trial(objects("red block 0.5 0.0", "green bowl 0.4 0.15"))
    server.invoke("pick", "red block")
    while_going_home(server, lambda: move(environment, "green bowl", 0.42, 0.17, 0.025))
    with pytest.raises(NotPlaced, match=r"green bowl moved by 0\.0") as caught:
        server.invoke("place", "green bowl")
    assert_told(caught.value)


@pytest.fixture
def unseen(environment):
    """Puts a fixed box where no camera tells of it, and takes it away after the test."""
    bodies = []

    def wall(center, half):
        client = environment.simulation.client
        shape = p.createCollisionShape(p.GEOM_BOX, halfExtents=half, physicsClientId=client)
        body = p.createMultiBody(0, shape, basePosition=center, physicsClientId=client)
        p.setCollisionFilterGroupMask(body, -1, 1, 3, physicsClientId=client)
        bodies.append(body)

    yield wall
    for body in bodies:
        p.removeBody(body, physicsClientId=environment.simulation.client)


@pytest.mark.parametrize(
    ("centers", "half"),
    [
        ([(0.5, 0.0, 0.10)], (0.1, 0.1, 0.02)),
        ([(0.5 + x, y, 0.01) for x, y in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05))], (0.015, 0.015, 0.01)),
    ],
    ids=["on the way there", "on the way down"],
)
def test_stopped_by_what_nobody_saw_the_arm_goes_up_again(environment, trial, unseen, centers, half):
    server = trial(objects("red block 0.5 0.0"))
    server.look()
    for center in centers:
        unseen(center, half)
    with pytest.raises(Blocked, match=r"mm and .* short of its goal") as caught:
        server.invoke("pick", "red block", line=7)
    assert_told(caught.value)
    assert caught.value.line == 7 and caught.value.call.startswith("pick(")
    assert hand(server).held is None and tool(server)[2] > 0.1
    assert environment.world()["red block"].position == pytest.approx((0.5, 0.0, 0.02), abs=0.003)


def test_what_is_under_something_is_not_pulled_out(trial):
    server = trial(objects("red block 0.5 0.0", "blue block 0.5 0.0 - 0.06"))
    with pytest.raises(Blocked, match="blue block rests on or in red block") as caught:
        server.invoke("pick", "red block")
    assert_told(caught.value)
    with pytest.raises(BadArgument, match="cannot be put on itself"):
        server.invoke("put", "red block", "red block")


def test_no_room_leaves_the_object_in_the_hand(trial):
    server = trial(objects("red block 0.5 0.0", "blue block 0.4 0.15", "green block 0.4 0.15 - 0.06"))
    server.invoke("pick", "red block")
    with pytest.raises(Blocked, match="green block already rests on blue block") as caught:
        server.invoke("place", "blue block")
    assert_told(caught.value)
    assert caught.value.candidates == ("green block",)
    assert hand(server).held.object.name == "red block"
    server.invoke("place", "green block")


def test_what_cannot_be_placed_is_not_even_picked(environment, trial):
    server = trial(objects("red block 0.5 0.0", "blue block 0.4 0.15", "green block 0.4 0.15 - 0.06"))
    before = environment.world()["red block"].position
    with pytest.raises(Blocked, match="green block already rests on blue block"):
        server.invoke("put", "red block", "blue block")
    with pytest.raises(BadArgument, match="outside the workspace"):
        server.invoke("put", "red block", (0.9, 0.0))
    assert environment.world()["red block"].position == before
    assert server.robot_time == 0.0


@pytest.mark.parametrize("name", ["blue zone", "blue plate"])
def test_what_the_gripper_cannot_take(trial, name):
    server = trial(objects(f"{name} 0.5 0.0"))
    with pytest.raises(BadArgument, match="too flat to grasp") as caught:
        server.invoke("pick", name)
    assert_told(caught.value)


def test_a_block_wider_than_the_hand(trial):
    server = trial(objects("red block 0.5 0.0 0.1"))
    with pytest.raises(BadArgument, match="too wide for the gripper") as caught:
        server.invoke("pick", "red block")
    assert_told(caught.value)
    assert "push" in caught.value.hint


@pytest.mark.parametrize(
    "thing", ["green bowl 0.45 0.0", "blue ball 0.45 0.0", "blue cylinder 0.45 0.0", "blue mug 0.45 0.0"]
)
def test_other_shapes_are_taken_too(environment, trial, thing):
    server = trial(objects(thing))
    name = " ".join(thing.split()[:2])
    server.invoke("put", name, (0.55, -0.1))
    assert math.dist(environment.world()[name].position[:2], (0.55, -0.1)) < 0.016


def test_a_peg_longer_than_the_fingers(environment, trial):
    server = trial(
        '[[objects]]\ncategory = "cylinder"\ncolor = "red"\nposition = [0.5, 0.0]\nsize = [0.03, 0.03, 0.11]\n'
    )
    server.invoke("put", "red cylinder", (0.45, 0.15))
    assert environment.world()["red cylinder"].position == pytest.approx((0.45, 0.15, 0.055), abs=0.008)


HOLE = (0.5, -0.1)
AROUND = [(0.0455, 0.0), (-0.0455, 0.0), (0.0, 0.0455), (0.0, -0.0455)]
"""Neighbours of a hole, so near that the fingers fit in between only where they hold the block by its top."""


@pytest.mark.parametrize("calls", [[("put", "red block", HOLE)], [("pick", "red block"), ("place", HOLE)]])
def test_a_block_is_held_as_its_place_needs_it(environment, trial, calls):
    colors = ("blue", "green", "yellow", "orange")
    wall = [f"{c} block {HOLE[0] + x} {HOLE[1] + y} 0.035" for c, (x, y) in zip(colors, AROUND, strict=True)]
    tall = '[[objects]]\ncategory = "block"\ncolor = "red"\nposition = [0.45, 0.15]\nsize = [0.04, 0.04, 0.06]\n'
    server = trial(tall + objects(*wall))
    for name, *arguments in calls:
        server.invoke(name, *arguments)
    world = environment.world()
    assert world["red block"].position == pytest.approx((*HOLE, 0.03), abs=0.004)
    for color, (x, y) in zip(colors, AROUND, strict=True):
        assert world[f"{color} block"].position == pytest.approx((HOLE[0] + x, HOLE[1] + y, 0.0175), abs=0.004)
    assert ("regrasped" in server.records[-1].measured) == (len(calls) == 2)


def test_behind_a_tower_the_arm_swings_its_elbow(environment, trial):
    tower = [
        f"{c} block 0.50 0.0 - {0.02 + 0.04 * k}" for k, c in enumerate(("blue", "green", "yellow", "orange", "cyan"))
    ]
    more = [f"{c} block 0.50 0.0 - {0.22 + 0.04 * k}" for k, c in enumerate(("pink", "purple"))]
    server = trial(objects("red block 0.60 0.0", *tower, *more))
    server.invoke("put", "red block", (0.45, 0.2))
    assert environment.world()["red block"].position == pytest.approx((0.45, 0.2, 0.02), abs=0.008)
    assert environment.world()["purple block"].position[2] == pytest.approx(0.26, abs=0.003)


def test_behind_a_higher_tower_the_hand_leans(environment, trial):
    colors = ("blue", "green", "yellow", "orange", "cyan", "purple", "red")
    tower = [f"{c} block 0.4635 -0.1935 - {0.02 + 0.04 * k}" for k, c in enumerate(colors)]
    server = trial(objects(*tower, "pink block 0.511 -0.267"))
    server.invoke("pick", "pink block")
    assert abs(environment.world()["red block"].position[2] - 0.26) < 0.003
    assert server._context.mover.T_tool[2, 2] > -0.9  # straight down it is -1


def test_places_outside_the_workspace_and_empty_hands(trial):
    server = trial(objects("red block 0.5 0.0", "blue block 0.6 0.1"))
    with pytest.raises(BadArgument, match="nothing is held"):
        server.invoke("place", (0.5, 0.1))
    server.invoke("pick", "red block")
    with pytest.raises(BadArgument, match="holds red block"):
        server.invoke("pick", "blue block")
    with pytest.raises(BadArgument, match=r"\(0.900, 0.000\) is outside the workspace") as caught:
        server.invoke("place", (0.9, 0.0))
    assert_told(caught.value)
    assert hand(server).held is not None


def test_a_region_of_ones_own(environment, trial):
    from primitives.scene import Region

    server = trial(objects("red block 0.5 0.0"))
    server.invoke("put", "red block", Region("strip", (-1e4, 0.2), (1e4, 0.26)))
    x, y, _ = environment.world()["red block"].position
    assert 0.28 < x < 0.70 and 0.2 < y < 0.26
    with pytest.raises(BadArgument, match="no part on the table") as caught:
        server.invoke("put", "red block", Region("wall", (2.0, 0.0), (3.0, 0.1)))
    assert_told(caught.value)


def test_push(environment, trial):
    server = trial(objects("red block 0.4 -0.1 0.05"))
    server.invoke("push", "red block", (0.52, 0.06))
    assert math.dist(environment.world()["red block"].position[:2], (0.52, 0.06)) < 0.02
    with pytest.raises(BadArgument, match="outside the workspace"):
        server.invoke("push", "red block", (0.9, 0.0))


def test_push_does_not_plough_through_others(environment, trial):
    server = trial(objects("red block 0.4 0.0", "blue block 0.5 0.0"))
    with pytest.raises(Blocked, match="blue block stands in the way") as caught:
        server.invoke("push", "red block", (0.6, 0.0))
    assert_told(caught.value)
    assert environment.world()["blue block"].position[0] == pytest.approx(0.5, abs=0.002)


def test_the_tool_surface_moves_and_refuses(environment, trial):
    from primitives.scene import Pose

    server = trial(objects("red block 0.5 0.0", "blue block 0.4 0.2"), level="tool")
    pose = Pose.top_down(0.45, 0.1, 0.2, 0.3)
    server.invoke("move_to", pose)
    assert np.linalg.norm(tool(server) - pose.position) < 1e-3
    with pytest.raises(Blocked, match="would touch red block") as caught:
        server.invoke("move_to", Pose.top_down(0.5, 0.04, 0.03))
    assert_told(caught.value)
    with pytest.raises(BadArgument, match="outside the guard's box"):
        server.invoke("move_to", Pose.top_down(0.45, 0.1, 0.001))
    with pytest.raises(Unreachable, match="no joint configuration") as caught:
        server.invoke("move_to", Pose((0.7, 0.3, 0.5), (0.0, -0.7071, 0.0, 0.7071)))
    assert "nearest reachable pose" in caught.value.measured
    best = server.invoke("grasps", "red block")[0]
    server.invoke("open_gripper")
    server.invoke("move_to", best.pre_grasp)
    server.invoke("move_linear", best.pose)
    assert server.invoke("close_gripper") == pytest.approx(0.04, abs=0.003)
    assert server.invoke("holding") is True
    server.invoke("move_linear", best.pre_grasp)
    assert environment.world()["red block"].position[2] > 0.1
    server.invoke("open_gripper")
    assert server.invoke("holding") is False


def test_the_joint_surface_plans_and_moves(trial):
    from primitives.scene import Pose

    server = trial(objects("red block 0.5 0.0"), level="joint")
    pose = Pose.top_down(0.45, 0.15, 0.15)
    q = server.invoke("solve_ik", pose)
    server.invoke("move_joints", server.invoke("plan", q))
    assert np.linalg.norm(tool(server) - pose.position) < 1e-3
    server.invoke("move_joints", list(server._context.mover.info.home))
    with pytest.raises(LimitExceeded, match="panda_joint4"):
        server.invoke("move_joints", [0.0] * 7)
    with pytest.raises(Blocked, match="would touch table"):
        server.invoke("move_joints", [0.0, 1.2, 0.0, -1.2, 0.0, 2.4, 0.7])
    assert server.invoke("set_gripper", 0.03) == pytest.approx(0.03, abs=0.002)


def test_a_slow_robot_takes_longer(trial):
    def duration(scale):
        server = trial(objects("red block 0.5 0.0"), limits=GuardLimits(speed_scale=scale))
        server.invoke("put", "red block", (0.45, 0.1))
        return server.robot_time

    assert duration(0.4) > 1.5 * duration(0.8)


def test_the_same_trial_runs_the_same(environment, trial):
    def ends():
        server = trial(objects("red block 0.5 0.0", "blue block 0.4 0.2", "green bowl 0.6 0.1"))
        server.invoke("put", "red block", "blue block")
        server.invoke("put", "red block", "green bowl")
        return [(name, o.position, o.quaternion_xyzw) for name, o in environment.world().items()], server.robot_time

    assert ends() == ends()
