"""One PyBullet world: a table, an arm and the objects of one scene family.

Worlds share nothing: each has its own client, whose id is passed at every call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.environment import ObjectState
from primitives.scene import Quaternion, Vector3
from sim_envs.physics.bodies import Body, Family, Things, Visual, family_of
from sim_envs.physics.body_loading import TABLE_CENTER, load_table
from sim_envs.physics.bullet import p
from sim_envs.physics.furniture_joints import SLIDER
from sim_envs.physics.motors import MotorCommand, Motors
from sim_envs.physics.overrides import ORDINARY, Physics
from sim_envs.physics.sim_robot import SimRobot, mount
from sim_envs.physics.snapshots import Bodies, Everything, at_rest, let_sleep, read, write
from sim_envs.scenes.scene_spec import ObjectSpec, Placement

STEP = 1.0 / 240.0
"""s of simulated time per physics step."""
SOLVER_ITERATIONS = 200
"""Small light blocks between strong fingers need them; Bullet stops early where fewer are enough."""


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
        self.client = _connect()
        self.steps = 0
        self.changes = 0
        """Counts steps and restored snapshots: while it stays the same, so does everything there is to see."""
        self._listeners: list[Callable[[], None]] = []
        client = self.client
        self.table = load_table(client)
        self.arm = mount(client, robot)
        self._motors = Motors(client, self.arm)
        self._things = things = Things(client, family)
        self._physics = ORDINARY
        self._moving = Bodies(
            client,
            self.table,
            TABLE_CENTER,
            things.loose,
            tuple(body for body in things.ids if body not in things.loose),
            ((self.arm.body, self.arm.joints + self.arm.fingers), *((body, (SLIDER,)) for body in things.furniture)),
        )
        for body in things.loose:
            let_sleep(client, body)
        self._restored: WorldState | None = None
        self._tick, self._owed = STEP, 0.0
        self._filter_pairs()
        self._home = read(self._moving).joints[0]

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
        self._things.dress(objects, physics)
        self._physics = physics
        balanced = [_balanced(o, at) for o, at in zip(objects, placements, strict=True)]
        placed = dict(zip(self._things.ids, balanced, strict=True))
        start = Everything(
            tuple(at_rest(placed[body].position, placed[body].quaternion) for body in self._moving.loose),
            tuple((placed[body].position, placed[body].quaternion) for body in self._moving.fixed),
            (self._home, *(((slider, 0.0),) for slider in self._things.sliders())),
        )
        self.restore(WorldState(start, 0, MotorCommand.home(self.arm.robot)))
        self._restored = None

    def resume(self, q: Sequence[float], width: float, carried: Mapping[str, tuple[Vector3, Quaternion]]) -> None:
        """Put the arm at joints `q` (dof,) rad, its fingers `width` m apart and pressing on what is `carried`, each at
        its pose by name; everything else is where it is, and may have to fall."""
        at = {body.id: carried[body.spec.name or ""] for body in self.bodies if body.spec.name in carried}
        state = read(self._moving)
        loose = tuple(
            at_rest(*at.get(body, (s.position, s.quaternion)))
            for body, s in zip(self._moving.loose, state.loose, strict=True)
        )
        fingers = ((width / 2, 0.0),) * len(self.arm.fingers)
        arm = (*((float(angle), 0.0) for angle in q), *fingers)
        home = MotorCommand.home(self.arm.robot)
        motors = replace(home, q=tuple(float(angle) for angle in q), width=0.0 if carried else width)
        self.restore(WorldState(Everything(loose, state.fixed, (arm, *state.joints[1:])), self.steps, motors))
        self._restored = None

    def settle(self, steps: int) -> None:
        """Let the objects come to rest before the clock starts."""
        for _ in range(steps):
            self.step()
        self.steps, self._restored = 0, None

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The objects in the order of the scene."""
        return self._things.bodies

    @property
    def visuals(self) -> tuple[Visual, ...]:
        """What there is to see of the objects."""
        return self._things.visuals

    def pose(self, body: int, link: int = -1) -> tuple[Vector3, Quaternion]:
        """Position in m and orientation (xyzw) of an object's centre, or of the frame of a link; base frame."""
        if link == -1:
            return p.getBasePositionAndOrientation(body, physicsClientId=self.client)
        state = p.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=self.client)
        return state[4], state[5]

    def truth(self) -> dict[str, ObjectState]:
        """Ground truth by object name; handles are objects, called "<color> handle"."""
        return self._things.truth()

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
        return self._things.names(frozenset(set[int].intersection(*touching)))

    def speed(self) -> float:
        """Speed in m/s of the fastest object; a turn counts as 5 cm of lever."""
        return self._things.speed()

    # Time

    @property
    def time(self) -> float:
        """Simulated s since the scene was arranged."""
        return self.steps * STEP

    def step(self) -> None:
        """Advance physics by `STEP`."""
        if self._tick != STEP:
            p.setTimeStep(STEP, physicsClientId=self.client)
            self._tick, self._owed = STEP, 0.0
        self._slip()
        self._things.push_back()
        p.stepSimulation(physicsClientId=self.client)
        self.steps += 1
        self.changes += 1
        self._tell()

    def after_each_step(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each step, until what is returned is called; it may change nothing."""
        self._listeners = [*self._listeners, listener]

        def end() -> None:
            self._listeners = [other for other in self._listeners if other is not listener]

        return end

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def advance(self, seconds: float) -> None:
        """Advance physics by less than `STEP`, for a controller whose clock is finer; the world's own clock, slips and
        what is pushed back follow in whole steps."""
        if self._tick != seconds:
            p.setTimeStep(seconds, physicsClientId=self.client)
            self._tick = seconds
        p.stepSimulation(physicsClientId=self.client)
        self.changes += 1
        self._owed += seconds
        if self._owed >= STEP:
            self._owed = max(self._owed - STEP, 0.0)
            self._slip()
            self._things.push_back()
            self.steps += 1
            self._tell()

    def _slip(self) -> None:
        physics = self._physics
        if self._motors.slip(physics.slip_friction if physics.slips and physics.slipping(self.steps) else None):
            for finger in self.arm.fingers:
                self._filter_link(finger)  # which ends its contacts, so that they begin anew

    # Motors

    @property
    def motors(self) -> MotorCommand:
        """What the motors were last told."""
        return self._motors.command

    def drive(self, q: Sequence[float], dq: Sequence[float]) -> None:
        """Send the arm motors positions (dof,) rad and velocities (dof,) rad/s to track from now on."""
        self._motors.drive(q, dq)

    def grip(self, width: float, speed: float, force: float) -> None:
        """Send the fingers to `width` m at `speed` m/s of width, pressing with at most `force` N."""
        self._motors.grip(width, speed, force)

    def joints(self) -> tuple[list[float], list[float]]:
        """Measured arm positions (dof,) rad and velocities (dof,) rad/s."""
        return self._motors.joints()

    def width(self) -> float:
        """Measured distance between the fingers in m."""
        return self._motors.width()

    # Snapshots

    def save(self) -> WorldState:
        """A snapshot of everything that moves, from which this world goes on exactly as a restored one will."""
        if self._restored is not None and (self._restored.steps, self._restored.motors) == (self.steps, self.motors):
            return self._restored
        snapshot = WorldState(read(self._moving), self.steps, self.motors)
        self.restore(snapshot)
        return snapshot

    def restore(self, snapshot: WorldState) -> None:
        """Return to `snapshot`, bit for bit."""
        write(self._moving, snapshot.bodies)
        self.changes += 1
        self.steps, self._restored = snapshot.steps, snapshot
        self._motors.send(snapshot.motors)
        self._things.push_back()

    def _filter_pairs(self) -> None:
        """Links of the arm never collide with each other, nor its base with the table that it stands on. Each side of
        a pair admits the other, so that it does not matter whether Bullet asks both or one."""
        client = self.client
        p.setCollisionFilterGroupMask(self.arm.body, -1, _BASE, _THINGS, physicsClientId=client)
        for link in range(p.getNumJoints(self.arm.body, physicsClientId=client)):
            self._filter_link(link)
        p.setCollisionFilterGroupMask(self.table, -1, _TABLE, _THINGS | _ARM, physicsClientId=client)
        for body in self._things.ids:
            for link in range(-1, p.getNumJoints(body, physicsClientId=client)):
                p.setCollisionFilterGroupMask(
                    body, link, _THINGS, _THINGS | _ARM | _TABLE | _BASE, physicsClientId=client
                )

    def _filter_link(self, link: int) -> None:
        p.setCollisionFilterGroupMask(self.arm.body, link, _ARM, _THINGS | _TABLE, physicsClientId=self.client)


_THINGS, _ARM, _TABLE, _BASE = 1, 2, 4, 8
"""Collision filter groups."""


def _connect() -> int:
    """A client with nothing in it but gravity."""
    client = p.connect(p.DIRECT)
    # Every pair is tested at every step: faster than a tree for a few dozen bodies, and it remembers nothing.
    p.resetSimulation(flags=p.RESET_USE_SIMPLE_BROADPHASE, physicsClientId=client)
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
    return client


def _balanced(spec: ObjectSpec, at: Placement) -> Placement:
    """Where the body of `spec`, whose frame is where it balances, is when the box around it is `at`."""
    if spec.model is None:
        return at
    x, y, z = spec.model.middle
    c, s = math.cos(at.yaw), math.sin(at.yaw)
    a, b, h = at.position
    return replace(at, position=(a - c * x + s * y, b - s * x - c * y, h - z))
