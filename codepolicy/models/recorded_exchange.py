"""A recorded conversation: one readable JSON file for each request, found again by what was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from codepolicy.models.protocol import Message, Reply
from codepolicy.redaction import redacted, redacted_json
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, regular_bytes


class RecordedExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its reply."""

    key: str
    sample: int
    messages: tuple[Message, ...]
    reply: Reply


def key(messages: Sequence[Message], sample: int) -> str:
    """Sixteen hex digits of the whole conversation, images included, and the sample's number."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(msgspec.json.encode(msgspec.structs.replace(message, text=redacted(message.text))))
    digest.update(str(sample).encode())
    return digest.hexdigest()[:16]


def write(folder: Path, messages: Sequence[Message], sample: int, reply: Reply) -> Path:
    """Keep one request, whole or not at all."""
    name = key(messages, sample)
    recording = RecordedExchange(key=name, sample=sample, messages=tuple(messages), reply=reply)
    target = folder / f"{name}.json"
    partial = target.with_suffix(".partial")
    partial.write_bytes(redacted_json(msgspec.json.format(msgspec.json.encode(recording), indent=2)) + b"\n")
    partial.replace(target)
    return target


def read(path: Path) -> RecordedExchange:
    """One recording. Raises ConfigurationError when the file is none."""
    try:
        return msgspec.json.decode(regular_bytes(path, "recording"), type=RecordedExchange)
    except (ConfigurationError, *DAMAGE) as error:
        raise ConfigurationError(f"{str(path)!r} is no recording: {error}") from error
