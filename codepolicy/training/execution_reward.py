"""A reward function for TRL's `GRPOTrainer` and its like: each answer is executed in a world and judged.

    rows = load_dataset("json", data_files="rows/train.jsonl")["train"]          # of `codepolicy export`
    GRPOTrainer(model, reward_funcs=ExecutionReward(processes=8), train_dataset=rows, args=GRPOConfig(...)).train()

The same answers to the same rows get the same rewards, in however many processes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from codepolicy.agent import Agent
from codepolicy.learned.compact_prompt import compact
from codepolicy.models.protocol import Message, Reply
from codepolicy.plugins import load_environment
from codepolicy.prompting.prompt_reader import read_prompt
from codepolicy.settings import Settings
from codepolicy.training.reward import RewardWeights, StartProgress, reward
from codepolicy.training.split import unversioned
from primitives.environment import Judged, World, capability


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer to be judged."""

    completion: str
    """As the model wrote it; with fences, as any model answers, or without, as after a compact prompt."""
    task: str
    """Id, with or without version."""
    seed: int
    instruction: str


class ExecutionReward:
    """Rewards of answers by execution.

    Args:
        environment: where tasks are set up and judged.
        processes: worlds; 1 stays in this process.
        disturbances: of the sensors and the world.
        weights: of the parts of the reward.
    """

    __name__ = "execution_reward"

    def __init__(
        self,
        environment: str = "pybullet",
        *,
        processes: int = 1,
        disturbances: str = "mild",
        weights: RewardWeights | None = None,
    ) -> None:
        self._weights = weights or RewardWeights()
        self._setup = (environment, disturbances, self._weights)
        self._pool: ProcessPoolExecutor | None = None
        if processes > 1:
            self._pool = ProcessPoolExecutor(
                processes, multiprocessing.get_context("spawn"), initializer=_prepare, initargs=(self._setup,)
            )
        self._own: _Judge | None = None

    def __call__(
        self,
        prompts: Sequence[Any],
        completions: Sequence[Any],
        *,
        task: Sequence[str],
        seed: Sequence[int],
        instruction: Sequence[str],
        **columns: object,
    ) -> list[float]:
        """A reward for each completion; the other arguments are columns of the rows."""
        del prompts, columns
        answers = [
            Answered(completion=_text(c), task=t, seed=int(s), instruction=i)
            for c, t, s, i in zip(completions, task, seed, instruction, strict=True)
        ]
        if self._pool is not None:
            return list(self._pool.map(_judged, answers))
        if self._own is None:
            self._own = _Judge(*self._setup)
        return [self._own.worth(answer) for answer in answers]

    def close(self) -> None:
        """End the processes and close the world. Idempotent."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._own is not None:
            self._own.world.close()
            self._own = None


class _Judge:
    """A world and what its tasks are worth."""

    def __init__(self, environment: str, disturbances: str, weights: RewardWeights) -> None:
        self.world: World = load_environment(environment)
        self._disturbances, self._weights = disturbances, weights
        self._start = StartProgress(self.world)
        self._limits = {t.id: t.time_limit_s for t in capability(self.world, Judged).tasks()}

    def worth(self, answer: Answered) -> float:
        settings = Settings(turns=1, disturbances=self._disturbances)
        agent = Agent(model=_Written(answer.completion), env=self.world, settings=settings)
        id = unversioned(answer.task)
        episode = agent.run(answer.instruction, task=id, seed=answer.seed, video=False)
        won = episode.outcome in ("achieved", "declined") and episode.verdict is not None
        progress = episode.verdict.progress if episode.verdict is not None else 0.0
        return reward(
            won=won,
            progress=progress,
            start=0.0 if won else self._start.of(id, answer.seed, self._disturbances),
            robot_s=episode.timings.robot,
            limit_s=self._limits.get(id.partition(":")[0], 120.0),
            weights=self._weights,
        )


@dataclass(frozen=True, slots=True)
class _Written:
    """A model that has answered already."""

    completion: str
    id: str = "rollout"
    vision: bool = False
    priced: bool = True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        del sample
        fenced = "```" in self.completion
        text = self.completion if fenced else compact(read_prompt(messages)).reply(self.completion)
        return Reply(text=text, model=self.id)


_judge: _Judge | None = None


def _prepare(setup: tuple[str, str, RewardWeights]) -> None:
    global _judge
    _judge = _Judge(*setup)


def _judged(answer: Answered) -> float:
    assert _judge is not None
    return _judge.worth(answer)


def _text(completion: Any) -> str:
    """A completion as text; TRL gives conversations as messages."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])
