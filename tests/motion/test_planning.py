import numpy as np
import pytest

from primitives.kinematics.poses import pose_matrix
from primitives.motion.planning.collision import Checker
from primitives.motion.planning.path_planner import PathPlanner
from primitives.scene import Pose
from tests.motion.things import thing

WALL = thing("wall", size=(0.3, 0.04, 0.16), position=(0.5, 0.0, 0.08))


@pytest.fixture(scope="module")
def ends(kinematics):
    start = kinematics.solve(pose_matrix(Pose.top_down(0.5, -0.15, 0.12)), kinematics.info.home)
    goal = kinematics.solve(pose_matrix(Pose.top_down(0.5, 0.15, 0.12)), kinematics.info.home)
    return start, goal


def test_straight_where_free(kinematics, geometry, ends):
    path = PathPlanner(kinematics).path(*ends, 0.08, Checker(geometry, []))
    np.testing.assert_array_equal(path, ends)


def test_around_a_wall_and_free_of_it(kinematics, geometry, ends):
    checker = Checker(geometry, [WALL], margin=0.005)
    assert checker.first_contact(np.array(ends), 0.08) is not None
    path = PathPlanner(kinematics).path(*ends, 0.08, checker)
    assert path is not None and len(path) > 2
    np.testing.assert_array_equal(path[[0, -1]], ends)
    assert Checker(geometry, [WALL], margin=0.0).first_contact(path, 0.08, step=0.002) is None


def test_the_same_problem_has_the_same_path(kinematics, geometry, ends):
    checker = Checker(geometry, [WALL], margin=0.005)
    first = PathPlanner(kinematics).path(*ends, 0.08, checker)
    PathPlanner(kinematics).path(ends[1], ends[0], 0.08, checker)
    np.testing.assert_array_equal(first, PathPlanner(kinematics).path(*ends, 0.08, checker))


def test_no_path_into_an_obstacle(kinematics, geometry, ends):
    around_goal = thing("wall", size=(0.1, 0.1, 0.2), position=(0.5, 0.15, 0.1))
    assert PathPlanner(kinematics).path(*ends, 0.08, Checker(geometry, [around_goal])) is None
