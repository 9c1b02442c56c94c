"""A turn with feedback: what is left to do, what phrases meant at the start, and when to give up."""

from __future__ import annotations

import math

import msgspec

from codepolicy.offline.settled_phrases import settled
from primitives.scene import SceneObject
from tests.offline.table import THREE_BLOCKS as SCENE
from tests.offline.table import Table, ask, fences, thing

DROPPED = (
    "The program failed on line 3 in put('green block'): dropped: green block left the fingers\nHint: pick it again."
)


def _moved(scene: list[SceneObject], name: str, x: float, y: float, on: str = "table") -> list[SceneObject]:
    return [msgspec.structs.replace(o, position=(x, y, o.position[2]), on=on) if o.name == name else o for o in scene]


def test_only_the_remaining_work_is_done() -> None:
    sentence = "put the blocks in the bowls with matching colors"
    first, _ = fences(ask(sentence, SCENE).text)
    now = _moved(SCENE, "red block", 0.60, 0.20, on="red bowl")
    reply = ask(sentence, now, program=first, feedback=DROPPED)
    program, goal = fences(reply.text)
    table = Table(now)
    table.run(program)
    assert table.calls == ["pick blue block", "pick green block"]
    assert table.check(goal) == []


def test_a_phrase_keeps_the_meaning_it_had_at_the_start() -> None:
    sentence = "put the second block from the left on the right side"
    first, _ = fences(ask(sentence, SCENE).text)
    assert settled(first) == {"the second leftmost block": ("green block",)}
    now = _moved(SCENE, "green block", 0.50, -0.10)  # it was dropped on the way, and is now the third from the left
    program, goal = fences(ask(sentence, now, program=first, feedback=DROPPED).text)
    table = Table(now)
    table.run(program)
    assert table.calls == ["pick green block"]
    assert table.check(goal) == []


def test_a_distance_is_measured_from_where_it_began() -> None:
    sentence = "move the green block 10 cm to the right"
    first, _ = fences(ask(sentence, SCENE).text)
    now = _moved(SCENE, "green block", 0.50, 0.04)
    program, goal = fences(ask(sentence, now, program=first, feedback=DROPPED).text)
    table = Table(now)
    assert table.check(goal)
    table.run(program)
    assert math.dist(table.objects["green block"].position[:2], (0.50, -0.02)) < 0.006
    assert table.check(goal) == []


def test_the_branch_taken_at_the_start_is_kept() -> None:
    sentence = "if the green block is left of the blue bowl, put it on the right side, otherwise put it in the red bowl"
    first, _ = fences(ask(sentence, SCENE).text)
    now = _moved(SCENE, "green block", 0.62, -0.22)  # not yet where asked, and no longer left of the blue bowl
    now = _moved(now, "green block", 0.62, -0.15)
    program, goal = fences(ask(sentence, now, program=first, feedback=DROPPED).text)
    table = Table(now)
    table.run(program)
    assert table.check(goal) == []
    assert table.workspace.region("right side").contains(table.objects["green block"].position[:2])


def test_an_interrupted_swap_is_finished() -> None:
    sentence = "swap the red block and the blue block"
    first, _ = fences(ask(sentence, SCENE).text)
    now = _moved(SCENE, "red block", 0.45, 0.20)  # the first of three moves was made
    program, goal = fences(ask(sentence, now, program=first, feedback=DROPPED).text)
    table = Table(now)
    table.run(program)
    assert table.check(goal) == []
    assert math.dist(table.objects["red block"].position[:2], (0.64, -0.04)) < 0.006
    assert math.dist(table.objects["blue block"].position[:2], (0.34, 0.20)) < 0.006


def test_a_tower_goes_on_from_what_stands() -> None:
    now = _moved(SCENE, "green block", 0.64, -0.04, on="blue block")
    now = [msgspec.structs.replace(o, position=(0.64, -0.04, 0.06)) if o.name == "green block" else o for o in now]
    program, goal = fences(ask("stack all the blocks", now, program="pass", feedback=DROPPED).text)
    table = Table(now)
    table.run(program)
    assert table.calls == ["pick red block"]
    assert table.check(goal) == []


def test_nothing_left_to_do_moves_nothing() -> None:
    now = _moved(SCENE, "red block", 0.38, 0.03, on="green bowl")
    program, _ = fences(ask("put the red block in the green bowl", now, program="pass", feedback=DROPPED).text)
    table = Table(now)
    table.run(program)
    assert table.calls == []
    assert table.said


def test_the_third_failure_of_a_kind_gives_up_and_says_why() -> None:
    earlier = "turn 1: dropped at line 3: green block left the fingers\nturn 2: dropped at line 3: green block left"
    reply = ask("put the green block in the red bowl", SCENE, program="pass", feedback=DROPPED, earlier=earlier)
    assert reply.finish == "refusal"
    assert "green block left the fingers" in reply.text
    again = ask(
        "put the green block in the red bowl",
        SCENE,
        program="pass",
        feedback=DROPPED,
        earlier=earlier.split("\n", maxsplit=1)[0],
    )
    assert again.finish == "stop"


def test_it_takes_the_last_thing_of_the_session() -> None:
    session = (
        '1. "put the red block on the left side": achieved. '
        "Moved: red block from (0.340, 0.200, 0.020) on table to (0.4, 0.2, 0.02) on table"
    )
    program, goal = fences(ask("now put it in the green bowl", SCENE, session=session).text)
    table = Table(SCENE)
    table.run(program)
    assert table.objects["red block"].on == "green bowl"
    assert table.check(goal) == []
    program, _ = fences(ask("do the same with the blue one", SCENE, session=session).text)
    table = Table(SCENE)
    table.run(program)
    assert table.workspace.region("left side").contains(table.objects["blue block"].position[:2])


def test_undo_puts_things_back_where_the_history_says_they_were() -> None:
    session = (
        '1. "put the red block in the red bowl": achieved. '
        "Moved: red block from (0.340, 0.200, 0.020) on table to (0.600, 0.200, 0.030) on red bowl"
    )
    now = _moved(SCENE, "red block", 0.60, 0.20, on="red bowl")
    for sentence in ("undo that", "put it back where it was", "put the red block back where it was"):
        program, goal = fences(ask(sentence, now, session=session).text)
        table = Table(now)
        assert table.check(goal)
        table.run(program)
        assert math.dist(table.objects["red block"].position[:2], (0.34, 0.20)) < 0.006
        assert table.check(goal) == []


def test_what_stands_wrong_in_a_tower_is_uncovered_before_it_is_moved() -> None:
    now = _moved(SCENE, "red block", 0.50, 0.08, on="green block")
    now = [msgspec.structs.replace(o, position=(0.50, 0.08, 0.06)) if o.name == "red block" else o for o in now]
    sentence = "stack the red block on the green block on the blue block"
    program, goal = fences(ask(sentence, now).text)
    table = Table(now)
    table.run(program)
    assert table.calls == ["pick red block", "pick green block", "pick red block"]
    assert table.check(goal) == []


def test_a_tower_keeps_the_order_it_was_begun_in() -> None:
    first, _ = fences(ask("stack all the blocks", SCENE).text)
    order = settled(first)["tower of all blocks, from the bottom up"]
    seen_twice = [*SCENE, thing("blue block 2", 0.64, 0.06)]
    program, _ = fences(ask("stack all the blocks", seen_twice, program=first, feedback=DROPPED).text)
    assert settled(program)["tower of all blocks, from the bottom up"] == order
