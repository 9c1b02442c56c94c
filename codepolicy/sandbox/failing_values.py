"""What the value was on which an exception of the program was raised: how many items, which keys, or None."""

from __future__ import annotations

import ast
import types
from collections.abc import Sized
from itertools import islice
from typing import Any, cast

from codepolicy.sandbox.source_positions import expression_at, text_of

MAX_KEYS = 8
MAX_TEXT = 60
"""Characters of an expression or a key that are quoted."""


def advice(error: BaseException) -> str | None:
    """One sentence on the value that could not be indexed or had no such attribute; None where that is not known."""
    if not isinstance(error, IndexError | KeyError | TypeError | AttributeError):
        return None
    try:
        node, source, frame = _failing(error)
    except (LookupError, SyntaxError, ValueError, RecursionError):
        return None
    match node:
        case ast.Subscript(value=owner) | ast.Attribute(value=owner):
            pass
        case _:
            return None
    text = text_of(owner, source, MAX_TEXT)
    if isinstance(error, TypeError | AttributeError):
        if "'NoneType' object" not in str(error):
            return None
        return f"{text} is None here: test it before you use it, or find out why nothing was assigned"
    value = _value(owner, frame)
    if isinstance(value, dict):
        keys = [repr(k)[:MAX_TEXT] for k in islice(cast(dict[Any, Any], value), MAX_KEYS)]
        return f"{text} has the keys {', '.join(keys)}" if keys else f"{text} is empty here"
    if not isinstance(value, Sized):
        return None
    count = len(value)
    if not count:
        return f"{text} is empty here: see under Calls what was found, and test a list before you take from it"
    return f"{text} has {count} item{'s' if count > 1 else ''} here, so its last index is {count - 1}"


def _failing(error: BaseException) -> tuple[ast.expr, str, types.FrameType]:
    """The expression of the program that raised, its source, and the frame."""
    own = [tb for tb in _tracebacks(error) if tb.tb_frame.f_code.co_filename.startswith("<program ")]
    last = own[-1]
    if last.tb_next is not None:
        raise LookupError("it was raised in a library")
    node, source = expression_at(last.tb_frame, last.tb_lasti)
    return node, source, last.tb_frame


def _tracebacks(error: BaseException) -> list[types.TracebackType]:
    found: list[types.TracebackType] = []
    step = error.__traceback__
    while step is not None:
        found.append(step)
        step = step.tb_next
    return found


def _value(node: ast.expr, frame: types.FrameType) -> object:
    """The value of a name or of an attribute of one; None where it is anything else."""
    match node:
        case ast.Name(id=name):
            return frame.f_locals.get(name, frame.f_globals.get(name))
        case ast.Attribute(value=owner, attr=name):
            return getattr(_value(owner, frame), name, None)
        case _:
            return None
