"""Long instructions: sub-goals, each solved and verified in turn, planned anew when one fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from codepolicy.conversation import Conversation
from codepolicy.episode import GoalCheck
from codepolicy.events import Planned
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt import safe_scene_table, template
from codepolicy.run import Run
from codepolicy.solver import Solution

MAX_STEPS = 20
MAX_PLANS = 3
"""Plans for one instruction, the first included."""
_STEP = re.compile(r"^\s*(?:\d+[.):]|[-*])\s+(.+?)\s*$", re.MULTILINE)
_CONDITION = re.compile(r"\s*(?:--|—|–|;)\s*done when:?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """One sub-goal."""

    instruction: str
    condition: str | None = None
    """When it is done, in words."""


def parse_plan(text: str, instruction: str) -> tuple[Step, ...]:
    """The numbered sub-goals in `text`; the whole instruction when there are none."""
    steps: list[Step] = []
    for line in _STEP.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        what, *condition = _CONDITION.split(line, maxsplit=1)
        if what.strip():
            steps.append(Step(what.strip().strip("`"), condition[0].strip() if condition else None))
    return tuple(steps[:MAX_STEPS]) or (Step(instruction),)


def solve_by_plan(run: Run, planner: Conversation, solve: Callable[[Step], Solution]) -> Solution:
    """Split the run's instruction, solve the steps in order, and plan anew from the scene as it is when one fails.

    Args:
        run: the run.
        planner: the model that plans.
        solve: solves one step on the run's stage.

    Raises:
        ModelError: no usable reply, or the budget is used up.
    """
    done: list[str] = []
    trouble = ""
    solution = Solution("failed", "there was nothing to do", GoalCheck(status="missing"))
    for _ in range(MAX_PLANS):
        steps = _ask(run, planner, done, trouble)
        run.plan = (*done, *(s.instruction for s in steps))
        run.emit(Planned(run.plan))
        for step in steps:
            solution = solve(step)
            if solution.ending not in ("done", "answered", "unverified"):
                break
            done.append(step.instruction)
        else:
            return solution
        if solution.ending in ("refused", "infrastructure"):
            return solution
        trouble = f"{steps[len(done) - len(run.plan)].instruction if steps else ''}: {solution.summary}"
    return solution


def _ask(run: Run, planner: Conversation, done: list[str], trouble: str) -> tuple[Step, ...]:
    parts = ["## Scene\n" + safe_scene_table(run.stage.look()), "## Instruction\n" + run.instruction]
    if done:
        parts.append("## Done so far\n" + "\n".join(f"- {d}" for d in done))
    if trouble:
        parts.append(f"## What failed\n{trouble}\nPlan what is still to be done from the scene as it is, another way.")
    messages = (Message(role="system", text=template("plan")), Message(role="user", text="\n\n".join(parts)))
    return parse_plan(planner.ask(messages, turn=run.stage.turn, purpose="plan").text, run.instruction)
