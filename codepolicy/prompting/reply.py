"""From a model's reply to a program and a goal check, tolerant of how models write.

The text is untrusted and may be absurdly nested, so it is never parsed as Python here; the gate does that, confined.
"""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass

from codepolicy.models.protocol import Reply

MAX_REPLY = 256_000
"""Characters of a reply that are looked at."""

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+.#-]*)[^\n]*$")
_PYTHON = {"", "python", "py", "python3", "python3.11", "pycon", "tool_code", "code"}
_GOAL = re.compile(r"^(?:async )?def goal\(", re.MULTILINE)
_DEFINES = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)(?:\s*,\s*\w+)*\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_WORD = re.compile(r"\b[A-Za-z_]\w*\b")
_CODE_LINE = re.compile(
    r"^(?:\s*#|\s+\S|(?:from|import|def|for|while|if|else|elif|try|except|with|class)\b|[\w.,\s]+=|\w+\(|[)\]}])"
)
_REFUSAL = re.compile(
    r"^\W*(?:(?:i['’]?m |i am )?sorry|i can(?:['’]t|not)|i won['’]t|i(?:['’]m| am) (?:un|not )able|unfortunately)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """What a reply holds."""

    program: str | None = None
    goal: str | None = None
    """Source with `def goal():` at its top level, or None when the reply has no goal check."""
    truncated: bool = False
    """The reply stops in the middle; ask to continue."""
    refusal: str | None = None
    """The model's words, when it says that it will not or cannot."""


def parse_reply(reply: Reply) -> ParsedReply:
    """Find the program and the goal check in `reply`: fences of any kind, several blocks, prose around, no fence."""
    text = reply.text[:MAX_REPLY].replace("\r\n", "\n")
    if reply.finish == "refusal":
        return ParsedReply(refusal=text.strip() or "the model declined without a word")
    blocks, open_fence = _blocks(_without_thoughts(text))
    if reply.finish == "length" or open_fence:
        return ParsedReply(*_split(blocks), truncated=True)
    if not blocks:
        if _REFUSAL.search(text):
            return ParsedReply(refusal=text.strip())
        code = _unfenced(_without_thoughts(text))
        blocks = [code] if code else []
    return ParsedReply(*_split(blocks))


def join_continued(first: str, rest: str) -> str:
    """A truncated reply and its continuation as one text, without the part that the continuation repeats."""
    lines = rest.splitlines(keepends=True)
    if lines and _FENCE.match(lines[0].rstrip("\n")) and first.count("```") % 2 == 1:
        rest = "".join(lines[1:])
    for size in range(min(len(first), len(rest), 400), 7, -1):
        if first.endswith(rest[:size]):
            return first + rest[size:]
    return first + rest


def _without_thoughts(text: str) -> str:
    """Models that think aloud wrap it in tags; programs drafted there are not the answer."""
    return re.sub(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", "", text, flags=re.DOTALL | re.IGNORECASE)


def _blocks(text: str) -> tuple[list[str], bool]:
    """The fenced Python blocks, and whether the last fence is still open."""
    found: list[str] = []
    fence, language, lines = "", "", list[str]()
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence and match:
            fence, language, lines = match[1], match[2].lower(), []
        elif fence and match and match[1].startswith(fence) and not match[2]:
            if language in _PYTHON and "".join(lines).strip():
                found.append(_dedent(lines))
            fence = ""
        elif fence:
            lines.append(line)
    if fence and language in _PYTHON and "".join(lines).strip():
        found.append(_dedent(lines))
    return found, bool(fence)


def _dedent(lines: list[str]) -> str:
    import textwrap

    return textwrap.dedent("\n".join(lines)).strip("\n") + "\n"


def _split(blocks: list[str]) -> tuple[str | None, str | None]:
    """Program and goal check among `blocks`; a later block wins, with the earlier ones that define what it uses."""
    programs: list[str] = []
    goals: list[str] = []
    for block in blocks:
        program, goal = split_goal(block)
        if goal:
            goals.append(goal)
        if program.strip():
            programs.append(program)
    if not programs:
        return None, goals[-1] if goals else None
    chosen = programs[-1]
    for earlier in reversed(programs[:-1]):
        if _defined(earlier) & (_used(chosen) - _defined(chosen)):
            chosen = earlier + "\n" + chosen
    return chosen, goals[-1] if goals else None


def split_goal(block: str) -> tuple[str, str | None]:
    """Split a block into what stands outside `def goal():` and that function; helpers of a check stay with it."""
    match = _GOAL.search(block)
    if match is None:
        return block, None
    lines = block[match.start() :].split("\n")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() and not line[0].isspace()), len(lines))
    goal = "\n".join(lines[:end]).strip() + "\n"
    rest = block[: match.start()] + "\n".join(lines[end:])
    rest = re.sub(r"^goal\(\)\s*$", "", rest, flags=re.MULTILINE)
    statements = [s for s in re.split(r"\n(?=\S)", rest.strip()) if s.strip()]
    helpers = [s for s in statements if re.match(r"(?:def|import|from|#)\b|#", s)]
    if len(helpers) == len(statements):
        return "", "\n".join([*helpers, goal]).strip() + "\n"
    used = _used(goal)
    wanted = [s for s in helpers if _defined(s) & used or s.startswith(("import", "from"))]
    return rest.strip() + "\n" if rest.strip() else "", "\n".join([*wanted, goal])


def _defined(code: str) -> set[str]:
    return {name for pair in _DEFINES.findall(code) for name in pair if name}


def _used(code: str) -> set[str]:
    return {w for w in _WORD.findall(code) if not keyword.iskeyword(w) and not hasattr(builtins, w)}


def _unfenced(text: str) -> str | None:
    """The longest run of lines that look like Python and call something."""
    best: list[str] = []
    run: list[str] = []
    for line in [*text.split("\n"), "The end."]:
        if not line.strip() or _CODE_LINE.match(line):
            run.append(line)
            continue
        if len("\n".join(run).strip()) > len("\n".join(best).strip()):
            best = run
        run = []
    code = _dedent(best)
    return code if re.search(r"\w\(", code) else None
