"""Sentences in other words: the same program, and never a wording that is held out."""

from __future__ import annotations

import random

import pytest

from codepolicy.learned.teacher import Teacher
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt import user_prompt
from codepolicy.prompting.reply import parse_reply
from codepolicy.training.episode_rows import Answer
from codepolicy.training.reworded import reworded, variants
from codepolicy.training.split import Split, wording
from primitives.scene import SceneObject

SYSTEM = "def put(obj, target): ...\n# Answer\n"


def thing(name: str, y: float) -> SceneObject:
    color, category = name.split()
    width = 0.12 if category == "bowl" else 0.04
    return SceneObject(name=name, category=category, color=color, position=(0.5, y, 0.02), size=(width, width, 0.04))


SCENE = (thing("red block", 0.1), thing("pink block", 0.0), thing("cyan bowl", -0.2))


def answered(sentence: str, turn: int = 1) -> Answer:
    messages = (
        Message(role="system", text=SYSTEM),
        Message(role="user", text=user_prompt(SCENE, sentence)),
    )
    reply = parse_reply(Teacher().complete(messages))
    return Answer(
        task="a-v1", seed=1, sample=0, instruction=sentence, turn=turn, kind="program", model="offline:plain",
        surface="skill", prompt_hash="", messages=messages, program=reply.program, goal=reply.goal, words="",
        disturbances="mild", last=True, won=True, progress=1.0, robot_s=1.0, moved=True, privileged=(), run="",
    )  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "Put the red block in the cyan bowl",
        "Stack all the blocks on the left side",
        "Pick up the block closest to the cyan bowl and place it on the top side",
        "Swap the red block and the pink block",
    ],
)
def test_other_words_ask_for_the_same_program(sentence: str) -> None:
    answer, split = answered(sentence), Split()
    found = variants(answer, split, 3)
    assert found
    for prompt, other in found:
        assert wording(other) != wording(sentence) and not split.holds_out(wording(other))
        assert "cyan" not in prompt and "pink" not in prompt and prompt.endswith("Program:\n")
    assert found == variants(answer, split, 3), "not the same every time"
    assert len({wording(other) for _, other in found}) == len(found)


def test_a_repair_is_not_said_otherwise() -> None:
    assert variants(answered("Put the red block in the cyan bowl", turn=2), Split(), 3) == []


def test_what_the_writer_reads_otherwise_is_not_taken() -> None:
    chance = random.Random(0)
    sentence = "Put the red block on the pink block"
    said = {reworded(sentence, chance) for _ in range(200)}
    taken = {other for _, other in variants(answered(sentence), Split(wordings=0), 50)}
    assert "Put the red block next to the pink block" not in taken
    assert len(said) > 3 and len(taken) >= 3
