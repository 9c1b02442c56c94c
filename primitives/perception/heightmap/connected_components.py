"""The connected parts of masks."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from primitives.perception.geometry.masks import Mask, surrounding


def pieces(mask: Mask, *, smallest: int, bridge: float = 3.0) -> Iterator[Mask]:
    """The connected parts of `mask` with at least `smallest` cells, gaps narrower than `bridge` cells bridged."""
    if cv2.countNonZero(mask.view(np.uint8)) < smallest:
        return
    box = surrounding(mask, 0)
    part = np.ascontiguousarray(mask[box])
    width = 2 * int(bridge / 2) + 1
    closed = cv2.morphologyEx(part.view(np.uint8), cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] >= smallest:
            piece = np.zeros_like(mask)
            piece[box] = (labels == i) & part
            yield piece


def solid_parts(mask: Mask, cell: float, *, narrowest: float = 0.0) -> Mask:
    """`mask` without specks and slivers, and without what is narrower than `narrowest` m."""
    width = max(3, round(narrowest / cell) | 1)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    kept = np.zeros_like(mask)
    for piece in pieces(opened.astype(bool), smallest=int(1.2e-4 / cell**2)):
        kept |= piece
    return kept
