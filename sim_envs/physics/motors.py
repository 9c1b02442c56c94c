"""The motors of a simulated arm and of its fingers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim_envs.physics.bullet import p
from sim_envs.physics.sim_robot import MountedRobot, SimRobot

_POSITION_GAIN = 0.4
_VELOCITY_GAIN = 1.0


@dataclass(frozen=True, slots=True)
class MotorCommand:
    """What the motors were last told."""

    q: tuple[float, ...]
    dq: tuple[float, ...]
    width: float
    speed: float
    force: float

    @classmethod
    def home(cls, robot: SimRobot) -> MotorCommand:
        """Stay at home with open fingers."""
        info = robot.info
        return cls(tuple(info.home.tolist()), (0.0,) * info.dof, info.gripper.max_width, 0.1, 40.0)


class Motors:
    """Tells the motors of one arm what to do, and knows what they were told last."""

    def __init__(self, client: int, arm: MountedRobot) -> None:
        self._client, self._arm = client, arm
        self._slip: float | None = None
        self.command = MotorCommand.home(arm.robot)

    def send(self, command: MotorCommand) -> None:
        """Tell the motors of arm and fingers."""
        self.drive(command.q, command.dq)
        self.grip(command.width, command.speed, command.force)

    def drive(self, q: Sequence[float], dq: Sequence[float]) -> None:
        """Send the arm motors positions (dof,) rad and velocities (dof,) rad/s to track from now on."""
        p.setJointMotorControlArray(
            self._arm.body,
            self._arm.joints,
            p.POSITION_CONTROL,
            targetPositions=q,
            targetVelocities=dq,
            forces=self._arm.robot.torque,
            positionGains=(_POSITION_GAIN,) * len(q),
            velocityGains=(_VELOCITY_GAIN,) * len(q),
            physicsClientId=self._client,
        )
        command = self.command
        self.command = MotorCommand(tuple(q), tuple(dq), command.width, command.speed, command.force)

    def grip(self, width: float, speed: float, force: float) -> None:
        """Send the fingers to `width` m at `speed` m/s of width, pressing with at most `force` N."""
        for joint in self._arm.fingers:
            p.setJointMotorControl2(
                self._arm.body,
                joint,
                p.POSITION_CONTROL,
                targetPosition=width / 2,
                targetVelocity=0.0,
                force=force,
                positionGain=0.2,
                velocityGain=1.0,
                maxVelocity=speed / 2,
                physicsClientId=self._client,
            )
        self.command = replace(self.command, width=width, speed=speed, force=force)

    def slip(self, friction: float | None) -> bool:
        """Give the fingertips a lateral `friction`, or their own again. Whether that is a change, which a contact that
        sticks does not notice until it begins anew."""
        if friction == self._slip:
            return False
        self._slip = friction
        for joint in self._arm.fingers:
            p.changeDynamics(
                self._arm.body,
                joint,
                lateralFriction=self._arm.robot.finger_friction if friction is None else friction,
                physicsClientId=self._client,
            )
        return True

    def joints(self) -> tuple[list[float], list[float]]:
        """Measured arm positions (dof,) rad and velocities (dof,) rad/s."""
        states = p.getJointStates(self._arm.body, self._arm.joints, physicsClientId=self._client)
        return [s[0] for s in states], [s[1] for s in states]

    def width(self) -> float:
        """Measured distance between the fingers in m."""
        return sum(s[0] for s in p.getJointStates(self._arm.body, self._arm.fingers, physicsClientId=self._client))
