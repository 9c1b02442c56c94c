"""Which episodes a run has, and what their keys depend on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codepolicy.evaluation.configuration import configured, differences
from codepolicy.evaluation.episode_keys import planned, seeds, shard
from codepolicy.evaluation.records import Job
from codepolicy.evaluation.worker_setup import WorkerSetup
from codepolicy.models.options import ModelOptions
from codepolicy.plugins import load_environment
from codepolicy.settings import Settings
from primitives.environment import PlannedTrial, TrialSpec
from primitives.errors import ConfigurationError
from tests.evaluation import made


def trials(tasks: Sequence[str] = ("a-v1", "b-v1"), count: int = 5, **spec: Any) -> list[PlannedTrial]:
    return [
        PlannedTrial(
            spec=TrialSpec(**{"task": task.partition("-v")[0], "seed": seed, "instruction": f"do {task}", **spec}),
            task=task,
            labels={},
        )
        for task in tasks
        for seed in range(count)
    ]


def jobs(of: Sequence[PlannedTrial] | None = None, setup: WorkerSetup | None = None, **options: Any) -> tuple[Job, ...]:
    configuration = msgspec.structs.replace(made.CONFIGURATION, **options.pop("changes", {}))
    return planned(trials() if of is None else of, {}, setup or WorkerSetup(), configuration, **options)


def test_every_task_s_first_seed_comes_before_any_second() -> None:
    assert [(j.trial.task, j.trial.spec.seed) for j in jobs()][:4] == [
        ("a-v1", 0),
        ("b-v1", 0),
        ("a-v1", 1),
        ("b-v1", 1),
    ]


def test_keys_do_not_depend_on_what_else_is_played() -> None:
    one, more = jobs(trials(["b-v1"], 1)), jobs()
    assert one[0].key in {j.key for j in more} and len({j.key for j in more}) == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "openai:x"},
        {"settings": {"turns": 5}},
        {"prompts": {**made.CONFIGURATION.prompts, "skill": "other"}},
        {"prompts": {**made.CONFIGURATION.prompts, "templates": "other"}},
        {"surfaces": {**made.CONFIGURATION.surfaces, "skill": "other"}},
        {"files": {"skills": "abc"}},
        {"planner": "offline"},
    ],
    ids=str,
)
def test_keys_depend_on_what_was_chosen(changes: dict[str, Any]) -> None:
    assert not {j.key for j in jobs()} & {j.key for j in jobs(changes=changes)}


@pytest.mark.parametrize("changes", [{"sources": {"codepolicy": "other"}}, {"packages": {"numpy": "9"}}], ids=str)
def test_keys_outlive_a_change_of_the_code(changes: dict[str, Any]) -> None:
    assert jobs() == jobs(changes=changes)


@pytest.mark.parametrize(
    "other",
    [trials(["a-v2"], 1), trials(["a-v1"], 1, disturbances="none"), trials(["a-v1"], 1, instruction="please")],
    ids=["version", "disturbances", "wording"],
)
def test_keys_depend_on_the_trial(other: list[PlannedTrial]) -> None:
    assert jobs(trials(["a-v1"], 1))[0].key != jobs(other)[0].key


def test_the_surface_of_a_key_is_the_one_that_is_used() -> None:
    changes = {"surfaces": {**made.CONFIGURATION.surfaces, "tool": "other"}}
    assert jobs() == jobs(changes=changes)
    tool = WorkerSetup(settings=Settings(surface="tool"))
    assert not {j.key for j in jobs(setup=tool)} & {j.key for j in jobs(setup=tool, changes=changes)}


def test_samples_are_episodes_of_their_own() -> None:
    several = jobs(samples=3)
    assert len({j.key for j in several}) == 30
    assert [j.sample for j in several[:3]] == [0, 1, 2]
    assert {j.key for j in jobs()} < {j.key for j in several}


def test_shards_are_disjoint_and_complete() -> None:
    of = trials(count=40)
    parts = [jobs(of, part=(number, 3)) for number in (1, 2, 3)]
    assert sorted(j.key for part in parts for j in part) == sorted(j.key for j in jobs(of))
    assert all(len(part) > 10 for part in parts)


def test_a_trial_that_two_suites_have_is_played_once() -> None:
    assert jobs([*trials(), *trials()]) == jobs()


def test_one_seed_under_two_conditions_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"a-v1 seed 0 is in two of the suites .*--wording"):
        jobs([*trials(), *trials(instruction="otherwise")])


def test_learning_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="depend on those before"):
        WorkerSetup(settings=Settings(skills="x", learn=True))


@pytest.mark.parametrize(
    ("count", "span", "expected"),
    [(None, None, None), (3, None, [0, 1, 2]), (None, "2-4", [2, 3, 4]), (None, "7", [7])],
)
def test_seeds(count: int | None, span: str | None, expected: list[int] | None) -> None:
    found = seeds(count, span)
    assert (None if found is None else list(found)) == expected


@pytest.mark.parametrize(
    ("count", "span", "says"),
    [(0, None, "give at least 1"), (None, "4-2", "e.g. 0-49"), (None, "x", "e.g. 0-49"), (3, "0-2", "one of them")],
)
def test_seeds_that_are_none(count: int | None, span: str | None, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        seeds(count, span)


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "a/b", "-1/2", "1/0"])
def test_shards_that_are_none(text: str) -> None:
    with pytest.raises(ConfigurationError, match="2/8 for the second of eight"):
        shard(text)


def test_each_trial_is_played_once_with_each_program_that_must_lose() -> None:
    found = jobs(trials(["a-v1"], 2), decoys=lambda trial: ["do nothing", f"wrong {trial.spec.seed}"])
    told = [(j.trial.spec.seed, j.decoy) for j in found]
    assert told == [(0, "do nothing"), (0, "wrong 0"), (1, "do nothing"), (1, "wrong 1")]
    assert len({j.key for j in found}) == 4 and len({(j.trial.spec.seed, j.sample) for j in found}) == 4
    with pytest.raises(ConfigurationError, match="once"):
        jobs(samples=2, decoys=lambda _: [])


def test_what_must_win_and_what_must_lose_are_two_runs() -> None:
    with pytest.raises(ConfigurationError, match="two runs"):
        WorkerSetup(oracle=True, decoys=True)


def test_how_patiently_a_model_is_asked_and_where_logs_go_make_no_other_run(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('["offline"]\ninput = 1.0\noutput = 1.0\n')
    environment = load_environment("fake")
    first = configured(WorkerSetup(environment="fake"), environment)
    patient = ModelOptions(retries=9, timeout=3.0, prices=str(prices))
    again = configured(
        WorkerSetup(environment="fake", options=patient, settings=Settings(audit=str(tmp_path / "a.jsonl"))),
        environment,
    )
    assert differences(first, again) == () and first.conditions == again.conditions
    bounded = WorkerSetup(environment="fake", options=patient, settings=Settings(max_cost=1.0))
    assert {d.partition(":")[0] for d in differences(first, configured(bounded, environment))} == {
        "options.prices",
        "settings.max_cost",
        f"files.{prices}",
    }
