"""The model boundary. Implementations register under the entry-point group `codepolicy.models`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str
    images: tuple[bytes, ...] = ()
    """PNG bytes, for models with vision."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What one reply cost; None where the server does not say."""

    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a model answered."""

    text: str
    model: str
    """Id of the model that answered, as the server names it."""
    usage: Usage = Usage()
    latency_s: float = 0.0
    finish: Literal["stop", "length", "refusal"] = "stop"
    notes: tuple[str, ...] = ()
    """What a person should know about it, e.g. that the server's counts cannot be; a sentence each."""


class Model(Protocol):
    """Turns a conversation into a reply."""

    @property
    def id(self) -> str:
        """What stands in results, e.g. "openai:gpt-4.1" or "offline"."""
        ...

    @property
    def vision(self) -> bool:
        """Whether images may be sent."""
        ...

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """Answer.

        Args:
            messages: the conversation, constant prefix first.
            sample: distinguishes repeated requests with the same messages.

        Raises:
            ModelError: no usable reply; the message says what to do.
        """
        ...


@runtime_checkable
class Priced(Protocol):
    """A model that knows what it costs."""

    @property
    def priced(self) -> bool:
        """Whether each reply's usage holds its cost, or it costs nothing, so that a budget in money can be kept."""
        ...


def keeps_cost(model: Model) -> bool:
    """Whether a budget in money can be kept with `model`."""
    return isinstance(model, Priced) and model.priced


class ModelError(Exception):
    """The model gave no usable reply. One sentence that says what to do; `retryable` says whether waiting may help."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable
