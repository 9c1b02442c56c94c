"""The `offline` model: rules instead of a language model, behind the same boundary."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from codepolicy.models.protocol import Message, Reply
from codepolicy.offline import obstructions, refusals, repair_turns, sub_goals
from codepolicy.offline.codegen.composer import Composer
from codepolicy.offline.codegen.program_writer import Writer
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.lexicon.tokenizer import MAX_WORDS, tokenize
from codepolicy.offline.parser.clauses import NotUnderstood, clauses
from codepolicy.offline.settled_phrases import settled
from codepolicy.prompting.prompt_reader import ReadPrompt, read_prompt


@dataclass(frozen=True, slots=True)
class OfflineModel:
    """Writes programs by rules; reads nothing but the conversation."""

    id: str = "offline"
    vision: bool = False
    priced: bool = True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """Answer as a language model would: a sentence, a program, a goal check; or decline and say why.

        The same conversation always gets the same answer; `sample` is ignored.
        """
        del sample
        start = time.perf_counter()
        text, declined = answer(read_prompt(messages))
        return Reply(
            text=text,
            model=self.id,
            latency_s=time.perf_counter() - start,
            finish="refusal" if declined else "stop",
        )


def answer(prompt: ReadPrompt) -> tuple[str, bool]:
    """The reply to a prompt, and whether it declines."""
    if sub_goals.is_asked_for(prompt):
        return sub_goals.plan(prompt), False
    try:
        hopeless = repair_turns.hopeless(prompt)
        if hopeless:
            return hopeless, True
        writer, notes = write(prompt)
        return _reply(writer, prompt, notes), False
    except NotUnderstood as outside:
        return refusals.not_understood(prompt, outside), True
    except Declined as declined:
        return str(declined), True


def write(prompt: ReadPrompt) -> tuple[Writer, list[tuple[str, str]]]:
    """The program for a prompt, and the words whose spelling was corrected.

    Raises:
        NotUnderstood: the instruction is outside the language.
        Declined: it cannot be carried out in this scene.
    """
    words, corrections = tokenize(prompt.instruction)
    if len(words) > MAX_WORDS:
        raise Declined(
            f"The instruction has {len(words)} words, and rules can read {MAX_WORDS} at a time. Give it in parts, one "
            "after the other (codepolicy chat), or connect a language model (--model openai:NAME)."
        )
    if not words:
        raise NotUnderstood(words)
    asked = clauses(words)
    start = Belief.of(prompt.objects)
    start.bound = settled(prompt.program)
    last = repair_turns.recall(prompt, start)
    repair_turns.take_back(prompt, start)
    writer = Composer(start.copy(), last=last).compose(asked)
    aside = obstructions.in_the_way(prompt, writer, start)
    if aside:
        composer = Composer(start.copy(), last=last)
        obstructions.write_aside(composer.writer, aside, obstructions.obstruction(prompt, start))
        writer = composer.compose(asked)
    return writer, corrections


def _reply(writer: Writer, prompt: ReadPrompt, corrections: Sequence[tuple[str, str]]) -> str:
    if not writer.silent and writer.moves == 0:
        again = prompt.feedback is not None
        words = "I see nothing that is left to do." if again else "That is already so; nothing has to be moved."
        writer.lines = [f'say("{words}")']
    intro = "".join(f"I read {wrong!r} as {right!r}. " for wrong, right in corrections)
    plan = "; then ".join(writer.summary) or "there is nothing to move"
    again = "What is left to do: " if prompt.feedback is not None else "By rule, not by a language model: "
    parts = [f"{intro}{again}{plan}.", f"```python\n{writer.program(prompt.level)}```"]
    goal = None if writer.silent else writer.goal()
    if goal is not None:
        parts.append(f"```python\n{goal}```")
    return "\n\n".join(parts)
