"""The answers that a goal check got, to ask it again what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from primitives.failures import Failure, PolicyError
from primitives.scene import Relation

Call: TypeAlias = Callable[[str, Sequence[msgspec.Raw], Mapping[str, msgspec.Raw], int | None], object]
"""Answers a call: name, positional and keyword arguments as MessagePack, program line."""
_condition: msgspec.msgpack.Decoder[bool | Relation] = msgspec.msgpack.Decoder(bool | Relation)
_Key: TypeAlias = tuple[str, tuple[bytes, ...], tuple[tuple[str, bytes], ...]]


@dataclass(slots=True)
class RecordedAnswers:
    """What was asked and answered, in order, and which conditions were stated."""

    truths: list[bool] = field(default_factory=lambda: list[bool]())
    """Of each `expect`."""
    _given: dict[_Key, list[object]] = field(default_factory=lambda: dict[_Key, list[object]]())

    def around(self, call: Call) -> Call:
        """`call`, remembered."""

        def remembered(
            name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None
        ) -> object:
            if name == "expect":
                self.truths.append(_truth(args, kwargs))
                return call(name, args, kwargs, line)
            answers = self._given.setdefault(_key(name, args, kwargs), [])
            try:
                answer = call(name, args, kwargs, line)
            except Failure as failure:
                answers.append(failure)
                raise
            answers.append(answer)
            return answer

        return remembered

    def again(self, truths: list[bool]) -> Call:
        """Answers the same questions in the same way, and notes in `truths` which conditions are then stated."""
        left = {key: list(answers) for key, answers in self._given.items()}

        def replayed(
            name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None
        ) -> object:
            if name == "expect":
                truths.append(_truth(args, kwargs))
                return None
            answers = left.get(_key(name, args, kwargs))
            if not answers:
                raise PolicyError(f"{name} was not asked this the last time", line=line)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Failure):
                raise answer
            return answer

        return replayed


def _key(name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw]) -> _Key:
    return name, tuple(bytes(a) for a in args), tuple(sorted((k, bytes(v)) for k, v in kwargs.items()))


def _truth(args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw]) -> bool:
    raw = args[0] if args else kwargs.get("condition")
    try:
        return raw is not None and bool(_condition.decode(raw))
    except msgspec.MsgspecError:
        return False
