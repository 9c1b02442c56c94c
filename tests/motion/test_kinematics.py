import math

import numpy as np
import pytest

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import line, matrix_pose, pose_distance, pose_matrix
from primitives.scene import Pose


def poses(count, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield pose_matrix(
            Pose.top_down(
                rng.uniform(0.3, 0.68), rng.uniform(-0.28, 0.28), rng.uniform(0.02, 0.35), rng.uniform(-1.5, 1.5)
            )
        )


def test_solutions_reach_the_pose_within_limits(kinematics):
    for T in poses(150):
        q = kinematics.solve(T, kinematics.info.home, 100)
        assert q is not None
        distance, angle = pose_distance(kinematics.tool(q), T)
        assert distance < 1e-3 and angle < math.radians(0.5)
        assert np.all(q >= kinematics.lower) and np.all(q <= kinematics.upper)


def test_the_solution_nearest_to_here_comes_first(kinematics):
    q = kinematics.info.home + 0.05
    found = kinematics.solve(kinematics.tool(q), q)
    assert np.abs(found - q).max() < 1e-3


def test_the_same_question_has_the_same_answer(kinematics):
    T = next(poses(1, seed=3))
    first = list(kinematics.solutions(T, kinematics.info.home))
    again = list(kinematics.solutions(T, kinematics.info.home))
    assert len(first) > 1
    np.testing.assert_array_equal(first, again)


def test_out_of_reach_is_none_and_names_what_is_nearest(kinematics):
    T = pose_matrix(Pose.top_down(1.5, 0.0, 0.2))
    assert kinematics.solve(T, kinematics.info.home) is None
    nearest = kinematics.tool(kinematics.nearest(T, kinematics.info.home))
    assert 0.3 < pose_distance(nearest, T)[0] < 0.9


def test_a_line_is_straight_and_fine(kinematics):
    a, b = pose_matrix(Pose.top_down(0.4, 0.0, 0.3)), pose_matrix(Pose.top_down(0.5, 0.1, 0.1, 1.0))
    points = list(line(a, b))
    np.testing.assert_allclose(points[-1], b, atol=1e-9)
    direction = (b - a)[:3, 3] / np.linalg.norm((b - a)[:3, 3])
    last = a
    for T in points:
        offset = T[:3, 3] - a[:3, 3]
        assert np.linalg.norm(offset - direction * (offset @ direction)) < 1e-9
        assert pose_distance(last, T)[0] <= 0.0101 and pose_distance(last, T)[1] <= 0.091
        last = T


def test_pose_and_matrix_are_inverse():
    pose = Pose.top_down(0.4, -0.1, 0.2, 0.7)
    again = matrix_pose(pose_matrix(pose))
    assert abs(np.dot(again.quaternion_xyzw, pose.quaternion_xyzw)) == pytest.approx(1.0)
    # fingers point down and close along -y turned by the yaw
    T = pose_matrix(pose)
    np.testing.assert_allclose(T[:3, 2], (0, 0, -1), atol=1e-9)
    np.testing.assert_allclose(T[:3, 1], (math.sin(0.7), -math.cos(0.7), 0), atol=1e-9)


def test_joint_margin_is_kept(kinematics):
    wide = Kinematics(kinematics.info, 0.4)
    for T in poses(10, seed=5):
        q = wide.solve(T, wide.info.home)
        if q is not None:
            assert np.all(q >= wide.info.lower + 0.4 - 1e-12) and np.all(q <= wide.info.upper - 0.4 + 1e-12)
