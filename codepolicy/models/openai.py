"""Any server that speaks OpenAI's Chat Completions: OpenAI, Ollama, vLLM, llama.cpp, LM Studio, OpenRouter, …

The key comes from OPENAI_API_KEY, the address from --base-url or OPENAI_BASE_URL. Replies are streamed where the server
can, so that one that has stalled is noticed.
"""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from codepolicy.models import openai_answer
from codepolicy.models.http_request import Answer, Bounds, ExchangeError, NotReached, exchange
from codepolicy.models.openai_errors import pause, refused_parts, retryable, server_error, translated
from codepolicy.models.options import ModelOptions
from codepolicy.models.prices import cost, price, price_table
from codepolicy.models.protocol import Message, ModelError, Reply
from codepolicy.models.reply_progress import listener
from codepolicy.models.token_estimate import estimated
from codepolicy.redaction import keep_secret, shown_url, userinfo
from primitives.errors import ConfigurationError

OPTIONS = ("base_url", "timeout", "max_reply_tokens", "temperature", "retries", "prices")
"""Those of `ModelOptions` that have an effect here."""
OPENAI = "https://api.openai.com/v1"
MAX_BODY = 64_000_000
"""Bytes of one answer; a long reply comes in pieces that each repeat some 300."""
WHOLE = 10
"""A whole reply may take so many times as long as one piece."""
MAX_THINKING_TOKENS = 32_768
"""How far the token limit of a reply is raised for a model that used it up by thinking."""
_VISION = re.compile(
    r"gpt-4o|gpt-4\.1|gpt-5|\bo[134]\b|claude|gemini|llava|pixtral|vision|-vl\b|qwen.*vl|gemma-?3|llama-?4|minicpm-v",
    re.IGNORECASE,
)


class OpenAIModel:
    """One model behind a Chat Completions endpoint.

    Args:
        name: the model, as the server names it.
        options: address, limits and sampling.
        parameters: more of them for every request, which this server knows.
        key: instead of the environment's.
        sleep: waits between attempts.

    Raises:
        ConfigurationError: no name, no key where one is needed, or a faulty address.
    """

    def __init__(
        self,
        name: str,
        options: ModelOptions,
        *,
        parameters: Mapping[str, object] | None = None,
        key: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url = options.base_url or os.environ.get("OPENAI_BASE_URL") or None
        key = key or _key()
        if not name:
            raise ConfigurationError("say which model: --model openai:NAME, e.g. openai:gpt-4.1-mini")
        if url is None and key is None:
            raise ConfigurationError(
                f"openai:{name} needs a key: set OPENAI_API_KEY, give --base-url of a server that needs none "
                "(e.g. Ollama's http://localhost:11434/v1), or use --model offline"
            )
        if url is not None and not re.match(r"https?://[^/\s]+", url):
            raise ConfigurationError(
                f"base URL {shown_url(url)!r} is no address; give one like http://localhost:11434/v1"
            )
        self._name = name
        self._options = options
        self._sleep = sleep
        self._prices = price_table(options.prices)
        self._address = _Address(url or OPENAI)
        self._url = shown_url(self._address.base)
        self._headers = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
        if key is not None:
            self._headers["authorization"] = f"Bearer {key}"
        for header, variable in (("openai-organization", "OPENAI_ORG_ID"), ("openai-project", "OPENAI_PROJECT_ID")):
            told = os.environ.get(variable, "").strip()
            if told.isascii() and told.isprintable() and told:
                self._headers[header] = told
        self._vision = options.vision == "on" or (options.vision == "auto" and bool(_VISION.search(name)))
        self._parameters: dict[str, Any] = {
            "stream": True,
            "max_tokens": options.max_reply_tokens,
            "stream_options": {"include_usage": True},
            **(parameters or {}),
        }
        if options.temperature is not None:
            self._parameters["temperature"] = options.temperature
        self._merged = False
        """Whether the system message goes at the head of the first question."""
        self._connected = False

    @property
    def id(self) -> str:
        """ "openai:" and the model's name."""
        return f"openai:{self._name}"

    @property
    def vision(self) -> bool:
        """As set, or guessed from the name and taken back when the server refuses an image."""
        return self._vision

    @property
    def priced(self) -> bool:
        """Whether a table of prices has it."""
        return price(self._name, self._prices) is not None

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """Ask the server, again after 429, 5xx and lost connections, and without what it does not support.

        Raises:
            ModelError: no usable reply.
            ConfigurationError: the server refuses the key, does not know the model, or was never reached.
        """
        del sample
        started = time.perf_counter()
        failed = 0
        while True:
            try:
                reply = self._once(messages)
            except (ModelError, ConfigurationError):
                raise
            except Exception as error:
                if self._drop(refused_parts(error)):
                    continue
                failed += 1
                allowed = self._options.retries if self._connected or not isinstance(error, NotReached) else 1
                if not retryable(error) or failed > allowed:
                    raise translated(
                        error,
                        model=self._name,
                        url=self._url,
                        timeout_s=self._options.timeout,
                        connected=self._connected,
                        models=self._models,
                    ) from error
                self._sleep(pause(error, failed - 1))
                continue
            self._connected = True
            if reply.text.strip():
                spent = reply.usage if reply.usage.input_tokens is not None else estimated(messages, reply.text)
                usage = msgspec.structs.replace(reply.usage, cost_usd=cost(self._name, spent, self._prices))
                return msgspec.structs.replace(reply, usage=usage, latency_s=time.perf_counter() - started)
            failed += 1
            if not self._more_room(reply.finish) and failed > 1:
                raise ModelError(
                    f"{self._name!r} gave an empty reply {failed} times; try again or choose another model"
                )

    def _once(self, messages: Sequence[Message]) -> Reply:
        """One request."""
        content = [self._wire(m) for m in (merged(messages) if self._merged else messages)]
        body = msgspec.json.encode({"model": self._name, "messages": content, **self._parameters})
        patience, streams = self._options.timeout, "stream" in self._parameters
        whole = WHOLE * patience
        bounds = Bounds(first_s=patience if streams else whole, idle_s=patience, total_s=whole, size=MAX_BODY)

        tell = listener()

        def read(answer: Answer) -> Reply:
            if answer.status != 200:
                raise server_error(answer.status, answer.headers, b"".join(answer.body))
            kind = answer.headers.get("content-type", "").lower()
            return openai_answer.read(answer.body, url=self._url, model=self._name, kind=kind, tell=tell)

        return exchange(self._address.of("chat/completions"), body, self._headers, bounds, read)

    def _wire(self, message: Message) -> dict[str, Any]:
        if not message.images or not self._vision:
            return {"role": message.role, "content": message.text}
        images = [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(png).decode()}}
            for png in message.images
        ]
        return {"role": message.role, "content": [{"type": "text", "text": message.text}, *images]}

    def _drop(self, names: Sequence[str]) -> bool:
        """Do without the first of `names` that was sent; whether there is one."""
        if "images" in names and self._vision and self._options.vision == "auto":
            self._vision = False
            return True
        if "system" in names and not self._merged:
            self._merged = True
            return True
        if "stream" in names:
            self._parameters.pop("stream_options", None)
        name = next((n for n in names if n in self._parameters), None)
        if name is None:
            return False
        value = self._parameters.pop(name)
        if name == "max_tokens":
            self._parameters["max_completion_tokens"] = value
        return True

    def _more_room(self, finish: str) -> bool:
        """After an empty reply that used up its tokens by thinking, allow more; whether that was possible."""
        for name in ("max_tokens", "max_completion_tokens"):
            limit = self._parameters.get(name)
            if finish == "length" and limit is not None and limit < MAX_THINKING_TOKENS:
                self._parameters[name] = limit * 4
                return True
        return False

    def _models(self) -> list[str]:
        """What the server offers; empty when it does not say."""
        bounds = Bounds(first_s=5.0, idle_s=5.0, total_s=5.0, size=1_000_000)
        try:
            body = exchange(self._address.of("models"), None, self._headers, bounds, lambda a: b"".join(a.body))
            listed = msgspec.json.decode(body, type=_Listed)
        except (ExchangeError, ConfigurationError, msgspec.DecodeError, UnicodeDecodeError):
            return []
        return sorted(model.id[:100] for model in listed.data[:1000])


class _Offered(msgspec.Struct):
    id: str


class _Listed(msgspec.Struct):
    data: list[_Offered]


class _Address:
    """A base URL, with a path appended before its query."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        told = userinfo(base)
        if told is not None:
            keep_secret(told[1] or told[0])

    def of(self, path: str) -> str:
        """The address of `path` below it."""
        parts = urlsplit(self.base)
        return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", parts.query, ""))


def merged(messages: Sequence[Message]) -> list[Message]:
    """The same without system messages and with roles that alternate, for servers that insist on it."""
    joined: list[Message] = []
    for message in messages:
        role = "user" if message.role == "system" else message.role
        if joined and joined[-1].role == role:
            before = joined.pop()
            text, images = f"{before.text}\n\n{message.text}", (*before.images, *message.images)
            joined.append(Message(role=role, text=text, images=images))
        else:
            joined.append(msgspec.structs.replace(message, role=role))
    return joined


def _key() -> str | None:
    """OPENAI_API_KEY without the space and line breaks that pasting leaves; None where there is none.

    Raises:
        ConfigurationError: it cannot be sent in a header; says so without showing it.
    """
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not key:
        return None
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigurationError(
            "OPENAI_API_KEY holds a space, a line break or a character that no key has (it is not shown here); "
            "copy it again, e.g. export OPENAI_API_KEY=sk-…"
        )
    return key


def make(argument: str, options: ModelOptions) -> OpenAIModel:
    """`openai:NAME`."""
    return OpenAIModel(argument, options)
