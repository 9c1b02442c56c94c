"""The registry, binding and the verdict's form."""

from __future__ import annotations

import pytest

from primitives.errors import ConfigurationError
from sim_envs.language.sentence_normalization import normalize
from sim_envs.language.templates import Slot, Template, things
from sim_envs.suites.task_catalog import find_task
from tests.tasks.tabletop import Table, moved


def test_ids_with_version_and_attributes():
    plain = find_task("put-block-in-bowl")
    assert find_task("put-block-in-bowl-v1") is plain
    unseen = find_task("put-block-in-bowl-v1:unseen")
    assert unseen.id == "put-block-in-bowl:unseen"
    assert unseen.label == "put-block-in-bowl-v1:unseen"
    assert {find_task(unseen.id).instruction(s) for s in range(9)}.isdisjoint({plain.instruction(s) for s in range(9)})


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("put-block-in-bwl", "Did you mean 'put-block-in-bowl'"),
        ("put-block-in-bowl-v7", "is at version 1"),
        ("put-block-in-bowl:odd", "unknown attribute set 'odd'"),
        ("", "unknown task ''"),
    ],
)
def test_unknown_ids_say_what_there_is(id, says):
    with pytest.raises(ConfigurationError, match=says):
        find_task(id)


def test_an_instruction_of_another_task_is_refused():
    with pytest.raises(ConfigurationError, match="does not understand 'stack all the blocks'"):
        find_task("put-block-in-bowl").bind(0, "stack all the blocks")


def test_a_given_instruction_decides_the_scene():
    bound = find_task("put-block-in-bowl").bind(0, "drop the purple cube into the teal bowl, please")
    names = {f"{o.color} {o.category}" for o in bound.scene.objects}
    assert {"purple block", "teal bowl"} <= names
    assert bound.instruction == "drop the purple cube into the teal bowl, please"


def test_a_verdict_says_which_clause_fails_in_numbers():
    bound = find_task("put-block-in-bowl").bind(0, "put the red block in the green bowl")
    table = Table(bound.scene)
    verdict = bound.judge(table.start, table.start)
    assert verdict.status == "not_achieved"
    assert verdict.explanation.startswith("Red block is 0.")
    assert verdict.facts["red block to green bowl (m)"] > 0.05
    assert verdict.progress == 0.5


def test_a_block_held_above_the_bowl_is_not_in_it():
    bound = find_task("put-block-in-bowl").bind(0, "put the red block in the green bowl")
    table = Table(bound.scene)
    x, y, z = table.world["green bowl"].position
    assert bound.judge(table.start, moved(table.world, "red block", x, y, z + 0.2)).status == "not_achieved"
    assert bound.judge(table.start, moved(table.world, "red block", x, y, 0.03)).status == "achieved"


def test_too_late_is_lost():
    bound = find_task("put-block-in-bowl").bind(0)
    table = Table(bound.scene)
    table.run(bound.oracle)
    limit = bound.info.time_limit_s
    assert bound.judge(table.start, table.world, robot_time=limit).status == "achieved"
    late = bound.judge(table.start, table.world, robot_time=limit + 0.1)
    assert late.status == "not_achieved"
    assert late.explanation == "It took 120.1 s of robot time, 120 s are allowed."


def test_a_shoved_bystander_is_noticed():
    bound = find_task("put-block-in-bowl").bind(0, "put the red block in the green bowl")
    table = Table(bound.scene)
    table.run(bound.oracle)
    other = next(n for n in table.world if n.endswith("block") and n != "red block")
    x, y, z = table.world[other].position
    assert bound.judge(table.start, moved(table.world, other, x + 0.04, y, z)).status == "achieved"
    worse = bound.judge(table.start, moved(table.world, other, x + 0.06, y, z))
    assert worse.status == "not_achieved"
    assert other in worse.explanation.lower()


def test_templates_refuse_what_cannot_work():
    five = ("a <x>", "b <x>", "c <x>", "d <x>", "e <x>")
    with pytest.raises(ValueError, match="at least five"):
        Template("put <x>", slots={"x": things("block")}, paraphrases=five[:2])
    with pytest.raises(ValueError, match="uses the slots"):
        Template("put <y>", slots={"x": things("block")}, paraphrases=five)


def test_distinct_slots_are_distinct():
    template = find_task("put-block-on-block").template
    assert template.read("put the red block on the red block") is None
    assert template.read("put the red block on the blue block") == {"block": "red block", "base": "blue block"}


def test_a_slot_without_unseen_values_uses_the_seen_ones():
    assert Slot(seen=("a",)).values("unseen") == ("a",)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Pick up the GREY cube, and place it into the violet bowl!", "put gray block in purple bowl"),
        ("would you stack all of the blocks, please?", "stack all blocks"),
        ("put it in the upper-left corner of the table", "put it at top left corner"),
        ("put it on the left-hand side", "put it at left side"),
        ("put it to the left of the bowl", "put it to left of bowl"),
        ("put it in front of the red bowl", "put it to bottom of red bowl"),
        ("First this. Then that.", "first this . then that"),
        ("move it 0.1 m", "put it 0.1 m"),
    ],
)
def test_normal_wording(said, meant):
    assert normalize(said) == meant
