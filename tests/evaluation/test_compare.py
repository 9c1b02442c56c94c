"""Two runs against each other."""

from __future__ import annotations

import pytest

from codepolicy.evaluation.comparison import compared, lines
from codepolicy.evaluation.statistics import mcnemar
from primitives.errors import ConfigurationError
from tests.evaluation import made

TASKS = [f"{name}-v1" for name in ("a", "b", "c", "d", "e", "f")]


def records(lost: set[tuple[str, int]] = frozenset(), *, tasks=TASKS, seeds=range(5)):
    return [made.record(task, seed, won=(task, seed) not in lost) for task in tasks for seed in seeds]


def test_changes_come_first_and_are_named() -> None:
    first = made.run(records({("a-v1", 1), ("a-v1", 2)}))
    second = made.run(records({("a-v1", 2), ("b-v1", 0), ("b-v1", 3), ("c-v1", 4)}), "second")
    comparison = compared(first, second)
    assert [c.name for c in comparison.newly_failing] == ["b-v1 seed 0", "b-v1 seed 3", "c-v1 seed 4"]
    assert [c.name for c in comparison.newly_passing] == ["a-v1 seed 1"]
    total = comparison.total
    assert (total.both, total.only_first, total.only_second, total.neither) == (25, 3, 1, 1)
    assert total.difference == pytest.approx(-2 / 30) and total.low < total.difference < total.high
    assert total.p == mcnemar(3, 1) and not comparison.regressed
    told = list(lines(comparison))
    assert told[0] == "newly failing: 3"
    assert told[1].startswith("  b-v1 seed 0: 'Do 0': lost to grasp_missed: line 1: pick")
    assert comparison.identical == 26


def test_a_regression_beyond_chance() -> None:
    first, second = made.run(records()), made.run(records({(task, 0) for task in TASKS}), "second")
    assert compared(first, second).regressed
    assert not compared(second, first).regressed, "an improvement is none"


def test_unpaired_episodes_are_counted_and_named() -> None:
    first, second = made.run(records()), made.run(records(tasks=TASKS[1:], seeds=range(6)), "second")
    comparison = compared(first, second)
    assert comparison.total.pairs == 25
    assert comparison.unpaired_first == tuple(f"a-v1 seed {seed}" for seed in range(5))
    assert len(comparison.unpaired_second) == 5
    assert any("only in the first: 5 (a-v1 seed 0" in line for line in lines(comparison))


def test_samples_pair_with_samples() -> None:
    first = made.run([made.record(sample=sample) for sample in range(3)])
    second = made.run([made.record(sample=sample, won=sample != 1) for sample in range(3)], "second")
    assert [change.sample for change in compared(first, second).newly_failing] == [1]


def test_other_versions_of_a_task_are_refused() -> None:
    second = made.run(records(tasks=[*TASKS[1:], "a-v2"]), "second")
    with pytest.raises(ConfigurationError, match="what counts as done has changed in a-v1 and a-v2"):
        compared(made.run(records()), second)


def test_unseen_attributes_are_another_task() -> None:
    with pytest.raises(ConfigurationError, match="nothing to pair"):
        compared(made.run([made.record("a-v1")]), made.run([made.record("a-v1:unseen")], "second"))


@pytest.mark.parametrize(
    "other", [records(tasks=["z-v1"]), records(seeds=range(50, 52)), []], ids=["task", "seed", "none"]
)
def test_nothing_in_common_is_refused(other) -> None:
    with pytest.raises(ConfigurationError, match="no task, seed and sample in common"):
        compared(made.run(records()), made.run(other, "second"))


def test_what_differs_in_the_configurations_is_told() -> None:
    settings = {**made.CONFIGURATION.settings, "turns": 6}
    second = made.run(records(), "second", model="openai:x", settings=settings)
    comparison = compared(made.run(records()), second)
    assert comparison.differences == ("model: offline, openai:x", "settings.turns: 4, 6")


def test_a_task_that_changed_without_a_new_version_is_told() -> None:
    first, second = (made.run(records(), tasks={"a-v1": hash, "b-v1": "same"}) for hash in ("x", "y"))
    assert compared(first, second).differences == ("tasks.a-v1: x, y",)


def test_resampled_tasks_need_a_spread() -> None:
    first = made.run(records())
    assert compared(first, made.run(records(), "second")).tasks_in_general is None
    interval = compared(first, made.run(records({("a-v1", 0), ("b-v1", 0)}), "second")).tasks_in_general
    assert interval is not None and interval[0] < -2 / 30 < interval[1] <= 0
