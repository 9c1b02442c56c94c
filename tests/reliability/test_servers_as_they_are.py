"""Servers that are not OpenAI's: what they refuse is left out, and what they answer instead is read."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile_server import JSON, STREAM, Behaviour, once, received, served

from codepolicy.models.openai import OpenAIModel
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, ModelError, Reply
from primitives.errors import ConfigurationError

ASK = (Message(role="system", text="be brief"), Message(role="user", text="hello"))


def error(status: int, value: object) -> bytes:
    return f"HTTP/1.1 {status} No\r\ncontent-type: application/json\r\n\r\n".encode() + json.dumps(value).encode()


def whole(message: dict[str, object], **more: object) -> bytes:
    return JSON + json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": message}], **more}).encode()


def events(*deltas: dict[str, object]) -> bytes:
    lines = [json.dumps({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas]
    return STREAM + "".join(f"data: {line}\n\n" for line in lines).encode() + b"data: [DONE]\n\n"


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A server with these answers, the last of which repeats, and what it was asked."""
    asked: list[dict[str, object]] = []

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        asked.append(json.loads(received(connection).partition(b"\r\n\r\n")[2]))
        connection.sendall(answers[min(len(asked), len(answers)) - 1])

    with served(behave, read_request=False) as url:
        yield url, asked


def ask(url: str, **options: object) -> Reply:
    settings = {"base_url": url, "timeout": 5.0, "retries": 1, **options}
    return OpenAIModel("small", ModelOptions(**settings), sleep=lambda _s: None).complete(ASK)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_a_stream_that_is_refused_is_done_without() -> None:
    words = "Streaming is not supported for this model"
    with answering(error(400, {"error": {"message": words}}), whole({"content": "plain"})) as (url, asked):
        assert ask(url).text == "plain"
    assert asked[0]["stream"] is True
    assert not {"stream", "stream_options"} & asked[1].keys()


@pytest.mark.parametrize(
    "words",
    [
        "System role not supported",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "messages[0].role: 'system' is not one of ['user', 'assistant']",
        "the system prompt is unsupported by this model",
    ],
)
@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_system_message_that_is_refused_goes_into_the_question(words: str, status: int) -> None:
    with answering(error(status, {"detail": words}), events({"content": "ok"})) as (url, asked):
        assert ask(url).text == "ok"
    assert asked[1]["messages"] == [{"role": "user", "content": "be brief\n\nhello"}]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"detail": "the model is still loading"}, "the model is still loading"),
        ({"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}, "body.messages: field required"),
        ({"message": "no such deployment"}, "no such deployment"),
        ({"error": "out of cheese"}, "out of cheese"),
        ({"error": {"message": "bad\x1b]52;c;aGk=\x07 thing"}}, r"bad \]52;c;aGk= thing"),
    ],
)
def test_errors_are_told_in_the_server_s_words(body: object, told: str) -> None:
    with answering(error(418, body)) as (url, _), pytest.raises((ModelError, ConfigurationError), match=told):
        ask(url)


@pytest.mark.parametrize(
    "kind", [b"application/json", b"text/event-stream", b"text/plain", b"application/octet-stream"]
)
def test_json_instead_of_a_stream_is_read(kind: bytes) -> None:
    answer = whole({"content": "plain", "role": "assistant"}).replace(b"application/json", kind)
    indented = answer.replace(b"{", b"{\n  ")
    for form in (answer, indented):
        with answering(form) as (url, _):
            assert ask(url).text == "plain"


SCRIPT = {"code": "pick('red block')"}


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (whole({"content": None, "reasoning_content": "hm", "refusal": None, "tool_calls": None}, x=1), None),
        (whole({"content": "a", "reasoning_content": "hm"}), "a"),
        (whole({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}), "ab"),
        (whole({"content": "", "reasoning": "so:\n```python\nhome()\n```"}), "so:\n```python\nhome()\n```"),
        (events({"content": None}, {"content": "a"}, {"content": ""}, {"content": "b"}), "ab"),
        (
            whole({"content": None, "tool_calls": [{"function": {"name": "python", "arguments": json.dumps(SCRIPT)}}]}),
            "```python\npick('red block')\n```",
        ),
        (
            events(
                {"tool_calls": [{"index": 0, "function": {"name": "put", "arguments": '{"obj": "red '}}]},
                {"tool_calls": [{"index": 0, "function": {"arguments": 'block", "target": "bowl"}'}}]},
            ),
            '<tool_call>\n{"name": "put", "arguments": {"obj": "red block", "target": "bowl"}}\n</tool_call>',
        ),
        (
            whole({"content": "I'll do that.", "tool_calls": [{"function": {"name": "home", "arguments": "{}"}}]}),
            'I\'ll do that.\n\n<tool_call>\n{"name": "home", "arguments": {}}\n</tool_call>',
        ),
        (
            whole({"content": None, "function_call": {"name": "x", "arguments": {"program": "home()"}}}),
            "```python\nhome()\n```",
        ),
        (STREAM + b'data: {"choices": [{"text": "old"}]}\n', "old"),
        (STREAM + b'event: x\r\nid: 4\r\ndata:{"choices": [{"delta": {"content": "crlf"}}]}\r\n\r\n', "crlf"),
        (STREAM + b'data: {"choices": [{"delta":\ndata: {"content": "two lines"}}]}\n\n', "two lines"),
    ],
    ids=["nothing", "thought", "parts", "all thought", "null", "tool", "tool in pieces", "words and a tool", "function",
         "text", "crlf", "lines"],
)  # fmt: skip
def test_answers_of_other_shapes(answer: bytes, text: str | None) -> None:
    with answering(answer) as (url, _):
        if text is None:
            with pytest.raises(ModelError, match="an empty reply 2 times"):
                ask(url)
        else:
            assert ask(url).text == text


def test_hints_before_the_answer_are_passed_over() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 3
    with answering(b"HTTP/1.1 100 Continue\r\n\r\n" + hints + events({"content": "ok"})) as (url, _):
        assert ask(url).text == "ok"


def test_a_proxy_is_asked_and_told_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        heads.append(received(connection))
        connection.sendall(events({"content": "ok"}))

    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with served(behave, read_request=False) as url:
        monkeypatch.setenv("http_proxy", url.replace("http://", "http://me:passw0rd@").removesuffix("/v1"))
        assert ask("http://model.invalid/v1").text == "ok"
    assert heads[0].startswith(b"POST http://model.invalid/v1/chat/completions HTTP/1.1\r\n")
    assert b"proxy-authorization: basic bwu6cgfzc3cwcmq=" in heads[0].lower()


def test_a_query_in_the_address_stays_behind_the_path() -> None:
    heads: list[bytes] = []

    def behave(connection: socket.socket, _over: threading.Event) -> None:
        heads.append(received(connection))
        connection.sendall(events({"content": "ok"}))

    with served(behave, read_request=False) as url:
        assert ask(f"{url}/?api-version=1&key=geheim").text == "ok"
    assert heads[0].startswith(b"POST /v1/chat/completions?api-version=1&key=geheim HTTP/1.1\r\n")


GENTLE: Behaviour = once(events({"content": "ok"}))


def test_a_request_leaves_nothing_open() -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with served(GENTLE) as url:
        ask(url)
        before = descriptors()
        for _ in range(20):
            ask(url)
        assert descriptors() <= before + 2
