"""Programs in the way of other robots' libraries."""

from __future__ import annotations

import pytest

from codepolicy.prompting.foreign_calls import native

PUT = 'put("a", "b")'


@pytest.mark.parametrize(
    "code",
    [
        f"from robot import *\n{PUT}",
        f"from robot_api.skills import put, find\n{PUT}",
        f"from robot_api import (\n    put,\n)\n{PUT}",
        f"import robot\nrobot.{PUT}",
        f"import robot_api as r\nr.{PUT}",
        f"robot.{PUT}",
        f"self.{PUT}",
        f"env.robot.{PUT}",
        f"arm = RobotArm()\narm.{PUT}",
        f"from robot import Robot\nrobot = Robot('panda')\nrobot.{PUT}",
        f"import robot\nr = robot.Robot()\nr.{PUT}",
        f"def main(robot):\n    robot.{PUT}\nmain(Robot())",
        f"class Task:\n    def run(self):\n        self.{PUT}\nTask().run()",
        f"import asyncio\nasync def main():\n    await {PUT}\n    await asyncio.sleep(1)\nasyncio.run(main())",
        f"async def main():\n    {PUT}\nmain()",
        f"await {PUT}",
        f"put.call{PUT.removeprefix('put')}",
    ],
)
def test_what_is_meant_is_plain(code: str) -> None:
    changed, calls = native(code), []
    assert changed.count("\n") == code.count("\n"), "lines keep their numbers"
    exec(changed, {"put": lambda *given: calls.append(given)})
    assert calls == [("a", "b")]


@pytest.mark.parametrize(
    "code",
    [
        f"robot.fly()\nrobot.{PUT}",
        f"class P:\n    def put(self, a, b):\n        pass\n    def run(self):\n        self.{PUT}\nP().run()",
        "def where(name):\n    return name.find('block')\nwhere('red block')",
        f"import numpy as np\nnp.zeros(3).put([0], 1)\n{PUT}",
        "class P(Base):\n    def run(self):\n        self.put('a', 'b')",
        f"async def main():\n    await asyncio.wait_for({PUT}, 3)\nasyncio.run(main())",
        "put('a',",
    ],
)
def test_what_may_mean_something_else_stays(code: str) -> None:
    assert native(code) == code
