"""A camera that looks again at what has not moved shows the same image, and another one as soon as anything has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from primitives.environment import TrialSpec
from sim_envs.environment import PyBulletEnvironment


@pytest.fixture(scope="module")
def environment() -> Iterator[PyBulletEnvironment]:
    environment = PyBulletEnvironment()
    yield environment
    environment.close()


def test_a_second_look_is_the_first_one_until_something_moves(
    environment: PyBulletEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = environment.reset(TrialSpec(task="lift-block", seed=0)).robot.cameras[0]
    rendered: list[int] = []
    measure = environment.renderer.measure
    monkeypatch.setattr(environment.renderer, "measure", lambda *a, **k: (rendered.append(1), measure(*a, **k))[1])
    first, again = camera.frame(after=0.0, timeout_s=1.0), camera.frame(after=0.0, timeout_s=1.0)
    assert len(rendered) == 1 and np.array_equal(first.depth, again.depth) and np.array_equal(first.rgb, again.rgb)
    again.depth[:] = 0.0
    again.rgb[:] = 0
    assert np.array_equal(camera.frame(after=0.0, timeout_s=1.0).depth, first.depth), (
        "whoever writes into a frame has its own"
    )
    snapshot = environment.save()
    environment.restore(snapshot)
    restored = camera.frame(after=0.0, timeout_s=1.0)
    assert len(rendered) == 2 and np.array_equal(restored.depth, first.depth), "the noise is that of the same time"


def test_a_preview_shows_what_a_frame_does_with_less_work_and_nothing_to_measure(
    environment: PyBulletEnvironment,
) -> None:
    for camera in environment.reset(TrialSpec(task="put-block-in-bowl", seed=1)).robot.cameras:
        frame, small = camera.frame(after=0.0, timeout_s=1.0), camera.preview(320)  # type: ignore[attr-defined]
        assert small.rgb.shape == (240, 320, 3) and not small.depth.any()
        halved = frame.rgb.reshape(240, 2, 320, 2, 3).mean((1, 3))
        assert np.abs(halved - small.rgb).mean() < 2.0
        at = np.array([0.5, 0.1, 0.05, 1.0])  # the same point of the scene, in the pixels of each
        pixels = []
        for info in (frame.camera, small.camera):
            u, v, w = info.K @ (np.linalg.inv(info.T_base_camera) @ at)[:3]
            pixels.append(((u / w + 0.5) / info.width, (v / w + 0.5) / info.height))
        assert np.allclose(*pixels, atol=1e-9)
