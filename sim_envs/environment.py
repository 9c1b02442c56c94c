"""The `Environment` of PyBullet worlds: trials, ground truth, snapshots and recordings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from primitives.environment import ObjectState, TaskInfo, Trial, TrialSpec, Verdict
from primitives.errors import ConfigurationError
from primitives.robot import ArmInfo, ArmMode, Robot
from primitives.scene import SceneObject, Workspace
from sim_envs.arm import SimArm
from sim_envs.cameras import MOUNTS, camera_info
from sim_envs.disturbances import (
    SLIP_FRICTION,
    SLIP_SECONDS,
    Disturbances,
    drawn_factors,
    drawn_light,
    drawn_slips,
    named_set,
    with_clutter,
)
from sim_envs.iiwa import iiwa
from sim_envs.panda import panda
from sim_envs.physics import Physics
from sim_envs.recording import Recording, write_picture
from sim_envs.renderers import fastest
from sim_envs.rendering import Renderer
from sim_envs.scene_spec import SceneSpec, resolved
from sim_envs.scenes import DEFAULT, NAMES, named_scene
from sim_envs.sim_camera import SimCamera, miscalibrated
from sim_envs.sim_robot import SimRobot
from sim_envs.spawning import layout
from sim_envs.things import Placement, family_of
from sim_envs.twin import twin_scene
from sim_envs.witness import Testimony, Witness
from sim_envs.world import STEP, World, WorldState

if TYPE_CHECKING:
    from sim_envs.task import BoundTask

SETTLE_STEPS = 24
TWIN_SETTLE_STEPS = 120
"""Measured objects may overlap a little; physics parts them."""
REST_SPEED = 0.01
"""m/s of the fastest object, below which a world is at rest."""
REST_STEPS = 480
"""How long a verdict waits for that: 2 s."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A world, the mode of its arm, and what had happened until then."""

    world: World
    state: WorldState
    mode: ArmMode
    testimony: Testimony


class PyBulletEnvironment:
    """Tabletop worlds with an arm and two RGB-D cameras, one trial at a time."""

    def __init__(
        self, renderer: Renderer | None = None, *, robot: SimRobot | None = None, name: str = "pybullet"
    ) -> None:
        self.name = name
        self._robot = robot or panda()
        self._renderer = renderer or fastest()
        self._workspace = Workspace()
        self._world: World | None = None
        self._arm: SimArm | None = None
        self._task: BoundTask | None = None
        self._instruction = ""
        self._witness = Witness()
        self._recording: Recording | None = None
        self._arranged: tuple[tuple[SceneSpec, int, Disturbances], WorldState] | None = None

    @property
    def arm_info(self) -> ArmInfo:
        """The robot of every trial."""
        return self._robot.info

    @property
    def renderer(self) -> Renderer:
        """What draws images and pictures."""
        return self._renderer

    @property
    def simulation(self) -> World:
        """The loaded world, for what drives it directly; there is one after `reset`."""
        return self._loaded()

    @property
    def instruction(self) -> str:
        """Of the trial under way."""
        return self._instruction

    def tasks(self) -> tuple[TaskInfo, ...]:
        """Every registered task, with the suites that it is in."""
        from sim_envs.suite import suites_of
        from sim_envs.task import all_tasks

        listed = suites_of()
        return tuple(msgspec.structs.replace(task.info, suites=listed.get(task.id, ())) for task in all_tasks())

    def scenes(self) -> tuple[str, ...]:
        """Names of the built-in scenes."""
        return NAMES

    def oracle_program(self, spec: TrialSpec) -> str:
        """Source of the program that must win `spec`'s task."""
        from sim_envs.task import find

        if spec.task is None:
            raise ConfigurationError("an oracle program belongs to a task; give one.")
        return find(spec.task).bind(spec.seed, spec.instruction).oracle

    def reset(self, spec: TrialSpec) -> Trial:
        """Set up a trial; see `Environment.reset`."""
        if spec.task is not None and spec.scene is not None:
            raise ConfigurationError("give a task or a scene, not both: a task brings its own scene.")
        self._task = None
        self._stop_recording()
        if spec.task is not None:
            from sim_envs.task import find

            self._task = find(spec.task).bind(spec.seed, spec.instruction)
            scene = self._task.scene
        else:
            scene = named_scene(spec.scene or DEFAULT, _rng("scene", spec.seed))
        disturbances = named_set(spec.disturbances)
        scene = with_clutter(scene, disturbances.clutter, _rng("clutter", spec.seed))
        scene = resolved(scene, self._workspace)
        world, arm = self._arrange(scene, spec.seed, disturbances)
        if self._task is None:
            self.instruct(spec.instruction or "")
        else:
            self._instruction = self._task.instruction
            self._witness.begin(world)
        return Trial(
            robot=Robot(arm, self._cameras(world, spec.seed, disturbances), self._workspace),
            instruction=self._instruction,
            task=self._task.info.id if self._task is not None else None,
            conditions={
                "renderer": self._renderer.name,
                "disturbances": spec.disturbances,
                **msgspec.structs.asdict(disturbances),
            },
        )

    def instruct(self, instruction: str) -> str | None:
        """Another instruction in the world as it is; see `Environment.instruct`."""
        from sim_envs.task import match

        self._instruction = instruction
        self._witness.begin(self._loaded())
        self._task = match(instruction, self._witness.testimony.start) if instruction else None
        return self._task.info.id if self._task is not None else None

    def mirror(self, objects: Sequence[SceneObject]) -> Trial:
        """Set up a twin of measured `objects`, to rehearse a program in; there is no task and no noise.

        Raises:
            ConfigurationError: there are no objects, or two share a name.
        """
        self._task, self._instruction = None, ""
        self._stop_recording()
        scene, places = twin_scene(objects)
        ideal = named_set("none")
        world, arm = self._load(scene, places, Physics(), steps=TWIN_SETTLE_STEPS)
        self._witness.begin(world)
        return Trial(
            robot=Robot(arm, self._cameras(world, 0, ideal), self._workspace),
            instruction="",
            task=None,
            conditions={"renderer": self._renderer.name, "twin": True},
        )

    def verdict(self, said: Sequence[str] = ()) -> Verdict | None:
        """What the trial's task says, once everything is at rest; see `Environment.verdict`."""
        if self._task is None:
            return None
        world = self._loaded()
        for _ in range(REST_STEPS):
            if world.speed() < REST_SPEED:
                break
            world.step()
        return self.assess(said)

    def assess(self, said: Sequence[str] = ()) -> Verdict | None:
        """`verdict` without waiting for things to come to rest, for those who step the world themselves."""
        if self._task is None:
            return None
        world, seen = self._loaded(), self._witness.testimony
        return self._task.judge(
            seen.start,
            world.truth(),
            said=said,
            moments=seen.moments,
            held=world.held(),
            robot_time=world.time - seen.began,
        )

    def world(self) -> Mapping[str, ObjectState]:
        """Ground truth as it is now, by object name."""
        return self._loaded().truth()

    def save(self) -> Snapshot:
        """A snapshot of the world and the robot."""
        world = self._loaded()
        assert self._arm is not None
        return Snapshot(world, world.save(), self._arm.mode, self._witness.testimony)

    def restore(self, snapshot: object) -> None:
        """Return to `snapshot`, bit for bit."""
        world = self._loaded()
        if not isinstance(snapshot, Snapshot) or snapshot.world is not world:
            raise ConfigurationError("the snapshot is of another world; restore it before the next reset.")
        assert self._arm is not None
        world.restore(snapshot.state)
        self._arm.reset(snapshot.mode)
        self._witness.testimony = snapshot.testimony

    def picture(self, path: Path) -> None:
        """Write a PNG for people of the world as it is now."""
        write_picture(path, self._loaded(), self._renderer)

    def start_recording(self) -> None:
        """Start keeping what a video needs."""
        self._stop_recording()
        self._recording = Recording(self._loaded())

    def write_video(self, path: Path) -> None:
        """Write what was recorded and stop recording."""
        if self._recording is None:
            raise ConfigurationError("nothing was recorded; call start_recording first.")
        self._recording.write(path, self._renderer)
        self._stop_recording()

    def close(self) -> None:
        """Free the world and the renderer."""
        self._stop_recording()
        if self._world is not None:
            self._world.close()
            self._world = self._arm = self._arranged = None
        self._renderer.close()

    def _stop_recording(self) -> None:
        if self._recording is not None:
            self._recording.stop()
            self._recording = None

    def _loaded(self) -> World:
        if self._world is None:
            raise ConfigurationError("there is no world yet; call reset first.")
        return self._world

    def _arrange(self, scene: SceneSpec, seed: int, disturbances: Disturbances) -> tuple[World, SimArm]:
        key = (scene, seed, disturbances)
        if self._world is not None and self._arm is not None and self._arranged is not None:
            known, start = self._arranged
            if known == key:
                self._world.restore(start)
                self._arm.reset()
                return self._world, self._arm
        placements = layout(scene, _rng("layout", seed), self._workspace)
        physics = _physics(disturbances, len(scene.objects), _rng("physics", seed))
        world, arm = self._load(scene, placements, physics, steps=SETTLE_STEPS)
        self._arranged = (key, world.save())
        return world, arm

    def _load(
        self, scene: SceneSpec, placements: Sequence[Placement], physics: Physics, *, steps: int
    ) -> tuple[World, SimArm]:
        """The scene at rest, in the world that is there where it holds the same family of objects."""
        self._arranged = None
        family = family_of(scene.objects)
        if self._world is None or self._arm is None or self._world.family != family:
            if self._world is not None:
                self._world.close()
            self._world = World(family, self._robot)
            self._arm = SimArm(self._world)
            self._arm.on_motion_end = partial(self._witness.look, self._world)
        self._world.arrange(scene.objects, placements, physics)
        self._world.settle(steps)
        self._arm.reset()
        return self._world, self._arm

    def _cameras(self, world: World, seed: int, disturbances: Disturbances) -> tuple[SimCamera, ...]:
        light = drawn_light(disturbances.light_change, _rng("light", seed))
        rng = _rng("calibration", seed)
        return tuple(
            SimCamera(
                world,
                self._renderer,
                true=true,
                believed=miscalibrated(true, disturbances, rng),
                light=light,
                disturbances=disturbances,
                seed=seed + 1_000_003 * number,
            )
            for number, true in enumerate(camera_info(mount) for mount in MOUNTS)
        )


def make() -> PyBulletEnvironment:
    """The factory behind the entry point `pybullet`, with a Panda."""
    return PyBulletEnvironment()


def make_iiwa() -> PyBulletEnvironment:
    """The factory behind the entry point `pybullet-iiwa`: the same worlds with another arm."""
    return PyBulletEnvironment(robot=iiwa(), name="pybullet-iiwa")


def _physics(disturbances: Disturbances, count: int, rng: np.random.Generator) -> Physics:
    return Physics(
        friction=drawn_factors(disturbances.friction_change, count, rng),
        mass=drawn_factors(disturbances.mass_change, count, rng),
        slips=drawn_slips(disturbances.slip_rate, rng),
        slip_steps=round(SLIP_SECONDS / STEP),
        slip_friction=SLIP_FRICTION,
    )


def _rng(purpose: str, seed: int) -> np.random.Generator:
    """An independent stream per purpose, the same in every process."""
    digest = hashlib.sha256(purpose.encode()).digest()
    return np.random.default_rng([seed & (2**64 - 1), int.from_bytes(digest[:8], "little")])
