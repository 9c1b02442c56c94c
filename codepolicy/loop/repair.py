"""The loop: ask, run, check, tell what went wrong, ask again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from codepolicy.episode import GoalCheck, Turn
from codepolicy.events import FedBack, Observer, Started
from codepolicy.loop.critic import objection
from codepolicy.loop.executor import Executor
from codepolicy.loop.function_synthesis import synthesize_missing
from codepolicy.loop.llm_client import LLMClient
from codepolicy.loop.outcome import Solution, declined, is_question, why_failed
from codepolicy.models.protocol import Message
from codepolicy.prompting.feedback import PRIVILEGED, Attempt, FeedbackLevel, feedback
from codepolicy.prompting.history import marked, marked_function, signature, summary
from codepolicy.prompting.prompt import Repair, messages, system_prompt, user_prompt
from codepolicy.prompting.reply import ParsedReply
from codepolicy.skills.skill import Skill
from primitives.trace import ExecutionReport


@dataclass(slots=True, kw_only=True)
class RepairLoop:
    """Solves one instruction by an executor. `turns` grows while it works, so that an interruption loses nothing."""

    executor: Executor
    coder: LLMClient
    level: FeedbackLevel = "scene"
    max_turns: int = 4
    session: Sequence[str] = ()
    """One line for each earlier instruction of the session."""
    skills: Sequence[Skill] = ()
    """Programs that worked for similar instructions, for the first request."""
    worked_examples: bool = True
    """Whether the constant prefix has any."""
    step: str | None = None
    """The sub-goal, when the instruction was split."""
    condition: str | None = None
    """When the sub-goal is done, in the planner's words."""
    hierarchy: bool = True
    """Whether to have functions written that a program calls but nobody defined."""
    critic: LLMClient | None = None
    """Looks over a result whose goal check holds."""
    emit: Observer
    turns: list[Turn] = field(default_factory=lambda: list[Turn]())
    _seen: dict[str, int] = field(default_factory=lambda: dict[str, int]())
    _vacuous_once: bool = False

    def solve(self, instruction: str) -> Solution:
        """Work on `instruction` until its goal check holds or the turns are used up.

        Raises:
            ModelError: no usable reply, or the budget is used up.
            ConfigurationError: the model cannot be reached as set up.
        """
        executor = self.executor
        system = system_prompt(executor.surface, executor.trial.robot.workspace, examples=self.worked_examples)
        objects = executor.mark_start()
        repair: Repair | None = None
        lines: list[str] = []
        check = GoalCheck(status="missing")
        for index in range(1, self.max_turns + 1):
            executor.turn += 1
            user = user_prompt(
                objects,
                instruction,
                skills=self.skills if repair is None else (),
                condition=self.condition,
                session=self.session,
                repair=repair,
            )
            parsed, reply = self.coder.program(self._messages(system, user), turn=executor.turn)
            turn = Turn(
                program=parsed.program,
                goal=parsed.goal,
                usage=reply.usage,
                model=reply.model,
                latency_s=reply.latency_s,
                step=self.step,
            )
            self.turns.append(turn)
            if parsed.refusal is not None:
                return Solution("refused", parsed.refusal, check)
            if self.hierarchy and parsed.program is not None:
                synthesize_missing(parsed.program, executor, self.coder, system)
            report, check = self._attempt(parsed)
            check = self._criticised(instruction, check)
            turn = self._keep(report=report, goal_check=check)
            ended = self._ending(instruction, report, check)
            if ended is not None:
                return ended
            objects = executor.look()
            left = self.max_turns - index
            text = feedback(self._told(instruction, report, check, left), self.level)
            if left == 0:
                break
            self._keep(feedback=text)
            self.emit(FedBack(executor.turn, text))
            lines.append(summary(index, report, check))
            repair = Repair(
                program=marked(parsed.program or "# (none)", report),
                function=marked_function(executor.functions, report),
                feedback=text,
                earlier=tuple(lines[:-1]),
            )
        return Solution("failed", why_failed(self.turns[-1].report, check), check)

    def _messages(self, system: str, user: str) -> tuple[Message, ...]:
        return messages(system, user, self.executor.picture() if self.coder.model.vision else None)

    def _attempt(self, parsed: ParsedReply) -> tuple[ExecutionReport | None, GoalCheck]:
        """Run the program and its goal check; None instead of a report when nothing was run."""
        executor = self.executor
        if parsed.program is None:
            return None, GoalCheck(status="missing")
        self.emit(Started(executor.turn, parsed.program, parsed.goal))
        findings = executor.goal_findings(parsed.goal) if parsed.goal is not None else ()
        if findings:
            return None, GoalCheck(status="failed", failure=findings[0])
        already = executor.already(parsed.goal) if parsed.goal is not None else None
        if already is not None and not self._vacuous_once:
            self._vacuous_once = True
            return None, GoalCheck(status="vacuous", clauses=already.clauses)
        report = executor.run(parsed.program)
        if report.status != "finished" or parsed.goal is None:
            return report, GoalCheck(status="missing")
        check = executor.check(parsed.goal)
        if already is not None and check.status == "passed":
            check = msgspec.structs.replace(check, status="vacuous")
        return report, check

    def _criticised(self, instruction: str, check: GoalCheck) -> GoalCheck:
        """`check`, failed by a clause of the critic's where it objects."""
        if self.critic is None or check.status != "passed":
            return check
        clause = objection(self.critic, self.executor, instruction, check, start=self.executor.start)
        if clause is None:
            return check
        return msgspec.structs.replace(check, status="failed", clauses=(*check.clauses, clause))

    def _ending(self, instruction: str, report: ExecutionReport | None, check: GoalCheck) -> Solution | None:
        """What the turn means for the run; None asks for another turn."""
        if report is None:
            return None
        if report.failure is not None and report.failure.blame == "infrastructure":
            return Solution("infrastructure", report.failure.message, check)
        reason = declined(report)
        if reason is not None:
            return Solution("failed", reason, check)
        if report.status != "finished":
            return None
        if self.level in PRIVILEGED and self.step is None:  # the verdict is on the whole instruction
            verdict = self.executor.environment.verdict(self.executor.said)
            if verdict is not None and verdict.status == "not_achieved":
                return None
        if check.status == "passed":
            return Solution("done", "the goal check holds", check)
        motions = self.executor.surface.only("motion")
        moved = any(c.name in motions for c in report.calls)
        if check.status == "missing":
            if not moved and self.executor.said and is_question(instruction):
                return Solution("answered", " ".join(self.executor.said), check)
            return Solution("unverified", "the program finished, but the reply had no goal check", check)
        if check.status == "vacuous" and check.clauses and self._vacuous_once:
            held = "before anything moved, so it proves nothing" if moved else "from the start, and nothing was moved"
            return Solution("unverified", f"the goal check held {held}", check)
        return None

    def _told(self, instruction: str, report: ExecutionReport | None, check: GoalCheck, left: int) -> Attempt:
        key = signature(report, check)
        repeats = self._seen.get(key, 0)
        self._seen[key] = repeats + 1
        verdict = self.executor.environment.verdict(self.executor.said) if self.level in PRIVILEGED else None
        return Attempt(
            report=report,
            check=check,
            instruction=instruction,
            start=self.executor.start,
            now=self.executor.seen,
            turns_left=left,
            tokens_left=self.coder.budget.tokens_left,
            repeats=repeats,
            verdict=verdict,
        )

    def _keep(
        self,
        *,
        report: ExecutionReport | None = None,
        goal_check: GoalCheck | None = None,
        feedback: str | None = None,
    ) -> Turn:
        """Write what is now known into the last turn."""
        last = self.turns[-1]
        self.turns[-1] = msgspec.structs.replace(
            last,
            report=report if report is not None else last.report,
            goal_check=goal_check if goal_check is not None else last.goal_check,
            feedback=feedback if feedback is not None else last.feedback,
        )
        return self.turns[-1]
