"""Functions that a program calls but nobody defined, written on demand in a request of their own.

After "Code as Policies" (Liang et al., 2023, arXiv 2209.07753, section III): a program may be written top-down, in
functions that do not exist yet.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass

from codepolicy.loop.executor import Executor
from codepolicy.loop.llm_client import LLMClient
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt import template
from codepolicy.prompting.reply import parse_reply
from codepolicy.sandbox.definitions import is_library_statement
from codepolicy.static_checks.builtin_names import ORDINARY
from codepolicy.static_checks.findings import names_in
from codepolicy.static_checks.imports import UNUSABLE
from codepolicy.static_checks.parsing import UNPARSABLE, parse, parsed
from codepolicy.static_checks.undefined_names import bound_names, unknown

MAX_FUNCTIONS = 6
"""Written for one program at most, those that written ones call included."""
_TYPO = 0.8
"""A name this similar to a known one is a slip that the gate reports, not a function to write."""


@dataclass(frozen=True, slots=True)
class MissingFunction:
    """A function that is called and defined nowhere."""

    name: str
    calls: tuple[str, ...]
    """Its calls as written."""


def missing_functions(program: str, executor: Executor) -> tuple[MissingFunction, ...]:
    """The functions that `program` calls and nothing defines; empty when it does not parse.

    A built-in that cannot work here is none of them: the gate refuses it with its own hint.
    """
    tree = parsed(program)
    if tree is None:
        return ()
    undefined = {node.id for node in unknown(tree, executor.surface, executor.known)} - UNUSABLE.keys()
    known = [*executor.surface.names, *executor.known, *bound_names(tree), *ORDINARY]
    calls: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in undefined:
            continue
        if node.func.id[0].isupper():  # a class, which the gate reports
            continue
        if not difflib.get_close_matches(node.func.id, known, n=1, cutoff=_TYPO):
            calls.setdefault(node.func.id, []).append(ast.unparse(node))
    return tuple(MissingFunction(name, tuple(dict.fromkeys(sites))) for name, sites in calls.items())


def synthesize_missing(program: str, executor: Executor, coder: LLMClient, system: str) -> tuple[str, ...]:
    """Have the functions written that `program` lacks, and define them for the session.

    A function that does not pass the gate after a second try is left out; the gate then rejects the program by line.

    Returns:
        The names of the functions that are now defined.

    Raises:
        ModelError: no usable reply, or the budget is used up.
    """
    _take_over(program, executor)
    written: list[str] = []
    waiting = list(missing_functions(program, executor))
    context = program
    while waiting and len(written) < MAX_FUNCTIONS:
        missing = waiting.pop(0)
        source = _write(missing, context, executor, coder, system)
        if source is None:
            continue
        inner = [m for m in missing_functions(source, executor) if m.name not in written and m.name != missing.name]
        executor.define(missing.name, source)
        written.append(missing.name)
        waiting += [m for m in inner if m.name not in {w.name for w in waiting}]
        context = source
    return tuple(written)


def _take_over(program: str, executor: Executor) -> None:
    """A function that was written on demand and that `program` defines anew is from now on as it says."""
    tree = parsed(program)
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.FunctionDef) and node.name in executor.functions:
            source = ast.get_source_segment(program, node)
            if source is not None:
                executor.define(node.name, source + "\n")


def _write(missing: MissingFunction, program: str, executor: Executor, coder: LLMClient, system: str) -> str | None:
    """The source of one function that passes the gate, its own undefined functions aside."""
    asked = (
        Message(role="system", text=system),
        Message(
            role="user",
            text=template(
                "function",
                name=missing.name,
                calls="\n".join(f"- `{c}`" for c in missing.calls),
                program=program.strip(),
            ),
        ),
    )
    for _ in range(2):
        reply = coder.ask(asked, turn=executor.turn, purpose="function")
        source = parse_reply(reply).program
        problem = _problem(source, missing.name, executor)
        if problem is None:
            return source
        asked = (
            *asked[:2],
            Message(role="assistant", text=reply.text[:4000]),
            Message(role="user", text=f"{problem} Write the whole function again."),
        )
    return None


def _problem(source: str | None, name: str, executor: Executor) -> str | None:
    if source is None:
        return "There is no fenced Python block in this."
    try:
        tree = parse(source)
    except UNPARSABLE as error:
        return f"This does not parse: {error}."
    if not any(isinstance(n, ast.FunctionDef) and n.name == name for n in tree.body):
        return f"This does not define `{name}`."
    more = next((n for n in tree.body if not is_library_statement(n)), None)
    if more is not None:
        return (
            f"Line {more.lineno} does more than define: beside functions, whose default values are constants, "
            "there may be imports and constants alone, e.g. `GAP = 0.02`."
        )
    later = {m.name for m in missing_functions(source, executor)}
    findings = [f for f in executor.findings(source, whole=False) if not later & set(names_in(f.message))]
    return None if not findings else f"Line {findings[0].line}: {findings[0].message}. {findings[0].hint or ''}"
