"""What is taken from earlier work into a request, and what is kept of this one: programs whose goal check held.

Ground truth decides neither: what counts is the goal check alone, and a run that was told ground truth teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from codepolicy.episode import Turn
from codepolicy.loop.episode_run import EpisodeRun
from codepolicy.loop.outcome import Solution
from codepolicy.prompting.prompt import WorkedExample
from codepolicy.skills.retrieval import relevant
from codepolicy.skills.skill import Skill
from codepolicy.skills.skill_store import SkillStore


def recalled(store: SkillStore, run: EpisodeRun, instruction: str) -> tuple[WorkedExample, ...]:
    """The skills to show for `instruction`, stamped on the run and copied into its folder."""
    found = relevant(store.skills, instruction, surface=run.executor.surface.level)
    for skill in found:
        if skill.id not in run.skills:
            run.skills.append(skill.id)
            if run.folder is not None:
                run.folder.write(f"skills/{skill.id}.py", skill.text)
    return tuple(skill.example for skill in found)


def learned(store: SkillStore, run: EpisodeRun, instruction: str, solution: Solution, turns: Sequence[Turn]) -> None:
    """Keep the last of `turns` in `store` where its program did by itself what was asked.

    Nothing is kept where the goal check did not hold or overlooks what the instruction names, where an earlier turn had
    moved something already, where the program leans on variables of earlier ones, and where ground truth was told.
    """
    if solution.ending != "done" or solution.overlooked or run.privileged_by or not store.learn:
        return
    executor, last = run.executor, turns[-1]
    before = turns[:-1]
    if last.program is None and before:  # a goal check that the program before it lacked
        last, before = msgspec.structs.replace(last, program=before[-1].program), before[:-1]
    motions = executor.surface.only("motion")
    if any(c.name in motions for t in before if t.report is not None for c in t.report.calls):
        return
    program = executor.self_contained(last.program or "")
    if program is None or last.goal is None:
        return
    store.add(
        Skill(
            instruction=instruction,
            surface=executor.surface.level,
            program=program,
            goal=last.goal,
            model=last.model,
            prompt=run.prompt_hash,
            run=run.folder.name if run.folder is not None else "",
        )
    )
