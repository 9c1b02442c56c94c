"""Runs a program that no model wrote, once."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from codepolicy.episode import Turn
from codepolicy.loop.episode_run import EpisodeRun
from codepolicy.loop.executor import Executor
from codepolicy.loop.outcome import Solution, concluded, why_failed
from codepolicy.prompting.goal_split import split_goal


@dataclass(frozen=True, slots=True)
class GivenProgram:
    """A program with, perhaps, a `def goal():` in it."""

    source: str | None
    """None stands for the oracle program of the task."""
    goal: str | None = None
    """The goal check, where it is apart."""

    def require(self, executor: Executor) -> None:
        """Raise ConfigurationError where an oracle program is asked for and nobody has one."""
        if self.source is None:
            executor.oracle_program()

    def solve(self, run: EpisodeRun) -> Solution:
        """Attempt it, as an attempt of a model's would be."""
        executor = run.executor
        program = self.source if self.source is not None else executor.oracle_program()
        goal = self.goal if self.goal is not None else split_goal(program)[1]
        executor.next_turn()
        executor.mark_start()
        run.turns.append(Turn(program=program, goal=goal))
        attempt = executor.attempt(program, goal)
        run.turns[-1] = msgspec.structs.replace(run.turns[-1], report=attempt.report, goal_check=attempt.check)
        solution = concluded(attempt, executor.trial.instruction)
        return solution or Solution("failed", why_failed(attempt.report, attempt.check), attempt.check)
