"""What an environment can be asked to play."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codepolicy.evaluation.run_plan import start
from codepolicy.evaluation.worker_setup import WorkerSetup
from codepolicy.plugins import load_environment
from primitives.environment import World
from primitives.errors import ConfigurationError


@pytest.fixture(scope="module")
def environment() -> Iterator[World]:
    environment = load_environment("pybullet")
    yield environment
    environment.close()


def test_a_task_has_ten_trials_and_a_suite_what_it_says(environment: World) -> None:
    assert [t.spec.seed for t in environment.trials(["lift-block"])] == list(range(10))
    core = environment.trials(["core"])
    assert {t.spec.seed for t in core} == {0, 1} and {t.labels["family"] for t in core} == {"core", "more"}
    later = {t.task for t in core if t.task != f"{t.spec.task}-v1"}
    assert later == {"reason-decline-missing-v2"}, "every other task of core is at its first version"


def test_seeds_wording_and_disturbances_replace_the_suite_s_own(environment: World) -> None:
    trials = environment.trials(["core"], seeds=[7], wording="canonical", disturbances="none")
    assert {(t.spec.seed, t.spec.disturbances) for t in trials} == {(7, "none")}
    own = environment.trials(["core"], seeds=[7])
    assert len(own) == len(trials) and [t.spec.instruction for t in own] != [t.spec.instruction for t in trials]


def test_variants_of_tasks_have_labels_of_their_own(environment: World) -> None:
    names = ["lift-block", "lift-block:unseen", "lift-block-v1"]
    trials = environment.trials(names, seeds=[0])
    assert [t.task for t in trials] == ["lift-block-v1", "lift-block-v1:unseen", "lift-block-v1"]
    assert trials[0].spec == trials[2].spec


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cor", "unknown suite or task 'cor'. Did you mean 'core'"),
        ("lift-blok", "Did you mean 'lift-block'"),
        ("lift-block-v9", "is at version 1"),
        ("lift-block:purple", "unknown attribute set 'purple'"),
        ("nowhere.toml", "no suite file 'nowhere.toml'"),
    ],
)
def test_names_that_are_none(environment: World, name: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        environment.trials(["core", name])
    assert says in str(caught.value)


def test_unknown_disturbances(environment: World) -> None:
    with pytest.raises(ConfigurationError, match="unknown set of disturbances 'stormy'"):
        environment.trials(["core"], disturbances="stormy")


def test_the_folder_is_named_after_the_configuration() -> None:
    def named(**changes: object) -> Path:
        return start(WorkerSetup(**changes), ["lift-block"], seeds=range(2)).path  # type: ignore[arg-type]

    plain = named()
    assert plain == named() and plain.parent == Path("runs")
    assert plain.name.startswith("eval_lift-block_") and plain != named(disturbances="none")


def test_a_file_that_a_setting_names_is_part_of_the_configuration(tmp_path: Path) -> None:
    reply = tmp_path / "reply.md"
    keys: list[str] = []
    for text in ("one", "two", "one"):
        reply.write_text(text)
        keys.append(start(WorkerSetup(model=f"scripted:{reply}"), ["lift-block"], seeds=[0]).jobs[0].key)
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.parametrize(
    ("setup", "names", "says"),
    [
        (WorkerSetup(), [], "say what to play"),
        (WorkerSetup(model="ofline"), ["core"], "unknown model 'ofline'"),
        (WorkerSetup(environment="gazebo"), ["core"], "unknown environment 'gazebo'"),
    ],
    ids=["nothing", "model", "environment"],
)
def test_setups_that_cannot_be(setup: WorkerSetup, names: list[str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        start(setup, names)


def test_all_is_every_task_once(environment: World) -> None:
    trials = environment.trials(["all"], seeds=[0])
    assert sorted(t.spec.task or "" for t in trials) == sorted(info.id for info in environment.tasks())
