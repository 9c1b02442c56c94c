"""The scene of the prompt, and what is believed of it after each command of a sequence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from primitives import relations
from primitives.categories import CONTAINERS
from primitives.scene import SceneObject, Vector2, Vector3, Workspace

NEAR = 0.05
"""Gap in m between two outlines that counts as "next to"."""


class Declined(Exception):
    """The instruction cannot be carried out in this scene. The message is a sentence for the person."""


@dataclass(slots=True)
class Belief:
    """What is where, as far as can be told before anything is done."""

    objects: dict[str, SceneObject]
    workspace: Workspace = field(default_factory=Workspace)
    start: dict[str, SceneObject] = field(default_factory=dict[str, SceneObject])
    subjects: tuple[str, ...] = ()
    """What "it" and "them" mean: the things last acted on."""
    company: tuple[str, ...] = ()
    """What "them" means where one clause acted on several things in turn."""
    moving: tuple[str, ...] = ()
    """What the command being written moves; "it" within the description of its target."""
    targets: tuple[str, ...] = ()
    """The things last named as a place."""
    spoken: list[str] = field(default_factory=list[str])
    """Names of everything spoken of so far, for "the other blocks"."""
    undone: list[str] = field(default_factory=list[str])
    """What the last instruction of the session moved."""
    mentioned: list[str] = field(default_factory=list[str])
    """Names of everything named in any role, in order; what "it" may fall back on."""
    bound: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Phrases that an earlier turn settled, e.g. "the leftmost block" -> ("red block",)."""

    @classmethod
    def of(cls, objects: Iterable[SceneObject]) -> Belief:
        """The belief before the first command."""
        named = {o.name: o for o in objects}
        return cls(dict(named), start=dict(named))

    def copy(self) -> Belief:
        """An independent copy, for trying out a reading."""
        return Belief(
            dict(self.objects),
            self.workspace,
            dict(self.start),
            self.subjects,
            self.company,
            self.moving,
            self.targets,
            list(self.spoken),
            list(self.undone),
            list(self.mentioned),
            dict(self.bound),
        )

    @property
    def names(self) -> str:
        """What is in view, for messages."""
        return ", ".join(sorted(self.objects)) or "nothing"

    def __getitem__(self, name: str) -> SceneObject:
        return self.objects[name]

    def others(self, *names: str) -> list[SceneObject]:
        """Every object but these that takes up room."""
        return [o for o in self.objects.values() if o.name not in names and o.category != "zone"]

    def carried(self, name: str) -> list[SceneObject]:
        """What rests on or in the object, lowest first."""
        return sorted((o for o in self.objects.values() if o.on == name), key=lambda o: o.position[2])

    def set(self, name: str, position: Vector3, on: str) -> None:
        """The object is now at `position` on `on`; what lies in a moved container moves along."""
        old = self.objects[name]
        shift = [b - a for a, b in zip(old.position, position, strict=True)]
        for rider in self.carried(name):
            moved = tuple(p + s for p, s in zip(rider.position, shift, strict=True))
            self.set(rider.name, (moved[0], moved[1], moved[2]), name)
        self.objects[name] = msgspec.structs.replace(old, position=position, on=on)

    def set_at(self, name: str, xy: Sequence[float]) -> None:
        """The object stands on the table, or on the zone or plate there, at (x, y)."""
        self.set(name, (float(xy[0]), float(xy[1]), self.objects[name].size[2] / 2), "table")

    def set_on(self, name: str, target: str) -> None:
        """The object rests on or in `target`."""
        obj, base = self.objects[name], self.objects[target]
        height = obj.size[2] / 2
        bottom = relations.bottom(base) + 0.005 if base.category in CONTAINERS else base.top
        self.set(name, (base.position[0], base.position[1], bottom + height), target)

    def clear(self, xy: Vector2, name: str, *, ignoring: Iterable[str] = (), gap: float = 0.02) -> bool:
        """Whether the object could stand at (x, y) without touching anything."""
        radius = max(self.objects[name].size[:2]) / 2
        return all(
            math.dist(xy, o.position[:2]) > radius + max(o.size[:2]) / 2 + gap
            for o in self.others(name, *ignoring)
            if o.on in ("table", "gripper") or self.objects.get(o.on) is None
        )

    def free(self, name: str) -> Vector2:
        """Somewhere free on the table, nearest to where the object is."""
        (x0, y0, _), (x1, y1, _) = self.workspace.low, self.workspace.high
        here = self.objects[name].position[:2]
        grid = [
            (x0 + 0.04 + i * (x1 - x0 - 0.08) / 10, y0 + 0.04 + j * (y1 - y0 - 0.08) / 14)
            for i in range(11)
            for j in range(15)
        ]
        spots = [xy for xy in grid if self.clear(xy, name)]
        return min(spots or grid, key=lambda xy: math.dist(xy, here))

    def spot_in(self, name: str, low: Vector2, high: Vector2) -> Vector2:
        """A free spot of a rectangle, or its centre."""
        center = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        grid = [
            (low[0] + (i + 0.5) * (high[0] - low[0]) / 6, low[1] + (j + 0.5) * (high[1] - low[1]) / 6)
            for i in range(6)
            for j in range(6)
        ]
        return min((xy for xy in grid if self.clear(xy, name)), key=lambda xy: math.dist(xy, center), default=center)
