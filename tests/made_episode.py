"""An episode as a run leaves it, for tests of what is done with one."""

from __future__ import annotations

from typing import Any

import msgspec

from codepolicy.episode import Episode, GoalCheck, Isolation, Timings, Turn


def episode(**changes: Any) -> Episode:
    """An achieved one of one turn, with `changes`."""
    achieved = Episode(
        outcome="achieved",
        believed="achieved",
        summary="Every clause holds.",
        instruction="Lift it",
        verdict=None,
        goal_check=GoalCheck(status="missing"),
        turns=(Turn(program="home()\n"),),
        world={},
        task=None,
        seed=0,
        model="m",
        surface="skill",
        detector="rgbd",
        feedback="scene",
        isolation=Isolation(mode="required", layers=()),
        prompt="p",
        timings=Timings(total=1.0, model=0.0, execution=1.0, robot=1.0),
    )
    return msgspec.structs.replace(achieved, **changes)
