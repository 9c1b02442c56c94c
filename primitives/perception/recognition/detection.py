"""The detection: an object seen from above, with the cells it covers, before it has a name."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask


@dataclass(slots=True)
class Detection:
    """A thing seen from above, before it has a colour name."""

    category: str
    center: tuple[float, float]
    """(x, y) in m."""
    bottom: float
    """m above the table."""
    top: float
    """m above the table."""
    size: tuple[float, float]
    """Along its own x and y axes, m."""
    yaw: float
    cells: Mask
    """Cells of the view from above in which it is the highest surface, or, for hollow things, would be when empty."""
    quality: float
    """In [0, 1]: how well the shape fits what was seen."""
    color: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    """(3,) sRGB that its top shows in the light it stands in."""
    joint: float | None = None
    """Of furniture, how far its sliding part is from one end, in m."""

    @property
    def height(self) -> float:
        """Vertical extent in m."""
        return self.top - self.bottom
