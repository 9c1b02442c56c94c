"""What the learned model may leave to code: names of a kind, and the scene as it was at the first look."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from codepolicy.learned.compact_prompt import compact, target
from codepolicy.learned.first_look import FUNCTIONS
from codepolicy.learned.plain_answer import plain
from codepolicy.learned.teacher import Teacher, mistaken
from codepolicy.models.protocol import Message, Reply
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.prompt import user_prompt
from codepolicy.prompting.prompt_reader import read_prompt
from codepolicy.prompting.reply import ParsedReply, parse_reply
from primitives.scene import SceneObject

SYSTEM = "def put(obj, target): ...\n# Answer\n"
SENTENCES = (
    "put the block closest to the cyan bowl on the left side",
    "pick up the second block from the top and place it on the bottom side",
    "put the red block in the corner farthest from the cyan bowl",
    "if the red block is to the left of the cyan bowl put it in the cyan bowl, otherwise on the top side",
    "swap the red block and the pink block",
    "stack all the blocks",
    "stack all the blocks on the right side",
    "put all the blocks in different corners",
    "put all the blocks in the cyan bowl",
    "put all the blocks in a diagonal line",
    "put the smallest block in the cyan bowl",
    "put the red block in the cyan bowl, then put it back where it was",
)


def thing(name: str, x: float, y: float, size: float = 0.04) -> SceneObject:
    color, category = name.split()
    return SceneObject(name=name, category=category, color=color, position=(x, y, 0.02), size=(size, size, 0.04))


SCENE = (
    thing("red block", 0.5, 0.1, 0.05),
    thing("pink block", 0.4, -0.2),
    thing("lime block", 0.6, 0.0, 0.03),
    thing("cyan bowl", 0.5, -0.05, 0.12),
)


def asked(sentence: str) -> list[Message]:
    return [Message(role="system", text=SYSTEM), Message(role="user", text=user_prompt(SCENE, sentence))]


def expanded(written: str) -> ParsedReply:
    request = compact(read_prompt(asked("x")))
    return parse_reply(Reply(text=request.reply(written), model="m"))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_is_run_is_learned_from_in_the_same_words(sentence: str) -> None:
    prompt = read_prompt(asked(sentence))
    writer = parse_reply(OfflineModel().complete(asked(sentence)))
    assert writer.program is not None
    said = plain(writer.program, writer.goal or "", prompt)
    run = parse_reply(Teacher().complete(asked(sentence)))
    assert said is not None and run.program is not None and run.goal is not None
    assert target(run.program, run.goal, prompt.objects, colors=compact(prompt).colors) == said
    assert "cyan" not in said and "pink" not in said
    assert not any(
        isinstance(n, ast.Constant) and n.value in (0.4, 0.6, -0.2, -0.05) for n in ast.walk(ast.parse(said))
    )


def evaluated(goal: str, now: dict[str, SceneObject]) -> list[Any]:
    """The conditions of a goal check, where `in_region` and `inside` tell what they are asked of."""
    found: list[Any] = []

    def told(a: Any, b: Any) -> tuple[str, str]:
        return tuple(v if isinstance(v, str) else v.name for v in (a, b))  # type: ignore[return-value]

    def relation(name: str) -> Callable[..., Any]:
        def function(*_: object) -> None:
            raise AssertionError("it looks at the scene as it is now")

        function.__name__ = name
        return function

    names: dict[str, Any] = {
        "SceneObject": SceneObject, "expect": lambda c, _="": found.append(c), "inside": told, "in_region": told,
        "find": lambda n: now[n if isinstance(n, str) else n.name],
        **{n: relation(n) for n in ("left_of", "right_of", "in_front_of", "behind")},
    }  # fmt: skip
    exec(compile(goal, "goal", "exec"), names)
    names["goal"]()
    return found


@pytest.mark.parametrize(
    ("program", "condition", "wanted"),
    [
        ("block = max(detect('blocks'), key=lambda b: b.position[1])\nput(block, region('left side'))\n",
         "in_region(block, 'left side')", ("red block", "left side")),
        ("block = [b for b in detect('blocks') if behind(b, 'cyan bowl')][0]\nput(block, find('cyan bowl'))\n",
         "inside(block, 'cyan bowl')", ("lime block", "cyan bowl")),
        ("bowl = find('cyan bowl')\nput(find('red block'), bowl)\n",
         "inside('red block', bowl)", ("red block", "cyan bowl")),
    ],
)  # fmt: skip
def test_a_check_means_the_thing_that_was_selected_before_anything_moved(
    program: str, condition: str, wanted: tuple[str, str]
) -> None:
    reply = expanded(f"{program}def goal():\n    expect({condition})")
    assert reply.goal is not None
    assert evaluated(reply.goal, {}) == [wanted]


@pytest.mark.parametrize(("relation", "holds"), [("left_of", True), ("right_of", False), ("behind", False)])
def test_was_is_about_the_first_look(relation: str, holds: bool) -> None:
    reply = expanded(f"home()\ndef goal():\n    expect(was({relation}, 'red block', 'cyan bowl'))")
    assert reply.goal is not None and evaluated(reply.goal, {}) == [holds]


def test_names_and_corners_are_written_out_in_the_order_of_the_scene() -> None:
    reply = expanded("plan = dict(zip(names('block'), CORNERS))\nput(names('block')[0], CORNERS[1])\n")
    assert reply.program is not None
    assert "('red block', 'lime block', 'pink block')" in reply.program and "'bottom right corner'" in reply.program
    assert "names(" not in reply.program and not any(f in reply.program for f in FUNCTIONS)


def test_names_of_what_is_not_there_stay_for_the_checks_to_tell() -> None:
    reply = expanded("for name in names('mug'):\n    put(name, 'left side')\n")
    assert reply.program is not None and "names('mug')" in reply.program


def test_a_variable_from_after_something_moved_is_not_taken_for_an_earlier_one() -> None:
    written = "put(find('red block'), find('cyan bowl'))\nblock = find('pink block')\n"
    reply = expanded(f"{written}def goal():\n    expect(inside(block, 'cyan bowl'))")
    assert reply.goal is not None and "first_look" not in reply.goal


def test_the_writer_that_errs_takes_one_thing_for_another_in_its_program_alone() -> None:
    import random

    request = compact(read_prompt(asked("x")))
    written = "put(find('red block'), find('lime block'))\ndef goal():\n    expect(on('red block', 'lime block'))"
    changed = {mistaken(written, request, random.Random(i)) for i in range(20)}
    assert len(changed) > 3 and written not in changed
    assert all(c.endswith("expect(on('red block', 'lime block'))") for c in changed)
