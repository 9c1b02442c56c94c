"""Flags that several commands share. Light on purpose: `--help` imports this and nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

if TYPE_CHECKING:
    from codepolicy.agent import Agent
    from codepolicy.events import Observer
    from codepolicy.models.registry import ModelOptions
    from codepolicy.settings import Settings

Flag = tyro.conf.FlagCreatePairsOff
Text = Annotated[str | None, tyro.conf.arg(metavar="NAME")]


@dataclass(frozen=True, kw_only=True)
class ConditionFlags:
    """Under which conditions programs run."""

    env: Annotated[str, tyro.conf.arg(metavar="NAME")] = "pybullet"
    """Environment."""
    surface: Literal["skill", "tool", "joint"] | None = None
    """What a program may call; left out, skill, or tool for a task or its scene that needs the hand led."""
    detector: Annotated[str, tyro.conf.arg(metavar="rgbd|oracle|NAME")] = "rgbd"
    """How objects are seen; oracle uses ground truth and is stamped on the result."""
    isolation: Literal["best-effort", "required"] = "best-effort"
    """required refuses to run where the kernel cannot confine the program."""
    deadline: float = 300.0
    """Wall time in s that one program may take."""


@dataclass(frozen=True, kw_only=True)
class WorldOptions(ConditionFlags):
    """Where things happen."""

    task: Annotated[str | None, tyro.conf.arg(metavar="ID")] = None
    """Task that sets the scene and judges the end (see `codepolicy tasks`)."""
    scene: Annotated[str | None, tyro.conf.arg(metavar="NAME|ID|FILE.toml")] = None
    """Scene by name, of a task (for any sentence), or from a file, instead of a task."""
    seed: int = 0
    """Seed of scene and disturbances."""
    disturbances: Annotated[str, tyro.conf.arg(metavar="NAME")] = "mild"
    """Sensor and world disturbances; none switches them off."""


@dataclass(frozen=True, kw_only=True)
class ModelFlags:
    """Who writes the programs."""

    model: Annotated[str, tyro.conf.arg(metavar="NAME[:DETAIL]")] = "offline"
    """offline (rule-based, no network), openai:NAME, local:FILE.gguf, replay:DIR, scripted:DIR, or a plug-in."""
    base_url: Annotated[str | None, tyro.conf.arg(metavar="URL")] = None
    """Server that speaks OpenAI's Chat Completions, e.g. http://localhost:11434/v1."""
    timeout: float = 120.0
    """Longest wait in s for the next piece of a reply."""
    temperature: float | None = None
    """Sampling temperature; left to the server when not given."""
    max_tokens: int | None = None
    """Token budget of an instruction, prompts included."""
    max_cost: float | None = None
    """Budget of an instruction in USD, for models with a known price."""
    prices: Annotated[str | None, tyro.conf.arg(metavar="FILE.toml")] = None
    """Prices that override the built-in table."""


@dataclass(frozen=True, kw_only=True)
class RepliesFlags:
    """What becomes of the model's replies, and where they come from."""

    record: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Keep every request and reply as JSON in this folder, for --model replay:DIR."""
    resume: Annotated[str | None, tyro.conf.arg(metavar="RUN")] = None
    """Folder of a run that was cut short: its replies are taken as far as they go, then the model is asked."""


@dataclass(frozen=True, kw_only=True)
class LoopFlags:
    """How the model is led to the goal."""

    turns: int = 4
    """Programs the model may write for one instruction, repairs included."""
    feedback: Literal["none", "error", "scene", "verdict", "explain", "reward"] = "scene"
    """What a failed turn is told; the last three tell ground truth and are stamped on the result."""
    plan: Annotated[bool, Flag] = False
    """Split the instruction into sub-goals and verify each."""
    planner: Annotated[str | None, tyro.conf.arg(metavar="NAME[:DETAIL]")] = None
    """Model that splits the instruction; --model when left out."""
    critic: Annotated[str | None, tyro.conf.arg(metavar="NAME[:DETAIL]")] = None
    """Model that looks over a result whose goal check holds; none when left out."""
    examples: bool = True
    """Show worked examples, and how each function is called."""
    hierarchy: bool = True
    """Write functions on demand that a program calls but nobody defined."""
    skills: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Show the model up to three programs from this folder that worked for similar instructions."""
    learn: Annotated[bool, Flag] = False
    """Add programs to --skills whose goal check holds; without it the folder stays as it is."""


@dataclass(frozen=True, kw_only=True)
class OutputFlags:
    """What is left behind and shown."""

    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "runs"
    """Folder in which the run folder is made."""
    video: bool = True
    """Write video.mp4 into the run folder."""
    json: Annotated[bool, Flag] = False
    """Print exactly one JSON object on stdout; progress goes to stderr."""


def model_options(flags: ModelFlags) -> ModelOptions:
    """The options for models by name."""
    from codepolicy.models.registry import ModelOptions

    return ModelOptions(
        base_url=flags.base_url,
        timeout_s=flags.timeout,
        temperature=flags.temperature,
        prices=flags.prices,
        priced=flags.max_cost is not None,
    )


def settings(
    world: ConditionFlags,
    model: ModelFlags | None = None,
    loop: LoopFlags | None = None,
    *,
    disturbances: str = "mild",
) -> Settings:
    """The agent's settings."""
    from codepolicy.settings import Settings

    model, loop = model or ModelFlags(), loop or LoopFlags()
    return Settings(
        surface=world.surface,
        detector=world.detector,
        disturbances=disturbances,
        isolation=world.isolation,
        deadline=world.deadline,
        feedback=loop.feedback,
        turns=loop.turns,
        plan=loop.plan,
        examples=loop.examples,
        hierarchy=loop.hierarchy,
        skills=loop.skills,
        learn=loop.learn,
        max_tokens=model.max_tokens,
        max_cost=model.max_cost,
    )


@dataclass(frozen=True, kw_only=True)
class AgentFlags(LoopFlags, RepliesFlags, ModelFlags, WorldOptions):
    """Everything that an agent is made from."""

    def agent(self, observer: Observer) -> Agent:
        """The agent that these flags describe."""
        from codepolicy.agent import Agent

        return Agent(
            model=self.model,
            env=self.env,
            settings=settings(self, self, self, disturbances=self.disturbances),
            options=model_options(self),
            planner=self.planner,
            critic=self.critic,
            record=self.record,
            resume=self.resume,
            observer=observer,
        )
