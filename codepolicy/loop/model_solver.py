"""Carries out an instruction with programs that a model writes, as a whole or sub-goal by sub-goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codepolicy.loop.episode_run import EpisodeRun
from codepolicy.loop.llm_client import LLMClient
from codepolicy.loop.outcome import Solution
from codepolicy.loop.planner import InstructionPlanner, SubGoal
from codepolicy.loop.repair import RepairLoop
from codepolicy.loop.selection import Selection
from codepolicy.loop.skill_reuse import learned, recalled
from codepolicy.models.protocol import Model
from codepolicy.skills.skill_store import SkillStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSolver:
    """Lets models write programs until the goal check holds."""

    coder: Model
    """Writes the programs."""
    planner: Model
    """Splits the instruction, where the settings ask for it."""
    critic: Model | None = None
    """Looks over a result whose goal check holds."""
    also: Sequence[Model] = ()
    """Write candidates in turn with `coder`, where the settings ask for several."""
    session: Sequence[str] = ()
    """One line for each earlier instruction."""
    skills: SkillStore | None = None
    """Earlier programs, of which the nearest are shown, and to which this one may be added."""

    def solve(self, run: EpisodeRun) -> Solution:
        """Work on the instruction of `run`. Raises ModelError, ConfigurationError, Failure."""
        coder = run.client(self.coder)
        critic = run.client(self.critic) if self.critic is not None else None
        if not run.settings.plan:
            return self._step(run, coder, SubGoal(run.instruction), critic)
        planner = InstructionPlanner(
            run=run,
            client=run.client(self.planner),
            solve=lambda step: self._step(run, coder, step),
            critic=critic,
            session=self.session,
        )
        return planner.carry_out()

    def _step(self, run: EpisodeRun, coder: LLMClient, step: SubGoal, critic: LLMClient | None = None) -> Solution:
        """Solve one sub-goal, or the whole."""
        before = len(run.turns)
        settings = run.settings
        selection: Selection | None = None
        if settings.candidates > 1 and run.oversight is not None:
            rehearser = run.oversight.rehearser(run.executor, step.instruction)
            rehearser.require("--candidates")
            selection = Selection(
                rehearser=rehearser,
                writers=(coder, *(run.client(model) for model in self.also)),
                count=settings.candidates,
                times=settings.rehearsals,
            )
        solution = RepairLoop(
            executor=run.executor,
            coder=coder,
            level=settings.feedback,
            max_turns=settings.turns,
            session=self.session,
            skills=recalled(self.skills, run, step.instruction) if self.skills is not None else (),
            step=step.instruction if settings.plan else None,
            condition=step.condition,
            worked_examples=settings.examples,
            hierarchy=settings.hierarchy,
            critic=critic,
            selection=selection,
            observer=run.observe,
            turns=run.turns,
        ).solve(step.instruction)
        if self.skills is not None:
            learned(self.skills, run, step.instruction, solution, run.turns[before:])
        return solution
