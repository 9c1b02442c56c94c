"""From a model's reply to a program and a goal check, tolerant of how models write."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from codepolicy.models.protocol import Reply
from codepolicy.prompting import code_blocks, tool_calls
from codepolicy.prompting.code_blocks import Block
from codepolicy.prompting.code_repairs import complete
from codepolicy.prompting.goal_split import defined, needs, split_goal, used, wrapped
from codepolicy.prompting.markup import turns_made_up
from codepolicy.prompting.wrapped_words import unwrapped
from codepolicy.static_checks.parsing import parsed

MAX_REPLY: Final = 256_000
"""Characters of a reply that are looked at."""

_THOUGHTS: Final = "think|thinking|thought|thoughts|reason|reasoning|reflection|scratchpad|analysis|inner_monologue|cot"
_SPECIAL: Final = re.compile(
    r"<\|(?!python_tag|eom_id)[a-z_]{2,40}\|>|</?s>|<｜[^｜\n]{1,40}｜>|<(?:start|end)_of_turn>(?:model\b)?|</?(?:bos|eos)>"
    r"|<end_code>|\[/?INST\]|\[TOOL_CALLS\]",
    re.IGNORECASE,
)
_ANALYSIS: Final = re.compile(
    r"<\|channel\|>analysis<\|message\|>.*?(?=<\|(?:end|start|channel|return|call)\|>|\Z)", re.DOTALL
)
_STEP: Final = re.compile(
    r"\b(?:step \d|then|next|finally|after (?:that|this)|afterwards|second(?:ly)?|third(?:ly)?|now|lastly)\b",
    re.IGNORECASE,
)
_INSTEAD: Final = re.compile(r"\b(?:alternative(?:ly)?|another (?:way|option)|or, |option 2)", re.IGNORECASE)
_AGAIN: Final = re.compile(
    r"\b(?:better|instead|correct(?:ed|ion)?|revised?|fixed|improved|final|updated?|rewritten|full|complete|whole|wait)\b",
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
    """The words with which the server marked the reply as a refusal."""
    unusable: Literal["tools", "thoughts"] | None = None
    """What there is instead of a program or words: calls of tools that make no program, or a thought without end."""


def parse_reply(reply: Reply) -> ParsedReply:
    """Find the program and the goal check in `reply`: fences, tags, JSON, several blocks, prose around, no mark."""
    marked = cleaned(reply.text)
    text = _of_one_turn(marked)
    if reply.finish == "refusal":
        return ParsedReply(refusal=text.strip() or "the model declined without a word")
    blocks, is_open = code_blocks.blocks(text)
    program, goal = _program_and_goal(blocks)
    if tool_calls.is_marked(marked) and (program is None or not code_blocks.is_program(program)):
        program, is_open = tool_calls.program_of(marked), False
        goal = goal if program is not None else None
    if is_open or (reply.finish == "length" and (program is None or goal is None)):
        return ParsedReply(program, goal, truncated=True)
    thought = _is_thought(reply.text)
    if not thought and program is None:
        bare = code_blocks.bare(text) if not blocks else []
        listed = code_blocks.inline(text)
        longer = max(bare, listed, key=lambda found: sum(b.code.count("\n") for b in found))
        program, check = _program_and_goal(longer)
        goal = check if goal is None else goal
        program = program if program is not None or goal is not None else tool_calls.program_of(marked)
    if program is not None or goal is not None:
        return ParsedReply(program, goal)
    return ParsedReply(unusable="thoughts" if thought else "tools" if tool_calls.calls_tools(marked) else None)


def _of_one_turn(text: str) -> str:
    """`text` up to where a model that does not stop makes up what the person says next."""
    for end in turns_made_up(text):
        blocks, is_open = code_blocks.blocks(_without_marks(text[:end]))
        program, goal = _program_and_goal(blocks)
        if program is not None and goal is not None and not is_open:
            text = text[:end]
            break
    return _without_marks(text)


def _without_marks(text: str) -> str:
    return _SPECIAL.sub("", text)


def in_words(parsed: ParsedReply, reply: Reply) -> str | None:
    """The text of a whole reply that is words alone; None when there is code, a call, a fence or nothing in it."""
    text = unwrapped(_without_marks(cleaned(reply.text)).strip())
    fenced = re.search(r"^[ \t]*(?:```|~~~)", text, re.MULTILINE)
    if not text or fenced or parsed.program is not None or parsed.goal is not None:
        return None
    return None if parsed.truncated or parsed.unusable else text[:4000]


def cleaned(text: str) -> str:
    """`text` without thoughts, marks of the chat format, and a byte order mark, with plain line ends."""
    text = _plain_lines(text)
    without = _without_thoughts(text)
    if not without.strip():  # a thought that nothing ends and nothing follows
        without = re.sub(rf"</?(?:{_THOUGHTS})>", "", text, flags=re.IGNORECASE)
    return without


def _is_thought(text: str) -> bool:
    """Whether `text` is a thought that nothing follows."""
    return bool(text.strip()) and not _without_marks(_without_thoughts(_plain_lines(text))).strip()


def _plain_lines(text: str) -> str:
    text = text[:MAX_REPLY].replace("\r\n", "\n").removeprefix("\ufeff")
    final = re.search(r"<\|channel\|>final<\|message\|>", text)
    return text[final.end() :] if final is not None else text


def _without_thoughts(text: str) -> str:
    text = _ANALYSIS.sub("", text)
    without = re.sub(rf"<({_THOUGHTS})>.*?(</\1>|\Z)", "", text, flags=re.DOTALL | re.IGNORECASE)
    without = re.sub(r"(?:\[THINK\]|◁think▷).*?(?:\[/THINK\]|◁/think▷|\Z)", "", without, flags=re.DOTALL)
    without = re.split(rf"</(?:{_THOUGHTS})>|◁/think▷|\[/THINK\]", without, flags=re.IGNORECASE)[-1]
    return re.sub(r"<\|begin_of_thought\|>.*?(?:<\|end_of_thought\|>|\Z)", "", without, flags=re.DOTALL)


def join_continued(first: str, rest: str) -> str:
    """A truncated reply and its continuation as one text.

    What the continuation repeats is there once; where it starts the block or the whole reply anew, it replaces it.
    """
    joined = _appended(first, rest)
    opened = _last_fence(first)
    anew = [] if opened is None else [first[:opened].rstrip() + "\n\n" + rest]
    anew = [rest, *anew] if opened is None or not code_blocks.blocks(first[:opened])[0] else [*anew, rest]
    started, again = _opening(first if opened is None else first[opened:]), _opening(rest)
    replaces = bool(again) and again in (started, _opening(first))
    if replaces and again == _opening(first):
        anew = [rest, *anew]
    choices = [*anew, joined] if replaces else [joined, *anew]
    return next((c for c in choices if _whole(c)), choices[0])


def _appended(first: str, rest: str) -> str:
    lines = rest.lstrip("\n").splitlines(keepends=True)
    if len(lines) > 1 and re.match(r"[ \t]*(?:```|~~~)\w+[ \t]*$", lines[0].rstrip("\n")):
        rest = "".join(lines[1:]) if _last_fence(first) is not None else rest
    for size in range(min(len(first), len(rest), 400), 7, -1):
        if first.endswith(rest[:size]):
            return first + rest[size:]
    return first + rest


def _last_fence(text: str) -> int | None:
    """Where the last fence stands, if it is still open."""
    fences = [m.start() for m in re.finditer(r"^[ \t]*(?:```|~~~)", text, re.MULTILINE)]
    return fences[-1] if len(fences) % 2 else None


def _opening(text: str) -> str:
    """The first line of code after the first fence, which only a text that starts anew repeats."""
    match = re.search(r"^[ \t]*(?:```|~~~)\w*[^\n]*\n\s*([^\n]+)\n", text, re.MULTILINE)
    return match[1].strip() if match else ""


def _whole(text: str) -> bool:
    """Whether every block of `text` is complete Python."""
    found, is_open = code_blocks.blocks(text)
    return bool(found) and not is_open and all(complete(b.code) for b in found)


def _program_and_goal(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Program and goal check among `blocks`."""
    programs: list[Block] = []
    goals: list[str] = []
    for block in blocks:
        program, goal = split_goal(block.code)
        if goal:
            goals.append(goal)
        if program.strip():
            programs.append(Block(program, block.before))
    if not goals and len(programs) > 1 and (goal := wrapped(programs[-1].code)) is not None:
        goals.append(goal)
        del programs[-1]
    chosen = _chosen(programs)
    if not goals:
        return chosen, None
    goal = goals[-1]
    needed = needs(goal, [*(g for g in goals[:-1] if g != goal), *(b.code for b in blocks if goal not in b.code)])
    return chosen, "\n".join([*needed, goal]) if needed else goal


def _chosen(programs: Sequence[Block]) -> str | None:
    """One program: the last, with those before it that it goes on from or that define what it uses."""
    parts: list[str] = []
    for block in programs:
        tree = parsed(block.code)
        lead = block.before[-300:]
        leaned = _leaned_on(parts, tree)
        if parts and not leaned and _INSTEAD.search(lead):
            continue
        again = _AGAIN.search(lead) or any(_same_start(parsed(p), tree) for p in parts)
        parts = [*(parts if _STEP.search(lead) and not again else leaned), block.code]
    return "\n".join(parts) if parts else None


def _leaned_on(parts: Sequence[str], tree: ast.Module | None) -> list[str]:
    """Those of `parts` that define what `tree` uses, and what these use in turn."""
    if tree is None:
        return []
    wanted, kept = used(tree) - defined(tree), list[str]()
    for part in reversed(parts):
        earlier = parsed(part)
        if earlier is not None and defined(earlier) & wanted:
            kept.insert(0, part)
            wanted |= used(earlier)
    return kept


def _same_start(before: ast.Module | None, tree: ast.Module | None) -> bool:
    """Whether both begin with the same statement, as a program that is written out anew does."""
    if before is None or tree is None or not before.body or not tree.body:
        return False
    return ast.dump(before.body[0]) == ast.dump(tree.body[0])
