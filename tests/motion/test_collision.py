import numpy as np
import pytest

from primitives.kinematics.poses import object_matrix, pose_matrix
from primitives.motion.grasping.grasp_candidates import grasp_candidates
from primitives.motion.planning.collision import Checker
from primitives.motion.planning.obstacles import parts
from primitives.scene import Pose
from tests.motion.things import thing

OPEN = 0.08


@pytest.fixture(scope="module")
def at(kinematics):
    def solve(x, y, z, yaw=0.0):
        q = kinematics.solve(pose_matrix(Pose.top_down(x, y, z, yaw)), kinematics.info.home)
        assert q is not None
        return q

    return solve


def test_home_is_free_and_the_table_is_solid(geometry, kinematics, at):
    empty = Checker(geometry, [])
    assert empty.contact(kinematics.info.home, OPEN) is None
    assert empty.contact(at(0.5, 0.0, 0.02), OPEN) is None
    part, name = empty.contact(at(0.5, 0.0, 0.004), OPEN)
    assert "finger" in part and name == "table"


def test_fingers_pass_beside_a_block_but_not_through_it(geometry, at):
    checker = Checker(geometry, [thing()], margin=0.0)
    assert checker.contact(at(0.5, 0.0, 0.02), OPEN) is None
    assert checker.contact(at(0.5, 0.0, 0.02), 0.03)[1] == "red block"
    assert checker.contact(at(0.5, 0.0, 0.02, 0.785), 0.05)[1] == "red block"
    assert Checker(geometry, [thing()], ignore={"red block"}).contact(at(0.5, 0.0, 0.02), 0.03) is None


def test_fingers_may_touch_what_they_grasp_and_the_palm_may_not(geometry, kinematics, at):
    peg = thing("red cylinder", "cylinder", position=(0.5, 0.0, 0.055), size=(0.03, 0.03, 0.11))
    checker = Checker(geometry, [peg], grasped="red cylinder", margin=0.01)
    candidates = [c for c in grasp_candidates(peg, kinematics.info.gripper) if c.T[2, 2] < -0.999]
    deepest = min(c.T[2, 3] for c in candidates)
    assert 0.06 < deepest < 0.09
    assert checker.contact(at(0.5, 0.0, deepest), 0.02) is None
    assert checker.contact(at(0.5, 0.0, deepest - 0.006), 0.02) == ("panda_hand", "red cylinder")


def test_margin_counts_for_objects(geometry, at):
    q = at(0.5, 0.0, 0.02)
    assert not Checker(geometry, [thing()], margin=0.01).collides(q, OPEN)
    assert Checker(geometry, [thing()], margin=0.03).collides(q, OPEN)


def test_a_bowl_is_hollow(geometry, at):
    bowl = thing("bowl", "bowl", position=(0.5, 0.0, 0.025), size=(0.15, 0.15, 0.05))
    checker = Checker(geometry, [bowl], margin=0.0)
    assert checker.contact(at(0.5, 0.0, 0.03), 0.0) is None
    assert checker.contact(at(0.5, 0.065, 0.03), 0.0) is not None
    assert checker.contact(at(0.5, 0.0, 0.01), 0.0) is not None


def test_what_is_held_collides_too(geometry, kinematics, at):
    held = thing()
    q = at(0.5, 0.0, 0.02)
    T_tool_held = np.linalg.inv(kinematics.tool(q)) @ object_matrix(held)
    wall = thing("wall", size=(0.02, 0.3, 0.06), position=(0.6, 0.0, 0.03))
    free = Checker(geometry, [wall], margin=0.0)
    carrying = Checker(geometry, [wall], held=held, T_tool_held=T_tool_held, margin=0.0)
    beside = at(0.575, 0.0, 0.15)
    near = at(0.575, 0.0, 0.075)
    assert carrying.contact(beside, 0.04) is None
    assert free.contact(near, 0.04) is None
    assert carrying.contact(near, 0.04) == ("red block", "wall")
    dropped = Checker(geometry, [wall], held=held, T_tool_held=T_tool_held, held_ignore={"wall", "table"}, margin=0.0)
    assert dropped.contact(near, 0.04) is None


def test_the_arm_hits_itself(geometry, kinematics):
    folded = kinematics.info.home.copy()
    folded[1], folded[3], folded[5] = -1.7, -3.0, 0.0
    part, other = Checker(geometry, []).contact(folded, OPEN)
    assert part.startswith("panda") and other.startswith("panda")


@pytest.mark.parametrize("category", ["block", "bowl", "box", "mug", "plate", "cylinder", "ball", "object"])
def test_every_solid_category_has_a_shape(category):
    assert parts(thing("x", category, size=(0.1, 0.1, 0.05)))


def test_a_zone_is_no_obstacle():
    assert parts(thing("x", "zone", size=(0.1, 0.1, 0.001))) == ()


@pytest.mark.parametrize("margin", [0.0, 0.008, 0.03])
def test_looking_only_at_what_is_near_changes_no_answer(geometry, kinematics, margin):
    rng = np.random.default_rng(0)
    checker = Checker(
        geometry, [thing("green bowl", "bowl", position=(0.5, 0.0, 0.03), size=(0.15, 0.15, 0.06))], margin=margin
    )
    answers = []
    for turn in rng.normal(0.0, 0.5, (400, 7)):
        q = np.clip(kinematics.info.home + turn, kinematics.lower, kinematics.upper)
        answers.append(checker.collides(q, 0.08))
        assert answers[-1] == bool(checker.touched(q, 0.08) or _touches_itself(checker, q))
    assert 20 < sum(answers) < 380


def _touches_itself(checker, q):
    hit = checker.contact(q, 0.08)
    return hit is not None and hit[1].startswith("panda")
