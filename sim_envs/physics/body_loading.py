"""Puts the table and objects into a PyBullet client."""

from __future__ import annotations

from primitives.scene import Vector3
from sim_envs.assets.body_shapes import Shape, shape_of
from sim_envs.assets.meshes import write_mesh, write_pieces
from sim_envs.physics.bullet import p
from sim_envs.physics.mesh_bodies import collision_file, visible_mesh
from sim_envs.scenes.scene_spec import Model, ObjectSpec

TABLE_SIZE = (1.15, 1.20, 0.05)
"""Extent (x, y, z) of the table top in m."""
TABLE_CENTER = (0.325, 0.0, -0.025)
_TABLE_HALF = tuple(e / 2 for e in TABLE_SIZE)
TABLE_COLOR = (178, 188, 200)
"""sRGB; far from every named colour, so that a camera can tell any object from it."""
FRICTION = 0.8
"""Lateral friction of the table and of objects; a contact has the product of both sides."""


def load_table(client: int) -> int:
    """The body of the table, whose top is at z = 0. To be seen it needs `show_table`."""
    table = p.createMultiBody(
        baseMass=0,
        baseCollisionShapeIndex=p.createCollisionShape(p.GEOM_BOX, halfExtents=_TABLE_HALF, physicsClientId=client),
        # a body without a visual shape would be seen as it collides; this one is deep inside
        baseVisualShapeIndex=p.createVisualShape(p.GEOM_BOX, halfExtents=(1e-3,) * 3, physicsClientId=client),
        basePosition=TABLE_CENTER,
        useMaximalCoordinates=True,
        physicsClientId=client,
    )
    p.changeDynamics(table, -1, lateralFriction=FRICTION, physicsClientId=client)
    return table


def show_table(client: int) -> None:
    """Put what is seen of the table into a client that draws it alone: its many pixels are slow to draw."""
    p.createMultiBody(
        baseMass=0,
        baseVisualShapeIndex=p.createVisualShape(
            p.GEOM_BOX,
            halfExtents=_TABLE_HALF,
            rgbaColor=rgba(TABLE_COLOR),
            specularColor=(0, 0, 0),
            physicsClientId=client,
        ),
        basePosition=TABLE_CENTER,
        physicsClientId=client,
    )


def load_object(client: int, category: str, extent: Vector3, movable: bool, *, parked: Vector3) -> int:
    """The body of a white object of that category and extent (x, y, z) m, at `parked` until it is placed."""
    shape = shape_of(category, extent)
    return p.createMultiBody(
        baseMass=shape.mass if movable else 0.0,
        baseCollisionShapeIndex=_solid(client, category, extent, shape),
        baseVisualShapeIndex=p.createVisualShape(
            p.GEOM_MESH,
            fileName=str(write_mesh(category, shape.mesh)),
            rgbaColor=(1, 1, 1, 1),
            specularColor=(0, 0, 0),
            physicsClientId=client,
        ),
        basePosition=parked,
        useMaximalCoordinates=True,  # an ordinary rigid body: its contacts cost a fraction of an articulated body's
        physicsClientId=client,
    )


def load_model(client: int, model: Model, movable: bool, *, parked: Vector3) -> int:
    """The body of a white thing of a file, at `parked` until it is placed."""
    return p.createMultiBody(
        baseMass=model.mass if movable else 0.0,
        baseCollisionShapeIndex=p.createCollisionShape(
            p.GEOM_MESH, fileName=str(collision_file(model.path, model.scale)), physicsClientId=client
        ),
        baseVisualShapeIndex=p.createVisualShape(
            p.GEOM_MESH,
            fileName=str(write_mesh("thing", visible_mesh(model.path, model.scale))),
            rgbaColor=(1, 1, 1, 1),
            specularColor=(0, 0, 0),
            physicsClientId=client,
        ),
        basePosition=parked,
        useMaximalCoordinates=True,
        physicsClientId=client,
    )


def set_dynamics(client: int, body: int, spec: ObjectSpec, *, friction: float, mass: float) -> None:
    """Give an object its mass and friction, each times a factor."""
    if spec.model is not None:
        weight = spec.model.mass * mass if spec.movable else 0.0
        grip = FRICTION * friction
        p.changeDynamics(body, -1, mass=weight, lateralFriction=grip, rollingFriction=0.0005, physicsClientId=client)
        return
    shape = shape_of(spec.category, spec.extent)
    p.changeDynamics(
        body,
        -1,
        mass=shape.mass * mass if spec.movable else 0.0,
        lateralFriction=FRICTION * friction * shape.friction,
        rollingFriction=shape.rolling,
        spinningFriction=0.002 if shape.rolling else 0.0,
        physicsClientId=client,
    )


def rgba(color: tuple[int, int, int]) -> tuple[float, float, float, float]:
    """A named colour as Bullet takes it."""
    return (color[0] / 255, color[1] / 255, color[2] / 255, 1.0)


def _solid(client: int, category: str, extent: Vector3, shape: Shape) -> int:
    """The collision shape, -1 for none."""
    x, _, z = extent
    if shape.solid == "box":
        return p.createCollisionShape(p.GEOM_BOX, halfExtents=[e / 2 for e in extent], physicsClientId=client)
    if shape.solid == "sphere":
        return p.createCollisionShape(p.GEOM_SPHERE, radius=x / 2, physicsClientId=client)
    if shape.solid == "cylinder":
        return p.createCollisionShape(p.GEOM_CYLINDER, radius=x / 2, height=z, physicsClientId=client)
    if shape.solid == "pieces":
        file = write_pieces(category, shape.pieces)
        return p.createCollisionShape(p.GEOM_MESH, fileName=str(file), physicsClientId=client)
    return -1
