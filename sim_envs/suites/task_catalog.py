"""Every task there is, and the one of an id."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace
from functools import cache

import sim_envs.tasks
from primitives.errors import ConfigurationError, unknown_name
from primitives.plugins import load_every
from sim_envs.judging.task import Task, registered


@cache
def _import_tasks() -> None:
    """Let every file of `sim_envs/tasks` register its tasks; walking the folder for each look-up costs milliseconds."""
    for module in pkgutil.iter_modules(sim_envs.tasks.__path__):
        importlib.import_module(f"sim_envs.tasks.{module.name}")


def all_tasks() -> tuple[Task, ...]:
    """Every task, those of plug-ins included, in order of id, with seen attributes.

    Raises:
        ConfigurationError: a plug-in does not load.
    """
    _import_tasks()
    load_every("codepolicy.tasks")
    return registered()


def find_task(id: str) -> Task:
    """The task `id`, e.g. "put-block-in-bowl", "put-block-in-bowl-v1" or "put-block-in-bowl:unseen".

    Raises:
        ConfigurationError: unknown id, another version than the registered one, or unknown attributes.
    """
    known = {t.id: t for t in all_tasks()}
    name, _, attributes = id.partition(":")
    versioned = re.fullmatch(r"(.+)-v(\d+)", name)
    base = versioned.group(1) if versioned and name not in known else name
    if base not in known:
        raise unknown_name("task", id, known, where="codepolicy tasks")
    found = known[base]
    if versioned and base != name and int(versioned.group(2)) != found.version:
        raise ConfigurationError(f"task {base!r} is at version {found.version}; {id!r} no longer exists.")
    if attributes not in ("", "seen", "unseen"):
        raise unknown_name("attribute set", attributes, ("seen", "unseen"))
    return replace(found, id=f"{base}:unseen", attributes="unseen") if attributes == "unseen" else found
