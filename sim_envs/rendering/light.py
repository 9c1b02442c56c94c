"""The light of a scene."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from sim_envs.rendering.white_balance import tint
from sim_envs.scenes.disturbances import Disturbances

HARD, SOFT = 0.002, 0.025
"""m over which the edges of hard and of soft shadows are spread."""


@dataclass(frozen=True, slots=True)
class Light:
    """One light, and the same from everywhere."""

    direction: tuple[float, float, float] = (0.35, 0.25, 1.0)
    """Towards the light."""
    ambient: float = 0.62
    diffuse: float = 0.38
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shadow_blur: float | None = None
    """m over which the edge of a shadow is spread; None for light that casts none."""
    gloss: float = 0.0
    """How bright the highlight on a surface is that mirrors the light."""
    lamp: float | None = None
    """Distance of the light from the middle of the table in m, with which it falls off; None for the sun."""


def drawn_light(change: float, rng: np.random.Generator) -> Light:
    """The scene's light, varied by the fraction `change`."""
    light = Light()
    if change == 0.0:
        return light
    brightness, *tint = rng.uniform(-change, change, 4).tolist()
    turn = float(rng.uniform(-np.pi, np.pi)) * change
    x, y, z = light.direction
    c, s = float(np.cos(turn)), float(np.sin(turn))
    red, green, blue = (max(0.1, min(1.0, 1.0 + brightness + t / 3)) for t in tint)
    return Light((c * x - s * y, s * x + c * y, z), light.ambient, light.diffuse, (red, green, blue))


def lifelike_light(light: Light, disturbances: Disturbances, rng: np.random.Generator) -> Light:
    """`light` with the shadows, lamp, colour and gloss that `disturbances` ask for; without any, as it is."""
    d, direction = disturbances, light.direction
    if d.side_light and rng.random() < d.side_light:
        heading, height = float(rng.uniform(-math.pi, math.pi)), float(rng.uniform(math.radians(15), math.radians(45)))
        level = math.cos(height)
        direction = (level * math.cos(heading), level * math.sin(heading), math.sin(height))
        light = replace(light, lamp=float(rng.uniform(0.7, 1.2)), ambient=0.5, diffuse=0.6)
    if d.shadows and rng.random() < d.shadows:
        if direction == light.direction and light.lamp is None:
            heading, height = float(rng.uniform(-math.pi, math.pi)), float(rng.uniform(math.radians(40), 1.4))
            level = math.cos(height)
            direction = (level * math.cos(heading), level * math.sin(heading), math.sin(height))
        light = replace(light, shadow_blur=float(rng.choice([HARD, SOFT])))
    if d.highlights:
        light = replace(light, gloss=float(rng.uniform(0.0, d.highlights)))
    if d.warmest != d.coldest:
        red, green, blue = tint(1.0 / float(rng.uniform(1.0 / d.coldest, 1.0 / d.warmest)))
        light = replace(light, color=(red * light.color[0], green * light.color[1], blue * light.color[2]))
    return replace(light, direction=direction)
