"""What is refused before anything moves."""

# pyright: basic

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from primitives.conformance.subject import MOTION_S, Subject
from primitives.failures import BadArgument, LimitExceeded
from primitives.guard import Guard, GuardLimits

PATHS: dict[str, Callable[[Subject], object]] = {
    "not a number": lambda s: np.array([s.state().q, s.state().q * math.nan]),
    "infinite": lambda s: np.array([s.state().q, s.state().q + math.inf]),
    "a joint too few": lambda s: s.small_path()[:, :-1],
    "no list of rows": lambda s: s.small_path()[1],
    "empty": lambda s: np.zeros((0, s.info.dof)),
    "from elsewhere": lambda s: s.small_path() + 0.3,
    "beyond a joint limit": lambda s: np.array([s.state().q, s.info.upper + 0.2]),
}


@pytest.mark.parametrize("case", PATHS)
def test_paths(moving: Subject, case: str) -> None:
    """A path that cannot be is refused, and nothing moves."""
    before = moving.state().q
    with pytest.raises(BadArgument):
        moving.start(PATHS[case](moving)).wait(MOTION_S)  # type: ignore[arg-type]
    assert float(np.abs(moving.state().q - before).max()) < 0.005


def test_whole_numbers(moving: Subject) -> None:
    """A path of whole numbers is taken as numbers, or refused: nothing breaks."""
    path = moving.small_path()
    try:
        moving.start(path.round().astype(int)).wait(MOTION_S)  # type: ignore[arg-type]
    except BadArgument:
        return


@pytest.mark.parametrize("width", [-0.01, math.nan, 10.0])
def test_widths(moving: Subject, width: float) -> None:
    """A width that the hand does not have is refused."""
    with pytest.raises(BadArgument):
        moving.arm.start_gripper(width, moving.info.gripper.max_speed, 5.0).wait(MOTION_S)


def test_guard(subject: Subject) -> None:
    """The guard keeps joint margin and workspace of this robot."""
    limits, info = subject.robot.limits, subject.info
    guard = Guard(limits, info, subject.robot.workspace, subject.kinematics.pose(info.home).position)
    guard.check_joints(info.home)
    with pytest.raises(LimitExceeded):
        guard.check_joints(info.upper - limits.joint_margin / 2)
    for position in ((5.0, 0.0, 0.2), (0.4, 0.0, -0.2), (math.nan, 0.0, 0.2)):
        with pytest.raises(BadArgument):
            guard.check_position(position)
    assert isinstance(limits, GuardLimits) and 0.0 < limits.speed_scale <= 1.0
