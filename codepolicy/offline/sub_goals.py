"""Splitting a long instruction into sub-goals that stand alone, each with a condition to check."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from codepolicy.offline import repair_turns
from codepolicy.offline.codegen.composer import Composer
from codepolicy.offline.codegen.program_writer import Writer
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.lexicon.tokenizer import Word, tokenize
from codepolicy.offline.parser.clause_joining import picked_and_put
from codepolicy.offline.parser.clauses import ConditionalClause, NotUnderstood, ParsedClause, clauses
from codepolicy.offline.parser.meaning import Keep
from codepolicy.prompting.prompt_reader import ReadPrompt

MAX_WORDS = 600
"""A longer instruction is one sub-goal, which is then refused: nobody can tell whether rules understood it."""
MAX_STEPS = 20
"""Sub-goals that an agent reads; more are joined."""
MAX_CONDITIONS = 6
"""Things that one condition names."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One sub-goal."""

    text: str
    condition: str
    moves: int
    """How many moves it is believed to take; 0 for what is so already."""
    parts: tuple[str, ...] = ()
    """The same, one move at a time."""


def is_asked_for(prompt: ReadPrompt) -> bool:
    """Whether the system message asks for a plan rather than a program."""
    return "You plan for a robot arm" in prompt.system


def plan(prompt: ReadPrompt) -> str:
    """A numbered list of what is still to be done; the whole instruction where rules cannot split it."""
    try:
        steps = _steps(prompt)
    except (NotUnderstood, Declined):
        steps = []
    failed = _failed(prompt)
    names = [s.text for s in steps]
    rest = steps[len(prompt.done) :]
    if failed and failed in names:
        rest = steps[names.index(failed) :]
    if failed and rest and rest[0].text == failed and len(rest[0].parts) > 1:  # another way: one thing at a time
        rest = [*(PlanStep(p, "", 1) for p in rest[0].parts), *rest[1:]]
    rest = [s for s in rest if s.moves] or rest[-1:]
    if not rest:
        rest = [PlanStep(re.sub(r"\s+", " ", prompt.instruction).strip(), "", 1)]
    return "\n".join(
        f"{number}. {step.text}" + (f" -- done when: {step.condition}" if step.condition else "")
        for number, step in enumerate(_joined(rest), 1)
    )


def _failed(prompt: ReadPrompt) -> str:
    """The sub-goal that failed, as it was written."""
    first = (prompt.trouble or "").split("\n", maxsplit=1)[0]
    return first.split(": ", maxsplit=1)[0].strip()


def _joined(steps: Sequence[PlanStep]) -> list[PlanStep]:
    """No more than an agent reads: the last ones together."""
    if len(steps) <= MAX_STEPS:
        return list(steps)
    last = steps[MAX_STEPS - 1 :]
    text = ", then ".join(s.text for s in last)
    return [*steps[: MAX_STEPS - 1], PlanStep(text, last[-1].condition, sum(s.moves for s in last))]


def _steps(prompt: ReadPrompt) -> list[PlanStep]:
    """The sub-goals of the whole instruction, told in the scene as it is now.

    Raises:
        NotUnderstood: a part of it is outside the language.
        Declined: a part of it cannot be carried out.
    """
    words, _ = tokenize(prompt.instruction, MAX_WORDS)
    if not words or len(words) > MAX_WORDS:
        raise NotUnderstood(words[:12])
    asked = list(picked_and_put(clauses(words)))
    if any(isinstance(c, ParsedClause) and any(isinstance(r, Keep) for r in c.readings) for c in asked):
        return []  # what must stay holds of every step, and no step could say so alone
    start = Belief.of(prompt.objects)
    composer = Composer(start, last=repair_turns.recall(prompt, start))
    repair_turns.take_back(prompt, start)
    steps: list[PlanStep] = []
    before = composer.writer.belief.copy()
    first = before  # the belief at the beginning of the step that is being put together
    for clause in asked:
        before = composer.writer.belief.copy()
        composer.compose([clause])
        after = composer.writer.belief
        alone = _alone(clause, before, after)
        if alone is None and steps:  # it cannot be said alone: it stays with what it refers to
            text = f"{steps[-1].text}, then {tidy(clause.text)}"
            written = _written(text, first)
            if written is None or not _same(written.belief, after):
                raise Declined(clause.text)
            steps[-1] = _step(text, written)
            continue
        if alone is None:
            raise Declined(clause.text)
        first = before
        steps.append(alone)
    return steps


def tidy(text: str) -> str:
    """Tokens as a person writes them."""
    return re.sub(r"\s+([,;:])", r"\1", text).strip(" ,")


def _alone(clause: ParsedClause | ConditionalClause, before: Belief, after: Belief) -> PlanStep | None:
    """The clause in words that mean the same to somebody who has heard nothing else; None when there are none."""
    for text in _wordings(clause.text, before):
        written = _written(text, before)
        if written is not None and _same(written.belief, after):
            return _step(text, written)
    return None


def _wordings(text: str, belief: Belief) -> Iterator[str]:
    """The clause as it is, and with names where it refers to what was said before."""
    yield tidy(text)
    words, _ = tokenize(text, MAX_WORDS)
    spots = [i for i, w in enumerate(words) if w.kind == "PRONOUN"]
    meant = [
        m for m in (belief.company, belief.subjects, belief.targets[-1:], (*belief.subjects, *belief.targets)) if m
    ]
    prefixes = ("", "put ")
    for names in itertools.product(meant, repeat=len(spots)):
        told = list(words)
        for spot, what in zip(spots, names, strict=True):
            told[spot] = Word("NOUN", "", phrasing.listed([f"the {n}" for n in what if n in belief.objects]))
        plain = tidy(" ".join(w.text for w in told))
        yield from (f"{prefix}{plain}" for prefix in prefixes)
    others = [o.name for o in belief.objects.values() if o.name not in belief.spoken]
    at = next((i for i, w in enumerate(words) if w.kind == "OTHER"), None)
    if at is None or not others:
        return
    low = at - 1 if at and words[at - 1].kind in ("THE", "ALL", "DET") else at
    high = at + 1
    while high < len(words) and words[high].kind in ("COLOR", "NOUN", "ONE"):
        high += 1
    for category in {belief[n].category for n in others}:
        listed = phrasing.listed([f"the {n}" for n in others if belief[n].category == category])
        for prefix in prefixes:
            yield prefix + tidy(" ".join([*(w.text for w in words[:low]), listed, *(w.text for w in words[high:])]))


def _written(text: str, belief: Belief) -> Writer | None:
    """The program for a text that is said first of all in a scene; None when it is not understood there."""
    told = replace(Belief.of(belief.objects.values()), workspace=belief.workspace)
    try:
        return Composer(told).compose(clauses(tokenize(text, MAX_WORDS)[0]))
    except (NotUnderstood, Declined):
        return None


def _same(a: Belief, b: Belief) -> bool:
    """Whether the same is believed to be where."""
    return all(o.on == b[n].on and o.joint == b[n].joint and o.position == b[n].position for n, o in a.objects.items())


def _step(text: str, writer: Writer) -> PlanStep:
    told = list(dict.fromkeys(c.message.replace("{a}", c.subject) for c in writer.clauses))
    more = f", and {len(told) - MAX_CONDITIONS} more" if len(told) > MAX_CONDITIONS else ""
    parts: list[str] = []
    for clause in writer.clauses:
        word = "in" if clause.condition.startswith("inside(") else "on"
        if not clause.condition.startswith(("inside({a}", "on({a}")) or len(clause.about) != 1:
            parts = []
            break
        parts.append(f"put the {clause.subject} {word} the {clause.about[0]}")
    return PlanStep(text, ", ".join(told[:MAX_CONDITIONS]) + more, writer.moves + writer.silent, tuple(parts))
