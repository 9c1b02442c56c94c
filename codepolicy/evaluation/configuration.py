"""What `run.json` keeps: under what a run was made, so that it is neither mixed with another nor compared blindly."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from codepolicy import plugins
from codepolicy.evaluation import fingerprints
from codepolicy.evaluation.baseline_file import built_in
from codepolicy.evaluation.worker_setup import WorkerSetup
from codepolicy.models.options import ModelOptions
from codepolicy.models.registry import GROUP, suited
from codepolicy.numerics import numerics
from codepolicy.redaction import shown_url
from primitives.environment import TaskInfo, World
from primitives.plugins import packages

SCHEMA_VERSION = 1

Plain = dict[str, object]


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What a result depends on beside task, seed and sample. Episodes of one run share all of it."""

    environment: str
    model: str
    planner: str | None
    critic: str | None
    options: Plain
    """Of the models."""
    settings: Plain
    wording: str
    """The suites' own where none was asked for."""
    disturbances: str
    """The suites' own where none were asked for."""
    files: dict[str, str]
    """Hashes of files and folders that models and settings name."""
    prompts: dict[str, str]
    """Hashes of the constant prefix by surface, and of the templates."""
    surfaces: dict[str, str]
    """Hashes of what a program may call."""
    sources: dict[str, str]
    """Hashes of the code, by package."""
    packages: dict[str, str]
    """Versions."""
    python: str
    numerics: dict[str, str] = {}
    """What the last bits depend on: BLAS and its kernel, SIMD, C library, renderer."""

    @property
    def conditions(self) -> str:
        """Hash of what was chosen, without what it was run by: part of an episode's key."""
        chosen = ("environment", "model", "planner", "critic", "options", "settings", "files")
        return fingerprints.digest({name: getattr(self, name) for name in chosen})

    @property
    def whole(self) -> str:
        """Hash of everything."""
        return fingerprints.digest(self)


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `run.json`."""

    schema_version: int = SCHEMA_VERSION
    command: tuple[str, ...]
    """As last started."""
    started: str
    """When first started."""
    chosen: tuple[str, ...]
    """Suites and tasks as last asked for."""
    planned: int
    """Episodes as last asked for."""
    shard: str | None
    configuration: Configuration
    tasks: dict[str, str]
    """Hash of what is known of each task, by its id with version."""
    git: dict[str, str | bool] | None
    machine: dict[str, str]


def configured(setup: WorkerSetup, environment: World) -> Configuration:
    """The configuration of `setup`. Raises ConfigurationError where a model cannot be used or a detector is unknown."""
    settings = msgspec.json.decode(msgspec.json.encode(setup.settings))  # as the record has it: lists, no tuples
    del settings["disturbances"], settings["audit"]  # those of the trials; where a log is written
    for name, sees in ((setup.planner, False), (setup.critic, True), (None if setup.given else setup.model, True)):
        if name is not None:  # so that a mistake is told before anything is written
            suited(name, setup.settings, setup.options, sees=sees)
    named = [name for name in (setup.model, setup.planner, setup.critic) if name is not None]
    programs = None if setup.programs is None else str(built_in().get(setup.programs, setup.programs))
    prices = setup.options.prices if setup.settings.max_cost is not None else None  # else they only tell what it cost
    paths = [programs, prices, setup.settings.skills, *filter(None, map(_file_of, named))]
    origins = [plugins.load(GROUP, "model", name.partition(":")[0]) for name in named]
    origins += [plugins.load("codepolicy.detectors", "detector", setup.settings.detector), type(environment)]
    return Configuration(
        environment=setup.environment,
        model=setup.writer,
        planner=setup.planner,
        critic=setup.critic,
        options=_told_options(setup.options) | {"prices": prices},
        settings=settings,
        wording=setup.wording or "as the suite says",
        disturbances=setup.disturbances or "as the suite says",
        files={path: fingerprints.tree(Path(path)) for path in paths if path and Path(path).exists()},
        prompts=fingerprints.prompts(environment, examples=setup.settings.examples),
        surfaces=fingerprints.surfaces(),
        sources=fingerprints.sources(
            {"codepolicy", "primitives", *(o.__module__.partition(".")[0] for o in origins)}
            | set(packages("codepolicy.tasks", "codepolicy.primitives"))
        ),
        packages=fingerprints.versions(),
        python=platform.python_version(),
        numerics=numerics(environment),
    )


def _told_options(options: ModelOptions) -> Plain:
    """The models' options, the address without user and password, and without how patiently a reply is waited for."""
    url = options.base_url
    told: Plain = msgspec.to_builtins(options) | {"base_url": shown_url(url) if url is not None else None}
    del told["timeout"], told["retries"], told["vision"]  # the settings have it
    return told


def _file_of(model: str) -> str | None:
    """The file or folder that a model's name points to, if any.

    A folder that happens to be called like a model of a server is none, or results would depend on what else lies in
    the working directory.
    """
    name, _, detail = model.partition(":")
    detail = detail.rpartition("adapter=")[2] if name == "local" else detail
    meant = name in ("replay", "scripted") or "/" in detail or Path(detail).is_file()
    return detail if meant else None


def task_hashes(tasks: Mapping[str, TaskInfo]) -> dict[str, str]:
    """Of what is known of each task, whichever suites it is in; by label."""
    return {label: fingerprints.digest(msgspec.structs.replace(info, suites=())) for label, info in tasks.items()}


def machine() -> dict[str, str]:
    """What results were made on."""
    import numpy as np

    built = msgspec.convert(np.show_config(mode="dicts"), dict[str, dict[str, object]])
    blas = msgspec.convert(built.get("Build Dependencies", {}).get("blas", {}), dict[str, object])
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "python": sys.version.split()[0],
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
    }


def differences(first: Configuration, second: Configuration) -> tuple[str, ...]:
    """What differs, as "settings.turns: 4, 6", in the order of the fields."""
    one, two = _flat(msgspec.to_builtins(first)), _flat(msgspec.to_builtins(second))
    return tuple(
        f"{name}: {_told(one.get(name))}, {_told(two.get(name))}"
        for name in dict.fromkeys([*one, *two])
        if one.get(name) != two.get(name)
    )


def _flat(value: Mapping[str, object], above: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flat(msgspec.convert(inner, dict[str, object]), f"{above}{name}.")
        else:
            flat[above + name] = inner
    return flat


def _told(value: object) -> str:
    return "–" if value is None else str(value)
