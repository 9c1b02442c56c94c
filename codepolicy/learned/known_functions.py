"""Functions that the learned model calls without writing them: the rule-based writer's, which its teacher used.

`without_known` takes them out of a program to be learned from; `with_known` puts those that a program calls in front of
it, with what they call in turn. The model then writes a few lines where its program has sixty.
"""

from __future__ import annotations

import ast
from functools import cache

from codepolicy.learned.first_look import FUNCTIONS
from codepolicy.offline.codegen.snippets import SNIPPETS, with_snippets
from codepolicy.offline.codegen.tool_functions import MECHANISMS
from codepolicy.static_checks.parsing import parsed

_SOURCES = SNIPPETS | MECHANISMS | FUNCTIONS


@cache
def _known() -> dict[str, str]:
    """The normal form of each function, by its name."""
    return {name: ast.dump(ast.parse(source).body[0]) for name, source in _SOURCES.items()}


def without_known(tree: ast.Module) -> ast.Module:
    """`tree` without definitions that are a known function's to the letter, and without the imports that these need."""
    known = _known()
    body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.FunctionDef) and known.get(node.name) == ast.dump(node))
        and not (isinstance(node, ast.Import) and {a.name for a in node.names} <= {"math", "itertools"})
    ]
    return ast.Module(body=body, type_ignores=[])


def with_known(program: str) -> str:
    """`program` with imports and the known functions that it calls and does not define in front."""
    tree = parsed(program)
    own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)} if tree is not None else set[str]()
    return with_snippets(program, {name: source for name, source in _SOURCES.items() if name not in own})
