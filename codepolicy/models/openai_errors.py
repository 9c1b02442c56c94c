"""What went wrong with a server, in a sentence that says what to do."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import cast

import msgspec

from codepolicy.models.http_request import BrokenOff, ExchangeError, NotReached, Stalled, TooLarge, TooSlow
from codepolicy.models.protocol import ModelError
from codepolicy.printable import printable_line
from codepolicy.redaction import redacted
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
_SYSTEM_ROLE = re.compile(
    r"system.{0,30}(role|message|prompt|instruction)|role.{0,30}system|roles must alternate", re.IGNORECASE
)
_STREAM = re.compile(r"\bstream(ing|ed)?\b", re.IGNORECASE)


class ServerError(Exception):
    """The server answers with an error: a status, and a body that may say why. Status 0 came amid an answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: object) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        super().__init__(words_of(body) or f"status {status}")

    @property
    def code(self) -> object:
        """The error's name, where the server gives one."""
        return _field(_field(self.body, "error"), "code") or _field(self.body, "code")


class NotCompletion(Exception):
    """The server sends something else than a chat completion."""


def server_error(status: int, headers: Mapping[str, str], body: bytes) -> ServerError:
    """From an answer with an error status."""
    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = body.decode(errors="replace")
    return ServerError(status, headers, value)


def retryable(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, ServerError):
        if (_asked(error) or 0.0) > MAX_WAIT_S:
            return False
        if error.status == 429:
            return error.code != "insufficient_quota"
        return error.status in (0, 408, 409) or error.status >= 500
    return isinstance(error, (Stalled, BrokenOff, NotReached, NotCompletion))


def pause(error: Exception, attempt: int) -> float:
    """Seconds to wait before attempt `attempt` + 1: what the server asks for, else doubling from half a second."""
    asked = _asked(error)
    return asked if asked is not None else min(0.5 * 2.0**attempt, MAX_WAIT_S)


def _asked(error: Exception) -> float | None:
    """Seconds that the server asks to wait; None when it does not say."""
    text = error.headers.get("retry-after") if isinstance(error, ServerError) else None
    if text is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return float(text)
    date = _date(text)
    return max(0.0, date - time.time()) if date is not None else None


def _date(text: str) -> float | None:
    """Seconds since the epoch of an HTTP date; None when `text` is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def refused_parts(error: Exception) -> tuple[str, ...]:
    """What the server complains about in a request, of those parts that one can do without."""
    if not isinstance(error, ServerError) or error.status not in (400, 404, 405, 415, 422, 500, 501):
        return ()
    text = said(error, most=2000).lower()
    if error.status in (400, 422):
        # "use 'max_completion_tokens' instead" is advice on max_tokens, not a complaint about the other
        complaint = re.sub(r"use '?\"?max_completion_tokens.*", "", text)
        names = ("max_completion_tokens", "max_tokens", "temperature", "stream_options")
        named = tuple(name for name in names if name in complaint)
        if named:
            return named
        if re.search(r"image|vision|multimodal|content part|must be a string", text) and "context" not in text:
            return ("images",)
    if _SYSTEM_ROLE.search(text) and "context" not in text:
        return ("system",)
    return ("stream",) if _STREAM.search(text) else ()


def translated(
    error: Exception, *, model: str, url: str, timeout_s: float, connected: bool, models: Callable[[], list[str]]
) -> Exception:
    """The error to raise instead.

    Args:
        error: what the request led to.
        model: name of the model asked for.
        url: address of the server, for people.
        timeout_s: the time limit in force.
        connected: whether this server has answered before; if not, it is a matter of configuration.
        models: asks the server which models it has.
    """
    kind: type[ConfigurationError] | type[ModelError] = ModelError if connected else ConfigurationError
    match error:
        case Stalled():
            return ModelError(
                f"{url} sent nothing for {timeout_s:g} s; raise --timeout or choose a faster model", retryable=True
            )
        case TooSlow():
            return ModelError(f"{model!r} was {error}; raise --timeout")
        case TooLarge():
            return ModelError(f"{url} {error} for one reply and was cut off")
        case NotReached():
            return kind(f"cannot reach {url} ({_short(error)}); check --base-url and that the server runs")
        case BrokenOff():
            return ModelError(f"{url} broke the connection off ({_short(error)}); try again", retryable=True)
        case ServerError():
            return _refusal(error, kind, model, url, models)
        case ExchangeError():
            return ModelError(f"{url} broke off: {said(error)}", retryable=True)
        case _:
            return kind(f"{url} sends what is no chat completion ({_short(error)}); check --base-url and the server")


def _refusal(
    error: ServerError,
    kind: type[ConfigurationError] | type[ModelError],
    model: str,
    url: str,
    models: Callable[[], list[str]],
) -> Exception:
    """For an error status."""
    words, status = said(error), error.status
    if status in (401, 403):
        return kind(f"{url} refuses the key in OPENAI_API_KEY: {words}")
    if status == 407:
        return kind(f"the proxy on the way to {url} wants a user and a password: {words}")
    if status == 404 or (status == 400 and _NO_MODEL.search(words)):
        return kind(_not_found(words, model, url, models))
    asked = _asked(error)
    if asked is not None and asked > MAX_WAIT_S:
        return ModelError(f"{url} asks to wait {asked:.0f} s: {words}; go on then with --resume", retryable=True)
    if status == 429:
        return ModelError(f"{url} is out of quota or too busy: {words}", retryable=retryable(error))
    if status == 413 or _OVERFLOW.search(words):
        return ModelError(
            f"the prompt does not fit into the context of {model!r}: {words.rstrip('.')}. "
            "Use a model with a larger context, or a smaller surface."
        )
    if status == 0:
        return ModelError(f"{url} broke off: {words}", retryable=True)
    if status >= 500:
        return ModelError(f"{url} failed with status {status}: {words}", retryable=True)
    if status < 400:
        return no_server(url, model)
    advice = "; check --base-url (…/v1)" if status == 405 else ""
    return kind(f"{url} refuses the request with status {status}: {words}{advice}")


def no_server(url: str, model: str) -> ConfigurationError:
    """The endpoint answers, but not like an OpenAI server."""
    return ConfigurationError(
        f"{url} does not answer like an OpenAI-compatible server when asked for {model!r}; "
        "check --base-url, which usually ends in /v1"
    )


def said(error: Exception, *, most: int = 300) -> str:
    """The server's own words, on one line."""
    return _line(str(error), most) or type(error).__name__


def words_of(body: object) -> str | None:
    """What an error's body says: OpenAI's form, FastAPI's, a bare string or text; None when it says nothing."""
    if isinstance(body, str):
        return _line(body) or None
    error = _field(body, "error")
    for told in (_field(error, "message"), error, _field(body, "message"), _field(body, "detail"), _field(body, "msg")):
        if isinstance(told, str) and told.strip():
            return _line(told)
        if isinstance(told, list):  # FastAPI: one entry for each mistake
            lines = [_mistake(entry) for entry in cast("list[object]", told)[:5]]
            if any(lines):
                return _line("; ".join(line for line in lines if line))
    return _line(repr(error)) if error is not None else None


def _mistake(entry: object) -> str:
    if isinstance(entry, str):
        return entry
    place, words = _field(entry, "loc"), _field(entry, "msg")
    where = ".".join(str(part) for part in cast("list[object]", place)) if isinstance(place, list) else ""
    return f"{where}: {words}" if where and isinstance(words, str) else words if isinstance(words, str) else ""


def _line(text: str, most: int = 2000) -> str:
    """On one line, without markup, control characters and secrets; marks without a letter are shown."""
    text = re.sub(r"<[^<>]{1,500}>", " ", redacted(text[:20_000]))
    text = "".join(c if c.isprintable() else " " for c in text)
    return printable_line(re.sub(r"\s+", " ", text).strip()[:most])


def _field(body: object, name: str) -> object:
    return cast("dict[str, object]", body).get(name) if isinstance(body, dict) else None


def _short(error: Exception) -> str:
    return _line(str(error), 120) or type(error).__name__


def _not_found(words: str, model: str, url: str, models: Callable[[], list[str]]) -> str:
    known = models()
    if not known:
        return f"{url} has no chat completions for model {model!r}: {words}; check --model and --base-url (…/v1)"
    close = difflib.get_close_matches(model, known, n=3, cutoff=0.4)
    guess = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return f"{url} knows no model {model!r}.{guess} It has: {', '.join(known[:20])}."
