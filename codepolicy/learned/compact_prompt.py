"""The prompt of a model that has learned the API: instruction and scene in a few tokens, no manual.

    Scene: green bowl, red block
    Do: put the red block in the green bowl
    Program:
    put(find('red block'), find('green bowl'))
    def goal():
        expect(inside('red block', 'green bowl'))

Objects stand from left to right, each with what it rests in or on unless that is the table. Where they stand is left
to the program, and to the first look that a goal check may use (`first_look`). A clause of the goal check gets its
condition as its message. A colour that the model did not train with is called by one that it did and that is not in
sight, and the reply is read back: names are labels, so this changes nothing but the letters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from codepolicy.learned.first_look import from_left, with_first_look, without_first_look
from codepolicy.learned.known_functions import with_known, without_known
from codepolicy.prompting.prompt_reader import ReadPrompt
from codepolicy.static_checks.parsing import parsed
from primitives.colors import COLORS, SYNONYMS
from primitives.scene import SceneObject

VERSION: Final = 2
"""Raised whenever the same request would read differently: an adapter is made for one."""
PALETTE: Final = ("red", "green", "blue", "yellow", "orange", "black", "white", "lime")
"""The colours that training uses, each one token of the base model. The paper's five unseen ones are not among them."""
MAX_OBJECTS: Final = 24
MAX_FEEDBACK: Final = 160
_STANDS: Final = "so it proves nothing; the program was not run"
"""Feedback to a goal check that holds from the start, as that of there and back does: the model is asked again, stands
by its answer, and that is run."""
_COLOR_WORD: Final = re.compile(r"\b(" + "|".join((*COLORS, *SYNONYMS)) + r")\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CompactPrompt:
    """A request in few tokens."""

    text: str
    """Ends where the program begins."""
    colors: Mapping[str, str]
    """What the text calls a colour, by the scene's name."""
    level: str
    """Of the surface."""
    objects: tuple[SceneObject, ...] = ()
    """Of the scene, in its own colours."""

    @property
    def instruction(self) -> str:
        """In the text's colours."""
        return next((line[4:] for line in self.text.splitlines() if line.startswith("Do: ")), "")

    def reply(self, written: str) -> str:
        """What the model wrote as a reply of two fenced blocks, in the scene's colours, with the functions it calls."""
        back = {own: name for name, own in self.colors.items()}
        program, goal = _split(recolored(written, back))
        trees = parsed(program), parsed(goal)
        if trees[0] is not None and trees[1] is not None:
            first, second = with_first_look(trees[0], trees[1], self.objects)
            program, goal = (
                ast.unparse(ast.fix_missing_locations(tree)) for tree in (first, second) if tree is not None
            )
        blocks = [with_known(program.strip() + "\n")] if program.strip() else []
        blocks += [with_known(_worded(goal.strip()) + "\n")] if goal.strip() else []
        return "\n".join(f"```python\n{block}```" for block in blocks)


def compact(prompt: ReadPrompt, palette: Sequence[str] = PALETTE) -> CompactPrompt:
    """`prompt` in few tokens, its colours called by those of `palette`."""
    lines = ["Scene: " + (", ".join(_told(o) for o in from_left(prompt.objects)[:MAX_OBJECTS]) or "empty")]
    lines += [f"Before: {instruction}" for instruction in prompt.session[-2:]]
    lines.append(f"Do: {' '.join(prompt.instruction.split())}")
    if prompt.level != "skill":
        lines.append(f"Surface: {prompt.level}")
    if prompt.feedback is not None and _STANDS not in prompt.feedback:
        lines += ["Tried:", shortened(prompt.program or "", prompt.objects), f"Result: {_short(prompt.feedback)}"]
    text = _COLOR_WORD.sub(lambda m: SYNONYMS.get(m[0].lower(), m[0]), "\n".join([*lines, "Program:\n"]))
    colors = _called(text, palette)
    return CompactPrompt(recolored(text, colors), colors, prompt.level, prompt.objects)


def target(
    program: str, goal: str | None, objects: Sequence[SceneObject] = (), *, colors: Mapping[str, str] | None = None
) -> str | None:
    """What the model should write for `program` and `goal`; None where one of them is no Python.

    Args:
        program: as it was run.
        goal: as it was checked.
        objects: of the scene; a loop of the check goes through them from left to right.
        colors: what the request calls colours, by the scene's name.
    """
    trees = [parsed(program), parsed(goal or "")]
    if trees[0] is None or trees[1] is None:
        return None
    first, second = (without_known(tree) for tree in trees if tree is not None)
    second = _Wordless().visit(_Ordered([o.name for o in from_left(objects)]).visit(second))
    first, second = without_first_look(first, second, objects)
    parts = [ast.unparse(ast.fix_missing_locations(tree)) for tree in (first, second)]
    return recolored("\n".join(part for part in parts if part), colors or {})


def shortened(program: str, objects: Sequence[SceneObject] = ()) -> str:
    """`program` as the model would have written it; as it is where it is no Python."""
    tree = parsed(_unfenced(program))
    if tree is None:
        return _unfenced(program).strip()
    first, _ = without_first_look(without_known(tree), ast.Module([], []), objects)
    return ast.unparse(ast.fix_missing_locations(first))


def recolored(text: str, colors: Mapping[str, str]) -> str:
    """`text` with all colours exchanged at once."""
    return _COLOR_WORD.sub(lambda m: colors.get(m[0].lower(), m[0]), text)


class _Ordered(ast.NodeTransformer):
    """Names that a goal check goes through, in the order of the scene: the clauses are the same in any order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._place = {name: i for i, name in enumerate(names)}

    def visit_For(self, node: ast.For) -> ast.AST:
        """A loop over names written out."""
        if isinstance(node.iter, ast.Tuple):
            names = [e.value for e in node.iter.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
            if len(names) == len(node.iter.elts) and all(name in self._place for name in names):
                node.iter.elts = [ast.Constant(name) for name in sorted(names, key=lambda n: self._place[n])]
        return node


class _Wordless(ast.NodeTransformer):
    """Clauses without their message."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """An `expect` with a message."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "expect" and len(node.args) == 2:
            node.args = node.args[:1]
        return node


class _Worded(ast.NodeTransformer):
    """Clauses with their condition as the message."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """An `expect` without a message."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "expect" and len(node.args) == 1 and not node.keywords:
            node.args = [node.args[0], _message(node.args[0])]
        return node


def _message(condition: ast.expr) -> ast.expr:
    """The condition as text, with the value of the variable that a loop gives it."""
    text = ast.Constant(ast.unparse(condition))
    named = [n for n in ast.walk(condition) if isinstance(n, ast.Name) and n.id == "name"]
    if not named or any(
        isinstance(n.ctx, ast.Store) for n in named
    ):  # a comprehension's own variable has no value outside
        return text
    return ast.JoinedStr([ast.Constant(f"{text.value}, name = "), ast.FormattedValue(ast.Name("name"), -1)])


def _worded(goal: str) -> str:
    tree = parsed(goal)
    return goal if tree is None else ast.unparse(ast.fix_missing_locations(_Worded().visit(tree)))


def _told(o: SceneObject) -> str:
    joint = f" joint {o.joint:.2f}" if o.joint is not None else ""
    return f"{o.name}{joint}" + (f" on {o.on}" if o.on != "table" else "")


def _short(feedback: str) -> str:
    """The first line of feedback and the clauses that fail.

    Without numbers of lines, which the model does not see, and without what is in sight, which the scene tells.
    """
    lines = feedback.splitlines() or [""]
    chosen = [lines[0].partition("; I see:")[0], *(line for line in lines[1:] if line.startswith("- FAILS"))]
    return re.sub(r" on line \d+| \(line \d+ of the check\)", "", " ".join(chosen))[:MAX_FEEDBACK]


def _called(text: str, palette: Sequence[str]) -> dict[str, str]:
    """What to call each colour of `text`: itself where it is of the palette, or else one that is free."""
    found = dict.fromkeys(m[0].lower() for m in _COLOR_WORD.finditer(text))
    free = iter([c for c in palette if c not in found])
    called = {color: color if color in palette else next(free, color) for color in found}
    return {color: name for color, name in called.items() if color != name}


def _split(written: str) -> tuple[str, str]:
    """The program and the goal check."""
    start = re.search(r"^def goal\(", written, re.MULTILINE)
    return (written, "") if start is None else (written[: start.start()], written[start.start() :])


def _unfenced(text: str) -> str:
    return re.sub(r"^```\w*\n|```\s*$", "", text.strip())
