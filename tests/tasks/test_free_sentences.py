"""What people type: ordinary wordings find their task, and whatever asks for more finds none."""

from __future__ import annotations

import pytest

from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.suites.task_catalog import find_task
from sim_envs.suites.task_matching import match
from tests.tasks.tabletop import world_of

SPOTS = [(0.47, 0.08), (0.33, 0.22), (0.38, 0.0), (0.36, -0.24), (0.58, 0.21), (0.6, 0.02), (0.57, -0.2)]


def world(*names: str):
    objects = []
    for spot, name in zip(SPOTS, names, strict=False):
        color, category = name.split()
        objects.append(
            ObjectSpec(category, color, position=spot, size=(0.04, 0.04, 0.04) if category == "block" else None)
        )
    return world_of(SceneSpec(tuple(objects)))


DEFAULT = world(
    "red block", "green block", "blue block", "yellow block", "red bowl", "green bowl", "blue bowl"
)  # fmt: skip

UNDERSTOOD = {
    "put the red block in the green bowl": "put-block-in-bowl",
    "Put the red block in the green bowl.": "put-block-in-bowl",
    "PUT THE RED CUBE INTO THE GREEN BOWL!": "put-block-in-bowl",
    "please pick up the red block and drop it in the green bowl": "put-block-in-bowl",
    "Pick the red block up, and place it inside of the green bowl": "put-block-in-bowl",
    "Could you please move the crimson block to the green bowl?": "put-block-in-bowl",
    "grab a red block and then put it onto the green bowl": "put-block-in-bowl",
    "I'd like you to take the red coloured block and put it in the green bowl, thanks": "put-block-in-bowl",
    "Robot, place the red block in the green coloured bowl now": "put-block-in-bowl",
    "stack the red block on top of the blue block": "put-block-on-block",
    "put the red block atop the blue cube": "put-block-on-block",
    "move the red block to the upper left corner": "put-block-in-region",
    "place the red block in the top-left corner of the table": "put-block-in-region",
    "put the red block in the far right corner": "put-block-in-region",
    "put the red block in the center": "put-block-in-region",
    "put the red block on the left hand side": "put-block-in-region",
    "put the red block left of the green bowl": "put-block-beside-object",
    "put the red block in front of the green bowl": "put-block-beside-object",
    "place the red block behind the blue block": "put-block-beside-object",
    "put the red block on the left side of the green bowl": "put-block-beside-object",
    "put the red block a little to the right of the green bowl": "cap-put-block-relative-to-bowl",
    "move the red block 10 cm to the right": "move-block-by",
    "pick up the red block": "lift-block",
    "lift the red block": "lift-block",
    "stack all the blocks": "cap-stack-all-blocks",
    "Stack the blocks!": "cap-stack-all-blocks",
    "pile up all of the cubes in a single stack": "cap-stack-all-blocks",
    "put all the blocks in the green bowl": "cap-put-blocks-in-bowl",
    "put every block into the green bowl": "cap-put-blocks-in-bowl",
    "move all the blocks to the left side": "cap-put-blocks-on-region",
    "put all blocks in different corners": "cap-put-blocks-in-different-corners",
    "put all the blocks in the bowls with mismatched colours": "cap-put-blocks-in-mismatched-bowls",
    "stack all the blocks in the bottom right corner": "cap-stack-blocks-on-region",
    "pick up the second block from the left and place it on the right side": "cap-put-nth-block",
    "put the block furthest from the green bowl in the bottom side": "cap-put-block-by-distance",
    "put the block nearest to the red bowl in the bottom right corner": "cap-put-block-by-distance",
    "put the red block in the corner farthest from the green bowl": "cap-put-block-in-corner-by-distance",
    "put all the blocks in a vertical line": "cap-put-blocks-in-line",
    "line up the blocks horizontally": "cap-put-blocks-in-line",
    "put the red block near the green bowl": "put-block-next-to-object",
    "place the red brick next to the blue bowl": "put-block-next-to-object",
    "pick up the red block. Then put it in the green bowl.": "put-block-in-bowl",
    "make sure that the red block ends up in the green bowl": "put-block-in-bowl",
    "grab the red block and stack it on the blue block": "put-block-on-block",
    "place all blocks one on top of the other": "cap-stack-all-blocks",
    "put the blocks in separate corners": "cap-put-blocks-in-different-corners",
    "place each of the blocks into the green bowl": "cap-put-blocks-in-bowl",
    '"Put the red block in the green bowl."': "put-block-in-bowl",
    "Task: put the red block in the green bowl": "put-block-in-bowl",
    "Try to put the red block in the green bowl.": "put-block-in-bowl",
    "Use the robot arm to put the red block in the green bowl": "put-block-in-bowl",
    "Would you mind putting the red block into the green bowl?": "put-block-in-bowl",
    "I want the red block to be in the green bowl": "put-block-in-bowl",
    "the red block should be in the green bowl": "put-block-in-bowl",
    "place the block that is red in the bowl that is green": "put-block-in-bowl",
}


@pytest.mark.parametrize("sentence", UNDERSTOOD)
def test_ordinary_wordings_are_understood(sentence):
    bound = match(sentence, DEFAULT)
    assert bound is not None, sentence
    assert bound.info.id == UNDERSTOOD[sentence]


MORE_THAN_A_TEMPLATE = (
    "",
    "   ",
    "please",
    "hello",
    "put the red block in the green bowl and then stack the others",
    "put the red block in the green bowl, then the blue block in the red bowl",
    "put the red block in the green bowl. Put the blue block in the red bowl.",
    "put the red block in the green bowl; keep the others where they are",
    "put the red block in the green bowl without touching the blue block",
    "put the red block and the blue block in the green bowl",
    "put the red block in the green bowl twice",
    "put the red or the blue block in the green bowl",
    "don't put the red block in the green bowl",
    "do not put the red block in the green bowl",
    "never put the red block in the green bowl",
    "put the red block in the green bowl upside down",
    "put the red block in the green bowl if it is empty",
    "put all the blocks except the red block in the left side and sing",
    "stack all the blocks in order of size on the zone",
    "stack all the blocks but the red one",
    "stack all the blocks with the red block at the bottom",
    "put the red block beside it",
    "pick up the red block. Then stack the others.",
    "make sure the red block is not in the green bowl",
    "put the red block under the green bowl",
    "put a block in the green bowl",
    "put the block in the green bowl",
    "put some blocks in the green bowl",
    "put the blocks in a bowl",
    "take the red block out of the green bowl",
    "put the red block on the edge of the green bowl",
    "put the red block in the left green bowl",
    "put the small red block in the green bowl",
    "put the red block in the green bowl to the left of the blue bowl",
    "put the red block to the left of the green bowl in the blue bowl",
)


@pytest.mark.parametrize("sentence", MORE_THAN_A_TEMPLATE)
def test_a_sentence_that_asks_for_more_gets_no_verdict(sentence):
    assert match(sentence, DEFAULT) is None


def test_what_is_named_has_to_be_there_once():
    sentence = "put the red block in the green bowl"
    assert match(sentence, world("red block", "red block", "green bowl")) is None
    assert match(sentence, world("red block", "green bowl", "green bowl")) is None
    assert match(sentence, world("red block", "green bowl")) is not None
    assert match("put the red block on the green block", world("red block", "blue block")) is None


@pytest.mark.parametrize(
    ("there", "reason", "no_reason"),
    [
        (("red block", "red bowl"), "there is no green bowl", "there is no red block"),
        (("blue block", "green bowl"), "there is no red block", "the bowl is not empty"),
        (("blue block", "red bowl"), "there is no green bowl", "that is too far"),
    ],
)
def test_what_is_missing_has_to_be_declined(there, reason, no_reason):
    here = world(*there)
    bound = match("put the red block in the green bowl", here)
    assert bound.info.id == "reason-decline-missing"
    assert bound.judge(here, here, declined=reason).status == "declined"
    assert bound.judge(here, here, declined=no_reason).status == "not_achieved"
    assert bound.judge(here, here, said=[reason]).status == "not_achieved"
    assert bound.judge(here, here).status == "not_achieved"


def test_both_means_two():
    two, three = world("red block", "blue block"), world("red block", "blue block", "green block")
    assert match("put both blocks in the top left corner", two) is not None
    assert match("put both blocks in the top left corner", three) is None


def test_a_tie_is_unclear():
    left, right = (
        ObjectSpec("block", c, position=(0.5, y), size=(0.04, 0.04, 0.04)) for c, y in (("red", 0.2), ("blue", -0.2))
    )
    even = world_of(SceneSpec((left, right, ObjectSpec("bowl", "green", position=(0.5, 0.0)))))
    assert match("put the block closest to the green bowl on the top side", even) is None


def test_a_direction_with_two_blocks_is_unclear():
    crowd = world("red block", "blue block", "green bowl")
    assert match("pick up the block to the left of the green bowl and place it on the top side", crowd) is None


def test_a_matched_task_knows_the_scene_it_was_matched_in():
    bound = match("put the red block in the green bowl", DEFAULT)
    assert {o.name for o in bound.scene.objects} == set(DEFAULT)
    assert bound.seed is None
    assert "red block" in bound.oracle


IN_THEIR_OWN_SCENE = (
    ("manip-open-drawer", "could you pull open the {drawer}?"),
    ("manip-open-drawer", "open {drawer} all the way"),
    ("manip-close-drawer", "push the {drawer} in"),
    ("manip-press-button", "push the {button}"),
    ("manip-slide-door", "push the {door} {direction}"),
    ("manip-slide-door", "slide the {door} all the way to the {direction}"),
    ("manip-nut-on-peg", "thread the {nut} onto the {peg}"),
    ("manip-pour-balls", "pour the balls out of the {cup} into the {bowl}, then put the cup back"),
    ("manip-pour-balls", "empty the {cup} into the {bowl} and then put it back"),
    ("manip-clear-zone", "clean up the {zone}"),
    ("manip-put-block-on-plate", "the {block} should be on the {plate}"),
    ("manip-push-slab", "shove the {slab} onto the {zone}"),
    ("ravens-separating-piles", "move all the small {pile} cubes to the {zone} zone"),
    ("ravens-packing-boxes-pairs", "put all {first} cubes and all {second} cubes in the brown crate"),
    (
        "reason-conditional",
        "If the {block} is on the {direction} of the {bowl}, then place it in the {bowl2}; otherwise place it on the "
        "{region}.",
    ),
)


@pytest.mark.parametrize(("task", "sentence"), IN_THEIR_OWN_SCENE)
def test_other_wordings_in_a_task_s_own_scene(task, sentence):
    for attributes in ("seen", "unseen"):
        own = find_task(f"{task}:{attributes}").bind(1002)
        bound = match(sentence.format(**own.values), world_of(own.scene))
        assert bound is not None
        assert (bound.info.id, dict(bound.values)) == (task, dict(own.values))
