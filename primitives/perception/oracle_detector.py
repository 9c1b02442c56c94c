"""The privileged detector: ground truth of the environment instead of what the cameras see.

A condition for experiments that leave perception out; stamped on every result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from primitives.categories import FACING, ROUND
from primitives.environment import Judged, ObjectState, World
from primitives.errors import ConfigurationError
from primitives.perception.detector import Detector, RobotView
from primitives.robot import Frame
from primitives.scene import SceneObject, Workspace


class OracleDetector:
    """Reports every object of the environment, seen or not."""

    def __init__(self, environment: Judged) -> None:
        self._environment = environment

    @property
    def privileged(self) -> bool:
        """Always true."""
        return True

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        """Every object of the world as it is now; the frames are not looked at."""
        del frames, workspace, robot
        return [seen_from_truth(state) for state in self._environment.world().values()]


def make(environment: World) -> Detector:
    """The detector for `environment`.

    Raises:
        ConfigurationError: the environment knows no ground truth.
    """
    if not isinstance(environment, Judged):
        raise ConfigurationError(
            f"detector 'oracle' needs ground truth, which environment {environment.name!r} has not; use 'rgbd'."
        )
    return OracleDetector(environment)


def seen_from_truth(state: ObjectState) -> SceneObject:
    """What a perfect detector reports for `state`."""
    up, size = upright_axes(state)
    period = math.pi / 2 if abs(size[0] - size[1]) < 1e-3 else math.pi
    if state.category in FACING:
        period = 2 * math.pi
    yaw = 0.0 if state.category in ROUND else wrapped(up, period)
    (x, y, z), sunk = state.position, (state.joint or 0.0) if state.category == "button" else 0.0
    return SceneObject(
        name=f"{state.color} {state.category}",
        category=state.category,
        color=state.color,
        position=(x, y, z - sunk / 2),
        yaw=yaw,
        size=(size[0], size[1], size[2] - sunk),
        joint=state.joint,
    )


def upright_axes(state: ObjectState) -> tuple[float, tuple[float, float, float]]:
    """Yaw in rad and extent (x, y, z) in m of a box that may lie on any of its sides."""
    x, y, z, w = state.quaternion_xyzw
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    vertical = max(range(3), key=lambda i: abs(rows[2][i]))
    first, second = (i for i in range(3) if i != vertical)
    yaw = math.atan2(rows[1][first], rows[0][first])
    return yaw, (state.size[first], state.size[second], state.size[vertical])


def wrapped(angle: float, period: float) -> float:
    """`angle` in [-period / 2, period / 2)."""
    return (angle + period / 2) % period - period / 2
