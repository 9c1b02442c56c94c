"""Blanks the type hints of a program, in place.

Python does not look at them, so a wrong one is no fault of the program; a type checker would believe it.
"""

from __future__ import annotations

import ast


def without_annotations(source: str, tree: ast.Module) -> str:
    """The same program with blanks where parameters, results and local variables are annotated.

    Lines and columns stay where they are. Fields of classes keep their annotations, which dataclasses need.
    """
    lines = [bytearray(line.encode()) for line in source.split("\n")]
    fields = {id(s) for n in ast.walk(tree) if isinstance(n, ast.ClassDef) for s in n.body}
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name, annotation=ast.expr() as hint):
                start = (node.lineno, node.col_offset + len(name.encode()))
                _blank(lines, start, _end(hint))
            case ast.AnnAssign(target=target, annotation=hint, value=ast.expr()) if id(node) not in fields:
                _blank(lines, _end(target), _end(hint))
            case ast.FunctionDef(returns=ast.expr() as hint) | ast.AsyncFunctionDef(returns=ast.expr() as hint):
                arrow = bytes(lines[hint.lineno - 1][: hint.col_offset]).rfind(b"->")
                if arrow >= 0:
                    _blank(lines, (hint.lineno, arrow), _end(hint))
            case _:
                pass
    blanked = b"\n".join(lines).decode()
    try:
        ast.parse(blanked)
    except SyntaxError:  # a hint in brackets of its own
        return source
    return blanked


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _blank(lines: list[bytearray], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Overwrite from `start` to `end`, (line from 1, byte)."""
    for row in range(start[0], end[0] + 1):
        line = lines[row - 1]
        first = start[1] if row == start[0] else 0
        if row == end[0]:
            line[first : end[1]] = b" " * (end[1] - first)
        else:  # the brackets of the hint held the lines together
            line[first:] = b" " * (len(line) - first - 1) + b"\\"
