"""How square, how long and how wide a patch is."""

from __future__ import annotations

import math

import cv2
import numpy as np

from primitives.perception.geometry.masks import Mask, surrounding


def moments(patch: Mask) -> tuple[float, float]:
    """How square and how elongated a patch is.

    Integrals over the area, so that a ragged outline does not matter as it does for fits to the border.

    Returns:
        The size of the fourth-order moment that turns with the shape, 0.43 for a square, 0 for a disc; and the longest
        over the shortest axis of the ellipse with the same second-order moments.
    """
    rows, columns = np.nonzero(patch)
    x, y = rows - rows.mean(), columns - columns.mean()
    xx, yy, xy = x * x, y * y, x * y
    real, imaginary = (xx - yy) ** 2 - 4 * xy * xy, 4 * xy * (xx - yy)  # of (x + iy)^4
    square = math.hypot(float(real.sum()), float(imaginary.sum())) / max(float(((xx + yy) ** 2).sum()), 1e-9)
    a, b, c = (float(v.sum()) for v in (xx, xy, yy))
    middle, reach = (a + c) / 2, math.hypot((a - c) / 2, b)
    return square, math.sqrt((middle + reach) / max(middle - reach, 1e-9))


def thickness(patch: Mask) -> float:
    """Width in cells of the widest place."""
    shown = np.ascontiguousarray(patch[surrounding(patch, 0)]).view(np.uint8)
    padded = cv2.copyMakeBorder(shown, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return 2 * float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max()) - 1
