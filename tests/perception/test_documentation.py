"""The detector of the documentation works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from primitives.perception.detector import Detector, RobotView
from tests.perception.conftest import Look

PAGE = Path(__file__).parents[2] / "docs" / "perception.md"


def red_things(rgb: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Stands in for an open-vocabulary model."""
    r, g, b = (rgb[..., i].astype(int) for i in range(3))
    return [("red block", (r > 120) & (g < 80) & (b < 80))]


def test_open_vocabulary_example(see: Callable[..., Look]) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, type] = {}
    exec(compile(source, str(PAGE), "exec"), names)
    detector: Detector = names["OpenVocabulary"](red_things)
    robot = see("red block 0.5 0.1 0.02", "blue block 0.4 0.0").robot
    state = robot.arm.state()
    frames = [c.frame(after=0.0, timeout_s=1.0) for c in robot.cameras]
    (block,) = detector.detect(frames, robot.workspace, RobotView(robot.arm.info, state.q, state.gripper_width))
    assert block.name == "red block"
    assert np.allclose(block.position, (0.5, 0.1, 0.02), atol=0.01)
