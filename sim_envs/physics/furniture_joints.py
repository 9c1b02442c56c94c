"""Puts furniture into a PyBullet client: one multibody with one prismatic joint, whose links have a colour each."""

from __future__ import annotations

import math

from primitives.colors import COLORS
from primitives.scene import Vector3
from sim_envs.assets.file_cache import cached
from sim_envs.assets.furniture_shapes import Furniture, Part, furniture_of, part_mesh
from sim_envs.assets.meshes import write_mesh
from sim_envs.physics.bullet import p

SLIDER, GRIP = 0, 1
"""Links in Bullet; the body is -1."""


def load_furniture(client: int, category: str, extent: Vector3, *, parked: Vector3) -> int:
    """The body of a piece of furniture, bolted where it is placed, at `parked` until then."""
    furniture = furniture_of(category, extent)
    body = p.loadURDF(
        str(cached(category, ".urdf", _urdf(category, furniture))),
        basePosition=parked,
        useFixedBase=True,
        physicsClientId=client,
    )
    # Bullet's default joint motor becomes dry friction
    p.setJointMotorControl2(
        body, SLIDER, p.VELOCITY_CONTROL, targetVelocity=0.0, force=furniture.friction, physicsClientId=client
    )
    return body


def set_up(client: int, body: int, furniture: Furniture, *, colors: tuple[str, str], friction: float) -> None:
    """Start over: the parts in `colors` (own and accent), with a lateral `friction`."""
    for link, part in enumerate(furniture.parts, start=-1):
        color = COLORS[colors[0] if part.paint == "color" else colors[1]]
        p.changeDynamics(body, link, lateralFriction=friction, physicsClientId=client)
        p.changeVisualShape(body, link, rgbaColor=[*(c / 255 for c in color), 1.0], physicsClientId=client)


def push_back(client: int, body: int, furniture: Furniture) -> None:
    """Let the spring of a latch act as the slider's position asks for, which is all that it depends on."""
    if furniture.latch is None:
        return
    pressed = joint_state(client, body)[0] > furniture.latch
    p.setJointMotorControl2(
        body,
        SLIDER,
        p.POSITION_CONTROL,
        targetPosition=furniture.travel if pressed else 0.0,
        targetVelocity=0.0,
        force=furniture.spring,
        positionGain=0.1,
        velocityGain=0.5,
        physicsClientId=client,
    )


def joint_state(client: int, body: int) -> tuple[float, float]:
    """Position in m and speed in m/s of the slider."""
    state = p.getJointState(body, SLIDER, physicsClientId=client)
    return state[0], state[1]


def grip_position(client: int, body: int, furniture: Furniture) -> Vector3:
    """Centre in m of the handle, base frame; furniture stands upright."""
    assert furniture.grip is not None
    (x, y, z), (_, _, qz, qw) = p.getBasePositionAndOrientation(body, physicsClientId=client)
    joint, _ = joint_state(client, body)
    u, v, w = (c + joint * a for c, a in zip(furniture.grip.solids[0].center, furniture.axis, strict=True))
    yaw = 2 * math.atan2(qz, qw)
    c, s = math.cos(yaw), math.sin(yaw)
    return x + c * u - s * v, y + s * u + c * v, z + w


def _urdf(category: str, furniture: Furniture) -> str:
    axis = " ".join(f"{a:g}" for a in furniture.axis)
    links = [_link("body", furniture.body, 1.0), _link("slider", furniture.slider, furniture.mass)]
    joints = [
        f'<joint name="slide" type="prismatic"><parent link="body"/><child link="slider"/><axis xyz="{axis}"/>'
        f'<limit lower="0" upper="{furniture.travel:g}" effort="1000" velocity="5"/>'
        f'<dynamics damping="{furniture.damping:g}" friction="0"/></joint>'
    ]
    if furniture.grip is not None:
        links.append(_link("grip", furniture.grip, 0.05))
        joints.append('<joint name="screws" type="fixed"><parent link="slider"/><child link="grip"/></joint>')
    return f'<robot name="{category}">{"".join(links)}{"".join(joints)}</robot>'


def _link(name: str, part: Part, mass: float) -> str:
    file = write_mesh("furniture", part_mesh(part))
    solids = "".join(
        f'<collision><origin xyz="{_numbers(s.center)}"/><geometry>'
        + (
            f'<cylinder radius="{s.size[0] / 2:g}" length="{s.size[2]:g}"/>'
            if s.round
            else f'<box size="{_numbers(s.size)}"/>'
        )
        + "</geometry></collision>"
        for s in part.solids
    )
    inertia = 0.003 * mass
    return (
        f'<link name="{name}"><inertial><mass value="{mass:g}"/>'
        f'<inertia ixx="{inertia:g}" iyy="{inertia:g}" izz="{inertia:g}" ixy="0" ixz="0" iyz="0"/></inertial>'
        f'<visual><geometry><mesh filename="{file}"/></geometry></visual>{solids}</link>'
    )


def _numbers(values: Vector3) -> str:
    return " ".join(f"{v:.6g}" for v in values)
