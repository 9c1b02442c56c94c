"""The repair loop: ask a model for a program, have it attempted, tell what went wrong, ask again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from codepolicy.episode import GoalCheck, Turn
from codepolicy.events import FedBack, Observer, Weighed
from codepolicy.loop.already_done import shows_it_is_done
from codepolicy.loop.attempt import Attempt
from codepolicy.loop.critic import objection
from codepolicy.loop.executor import Executor
from codepolicy.loop.function_synthesis import synthesize_missing
from codepolicy.loop.goal_request import GoalRequest, goal_request, settled
from codepolicy.loop.llm_client import LLMClient
from codepolicy.loop.outcome import Solution, concluded, given_up, spoken, why_failed
from codepolicy.loop.selection import Choice, Selection, Written
from codepolicy.loop.words_alone import WordsAlone
from codepolicy.models.protocol import Message, ModelError, Reply
from codepolicy.prompting.feedback import Situation, feedback
from codepolicy.prompting.history import marked, marked_function, signature, summary
from codepolicy.prompting.instruction_kind import is_no_order
from codepolicy.prompting.prompt import Repair, WorkedExample, messages, user_prompt
from codepolicy.prompting.reply import ParsedReply, in_words, parse_reply
from codepolicy.settings import PRIVILEGED_FEEDBACK, FeedbackLevel
from primitives.environment import Verdict
from primitives.scene import SceneObject

REHEARSED = "Nothing has moved: this is of a rehearsal, in a simulation of what the cameras see.\n"
"""Before the feedback on a program that was not good enough to be run."""


@dataclass(slots=True, kw_only=True)
class RepairLoop:
    """Solves one instruction with an executor. `turns` grows meanwhile, so that an interruption loses nothing."""

    executor: Executor
    coder: LLMClient
    level: FeedbackLevel = "scene"
    max_turns: int = 4
    session: Sequence[str] = ()
    """One line for each earlier instruction of the session."""
    skills: Sequence[WorkedExample] = ()
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
    selection: Selection | None = None
    """Rehearses several programs for each turn and chooses; None where the first one is run."""
    observer: Observer
    turns: list[Turn] = field(default_factory=lambda: list[Turn]())
    _seen: dict[str, int] = field(default_factory=lambda: dict[str, int]())
    _unwritten: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why functions that the last program calls cannot be written."""
    _held_once: bool = False
    """Whether the model was told that its goal check held before anything moved."""
    _asked: set[str] = field(default_factory=lambda: set[str]())
    """What was asked about goal checks, each once."""
    _in_hand: Written | None = None
    """The program of the next turn, which came in answer to such a question."""

    def solve(self, instruction: str) -> Solution:
        """Work on `instruction` until its goal check holds or the turns are used up.

        Raises:
            ModelError: no usable reply, or the budget is used up.
            ConfigurationError: the model cannot be reached as set up.
        """
        executor = self.executor
        system = executor.system_prompt(examples=self.worked_examples)
        objects = executor.mark_start()
        repair: Repair | None = None
        lines: list[str] = []
        attempt = Attempt()
        words = WordsAlone(instruction)
        index = 0
        while index < self.max_turns:
            index, words.denied = index + 1, ()
            kept = repair.goal if repair is not None and repair.goal_stays else None
            in_hand, self._in_hand = self._in_hand, None
            if in_hand is not None:
                number, written = executor.turn, [in_hand]
            else:
                number = executor.next_turn()
                user = self._prompt(instruction, objects, repair)
                try:
                    written = self._written(self._messages(system, user), number, kept)
                except ModelError:
                    if words.declined is None:
                        raise
                    return words.told(words.declined, executor.seen)
            choice = self._chosen(written, number, system, instruction)
            parsed, reply = (choice.written if choice is not None else written[0]).both
            self._begin_turn(parsed, reply, choice)
            if parsed.refusal is not None:
                return Solution("refused", parsed.refusal, attempt.check)
            ended = words.solution(parsed, reply, attempt.check)
            if ended is not None and not words.contradicted(ended, executor.seen, last=index == self.max_turns):
                executor.tell(ended.summary)
                return words.told(ended, executor.seen)
            if choice is None:
                parsed = self._completed(parsed, system, instruction)
                self.turns[-1] = msgspec.structs.replace(self.turns[-1], program=parsed.program, goal=parsed.goal)
            goal = parsed.goal or kept
            if choice is not None and not choice.good:
                attempt = Attempt(report=choice.worst.report, check=choice.worst.check)
                text = REHEARSED + feedback(self._rehearsed(choice, instruction, self.max_turns - index), self.level)
                if index == self.max_turns:
                    why = why_failed(attempt.report, attempt.check)
                    return Solution("failed", f"in rehearsal, {why}", attempt.check)
                repair = self._to_repair(parsed, goal, attempt, text, index, lines)
                continue
            attempt = self._attempted(parsed, instruction)
            if index < self.max_turns and (request := self._request(attempt, parsed, instruction)) is not None:
                attempt, goal, ended = self._asked_again(request, attempt, parsed, system, instruction)
                if self._in_hand is not None:
                    objects = executor.look()
                    continue
                index += 1
                if ended is not None:
                    return ended
            ended = self._ending(attempt, instruction)
            if ended is not None and not words.contradicted(ended, executor.seen, last=index == self.max_turns):
                return words.told(ended, executor.seen)
            objects = executor.look()
            situation = self._situation(attempt, instruction, self.max_turns - index)
            text = feedback(replace(situation, unusable=parsed.unusable, denied=words.denied), self.level)
            if index == self.max_turns:
                break
            repair = self._to_repair(parsed, goal, attempt, text, index, lines)
        return given_up(attempt)

    def _written(self, messages: tuple[Message, ...], number: int, kept: str | None) -> list[Written]:
        """What the model answers, and further candidates for the same request where several are weighed."""
        written = [Written(*self.coder.program(messages, turn=number))]
        if self.selection is not None and written[0].parsed.program is not None:
            written += self.selection.more(messages, turn=number)
        if kept is None:
            return written
        return [
            replace(w, parsed=replace(w.parsed, goal=w.parsed.goal or kept)) if w.parsed.program is not None else w
            for w in written
        ]

    def _chosen(self, written: Sequence[Written], number: int, system: str, instruction: str) -> Choice | None:
        """The best of several candidates, rehearsed; None where there is nothing to choose by rehearsal."""
        if self.selection is None or written[0].parsed.program is None:
            return None
        choice = self.selection.choose(
            [replace(w, parsed=self._completed(w.parsed, system, instruction)) for w in written]
        )
        self.observer(Weighed(number, choice.candidates, choice.good))
        return choice

    def _rehearsed(self, choice: Choice, instruction: str, left: int) -> Situation:
        """What the feedback on a rehearsal is about: the scene as it would be."""
        worst = choice.worst
        situation = self._situation(Attempt(report=worst.report, check=worst.check), instruction, left)
        return replace(situation, now=worst.scene or situation.now, verdict=None)

    def _to_repair(
        self, parsed: ParsedReply, goal: str | None, attempt: Attempt, text: str, index: int, lines: list[str]
    ) -> Repair:
        """What the next request is told of this turn."""
        self._keep(feedback=text)
        self.observer(FedBack(self.executor.turn, text))
        lines.append(summary(index, attempt.report, attempt.check))
        return Repair(
            program=marked(parsed.program or "# (none)", attempt.report),
            goal=goal,
            goal_stays=goal is not None and not _is_wrong(attempt.check),
            function=marked_function(self.executor.functions, attempt.report),
            feedback=text,
            earlier=tuple(lines[:-1]),
        )

    def _prompt(self, instruction: str, objects: Sequence[SceneObject], repair: Repair | None) -> str:
        executor = self.executor
        return user_prompt(
            objects,
            instruction,
            skills=self.skills if repair is None else (),
            condition=self.condition,
            session=self.session,
            defined=executor.signatures,
            repair=repair,
            picture=executor.picture_told if self.coder.model.vision else None,
            time=executor.time_told,
        )

    def _messages(self, system: str, user: str) -> tuple[Message, ...]:
        return messages(system, user, self.executor.picture() if self.coder.vision else None)

    def _completed(self, parsed: ParsedReply, system: str, instruction: str) -> ParsedReply:
        """`parsed` with the functions written that its program lacks, or the program that came instead of them."""
        if not self.hierarchy or parsed.program is None:
            return parsed
        found = synthesize_missing(parsed.program, self.executor, self.coder, system, instruction)
        self._unwritten = found.refused
        if found.instead is None:
            return parsed
        return replace(found.instead, goal=found.instead.goal or parsed.goal)

    def _attempted(self, parsed: ParsedReply, instruction: str) -> Attempt:
        """The attempt at the program of a reply, looked over by the critic and kept in the turn."""
        if parsed.program is None:
            return Attempt()
        attempt = self.executor.attempt(
            parsed.program, parsed.goal, refuse_held=self._refusal_of(parsed.program, instruction)
        )
        if attempt.report is None and attempt.check.status == "vacuous":
            self._held_once = True
        attempt = replace(attempt, check=self._criticised(instruction, attempt.check))
        self._keep(attempt=attempt)
        return attempt

    def _refusal_of(self, program: str, instruction: str) -> Callable[[GoalCheck], bool]:
        """What says of a goal check that holds from the start whether it is sent back before `program` runs.

        Once, and not where the check shows that there is nothing to do, of which the program tells.
        """
        executor = self.executor
        quiet = not executor.may_move(program) and re.search(r"\bsay\b", program) is not None

        def refuses(held: GoalCheck) -> bool:
            shown = shows_it_is_done(held, instruction, executor.start) and (quiet or held.found_nothing)
            return not (self._held_once or shown or (quiet and is_no_order(instruction)))

        return refuses

    def _request(self, attempt: Attempt, parsed: ParsedReply, instruction: str) -> GoalRequest | None:
        """What to ask about the goal check of the program that has just run; each question once."""
        request = goal_request(attempt, instruction) if parsed.program is not None else None
        if request is None or request.reason in self._asked or self._ending(attempt, instruction) is None:
            return None
        self._asked.add(request.reason)
        return request

    def _asked_again(
        self, request: GoalRequest, attempt: Attempt, before: ParsedReply, system: str, instruction: str
    ) -> tuple[Attempt, str | None, Solution | None]:
        """Ask about the goal check of a program that ran; it is not run again. Another program is left in hand.

        Returns:
            The attempt, with the check on the world as it is where another was given; the goal check; how it ended.
        """
        executor, program = self.executor, before.program or ""
        self._keep(feedback=request.text)
        self.observer(FedBack(executor.turn, request.text))
        number = executor.next_turn()
        repair = Repair(program=program, goal=before.goal, feedback=request.text)
        user = self._prompt(instruction, executor.look(), repair)
        try:
            reply = self.coder.ask(self._messages(system, user), turn=number, purpose="goal")
        except ModelError:  # the program has done its work, whatever became of the model
            return attempt, before.goal, settled(attempt, instruction)
        parsed = parse_reply(reply)
        if parsed.truncated:
            parsed = ParsedReply()
        if request.may_act and parsed.program is not None and parsed.program.strip() != program.strip():
            self._in_hand = Written(replace(parsed, goal=parsed.goal or before.goal), reply)
            return attempt, before.goal, None
        self._begin_turn(replace(parsed, program=None), reply)
        if parsed.goal is None:
            words = in_words(parsed, reply)
            asked = spoken(words, instruction, attempt.check) if words is not None and not attempt.moved else None
            if asked is not None and asked.ending == "asked":
                executor.tell(asked.summary)
                return attempt, before.goal, asked
            return attempt, before.goal, settled(attempt, instruction)
        attempt = executor.late_check(attempt, parsed.goal)
        attempt = replace(attempt, check=self._criticised(instruction, attempt.check))
        self._keep(check=attempt.check)
        return attempt, parsed.goal, None

    def _criticised(self, instruction: str, check: GoalCheck) -> GoalCheck:
        """`check`, failed by a clause of the critic's where it objects."""
        if self.critic is None or check.status != "passed":
            return check
        clause = objection(self.critic, self.executor, instruction, check, start=self.executor.start)
        if clause is None:
            return check
        return msgspec.structs.replace(check, status="failed", clauses=(*check.clauses, clause))

    def _ending(self, attempt: Attempt, instruction: str) -> Solution | None:
        """What the turn means for the run; None asks for another turn."""
        solution = concluded(attempt, instruction)
        ended = ("stopped", "infrastructure", "asked", "declined", "not_approved")
        if solution is None or solution.ending in ended:
            return solution
        verdict = self._verdict() if self.step is None else None  # the verdict is on the whole instruction
        return None if verdict is not None and verdict.status == "not_achieved" else solution

    def _verdict(self) -> Verdict | None:
        """Ground truth, where the level of feedback tells it."""
        if self.level not in PRIVILEGED_FEEDBACK:
            return None
        return self.executor.verdict()

    def _situation(self, attempt: Attempt, instruction: str, left: int) -> Situation:
        key = signature(attempt.report, attempt.check)
        repeats = self._seen.get(key, 0)
        self._seen[key] = repeats + 1
        return Situation(
            report=attempt.report,
            check=attempt.check,
            instruction=instruction,
            start=self.executor.start,
            now=self.executor.seen,
            turns_left=left,
            tokens_left=self.coder.budget.tokens_left,
            repeats=repeats,
            unwritten=self._unwritten,
            verdict=self._verdict(),
        )

    def _begin_turn(self, parsed: ParsedReply, reply: Reply, choice: Choice | None = None) -> None:
        self.turns.append(
            Turn(
                program=parsed.program,
                goal=parsed.goal,
                usage=reply.usage,
                model=reply.model,
                latency_s=reply.latency_s,
                step=self.step,
                candidates=choice.candidates if choice is not None else (),
            )
        )

    def _keep(
        self, *, attempt: Attempt | None = None, check: GoalCheck | None = None, feedback: str | None = None
    ) -> None:
        """Write what is now known into the last turn."""
        last = self.turns[-1]
        check = attempt.check if attempt is not None else check
        self.turns[-1] = msgspec.structs.replace(
            last,
            report=attempt.report if attempt is not None else last.report,
            goal_check=check if check is not None else last.goal_check,
            feedback=feedback if feedback is not None else last.feedback,
        )


def _is_wrong(check: GoalCheck) -> bool:
    """Whether the goal check itself has to change: refused or raised, proves nothing, or asks for too little."""
    return check.failure is not None or check.status in ("vacuous", "passed")
