"""What is put aside first: what is still held, and what stood in the way on the last turn."""

from __future__ import annotations

import math

import msgspec
import pytest

from codepolicy.offline.codegen.snippets import SNIPPETS, with_snippets
from primitives.failures import ExpectationFailed
from primitives.scene import SceneObject
from tests.offline.table import THREE_BLOCKS as SCENE
from tests.offline.table import Table, ask, fences, thing

LINE = "put all the blocks in a horizontal line"


def _held(name: str) -> list[SceneObject]:
    return [msgspec.structs.replace(o, position=(0.45, 0.0, 0.3), on="gripper") if o.name == name else o for o in SCENE]


def _table(scene: list[SceneObject]) -> Table:
    table = Table(scene)
    table.held = next((o.name for o in scene if o.on == "gripper"), None)
    return table


def _repaired(sentence: str, scene: list[SceneObject], outcome: str) -> Table:
    first, _ = fences(ask(sentence, SCENE).text)
    program, goal = fences(ask(sentence, scene, program=first, feedback=f"{outcome}\nHint: none.").text)
    table = _table(scene)
    table.run(program)
    assert table.check(goal) == []
    return table


@pytest.mark.parametrize("sentence", [LINE, "put the green block in the red bowl", "put the blocks in the blue bowl"])
def test_what_is_held_is_put_down_before_anything_else_is_picked(sentence: str) -> None:
    program, goal = fences(ask(sentence, _held("red block")).text)
    table = _table(_held("red block"))
    table.run(program)  # picking with a full hand is refused
    assert table.check(goal) == []
    assert table.held is None


def test_what_is_held_goes_straight_to_its_place() -> None:
    table = _table(_held("red block"))
    table.run(fences(ask("put the red block in the green bowl", _held("red block")).text)[0])
    assert table.calls == []
    assert table.objects["red block"].on == "green bowl"


@pytest.mark.parametrize("sentence", ["put it down", "drop it", "let go of the red block", "release it"])
def test_what_is_held_is_put_down_where_there_is_room(sentence: str) -> None:
    session = (
        '1. "pick up the red block": achieved. Moved: red block from '
        "(0.34, 0.2, 0.02) on table to (0.4, 0.2, 0.3) on gripper"
    )
    program, goal = fences(ask(sentence, _held("red block"), session=session).text)
    table = _table(_held("red block"))
    table.run(program)
    assert table.objects["red block"].on == "table"
    assert table.check(goal) == []


def test_what_is_held_already_is_not_picked_again() -> None:
    table = _table(_held("red block"))
    table.run(fences(ask("pick up the red block", _held("red block")).text)[0])
    assert table.held == "red block"


def test_what_stood_in_the_way_is_put_aside_first() -> None:
    outcome = (
        "The program failed on line 9 in put('red block', (0.480, 0.030)): blocked: no room for red block at "
        "(0.480, 0.030): panda_rightfinger would touch green bowl"
    )
    table = _repaired(LINE, _held("red block"), outcome)
    assert table.calls[0] == "pick green bowl"
    assert math.dist(table.objects["green bowl"].position[:2], (0.48, 0.03)) > 0.15


def test_what_stood_in_the_lane_of_a_push_is_put_beside_all_of_the_lane() -> None:
    outcome = (
        "The program failed on line 1 in push('blue block', 'right side'): blocked: green bowl and red block stand in "
        "the way of blue block from (0.340, 0.200) to (0.340, -0.200)"
    )
    table = _repaired("push the blue block to the right", SCENE, outcome)
    assert table.calls == ["pick green bowl", "pick red block", "push blue block"]
    for name, width in (("green bowl", 0.15), ("red block", 0.04)):
        x, y, _ = table.objects[name].position
        assert abs(x - 0.34) > width / 2 + 0.04 or y < -0.2 - width / 2 - 0.04


def test_what_a_place_is_measured_from_is_not_put_aside() -> None:
    sentence = "move the red block 12 cm to the left of the green bowl"
    outcome = "The program failed: blocked: no room for red block at (0.380, 0.150): red block would touch green bowl"
    table = _repaired(sentence, _held("red block"), outcome)
    assert "pick green bowl" not in table.calls


def test_a_full_region_is_cleared_for_what_goes_there() -> None:
    outcome = "The program failed on line 1: blocked: no free spot for red block at top left corner"
    table = _repaired("put the red block in the top left corner", _held("red block"), outcome)
    assert "pick red bowl" in table.calls
    assert not table.workspace.region("top left corner").contains(table.objects["red bowl"].position)


def test_an_arm_that_stopped_short_has_met_what_is_next_to_its_goal() -> None:
    outcome = "The program failed on line 9 in put('red block', (0.480, 0.030)): blocked: the arm stopped 2.4 mm short"
    assert _repaired(LINE, _held("red block"), outcome).calls[0] in ("pick green bowl", "pick green block")


def test_an_exact_spot_is_cleared_of_what_stands_there() -> None:
    scene = [*SCENE, thing("yellow block", 0.64, 0.06)]
    program, goal = fences(ask("move the blue block 10 cm to the left", scene).text)
    table = Table(scene)
    table.run(program)
    assert table.calls == ["pick yellow block", "pick blue block"]
    assert table.check(goal) == []


def test_two_things_too_close_together_are_parted_before_something_goes_between_them() -> None:
    scene = [thing("red block", 0.34, -0.20), thing("green bowl", 0.50, 0.02), thing("red bowl", 0.50, 0.18)]
    program, goal = fences(ask("put the red block between the green bowl and the red bowl", scene).text)
    table = Table(scene)
    table.run(program)
    green, red = table.objects["green bowl"], table.objects["red bowl"]
    assert math.dist(green.position[:2], red.position[:2]) > 0.15 + 0.04 + 0.05
    assert table.check(goal) == []


def test_what_stands_at_the_edge_of_a_region_is_moved_well_into_it() -> None:
    scene = [thing("red block", 0.565, 0.165), thing("blue block", 0.4, 0.0)]
    table = Table(scene)
    table.run(fences(ask("put the red block in the top left corner", scene).text)[0])
    assert table.workspace.region("top left corner").contains(table.objects["red block"].position, 0.02)


def test_a_crowded_bowl_is_filled_anew_beginning_with_what_did_not_fit() -> None:
    scene = [
        thing("red bowl", 0.45, 0.0),
        thing("blue block", 0.46, 0.0, on="red bowl", z=0.03),
        thing("green block", 0.41, 0.0, on="red bowl", z=0.03),
        thing("yellow block", 0.60, 0.10, on="gripper", z=0.12),
    ]
    told = (
        "The program failed on line 4 in put('yellow block', 'red bowl'): blocked: no free spot for yellow block at "
        "red bowl\nMeasured: every spot is taken."
    )
    program = 'for block in detect("blocks"):\n    put(block, find("red bowl"))'
    reply = ask("put the blocks in the red bowl", scene, program=program, feedback=told)
    table = Table(scene)
    table.held = "yellow block"
    source, goal = fences(reply.text)
    table.run(source)
    assert table.check(goal) == []
    assert table.calls == ["pick blue block", "pick yellow block", "pick blue block"]


def test_a_table_without_a_free_place_is_told_in_a_sentence() -> None:
    bowls = [thing(f"gray bowl {n}", 0.34 + 0.15 * (n % 3), -0.23 + 0.15 * (n // 3)) for n in range(12)]
    table = Table([thing("red block", 0.34, -0.23), *bowls])
    program = with_snippets('aside(find("red block"), (0.34, -0.23))\n', SNIPPETS)
    with pytest.raises(ExpectationFailed, match="the table has a free place for the red block"):
        table.run(program)
