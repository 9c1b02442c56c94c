"""Reading what a Chat Completions server answers, within bounds of length and time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from codepolicy.models.openai_errors import no_server, said_in
from codepolicy.models.protocol import ModelError, Reply, Usage

MAX_REPLY = 400_000
"""Characters after which a reply is broken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedAnswer:
    """The answer of `model` at `url`, in whichever form it comes."""

    url: str
    model: str
    limit_s: float
    """How long it may take in all."""

    def whole(self, pieces: Iterable[bytes]) -> Reply:
        """From the body of a server that does not stream.

        Raises:
            ModelError: it is an error in words, or too long.
            ConfigurationError: it is no chat completion.
        """
        from openai.types.chat import ChatCompletion

        body = b""
        for piece in pieces:
            body += piece
            if len(body) > 8 * MAX_REPLY:  # JSON may take six bytes for a character
                raise self._too_long()
        words = said_in(body)
        if words is not None:
            raise ModelError(f"{self.url} answers with an error: {words}")
        try:
            completion = ChatCompletion.model_validate_json(body)
        except ValueError as error:
            raise no_server(self.url, self.model) from error
        return self.streamed([completion])

    def streamed(self, chunks: Iterable[Any]) -> Reply:
        """From chunks as they come.

        Raises:
            ModelError: it is too long, or takes too long.
            ConfigurationError: nothing comes.
            TypeError: the content is no text.
        """
        text: list[str] = []
        refused: list[str] = []
        size, finish, model, usage, seen = 0, "stop", self.model, Usage(), False
        deadline = time.monotonic() + self.limit_s
        for chunk in chunks:
            seen = True
            model = getattr(chunk, "model", None) or model
            usage = _usage(getattr(chunk, "usage", None)) or usage
            for choice in getattr(chunk, "choices", None) or ():
                delta = getattr(choice, "delta", None) or getattr(choice, "message", None)
                piece = getattr(delta, "content", None) or ""
                if not isinstance(piece, str):
                    raise TypeError(f"the content is a {type(piece).__name__}")
                text.append(piece)
                size += len(piece)
                refused.append(getattr(delta, "refusal", None) or "")
                finish = getattr(choice, "finish_reason", None) or finish
            if size > MAX_REPLY:
                raise self._too_long()
            if time.monotonic() > deadline:
                raise ModelError(f"{self.model!r} was still writing after {self.limit_s:g} s; raise --timeout")
        if not seen:
            raise no_server(self.url, self.model)
        refusal = "".join(refused).strip()
        if refusal or finish == "content_filter":
            words = refusal or "".join(text).strip() or "the provider's content filter stopped the reply"
            return Reply(text=words, model=model, usage=usage, finish="refusal")
        return Reply(text="".join(text), model=model, usage=usage, finish="length" if finish == "length" else "stop")

    def _too_long(self) -> ModelError:
        return ModelError(f"{self.model!r} wrote more than {MAX_REPLY} characters and was cut off")


def _usage(usage: Any) -> Usage | None:
    if usage is None or getattr(usage, "prompt_tokens", None) is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(
        input_tokens=usage.prompt_tokens,
        cached_tokens=getattr(details, "cached_tokens", None),
        output_tokens=usage.completion_tokens,
    )
