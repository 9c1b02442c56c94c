"""A program means the same whoever wrote it: `exec` and `run` decide alike."""

from __future__ import annotations

import pytest

from codepolicy.agent import Agent
from codepolicy.models.scripted import ScriptedModel
from codepolicy.settings import Settings
from primitives.environment import World

HELD = 'expect(on("red block", "table"), "on the table")'
IN_GREEN = 'expect(inside("red block", "green bowl"), "in")'
ASKED = "see to the red block"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "goal", "outcome"),
    [
        ("detect()", HELD, "unverified"),
        ('say("It is on the table already.")', HELD, "achieved"),
        ('pick("red block")\nplace("left side")', HELD, "unverified"),
        ('put("red block", "green bowl")', IN_GREEN, "achieved"),
        ('pick("red block")\nplace("left side")', IN_GREEN, "not_achieved"),
        ("detect()", "detect()", "not_achieved"),
        ("home()", None, "unverified"),
        ('find("pink block")', IN_GREEN, "not_achieved"),
        ("fnd()", IN_GREEN, "not_achieved"),
        ("home()", "pick('red block')", "not_achieved"),
    ],
)
def test_exec_and_run_decide_alike(world: World, program: str, goal: str | None, outcome: str) -> None:
    check = "" if goal is None else f"def goal():\n    {goal}\n"
    reply = f"```python\n{program}\n```\n" + (f"```python\n{check}```\n" if check else "")
    settings = Settings(turns=2)
    written = Agent(model=ScriptedModel([reply] * 2), env=world, settings=settings).run(ASKED)
    given = Agent(env=world, settings=settings).execute(f"{program}\n\n{check}", instruction=ASKED)
    assert (written.outcome, given.outcome) == (outcome, outcome)


def test_a_program_for_no_instruction_has_only_to_finish(world: World) -> None:
    assert Agent(env=world).execute("home()").outcome == "finished"
