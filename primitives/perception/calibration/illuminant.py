"""The colour and brightness of the light, judged by the table and by what stands on it.

A surface of albedo `a` shows as `a` times one factor per channel, until it is white. For each black-body light at each
brightness it is asked how well the table and the colours on it are explained: things have named colours, tables are
mostly of weak colour, or the usual one, and light is mostly white and of full brightness. Clearly better than white
light has to be what is to replace it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import ALBEDO

USUAL_TABLE: NDArray[np.float64] = np.array([178.0, 188.0, 200.0])
"""(3,) sRGB in full light of the table that is expected: its colour is as good as a grey card. Others are recognised by
what stands on them."""
_TEMPERATURES = (2500, 2700, 2900, 3200, 3500, 3900, 4400, 5100, 6000, 6500, 7200, 8200, 9500)
"""K, about equally far apart to the eye."""
_BRIGHTNESS: NDArray[np.float64] = np.geomspace(0.26, 1.75, 22)
_FULL = 0.96
"""What a horizontal surface shows of its albedo in full light."""
_SHADES: NDArray[np.float64] = np.array([1.0, 0.82, 0.66])
"""How bright the sides of things are against their tops."""
_SHADE_COST: NDArray[np.float64] = np.array([0.0, 0.25, 0.45])
_UNLIKE, _MOST = 11.0, 3.0
"""sRGB distance, in full light, that counts as one, and what counts no more."""
_OTHER_TABLE, _STRONG = 2.2, 45.0
"""Cost of another table than the usual one; chroma that costs as much again as one."""
_MARGIN = 1.2
"""By how much light must explain the picture better than white light of ordinary brightness."""
_USUAL = 8.0
"""sRGB distance within which the usual table shows the colour that it has in ordinary light."""
_ORDINARY = (0.72, 1.12)
"""Brightness that the naming of colours copes with."""
_CUT_OFF, _OVEREXPOSED = 252, 0.01
"""sRGB from which a channel is cut off, and part of the things where it is when there is too much light."""
_CLOSE = 0.12
"""Part by which a channel may differ from the light that explains the picture best."""
_COLORS = 24
"""How many of the colours seen are looked at."""


@dataclass(frozen=True, slots=True)
class Illuminant:
    """The light on the table."""

    gains: NDArray[np.float64]
    """(3,) what a surface shows, over what it shows in white light of full brightness; all 1 in ordinary light."""

    @property
    def ordinary(self) -> bool:
        """Whether nothing has to be corrected."""
        return bool((self.gains == 1.0).all())

    @property
    def white(self) -> NDArray[np.float64]:
        """(3,) what `removed` makes of a saturated pixel."""
        return 255.0 / np.maximum(self.gains, 1.0)

    def removed(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(..., 3) sRGB as in white light of full brightness."""
        if self.ordinary:
            return rgb
        levels = np.arange(256.0)
        tables = [np.clip(levels / g, 0, 255).astype(np.uint8) for g in self.gains]
        return np.stack([table[rgb[..., i]] for i, table in enumerate(tables)], axis=-1)


ORDINARY = Illuminant(np.ones(3))


def illuminant(table: NDArray[np.float64] | None, colors: NDArray[np.uint8]) -> Illuminant:
    """The light under which a table shows `table` (3,) and the things on it `colors` (N, 3)."""
    if table is not None and float(np.linalg.norm(USUAL_TABLE * _FULL - table)) < _USUAL:
        return ORDINARY
    seen, weight = _commonest(colors)
    gains, prior = _lights()
    cost = prior.copy()
    cut_off = float((colors.max(axis=1) >= _CUT_OFF).mean()) if len(colors) else 0.0
    if cut_off < _OVEREXPOSED and (table is None or table.max() < _CUT_OFF):
        cost[gains.max(axis=1) > _ORDINARY[1]] = np.inf  # more light than that would show as white somewhere
    if len(seen):
        shown = np.minimum(gains[:, None, None, :] * (_SHADES[:, None, None] * ALBEDO), 255.0)  # (L, S, 20, 3)
        bright = gains.mean(axis=1).clip(0.3, 1.0)
        square = np.stack([((shown - c) ** 2).sum(axis=-1) for c in seen], axis=-1)  # (L, S, 20, C)
        apart = np.sqrt(square.min(axis=2)) / (_UNLIKE * bright)[:, None, None] + _SHADE_COST[:, None]
        cost += np.minimum(apart.min(axis=1), _MOST) @ weight
    if table is not None:
        usual = np.linalg.norm(np.minimum(USUAL_TABLE * gains * _FULL, 255.0) - table, axis=1)
        own = table / gains
        other = _OTHER_TABLE + np.ptp(own, axis=1) / _STRONG + np.maximum(own.max(axis=1) / _FULL - 258.0, 0.0) / 12.0
        cost += np.minimum(usual / (_UNLIKE * gains.mean(axis=1).clip(0.3, 1.0)), other)
    best = int(np.argmin(cost))
    white = (gains.min(axis=1) == gains.max(axis=1)) & (gains[:, 0] > _ORDINARY[0]) & (gains[:, 0] < _ORDINARY[1])
    if cost[white].min() < cost[best] + _MARGIN:
        return ORDINARY
    if table is not None and (table < 250).all():
        # the usual table says it more exactly than the lights that were tried
        exact = table / (USUAL_TABLE * _FULL)
        if np.abs(exact / gains[best] - 1.0).max() < _CLOSE:
            return Illuminant(exact)
    return Illuminant(gains[best])


def _commonest(colors: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(C, 3) the commonest of `colors` (N, 3), and the weight (C,) of each; all weights sum to at most 6."""
    if not len(colors):
        return np.zeros((0, 3)), np.zeros(0)
    coarse = (colors >> 4).astype(np.int64)
    key = (coarse[:, 0] << 8) | (coarse[:, 1] << 4) | coarse[:, 2]
    _, which, count = np.unique(key, return_inverse=True, return_counts=True)
    chosen = np.argsort(-count)[:_COLORS]
    chosen = chosen[count[chosen] > 0.004 * len(colors)]
    sums = np.stack([np.bincount(which, colors[:, i], minlength=len(count)) for i in range(3)], axis=1)
    weight = np.sqrt(count[chosen])
    return sums[chosen] / count[chosen, None], weight / weight.sum() * min(6.0, 1.2 * len(chosen))


_made: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []


def _lights() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(L, 3) the gains of every light, and (L,) how unlikely it is."""
    if not _made:
        tints = np.stack([_tint(float(t)) for t in _TEMPERATURES])
        mired = 1e6 / np.array(_TEMPERATURES) - 1e6 / 6500
        gains = tints[:, None, :] * _BRIGHTNESS[None, :, None]
        bright = np.log(_BRIGHTNESS)
        prior = 0.35 * (mired[:, None] / 100) ** 2 + 0.35 * (bright[None] / 0.5) ** 2
        keep = np.ones(prior.shape, bool)
        _made.append((gains[keep], prior[keep]))
    return _made[0]


def _tint(temperature: float) -> NDArray[np.float64]:
    """(3,) factors on the sRGB values of a surface under black-body light, the largest 1.

    Chromaticity by Krystek's approximation (Color Research and Application 10, 1985), for 1,000 to 15,000 K.
    """
    rgb = [_linear(t) for t in (temperature, 6500.0)]
    factors = (rgb[0] / rgb[1]).clip(1e-3) ** (1 / 2.2)
    return factors / factors.max()


def _linear(t: float) -> NDArray[np.float64]:
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t)
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    to_rgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    return np.asarray(to_rgb @ np.array([x / y, 1.0, (1 - x - y) / y]), dtype=np.float64)
