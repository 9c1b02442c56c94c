"""Of several programs the one that works in the twin is run, and where none does, the robot stays where it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.models.replay import ReplayModel
from codepolicy.models.scripted import ScriptedModel
from codepolicy.settings import Settings
from primitives.environment import World
from primitives.errors import ConfigurationError

Fenced = Callable[..., str]
IN = 'expect(inside("red block", "green bowl"), "in")'
ASKED = "put the red block in the green bowl"


@pytest.mark.slow
def test_the_candidate_that_works_is_run_and_the_record_says_among_what(
    world: World, fenced: Fenced, tmp_path: Path
) -> None:
    wrong, failing, right = (
        fenced(f'put("red block", "{bowl}")', IN) for bowl in ("blue bowl", "purple bowl", "green bowl")
    )
    settings = Settings(candidates=3, rehearsals=1)
    model = ScriptedModel([wrong, failing, right])
    episode = Agent(model=model, env=world, settings=settings).run(ASKED, seed=3, out=tmp_path, video=False)
    assert episode.outcome == "achieved" and len(episode.turns) == 1
    candidates = episode.turns[0].candidates
    assert [(c.worth, c.chosen) for c in candidates] == [(0.0, False), (0.0, False), (1.0, True)]
    assert candidates[1].came_to.startswith("not_found") and candidates[2].margin is not None
    assert episode.folder is not None
    kept = json.loads((Path(episode.folder) / "episode.json").read_text())["turns"][0]["candidates"]
    assert [c["chosen"] for c in kept] == [False, False, True]
    again = Agent(model=ReplayModel(Path(episode.folder)), env=world, settings=settings).run(ASKED, seed=3)
    assert [c.program for c in again.turns[0].candidates] == [c.program for c in candidates]


@pytest.mark.slow
def test_where_none_works_nothing_moves_and_the_rehearsal_is_the_feedback(world: World, fenced: Fenced) -> None:
    wrong = fenced('put("red block", "blue bowl")', IN)
    right = fenced('put("red block", "green bowl")', IN)
    model = ScriptedModel([wrong, wrong, right, right])
    settings = Settings(candidates=2, rehearsals=1, turns=2)
    episode = Agent(model=model, env=world, settings=settings).run(ASKED, seed=3)
    assert episode.outcome == "achieved"
    assert [turn.report is not None for turn in episode.turns] == [False, True]
    told = model.conversations[2][1].text.partition("## Feedback")[2]
    assert "Nothing has moved: this is of a rehearsal" in told and "on blue bowl" in told and "FAILS" in told
    given_up = Agent(model=ScriptedModel([wrong] * 4), env=world, settings=settings).run(ASKED, seed=3)
    assert given_up.believed == "not_achieved" and given_up.timings.robot == 0.0


@pytest.mark.slow
def test_several_models_write_in_turn(world: World, fenced: Fenced) -> None:
    first = ScriptedModel([fenced('put("red block", "blue bowl")', IN)])
    second = ScriptedModel([fenced('put("red block", "green bowl")', IN)])
    agent = Agent(model=first, also=(second,), env=world, settings=Settings(candidates=2, rehearsals=1))
    episode = agent.run(ASKED, seed=3)
    assert episode.outcome == "achieved" and (len(first.conversations), len(second.conversations)) == (1, 1)


def test_settings_without_an_effect_or_sense_are_refused(world: World) -> None:
    with pytest.raises(ConfigurationError, match="--candidates, at least 2"):
        Agent(model="offline", also=("offline",), env=world).run(ASKED)
    for wrong in ({"candidates": 0}, {"rehearsals": 0}, {"candidates": 10_000}):
        with pytest.raises(ConfigurationError, match=r"candidates|rehearsals"):
            Settings(**wrong)  # type: ignore[arg-type]
