"""One PyBullet world: a table, an arm and the objects of one scene family.

Worlds share nothing: each has its own client, whose id is passed at every call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from primitives.colors import COLORS
from primitives.environment import ObjectState
from primitives.scene import Quaternion, Vector3
from sim_envs.bullet import p
from sim_envs.furniture import TRAVEL, Furniture, furniture_of, part_mesh
from sim_envs.joinery import SLIDER, grip_position, joint_state, load_furniture, push_back, set_up
from sim_envs.loading import FRICTION, load_object, load_table, rgba, set_dynamics
from sim_envs.mesh import Mesh
from sim_envs.scene_spec import ObjectSpec, free_name
from sim_envs.shapes import shape_of
from sim_envs.sim_robot import SimRobot, mount
from sim_envs.snapshots import Bodies, Everything, let_sleep, read, speed_of, turn, wake, write

STEP = 1.0 / 240.0
"""s of simulated time per physics step."""
SOLVER_ITERATIONS = 200
"""Small light blocks between strong fingers need them; Bullet stops early where fewer are enough."""
Family = tuple[tuple[str, Vector3, bool], ...]
"""Category, extent and movability of each object: worlds of one family differ in colours and poses alone."""


def family_of(objects: Sequence[ObjectSpec]) -> Family:
    """What has to be loaded for `objects`."""
    return tuple((o.category, o.extent, o.movable) for o in objects)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an object starts."""

    position: Vector3
    """Centre in m, base frame."""
    yaw: float
    """rad."""


@dataclass(frozen=True, slots=True)
class Physics:
    """Departures from the ordinary physics of a scene."""

    friction: tuple[float, ...] = ()
    """Factor per object; all 1 where empty."""
    mass: tuple[float, ...] = ()
    """Factor per object; all 1 where empty."""
    slips: tuple[int, ...] = ()
    """Steps at which the fingers start to slip."""
    slip_steps: int = 0
    slip_friction: float = 0.0


ORDINARY = Physics()


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


@dataclass(frozen=True, slots=True)
class MotorCommand:
    """What the motors were last told."""

    q: tuple[float, ...]
    dq: tuple[float, ...]
    width: float
    speed: float
    force: float


@dataclass(frozen=True, slots=True)
class WorldState:
    """A snapshot, to be given back to the world that made it."""

    bodies: Everything
    steps: int
    motors: MotorCommand


class World:
    """A loaded scene family. Steps only when told to."""

    def __init__(self, family: Family, robot: SimRobot) -> None:
        self.family = family
        self.client = p.connect(p.DIRECT)
        self.steps = 0
        self.on_step: Callable[[], None] | None = None
        client = self.client
        p.setPhysicsEngineParameter(
            fixedTimeStep=STEP,
            numSolverIterations=SOLVER_ITERATIONS,
            minimumSolverIslandSize=1,  # what rests converges in few iterations, whatever the arm needs
            deterministicOverlappingPairs=1,
            contactBreakingThreshold=0.005,
            enableFileCaching=0,
            physicsClientId=client,
        )
        p.setGravity(0, 0, -9.81, physicsClientId=client)
        self.table = load_table(client)
        self.arm = mount(client, robot)
        self._home = _at_home(robot)
        self._ids = [_load(client, *member, parked=(2.0 * i, 0.0, -5.0)) for i, member in enumerate(family)]
        self._furniture = {
            body: furniture_of(category, extent)
            for body, (category, extent, _) in zip(self._ids, family, strict=True)
            if category in TRAVEL
        }
        self._latched = [(body, f) for body, f in self._furniture.items() if f.latch is not None]
        self._specs: tuple[ObjectSpec, ...] = ()
        self._physics = ORDINARY
        self._slipping = False
        self.motors = self._home
        loose = tuple(
            body
            for body, (_, _, movable) in zip(self._ids, family, strict=True)
            if movable and body not in self._furniture
        )
        self._moving = Bodies(
            client,
            loose,
            tuple(body for body in self._ids if body not in loose),
            ((self.arm.body, self.arm.joints + self.arm.fingers), *((body, (SLIDER,)) for body in self._furniture)),
        )
        for body in loose:
            let_sleep(client, body)
        self._restored: WorldState | None = None
        self._links = [
            (body, link) for body in self._ids for link in range(-1, p.getNumJoints(body, physicsClientId=client))
        ]
        self._arm_links = range(p.getNumJoints(self.arm.body, physicsClientId=client))
        self._apart = WorldState(read(self._moving), 0, self._home)

    def close(self) -> None:
        """Free the world. Idempotent."""
        if self.client >= 0:
            p.disconnect(physicsClientId=self.client)
            self.client = -1

    # Scene

    def arrange(
        self, objects: Sequence[ObjectSpec], placements: Sequence[Placement], physics: Physics = ORDINARY
    ) -> None:
        """Start over with these objects of the world's family at these places, the arm at home, the clock at zero."""
        assert family_of(objects) == self.family
        client = self.client
        self._specs = tuple(objects)
        self.restore(self._apart)
        self._restored = None
        self._physics = replace(physics, slips=(-physics.slip_steps - 1,))
        self._set_slip()  # the scene before may have ended in a slip
        self._physics = physics
        for number, (body, spec, place) in enumerate(zip(self._ids, objects, placements, strict=True)):
            friction = physics.friction[number] if physics.friction else 1.0
            half = place.yaw / 2
            rotation = (0.0, 0.0, math.sin(half), math.cos(half))
            p.resetBasePositionAndOrientation(body, place.position, rotation, physicsClientId=client)
            if (furniture := self._furniture.get(body)) is not None:
                colors = (spec.color, spec.accent_color)
                set_up(client, body, furniture, joint=spec.joint or 0.0, colors=colors, friction=FRICTION * friction)
                continue
            set_dynamics(client, body, spec, friction=friction, mass=physics.mass[number] if physics.mass else 1.0)
            if spec.movable:
                wake(client, body)
            p.changeVisualShape(body, -1, rgbaColor=rgba(COLORS[spec.color]), physicsClientId=client)

    def settle(self, steps: int) -> None:
        """Let the objects come to rest before the clock starts."""
        for _ in range(steps):
            self.step()
        self.steps, self._restored = 0, None

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The objects in the order of the scene."""
        return tuple(Body(i, s) for i, s in zip(self._ids, self._specs, strict=True))

    @property
    def visuals(self) -> tuple[Visual, ...]:
        """What there is to see of the objects."""
        found: list[Visual] = []
        for body, spec in zip(self._ids, self._specs, strict=True):
            furniture = self._furniture.get(body)
            if furniture is None:
                found.append(Visual(body, -1, shape_of(spec.category, spec.extent).mesh, spec.color))
                continue
            for link, part in enumerate(furniture.parts, start=-1):
                color = spec.color if part.paint == "color" else spec.accent_color
                found.append(Visual(body, link, part_mesh(part), color))
        return tuple(found)

    def pose(self, body: int, link: int = -1) -> tuple[Vector3, Quaternion]:
        """Position in m and orientation (xyzw) of an object's centre, or of the frame of a link; base frame."""
        if link == -1:
            return p.getBasePositionAndOrientation(body, physicsClientId=self.client)
        state = p.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=self.client)
        return state[4], state[5]

    def truth(self) -> dict[str, ObjectState]:
        """Ground truth by object name; handles are objects, called "<color> handle"."""
        found: dict[str, ObjectState] = {}
        for body, spec in zip(self._ids, self._specs, strict=True):
            position, quaternion = self.pose(body)
            assert spec.name is not None
            joint = joint_state(self.client, body)[0] if body in self._furniture else None
            found[spec.name] = ObjectState(
                position=position,
                quaternion_xyzw=quaternion,
                category=spec.category,
                color=spec.color,
                size=spec.extent,
                joint=joint,
            )
        for body, spec in zip(self._ids, self._specs, strict=True):
            furniture = self._furniture.get(body)
            if furniture is not None and furniture.grip is not None:
                found[free_name(f"{spec.accent_color} handle", found)] = self._handle(body, spec, furniture)
        return found

    def held(self) -> frozenset[str]:
        """Names of the objects that all fingers press on."""
        touching = (
            {
                contact[2]
                for contact in p.getContactPoints(bodyA=self.arm.body, linkIndexA=finger, physicsClientId=self.client)
                if contact[9] > 0.0
            }
            for finger in self.arm.fingers
        )
        bodies = set[int].intersection(*touching)
        return frozenset(
            spec.name for body, spec in zip(self._ids, self._specs, strict=True) if body in bodies and spec.name
        )

    def _handle(self, body: int, spec: ObjectSpec, furniture: Furniture) -> ObjectState:
        assert furniture.grip is not None
        _, quaternion = self.pose(body)
        return ObjectState(
            position=grip_position(self.client, body, furniture),
            quaternion_xyzw=quaternion,
            category="handle",
            color=spec.accent_color,
            size=furniture.grip.solids[0].size,
        )

    def speed(self) -> float:
        """Speed in m/s of the fastest object; a turn counts as 5 cm of lever."""
        fastest = 0.0
        for body in self._ids:
            if body in self._furniture:
                fastest = max(fastest, abs(joint_state(self.client, body)[1]))
                continue
            fastest = max(fastest, speed_of(*p.getBaseVelocity(body, physicsClientId=self.client)))
        return fastest

    # Time

    @property
    def time(self) -> float:
        """Simulated s since the scene was arranged."""
        return self.steps * STEP

    def step(self) -> None:
        """Advance physics by `STEP`."""
        if self._physics.slips:
            self._set_slip()
        self._push_back()
        p.stepSimulation(physicsClientId=self.client)
        self.steps += 1
        if self.on_step is not None:
            self.on_step()

    def _set_slip(self) -> None:
        """Whether the fingers slip follows from the clock alone, so that a restored world needs no memory of it."""
        physics = self._physics
        slipping = any(0 <= self.steps - start < physics.slip_steps for start in physics.slips)
        if slipping != self._slipping:
            self._slipping = slipping
            for joint in self.arm.fingers:
                p.changeDynamics(
                    self.arm.body,
                    joint,
                    lateralFriction=physics.slip_friction if slipping else self.arm.robot.finger_friction,
                    physicsClientId=self.client,
                )

    # Motors

    def drive(self, q: Sequence[float], dq: Sequence[float]) -> None:
        """Send the arm motors positions (dof,) rad and velocities (dof,) rad/s to track from now on."""
        p.setJointMotorControlArray(
            self.arm.body,
            self.arm.joints,
            p.POSITION_CONTROL,
            targetPositions=q,
            targetVelocities=dq,
            forces=self.arm.robot.torque,
            positionGains=(_POSITION_GAIN,) * len(q),
            velocityGains=(_VELOCITY_GAIN,) * len(q),
            physicsClientId=self.client,
        )
        self.motors = MotorCommand(tuple(q), tuple(dq), self.motors.width, self.motors.speed, self.motors.force)

    def grip(self, width: float, speed: float, force: float) -> None:
        """Send the fingers to `width` m at `speed` m/s of width, pressing with at most `force` N."""
        for joint in self.arm.fingers:
            p.setJointMotorControl2(
                self.arm.body,
                joint,
                p.POSITION_CONTROL,
                targetPosition=width / 2,
                targetVelocity=0.0,
                force=force,
                positionGain=0.2,
                velocityGain=1.0,
                maxVelocity=speed / 2,
                physicsClientId=self.client,
            )
        self.motors = MotorCommand(self.motors.q, self.motors.dq, width, speed, force)

    def joints(self) -> tuple[list[float], list[float]]:
        """Measured arm positions (dof,) rad and velocities (dof,) rad/s."""
        states = p.getJointStates(self.arm.body, self.arm.joints, physicsClientId=self.client)
        return [s[0] for s in states], [s[1] for s in states]

    def width(self) -> float:
        """Measured distance between the fingers in m."""
        return sum(s[0] for s in p.getJointStates(self.arm.body, self.arm.fingers, physicsClientId=self.client))

    # Snapshots

    def save(self) -> WorldState:
        """A snapshot of everything that moves, from which this world goes on exactly as a restored one will."""
        if self._restored is not None and (self._restored.steps, self._restored.motors) == (self.steps, self.motors):
            return self._restored
        snapshot = WorldState(read(self._moving), self.steps, self.motors)
        self.restore(snapshot)
        return snapshot

    def restore(self, snapshot: WorldState) -> None:
        """Return to `snapshot`, bit for bit, without a trace of what the world did in between.

        Bullet remembers which pairs of bodies were near each other, how they touched, and at which pair it looks next
        whether it still is one; all of it changes the last bits of what follows. So for a step the table and the base
        that stands on it are the only pair, which makes it start over, and then all pairs are made anew.
        """
        client = self.client
        turn(self._moving, snapshot.bodies)
        self._let_collide(everything=False)
        p.performCollisionDetection(physicsClientId=client)
        p.stepSimulation(physicsClientId=client)
        write(self._moving, snapshot.bodies)
        self._let_collide(everything=True)
        self.steps, self.motors, self._restored = snapshot.steps, snapshot.motors, snapshot
        self._send()

    def _let_collide(self, *, everything: bool) -> None:
        """Make all pairs anew: ordinarily, or of the table and the base that stands on it alone.

        Each side of a pair admits the other, so that it does not matter whether Bullet asks both or one. Links of the
        arm never collide with each other, nor its base with the table unless nothing else does.
        """
        client = self.client
        arm, base, table, things = _ORDINARY_PAIRS if everything else _ONE_PAIR
        p.setCollisionFilterGroupMask(self.arm.body, -1, *base, physicsClientId=client)
        for link in self._arm_links:
            p.setCollisionFilterGroupMask(self.arm.body, link, *arm, physicsClientId=client)
        p.setCollisionFilterGroupMask(self.table, -1, *table, physicsClientId=client)
        for body, link in self._links:
            p.setCollisionFilterGroupMask(body, link, *things, physicsClientId=client)

    def _send(self) -> None:
        self.drive(self.motors.q, self.motors.dq)
        self.grip(self.motors.width, self.motors.speed, self.motors.force)
        self._push_back()

    def _push_back(self) -> None:
        """Latches follow from where the sliders are, so that a restored world needs no memory of them."""
        for body, furniture in self._latched:
            push_back(self.client, body, furniture)


_POSITION_GAIN = 0.4
_VELOCITY_GAIN = 1.0
_THINGS, _ARM, _TABLE, _BASE = 1, 2, 4, 8
"""Collision filter groups."""
_ORDINARY_PAIRS = (
    (_ARM, _THINGS | _TABLE),
    (_BASE, _THINGS),
    (_TABLE, _THINGS | _ARM),
    (_THINGS, _THINGS | _ARM | _TABLE | _BASE),
)
"""Group and mask of the arm's links, its base, the table and things."""
_ONE_PAIR = ((0, 0), (_BASE, _TABLE), (_TABLE, _BASE), (0, 0))


def _at_home(robot: SimRobot) -> MotorCommand:
    info = robot.info
    return MotorCommand(tuple(info.home.tolist()), (0.0,) * info.dof, info.gripper.max_width, 0.1, 40.0)


def _load(client: int, category: str, extent: Vector3, movable: bool, *, parked: Vector3) -> int:
    if category in TRAVEL:
        return load_furniture(client, category, extent, parked=parked)
    return load_object(client, category, extent, movable, parked=parked)
