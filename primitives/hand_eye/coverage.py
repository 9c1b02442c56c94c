"""Whether the arm's poses tell enough about where a camera is (Tsai and Lenz 1989: turns about at least two axes)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.hand_eye.pose_vectors import rotation_vector

LEAST_VIEWS = 10
LEAST_TURN = np.radians(25.0)
"""rad between the two orientations that differ most."""
LEAST_SECOND = np.radians(6.0)
"""rad; spread of the turns about the second axis."""


def turns(poses: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(N, 3) rotation vectors in rad from the middle orientation of `poses` (4, 4) to each."""
    total: NDArray[np.float64] = np.sum([T[:3, :3] for T in poses], axis=0)
    U, _, Vt = np.linalg.svd(total)
    middle = U @ np.diag([1.0, 1.0, np.linalg.det(U @ Vt)]) @ Vt
    return np.array([rotation_vector(middle.T @ T[:3, :3]) for T in poses])


def refuse_alike(poses: Sequence[NDArray[np.float64]]) -> None:
    """Refuse tool poses (4, 4) from which no camera can be found.

    Raises:
        ConfigurationError: says what is missing.
    """
    if len(poses) < LEAST_VIEWS:
        raise ConfigurationError(
            f"the board was seen from {len(poses)} poses; {LEAST_VIEWS} are needed, better 20. "
            "See that light falls evenly on it and that the camera sees at least half of it"
        )
    from_middle = turns(poses)
    widest = max(float(np.linalg.norm(rotation_vector(a[:3, :3].T @ b[:3, :3]))) for a in poses for b in poses)
    if widest < LEAST_TURN:
        raise ConfigurationError(
            f"the hand was turned by {np.degrees(widest):.0f} degrees at most; at least {np.degrees(LEAST_TURN):.0f} "
            "are needed: tilt the board towards and away from the camera, and turn it"
        )
    second = float(np.linalg.svd(from_middle - from_middle.mean(axis=0), compute_uv=False)[1] / np.sqrt(len(poses)))
    if second < LEAST_SECOND:
        raise ConfigurationError(
            f"the hand was turned about one axis only (about a second one by {np.degrees(second):.1f} degrees; "
            f"at least {np.degrees(LEAST_SECOND):.0f} are needed): tilt the board sideways too"
        )
