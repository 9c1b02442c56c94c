"""Flags that several commands share, beside those that follow from the settings. Light on purpose: `--help` imports
this and nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from codepolicy.models.options import ModelOptions
from codepolicy.settings import (
    BudgetSettings,
    ConditionSettings,
    DisturbanceSettings,
    LoopSettings,
    SafetySettings,
    Settings,
    VisionSettings,
)

if TYPE_CHECKING:
    from codepolicy.agent import Agent
    from codepolicy.approval import ApprovalMode, Approver
    from codepolicy.events import Observer
    from primitives.environment import Film

Flag = tyro.conf.FlagCreatePairsOff
VideoSize = Literal["quick", "480p", "720p", "1080p"]


@dataclass(frozen=True, kw_only=True)
class PlaceFlags:
    """Where things happen."""

    env: Annotated[str, tyro.conf.arg(metavar="NAME|FILE.toml")] = "pybullet"
    """Environment, or the robot file of a real robot."""
    robot: Annotated[str | None, tyro.conf.arg(metavar="NAME|FILE.toml")] = None
    """Robot file, or environment; says the same as --env."""

    @property
    def place(self) -> str:
        """What the flags say where things happen: a robot, or an environment."""
        return self.env if self.robot is None else robot_place(self.robot)


@dataclass(frozen=True, kw_only=True)
class ConditionFlags(PlaceFlags, ConditionSettings):
    """Under which conditions programs run."""


@dataclass(frozen=True, kw_only=True)
class WorldOptions(DisturbanceSettings, ConditionFlags):
    """In which world programs run."""

    task: Annotated[str | None, tyro.conf.arg(metavar="ID")] = None
    """Task that sets the scene and judges the end (see `codepolicy tasks`)."""
    scene: Annotated[str | None, tyro.conf.arg(metavar="NAME|ID|FILE.toml")] = None
    """Scene by name, of a task (for any sentence), or from a file, instead of a task."""
    seed: int = 0
    """Seed of scene and disturbances."""


@dataclass(frozen=True, kw_only=True)
class RecoverFlag:
    """For a robot that stands still."""

    recover: Annotated[bool, Flag] = False
    """A person has looked at the robot: lift a stop, a protective stop or a fault first."""


@dataclass(frozen=True, kw_only=True)
class ModelFlags(BudgetSettings, ModelOptions):
    """Who writes the programs."""

    model: Annotated[str, tyro.conf.arg(metavar="NAME[:DETAIL]")] = "offline"
    """offline (rule-based, no network), openai:NAME, local:FILE.gguf, replay:DIR, scripted:DIR, or a plug-in."""


@dataclass(frozen=True, kw_only=True)
class RepliesFlags:
    """What becomes of the model's replies, and where they come from."""

    record: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Keep every request and reply as JSON in this folder, for --model replay:DIR."""
    resume: Annotated[str | None, tyro.conf.arg(metavar="RUN")] = None
    """Folder of a run that was cut short: its replies are taken as far as they go, then the model is asked."""


@dataclass(frozen=True, kw_only=True)
class LoopFlags(LoopSettings):
    """How the model is led to the goal."""

    planner: Annotated[str | None, tyro.conf.arg(metavar="NAME[:DETAIL]")] = None
    """Model that splits the instruction; --model when left out."""
    critic: Annotated[str | None, tyro.conf.arg(metavar="NAME[:DETAIL]")] = None
    """Model that looks over a result whose goal check holds; none when left out."""


@dataclass(frozen=True, kw_only=True)
class OutputFlags:
    """What is left behind and shown."""

    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "runs"
    """Folder in which the run folder is made."""
    video: bool = True
    """Write video.mp4 into the run folder."""
    video_size: VideoSize = "quick"
    """quick is small, at twice the robot's speed; the others are filmed at 30 frames per s, with the running line."""
    video_speed: float = 1.0
    """s of the robot's time per s of such a film; where it is not 1, it is written on it."""
    video_camera: Annotated[str, tyro.conf.arg(metavar="studio|NAME")] = "studio"
    """Where such a film is made from: studio, or the name of a camera."""
    json: Annotated[bool, Flag] = False
    """Print exactly one JSON object on stdout; progress goes to stderr."""

    def film(self) -> bool | Film:
        """Whether to make a video, and what of. Raises ConfigurationError: flags that have no effect together."""
        from codepolicy.number_bounds import bounded
        from primitives.environment import Film
        from primitives.errors import ConfigurationError

        bounded("the speed of the video", self.video_speed, least=0.1, most=20.0)
        if self.video_size == "quick" and (self.video_speed != 1.0 or self.video_camera != "studio"):
            raise ConfigurationError("--video-speed and --video-camera are for films; add --video-size 720p")
        if self.video_size != "quick" and not self.video:
            raise ConfigurationError(f"--video-size {self.video_size} has no effect without a video; add --video")
        if self.video_size == "quick":
            return self.video
        width, height = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}[self.video_size]
        return Film(width=width, height=height, speed=self.video_speed, camera=self.video_camera)


def robot_place(robot: str) -> str:
    """The robot file or environment that `--robot` names. Raises ConfigurationError."""
    from codepolicy.plugins import names
    from primitives.errors import ConfigurationError, unknown_name

    known = names("codepolicy.environments")
    if robot.endswith(".toml") or robot in known:
        return robot
    raise ConfigurationError(f"{unknown_name('robot', robot, known)} Or give a robot file: --robot FILE.toml")


def model_options(flags: ModelFlags) -> ModelOptions:
    """The options for models by name.

    Raises:
        ConfigurationError: one of them means nothing to any of the models that are used.
    """
    options = ModelOptions(**_given(flags, ModelOptions))
    _refuse_without_effect(flags, options)
    return options


def _refuse_without_effect(flags: ModelFlags, options: ModelOptions) -> None:
    """A flag that changes nothing is a mistake: e.g. an address for a model that asks nobody."""
    from codepolicy.models.registry import effective
    from primitives.errors import ConfigurationError

    default, own = ModelOptions(), {field.name for field in fields(VisionSettings)}
    changed = [
        f.name
        for f in fields(ModelOptions)
        if f.name not in own and getattr(options, f.name) != getattr(default, f.name)
    ]
    if not changed:
        return
    others = (getattr(flags, name, None) for name in ("planner", "critic"))
    models = [flags.model, *(model for model in others if model is not None)]
    known = [effective(model) for model in models]
    for name in changed:
        if all(options is not None and name not in options for options in known):
            flag = f"--{name.replace('_', '-')}"
            raise ConfigurationError(
                f"{flag} has no effect with --model {flags.model}; leave it out, or name a model that it is for, "
                "such as --model openai:NAME"
            )


def settings(flags: ConditionSettings) -> Settings:
    """The agent's settings, as far as a command has flags for them."""
    return Settings(**_given(flags, Settings))


def approver(mode: ApprovalMode | None) -> Approver | None:
    """Who is asked where a person has to approve motions. Raises ConfigurationError: asked for, and no terminal."""
    import sys

    from codepolicy.cli.terminal_approver import terminal_approver

    if mode in (None, "never") and not sys.stdin.isatty():
        return None
    return terminal_approver()


def _given(flags: object, kind: type[Any]) -> dict[str, Any]:
    """The fields of `kind` that `flags` set; None is what was left out."""
    values = {field.name: getattr(flags, field.name, None) for field in fields(kind)}
    return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class AgentFlags(LoopFlags, RepliesFlags, ModelFlags, SafetySettings, RecoverFlag, WorldOptions):
    """Everything that an agent is made from."""

    also: Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="NAME[:DETAIL]")] = ()
    """Further models that write candidates in turn with --model."""

    def agent(self, observer: Observer, *, asked: Approver | None = None) -> Agent:
        """The agent that these flags describe.

        Args:
            observer: is told everything as it happens.
            asked: who approves motions, instead of the person at the terminal.
        """
        from codepolicy.agent import Agent

        return Agent(
            model=self.model,
            env=self.place,
            settings=settings(self),
            options=model_options(self),
            planner=self.planner,
            critic=self.critic,
            record=self.record,
            resume=self.resume,
            observer=observer,
            approver=asked if asked is not None else approver(self.approve),
            client="terminal" if asked is None else "console",
            also=self.also,
            recover=self.recover,
        )
