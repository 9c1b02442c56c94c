"""The pieces of Python in what a model wrote: fences of any kind, tags, JSON, or nothing but the code."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from codepolicy.prompting.code_repairs import MAX_PARSED, complete, repaired
from codepolicy.prompting.markup import as_fences, without_outer_fence
from codepolicy.static_checks.parsing import parsed

_FENCE: Final = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+.#-]*)([^\n]*)$")
_PYTHON: Final = frozenset({"python", "py", "python3", "python3.11", "pycon", "tool_code", "code"})
_SHELLS: Final = frozenset({"bash", "sh", "shell", "console", "js", "javascript", "cpp", "c", "diff"})
_INLINE: Final = re.compile(r"^[ \t]*```(?:python|py)?[ \t]*(\w[^`\n]*\([^`\n]*)```[ \t]*$", re.IGNORECASE)
_ITEM: Final = re.compile(
    r"[ \t>*_#]*(?:(?:step[ \t]*)?\d+[ \t]*[.):]|[-*•+][ \t]|step\b[ \t]*:)[ \t*_]*", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"'''|\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|#[^\n]*")
_OUTPUT: Final = re.compile(
    r"\b(?:output|outputs|prints?|printed|result|results|log|trace|console|expected|returns?|looks? like)\b",
    re.IGNORECASE,
)
_CODE_LINE: Final = re.compile(
    r"^(?:\s*#|\s+\S|@\w|(?:from|import|def|async|for|while|if|else|elif|try|except|finally|with|class|return|pass"
    r"|assert|raise|match)\b|[\w.,\s\[\]]+=|\w[\w.]*\(|[)\]}])"
)
_TAGGED: Final = re.compile(
    r"<(program|code|python|python_code|script|execute|execute_\w+|run|solution|action|goal|goal_check|goalcheck|check|answer"
    r"|tool_call)>[ \t]*\n?"
    r"(.*?)(?:</\1>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"\[PYTHON\](.*?)(?:\[/PYTHON\]|\Z)|<\|python_tag\|>(.*?)(?:<\|eom_id\|>|\Z)", re.DOTALL)
_KEYS: Final = (
    ("program", "code", "python", "python_code", "source", "script", "policy"),
    ("goal", "goal_check", "goalcheck", "goal_code", "check", "check_goal", "verification"),
)
"""Under which names JSON carries the program and the goal check."""
_WRAPPERS: Final = (
    *("arguments", "parameters", "function", "action", "input", "tool_input", "args"),
    *("response", "answer", "output", "result"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of Python."""

    code: str
    before: str = ""
    """The prose since the block before it."""
    labelled: bool = True
    """Whether its fence says that it is Python."""


def blocks(text: str) -> tuple[list[Block], bool]:
    """The blocks of `text` in order, and whether the last one breaks off in the middle."""
    text = as_fences(without_outer_fence(_without_quote_marks(text)))
    found, is_open = _fenced(text, quotes=True)
    if is_open is None:  # a triple quote that never closes swallowed the fences after it
        found, is_open = _fenced(text, quotes=False)
    if not found:
        found = list(_in_json(text)) or list(_in_tags(text))
    found = [piece for b in found for piece in _sources(Block(repaired(b.code), b.before, b.labelled))]
    found = _without_output(found)
    if is_open and len(found) > 1 and any(b.code.startswith(found[-1].code.rstrip()) for b in found[:-1]):
        return found[:-1], False  # it had begun to repeat itself
    if is_open and found:
        last = Block(_without_prose(found[-1].code), found[-1].before, found[-1].labelled)
        found, is_open = [*found[:-1], last], not complete(last.code)
    return found, bool(is_open)


def _without_prose(code: str) -> str:
    """`code` without the prose after it, where the fence between them is missing; as it is where that is not so."""
    lines = code.rstrip().split("\n")
    for end in range(len(lines) - 1, max(0, len(lines) - 30), -1):
        if complete(code):
            break
        prose = len(lines[end].split()) > 2 and not _CODE_LINE.match(lines[end])
        if prose and complete(shorter := "\n".join(lines[:end]).rstrip() + "\n"):
            return shorter
    return code


def _without_output(found: list[Block]) -> list[Block]:
    """Without the unlabelled blocks that show what a program would print."""
    labelled = any(b.labelled for b in found)

    def shown(block: Block) -> bool:
        if block.labelled:
            return False
        if _OUTPUT.search(_last_line(block.before)):
            return True
        return not is_program(block.code) and (labelled or not re.search(r"\w\(", block.code))

    return [b for b in found if not shown(b)] or [b for b in found if is_program(b.code)][:1]


def bare(text: str) -> list[Block]:
    """Code without any mark: the longest run of lines of `text` that look like Python and call something."""
    best: list[str] = []
    run: list[str] = []
    for line in [*text.split("\n"), "The end."]:
        if not line.strip() or _CODE_LINE.match(line):
            run.append(line)
            continue
        if len("\n".join(run).strip()) > len("\n".join(best).strip()):
            best = run
        run = []
    code = repaired(_dedent(best))
    return [Block(code)] if re.search(r"\w\(", code) and (is_program(code) or len(best) > 1) else []


def inline(text: str) -> list[Block]:
    """Code that stands between single backticks: on lines of its own, or once in each item of a list."""
    lines = [m[1] for m in re.finditer(r"(?m)^[ \t]*`([^`\n]+\([^`\n]*)`[ \t]*$", text) if parsed(m[1]) is not None]
    if not lines:
        lines = [code for line in text.split("\n") if (code := _listed(line)) is not None]
    return [Block("\n".join(lines) + "\n")] if any(re.search(r"\w\(", line) for line in lines) else []


def _listed(line: str) -> str | None:
    """The statement that an item of a list holds: between its only backticks, or all of it."""
    item = _ITEM.match(line)
    if item is None:
        return None
    rest = line[item.end() :].strip()
    code = rest.split("`")[1] if rest.count("`") == 2 else rest
    tree = parsed(code) if len(code) <= MAX_PARSED else None
    match tree.body if tree is not None else []:
        case [ast.Expr(value=ast.Call()) | ast.Assign(value=ast.Call())]:
            return code
        case _:
            return None


def _fenced(text: str, *, quotes: bool) -> tuple[list[Block], bool | None]:
    """The fenced blocks, and whether the last is open; None where only an open triple quote keeps it so."""
    found: list[Block] = []
    fence, language, lines, before = "", "", list[str](), list[str]()
    quote, swallowed = "", False
    others: list[Block] = []
    checks: list[tuple[int, Block]] = []

    def close() -> None:
        if "".join(lines).strip():
            if language in _PYTHON or not language:
                found.append(Block(_dedent(lines), "\n".join(before), labelled=bool(language)))
            elif language.startswith(("json", "xml")):
                found.extend(_in_json("\n".join(lines)))
            else:
                others.append(Block(_dedent(lines), "\n".join(before), labelled=False))
                if language not in _SHELLS and re.search(r"(?m)^def \w*goal\w*\(|^expect\(", others[-1].code):
                    checks.append((len(found), others[-1]))
        before.clear()

    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence:
            if (inline := _INLINE.match(line)) is not None and parsed(inline[1]) is not None:
                found.append(Block(inline[1].strip() + "\n", "\n".join(before)))
                before.clear()
            elif match:
                fence, language, lines, quote = match[1], match[2].lower(), [], ""
            else:
                before.append(line)
            continue
        if quote and match:
            swallowed = True
        ends = match is not None and not quote and (match[1].startswith(fence) or _closes(match, lines))
        if ends and match is not None and not (match[2] + match[3]).strip():
            close()
            fence = ""
        elif ends and match is not None and match[2].lower() in _PYTHON and language in (*_PYTHON, ""):
            close()  # the fence between two blocks is missing
            fence, language, lines = match[1], match[2].lower(), []
        elif not quote and fence[0] == "`" and line.endswith(fence) and language in (*_PYTHON, ""):
            lines.append(line[: -len(fence)])  # it closes at the end of a line of code
            close()
            fence = ""
        else:
            lines.append(line)
            if quotes and language in (*_PYTHON, ""):
                quote = _quote_after(line, quote)
    if fence:
        if quote and swallowed:
            return found, None
        close()
    is_open = bool(fence) and bool("".join(lines).strip())
    if not found:
        return [b for b in others if is_program(b.code)], is_open
    for at, block in reversed(checks):  # beside Python, a check in a fence of another name is one, too
        found.insert(at, block)
    return found, is_open


def _closes(match: re.Match[str], lines: list[str]) -> bool:
    """Whether a fence of the other kind closes a block that is whole."""
    return not (match[2] + match[3]).strip() and complete(_dedent(lines))


def _sources(block: Block) -> Iterator[Block]:
    """`block`, or the sources that it only assigns to names such as `program` and `goal_check`."""
    tree = parsed(block.code) if len(block.code) <= MAX_PARSED else None
    texts = [_assigned(statement) for statement in tree.body] if tree is not None else []
    if texts and all(texts):
        yield from (Block(text, block.before) for text in texts if text is not None)
    else:
        yield block


def _assigned(statement: ast.stmt) -> str | None:
    """The text that a statement assigns to a name for a program or a goal check."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)) if name.lower() in (
            *_KEYS[0],
            *_KEYS[1],
        ) and complete(text):
            return text.strip("\n") + "\n"
        case _:
            return None


def _quote_after(line: str, quote: str) -> str:
    """The triple quote that is open after `line`, given the one before it."""
    position = 0
    while True:
        if quote:
            position = line.find(quote, position)
            if position < 0:
                return quote
            position, quote = position + 3, ""
            continue
        match = _TOKEN.search(line, position)
        if match is None:
            return ""
        position = match.end()
        if match[0] in ("'''", '"""'):
            quote = match[0]


def _without_quote_marks(text: str) -> str:
    """Without the `>` before every line of a quotation that holds fences."""
    return re.sub(r"(?m)^> ?", "", text) if re.search(r"(?m)^> ?(?:```|~~~)", text) else text


def _in_tags(text: str, depth: int = 0) -> Iterator[Block]:
    for match in _BRACKETED.finditer(text):
        yield Block(_dedent((match[1] or match[2] or "").split("\n")))
    for match in _TAGGED.finditer(text):
        inside = list(_in_json(match[2])) or list(_in_tags(match[2], depth + 1) if depth < 3 else ())
        if not inside and re.search(r"\w\(", match[2]):
            inside = [Block(_dedent(match[2].split("\n")))]
        yield from inside


def _in_json(text: str) -> Iterator[Block]:
    """Program and goal check of the first JSON object in `text`, or dict of Python, that carries a program."""
    start = text.find("{")
    for _ in range(20):
        if start < 0:
            return
        found = list(_carried(_decoded(text, start)))
        if found:
            yield from found
            return
        start = text.find("{", start + 1)


def _decoded(text: str, start: int) -> object:
    """The object that begins at `start`, with a comma too many or in Python's quotes where it has to be."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        pass
    end = text.rfind("}") + 1
    if not start < end <= start + MAX_PARSED:
        return None
    try:
        return ast.literal_eval(text[start:end])
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _carried(value: object, depth: int = 0) -> Iterator[Block]:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return
    if not isinstance(value, dict) or depth > 3:
        return
    given = {str(k).lower(): v for k, v in cast(dict[Any, Any], value).items()}
    for keys in _KEYS:
        code = next((c for k in keys if (c := _text(given.get(k)))), "")
        if not code and keys is _KEYS[0]:
            for key in _WRAPPERS:
                yield from _carried(given.get(key), depth + 1)
        elif code:
            inner, _ = _fenced(code, quotes=True)
            yield from inner or [Block(code.strip("\n") + "\n")]


def _text(value: object) -> str:
    """A string, or the lines of one."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in cast(list[object], value)):
        return "\n".join(cast(list[str], value))
    return ""


def is_program(code: str) -> bool:
    """Whether `code` is Python that does something, and not what a program printed."""
    tree = parsed(code) if len(code) <= MAX_PARSED else None
    if tree is None:
        return False
    does = (ast.Call, ast.FunctionDef, ast.Import, ast.ImportFrom, ast.Assign, ast.For, ast.While, ast.Assert)
    return any(isinstance(n, does) for n in ast.walk(tree))


def _last_line(prose: str) -> str:
    return next((line for line in reversed(prose.split("\n")) if line.strip()), "")


def _dedent(lines: list[str]) -> str:
    return textwrap.dedent("\n".join(lines)).strip("\n") + "\n"
