"""What a person's program imports for their editor alone: `from primitives.api import find, pick`."""

from __future__ import annotations

import ast


def without_api_imports(source: str) -> str:
    """`source` without its imports from `primitives.api`, which are defined anyway; lines keep their numbers."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    lines = source.split("\n")
    for node in tree.body:
        if not isinstance(node, ast.ImportFrom) or node.module != "primitives.api" or node.level:
            continue
        if all(alias.asname is None for alias in node.names):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno)
            after = lines[last - 1].encode()[node.end_col_offset :].strip()
            if not node.col_offset and (not after or after.startswith(b"#")):
                lines[first:last] = [""] * (last - first)
    return "\n".join(lines)
