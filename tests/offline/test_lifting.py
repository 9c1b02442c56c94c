"""Something is taken and held, as high as the sentence says."""

from __future__ import annotations

import pytest

from codepolicy.agent import Agent
from codepolicy.settings import Settings
from tests.offline.table import FOUR_BLOCKS, fences, thing
from tests.offline.workshop import Workshop, furniture, tell

LIFTED = [
    ("hoist the red block 10 cm", 0.10),
    ("raise the red block by 12 centimeters off the table", 0.12),
    ("lift the red block 8 cm high and hold it there", 0.08),
    ("grab the red block and lift it up 15 cm", 0.15),
    ("hold the red block 0.2 m above the table", 0.20),
    ("lift the red block a little", 0.05),
    ("please raise the red block to a height of 10 cm", 0.10),
    ("if the red block is left of the blue block, lift it 6 cm", 0.06),
]
HELD = [
    "pick the red block up and keep it in the gripper",
    "keep hold of the red block",
    "seize the red block and hold it up",
]


@pytest.mark.parametrize(("sentence", "height"), LIFTED)
def test_it_is_lifted_as_high_as_said(sentence: str, height: float) -> None:
    workshop = Workshop(FOUR_BLOCKS, {})
    program, goal = fences(tell(sentence, workshop).text)
    assert workshop.check(goal), "the goal holds before anything moved"
    workshop.run(program)
    assert workshop.check(goal) == []
    block = workshop.objects["red block"]
    assert (block.on, block.position[2]) == ("gripper", pytest.approx(0.02 + height, abs=0.002))


@pytest.mark.parametrize("sentence", HELD)
def test_it_is_held(sentence: str) -> None:
    workshop = Workshop(FOUR_BLOCKS, {})
    program, goal = fences(tell(sentence, workshop).text)
    workshop.run(program)
    assert workshop.carried == "red block" and workshop.check(goal) == []


def test_what_is_lifted_too_little_fails_the_check() -> None:
    workshop = Workshop(FOUR_BLOCKS, {})
    program, goal = fences(tell("lift the red block 15 cm", workshop).text)
    workshop.run(program.replace("0.15)", "0.11)"))
    assert workshop.check(goal) == ["the red block is 0.15 m above where it stood"]


@pytest.mark.parametrize(
    ("sentence", "on"),
    [
        ("put the red block in the green bowl", "green bowl"),
        ("set the red block down", "table"),
        ("stack red on blue", "blue block"),
    ],
)
def test_what_is_held_already_is_put_down_without_letting_go_first(sentence: str, on: str) -> None:
    workshop = Workshop(FOUR_BLOCKS, {})
    workshop.run(fences(tell("lift the red block 15 cm", workshop).text)[0])
    program, goal = fences(tell(sentence, workshop).text)
    workshop.run(program)  # a thing that falls is an error
    assert workshop.objects["red block"].on == on and workshop.check(goal) == []


def test_a_drawer_is_opened_after_what_is_held_was_put_down() -> None:
    drawer = furniture("white drawer", 0.62, -0.2, 0.0)
    workshop = Workshop([thing("red block", 0.36, 0.2), drawer], {"white drawer": "black"})
    workshop.run(fences(tell("lift the red block 15 cm", workshop).text)[0])
    program, goal = fences(tell("open the drawer", workshop).text)
    workshop.run(program)
    assert workshop.objects["red block"].on == "table" and workshop.check(goal) == []


def test_higher_than_the_arm_reaches_is_declined() -> None:
    assert "cannot be lifted 2.00 m" in tell("lift the red block 2 meters", Workshop(FOUR_BLOCKS, {})).text


def test_the_skill_surface_lifts_as_high_as_it_does() -> None:
    workshop = Workshop(FOUR_BLOCKS, {})
    assert "--surface tool" in tell("lift the red block 10 cm", workshop, level="skill").text
    assert "pick(" in fences(tell("lift the red block", workshop, level="skill").text)[0]


@pytest.mark.slow
def test_a_real_block_hangs_at_its_height() -> None:
    agent = Agent(model="offline", settings=Settings(turns=1, surface="tool"))
    episode = agent.run("lift the red block 10 cm", scene="blocks-and-bowls", seed=0, video=False)
    check = episode.turns[-1].goal_check
    assert check is not None and check.status == "passed" and len(check.clauses) == 2, episode.summary
