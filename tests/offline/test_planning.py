"""Sub-goals of long instructions: each stands alone, has a condition, and together they do what was asked."""

from __future__ import annotations

import pytest

from codepolicy.models.protocol import Message
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.plan_reply import SubGoal, parse_plan
from codepolicy.prompting.prompt import template
from codepolicy.prompting.scene_table import scene_table
from primitives.scene import SceneObject
from tests.offline.table import FOUR_BLOCKS as SCENE
from tests.offline.table import Table, ask, fences, thing

SIZES = [
    thing("red block", 0.34, 0.20, 0.05),
    thing("green block", 0.50, 0.10, 0.03),
    thing("blue block", 0.65, -0.06, 0.04),
    thing("white box", 0.42, -0.20),
]


def plan(instruction: str, objects: list[SceneObject], *, done: str = "", failed: str = "") -> tuple[SubGoal, ...]:
    """The sub-goals that an agent would read."""
    parts = ["## Scene\n" + scene_table(objects), "## Instruction\n" + instruction]
    parts += [f"## Done so far\n- {done}"] if done else []
    parts += [f"## What failed\n{failed}\nPlan what is still to be done, another way."] if failed else []
    messages = [Message(role="system", text=template("plan")), Message(role="user", text="\n\n".join(parts))]
    return parse_plan(OfflineModel().complete(messages).text, instruction)


def texts(steps: tuple[SubGoal, ...]) -> list[str]:
    return [s.instruction for s in steps]


def test_each_sub_goal_says_what_must_hold_after_it() -> None:
    steps = plan("put every block in a bowl and after that push the green bowl to the left", SCENE)
    assert texts(steps) == ["put every block in a bowl", "push the green bowl to the left"]
    assert "the yellow block is in the" in (steps[0].condition or "")
    assert steps[1].condition == "the green bowl is in the left side"


def test_what_a_sub_goal_refers_to_is_named_in_it() -> None:
    steps = plan("put the leftmost block in the red bowl, then put it on the right side", SCENE)
    assert texts(steps) == ["put the leftmost block in the red bowl", "put the red block on the right side"]


def test_what_cannot_be_said_alone_stays_with_what_it_refers_to() -> None:
    assert len(plan("move the red block 5 cm up, then put it back where it was", SCENE)) == 1


def test_a_condition_and_its_alternative_are_one_sub_goal() -> None:
    steps = plan(
        "if there is a mug stack the blocks. Otherwise put the red block in the red bowl. Then go home.", SCENE
    )
    assert texts(steps) == [
        "if there is a mug stack the blocks, otherwise put the red block in the red bowl",
        "go home",
    ]


@pytest.mark.parametrize(
    "instruction",
    [
        "put the red block in the red bowl and then sing a song",
        "put the red block in the red bowl and then put the purple block in it",
        "do not touch the red block. Put the other blocks in the green bowl.",
    ],
)
def test_nothing_is_begun_that_cannot_be_split(instruction: str) -> None:
    assert texts(plan(instruction, SCENE)) == [instruction]


def test_what_is_so_already_is_no_sub_goal() -> None:
    done = [thing("red block", 0.60, 0.21, on="red bowl", z=0.03), *SCENE[1:]]
    steps = plan("put the red block in the red bowl, then put the blue block in the blue bowl", done)
    assert texts(steps) == ["put the blue block in the blue bowl"]


def test_a_plan_goes_on_after_what_is_done() -> None:
    whole = "put the red block in the red bowl, then put the blue block in the blue bowl"
    steps = plan(whole, SCENE, done="put the red block in the red bowl")
    assert texts(steps) == ["put the blue block in the blue bowl"]


def test_a_sub_goal_that_failed_is_taken_one_thing_at_a_time() -> None:
    whole = "put all blocks in the green bowl, then go home"
    steps = plan(whole, SCENE, failed="put all blocks in the green bowl: the yellow block slipped")
    assert texts(steps)[-1] == "go home"
    assert set(texts(steps)[:-1]) == {
        f"put the {c} block in the green bowl" for c in ("red", "green", "blue", "yellow")
    }


@pytest.mark.slow
def test_a_very_long_instruction_fits_into_what_an_agent_reads() -> None:
    whole = ". ".join(f"Put the {c} block in the {b} bowl" for c in ("red", "blue") for b in ("red", "green") * 6)
    steps = plan(whole, SCENE)
    assert len(steps) == 20
    assert steps[-1].instruction.count("put the") == 5


def in_turn(instruction: str, objects: list[SceneObject]) -> Table:
    """The table after both sub-goals of the instruction."""
    table = Table(objects)
    steps = plan(instruction, objects)
    assert len(steps) == 2
    for step in steps:
        reply = ask(step.instruction, list(table.objects.values()))
        assert reply.finish == "stop", reply.text
        program, goal = fences(reply.text)
        table.run(program)
        assert table.check(goal) == []
    return table


def test_sub_goals_done_in_turn_put_the_blocks_away_and_push_the_bowl() -> None:
    table = in_turn("put every block in a bowl and after that push the green bowl to the left", SCENE)
    assert table.workspace.region("left side").contains(table.objects["green bowl"].position[:2])
    assert ["bowl" in o.on for o in table.objects.values() if o.category == "block"] == [True] * 4


def test_sub_goals_done_in_turn_clear_the_table_and_build_the_tower() -> None:
    now = in_turn("clear the table, then build a tower of three sorted by size", SIZES).objects
    assert [now[f"{c} block"].on for c in ("green", "blue", "red")] == ["blue block", "red block", "table"]
