"""Cameras: calibrated, metric, fresh, and where they are said to be."""

# pyright: basic

from __future__ import annotations

import time

import numpy as np
import pytest

from primitives.conformance.subject import Record, Subject
from primitives.kinematics.camera_frames import fresh_frames
from primitives.kinematics.description_check import is_pose

OFF = 0.03
"""m by which the table may be seen elsewhere."""


@pytest.fixture(autouse=True)
def _some(subject: Subject) -> None:
    if not subject.robot.cameras:
        pytest.skip("the robot has no camera")


def test_calibration(subject: Subject) -> None:
    """Every camera has a pinhole matrix that fits its images, and a pose."""
    for frame in fresh_frames(subject.robot):
        info, K = frame.camera, frame.camera.K
        assert K.shape == (3, 3) and K[0, 0] > 0 and K[1, 1] > 0 and K[2, 2] == 1.0
        assert 0.2 * info.width < K[0, 2] < 0.8 * info.width and 0.2 * info.height < K[1, 2] < 0.8 * info.height
        assert is_pose(info.T_base_camera), f"{info.name} has no pose"
        assert info.T_base_camera[2, 2] < 0.2, f"{info.name} looks up: are its extrinsics upside down?"


def test_metric_depth(subject: Subject) -> None:
    """Depth is in metres."""
    for frame in fresh_frames(subject.robot):
        seen = frame.depth[frame.depth > 0]
        assert seen.size > 0.2 * frame.depth.size, f"{frame.camera.name} measures little"
        assert 0.05 < float(np.median(seen)) < 10.0, f"{frame.camera.name}: median {float(np.median(seen)):g} m"


def test_fresh(subject: Subject, record_property: Record) -> None:
    """An image asked for now was exposed now."""
    for camera in subject.robot.cameras:
        after = time.monotonic()
        frame = camera.frame(after=after, timeout_s=5.0)
        record_property(camera.info.name, f"{1000 * (time.monotonic() - after):.0f} ms")
        assert frame.received >= after, f"{camera.info.name} gave an image {after - frame.received:.2f} s too old"


def test_table(subject: Subject, record_property: Record) -> None:
    """Points of the table are seen where the extrinsics project them, or something stands before them."""
    low, high = subject.robot.workspace.low, subject.robot.workspace.high
    xs, ys = np.meshgrid(np.linspace(low[0], high[0], 25), np.linspace(low[1], high[1], 25))
    points = np.column_stack([xs.ravel(), ys.ravel(), np.zeros(xs.size), np.ones(xs.size)])
    for frame in fresh_frames(subject.robot):
        info = frame.camera
        x, y, z, _ = np.linalg.inv(info.T_base_camera) @ points.T
        ahead = z > 0.05
        u = np.round(info.K[0, 0] * x[ahead] / z[ahead] + info.K[0, 2]).astype(int)
        v = np.round(info.K[1, 1] * y[ahead] / z[ahead] + info.K[1, 2]).astype(int)
        inside = (u >= 0) & (u < info.width) & (v >= 0) & (v < info.height)
        assert inside.sum() > 20, f"{info.name} does not see the workspace"
        measured, expected = frame.depth[v[inside], u[inside]], z[ahead][inside]
        known = measured > 0
        off = measured[known] - expected[known]
        record_property(info.name, f"{1000 * float(np.median(off)):+.1f} mm")
        assert float(np.mean(np.abs(off) < OFF)) > 0.5, f"{info.name} sees the table {np.median(off):+.3f} m off"
        assert float(np.mean(off > OFF)) < 0.1, f"{info.name} sees through the table"
