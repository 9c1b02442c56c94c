"""`--model local:,adapter=teacher`: the rule-based writer in the words of the learned model that learns from it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from codepolicy.learned.compact_prompt import PALETTE, CompactPrompt, compact, recolored
from codepolicy.learned.plain_answer import plain
from codepolicy.models.protocol import Message, Reply
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.prompt_reader import read_prompt
from codepolicy.prompting.reply import parse_reply


@dataclass(frozen=True, slots=True)
class Teacher:
    """The rule-based writer."""

    id: str = "offline:plain"
    vision: bool = False
    priced: bool = True
    errs: bool = False
    """Whether it takes one thing for another in its first answer, so that there is something to repair."""

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The writer's answer, said plainly and read back as the learned model's is; refusals as they are."""
        started = time.perf_counter()
        reply = OfflineModel().complete(messages, sample=sample)
        read = read_prompt(messages)
        answer = parse_reply(reply)
        if answer.program is None:
            return reply
        written = plain(answer.program, answer.goal or "", read)
        if written is None:
            return reply
        if self.errs and read.feedback is None:
            written = mistaken(written, compact(read), random.Random(f"{read.instruction} {read.objects}"))
        text = compact(read).reply(written)
        return Reply(text=text, model=self.id, latency_s=time.perf_counter() - started, finish=reply.finish)


def mistaken(written: str, request: CompactPrompt, chance: random.Random) -> str:
    """`written` with one thing of its program taken for another one in sight, or for one that is not there."""
    program, check, goal = written.partition("def goal")
    scene = [recolored(o.name, request.colors) for o in request.objects]
    named = [name for name in scene if f"'{name}'" in program]
    if not named:
        return written
    name = chance.choice(named)
    alike = [other for other in scene if other != name and other.split()[1:] == name.split()[1:]]
    missing = [f"{color} {name.partition(' ')[2]}" for color in PALETTE]
    other = chance.choice(alike if alike and chance.random() < 0.6 else [m for m in missing if m not in scene])
    return program.replace(f"'{name}'", f"'{other}'") + check + goal
