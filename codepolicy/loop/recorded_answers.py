"""The answers that a goal check got, to ask it again what it makes of them."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec

from codepolicy.loop.measurement_noise import alike, moved
from codepolicy.sandbox import wire_values
from primitives.failures import BudgetSpent, Failure, PolicyError
from primitives.scene import Relation

Call: TypeAlias = Callable[[str, Sequence[msgspec.Raw], Mapping[str, msgspec.Raw], int | None], object]
"""Answers a call: name, positional and keyword arguments as MessagePack, program line."""
_condition: msgspec.msgpack.Decoder[bool | Relation] = msgspec.msgpack.Decoder(bool | Relation)
KEPT_BYTES: Final = 16 * 2**20
"""Most bytes of answers that are kept of one goal check, images included."""
_KEPT_QUESTION: Final = 4096


@dataclass(slots=True)
class RecordedAnswers:
    """What was asked and answered, in order, and which conditions were stated."""

    truths: list[bool] = field(default_factory=lambda: list[bool]())
    """Of each `expect`."""
    _given: dict[bytes, list[object]] = field(default_factory=lambda: dict[bytes, list[object]]())
    """Answers by what was asked."""
    _bytes: int = 0

    def around(self, call: Call) -> Call:
        """`call`, remembered; it raises `BudgetSpent` where the answers exceed `KEPT_BYTES`."""

        def remembered(
            name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None
        ) -> object:
            if name == "expect":
                self.truths.append(_truth(args, kwargs))
                return call(name, args, kwargs, line)
            question = _question(name, args, kwargs)
            answers = self._given.setdefault(question, [])
            try:
                answer = call(name, args, kwargs, line)
            except Failure as failure:
                self._count(failure.report())
                answers.append(copy.copy(failure))  # without its traceback, whose frames hold the arguments
                raise
            arrays: list[wire_values.Array] = []
            try:
                self._count(wire_values.pack(answer, arrays), arrays)
            except TypeError:
                return answer  # cannot be sent: the sandbox says whose fault it is
            answers.append(answer)
            return answer

        return remembered

    def _count(self, answer: object, arrays: Sequence[wire_values.Array] = ()) -> None:
        self._bytes += len(msgspec.msgpack.encode(answer)) + sum(a.nbytes for a in arrays)
        if self._bytes > KEPT_BYTES:
            raise BudgetSpent(
                f"the goal check was given {self._bytes} bytes of answers; the limit is {KEPT_BYTES}",
                hint="Look less often, and keep questions short.",
            )

    def again(self, truths: list[bool], noise: int) -> Call:
        """Answers the same questions with the noise of that seed (`measurement_noise`), by which they may differ, too.

        Which conditions are then stated is noted in `truths`.
        """
        left = {question: list(answers) for question, answers in self._given.items()}

        def replayed(
            name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None
        ) -> object:
            if name == "expect":
                truths.append(_truth(args, kwargs))
                return None
            question = _question(name, args, kwargs)
            if question not in left:
                question = next((asked for asked in left if _alike(asked, question)), question)
            answers = left.get(question)
            if not answers:
                raise PolicyError(f"{name} was not asked this the last time", line=line)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Failure):
                raise answer
            return moved(answer, noise)

        return replayed


def _question(name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw]) -> bytes:
    """Name and arguments as MessagePack; of a long one a digest."""
    question = msgspec.msgpack.encode((name, args, dict(sorted(kwargs.items()))))
    return question if len(question) <= _KEPT_QUESTION else hashlib.sha256(question).digest()


def _alike(one: bytes, two: bytes) -> bool:
    """Whether two questions differ by no more than the noise of a camera."""
    try:
        return len(one) == len(two) and alike(msgspec.msgpack.decode(one), msgspec.msgpack.decode(two))
    except msgspec.MsgspecError:  # digests
        return False


def _truth(args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw]) -> bool:
    raw = args[0] if args else kwargs.get("condition")
    try:
        return raw is not None and bool(_condition.decode(raw))
    except msgspec.MsgspecError:
        return False
