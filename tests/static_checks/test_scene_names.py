"""A text that names nothing is told before anything moves, where that is certain, and only there."""

from __future__ import annotations

import ast

import pytest

from codepolicy.static_checks import scene_names
from primitives.api import surface
from primitives.scene import SceneObject, Workspace

SCENE = [
    SceneObject(name="red block", category="block", color="red", position=(0.4, 0.0, 0.02), size=(0.04, 0.04, 0.04)),
    SceneObject(name="green bowl", category="bowl", color="green", position=(0.5, 0.2, 0.03), size=(0.15, 0.15, 0.06)),
]


def found(source: str):
    return list(scene_names.check(ast.parse(source), surface("skill"), SCENE, Workspace()))


@pytest.mark.parametrize(
    ("source", "line", "candidate"),
    [
        ('put("red bar", "green bowl")', 1, "red block"),
        ('home()\nput("red block", "green bowel")', 2, "green bowl"),
        ('pick(find("screwdriver"))', 1, "red block"),
        ('b = find("red block")\nplace("left sid")', 2, "left side"),
        ('put(obj="red blok", target="left side")', 1, "red block"),
        ('import math\n\ndef f():\n    pass\n\nput("rotes Ding", "green bowl")', 6, "red block"),
    ],
)
def test_it_is_told_with_what_is_in_view(source: str, line: int, candidate: str) -> None:
    report = found(source)[0]
    assert report.line == line
    assert candidate in report.candidates
    assert "in view: red block, green bowl" in report.message


@pytest.mark.parametrize(
    "source",
    [
        'put("red block", "green bowl")',
        'put("block", "the left side")',
        'put("purple bowl", "green bowl")',
        'pick("largest block")\nplace("top left corner")',
        'pick("red block 2")',
        'print(detect("apples"))',
        'if detect("apple"):\n    put("apple", "green bowl")',
        'if not detect("apple"):\n    decline("no apple")\nput("apple", "green bowl")',
        'try:\n    put("red bar", "green bowl")\nexcept NotFound:\n    pass',
        'def f():\n    put("red bar", "green bowl")',
        'for o in detect("apples"):\n    put("apple", "green bowl")',
        'look_first()\nput("red bar", "green bowl")',
        'decline("no bar")\nput("red bar", "green bowl")',
        'name = "red bar" if detect("bars") else "red block"\nput(name, "green bowl")',
        'say("red bar")\nexpect(True, "bar")',
    ],
)
def test_what_is_not_certain_is_left_alone(source: str) -> None:
    assert found(source) == []
