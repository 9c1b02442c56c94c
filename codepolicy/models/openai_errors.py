"""What went wrong with a server, in a sentence that says what to do."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import cast

import msgspec
import openai

from codepolicy.models.protocol import ModelError
from primitives.errors import ConfigurationError

MAX_WAIT_S = 60.0
"""Longest pause between two attempts; a server that asks for more is left alone."""
_OVERFLOW = re.compile(
    r"context.{0,20}(length|window|size)|too long|maximum context|exceeds.{0,30}context"
    r"|exceeds the maximum number of tokens|tokens.{0,40}must be <|request too large",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model.{0,60}(not found|not exist|not valid|unknown|invalid)|(not a valid|unknown|invalid) model", re.IGNORECASE
)


def retryable(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, openai.APIStatusError) and (_asked(error) or 0.0) > MAX_WAIT_S:
        return False
    if isinstance(error, openai.RateLimitError):
        return error.code != "insufficient_quota"
    if isinstance(error, openai.APIStatusError):
        return error.status_code in (408, 409) or error.status_code >= 500
    return not _caused_by(error, "TooManyRedirects")


def pause(error: Exception, attempt: int) -> float:
    """Seconds to wait before attempt `attempt` + 1: what the server asks for, else doubling from half a second."""
    asked = _asked(error)
    return asked if asked is not None else min(0.5 * 2.0**attempt, MAX_WAIT_S)


def _asked(error: Exception) -> float | None:
    """Seconds that the server asks to wait; None when it does not say."""
    text = error.response.headers.get("retry-after") if isinstance(error, openai.APIStatusError) else None
    if text is None:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    date = _date(text)
    return max(0.0, date - time.time()) if date is not None else None


def _date(text: str) -> float | None:
    """Seconds since the epoch of an HTTP date; None when `text` is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def unsupported_parameters(error: Exception) -> tuple[str, ...]:
    """The request parameters that the server complains about, of those one can do without."""
    if not isinstance(error, (openai.BadRequestError, openai.UnprocessableEntityError)):
        return ()
    text = str(error).lower()
    # "use 'max_completion_tokens' instead" is advice on max_tokens, not a complaint about the other
    complaint = re.sub(r"use '?\"?max_completion_tokens.*", "", text)
    named = tuple(n for n in ("max_completion_tokens", "max_tokens", "temperature", "stream_options") if n in complaint)
    if named:
        return named
    if re.search(r"image|vision|multimodal|content part|must be a string", text) and "context" not in text:
        return ("images",)
    return ()


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
    if _caused_by(error, "TooManyRedirects"):
        return kind(f"{url} redirects in a circle; check --base-url")
    if isinstance(error, openai.APIConnectionError) and not nobody_there(error):
        return ModelError(f"{url} broke the connection off ({_cause(error)}); try again", retryable=True)
    if isinstance(error, openai.APIConnectionError):
        return kind(f"cannot reach {url} ({_cause(error)}); check --base-url and that the server runs")
    if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        return kind(f"{url} refuses the key in OPENAI_API_KEY: {said(error)}")
    if isinstance(error, openai.NotFoundError) or (
        isinstance(error, openai.BadRequestError) and _NO_MODEL.search(said(error))
    ):
        return kind(_not_found(error, model, url, models))
    asked = _asked(error)
    if asked is not None and asked > MAX_WAIT_S:
        return ModelError(f"{url} asks to wait {asked:.0f} s: {said(error)}; go on then with --resume", retryable=True)
    if isinstance(error, openai.RateLimitError):
        return ModelError(f"{url} is out of quota or too busy: {said(error)}", retryable=retryable(error))
    if isinstance(error, openai.APIStatusError):
        if error.status_code == 413 or _OVERFLOW.search(str(error)):
            return ModelError(
                f"the prompt does not fit into the context of {model!r}: {said(error).rstrip('.')}. "
                "Use a model with a larger context, or a smaller surface."
            )
        if error.status_code >= 500:
            return ModelError(f"{url} failed with status {error.status_code}: {said(error)}", retryable=True)
        advice = "; check --base-url (…/v1)" if error.status_code == 405 else ""
        return kind(f"{url} refuses the request with status {error.status_code}: {said(error)}{advice}")
    if isinstance(error, (openai.APIError, OSError)):
        return ModelError(f"{url} broke off: {said(error)}", retryable=True)
    return kind(f"{url} sends what is no chat completion ({_cause(error)}); check --base-url and the server")


def no_server(url: str, model: str) -> ConfigurationError:
    """The endpoint answers, but not like an OpenAI server."""
    return ConfigurationError(
        f"{url} does not answer like an OpenAI-compatible server when asked for {model!r}; "
        "check --base-url, which usually ends in /v1"
    )


def said(error: Exception) -> str:
    """The server's own words, on one line."""
    text = str(error)
    if isinstance(error, openai.APIError):
        inner: object = _field(error.body, "message") or error.body
        text = inner if isinstance(inner, str) else text
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", text).strip()[:300] or type(error).__name__


def said_in(body: bytes) -> str | None:
    """The words of an error that came as an ordinary answer; None when `body` is none."""
    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    error = _field(value, "error")
    words = error if isinstance(error, str) else _field(error, "message")
    return re.sub(r"\s+", " ", words)[:300] if isinstance(words, str) else None


def _field(body: object, name: str) -> object:
    return cast("dict[str, object]", body).get(name) if isinstance(body, dict) else None


def nobody_there(error: Exception) -> bool:
    """Whether the connection was never made."""
    missing = ("ConnectError", "UnsupportedProtocol", "InvalidURL")
    return isinstance(error, openai.APIConnectionError) and _caused_by(error, *missing)


def _caused_by(error: BaseException | None, *names: str) -> bool:
    """Whether an exception of these names is behind `error`. By name: the SDK's HTTP library changed its own once."""
    while error is not None:
        if type(error).__name__ in names:
            return True
        error = error.__cause__
    return False


def _cause(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return re.sub(r"\s+", " ", str(cause)).strip()[:120] or type(cause).__name__


def _not_found(error: openai.APIStatusError, model: str, url: str, models: Callable[[], list[str]]) -> str:
    known = models()
    if not known:
        return f"{url} has no chat completions for model {model!r}: {said(error)}; check --model and --base-url (…/v1)"
    close = difflib.get_close_matches(model, known, n=3, cutoff=0.4)
    guess = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return f"{url} knows no model {model!r}.{guess} It has: {', '.join(known[:20])}."
