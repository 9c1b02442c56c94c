"""Cameras that expose or balance white on their own, brought to one exposure by the table that all of them see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.perception.heightmap.topview import Ground

_STRIDE = 5
"""Every fifth cell of every fifth row is compared."""
_FEWEST = 100
"""Cells that two cameras must both see bare."""
_ALIKE = 0.04
"""Part by which cameras may differ and are left as they are."""
_CUT_OFF, _DARK = 250, 12
"""sRGB beyond which a channel says nothing about the gain."""

Colored = tuple[NDArray[np.float32], NDArray[np.uint8]]
"""Points (N, 3) m with their sRGB (N, 3)."""


def matched(points: Sequence[Colored], grounds: Sequence[Ground]) -> tuple[list[Colored], list[Ground]]:
    """The same as if all cameras had the gains of the darkest of them, whose colours are cut off least.

    Args:
        points: what each camera sees to stand out.
        grounds: the table as each sees it.
    """
    gains = [_gain(grounds[0], ground) for ground in grounds]
    if all(float(np.abs(g - 1.0).max()) < _ALIKE for g in gains):
        return list(points), list(grounds)
    least = max(float(g.mean()) for g in gains)
    gains = [g / least for g in gains]
    return (
        [(xyz, _times(rgb, g)) for (xyz, rgb), g in zip(points, gains, strict=True)],
        [replace(ground, rgb=_times(ground.rgb, g)) for ground, g in zip(grounds, gains, strict=True)],
    )


def _gain(first: Ground, other: Ground) -> NDArray[np.float64]:
    """(3,) by which the channels of a camera are multiplied to be those of the first; ones where nobody can tell."""
    if other is first:
        return np.ones(3)
    both = (first.bare & other.bare)[::_STRIDE, ::_STRIDE]
    a = first.rgb[::_STRIDE, ::_STRIDE][both].astype(np.float64)
    b = other.rgb[::_STRIDE, ::_STRIDE][both].astype(np.float64)
    known = ((a > _DARK) & (a < _CUT_OFF) & (b > _DARK) & (b < _CUT_OFF)).all(axis=1)
    if int(known.sum()) < _FEWEST:
        return np.ones(3)
    return np.asarray(np.median(a[known] / b[known], axis=0), dtype=np.float64)


def _times(rgb: NDArray[np.uint8], gain: NDArray[np.float64]) -> NDArray[np.uint8]:
    """`rgb` (..., 3) with each channel times its gain."""
    table = (np.arange(256)[:, None] * gain).clip(0, 255).round().astype(np.uint8)
    return np.stack([table[rgb[..., c], c] for c in range(3)], axis=-1)
