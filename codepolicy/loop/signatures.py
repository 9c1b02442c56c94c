"""How the functions of a program are called, for prompts of later turns."""

from __future__ import annotations

import ast

from codepolicy.static_checks.parsing import parsed


def signatures(program: str) -> dict[str, str]:
    """Each function at the top level of `program` as `name(parameters)`; empty when it does not parse."""
    tree = parsed(program)
    return {
        node.name: f"{node.name}({ast.unparse(node.args)})"
        for node in (tree.body if tree is not None else ())
        if isinstance(node, ast.FunctionDef)
    }
