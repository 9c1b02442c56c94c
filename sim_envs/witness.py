"""What happened in a world between an instruction and its verdict, for tasks that are about the way, too."""

from __future__ import annotations

import math
from collections.abc import Mapping

from primitives.environment import ObjectState
from sim_envs.case import Moment
from sim_envs.world import World

MOVED = 0.001
"""Way in m from which on something counts as elsewhere than before: what rests stirs less."""


class Witness:
    """Keeps the world as it was at the instruction, and every moment after a motion in which it had changed."""

    def __init__(self) -> None:
        self.start: Mapping[str, ObjectState] = {}
        self.moments: list[Moment] = []

    def begin(self, world: World) -> None:
        """An instruction was given in `world`."""
        self.start, self.moments = world.truth(), []

    def look(self, world: World) -> None:
        """A motion of the robot has ended."""
        last = self.moments[-1] if self.moments else Moment(self.start)
        moment = Moment(world.truth(), world.held())
        if moment.held != last.held or _differ(moment.world, last.world):
            self.moments.append(moment)


def _differ(a: Mapping[str, ObjectState], b: Mapping[str, ObjectState]) -> bool:
    return a.keys() != b.keys() or any(math.dist(a[name].position, b[name].position) > MOVED for name in a)
