"""Every wording of the fourteen Code as Policies templates, judged on the ground truth of a table.

Parametrised over the task registry, so a new wording is tried without a new test.
"""

from __future__ import annotations

import random

import pytest

from sim_envs.judging.task import Task
from sim_envs.suites.task_catalog import all_tasks, find_task
from tests.offline.table import ask, fences
from tests.tasks.tabletop import Table

CAP = [t.id for t in all_tasks() if "cap14" in t.tags]


OTHERS = [
    "reason-as-many-as-bowls",
    "reason-most-common-color",
    "reason-odd-one-out",
    "reason-mirror",
    "ravens-stack-block-pyramid",
]
"""Families beyond them whose own sentence is understood."""


def _cases(sentences: slice, seeds: int) -> list[tuple[str, int, str]]:
    cases: list[tuple[str, int, str]] = []
    for name in CAP:
        for task in (find_task(name), find_task(f"{name}:unseen")):
            for seed in range(seeds):
                values = task.template.draw(random.Random(f"{task.id} {seed}"), task.attributes)
                cases += [(task.id, seed, task.template.word(values, s)) for s in task.template.sentences[sentences]]
    return cases


def test_there_are_fourteen() -> None:
    assert len(CAP) == 14


@pytest.mark.slow
@pytest.mark.parametrize(("task", "seed", "sentence"), _cases(slice(1), 1))
def test_the_template_is_carried_out(task: str, seed: int, sentence: str) -> None:
    _assert_achieved(find_task(task), seed, sentence)


@pytest.mark.parametrize("name", OTHERS)
def test_families_that_count_and_measure_are_carried_out(name: str) -> None:
    for task in (find_task(name), find_task(f"{name}:unseen")):
        _assert_achieved(task, 0, task.instruction(0))


@pytest.mark.slow
@pytest.mark.parametrize(("task", "seed", "sentence"), _cases(slice(1, None), 1) + _cases(slice(1), 4))
def test_every_wording_is_carried_out(task: str, seed: int, sentence: str) -> None:
    _assert_achieved(find_task(task), seed, sentence)


def _assert_achieved(task: Task, seed: int, sentence: str) -> None:
    bound = task.bind(seed, sentence)
    table = Table(bound.scene)
    reply = ask(sentence, table.detect())
    assert reply.finish == "stop", reply.text
    program, goal = fences(reply.text)
    table.run(program)
    verdict = bound.judge(table.start, table.world)
    assert verdict.status == "achieved", f"{verdict.explanation}\n{program}"
    table.run(goal + "\ngoal()\n")
