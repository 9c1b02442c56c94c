import numpy as np
import pytest

from primitives.failures import BadArgument, LimitExceeded
from primitives.guard import Guard, GuardLimits
from primitives.scene import Workspace


@pytest.fixture
def guard(kinematics):
    return Guard(GuardLimits(calls=3, robot_time=10.0, wall_time=1e6), kinematics.info, Workspace(), (0.3, 0.0, 0.49))


@pytest.mark.parametrize(
    ("position", "axis"),
    [((0.9, 0, 0.1), "x"), ((0.1, 0, 0.1), "x"), ((0.5, 0.5, 0.1), "y"), ((0.5, 0, 0.001), "z"), ((0.5, 0, 0.9), "z")],
)
def test_box_and_table(guard, position, axis):
    with pytest.raises(BadArgument, match=f"{axis} = .* m of the tool is outside the guard's box") as caught:
        guard.check_position(position)
    assert caught.value.expected and caught.value.measured and caught.value.hint


def test_not_a_number_is_outside(guard):
    with pytest.raises(BadArgument):
        guard.check_position((float("nan"), 0.0, 0.1))


def test_joint_margin(guard, kinematics):
    guard.check_joints(kinematics.info.home)
    q = kinematics.info.home.copy()
    q[3] = kinematics.info.upper[3] - 0.01
    with pytest.raises(LimitExceeded, match=r"panda_joint4 at -0.080 rad"):
        guard.check_joints(q)


@pytest.mark.parametrize("q", [np.zeros(6), np.full(7, np.nan), np.full(7, np.inf)])
def test_malformed_joints(guard, q):
    with pytest.raises(BadArgument, match=r"7 finite numbers"):
        guard.check_joints(q)


def test_step_caps(guard, kinematics):
    home = kinematics.info.home
    there, back = home + 0.5, home
    path = np.array([home, *([there, back] * 7)])
    with pytest.raises(LimitExceeded, match=r"turn a joint by 7.00 rad; the step cap is 6 rad"):
        guard.check_path(path, np.tile([0.5, 0.0, 0.2], (15, 1)))
    tool = np.array([[0.3, 0, 0.2], [0.7, 0, 0.2]] * 4)
    with pytest.raises(LimitExceeded, match=r"move the tool by 2.80 m; the step cap is 2 m"):
        guard.check_path(np.tile(home, (8, 1)), tool)


def test_a_path_may_not_leave_the_box(guard, kinematics):
    tool = np.array([[0.5, 0, 0.2], [0.5, 0.0, -0.01], [0.5, 0, 0.2]])
    with pytest.raises(LimitExceeded, match=r"the tool on its path"):
        guard.check_path(np.tile(kinematics.info.home, (3, 1)), tool)


def test_gripper(guard):
    guard.check_gripper(0.04, 20)
    with pytest.raises(BadArgument, match=r"0.0900 m is outside"):
        guard.check_gripper(0.09, 20)
    with pytest.raises(LimitExceeded, match=r"60 N"):
        guard.check_gripper(0.04, 60)


def test_speed_is_scaled_and_the_tool_is_slow_enough(kinematics):
    limits = GuardLimits(speed_scale=0.5, tool_speed=0.2)
    guard = Guard(limits, kinematics.info, Workspace(), (0.3, 0.0, 0.49))
    path = np.array([kinematics.info.home, kinematics.info.home + 0.2])
    slow = guard.motion_limits(path, np.array([[0.3, 0, 0.3], [0.3, 0, 0.3]]))
    np.testing.assert_allclose(slow.velocity, kinematics.info.limits.velocity * 0.5)
    slower = guard.motion_limits(path, np.array([[0.3, 0, 0.3], [0.5, 0, 0.3]]))
    duration = float((0.2 / slower.velocity).max())
    assert 0.2 / duration == pytest.approx(0.2)


def test_budgets(guard):
    guard.begin(5.0)
    for _ in range(3):
        guard.count_call(6.0)
    with pytest.raises(LimitExceeded, match=r"primitive calls: 4 of 3"):
        guard.count_call(6.0)
    guard.begin(100.0)
    guard.count_call(109.0)
    with pytest.raises(LimitExceeded, match=r"robot time: 11 s of 10 s"):
        guard.count_call(111.0)


def test_wall_time(kinematics):
    guard = Guard(GuardLimits(wall_time=0.0), kinematics.info, Workspace(), (0.3, 0.0, 0.49))
    guard.begin(0.0)
    with pytest.raises(LimitExceeded, match=r"wall time"):
        guard.count_call(0.0)
