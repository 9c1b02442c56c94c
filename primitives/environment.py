"""The environment boundary: where robots, scenes and verdicts come from.

`codepolicy` reaches environments through the entry-point group `codepolicy.environments` and these Protocols alone,
so that an installation without a simulator works and ground truth cannot be imported by accident.

A `World` is what every environment is: three members, which a real robot can give. Everything else is a capability, a
Protocol of its own that is asked for where it is used: `Described`, `Judged`, `Restorable`, `Pictured`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from primitives.errors import ConfigurationError
from primitives.robot import ArmInfo, Robot
from primitives.scene import Quaternion, Vector3, Workspace

VerdictStatus = Literal["achieved", "not_achieved", "declined"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a task's predicate says about the ground truth. For evaluation alone, never for the model by default."""

    task: str
    """Task id with version, e.g. "put-block-in-bowl-v1"."""
    status: VerdictStatus
    progress: float
    """Fraction of the goal that holds, in [0, 1]."""
    facts: dict[str, float | int | str | bool]
    """The plain numbers behind the status, e.g. {"red block to green bowl centre (m)": 0.31}."""
    explanation: str
    """One sentence."""


class ObjectState(msgspec.Struct, frozen=True, kw_only=True):
    """Ground truth of one object, for verdicts and result files."""

    position: Vector3
    """Centre (x, y, z) in m, base frame."""
    quaternion_xyzw: Quaternion
    category: str
    color: str
    size: Vector3
    """Extent (x, y, z) in m along the object's own axes; of furniture, of its closed body without a handle."""
    joint: float | None = None
    """How far the sliding part of furniture is from its first end, in m: a drawer open, a door slid along the y axis
    of its body, a button pressed; None for everything without a joint."""


class TaskInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What can be told about a task without loading a world."""

    id: str
    version: int
    template: str
    """Instruction with its attributes as `<name>`."""
    example: str
    """One concrete instruction."""
    tags: tuple[str, ...] = ()
    time_limit_s: float = 120.0
    """Robot time from the instruction on, repairs included; a trial that takes longer is lost."""
    suites: tuple[str, ...] = ()
    """Names of the suites that it is in."""
    surface: str = "skill"
    """The highest level of primitives that can do it: "skill", or "tool" where the hand has to be led."""


class TrialSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What to set up. At most one of `task` and `scene` is given; with neither, the environment's default scene."""

    seed: int = 0
    task: str | None = None
    scene: str | None = None
    """Name of a scene, id of a task whose scene alone is wanted, or path of a scene file (TOML)."""
    instruction: str | None = None
    """The user's words. With `task` left out, they are matched against the tasks' templates to find a verdict;
    with `task` given and this left out, the task words its own instruction from the seed."""
    disturbances: str = "mild"
    """Named set of sensor and world disturbances; "none" switches them off."""


Wording = Literal["canonical", "paraphrased"]


class PlannedTrial(msgspec.Struct, frozen=True, kw_only=True):
    """One trial of a suite or a task, before anything is set up."""

    spec: TrialSpec
    """With its task, its instruction and its disturbances."""
    task: str
    """Task id with version, as verdicts carry it."""
    labels: dict[str, str]
    """What results are grouped by, e.g. {"split": "sa-si", "family": "long-horizon"}."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What was set up."""

    robot: Robot
    """Connected."""
    instruction: str
    task: str | None = None
    """Id of the task that will judge, or None when no template matches."""
    surface: str = "skill"
    """The level of primitives that it is best done with: "skill", or "tool" where the hand has to be led."""
    conditions: dict[str, float | int | str | bool] = {}
    """Exact values of disturbances, renderer and other conditions, for the result file."""


class World(Protocol):
    """A place where trials happen, one at a time: all that a real robot has to give."""

    @property
    def name(self) -> str:
        """Name of the entry point, or of the robot."""
        ...

    def reset(self, spec: TrialSpec) -> Trial:
        """Set up a trial; the one before is over. A real robot connects and takes the scene as it is.

        Raises:
            ConfigurationError: unknown task or scene, a faulty scene file, or a scene that does not fit.
            CommsLost, HardwareFault: the robot does not answer, or cannot work.
        """
        ...

    def close(self) -> None:
        """Free everything. Idempotent."""
        ...


@runtime_checkable
class Described(Protocol):
    """Tells of its robot without setting up a trial."""

    @property
    def name(self) -> str:
        """As of `World`."""
        ...

    @property
    def arm_info(self) -> ArmInfo:
        """The arm of every trial."""
        ...

    @property
    def workspace(self) -> Workspace:
        """Where the robot of every trial works."""
        ...


@runtime_checkable
class Judged(Protocol):
    """Knows tasks and the ground truth by which they are judged."""

    @property
    def name(self) -> str:
        """As of `World`."""
        ...

    def tasks(self) -> tuple[TaskInfo, ...]:
        """Every task this environment can judge."""
        ...

    def scenes(self) -> tuple[str, ...]:
        """Names of the built-in scenes."""
        ...

    def trials(
        self,
        names: Sequence[str],
        *,
        seeds: Sequence[int] | None = None,
        wording: Wording | None = None,
        disturbances: str | None = None,
    ) -> tuple[PlannedTrial, ...]:
        """The trials of suites and tasks, always the same in the same order; nothing is set up.

        Args:
            names: suites, built-in or from a file, and ids of tasks.
            seeds: instead of those that a suite asks for.
            wording: instead of a suite's own.
            disturbances: instead of a suite's own.

        Raises:
            ConfigurationError: an unknown suite, task or set of disturbances, or a faulty suite file.
        """
        ...

    def oracle_program(self, spec: TrialSpec) -> str:
        """Source of the program that must win `spec`'s task."""
        ...

    def instruct(self, instruction: str) -> str | None:
        """Give another instruction in the world as it is; from here on `verdict` judges against the world as it is now.

        Returns:
            Id of the task that will judge, or None when no template matches.
        """
        ...

    def verdict(self, said: Sequence[str] = (), *, declined: str | None = None) -> Verdict | None:
        """Ground-truth verdict on the world as it is now, once everything is at rest; None when no task matched.

        Args:
            said: what the person was told by the program.
            declined: why it was declined, by `decline(reason)` or by a model in words alone; None when it was not.
        """
        ...

    def world(self) -> Mapping[str, ObjectState]:
        """Ground truth as it is now, by object name."""
        ...


@runtime_checkable
class Controlled(Protocol):
    """Has negative controls: programs that its tasks must tell from ones that did what was asked."""

    @property
    def name(self) -> str:
        """As of `World`."""
        ...

    def decoys(self, spec: TrialSpec) -> Mapping[str, str]:
        """Sources of plausible programs that must lose `spec`'s task, by what is wrong; to do nothing is one."""
        ...


@runtime_checkable
class Restorable(Protocol):
    """Can return to where it was."""

    @property
    def name(self) -> str:
        """As of `World`."""
        ...

    def save(self) -> object:
        """An opaque snapshot of the world and the robot."""
        ...

    def restore(self, snapshot: object) -> None:
        """Return to `snapshot`, bit for bit."""
        ...


@runtime_checkable
class Pictured(Protocol):
    """Makes pictures and videos for people by itself. Of other worlds they are made from the cameras."""

    def picture(self, path: Path) -> None:
        """Write a PNG for people of the world as it is now."""
        ...

    def start_recording(self) -> None:
        """Start keeping what a video needs."""
        ...

    def write_video(self, path: Path) -> None:
        """Write what was recorded as H.264 (yuv420p, mp4) and stop recording."""
        ...


@runtime_checkable
class Physical(Protocol):
    """Moves hardware: what its runs are held to, whatever the settings ask for beyond it."""

    @property
    def isolation(self) -> Literal["required", "best-effort"]:
        """Confinement of programs; "required" refuses to run where the kernel cannot give it."""
        ...

    @property
    def deadline_s(self) -> float:
        """Wall time in s that a program may take at the speed of this robot."""
        ...


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """What a video for people is to look like."""

    width: int = 1280
    height: int = 720
    """px, even."""
    fps: int = 30
    speed: float = 1.0
    """s of the robot's time per s; where it is not 1, it is written on the picture."""
    camera: str = "studio"
    """Where it is filmed from: studio, or the name of a camera."""


class Caption(msgspec.Struct, frozen=True, kw_only=True):
    """What is written below the picture for a while."""

    start: float
    end: float
    """s on the robot's clock."""
    line: str
    """The running line of the program."""
    call: str = ""
    """The call that it makes."""


@runtime_checkable
class Filmed(Protocol):
    """Makes a video as a `Film` asks for it."""

    @property
    def name(self) -> str:
        """As of `World`."""
        ...

    def start_film(self, film: Film) -> None:
        """Start keeping what it needs.

        Raises:
            ConfigurationError: there is no such camera.
        """
        ...

    def write_film(self, path: Path, captions: Sequence[Caption]) -> None:
        """Write it as H.264 (yuv420p, mp4) and stop recording."""
        ...


C = TypeVar("C")

_LACKS: dict[type, str] = {
    Described: "tells nothing of its robot before a trial is set up",
    Judged: "has no tasks and no ground truth: it cannot list, set up or judge a task",
    Controlled: "has no programs that must lose its tasks",
    Restorable: "cannot be taken back to an earlier state",
    Pictured: "makes no pictures by itself",
    Filmed: "makes no video of a size, speed and camera of your choice, only of what its cameras see (leave "
    "--video-size out)",
}


def capability(world: World, kind: type[C]) -> C:
    """`world` as a `kind`, one of the capabilities above.

    Raises:
        ConfigurationError: it lacks the capability; says what it cannot do.
    """
    if not isinstance(world, kind):
        raise ConfigurationError(
            f"environment {world.name!r} {_LACKS[kind]}. Use another for that, such as 'pybullet' (--env pybullet)."
        )
    return world


def robot_of(world: World) -> tuple[ArmInfo, Workspace]:
    """The arm and the workspace of every trial, by setting one up where the world does not tell otherwise."""
    if isinstance(world, Described):
        return world.arm_info, world.workspace
    robot = world.reset(TrialSpec()).robot
    return robot.arm.info, robot.workspace
