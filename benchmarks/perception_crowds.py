"""Blocks of one colour close together: in an open box, in a bowl, and on the table."""

from __future__ import annotations

import math

import numpy as np
from shapely import Polygon, box
from shapely.geometry import Point

from primitives.colors import COLORS

Rng = np.random.Generator
Table = dict[str, object]

SETTLE_STEPS = 240
"""How long what is let go over a floor or wall takes to lie still: 1 s."""
_FLOOR = 0.0085
"""m above the table: just over the floor of a bowl or box."""
_SIZES = (0.025, 0.03, 0.035, 0.04, 0.045, 0.05)
_GAPS = (0.0006, 0.002, 0.004, 0.008, 0.015)
"""m between a block and the nearest other one."""
_FOOT, _STEEP = 0.30, 1.8
"""Of a bowl: radius of its floor over its diameter, and how much its wall rises, at most, for each m outwards."""


def in_a_box(rng: Rng) -> list[Table]:
    """Two or three blocks of one colour and mostly of unequal size, near or touching, anywhere in an open box."""
    (x, y), (own, vessel) = _place(rng), _colors(rng)
    width, depth = float(rng.uniform(0.14, 0.22)), float(rng.uniform(0.12, 0.18))
    turn = float(rng.uniform(-math.pi / 4, math.pi / 4))
    squares = _close_together(rng, box(-width / 2, -depth / 2, width / 2, depth / 2).buffer(-0.007), _SIZES)
    c, s = math.cos(turn), math.sin(turn)
    blocks = [
        _block(own, (x + c * q.x - s * q.y, y + s * q.x + c * q.y), q.edge, _FLOOR, q.yaw + turn) for q in squares
    ]
    size = [width, depth, 0.05]
    return [{"category": "box", "color": vessel, "size": size, "position": [x, y], "yaw": turn}, *blocks]


def in_a_bowl(rng: Rng) -> list[Table]:
    """The same in a bowl: most stand on its floor, some lean on its wall."""
    (x, y), (own, vessel) = _place(rng), _colors(rng)
    size = float(rng.uniform(0.14, 0.17))
    foot = _FOOT * size
    squares = _close_together(rng, Point(0, 0).buffer(foot + 0.008), _SIZES[:4])
    beyond = [max(0.0, max(math.hypot(*p) for p in q.outline.exterior.coords) - foot) for q in squares]
    blocks = [
        _block(own, (x + q.x, y + q.y), q.edge, _FLOOR + _STEEP * b, q.yaw)
        for q, b in zip(squares, beyond, strict=True)
    ]
    return [{"category": "bowl", "color": vessel, "size": size, "position": [x, y]}, *blocks]


def on_the_table(rng: Rng) -> list[Table]:
    """The same on the table."""
    (x, y), (own, _) = _place(rng), _colors(rng)
    squares = _close_together(rng, Point(0, 0).buffer(0.08), _SIZES)
    return [_block(own, (x + q.x, y + q.y), q.edge, 0.0, q.yaw) for q in squares]


class _Square:
    """A block from above."""

    def __init__(self, x: float, y: float, edge: float, yaw: float) -> None:
        self.x, self.y, self.edge, self.yaw = x, y, edge, yaw
        corners = [yaw + math.pi / 4 + i * math.pi / 2 for i in range(4)]
        reach = edge / math.sqrt(2)
        self.outline = Polygon([(x + reach * math.cos(a), y + reach * math.sin(a)) for a in corners])


def _close_together(rng: Rng, inside: Polygon, sizes: tuple[float, ...]) -> list[_Square]:
    """Two or three squares `inside`, each at one of `_GAPS` from the nearest other, in line or turned at will."""
    wanted = int(rng.integers(2, 4))
    x0, y0, x1, y1 = inside.bounds
    squares: list[_Square] = []
    for _ in range(4000):
        if len(squares) == wanted:
            break
        edge, gap = float(rng.choice(sizes)), float(rng.choice(_GAPS))
        yaw = float(rng.uniform(-math.pi / 4, math.pi / 4))
        if not squares:
            square = _Square(float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1)), edge, yaw)
        else:
            first, heading = squares[int(rng.integers(len(squares)))], float(rng.uniform(-math.pi, math.pi))
            yaw = first.yaw if rng.random() < 0.5 else yaw
            square = _beside(first, edge, yaw, heading, gap)
            if any(square.outline.distance(s.outline) < gap - 1e-4 for s in squares):
                continue
        if inside.contains(square.outline):
            squares.append(square)
    return squares


def _beside(first: _Square, edge: float, yaw: float, heading: float, gap: float) -> _Square:
    """The square that, coming from `heading`, stops `gap` m from `first`."""
    near, far = 0.0, 0.2
    for _ in range(20):
        middle = (near + far) / 2
        square = _Square(first.x + middle * math.cos(heading), first.y + middle * math.sin(heading), edge, yaw)
        near, far = (near, middle) if square.outline.distance(first.outline) > gap else (middle, far)
    return _Square(first.x + far * math.cos(heading), first.y + far * math.sin(heading), edge, yaw)


def _block(color: str, xy: tuple[float, float], edge: float, floor: float, yaw: float) -> Table:
    return {"category": "block", "color": color, "size": edge, "yaw": yaw, "position": [*xy, floor + edge / 2]}


def _place(rng: Rng) -> tuple[float, float]:
    return float(rng.uniform(0.40, 0.58)), float(rng.uniform(-0.18, 0.18))


def _colors(rng: Rng) -> tuple[str, str]:
    first, second = rng.permutation(list(COLORS))[:2]
    return str(first), str(second)
