from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from codepolicy.agent import Agent
from codepolicy.loop.planner import MAX_BARREN
from codepolicy.models.protocol import Message
from codepolicy.models.scripted import ScriptedModel
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.plan_reply import SubGoal, parse_plan
from codepolicy.session import Session
from codepolicy.settings import Settings
from primitives.environment import World

Fenced = Callable[..., str]
PLANNED = Settings(plan=True, turns=1)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1. a -- done when: b\n2. c", [SubGoal("a", "b"), SubGoal("c")]),
        ("Plan:\n\n1) **x** — Done when y holds.\n2) z", [SubGoal("x", "y holds."), SubGoal("z")]),
        ("- one\n- two", [SubGoal("one"), SubGoal("two")]),
        ("I would simply do it.", [SubGoal("all of it")]),
        ("```python\n1. no\n```", [SubGoal("all of it")]),
        ("```\n1. a\n2. b\n```", [SubGoal("a"), SubGoal("b")]),
        ("<think>1. no\n2. no</think>1. a\n   1. no\n   - no\n2. b", [SubGoal("a"), SubGoal("b")]),
        ("**Step 1:** a\n- first\n- second\n**Step 2:** b\nDone when: c", [SubGoal("a"), SubGoal("b", "c")]),
        ("### Step 1\n- a\n- then b\n- done when: c", [SubGoal("a; then b", "c")]),
        ("第一步：甲\n第二步：乙", [SubGoal("甲"), SubGoal("乙")]),
        ("Schritt 1: a\nSchritt 2: b", [SubGoal("a"), SubGoal("b")]),
        ("| # | what | when |\n|---|---|---|\n| 1 | a | b |\n| 2 | c | d |", [SubGoal("a", "b"), SubGoal("c", "d")]),
        ('```json\n{"steps": ["a", "b -- done when: c"]}\n```', [SubGoal("a"), SubGoal("b", "c")]),
        ('{"plan": [{"step": 1, "action": "a", "done_when": "b"}]}', [SubGoal("a", "b")]),
        ('["a", "b"]', [SubGoal("a"), SubGoal("b")]),
        ('{"1": "a", "2": "b"}', [SubGoal("a"), SubGoal("b")]),
        ('I see ["red block", "bowl"].\n1. a', [SubGoal("a")]),
        ("Put it 1.5 cm to the left.", [SubGoal("all of it")]),
    ],
)
def test_plans_are_read_tolerantly(text: str, steps: list[SubGoal]) -> None:
    assert list(parse_plan(text, "all of it")) == steps


def test_an_endless_plan_is_cut() -> None:
    assert len(parse_plan("\n".join(f"{i}. step" for i in range(500)), "x")) == 20


@pytest.mark.slow
def test_steps_are_solved_in_turn_and_planned_anew_when_one_fails(world: World, fenced: Fenced) -> None:
    red = fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "red")')
    bad = fenced('put("blue block", (0.48, -0.26))', 'expect(inside("blue block", "blue bowl"), "blue inside")')
    blue = fenced('put("blue block", "blue bowl")', 'expect(inside("blue block", "blue bowl"), "blue inside")')
    planner = ScriptedModel(
        [
            "1. put the red block in the green bowl -- done when: it is inside\n2. put the blue block away",
            "1. put the blue block in the blue bowl",
        ]
    )
    coder = ScriptedModel([red, bad, blue])
    episode = Agent(model=coder, planner=planner, env=world, settings=PLANNED).run("tidy up red, then blue")
    assert episode.outcome == "achieved" and "2 sub-goals reached" in episode.summary
    assert episode.plan == ("put the red block in the green bowl", "put the blue block in the blue bowl")
    assert [t.step for t in episode.turns] == [
        "put the red block in the green bowl",
        "put the blue block away",
        "put the blue block in the blue bowl",
    ]
    assert [c.message for c in episode.goal_check.clauses] == ["red", "blue inside"]
    assert "## Done when\nit is inside" in coder.conversations[0][1].text
    first, again = (c[1].text for c in planner.conversations)
    assert "## Instruction\ntidy up red, then blue" in first and "## Done so far" not in first
    assert "## Done so far\n- put the red block in the green bowl" in again
    assert "## What failed\nput the blue block away: the goal check fails: blue inside (blue block is 0." in again
    assert first.split("## Instruction")[0] != again.split("## Instruction")[0], "the scene as it then is"


@pytest.mark.slow
def test_a_plan_that_never_gets_anywhere_ends(world: World, fenced: Fenced) -> None:
    planner = ScriptedModel(["1. find the pink block"] * 10)
    coder = ScriptedModel([fenced('find("pink block")', 'expect(bool(find("pink block")), "x")')] * 10)
    episode = Agent(model=coder, planner=planner, env=world, settings=PLANNED).run("bring the pink block")
    assert episode.outcome == "not_achieved" and len(planner.conversations) == MAX_BARREN


@pytest.mark.slow
def test_a_sub_goal_without_a_check_leaves_the_whole_unverified(world: World, fenced: Fenced) -> None:
    planner = ScriptedModel(["1. go home\n2. look around"])
    coder = ScriptedModel([fenced("home()"), fenced('say("done")')])
    episode = Agent(model=coder, planner=planner, env=world, settings=PLANNED).run("rest a little")
    assert episode.outcome == "unverified" and episode.summary.startswith("go home: ")


@pytest.mark.slow
def test_ground_truth_on_the_whole_does_not_fail_a_sub_goal(world: World, fenced: Fenced) -> None:
    lift = fenced('pick("red block")', 'expect(find("red block").on == "gripper", "held")')
    put = fenced('place("green bowl")', 'expect(inside("red block", "green bowl"), "in")')
    planner = ScriptedModel(["1. lift the red block\n2. place it in the green bowl"])
    settings = Settings(plan=True, turns=1, feedback="explain")
    agent = Agent(model=ScriptedModel([lift, put]), planner=planner, env=world, settings=settings)
    episode = agent.run("put the red block in the green bowl")
    assert episode.outcome == "achieved" and len(planner.conversations) == 1


HELD = 'expect(find("red block").on == "gripper", "held")'


@pytest.mark.slow
def test_what_was_in_the_hand_may_be_put_down_and_that_is_said(world: World, fenced: Fenced) -> None:
    lift = fenced('pick("red block")', HELD)
    put = fenced('place("green bowl")', 'expect(inside("red block", "green bowl"), "in")')
    planner = ScriptedModel(["1. lift the red block\n2. place it in the green bowl"])
    episode = Agent(model=ScriptedModel([lift, put]), planner=planner, env=world, settings=PLANNED).run("tidy red up")
    assert episode.believed == "achieved" and [c.message for c in episode.goal_check.clauses] == ["in"]
    assert "'lift the red block' ended with something in the hand" in episode.summary


@pytest.mark.slow
def test_what_else_a_sub_goal_reached_holds_to_the_end(world: World, fenced: Fenced) -> None:
    blue = 'expect(inside("blue block", "blue bowl"), "blue in")'
    lift = fenced('put("blue block", "blue bowl")\npick("red block")', f"{HELD}\n    {blue}")
    undo = 'place("green bowl")\nput("blue block", "yellow bowl")'
    then = 'expect(inside("red block", "green bowl"), "then")'
    planner = ScriptedModel(["1. take both\n2. go on", *["1. something else"] * 3])
    coder = ScriptedModel([lift, fenced(undo, then), *["I do not know how."] * 3])
    episode = Agent(model=coder, planner=planner, env=world, settings=PLANNED).run("tidy up")
    assert episode.believed != "achieved"
    assert "'take both' was undone by a later sub-goal" in planner.conversations[1][1].text


@pytest.mark.slow
def test_what_a_plan_left_out_is_planned_once(world: World, fenced: Fenced) -> None:
    red = fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "red")')
    blue = fenced('put("blue block", "blue bowl")', 'expect(inside("blue block", "blue bowl"), "blue")')
    asked = "put the red block in the green bowl and the blue block in the blue bowl"
    half, rest = "1. put the red block in the green bowl", "1. put the blue block in the blue bowl"
    planner = ScriptedModel([half, rest])
    agent = Agent(model=ScriptedModel([red, blue]), planner=planner, env=world, settings=PLANNED)
    episode = agent.run(asked, video=False)
    assert episode.believed == "achieved" and len(episode.plan) == 2 and "looks at" not in episode.summary
    assert "looked at: blue block, blue bowl" in planner.conversations[1][1].text
    agent = Agent(model=ScriptedModel([red]), planner=ScriptedModel([half, "nothing"]), env=world, settings=PLANNED)
    episode = agent.run(asked, video=False)
    assert episode.believed == "achieved" and "no goal check looks at: blue block, blue bowl" in episode.summary


@pytest.mark.slow
def test_a_critic_can_ask_for_more_than_the_goal_check(world: World, fenced: Fenced) -> None:
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


@pytest.mark.slow
def test_a_critic_looks_over_the_whole_of_a_plan(world: World, fenced: Fenced) -> None:
    red = fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "red")')
    blue = fenced('put("blue block", "red bowl")', 'expect(inside("blue block", "red bowl"), "blue")')
    planner = ScriptedModel(["1. put the red block in the green bowl", "1. put the blue block in the red bowl"])
    critic = ScriptedModel(["NOT DONE: the blue block is still on the table", "DONE"])
    agent = Agent(model=ScriptedModel([red, blue]), planner=planner, critic=critic, env=world, settings=PLANNED)
    episode = agent.run("tidy up the red and the blue block")
    assert episode.outcome == "achieved" and len(episode.turns) == 2
    assert "critic: the blue block is still on the table" in planner.conversations[1][1].text
    changed = critic.conversations[1][1].text.partition("## Changed")[2]
    assert "| red block |" in changed and "| blue block |" in changed, "since the start of the whole"


@pytest.mark.slow
def test_a_planner_knows_the_session(world: World, fenced: Fenced) -> None:
    planner = ScriptedModel(["1. go home"] * 2)
    model = ScriptedModel([fenced("home()")] * 2)
    with Session(Agent(model=model, planner=planner, env=world, settings=PLANNED)) as session:
        session.run("rest")
        session.run("again")
    assert '## Session\n1. "rest": unverified.' in planner.conversations[1][1].text


@pytest.mark.slow
def test_the_offline_model_plans_anew_after_a_sabotaged_step(world: World, fenced: Fenced) -> None:
    offline = OfflineModel()
    wrong = fenced('put("blue block", "blue bowl")', 'expect(inside("blue block", "red bowl"), "blue in red")')

    def honest(messages: Sequence[Message]) -> str:
        return offline.complete(messages).text

    coder = ScriptedModel([honest, wrong, honest])
    agent = Agent(model=coder, planner=offline, env=world, settings=PLANNED)
    episode = agent.run("put the red block in the green bowl, then put the blue block in the red bowl")
    assert episode.believed == "achieved" and len(episode.turns) == 3
    assert [c.holds for c in episode.goal_check.clauses] == [True, True]
    assert episode.turns[1].step == episode.turns[2].step, "what was done is not done again"
