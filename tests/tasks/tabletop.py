"""A table without physics: the skill API with perfect hands, so that programs and goals can be checked in microseconds.

What it shows is whether a program's *reasoning* fits the goal; whether a gripper can do it is for the slow tests.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Mapping

import msgspec

from codepolicy.sandbox.preloading import GIVEN
from codepolicy.sandbox.program_namespace import VALUES
from primitives import relations
from primitives.categories import SLIDING
from primitives.environment import ObjectState
from primitives.failures import BadArgument, Blocked, Declined, ExpectationFailed
from primitives.perception.queries import find, matches
from primitives.perception.region_names import named_region
from primitives.scene import Region, SceneObject, Workspace
from sim_envs.assets.furniture_shapes import furniture_of
from sim_envs.judging.case import WorldSnapshot
from sim_envs.judging.task import BoundTask
from sim_envs.judging.truth_geometry import half_height, rests_on, top
from sim_envs.scenes.scene_spec import SceneSpec, free_name
from sim_envs.scenes.validation import resolved

WORKSPACE = Workspace()


def world_of(scene: SceneSpec) -> dict[str, ObjectState]:
    """The ground truth of a scene whose objects all have a position."""
    world = {}
    for spec in resolved(scene, WORKSPACE).objects:
        x, y, *z = spec.position
        yaw = spec.yaw or 0.0
        world[spec.name] = ObjectState(
            position=(x, y, z[0] if z else spec.extent[2] / 2),
            quaternion_xyzw=(0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)),
            category=spec.category,
            color=spec.color,
            size=spec.extent,
            joint=spec.joint or 0.0 if spec.category in SLIDING else None,
        )
    return world | _handles(resolved(scene, WORKSPACE))


def _handles(scene: SceneSpec) -> dict[str, ObjectState]:
    found = {}
    for spec in scene.objects:
        grip = furniture_of(spec.category, spec.extent).grip if spec.category in SLIDING else None
        if grip is None:
            continue
        axis, (u, v, w) = furniture_of(spec.category, spec.extent).axis, grip.solids[0].center
        u, v = u + axis[0] * (spec.joint or 0.0), v + axis[1] * (spec.joint or 0.0)
        c, s = math.cos(spec.yaw), math.sin(spec.yaw)
        found[free_name(f"{spec.accent_color} handle", found)] = ObjectState(
            position=(spec.position[0] + c * u - s * v, spec.position[1] + s * u + c * v, spec.extent[2] / 2 + w),
            quaternion_xyzw=(0.0, 0.0, math.sin(spec.yaw / 2), math.cos(spec.yaw / 2)),
            category="handle",
            color=spec.accent_color,
            size=grip.solids[0].size,
        )
    return found


def moved(world: Mapping[str, ObjectState], name: str, *position: float) -> dict[str, ObjectState]:
    return {**world, name: msgspec.structs.replace(world[name], position=tuple(position))}


class Table:
    """The world and the hand."""

    def __init__(self, scene: SceneSpec) -> None:
        self.world = world_of(scene)
        self.start = dict(self.world)
        self.held: str | None = None
        self.said: list[str] = []
        self.declined: str | None = None
        self.moments: list[WorldSnapshot] = []
        self.more: dict[str, object] = {}
        """Further names that programs may use."""

    def run(self, source: str) -> None:
        names = ("detect", "find", "region", "pick", "place", "put", "push", "home", "say", "expect", "decline")
        space: dict[str, object] = {name: getattr(self, name) for name in names}
        for name in ("inside", "on", "left_of", "right_of", "in_front_of", "behind"):
            space[name] = functools.partial(self._related, getattr(relations, name))
        space["near"] = lambda a, b, *, distance=0.05: relations.near(self.find(a), self.find(b), distance=distance)
        space["in_region"] = lambda a, r: relations.in_region(self.find(a), self.region(r))
        space |= {name: importlib.import_module(module) for name, module in GIVEN.items()}
        space |= {cls.__name__: cls for cls in VALUES}
        space |= self.more
        try:
            exec(compile(source, "<program>", "exec"), space)
        except Declined as declined:
            self.declined = declined.message

    def judged(
        self, bound: BoundTask, world: Mapping[str, ObjectState] | None = None, held: frozenset[str] | None = None
    ):
        """The verdict on what was done here, or on another end of it."""
        held = frozenset({self.held} - {None}) if held is None else held
        now = self.world if world is None else world
        return bound.judge(self.start, now, said=self.said, moments=self.moments, held=held, declined=self.declined)

    def _remember(self) -> None:
        self.moments.append(WorldSnapshot(dict(self.world), frozenset({self.held} - {None})))

    def detect(self, query=None):
        seen = [self._seen(name) for name in sorted(self.world)]
        return seen if query is None else matches(query, seen)

    def find(self, query):
        return find(query if isinstance(query, str) else query.name, self.detect())

    def region(self, name):
        found = name if isinstance(name, Region) else named_region(name, WORKSPACE)
        if found is None:
            raise BadArgument(f"no place {name!r}")
        return found

    def pick(self, obj):
        name = self.find(obj).name
        state = self.world[name]
        if state.category in ("zone", "plate"):
            raise Blocked(f"{name} is too flat to grasp")
        if min(state.size[:2]) > 0.08 and state.category != "bowl":
            raise Blocked(f"{name} is too wide to grasp")
        if any(o.on == name for o in self.detect() if o.name != name) and state.category not in ("bowl", "box"):
            raise Blocked(f"something lies on {name}")
        self.held = name
        self._set(name, *state.position[:2], 0.25)
        self._remember()

    def place(self, target):
        if self.held is None:
            raise BadArgument("nothing is held")
        name, self.held = self.held, None
        self._lay(name, target)
        self._remember()

    def put(self, obj, target):
        self.pick(obj)
        self.place(target)

    def push(self, obj, target):
        goal = self._point(target, self.find(obj).name)
        self._set(self.find(obj).name, *goal[:2], self.world[self.find(obj).name].position[2])
        self._remember()

    def home(self):
        pass

    def say(self, text):
        self.said.append(text)

    def decline(self, reason):
        raise Declined(reason)

    def expect(self, condition, message):
        if not condition:
            raise ExpectationFailed(message)

    def _related(self, relation, a, b):
        if b == "table":
            return relations.on_table(self.find(a))
        return relation(self.find(a), self.find(b))

    def _seen(self, name: str) -> SceneObject:
        s = self.world[name]
        yaw = 2 * math.atan2(s.quaternion_xyzw[2], s.quaternion_xyzw[3])
        return SceneObject(
            name=name, category=s.category, color=s.color, position=s.position, size=s.size, yaw=yaw, joint=s.joint,
            on="gripper" if name == self.held else self._carrier(name),
        )  # fmt: skip

    def _carrier(self, name: str) -> str:
        state = self.world[name]
        under = [
            n for n, s in self.world.items()
            if n != name and s.position[2] < state.position[2] + 0.03 and rests_on(state, s)
        ]  # fmt: skip
        return max(under, key=lambda n: self.world[n].position[2], default="table")

    def _set(self, name: str, x: float, y: float, z: float) -> None:
        self.world[name] = msgspec.structs.replace(self.world[name], position=(x, y, z))

    def _point(self, target, name):
        if isinstance(target, str):
            target = named_region(target, WORKSPACE) or self.find(target)
        if isinstance(target, SceneObject):
            return self.world[target.name].position
        if isinstance(target, Region):
            return self._free_spot(target, name)
        return target

    def _lay(self, name: str, target) -> None:
        half = half_height(self.world[name])
        if isinstance(target, str):
            target = named_region(target, WORKSPACE) or self.find(target)
        if isinstance(target, SceneObject):
            carrier = self.world[target.name]
            x, y, _ = carrier.position
            if carrier.category in ("bowl", "box", "mug"):
                held = sum(o.on == target.name for o in self.detect() if o.name != name)
                dx, dy = ((0.0, 0.0), (0.045, 0.0), (-0.045, 0.0), (0.0, 0.045), (0.0, -0.045))[held % 5]
                floor = carrier.position[2] - carrier.size[2] / 2 + 0.005
                self._set(name, x + dx, y + dy, floor + half + 0.03 * (held // 5))
            else:
                self._set(name, x, y, top(carrier) + half)
            return
        x, y, *z = self._point(target, name)
        under = [
            top(s) for n, s in self.world.items()
            if n != name and math.dist(s.position[:2], (x, y)) < s.size[0] / 2 and s.category not in ("bowl", "box")
        ]  # fmt: skip
        self._set(name, x, y, max([t + half for t in under] + [half, *z]))

    def _free_spot(self, region: Region, name: str):
        (x0, y0), (x1, y1) = region.low, region.high
        r = math.hypot(*self.world[name].size[:2]) / 2

        def room(spot):
            return min(
                (
                    math.dist(s.position[:2], spot) - r - max(s.size[:2]) / 2
                    for n, s in self.world.items()
                    if n != name and s.category != "zone"
                ),
                default=1.0,
            )

        steps = 9
        spots = [
            (x0 + r + (x1 - x0 - 2 * r) * i / steps, y0 + r + (y1 - y0 - 2 * r) * j / steps)
            for i in range(steps + 1)
            for j in range(steps + 1)
        ]
        return max(spots, key=room)
