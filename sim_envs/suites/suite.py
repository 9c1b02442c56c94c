"""Suites: which tasks, how many trials, under which conditions, in ten lines of TOML.

    description = "Two tasks, ten trials each."
    trials = 10

    [[groups]]
    labels = { family = "stacking" }
    attributes = "unseen"
    tasks = ["put-block-on-block", "cap-stack-all-blocks"]

A group names its tasks, or selects them by tags (a task needs all of them). Trials are the seeds from 0 on; the same
suite always gives the same trials in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from primitives.environment import PlannedTrial, TrialSpec, Wording
from primitives.errors import ConfigurationError, unknown_name
from primitives.toml_file import toml_table
from sim_envs.judging.task import Task
from sim_envs.language.templates import Attributes
from sim_envs.scenes.disturbances import SETS
from sim_envs.suites.task_catalog import all_tasks, find_task

FOLDER = Path(__file__).parent


class TaskGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tasks that are reported together."""

    labels: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """What results are grouped by, e.g. {"split": "sa-si", "family": "long-horizon"}."""
    attributes: Attributes = "seen"
    """Which values the instructions and scenes draw."""
    tasks: tuple[str, ...] = ()
    """Ids; left out where `tags` select."""
    tags: tuple[str, ...] = ()
    """A task with all of these is selected; left out where `tasks` name them."""


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of `sim_envs/suites`, or one of a user's own."""

    description: str
    groups: tuple[TaskGroup, ...]
    name: str = ""
    """The file's name; not written in it."""
    trials: int = 10
    """Seeds per task, from 0 on."""
    wording: Wording = "canonical"
    """Whether instructions use the template's own sentence or one of its paraphrases."""
    disturbances: str = "mild"
    """Named set of sensor and world disturbances."""


def names() -> tuple[str, ...]:
    """Names of the built-in suites."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load(name: str) -> Suite:
    """The suite `name`, built-in or the path of a TOML file.

    Raises:
        ConfigurationError: unknown name, unreadable file, or a mistake in it; says which key and the valid values.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        if name.endswith(".toml"):
            raise ConfigurationError(f"there is no suite file {name!r}; built-in suites: {', '.join(names())}.")
        raise unknown_name("suite", name, names())
    try:
        suite = msgspec.convert(toml_table(path, "suite"), Suite)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"suite {name!r} is faulty: {error}.") from error
    return _checked(msgspec.structs.replace(suite, name=path.stem), name)


def _checked(suite: Suite, where: str) -> Suite:
    if suite.trials < 1:
        raise ConfigurationError(f"suite {where!r}: trials is {suite.trials}; give at least 1.")
    if suite.disturbances not in SETS:
        raise ConfigurationError(f"suite {where!r}: {unknown_name('set of disturbances', suite.disturbances, SETS)}")
    if not suite.groups:
        raise ConfigurationError(f"suite {where!r} has no groups; add at least one [[groups]] table.")
    seen: set[str] = set()
    for number, group in enumerate(suite.groups):
        if bool(group.tasks) == bool(group.tags):
            raise ConfigurationError(f"suite {where!r}: groups[{number}] names either tasks or tags, not both or none.")
        try:
            chosen = members(group)
        except ConfigurationError as error:
            raise ConfigurationError(f"suite {where!r}: groups[{number}]: {error}") from error
        for task in chosen:
            if task.id in seen:
                raise ConfigurationError(
                    f"suite {where!r}: {task.id!r} is in two groups; its trials would be the same."
                )
            seen.add(task.id)
    return suite


def members(group: TaskGroup) -> tuple[Task, ...]:
    """The group's tasks, with its attributes, in the order of the file or of their ids.

    Raises:
        ConfigurationError: an unknown task, or tags that no task has.
    """
    tasks = all_tasks()
    known_tags = {tag for task in tasks for tag in task.tags}
    for tag in group.tags:
        if tag not in known_tags:
            raise unknown_name("tag", tag, known_tags)
    ids = group.tasks or tuple(task.id for task in tasks if set(group.tags) <= set(task.tags))
    if not ids:
        raise ConfigurationError(f"no task has all of the tags {', '.join(group.tags)}")
    return tuple(find_task(id if ":" in id else f"{id}:{group.attributes}") for id in ids)


def suites_of() -> dict[str, tuple[str, ...]]:
    """Names of the built-in suites that a task is in, by its id, whichever attributes they draw."""
    listed: dict[str, tuple[str, ...]] = {}
    for name in names():
        for id in sorted({task.id.partition(":")[0] for group in load(name).groups for task in members(group)}):
            listed[id] = (*listed.get(id, ()), name)
    return listed


def trials(suite: Suite, seeds: Sequence[int] | None = None) -> tuple[PlannedTrial, ...]:
    """Every trial of the suite: groups in order, their tasks, seeds from 0 on or those given."""
    return tuple(
        PlannedTrial(
            spec=TrialSpec(
                seed=seed,
                task=task.id,
                instruction=task.instruction(seed, paraphrased=suite.wording == "paraphrased"),
                disturbances=suite.disturbances,
            ),
            task=task.label,
            labels=group.labels,
        )
        for group in suite.groups
        for task in members(group)
        for seed in (range(suite.trials) if seeds is None else seeds)
    )


def selected(
    chosen: Sequence[str], *, seeds: Sequence[int] | None, wording: Wording | None, disturbances: str | None
) -> tuple[PlannedTrial, ...]:
    """The trials of suites and tasks by name; see `Judged.trials`."""
    if disturbances is not None and disturbances not in SETS:
        raise unknown_name("set of disturbances", disturbances, SETS)
    return tuple(
        trial
        for name in chosen
        for suite in (_suite_or_task(name),)
        for trial in trials(
            msgspec.structs.replace(
                suite, wording=wording or suite.wording, disturbances=disturbances or suite.disturbances
            ),
            seeds,
        )
    )


ALL = "all"
"""In the place of a suite: every registered task, those of plug-ins included, with the attributes that are seen."""


def _suite_or_task(name: str) -> Suite:
    """The suite `name`, one of the task `name` alone, or one of all tasks."""
    if name == ALL:
        return Suite(description="", groups=(TaskGroup(tasks=tuple(sorted(task.id for task in all_tasks()))),))
    if name.endswith(".toml") or name in names():
        return load(name)
    known = {task.id for task in all_tasks()}
    id = name.partition(":")[0]
    if not {id, re.sub(r"-v\d+$", "", id)} & known:
        raise unknown_name("suite or task", name, (ALL, *names(), *known), where="codepolicy tasks")
    task = find_task(name)
    return Suite(description="", groups=(TaskGroup(tasks=(task.id,), labels=_labels(task)),))


def _labels(task: Task) -> dict[str, str]:
    """What the first built-in suite with this very task, attributes included, labels it with."""
    groups = (group for suite in names() for group in load(suite).groups)
    found = (group.labels for group in groups if task.id in {member.id for member in members(group)})
    return next(found, dict[str, str]())
