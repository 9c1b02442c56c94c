"""Reading what a Chat Completions server answers: streamed or whole, as text, as thought, or as a call of a tool."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

import msgspec

from codepolicy.models.openai_errors import NotCompletion, ServerError, no_server, words_of
from codepolicy.models.protocol import ModelError, Reply, Usage
from codepolicy.models.reply_progress import Listener

MAX_REPLY = 400_000
"""Characters after which a reply is broken off."""
MAX_LINE = 8 * MAX_REPLY
"""Bytes of one event, or of a whole answer in JSON, which may take six for a character."""
MAX_TOKENS = 100_000_000
"""More than this in one reply is no count."""
_SOURCE = ("code", "program", "python", "source", "script", "input")
"""Arguments of a tool that hold a whole program."""

Json = dict[str, object]


def read(pieces: Iterable[bytes], *, url: str, model: str, kind: str, tell: Listener | None = None) -> Reply:
    """The reply in the body that comes in `pieces`.

    Args:
        pieces: the body as it comes.
        url: address of the server, for people.
        model: the model asked for.
        tell: is told what comes, where the server streams.
        kind: content type, which servers are careless about: the body's beginning has the last word.

    Raises:
        ModelError: it is too long, or an error in words.
        ConfigurationError: it is no chat completion at all.
        NotCompletion: it begins as one, and is none.
    """
    if "html" in kind:
        raise no_server(url, model)
    answer = _Collected(url=url, model=model, tell=tell)
    lines = _lines(pieces, model)
    first = next((line for line in lines if line.strip()), b"")
    if first.lstrip(b"\xef\xbb\xbf \t").startswith((b"{", b"[", b"<")) or "json" in kind:
        return answer.whole(b"\n".join(_bounded([first, *lines], model)))
    for event in _events([first], lines):
        if not answer.add(event):
            break
    return answer.reply()


def _lines(pieces: Iterable[bytes], model: str) -> Iterator[bytes]:
    """The lines of a body, each no longer than `MAX_LINE`."""
    buffer = bytearray()
    for piece in pieces:
        start = len(buffer)
        buffer += piece
        while (end := buffer.find(b"\n", start)) >= 0:
            yield bytes(buffer[:end]).rstrip(b"\r")
            del buffer[: end + 1]
            start = 0
        if len(buffer) > MAX_LINE:
            raise _too_long(model)
    yield bytes(buffer)


def _bounded(lines: Iterable[bytes], model: str) -> Iterator[bytes]:
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > MAX_LINE:
            raise _too_long(model)
        yield line


def _events(*parts: Iterable[bytes]) -> Iterator[bytes]:
    """The data of server-sent events. An event ends with its line where that is JSON, else with an empty line."""
    data = b""
    for line in (line for part in parts for line in part):
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            data = data + b"\n" + value if data else value
            if data.endswith((b"}", b"]")) and _decoded(data) is not None:
                yield data
                data = b""
        elif not line.strip() and data:
            yield data
            data = b""
    if data:
        yield data


@dataclass(slots=True)
class _Call:
    """A call of a tool, which comes in pieces."""

    name: str = ""
    arguments: list[str] = field(default_factory=lambda: list[str]())


@dataclass(slots=True, kw_only=True)
class _Collected:
    """What has come so far."""

    url: str
    model: str
    tell: Listener | None = None
    text: list[str] = field(default_factory=lambda: list[str]())
    thought: list[str] = field(default_factory=lambda: list[str]())
    refused: list[str] = field(default_factory=lambda: list[str]())
    calls: dict[int, _Call] = field(default_factory=lambda: dict[int, _Call]())
    size: int = 0
    finish: str = "stop"
    usage: Usage = field(default_factory=Usage)
    notes: dict[str, None] = field(default_factory=lambda: dict[str, None]())
    seen: bool = False

    def whole(self, body: bytes) -> Reply:
        """From the body of a server that does not stream."""
        value = _decoded(body.lstrip(b"\xef\xbb\xbf"))
        if not isinstance(value, dict):
            raise no_server(self.url, self.model)
        answer = cast(Json, value)
        if not isinstance(answer.get("choices"), list):
            words = words_of(answer)
            if words is not None:
                raise ModelError(f"{self.url} answers with an error: {words}")
            raise no_server(self.url, self.model)
        self._take(answer)
        return self.reply()

    def add(self, data: bytes) -> bool:
        """Take one event; whether there may be more."""
        if data.strip() == b"[DONE]":
            self.seen = True
            return False
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise NotCompletion(str(error)) from error
        value = _decoded(data)
        if not isinstance(value, dict):
            raise NotCompletion(f"{data[:60].decode(errors='replace')!r} is no JSON object")
        self._take(cast(Json, value))
        return True

    def _take(self, chunk: Json) -> None:
        if chunk.get("error") and not chunk.get("choices"):
            raise ServerError(0, {}, cast(object, chunk))
        self.seen = True
        name = chunk.get("model")
        self.model = name[:200] if isinstance(name, str) and name else self.model
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self._count(cast(Json, usage))
        choices = chunk.get("choices")
        for choice in cast("list[object]", choices) if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(cast(Json, choice))
        if self.size > MAX_REPLY:
            raise _too_long(self.model)

    def _choice(self, choice: Json) -> None:
        if choice.get("index") not in (None, 0):  # one reply was asked for
            return
        finish = choice.get("finish_reason")
        self.finish = finish if isinstance(finish, str) and finish else self.finish
        told = choice.get("delta") or choice.get("message")
        delta = cast(Json, told) if isinstance(told, dict) else {"content": choice.get("text")}
        text, thought = _text(delta.get("content")), _text(delta.get("reasoning_content") or delta.get("reasoning"))
        self._add(self.text, text)
        self._add(self.thought, thought)
        if self.tell is not None and (text or thought):
            self.tell(text, thought)
        self._add(self.refused, _text(delta.get("refusal")))
        calls = delta.get("tool_calls")
        for position, call in enumerate(cast("list[object]", calls) if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                self._call(cast(Json, call), position)
        if isinstance(delta.get("function_call"), dict):
            self._call({"function": delta["function_call"]}, 0)

    def _call(self, call: Json, position: int) -> None:
        index, function = call.get("index"), call.get("function")
        if not isinstance(function, dict):
            return
        number = index if isinstance(index, int) else position
        if len(self.calls) > 100 and number not in self.calls:
            return
        known = self.calls.setdefault(number, _Call())
        name, arguments = cast(Json, function).get("name"), cast(Json, function).get("arguments")
        known.name = (name if isinstance(name, str) else "")[:200] or known.name
        if isinstance(arguments, dict):  # some servers send them decoded
            arguments = json.dumps(arguments)
        self._add(known.arguments, _text(arguments))

    def _add(self, parts: list[str], piece: str) -> None:
        if piece:
            parts.append(piece)
            self.size += len(piece)

    def _count(self, usage: Json) -> None:
        """Take over the counts that can be true, and note the others."""
        details = usage.get("prompt_tokens_details")
        cached = cast(Json, details).get("cached_tokens") if isinstance(details, dict) else None
        told = Usage(
            input_tokens=self._tokens("prompt_tokens", usage.get("prompt_tokens")),
            cached_tokens=self._tokens("cached_tokens", cached),
            output_tokens=self._tokens("completion_tokens", usage.get("completion_tokens")),
        )
        if told.cached_tokens is not None and told.cached_tokens > (told.input_tokens or 0):
            told = msgspec.structs.replace(told, cached_tokens=None)
        if told.input_tokens is not None:
            self.usage = told

    def _tokens(self, name: str, value: object) -> int | None:
        if value is None:
            return None
        counted = value if isinstance(value, (int, float)) and not isinstance(value, bool) else -1
        if 0 <= counted <= MAX_TOKENS and counted == int(counted):
            return int(counted)
        self.notes[f"{self.url} counts {name} as {repr(value)[:40]}, which cannot be; it is estimated"] = None
        return None

    def reply(self) -> Reply:
        """What it comes to. Raises ConfigurationError when nothing came."""
        if not self.seen:
            raise no_server(self.url, self.model)
        text, refusal, thought = "".join(self.text), "".join(self.refused).strip(), "".join(self.thought)
        if refusal or self.finish == "content_filter":
            words = refusal or text.strip() or "the provider's content filter stopped the reply"
            return self._made(words, "refusal")
        finish = "length" if self.finish in ("length", "max_tokens") else "stop"
        if "```" not in text and self.calls:
            called = "\n\n".join(_called(call) for _, call in sorted(self.calls.items()))
            text = f"{text}\n\n{called}" if text.strip() else called
        if not text.strip() and finish == "stop" and "```" in thought:  # a server that takes all for thought
            text = thought
        return self._made(text, finish)

    def _made(self, text: str, finish: Literal["stop", "length", "refusal"]) -> Reply:
        return Reply(text=text, model=self.model, usage=self.usage, finish=finish, notes=tuple(self.notes)[:10])


def _text(value: object) -> str:
    """Content as text: as it is, null, or a list of parts. Raises NotCompletion for anything else."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # JSON may hold half of a surrogate pair
    if isinstance(value, list):
        parts = [cast(Json, part).get("text") for part in cast("list[object]", value) if isinstance(part, dict)]
        return "".join(_text(part) for part in parts)
    raise NotCompletion(f"the content is a {type(value).__name__}")


def _called(call: _Call) -> str:
    """A call of a tool as text: the program that one argument holds, else the call in the marks of a chat format."""
    text = "".join(call.arguments)
    value = _decoded(text.encode())
    if not isinstance(value, dict):
        return text
    arguments = cast(Json, value)
    source = next((arguments[name] for name in _SOURCE if isinstance(arguments.get(name), str)), None)
    if source is not None and len(arguments) == 1:
        program = cast(str, source)
        return program if "```" in program else f"```python\n{program}\n```"
    told = json.dumps({"name": call.name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{told}\n</tool_call>"


def _decoded(data: bytes) -> object:
    """JSON; with NaN and numbers of any length, which some servers send. None when it is none."""
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return json.loads(data, parse_int=lambda digits: int(digits) if len(digits) < 18 else math.inf)
    except (ValueError, RecursionError):
        return None


def _too_long(model: str) -> ModelError:
    return ModelError(f"{model!r} wrote more than {MAX_REPLY} characters and was cut off")
