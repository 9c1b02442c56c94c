"""Which part of a block of Python is the goal check, and what of the rest it needs.

The check runs in another process, so it takes along the imports, functions and constants that it uses; a lookup by a
fixed name, such as `red = find("red block")`, is one of these and looks again there.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from typing import Final

from codepolicy.prompting.primitive_names import every_name
from codepolicy.static_checks.parsing import parsed

MAX_PARSED: Final = 65_536
"""Longer blocks, in characters, are split by their lines alone."""

_CHECK_NAMES: Final = re.compile(
    r"_*(?:(?:check|verify|test|is|assert|evaluate|validate|final|the)_*)*(?:goals?|success|done|completed?|finished|task)"
    r"(?:_*(?:check|checks|reached|achieved|met|done|complete|completed|success|condition|state|test|satisfied|fn))*_*"
    r"|check|verify|goal_?check|check_?goal|checkGoal|goalCheck|verification|validate|postcondition|check_result",
)
"""What models call a goal check when they do not call it `goal`."""
_MOTION: Final = re.compile(r"(?:pick|place|put|push|home|move_\w+|open_gripper|close_gripper|set_gripper)$")
_LOOKUPS: Final = frozenset({"find", "detect", "region"})
_DEF_GOAL: Final = re.compile(r"^(?:async )?def goal\(", re.MULTILINE)


def split_goal(block: str) -> tuple[str, str | None]:
    """`block` as the program, and the goal check with what it needs; None where there is no check."""
    tree = parsed(block) if len(block) <= MAX_PARSED else None
    if tree is None:
        return _split_by_lines(block)
    node = _goal_of(tree)
    if node is None:
        return block, None
    goal = _as_goal(block, node)
    needed = needs(goal, [block], without=node.name if isinstance(node, ast.FunctionDef) else "goal")
    return _without(block, tree, node), "\n".join([*needed, goal])


def wrapped(block: str) -> str | None:
    """A block that only looks and expects, as `def goal():`; None where it does anything else."""
    tree = parsed(block) if len(block) <= MAX_PARSED else None
    if tree is None or any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in tree.body):
        return None
    calls = _calls(tree)
    asserts = any(isinstance(n, ast.Assert) for n in ast.walk(tree))
    if ("expect" not in calls and not asserts) or any(map(_MOTION.match, calls)):
        return None
    if any(isinstance(n, ast.Constant) and isinstance(n.value, str) and "\n" in n.value for n in ast.walk(tree)):
        return None  # indenting would change the text
    return "def goal():\n" + "".join(f"    {line}\n" if line.strip() else "\n" for line in block.rstrip().split("\n"))


def needs(goal: str, blocks: Sequence[str], *, without: str = "goal") -> list[str]:
    """The top-level statements of `blocks` that `goal` uses and that mean the same in another process, in order."""
    tree = parsed(goal)
    if tree is None:
        return []
    missing = used(tree) - defined(tree) - every_name()  # a program cannot give the check other eyes
    asked = {q for n in ast.walk(tree) if isinstance(n, ast.expr) and (q := _looked_up(n)) is not None}
    available: list[tuple[set[str], set[str], str]] = []
    for block in blocks:
        source = parsed(block) if len(block) <= MAX_PARSED else None
        for statement in source.body if source is not None else ():
            names = _binds(statement)
            before = _looked_up(getattr(statement, "value", None)) in asked  # the check compares with the start
            if names and without not in names and not before and _portable(statement):
                text = ast.get_source_segment(block, statement)
                decorated = getattr(statement, "decorator_list", None)
                if text is not None:
                    available.append((names, used(statement), text if not decorated else ast.unparse(statement)))
    taken: set[int] = set()
    waiting = set(missing)
    while waiting:
        wanted = waiting.pop()
        index = next((i for i in reversed(range(len(available))) if wanted in available[i][0]), None)
        if index is not None and index not in taken:
            taken.add(index)
            waiting |= available[index][1] - every_name()
    return [available[i][2] for i in sorted(taken)]


def defined(tree: ast.AST) -> set[str]:
    """Names that the top level of `tree` binds."""
    return {name for statement in getattr(tree, "body", ()) for name in _binds(statement)}


def used(tree: ast.AST) -> set[str]:
    """Names that are read anywhere in `tree`, built-ins left out."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return {n for n in names if not hasattr(builtins, n)}


def _goal_of(tree: ast.Module) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | None:
    """The definition of the goal check: `goal` itself, or a function that looks like one."""
    for node in reversed(tree.body):
        match node:
            case ast.FunctionDef(name="goal") | ast.AsyncFunctionDef(name="goal"):
                return node
            case ast.Assign(targets=[ast.Name(id="goal")], value=ast.Lambda()):
                return node
            case _:
                pass
    likely = [
        n
        for n in tree.body
        if isinstance(n, ast.FunctionDef)
        and _CHECK_NAMES.fullmatch(n.name)
        and not _required(n)
        and not any(map(_MOTION.match, _calls(n)))
        and ("expect" in _calls(n) or any(isinstance(x, ast.Assert | ast.Return) for x in ast.walk(n)))
        and not _called_for_its_answer(tree, n.name)
    ]
    return likely[-1] if likely else None


def _required(function: ast.FunctionDef) -> bool:
    """Whether it must be called with arguments."""
    a = function.args
    return len(a.posonlyargs) + len(a.args) > len(a.defaults) or any(d is None for d in a.kw_defaults)


def _called_for_its_answer(tree: ast.Module, name: str) -> bool:
    """Whether the program uses what it returns to decide what to do."""
    calls = {id(n) for n in ast.walk(tree) if isinstance(n, ast.Call) and _name(n.func) == name}
    plain = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    printed = {id(a) for n in ast.walk(tree) if isinstance(n, ast.Call) and _name(n.func) == "print" for a in n.args}
    return bool(calls - plain - printed)


def _as_goal(block: str, node: ast.stmt) -> str:
    """The source of the check, under the name `goal`."""
    text = "\n".join(block.split("\n")[_first_line(node) - 1 : node.end_lineno]).rstrip()
    if isinstance(node, ast.FunctionDef) and node.name != "goal":
        text = re.sub(rf"\b{node.name}\b(?=\s*\()", "goal", text)
    return text + "\n"


def _without(block: str, tree: ast.Module, node: ast.stmt) -> str:
    """The program: `block` without the check and its calls; "" where nothing that moves or says anything is left."""
    name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else "goal"
    rest = [s for s in tree.body if s is not node]
    dropped = [s for s in rest if _only_calls(s, name)]
    kept = [s for s in rest if s not in dropped]
    defining = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    moving = any(_MOTION.match(c) for s in kept for c in _calls(s))
    if not moving and all(isinstance(s, defining) or _docstring(s) for s in kept):
        return ""
    calls = [s for k in kept for s in ast.walk(k) if isinstance(s, ast.stmt) and _only_calls(s, name)]
    uses = [n for k in kept for n in ast.walk(k) if isinstance(n, ast.Name) and n.id == name]
    still = len(uses) > len(calls)  # the program asks it for more than its word
    lines = block.split("\n")
    for statement in calls if not still else ():
        row = lines[statement.lineno - 1].encode()
        if statement.end_lineno == statement.lineno and statement.end_col_offset is not None:
            changed = row[: statement.col_offset] + b"pass" + row[statement.end_col_offset :]
            lines[statement.lineno - 1] = changed.decode()
    for statement in (*dropped, *(() if still else (node,))):
        first, last = _first_line(statement), statement.end_lineno or statement.lineno
        shared = any(s is not statement and s.lineno <= last and (s.end_lineno or s.lineno) >= first for s in tree.body)
        if shared:
            row = lines[first - 1].encode()
            end = statement.end_col_offset or len(row)
            lines[first - 1] = (row[: statement.col_offset] + b"pass" + row[end:]).decode()
            continue
        for number in range(first, last + 1):
            lines[number - 1] = "\0"
    return re.sub(r"(?:\0\n?)+", "", "\n".join(lines)).strip("\n") + "\n"


def _only_calls(statement: ast.stmt, name: str) -> bool:
    """`goal()`, `print(goal())`, and an `if __name__ == "__main__":` with nothing else in it."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=called), args=arguments)):
            inner = any(isinstance(a, ast.Call) and _name(a.func) == name for a in arguments)
            return called == name or (called == "print" and inner)
        case ast.Assert(test=ast.Call(func=ast.Name(id=called))):
            return called == name
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body, orelse=[]):
            return all(_only_calls(s, name) for s in body)
        case _:
            return False


def _portable(statement: ast.stmt) -> bool:
    """Whether the statement means the same when it runs again in another process, after the program."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.ClassDef():
            return True
        case ast.FunctionDef():
            return not any(map(_MOTION.match, _calls(statement)))
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _constant(value)
        case _:
            return False


def _constant(value: ast.expr) -> bool:
    """Literals of any depth, functions without a name, and a lookup by a literal name."""
    if isinstance(value, ast.Lambda) or _looked_up(value):
        return True
    plain = (
        ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.Name, ast.Load,
        ast.unaryop, ast.operator,
    )  # fmt: skip
    return all(isinstance(n, plain) for n in ast.walk(value))


def _looked_up(value: ast.expr | None) -> str | None:
    """What `find("red block")` and its like ask for."""
    match value:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as query)], keywords=[]):
            return query if name in _LOOKUPS else None
        case _:
            return None


def _binds(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {a.asname or a.name.partition(".")[0] for a in aliases}
        case ast.Assign(targets=targets):
            return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()


def _calls(tree: ast.AST) -> set[str]:
    return {_name(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def _split_by_lines(block: str) -> tuple[str, str | None]:
    """The same for a block that does not parse: the check is `def goal(` and what stands further in below it."""
    match = _DEF_GOAL.search(block)
    if match is None:
        return block, None
    lines = block[match.start() :].split("\n")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() and not line[0].isspace()), len(lines))
    goal = "\n".join(lines[:end]).strip() + "\n"
    rest = re.sub(r"^goal\(\)\s*$", "", block[: match.start()] + "\n".join(lines[end:]), flags=re.MULTILINE).strip()
    helpers = [s for s in re.split(r"\n(?=\S)", rest) if s.strip()]
    if all(re.match(r"(?:def|import|from)\b|#", s) for s in helpers):
        return "", "\n".join([*helpers, goal]).strip() + "\n"
    return rest + "\n", goal
