"""What an arm's description must have before anything moves: nothing of it is guessed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.errors import ConfigurationError, unknown_name
from primitives.robot import ArmInfo


def check_description(info: ArmInfo) -> None:
    """Refuse a description with something missing, malformed or at odds with its URDF.

    Raises:
        ConfigurationError: says what, where, and what would be valid.
    """
    _check(info)


@lru_cache(maxsize=8)
def _check(info: ArmInfo) -> None:
    if not info.urdf.is_file():
        raise ConfigurationError(f"arm {info.name!r}: there is no URDF {str(info.urdf)!r}")
    try:
        model = pin.buildModelFromUrdf(str(info.urdf))
    except Exception as error:  # whatever the parser makes of it
        raise ConfigurationError(
            f"arm {info.name!r}: {str(info.urdf)!r} is no URDF that can be read: {error}"
        ) from error
    joints = list(model.names)[1:]
    for what, names in (("joint", info.joint_names), ("finger joint", info.finger_joint_names)):
        for name in names:
            if name not in joints:
                raise unknown_name(f"{what} of arm {info.name!r}", name, joints)
    for what, link in (("tool link", info.tool_link), *(("finger link", name) for name in info.finger_links)):
        if not model.existFrame(link):
            raise unknown_name(f"{what} of arm {info.name!r}", link, [f.name for f in list(model.frames)[1:]])
    for problem in (*_joints(info, model), *_numbers(info), *_hand(info)):
        raise ConfigurationError(f"arm {info.name!r}: {problem}")


def _joints(info: ArmInfo, model: pin.Model) -> Iterator[str]:
    if not info.joint_names:
        yield "it names no joint"
    vectors = {
        "lower": info.lower,
        "upper": info.upper,
        "home": info.home,
        "limits.velocity": info.limits.velocity,
        "limits.acceleration": info.limits.acceleration,
        "limits.jerk": info.limits.jerk,
    }
    for name, values in vectors.items():
        if np.shape(values) != (info.dof,) or not np.all(np.isfinite(values)):
            yield f"{name} must be {info.dof} finite numbers, one per joint, not {np.asarray(values).tolist()}"
            return
        if name.startswith("limits") and not np.all(values > 0):
            yield f"{name} must be above 0 for every joint, not {values.tolist()}"
    for i, name in enumerate(info.joint_names):
        low, high, home = float(info.lower[i]), float(info.upper[i]), float(info.home[i])
        if not low < high:
            yield f"joint {name!r} has limits {low:g} to {high:g} rad; the lower one must be smaller"
        if not low <= home <= high:
            yield f"home puts joint {name!r} at {home:g} rad, outside of its limits {low:g} to {high:g} rad"
        joint = model.joints[model.getJointId(name)]
        if joint.nq == 1:
            least, most = float(model.lowerPositionLimit[joint.idx_q]), float(model.upperPositionLimit[joint.idx_q])
            if most > least and (low < least - 0.01 or high > most + 0.01):
                yield (
                    f"joint {name!r} has limits {low:g} to {high:g} rad, but its URDF allows {least:g} to {most:g}: are"
                    " they in rad, and is it the URDF of this arm?"
                )


def _numbers(info: ArmInfo) -> Iterator[str]:
    for name, T in (("T_link_tool", info.T_link_tool), ("T_world_base", info.T_world_base)):
        if not is_pose(T):
            yield f"{name} is no pose: it must be (4, 4) with a rotation, and 0 0 0 1 in the last row"
    for name, value, most in (
        ("arrival_position", info.arrival_position, 0.05),
        ("arrival_rotation", info.arrival_rotation, 0.3),
        ("approach", info.approach, 0.5),
    ):
        if not 0.0 < value <= most:
            yield f"{name} is {value:g}; it is above 0 and at most {most:g}"
    if not 0.0 <= info.tilt_slack <= 0.6:
        yield f"tilt_slack is {info.tilt_slack:g} rad; it is 0 to 0.6"


def _hand(info: ArmInfo) -> Iterator[str]:
    hand = info.gripper
    for name in ("max_width", "max_force", "max_speed", "finger_width", "finger_thickness", "finger_depth"):
        value = getattr(hand, name)
        if not (math.isfinite(value) and value > 0):
            yield f"gripper.{name} is {value!r}; it must be a number above 0"
    if not 0.0 <= hand.width_tolerance < 0.02:
        yield f"gripper.width_tolerance is {hand.width_tolerance!r} m; it is 0 to 0.02"
    widths = [row[0] for row in hand.joint_table]
    if hand.joint_table and (len(widths) < 2 or sorted(set(widths)) != widths):
        yield f"gripper.joint_table has widths {widths}; at least two are needed, rising"
    for width, joints in hand.joint_table:
        if len(joints) != len(info.finger_joint_names):
            yield (
                f"gripper.joint_table has {len(joints)} values at {width:g} m for {len(info.finger_joint_names)} finger"
                f" joints ({', '.join(info.finger_joint_names)})"
            )
    if hand.kind == "jaw" and not hand.joint_table:
        yield "gripper.kind is 'jaw', whose joint does not move by half the width; give gripper.joint_table"


def is_pose(T: NDArray[np.float64]) -> bool:
    """Whether `T` is a rigid transform, (4, 4)."""
    if np.shape(T) != (4, 4) or not np.all(np.isfinite(T)):
        return False
    R = T[:3, :3]
    straight = np.allclose(R @ R.T, np.eye(3), atol=1e-4) and float(np.linalg.det(R)) > 0
    return bool(straight and np.allclose(T[3], (0.0, 0.0, 0.0, 1.0)))
