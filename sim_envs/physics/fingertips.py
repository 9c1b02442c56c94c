"""Fingertips: pads that bulge a little, of firm rubber.

A flat pad meets a flat face in four points that share one job, in endless ways: the contact solver does not converge on
them and what is held trembles and creeps. A pad that bulges meets anything in one point, which a disc of rubber around
it keeps from turning.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from primitives.scene import Vector3
from sim_envs.assets.meshes import MARGIN, write_pieces
from sim_envs.physics.bullet import p

BULGE = 0.03
"""Radius in m of the ball that a pad is part of."""
STIFFNESS, DAMPING = 1e5, 100.0
"""N/m and N·s/m: 0.2 mm under the 20 N of an ordinary grasp."""
TORSION = 0.007
"""m. Radius of a disc whose friction keeps an object from turning under a finger: that of the pad's area."""
_GRID = np.linspace(-1.0, 1.0, 7)


def write_finger(stem: str, back: Sequence[Vector3], *, width: float, center: float, half_length: float) -> Path:
    """A cached OBJ file that Bullet loads as the hull of one finger.

    Args:
        stem: beginning of the file's name.
        back: corners in m of what is not the pad, in the finger's frame: z along the finger, x across, y away from the
            other finger, with y = 0 where the two meet.
        width: of the pad along x, m.
        center: where along z the pad bulges most, m.
        half_length: how far the pad goes on from there, m.
    """
    corners = np.array(back)
    corners -= MARGIN * np.sign(corners - corners.mean(axis=0))
    x, z = (a.ravel() for a in np.meshgrid(_GRID * (width / 2 - MARGIN), _GRID * (half_length - MARGIN)))
    pad = np.stack([x, MARGIN + (x * x + z * z) / (2 * BULGE), center + z], axis=1)
    return write_pieces(stem, [np.concatenate([corners, pad])])


def set_rubber(client: int, body: int, finger: int, *, friction: float) -> None:
    """Cover the link `finger` with rubber of this lateral friction."""
    p.changeDynamics(
        body,
        finger,
        lateralFriction=friction,
        spinningFriction=TORSION,
        contactStiffness=STIFFNESS,
        contactDamping=DAMPING,
        frictionAnchor=1,
        physicsClientId=client,
    )
