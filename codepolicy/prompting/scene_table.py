"""The scene as a text table: what the model reads, and what the rule-based writer parses back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from primitives.scene import SceneObject
from primitives.seen_as_one import doubts

HEADER = ("name", "category", "color", "x", "y", "z", "size", "yaw deg", "on")
JOINT = "joint"
"""One more column where something in view has a part that slides: how far, in m."""
STEP = 0.005
"""Positions are rounded to this many metres, so that noise seldom changes the prompt."""


def _round(value: float, digits: int = 3) -> str:
    return f"{round(value / STEP) * STEP + 0.0:.{digits}f}"


def scene_table(objects: Sequence[SceneObject]) -> str:
    """A Markdown table, one row per object, in metres and degrees, base frame, sorted by name; under it, which of them
    may be several things seen as one."""
    jointed = any(o.joint is not None for o in objects)
    header = (*HEADER, JOINT) if jointed else HEADER
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for o in sorted(objects, key=lambda o: o.name):
        x, y, z = (_round(p) for p in o.position)
        size = "x".join(_round(s) for s in o.size)
        yaw = f"{round(math.degrees(o.yaw) / 5) * 5:.0f}"
        cells = (o.name, o.category, o.color, x, y, z, size, yaw, o.on)
        joint = (("" if o.joint is None else _round(o.joint)),) if jointed else ()
        lines.append("| " + " | ".join((*cells, *joint)) + " |")
    if note := doubts(objects):
        lines += ["", note]
    return "\n".join(lines) if objects else "(nothing in view)"


def parse_scene_table(text: str) -> list[SceneObject]:
    """The objects of the first scene table in `text`; empty when there is none.

    Raises:
        ValueError: a row of the table is malformed.
    """
    objects: list[SceneObject] = []
    inside = False
    for line in text.splitlines():
        cells = tuple(c.strip() for c in line.strip().strip("|").split("|"))
        if cells in (HEADER, (*HEADER, JOINT)):
            inside = True
        elif inside and not line.lstrip().startswith("|"):
            break
        elif inside and not line.startswith("|---"):
            name, category, color, x, y, z, size, yaw, on, *joint = cells
            sx, sy, sz = (float(s) for s in size.split("x"))
            objects.append(
                SceneObject(
                    name=name,
                    category=category,
                    color=color,
                    position=(float(x), float(y), float(z)),
                    size=(sx, sy, sz),
                    yaw=math.radians(float(yaw)),
                    on=on,
                    joint=float(joint[0]) if joint and joint[0] else None,
                )
            )
    return objects
