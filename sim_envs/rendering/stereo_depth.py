"""Depth as an active stereo camera measures it.

- Noise is that of disparity, so depth noise grows with z² (Keselman et al., "Intel RealSense stereoscopic depth
  cameras", CVPR workshops 2017), and neighbouring pixels share it, since each is matched by a window (Barron and Malik,
  "Intrinsic scene properties from a single RGB-D image", CVPR 2013, measure such noise for structured light).
- Windows reach across edges, which rounds them (Kanade and Okutomi, "A stereo matching algorithm with an adaptive
  window", PAMI 1994).
- What one of the two imagers does not see has no depth: a hole beside whatever stands out (Bleyer and Gelautz 2007).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

CORRELATION = 2.5
"""px; deviation of the Gaussian by which disparity noise is smooth: a matching window of about nine pixels."""


def measured_depth(
    depth: NDArray[np.float32],
    disparity_of: float,
    *,
    noise: float,
    window: int,
    holes: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """`depth` (H, W) m, 0 where nothing is, as stereo measures it.

    Args:
        depth: the truth.
        disparity_of: focal length x baseline, px m.
        noise: standard deviation of the depth in m at 1 m.
        window: px to each side over which disparity is averaged.
        holes: fraction of the image that has no depth in patches, as where a surface has no texture or is too bright.
        rng: of the noise.
    """
    known = depth > 0
    disparity = np.zeros_like(depth)
    np.divide(np.float32(disparity_of), depth, out=disparity, where=known)
    hidden = _half_occluded(disparity)
    if window:
        disparity = np.asarray(cv2.blur(disparity, (2 * window + 1,) * 2), dtype=np.float32)
    if noise:
        disparity += np.float32(noise * disparity_of) * correlated(depth.shape, CORRELATION, rng)
    if holes:
        hidden |= correlated(depth.shape, 3 * CORRELATION, rng) < np.float32(-_quantile(1 - holes))
    result = np.zeros_like(depth)
    np.divide(np.float32(disparity_of), disparity, out=result, where=known & ~hidden & (disparity > 1.0))
    return result


def correlated(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """(H, W) Gaussian noise of unit deviation that is smooth over `sigma` px."""
    white = rng.standard_normal(shape, dtype=np.float32)
    smooth = cv2.GaussianBlur(white, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    # the kernel keeps 1 / (4 pi sigma²) of the variance of white noise
    return np.asarray(smooth * np.float32(2 * np.sqrt(np.pi) * sigma), dtype=np.float32)


def _half_occluded(disparity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) what the second imager, to the right of the first, does not see."""
    columns = np.arange(disparity.shape[1], dtype=np.float32)
    there = columns - disparity
    first = np.minimum.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    hidden = np.zeros(disparity.shape, bool)
    hidden[:, :-1] = there[:, :-1] > first[:, 1:] + 0.5
    return hidden


def _quantile(part: float) -> float:
    """Of the standard normal distribution, below which `part` of it lies (Abramowitz and Stegun 26.2.23)."""
    t = np.sqrt(-2 * np.log(1 - part))
    return float(
        t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3)
    )
