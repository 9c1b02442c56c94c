"""Tells an observer where things are while an instruction is carried out: as sampled, as believed, as planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from codepolicy.events import Believed, Heading, Observer
from codepolicy.loop.state_sampling import StateSampling
from primitives.environment import ObjectState
from primitives.robot import Arm
from primitives.scene import SceneObject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from primitives.server import Server


@dataclass(slots=True, kw_only=True)
class WorldWatch:
    """For one instruction; it samples from `start` to `stop`."""

    server: Server
    arm: Arm
    truth: Callable[[], Mapping[str, ObjectState]] | None
    """Ground truth, for observers alone."""
    observer: Observer
    _sampling: StateSampling = field(init=False)
    _believed: Sequence[SceneObject] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._sampling = StateSampling(arm=self.arm, truth=self.truth, began=self.server.began, observer=self.observer)

    def start(self) -> None:
        """Begin to tell."""
        self._sampling.start()
        self.tell_belief()

    def stop(self) -> None:
        """Tell no longer."""
        self._sampling.stop()

    def tell_belief(self) -> None:
        """What is known of the scene, where that has changed."""
        known = self.server.remembered
        if known is not None and (self._believed is None or not _same(known, self._believed)):
            self._believed = known
            self.observer(Believed(self.server.robot_time, tuple(known)))

    def tell_heading(self, tool: NDArray[np.float64]) -> None:
        """Where the tool is about to go: (N, 3), in m."""
        points = [(float(x), float(y), float(z)) for x, y, z in tool]
        self.observer(Heading(tuple(points)))


def _same(a: Sequence[SceneObject], b: Sequence[SceneObject]) -> bool:
    """Whether both say the same of the same things; `==` compares names alone."""
    return [msgspec.structs.astuple(o) for o in a] == [msgspec.structs.astuple(o) for o in b]
