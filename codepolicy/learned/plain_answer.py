"""The rule-based writer's answers in the words of the learned model, for it to learn from once they were executed.

The writer works out where things stand and writes it down; a small model learns words sooner than arithmetic, so here

- all blocks stand in the order of the scene, in towers, lines and corners;
- a goal check speaks of the thing that its program selected, of the first look, and of both branches of a condition,
  instead of what the writer found out by looking at the scene.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from codepolicy.learned.compact_prompt import compact, target
from codepolicy.learned.first_look import CORNERS, from_left
from codepolicy.learned.known_functions import without_known
from codepolicy.prompting.prompt_reader import ReadPrompt
from codepolicy.static_checks.parsing import parsed
from primitives.scene import SceneObject


def plain(program: str, goal: str, read: ReadPrompt) -> str | None:
    """Program and goal check said plainly, in the colours of the compact prompt; None where one is no Python."""
    trees = parsed(program), parsed(goal)
    if trees[0] is None or trees[1] is None:
        return None
    first, second = without_known(trees[0]), without_known(trees[1])
    ordered = _InOrder(read.objects)
    first, second = ordered.visit(first), ordered.visit(second)
    for rewrite in (_towers, _plans, _unstacked, _mixed, _conditions, _selected, _positions):
        rewrite(first, second, read)
    code = [ast.unparse(ast.fix_missing_locations(tree)) for tree in (first, second)]
    code = [re.sub(r"\bstart_of_\w+", "start", text) for text in code]
    return target(code[0], code[1], read.objects, colors=compact(read).colors)


class _InOrder(ast.NodeTransformer):
    """Tuples of all names of a kind, in the order of the scene."""

    def __init__(self, objects: Sequence[SceneObject]) -> None:
        self._kinds: dict[frozenset[str], list[str]] = {}
        for o in from_left(objects):
            names = [other.name for other in from_left(objects) if other.category == o.category]
            self._kinds[frozenset(names)] = names

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        """A tuple."""
        self.generic_visit(node)
        values = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        names = self._kinds.get(frozenset(values)) if len(values) == len(node.elts) and values else None
        if names is not None and len(names) == len(values):
            node.elts = [ast.Constant(name) for name in names]
        return node


def _goal(tree: ast.Module) -> ast.FunctionDef | None:
    return next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "goal"), None)


def _assigned(tree: ast.Module, name: str) -> ast.Assign | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return node
    return None


def _constants(tree: ast.AST) -> set[object]:
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}


def _is_all(node: ast.expr, read: ReadPrompt) -> bool:
    """Whether it names all things of one kind."""
    found = _constants(node)
    kinds = {o.category for o in read.objects if o.name in found}
    return len(kinds) == 1 and {o.name for o in read.objects if o.category in kinds} == found


def _towers(program: ast.Module, goal: ast.Module, read: ReadPrompt) -> None:
    """A tower of all blocks, from the left one up."""
    tower, check = _assigned(program, "tower"), _goal(goal)
    if tower is None or check is None or not isinstance(tower.value, ast.Tuple) or not _is_all(tower.value, read):
        return
    loop = ast.parse("for lower, upper in zip(tower, tower[1:]):\n    expect(on(upper, lower))").body[0]
    kept: list[ast.stmt] = []
    for clause in check.body:
        text = ast.unparse(clause)
        if re.match(r"expect\(on\('", text):
            continue
        place = re.match(r"expect\(in_region\('[^']*', '([^']*)'\)", text)
        kept += ast.parse(f"expect(in_region(tower[0], {place[1]!r}))").body if place else [clause]
    check.body = [*kept, loop]
    program.body.remove(tower)
    for i, node in enumerate(program.body):
        place = re.match(r"put\(find\('[^']*'\), (region\('[^']*'\))\)$", ast.unparse(node))
        if place:
            program.body[i] = ast.parse(f"put(find(tower[0]), {place[1]})").body[0]
    program.body.insert(0, tower)


def _plans(program: ast.Module, goal: ast.Module, read: ReadPrompt) -> None:
    """Corners dealt out from left to right."""
    plan, check = _assigned(program, "plan"), _goal(goal)
    if plan is None or check is None or not isinstance(plan.value, ast.Dict):
        return
    keys = [k.value for k in plan.value.keys if isinstance(k, ast.Constant)]
    values = {v.value for v in plan.value.values if isinstance(v, ast.Constant)}
    names = [o.name for o in from_left(read.objects) if o.name in keys]
    if values <= set(CORNERS) and _is_all(ast.Tuple([ast.Constant(n) for n in names]), read):
        plan.value = ast.parse(f"dict(zip({tuple(names)!r}, {CORNERS!r}))", mode="eval").body
        check.body = ast.parse("for name, place_name in plan.items():\n    expect(in_region(name, place_name))").body


_UNSTACKED = """
for block in sorted(detect('blocks'), key=lambda b: b.position[2], reverse=True):
    if block.on != 'table':
        put(block, free_spot(block, block.position[:2]))
"""
_MIXED = """
for block in detect('blocks'):
    target = [b for b in detect('bowls') if b.color != block.color][0]
    put(block, target)
"""


def _unstacked(program: ast.Module, goal: ast.Module, read: ReadPrompt) -> None:
    """A stack taken apart from the top down, whatever stands in it."""
    lines = ast.unparse(program).splitlines()
    pair = re.compile(r"(\w+) = find\('[^']*'\)\nput\(\1, free_spot\(\1, \1\.position\[:2\]\)\)")
    pairs = ["\n".join(lines[i : i + 2]) for i in range(0, len(lines), 2)]
    check = _goal(goal)
    if len(pairs) < 2 or check is None or not all(pair.fullmatch(p) for p in pairs):
        return
    found = re.fullmatch(r"for name in (\(.*\)):\n    expect\(on\(name, 'table'\).*", ast.unparse(check.body[0]))
    if found and _is_all(ast.parse(found[1], mode="eval").body, read):
        program.body = ast.parse(_UNSTACKED).body


def _mixed(program: ast.Module, goal: ast.Module, _: ReadPrompt) -> None:
    """Every block into some bowl of another colour."""
    pairs = [re.fullmatch(r"put\(find\('(.*) block'\), find\('(.*) bowl'\)\)", ast.unparse(n)) for n in program.body]
    check = _goal(goal)
    if check is None or "b.color != find(name).color" not in ast.unparse(check) or not all(pairs):
        return
    if all(pair[1] != pair[2] for pair in pairs if pair):
        program.body = ast.parse(_MIXED).body


def _conditions(program: ast.Module, goal: ast.Module, read: ReadPrompt) -> None:
    """Both branches of a condition on how things stand."""
    check = _goal(goal)
    if len(program.body) != 1 or not isinstance(program.body[0], ast.If) or check is None:
        return
    node = program.body[0]
    test = re.fullmatch(r"(left_of|right_of|in_front_of|behind)\((.*)\)", ast.unparse(node.test))
    branches = [[_wanted(s, read) for s in body] for body in (node.body, node.orelse)]
    if test is None or any(w is None for branch in branches for w in branch) or not all(branches):
        return
    lines = [f"if was({test[1]}, {test[2]}):", *(f"    {w}" for w in branches[0])]
    check.body = ast.parse("\n".join([*lines, "else:", *(f"    {w}" for w in branches[1])])).body


def _wanted(node: ast.stmt, read: ReadPrompt) -> str | None:
    """What holds after `put` of a thing into, onto or at something."""
    text = ast.unparse(node)
    into = re.fullmatch(r"put\(find\('([^']*)'\), find\('([^']*)'\)\)", text)
    if into:
        hollow = any(o.name == into[2] and o.category in ("bowl", "box", "cup", "mug") for o in read.objects)
        return f"expect({'inside' if hollow else 'on'}({into[1]!r}, {into[2]!r}))"
    at = re.fullmatch(r"put\(find\('([^']*)'\), region\('([^']*)'\)\)", text)
    return f"expect(in_region({at[1]!r}, {at[2]!r}))" if at else None


def _selected(program: ast.Module, goal: ast.Module, read: ReadPrompt) -> None:
    """The thing or corner that the program selects, by its variable."""
    told = _constants(program)
    names = {o.name for o in read.objects}
    chosen = [
        n.targets[0].id
        for n in program.body
        if isinstance(n, ast.Assign)
        and isinstance(n.targets[0], ast.Name)
        and n.targets[0].id in ("block", "thing", "corner")
        and not re.match(r"find\('", ast.unparse(n.value))
    ]
    things = [c for c in chosen if c != "corner"]

    class Named(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            if node.value in names and node.value not in told and len(things) == 1:
                return ast.Name(things[0], ast.Load())
            if node.value in CORNERS and "corner" in chosen:
                return ast.Name("corner", ast.Load())
            return node

    Named().visit(goal)


def _positions(program: ast.Module, goal: ast.Module, read: ReadPrompt) -> None:
    """Where a thing stood, instead of its numbers."""
    found = {(round(o.position[0], 3), round(o.position[1], 3)): o.name for o in read.objects}
    variables = {
        m[1]: n.targets[0].id
        for n in program.body
        if isinstance(n, ast.Assign)
        and isinstance(n.targets[0], ast.Name)
        and (m := re.fullmatch(r"find\('([^']*)'\)", ast.unparse(n.value)))
    }

    class Placed(ast.NodeTransformer):
        def __init__(self, known: dict[str, str]) -> None:
            self._known = known

        def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
            try:
                value = ast.literal_eval(node)
            except ValueError:
                return self.generic_visit(node)
            name = found.get(value) if len(value) == 2 and all(isinstance(v, float) for v in value) else None
            if name is None:
                return node
            thing = self._known.get(name, f"seen({name!r})")
            return ast.parse(f"{thing}.position[:2]", mode="eval").body

    Placed({}).visit(program)
    Placed(variables).visit(goal)
