"""Which flags mean nothing without another one. A flag that would change nothing is a mistake, and is told as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from codepolicy.cli.console import LOOPBACK
from codepolicy.models.options import ModelOptions
from codepolicy.settings import BudgetSettings, GuardSettings, LoopSettings
from primitives.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Condition:
    """Flags of a command that have no effect under some circumstances.

    Args:
        command: name of the command; None stands for each that has the flags.
        flags: names of fields.
        idle: whether they have no effect, as the command's flags stand.
        advice: what to do instead.
    """

    command: str | None
    flags: tuple[str, ...]
    idle: Callable[[Any], bool]
    advice: str


def _names(*kinds: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for kind in kinds for field in fields(kind))


def _told(command: Any) -> str:
    """The first word of commands that have commands of their own."""
    words = getattr(command, "words", None) or getattr(command, "what", None) or ("",)
    return str(words[0])


def _without_model(command: Any) -> bool:
    return command.oracle or _kept_trials(command)


def _kept_trials(command: Any) -> bool:
    from codepolicy.evaluation.baseline_file import built_in

    return len(command.names) == 1 and command.names[0] in built_in()


_WRITERS = ("model", "planner", "critic", *_names(ModelOptions, BudgetSettings, LoopSettings))
_PLACE = ("env", "robot", "seed", "disturbances")
_CHECK = ("env", "robot", "surface", "surface_alone", *_names(GuardSettings), "detector", "vision_model", "isolation",
          "deadline", "jobs", "executor", "address", "episode_limit", "out", "json")  # fmt: skip

CONDITIONS = (
    Condition(None, ("rehearsals",), lambda c: c.candidates < 2, "add --candidates, at least 2"),
    Condition(None, ("planner",), lambda c: not c.plan, "add --plan"),
    Condition(None, ("vision_model",), lambda c: c.detector != "vlm", "add --detector vlm"),
    Condition(None, ("env",), lambda c: getattr(c, "robot", None) is not None, "--robot says where; leave it out"),
    Condition(
        None,
        ("video_speed", "video_camera"),
        lambda c: c.video and c.video_size == "quick",
        "it is for films; add --video-size 720p",
    ),
    Condition(
        None, ("video_size", "video_speed", "video_camera"), lambda c: not c.video, "no video is made; add --video"
    ),
    Condition(
        None,
        ("seed", "disturbances"),
        lambda c: hasattr(c, "place") and c.place.endswith(".toml"),
        "a robot file stands for a real robot, whose scene is set up by hand",
    ),
    Condition(
        None,
        ("recover",),
        lambda c: c.place == "pybullet",
        "a simulation starts anew, with nothing to lift; it is for a robot that stands still",
    ),
    Condition("console", ("unencrypted",), lambda c: c.host in LOOPBACK, "this machine alone is listened to"),
    Condition("console", ("unencrypted",), lambda c: c.tls_cert is not None, "a certificate is given"),
    Condition("mcp", ("host", "port"), lambda c: c.transport == "stdio", "add --transport http"),
    Condition("eval", (*_WRITERS, "total_cost"), _without_model, "no model is asked here"),
    Condition("eval", ("trials", "seeds", "wording", "disturbances"), _kept_trials, "its programs have their own"),
    Condition("baseline", _CHECK, lambda c: _told(c) == "save", "it is for baseline check"),
    Condition("api", ("env",), lambda c: not c.stats or c.editor, "it is for --stats"),
    Condition("api", ("stats",), lambda c: c.editor, "--editor prints the module; give one of them"),
    Condition("doctor", _names(ModelOptions, BudgetSettings), lambda c: c.robot is not None, "a robot is checked"),
    Condition("doctor", ("model",), lambda c: c.robot is not None, "a robot is checked"),
    Condition("skills", ("task", "trials"), lambda c: len(c.words) < 3, "it is for exam DIR FILE.py"),
    Condition("skills", ("env",), lambda c: _told(c) != "exam", "it is for skills exam"),
    Condition("skills", ("why",), lambda c: _told(c) != "retire", "it is for skills retire"),
    Condition("skills", ("json",), lambda c: _told(c) != "list", "it is for skills list"),
    Condition(
        "calibrate",
        ("camera", "by_hand", "views", "speed", "yes", *_PLACE),
        lambda c: _told(c) == "board",
        "it is for calibrate camera",
    ),
    Condition("calibrate", ("paper",), lambda c: _told(c) == "camera", "it is for calibrate board"),
    Condition("calibrate", ("views", "yes"), lambda c: c.by_hand, "a person leads the arm and says how often"),
    Condition(
        "prompt",
        ("deadline", "speed_scale", "force", "joint_step", "tool_step", "robot_time"),
        lambda _: True,
        "nothing runs here",
    ),
)


def refuse_idle(name: str, command: object, argv: Sequence[str]) -> None:
    """Refuse what was typed and changes nothing.

    Args:
        name: of the command.
        command: its flags.
        argv: what was typed; what a --config file says is for every command, and is not held against one.

    Raises:
        ConfigurationError: a flag has no effect.
    """
    typed = _typed(argv)
    for condition in CONDITIONS:
        given = [flag for flag in condition.flags if flag in typed and hasattr(command, flag)]
        if given and condition.command in (None, name) and condition.idle(command):
            raise ConfigurationError(f"{typed[given[0]]} has no effect here: {condition.advice}")


def _typed(argv: Sequence[str]) -> dict[str, str]:
    """The flags in `argv`, by the names of their fields."""
    found: dict[str, str] = {}
    for word in argv:
        if word == "--":
            break
        if word.startswith("--"):
            flag = word.partition("=")[0]
            name = flag[2:].replace("-", "_")
            found.setdefault(name, flag)
            found.setdefault(name.removeprefix("no_"), flag)
    return found
