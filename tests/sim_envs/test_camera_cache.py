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
