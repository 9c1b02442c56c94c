"""Places on a circle: evenly round it, or on the part of it that the table has room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from codepolicy.offline.codegen.program_writer import GoalClause, number, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.parser.meaning import ArrangementShape
from primitives.scene import SceneObject

STEPS = 72
"""Angles that are tried."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Where things go on a circle."""

    radius: float
    """m"""
    turns: tuple[float, ...]
    """Angles from +x, rad, one for each thing."""

    @property
    def step(self) -> float:
        """The smallest angle between neighbours, rad."""
        gaps = [b - a for a, b in zip(self.turns, self.turns[1:], strict=False)]
        return min(*gaps, 2 * math.pi - self.turns[-1] + self.turns[0]) if gaps else math.pi


def around(
    belief: Belief, shape: ArrangementShape, things: Sequence[SceneObject], anchors: Sequence[SceneObject]
) -> Ring:
    """Evenly round the anchor where the table has room for that, else as evenly as it has.

    Raises:
        Declined: too little of the circle is on the table.
    """
    n = len(things)
    widest = max(max(o.size[:2]) for o in things)
    radius = (shape.spacing or widest + 0.05) / (2 * math.sin(math.pi / n))
    if anchors:
        radius = max(radius, (max(anchors[0].size[:2]) + widest) / 2 + 0.03)
    radius = round(radius, 3)
    even = Ring(radius, tuple(2 * math.pi * i / n for i in range(n)))
    if shape.kind != "circle" or not anchors:
        return even
    x, y, _ = anchors[0].position
    names = [anchors[0].name, *(o.name for o in things)]

    def faults(ring: Ring) -> int:
        spots = [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in ring.turns]
        off = sum(not belief.workspace.table.contains(spot, 0.01) for spot in spots)
        taken = sum(not belief.clear(s, o.name, ignoring=names) for s, o in zip(spots, things, strict=True))
        return 100 * off + taken

    unit = 2 * math.pi / STEPS
    turned = [Ring(radius, tuple(t + k * unit for t in even.turns)) for k in range(STEPS // n)]
    best = min(turned, key=faults)
    if faults(best) < 100:
        return best
    apart = 2 * math.asin(min(1.0, (widest + 0.02) / (2 * radius)))
    arcs = [
        Ring(radius, tuple(start * unit + i * step * unit for i in range(n)))
        for start in range(STEPS)
        for step in range(math.ceil(apart / unit), STEPS // n)
    ]
    fitting = [arc for arc in arcs if faults(arc) < 100]
    if not fitting:
        raise Declined(
            f"There is no room for {n} things round the {anchors[0].name}: it stands too near to the edge of the table."
        )
    return max(fitting, key=lambda arc: (-faults(arc), arc.step))


def code(ring: Ring) -> list[str]:
    """Lines that define `shape`, relative to the centre."""
    r = number(ring.radius)
    turns = ", ".join(f"{t:.2f}" for t in ring.turns)
    return [
        f"turns = [{turns}]",
        f"shape = [({r} * math.cos(turn), {r} * math.sin(turn)) for turn in turns]  # a circle, radius {r} m",
    ]


def clauses(
    ring: Ring, names: tuple[str, ...], places: Sequence[str], anchors: Sequence[SceneObject]
) -> list[GoalClause]:
    """What must hold in the end; `places` are lines that define `xs` and `ys`."""
    center = f"find({quoted(anchors[0].name)}).position" if anchors else "(sum(xs) / len(xs), sum(ys) / len(ys))"
    setup = (
        *places,
        f"middle = {center}",
        "far = [math.dist((x, y), middle[:2]) for x, y in zip(xs, ys)]",
    )
    neighbors = "steps = [math.dist(p, q) for p, q in zip(zip(xs, ys), zip([*xs[1:], xs[0]], [*ys[1:], ys[0]]))]"
    low = number(2 * ring.radius * math.sin(ring.step / 2) - 0.03)
    on_it = f"{phrasing.listed(names)} are on a circle of {number(ring.radius)} m"
    return [
        GoalClause("", f"all(abs(d - {number(ring.radius)}) < 0.03 for d in far)", on_it, setup, names),
        GoalClause("", f"min(steps) > {low}", "they are spread round the circle", (*setup, neighbors), names),
    ]
