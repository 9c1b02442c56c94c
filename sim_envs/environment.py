"""PyBullet worlds: a `World` that is also described, judged, restorable and pictured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from primitives.categories import SLIDING
from primitives.environment import (
    Caption,
    Film,
    ObjectState,
    PlannedTrial,
    TaskInfo,
    Trial,
    TrialSpec,
    Verdict,
    Wording,
)
from primitives.errors import ConfigurationError
from primitives.hand_eye.charuco import Board
from primitives.robot import ArmInfo, ArmMode, Robot
from primitives.scene import Workspace
from primitives.twin import Perceived
from sim_envs.calibration_bench import show_board
from sim_envs.judging.state_recorder import StateRecorder, Trajectory
from sim_envs.physics.sim_robot import SimRobot
from sim_envs.physics.world import World, WorldState
from sim_envs.rendering.film import FilmRecording
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.renderer_choice import fastest
from sim_envs.rendering.setting import Setting
from sim_envs.rendering.video import VideoRecording, write_picture
from sim_envs.robots.iiwa import iiwa
from sim_envs.robots.panda import panda
from sim_envs.scenes.digital_twin import UNMEASURED, twin_scene
from sim_envs.scenes.disturbances import Disturbances, named_set, with_clutter
from sim_envs.scenes.scene_files import DEFAULT, NAMES, named_scene
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.scenes.validation import resolved
from sim_envs.world_setup import WorldSetup, stream

if TYPE_CHECKING:
    from sim_envs.judging.task import BoundTask

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
    trajectory: Trajectory


class PyBulletEnvironment:
    """Tabletop worlds with an arm and two RGB-D cameras, one trial at a time."""

    def __init__(
        self, renderer: Renderer | None = None, *, robot: SimRobot | None = None, name: str = "pybullet"
    ) -> None:
        self.name = name
        self._robot = robot or panda()
        self._renderer = renderer or fastest()
        self._workspace = Workspace()
        self._recorder = StateRecorder()
        self._setup = WorldSetup(self._robot, self._recorder.look)
        self._tasks: tuple[TaskInfo, ...] | None = None
        self._task: BoundTask | None = None
        self._instruction = ""
        self._spec = TrialSpec()
        self._recording: VideoRecording | None = None
        self._film: FilmRecording | None = None
        self._perceived: Perceived | None = None
        """What this is the twin of, where it is one."""

    @property
    def arm_info(self) -> ArmInfo:
        """The robot of every trial."""
        return self._robot.info

    @property
    def workspace(self) -> Workspace:
        """Where it works."""
        return self._workspace

    @property
    def renderer(self) -> Renderer:
        """What draws images and pictures."""
        return self._renderer

    @property
    def simulation(self) -> World:
        """The loaded world, for what drives it directly; there is one after `reset`."""
        return self._setup.world

    @property
    def instruction(self) -> str:
        """Of the trial under way."""
        return self._instruction

    def tasks(self) -> tuple[TaskInfo, ...]:
        """Every registered task, with the suites that it is in."""
        from sim_envs.suites.suite import suites_of
        from sim_envs.suites.task_catalog import all_tasks

        if self._tasks is None:  # told once: every episode asks, and reading all suites takes a third of one
            listed = suites_of()
            self._tasks = tuple(
                msgspec.structs.replace(task.info, suites=listed.get(task.id, ())) for task in all_tasks()
            )
        return self._tasks

    def scenes(self) -> tuple[str, ...]:
        """Names of the built-in scenes."""
        return NAMES

    def trials(
        self,
        names: Sequence[str],
        *,
        seeds: Sequence[int] | None = None,
        wording: Wording | None = None,
        disturbances: str | None = None,
    ) -> tuple[PlannedTrial, ...]:
        """The trials of suites and tasks; see `Judged.trials`."""
        from sim_envs.suites.suite import selected

        return selected(names, seeds=seeds, wording=wording, disturbances=disturbances)

    def oracle_program(self, spec: TrialSpec) -> str:
        """Source of the program that must win `spec`'s task."""
        from sim_envs.suites.task_catalog import find_task

        if spec.task is None:
            raise ConfigurationError("an oracle program belongs to a task; give one.")
        return find_task(spec.task).bind(spec.seed, spec.instruction).oracle

    def decoys(self, spec: TrialSpec) -> Mapping[str, str]:
        """Programs that must lose `spec`'s task; see `Controlled`."""
        from sim_envs.suites.task_catalog import find_task

        if spec.task is None:
            raise ConfigurationError("decoys belong to a task; give one.")
        return {"do nothing": "pass\n", **find_task(spec.task).bind(spec.seed, spec.instruction).decoys}

    def reset(self, spec: TrialSpec) -> Trial:
        """Set up a trial; see `World.reset`."""
        if spec.task is not None and spec.scene is not None:
            raise ConfigurationError("give a task or a scene, not both: a task brings its own scene.")
        self._task, self._spec = None, spec
        self._stop_recording()
        if self._perceived is not None:
            return self._mirrored(self._perceived, spec)
        if spec.task is not None:
            from sim_envs.suites.task_catalog import find_task

            self._task = find_task(spec.task).bind(spec.seed, spec.instruction)
            scene, surface = self._task.scene, self._task.info.surface
        else:
            scene, surface = _scene_of(spec)
        disturbances = named_set(spec.disturbances)
        scene = with_clutter(scene, disturbances.clutter, stream("clutter", spec.seed))
        scene = resolved(scene, self._workspace)
        self._setup.arrange(scene, spec.seed, disturbances, self._workspace)
        if self._task is None:
            self.instruct(spec.instruction or "")
        else:
            self._instruction = self._task.instruction
            self._recorder.begin(self.simulation)
        setting = self._setup.setting(spec.seed, disturbances)
        return Trial(
            robot=replace(self._robot_of(setting, spec.seed, disturbances), aliases=dict(scene.aliases)),
            instruction=self._instruction,
            task=self._task.info.id if self._task is not None else None,
            surface="tool" if any(o.category in SLIDING for o in scene.objects) else surface,
            conditions={
                "renderer": self._renderer.name,
                "disturbances": spec.disturbances,
                **msgspec.structs.asdict(disturbances),
                **setting.conditions,
            },
        )

    def instruct(self, instruction: str) -> str | None:
        """Another instruction in the world as it is; see `Judged.instruct`."""
        from sim_envs.suites.task_matching import match

        self._instruction = instruction
        self._recorder.begin(self._setup.world)
        self._task = match(instruction, self._recorder.trajectory.start) if instruction else None
        return self._task.info.id if self._task is not None else None

    @property
    def twin(self) -> str:
        """What makes a twin of this robot."""
        return f"{__name__}:{'make_iiwa' if self.name == 'pybullet-iiwa' else 'make'}"

    def mirror(self, perceived: Perceived) -> None:
        """Be the twin of what was perceived from here on; see `Twin.mirror`."""
        twin_scene(perceived)
        self._perceived = perceived

    def _mirrored(self, perceived: Perceived, spec: TrialSpec) -> Trial:
        """The twin as `spec.seed` draws it."""
        self._task, self._instruction = None, spec.instruction or ""
        exact = spec.seed == 0
        scene, places, carried = twin_scene(perceived, None if exact else stream("twin", spec.seed))
        off = msgspec.structs.replace(UNMEASURED, friction_change=0.0, mass_change=0.0) if exact else UNMEASURED
        self._setup.load_twin(scene, places, carried, perceived, off, spec.seed)
        self._recorder.begin(self.simulation)
        return Trial(
            robot=self._robot_of(self._setup.setting(spec.seed, off), spec.seed, off),
            instruction=self._instruction,
            task=None,
            conditions={"renderer": self._renderer.name, "twin": True},
        )

    def show_board(self, board: Board, camera: str | None) -> Robot:
        """An empty table, and a calibration board near where `board_place` says; see `ShowsBoard`."""
        self._task = None
        cameras = show_board(self._setup, self._renderer, self._spec, self._workspace, board, camera)
        return Robot(self._setup.arm, cameras, self._workspace)

    def verdict(self, said: Sequence[str] = (), *, declined: str | None = None) -> Verdict | None:
        """What the trial's task says, once everything is at rest; see `Judged.verdict`."""
        if self._task is None:
            return None
        world = self._setup.world
        for _ in range(REST_STEPS):
            if world.speed() < REST_SPEED:
                break
            world.step()
        return self.assess(said, declined=declined)

    def assess(self, said: Sequence[str] = (), *, declined: str | None = None) -> Verdict | None:
        """`verdict` without waiting for things to come to rest, for those who step the world themselves."""
        if self._task is None:
            return None
        world, seen = self._setup.world, self._recorder.trajectory
        return self._task.judge(
            seen.start,
            world.truth(),
            said=said,
            declined=declined,
            moments=seen.moments,
            held=world.held(),
            robot_time=world.time - seen.began,
        )

    def world(self) -> Mapping[str, ObjectState]:
        """Ground truth as it is now, by object name."""
        return self._setup.world.truth()

    def motion_ended(self) -> None:
        """Let those who judge look at the world; for what drives the arm past `SimArm`."""
        self._recorder.look(self.simulation)

    def save(self) -> Snapshot:
        """A snapshot of the world and the robot."""
        world = self._setup.world
        return Snapshot(world, world.save(), self._setup.arm.mode, self._recorder.trajectory)

    def restore(self, snapshot: object) -> None:
        """Return to `snapshot`, bit for bit."""
        world = self._setup.world
        if not isinstance(snapshot, Snapshot) or snapshot.world is not world:
            raise ConfigurationError("the snapshot is of another world; restore it before the next reset.")
        world.restore(snapshot.state)
        self._setup.arm.reset(snapshot.mode)
        self._recorder.trajectory = snapshot.trajectory

    def picture(self, path: Path) -> None:
        """Write a PNG for people of the world as it is now."""
        write_picture(path, self._setup.world, self._renderer)

    def start_recording(self) -> None:
        """Start keeping what a video needs."""
        self._stop_recording()
        self._recording = VideoRecording(self._setup.world)

    def write_video(self, path: Path) -> None:
        """Write what was recorded and stop recording."""
        if self._recording is None:
            raise ConfigurationError("nothing was recorded; call start_recording first.")
        self._recording.write(path, self._renderer)
        self._stop_recording()

    def start_film(self, film: Film) -> None:
        """Start keeping what a video as `film` asks for it needs."""
        self._stop_recording()
        self._film = FilmRecording(self._setup.world, film, self._renderer)

    def write_film(self, path: Path, captions: Sequence[Caption]) -> None:
        """Write it and stop recording."""
        if self._film is None:
            raise ConfigurationError("nothing was recorded; call start_film first.")
        self._film.write(path, self._renderer, captions)
        self._stop_recording()

    def close(self) -> None:
        """Free the world and the renderer."""
        self._stop_recording()
        self._setup.close()
        self._renderer.close()

    def _robot_of(self, setting: Setting, seed: int, disturbances: Disturbances) -> Robot:
        cameras = self._setup.cameras(self._renderer, setting, seed, disturbances)
        return Robot(self._setup.arm, cameras, self._workspace)

    def _stop_recording(self) -> None:
        for recording in (self._recording, self._film):
            if recording is not None:
                recording.stop()
        self._recording = self._film = None


def _scene_of(spec: TrialSpec) -> tuple[SceneSpec, str]:
    """The scene of a trial without a task (by name, from a file, or that of a task by its id), and the level of
    primitives that it is for."""
    from sim_envs.suites.task_catalog import all_tasks

    for task in all_tasks() if spec.scene not in (None, *NAMES) else ():
        if task.id == spec.scene:
            return task.bind(spec.seed).scene, task.surface
    return named_scene(spec.scene or DEFAULT, stream("scene", spec.seed)), "skill"


def make() -> PyBulletEnvironment:
    """The factory behind the entry point `pybullet`, with a Panda."""
    return PyBulletEnvironment()


def make_iiwa() -> PyBulletEnvironment:
    """The factory behind the entry point `pybullet-iiwa`: the same worlds with another arm."""
    return PyBulletEnvironment(robot=iiwa(), name="pybullet-iiwa")
