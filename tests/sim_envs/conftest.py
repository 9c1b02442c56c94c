"""Worlds for tests, made once and arranged anew for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.tiny_renderer import TinyRenderer


@pytest.fixture(scope="session")
def environment() -> Iterator[PyBulletEnvironment]:
    """An environment that renders in software."""
    environment = PyBulletEnvironment(TinyRenderer())
    yield environment
    environment.close()
