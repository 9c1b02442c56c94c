"""How bright the scene is lit, judged by the named colours in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import ALBEDO, WHITE

_USUAL = 0.92
_SPREAD = 0.12


def light_level(colors: Sequence[NDArray[np.float64]], white: NDArray[np.float64] = WHITE) -> float:
    """The factor between the named colours in full light and what top faces show.

    The one under which all `colors` (3,) are nearest to named ones, given that lamps are usually set to show nearly
    full brightness; a single grey thing alone could be white in the dark. `white` (3,) is what a saturated pixel shows.
    """
    if not colors:
        return _USUAL
    seen = np.stack(colors)
    levels = np.linspace(0.55, 1.2, 40)
    shown = np.minimum(levels[:, None, None] * ALBEDO, white)  # (40, 20, 3)
    square = (seen**2).sum(axis=1)[:, None] - 2 * (seen @ shown.transpose(0, 2, 1)) + (shown**2).sum(axis=2)[:, None]
    apart = np.sqrt(np.maximum(square.min(axis=2), 0.0))  # (40, N) to the nearest named colour at each level
    cost = np.minimum(apart, 40.0).sum(axis=1) / 12.0 + 0.5 * ((levels - _USUAL) / _SPREAD) ** 2
    return float(levels[int(np.argmin(cost))])
