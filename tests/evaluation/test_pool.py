"""Workers that die, hang, raise or refuse cost an attempt, never the run."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codepolicy.evaluation.process_pool import ProcessPool
from codepolicy.evaluation.records import Record
from codepolicy.evaluation.run_store import Store
from codepolicy.evaluation.runner import Ending, Limits, missing, play
from primitives.errors import ConfigurationError
from tests.evaluation import made

Played = tuple[Ending, dict[int, Record]]


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Played]:
    """Play so many seeds, with the acts of some of them given; returns the ending and the records by seed."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    faults: Any = importlib.import_module("evaluation_faults")

    def run(seeds: int, acts: dict[int, tuple[str, ...]], *, processes: int = 1, **limits: Any) -> Played:
        jobs = [made.job(seed=seed) for seed in range(seeds)]
        folder = tmp_path / "counts"
        folder.mkdir(exist_ok=True)
        prepare = faults.Scripted({jobs[seed].key: script for seed, script in acts.items()}, folder)
        with Store(tmp_path / "run", made.run_file()) as store:
            todo = missing(jobs, store.records, again=False)
            told = Limits(**limits)
            pool = ProcessPool(
                prepare=prepare, folder=folder, processes=processes, limit_s=told.episode_s, log=tmp_path / "log"
            )
            ending = play(store, todo, pool, limits=told, progress=lambda record: None)
            return ending, {record.seed: record for record in store.records.values()}

    return run


@pytest.mark.slow
def test_a_process_that_dies_costs_one_attempt(played: Callable[..., Played]) -> None:
    ending, records = played(4, {1: ("die", "achieved"), 2: ("crash", "achieved")}, processes=2)
    assert ending.status == "complete"
    assert all(record.won for record in records.values()) and len(records) == 4
    assert [records[seed].attempts for seed in range(4)] == [1, 2, 2, 1]
    assert "SIGKILL; out of memory?" in records[1].broke[0] and "SIGSEGV" in records[2].broke[0]


@pytest.mark.slow
def test_after_three_attempts_it_is_lost_and_stays_in_the_denominator(played: Callable[..., Played]) -> None:
    ending, records = played(3, {0: ("exit",), 1: ("raise",)})
    assert ending.status == "complete"
    assert [records[seed].outcome for seed in range(3)] == ["infrastructure", "infrastructure", "achieved"]
    assert [records[seed].attempts for seed in range(3)] == [3, 3, 1]
    assert records[0].told == "its process ended with status 7"
    assert records[1].told == "ValueError: somebody's fault"


@pytest.mark.slow
def test_infrastructure_is_tried_again_and_a_lost_program_is_not(played: Callable[..., Played]) -> None:
    _, records = played(3, {0: ("infrastructure", "achieved"), 1: ("not_achieved", "achieved"), 2: ("model_error",)})
    assert [records[seed].outcome for seed in range(3)] == ["achieved", "not_achieved", "model_error"]
    assert [records[seed].attempts for seed in range(3)] == [2, 1, 1]


@pytest.mark.slow
def test_what_hangs_is_ended(played: Callable[..., Played]) -> None:
    # it sleeps twice as long as this test may take, so that ending at all shows that it was ended
    _, records = played(2, {0: ("hang", "achieved")}, processes=2, episode_s=8.0)
    assert records[0].won and "more than 8 s" in records[0].broke[0] and records[1].won


def test_a_mistake_of_the_user_ends_the_run_with_its_sentence(played: Callable[..., Played]) -> None:
    with pytest.raises(ConfigurationError, match="set OPENAI_API_KEY"):
        played(3, {0: ("refuse",)})


@pytest.mark.slow
def test_a_server_that_is_down_does_not_use_up_the_run(played: Callable[..., Played]) -> None:
    ending, records = played(9, dict.fromkeys(range(2, 9), ("model_error",)), patience=3)
    assert ending.status == "lost" and "the last 3 episodes ended with model_error" in ending.why
    assert len(records) == 5


@pytest.mark.slow
def test_a_budget_is_kept_over_starts(played: Callable[..., Played]) -> None:
    ending, records = played(9, {}, total_cost=1.5)
    assert ending.status == "spent" and len(records) == 3
    ending, records = played(9, {}, total_cost=2.0)
    assert ending.status == "spent" and len(records) == 4


@pytest.mark.slow
def test_an_episode_may_have_processes_of_its_own(played: Callable[..., Played]) -> None:
    _, records = played(1, {0: ("child",)})
    assert records[0].won, records[0].broke


def test_a_process_is_kept_for_many_jobs(played: Callable[..., Played]) -> None:
    _, records = played(6, {})
    assert len({record.result for record in records.values()}) == 1, "the worker's process id"


def test_again_plays_what_taught_nothing() -> None:
    jobs = [made.job(seed=seed) for seed in range(3)]
    records = {
        jobs[0].key: made.record(seed=0, won=False),
        jobs[1].key: made.record(seed=1, won=False, outcome="infrastructure"),
    }
    assert missing(jobs, records, again=False) == (jobs[2],)
    assert missing(jobs, records, again=True) == (jobs[1], jobs[2])
