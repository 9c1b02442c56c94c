"""What the scene was like when the program was written, for goal checks and programs that need it.

The learned model writes names and leaves geometry to code. It may write

- `names('block')`: the names of all blocks in sight, from left to right; written out before it is run;
- `CORNERS`: the names of the four corners, written out likewise;
- `seen(name)`, `seen_all('blocks')`, `was(left_of, a, b)`: as it was at the first look, which is put in front;
- in the goal check, a variable of its program: what selected a thing before anything moved is copied into the check and
  looks at the first look, so that "the leftmost block" is still the one that was leftmost.

`without_first_look` undoes `with_first_look`, for programs to be learned from.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

from primitives.scene import SceneObject

CORNERS: Final = ("top left corner", "top right corner", "bottom left corner", "bottom right corner")
LOOK: Final = "first_look"
AT_FIRST: Final = "_at_first"
"""What a goal check's copies of its program's variables are called by, so that no reader takes one for the other."""
FUNCTIONS: Final = {
    "seen": '''
def seen(name):
    """The thing of that name as it was at the first look."""
    return next(o for o in first_look() if o.name == name)
''',
    "seen_all": '''
def seen_all(kind=""):
    """All things of a kind, e.g. "blocks" or "red blocks", as they were at the first look."""
    return [o for o in first_look() if all(o.category in word or word == o.color for word in kind.split())]
''',
    "was": '''
def was(relation, a, b):
    """Whether a was left_of, right_of, in_front_of or behind b at the first look; both are things or names."""
    a, b = [o if isinstance(o, SceneObject) else seen(o) for o in (a, b)]
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    return {"left_of": dy > 0, "right_of": dy < 0, "in_front_of": dx < 0, "behind": dx > 0}[relation.__name__]
''',
}
_RELATIONS: Final = frozenset(("left_of", "right_of", "in_front_of", "behind"))
_LOOKING: Final = {"find": "seen", "detect": "seen_all"}
_STILL: Final = frozenset((*_LOOKING, *_RELATIONS, "region", "names", "gap"))
"""Functions that select and move nothing; others must be Python's."""
_PLAIN: Final = frozenset(
    ("min", "max", "sorted", "len", "zip", "dict", "list", "tuple", "range", "enumerate", "abs", "sum", "any", "all",
     "reversed", "set", "float", "int", "round")
)  # fmt: skip


def from_left(objects: Sequence[SceneObject]) -> list[SceneObject]:
    """From left to right, as the prompt tells them."""
    return sorted(objects, key=lambda o: (-o.position[1], o.name))


def with_first_look(
    program: ast.Module, goal: ast.Module | None, objects: Sequence[SceneObject]
) -> tuple[ast.Module, ast.Module | None]:
    """Program and goal check as they can be run."""
    assigned = _selections(program)
    if goal is not None:
        goal = _with_variables(goal, assigned)
    found = [tree for tree in (program, goal) if tree is not None]
    spelled = [_looking_back(_Spelled(objects).visit(tree), objects) for tree in found]
    return spelled[0], spelled[1] if goal is not None else None


def without_first_look(
    program: ast.Module, goal: ast.Module, objects: Sequence[SceneObject]
) -> tuple[ast.Module, ast.Module]:
    """Program and goal check in the words that `with_first_look` reads."""
    for node in goal.body:
        if isinstance(node, ast.FunctionDef) and node.name == "goal":
            copied = [n for n in node.body if any(name.endswith(AT_FIRST) for name in _targets(n))]
            node.body = [n for n in node.body if n not in copied] or [ast.Pass()]
    goal = _Renamed(lambda name: name.removesuffix(AT_FIRST)).visit(goal)
    for tree in (program, goal):
        tree.body = [n for n in tree.body if not (isinstance(n, ast.FunctionDef) and n.name == LOOK)]
    return _Short(objects).visit(program), _Short(objects).visit(goal)


def _targets(node: ast.stmt) -> set[str]:
    """The names that an assignment gives values."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def _selections(program: ast.Module) -> list[tuple[str, ast.Assign]]:
    """Assignments at the top of a program that only look, up to the first of another kind, and names; in order."""
    found: list[tuple[str, ast.Assign]] = []
    known: set[str] = set()
    for node in program.body:
        if not isinstance(node, ast.Assign):
            if isinstance(node, (ast.Expr, ast.If, ast.For, ast.While)):
                break  # something may have moved
            continue
        called = {n.func for n in ast.walk(node.value) if isinstance(n, ast.Call)}
        plain = all(
            (isinstance(f, ast.Name) and (f.id in _STILL or f.id in _PLAIN))
            or (isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "math")
            or (isinstance(f, ast.Attribute) and f.attr in ("keys", "values", "items"))
            for f in called
        )
        if plain:
            found += [(name, node) for name in sorted(_targets(node) - known)]
            known |= _targets(node)
    return found


def _with_variables(goal: ast.Module, assigned: Sequence[tuple[str, ast.Assign]]) -> ast.Module:
    """`goal` with the assignments of its program that it needs, looking at the first look."""
    function = next((n for n in goal.body if isinstance(n, ast.FunctionDef) and n.name == "goal"), None)
    if function is None:
        return goal
    own = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    needed = _loaded(function) - own
    chosen: list[ast.Assign] = []
    for name, node in reversed(assigned):
        if name in needed and node not in chosen:
            chosen.insert(0, node)
            needed |= _loaded(node.value)
    names = {name for node in chosen for name in _targets(node)}
    copies = [_Looking().visit(ast.parse(ast.unparse(node)).body[0]) for node in chosen]
    function.body[:0] = copies
    return _Renamed(lambda name: name + AT_FIRST if name in names else name).visit(goal)


def _loaded(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _looking_back(tree: ast.Module, objects: Sequence[SceneObject]) -> ast.Module:
    """`tree` with the first look in front where something in it looks back."""
    if not _loaded(tree) & set(FUNCTIONS):
        return tree
    things = ", ".join(
        f"SceneObject(name={o.name!r}, category={o.category!r}, color={o.color!r}, position={o.position!r}, "
        f"size={o.size!r}, on={o.on!r})"
        for o in from_left(objects)
    )
    tree.body[:0] = ast.parse(f"def {LOOK}():\n    return [{things}]").body
    return tree


class _Renamed(ast.NodeTransformer):
    """Variables by other names."""

    def __init__(self, named: Callable[[str], str]) -> None:
        self._named = named

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A variable."""
        node.id = self._named(node.id)
        return node


class _Looking(ast.NodeTransformer):
    """Calls that look, made to look at the first look."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name):
            if node.func.id in _LOOKING:
                node.func.id = _LOOKING[node.func.id]
            elif node.func.id in _RELATIONS:
                node.args = [node.func, *node.args]
                node.func = ast.Name("was", ast.Load())
        return node


class _Spelled(ast.NodeTransformer):
    """`names(…)` and `CORNERS` written out."""

    def __init__(self, objects: Sequence[SceneObject]) -> None:
        self._objects = from_left(objects)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`names("block")`."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="names"), args=[ast.Constant(value=str() as kind)]):
                found = [o.name for o in self._objects if o.category == kind]
                return _literal(found) if found else node
            case _:
                return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """`CORNERS`."""
        return _literal(CORNERS) if node.id == "CORNERS" and isinstance(node.ctx, ast.Load) else node


class _Short(ast.NodeTransformer):
    """What `_Spelled` wrote out, in short again."""

    def __init__(self, objects: Sequence[SceneObject]) -> None:
        kinds = dict.fromkeys(o.category for o in objects)
        ordered = from_left(objects)
        self._kinds = {tuple(o.name for o in ordered if o.category == kind): kind for kind in kinds}

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        """A tuple of names."""
        values = tuple(e.value if isinstance(e, ast.Constant) else None for e in node.elts)
        if values == CORNERS:
            return ast.Name("CORNERS", ast.Load())
        kind = self._kinds.get(values)  # type: ignore[arg-type]
        if kind is not None:
            return ast.Call(ast.Name("names", ast.Load()), [ast.Constant(kind)], [])
        self.generic_visit(node)
        return node


def _literal(values: Sequence[str]) -> ast.expr:
    return ast.Tuple([ast.Constant(v) for v in values], ast.Load())
