"""Where the fingers touch what they push, and how far the hand leans to get behind it."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from primitives import relations
from primitives.categories import ROUND
from primitives.robot import GripperInfo
from primitives.scene import SceneObject


def across(obj: SceneObject, angle: float) -> float:
    """Extent in m of the object square to a push towards `angle`; of a round one, what two contacts may span."""
    if obj.category in ROUND:
        return max(obj.size[0], obj.size[1]) * 0.7
    a = angle - obj.yaw
    return obj.size[0] * abs(math.sin(a)) + obj.size[1] * abs(math.cos(a))


def leaning(at: NDArray[np.float64], lean: float) -> NDArray[np.float64]:
    """(3, 3) rotation by which what stands upright at `at` (x, y) leans by `lean` rad towards the robot."""
    outwards = at / float(np.linalg.norm(at))
    c, s = math.cos(lean), math.sin(lean)
    axes = np.column_stack([[*outwards, 0.0], [-outwards[1], outwards[0], 0.0], [0.0, 0.0, 1.0]])
    return axes @ np.array(((c, 0.0, -s), (0.0, 1.0, 0.0), (s, 0.0, c))) @ axes.T


def gap(obj: SceneObject, angle: float, gripper: GripperInfo, turn: float, width: float) -> float:
    """How far in m the tool is behind the object's centre when the first finger touches it.

    Args:
        obj: the object.
        angle: direction of the push, rad.
        gripper: its fingers' size.
        turn: of the hand against that direction, rad.
        width: distance between the fingers, m.
    """
    centered = affinity.translate(relations.footprint(obj), -obj.position[0], -obj.position[1])
    outline = affinity.rotate(centered, -angle, origin=(0.0, 0.0), use_radians=True)
    x, inner, outer = gripper.finger_width / 2, width / 2, width / 2 + gripper.finger_thickness
    touching = [0.0]
    for side in (-1.0, 1.0):
        finger = affinity.rotate(
            shapely.box(-x, min(side * inner, side * outer), x, max(side * inner, side * outer)),
            turn,
            origin=(0.0, 0.0),
            use_radians=True,
        )
        # differences of points of the finger and points of the object: those on the axis are the ways to touch
        apart = shapely.MultiPoint(
            [(f[0] - o[0], f[1] - o[1]) for f in finger.exterior.coords for o in outline.exterior.coords]
        ).convex_hull.intersection(shapely.LineString([(-1.0, 0.0), (1.0, 0.0)]))
        if not apart.is_empty:
            touching.append(float(apart.bounds[2]))
    return max(touching)
