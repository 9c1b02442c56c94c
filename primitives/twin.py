"""The twin of what is perceived: a simulated world made from what the robot knows, and from nothing else.

Programs are rehearsed in it before the robot moves. It holds no ground truth of the world it stands for, so that the
same twin serves a simulated robot and a real one.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec

from primitives.environment import World
from primitives.scene import Pose, SceneObject


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that moves with the hand."""

    object: SceneObject
    """As last seen before it was taken."""
    pose: Pose
    """Of its own frame now, base frame, in m."""


class Perceived(msgspec.Struct, frozen=True, kw_only=True):
    """All that a robot knows of its world at one moment."""

    objects: tuple[SceneObject, ...]
    """What was last seen or is remembered, without what the hand carries."""
    q: tuple[float, ...]
    """(dof,) measured joint positions in rad."""
    gripper_width: float
    """Measured distance between the fingers in m."""
    carried: tuple[Carried, ...] = ()
    """The held thing first, then what lies in it."""


class Twin(World, Protocol):
    """A simulated world that stands for another one; it judges nothing."""

    def mirror(self, perceived: Perceived) -> None:
        """From here on, every `reset` sets up what was perceived. Seed 0 takes it as it is; every other seed draws
        anew by how much the measurements and the unmeasured (friction, masses) are off.

        Raises:
            ConfigurationError: nothing was perceived, or two things share a name.
        """
        ...


@runtime_checkable
class Twinned(Protocol):
    """An environment that says itself what makes a twin of its robot; for any other, the entry-point group
    `codepolicy.twins` is asked by the name of the arm."""

    @property
    def twin(self) -> str:
        """A callable without arguments that returns a `Twin`, written "module:name" so that any process can load
        it."""
        ...
