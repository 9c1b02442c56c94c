"""The outlines of patches in the view from above, and angles that mean the same."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask


def border_width(noise: float) -> float:
    """Cells by which a thing is wider than the distance between its opposite border cells.

    Less than one, since a cell counts as soon as one of its pixels does; ever less as noise, in m, spreads the pixels.
    """
    return 0.25 - 150.0 * min(noise, 0.003)


def outline(mask: Mask) -> NDArray[np.float64]:
    """(N, 2) cells (row, column) along the outer border of the largest piece of `mask`."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    longest = max(contours, key=len)
    return longest[:, 0, ::-1].astype(np.float64)


def borders(mask: Mask) -> NDArray[np.float64]:
    """(N, 2) cells (row, column) along the outer borders of all pieces of `mask`."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.concatenate([c[:, 0, ::-1] for c in contours]).astype(np.float64) if contours else np.zeros((0, 2))


def hull(mask: Mask) -> NDArray[np.float64]:
    """(N, 2) corners (row, column) of the smallest convex outline around all of `mask`."""
    line = borders(mask)
    if len(line) < 3:
        return line
    return cv2.convexHull(line.astype(np.float32))[:, 0].astype(np.float64)


def square_yaw(yaw: float) -> float:
    """`yaw` in [-pi/4, pi/4)."""
    return (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4


def half_turn(yaw: float) -> float:
    """`yaw` in [-pi/2, pi/2)."""
    return (yaw + math.pi / 2) % math.pi - math.pi / 2
