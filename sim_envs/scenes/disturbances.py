"""Named, seeded departures from an ideal world: sensor noise, calibration, light, friction, mass, slips, clutter."""

from __future__ import annotations

import msgspec
import numpy as np

from primitives.colors import COLORS
from primitives.errors import unknown_name
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec


class Disturbances(msgspec.Struct, frozen=True, kw_only=True):
    """Strength of each disturbance; all zero is the ideal world."""

    disparity_noise: float = 0.0
    """Standard deviation of the stereo disparity in px. Depth noise follows as z² / (focal length x baseline) times
    this (Keselman et al., "Intel RealSense stereoscopic depth cameras", 2017); 0.03 px is 1 mm at 1 m."""
    dropout: float = 0.0
    """Fraction of pixels without depth, anywhere."""
    edge_dropout: float = 0.0
    """Fraction of pixels without depth where it jumps by more than 1 cm."""
    color_noise: float = 0.0
    """Standard deviation of each colour channel, of 255."""
    camera_offset: float = 0.0
    """Standard deviation of the calibrated camera position in m, per axis."""
    camera_turn: float = 0.0
    """Standard deviation of the calibrated camera orientation in deg, per axis."""
    light_change: float = 0.0
    """Brightness and colour vary by up to this fraction, and the light turns by as many half turns."""
    friction_change: float = 0.0
    """Friction of each object varies by up to this fraction."""
    mass_change: float = 0.0
    """Mass of each object varies by up to this fraction."""
    slip_rate: float = 0.0
    """How often per s of robot time the fingers lose their friction, for `SLIP_SECONDS`."""
    clutter: int = 0
    """Number of further objects that nobody asked for."""


SLIP_SECONDS = 0.4
SLIP_FRICTION = 0.002
"""Lets go even of what is light between fingers that press hard."""
BASELINE = 0.05
"""m between the imagers, as of an Intel RealSense D435."""

_MILD = Disturbances(disparity_noise=0.03, dropout=0.002, edge_dropout=0.2)
_SENSOR = Disturbances(
    disparity_noise=0.08,
    dropout=0.02,
    edge_dropout=0.6,
    color_noise=4.0,
    camera_offset=0.002,
    camera_turn=0.15,
    light_change=0.15,
)


def _with_physics(sensed: Disturbances, clutter: int = 0) -> Disturbances:
    return msgspec.structs.replace(sensed, friction_change=0.3, mass_change=0.5, slip_rate=0.03, clutter=clutter)


SETS: dict[str, Disturbances] = {
    "none": Disturbances(),
    "mild": _MILD,
    "sensor": _SENSOR,
    "physics": _with_physics(_MILD),
    "clutter": msgspec.structs.replace(_MILD, clutter=3),
    "hard": _with_physics(_SENSOR, clutter=2),
}
"""Every named set."""


def named_set(name: str) -> Disturbances:
    """The set of that name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in SETS:
        raise unknown_name("set of disturbances", name, SETS)
    return SETS[name]


def with_clutter(scene: SceneSpec, count: int, rng: np.random.Generator) -> SceneSpec:
    """`scene` and `count` further objects, in colours that its own objects do not have."""
    if count == 0:
        return scene
    taken = {o.color for o in scene.objects}
    free = [c for c in COLORS if c not in taken] or list(COLORS)
    shapes = ("cylinder", "object", "ball")
    extra = [
        ObjectSpec(shapes[int(rng.integers(len(shapes)))], free[int(rng.integers(len(free)))], size=0.04)
        for _ in range(count)
    ]
    return msgspec.structs.replace(scene, objects=(*scene.objects, *extra))


def drawn_factors(change: float, count: int, rng: np.random.Generator) -> tuple[float, ...]:
    """A factor about 1 for each of `count` objects."""
    return tuple((1.0 + rng.uniform(-change, change, count)).tolist())


def drawn_slips(rate: float, rng: np.random.Generator, *, step_s: float, horizon_s: float = 600.0) -> tuple[int, ...]:
    """Physics steps of `step_s` s at which the fingers start to slip, ascending."""
    if rate == 0.0:
        return ()
    gaps = rng.exponential(1.0 / rate, size=max(1, int(3 * rate * horizon_s)))
    return tuple(int(t / step_s) for t in np.cumsum(gaps).tolist() if t < horizon_s)
