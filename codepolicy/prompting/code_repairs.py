"""Code without what an editor, a console, a notebook or a chat window put into it."""

from __future__ import annotations

import ast
import html
import re
import textwrap
from collections.abc import Callable
from typing import Final

from codepolicy.prompting.foreign_calls import native
from codepolicy.static_checks.imports import ALLOWED
from codepolicy.static_checks.parsing import parsed

MAX_PARSED: Final = 65_536
"""Longer blocks, in characters, are not looked into: the gate refuses them anyway."""

_EXITS: Final = ("exit(", "quit(", "sys.exit(", "raise SystemExit")
_NUMBERED: Final = re.compile(r"^\s*\d+(?:\s*[|:]|[.)](?=\s)) ?")
_SMART: Final = str.maketrans(
    {
        **dict.fromkeys("“”„‟″«»＂", '"'),
        **dict.fromkeys("‘’‚‛′＇", "'"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", None),
        **dict.fromkeys("−–‐‑", "-"),
        "（": "(",
        "）": ")",
        "，": ",",
        "：": ":",
        "；": ";",
        "［": "[",
        "］": "]",
        "【": "[",
        "】": "]",
        "＝": "=",
        "×": "*",
    }
)
"""Signs of a word processor or of a full-width keyboard, as Python writes them."""


def complete(code: str) -> bool:
    """Whether `code` is whole Python."""
    return bool(code.strip()) and len(code) <= MAX_PARSED and parsed(code) is not None


def repaired(code: str) -> str:
    """`code` without what an editor, a console or a chat window put into it; as it is where that does not help."""
    code = _without_label(_without_cells(_without_plus(code)))
    if len(code) > MAX_PARSED:
        return code
    if parsed(code) is None:
        changed = code
        for repair in _REPAIRS:
            changed = repair(changed)
            if changed != code and parsed(changed) is not None:
                code = changed
                break
    return _without_needless(native(code))


def _without_needless(code: str) -> str:
    """Without a last `exit()` and imports that cannot be had and that nothing uses; lines keep their numbers."""
    tree = parsed(code)
    if tree is None or not tree.body:
        return code
    lines = code.split("\n")
    if len(tree.body) > 1 and lines[tree.body[-1].lineno - 1].startswith(_EXITS):
        _blank(lines, tree.body.pop())
    used = {node.id for statement in tree.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    for statement in tree.body:
        match statement:
            case ast.Import(names=names) if all(_gone(a.name) for a in names):
                bound = {a.asname or a.name.partition(".")[0] for a in names}
            case ast.ImportFrom(module=str() as module, names=names, level=0) if _gone(module):
                bound = {a.asname or a.name for a in names}
            case _:
                continue
        if not bound & used and "*" not in bound:
            _blank(lines, statement)
    return "\n".join(lines)


def _gone(module: str) -> bool:
    """Whether a program cannot import `module`."""
    return module.partition(".")[0] not in ALLOWED


def _blank(lines: list[str], statement: ast.stmt) -> None:
    """Make comments of the lines of `statement`, where nothing else stands on them."""
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    if statement.col_offset == 0 and (statement.end_col_offset or 0) >= len(lines[last].split("#")[0].rstrip()):
        lines[first : last + 1] = [f"# {line}  (not needed)" for line in lines[first : last + 1]]


def _older_fstrings(code: str) -> str:
    """With other quotes inside the braces of an f-string than round it, as Python before 3.12 wants it."""
    written: list[str] = []
    quote, depth, at = "", 0, 0
    while at < len(code):
        character = code[at]
        if not quote:
            start = re.compile(r"\b[rR]?[fF][rR]?(['\"])(?!\1\1)").match(code, at)
            if start is not None and (at == 0 or not (code[at - 1].isalnum() or code[at - 1] == "_")):
                written.append(start[0])
                quote, depth, at = start[1], 0, start.end()
                continue
        elif character == "\n":
            quote = ""
        elif character in "{}" and code[at : at + 2] not in ("{{", "}}"):
            depth = max(0, depth + (1 if character == "{" else -1))
        elif character in "{}" and depth == 0:
            written.append(character)
            at += 1
        elif character == quote and depth == 0:
            quote = ""
        elif character == quote:
            character = "'" if quote == '"' else '"'
        written.append(character)
        at += 1
    return "".join(written)


def _without_prompts(code: str) -> str:
    """Without `>>> ` and `... `, and without what stands between them."""
    lines = code.split("\n")
    if not any(line.startswith(">>>") for line in lines):
        return code
    return "\n".join(line[4:] for line in lines if re.match(r"(?:>>>|\.\.\.)(?: |$)", line)) + "\n"


def _without_cells(code: str) -> str:
    """Without the `In [1]: ` of a notebook, which is Python, and without what it printed."""
    if not re.match(r"\s*In ?\[\d*\]:", code):
        return code
    lines = [line for line in code.split("\n") if not re.match(r"Out ?\[\d*\]:", line)]
    return "\n".join(re.sub(r"^In ?\[\d*\]: ?", "", line) for line in lines)


def _without_magic(code: str) -> str:
    """Without a notebook's commands to itself and to the shell."""
    return "\n".join(line for line in code.split("\n") if not re.match(r"\s*(?:[%!]|pip3? install\b)", line))


def _without_label(code: str) -> str:
    """Without the name of the language on the first line, which is Python, too."""
    first, _, rest = code.partition("\n")
    return rest if first.strip().lower() in ("python", "py", "python3") and rest.strip() else code


def _without_numbers(code: str) -> str:
    """Without line numbers before every line."""
    lines = code.split("\n")
    if not all(_NUMBERED.match(line) for line in lines if line.strip()):
        return code
    return "\n".join(_NUMBERED.sub("", line) for line in lines)


def _without_plus(code: str) -> str:
    """Without the + of a diff, and without its - lines."""
    if not re.search(r"(?m)^\+", code):
        return code
    lines = [line for line in code.split("\n") if not line.startswith(("-", "@@"))]
    return "\n".join(line[1:] if line.startswith(("+", " ")) else line for line in lines)


def _with_line_breaks(code: str) -> str:
    r"""With line breaks where `\n` was written instead."""
    return code.replace("\\n", "\n").replace('\\"', '"') if code.strip().count("\n") == 0 else code


def _plain_signs(code: str) -> str:
    return code.translate(_SMART)


def _dedented_rest(code: str) -> str:
    """With the first line as far in as the others, which copying often loses."""
    first, _, rest = code.partition("\n")
    return first.lstrip() + "\n" + textwrap.dedent(rest)


_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    _older_fstrings,
    _without_prompts,
    _without_magic,
    _without_numbers,
    html.unescape,
    _with_line_breaks,
    _plain_signs,
    _dedented_rest,
)
