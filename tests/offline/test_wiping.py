"""Crumbs are swept off a zone with a block that is held; the check afterwards looks at the zone."""

from __future__ import annotations

import random

import pytest

from codepolicy.agent import Agent
from codepolicy.models.protocol import Reply
from codepolicy.settings import Settings
from primitives.failures import ExpectationFailed
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.suites.task_catalog import find_task
from tests.offline.table import fences
from tests.offline.workshop import Workshop, tell
from tests.tasks.leading import LedTable, table_for
from tests.tasks.tabletop import Table

CRUMBS = ((-0.04, -0.04), (0.0, -0.04), (0.04, 0.0), (-0.04, 0.04), (0.04, 0.04))


def kitchen() -> LedTable:
    """A zone with crumbs on it, another one without, a long block and a bowl."""
    x, y = 0.44, 0.0
    crumbs = [ObjectSpec("block", "blue", None, 0.015, (x + a, y + b), 0.0) for a, b in CRUMBS]
    return LedTable(
        SceneSpec(
            (
                ObjectSpec("zone", "green", None, 0.15, (x, y), 0.0),
                ObjectSpec("zone", "red", None, 0.12, (0.62, -0.22), 0.0),
                *crumbs,
                ObjectSpec("block", "yellow", None, (0.12, 0.04, 0.045), (0.62, 0.2), 0.3),
                ObjectSpec("bowl", "red", None, None, (0.62, 0.0)),
            )
        )
    )


def answer(sentence: str, table: Table, level: str = "tool") -> Reply:
    """What the offline model answers to somebody at this table."""
    return tell(sentence, Workshop(table.detect(), {}), level=level)


@pytest.mark.parametrize(
    "sentence",
    [
        "sweep the crumbs off the green zone with the yellow block",
        "wipe the spill off the zone on the left with the largest block",
        "use the yellow block to wipe the green zone clean",
        "please clean the green zone using the yellow block",
        "using the yellow block, brush everything off the green zone",
        "pick up the yellow block and wipe the green zone with it",
        "sweep the blue blocks off the green zone with the yellow block",
        "if there is a blue block on the green zone, wipe the green zone with the yellow block",
    ],
)
def test_the_zone_is_wiped_with_what_the_sentence_names(sentence: str) -> None:
    table = kitchen()
    reply = answer(sentence, table)
    assert reply.finish == "stop", reply.text
    program, goal = fences(reply.text)
    with pytest.raises(ExpectationFailed, match="nothing is left on the green zone"):
        table.run(f"{goal}\ngoal()\n")
    table.run(program)
    table.run(f"{goal}\ngoal()\n")
    assert table.held is None and table.find("yellow block").on == "table"
    for crumb in [o for o in table.detect() if o.size[0] < 0.02]:
        assert max(abs(crumb.position[0] - 0.44), abs(crumb.position[1])) > 0.085, crumb


@pytest.mark.slow
@pytest.mark.parametrize("task", ["manip-wipe-spill", "manip-wipe-spill:unseen"])
def test_every_wording_of_the_task_is_carried_out(task: str) -> None:
    template = find_task(task).template
    for seed, sentence in enumerate(template.sentences):
        values = template.draw(random.Random(seed), find_task(task).attributes)
        bound = find_task(task).bind(seed, template.word(values, sentence))
        table = table_for(bound)
        reply = answer(bound.instruction, table)
        assert reply.finish == "stop", reply.text
        program, goal = fences(reply.text)
        table.run(program)
        assert table.judged(bound).status == "achieved", bound.instruction
        table.run(f"{goal}\ngoal()\n")


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("wipe the red zone with the yellow block", "nothing on the red zone"),
        ("wipe the green zone with the red bowl", "with one block"),
        ("wipe the red bowl with the yellow block", "I wipe over zones"),
        ("wipe the green zone with the purple block", "no purple block"),
        ("wipe the leftmost blue block off the green zone with the yellow block", "as well"),
    ],
)
def test_what_cannot_be_wiped_is_declined(sentence: str, reason: str) -> None:
    reply = answer(sentence, kitchen())
    assert reply.finish == "refusal" and reason in reply.text, reply.text


def test_what_is_taken_or_moved_is_not_wiped() -> None:
    for verb in ("take", "move", "push"):
        assert "wipe(" not in answer(f"{verb} the blue blocks off the green zone with the yellow block", kitchen()).text


def test_the_skill_surface_cannot_wipe_with_a_block_but_clears_by_hand() -> None:
    assert "--surface tool" in answer("wipe the green zone with the yellow block", kitchen(), "skill").text
    assert "put(" in answer("wipe the crumbs off the green zone", kitchen(), "skill").text


@pytest.mark.slow
def test_real_crumbs() -> None:
    agent = Agent(model="offline", settings=Settings(turns=2))
    assert agent.run(None, task="manip-wipe-spill", seed=1, video=False).outcome == "achieved"
