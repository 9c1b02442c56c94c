"""Fresh wordings: what each is read as, in scenes with sizes, stacks and full bowls."""

from __future__ import annotations

import math

import pytest

from primitives.scene import SceneObject
from tests.offline.table import Table, ask, fences
from tests.offline.wordings import NOT_UNDERSTOOD, PLAIN, WORDINGS

CASES = [
    pytest.param(*case, id=case[1][:60], marks=() if i % 8 == 0 else pytest.mark.slow)
    for i, case in enumerate(WORDINGS)
]


def test_there_are_more_than_two_hundred() -> None:
    assert len({(id(scene), sentence) for scene, sentence, _ in WORDINGS}) == len(WORDINGS) > 200


@pytest.mark.slow
@pytest.mark.parametrize(("scene", "sentence", "effect"), CASES)
def test_a_wording_means_what_a_person_means(scene: list[SceneObject], sentence: str, effect: str) -> None:
    reply = ask(sentence, scene)
    assert reply.finish == "stop", reply.text
    program, *goal = fences(reply.text)
    table = Table(scene)
    table.run(program)
    moved = [o for o in scene if math.dist(o.position, table.objects[o.name].position) > 1e-6]
    if effect.startswith("say: "):
        assert not moved
        assert effect.removeprefix("say: ") == table.said[0]
        return
    assert "; ".join(f"{o.name} > {table.objects[o.name].on}" for o in moved) == effect
    assert Table(scene).check(goal[0]) if goal else "gripper" in effect, "the goal holds before anything moved"
    assert not goal or table.check(goal[0]) == []


@pytest.mark.parametrize("sentence", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_not_guessed(sentence: str) -> None:
    reply = ask(sentence, PLAIN)
    assert reply.finish == "refusal", reply.text
    assert "I cannot parse" in reply.text or "I do not know" in reply.text, reply.text
