"""An emulated SO-101 at a table: LeRobot's own driver, servos that droop, a jaw that pushes what it takes."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from primitives.environment import Trial, TrialSpec
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo, GripperInfo, MotionLimits, Robot
from primitives.robots.fake.camera import FakeCamera
from primitives.robots.fake.table import Box, FakeTable, block
from primitives.robots.lerobot.motor_arm import lerobot
from primitives.scene import Workspace
from tests.hardware.emulated_robots import STEP, so101_config, so101_servos
from tests.hardware.feetech_bus import Bus

NAMES = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll")
EDGE = 0.025
REACH = 0.0814
"""m from the jaw's axis to its tip."""
CLOSED, OPEN = -0.403, 0.486
"""rad of the jaw at widths 0 and `WIDEST`."""
WIDEST = 0.07
FIXED = 0.018
"""m from the tool frame to the fixed finger."""
WORKSPACE = Workspace(low=(0.14, -0.14, 0.0), high=(0.30, 0.14, 0.25), cell=0.06)


def width_at(angle: float) -> float:
    """m between the fingertips when the jaw is at `angle` rad."""
    return REACH * float(np.sin(angle)) + 0.032


def arm_info() -> ArmInfo:
    """What this arm can promise: top-down to some centimetres, 6 mm, 2 degrees."""
    T = np.eye(4)
    T[:3, 3] = 0.0, -0.012 + FIXED, 0.090
    table = tuple((width_at(a), (float(a),)) for a in np.linspace(CLOSED, OPEN, 9))
    return ArmInfo(
        name="so101",
        urdf=Path(__file__).with_name("so101.urdf"),
        joint_names=NAMES,
        finger_joint_names=("gripper",),
        finger_links=("fixed_finger",),
        tool_link="hand",
        T_link_tool=T,
        lower=np.array([-1.91, -1.74, -1.68, -1.65, -2.73]),
        upper=np.array([1.91, 1.74, 1.68, 1.65, 2.83]),
        limits=MotionLimits(np.full(5, 2.0), np.full(5, 8.0), np.full(5, 400.0)),
        gripper=GripperInfo(
            max_width=WIDEST,
            max_force=10.0,
            max_speed=0.1,
            finger_width=0.018,
            finger_thickness=0.010,
            finger_depth=0.05,
            kind="jaw",
            width_tolerance=0.003,
            joint_table=table,
        ),
        home=np.array([0.0, -0.9, 0.5, 1.5, 0.0]),
        arrival_position=0.006,
        arrival_rotation=float(np.radians(2.0)),
        approach=0.045,
        tilt_slack=0.15,
    )


class JawTable(FakeTable):
    """Things that the jaw pushes against the fixed finger."""

    def between(self, q, opened: float, goal: float) -> float:
        free = self._held is None
        apart = super().between(q, opened, goal)
        if free and self._held is not None:
            box, T, _ = self._held
            T = T.copy()
            T[1, 3] = -FIXED + apart / 2
            self._held = (box, T, apart)
        return apart

    def let_go(self) -> None:
        with self.lock:
            self._held = None

    @property
    def held(self) -> Box | None:
        return self._held[0] if self._held is not None else None


class So101World:
    """`seed` places three blocks. What becomes of them is told by `boxes`."""

    name = "so101"

    def __init__(self, *, droop: float = 1.5, slack: float = 4.0) -> None:
        self.arm_info, self.workspace = arm_info(), WORKSPACE
        self.bus = Bus(so101_servos(self.arm_info, droop))
        self.table = JawTable(self.arm_info, [])
        self._kinematics = Kinematics(self.arm_info)
        self._closing = threading.Event()
        self.arm = lerobot(self.arm_info, config=so101_config(self.arm_info, self.bus), slack=slack)
        self._thread = threading.Thread(target=self._touch, daemon=True)
        self._thread.start()
        self.arm.connect(60.0)

    def box(self, color: str) -> Box:
        return next(b for b in self.table.boxes if b.color == color)

    def reset(self, spec: TrialSpec) -> Trial:
        rng = np.random.default_rng(spec.seed)
        spots: list[np.ndarray] = []
        while len(spots) < 3:
            spot = rng.uniform((0.17, -0.10), (0.26, 0.10))
            if all(np.linalg.norm(spot - other) > 0.075 for other in spots):
                spots.append(spot)
        self.table.boxes[:] = [
            block(color, x, y, rng.uniform(0.0, 1.5), EDGE)
            for color, (x, y) in zip(("red", "blue", "yellow"), spots, strict=True)
        ]
        cameras = tuple(
            FakeCamera(self.table, self.arm, name, (0.55, side, 0.45), (0.2, 0.0, 0.0))
            for name, side in (("left", 0.2), ("right", -0.2))
        )
        return Trial(robot=Robot(self.arm, cameras, WORKSPACE), instruction=spec.instruction or "")

    def mend(self) -> None:
        """Nothing is in the way, nothing is held, the arm takes motions."""
        for servo in self.bus.servos.values():
            servo.stuck = False
        self.arm.recover(operator_ack=True)
        self.table.let_go()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self.arm.close()
        self.bus.close()

    def _touch(self) -> None:
        """The other side of the servos: fingers close on things, carry them, and let them fall."""
        jaw = self.bus.servos[6]
        while not self._closing.wait(0.005):
            q = np.array([(self.bus.servos[i].get(56) - 2047.5) * STEP for i in range(1, 6)])
            opened = self._width(jaw.position)
            goal = self._width(float(jaw.get(42)))
            if goal < opened - 1e-3 or self.table.held is not None:
                apart = self.table.between(q, opened, goal)
                jaw.wall = self._position(apart) if self.table.held is not None else None
            with self.table.lock:
                self.table.moved(q, opened)
            if self.table.held is None:
                jaw.wall = None

    def _width(self, position: float) -> float:
        return width_at(CLOSED + (position - 1024) / 2048 * (OPEN - CLOSED))

    def _position(self, width: float) -> float:
        angle = float(np.arcsin((width - 0.032) / REACH))
        return 1024 + (angle - CLOSED) / (OPEN - CLOSED) * 2048
