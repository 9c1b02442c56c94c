"""The scenes of the perception benchmark, family by family, and what the sensor adds to them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from perception_crowds import SETTLE_STEPS, in_a_bowl, in_a_box, on_the_table

from primitives.colors import COLORS
from primitives.robot import Frame

Rng = np.random.Generator
Table = dict[str, object]
"""One object of a scene file."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What the sensor adds to a clean image."""

    depth: float = 0.0
    """Standard deviation in m."""
    missing: float = 0.0
    """Fraction of pixels without depth."""
    color: float = 0.0
    """Standard deviation in grey levels."""

    def applied(self, frame: Frame, rng: Rng) -> Frame:
        """`frame` as the noisy sensor gives it."""
        depth = frame.depth + rng.normal(0, self.depth, frame.depth.shape) * (frame.depth > 0)
        depth[rng.random(depth.shape) < self.missing] = 0
        rgb = np.clip(frame.rgb + rng.normal(0, self.color, frame.rgb.shape), 0, 255)
        return replace(frame, rgb=rgb.astype(np.uint8), depth=depth.astype(np.float32))


def thinned(frame: Frame, every: int) -> Frame:
    """`frame` as a camera of lower resolution takes it."""
    K = frame.camera.K.copy()
    K[:2] /= every
    rgb, depth = frame.rgb[::every, ::every].copy(), frame.depth[::every, ::every].copy()
    camera = replace(frame.camera, K=K, width=rgb.shape[1], height=rgb.shape[0])
    return replace(frame, camera=camera, rgb=rgb, depth=depth)


STRONG = Noise(depth=0.002, missing=0.05, color=2.0)


@dataclass(frozen=True, slots=True)
class Case:
    """A family of scenes."""

    name: str
    draw: Callable[[Rng], list[Table]]
    disturbances: str = "mild"
    """Named set of the environment."""
    noise: Noise = Noise()
    """Added on top."""
    every: int = 1
    """2 keeps every second pixel: 320x240."""
    cameras: int = 2
    """How many of them look."""
    settle: int = 0
    """Further steps of physics before they do."""
    hard: bool = False
    """Whether it is known that every fifth object or so is missed, since it leans: 18.5 % in 40 dropped layouts."""


def _block(
    color: str, xy: tuple[float, float], *, size: float = 0.04, z: float | None = None, yaw: float = 0.0
) -> Table:
    return {"category": "block", "color": color, "size": size, "yaw": yaw, "position": [*xy, z or size / 2]}


def _place(rng: Rng, margin: float = 0.09) -> tuple[float, float]:
    return float(rng.uniform(0.28 + margin, 0.70 - margin)), float(rng.uniform(-0.30 + margin, 0.30 - margin))


def _colors(rng: Rng, count: int) -> list[str]:
    return [str(c) for c in rng.permutation(list(COLORS))[:count]]


def _yaw(rng: Rng) -> float:
    return float(rng.uniform(-math.pi / 4, math.pi / 4))


def _random(rng: Rng) -> list[Table]:
    """One to eight things of any category but the unknown, at most four wide ones."""
    small, wide = ["block", "block", "block", "cylinder", "ball", "mug"], ["bowl", "bowl", "plate", "zone", "box"]
    sizes = {"block": (0.025, 0.06), "cylinder": (0.03, 0.05), "ball": (0.035, 0.055), "bowl": (0.13, 0.17)}
    count = int(rng.integers(1, 9))
    broad = int(rng.integers(0, min(count, 3) + 1))
    tables: list[Table] = []
    for i in range(count):
        category = str(rng.choice(wide if i < broad else small))
        table: Table = {"category": category, "color": str(rng.choice(list(COLORS)))}
        if category in sizes:
            table["size"] = round(float(rng.uniform(*sizes[category])), 3)
        tables.append(table)
    return tables


def _blocks_and_bowls(rng: Rng) -> list[Table]:
    blocks, bowls = int(rng.integers(1, 6)), int(rng.integers(0, 4))
    names = ["block"] * blocks + ["bowl"] * bowls
    ranges = {"block": (0.025, 0.06), "bowl": (0.13, 0.17)}
    return [
        {"category": n, "color": c, "size": round(float(rng.uniform(*ranges[n])), 3)}
        for n, c in zip(names, _colors(rng, len(names)), strict=True)
    ]


def _touching(rng: Rng) -> list[Table]:
    """Two to four blocks of one colour, side by side, some shifted along the contact."""
    (x, y), yaw, color, size = _place(rng), _yaw(rng), _colors(rng, 1)[0], float(rng.choice([0.03, 0.04, 0.05]))
    cells = [(0.0, 0.0), (1.0, 0.0), (float(rng.uniform(0, 1)), 1.0), (2.0, 0.0)][: int(rng.integers(2, 5))]
    c, s, pitch = math.cos(yaw), math.sin(yaw), size + 0.0005
    return [
        _block(color, (x + pitch * (c * u - s * v), y + pitch * (s * u + c * v)), size=size, yaw=yaw) for u, v in cells
    ]


def _turned_touching(rng: Rng) -> list[Table]:
    """Two blocks of one colour that touch at a corner, turned differently."""
    (x, y), color, size = _place(rng), _colors(rng, 1)[0], 0.04
    turn, heading = float(rng.uniform(0.3, 1.2)), float(rng.uniform(-math.pi, math.pi))
    reach = size / 2 + size / 2 * (abs(math.cos(turn)) + abs(math.sin(turn))) + 0.001
    second = (x + reach * math.cos(heading), y + reach * math.sin(heading))
    return [_block(color, (x, y), yaw=heading), _block(color, second, yaw=heading + turn)]


def _own_bowl(rng: Rng) -> list[Table]:
    """A block in a bowl of its own colour."""
    color, xy = _colors(rng, 1)[0], _place(rng)
    size = float(rng.choice([0.03, 0.04]))
    angle, off = rng.uniform(0, 2 * math.pi), rng.uniform(0, 0.015)
    inside = (xy[0] + off * math.cos(angle), xy[1] + off * math.sin(angle))
    bowl: Table = {"category": "bowl", "color": color, "size": 0.15, "position": list(xy)}
    return [bowl, _block(color, inside, size=size, z=0.0085 + size / 2, yaw=_yaw(rng))]


def _tower(rng: Rng, colors: list[str]) -> list[Table]:
    xy, yaw, size = _place(rng), _yaw(rng), float(rng.choice([0.03, 0.04, 0.05]))
    tables: list[Table] = []
    for level, color in enumerate(colors):
        at = (xy[0] + float(rng.normal(0, 0.0015)), xy[1] + float(rng.normal(0, 0.0015)))
        tables.append(
            _block(color, at, size=size, z=size * (level + 0.5) + 0.0002 * level, yaw=yaw + float(rng.normal(0, 0.03)))
        )
    return tables


def _stack_of_three(rng: Rng) -> list[Table]:
    return _tower(rng, _colors(rng, 3))


def _stack_of_five(rng: Rng) -> list[Table]:
    return _tower(rng, _colors(rng, 5))


def _stack_of_one_color(rng: Rng) -> list[Table]:
    return _tower(rng, _colors(rng, 1) * 3)


def _pyramid(rng: Rng) -> list[Table]:
    """A block over the gap between two others."""
    (x, y), colors = _place(rng), _colors(rng, 3)
    ground = [_block(colors[0], (x, y - 0.0225)), _block(colors[1], (x, y + 0.0225))]
    return [*ground, _block(colors[2], (x, y), z=0.0602)]


def _mixed_stack(rng: Rng) -> list[Table]:
    """A small block on a large one, and a ball or block on a plate."""
    colors = _colors(rng, 4)
    at = (float(rng.uniform(0.36, 0.62)), float(rng.uniform(-0.2, -0.08)))
    plate = (float(rng.uniform(0.38, 0.60)), float(rng.uniform(0.08, 0.2)))
    return [
        _block(colors[0], at, size=0.06, yaw=_yaw(rng)),
        _block(colors[1], at, size=0.035, z=0.06 + 0.0177, yaw=_yaw(rng)),
        {"category": "plate", "color": colors[2], "position": list(plate)},
        _block(colors[3], plate, size=0.04, z=0.0272, yaw=_yaw(rng)),
    ]


def _occluded(rng: Rng) -> list[Table]:
    """A block close behind a tower or a mug, which hides part of it from both cameras."""
    x, y = float(rng.uniform(0.42, 0.60)), float(rng.uniform(-0.18, 0.18))
    colors = _colors(rng, 3)
    hidden = _block(
        colors[0], (x - float(rng.uniform(0.055, 0.07)), y + float(rng.uniform(-0.02, 0.02))), yaw=_yaw(rng)
    )
    if rng.random() < 0.5:
        return [hidden, _block(colors[1], (x, y)), _block(colors[2], (x, y), z=0.0602)]
    return [hidden, {"category": "cylinder", "color": colors[1], "size": 0.05, "position": [x, y]}]


def _unknown(rng: Rng) -> list[Table]:
    """Odd shapes among blocks and bowls."""
    first, second, *others = _colors(rng, 4)
    odd: list[Table] = [
        {"category": "object", "color": c, "size": float(rng.uniform(0.045, 0.07))} for c in (first, second)
    ]
    return [*odd, {"category": "block", "color": others[0]}, {"category": "bowl", "color": others[1]}]


def _unequal_tower(rng: Rng) -> list[Table]:
    """Three blocks of different sizes and colours, each turned at random, the largest at the bottom."""
    xy, colors = _place(rng), _colors(rng, 3)
    sizes = sorted(rng.choice([0.025, 0.03, 0.035, 0.04, 0.045, 0.05, 0.06], 3, replace=False), reverse=True)
    tables: list[Table] = []
    height = 0.0
    for size, color in zip(map(float, sizes), colors, strict=True):
        at = (xy[0] + float(rng.normal(0, 0.0015)), xy[1] + float(rng.normal(0, 0.0015)))
        tables.append(_block(color, at, size=size, z=height + size / 2, yaw=_yaw(rng)))
        height += size + 0.0002
    return tables


def _small(category: str, color: str, size: float, position: tuple[float, float, float], rng: Rng) -> Table:
    return {"category": category, "color": color, "size": size, "position": list(position), "yaw": _yaw(rng)}


def _solid_on_solid(rng: Rng) -> list[Table]:
    """A block, cylinder or ball, on a block, cylinder or plate, and one in a bowl or box."""
    colors = _colors(rng, 4)
    left = (float(rng.uniform(0.40, 0.58)), float(rng.uniform(0.10, 0.20)))
    right = (float(rng.uniform(0.40, 0.58)), float(rng.uniform(-0.18, -0.10)))
    base = str(rng.choice(["block", "cylinder", "plate"]))
    vessel = str(rng.choice(["bowl", "box"]))
    small = ("block", 0.04, 0.04), ("cylinder", 0.035, 0.0525), ("ball", 0.04, 0.04)
    (upper, width, high), (inner, thick, tall) = (small[int(i)] for i in rng.integers(0, 3, 2))
    known = {"block": (0.05, 0.05, 0.025), "cylinder": (0.045, 0.0675, 0.03375), "plate": (0.16, 0.007, 0.007)}
    wide, top, middle = known[base]
    off = rng.normal(0, 0.001 if base != "plate" and upper == "ball" else 0.003, 2)
    spot = (left[0] + float(off[0]), left[1] + float(off[1]))
    angle, away = rng.uniform(0, 2 * math.pi), float(rng.uniform(0, 0.012))
    within = (right[0] + away * math.cos(angle), right[1] + away * math.sin(angle))
    return [
        {"category": base, "color": colors[0], "size": wide, "position": [*left, middle], "yaw": _yaw(rng)},
        _small(upper, colors[1], width, (*spot, top + high / 2 + 0.0003), rng),
        {"category": vessel, "color": colors[2], "position": list(right), "yaw": _yaw(rng)},
        _small(inner, colors[3], thick, (*within, 0.0085 + tall / 2), rng),
    ]


def _small_boxes(rng: Rng) -> list[Table]:
    """Two open boxes 6 to 10 cm wide, one empty, one with a block in it."""
    colors = _colors(rng, 3)
    left = (float(rng.uniform(0.38, 0.60)), float(rng.uniform(0.10, 0.20)))
    right = (float(rng.uniform(0.38, 0.60)), float(rng.uniform(-0.20, -0.10)))
    tables: list[Table] = []
    for color, xy, narrowest in ((colors[0], left, 0.06), (colors[1], right, 0.07)):
        x, y = (float(rng.uniform(narrowest, 0.10)) for _ in range(2))
        height = float(rng.uniform(0.03, 0.05))
        tables.append({"category": "box", "color": color, "size": [x, y, height], "position": [*xy], "yaw": _yaw(rng)})
    return [*tables, _block(colors[2], right, size=0.03, z=0.0085 + 0.015, yaw=_yaw(rng))]


def _patterns(rng: Rng) -> list[Table]:
    """Three to five blocks of one colour that touch in an L, a square, a T or a row."""
    (x, y), yaw, color, size = _place(rng, 0.12), _yaw(rng), _colors(rng, 1)[0], float(rng.choice([0.03, 0.04, 0.05]))
    shapes = (
        ((0, 0), (1, 0), (0, 1)),
        ((0, 0), (1, 0), (2, 0), (2, 1)),
        ((0, 0), (1, 0), (0, 1), (1, 1)),
        ((0, 0), (1, 0), (2, 0), (1, 1)),
        ((0, 0), (1, 0), (2, 0), (0, 1), (0, 2)),
        ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1)),
    )
    c, s, pitch = math.cos(yaw), math.sin(yaw), size + 0.0005
    cells = shapes[int(rng.integers(len(shapes)))]
    return [
        _block(color, (x + pitch * (c * u - s * v), y + pitch * (s * u + c * v)), size=size, yaw=yaw) for u, v in cells
    ]


def _at_the_rim(rng: Rng) -> list[Table]:
    """Two blocks that touch the outside of a bowl, one of them of its colour."""
    (x, y), colors = _place(rng, 0.14), _colors(rng, 2)
    tables: list[Table] = [{"category": "bowl", "color": colors[0], "size": 0.15, "position": [x, y]}]
    start = float(rng.uniform(0, 2 * math.pi))
    for angle, color in ((start, colors[0]), (start + 2.2, colors[1])):
        away = 0.075 + 0.0215
        tables.append(_block(color, (x + away * math.cos(angle), y + away * math.sin(angle)), yaw=angle))
    return tables


def _at_the_edge(rng: Rng) -> list[Table]:
    """Blocks and a bowl whose centres are just inside the workspace."""
    colors = _colors(rng, 4)
    x, y = float(rng.uniform(0.34, 0.64)), float(rng.uniform(-0.2, 0.2))
    return [
        _block(colors[0], (0.69, y), yaw=_yaw(rng)),
        _block(colors[1], (0.29, y), yaw=_yaw(rng)),
        _block(colors[2], (x, 0.29), yaw=_yaw(rng)),
        {"category": "bowl", "color": colors[3], "size": 0.14, "position": [x, -0.29]},
    ]


def _small_and_large(rng: Rng) -> list[Table]:
    """Two blocks of 2.5 cm and two of 6 cm."""
    return [
        {"category": "block", "color": c, "size": s}
        for c, s in zip(_colors(rng, 4), (0.025, 0.025, 0.06, 0.06), strict=True)
    ]


def _all_colors(rng: Rng) -> list[Table]:
    """All twenty colours at once."""
    xs, ys = np.linspace(0.32, 0.66, 4), np.linspace(-0.26, 0.26, 5)
    spots = [(float(x), float(y)) for x in xs for y in ys]
    return [_block(c, p, size=0.035, yaw=_yaw(rng)) for c, p in zip(_colors(rng, 20), spots, strict=True)]


def _bridge(rng: Rng) -> list[Table]:
    """A beam across two pillars of one colour."""
    (x, y), colors = _place(rng, 0.13), _colors(rng, 2)
    apart, yaw = float(rng.uniform(0.04, 0.06)), float(rng.uniform(-math.pi / 2, math.pi / 2))
    c, s = math.cos(yaw) * apart, math.sin(yaw) * apart
    pillars = [_block(colors[0], (x + k * c, y + k * s), yaw=yaw) for k in (-1, 1)]
    beam: Table = {"category": "block", "color": colors[1], "size": [2 * apart + 0.06, 0.04, 0.03], "yaw": yaw}
    return [*pillars, beam | {"position": [x, y, 0.0552]}]


def _cylinders(rng: Rng) -> list[Table]:
    """Three to five cylinders of unequal width on each other."""
    (x, y), colors = _place(rng), _colors(rng, 5)
    return [
        {"category": "cylinder", "color": c, "size": [w, w, 0.05], "position": [x, y, 0.025 + 0.0501 * level]}
        for level, (c, w) in enumerate(zip(colors, (0.06, 0.05, 0.055, 0.045, 0.04), strict=True))
        if level < rng.integers(3, 6)
    ]


def _tall(rng: Rng) -> list[Table]:
    """Single blocks higher than wide."""
    sizes = [(0.04, 0.04, 0.12), (0.03, 0.03, 0.09), (0.05, 0.05, 0.1)]
    return [{"category": "block", "color": c, "size": list(z)} for c, z in zip(_colors(rng, 3), sizes, strict=True)]


def _flat(rng: Rng) -> list[Table]:
    """Single blocks wider than high."""
    every = [(0.06, 0.06, 0.03), (0.08, 0.04, 0.02), (0.07, 0.05, 0.03), (0.12, 0.08, 0.02), (0.15, 0.03, 0.03)]
    sizes = [every[int(i)] for i in rng.permutation(len(every))[:3]]
    return [{"category": "block", "color": c, "size": list(z)} for c, z in zip(_colors(rng, 3), sizes, strict=True)]


def _tableware(rng: Rng) -> list[Table]:
    """A mug on one plate, a bowl on another."""
    left = [float(rng.uniform(0.40, 0.58)), float(rng.uniform(0.10, 0.18))]
    right = [float(rng.uniform(0.40, 0.58)), float(rng.uniform(-0.18, -0.10))]
    colors = _colors(rng, 4)
    return [
        {"category": "plate", "color": colors[0], "position": left},
        {"category": "mug", "color": colors[1], "position": [*left, 0.0525]},
        {"category": "plate", "color": colors[2], "position": right},
        {"category": "bowl", "color": colors[3], "size": 0.12, "position": [*right, 0.0275]},
    ]


def _filled_bowl(rng: Rng) -> list[Table]:
    """Two or three blocks, or three balls of one colour, dropped into a bowl."""
    (x, y), colors = _place(rng, 0.13), _colors(rng, 4)
    bowl: Table = {"category": "bowl", "color": colors[0], "position": [x, y]}
    start, balls, count = float(rng.uniform(0, 2 * math.pi)), rng.random() < 0.3, int(rng.integers(2, 4))
    things: list[Table] = []
    for i in range(3 if balls else count):
        angle = start + 2 * math.pi * i / (3 if balls else count)
        at = (x + 0.027 * math.cos(angle), y + 0.027 * math.sin(angle), 0.05 + 0.05 * i)
        things.append(
            _small("ball" if balls else "block", colors[1 if balls else i + 1], 0.03 if balls else 0.04, at, rng)
        )
    return [bowl, *things]


def _unequal_twins(rng: Rng) -> list[Table]:
    """Two blocks and two bowls of one colour and unequal size."""
    first, second = _colors(rng, 2)
    blocks = [{"category": "block", "color": first, "size": s} for s in (0.03, 0.05)]
    return [*blocks, *({"category": "bowl", "color": second, "size": s} for s in (0.12, 0.16))]


CASES = (
    Case("random scenes, 1-8 objects", _random),
    Case("blocks and bowls", _blocks_and_bowls),
    Case("blocks and bowls, 2 mm depth noise, 5 % missing", _blocks_and_bowls, "none", STRONG),
    Case("random scenes, 320x240", _random, every=2),
    Case("random scenes, one camera", _random, cameras=1),
    Case("random scenes, 3 mm noise, calibration and light off", _random, "sensor"),
    Case("touching, one colour", _touching),
    Case("touching at an angle, one colour", _turned_touching),
    Case("unequal blocks of one colour close together", on_the_table),
    Case("the same in a box", in_a_box, settle=SETTLE_STEPS),
    Case("the same in a bowl", in_a_bowl, settle=SETTLE_STEPS, hard=True),
    Case("block in a bowl of its colour", _own_bowl),
    Case("stack of three", _stack_of_three),
    Case("stack of three, 2 mm depth noise, 5 % missing", _stack_of_three, "none", STRONG),
    Case("stack of three, one colour", _stack_of_one_color),
    Case("stack of five", _stack_of_five),
    Case("pyramid", _pyramid),
    Case("small on large, block on plate", _mixed_stack),
    Case("tower of unequal, turned blocks", _unequal_tower),
    Case("block, cylinder or ball on or in another thing", _solid_on_solid),
    Case("open boxes of 6-10 cm", _small_boxes),
    Case("three to five of one colour in an L, T or square", _patterns),
    Case("blocks that touch a bowl", _at_the_rim),
    Case("at the edge of the workspace", _at_the_edge),
    Case("blocks of 2.5 and 6 cm", _small_and_large),
    Case("all twenty colours", _all_colors),
    Case("all twenty colours in other light, 3 mm noise", _all_colors, "sensor"),
    Case("partly hidden", _occluded),
    Case("unknown shapes", _unknown),
    Case("a beam on two pillars", _bridge),
    Case("three to five cylinders on each other", _cylinders),
    Case("tall single blocks", _tall),
    Case("flat single blocks", _flat),
    Case("tableware on tableware", _tableware),
    Case("blocks or balls dropped into a bowl", _filled_bowl, settle=SETTLE_STEPS, hard=True),
    Case("unequal twins", _unequal_twins),
)
