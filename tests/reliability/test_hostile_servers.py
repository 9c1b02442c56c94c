"""Whatever a server does, a request ends in time, in bounds of memory, and in a sentence without the key."""

from __future__ import annotations

import base64
import gzip
import json
import time
import tracemalloc
import zlib
from urllib.parse import quote

import pytest
from hostile_server import JSON, STREAM, Behaviour, forever, once, served, silent, slowly

from codepolicy.models.openai import OpenAIModel
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, ModelError, Reply
from primitives.errors import ConfigurationError

ASK = (Message(role="system", text="be brief"), Message(role="user", text="hello"))
KEY = "sk-Zq8vT1/Wm+4pLx=Rd7Nc5Yb"
PIECE_S = 0.3
"""So long may a piece take here; a whole reply ten times that."""
LIMIT_S = 10 * PIECE_S + 2.0
MEMORY = 60_000_000


def chunk(text: str = "x", **more: object) -> bytes:
    value = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}], **more}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def bomb(encoding: str, size: int = 300_000_000) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    packed = b"".join(packer.compress(b"a" * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: {encoding}\r\n\r\n".encode() + packed
    )


def error_status(status: int, body: bytes, headers: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status} No\r\ncontent-type: application/json\r\n".encode() + headers + b"\r\n" + body


CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
NESTED = b'{"choices":' + b"[" * 200_000
HOSTILE: dict[str, Behaviour] = {
    "closes at once": once(b""),
    "says nothing": silent(),
    "no HTTP": once(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "binary": forever(bytes(range(256))),
    "one endless line": forever(b"a" * 65_536),
    "a status line a byte a second": slowly(b"HTTP/1.1 200 OK\r\n" * 50, 0.1),
    "headers a byte at a time": slowly(STREAM[:-2] + b"x: y\r\n" * 500, 0.1),
    "endless headers": forever(b"x-a: b\r\n", first=STREAM[:-2]),
    "one endless header": forever(b"a" * 1000, first=STREAM[:-2] + b"x: "),
    "endless 100 continue": forever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless 102 processing": forever(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "slow 103 hints": forever(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", every_s=0.1),
    "comments for ever": forever(b": keep-alive\n\n", first=STREAM, every_s=0.05),
    "comments at full speed": forever(b": keep-alive\n\n" * 1000, first=STREAM),
    "a byte of the body at a time": slowly(STREAM + chunk("hello") * 1000, 0.02),
    "one token at a time for ever": forever(chunk(), first=STREAM, every_s=0.05),
    "empty events for ever": forever(b'data: {"choices": []}\n\n', first=STREAM),
    "blank lines for ever": forever(b"\n" * 10_000, first=STREAM),
    "one endless event": forever(b"a" * 65_536, first=STREAM + b"data: "),
    "endless data lines": forever(b"data: " + b"a" * 1000 + b"\n", first=STREAM),
    "an endless reply": forever(chunk("x" * 10_000), first=STREAM),
    "endless thought": forever(
        b'data: {"choices": [{"delta": {"reasoning_content": "' + b"h" * 5000 + b'"}}]}\n\n', first=STREAM
    ),
    "endless calls": forever(
        b'data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "'
        + b"h" * 5000
        + b'"}}]}}]}\n\n',
        first=STREAM,
    ),
    "stalls in the middle": silent(STREAM + chunk()),
    "endless JSON": forever(b"[" * 65_536, first=JSON),
    "endless JSON string": forever(b"a" * 65_536, first=JSON + b'{"choices": "'),
    "nested JSON": once(JSON + NESTED),
    "nested event": once(STREAM + b"data: " + NESTED + b"\n\n"),
    "a number of 100000 digits": once(STREAM + b'data: {"choices": ' + b"9" * 100_000 + b"}\n\n"),
    "a gzip bomb": once(bomb("gzip")),
    "a deflate bomb": once(bomb("deflate")),
    "an encoding nobody asked for": once(STREAM[:-2] + b"content-encoding: br\r\n\r\n" + b"x" * 100),
    "no gzip at all": once(STREAM[:-2] + b"content-encoding: gzip\r\n\r\n" + b"x" * 100),
    "a huge error": forever(b"e" * 65_536, first=error_status(500, b"")),
    "a slow error": forever(b"e", first=error_status(500, b""), every_s=0.1),
    "a bomb as error": once(
        error_status(500, gzip.compress(b"a" * 200_000_000), headers=b"content-encoding: gzip\r\n")
    ),
    "half of what was promised": once(STREAM[:-2] + b"content-length: 100000\r\n\r\n" + chunk()),
    "an endless chunk size": forever(b"0" * 1000, first=CHUNKED),
    "a chunk size that is none": once(CHUNKED + b"zz\r\nhello\r\n"),
    "a huge chunk": silent(CHUNKED + b"ffffffffffff\r\nx"),
    "endless trailers": forever(b"x: y\r\n", first=CHUNKED + b"0\r\n"),
    "redirects for ever": once(b"HTTP/1.1 307 T\r\nlocation: /v1/again\r\ncontent-length: 0\r\n\r\n"),
    "redirects elsewhere": once(b"HTTP/1.1 307 T\r\nlocation: http://203.0.113.7/v1\r\ncontent-length: 0\r\n\r\n"),
    "asks to wait for ever": once(error_status(429, b"{}", headers=b"retry-after: " + b"9" * 300 + b"\r\n")),
    "asks to wait until the year 99999": once(
        error_status(429, b"{}", headers=b"retry-after: Wed, 21 Oct 99999 07:28:00 GMT\r\n")
    ),
    "text where numbers belong": once(
        STREAM + b'data: {"choices": [{"delta": {"content": {"a": 1}}}], "usage": "much"}\n\n'
    ),
    "choices that are none": once(STREAM + b'data: {"choices": [1, null, "x"]}\n\ndata: [DONE]\n\n'),
}


def asked(url: str, **options: object) -> Reply:
    settings = {"base_url": url, "timeout": PIECE_S, "retries": 0, **options}
    return OpenAIModel("small", ModelOptions(**settings), sleep=lambda _s: None).complete(ASK)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_time_and_memory_with_a_sentence(name: str) -> None:
    tracemalloc.start()
    try:
        with served(HOSTILE[name]) as url:
            began = time.monotonic()
            with pytest.raises((ModelError, ConfigurationError)) as caught:
                asked(url)
            took = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert took < LIMIT_S
    assert peak < MEMORY
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700


def test_it_gives_up_where_a_server_does_not_read() -> None:
    ask = (Message(role="user", text="x" * 30_000_000),)
    with served(silent(), read_request=False) as url:
        began = time.monotonic()
        with pytest.raises(ModelError, match="sent nothing for"):
            OpenAIModel("small", ModelOptions(base_url=url, timeout=PIECE_S, retries=0)).complete(ask)
    assert time.monotonic() - began < LIMIT_S


ECHOES = {
    "as it is": KEY,
    "url-encoded": quote(KEY, safe=""),
    "url-encoded in lower case": quote(KEY, safe="").lower(),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 of the header": base64.b64encode(f"Bearer {KEY}".encode()).decode()[10:],
    "base64 after x": base64.b64encode(f"x{KEY}".encode()).decode(),
    "without its end": KEY[:-6],
    "without its beginning": KEY[5:],
    "masked": f"{KEY[:6]}********{KEY[-4:]}",
    "dotted": f"{KEY[:5]}...{KEY[-4:]}",
    "hex": KEY.encode().hex(),
    "backwards": KEY[::-1],
    "escaped": json.dumps(KEY)[1:-1].replace("/", "\\/"),
}


@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("status", [401, 400, 500, 200])
def test_a_key_that_is_echoed_is_not_told(name: str, status: int) -> None:
    echo = ECHOES[name]
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {echo}"}}).encode()
    with served(once(error_status(status, body))) as url, pytest.raises((ModelError, ConfigurationError)) as caught:
        asked(url)
    told = str(caught.value)
    assert "Incorrect API key provided" in told
    assert not any(echo[i : i + 6] in told for i in range(len(echo) - 5) if "*" not in echo[i : i + 6])


def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(once(STREAM + chunk("ok"))) as url:
        monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
        assert asked(url).text == "ok", "what pasting leaves is trimmed"
        for bad in (f"{KEY[:9]}\n{KEY[9:]}", f"{KEY}ü", f"{KEY} two"):
            monkeypatch.setenv("OPENAI_API_KEY", bad)
            with pytest.raises(ConfigurationError, match="OPENAI_API_KEY holds") as caught:
                asked(url)
            assert KEY[:6] not in str(caught.value)


@pytest.mark.parametrize("url", ["http://user:hunter2secret@127.0.0.1:9/v1", "ftp://user:hunter2secret@x/v1"])
def test_the_password_of_an_address_is_not_told(url: str) -> None:
    with pytest.raises((ModelError, ConfigurationError)) as caught:
        asked(url)
    assert "hunter2" not in str(caught.value) and "user" not in str(caught.value).replace("user-", "")


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:9", "socks5h://u:passw0rd9@127.0.0.1:9", "ftp://x", "http://x:y"]
)
def test_a_proxy_that_cannot_be_used_is_a_sentence(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ConfigurationError, match=r"the proxy .* from the environment") as caught:
        asked("http://model.invalid/v1")
    assert "passw0rd9" not in str(caught.value)


@pytest.mark.parametrize("count", ["-5", '"many"', "NaN", "Infinity", "1e300", "9" * 5000, "true", "[1]", "0.5"])
def test_counts_that_cannot_be_are_ignored_and_said(count: str) -> None:
    usage = f'{{"prompt_tokens": {count}, "completion_tokens": {count}}}'.encode()
    data = b'data: {"choices": [], "usage": ' + usage + b"}\n\n"
    with served(once(STREAM + chunk("ok") + data)) as url:
        reply = asked(url)
    assert reply.text == "ok"
    assert reply.usage.input_tokens is None and reply.usage.output_tokens is None
    assert any("prompt_tokens" in note for note in reply.notes)
