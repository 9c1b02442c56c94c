"""A camera with the name and the place that a robot file gives it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.kinematics.description_check import is_pose
from primitives.robot import ArmInfo, Camera, CameraInfo, Frame


class MountedCamera:
    """`camera`, placed.

    Args:
        camera: of a driver.
        name: in the robot file.
        info: of the arm, whose links may carry it.
        place: the frame it is fixed in, "base", "tool" or a link of the URDF, and its pose (4, 4) in that; None where
            the driver knows.

    Raises:
        ConfigurationError: nobody says where it is.
    """

    def __init__(self, camera: Camera, name: str, info: ArmInfo, place: tuple[str, NDArray[np.float64]] | None) -> None:
        self._camera = camera
        self._name = name
        self._arm = info
        self._place = place

    @property
    def info(self) -> CameraInfo:
        """Calibration of the driver, placed."""
        return self._placed(self._camera.info)

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """As the driver gives it, placed."""
        frame = self._camera.frame(after=after, timeout_s=timeout_s)
        return replace(frame, camera=self._placed(frame.camera))

    def close(self) -> None:
        """Let the driver go, where it can be let go. Idempotent."""
        close = getattr(self._camera, "close", None)
        if close is not None:
            close()

    def _placed(self, info: CameraInfo) -> CameraInfo:
        info = replace(info, name=self._name)
        if self._place is None:
            if info.link is None and not is_pose(info.T_base_camera):
                raise ConfigurationError(
                    f"camera {self._name!r}: nothing says where it is; add [cameras.{self._name}.extrinsics], which "
                    "`codepolicy calibrate camera` writes"
                )
            return info
        frame, T = self._place
        if frame == "base":
            return replace(info, T_base_camera=T, link=None, T_link_camera=None)
        if frame == "tool":
            return replace(info, link=self._arm.tool_link, T_link_camera=self._arm.T_link_tool @ T)
        return replace(info, link=frame, T_link_camera=T)
