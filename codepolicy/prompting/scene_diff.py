"""What is different between two looks at one scene, as a short table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from codepolicy.prompting import quoting
from primitives.categories import category
from primitives.scene import SceneObject

MOVED = 0.01
"""Smaller displacements in m are noise."""
TURNED = math.radians(10)
"""Smaller rotations in rad are noise."""

SQUARE = 0.12
"""Relative difference of two sides below which they count as equal."""


def changes_table(before: Sequence[SceneObject], after: Sequence[SceneObject], limit: int = 8) -> str:
    """One row for each object that moved, turned, appeared or is no longer seen, largest move first."""
    old = {o.name: o for o in before}
    new = {o.name: o for o in after}
    rows: list[tuple[float, str]] = []
    for name in sorted(old.keys() | new.keys()):
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            rows.append((math.inf, f"| {quoting.name(name)} | {_place(a)} | {_place(b)} | |"))
            continue
        distance = math.dist(a.position, b.position)
        turned = _turn(a, b)
        if distance >= MOVED or abs(turned) >= TURNED or a.on != b.on:
            what = f"moved {distance:.3f} m"
            if abs(turned) >= TURNED:
                what += f", turned {math.degrees(turned):.0f} deg"
            rows.append((distance, f"| {quoting.name(name)} | {_place(a)} | {_place(b)} | {what} |"))
    if not rows:
        return "nothing"
    rows.sort(key=lambda row: -row[0])
    shown = [row for _, row in rows[:limit]]
    if len(rows) > limit:
        shown.append(f"| ({len(rows) - limit} more) | | | |")
    return "\n".join(["| object | start | now | change |", "|---|---|---|---|", *shown])


def moves(before: Sequence[SceneObject], after: Sequence[SceneObject], limit: int = 6) -> str:
    """The same in a few words, for a history: what moved from where to where."""
    new = {o.name: o for o in after}
    parts = [
        f"{quoting.name(a.name)} from {_place(a)} to {_place(b)}"
        for a in before
        if (b := new.get(a.name)) is not None and (math.dist(a.position, b.position) >= MOVED or a.on != b.on)
    ]
    return "; ".join(parts[:limit]) + (f"; {len(parts) - limit} more" if len(parts) > limit else "")


def _turn(a: SceneObject, b: SceneObject) -> float:
    """Smallest rotation in rad that turns the outline of `a` into that of `b`: turned by a quarter, a square is as it
    was, a rectangle after half a turn, and a disc always."""
    kind = category(b.category)
    if kind.disc:
        return 0.0
    if kind.facing or kind.handled:
        period = 2 * math.pi
    else:
        length, width, _ = a.size
        period = math.pi / 2 if abs(length - width) < SQUARE * max(length, width) else math.pi
    return (b.yaw - a.yaw + period / 2) % period - period / 2


def _place(o: SceneObject | None) -> str:
    if o is None:
        return "not seen"
    x, y, z = o.position
    return f"({x:.3f}, {y:.3f}, {z:.3f}) on {quoting.name(o.on)}"
