"""What a run can consist of: a model that solves the instruction, or a program that somebody gave."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from codepolicy.episode import GoalCheck, Turn
from codepolicy.events import Started
from codepolicy.loop.episode_run import EpisodeRun, Work
from codepolicy.loop.outcome import Solution
from codepolicy.loop.planner import InstructionPlanner, SubGoal
from codepolicy.loop.repair import RepairLoop
from codepolicy.models.protocol import Model
from codepolicy.prompting.reply import split_goal
from codepolicy.skills.reuse import learned, recalled
from codepolicy.skills.skill_store import SkillStore


def solve(
    model: Model,
    *,
    planner: Model,
    critic: Model | None = None,
    session: Sequence[str] = (),
    skills: SkillStore | None = None,
) -> Work:
    """Let `model` write programs until the goal check holds.

    Args:
        model: writes the programs.
        planner: splits the instruction, where the settings ask for it.
        critic: looks over a result whose goal check holds.
        session: one line for each earlier instruction.
        skills: earlier programs, of which the nearest are shown, and to which this one may be added.
    """

    def work(run: EpisodeRun) -> Solution:
        coder = run.conversation(model)
        reader = run.conversation(critic) if critic is not None else None

        def solve_step(step: SubGoal) -> Solution:
            before = len(run.turns)
            solution = RepairLoop(
                executor=run.executor,
                coder=coder,
                level=run.settings.feedback,
                max_turns=run.settings.turns,
                session=session,
                skills=recalled(skills, run, step.instruction) if skills is not None else (),
                step=step.instruction if run.settings.plan else None,
                condition=step.condition,
                worked_examples=run.settings.examples,
                hierarchy=run.settings.hierarchy,
                critic=None if run.settings.plan else reader,
                emit=run.emit,
                turns=run.turns,
            ).solve(step.instruction)
            if skills is not None:
                learned(skills, run, step.instruction, solution, run.turns[before:])
            return solution

        if run.settings.plan:
            asked = run.conversation(planner)
            return InstructionPlanner(
                run=run, conversation=asked, solve=solve_step, critic=reader, session=session
            ).carry_out()
        return solve_step(SubGoal(run.instruction))

    return work


def given_program(source: str | None) -> Work:
    """Run `source` once; None stands for the oracle program of the task."""

    def work(run: EpisodeRun) -> Solution:
        executor = run.executor
        program = source if source is not None else executor.environment.oracle_program(executor.spec)
        _, goal = split_goal(program)
        executor.turn = 1
        executor.mark_start()
        run.turns.append(Turn(program=program, goal=goal))
        run.emit(Started(1, program, goal))
        findings = executor.goal_findings(goal) if goal is not None else ()
        if findings:
            words = f"line {findings[0].line} of the goal check: {findings[0].message}"
            return Solution("failed", words, GoalCheck(status="failed", failure=findings[0]))
        report = executor.run(program)
        check = (
            executor.check(goal) if goal is not None and report.status == "finished" else GoalCheck(status="missing")
        )
        run.turns[-1] = msgspec.structs.replace(run.turns[-1], report=report, goal_check=check)
        if report.failure is not None:
            ending = "infrastructure" if report.failure.blame == "infrastructure" else "failed"
            return Solution(ending, f"{report.failure.kind}: {report.failure.message}", check)
        if goal is None:
            return Solution("finished", "the program finished", check)
        if check.status == "passed":
            return Solution("done", "the goal check holds", check)
        return Solution("failed", f"the goal check {check.status}", check)

    return work
