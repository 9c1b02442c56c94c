"""Each sentence is written into a program, the program is run, and what came of it is compared with what was asked."""

from __future__ import annotations

import itertools
import math

import pytest

from primitives.scene import SceneObject
from tests.offline.sentences import ANSWERS, CORPUS, DECLINED, OUTSIDE
from tests.offline.table import FOUR_BLOCKS as SCENE
from tests.offline.table import Table, ask, fences

CASES = [(effect, sentence) for effect, sentences in CORPUS for sentence in sentences]
EVERYDAY = [
    pytest.param(effect, sentence, id=sentence[:60], marks=() if i < 3 else pytest.mark.slow)
    for effect, sentences in CORPUS
    for i, sentence in enumerate(sentences)
]


def test_the_corpus_is_large() -> None:
    assert len(CASES) + len(ANSWERS) + len(DECLINED) + len(OUTSIDE) >= 250
    assert len({sentence for _, sentence in CASES}) == len(CASES)


@pytest.mark.parametrize(("effect", "sentence"), EVERYDAY)
def test_the_program_does_what_the_sentence_says(effect: str, sentence: str) -> None:
    reply = ask(sentence, SCENE)
    assert reply.finish == "stop", reply.text
    program, goal = fences(reply.text)
    table = Table(SCENE)
    assert table.check(goal), "the goal holds before anything moved"
    table.run(program)
    assert table.check(goal) == []
    moved = _hold(effect, table)
    for obj in SCENE:
        if obj.name not in moved:
            assert math.dist(obj.position, table.objects[obj.name].position) < 1e-6, f"{obj.name} was moved"


def _hold(effect: str, table: Table) -> set[str]:
    """Assert the effect; returns the names that were to move."""
    now = table.objects
    blocks = [o.name for o in SCENE if o.category == "block"]
    if effect.startswith("held "):
        assert table.held == effect[5:]
        return {effect[5:]}
    if effect.startswith("tower "):
        names = effect[6:].split(", ")
        for lower, upper in itertools.pairwise(names):
            assert now[upper].on == lower
        return set(names)
    if effect.startswith("one tower"):
        heights = sorted(now[b].position[2] for b in blocks)
        assert heights == pytest.approx([0.02, 0.06, 0.10, 0.14], abs=1e-3)
        if "@" in effect:
            area = table.workspace.region(effect.split("@ ")[1])
            assert all(area.contains(now[b].position[:2]) for b in blocks)
        return set(blocks)
    if effect == "different corners":
        corners = [table.workspace.region(f"{v} {h} corner") for v in ("top", "bottom") for h in ("left", "right")]
        used = [next(c.name for c in corners if c.contains(now[b].position[:2])) for b in blocks]
        assert len(set(used)) == 4
        return set(blocks)
    if effect.startswith("line "):
        _assert_line([now[b] for b in blocks], effect[5:])
        return set(blocks)
    return {_one(part.strip(), table) for part in effect.split(";")} | ({"blue block"} if "@@" in effect else set())


def _one(effect: str, table: Table) -> str:
    now = table.objects
    start = {o.name: o for o in SCENE}
    if " @@ " in effect:
        a, b = effect.split(" @@ ")
        assert math.dist(now[a].position[:2], start[b].position[:2]) < 0.01
        assert math.dist(now[b].position[:2], start[a].position[:2]) < 0.01
        return a
    if " @ " in effect:
        a, place = effect.split(" @ ")
        assert table.workspace.region(place).contains(now[a].position[:2])
        return a
    if "=" in effect:
        a, offset = effect.split("=")
        dx, dy = (float(v) for v in offset.split(","))
        x, y, _ = start[a].position
        assert now[a].position[:2] == pytest.approx((x + dx, y + dy), abs=0.011)
        return a
    for sign in (" > ", " ^ "):
        if sign in effect:
            a, b = effect.split(sign)
            assert now[a].on == b
            return a
    if " ~ " in effect:
        a, b = effect.split(" ~ ")
        assert table.near(a, b, distance=0.08)
        assert now[a].on == "table"
        return a
    a, b = effect.split(" < ")
    dx, dy = (p - q for p, q in zip(now[a].position[:2], now[b].position[:2], strict=True))
    assert dy > abs(dx)
    assert dy < 0.25
    return a


def _assert_line(blocks: list[SceneObject], kind: str) -> None:
    xs, ys = zip(*((b.position[0], b.position[1]) for b in blocks), strict=True)
    flat = {"horizontal": max(xs) - min(xs), "vertical": max(ys) - min(ys)}
    if kind in flat:
        assert flat[kind] < 0.01
    else:
        angle = math.degrees(math.atan2(max(ys) - min(ys), max(xs) - min(xs)))
        assert 20 < angle < 70
    gaps = [math.dist(a.position[:2], b.position[:2]) for a, b in itertools.combinations(blocks, 2)]
    assert min(gaps) > 0.05


@pytest.mark.parametrize(("question", "expected"), ANSWERS, ids=[q for q, _ in ANSWERS])
def test_a_question_is_answered_without_moving(question: str, expected: str) -> None:
    reply = ask(question, SCENE)
    assert reply.finish == "stop", reply.text
    (program,) = fences(reply.text)
    table = Table(SCENE)
    table.run(program)
    assert expected in " ".join(table.said)
    assert table.calls == []


@pytest.mark.parametrize(("sentence", "reason"), DECLINED, ids=[s for s, _ in DECLINED])
def test_what_cannot_be_done_is_declined_with_the_reason(sentence: str, reason: str) -> None:
    reply = ask(sentence, SCENE)
    assert reply.finish == "refusal", reply.text
    assert reason in reply.text
    assert "```" not in reply.text


@pytest.mark.parametrize("sentence", OUTSIDE)
def test_outside_the_language_it_says_what_it_understands_and_how_to_connect_a_model(sentence: str) -> None:
    reply = ask(sentence, SCENE)
    assert reply.finish == "refusal", reply.text
    for part in ("rule-based", "put the red block in the green bowl", "--model openai:", "--base-url"):
        assert part in reply.text
