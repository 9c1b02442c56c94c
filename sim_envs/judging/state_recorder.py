"""What happened in a world between an instruction and its verdict, for tasks that are about the way, too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from primitives.environment import ObjectState
from sim_envs.judging.case import WorldSnapshot
from sim_envs.physics.world import World

MOVED = 0.001
"""Way in m from which on something counts as elsewhere than before: what rests stirs less."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What a recorder has seen."""

    start: Mapping[str, ObjectState]
    """The world at the instruction."""
    began: float
    """Simulated time of the instruction in s."""
    moments: tuple[WorldSnapshot, ...] = ()
    """Every moment after a motion in which something had changed, oldest first."""


class StateRecorder:
    """Watches a world from the instruction on."""

    def __init__(self) -> None:
        self.trajectory = Trajectory({}, 0.0)

    def begin(self, world: World) -> None:
        """An instruction was given in `world`."""
        self.trajectory = Trajectory(world.truth(), world.time)

    def look(self, world: World) -> None:
        """A motion of the robot has ended."""
        seen = self.trajectory
        last = seen.moments[-1] if seen.moments else WorldSnapshot(seen.start)
        moment = WorldSnapshot(world.truth(), world.held())
        if moment.held != last.held or _differ(moment.world, last.world):
            self.trajectory = replace(seen, moments=(*seen.moments, moment))


def _differ(a: Mapping[str, ObjectState], b: Mapping[str, ObjectState]) -> bool:
    return a.keys() != b.keys() or any(math.dist(a[name].position, b[name].position) > MOVED for name in a)
