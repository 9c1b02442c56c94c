"""Selection by rehearsal: several programs for one turn are rehearsed in the twin, and the best of them is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import msgspec

from codepolicy.episode import Candidate
from codepolicy.loop.llm_client import LLMClient
from codepolicy.loop.outcome import Ending, why_failed
from codepolicy.loop.rehearsal import Rehearsed
from codepolicy.loop.rehearser import Rehearser
from codepolicy.models.protocol import Message, ModelError, Reply
from codepolicy.prompting.reply import ParsedReply

GOOD_ENOUGH = 0.5
"""Mean worth of a candidate's rehearsals from which on it is run."""
WORTH: dict[Ending | None, float] = {
    "done": 1.0,
    "answered": 1.0,
    "finished": 1.0,
    "unverified": 0.5,
    "asked": 0.5,
    "declined": 0.5,
}
"""Of how a rehearsal ended; everything else is worth nothing."""
_MARGIN_STEP = 0.005
"""m; margins that differ by less are alike, and the faster program wins."""


@dataclass(frozen=True, slots=True)
class Written:
    """A program as a model wrote it."""

    parsed: ParsedReply
    reply: Reply

    @property
    def both(self) -> tuple[ParsedReply, Reply]:
        """As a pair."""
        return self.parsed, self.reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen, and among what."""

    written: Written
    good: bool
    """Whether it is to be run."""
    worst: Rehearsed
    """The rehearsal of the chosen one that went least well, for feedback."""
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """How candidates are written and weighed."""

    rehearser: Rehearser
    writers: Sequence[LLMClient]
    """Write in turn; the first of them wrote the first candidate."""
    count: int
    """How many candidates there are."""
    times: int
    """How often each is rehearsed."""

    def more(self, messages: Sequence[Message], *, turn: int) -> list[Written]:
        """Further candidates for the same request; a model that has no more to say costs its own."""
        found: list[Written] = []
        for number in range(1, self.count):
            writer = self.writers[number % len(self.writers)]
            try:
                parsed, reply = writer.program(messages, turn=turn, sample=number // len(self.writers))
            except ModelError:
                continue
            if parsed.program is not None:
                found.append(Written(parsed, reply))
        return found

    def choose(self, written: Sequence[Written]) -> Choice:
        """Rehearse `written`, which each have a program, and choose."""
        programs = [(w.parsed.program or "", w.parsed.goal) for w in written]
        rehearsed = self.rehearser.rehearse(programs, times=self.times)
        scored = [_scored(w, r) for w, r in zip(written, rehearsed, strict=True)]
        best = min(range(len(scored)), key=lambda i: _rank(scored[i]))
        candidates = tuple(msgspec.structs.replace(c, chosen=i == best) for i, c in enumerate(scored))
        worst = min(rehearsed[best], key=lambda r: WORTH.get(r.ending, 0.0))
        return Choice(
            written=written[best],
            good=scored[best].worth >= GOOD_ENOUGH,
            worst=worst,
            candidates=candidates,
        )


def _scored(written: Written, rehearsed: Sequence[Rehearsed]) -> Candidate:
    calls = [r.report.calls for r in rehearsed if r.report is not None]
    margins = [r.margin for r in rehearsed if r.margin is not None]
    worst = min(rehearsed, key=lambda r: WORTH.get(r.ending, 0.0))
    return Candidate(
        program=written.parsed.program or "",
        goal=written.parsed.goal,
        model=written.reply.model,
        rehearsals=len(rehearsed),
        worth=fmean(WORTH.get(r.ending, 0.0) for r in rehearsed),
        failures=sum(c.failure is not None for records in calls for c in records),
        margin=min(margins, default=None),
        robot_time=fmean(r.robot_time for r in rehearsed),
        came_to=worst.broken or worst.ending or why_failed(worst.report, worst.check),
    )


def _rank(candidate: Candidate) -> tuple[float, int, float, float]:
    margin = round((candidate.margin or 0.0) / _MARGIN_STEP)
    return -candidate.worth, candidate.failures, -margin, candidate.robot_time
