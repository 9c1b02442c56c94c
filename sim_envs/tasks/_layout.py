"""Arranging a scene from a seed: objects that do not crowd each other, named places kept free."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Sequence

import msgspec

from primitives.categories import category
from primitives.colors import CAP_COLORS
from primitives.errors import ConfigurationError
from primitives.scene import Region, Vector2, Vector3
from sim_envs.judging.truth_geometry import WORKSPACE
from sim_envs.language.templates import Attributes, colors
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec, heights

GAP = 0.04
"""Free space in m around every object: an open finger is 2 cm thick and needs as much room to move."""
ATTEMPTS = 2000

Accept = Callable[[Sequence[ObjectSpec]], bool]


def block(color: str, size: float = 0.04, *, name: str | None = None, at: Vector2 | None = None) -> ObjectSpec:
    """A cube of `size` m."""
    return ObjectSpec("block", color, name, (size, size, size), at, None if at is None else 0.0)


def bowl(color: str) -> ObjectSpec:
    """A bowl of 15 cm, 5 cm high."""
    return ObjectSpec("bowl", color, None, (0.15, 0.15, 0.05))


def wide_bowl(color: str) -> ObjectSpec:
    """A bowl of 17 cm, in which three blocks find room beside each other."""
    return ObjectSpec("bowl", color, None, (0.17, 0.17, 0.05))


def box(color: str) -> ObjectSpec:
    """An open box of 22 cm by 18 cm, 5 cm high."""
    return ObjectSpec("box", color, None, (0.22, 0.18, 0.05), None, 0.0)


def zone(color: str, size: float = 0.14) -> ObjectSpec:
    """A coloured square on the table."""
    return ObjectSpec("zone", color, None, (size, size, 0.001), None, 0.0)


def item(description: str, size: Vector3) -> ObjectSpec:
    """A thing called "<color> <category>"."""
    color, category = description.split(" ", 1)
    return ObjectSpec(category, color, None, size)


def upon(spec: ObjectSpec, below: ObjectSpec, *, floor: float | None = None) -> ObjectSpec:
    """`spec` resting on `below`, which is placed; or at `floor` m above the table, inside of it."""
    x, y = position(below)
    ground = heights(below)[1] if floor is None else floor
    return msgspec.structs.replace(spec, position=(x, y, round(ground + spec.extent[2] / 2, 4)), yaw=below.yaw)


def palette(rng: random.Random, attributes: Attributes, count: int, *, first: Iterable[str] = ()) -> list[str]:
    """`count` different colours, beginning with `first`, of the attribute set as far as it goes (five)."""
    chosen = list(dict.fromkeys(first))
    rest = [color for color in colors(attributes) if color not in chosen]
    rng.shuffle(rest)
    more = [color for color in CAP_COLORS if color not in chosen + rest]
    rng.shuffle(more)
    return (chosen + rest + more)[: max(count, len(chosen))]


def color_of(description: str) -> str:
    """The colour in "<color> <category>"."""
    return description.split(" ", 1)[0]


def block_and_anchor(
    thing: str, anchor: str, rng: random.Random, attributes: Attributes
) -> tuple[list[ObjectSpec], int]:
    """A block, what it is to be put beside, and others: two or three blocks, one or two bowls.

    Returns:
        The objects, `thing` first, and the index of `anchor`.
    """
    named = (thing, anchor)
    blocks = palette(rng, attributes, 2, first=(color_of(v) for v in named if v.endswith("block")))
    bowls = palette(rng, attributes, rng.choice((1, 2)), first=(color_of(v) for v in named if v.endswith("bowl")))
    objects = [*map(block, blocks), *map(bowl, bowls)]
    return objects, next(i for i, o in enumerate(objects) if f"{o.color} {o.category}" == anchor)


def radius(spec: ObjectSpec) -> float:
    """Radius in m of the smallest circle around the outline."""
    x, y, _ = spec.extent
    return x / 2 if category(spec.category).disc else math.hypot(x, y) / 2


def position(spec: ObjectSpec) -> Vector2:
    """Where an arranged object stands, (x, y) in m."""
    assert spec.position is not None
    return spec.position[0], spec.position[1]


def arrange(
    rng: random.Random,
    objects: Sequence[ObjectSpec],
    *,
    free: Iterable[Region] = (),
    gap: float = GAP,
    accept: Accept | None = None,
    name: str = "",
) -> SceneSpec:
    """`objects` at random places, those with a position where they are.

    Args:
        rng: the only source of chance.
        objects: what the scene holds; blocks without a yaw are turned at random.
        free: places that nothing stands in.
        gap: smallest distance in m between two outlines (by their circles).
        accept: refuses an arrangement, for what a task needs beyond this.
        name: name of the scene.

    Raises:
        ConfigurationError: no arrangement was found; says how many objects of which size were to fit.
    """
    kept_free = tuple(free)
    radii = [radius(o) for o in objects]
    largest_first = sorted(range(len(objects)), key=lambda i: (objects[i].position is None, -radii[i]))
    for _ in range(ATTEMPTS):
        circles: list[Circle] = []
        placed: dict[int, ObjectSpec] = {}
        for index in largest_first:
            spec, r = objects[index], radii[index]
            spot = _spot(rng, r, circles, kept_free, gap) if spec.position is None else position(spec)
            if spot is None:
                break
            circles.append((*spot, r))
            turn = rng.uniform(-math.pi / 4, math.pi / 4)
            yaw = 0.0 if category(spec.category).disc else round(turn, 4) if spec.yaw is None else spec.yaw
            placed[index] = msgspec.structs.replace(spec, position=spec.position or spot, yaw=yaw)
        else:
            arranged = tuple(placed[i] for i in range(len(objects)))
            if accept is None or accept(arranged):
                return SceneSpec(arranged, name)
    sizes = ", ".join(f"{o.color} {o.category} ({2 * radius(o):.2f} m)" for o in objects)
    raise ConfigurationError(f"no arrangement of {sizes} found with {gap:g} m between them; use fewer or smaller ones.")


Circle = tuple[float, float, float]
"""Centre (x, y) and radius in m."""


def _spot(
    rng: random.Random, r: float, placed: Sequence[Circle], free: tuple[Region, ...], gap: float
) -> Vector2 | None:
    margin = max(r, 0.035)
    (x0, y0), (x1, y1) = WORKSPACE.low[:2], WORKSPACE.high[:2]
    for _ in range(60):
        x, y = round(rng.uniform(x0 + margin, x1 - margin), 4), round(rng.uniform(y0 + margin, y1 - margin), 4)
        if any(math.hypot(x - cx, y - cy) < r + cr + gap for cx, cy, cr in placed):
            continue
        if any(_distance((x, y), region) < r + gap / 2 for region in free):
            continue
        return (x, y)
    return None


def _distance(point: Vector2, region: Region) -> float:
    dx = max(region.low[0] - point[0], 0.0, point[0] - region.high[0])
    dy = max(region.low[1] - point[1], 0.0, point[1] - region.high[1])
    return math.hypot(dx, dy)


def tower_scene(rng: random.Random, blocks: Sequence[ObjectSpec], bowls: Iterable[str]) -> SceneSpec:
    """The blocks in one tower, the first at the bottom, and bowls of these colours beside it."""
    scene = arrange(rng, [blocks[0], *map(bowl, bowls)], gap=0.06)
    tower = [scene.objects[0]]
    for spec in blocks[1:]:
        tower.append(upon(spec, tower[-1]))
    return SceneSpec((*tower, *scene.objects[1:]))


def apart(values: Iterable[float], least: float) -> bool:
    """Whether no two of the values are closer than `least`."""
    order = sorted(values)
    return all(b - a >= least for a, b in itertools.pairwise(order))
