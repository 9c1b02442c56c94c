"""What tells a marking on the table from a shadow, a highlight, and the pattern of the table itself."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import unlike
from primitives.perception.geometry.masks import Mask, surrounding
from primitives.perception.geometry.quantiles import median, middle, quantile
from primitives.perception.recognition.detection import Detection

_STRIDE = 9
"""Every fifth cell of every fifth row says what the table is like."""
_DOMINANT, _NEAR = 0.4, 30.0
"""Part of the table that must be within so much sRGB of its middle colour; else its commonest colour is taken."""
_UNEVEN = 0.08
"""Part by which brightness must change over the table before it is evened out."""
_SHADOW = (0.25, 0.88)
"""Brightness of shadows against the table."""
_SHADOW_HUE = 9.0
"""sRGB distance from a shade of the table within which a patch may be its shadow."""
_ATTACHED = 0.06
"""Part of the border of a shadow that is along what casts it."""
_WHOLE = 0.94
"""Quality of the shape from which a patch as dark as a shadow is a marking all the same."""
_SHARP = 0.7
"""Part of the difference in colour that lies within 4 mm of the border of a marking."""
_SURROUNDED = 0.3
"""Part of the border beyond which the table must show."""
_UNIFORM = 0.85
"""Part of a marking that has its colour."""


@dataclass(frozen=True, slots=True)
class Background:
    """The table without what is on it."""

    color: NDArray[np.float64]
    """(3,) sRGB that most of it shows."""
    field: NDArray[np.float64] | None
    """(R, C) brightness against that, where a lamp is nearer to one part of it; None where it is even."""
    rough: float
    """How much brightness varies on it from place to place, as a part; beyond an even table."""
    colorful: float
    """sRGB by which its colours differ."""

    def evened(self, rgb: NDArray[np.uint8], cells: NDArray[np.intp] | None = None) -> NDArray[np.uint8]:
        """(R, C, 3), or (N, 3) in flat `cells` (N,), as in even light."""
        if self.field is None:
            return rgb
        field = self.field if cells is None else self.field.ravel()[cells]
        return (rgb / field[..., None]).clip(0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a patch."""

    rgb: NDArray[np.uint8]
    """(R, C, 3) in even light."""
    bare: Mask
    """Where the table shows."""
    raised: Mask
    cloth: Mask
    """Where the table has another of the colours of its own pattern."""
    table: NDArray[np.float64]
    """(3,) sRGB."""
    unlike: float
    """sRGB distance from its shades beyond which a colour is not the table's."""
    shades: tuple[float, float]
    """Range of brightness of the table."""


def background(rgb: NDArray[np.uint8], bare: Mask) -> Background | None:
    """The table of which `rgb` (R, C, 3) shows the `bare` cells; None when they are too few."""
    rows, columns = np.nonzero(bare[::_STRIDE, ::_STRIDE])
    if len(rows) < 30:
        return None
    rows, columns = rows * _STRIDE, columns * _STRIDE
    sample = rgb[rows, columns].astype(np.float64)
    color = middle(sample, most=2000)
    if float((np.abs(sample - color).max(axis=1) < _NEAR).mean()) < _DOMINANT:
        color = _commonest(sample)
    apart, shade = unlike(sample, color)
    own = (apart < 2 * _SHADOW_HUE) & (shade > 0.3) & (shade < 2.0)
    if own.sum() < 30:
        return Background(color, None, 0.0, 0.0)
    terms = _terms(rows / bare.shape[0], columns / bare.shape[1])[own]
    level = np.log(shade[own])
    fit = np.zeros(terms.shape[1])
    fit[0] = median(level)
    for _ in range(6):
        off = level - terms @ fit
        weight = 1.0 / (1.0 + (off / 0.04) ** 2)
        A = terms * weight[:, None]
        fit = np.asarray(np.linalg.solve(A.T @ terms + 1e-6 * np.eye(len(fit)), A.T @ level), dtype=np.float64)
    off = np.abs(level - terms @ fit)
    smooth = np.abs(terms @ (fit - np.eye(len(fit))[0] * fit[0]))
    uneven = quantile(smooth, 0.95) > _UNEVEN
    field = None
    if uneven:
        r, c = np.ogrid[: bare.shape[0], : bare.shape[1]]
        field = np.exp(sum(f * t for f, t in zip(fit, _parts(r / bare.shape[0], c / bare.shape[1]), strict=True)))
    spread = 1.48 * median(off) if uneven else 1.48 * median(np.abs(level))
    return Background(color, field, max(0.0, 4.0 * spread - 0.04), 4.0 * 1.48 * median(apart[own]))


def goes_on(piece: Mask) -> bool:
    """Whether `piece` reaches the border of what is looked at, beyond which it may go on."""
    rows, columns = piece.shape
    box = surrounding(piece, 8)
    return box[0].start == 0 or box[1].start == 0 or box[0].stop >= rows or box[1].stop >= columns


def in_shade(scene: Surroundings, piece: Mask) -> bool:
    """Whether the patch `piece` has the colour of the table in a shadow."""
    apart, shade = unlike(middle(scene.rgb[piece])[None], scene.table)
    return bool(apart[0] < _SHADOW_HUE and _SHADOW[0] < shade[0] < _SHADOW[1])


def is_cast(scene: Surroundings, piece: Mask, zone: Detection | None) -> bool:
    """Whether a patch that is `in_shade` is a shadow by its shape, that of `zone` if any, or by what it begins at."""
    if zone is None or zone.quality < _WHOLE:
        return True
    box = surrounding(piece, 8)
    whole = piece[box].view(np.uint8)
    ring = cv2.dilate(whole, np.ones((9, 9), np.uint8)).view(bool) & ~cv2.dilate(whole, np.ones((3, 3), np.uint8)).view(
        bool
    )
    return float((scene.raised[box] & ring).sum()) > _ATTACHED * ring.sum()


def is_marking(scene: Surroundings, piece: Mask, zone: Detection) -> bool:
    """Whether the patch `piece`, whose shape is that of `zone`, was put on the table, not printed or shone on it."""
    box = surrounding(piece, 8)
    part, bare, rgb = piece[box], scene.bare[box], scene.rgb[box]
    whole = cv2.morphologyEx(part.view(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    near, far = (cv2.dilate(whole, np.ones((n, n), np.uint8)).view(bool) for n in (5, 9))
    inner = whole.view(bool) & ~cv2.erode(whole, np.ones((7, 7), np.uint8)).view(bool)
    deep = cv2.erode(whole, np.ones((7, 7), np.uint8)).view(bool) & bare
    beyond = far & ~near & bare
    core = middle(rgb[deep]) if deep.sum() > 20 else zone.color
    contours, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(whole)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    within = filled.view(bool) & bare
    if float(part[within].mean()) < _UNIFORM:
        return False
    if beyond.sum() < 12:
        return True
    apart, shade = unlike(rgb[beyond].astype(np.float64), scene.table)
    table = (apart < scene.unlike) & (shade > scene.shades[0]) & (shade < scene.shades[1])
    if float((table | scene.cloth[box][beyond]).mean()) < _SURROUNDED:
        return False
    edge = inner & bare & part
    step = np.linalg.norm(middle(rgb[edge]) - middle(rgb[beyond])) if edge.any() else 0.0
    return bool(step > _SHARP * np.linalg.norm(core - scene.table))


def _commonest(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) the middle of the commonest of some colours (N, 3)."""
    coarse = (sample / 24).astype(np.int64)
    key = coarse[:, 0] * 121 + coarse[:, 1] * 11 + coarse[:, 2]
    values, which, count = np.unique(key, return_inverse=True, return_counts=True)
    del values
    return middle(sample[which == int(np.argmax(count))])


def _parts(r: NDArray[np.float64], c: NDArray[np.float64]) -> tuple[NDArray[np.float64] | float, ...]:
    return 1.0, r, c, r * r, r * c, c * c


def _terms(r: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.broadcast_to(np.asarray(t), r.shape) for t in _parts(r, c)], axis=1)
