"""Long instructions: sub-goals, each solved and verified in turn, planned anew when one fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from codepolicy.episode import GoalCheck
from codepolicy.events import Planned
from codepolicy.loop.critic import objection
from codepolicy.loop.episode_run import EpisodeRun
from codepolicy.loop.llm_client import LLMClient
from codepolicy.loop.outcome import Solution, why_failed
from codepolicy.loop.outcome import done as concluded_done
from codepolicy.models.protocol import Message, ModelError
from codepolicy.prompting.plan_reply import SubGoal, parse_plan
from codepolicy.prompting.prompt import safe_scene_table, template
from codepolicy.prompting.quoting import one_line
from primitives.scene import SceneObject

MAX_BARREN = 3
"""Plans in a row of which not one sub-goal was reached, before giving up."""
MAX_PLANS = 12
"""Plans for one instruction, those that got somewhere included."""
_LET_GO = frozenset({"place", "open_gripper", "set_gripper"})
"""Motions that put down whatever is in the hand."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """A sub-goal that was reached, and what is needed to check it again."""

    goal: str
    held: frozenset[str]
    """Names of what was in the hand when it ended: that was on its way, and a later sub-goal may put it down."""
    turns: int
    """Turns of the run when it ended."""


@dataclass(slots=True, kw_only=True)
class InstructionPlanner:
    """Splits the instruction of a run and sees it through."""

    run: EpisodeRun
    client: LLMClient
    solve: Callable[[SubGoal], Solution]
    """Solves one sub-goal on the run's executor."""
    critic: LLMClient | None = None
    """Looks over the whole in the end."""
    session: Sequence[str] = ()
    """One line for each earlier instruction of the session."""
    _done: list[str] = field(default_factory=lambda: list[str]())
    _solutions: list[Solution] = field(default_factory=lambda: list[Solution]())
    """Of the sub-goals that were reached."""
    _goals: dict[str, _Reached] = field(default_factory=lambda: dict[str, _Reached]())
    """The sub-goals that were reached and have to hold to the end."""
    _start: tuple[SceneObject, ...] = ()
    """What was seen before anything moved."""
    _asked: bool = False
    """Whether the planner was asked about what no goal check looked at."""
    _passed_on: list[str] = field(default_factory=lambda: list[str]())
    """Sub-goals that ended with something in the hand which a later one meant to put elsewhere."""

    def carry_out(self) -> Solution:
        """Solve the sub-goals in order, and plan anew from the scene as it is when one fails.

        Raises:
            ModelError: no usable reply, or the budget is used up.
        """
        start = self._start = self.run.executor.look()
        trouble, barren, plans = "", 0, 0
        ready: tuple[SubGoal, ...] = ()
        undone: Solution | None = None
        while True:
            plans += 1
            reached = len(self._done)
            try:
                steps, ready = ready or self._plan(trouble), ()
            except ModelError as error:
                if undone is None:
                    raise
                return Solution("failed", f"{undone.summary}; no other plan: {error}", undone.check)
            failed, solution = self._follow(steps)
            undone = self._undone() if failed is None else None
            if undone is not None:
                failed, solution = self.run.instruction, undone
            elif failed is None:
                solution, clause = self._whole(), None
                if self.critic is not None and solution.ending == "done":
                    clause = objection(
                        self.critic, self.run.executor, self.run.instruction, solution.check, start=start
                    )
                if clause is None:
                    ready = self._left_out(solution)
                    if not ready:
                        return solution
                    continue
                failed, solution = self.run.instruction, Solution("failed", clause.message, solution.check)
            barren = barren + 1 if len(self._done) == reached else 0
            if (
                solution.ending in ("asked", "declined", "refused", "not_approved", "stopped", "infrastructure")
                or barren == MAX_BARREN
                or plans == MAX_PLANS
            ):
                return solution
            trouble = f"{failed}: {solution.summary}"

    def _left_out(self, solution: Solution) -> tuple[SubGoal, ...]:
        """Ask once for the sub-goals about what no goal check looked at; none where nothing is left."""
        if not solution.overlooked or self._asked:
            return ()
        self._asked = True
        names = ", ".join(solution.overlooked)
        try:
            steps = self._plan(
                f"No goal check of a sub-goal looked at: {names}. If nothing is left to do, answer: nothing."
            )
        except ModelError:
            steps = ()
        steps = () if steps == (SubGoal(self.run.instruction),) else steps
        self.run.plan = (*self._done, *(s.instruction for s in steps))
        return steps

    def _follow(self, steps: Sequence[SubGoal]) -> tuple[str | None, Solution]:
        """Solve `steps` in order; the sub-goal that failed, if one did, and what is to be said of the whole."""
        for step in steps:
            solution = self.solve(step)
            if solution.ending not in ("done", "answered", "unverified"):
                return step.instruction, solution
            self._done.append(step.instruction)
            self._solutions.append(solution)
            self._hold_to_the_end(step.instruction, solution)
        return None, self._whole()

    def _hold_to_the_end(self, step: str, solution: Solution) -> None:
        """Remember the goal check of `step`, and what it ended with in the hand."""
        goal = self.run.turns[-1].goal if self.run.turns else None
        if solution.ending == "done" and goal is not None:
            held = frozenset(o.name for o in self.run.executor.look() if o.on == "gripper")
            self._goals[step] = _Reached(goal, held, len(self.run.turns))

    def _undone(self) -> Solution | None:
        """Check every earlier sub-goal again; where one no longer holds, it is to be done again."""
        for step, reached in list(self._goals.items()):
            if step == self._done[-1]:
                continue
            check = self.run.executor.check(reached.goal)
            if check.status == "passed":
                continue
            if reached.held and self._meant(reached, check):
                self._passed_on.append(step)
                del self._goals[step]
                continue
            del self._goals[step]
            kept = [(d, s) for d, s in zip(self._done, self._solutions, strict=True) if d != step]
            self._done, self._solutions = [d for d, _ in kept], [s for _, s in kept]
            return Solution("failed", f"{step!r} was undone by a later sub-goal: {why_failed(None, check)}", check)
        return None

    def _meant(self, reached: _Reached, check: GoalCheck) -> bool:
        """Whether a later sub-goal meant to undo what fails now: it put down what `reached` ended with in the hand.

        Clauses about anything else have to hold all the same.
        """
        named = {repr(name) for name in reached.held}
        later = (turn.report for turn in self.run.turns[reached.turns :] if turn.report is not None)
        motions = self.run.executor.surface.only("motion")
        calls = [c for report in later for c in report.calls if c.name in motions]
        if not any(c.name in _LET_GO or any(name in c.call for name in named) for c in calls):
            return False
        about = [{name for r in c.relations for name in r.of} for c in check.failed_clauses]
        return all(not names or names & reached.held for names in about)

    def _whole(self) -> Solution:
        """Every sub-goal was reached: how sure that is."""
        for name, solution in zip(self._done, self._solutions, strict=True):
            if solution.ending == "unverified":
                return Solution("unverified", f"{name}: {solution.summary}", solution.check)
        pairs = zip(self._done, self._solutions, strict=True)
        done = [s for name, s in pairs if s.ending == "done" and name not in self._passed_on]
        if not done:
            return self._solutions[-1]
        clauses = tuple(c for s in done for c in s.check.clauses)
        count = len(self._done)
        summary = f"{count} sub-goals reached" if count > 1 else done[-1].summary
        for step in dict.fromkeys(self._passed_on):
            summary += f"; {step!r} ended with something in the hand, which went on, so that is not checked again"
        check = GoalCheck(
            status="passed",
            clauses=clauses,
            about=tuple(dict.fromkeys(name for s in done for name in s.check.about)),
            found_nothing=any(s.check.found_nothing for s in done),
        )
        calls = [call for turn in self.run.turns if turn.report is not None for call in turn.report.calls]
        return concluded_done(check, self.run.instruction, self._start, calls, summary)

    def _plan(self, trouble: str) -> tuple[SubGoal, ...]:
        """Ask for a plan of what is still to be done."""
        run = self.run
        parts = ["## Scene\n" + safe_scene_table(run.executor.look())]
        if self.session:
            parts.append("## Session\n" + "\n".join(self.session))
        parts.append("## Instruction\n" + run.instruction)
        if self._done:
            parts.append("## Done so far\n" + "\n".join(f"- {d}" for d in self._done))
        if trouble:
            again = "Plan what is still to be done from the scene as it is, another way."
            parts.append(f"## What failed\n{one_line(trouble, 600)}\n{again}")
        messages = (Message(role="system", text=template("plan")), Message(role="user", text="\n\n".join(parts)))
        text = self.client.ask(messages, turn=run.executor.turn, purpose="plan").text
        steps = parse_plan(text, run.instruction)
        run.plan = (*self._done, *(s.instruction for s in steps))
        run.observe(Planned(run.plan))
        return steps
