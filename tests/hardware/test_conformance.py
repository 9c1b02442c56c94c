"""The robots that need no hardware pass the conformance kit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hardware.test_robot_file import kit

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("robot", ["fake", "pybullet"])
def test_it_conforms(robot: str, tmp_path: Path) -> None:
    status, rows = kit("primitives.conformance", "--robot", robot, folder=tmp_path)
    assert status == 0, [row for row in rows if row[2] == "**failed**"]
    assert sum(row[2] == "passed" for row in rows) >= 25
