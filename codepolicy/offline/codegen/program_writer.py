"""A program in the making: its lines, its goal clauses, and what the scene will be after it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from codepolicy.offline.codegen.snippets import SNIPPETS, with_snippets
from codepolicy.offline.codegen.tool_lowering import TOOL_SNIPPETS, snippets_for
from codepolicy.offline.grounding.belief import Belief
from primitives.api import surface
from primitives.scene import SceneObject, Vector2


@dataclass(frozen=True, slots=True)
class GoalClause:
    """One thing that must hold in the end.

    `condition` and `message` hold `{a}` for the subject's name; equal clauses of several subjects become a loop.
    """

    subject: str
    condition: str
    message: str
    setup: tuple[str, ...] = ()
    """Lines before it, with `{a}` too."""
    about: tuple[str, ...] = ()
    """Names of other objects it speaks of."""


@dataclass(slots=True)
class Writer:
    """Collects what the commands of an instruction write."""

    belief: Belief
    lines: list[str] = field(default_factory=list[str])
    clauses: list[GoalClause] = field(default_factory=list[GoalClause])
    variables: dict[str, str] = field(default_factory=dict[str, str])
    """Name of the variable, to the expression it holds."""
    summary: list[str] = field(default_factory=list[str])
    """What the program does, a phrase per step."""
    indent: int = 0
    order: list[str] = field(default_factory=list[str])
    """Names of the objects that the program is believed to move, in that order."""
    silent: bool = False
    """Whether the instruction asks for no motion at all, as a question does."""

    def copy(self) -> Writer:
        """An independent copy, for trying out a reading."""
        return replace(
            self,
            belief=self.belief.copy(),
            lines=list(self.lines),
            clauses=list(self.clauses),
            variables=dict(self.variables),
            summary=list(self.summary),
            order=list(self.order),
        )

    def write(self, *lines: str) -> None:
        """Add lines at the current indentation."""
        self.lines += ["    " * self.indent + line for line in lines]

    def define(self, base: str, expression: str, comment: str = "") -> str:
        """A new variable that holds `expression`.

        `comment` says in words what it is, and what it was at the start, so that a later turn can tell.
        """
        base = re.sub(r"\W", "_", base) or "thing"
        name = self._unused(base)
        self.variables[name] = expression
        self.write(f"{name} = {expression}" + (f"  # {comment}" if comment else ""))
        return name

    def loop_name(self, objects: Sequence[SceneObject]) -> str:
        """A name for the variable of a loop over the objects."""
        kinds = {o.category for o in objects}
        return self._unused(kinds.pop() if len(kinds) == 1 else "thing")

    def _unused(self, base: str) -> str:
        """`base`, numbered where it is a variable already or means something."""
        name, number = base, 2
        while name in self.variables or name in _reserved():
            name, number = f"{base}{number}", number + 1
        return name

    def must(self, clause: GoalClause) -> None:
        """State what must hold in the end, until the subject is moved again."""
        self.clauses.append(clause)

    def moved(self, name: str) -> None:
        """An object is moved: clauses about where it was no longer count."""
        self.order.append(name)
        self.clauses = [c for c in self.clauses if c.subject != name and name not in c.about]

    def moved_to(self, name: str, xy: Vector2) -> None:
        """An object is moved to a point (x, y) of the table, in m."""
        self.moved(name)
        self.belief.set_at(name, xy)

    @property
    def moves(self) -> int:
        """How many moves the program is believed to make."""
        return len(self.order)

    def program(self, level: str) -> str:
        """The source, for a surface.

        Raises:
            Declined: the surface offers too little for it.
        """
        source = "\n".join(self.lines) + "\n"
        return with_snippets(source, snippets_for(level, source))

    def goal(self) -> str | None:
        """The source of the goal check, or None when there is nothing to check."""
        if not self.clauses:
            return None
        lines: list[str] = []
        held: dict[str, str] = {}
        for same in _alike(self.clauses):
            for line in _expectations(same):
                target, equals, _ = line.partition(" = ")
                if not (equals and held.get(target) == line):
                    lines.append(line)
                if equals and not line.startswith((" ", "expect", "for")):
                    held[target] = line
        return with_snippets("def goal():\n" + "\n".join("    " + line for line in lines) + "\n", SNIPPETS)


@cache
def _reserved() -> frozenset[str]:
    """Names that mean something in a program already."""
    functions = (name for level in ("skill", "tool") for name in surface(level).names)
    return frozenset([*functions, *TOOL_SNIPPETS, *dir(builtins), "math", "itertools"])


def quoted(text: str) -> str:
    """A Python string literal with double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tuple_of(items: Iterable[str]) -> str:
    """A Python tuple of string literals."""
    written = [quoted(i) for i in items]
    return f"({', '.join(written)}{',' if len(written) == 1 else ''})"


def number(value: float) -> str:
    """A length as a person writes it."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if "." in f"{value:.3f}" else f"{value:.3f}"


def _alike(clauses: Sequence[GoalClause]) -> list[list[GoalClause]]:
    groups: list[list[GoalClause]] = []
    for clause in clauses:
        for group in groups:
            first = group[0]
            if (first.condition, first.message, first.setup) == (clause.condition, clause.message, clause.setup):
                if all(c.subject != clause.subject for c in group):
                    group.append(clause)
                break
        else:
            groups.append([clause])
    return groups


def _expectation(condition: str, message: str) -> str:
    return f"expect({condition}, {message})"


def _expectations(same: Sequence[GoalClause]) -> list[str]:
    first = same[0]
    if len(same) == 1 or "{a}" not in first.condition + "".join(first.setup):
        fill = {"a": quoted(first.subject), "name": first.subject}
        lines = [s.replace("{a}", fill["a"]) for s in first.setup]
        return [
            *lines,
            _expectation(first.condition.replace("{a}", fill["a"]), quoted(first.message.replace("{a}", fill["name"]))),
        ]
    lines = [f"for name in {tuple_of(c.subject for c in same)}:"]
    lines += ["    " + s.replace("{a}", "name") for s in first.setup]
    message = "f" + quoted(first.message.replace("{a}", "{name}"))
    return [*lines, f"    expect({first.condition.replace('{a}', 'name')}, {message})"]
