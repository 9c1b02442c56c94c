"""Images and masks as a program of the joint surface sees them.

Arrays travel from the robot process to the program only; a program passes an `Image` or `Mask` back as a reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """One RGB-D image of a calibrated camera."""

    id: int
    camera: str
    rgb: NDArray[np.uint8]
    """(H, W, 3) uint8."""
    depth: NDArray[np.float32]
    """(H, W) float32 m along the camera's z axis, 0 where unknown."""
    K: NDArray[np.float64]
    """(3, 3) pinhole matrix in px; integer pixel coordinates are pixel centres."""
    T_base_camera: NDArray[np.float64]
    """(4, 4), takes camera-frame points (x right, y down, z forward) to the base frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """The pixels of one object in one image."""

    id: int
    image: int
    """Id of the image."""
    name: str
    pixels: NDArray[np.bool_]
    """(H, W) bool."""


class ImageRef(msgspec.Struct, frozen=True, tag="image"):
    """An `Image` on its way back from a program."""

    id: int


class MaskRef(msgspec.Struct, frozen=True, tag="mask"):
    """A `Mask` on its way back from a program."""

    id: int
