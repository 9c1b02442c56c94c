"""What can be told of a robot by its file without moving it: `codepolicy doctor --robot FILE`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.failures import Failure
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.camera_frames import fresh_frame
from primitives.robot import ArmMode, Robot
from primitives.robots.file_world import load_world

TABLE_OFF = 0.02
"""m by which the table may be seen elsewhere than at z = 0."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    status: Literal["ok", "warning", "error"]
    found: str
    advice: str = ""


def checks(path: Path) -> Iterator[Check]:
    """Everything, in the order in which one would mend it; ends where nothing more can be told. Nothing moves."""
    try:
        world = load_world(path)
    except ConfigurationError as error:
        yield Check("robot file", "error", str(path), f"{error}")
        return
    limits = world.file.limits
    kept = f"{world.name}, {world.arm_info.dof} joints, {limits.speed_scale:.0%} speed, {limits.gripper_force:g} N"
    yield Check("robot file", "ok", f"{kept}, isolation {world.isolation}")
    try:
        robot = world.reset(TrialSpec()).robot
    except (Failure, ConfigurationError) as error:
        hint = error.hint if isinstance(error, Failure) and error.hint else "Look at address, power, brakes and mode."
        yield Check("connection", "error", str(error), hint)
        world.close()
        return
    try:
        yield from _arm(robot)
        for camera in robot.cameras:
            yield from _camera(robot, camera.info.name)
    except (Failure, ConfigurationError) as error:
        yield Check("robot", "error", str(error))
    finally:
        world.close()


def _arm(robot: Robot) -> Iterator[Check]:
    info, state = robot.arm.info, robot.arm.state()
    yield Check("connection", "ok", f"a state {1000 * (time.monotonic() - state.received):.0f} ms old")
    if state.mode is ArmMode.IDLE:
        yield Check("mode", "ok", state.mode)
    else:
        why = f"{state.mode}{': ' + state.fault if state.fault else ''}"
        yield Check("mode", "warning", why, "Look at the robot; `--recover` lifts a stop when the run begins.")
    x, y, z = (float(v) for v in Kinematics(info).tool(state.q)[:3, 3])
    yield Check("joints", "ok", "within their limits")
    yield Check("tool", "ok", f"the tool is at ({x:.3f}, {y:.3f}, {z:.3f}) m by URDF and joints; compare with a ruler")


def _camera(robot: Robot, name: str) -> Iterator[Check]:
    camera = next(c for c in robot.cameras if c.info.name == name)
    what, began = f"camera {name}", time.monotonic()
    try:
        frame = fresh_frame(robot, camera, after=began)
    except Failure as failure:
        yield Check(what, "error", str(failure), failure.hint or "Is it plugged in?")
        return
    T = frame.camera.T_base_camera
    if T[2, 2] > 0.2:
        yield Check(
            what, "error", "it looks up by its extrinsics", "They are upside down: calibrate it, or invert them."
        )
        return
    low, high = robot.workspace.low, robot.workspace.high
    xs, ys = np.meshgrid(np.linspace(low[0], high[0], 25), np.linspace(low[1], high[1], 25))
    points = np.column_stack([xs.ravel(), ys.ravel(), np.zeros(xs.size), np.ones(xs.size)])
    x, y, z, _ = np.linalg.inv(T) @ points.T
    K, ahead = frame.camera.K, z > 0.05
    u, v = (K[0, 0] * x[ahead] / z[ahead] + K[0, 2]).round(), (K[1, 1] * y[ahead] / z[ahead] + K[1, 2]).round()
    inside = (u >= 0) & (u < frame.camera.width) & (v >= 0) & (v < frame.camera.height)
    depth = frame.depth[v[inside].astype(int), u[inside].astype(int)]
    off = (depth - z[ahead][inside])[depth > 0]
    if len(off) < 20:
        yield Check(what, "warning", "it sees little of the workspace", "Is it where its extrinsics say?")
        return
    median = float(np.median(off))
    seen = f"an image in {1000 * (time.monotonic() - began):.0f} ms, the table {1000 * median:+.0f} mm from z = 0"
    bad = abs(median) > TABLE_OFF
    yield Check(what, "error" if bad else "ok", seen, "Calibrate it: codepolicy calibrate camera" if bad else "")
