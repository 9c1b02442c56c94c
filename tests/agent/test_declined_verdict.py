"""What the verdict of a task makes of an instruction that was declined: the call counts, in any language."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codepolicy.agent import Agent
from codepolicy.models.scripted import ScriptedModel
from primitives.environment import World

Fenced = Callable[..., str]


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ('decline("purple bowl: none, only {n} others".format(n=len(detect("bowl"))))', 0),
        ('decline("Eine solche Schüssel gibt es hier nicht.")', 0),
        ('decline("no red block")', 1),
        ('say("I have put it into the bowl.")\ndecline("no purple bowl")', 1),
        (None, 0),
    ],
)
def test_the_call_and_what_it_names_are_judged(world: World, fenced: Fenced, program: str | None, status: int) -> None:
    reply = fenced(program) if program is not None else "这里没有紫色的碗，所以我什么都没有动。"
    agent = Agent(model=ScriptedModel([reply]), env=world)
    episode = agent.run("put the red block in the purple bowl", video=False)
    assert episode.believed == "declined" and episode.exit_status == status, episode.summary
    if program is not None and "say" in program:
        assert episode.verdict is not None and "and yet" in episode.verdict.explanation
