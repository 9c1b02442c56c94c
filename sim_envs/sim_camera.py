"""The simulated cameras behind the `Camera` protocol."""

from __future__ import annotations

from primitives.failures import CommsLost
from primitives.robot import CameraInfo, Frame
from sim_envs.rendering import Light, Renderer
from sim_envs.world import World


class SimCamera:
    """An RGB-D camera that renders a world when asked."""

    def __init__(self, world: World, renderer: Renderer, info: CameraInfo, light: Light) -> None:
        self._world = world
        self._renderer = renderer
        self._info = info
        self._light = light

    @property
    def info(self) -> CameraInfo:
        """Calibration, as the robot believes it."""
        return self._info

    def latest(self, max_age_s: float) -> Frame:  # noqa: ARG002
        """An image of the world as it is now, so of age zero."""
        if self._world.client < 0:
            raise CommsLost(f"the world of camera {self._info.name!r} is closed")
        rgb, depth = self._renderer.measure(self._world, self._info, self._light)
        return Frame(self._info, rgb, depth, self._world.time)
