"""A table with furniture that runs programs of the tool surface: no physics, but what is held slides."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from codepolicy.models.protocol import Reply
from codepolicy.prompting.prompt import system_prompt
from primitives import relations
from primitives.api import surface
from primitives.categories import CONTAINERS
from primitives.scene import Grasp, Pose, SceneObject, Vector3, Workspace
from tests.offline.table import Table, ask, thing

GRIP = (0.045, 0.025, 0.02)
DEPTH, WIDTH = 0.16, 0.30
"""Of a drawer, and of a cupboard with a sliding door, m."""
SLIDING = {"drawer": 0.104, "door": 0.13}


def furniture(name: str, x: float, y: float, joint: float, *, yaw: float = math.pi) -> SceneObject:
    """A drawer, a door or a button; yaw is the way that its front looks."""
    category = name.split()[1]
    size = {"drawer": (DEPTH, 0.18, 0.09), "door": (0.10, WIDTH, 0.09), "button": (0.09, 0.09, 0.06)}[category]
    return msgspec.structs.replace(thing(name, x, y, size), yaw=yaw, joint=joint)


def handle_of(body: SceneObject, color: str) -> SceneObject:
    """The handle where the joint has it."""
    assert body.joint is not None
    c, s = math.cos(body.yaw), math.sin(body.yaw)
    if body.category == "drawer":
        out, aside = DEPTH / 2 + body.joint + GRIP[0] / 2, 0.0
    else:
        out, aside = body.size[0] / 2 + GRIP[0] / 2, body.joint - SLIDING["door"] / 2
    x, y, _ = body.position
    placed = thing(f"{color} handle", x + c * out - s * aside, y + s * out + c * aside, GRIP, z=0.065)
    return msgspec.structs.replace(placed, yaw=body.yaw)


class Workshop(Table):
    """What programs of the tool surface see and change.

    Args:
        objects: what stands there, handles aside.
        handles: the colour of the handle of each drawer and door, by its name.
    """

    def __init__(self, objects: list[SceneObject], handles: dict[str, str]) -> None:
        super().__init__(objects)
        self.handles = handles
        self.tool: Vector3 = (0.4, 0.0, 0.4)
        self.open = True
        self.gripped: str | None = None
        """The drawer or door whose handle is held."""
        self.carried: str | None = None
        """The loose thing that is held."""
        self._renew()

    def _renew(self) -> None:
        for name, color in self.handles.items():
            self.objects[f"{color} handle"] = handle_of(self.objects[name], color)

    def grasps(self, obj: SceneObject | str) -> list[Grasp]:
        seen = self.find(obj if isinstance(obj, str) else obj.name)
        x, y, z = seen.position
        pose, above = (Pose.top_down(x, y, h, seen.yaw) for h in (z, z + 0.12))
        return [Grasp(object=seen.name, pose=pose, pre_grasp=above, width=0.02, score=1.0)]

    def close_gripper(self) -> float:
        self.open = False
        near = (n for n, c in self.handles.items() if math.dist(self.objects[f"{c} handle"].position, self.tool) < 0.01)
        self.gripped = next(near, None)
        loose = [o for o in self.objects.values() if o.joint is None and o.category not in ("handle", "zone")]
        taken = next((o for o in loose if math.dist(o.position, self.tool) < 0.01), None)
        if taken is not None:
            assert all(o.on != taken.name for o in loose), "something lies on it"
            self.carried = taken.name
            self._set(taken.name, taken.position, "gripper")
        return 0.02 if self.gripped or taken else 0.0

    def open_gripper(self) -> float:
        if self.carried is not None:
            self._drop(self.objects[self.carried])
        self.open, self.gripped, self.carried = True, None, None
        return 0.08

    def _drop(self, obj: SceneObject) -> None:
        x, y, z = obj.position
        under = [o for o in self.objects.values() if o.name != obj.name and o.on != obj.name]
        below = [o for o in under if math.dist(o.position[:2], (x, y)) < max(o.size[:2]) / 2 and o.top < z]
        carrier = max(below, key=lambda o: o.top, default=None)
        floor = carrier.top if carrier else 0.0
        assert z - obj.size[2] / 2 - floor < 0.01, f"{obj.name} falls"
        if carrier and carrier.category in CONTAINERS:
            floor = relations.bottom(carrier) + 0.004
        self._set(obj.name, (x, y, floor + obj.size[2] / 2), carrier.name if carrier else "table")

    def _carry(self, before: Vector3) -> None:
        if self.carried is not None:
            x, y, z = (
                p + b - a for p, a, b in zip(self.objects[self.carried].position, before, self.tool, strict=True)
            )
            self._set(self.carried, (x, y, z), "gripper")

    def move_to(self, pose: Pose) -> None:
        assert self.gripped is None, "carried off with the handle in the hand"
        before, self.tool = self.tool, pose.position
        self._carry(before)

    def move_linear(self, pose: Pose) -> None:
        before, self.tool = self.tool, pose.position
        self._carry(before)
        if self.gripped is not None:
            body = self.objects[self.gripped]
            yaw = body.yaw + (math.pi / 2 if body.category == "door" else 0.0)
            way = [b - a for a, b in zip(before, self.tool, strict=True)]
            along = way[0] * math.cos(yaw) + way[1] * math.sin(yaw)
            aside = math.hypot(way[0] - along * math.cos(yaw), way[1] - along * math.sin(yaw))
            assert aside < 0.003 and abs(way[2]) < 1e-6, "pulled at a slant"
            self._slide(body, along)
        elif not self.open:
            for button in [o for o in self.objects.values() if o.category == "button"]:
                if math.dist(button.position[:2], self.tool[:2]) < 0.02:
                    self._press(button, button.top - (self.tool[2] - 0.009))

    def _slide(self, body: SceneObject, along: float) -> None:
        joint = (body.joint or 0.0) + along
        assert -0.001 <= joint <= SLIDING[body.category] + 0.001, "run against the stop"
        self.objects[body.name] = msgspec.structs.replace(body, joint=joint)
        self._renew()

    def _press(self, button: SceneObject, depth: float) -> None:
        assert depth < 0.021, "pushed through the button"
        if depth > 0.015:
            self.objects[button.name] = msgspec.structs.replace(button, joint=0.02)

    def api(self) -> dict[str, Any]:
        names = ("grasps", "close_gripper", "open_gripper", "move_to", "move_linear")
        mine = {n: getattr(self, n) for n in names}
        return {
            **super().api(),
            **mine,
            "holding": lambda: bool(self.gripped or self.carried),
            "Pose": Pose,
            "SceneObject": SceneObject,
        }


def tell(instruction: str, workshop: Workshop, *, level: str = "tool", program: str = "", feedback: str = "") -> Reply:
    """What the offline model answers to somebody at this workshop."""
    system = system_prompt(surface(level, alone=True), Workspace())
    return ask(instruction, list(workshop.objects.values()), system=system, program=program, feedback=feedback)
