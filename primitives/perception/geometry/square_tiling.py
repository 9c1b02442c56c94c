"""Touching squares of one size, told apart by the outline that they make together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_STEP = math.radians(5.0)
"""Directions of sides that differ less are one."""
GOOD, BAD, HOPELESS = 0.09, 0.2, 0.4
"""Misfits that end the search, that no set of squares may exceed, and from which another start does not help."""
_MOST = 12
"""Squares in one patch; more is not looked for."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square, in cells of the view from above."""

    row: float
    column: float
    yaw: float
    cells: Mask
    quality: float
    """Part of it that is covered by the patch or hidden."""


def squares(patch: Mask, hidden: Mask, edge: float) -> list[Tile]:
    """The squares of `edge` cells that cover `patch` best; empty when no set of them does.

    Squares are laid one after another where they fit with most of their sides on the border, then all are moved
    together to cover the patch best.
    """
    count = round(float(patch.sum()) / edge**2)
    if not 1 <= count <= _MOST:
        return []
    pad = int(edge) + 4
    rows, columns = np.nonzero(patch)
    r0, c0 = int(rows.min()) - pad, int(columns.min()) - pad
    shape = (int(rows.max()) - r0 + pad + 1, int(columns.max()) - c0 + pad + 1)
    target = np.zeros(shape, np.float32)
    target[rows - r0, columns - c0] = 1.0
    veiled = np.zeros(shape, bool)
    hr, hc = np.nonzero(hidden & ~patch)
    near = (hr >= r0) & (hr < r0 + shape[0]) & (hc >= c0) & (hc < c0 + shape[1])
    veiled[hr[near] - r0, hc[near] - c0] = True
    poses: list[tuple[float, float, float]] = []
    misfit = math.inf
    for weight in (4.0, 1.5, 10.0):
        trial = _settled(target, veiled, edge, _laid(target, veiled, edge, count, weight))
        loss = _misfit(target, veiled, [_stamp(shape, p, edge) for p in trial])
        if loss < misfit:
            poses, misfit = trial, loss
        if misfit < GOOD or misfit > HOPELESS:
            break
    if misfit > BAD:
        return []
    stamps = [_stamp(shape, p, edge) for p in poses]
    tiles: list[Tile] = []
    for (row, column, yaw), stamp in zip(poses, stamps, strict=True):
        cells = np.zeros_like(patch)
        inside = stamp > 0.5
        rr, cc = np.nonzero(inside)
        ok = (rr + r0 >= 0) & (cc + c0 >= 0) & (rr + r0 < patch.shape[0]) & (cc + c0 < patch.shape[1])
        cells[rr[ok] + r0, cc[ok] + c0] = True
        good = float((stamp * np.maximum(target, veiled)).sum() / max(float(stamp.sum()), 1e-6))
        tiles.append(Tile(row + r0, column + c0, yaw, cells, good))
    return tiles


def _misfit(target: NDArray[np.float32], veiled: Mask, stamps: list[NDArray[np.float32]]) -> float:
    """Area that is missed, covered twice or covered in vain, over the area of the target."""
    covered = np.sum(stamps, axis=0)
    return float((np.abs(target - covered) * ~veiled).sum()) / float(target.sum())


def _laid(
    target: NDArray[np.float32], veiled: Mask, edge: float, count: int, weight: float
) -> list[tuple[float, float, float]]:
    """(row, column, yaw) of `count` squares, those with the most border first; `weight` of being filled against it."""
    left = target.copy()
    poses: list[tuple[float, float, float]] = []
    kernels = [(yaw, *_kernels(edge, yaw)) for yaw in _directions(target > 0.5)]
    for _ in range(count):
        outside = ((left < 0.5) & ~veiled).astype(np.float32)
        best = (-math.inf, (0.0, 0.0, 0.0))
        for yaw, body, frame in kernels:
            fit = cv2.filter2D(left, -1, body, borderType=cv2.BORDER_CONSTANT)
            rim = cv2.filter2D(outside, -1, frame, borderType=cv2.BORDER_CONSTANT)
            score = weight * fit + rim
            index = int(np.argmax(score))
            row, column = divmod(index, score.shape[1])
            if score[row, column] > best[0]:
                best = (float(score[row, column]), (float(row), float(column), yaw))
        poses.append(best[1])
        left = left * (1 - (_stamp(target.shape, best[1], edge) > 0.5))
    return poses


def _directions(patch: Mask) -> list[float]:
    """Directions in [0, pi/2) that the outline of `patch` runs along, the longest first, at most six."""
    contours, _ = cv2.findContours(patch.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    lengths: dict[int, tuple[float, complex]] = {}
    for contour in contours:
        corners = cv2.approxPolyDP(contour, 1.5, closed=True)[:, 0, ::-1].astype(np.float64)
        for side in np.roll(corners, -1, axis=0) - corners:
            length = float(np.hypot(*side))
            turned = complex(*side) ** 4 / max(length, 1e-9) ** 3  # sides at right angles count as one direction
            key = round(float(np.angle(turned)) / 4 / _STEP)
            total, mean = lengths.get(key, (0.0, 0j))
            lengths[key] = (total + length, mean + turned)
    longest = sorted(lengths.values(), key=lambda v: -v[0])[:6]
    return [float(np.angle(mean)) / 4 % (math.pi / 2) for _, mean in longest]


def _settled(
    target: NDArray[np.float32], veiled: Mask, edge: float, poses: list[tuple[float, float, float]]
) -> list[tuple[float, float, float]]:
    """`poses` moved one coordinate at a time while that covers the target better."""
    free = (~veiled).astype(np.float32)

    def loss(stamps: list[NDArray[np.float32]]) -> float:
        covered = np.sum(stamps, axis=0)
        return float((np.abs(target - covered) * free).sum())

    stamps = [_stamp(target.shape, p, edge) for p in poses]
    current = loss(stamps)
    for step, turn in ((1.0, 0.06), (0.5, 0.03), (0.25, 0.012)):
        for _ in range(4):
            improved = False
            for i in range(len(poses)):
                others = np.sum([s for j, s in enumerate(stamps) if j != i], axis=0) if len(poses) > 1 else 0.0
                for move in ((step, 0, 0), (-step, 0, 0), (0, step, 0), (0, -step, 0), (0, 0, turn), (0, 0, -turn)):
                    trial = (poses[i][0] + move[0], poses[i][1] + move[1], poses[i][2] + move[2])
                    stamp = _stamp(target.shape, trial, edge)
                    value = float((np.abs(target - others - stamp) * free).sum())
                    if value < current - 1e-6:
                        poses[i], stamps[i], current, improved = trial, stamp, value, True
            if not improved:
                break
    return poses


def _stamp(shape: tuple[int, ...], pose: tuple[float, float, float], edge: float) -> NDArray[np.float32]:
    """(R, C) coverage in [0, 1] of each cell by a square, soft over one cell at its sides."""
    row, column, yaw = pose
    rows = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(row)
    columns = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(column)
    c, s = np.float32(math.cos(yaw)), np.float32(math.sin(yaw))
    across = np.abs(c * rows + s * columns)
    down = np.abs(c * columns - s * rows)
    return np.clip(np.float32(edge / 2 + 0.5) - np.maximum(across, down), 0, 1)


def _kernels(edge: float, yaw: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Kernels that measure how much of a square is filled, and how much of the ring just outside it is empty."""
    size = 2 * math.ceil(edge * 0.75 + 3) + 1
    middle = (size // 2, size // 2, yaw)
    body = _stamp((size, size), middle, edge)
    ring = _stamp((size, size), middle, edge + 3.0) - _stamp((size, size), middle, edge + 0.5)
    return body / body.sum(), ring / ring.sum()
