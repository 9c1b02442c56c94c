"""One instruction after the other: what "it", "them" and "back" mean later on."""

from __future__ import annotations

import math

import pytest

from codepolicy.prompting.scene_diff import moves
from primitives.scene import SceneObject
from tests.offline.table import FOUR_BLOCKS, Table, ask, fences


def play(*instructions: str) -> tuple[list[SceneObject], list[str]]:
    """The scene after the instructions, and what was said to the last one."""
    scene, history, said = list(FOUR_BLOCKS), "", list[str]()
    for number, instruction in enumerate(instructions, 1):
        reply = ask(instruction, scene, session=history)
        assert reply.finish == "stop", reply.text
        table = Table(scene)
        table.run(fences(reply.text)[0])
        moved = moves(scene, list(table.objects.values()))
        history += f'{number}. "{instruction}": achieved.' + (f" Moved: {moved}." if moved else "") + "\n"
        scene, said = list(table.objects.values()), table.said
    return scene, said


IN_GREEN = ("put the red block in the green bowl", "now the blue one too")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instructions", "effect"),
    [
        (("where is the red block?", "put it in the green bowl"), "red block > green bowl"),
        (("which block is closest to the blue bowl?", "put it in the red bowl"), "blue block > red bowl"),
        (("which blocks are left of the blue bowl?", "put them in it"), None),
        ((*IN_GREEN, "what is in the green bowl?", "take them out again"), ""),
        ((*IN_GREEN, "what is in the green bowl?", "take them out again", "put it back"), "both"),
        ((*IN_GREEN, "what is in the green bowl?", "take them out again", "undo that"), "both"),
        ((*IN_GREEN, "put it back"), "red block > green bowl"),
        ((*IN_GREEN, "undo that", "put it in the red bowl"), "red block > green bowl; blue block > red bowl"),
    ],
    ids=lambda v: "; ".join(v) if isinstance(v, tuple) else "",
)
def test_what_a_pronoun_means(instructions: tuple[str, ...], effect: str | None) -> None:
    scene, _ = play(*instructions)
    contained = "; ".join(f"{o.name} > {o.on}" for o in scene if o.on != "table")
    if effect == "both":
        effect = "red block > green bowl; blue block > green bowl"
    if effect is not None:
        assert contained == effect
    else:
        assert contained.count("> blue bowl") == 3


def test_what_was_undone_is_spoken_of() -> None:
    scene, said = play(*IN_GREEN, "undo that", "where is it?")
    blue = next(o for o in scene if o.name == "blue block")
    assert math.dist(blue.position, next(o for o in FOUR_BLOCKS if o.name == "blue block").position) < 1e-3
    assert len(said) == 1
    assert said[0].startswith("The blue block is at")
