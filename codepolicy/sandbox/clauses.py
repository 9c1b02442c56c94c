"""`assert` in a goal check as a clause, and conditions that are true whatever the scene is like."""

from __future__ import annotations

import ast
import inspect
import types
from typing import Final, cast

import numpy as np

from codepolicy.sandbox.source_positions import expression_at, text_of
from primitives.failures import BadArgument
from primitives.scene import Relation

CLAUSE: Final = "__clause__"
"""What an `assert` of a goal check calls."""
MAX_MESSAGE: Final = 120


def with_clauses(source: str, filename: str) -> ast.Module:
    """The tree of a goal check, each `assert condition, message` a call of `__clause__` with both.

    Raises:
        SyntaxError: `source` is no Python.
    """
    return ast.fix_missing_locations(_Asserts().visit(ast.parse(source, filename)))


class _Asserts(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.Expr:
        """One clause; its message is the condition as written where there is none."""
        test, message = node.test, node.msg
        match test:
            case ast.Tuple(elts=[condition, text]) if message is None:  # assert (condition, message) is always true
                test, message = condition, text
            case _:
                pass
        words = message if message is not None else ast.Constant(ast.unparse(test)[:MAX_MESSAGE])
        call = ast.Call(func=ast.Name(id=CLAUSE, ctx=ast.Load()), args=[test, words], keywords=[])
        return ast.copy_location(ast.Expr(ast.copy_location(call, node)), node)


def message_at(frame: types.FrameType | None) -> str:
    """The first argument of the call that `frame` is at, as written; "" where that cannot be told."""
    if frame is None:
        return ""
    try:
        node, source = expression_at(frame, frame.f_lasti)
    except (LookupError, SyntaxError, ValueError, RecursionError, StopIteration):
        return ""
    return text_of(node.args[0], source, MAX_MESSAGE) if isinstance(node, ast.Call) and node.args else ""


def truth(condition: object) -> object:
    """The condition of an `expect`: a relation keeps its measured values, anything else becomes true or false.

    Raises:
        BadArgument: it is true whatever the scene is like.
    """
    if isinstance(condition, Relation):
        return condition
    wrong = _always_true(condition)
    if wrong:
        raise BadArgument(f"expect: the condition is {wrong}. As it is, it says nothing about the scene")
    return bool(condition)


def _always_true(condition: object) -> str:
    """What `condition` is, and what to write instead, where it cannot be false; "" where it can."""
    match condition:
        case str():
            return "a text; the condition comes first, then the message"
        case tuple():
            return "a tuple; give condition and message as two arguments"
        case list() if condition and all(is_answer(c) for c in cast(list[object], condition)):
            return "a list of answers; put it into all(…) or any(…)"
        case _ if inspect.isgenerator(condition):
            return "a generator; put it into all(…) or any(…)"
        case _ if inspect.isfunction(condition):
            return "a function; call it"
        case _:
            return ""


def is_answer(value: object) -> bool:
    """Whether `value` is true or false in so many words."""
    return isinstance(value, bool | np.bool_ | Relation)
