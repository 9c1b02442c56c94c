"""What went wrong with a server, in a sentence that says what to do."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import cast

import openai

from codepolicy.models.protocol import ModelError
from primitives.errors import ConfigurationError

MAX_WAIT_S = 60.0
"""Longest pause between two attempts, whatever the server asks for."""
_OVERFLOW = re.compile(
    r"context.{0,20}(length|window|size)|too long|maximum context|exceeds.{0,30}context", re.IGNORECASE
)


def retryable(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, openai.RateLimitError):
        return error.code != "insufficient_quota"
    if isinstance(error, openai.APIStatusError):
        return error.status_code in (408, 409) or error.status_code >= 500
    return isinstance(error, (openai.APIConnectionError, ConnectionError)) or type(error) is openai.APIError


def pause(error: Exception, attempt: int) -> float:
    """Seconds to wait before attempt `attempt` + 1: what the server asks for, else doubling from half a second."""
    asked = error.response.headers.get("retry-after") if isinstance(error, openai.APIStatusError) else None
    if asked is not None and re.fullmatch(r"\d+(\.\d+)?", asked):
        return min(float(asked), MAX_WAIT_S)
    if asked is not None and (date := _date(asked)) is not None:
        return min(max(0.0, date - time.time()), MAX_WAIT_S)
    return min(0.5 * 2.0**attempt, MAX_WAIT_S)


def _date(text: str) -> float | None:
    """Seconds since the epoch of an HTTP date; None when `text` is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def unsupported_parameter(error: Exception) -> str | None:
    """The request parameter that the server refuses, of those one can do without."""
    if not isinstance(error, (openai.BadRequestError, openai.UnprocessableEntityError)):
        return None
    text = str(error).lower()
    for name in ("max_completion_tokens", "max_tokens", "temperature", "stream_options"):
        # "use 'max_completion_tokens' instead" is advice on max_tokens, not a complaint about the other
        complaint = re.sub(r"use '?\"?max_completion_tokens.*", "", text)
        if name in complaint:
            return name
    if re.search(r"image|vision|multimodal|content part|must be a string", text) and "context" not in text:
        return "images"
    return None


def translated(
    error: Exception, *, model: str, url: str, timeout_s: float, connected: bool, models: Callable[[], list[str]]
) -> Exception:
    """The error to raise instead of the SDK's.

    Args:
        error: what the SDK raised.
        model: name of the model asked for.
        url: address of the server.
        timeout_s: the time limit in force.
        connected: whether this server has answered before; if not, it is a matter of configuration.
        models: asks the server which models it has.
    """
    kind: type[ConfigurationError] | type[ModelError] = ModelError if connected else ConfigurationError
    if isinstance(error, openai.APITimeoutError):
        return ModelError(
            f"{url} sent nothing for {timeout_s:g} s; raise --timeout or choose a faster model", retryable=True
        )
    if isinstance(error, openai.APIConnectionError):
        return kind(f"cannot reach {url} ({_cause(error)}); check --base-url and that the server runs")
    if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        return kind(f"{url} refuses the key in OPENAI_API_KEY: {said(error)}")
    if isinstance(error, openai.NotFoundError):
        return kind(_not_found(error, model, url, models))
    if isinstance(error, openai.RateLimitError):
        return ModelError(f"{url} is out of quota or too busy: {said(error)}", retryable=retryable(error))
    if isinstance(error, openai.APIStatusError):
        if _OVERFLOW.search(str(error)):
            return ModelError(
                f"the prompt does not fit into the context of {model!r}: {said(error)}. Use a model with a larger "
                "context, or a smaller surface."
            )
        if error.status_code >= 500:
            return ModelError(f"{url} failed with status {error.status_code}: {said(error)}", retryable=True)
        return kind(f"{url} refuses the request with status {error.status_code}: {said(error)}")
    return ModelError(f"{url} broke off: {said(error)}", retryable=True)


def no_server(url: str, model: str) -> ConfigurationError:
    """The endpoint answers, but not like an OpenAI server."""
    return ConfigurationError(
        f"{url} does not answer like an OpenAI-compatible server when asked for {model!r}; "
        "check --base-url, which usually ends in /v1"
    )


def said(error: Exception) -> str:
    """The server's own words, on one line."""
    text = str(error)
    if isinstance(error, openai.APIStatusError):
        inner: object = _field(error.body, "message")
        text = inner if isinstance(inner, str) else text
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", text).strip()[:300] or type(error).__name__


def _field(body: object, name: str) -> object:
    return cast("dict[str, object]", body).get(name) if isinstance(body, dict) else None


def _cause(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return re.sub(r"\s+", " ", str(cause)).strip()[:120] or type(cause).__name__


def _not_found(error: openai.NotFoundError, model: str, url: str, models: Callable[[], list[str]]) -> str:
    known = models()
    if not known:
        return f"{url} has no chat completions for model {model!r}: {said(error)}; check --model and --base-url (…/v1)"
    close = difflib.get_close_matches(model, known, n=3, cutoff=0.4)
    guess = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return f"{url} knows no model {model!r}.{guess} It has: {', '.join(known[:20])}."
