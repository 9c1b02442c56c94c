"""Asking a model within a budget: one question, one whole answer, however many pieces it comes in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from codepolicy.episode import add_usage
from codepolicy.events import Answered, Asked, Observer, Thinking
from codepolicy.models.protocol import Message, Model, ModelError, Reply, Usage
from codepolicy.models.reply_progress import told_to
from codepolicy.models.token_estimate import estimated
from codepolicy.prompting.prompt import template
from codepolicy.prompting.reply import ParsedReply, join_continued, parse_reply
from primitives.errors import ConfigurationError
from primitives.plugins import broke

MAX_CONTINUATIONS = 2
TOLD_EVERY_S = 0.2
"""s from one word of a reply's progress to the next."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """What a run may spend on models. Where a server reports no usage, tokens are estimated."""

    max_tokens: int | None = None
    max_cost_usd: float | None = None
    usage: Usage = field(default_factory=Usage)

    @property
    def tokens_left(self) -> int | None:
        """None when there is no limit."""
        return None if self.max_tokens is None else self.max_tokens - _tokens(self.usage)

    def check(self) -> None:
        """Raise ModelError when nothing is left."""
        if self.max_tokens is not None and _tokens(self.usage) >= self.max_tokens:
            raise ModelError(
                f"the token budget of {self.max_tokens} is used up ({_tokens(self.usage)} spent); raise --max-tokens"
            )
        cost = self.usage.cost_usd
        if self.max_cost_usd is not None and cost is not None and cost >= self.max_cost_usd:
            raise ModelError(
                f"the budget of {self.max_cost_usd:.2f} USD is used up ({cost:.2f} spent); raise --max-cost"
            )

    def spend(self, messages: Sequence[Message], reply: Reply) -> Usage:
        """Count `reply`; returns what it cost, estimated where the server does not say."""
        usage = reply.usage
        if usage.input_tokens is None or usage.output_tokens is None:
            guess = estimated(messages, reply.text)
            usage = msgspec.structs.replace(usage, input_tokens=guess.input_tokens, output_tokens=guess.output_tokens)
        self.usage = add_usage(self.usage, usage)
        return usage


def _tokens(usage: Usage) -> int:
    return (usage.input_tokens or 0) + (usage.output_tokens or 0)


@dataclass(slots=True)
class _Progress:
    """Tells observers what has come of a reply, a few times a second."""

    observer: Observer
    turn: int
    purpose: str
    _text: list[str] = field(init=False, default_factory=lambda: list[str]())
    _thoughts: list[str] = field(init=False, default_factory=lambda: list[str]())
    _told: float = field(init=False, default=0.0)

    @property
    def written(self) -> str:
        """All that has come, thoughts included."""
        return "".join((*self._thoughts, *self._text))

    def __call__(self, text: str, thoughts: str) -> None:
        self._text.append(text)
        self._thoughts.append(thoughts)
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY_S:
            self._told = now
            self.observer(Thinking(self.turn, self.purpose, "".join(self._text), "".join(self._thoughts)))


@dataclass(slots=True)
class LLMClient:
    """One model, asked on behalf of one run."""

    model: Model
    budget: Budget
    observer: Observer
    may_see: bool = True
    """Whether it may be sent pictures at all."""
    saw: bool = field(default=False, init=False)
    """Whether it answered a request with pictures."""
    waited_s: float = field(default=0.0, init=False)
    """Time spent waiting for the model."""

    @property
    def vision(self) -> bool:
        """Whether to send it pictures."""
        return self.may_see and self.model.vision

    def ask(self, messages: Sequence[Message], *, turn: int, purpose: str = "program", sample: int = 0) -> Reply:
        """One reply. Raises ModelError or ConfigurationError."""
        self.budget.check()
        self.observer(Asked(turn, purpose, tuple(messages), sample))
        progress = _Progress(self.observer, turn, purpose)
        try:
            with told_to(progress):
                reply = self.model.complete(messages, sample=sample)
        except (ModelError, ConfigurationError):
            raise
        except KeyboardInterrupt:  # the server has read the request and bills it, and what it wrote until then
            self.budget.spend(messages, Reply(text=progress.written, model=self.model.id))
            raise
        except Exception as error:  # somebody else's code
            raise ModelError(broke(f"model {self.model.id!r}", error)) from error
        self.waited_s += reply.latency_s
        self.saw = self.saw or (self.model.vision and any(m.images for m in messages))
        reply = msgspec.structs.replace(reply, usage=self.budget.spend(messages, reply))
        self.observer(Answered(turn, purpose, reply))
        return reply

    def program(self, messages: Sequence[Message], *, turn: int, sample: int = 0) -> tuple[ParsedReply, Reply]:
        """The program and goal check in the reply; a reply that was cut off is continued."""
        reply = self.ask(messages, turn=turn, sample=sample)
        parsed = parse_reply(reply)
        for _ in range(MAX_CONTINUATIONS):
            if not parsed.truncated or not reply.text.strip():
                break
            asked = (
                *messages,
                Message(role="assistant", text=reply.text),
                Message(role="user", text=template("continue")),
            )
            rest = self.ask(asked, turn=turn, purpose="continuation", sample=sample)
            reply = Reply(
                text=join_continued(reply.text, rest.text),
                model=rest.model,
                usage=add_usage(reply.usage, rest.usage),
                latency_s=reply.latency_s + rest.latency_s,
                finish=rest.finish,
            )
            parsed = parse_reply(reply)
        if parsed.truncated:
            parsed = ParsedReply(truncated=True)
        return parsed, reply
