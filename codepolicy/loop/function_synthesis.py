"""Functions that a program calls but nobody defined, written on demand in a request of their own.

After "Code as Policies" (Liang et al., 2023, arXiv 2209.07753, section III): a program may be written top-down, in
functions that do not exist yet.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codepolicy.loop.executor import Executor
from codepolicy.loop.llm_client import LLMClient
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt import safe_scene_table, template
from codepolicy.prompting.quoting import fenced
from codepolicy.prompting.reply import ParsedReply, in_words, parse_reply
from codepolicy.sandbox.definitions import is_library_statement
from codepolicy.static_checks.builtin_names import ORDINARY
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
    lines: tuple[int, ...] = ()
    """Lines of the program in which they end."""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What came of writing the functions that a program lacks."""

    written: tuple[str, ...] = ()
    """Names of the functions that are now defined."""
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why others cannot be written, in the model's words, by name."""
    instead: ParsedReply | None = None
    """A whole other program that does without them, which came instead of a function."""


def missing_functions(program: str, executor: Executor) -> tuple[MissingFunction, ...]:
    """The functions that `program` calls and nothing defines; empty when it does not parse.

    A built-in that cannot work here is none of them: the gate refuses it with its own hint.
    """
    tree = parsed(program)
    if tree is None:
        return ()
    undefined = {node.id for node in unknown(tree, executor.surface, executor.known)} - UNUSABLE.keys()
    known = [*executor.surface.names, *executor.known, *bound_names(tree), *ORDINARY]
    calls: dict[str, list[ast.Call]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in undefined:
            continue
        if node.func.id[0].isupper():  # a class, which the gate reports
            continue
        if not difflib.get_close_matches(node.func.id, known, n=1, cutoff=_TYPO):
            calls.setdefault(node.func.id, []).append(node)
    return tuple(_missing(name, sites, program) for name, sites in calls.items())


def _missing(name: str, sites: Sequence[ast.Call], program: str) -> MissingFunction:
    texts = [ast.get_source_segment(program, site) or ast.unparse(site) for site in sites]
    lines = sorted({site.end_lineno or site.lineno for site in sites})
    return MissingFunction(name, tuple(dict.fromkeys(" ".join(text.split()) for text in texts)), tuple(lines))


def synthesize_missing(program: str, executor: Executor, coder: LLMClient, system: str, instruction: str) -> Synthesis:
    """Have the functions written that `program` lacks, and define them for the session.

    A function that cannot be written, or does not pass the gate after a second try, is left out; the gate then rejects
    the program by line.

    Raises:
        ModelError: no usable reply, or the budget is used up.
    """
    _take_over(program, executor)
    written: list[str] = []
    refused: dict[str, str] = {}
    waiting = _wanted((program,), executor)
    for earlier in _used(program, executor):  # whose own functions could not be written the last time
        waiting += [w for w in _wanted((program, earlier), executor) if w[0].name not in {m.name for m, _ in waiting}]
    while waiting and len(written) < MAX_FUNCTIONS:
        missing, way = waiting.pop(0)
        source = _write(missing, way, executor, coder, (system, instruction))
        if isinstance(source, ParsedReply):
            return Synthesis(tuple(written), refused, source)
        if not isinstance(source, str):
            refused |= {missing.name: source.words} if source is not None else {}
            continue
        inner = [w for w in _wanted((*way, source), executor) if w[0].name not in (*written, missing.name)]
        executor.define(missing.name, source)
        written.append(missing.name)
        waiting += [w for w in inner if w[0].name not in {m.name for m, _ in waiting}]
    return Synthesis(tuple(written), refused)


def _wanted(way: tuple[str, ...], executor: Executor) -> list[tuple[MissingFunction, tuple[str, ...]]]:
    """What the last source of `way` calls and nobody defined; each with `way`, which leads there from the program."""
    return [(missing, way) for missing in missing_functions(way[-1], executor)]


def _used(program: str, executor: Executor) -> Iterator[str]:
    """Sources of the functions written on demand that `program` calls, through others too."""
    waiting, seen = [program], set[str]()
    while waiting:
        tree = parsed(waiting.pop())
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree is not None else set[str]()
        for name in sorted((names & executor.functions.keys()) - seen):
            seen.add(name)
            waiting.append(executor.functions[name])
            yield executor.functions[name]


def _take_over(program: str, executor: Executor) -> None:
    """A function that was written on demand and that `program` defines anew is from now on as it says."""
    tree = parsed(program)
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.FunctionDef) and node.name in executor.functions:
            source = ast.get_source_segment(program, node)
            if source is not None:
                executor.define(node.name, source + "\n")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a function cannot be written."""

    words: str


def _write(
    missing: MissingFunction,
    way: Sequence[str],
    executor: Executor,
    coder: LLMClient,
    prompt: tuple[str, str],
) -> str | _Refusal | ParsedReply | None:
    """The source of one function that passes the gate, its own undefined functions aside; or what came instead.

    Args:
        missing: the function.
        way: the program, the functions through which it leads, and last what calls the function.
        executor: knows what is defined and what is in view.
        coder: writes it.
        prompt: the constant prefix, and the instruction.
    """
    system, instruction = prompt
    shown = [*map(fenced, way[:-1]), fenced(_marked(way[-1], missing.lines))]
    asked = (
        Message(role="system", text=system),
        Message(
            role="user",
            text=template(
                "function",
                name=missing.name,
                instruction=instruction.strip(),
                scene=safe_scene_table(executor.seen),
                calls="\n".join(f"- `{c}`" for c in missing.calls),
                program="\n".join(shown),
            ),
        ),
    )
    for _ in range(2):
        reply = coder.ask(asked, turn=executor.turn, purpose="function")
        parsed = parse_reply(reply)
        words = in_words(parsed, reply) or parsed.refusal
        if words is not None:
            return _Refusal(words)
        source = _definitions(parsed.program, missing.name)
        problem = _problem(source, missing.name, executor)
        if problem is None:
            return source
        if parsed.program is not None and _is_whole(parsed.program, missing.name, executor):
            return parsed
        asked = (
            *asked[:2],
            Message(role="assistant", text=reply.text[:4000]),
            Message(role="user", text=f"{problem} Write the whole function again."),
        )
    return None


def _definitions(source: str | None, name: str) -> str | None:
    """`source` without what it does beside defining `name`, such as trying it out; as it is where it does not."""
    tree = parsed(source) if source is not None else None
    if source is None or tree is None or not any(isinstance(n, ast.FunctionDef) and n.name == name for n in tree.body):
        return source
    kept = [n for n in tree.body if is_library_statement(n)]
    if len(kept) == len(tree.body):
        return source
    return "\n\n".join(ast.get_source_segment(source, n) or ast.unparse(n) for n in kept) + "\n"


def _is_whole(source: str, name: str, executor: Executor) -> bool:
    """Whether `source` is a program of its own, which does something and can do without `name`."""
    tree = parsed(source)
    if tree is None or all(is_library_statement(n) for n in tree.body):
        return False
    if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(tree)):
        return False
    return not missing_functions(source, executor) and not executor.findings(source)


def _marked(source: str, lines: Sequence[int]) -> str:
    """`source` with a comment on its `lines`."""
    rows = source.strip("\n").split("\n")
    first = len(source) - len(source.lstrip("\n"))
    return "\n".join(f"{row}  # <-- here" if i in lines else row for i, row in enumerate(rows, first + 1))


def _problem(source: str | None, name: str, executor: Executor) -> str | None:
    if source is None:
        return "There is no fenced Python block in this."
    try:
        tree = parse(source)
    except UNPARSABLE as error:
        return f"This does not parse: {error}."
    defined = next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name), None)
    if defined is None:
        return f"This does not define `{name}`."
    if _is_empty(defined):
        return f"`{name}` does nothing; where it cannot be written, say why, without code."
    later = {m.name for m in missing_functions(source, executor)}
    findings = [f for f in executor.findings(source, whole=False) if not later & set(f.names)]
    return None if not findings else f"Line {findings[0].line}: {findings[0].message}. {findings[0].hint or ''}"


def _is_empty(function: ast.FunctionDef) -> bool:
    """Whether there is nothing in `function` but `pass`, `...`, texts and `raise NotImplementedError`."""
    return all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Raise) and node.exc is not None and "NotImplemented" in ast.unparse(node.exc))
        for node in function.body
    )
