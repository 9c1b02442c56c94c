"""Which clauses of a goal check are about where things are, as far as its source says."""

from __future__ import annotations

import ast

from codepolicy.static_checks.parsing import parsed

MEASURED = frozenset({"position", "yaw", "on", "joint", "top"})
"""What an object has that a motion may change."""


def measured_lines(goal: str) -> frozenset[int]:
    """Lines of the clauses in `goal` whose condition reads a position, directly or through names given on the way."""
    tree = parsed(goal)
    if tree is None:
        return frozenset()
    clauses = [clause for node in ast.walk(tree) if (clause := _condition(node)) is not None]
    names = _measured_names(tree)
    return frozenset(line for line, test in clauses if _reads(test, names))


def _condition(node: ast.AST) -> tuple[int, ast.expr] | None:
    """Line and condition of a clause."""
    match node:
        case ast.Assert(test=test):
            return node.lineno, test
        case ast.Call(func=ast.Name(id="expect"), args=[test, *_]):
            return node.lineno, test
        case _:
            return None


def _measured_names(tree: ast.Module) -> set[str]:
    """Names that hold a position or something computed from one."""
    given = [(target, node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in node.targets]
    names: set[str] = set()
    while True:
        found = {
            leaf.id
            for target, value in given
            if _reads(value, names, keys=False)
            for leaf in ast.walk(target)
            if isinstance(leaf, ast.Name)
        }
        if found <= names:
            return names
        names |= found


def _reads(expression: ast.AST, names: set[str], *, keys: bool = True) -> bool:
    """Whether a position is read in `expression`; without `keys`, what a lambda sorts by does not count."""
    match expression:
        case ast.Lambda() if not keys:
            return False
        case ast.Attribute(attr=attribute) if attribute in MEASURED:
            return True
        case ast.Name(id=name):
            return name in names
        case _:
            return any(_reads(child, names, keys=keys) for child in ast.iter_child_nodes(expression))
