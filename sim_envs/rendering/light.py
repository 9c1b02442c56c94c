"""The light of a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Light:
    """One far light, and the same from everywhere."""

    direction: tuple[float, float, float] = (0.35, 0.25, 1.0)
    """Towards the light."""
    ambient: float = 0.62
    diffuse: float = 0.38
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)


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
