"""Where everything in a world is and how fast it moves, to be read and written in constant time.

Bullet's own snapshots grow with what they hold, cost milliseconds and cannot find ordinary rigid bodies again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from primitives.scene import Quaternion, Vector3
from sim_envs.physics.bullet import p

REST_SPEED = 0.001
"""m/s. What is slower for two seconds, or while a snapshot is taken, sleeps until something comes near it."""
_STILL = (0.0, 0.0, 0.0)
_UPRIGHT = (0.0, 0.0, 0.0, 1.0)
_FAR = 10.0
"""m."""
_LEVER = 0.05
"""m at which turning counts as speed."""


@dataclass(frozen=True, slots=True)
class BodyState:
    """Of an object that nothing holds in place."""

    position: Vector3
    """m, base frame."""
    quaternion: Quaternion
    """xyzw."""
    linear: Vector3
    """m/s."""
    angular: Vector3
    """rad/s."""
    resting: bool


@dataclass(frozen=True, slots=True)
class Bodies:
    """Which bodies of a client a snapshot is about."""

    client: int
    table: int
    table_center: Vector3
    loose: tuple[int, ...]
    """What may lie anywhere."""
    fixed: tuple[int, ...]
    """What stays where the scene put it; its parts may move."""
    joints: tuple[tuple[int, tuple[int, ...]], ...]
    """Bodies with moving joints, and those joints."""


@dataclass(frozen=True, slots=True)
class Everything:
    """The state of all of `Bodies`, in their order."""

    loose: tuple[BodyState, ...]
    fixed: tuple[tuple[Vector3, Quaternion], ...]
    joints: tuple[tuple[tuple[float, float], ...], ...]
    """Position and velocity of each joint."""


def speed_of(linear: Vector3, angular: Vector3) -> float:
    """Speed in m/s; a turn counts as 5 cm of lever."""
    return max(math.hypot(*linear), _LEVER * math.hypot(*angular))


def at_rest(position: Vector3, quaternion: Quaternion) -> BodyState:
    """An object that was just put there: awake, for it may have to fall."""
    return BodyState(position, quaternion, _STILL, _STILL, resting=False)


def read(bodies: Bodies) -> Everything:
    """The state as it is now."""
    client = bodies.client
    return Everything(
        tuple(_read(client, body) for body in bodies.loose),
        tuple(p.getBasePositionAndOrientation(body, physicsClientId=client) for body in bodies.fixed),
        tuple(
            tuple((s[0], s[1]) for s in p.getJointStates(body, joints, physicsClientId=client))
            for body, joints in bodies.joints
        ),
    )


def write(bodies: Bodies, state: Everything) -> None:
    """Put everything into `state`, without a trace of what the world did before; motors have to be told anew.

    Bullet remembers how bodies touched, for how long they rested and how their inertia is turned; all of it changes
    the last bits of what follows. So for a step everything is far apart, turned as in `state` and awake.
    """
    client = bodies.client
    p.resetBasePositionAndOrientation(bodies.table, (0.0, 0.0, -_FAR), _UPRIGHT, physicsClientId=client)
    for number, (body, (_, quaternion)) in enumerate(zip(bodies.fixed, state.fixed, strict=True)):
        p.resetBasePositionAndOrientation(body, (_FAR, _FAR * number, 0.0), quaternion, physicsClientId=client)
    for number, (body, s) in enumerate(zip(bodies.loose, state.loose, strict=True)):
        p.resetBasePositionAndOrientation(body, (-_FAR, _FAR * number, 0.0), s.quaternion, physicsClientId=client)
        wake(client, body)
    p.stepSimulation(physicsClientId=client)
    p.resetBasePositionAndOrientation(bodies.table, bodies.table_center, _UPRIGHT, physicsClientId=client)
    for body, (position, quaternion) in zip(bodies.fixed, state.fixed, strict=True):
        p.resetBasePositionAndOrientation(body, position, quaternion, physicsClientId=client)
    for (body, joints), values in zip(bodies.joints, state.joints, strict=True):
        q, dq = [[q] for q, _ in values], [[dq] for _, dq in values]
        p.resetJointStatesMultiDof(body, joints, q, dq, physicsClientId=client)
    for body, s in zip(bodies.loose, state.loose, strict=True):
        p.resetBasePositionAndOrientation(body, s.position, s.quaternion, physicsClientId=client)  # and still
        if s.resting:
            p.changeDynamics(body, -1, activationState=p.ACTIVATION_STATE_SLEEP, physicsClientId=client)
        else:
            p.resetBaseVelocity(body, s.linear, s.angular, physicsClientId=client)


def let_sleep(client: int, body: int) -> None:
    """Allow a loose body to sleep while it rests: it costs nothing until something comes near it."""
    p.changeDynamics(
        body,
        -1,
        activationState=p.ACTIVATION_STATE_ENABLE_SLEEPING,
        sleepThreshold=REST_SPEED**2,
        physicsClientId=client,
    )


def wake(client: int, body: int) -> None:
    """End the sleep of a loose body, as whoever moves it by hand must."""
    p.changeDynamics(body, -1, activationState=p.ACTIVATION_STATE_WAKE_UP, physicsClientId=client)


def _read(client: int, body: int) -> BodyState:
    position, quaternion = p.getBasePositionAndOrientation(body, physicsClientId=client)
    linear, angular = p.getBaseVelocity(body, physicsClientId=client)
    if speed_of(linear, angular) < REST_SPEED:
        return BodyState(position, quaternion, _STILL, _STILL, resting=True)
    return BodyState(position, quaternion, linear, angular, resting=False)
