"""What every driver checks before it moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from primitives.failures import BadArgument
from primitives.robot import ArmInfo

STARTS_WITHIN = 0.01
"""rad between the first point of a path and where the arm is."""


def checked_path(
    path: NDArray[np.float64], info: ArmInfo, q: NDArray[np.float64], *, starts_within: float = STARTS_WITHIN
) -> NDArray[np.float64]:
    """`path` (N, dof) rad as float64, within the joint limits and beginning at joints `q` rad.

    Raises:
        BadArgument: it is malformed, not finite, outside of the limits, or begins elsewhere.
    """
    try:
        points = np.array(path, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadArgument(f"a joint path holds numbers: {error}") from error
    if points.ndim != 2 or points.shape[1] != info.dof or len(points) == 0:
        raise BadArgument(f"a joint path has shape (N, {info.dof}) with N >= 1, got {points.shape}")
    if not np.isfinite(points).all():
        raise BadArgument("the joint path holds values that are not finite")
    outside = (points < info.lower - 1e-6) | (points > info.upper + 1e-6)
    if outside.any():
        row, joint = (int(i) for i in np.argwhere(outside)[0])
        raise BadArgument(
            f"waypoint {row} puts {info.joint_names[joint]} at {points[row, joint]:.4f} rad; "
            f"its limits are {info.lower[joint]:.4f} to {info.upper[joint]:.4f} rad"
        )
    off = float(np.abs(points[0] - q).max())
    if off > starts_within:
        raise BadArgument(
            f"the path starts {off:.3f} rad from where the arm is; at most {starts_within:g} rad is allowed"
        )
    return points
