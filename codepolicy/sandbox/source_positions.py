"""The expression of a program that a frame is at, as it was written."""

from __future__ import annotations

import ast
import linecache
import textwrap
import types
from itertools import islice


def expression_at(frame: types.FrameType, instruction: int) -> tuple[ast.expr, str]:
    """The expression that an instruction belongs to, and its source.

    Args:
        frame: of a program.
        instruction: index of the instruction in bytes, as `tb_lasti` and `f_lasti` give it.

    Raises:
        LookupError: the position is not known.
        SyntaxError: what stands there is no expression by itself.
    """
    line, end_line, column, end_column = next(islice(frame.f_code.co_positions(), instruction // 2, None))
    if line is None or end_line is None or column is None or end_column is None:
        raise LookupError("no position")
    name = frame.f_code.co_filename
    rows = [linecache.getline(name, n).rstrip("\n").encode() for n in range(line, end_line + 1)]
    rows[-1] = rows[-1][:end_column]
    rows[0] = rows[0][column:]
    source = b"\n".join(rows).decode()
    source = source if len(rows) == 1 else f"({textwrap.dedent(source)})"
    return ast.parse(source, mode="eval").body, source


def text_of(node: ast.expr, source: str, limit: int) -> str:
    """`node` as written in `source`, on one line, at most `limit` characters."""
    text = " ".join((ast.get_source_segment(source, node) or "").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
