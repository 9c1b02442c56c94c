from __future__ import annotations

from collections.abc import Callable

import pytest

from codepolicy.agent import Agent
from codepolicy.models.scripted import ScriptedModel
from codepolicy.planning import Step, parse_plan
from codepolicy.settings import Settings
from primitives.environment import Environment

Fenced = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1. a -- done when: b\n2. c", [Step("a", "b"), Step("c")]),
        ("Plan:\n\n1) **x** — Done when y holds.\n2) z", [Step("**x**", "y holds."), Step("z")]),
        ("- one\n- two", [Step("one"), Step("two")]),
        ("I would simply do it.", [Step("all of it")]),
        ("```python\n1. no\n```", [Step("all of it")]),
    ],
)
def test_plans_are_read_tolerantly(text: str, steps: list[Step]) -> None:
    assert list(parse_plan(text, "all of it")) == steps


def test_an_endless_plan_is_cut() -> None:
    assert len(parse_plan("\n".join(f"{i}. step" for i in range(500)), "x")) == 20


@pytest.mark.slow
def test_steps_are_solved_in_turn_and_planned_anew_when_one_fails(world: Environment, fenced: Fenced) -> None:
    red = fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "red")')
    blue = fenced('put("blue block", "blue bowl")', 'expect(inside("blue block", "blue bowl"), "blue")')
    bad = fenced('find("pink block")', 'expect(inside("blue block", "red bowl"), "blue")')
    planner = ScriptedModel(
        [
            "1. put the red block in the green bowl -- done when: it is inside\n2. put the pink block away",
            "1. put the blue block in the blue bowl",
        ]
    )
    coder = ScriptedModel([red, bad, blue])
    agent = Agent(model=coder, planner=planner, env=world, settings=Settings(plan=True, turns=1))
    episode = agent.run("tidy up red, then blue")
    assert episode.outcome == "achieved"
    assert episode.plan == ("put the red block in the green bowl", "put the blue block in the blue bowl")
    assert [t.step for t in episode.turns] == [
        "put the red block in the green bowl",
        "put the pink block away",
        "put the blue block in the blue bowl",
    ]
    assert "## Done when\nit is inside" in coder.conversations[0][1].text
    again = planner.conversations[1][1].text
    assert "## Done so far\n- put the red block in the green bowl" in again
    assert "## What failed\nput the pink block away: not_found" in again


@pytest.mark.slow
def test_a_critic_can_ask_for_more_than_the_goal_check(world: Environment, fenced: Fenced) -> None:
    first = fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "red")')
    both = fenced(
        'put("blue block", "red bowl")',
        'expect(inside("red block", "green bowl"), "red")\n    expect(inside("blue block", "red bowl"), "blue")',
    )
    critic = ScriptedModel(["NOT DONE: the blue block is still on the table", "DONE"])
    coder = ScriptedModel([first, both])
    episode = Agent(model=coder, critic=critic, env=world).run("tidy up the red and the blue block")
    assert episode.outcome == "achieved" and len(episode.turns) == 2
    assert "FAILS: critic: the blue block is still on the table" in coder.conversations[1][1].text
    assert "## Scene before" in critic.conversations[0][1].text
