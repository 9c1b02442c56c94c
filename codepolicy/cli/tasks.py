"""`codepolicy tasks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class TasksCommand:
    """List the tasks that an environment can set up and judge."""

    env: Annotated[str, tyro.conf.arg(metavar="NAME")] = "pybullet"
    """Environment."""
    suite: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Only the tasks of this suite."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object."""

    def __call__(self) -> int:
        """Print; returns the exit status."""
        from codepolicy.cli.output import put, put_json
        from codepolicy.plugins import load_environment
        from primitives.environment import Judged, capability
        from primitives.errors import unknown_name

        environment = load_environment(self.env)
        try:
            judged = capability(environment, Judged)
            tasks, scenes = judged.tasks(), judged.scenes()
        finally:
            environment.close()
        suites = sorted({name for task in tasks for name in task.suites})
        if self.suite is not None:
            if self.suite not in suites:
                raise unknown_name("suite", self.suite, suites)
            tasks = tuple(task for task in tasks if self.suite in task.suites)
        if self.json:
            put_json({"schema_version": 1, "environment": self.env, "tasks": tasks, "scenes": scenes})
            return 0
        width = max((len(t.id) for t in tasks), default=0)
        for task in tasks:
            put(f"{task.id:<{width}}  {task.template}")
            put(f"{'':<{width}}  e.g. {task.example!r}" + (f"  [{', '.join(task.tags)}]" if task.tags else ""))
        put(f"\n{len(tasks)} tasks; suites: {', '.join(suites)}. Scenes without a task: {', '.join(scenes)}.")
        put('Any sentence in the scene of a task: codepolicy run --scene ID "…"')
        return 0
