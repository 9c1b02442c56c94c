"""A world as a real robot gives it: three members. Underneath is a simulated one, which nobody can see."""

from __future__ import annotations

from codepolicy.plugins import load_environment
from primitives.environment import Trial, TrialSpec, World
from primitives.robot import Robot


class BareWorld:
    """Name, reset and close."""

    name = "bare"

    def __init__(self, inner: World | None = None) -> None:
        self._inner = inner or load_environment("pybullet")
        self.robot: Robot | None = None

    def reset(self, spec: TrialSpec) -> Trial:
        self.robot = self._inner.reset(TrialSpec(seed=spec.seed, disturbances="none")).robot
        return Trial(robot=self.robot, instruction=spec.instruction or "")

    def close(self) -> None:
        self._inner.close()


def make() -> BareWorld:
    return BareWorld()
