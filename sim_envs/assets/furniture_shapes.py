"""Furniture: things bolted to the table with one part that slides, in numbers alone.

A piece of furniture has a body, a slider on one prismatic joint, and sometimes a grip on the slider for two fingers.
Its frame's origin is the centre of the closed body's bounding box; x points out of the front, z up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from primitives.categories import BOARD, BUTTON_CAP, HANDLE, HANDLE_DROP, travel
from primitives.scene import Vector3
from sim_envs.assets.meshes import Mesh, box_mesh, joined, revolved


@dataclass(frozen=True, slots=True)
class Solid:
    """A box, or an upright cylinder of diameter `size[0]`."""

    center: Vector3
    """m, in the furniture's frame with the joint at zero."""
    size: Vector3
    """Extent (x, y, z) in m."""
    round: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What moves as one and has one colour."""

    solids: tuple[Solid, ...]
    paint: Literal["color", "accent"]
    """Which of the object's two colours it has."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """A body, and what slides in it."""

    body: Part
    slider: Part
    grip: Part | None
    """Fixed to the slider and reported as an object of its own, "handle"; one solid."""
    axis: Vector3
    """Unit vector along which the slider moves, in the furniture's frame."""
    travel: float
    """The joint goes from 0 to so many m."""
    friction: float
    """Force in N that a slow hand has to overcome."""
    damping: float
    """N s/m."""
    latch: float | None = None
    """Joint position in m beyond which a spring holds the slider at the far end and below which it brings it back; None
    without a spring."""
    spring: float = 0.0
    """N."""
    mass: float = 0.3
    """kg of the slider."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Body, slider and grip, which are the links -1, 0 and 1."""
        return (self.body, self.slider, *((self.grip,) if self.grip else ()))


PLAY = 0.003
"""Gap in m between what slides and what it slides in."""


@lru_cache(maxsize=64)
def furniture_of(category: str, extent: Vector3) -> Furniture:
    """A drawer, door or button; `extent` (x, y, z) of the closed body in m, without the handle."""
    return _BUILDERS[category](extent)


@lru_cache(maxsize=256)
def part_mesh(part: Part) -> Mesh:
    """The surface of a part, in the furniture's frame."""
    return joined([_mesh(s) for s in part.solids])


def _mesh(solid: Solid) -> Mesh:
    (x, y, z), (a, b, c) = solid.center, (e / 2 for e in solid.size)
    if solid.round:
        return revolved([(0, z - c), (a, z - c), (a, z + c), (0, z + c)], center=(x, y))
    return box_mesh((x - a, y - b, z - c), (x + a, y + b, z + c))


def _between(low: Vector3, high: Vector3) -> Solid:
    center = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
    return Solid(center, (high[0] - low[0], high[1] - low[1], high[2] - low[2]))


def _carcass(extent: Vector3, front: float) -> tuple[Solid, ...]:
    """Floor, ceiling, back and two sides, open at the front; the ceiling reaches to `front` m."""
    x, y, z = (e / 2 for e in extent)
    inner = front - BOARD - PLAY if front == x else front
    return (
        _between((-x, -y, -z), (inner, y, -z + BOARD)),
        _between((-x, -y, z - BOARD), (front, y, z)),
        _between((-x, -y, -z + BOARD), (-x + BOARD, y, z - BOARD)),
        _between((-x + BOARD, -y, -z + BOARD), (inner, -y + BOARD, z - BOARD)),
        _between((-x + BOARD, y - BOARD, -z + BOARD), (inner, y, z - BOARD)),
    )


def _cupboard(extent: Vector3, ceiling: float, slider: tuple[Solid, ...], *, axis: Vector3, travel: float) -> Furniture:
    """A carcass whose ceiling reaches to `ceiling` m, and its slider, with the handle on the first solid."""
    front, top = extent[0] / 2, extent[2] / 2
    handle = Solid((front + HANDLE[0] / 2, slider[0].center[1], top - HANDLE_DROP), HANDLE)
    return Furniture(
        body=Part(_carcass(extent, ceiling), "color"),
        slider=Part(slider, "color"),
        grip=Part((handle,), "accent"),
        axis=axis,
        travel=travel,
        friction=1.5,
        damping=8.0,
    )


def _drawer(extent: Vector3) -> Furniture:
    x, y, z = (e / 2 for e in extent)
    front = x - BOARD
    wide, low, high, wall = y - BOARD - PLAY, -z + BOARD + PLAY, z - BOARD - 0.015, 0.006
    back = -x + BOARD + PLAY
    tray = (
        _between((front, -y, -z + PLAY), (x, y, z - BOARD)),
        _between((back, -wide, low), (front, wide, low + wall)),
        _between((back, -wide, low + wall), (back + wall, wide, high)),
        _between((back + wall, -wide, low + wall), (front, -wide + wall, high)),
        _between((back + wall, wide - wall, low + wall), (front, wide, high)),
    )
    return _cupboard(extent, front, tray, axis=(1.0, 0.0, 0.0), travel=travel("drawer", extent))


def _door(extent: Vector3) -> Furniture:
    x, y, z = (e / 2 for e in extent)
    panel = _between((x - BOARD, -y + BOARD, -z + PLAY), (x, BOARD, z - BOARD - PLAY))
    return _cupboard(extent, x, (panel,), axis=(0.0, 1.0, 0.0), travel=travel("door", extent))


def _button(extent: Vector3) -> Furniture:
    x, y, z = (e / 2 for e in extent)
    cap = Solid((0.0, 0.0, z - BUTTON_CAP / 2 - 0.002), (1.1 * x, 1.1 * x, BUTTON_CAP + 0.004), round=True)
    return Furniture(
        body=Part((_between((-x, -y, -z), (x, y, z - BUTTON_CAP)),), "accent"),
        slider=Part((cap,), "color"),
        grip=None,
        axis=(0.0, 0.0, -1.0),
        travel=travel("button", extent),
        friction=0.5,
        damping=4.0,
        latch=0.75 * travel("button", extent),
        spring=4.0,
        mass=0.05,
    )


_BUILDERS: dict[str, Callable[[Vector3], Furniture]] = {"drawer": _drawer, "door": _door, "button": _button}
