"""The KUKA LBR iiwa 14 of `pybullet_data` on a pedestal, with a parallel gripper made of boxes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pybullet_data

from primitives.robot import ArmInfo, GripperInfo, MotionLimits
from sim_envs.assets.file_cache import cached
from sim_envs.physics.fingertips import write_finger
from sim_envs.physics.sim_robot import SimRobot

PEDESTAL = 0.29
"""m. Standing on the table itself, the arm could not fold far enough to grasp what is near to it."""
PALM, FINGER = 0.06, 0.055
"""Length of the hand and of the fingers beyond it, m."""
TOOL = PALM + FINGER - 0.008
"""The tool frame's distance from the flange, m: a little before the fingertips."""
MAX_WIDTH = 0.09
FINGER_WIDTH, FINGER_THICKNESS = 0.02, 0.012
"""Extent across and along the closing direction, m."""


@lru_cache(maxsize=1)
def iiwa() -> SimRobot:
    """The iiwa for a simulated world."""
    return SimRobot(
        info=arm_info(),
        body=_urdf(pads=True),
        torque=(320.0, 320.0, 176.0, 176.0, 110.0, 40.0, 40.0),  # KUKA LBR iiwa 14 R820 data sheet
    )


@lru_cache(maxsize=1)
def arm_info() -> ArmInfo:
    """The iiwa as planners and drivers know it. Joint limits and speeds: KUKA's data sheet of the LBR iiwa 14 R820."""
    limits = np.radians([170.0, 120.0, 170.0, 120.0, 170.0, 120.0, 175.0])
    T_hand_tool = np.eye(4)
    T_hand_tool[2, 3] = TOOL
    return ArmInfo(
        name="iiwa",
        urdf=_urdf(pads=False),
        joint_names=tuple(f"lbr_iiwa_joint_{i}" for i in range(1, 8)),
        finger_joint_names=("left_finger_joint", "right_finger_joint"),
        tool_link="hand",
        T_link_tool=T_hand_tool,
        lower=-limits,
        upper=limits,
        limits=MotionLimits(
            velocity=np.radians([85.0, 85.0, 100.0, 75.0, 130.0, 135.0, 135.0]),
            acceleration=np.full(7, 8.0),
            jerk=np.full(7, 4000.0),
        ),
        gripper=GripperInfo(
            max_width=MAX_WIDTH,
            max_force=70.0,
            max_speed=0.2,
            finger_width=FINGER_WIDTH,
            finger_thickness=FINGER_THICKNESS,
            finger_depth=TOOL - PALM,
        ),
        home=np.array([0.0, -0.19, 0.0, -1.95, 0.0, 1.38, 0.0]),
    )


@lru_cache(maxsize=2)
def _urdf(*, pads: bool) -> Path:
    root = Path(pybullet_data.getDataPath()) / "kuka_iiwa"
    text = (root / "model.urdf").read_text().replace('"meshes/', f'"{root}/meshes/')
    first = text.index('<link name="lbr_iiwa_link_0">')
    text = text[:first] + _pedestal() + text[first:].replace('<mass value="0.0"/>', '<mass value="5.0"/>', 1)
    return cached("iiwa", ".urdf", text.replace("</robot>", _hand(pads=pads) + "</robot>"))


def _pedestal() -> str:
    return (
        _link("pedestal", (0.20, 0.20, PEDESTAL), (0.0, 0.0, PEDESTAL / 2), mass=0.0)
        + f'<joint name="pedestal_mount" type="fixed"><parent link="pedestal"/><child link="lbr_iiwa_link_0"/>'
        f'<origin xyz="0 0 {PEDESTAL}"/></joint>'
    )


def _hand(*, pads: bool) -> str:
    palm = _link("hand", (0.05, 0.13, PALM), (0.0, 0.0, PALM / 2), mass=0.6)
    mounting = (
        '<joint name="hand_mount" type="fixed"><parent link="lbr_iiwa_link_7"/><child link="hand"/>'
        '<origin xyz="0 0 0.045"/></joint>'
    )
    return palm + mounting + _finger("left", 1, pads=pads) + _finger("right", -1, pads=pads)


def _finger(side: str, sign: int, *, pads: bool) -> str:
    size = (FINGER_WIDTH, FINGER_THICKNESS, FINGER)
    center = (0.0, sign * FINGER_THICKNESS / 2, FINGER / 2)
    link = _link(f"{side}_finger", size, center, mass=0.05)
    if pads:
        x, tip, pad = FINGER_WIDTH / 2, FINGER, TOOL - PALM
        back = [(s * x, y, 0.0) for s in (-1, 1) for y in (0.002, FINGER_THICKNESS)]
        back += [(s * x, FINGER_THICKNESS, tip) for s in (-1, 1)]
        mesh = write_finger("iiwa-finger", back, width=FINGER_WIDTH, center=pad, half_length=tip - pad)
        turn = 0.0 if sign > 0 else np.pi
        shape = f'<origin rpy="0 0 {turn}" xyz="0 0 0"/><geometry><mesh filename="{mesh}"/></geometry>'
        link = link[: link.index("<collision>")] + f"<collision>{shape}</collision></link>"
    return (
        link + f'<joint name="{side}_finger_joint" type="prismatic"><parent link="hand"/><child link="{side}_finger"/>'
        f'<origin xyz="0 0 {PALM}"/><axis xyz="0 {sign} 0"/>'
        f'<limit lower="0" upper="{MAX_WIDTH / 2}" effort="70" velocity="0.2"/></joint>'
    )


def _link(name: str, size: tuple[float, float, float], center: tuple[float, float, float], *, mass: float) -> str:
    """A box of uniform density."""
    x, y, z = size
    ixx, iyy, izz = (mass / 12 * (a * a + b * b) for a, b in ((y, z), (x, z), (x, y)))
    origin = f'<origin xyz="{center[0]} {center[1]} {center[2]}"/>'
    shape = f'{origin}<geometry><box size="{x} {y} {z}"/></geometry>'
    return (
        f'<link name="{name}"><inertial>{origin}<mass value="{mass}"/>'
        f'<inertia ixx="{ixx}" ixy="0" ixz="0" iyy="{iyy}" iyz="0" izz="{izz}"/></inertial>'
        f"<visual>{shape}</visual><collision>{shape}</collision></link>"
    )
