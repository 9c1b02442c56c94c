"""What a camera makes of a trial: its light and table, and the errors of its sensor, as the seed draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim_envs.rendering.light import Light, lifelike_light
from sim_envs.rendering.table_tops import MATERIALS, TableTop, table_top
from sim_envs.scenes.disturbances import Disturbances


@dataclass(frozen=True, slots=True)
class Setting:
    """Of one trial."""

    light: Light
    table_top: TableTop | None = None
    """None for the plain table."""
    exposure: float = 1.0
    """Factor on sRGB values."""
    depth_scale: float = 1.0
    joint_offset: NDArray[np.float64] | None = None
    """(dof,) rad."""

    @property
    def conditions(self) -> dict[str, float | int | str | bool]:
        """What was drawn, for results; empty where nothing was."""
        light, ordinary, drawn = self.light, Light(), dict[str, float | int | str | bool]()
        for field in fields(Light):
            value = getattr(light, field.name)
            if value != getattr(ordinary, field.name):
                drawn[f"drawn_{field.name}"] = _told(value)
        if self.table_top is not None:
            drawn["drawn_table_top"] = self.table_top.material
        if self.exposure != 1.0:
            drawn["drawn_exposure"] = self.exposure
        if self.depth_scale != 1.0:
            drawn["drawn_depth_scale"] = self.depth_scale
        if self.joint_offset is not None:
            drawn["drawn_joint_offset_deg"] = _told(np.rad2deg(self.joint_offset).tolist())
        return drawn


def _told(value: float | Sequence[float]) -> float | str:
    return " ".join(f"{v:.6g}" for v in value) if isinstance(value, Sequence) else value


def drawn_setting(disturbances: Disturbances, light: Light, dof: int, seed: int, rng: np.random.Generator) -> Setting:
    """The setting of a trial with `light`; sets without such disturbances draw nothing from `rng`."""
    d = disturbances
    light = lifelike_light(light, d, rng)
    top = None
    if d.table_tops and rng.random() < d.table_tops:
        top = table_top(MATERIALS[int(rng.integers(len(MATERIALS)))], seed)
    return Setting(
        light,
        top,
        exposure=1.0 if d.darkest == d.brightest else float(rng.uniform(d.darkest, d.brightest)),
        depth_scale=1.0 + (float(rng.uniform(-d.depth_scale, d.depth_scale)) if d.depth_scale else 0.0),
        joint_offset=rng.normal(0.0, np.deg2rad(d.joint_offset), dof) if d.joint_offset else None,
    )
