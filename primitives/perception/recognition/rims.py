"""What all hollow things have: a rim around something lower."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask
from primitives.perception.heightmap.cell_maxima import highest
from primitives.perception.recognition.detection import Detection

SMALLEST = 0.045
"""m; no hollow thing is narrower."""
BRIDGE = 0.015
"""m; gaps in a rim, where noise hides a thin wall, that are bridged."""
COVERAGE = 0.6
"""Part of the circumference that must be seen."""
_SECTORS = 32


@dataclass(frozen=True, slots=True)
class Container:
    """A hollow thing and the cells in it that show something else."""

    found: Detection
    contents: Mask
    level: NDArray[np.float32]
    """(R, C) m: height of its own surface where it is empty; below the table where it is not."""


def level_in(shape: tuple[int, ...], box: tuple[slice, slice], values: NDArray[np.float64]) -> NDArray[np.float32]:
    """(R, C) `values` in the `box`, below the table elsewhere."""
    level = np.full(shape, -1.0, np.float32)
    level[box] = values
    return level


def rim_around(level: NDArray[np.float32], band: Mask, center: tuple[float, float], rim: float, floor: float) -> float:
    """Fraction of the directions from `center` (row, column) in which the `band` reaches up to the rim."""
    reach = highest_around(level, band, center)
    return float((reach > rim - 0.3 * (rim - floor)).mean()) if len(reach) else 0.0


def highest_around(level: NDArray[np.float32], band: Mask, center: tuple[float, float]) -> NDArray[np.float32]:
    """(N,) m: how high the `band` reaches in each of the directions from `center` (row, column) in which it shows."""
    rows, columns = np.nonzero(band)
    angle = np.arctan2(rows - center[0], columns - center[1])
    sector = ((angle + math.pi) / (2 * math.pi) * _SECTORS).astype(int) % _SECTORS
    reach = highest(sector, level[rows, columns], _SECTORS, least=-1.0)
    return reach[np.bincount(sector, minlength=_SECTORS) > 0]
