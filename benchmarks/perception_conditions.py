"""How well the default detector sees under other conditions than clean renders, one kind after the other.

Each condition is a set of disturbances, some exact values, over scenes of one to eight things.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from unittest import mock

import msgspec
import numpy as np
from perception_cases import CASES, Case

from primitives.robot import CameraInfo
from sim_envs.rendering import setting as settings
from sim_envs.rendering import table_tops
from sim_envs.scenes import disturbances as sets
from sim_envs.scenes.disturbances import Disturbances

MILD = sets.SETS["mild"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which a table differs from the clean one."""

    name: str
    disturbances: Disturbances
    material: str | None = None
    """Of the table; None for the plain one, or as drawn."""
    camera: tuple[float, float] = (0.0, 0.0)
    """m and deg by which each camera is off, in a direction that the seed draws."""
    goal: tuple[float, float] = (0.97, 0.1)
    """Right names, at least, and false things per scene, at most."""
    hard: bool = field(default=False)


def _light(**values: float) -> Disturbances:
    return msgspec.structs.replace(MILD, **values)


def _exposure(factor: float) -> Disturbances:
    return _light(darkest=factor - 1e-6, brightest=factor)


def _temperature(kelvin: float) -> Disturbances:
    return _light(warmest=kelvin - 1e-3, coldest=kelvin)


CONDITIONS: tuple[Condition, ...] = (
    Condition("clean", MILD, goal=(0.99, 0.02)),
    *(Condition(f"table of {m}", MILD, material=m) for m in table_tops.MATERIALS),
    Condition("shadows", sets.REAL_PARTS["real-shadows"]),
    Condition("lamp from one side", sets.REAL_PARTS["real-side-light"]),
    Condition("lamp from one side with shadows", _light(side_light=1.0, shadows=1.0)),
    Condition("highlights", sets.REAL_PARTS["real-highlights"]),
    *(Condition(f"light x {f}", _exposure(f)) for f in (0.3, 0.4, 0.6, 1.2, 1.4, 1.6)),
    *(Condition(f"{t} K", _temperature(t)) for t in (2700, 3500, 5000, 8000)),
    Condition("stereo noise 1.5 mm", sets.REAL_PARTS["real-stereo"]),
    Condition("stereo noise 3 mm", sets.REAL_PARTS["real-stereo-3mm"], goal=(0.9, 0.3)),
    Condition("holes", sets.REAL_PARTS["real-holes"]),
    Condition("extrinsics 5 mm, 0.5 deg", MILD, camera=(0.005, 0.5)),
    Condition("extrinsics 10 mm, 1 deg", MILD, camera=(0.010, 1.0), hard=True),
    Condition("depth scale 1 %", sets.REAL_PARTS["real-depth-scale"]),
    Condition("joints off", sets.REAL_PARTS["real-joints"]),
    Condition("real", sets.REAL, goal=(0.9, 0.3), hard=True),
)
SCENES = "random scenes, 1-8"


def case_of(condition: Condition) -> Case:
    """The benchmark case that shows its scenes."""
    base = next(c for c in CASES if c.name.startswith(SCENES))
    return replace(base, name=condition.name, disturbances=f"condition: {condition.name}")


@contextlib.contextmanager
def set_up(condition: Condition) -> Iterator[None]:
    """While it lasts, a trial can be asked for under the disturbances of `case_of(condition)`."""
    name, original = f"condition: {condition.name}", settings.drawn_setting

    def drawn(d: Disturbances, light: settings.Light, dof: int, seed: int, rng: np.random.Generator) -> object:
        made = original(d, light, dof, seed, rng)
        if condition.material is None:
            return made
        return replace(made, table_top=table_tops.table_top(condition.material, seed))

    def off(true: CameraInfo, d: Disturbances, rng: np.random.Generator) -> CameraInfo:
        del d
        way, axis = (v / np.linalg.norm(v) for v in rng.normal(size=(2, 3)))
        error = np.eye(4)
        x, y, z = axis * np.deg2rad(condition.camera[1])
        skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        error[:3, :3] += skew + skew @ skew / 2
        error[:3, 3] = way * condition.camera[0]
        return replace(true, T_base_camera=true.T_base_camera @ error)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(sets.SETS, {name: condition.disturbances}))
        stack.enter_context(mock.patch("sim_envs.world_setup.drawn_setting", drawn))
        if any(condition.camera):
            stack.enter_context(mock.patch("sim_envs.world_setup.miscalibrated", off))
        yield
