"""What replies in words alone come to over the turns of an instruction: promises, refusals, what contradicts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from codepolicy.episode import GoalCheck
from codepolicy.loop.denials import denied
from codepolicy.loop.outcome import Solution, promised, spoken
from codepolicy.models.protocol import Reply
from codepolicy.prompting.reply import ParsedReply, in_words
from primitives.scene import SceneObject


@dataclass(slots=True)
class WordsAlone:
    """For one instruction. A promise and a refusal of what is in view are let pass once each."""

    instruction: str
    denied: tuple[str, ...] = field(init=False, default=())
    """What the last refusal says is not there, and is in view."""
    declined: Solution | None = field(init=False, default=None)
    """The refusal that was contradicted."""
    _promised: bool = field(init=False, default=False)

    def solution(self, parsed: ParsedReply, reply: Reply, check: GoalCheck) -> Solution | None:
        """What a reply in words alone comes to; None for any other, and for the first promise."""
        words = in_words(parsed, reply)
        if words is None:
            return None
        ended = spoken(words, self.instruction, check)
        if ended is None and self._promised:
            return promised(words, check)
        self._promised = True
        return ended

    def contradicted(self, ended: Solution, seen: Sequence[SceneObject], *, last: bool) -> bool:
        """Whether it is declined because something is not there that is `seen`; once, and never at the `last` turn."""
        self.denied = self._denied(ended, seen)
        if last or self.declined is not None or not self.denied:
            return False
        self.declined = ended
        return True

    def told(self, ended: Solution, seen: Sequence[SceneObject]) -> Solution:
        """`ended`, with what is `seen` although it is declined for not being there."""
        names = self._denied(ended, seen)
        return replace(ended, summary=f"{ended.summary} (in view: {', '.join(names)})") if names else ended

    def _denied(self, ended: Solution, seen: Sequence[SceneObject]) -> tuple[str, ...]:
        return denied(ended.summary, self.instruction, seen) if ended.ending == "declined" else ()
