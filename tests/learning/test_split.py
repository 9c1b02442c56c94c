from __future__ import annotations

import pytest

from codepolicy.training.split import Split, wording
from primitives.environment import World

WORDINGS = tuple(f"say {'again ' * n}x" for n in range(20))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Put the red block in the green bowl", "put the blue block in the yellow bowl."),
        ("Pick up the first block from the left", "pick up the second block from the right"),
        ("Stack all the blocks on the top side", "Stack all the blocks on the top left corner"),
        ("Move the red block 10 cm to the left", "Move the pink block 5 cm to the right"),
    ],
)
def test_what_changes_from_scene_to_scene_is_no_wording(one: str, other: str) -> None:
    assert wording(one) == wording(other)


def test_another_verb_or_plural_is_another_wording() -> None:
    assert wording("put the red block in the bowl") != wording("place the red block in the bowl")
    assert wording("stack the blocks") != wording("stack the block")


def test_cells() -> None:
    split = Split(tasks=("reason-halfway",))
    trained = next(w for w in WORDINGS if not split.holds_out(wording(w)))
    held = next(w for w in WORDINGS if split.holds_out(wording(w)))
    assert split.cell(task="a-v1", seed=3, instruction=trained) == "train"
    assert split.cell(task="a-v1", seed=1000, instruction=trained) == "seeds"
    assert split.cell(task="a-v1", seed=3, instruction=held) == "wordings"
    assert split.cell(task="a-v1", seed=3, instruction=f"{trained} pink block") == "colors"
    assert split.cell(task="a-v1:unseen", seed=3, instruction=trained) == "colors"
    assert split.cell(task="reason-halfway-v1", seed=3, instruction=trained) == "tasks"


def test_about_a_third_of_the_wordings_of_all_tasks_is_held_out(world: World) -> None:
    names = sorted({t.id for t in world.tasks()})
    trials = world.trials(names, seeds=range(12), wording="paraphrased")
    sentences = {wording(t.spec.instruction or "") for t in trials}
    share = sum(map(Split().holds_out, sentences)) / len(sentences)
    assert 0.25 < share < 0.42
