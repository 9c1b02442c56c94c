"""The objects of a world: what bodies they are, how they are set up, and what there is to see and to know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from primitives.categories import SLIDING
from primitives.colors import COLORS
from primitives.environment import ObjectState
from primitives.scene import Vector3
from sim_envs.assets.body_shapes import shape_of
from sim_envs.assets.furniture_shapes import Furniture, furniture_of, part_mesh
from sim_envs.assets.meshes import Mesh
from sim_envs.physics.body_loading import FRICTION, load_model, load_object, rgba, set_dynamics
from sim_envs.physics.bullet import p
from sim_envs.physics.furniture_joints import grip_position, joint_state, load_furniture, push_back, set_up
from sim_envs.physics.mesh_bodies import visible_mesh
from sim_envs.physics.overrides import Physics
from sim_envs.physics.snapshots import speed_of
from sim_envs.scenes.scene_spec import Model, ObjectSpec, free_name

Family = tuple[tuple[str, Vector3, bool, Model | None], ...]
"""Category, extent, movability and file of each object: worlds of one family differ in colours and poses alone."""


def family_of(objects: Sequence[ObjectSpec]) -> Family:
    """What has to be loaded for `objects`."""
    return tuple((o.category, o.extent, o.movable, o.model) for o in objects)


@dataclass(frozen=True, slots=True)
class Body:
    """An object in the world."""

    id: int
    spec: ObjectSpec


@dataclass(frozen=True, slots=True)
class Visual:
    """Something to draw that has one colour."""

    body: int
    link: int
    """-1 for the base."""
    mesh: Mesh
    color: str
    """A named colour."""


class Things:
    """The objects of one family, loaded into a client."""

    def __init__(self, client: int, family: Family) -> None:
        self._client = client
        self.ids = [_load(client, *member, parked=(2.0 * i, 0.0, -5.0)) for i, member in enumerate(family)]
        self.furniture = {
            body: furniture_of(category, extent)
            for body, (category, extent, _, _) in zip(self.ids, family, strict=True)
            if category in SLIDING
        }
        movable = (body for body, (_, _, movable, _) in zip(self.ids, family, strict=True) if movable)
        self.loose = tuple(body for body in movable if body not in self.furniture)
        """What may lie anywhere."""
        self._latched = [(body, f) for body, f in self.furniture.items() if f.latch is not None]
        self._specs: tuple[ObjectSpec, ...] = ()

    def dress(self, objects: Sequence[ObjectSpec], physics: Physics) -> None:
        """Be these objects of the family from now on: their colours, masses and frictions, wherever they are."""
        self._specs = tuple(objects)
        for number, (body, spec) in enumerate(self._each()):
            friction = physics.friction[number] if physics.friction else 1.0
            if (furniture := self.furniture.get(body)) is not None:
                colors = (spec.color, spec.accent_color)
                set_up(self._client, body, furniture, colors=colors, friction=FRICTION * friction)
                continue
            mass = physics.mass[number] if physics.mass else 1.0
            set_dynamics(self._client, body, spec, friction=friction, mass=mass)
            p.changeVisualShape(body, -1, rgbaColor=rgba(COLORS[spec.color]), physicsClientId=self._client)

    def sliders(self) -> Iterator[float]:
        """Where each piece of furniture starts, in m along its slider."""
        return (spec.joint or 0.0 for body, spec in self._each() if body in self.furniture)

    def push_back(self) -> None:
        """Latches follow from where the sliders are, so that a restored world needs no memory of them."""
        for body, furniture in self._latched:
            push_back(self._client, body, furniture)

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The objects in the order of the scene."""
        return tuple(Body(body, spec) for body, spec in self._each())

    @property
    def visuals(self) -> tuple[Visual, ...]:
        """What there is to see."""
        found: list[Visual] = []
        for body, spec in self._each():
            furniture = self.furniture.get(body)
            if furniture is None:
                model = spec.model
                mesh = visible_mesh(model.path, model.scale) if model else shape_of(spec.category, spec.extent).mesh
                found.append(Visual(body, -1, mesh, spec.color))
                continue
            for link, part in enumerate(furniture.parts, start=-1):
                color = spec.color if part.paint == "color" else spec.accent_color
                found.append(Visual(body, link, part_mesh(part), color))
        return tuple(found)

    def truth(self) -> dict[str, ObjectState]:
        """Ground truth by object name; handles are objects, called "<color> handle"."""
        found: dict[str, ObjectState] = {}
        for body, spec in self._each():
            position, quaternion = p.getBasePositionAndOrientation(body, physicsClientId=self._client)
            if spec.model is not None:
                position, _ = p.multiplyTransforms(position, quaternion, spec.model.middle, (0.0, 0.0, 0.0, 1.0))
            assert spec.name is not None
            joint = joint_state(self._client, body)[0] if body in self.furniture else None
            found[spec.name] = ObjectState(
                position=position,
                quaternion_xyzw=quaternion,
                category=spec.category,
                color=spec.color,
                size=spec.extent,
                joint=joint,
            )
        for body, spec in self._each():
            furniture = self.furniture.get(body)
            if furniture is not None and furniture.grip is not None:
                found[free_name(f"{spec.accent_color} handle", found)] = self._handle(body, spec, furniture)
        return found

    def names(self, bodies: frozenset[int]) -> frozenset[str]:
        """Of those that are objects."""
        return frozenset(spec.name for body, spec in self._each() if body in bodies and spec.name)

    def speed(self) -> float:
        """Speed in m/s of the fastest object; a turn counts as 5 cm of lever."""
        fastest = 0.0
        for body in self.ids:
            if body in self.furniture:
                fastest = max(fastest, abs(joint_state(self._client, body)[1]))
                continue
            fastest = max(fastest, speed_of(*p.getBaseVelocity(body, physicsClientId=self._client)))
        return fastest

    def _each(self) -> Iterator[tuple[int, ObjectSpec]]:
        return zip(self.ids, self._specs, strict=True)

    def _handle(self, body: int, spec: ObjectSpec, furniture: Furniture) -> ObjectState:
        assert furniture.grip is not None
        _, quaternion = p.getBasePositionAndOrientation(body, physicsClientId=self._client)
        return ObjectState(
            position=grip_position(self._client, body, furniture),
            quaternion_xyzw=quaternion,
            category="handle",
            color=spec.accent_color,
            size=furniture.grip.solids[0].size,
        )


def _load(client: int, category: str, extent: Vector3, movable: bool, model: Model | None, *, parked: Vector3) -> int:
    if model is not None:
        return load_model(client, model, movable, parked=parked)
    if category in SLIDING:
        return load_furniture(client, category, extent, parked=parked)
    return load_object(client, category, extent, movable, parked=parked)
