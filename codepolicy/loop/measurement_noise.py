"""Answers as a camera might have measured them another time: changed by less than any of them is known.

A goal check that holds follows from the scene only where it holds for these, too; one that asks for the last digits of
a position tosses a coin with the noise of the next look.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final, cast

import msgspec

from primitives.scene import Grasp, Pose, Relation, SceneObject

LENGTH_M: Final = 0.0003
"""By so much a position or a size is moved at most, along each axis."""
ANGLE_RAD: Final = 0.003
CONFIDENCE: Final = 0.003
_DECIMAL: Final = re.compile(r"\d+\.\d{3}\b")
"""A length as the text of a relation has it."""
_SAME: Final = 10 * max(LENGTH_M, ANGLE_RAD)
"""Numbers of a question that differ by less may follow from the same look."""


def moved(answer: object, seed: int) -> object:
    """`answer` with every thing and pose in it moved, by an amount that follows from `seed` and what was measured.

    Plain numbers, images and whether a relation holds stay; what it measured is moved, in its text, too.
    """
    match answer:
        case SceneObject():
            shift = _shift(answer, seed)
            wider = shift(LENGTH_M)  # round and square things stay so
            return msgspec.structs.replace(
                answer,
                position=tuple(v + shift(LENGTH_M) for v in answer.position),
                size=(answer.size[0] + wider, answer.size[1] + wider, answer.size[2] + shift(LENGTH_M)),
                yaw=answer.yaw + shift(ANGLE_RAD) if answer.yaw else 0.0,
                confidence=min(1.0, max(0.0, answer.confidence + shift(CONFIDENCE))),
                joint=None if answer.joint is None else answer.joint + shift(LENGTH_M),
            )
        case Relation():
            shift = _shift(answer, seed)
            values = {name: value + shift(LENGTH_M) for name, value in answer.values.items()}
            text = _DECIMAL.sub(lambda found: f"{abs(float(found.group()) + shift(0.001)):.3f}", answer.text)
            return msgspec.structs.replace(answer, values=values, text=text)
        case Pose():
            shift = _shift(answer, seed)
            return msgspec.structs.replace(answer, position=tuple(v + shift(LENGTH_M) for v in answer.position))
        case Grasp():
            return msgspec.structs.replace(
                answer, pose=moved(answer.pose, seed), pre_grasp=moved(answer.pre_grasp, seed)
            )
        case list():
            return [moved(item, seed) for item in cast("list[object]", answer)]
        case tuple():
            return tuple(moved(item, seed) for item in cast("tuple[object, ...]", answer))
        case dict():
            return {key: moved(item, seed) for key, item in cast("dict[object, object]", answer).items()}
        case _:
            return answer


def _shift(measured: object, seed: int) -> Callable[[float], float]:
    generator = random.Random(msgspec.msgpack.encode(measured) + seed.to_bytes(4))
    return lambda most: generator.uniform(-most, most)


def alike(one: object, two: object) -> bool:
    """Whether two questions, decoded from MessagePack, may be one, asked after two looks at the same scene."""
    if isinstance(one, float) or isinstance(two, float):
        return isinstance(one, float | int) and isinstance(two, float | int) and abs(one - two) <= _SAME
    if isinstance(one, list) and isinstance(two, list):
        pair = cast("list[object]", one), cast("list[object]", two)
        return len(pair[0]) == len(pair[1]) and all(map(alike, *pair))
    if isinstance(one, dict) and isinstance(two, dict):
        before, after = cast("dict[object, object]", one), cast("dict[object, object]", two)
        return before.keys() == after.keys() and all(alike(before[key], after[key]) for key in before)
    return one == two
