"""Any server that speaks OpenAI's Chat Completions: OpenAI, Ollama, vLLM, llama.cpp, LM Studio, OpenRouter, …

The key comes from OPENAI_API_KEY, the address from --base-url or OPENAI_BASE_URL. Replies are streamed, so that a
stalled server is noticed and Ctrl-C works at once.
"""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
import openai

from codepolicy.models.openai_answer import StreamedAnswer
from codepolicy.models.openai_errors import (
    no_server,
    nobody_there,
    pause,
    retryable,
    translated,
    unsupported_parameters,
)
from codepolicy.models.prices import cost, price, price_table
from codepolicy.models.protocol import Message, ModelError, Reply
from codepolicy.models.registry import ModelOptions
from codepolicy.models.token_estimate import estimated
from primitives.errors import ConfigurationError

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
        sleep: waits between attempts.

    Raises:
        ConfigurationError: no name, no key where one is needed, or a faulty address.
    """

    def __init__(self, name: str, options: ModelOptions, *, sleep: Callable[[float], None] = time.sleep) -> None:
        url = options.base_url or os.environ.get("OPENAI_BASE_URL") or None
        key = os.environ.get("OPENAI_API_KEY") or None
        if not name:
            raise ConfigurationError("say which model: --model openai:NAME, e.g. openai:gpt-4.1-mini")
        if url is None and key is None:
            raise ConfigurationError(
                f"openai:{name} needs a key: set OPENAI_API_KEY, give --base-url of a server that needs none "
                "(e.g. Ollama's http://localhost:11434/v1), or use --model offline"
            )
        if url is not None and not re.match(r"https?://[^/\s]+", url):
            raise ConfigurationError(f"base URL {url!r} is no address; give one like http://localhost:11434/v1")
        self._name = name
        self._options = options
        self._sleep = sleep
        self._prices = price_table(options.prices)
        if options.priced and price(name, self._prices) is None:
            raise ConfigurationError(
                f"--max-cost needs to know what {name!r} costs; give --prices FILE.toml with a table "
                f'["{name}"] that has input and output in USD per million tokens'
            )
        self._client = openai.OpenAI(api_key=key or "none", base_url=url, timeout=options.timeout_s, max_retries=0)
        self._url = str(self._client.base_url).rstrip("/")
        self._vision = options.vision if options.vision is not None else bool(_VISION.search(name))
        self._parameters: dict[str, Any] = {
            "max_tokens": options.max_tokens,
            "stream_options": {"include_usage": True},
        }
        if options.temperature is not None:
            self._parameters["temperature"] = options.temperature
        self._connected = False

    @property
    def id(self) -> str:
        """ "openai:" and the model's name."""
        return f"openai:{self._name}"

    @property
    def vision(self) -> bool:
        """As set, or guessed from the name; taken back when the server refuses an image."""
        return self._vision

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
            except Exception as error:  # the SDK lets through whatever its parsers and its HTTP library raise
                if self._drop(unsupported_parameters(error)):
                    continue
                failed += 1
                allowed = self._options.retries if self._connected or not nobody_there(error) else 1
                if not retryable(error) or failed > allowed:
                    raise translated(
                        error,
                        model=self._name,
                        url=self._url,
                        timeout_s=self._options.timeout_s,
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
        """One request, streamed."""
        stream = self._client.chat.completions.create(
            model=self._name,
            messages=cast(Any, [self._wire(m) for m in messages]),
            stream=True,
            **self._parameters,
        )
        answer = StreamedAnswer(url=self._url, model=self._name, limit_s=10 * self._options.timeout_s)
        with stream:
            kind = stream.response.headers.get("content-type", "")
            if "html" in kind:
                raise no_server(self._url, self._name)
            if "json" in kind:  # a server that does not stream
                return answer.whole(stream.response.iter_bytes())
            return answer.streamed(stream)

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
        if "images" in names and self._vision:
            self._vision = False
            return True
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
        try:
            return sorted(m.id for m in self._client.with_options(timeout=5.0).models.list())
        except (openai.OpenAIError, AttributeError, TypeError):
            return []


def make(argument: str, options: ModelOptions) -> OpenAIModel:
    """`openai:NAME`."""
    return OpenAIModel(argument, options)
