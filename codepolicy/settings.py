"""How an agent works: the one definition behind Python, `--config` and flags.

Fields are flags: their defaults, types and docstrings are what `codepolicy --help` shows. The parts are classes of
their own, so that a command takes those that it has a use for; without slots, since slotted classes cannot be combined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

from tyro.conf import FlagCreatePairsOff, UseAppendAction, arg

from codepolicy.approval import APPROVAL_MODES, ApprovalMode
from codepolicy.number_bounds import bounded
from primitives.errors import ConfigurationError, unknown_name
from primitives.limits import GuardLimits, box_of
from primitives.registry import LEVELS as SURFACES
from primitives.registry import Level

IsolationMode = Literal["best-effort", "required"]
VisionMode = Literal["auto", "on", "off"]
FeedbackLevel = Literal["none", "error", "scene", "verdict", "explain", "reward"]
MAX_CANDIDATES = 64
FEEDBACK_LEVELS: tuple[FeedbackLevel, ...] = get_args(FeedbackLevel)
VISION_MODES: tuple[VisionMode, ...] = get_args(VisionMode)
PRIVILEGED_FEEDBACK: frozenset[FeedbackLevel] = frozenset({"verdict", "explain", "reward"})
"""Levels that tell the model ground truth; stamped on every result."""


@dataclass(frozen=True, kw_only=True)
class SurfaceSettings:
    """What programs are written against."""

    surface: Level | None = None
    """What a program may call, with all levels below it; left out, skill, or tool for a task or scene that needs the
    hand led, as furniture does."""
    surface_alone: Annotated[bool, FlagCreatePairsOff] = False
    """Only the functions of that very surface, without the levels below it."""


@dataclass(frozen=True, kw_only=True)
class GuardSettings:
    """What no program may exceed; left out, what the robot asks for."""

    speed_scale: float | None = None
    """Part of the arm's own joint speed that is used, in (0, 1]."""
    force: float | None = None
    """Largest gripping force in N."""
    joint_step: float | None = None
    """Largest travel of a joint in one command, in rad."""
    tool_step: float | None = None
    """Largest travel of the tool in one command, in m."""
    robot_time: float | None = None
    """Robot time of one program in s."""
    box: Annotated[str | None, arg(metavar="X,Y,Z,X,Y,Z")] = None
    """Least and largest corner of where the tool may be, in m."""
    keep_out: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="X,Y,Z,X,Y,Z")] = ()
    """Box that the arm may not enter, least and largest corner in m; may be given more than once."""

    def guarded(self, limits: GuardLimits) -> GuardLimits:
        """`limits` with what is set here. Raises ConfigurationError."""
        bounded("speed_scale", self.speed_scale, above=True, most=1)
        bounded("force", self.force, above=True, most=1000, unit=" N")
        bounded("joint_step", self.joint_step, above=True, most=100, unit=" rad")
        bounded("tool_step", self.tool_step, above=True, most=100, unit=" m")
        bounded("robot_time", self.robot_time, above=True, most=1e6, unit=" s")
        given = {
            "speed_scale": self.speed_scale,
            "gripper_force": self.force,
            "joint_step": self.joint_step,
            "tool_step": self.tool_step,
            "robot_time": self.robot_time,
            "box": box_of("box", self.box) if self.box is not None else None,
        }
        kept_out = tuple(box_of("keep_out", text) for text in self.keep_out)
        changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return replace(limits, keep_out=(*limits.keep_out, *kept_out), **changed)


@dataclass(frozen=True, kw_only=True)
class ConditionSettings(GuardSettings, SurfaceSettings):
    """Under which conditions programs run."""

    detector: Annotated[str, arg(metavar="rgbd|vlm|oracle|NAME")] = "rgbd"
    """How objects are seen; vlm asks a vision model what they are; oracle uses ground truth and is stamped."""
    vision_model: Annotated[str | None, arg(metavar="PROVIDER:NAME")] = None
    """Who names things with --detector vlm; left out, the model that writes the programs."""
    isolation: IsolationMode = "best-effort"
    """required refuses to run where the kernel cannot confine the program."""
    deadline: float = 300.0
    """Wall time in s that one program may take."""


@dataclass(frozen=True, kw_only=True)
class SafetySettings:
    """Who answers for what programs do, beside the guard."""

    policy: Annotated[str | None, arg(metavar="FILE.toml")] = None
    """Policy file: permitted primitives, speed, workspace, budgets."""
    approve: ApprovalMode | None = None
    """When a person is shown what would happen and asked: before every program that moves (ask), once (run), or never;
    left out, never in simulation and ask on anything else."""
    audit: Annotated[str | None, arg(metavar="FILE.jsonl")] = None
    """Append every command, who approved it and the hash of its program to this file."""


@dataclass(frozen=True, kw_only=True)
class SelectionSettings:
    """How many programs are weighed against each other."""

    candidates: int = 1
    """Programs per turn; from 2 on they are rehearsed in a twin of what is seen, and the best one is run."""
    rehearsals: int = 2
    """How often each of them is rehearsed, from the second on with errors of measurement and physics drawn anew."""


@dataclass(frozen=True, kw_only=True)
class DisturbanceSettings:
    """What a trial is disturbed by. Apart, since evaluation has them from its suites."""

    disturbances: Annotated[str, arg(metavar="NAME")] = "mild"
    """Named set of sensor and world disturbances; none switches them off."""


@dataclass(frozen=True, kw_only=True)
class VisionSettings:
    """Whether models see the scene."""

    vision: VisionMode = "auto"
    """Whether the model and the critic are sent pictures; auto goes by what the model can do, as told by its name."""


@dataclass(frozen=True, kw_only=True)
class ExampleSettings:
    """What the model is shown beside the scene."""

    examples: bool = True
    """Show worked examples, and how each function is called."""
    skills: Annotated[str | None, arg(metavar="DIR")] = None
    """Show the model up to three programs from this folder that worked for similar instructions."""


@dataclass(frozen=True, kw_only=True)
class LoopSettings(SelectionSettings, ExampleSettings, VisionSettings):
    """How the model is led to the goal."""

    turns: int = 4
    """Programs the model may write for one instruction, repairs included."""
    feedback: FeedbackLevel = "scene"
    """What a failed turn is told; the last three tell ground truth and are stamped on the result."""
    plan: Annotated[bool, FlagCreatePairsOff] = False
    """Split the instruction into sub-goals and verify each."""
    hierarchy: bool = True
    """Write functions on demand that a program calls but nobody defined."""
    learn: Annotated[bool, FlagCreatePairsOff] = False
    """Add programs to --skills whose goal check holds; without it the folder stays as it is."""


@dataclass(frozen=True, kw_only=True)
class BudgetSettings:
    """What an instruction may cost."""

    max_tokens: int | None = None
    """Token budget of an instruction, prompts included (see --max-reply-tokens for one reply)."""
    max_cost: float | None = None
    """Budget of an instruction in USD, for models with a known price."""


@dataclass(frozen=True, kw_only=True)
class Settings(BudgetSettings, LoopSettings, SafetySettings, DisturbanceSettings, ConditionSettings):
    """Everything but model, place and instruction.

    Raises:
        ConfigurationError: a value is none of the valid ones.
    """

    def __post_init__(self) -> None:
        if self.surface is not None and self.surface not in SURFACES:
            raise unknown_name("surface", self.surface, SURFACES)
        if self.surface_alone and self.surface is None:
            raise ConfigurationError("--surface-alone restricts a surface; add --surface " + "|".join(SURFACES))
        if self.feedback not in FEEDBACK_LEVELS:
            raise unknown_name("feedback level", self.feedback, FEEDBACK_LEVELS)
        if self.vision not in VISION_MODES:
            raise unknown_name("vision", str(self.vision), VISION_MODES)
        for name, least in (("turns", self.turns), ("candidates", self.candidates), ("rehearsals", self.rehearsals)):
            if least < 1:
                raise ConfigurationError(f"{name} is {least}; at least one is needed")
        if self.candidates > MAX_CANDIDATES or self.rehearsals > MAX_CANDIDATES:
            raise ConfigurationError(f"at most {MAX_CANDIDATES} candidates and {MAX_CANDIDATES} rehearsals are taken")
        if self.approve is not None and self.approve not in APPROVAL_MODES:
            raise unknown_name("approval", self.approve, APPROVAL_MODES)
        self.guarded(GuardLimits())
        bounded("deadline", self.deadline, above=True, most=3600, unit=" s")
        if self.learn and self.skills is None:
            raise ConfigurationError("nothing says where to keep what is learned; add --skills DIR")
        for name, value in (("max_tokens", self.max_tokens), ("max_cost", self.max_cost)):
            if value is not None and not 0 < value < math.inf:
                raise ConfigurationError(f"{name} is {value:g}; a budget is more than 0")
