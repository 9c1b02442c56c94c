"""Writes a calibration as the camera's lines in a robot file (TOML)."""

from __future__ import annotations

import math

from primitives.hand_eye.solver import HandEye
from primitives.kinematics.poses import matrix_pose
from primitives.robot import CameraInfo


def extrinsics_toml(camera: CameraInfo, result: HandEye) -> str:
    """The lines for `camera`, with what is known of their accuracy as comments."""
    pose = matrix_pose(result.T_mount_camera)
    position = ", ".join(f"{v:.5f}" for v in pose.position)
    quaternion = ", ".join(f"{v:.6f}" for v in pose.quaternion_xyzw)
    mount = camera.link or "base"
    return (
        f"# {accuracy(result)}\n"
        f"[cameras.{camera.name}.extrinsics]\n"
        f'frame = "{mount}"\n'
        f"position = [{position}]  # m, of the camera in that frame\n"
        f"quaternion_xyzw = [{quaternion}]\n"
    )


def accuracy(result: HandEye) -> str:
    """One sentence, with two standard deviations (95 %)."""
    return (
        f"{result.views} views, {result.error:.2f} px; camera known to {2000 * result.position:.2f} mm and "
        f"{math.degrees(2 * result.rotation):.3f} deg, a point at the board to {2000 * result.at_board:.2f} mm (95 %); "
        f"the board measures {100 * result.scale:.2f} % of its stated size"
    )
