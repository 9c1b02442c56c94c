"""Cameras that contradict each other about what stands on the table: one of them is not where its calibration says.

Height and tilt of a camera show on the table itself, and a centimetre or two along it are put right where both show the
same tops. A camera that was pushed along the table, or turned about the vertical, shows everything elsewhere: where one
sees a thing, the other looks through it on to the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.failures import HardwareFault
from primitives.perception.heightmap.agreement import looked_up
from primitives.perception.heightmap.topview import Sight

_HIGH = 0.02
"""m above the table from which points count."""
_THROUGH = 0.015
"""m below a point on whose ray a camera must see a surface to contradict it."""
_SAMPLED = 5
"""Every fifth point is asked about."""
_FEWEST = 150
"""Points so asked; fewer are an edge, or noise."""
_SUSPECT, CONTRADICTED = 0.2, 0.12
"""Part of what one camera sees that another must look through: past thin walls a little is enough for that; and part of
which it sees no such surface within `_NEAR` either."""
_NEAR = 0.01
"""m by which what two cameras see may stay apart after they were brought together."""


def refuse_disagreeing(points: Sequence[NDArray[np.float32]], sights: Sequence[Sight]) -> None:
    """Raise HardwareFault where two cameras cannot both be where they are said to be.

    Args:
        points: (N, 3) m, base frame: what each camera sees to stand out, without the robot.
        sights: what each camera sees.
    """
    for i, seen in enumerate(points):
        for j, other in enumerate(sights):
            if i == j:
                continue
            share, count = contradicted(seen, other)
            if count >= _FEWEST and share > CONTRADICTED:
                one, two = sights[i].camera.name, other.camera.name
                raise HardwareFault(
                    f"cameras {one!r} and {two!r} contradict each other: {two!r} looks through {share:.0%} of what "
                    f"{one!r} sees on the table",
                    expected="both cameras where their calibrations say, within about 2 cm",
                    measured=f"{share:.0%} of {count * _SAMPLED} points",
                    hint="one of them was moved or turned: codepolicy calibrate finds where it is",
                )


def contradicted(seen: NDArray[np.float32], other: Sight) -> tuple[float, int]:
    """Part of the high points of `seen` (N, 3) m that the camera `other` looks through, and of how many it can tell."""
    high = seen[seen[:, 2] > _HIGH][::_SAMPLED].astype(np.float64)
    level = looked_up(other, high)
    known = np.isfinite(level)
    count = int(known.sum())
    share = _through(level[known], high[known]) if count else 0.0
    if share <= _SUSPECT:
        return 0.0, count
    distance = float(np.linalg.norm(high.mean(axis=0) - other.camera.T_base_camera[:3, 3]))
    reach = 2 * round(_NEAR * float(other.camera.K[0, 0]) / distance) + 1
    highest = cv2.dilate(np.nan_to_num(other.z, nan=-1.0), np.ones((reach, reach), np.uint8))
    level = looked_up(replace(other, z=np.asarray(highest, dtype=np.float32)), high)
    return _through(level[known], high[known]), count


def _through(level: NDArray[np.float64], points: NDArray[np.float64]) -> float:
    """Part of `points` (N, 3) m on whose rays surfaces at `level` (N,) m are lower."""
    return float((level < points[:, 2] - _THROUGH).mean())
