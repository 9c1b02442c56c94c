"""Masks over the cells of a grid, and the part of the grid that one covers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def surrounding(mask: Mask, pad: int) -> tuple[slice, slice]:
    """Rows and columns of the cells of `mask`, which has some, and of `pad` cells around them."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    rows, columns = mask.shape
    return (
        slice(max(0, y - pad), min(rows, y + height + pad)),
        slice(max(0, x - pad), min(columns, x + width + pad)),
    )
