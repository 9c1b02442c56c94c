"""A flat table that runs programs of the skill surface in this process: no physics, but geometry and real refusals."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from codepolicy.models.protocol import Message, Reply
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.scene_table import scene_table
from primitives import relations
from primitives.categories import CONTAINERS, FLAT
from primitives.failures import BadArgument, Blocked, ExpectationFailed, Unreachable
from primitives.perception import queries
from primitives.scene import REGION_NAMES, Region, Relation, SceneObject, Target, Workspace

SIZES = {
    "block": (0.04, 0.04, 0.04),
    "bowl": (0.15, 0.15, 0.05),
    "plate": (0.16, 0.16, 0.012),
    "zone": (0.12, 0.12, 0.002),
    "box": (0.20, 0.16, 0.06),
    "ball": (0.04, 0.04, 0.04),
    "cylinder": (0.04, 0.04, 0.06),
    "mug": (0.08, 0.08, 0.09),
}


def thing(
    name: str,
    x: float,
    y: float,
    size: float | tuple[float, float, float] | None = None,
    on: str = "table",
    z: float | None = None,
) -> SceneObject:
    """An object called "<color> <category>" or "<color> <category> <number>"."""
    color, category = name.split()[:2]
    extent = SIZES[category] if size is None else (size, size, size) if isinstance(size, float) else size
    return SceneObject(
        name=name,
        category=category,
        color=color,
        position=(x, y, extent[2] / 2 if z is None else z),
        size=extent,
        on=on,
    )


FOUR_BLOCKS = [
    thing("red block", 0.34, 0.20),
    thing("green block", 0.50, 0.10),
    thing("blue block", 0.65, -0.06),
    thing("yellow block", 0.36, -0.26),
    thing("red bowl", 0.60, 0.21),
    thing("green bowl", 0.38, 0.06),
    thing("blue bowl", 0.54, -0.19),
]
"""Four blocks and three bowls."""
THREE_BLOCKS = [
    thing("red block", 0.34, 0.20),
    thing("green block", 0.50, 0.08),
    thing("blue block", 0.64, -0.04),
    thing("green bowl", 0.38, 0.03),
    thing("red bowl", 0.60, 0.20),
    thing("blue bowl", 0.52, -0.18),
]
"""Three blocks and the bowls of their colours."""


class Table:
    """What programs see and change."""

    def __init__(self, objects: list[SceneObject]) -> None:
        self.objects = {o.name: o for o in objects}
        self.workspace = Workspace()
        self.said: list[str] = []
        self.calls: list[str] = []
        self.failed: list[str] = []
        self.held: str | None = None
        self._checking = False

    # perception
    def detect(self, query: str | None = None) -> list[SceneObject]:
        everything = sorted(self.objects.values(), key=lambda o: o.name)
        return everything if query is None else queries.matches(query, everything)

    def find(self, query: str) -> SceneObject:
        return queries.find(query, self.detect())

    def region(self, name: str) -> Region:
        return self.workspace.table if name == "table" else self.workspace.region(name)

    def _now(self, obj: SceneObject | str) -> SceneObject:
        return self.find(obj) if isinstance(obj, str) else self.objects[obj.name]

    def _relation(self, relation: Any) -> Any:
        return lambda a, b, **more: relation(self._now(a), self._now(b), **more)

    def on(self, a: SceneObject | str, b: SceneObject | str) -> Relation:
        return relations.on_table(self._now(a)) if b == "table" else relations.on(self._now(a), self._now(b))

    def near(self, a: SceneObject | str, b: SceneObject | str, *, distance: float = 0.05) -> Relation:
        return relations.near(self._now(a), self._now(b), distance=distance)

    def in_region(self, a: SceneObject | str, place: Region | str) -> Relation:
        return relations.in_region(self._now(a), self.region(place) if isinstance(place, str) else place)

    # motion
    def pick(self, obj: SceneObject | str) -> None:
        seen = self._now(obj)
        self.calls.append(f"pick {seen.name}")
        if self.held is not None:
            raise BadArgument("the hand is full")
        if seen.category == "zone":
            raise Blocked(f"{seen.name} cannot be grasped")
        on_top = [o.name for o in self.objects.values() if o.on == seen.name]
        if on_top and seen.category not in CONTAINERS:
            raise Blocked(f"{on_top[0]} lies on {seen.name}")
        self.held = seen.name
        self._set(seen.name, (*seen.position[:2], 0.3), "gripper")

    def place(self, target: Target | str) -> None:
        if self.held is None:
            raise BadArgument("nothing is held")
        name, self.held = self.held, None
        self._place(self.objects[name], self._target(target))

    def put(self, obj: SceneObject | str, target: Target | str) -> None:
        seen = self._now(obj)
        goal = self._target(target)
        if isinstance(goal, SceneObject) and goal.name == seen.name:
            raise BadArgument(f"{seen.name} cannot be put on itself")
        if self.held != seen.name:
            self.pick(seen)
        self.place(goal)

    def push(self, obj: SceneObject | str, target: Target | str) -> None:
        seen = self._now(obj)
        self.calls.append(f"push {seen.name}")
        self._place(seen, self._target(target))

    def home(self) -> None:
        self.calls.append("home")

    def _target(self, target: Target | str) -> Target:
        if isinstance(target, str):
            return self.region(target) if target in (*REGION_NAMES, "table") else self.find(target)
        return self.objects[target.name] if isinstance(target, SceneObject) else target

    def _place(self, obj: SceneObject, target: Target) -> None:
        height = obj.size[2] / 2
        if isinstance(target, SceneObject):
            inside = target.category in CONTAINERS
            if not inside and target.category not in FLAT:
                above = [o.name for o in self.objects.values() if o.on == target.name and o.name != obj.name]
                if above:
                    raise Blocked(f"{above[0]} is on {target.name} already")
            z = relations.bottom(target) + 0.004 if inside else target.top
            self._set(obj.name, (target.position[0], target.position[1], z + height), target.name)
            return
        spot = self._spot(obj, target) if isinstance(target, Region) else (float(target[0]), float(target[1]))
        if not self.workspace.table.contains(spot, -0.005):
            raise Unreachable(f"({spot[0]:.3f}, {spot[1]:.3f}) is outside the workspace")
        if isinstance(target, tuple) and len(target) == 3 and target[2] > height + 0.01:
            self._rest(obj, spot, target[2] - height)
            return
        if isinstance(target, tuple):
            self._check_room(obj, spot)
        self._set(obj.name, (*spot, height), "table")

    def _rest(self, obj: SceneObject, spot: tuple[float, float], floor: float) -> None:
        below = [o for o in self.objects.values() if o.name != obj.name and math.dist(o.position[:2], spot) < o.size[0]]
        carriers = [o for o in below if abs(o.top - floor) < 0.01]
        if not carriers:
            raise Blocked(f"nothing carries {obj.name} at a height of {floor:.3f} m")
        nearest = min(carriers, key=lambda o: math.dist(o.position[:2], spot))
        self._set(obj.name, (*spot, nearest.top + obj.size[2] / 2), nearest.name)

    def _room(self, obj: SceneObject, spot: tuple[float, float]) -> float:
        here = relations.footprint(msgspec.structs.replace(obj, position=(*spot, 0.0)))
        others = [o for o in self.objects.values() if o.name != obj.name and o.category != "zone" and o.on != obj.name]
        return min((here.distance(relations.footprint(o)) for o in others if o.on in ("table",)), default=1.0)

    def _check_room(self, obj: SceneObject, spot: tuple[float, float]) -> None:
        if self._room(obj, spot) <= 0.0:
            raise Blocked(f"{obj.name} would touch something at ({spot[0]:.3f}, {spot[1]:.3f})")

    def _spot(self, obj: SceneObject, area: Region) -> tuple[float, float]:
        (x0, y0), (x1, y1) = area.low, area.high
        steps = [(i + 0.5) / 12 for i in range(12)]
        spots = [(x0 + u * (x1 - x0), y0 + v * (y1 - y0)) for u in steps for v in steps]
        spots.sort(key=lambda s: math.dist(s, area.center))
        free = next((s for s in spots if self._room(obj, s) > 0.004), None)
        if free is None:
            raise Blocked(f"no room for {obj.name} in the {area.name}")
        return free

    def _set(self, name: str, position: tuple[float, float, float], on: str) -> None:
        old = self.objects[name]
        self.objects[name] = msgspec.structs.replace(old, position=position, on=on)
        dx, dy, dz = (b - a for a, b in zip(old.position, position, strict=True))
        for rider in [o for o in self.objects.values() if o.on == name]:
            x, y, z = rider.position
            self._set(rider.name, (x + dx, y + dy, z + dz), name)

    # running
    def expect(self, condition: object, message: str) -> None:
        if condition:
            return
        if not self._checking:
            raise ExpectationFailed(message)
        self.failed.append(message)

    def api(self) -> dict[str, Any]:
        names = (
            "detect",
            "find",
            "region",
            "on",
            "near",
            "in_region",
            "pick",
            "place",
            "put",
            "push",
            "home",
            "expect",
        )
        return {
            **{n: getattr(self, n) for n in names},
            "Region": Region,
            "say": self.said.append,
            **{
                n: self._relation(getattr(relations, n))
                for n in ("inside", "left_of", "right_of", "in_front_of", "behind")
            },
        }

    def run(self, program: str) -> None:
        exec(compile(program, "<program>", "exec"), self.api())

    def check(self, goal: str) -> list[str]:
        """Messages of the clauses that do not hold."""
        self.failed, self._checking = [], True
        names = self.api()
        exec(compile(goal, "<goal>", "exec"), names)
        names["goal"]()
        self._checking = False
        return list(self.failed)


def ask(
    instruction: str,
    objects: list[SceneObject],
    *,
    session: str = "",
    program: str = "",
    feedback: str = "",
    system: str = "",
    earlier: str = "",
) -> Reply:
    """What the offline model answers."""
    parts = ["## Scene\n" + scene_table(objects)]
    parts += [f"## Session\nEarlier:\n{session}"] if session else []
    parts.append(f"## Instruction\n{instruction}")
    parts += [f"## Earlier turns\n{earlier}"] if earlier else []
    parts += [f"## Program\n```python\n{program}\n```", f"## Feedback\n{feedback}"] if feedback else []
    messages = [Message(role="system", text=system), Message(role="user", text="\n\n".join(parts))]
    return OfflineModel().complete(messages)


def fences(text: str) -> list[str]:
    """The Python blocks of a reply."""
    return [block.split("```")[0] for block in text.split("```python\n")[1:]]
