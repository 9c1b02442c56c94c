"""The commands, and how their flags are read: defaults, then `--config FILE.toml`, then the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Protocol, cast, get_type_hints

import tyro

from codepolicy.cli.api import ApiCommand
from codepolicy.cli.baseline import BaselineCommand
from codepolicy.cli.calibrate import CalibrateCommand
from codepolicy.cli.chat import ChatCommand
from codepolicy.cli.compare import CompareCommand
from codepolicy.cli.console import ConsoleCommand
from codepolicy.cli.doctor import DoctorCommand
from codepolicy.cli.eval import EvalCommand
from codepolicy.cli.exec import ExecCommand
from codepolicy.cli.export import ExportCommand
from codepolicy.cli.flag_conditions import refuse_idle
from codepolicy.cli.mcp import McpCommand
from codepolicy.cli.new import NewCommand
from codepolicy.cli.prompt import PromptCommand
from codepolicy.cli.replay import ReplayCommand
from codepolicy.cli.report import ReportCommand
from codepolicy.cli.run import RunCommand
from codepolicy.cli.skills import SkillsCommand
from codepolicy.cli.tasks import TasksCommand
from codepolicy.cli.train import TrainCommand
from codepolicy.cli.view import ViewCommand
from primitives.errors import ConfigurationError, unknown_name


class Command(Protocol):
    """A parsed command."""

    def __call__(self) -> int:
        """Do it; returns the exit status."""
        ...


COMMANDS: dict[str, type[Any]] = {
    "run": RunCommand,
    "chat": ChatCommand,
    "console": ConsoleCommand,
    "exec": ExecCommand,
    "eval": EvalCommand,
    "compare": CompareCommand,
    "report": ReportCommand,
    "replay": ReplayCommand,
    "view": ViewCommand,
    "baseline": BaselineCommand,
    "export": ExportCommand,
    "train": TrainCommand,
    "skills": SkillsCommand,
    "api": ApiCommand,
    "tasks": TasksCommand,
    "doctor": DoctorCommand,
    "prompt": PromptCommand,
    "mcp": McpCommand,
    "new": NewCommand,
    "calibrate": CalibrateCommand,
}


def parse(argv: Sequence[str]) -> Command:
    """The command that `argv` asks for. Exits with status 2 where tyro finds a mistake in it."""
    words, config = _without_config(argv)
    command = _parsed(words, config)
    refuse_idle(words[0], command, words)
    return command


def _parsed(argv: list[str], config: dict[str, Any]) -> Command:
    if argv and not argv[0].startswith("-") and argv[0] not in COMMANDS and " " not in argv[0].strip():
        raise unknown_name("command", argv[0], COMMANDS)
    union: Any = None
    for name, command in COMMANDS.items():
        one = Annotated[command, _subcommand(name, command, config)]
        union = one if union is None else union | one
    return cast(
        Command,
        tyro.cli(
            union,
            prog="codepolicy",
            description="From a sentence to a program to a verified result.",
            args=argv,
            config=(tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes),
        ),
    )


def _subcommand(name: str, command: type[Any], config: dict[str, Any]) -> Any:
    """What tyro is to know of a command."""
    if not config:
        return tyro.conf.subcommand(name)
    return tyro.conf.subcommand(name, default=command(**_values(config, name, command)))


def _without_config(argv: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """`argv` without `--config FILE`, and the file's content."""
    rest: list[str] = []
    config: dict[str, Any] = {}
    items = iter(argv)
    for item in items:
        flag, equals, value = item.partition("=")
        if flag != "--config":
            rest.append(item)
            continue
        from primitives.toml_file import toml_table

        path = value if equals else next(items, "")
        config = toml_table(Path(path), "--config")
    return rest, config


def _values(config: dict[str, Any], name: str, command: type[Any]) -> dict[str, Any]:
    """What `config` sets for one command: keys of its own table, and keys outside of any table that it knows."""
    known = {f.name: f for f in fields(command)}
    everywhere = {f.name for c in COMMANDS.values() for f in fields(c)}
    values: dict[str, Any] = {}
    for key, value in config.items():
        field = key.replace("-", "_")
        if key in COMMANDS and not isinstance(value, dict):
            raise ConfigurationError(f"--config: {key} is {value!r}; it names a command, so write a table: [{key}]")
        if key == name:
            for inner, inner_value in cast("dict[str, Any]", value).items():
                if inner.replace("-", "_") not in known:
                    raise unknown_name(f"key of [{name}] in --config", inner, known)
                values[inner.replace("-", "_")] = inner_value
        elif field in known and key not in COMMANDS:  # a table of another command is no value
            values.setdefault(field, value)
        elif key not in COMMANDS and field not in everywhere:
            raise unknown_name("key in --config", key, sorted(everywhere | set(COMMANDS)))
    types = get_type_hints(command)
    return {field: _typed(field, value, types[field]) for field, value in values.items()}


def _typed(field: str, value: object, kind: Any) -> object:
    import msgspec

    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"--config: {field} is {value!r}: {error}") from error
