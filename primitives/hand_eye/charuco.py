"""The ChArUco board: a chessboard whose white squares carry markers, so that each corner is known by number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError

DICTIONARY = "DICT_4X4_50"
CELLS = 8
"""Marker cells along the side of a square: a marker has 4 and a black rim, and a cell of white around it."""
MARKER = 6 / CELLS
"""Side of a marker over that of its square."""
MOST_MARKERS = 50
"""In the dictionary."""
LEAST_CORNERS = 6
"""Corners of a view that is of use."""


@dataclass(frozen=True, slots=True)
class Board:
    """A printed board. Its frame: origin in a corner, x along the columns, y along the rows, z into the paper."""

    columns: int = 6
    rows: int = 4
    square: float = 0.04
    """Side of a square in m, as measured on the paper."""

    def __post_init__(self) -> None:
        if not (3 <= self.columns <= 20 and 3 <= self.rows <= 20):
            raise ConfigurationError(f"a board has 3 to 20 squares along each side, not {self.columns}x{self.rows}")
        if self.columns * self.rows // 2 > MOST_MARKERS:
            raise ConfigurationError(
                f"a board of {self.columns}x{self.rows} squares needs {self.columns * self.rows // 2} markers; "
                f"there are {MOST_MARKERS}: take fewer squares"
            )
        if not 0.005 <= self.square <= 0.2:
            raise ConfigurationError(f"a square measures 5 to 200 mm, not {self.square * 1000:g} mm")

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of all squares together, in m."""
        return self.columns * self.square, self.rows * self.square

    @property
    def corners(self) -> NDArray[np.float64]:
        """(N, 3) inner corners in the board's frame by number, m."""
        return np.asarray(_detector(self)[0].getChessboardCorners(), dtype=np.float64)

    def cells(self) -> NDArray[np.bool_]:
        """(rows * CELLS, columns * CELLS) which cells are black."""
        size = (self.columns * CELLS, self.rows * CELLS)
        return np.asarray(_detector(self)[0].generateImage(size, marginSize=0, borderBits=1)) < 128


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """The corners of a board in one image."""

    ids: NDArray[np.int64]
    """(N,) their numbers."""
    pixels: NDArray[np.float64]
    """(N, 2) px (u, v)."""


def seen(board: Board, rgb: NDArray[np.uint8]) -> Sighting | None:
    """The corners of `board` in an image (H, W, 3), or None where fewer than `LEAST_CORNERS` are seen."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    corners, ids, _, _ = _detector(board)[1].detectBoard(gray)
    if ids is None or len(ids) < LEAST_CORNERS:
        return None
    return Sighting(np.asarray(ids, dtype=np.int64).ravel(), np.asarray(corners, dtype=np.float64).reshape(-1, 2))


@lru_cache(maxsize=4)
def _detector(board: Board) -> tuple[Any, Any]:
    """OpenCV's board and the detector for it."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
    charuco: Any = cv2.aruco.CharucoBoard((board.columns, board.rows), board.square, board.square * MARKER, dictionary)
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return charuco, cv2.aruco.CharucoDetector(charuco, cv2.aruco.CharucoParameters(), parameters)
