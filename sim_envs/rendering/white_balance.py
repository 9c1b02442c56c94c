"""The colour of light by its temperature, as a camera without white balance shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEUTRAL = 6500.0
"""K; light that sRGB shows as white."""
_XYZ_TO_RGB: NDArray[np.float64] = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)
"""IEC 61966-2-1."""
_GAMMA = 2.2


def tint(temperature: float) -> tuple[float, float, float]:
    """Factors on the sRGB values of a matt surface under black-body light of `temperature` K; the largest is 1.

    The chromaticity is the cubic approximation of Kim et al. (US patent 7024034, 2002), for 1,667 to 25,000 K. A factor
    on linear light is its root of 2.2 on sRGB values.
    """
    factors = (_linear(temperature) / _linear(NEUTRAL)).clip(1e-3) ** (1 / _GAMMA)
    red, green, blue = (factors / factors.max()).tolist()
    return red, green, blue


def _linear(temperature: float) -> NDArray[np.float64]:
    """(3,) linear sRGB of black-body light, of luminance 1."""
    t = 1000.0 / temperature
    if temperature < 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if temperature < 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif temperature < 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return _XYZ_TO_RGB @ np.array([x / y, 1.0, (1 - x - y) / y])
