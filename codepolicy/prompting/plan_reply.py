"""From a planner's reply to sub-goals: numbered lists, headings with details below, bullets, tables, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from codepolicy.prompting.json_values import json_values
from codepolicy.prompting.reply import cleaned

MAX_STEPS: Final = 20
_MOST: Final = 65_536
"""Characters that are looked at."""
_NUMBERED: Final = re.compile(
    r"^([ \t]*)[>*#_ \t]*(?:\(?\d{1,2}[.):、．：](?!\d)|[^\W\d_]{2,12}[ \t]*\d{1,2}[ \t]*(?:[:.)：\-–—]|[*_ \t]*$)"
    r"|第[一二三四五六七八九十\d]{1,3}步[：:.、]?)[*_ \t]*(.*?)\s*$"
)
_BULLET: Final = re.compile(r"^([ \t]*)[-*•+][ \t]+(.*?)\s*$")
_ROW: Final = re.compile(r"^[ \t]*\|[ \t]*\d{1,2}[.)]?[ \t]*\|(.*)\|[ \t]*$")
_CONDITION: Final = re.compile(r"\s*(?:--|—|–|;|\()\s*done[ _]when[ \t*_]*:?[ \t*_]*", re.IGNORECASE)
_ALONE: Final = re.compile(r"^[ \t>*_+•-]*done[ _]when[ \t*_]*:?[ \t*_]*(.*?)[*_ \t]*$", re.IGNORECASE)
_LISTS: Final = (
    *("steps", "plan", "sub_goals", "subgoals", "subtasks", "sub_tasks", "tasks", "goals", "actions", "todo", "result"),
)
_WHAT: Final = (
    *("instruction", "sub_goal", "subgoal", "what", "what_to_do", "step", "task", "goal", "action", "description"),
    *("title", "name", "text", "do"),
)
_WHEN: Final = (
    *("done_when", "condition", "done", "until", "success", "success_condition", "check", "criterion", "verify"),
    *("goal_condition", "done_condition", "completed_when", "when"),
)


@dataclass(frozen=True, slots=True)
class SubGoal:
    """One sub-goal."""

    instruction: str
    condition: str | None = None
    """When it is done, in words."""


def parse_plan(text: str, instruction: str) -> tuple[SubGoal, ...]:
    """The sub-goals in `text`; the whole instruction when there are none."""
    text = cleaned(text)[:_MOST]
    outside = re.sub(r"```.*?(?:```|\Z)", "", text, flags=re.DOTALL)
    unnamed = re.sub(r"```(?:python|py)\b.*?(?:```|\Z)", "", text, flags=re.DOTALL)
    for steps in (_in_json(text), _in_lines(outside), _in_lines(unnamed)):
        found = tuple(steps)[:MAX_STEPS]
        if found:
            return found
    return (SubGoal(instruction),)


# Lists.


def _in_lines(text: str) -> Iterator[SubGoal]:
    """Of the numbered items, else of the bullets, those farthest to the left; what stands below one belongs to it."""
    lines = text.split("\n")
    rows = [m for line in lines if (m := _ROW.match(line)) is not None]
    if len(rows) > 1:
        for row in rows:
            what, *rest = (cell.strip() for cell in row[1].split("|"))
            yield from _sub_goal(what, [f"done when: {rest[0]}"] if rest and rest[0] else [])
        return
    for pattern in (_NUMBERED, _BULLET):
        marked = {i: m for i, line in enumerate(lines) if (m := pattern.match(line)) is not None}
        if not marked:
            continue
        edge = min(len(m[1].expandtabs()) for m in marked.values())
        starts = [i for i, m in marked.items() if len(m[1].expandtabs()) == edge]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            yield from _sub_goal(marked[start][2], lines[start + 1 : end])
        return


def _sub_goal(what: str, below: list[str]) -> Iterator[SubGoal]:
    what, *condition = _CONDITION.split(what, maxsplit=1)
    if not condition and " -- " in what:
        what, *condition = what.split(" -- ", 1)
    alone = next((m[1] for line in below if (m := _ALONE.match(line)) is not None and m[1]), None)
    if not _plain(what):  # a heading, and what it is about below it
        parts = [re.sub(r"^[ \t>*+•-]+", "", line).strip() for line in below if not _ALONE.match(line)]
        what = "; ".join(part.rstrip(".;") for part in parts if part)
        what, *condition = _CONDITION.split(what, maxsplit=1)
    told = _plain(condition[0] if condition else alone or "")
    if _plain(what):
        yield SubGoal(_plain(what), (told if "(" in told else told.removesuffix(")")) or None)


def _plain(text: str) -> str:
    """Without the marks of Markdown round it."""
    return text.replace("**", "").replace("__", "").strip().strip("`").strip()


# JSON.


def _in_json(text: str) -> Iterator[SubGoal]:
    """Of the first list of steps in a JSON value of `text`."""
    for start, value in json_values(text, 50):
        whole = isinstance(value, dict) or not re.sub(r"```\w*", "", text[:start]).strip()
        found = list(_steps(cast(object, value))) if whole else []
        if found:
            yield from found
            return


def _steps(value: object) -> Iterator[SubGoal]:
    if isinstance(value, dict):
        given = _keys(cast(object, value))
        held: object = next((given[k] for k in _LISTS if isinstance(given.get(k), list | dict)), None)
        if held is not None:
            yield from _steps(held)
        elif given and all(re.fullmatch(r"(?:step|sub_?goal|task)?_?\d{1,2}", k) for k in given):
            yield from _steps(list(given.values()))  # {"1": "…", "2": "…"}
        return
    for item in cast(list[object], value) if isinstance(value, list) else ():
        if isinstance(item, str):
            yield from _sub_goal(re.sub(r"^\s*\d{1,2}[.)]\s+", "", item), [])
        elif isinstance(item, dict):
            given = _keys(cast(object, item))
            what = next((w for k in _WHAT if isinstance(w := given.get(k), str) and _plain(w)), "")
            when = next((w for k in _WHEN if isinstance(w := given.get(k), str) and _plain(w)), None)
            yield from _sub_goal(what, [f"done when: {when}"] if when else [])


def _keys(value: object) -> dict[str, object]:
    return {re.sub(r"[ -]", "_", str(k).lower()): v for k, v in cast(dict[Any, Any], value).items()}
