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
    stereo_noise: float = 0.0
    """Standard deviation in m at 1 m of depth noise that neighbouring pixels share, as stereo matching makes it."""
    stereo_window: int = 0
    """px to each side over which stereo matching blends depth, which rounds edges; what only one of the two imagers
    sees has no depth, with this or `stereo_noise`."""
    holes: float = 0.0
    """Fraction of the image without depth, in patches."""
    depth_scale: float = 0.0
    """Depths are all too large, or too small, by up to this fraction."""
    darkest: float = 1.0
    brightest: float = 1.0
    """Range of the factor on all sRGB values; what goes beyond white is cut off."""
    warmest: float = 6500.0
    coldest: float = 6500.0
    """Range of the light's colour temperature in K, uniform in 1 / K; the camera does not balance it."""
    shadows: float = 0.0
    """How often a scene has shadows, half of them hard, half soft."""
    side_light: float = 0.0
    """How often the light is a lamp 15 to 45 deg above the table, 0.7 to 1.2 m away."""
    highlights: float = 0.0
    """How bright surfaces shine at most where they mirror the light."""
    table_tops: float = 0.0
    """How often the table is of another material, or covered, each of `MATERIALS` equally often."""
    latency: float = 0.0
    """s by which an image is older than it seems."""
    joint_offset: float = 0.0
    """Standard deviation in deg by which each joint is not where it is measured, as the cameras see it."""


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


_STEREO = Disturbances(stereo_noise=0.0015, stereo_window=2, holes=0.01, color_noise=2.0)
REAL = Disturbances(
    stereo_noise=0.0015,
    stereo_window=2,
    holes=0.01,
    color_noise=2.0,
    camera_offset=0.002,
    camera_turn=0.15,
    depth_scale=0.005,
    darkest=0.6,
    brightest=1.25,
    warmest=3500.0,
    coldest=7500.0,
    shadows=0.8,
    side_light=0.3,
    highlights=0.15,
    table_tops=0.7,
    latency=0.05,
    joint_offset=0.3,
)
"""A table in a room rather than in a renderer, all at once."""
REAL_PARTS: dict[str, Disturbances] = {
    "real-stereo": _STEREO,
    "real-stereo-3mm": msgspec.structs.replace(_STEREO, stereo_noise=0.003),
    "real-holes": msgspec.structs.replace(_MILD, stereo_window=1, holes=0.05),
    "real-exposure": msgspec.structs.replace(_MILD, darkest=0.4, brightest=1.4),
    "real-temperature": msgspec.structs.replace(_MILD, warmest=2700.0, coldest=8000.0),
    "real-side-light": msgspec.structs.replace(_MILD, side_light=1.0),
    "real-shadows": msgspec.structs.replace(_MILD, shadows=1.0),
    "real-highlights": msgspec.structs.replace(_MILD, highlights=0.5),
    "real-table-tops": msgspec.structs.replace(_MILD, table_tops=1.0),
    "real-extrinsics": msgspec.structs.replace(_MILD, camera_offset=0.003, camera_turn=0.3),
    "real-depth-scale": msgspec.structs.replace(_MILD, depth_scale=0.01),
    "real-joints": msgspec.structs.replace(_MILD, joint_offset=0.6),
    "real-latency": msgspec.structs.replace(_MILD, latency=0.1),
}
"""Each kind alone, to see what it costs."""

SETS: dict[str, Disturbances] = {
    "none": Disturbances(),
    "mild": _MILD,
    "sensor": _SENSOR,
    "physics": _with_physics(_MILD),
    "clutter": msgspec.structs.replace(_MILD, clutter=3),
    "hard": _with_physics(_SENSOR, clutter=2),
    "real": REAL,
    **REAL_PARTS,
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
