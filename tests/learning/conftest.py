from __future__ import annotations

from collections.abc import Iterator

import pytest

from codepolicy.plugins import load_environment
from primitives.environment import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    environment = load_environment("pybullet")
    yield environment
    environment.close()
