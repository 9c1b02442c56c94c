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
WHITE: NDArray[np.float64] = np.full(3, 255.0)
"""sRGB of a saturated pixel."""

_SHIFT = 3
"""Bits dropped of each channel in the lookup table."""
_DEEPEST, _BRIGHTEST = 0.35, 1.15
"""Range of shades that a surface is expected to show."""
_SHADE_PENALTY = 14.0
"""How much a shade of 0 would count, in units of sRGB distance, against full light."""
_METRIC: NDArray[np.float64] = np.asarray(
    np.linalg.cholesky(1.6 * (np.eye(3) - np.ones((3, 3)) / 3) + 1.5 * np.ones((3, 3)) / 9), dtype=np.float64
)
"""(3, 3): `rgb @ _METRIC` are coordinates whose Euclidean distance weighs chroma over brightness."""


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


def classes_cut_off(rgb: NDArray[np.uint8], white: NDArray[np.float64]) -> NDArray[np.uint8]:
    """As `classes`, of colours (N, 3) of which nothing shows more than `white` (3,)."""
    small = (rgb >> _SHIFT).astype(np.int32)
    key, which = np.unique((small[:, 0] << 10) | (small[:, 1] << 5) | small[:, 2], return_inverse=True)
    shades = np.linspace(_DEEPEST, _BRIGHTEST, 12)
    shown = np.minimum(shades[:, None, None] * ALBEDO, white) @ _METRIC  # (12, 20, 3)
    seen = (np.stack([key >> 10, (key >> 5) & 31, key & 31], axis=1) * (1 << _SHIFT) + (1 << _SHIFT) / 2) @ _METRIC
    square = (seen**2).sum(axis=1)[:, None, None] - 2 * np.einsum("kc,sac->ksa", seen, shown) + (shown**2).sum(axis=2)
    apart = np.sqrt(np.maximum(square, 0.0)) / np.sqrt(shades)[:, None]
    apart += (_SHADE_PENALTY * np.maximum(0.0, 1.0 - shades))[:, None]
    return np.argmin(apart.min(axis=1), axis=1).astype(np.uint8)[which]


def named(rgb: NDArray[np.float64], light: float, white: NDArray[np.float64] = WHITE) -> tuple[str, float]:
    """The name of a surface that shows `rgb` (3,), when a matt one in full light shows `light` times its albedo.

    Args:
        rgb: sRGB, corrected for the colour and brightness of the light.
        light: what that has left of it.
        white: (3,) what a saturated pixel is after that correction; nothing shows more.

    Returns:
        The name, and the confidence in [0, 1]: how much closer it is than the runner-up.
    """
    distance = np.linalg.norm((rgb - np.minimum(ALBEDO * light, white)) @ _METRIC, axis=1)
    first, second = np.argsort(distance)[:2]
    return NAMES[int(first)], float(1.0 - distance[first] / max(float(distance[second]), 1e-9))


def nearest(rgb: NDArray[np.float64]) -> NDArray[np.intp]:
    """(N,) class of each of the (N, 3) colours as seen in full light."""
    known = ALBEDO @ _METRIC
    return np.argmin((known**2).sum(axis=1) - 2 * (rgb @ _METRIC) @ known.T, axis=1)


def unlike(rgb: NDArray[np.float64], surface: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each of the (N, 3) colours is from every shade of `surface` (3,), and which shade is nearest."""
    seen, own = rgb @ _METRIC, surface @ _METRIC
    shade = seen @ own / max(float(own @ own), 1e-9)
    return np.linalg.norm(seen - shade[:, None] * own, axis=1), shade


def _distance(rgb: NDArray[np.float64], albedo: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) distance of each colour to the nearest shade of `albedo`, deep shade being less likely."""
    apart, shade = unlike(rgb, albedo)
    kept = np.clip(shade, _DEEPEST, _BRIGHTEST)
    beyond = (shade - kept) * float(np.linalg.norm(albedo @ _METRIC))
    return np.hypot(apart, beyond) / np.sqrt(kept) + _SHADE_PENALTY * np.maximum(0.0, 1.0 - kept)
