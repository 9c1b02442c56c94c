"""What an episode is worth to a learner: ground truth, read in the trusted process, out of every program's reach.

    won:   success + progress - cost * (robot time / time limit)
    lost:  progress * how much nearer the goal is than it was at the start

A program that merely runs gets 0, however it ends, whatever it prints and whatever its own goal check says. The cost
only orders programs that won.
"""

from __future__ import annotations

from dataclasses import dataclass

from codepolicy.number_bounds import bounded
from primitives.environment import Judged, PlannedTrial, World, capability


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardWeights:
    """Weights of the parts.

    Raises:
        ConfigurationError: a weight is negative, or the cost could outweigh success.
    """

    success: float = 0.8
    progress: float = 0.2
    cost: float = 0.05

    def __post_init__(self) -> None:
        bounded("weight of success", self.success, above=True, most=100)
        bounded("weight of progress", self.progress, most=100)
        bounded("weight of cost", self.cost, most=self.success / 2)


def reward(
    *, won: bool, progress: float, start: float, robot_s: float, limit_s: float, weights: RewardWeights
) -> float:
    """The reward of an episode.

    Args:
        won: whether ground truth says that it is achieved, or rightly declined.
        progress: fraction of the goal that held in the end, in [0, 1].
        start: the same before anything moved.
        robot_s: robot time, s.
        limit_s: robot time that the task allows, s.
        weights: of the parts.
    """
    if won:
        return weights.success + weights.progress - weights.cost * min(1.0, robot_s / limit_s)
    gain = (progress - start) / (1 - start) if start < 1 else 0.0
    return weights.progress * max(0.0, gain)


class StartProgress:
    """How much of a task's goal holds before anything moves; each scene is set up once to find out.

    Args:
        environment: that judges.

    Raises:
        ConfigurationError: it judges nothing.
    """

    def __init__(self, environment: World) -> None:
        self._environment, self._judge = environment, capability(environment, Judged)
        self._known: dict[tuple[str, int, str], float] = {}

    def of(self, task: str, seed: int, disturbances: str) -> float:
        """Progress at the start of `task` (id with or without version) with `seed`. Raises ConfigurationError."""
        key = (task, seed, disturbances)
        if key not in self._known:
            trial = self._trial(task, seed, disturbances)
            self._environment.reset(trial.spec)
            verdict = self._judge.verdict()
            self._known[key] = verdict.progress if verdict is not None else 0.0
        return self._known[key]

    def _trial(self, task: str, seed: int, disturbances: str) -> PlannedTrial:
        return self._judge.trials([task], seeds=[seed], disturbances=disturbances)[0]
