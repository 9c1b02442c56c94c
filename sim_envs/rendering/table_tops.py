"""What the top of a table looks like, drawn from a seed: wood, stone, cloth, chequer, print; no picture files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_envs.physics.body_loading import TABLE_SIZE

CELL = 0.001
"""m per texel."""
SHAPE = (round(TABLE_SIZE[0] / CELL), round(TABLE_SIZE[1] / CELL))
"""Texels along x and y."""

Picture = NDArray[np.uint8]
_Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class TableTop:
    """The picture on a table."""

    material: str
    """One of `MATERIALS`."""
    rgb: Picture
    """(`SHAPE`, 3) sRGB in full light; rows along x, columns along y, from the corner of least x and y."""


@lru_cache(maxsize=8)
def table_top(material: str, seed: int) -> TableTop:
    """The table top of a material that `seed` draws."""
    rng = np.random.default_rng([seed & (2**64 - 1), sum(map(ord, material))])
    return TableTop(material, np.ascontiguousarray(_MATERIALS[material](rng).clip(0, 255).astype(np.uint8)))


def _even(rgb: tuple[int, int, int]) -> NDArray[np.float64]:
    return np.broadcast_to(np.array(rgb, dtype=np.float64), (*SHAPE, 3)).copy()


def _one_of(rng: _Rng, colors: tuple[tuple[int, int, int], ...]) -> tuple[int, int, int]:
    return colors[int(rng.integers(len(colors)))]


def _clouds(rng: _Rng, along: float, across: float) -> NDArray[np.float64]:
    """Smooth noise of unit deviation (`SHAPE`), with features of `along` texels in x and `across` in y."""
    rows, columns = (max(4, round(n / f)) for n, f in zip(SHAPE, (along, across), strict=True))
    grain = rng.standard_normal((rows, columns))
    return np.asarray(cv2.resize(grain, (SHAPE[1], SHAPE[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float64)


def _white(rng: _Rng) -> NDArray[np.float64]:
    return _even(_one_of(rng, ((236, 236, 232), (226, 228, 230), (240, 236, 224))))


def _dark(rng: _Rng) -> NDArray[np.float64]:
    return _even(_one_of(rng, ((58, 60, 64), (72, 66, 62), (44, 48, 54))))


def _wood(rng: _Rng) -> NDArray[np.float64]:
    """Boards of 8 to 14 cm with grain along them."""
    top = _even(_one_of(rng, ((186, 142, 96), (150, 106, 66), (206, 172, 128), (120, 84, 56))))
    grain = 5 * _clouds(rng, 260, 4) + 7 * _clouds(rng, 420, 14)
    rings = 6 * np.sin(2 * np.pi * (np.arange(SHAPE[1])[None, :] / 17 + 1.5 * _clouds(rng, 350, 60)))
    edge = 0
    while edge < SHAPE[1]:
        wide = int(rng.integers(80, 140))
        top[:, edge : edge + wide] *= 1 + rng.uniform(-0.06, 0.06)
        top[:, edge : edge + 2] *= 0.78
        edge += wide
    return top + (grain + rings)[..., None] * np.array([1.0, 0.9, 0.75])


def _stone(rng: _Rng) -> NDArray[np.float64]:
    """Clouds, speckles and a few veins."""
    top = _even(_one_of(rng, ((170, 168, 164), (202, 198, 190), (120, 122, 126))))
    top += (9 * _clouds(rng, 60, 60) + 6 * _clouds(rng, 14, 14))[..., None]
    speckles = rng.random(SHAPE) < 0.012
    top[cv2.dilate(speckles.astype(np.uint8), np.ones((2, 2), np.uint8)).astype(bool)] *= 0.72
    vein = np.abs(_clouds(rng, 170, 120)) < 0.03
    top[vein] *= 0.88
    return top


def _cloth(rng: _Rng) -> NDArray[np.float64]:
    """One colour, woven, with soft folds."""
    top = _even(_one_of(rng, ((150, 170, 196), (196, 186, 172), (176, 150, 150), (120, 140, 128), (214, 210, 204))))
    weave = 5 * np.add.outer(np.sin(np.arange(SHAPE[0]) * 2.1), np.sin(np.arange(SHAPE[1]) * 2.3))
    folds = 1 + 0.05 * _clouds(rng, 160, 90)
    return (top + weave[..., None]) * folds[..., None]


def _chequer(rng: _Rng) -> NDArray[np.float64]:
    """A cloth of squares of 3 to 6 cm in white and another colour."""
    return _blend(rng, lambda u, v: (u + v) % 2, int(rng.integers(30, 61)))


def _stripes(rng: _Rng) -> NDArray[np.float64]:
    """A cloth of stripes of 2 to 5 cm."""
    return _blend(rng, lambda u, v: u % 2 + 0 * v, int(rng.integers(20, 51)))


def _blend(
    rng: _Rng, pattern: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]], size: int
) -> NDArray[np.float64]:
    shift = rng.integers(0, size, 2)
    u = ((np.arange(SHAPE[0]) + shift[0]) // size)[:, None]
    v = ((np.arange(SHAPE[1]) + shift[1]) // size)[None, :]
    other = _one_of(rng, ((196, 40, 44), (48, 84, 160), (64, 130, 84), (70, 70, 74)))
    chosen = pattern(u, v).astype(bool)[..., None]
    return np.where(chosen, np.array(other, float), np.array((234, 232, 226), float)) + 3 * rng.standard_normal(
        (*SHAPE, 1)
    )


def _text(rng: _Rng) -> NDArray[np.float64]:
    """Three to six printed sheets on a plain table, with headlines, lines and a picture."""
    top = _even((178, 188, 200)).astype(np.uint8)
    for _ in range(int(rng.integers(3, 7))):
        sheet = np.full((297, 210, 3), (244, 243, 238), np.uint8)
        words = "".join(chr(int(c)) for c in rng.integers(65, 91, 9))
        cv2.putText(sheet, words, (12, 34), cv2.FONT_HERSHEY_DUPLEX, 0.9, (30, 30, 34), 2, cv2.LINE_AA)
        for row in range(60, 280, 9):
            cv2.line(sheet, (14, row), (int(rng.integers(120, 196)), row), (96, 96, 100), 2, cv2.LINE_AA)
        x, y = (int(v) for v in rng.integers((20, 80), (90, 160)))
        corner = (x + int(rng.integers(40, 100)), y + int(rng.integers(30, 90)))
        cv2.rectangle(sheet, (x, y), corner, tuple(int(c) for c in rng.integers(60, 220, 3)), -1)
        turn = cv2.getRotationMatrix2D((105, 148), float(rng.uniform(0, 360)), 1.0)
        turn[:, 2] += rng.uniform((-40, 250), (1000, 800))
        there = cv2.warpAffine(np.full(sheet.shape[:2], 255, np.uint8), turn, (SHAPE[1], SHAPE[0]))
        moved = cv2.warpAffine(sheet, turn, (SHAPE[1], SHAPE[0]))
        top[there > 127] = moved[there > 127]
    return top.astype(np.float64)


def _markers(rng: _Rng) -> NDArray[np.float64]:
    """A calibration board: a black-and-white chequer with a square code in each white field."""
    size = int(rng.integers(30, 51))
    top = np.full(SHAPE, 236, np.uint8)
    for i in range(SHAPE[0] // size + 1):
        for j in range(SHAPE[1] // size + 1):
            field = top[i * size : (i + 1) * size, j * size : (j + 1) * size]
            if (i + j) % 2:
                field[:] = 26
                continue
            code = np.zeros((6, 6), np.uint8)
            code[1:5, 1:5] = rng.integers(0, 2, (4, 4)) * 236
            inner = cv2.resize(code, (size * 3 // 4,) * 2, interpolation=cv2.INTER_NEAREST)
            low = (size - len(inner)) // 2
            part = field[low : low + len(inner), low : low + len(inner)]
            part[:] = np.maximum(inner, 26)[: part.shape[0], : part.shape[1]]
    return np.repeat(top[..., None], 3, axis=2).astype(np.float64)


_MATERIALS: dict[str, Callable[[_Rng], NDArray[np.float64]]] = {
    "white": _white,
    "dark": _dark,
    "wood": _wood,
    "stone": _stone,
    "cloth": _cloth,
    "chequer": _chequer,
    "stripes": _stripes,
    "text": _text,
    "markers": _markers,
}
MATERIALS: tuple[str, ...] = tuple(_MATERIALS)
"""What a table may be made of, or covered with, beside the plain one."""
