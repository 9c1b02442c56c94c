"""What the gate finds: the line, what is wrong, and the fix; several at once."""

from __future__ import annotations

import pytest

from codepolicy.static_checks import check, type_server
from primitives.api import surface
from primitives.failures import FailureKind, FailureReport
from primitives.scene import Workspace


def findings(source: str, level: str = "skill", **options: object) -> list[FailureReport]:
    return check(source, surface(level), workspace=Workspace(), **options)  # type: ignore[arg-type]


FAULTS = [
    # syntax and size
    ("x = (\ny = 2", 1, "syntax error: '(' was never closed", "Correct the line"),
    ("for b in detect()\n    pass", 1, "syntax error: expected ':'", "Correct"),
    ("x = 1\n  y = 2", 2, "syntax error: unexpected indent", "Correct"),
    ("#" * 70_000, None, "the program has 70000 bytes; the limit is 65536", "shorter"),
    ("x = '\0'", None, "null bytes", "Correct"),
    # names
    ("fnd('red block')", 1, "the name 'fnd' is not defined", "Did you mean 'find'?"),
    ("x = 1\nplce('bowl')", 2, "'plce' is not defined", "'place'"),
    ("graspmissed", 1, "'graspmissed' is not defined", "'GraspMissed'"),
    ("zzzzqqqq", 1, "'zzzzqqqq' is not defined", "primitives: detect, find"),
    ("def f():\n    return total\ntotl = 1\nf()", 2, "'total' is not defined", "'totl'"),
    ("def f():\n    x = y0\n    y0 = 1\nf()", 2, "'y0' used when not defined", "before this line"),
    ("open('x')", 1, "'open' cannot be used", "no files"),
    ("eval('1')", 1, "'eval' cannot be used", "expression"),
    ("name = input()", 1, "'input' cannot be used", "say(text)"),
    # what is defined and does nothing
    ("def main():\n    put('a', 'b')", 1, "the function 'main' is defined but never called", "Call main(…)"),
    ("b = detect()\ndef run(x):\n    pick(x)\n", 2, "'run' is defined but never called", "Call run(…)"),
    ("def f():\n    g()\ndef g():\n    say('a')", 1, "'f' is defined but never called", "last line"),
    ("class Arm:\n    def go(self):\n        put('a', 'b')", 1, "the class 'Arm' is defined but never used", "Arm(…)"),
    # invented objects and coroutines
    ("robot.pick('a')", 1, "there is no robot object; call pick(…) directly", "stands by itself"),
    ("self.robot.put('a', 'b')", 1, "there is no self object; call put(…) directly", "stands by itself"),
    ("x = 1\nenv.step(x)", 2, "there is no env object", "Functions stand by themselves: detect"),
    ("r = Robot()\nr.pick('a')\nr.place('b')", 1, "there is no Robot class; call pick(…), place(…)", "Delete it"),
    ("async def main():\n    put('a', 'b')\nmain()", 3, "'main' is a coroutine that nobody awaits", "Write 'def'"),
    ("async def f():\n    await put('a', 'b')\nf()", 2, "'put' is not awaited", "Write 'def'"),
    ("await put('a', 'b')", 1, "'await' outside", "Write 'def'"),
    # values that are certainly nothing
    ("ok = put('a', 'b')\nif not ok:\n    home()", 2, "put() returns nothing", "except Failure"),
    ("while not pick('a'):\n    home()", 1, "pick() returns nothing", "drop the test"),
    ("done = push('a', 'b')\nsay('yes' if done is True else 'no')", 2, "push() returns nothing", "raises a failure"),
    ("held = pick('a')\nheld[0]", 2, "Cannot subscript object of type 'None'", "It returns nothing"),
    ("for x in home():\n    pass", 1, "'None' is not iterable", "It returns nothing"),
    # imports and double underscores
    ("from numpy import *\nput('a', 'b')", 1, "replaces 'put' of the robot", "import numpy as np"),
    ("import os", 1, "'os' may not be imported", "numpy"),
    ("import numpi as np", 1, "'numpi' may not be imported", "Did you mean 'numpy'?"),
    ("from scipy.spatial import KDTree", 1, "'scipy.spatial' may not be imported", "Programs may import"),
    ("from .robot import x", 1, "'.robot' may not be imported", "Programs may import"),
    ("from robot_api import pick, place", 1, "no module 'robot_api'", "already defined"),
    ("from primitives import *", 1, "no module 'primitives'", "already defined"),
    ("from my_robot import find, SceneObject", 1, "no module 'my_robot'", "already defined"),
    ("x = ().__class__.__bases__", 1, "'__bases__' is not available", "public attributes"),
    ("f = find.__globals__", 1, "'__globals__' is not available", "public"),
    ("np.testing.runstring('x', {})", 1, "numpy has no 'testing'", "np."),
    ("np.arrange(3)", 1, "numpy has no 'arrange'", "np.arange"),
    # arity and types
    (
        "find()",
        1,
        "No argument provided for required parameter 'query'",
        "find(query: SceneObject | str) -> SceneObject",
    ),
    ("find('a', 'b')", 1, "Too many positional arguments to function 'find'", "find(query: SceneObject | str)"),
    ("find(qery='a')", 1, "'qery' does not match any known parameter", "find(query: SceneObject | str)"),
    ("near('a', 'b', 0.1, 2)", 1, "Too many positional arguments to function 'near'", "distance"),
    ("pick(3)", 1, "Expected 'SceneObject | str', found 'Literal[3]'", "pick(obj"),
    ("pick(None)", 1, "found 'None'", "pick(obj"),
    ("pick(detect('blocks'))", 1, "found 'list[SceneObject]'", "choose one of its items"),
    ("place(inside('a', 'b'))", 1, "found 'Relation'", "place(target"),
    ("b = find('x')\nprint(b.nme)", 2, "no attribute 'nme'", "Did you mean 'name'?"),
    ("b = find('x')\nprint(b.pose)", 2, "no attribute 'pose'", "name, category"),
    ("print(region('middle').centre)", 1, "no attribute 'centre'", "'center'"),
    ("for b in find('x'):\n    pass", 1, "not iterable", "type in the API"),
    ("find('x')['name']", 1, "Cannot subscript", "type in the API"),
    ("b = find('x')\nb.position[4]", 2, "out of bounds", "type in the API"),
    ("b = find('x')\nb.yaw = 1.0", 2, "read-only", "cannot be changed"),
    ("x, y = find('b').position", 1, "Too many values to unpack", "as many"),
    ("try:\n    pick('x')\nexcept GraspMissed as e:\n    print(e.measurd)", 4, "no attribute 'measurd'", "'measured'"),
    # robot sense
    ("while True:\n    x = 1", 1, "never ends", "bounded"),
    ("n = 0\nwhile 1:\n    n += 1\n    print(n)", 2, "never ends", "break"),
    ("while not False:\n    for i in range(3):\n        break", 1, "never ends", "break"),
    ("import itertools\nfor i in itertools.count():\n    print(i)", 2, "never ends", "bounded"),
    ("place((2.0, 0.0))", 1, "x = 2 m in 'place((2.0, 0.0))' is outside", "0.28..0.7"),
    ("pick('a')\nplace((0.5, -0.9, 0.1))", 2, "y = -0.9 m", "-0.3..0.3"),
    ("put('a', target=[0.5, 0.1, 2])", 1, "z = 2 m", "0..0.45"),
    ("put('a', 'b')\nplace('c')", 2, "nothing is in the hand", "Call pick(obj)"),
    ("pick('a')\nplace('b')\nprint(1)\nplace('c')", 4, "nothing is in the hand", "pick"),
    ("def f():\n    put('a', 'b')\n    place('c')\nf()", 3, "nothing is in the hand", "put(obj, target)"),
]


def test_what_only_defines_functions_may_be_asked_for() -> None:
    assert findings("def stack(a, b):\n    pick(a)\n    place(b)") == []


@pytest.mark.parametrize(("source", "line", "message", "hint"), FAULTS, ids=[f[0][:40] for f in FAULTS])
def test_a_fault_is_found_with_its_line_and_the_fix(source: str, line: int | None, message: str, hint: str) -> None:
    found = findings(source, whole=True)
    assert [f.kind for f in found] == [FailureKind.REJECTED] * len(found)
    assert all(f.blame == "policy" for f in found)
    assert any(f.line == line and message in f.message and hint in (f.hint or "") for f in found), found


def test_several_faults_are_found_at_once_in_order() -> None:
    source = (
        "import os\nb = fnd('x')\nplace((9, 9))\nnear('a')\nfind('y').nme\nzap = ().__class__\nwhile True:\n    pass\n"
    )
    found = findings(source)
    assert [f.line for f in found] == [1, 2, 3, 3, 4, 5, 6, 7]


def test_nothing_is_reported_twice() -> None:
    found = findings("fnd('x')\nfnd('y')\nnp.foo\nopen('x')")
    assert [(f.line, f.message) for f in found] == [
        (1, "the name 'fnd' is not defined"),
        (3, "numpy has no 'foo'"),
        (4, "'open' cannot be used in a program"),
    ]


def test_a_flood_of_faults_is_cut() -> None:
    assert len(findings("\n".join(f"nothing_{i}" for i in range(500)))) == 12


@pytest.mark.parametrize(
    ("source", "level", "message"),
    [
        ("joints()", "tool", "'joints' is not defined"),
        ("move_to(Pose.top_down(0.5, 0.0, 2.0))", "tool", "z = 2 m"),
        ("move_to(Pose.top_down(0.5, y=0.9, z=0.1))", "tool", "y = 0.9 m"),
        ("move_to(Pose((0.1, 0, 0.1), (1, 0, 0, 0)))", "tool", "x = 0.1 m"),
        ("move_to((0.5, 0.0, 0.1))", "tool", "Expected 'Pose'"),
        ("solve_ik('up')", "joint", "Expected 'Pose'"),
        ("capture().rgbd", "joint", "no attribute 'rgbd'"),
        ("grasps('x').pose", "tool", "no attribute 'pose'"),
    ],
)
def test_other_surfaces(source: str, level: str, message: str) -> None:
    assert any(message in f.message for f in findings(source, level)), findings(source, level)


def test_names_of_earlier_programs_are_known() -> None:
    assert findings("stack(blocks[0])\nprint(blocks.anything)", known=("stack", "blocks")) == []
    assert [f.line for f in findings("x = 1\nstack(x)")] == [2]


def test_an_empty_hand_is_known_only_when_told() -> None:
    assert findings("place('bowl')") == []
    assert findings("place('bowl')", holding=True) == []
    assert "nothing is in the hand" in findings("place('bowl')", holding=False)[0].message


def test_a_goal_check_may_not_move() -> None:
    found = check("def goal():\n    pick('x')", surface("skill").only("perception", "other"), workspace=Workspace())
    assert [(f.line, f.message) for f in found] == [(2, "the name 'pick' is not defined")]


@pytest.mark.parametrize(
    "source", ["(" * 5000 + ")" * 5000, "-" * 60_000 + "1", "x" + ".y" * 20_000, "[" * 90 + "]" * 90]
)
def test_absurd_nesting_is_answered(source: str) -> None:
    assert all(f.kind is FailureKind.REJECTED for f in findings(source))


def test_without_a_type_checker_the_other_checks_stay(monkeypatch) -> None:
    monkeypatch.setattr(type_server, "_binary", lambda: None)
    assert [f.line for f in findings("find()\nfnd()")] == [2]
