"""A frame in which the table cannot be where the calibration says is refused by name, and never an empty table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from primitives.environment import TrialSpec
from primitives.failures import HardwareFault
from primitives.perception.detector import RobotView
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.robot import Frame
from primitives.scene import SceneObject
from sim_envs.environment import PyBulletEnvironment


def raised_by(z: float) -> Callable[[Frame], Frame]:
    def change(frame: Frame) -> Frame:
        T = frame.camera.T_base_camera.copy()
        T[2, 3] += z
        return replace(frame, camera=replace(frame.camera, T_base_camera=T))

    return change


def turned_by(turn: np.ndarray) -> Callable[[Frame], Frame]:
    def change(frame: Frame) -> Frame:
        T = frame.camera.T_base_camera.copy()
        T[:3, :3] = T[:3, :3] @ turn
        return replace(frame, camera=replace(frame.camera, T_base_camera=T))

    return change


def scaled(factor: float) -> Callable[[Frame], Frame]:
    return lambda frame: replace(frame, depth=(frame.depth * factor).astype(np.float32))


def blind(frame: Frame) -> Frame:
    return replace(frame, depth=np.zeros_like(frame.depth))


def seen(change: Callable[[Frame], Frame]) -> list[SceneObject]:
    environment = PyBulletEnvironment()
    robot = environment.reset(TrialSpec(seed=2)).robot
    frames = [c.frame(after=0.0, timeout_s=1.0) for c in robot.cameras]
    frames[0] = change(frames[0])
    state = robot.arm.state()
    try:
        return RgbdDetector().detect(frames, robot.workspace, RobotView(robot.arm.info, state.q, state.gripper_width))
    finally:
        environment.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (raised_by(0.03), "30 mm above"),
        (raised_by(-0.03), "30 mm below"),
        (raised_by(0.2), "200 mm above"),
        (scaled(1.05), "times what they should be"),
        (scaled(0.001), "camera"),
        (scaled(1000.0), "camera"),
        (turned_by(np.diag([-1.0, -1.0, 1.0])), "tilted"),
        (turned_by(np.diag([1.0, -1.0, -1.0])), "camera"),
        (blind, "measures no depth"),
    ],
)
def test_what_cannot_be_the_table_is_refused(change: Callable[[Frame], Frame], words: str) -> None:
    with pytest.raises(HardwareFault) as refused:
        seen(change)
    report = refused.value.report()
    assert "'overhead'" in report.message
    assert words in f"{report.message} {report.hint}"


@pytest.mark.parametrize("change", [raised_by(0.012), raised_by(-0.012), scaled(1.01), scaled(0.99)])
def test_what_is_a_little_off_is_seen(change: Callable[[Frame], Frame]) -> None:
    assert len(seen(change)) == 8


def pushed(x: float, y: float, turn: float = 0.0) -> Callable[[Frame], Frame]:
    """Moved along the table by (x, y) m and turned about the vertical through the base by `turn` rad."""
    c, s = np.cos(turn), np.sin(turn)
    move = np.array([[c, -s, 0.0, x], [s, c, 0.0, y], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    return lambda frame: replace(frame, camera=replace(frame.camera, T_base_camera=move @ frame.camera.T_base_camera))


@pytest.mark.parametrize("change", [pushed(0.0, 0.05), pushed(-0.06, 0.0), pushed(0.0, 0.0, 0.12)])
def test_cameras_that_contradict_each_other_are_named(change: Callable[[Frame], Frame]) -> None:
    with pytest.raises(HardwareFault, match="contradict each other") as refused:
        seen(change)
    assert {"'overhead'", "'front'"} <= set(refused.value.report().message.replace(":", "").split())


def test_cameras_a_little_apart_are_believed() -> None:
    assert len(seen(pushed(0.008, 0.005))) == 8
