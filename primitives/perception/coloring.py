"""From camera colours to the named ones, whatever the shading.

A surface of albedo `a` shows as `k * a` with one `k` for all channels, from full light to deep shade. Pixels are sorted
into classes by the line `k * a` they lie on; brightness decides only between colours that lie on the same line.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from primitives.colors import COLORS

NAMES: tuple[str, ...] = tuple(COLORS)
"""Class number to colour name."""
ALBEDO: NDArray[np.float64] = np.array([COLORS[n] for n in NAMES], dtype=np.float64)
"""(20, 3) sRGB in full light."""

_SHIFT = 3
"""Bits dropped of each channel in the lookup table."""
_DEEPEST, _BRIGHTEST = 0.35, 1.15
"""Range of shades that a surface is expected to show."""
_SHADE_PENALTY = 14.0
"""How much a shade of 0 would count, in units of sRGB distance, against full light."""


@cache
def table() -> NDArray[np.uint8]:
    """(32, 32, 32) uint8: class of each quantised sRGB colour."""
    levels = np.arange(0.0, 256.0, 1 << _SHIFT, dtype=np.float64) + (1 << _SHIFT) / 2
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    return (
        np.argmin(np.stack([_distance(grid, a) for a in ALBEDO]), axis=0).astype(np.uint8).reshape((len(levels),) * 3)
    )


def classes(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(...,) class of each of the (..., 3) colours, by chromaticity first."""
    small = rgb >> _SHIFT
    return table()[small[..., 0], small[..., 1], small[..., 2]]


def named(rgb: NDArray[np.float64], light: float) -> tuple[str, float]:
    """The name of a surface that shows `rgb` (3,), when a matt one in full light shows `light` times its albedo.

    Returns:
        The name, and the confidence in [0, 1]: how much closer it is than the runner-up.
    """
    offset = rgb - ALBEDO * light
    distance = np.sqrt(_product(offset, offset))
    first, second = np.argsort(distance)[:2]
    return NAMES[int(first)], float(1.0 - distance[first] / max(distance[second], 1e-9))


def _distance(rgb: NDArray[np.float64], albedo: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) distance of each colour to the nearest shade of `albedo`, deep shade being less likely."""
    shade = np.clip(_product(rgb, albedo) / _product(albedo, albedo), _DEEPEST, _BRIGHTEST)
    offset = rgb - shade[:, None] * albedo
    return np.sqrt(_product(offset, offset) / shade) + _SHADE_PENALTY * np.maximum(0.0, 1.0 - shade)


def _product(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inner product (...,) of colours that weighs chroma over brightness."""
    a_gray, b_gray = a.mean(axis=-1), b.mean(axis=-1)
    chroma = ((a - a_gray[..., None]) * (b - b_gray[..., None])).sum(axis=-1)
    return 1.6 * chroma + 1.5 * a_gray * b_gray


def nearest(rgb: NDArray[np.float64]) -> NDArray[np.intp]:
    """(N,) class of each of the (N, 3) colours as seen in full light."""
    return np.argmin(np.stack([_product(rgb - a, rgb - a) for a in ALBEDO]), axis=0)


def unlike(rgb: NDArray[np.float64], surface: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each of the (..., 3) colours is from every shade of `surface` (3,), and which shade is nearest."""
    shade = _product(rgb, surface) / max(float(_product(surface, surface)), 1e-9)
    offset = rgb - shade[..., None] * surface
    return np.sqrt(_product(offset, offset)), shade
