"""PyBullet worlds, scenes, tasks and their ground-truth verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from primitives.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from sim_envs.environment import PyBulletEnvironment as PyBulletEnvironment
    from sim_envs.environment import make as make
    from sim_envs.gym_env import Tabletop as Tabletop
    from sim_envs.judging.case import Case as Case
    from sim_envs.judging.case import Condition as Condition
    from sim_envs.judging.case import Unclear as Unclear
    from sim_envs.judging.case import WorldSnapshot as WorldSnapshot
    from sim_envs.judging.predicates import others as others
    from sim_envs.judging.predicates import untouched as untouched
    from sim_envs.judging.task import Task as Task
    from sim_envs.judging.task import TaskDefinition as TaskDefinition
    from sim_envs.judging.task import task as task
    from sim_envs.language.templates import Slot as Slot
    from sim_envs.language.templates import Template as Template
    from sim_envs.language.templates import things as things
    from sim_envs.physics.sim_robot import SimRobot as SimRobot
    from sim_envs.scenes.digital_twin import twin_scene as twin_scene
    from sim_envs.scenes.disturbances import Disturbances as Disturbances
    from sim_envs.scenes.scene_files import read_scene as read_scene
    from sim_envs.scenes.scene_spec import ObjectSpec as ObjectSpec
    from sim_envs.scenes.scene_spec import SceneSpec as SceneSpec
    from sim_envs.suites.suite import Suite as Suite
    from sim_envs.suites.task_catalog import all_tasks as all_tasks
    from sim_envs.suites.task_catalog import find_task as find_task

    __version__: str

_HOMES: dict[str, str] = {
    "Case": "sim_envs.judging.case",
    "Condition": "sim_envs.judging.case",
    "Disturbances": "sim_envs.scenes.disturbances",
    "ObjectSpec": "sim_envs.scenes.scene_spec",
    "PyBulletEnvironment": "sim_envs.environment",
    "SceneSpec": "sim_envs.scenes.scene_spec",
    "SimRobot": "sim_envs.physics.sim_robot",
    "Slot": "sim_envs.language.templates",
    "Suite": "sim_envs.suites.suite",
    "Tabletop": "sim_envs.gym_env",
    "Task": "sim_envs.judging.task",
    "TaskDefinition": "sim_envs.judging.task",
    "Template": "sim_envs.language.templates",
    "Unclear": "sim_envs.judging.case",
    "WorldSnapshot": "sim_envs.judging.case",
    "all_tasks": "sim_envs.suites.task_catalog",
    "find_task": "sim_envs.suites.task_catalog",
    "make": "sim_envs.environment",
    "others": "sim_envs.judging.predicates",
    "read_scene": "sim_envs.scenes.scene_files",
    "task": "sim_envs.judging.task",
    "things": "sim_envs.language.templates",
    "twin_scene": "sim_envs.scenes.digital_twin",
    "untouched": "sim_envs.judging.predicates",
}
"""The module where each public name stands."""

__getattr__, __dir__ = lazy_exports(__name__, _HOMES)
