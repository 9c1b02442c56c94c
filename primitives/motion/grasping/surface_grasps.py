"""Grasps of things of no known shape: pairs of opposite places on the measured surface, from above.

The height profile is turned so that the fingers close along its rows. At every height of the fingertips the thing is
cut into runs as wide as a finger; a run is a grasp where it is narrow enough, the fingers have room on both sides on
their way down, the palm stays above what is under it, and both pads meet enough of the surface. Antipodal grasps on
depth images, there ranked by learning: Mahler et al., Dex-Net 2.0, RSS 2017.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.heightmap.height_profile import HeightProfile
from primitives.robot import GripperInfo

DIRECTIONS = 12
"""Closing directions over half a turn."""
PAD_HALF = 0.0087
"""How far a fingertip reaches below the tool frame, in m."""
TIP = 0.012
"""Lowest height of the tool frame above the table, in m."""
SPARE = 0.008
"""How much the opening must exceed the width, in m."""
OPENINGS = (None, 0.018, 0.008)
"""How much wider than the thing the fingers are on the way down, in m; None: as wide as they go."""
_LEVEL = 0.009
"""m between the heights at which it is tried."""
_UNDER = 0.004
"""m that the way of a fingertip keeps above other surfaces."""
_TABLE = 0.002
"""m; lower than that is the table."""
_PALM_GAP = 0.004
"""m between the palm and what is under it."""
_PALM = (0.105, 0.034)
"""Half the extent in m of the hand along and across the closing direction."""
_AROUND = 0.036
"""m before and behind the thing along the closing direction that are looked at."""
_NARROWEST = 0.004
"""m; what is thinner is noise, or bends."""
_FLUSH = 1
"""Cells behind the foremost one within which a pad touches."""
_INWARD = (1, 2, 3)
"""Cells behind the foremost one whose height tells how steep it is there."""
_LEAST_CONTACT, _LEAST_HEIGHT = 0.3, 0.005
"""Part of the width of a pad, and m of its height, that must touch."""
_FULL_HEIGHT = 2 * PAD_HALF
"""m of a pad's height with which it holds as well as it can."""
_LEVER = 5.0
"""Cost per m between the grasp and the middle of the thing: it would turn in the fingers."""
_MOST = 60
_APART = 0.010
"""m between grasps in one direction that are listed."""


@dataclass(frozen=True, slots=True)
class SurfaceGrasp:
    """Where the fingers close, and on what."""

    position: tuple[float, float, float]
    """Of the tool in m, base frame."""
    direction: float
    """Along which the fingers close, rad about the vertical."""
    width: float
    """Of the thing between them, m."""
    opening: float
    """Distance between the fingers on the way down, m."""
    score: float
    """At most 1."""


def surface_grasps(profile: HeightProfile, gripper: GripperInfo) -> list[SurfaceGrasp]:
    """Grasps of the thing of `profile`, best first; empty where there is none."""
    found = [g for k in range(DIRECTIONS) for g in _along(profile, gripper, math.pi * k / DIRECTIONS)]
    kept: list[SurfaceGrasp] = []
    for grasp in sorted(found, key=lambda g: -g.score):
        if not any(_alike(grasp, other) for other in kept):
            kept.append(grasp)
            if len(kept) == _MOST:
                break
    return kept


def _alike(a: SurfaceGrasp, b: SurfaceGrasp) -> bool:
    turn = abs(math.remainder(a.direction - b.direction, math.pi))
    return turn < math.pi / DIRECTIONS * 1.5 and math.dist(a.position, b.position) < _APART


@dataclass(frozen=True, slots=True)
class _Turned:
    """A profile whose rows run along the closing direction."""

    height: NDArray[np.float32]
    own: NDArray[np.float32]
    """The same, 0 beside the thing."""
    dark: NDArray[np.int32]
    """(U + 1, V) how many cells before each in its column no camera sees."""
    direction: float
    middle: tuple[float, float]
    """(x, y) in m about which the thing balances."""
    zero: tuple[int, int]
    """The cell of that."""
    cell: float


def _turned(profile: HeightProfile, direction: float) -> _Turned:
    weight: NDArray[np.float64] = np.asarray(profile.own * profile.height, dtype=np.float64)
    rows, columns = (np.asarray(np.sum(weight, axis=axis), dtype=np.float64) for axis in (1, 0))
    r, k = (float(np.average(np.arange(len(w)), weights=w)) for w in (rows, columns))
    c, s = math.cos(direction), math.sin(direction)
    own_r, own_k = np.nonzero(profile.own)
    along, across = c * (own_r - r) + s * (own_k - k), c * (own_k - k) - s * (own_r - r)
    around = round(_AROUND / profile.cell)
    u0, u1 = math.floor(float(along.min())) - around, math.ceil(float(along.max())) + around
    v0, v1 = math.floor(float(across.min())) - 4, math.ceil(float(across.max())) + 4
    u, v = np.arange(u0, u1 + 1, dtype=np.float64)[:, None], np.arange(v0, v1 + 1, dtype=np.float64)[None, :]
    row, column = np.rint(r + c * u - s * v).astype(np.intp), np.rint(k + s * u + c * v).astype(np.intp)
    count, width = profile.height.shape
    inside = (row >= 0) & (row < count) & (column >= 0) & (column < width)
    index = row.clip(0, count - 1) * width + column.clip(0, width - 1)
    height = profile.height.ravel()[index] * inside
    return _Turned(
        height,
        height * profile.own.ravel()[index],
        np.cumsum(np.pad(profile.unseen.ravel()[index], ((1, 0), (0, 0))), axis=0, dtype=np.int32),
        direction,
        (profile.origin[0] + r * profile.cell, profile.origin[1] + k * profile.cell),
        (-u0, -v0),
        profile.cell,
    )


def _along(profile: HeightProfile, gripper: GripperInfo, direction: float) -> Iterator[SurfaceGrasp]:
    """Grasps whose fingers close along `direction`."""
    turned = _turned(profile, direction)
    cell = turned.cell
    room = math.ceil(gripper.finger_width / 2 / cell + 0.5)
    wide = np.ones((1, 2 * room + 1), np.uint8)
    band = np.asarray(cv2.dilate(turned.height, wide), np.float32)
    others = np.asarray(cv2.dilate(turned.height - turned.own, wide), np.float32)
    along, across = (2 * math.ceil(e / cell) + 1 for e in _PALM)
    under_palm = cv2.dilate(turned.height, np.ones((along, 1), np.uint8))
    under_palm = np.asarray(cv2.dilate(under_palm, np.ones((1, across), np.uint8)), np.float32)
    top = profile.top
    lowest = float(under_palm[turned.own > 0].min()) - gripper.finger_depth + _PALM_GAP
    for level in np.arange(TIP, max(top - _LEAST_HEIGHT, TIP + 1e-6), _LEVEL).tolist():
        if level > lowest:
            yield from _at(turned, gripper, level, band, others, under_palm)


def _at(
    turned: _Turned,
    gripper: GripperInfo,
    level: float,
    band: NDArray[np.float32],
    others: NDArray[np.float32],
    under_palm: NDArray[np.float32],
) -> Iterator[SurfaceGrasp]:
    """Grasps with the tool `level` m above the table.

    Args:
        turned: the thing.
        gripper: the hand.
        level: m.
        band: (U, V) m, the highest surface within the width of a finger.
        others: the same of what is not the thing.
        under_palm: (U, V) m, the highest surface under the hand with the tool there.
    """
    cell, tip = turned.cell, level - PAD_HALF
    under = max(tip - _UNDER, _TABLE)
    cut = band > under
    edges = np.diff(np.pad(cut, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    v, u0 = np.nonzero((edges == 1).T)
    _, u1 = np.nonzero((edges == -1).T)  # in the same order: column by column
    if not len(u0):
        return
    new = np.r_[True, v[1:] != v[:-1], True]  # beyond the thing nothing is in the way
    before = np.where(new[:-1], gripper.max_width / cell, u0 - np.r_[0, u1[:-1]]) * cell
    after = np.where(new[1:], gripper.max_width / cell, np.r_[u0[1:], 0] - u1) * cell
    width, free = (u1 - u0) * cell, np.minimum(before, after)
    middle = (u0 + u1 - 1) // 2
    good = (width > _NARROWEST) & (width < gripper.max_width - SPARE) & (others[middle, v] <= under)
    good &= turned.own[middle, v] > tip
    good &= under_palm[middle, v] < level + gripper.finger_depth - _PALM_GAP
    good &= free > OPENINGS[-1] / 2 + gripper.finger_thickness
    if not good.any():
        return
    u0, u1, v, middle = u0[good], u1[good], v[good], middle[good]
    width, free = width[good], free[good]
    touch, height, offset = _contact(turned, u0, u1, v, tip, gripper)
    reach = round(gripper.finger_thickness / cell) + 2
    size, dark = len(turned.height), turned.dark
    hidden = dark[u0, v] - dark[(u0 - reach).clip(0), v] + dark[(u1 + reach).clip(0, size), v] - dark[u1, v]
    lever = np.hypot(middle - turned.zero[0], v - turned.zero[1]) * cell
    score = touch * (height / _FULL_HEIGHT).clip(0, 1) - 0.05 * width / gripper.max_width - _LEVER * lever
    score -= 0.6 * hidden / (2 * reach) + 4.0 * offset
    score[(touch < _LEAST_CONTACT) | (height < _LEAST_HEIGHT)] = -np.inf
    c, s = math.cos(turned.direction), math.sin(turned.direction)
    for i in np.argsort(-score)[:20].tolist():
        if not math.isfinite(score[i]):
            return
        du, dv = ((u0[i] + u1[i] - 1) / 2 - turned.zero[0]) * cell, (v[i] - turned.zero[1]) * cell
        x, y = turned.middle[0] + c * du - s * dv, turned.middle[1] + s * du + c * dv
        apart, tight = _opening(float(width[i]), float(free[i]), gripper)
        yield SurfaceGrasp(
            (float(x), float(y), level), turned.direction, float(width[i]), apart, min(1.0, float(score[i]) - tight)
        )


def _opening(width: float, free: float, gripper: GripperInfo) -> tuple[float, float]:
    """How far the fingers are apart on the way down, in m, with what it costs that there is no more room."""
    for cost, spare in zip((0.0, 0.05, 0.15), OPENINGS, strict=True):
        apart = gripper.max_width if spare is None else min(width + spare, gripper.max_width)
        if (apart - width) / 2 + gripper.finger_thickness < free:
            return apart, cost
    return min(width + SPARE, gripper.max_width), 0.2


def _contact(
    turned: _Turned, u0: NDArray[np.intp], u1: NDArray[np.intp], v: NDArray[np.intp], tip: float, gripper: GripperInfo
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How well the pads touch in runs from `u0` to before `u1` of the columns `v` (N,).

    Returns:
        Part of the width of the pad that touches less, (N,); m of height over which it does; m across between the
        middles of both contacts.
    """
    pad = max(1, round(gripper.finger_width / 2 / turned.cell))
    size = len(turned.height)
    solid = turned.own > tip
    count = np.arange(size, dtype=np.int16)[:, None]
    following = np.minimum.accumulate(np.where(solid, count, np.int16(2 * size))[::-1], axis=0)[::-1]
    preceding = np.maximum.accumulate(np.where(solid, count, np.int16(-size)), axis=0)
    columns = (v[:, None] + np.arange(-pad, pad + 1)).clip(0, solid.shape[1] - 1)
    across = np.arange(-pad, pad + 1) * turned.cell
    share: list[NDArray[np.float64]] = []
    heights: list[NDArray[np.float64]] = []
    middles: list[NDArray[np.float64]] = []
    for behind, edge, inward in (
        (following[u0[:, None], columns] - u0[:, None], following[u0[:, None], columns], 1),
        (u1[:, None] - 1 - preceding[u1[:, None] - 1, columns], preceding[u1[:, None] - 1, columns], -1),
    ):
        touches = behind <= _FLUSH
        number = np.maximum(touches.sum(axis=1), 1)
        share.append(touches.sum(axis=1) / columns.shape[1])
        # of a slope, on which a pad slips, cells near the edge are low
        rises = [turned.height[(edge + k * inward).clip(0, size - 1), columns] - tip for k in _INWARD]
        height = np.mean([np.clip(rise, 0.0, 2 * PAD_HALF) for rise in rises], axis=0)
        heights.append((height * touches).sum(axis=1) / number)
        middles.append((touches * across).sum(axis=1) / number)
    return np.minimum(share[0], share[1]), np.minimum(heights[0], heights[1]), np.abs(middles[0] - middles[1])
