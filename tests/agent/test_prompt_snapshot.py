"""Every text a model is sent by constant parts, kept as it is read: a changed number is seen.

After a change that is meant, `python -m tests.agent.test_prompt_snapshot` writes them anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from codepolicy.prompting.prompt import Repair, WorkedExample, system_prompt, template, user_prompt
from primitives.api import surface
from primitives.registry import LEVELS
from primitives.scene import SceneObject, Workspace

FOLDER = Path(__file__).parent / "prompts"
BLOCK = SceneObject(name="red block", category="block", color="red", position=(0.45, 0.1, 0.02), size=(0.04,) * 3)
GOAL = 'def goal():\n    expect(inside("red block", "green bowl"), "in")\n'
REPAIR = Repair(
    program="home()\n",
    goal=GOAL,
    goal_stays=True,
    feedback="It failed.",
    function="def f(): ...\n",
    earlier=("turn 1: x",),
)


def prompts() -> dict[str, str]:
    """Each by the name of its file."""
    return {
        **{f"system_{level}": system_prompt(surface(level), Workspace()) for level in LEVELS},
        "first": user_prompt([BLOCK], "tidy up", skills=[WorkedExample("a", "home()", GOAL)], condition="it is tidy"),
        "repair": user_prompt([BLOCK], "tidy up", session=['1. "a": b.'], defined=["f(x)", "n"], repair=REPAIR),
        **{name: template(name) for name in ("plan", "critic", "function", "continue")},
    }


@pytest.mark.parametrize("name", prompts())
def test_a_prompt_is_as_it_was_read(name: str) -> None:
    assert prompts()[name] + "\n" == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in prompts().items():
        (FOLDER / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
