"""The detector of the documentation works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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


def found_boxes(rgb: np.ndarray, phrases: Sequence[str]) -> list[tuple[str, float, tuple[int, int, int, int]]]:
    """Stands in for Grounding DINO: a loose box around what is red, one that is unsure, and one around nothing."""
    ((_, mask),) = red_things(rgb)
    rows, columns = np.nonzero(mask)
    box = (int(columns.min()) - 4, int(rows.min()) - 4, int(columns.max()) + 5, int(rows.max()) + 5)
    return [(phrases[0], 0.8, box), (phrases[0], 0.6, box), ("ghost", 0.9, (5, 5, 25, 25)), ("doubtful", 0.1, box)]


def test_boxes_of_another_model_become_objects(see: Callable[..., Look]) -> None:
    page = PAGE.with_name("detectors.md")
    (source,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    assert source.count("\n") < 80
    names: dict[str, type] = {}
    exec(compile(source, str(page), "exec"), names)
    detector: Detector = names["Grounded"](found_boxes, ("rubber duck",))
    robot = see("red block 0.5 0.1 0.02", "blue block 0.4 0.0").robot
    state = robot.arm.state()
    frames = [c.frame(after=0.0, timeout_s=1.0) for c in robot.cameras]
    (duck,) = detector.detect(frames, robot.workspace, RobotView(robot.arm.info, state.q, state.gripper_width))
    assert duck.name == "rubber duck"
    assert np.allclose(duck.position, (0.5, 0.1, 0.02), atol=0.01)
